-- topup_settle.lua - what a top-up does after a crash, and after a person
-- has resolved what was parked.

local credit = require "luapay.flow.topup_credit"
local group = require "luapay.flow.topup_group"
local recover = require "luapay.flow.recover"
local rollback = require "luapay.flow.topup_rollback"

local looks = {}

function looks.credit()
  return "parked", { advice = credit.ADVICE }
end

-- Its credit is not to stay, but may still be there.
function looks.rollback(flow, entry)
  local back = group.find(flow, entry.reference, "credit")
  if back then
    flow.journal:advance(back, { "done" }, "pending", {
      status = "rolling back",
    })
  end
  return "parked", { advice = rollback.ADVICE }
end

-- Its credits come afterwards, when it is known how each of them stands.
function looks.group()
  return "pending", { status = "interrupted" }
end

local AFTER = { done = "compensated", failed = "done" }

-- Credits that were being taken back when it was cut off.
local function settle_rollbacks(flow)
  local stale = flow.clock() - flow.journal.lease
  local each = flow.journal:each {
    flow = flow.name,
    run = flow.run_name,
    step = "credit",
    states = { "pending" },
  }
  local entry, err = each()
  while entry do
    local back, why = group.find(flow, entry.reference, "rollback")
    if back == nil then return nil, why end
    local state = AFTER[back and back.state or "failed"]
    if state and (back or entry.updated_at < stale) then
      flow.journal:advance(entry, { "pending" }, state, {})
    end
    entry, err = each()
  end
  return not err, err
end

-- Runs that are nobody's, and not at their end.
local function settle_groups(flow, report)
  local each = flow.journal:each {
    flow = flow.name,
    run = flow.run_name,
    step = "group",
    states = { "pending" },
  }
  local held, err = each()
  while held do
    group.settle(flow, held, flow.note, function(reference, state, why)
      report.rollbacks[#report.rollbacks + 1] =
        { reference = reference, state = state, rollback_fault = why }
    end)
    if held.state == "pending" then report.unknown = report.unknown + 1 end
    held, err = each()
  end
  return not err, err
end

--- Settles what can be settled.
return function(flow)
  local report, err = recover.run(flow, looks)
  if not report then return nil, err end
  report.rollbacks = {}
  local good, why = settle_rollbacks(flow)
  if good then
    good, why = settle_groups(flow, report)
  end
  if not good then return nil, why end
  return report
end
