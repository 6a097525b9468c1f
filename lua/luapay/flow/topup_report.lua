-- topup_report.lua - what is known of each item of a top-up, and what the
-- whole comes to.

local fault = require "luapay.fault"

local topup_report = {}

--- States of an item: what is known of its money.
---   not_tried          nothing was sent
---   credited           booked, and to stay
---   failed             certainly not booked
---   unknown            may be booked: ask the provider
---   rolled_back        booked, then reversed
---   rollback_failed    booked and still there: the reversal was refused
---   rollback_unknown   booked; whether it was reversed is not known
local SETTLED = {
  not_tried = true,
  failed = true,
  rolled_back = true,
}

--- A report of items of which none was sent.
---@param items luapay.TopupItem[]
---@return luapay.TopupReport
function topup_report.new(items)
  local report = { items = {} }
  for index, item in ipairs(items) do
    report.items[index] = {
      reference = item.reference,
      accountKey = item.accountKey,
      state = "not_tried",
    }
  end
  return report
end

-- "order-3: not_found: no exchange rate": what it began with.
local function cause_of(report)
  for _, entry in ipairs(report.items) do
    local err = entry.fault
    if err then
      return ("%s: %s: %s"):format(entry.reference, err.kind, err.message)
    end
  end
end

local function unsettled(report)
  local list = {}
  for _, entry in ipairs(report.items) do
    if not SETTLED[entry.state] then
      list[#list + 1] = ("%s is %s"):format(entry.reference, entry.state)
    end
  end
  return list[1] and table.concat(list, ", ")
end

--- The fault of a run that did not go well.
---@param report luapay.TopupReport
---@return nil
---@return luapay.Fault
function topup_report.conclude(report)
  local loose = unsettled(report)
  report.state = loose and "unsettled" or "rolled_back"
  local what = loose and "settle by hand: " .. loose
    or "everything was rolled back"
  return nil,
    fault.new {
      kind = report.state,
      endpoint = "flow.topup",
      outcome = loose and "unknown" or "failed",
      message = ("%s (%s)"):format(what, cause_of(report)),
      report = report,
    }
end

return topup_report
