-- items.lua - what flows over many items share: references that are told
-- apart, and what became of each.

local fault = require "luapay.fault"

local items = {}

--- A fault of kind "argument" about a field.
---@param flow table
---@param field string
---@param message string
---@return nil
---@return luapay.Fault
function items.refuse(flow, field, message)
  return nil,
    fault.new {
      kind = "argument",
      endpoint = "flow." .. flow.name,
      field = field,
      message = message,
    }
end

--- Refuses a list whose references are missing or not told apart.
---@return true? good
---@return luapay.Fault? fault of kind "argument"
function items.check_references(flow, list)
  local seen = {}
  for index, item in ipairs(list) do
    local field = ("items[%d].reference"):format(index)
    local reference = item.reference
    if type(reference) ~= "string" or not reference:find "^[^%c]+$" then
      return items.refuse(flow, field, "expected a text of your own")
    elseif #reference > 200 then
      return items.refuse(flow, field, "expected at most 200 bytes")
    elseif seen[reference] then
      local message = "stands at items[%d] too"
      return items.refuse(flow, field, message:format(seen[reference]))
    end
    seen[reference] = index
  end
  return true
end

local STATES = { sent = "unknown", parked = "unknown", planned = "not_tried" }

--- What is known of an item, from the journal and from its fault.
---@param reference string
---@param entry? luapay.JournalEntry|false
---@param err? luapay.Fault
---@return luapay.FlowItem
function items.result(reference, entry, err)
  local state = entry and (STATES[entry.state] or entry.state) or "not_tried"
  if err and err.outcome == "unknown" then state = "unknown" end
  if err and err.code == "conflict" then state = "not_tried" end
  return {
    reference = reference,
    state = state,
    status = entry and entry.status or nil,
    provider_id = entry and entry.provider_id or nil,
    fault = err,
  }
end

local GOOD = { done = true, pending = true, compensated = true }

-- Whether all went well, and if not, which are unknown and which failed.
local function judge(report)
  local unknown, bad, why = {}, 0, ""
  report.counts = {}
  for _, item in ipairs(report.items) do
    local state = item.state
    report.counts[state] = (report.counts[state] or 0) + 1
    if state == "unknown" then unknown[#unknown + 1] = item.reference end
    if item.fault or not GOOD[state] then
      bad = bad + 1
      if why == "" and item.fault then
        why = (" (%s: %s)"):format(item.reference, item.fault.message)
      end
    end
  end
  return unknown, bad, why
end

--- The end of a run: its report; or nil and a fault with it, of kind
--- "unsettled" (unknown) or "incomplete" (failed).
---@param flow table
---@param report { items: luapay.FlowItem[] }
---@return table? report
---@return luapay.Fault? fault
function items.conclude(flow, report)
  local unknown, bad, why = judge(report)
  if bad == 0 then return report end
  local endpoint = "flow." .. flow.name
  if unknown[1] then
    return nil,
      fault.new {
        kind = "unsettled",
        outcome = "unknown",
        endpoint = endpoint,
        message = ("not known what became of %s%s"):format(
          table.concat(unknown, ", "),
          why
        ),
        report = report,
      }
  end
  return nil,
    fault.new {
      kind = "incomplete",
      endpoint = endpoint,
      message = ("%d of %d failed%s"):format(bad, #report.items, why),
      report = report,
    }
end

return items
