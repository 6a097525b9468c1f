-- recurring_agreement.lua - agreements of MobilePay Online: made, activated
-- by their first payment, ended; and their cards, which may change.

local card_payment = require "luapay.flow.card_payment"
local guard = require "luapay.guard"
local step = require "luapay.flow.step"
local verdicts = require "luapay.flow.card_verdict"

local agreements = {}

local ADVICE = "Look for this externalAgreementId at MobilePay. If the "
  .. "agreement is there, resolve it as done with its id as provider_id; if "
  .. "not, as failed: then it may be made again."

--- What a caller is told of an agreement.
function agreements.result(entry)
  return {
    reference = entry.reference,
    state = entry.status and entry.status:lower() or entry.state,
    status = entry.status,
    provider_id = entry.provider_id,
  }
end

--- Makes an agreement, once.
---@async
---@return table? result
---@return luapay.Fault? fault
function agreements.make(flow, item)
  local args = {}
  for name, value in pairs(item) do
    if name ~= "reference" then args[name] = value end
  end
  args.externalAgreementId = args.externalAgreementId or item.reference
  local method = "create_recurring_agreement"
  local good, refusal = flow.client:check(method, args)
  if not good then return nil, refusal end
  local entry, err = step.take(flow, {
    reference = item.reference,
    step = "agree",
    method = method,
    args = args,
    details = { externalAgreementId = args.externalAgreementId },
    state = "pending",
    unknown = "parked",
    advice = ADVICE,
    keep = function(result)
      return {
        provider_id = result.recurringAgreementId,
        status = "Created",
      }
    end,
  })
  if not entry then return nil, err end
  return agreements.result(entry)
end

--- The entry of an agreement, by its reference.
---@async
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault
function agreements.get(flow, reference)
  local entry, err = flow.journal:find {
    flow = flow.name,
    run = flow.run_name,
    reference = reference,
    step = "agree",
  }
  if entry and entry.provider_id then return entry end
  if entry == nil then return nil, err end
  local text = tostring(reference) .. ": no agreement of it is known"
  return card_payment.fault(flow, "journal", text, { code = "absent" })
end

local MOVES = {
  Activated = { { "pending", "failed" }, "done" },
  Terminated = { { "pending", "failed", "done" }, "compensated" },
}

--- Takes the state that a callback tells.
---@async
function agreements.event(flow, event)
  local entry, err = flow.journal:find {
    flow = flow.name,
    step = "agree",
    provider_id = tostring(event.agreementId),
  }
  if not entry then return entry, err end
  local move = MOVES[event.status]
  if not move then return agreements.result(entry) end
  local moved, why =
    flow.journal:advance(entry, move[1], move[2], { status = event.status })
  if moved == nil then return nil, why end
  return agreements.result(entry)
end

-- The acquirer's word for a new card; no money moves.
local function judge(flow, event)
  local accept = flow.acquirer.new_card
  local card = event.card or event.token or event.encrypted
  local good, verdict = guard.call(accept, {
    agreementId = event.agreementId,
    paymentId = event.paymentId,
  }, card)
  return good and verdicts.told(verdict) or verdicts.unknown()
end

--- Takes a new card to the acquirer, and confirms or rejects it.
---@async
function agreements.new_card(flow, event)
  local entry, err = flow.journal:find {
    flow = flow.name,
    step = "agree",
    provider_id = tostring(event.agreementId),
  }
  if not entry then return entry, err end
  local args = {
    agreementId = event.agreementId,
    paymentId = event.paymentId,
  }
  for name, value in pairs(judge(flow, event)) do
    args[name] = value
  end
  local method = "confirm_card_update"
  local done, why = step.take(flow, {
    reference = entry.reference,
    step = "confirm:" .. event.paymentId,
    method = method,
    args = args,
    details = { method = method, args = args },
  })
  if not done then return nil, why end
  return agreements.result(entry)
end

--- Ends an agreement. Safe to repeat.
---@async
function agreements.terminate(flow, reference)
  local entry, err = agreements.get(flow, reference)
  if not entry then return nil, err end
  local args = { agreementId = entry.provider_id }
  local method = "terminate_recurring_agreement"
  local done, why = step.take(flow, {
    reference = reference,
    step = "end:1",
    method = method,
    args = args,
    details = { method = method, args = args },
  })
  if not done then return nil, why end
  local event = { agreementId = entry.provider_id, status = "Terminated" }
  return agreements.event(flow, event)
end

return agreements
