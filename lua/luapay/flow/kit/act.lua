-- act.lua - a further step that a caller asks for: to capture, to cancel, to
-- take back. Safe to repeat: what has come about before is said again.

local money = require "luapay.flow.kit.money"
local report = require "luapay.flow.kit.report"
local step = require "luapay.flow.kit.step"

local act = {}

-- Why the step is not where its verb wants it, by its own entry.
local function fault_of(flow, item, entry, err)
  local state = entry and entry.state
  if money.OPEN[state] then
    local code = state == "parked" and "parked" or "unknown"
    return step.fault(flow, {
      kind = "unsettled",
      code = code,
      outcome = "unknown",
      message = ("%s/%s is %s%s%s"):format(
        item.reference,
        entry.step,
        state,
        err and ": " .. tostring(err.message) or "",
        item.advice and ". " .. item.advice or ""
      ),
      item = item,
    })
  elseif err or state == "failed" then
    local why = err or item.fault
    return step.fault(flow, {
      kind = "incomplete",
      code = "refused",
      outcome = "failed",
      message = ("%s/%s was not done: %s"):format(
        item.reference,
        entry and entry.step or "?",
        why and tostring(why.message) or "it was refused"
      ),
      item = item,
    })
  end
  return report.fault_of(flow, item)
end

local OWN = { journal = true, unsettled = true, argument = true }

--- Takes a further step; see step.take.
---@async
---@param flow table
---@param reference string
---@param want table
---@param reached function (item, entry?) -> boolean: whether what the verb
--- wants has come about
---@return luapay.FlowItem? item
---@return luapay.Fault? fault
function act.take(flow, reference, want, reached)
  local record, err = step.take(flow, reference, want)
  local item = report.item(flow, record, err)
  local entry = step.find(record, want.step)
  local own = err
    and (err.endpoint == "journal" or err.endpoint == "flow." .. flow.name)
    and (OWN[err.kind] or err.kind == "incomplete")
  if own then
    err.item = item
    return nil, err
  end
  if reached(item, entry) then return item end
  return nil, fault_of(flow, item, entry, err)
end

return act
