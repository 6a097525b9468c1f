-- topup.lua - credits accounts at Infobip, all or nothing: when one credit
-- fails, those before it are rolled back, the last one first. A credit whose
-- outcome is unknown is never sent again, and a rollback that failed is
-- never passed over: both make the whole run's outcome "unknown".

local topup_items = require "luapay.flow.topup_items"
local topup_report = require "luapay.flow.topup_report"

local topup = {}

-- Sends one credit; says whether to go on.
local function credit(client, item, entry, options)
  local result, err = client:add_funds(topup_items.args(item), options.call)
  if result then
    entry.state, entry.transactionId = "credited", result.transactionId
    return true
  end
  entry.state = err.outcome == "unknown" and "unknown" or "failed"
  entry.fault = err
  return false
end

local function roll_back(client, entry, options)
  local result, err = client:rollback_transaction({
    transactionId = entry.transactionId,
    note = options.note or ("rolled back: " .. entry.reference),
  }, options.call)
  if result then
    entry.state = "rolled_back"
    return
  end
  entry.state = err.outcome == "unknown" and "rollback_unknown"
    or "rollback_failed"
  entry.rollback_fault = err
end

-- Reverse order, and all of them: one that fails does not save the others.
local function compensate(client, report, options)
  for index = #report.items, 1, -1 do
    local entry = report.items[index]
    if entry.state == "credited" then roll_back(client, entry, options) end
  end
end

--- Credits many accounts, all or nothing.
---
--- An item: `reference` (a text of your own, once in a run), and the
--- arguments of add_funds. All are checked before anything is sent.
---
--- Returns a report with `state = "credited"` and, for each item in order,
--- `{ reference, accountKey, state, transactionId }`. Otherwise nil and a
--- fault with the same report in `fault.report`: kind "rolled_back" and
--- outcome "failed" when nothing is left of it; kind "unsettled" and outcome
--- "unknown" when a person has to look at an item.
---@async
---@param client luapay.Infobip
---@param items luapay.TopupItem[]
---@param options? { note: string?, call: table? } `note` of a rollback;
--- `call`: options of each call
---@return luapay.TopupReport? report
---@return luapay.Fault? fault
function topup.credit_all(client, items, options)
  options = options or {}
  local good, refusal = topup_items.check(client, items)
  if not good then return nil, refusal end
  local report = topup_report.new(items)
  for index, item in ipairs(items) do
    if not credit(client, item, report.items[index], options) then
      compensate(client, report, options)
      return topup_report.conclude(report)
    end
  end
  report.state = "credited"
  return report
end

--- Credits one account: like `credit_all` with one item, but returns that
--- item's entry, and the fault of its call.
---@async
---@param client luapay.Infobip
---@param item luapay.TopupItem
---@param options? { call: table? }
---@return luapay.TopupEntry? entry
---@return luapay.Fault? fault
function topup.credit(client, item, options)
  local report, err = topup.credit_all(client, { item }, options)
  if report then return report.items[1] end
  local entry = err.report and err.report.items[1]
  return nil, entry and entry.fault or err
end

return topup
