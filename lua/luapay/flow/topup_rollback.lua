-- topup_rollback.lua - takes one credit of a top-up back. The credit is
-- pending while that is under way, so that a crash leaves a trace.

local credit = require "luapay.flow.topup_credit"
local fault = require "luapay.fault"
local step = require "luapay.flow.step"

local rollback = {}

--- To the person who settles a rollback.
rollback.ADVICE = "See whether this transaction is still in the "
  .. "account's balance. If it was taken back, resolve the rollback as done; "
  .. "if not, as failed. Then recover."

local function rollback_of(entry, note)
  return {
    reference = entry.reference,
    step = "rollback",
    method = "rollback_transaction",
    args = {
      transactionId = entry.provider_id,
      note = note or ("rolled back: " .. entry.reference),
    },
    amount = entry.amount,
    currency = entry.currency,
    details = {
      transactionId = entry.provider_id,
      accountKey = entry.details.accountKey,
      amount = entry.details.amount,
    },
    unknown = "parked",
    advice = rollback.ADVICE,
  }
end

-- What is known when nothing more can be learned: by the credit's state.
local LEFT = { done = "rollback_failed", pending = "rollback_unknown" }

-- Sends the rollback of a credit that is marked as pending.
local function send_back(flow, entry, note, was)
  local back, err, there = step.take(flow, rollback_of(entry, note))
  local state = there and there.state
  if back or state == "done" then
    local moved, why = flow.journal:advance(
      entry,
      { "pending", "done" },
      "compensated",
      { status = "rolled back" }
    )
    return "rolled_back", moved == nil and why or nil
  end
  if state == "sent" or state == "unknown" then
    credit.park(flow, there, rollback.ADVICE)
  end
  if state and state ~= "failed" or err.outcome == "unknown" then
    return "rollback_unknown", err
  elseif not state then
    return LEFT[was], err -- the journal cannot be read
  end
  flow.journal:advance(entry, { "pending" }, "done", {})
  return "rollback_failed", err
end

local function absent(entry)
  return fault.new {
    kind = "argument",
    endpoint = "flow.topup",
    field = "provider_id",
    message = entry.reference .. ": its transactionId is not known",
  }
end

--- Takes a credit back that is done. The credit is pending meanwhile.
function rollback.take(flow, entry, note, group)
  if entry.state == "compensated" then return "rolled_back" end
  if not entry.provider_id then return "rollback_failed", absent(entry) end
  local was = entry.state
  local moved, err = flow.journal:advance(
    entry,
    { "done", "pending" },
    "pending",
    { status = "rolling back" }
  )
  if moved == nil then return LEFT[was], err end
  if not moved then
    local now = flow.journal:find {
      flow = flow.name,
      run = flow.run_name,
      reference = entry.reference,
      step = "credit",
    }
    local back = now and now.state == "compensated"
    return back and "rolled_back" or "rollback_unknown"
  end
  if group and not flow.journal:holds(group) then
    return "rollback_unknown", select(2, credit.lost(entry))
  end
  return send_back(flow, entry, note, was)
end

return rollback
