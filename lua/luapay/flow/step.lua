-- One step of a flow: a call that is written down before its first byte
-- leaves, and again when its outcome is known.

local fault = require "luapay.fault"

local step = {}

-- Provider's words for what is settled: nothing is sent for these again.
local SETTLED = { done = true, pending = true, compensated = true }

--- What the journal keeps of a fault: no secret stands in one.
---@param err luapay.Fault
---@return table
function step.of_fault(err)
  return {
    kind = err.kind,
    code = err.code,
    http_status = err.status,
    outcome = err.outcome,
    message = err.message,
    correlation_id = err.correlation_id,
  }
end

-- What an answer means for the entry: a state, and what to keep.
local function judge(given, result, err)
  if result then
    local outcome = given.keep and given.keep(result) or {}
    return given.state or "done", outcome
  end
  local state = err.outcome == "unknown" and (given.unknown or "unknown")
    or "failed"
  local advice = state == "parked" and given.advice or nil
  return state, { fault = step.of_fault(err), advice = advice }
end

-- The call went one way, the journal another: this must not pass in silence.
local function unwritten(entry, result, err, why)
  return nil,
    fault.new {
      kind = "journal",
      code = "unwritten",
      endpoint = entry.endpoint,
      outcome = "unknown",
      message = ("%s/%s %s, but it could not be written down: %s"):format(
        entry.reference,
        entry.step,
        result and "was done" or "was not done (" .. err.kind .. ")",
        why.message
      ),
      result = result,
      entry = entry,
    },
    entry
end

-- Nothing was sent, and nothing is written: another worker settles it.
local function too_late(entry)
  return nil,
    fault.new {
      kind = "journal",
      code = "lost",
      endpoint = entry.endpoint,
      message = ("%s/%s: this worker stood still for too long"):format(
        entry.reference,
        entry.step
      ),
    },
    entry
end

--- Sends what an entry that this worker holds stands for.
---@async
---@param flow table see base.lua
---@param entry luapay.JournalEntry in the state "sent"
---@param given table see `take`
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault
---@return luapay.JournalEntry? entry
---@return table? result of the call
function step.send(flow, entry, given)
  if not flow.journal:holds(entry) then return too_late(entry) end
  local call, options = flow.client[given.method], flow.call
  if given.key then
    options = { idempotency_key = given.key }
    for name, value in pairs(flow.call or {}) do
      options[name] = value
    end
  end
  local result, err = call(flow.client, given.args, options)
  local state, outcome = judge(given, result, err)
  local kept, why = flow.journal:finish(entry, state, outcome)
  if not kept then return unwritten(entry, result, err, why) end
  if not result then return nil, err, entry end
  return entry, nil, entry, result
end

--- What stands in the journal for a step.
---@param flow table
---@param given table see `take`
---@return table
function step.entry(flow, given)
  return {
    flow = flow.name,
    run = flow.run_name,
    reference = given.reference,
    step = given.step,
    endpoint = given.method,
    args = given.args,
    idempotency_key = given.key,
    amount = given.amount,
    currency = given.currency,
    details = given.details,
  }
end

--- Takes a step, once: what is done already is not sent again.
---
--- `given`: reference, step, method (of the client), args; and maybe key
--- (idempotency), amount (decimal text), currency, details (what a person or
--- `recover` needs; no secrets), state (after success: "done"),
--- unknown (the state of an unknown: "unknown"), advice (to the person who
--- settles what is parked), and keep(result) -> outcome (provider_id,
--- status, ...).
---@async
---@return luapay.JournalEntry? entry done, or done before
---@return luapay.Fault? fault
---@return luapay.JournalEntry? entry also with a fault, when there is one
---@return table? result of the call; nil when it was done before
function step.take(flow, given)
  local entry, err = flow.journal:begin(step.entry(flow, given))
  if entry then return step.send(flow, entry, given) end
  if err.code == "known" and SETTLED[err.entry.state] then
    return err.entry, nil, err.entry
  end
  return nil, err, err.entry
end

return step
