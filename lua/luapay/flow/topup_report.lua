-- topup_report.lua - what is known of each item of a top-up, and what the
-- whole comes to.

local fault = require "luapay.fault"

local topup_report = {}

--- States of an item: what is known of its money.
---   not_tried          nothing was sent
---   credited           booked, and to stay
---   failed             certainly not booked
---   unknown            may be booked: a person has to look
---   rolled_back        booked, then reversed
---   rollback_failed    booked and still there: the reversal was refused
---   rollback_unknown   booked; whether it was reversed is not known
local SETTLED = {
  not_tried = true,
  credited = true,
  failed = true,
  rolled_back = true,
}

-- What the state of a credit's entry says of its money.
local MONEY = {
  planned = "not_tried",
  sent = "unknown",
  unknown = "unknown",
  parked = "unknown",
  failed = "failed",
  done = "credited",
  pending = "rollback_unknown",
  compensated = "rolled_back",
}

--- What is known of an item of which nothing was sent.
function topup_report.item(item)
  return {
    reference = item.reference,
    accountKey = item.accountKey,
    state = "not_tried",
  }
end

--- A report of items of which none was sent.
function topup_report.new(items)
  local report = { items = {} }
  for index, item in ipairs(items) do
    report.items[index] = topup_report.item(item)
  end
  return report
end

-- A credit that could not be begun says nothing of an older one's money
-- unless that one stands in the journal.
local function state_of(entry, err)
  if err and err.outcome == "unknown" then return "unknown" end
  if err and err.code == "conflict" then return "not_tried" end
  return entry and MONEY[entry.state] or "not_tried"
end

--- Puts what became of a credit into its item.
function topup_report.put(kept, entry, err)
  kept.state, kept.fault = state_of(entry, err), err
  kept.transactionId = entry and entry.provider_id or nil
  return kept.state == "credited"
end

local function count(report)
  report.counts = {}
  for _, kept in ipairs(report.items) do
    report.counts[kept.state] = (report.counts[kept.state] or 0) + 1
  end
end

-- "order-3: not_found: no exchange rate": what it began with.
local function cause_of(report)
  for _, kept in ipairs(report.items) do
    local err = kept.fault or kept.rollback_fault
    if err then
      return (" (%s: %s: %s)"):format(kept.reference, err.kind, err.message)
    end
  end
  return ""
end

local function unsettled(report)
  local list = {}
  for _, kept in ipairs(report.items) do
    if not SETTLED[kept.state] then
      list[#list + 1] = ("%s is %s"):format(kept.reference, kept.state)
    end
  end
  return list[1] and table.concat(list, ", ")
end

-- The state of the whole, and what to say about it.
local function verdict(report, together)
  local loose, counts, all = unsettled(report), report.counts, #report.items
  if loose then
    return "unsettled", "settle by hand: " .. loose
  elseif (counts.credited or 0) == all then
    return "credited"
  elseif together and not counts.credited then
    return "rolled_back", "nothing is left of it"
  end
  return "incomplete",
    ("%d of %d were credited"):format(counts.credited or 0, all)
end

--- The end of a run: its report, or nil and a fault with it.
function topup_report.conclude(report, together)
  count(report)
  local kind, what = verdict(report, together)
  report.state = kind
  if kind == "credited" then return report end
  return nil,
    fault.new {
      kind = kind,
      endpoint = "flow.topup",
      outcome = kind == "unsettled" and "unknown" or "failed",
      message = what .. cause_of(report),
      report = report,
    }
end

--- A run that ended before its time, with what is known of its items.
function topup_report.break_off(report, err)
  count(report)
  report.state = report.state or "unsettled"
  local broken = fault.copy(err)
  broken.report = report
  return nil, broken
end

return topup_report
