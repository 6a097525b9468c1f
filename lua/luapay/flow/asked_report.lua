-- asked_report.lua - what became of several items: a list, counts, and a
-- fault when not all went well.

local fault = require "luapay.fault"
local progress = require "luapay.flow.progress"
local task = require "luapay.task"

local report = {}

local COUNTED = {
  failed = "failed",
  not_tried = "failed",
  unknown = "unknown",
  parked = "unknown",
}

-- "order-3: not_found: no such agreement": what it began with.
local function cause_of(told)
  for _, result in ipairs(told.items) do
    local err = result.fault
    if err then
      return (" (%s: %s: %s)"):format(
        result.reference,
        err.kind,
        tostring(err.message)
      )
    end
  end
  return ""
end

-- How the whole stands: the kind of a fault, its outcome, its words.
local function verdict(told)
  local counts, all = told.counts, #told.items
  local open = (counts.unknown or 0) + (counts.parked or 0)
  if open > 0 then
    return "unsettled", "unknown", ("%d of %d are unknown"):format(open, all)
  elseif told.waiting > 0 then
    local words = ("%d of %d have not ended"):format(told.waiting, all)
    return "timeout", "failed", words
  end
  local failed = (counts.failed or 0) + (counts.not_tried or 0)
  if failed > 0 then
    local words = ("%d of %d failed"):format(failed, all)
    return "incomplete", "failed", words
  end
end

-- One item's result, or its fault.
local function single(flow, result)
  local err = result.fault
  if not err and not COUNTED[result.state] then return result end
  if not err or COUNTED[result.state] == "unknown" then
    local unknown = COUNTED[result.state] == "unknown"
    err = fault.new {
      kind = unknown and "unsettled" or "incomplete",
      endpoint = "flow." .. flow.name,
      outcome = unknown and "unknown" or "failed",
      message = ("%s is %s%s"):format(
        result.reference,
        result.state,
        err and (": " .. tostring(err.message)) or ""
      ),
    }
  end
  local broken = fault.copy(err)
  broken.report = result
  return nil, broken
end

--- Does something with each item, side by side, and reports.
---@async
---@param flow table
---@param list any[]
---@param one boolean whether a single result is wanted
---@param act fun(item: any): table result of an item
---@return table? report or the result of the only item
---@return luapay.Fault? fault with the report, or the result
function report.gather(flow, list, one, act)
  local told = { items = {}, counts = {}, waiting = 0 }
  local counted = progress.new(flow.on_progress, {
    total = #list,
    now = flow.clock,
  })
  task.map(list, { concurrency = flow.concurrency }, function(item, index)
    local result = act(item)
    told.items[index] = result
    told.counts[result.state] = (told.counts[result.state] or 0) + 1
    if result.fault and result.fault.code == "waiting" then
      told.waiting = told.waiting + 1
    end
    counted:add { [COUNTED[result.state] or "done"] = 1 }
  end)
  counted:report(true)
  if one then return single(flow, told.items[1]) end
  local kind, outcome, words = verdict(told)
  if not kind then return told end
  return nil,
    fault.new {
      kind = kind,
      endpoint = "flow." .. flow.name,
      outcome = outcome,
      message = words .. cause_of(told),
      report = told,
    }
end

return report
