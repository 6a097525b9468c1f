-- card_authorise.lua - takes a card to the user's acquirer, once for each
-- attempt, and tells MobilePay in time what came of it.

local card_payment = require "luapay.flow.card_payment"
local guard = require "luapay.guard"
local kinds = require "luapay.flow.card_kinds"
local step = require "luapay.flow.step"
local verdicts = require "luapay.flow.card_verdict"

local card_authorise = {}

local ADVICE = "Ask the acquirer whether it has authorised this payment. If "
  .. "so, release the reservation there: MobilePay was told that it failed."

-- What the acquirer's functions are told of a payment.
local function about(entry, attempt)
  return {
    reference = entry.reference,
    paymentId = entry.provider_id,
    authorizationAttemptId = attempt,
    amount = entry.amount,
    currency = entry.currency,
  }
end

-- The acquirer's word, when it can be asked.
local function look_up(flow, payment)
  local ask = flow.acquirer.look_up
  if not ask then return nil end
  local good, verdict = guard.call(ask, payment)
  return good and verdicts.told(verdict) or nil
end

local function conclude(flow, entry, told)
  if not told then
    return flow.journal:finish(entry, "parked", { advice = ADVICE })
  end
  local outcome = { status = verdicts.status(told), told = told }
  return flow.journal:finish(entry, "done", outcome)
end

-- The money step: what the acquirer says is written down before MobilePay
-- hears of it. Returns what to tell MobilePay.
local function ask_acquirer(flow, payment, name, fn, card)
  local attempt = payment.authorizationAttemptId
  local entry, err = flow.journal:begin {
    flow = flow.name,
    run = flow.run_name,
    reference = payment.reference,
    step = ("%s:%s"):format(name, attempt),
    endpoint = "acquirer",
    args = { payment.paymentId, attempt, payment.amount },
    amount = payment.amount,
    currency = payment.currency,
    details = { paymentId = payment.paymentId, attempt = attempt },
  }
  if not entry then
    local known = err.code == "known" and err.entry.outcome
    if known and known.told then return known.told end
    return nil, err
  end
  local good, verdict = guard.call(fn, payment, card)
  local told = good and verdicts.told(verdict) or look_up(flow, payment)
  local kept, why = conclude(flow, entry, told)
  if not kept then
    why.outcome = "unknown"
    return nil, why
  end
  return told or verdicts.unknown()
end

--- The step that tells MobilePay.
function card_authorise.patch(flow, entry, attempt, told, name)
  local kind = kinds[entry.details.kind]
  local args = { paymentId = entry.provider_id }
  if entry.details.kind ~= "mit" then args.authorizationAttemptId = attempt end
  for field, value in pairs(told) do
    args[field] = value
  end
  return step.take(flow, {
    reference = entry.reference,
    step = ("%s:%s"):format(name or "patch", attempt),
    method = kind.patch,
    args = args,
    details = { method = kind.patch, args = args },
  })
end

local OPEN = { "pending", "failed" }

-- Told: the payment is authorised, or may be tried with another card.
local function settle(flow, entry, attempt, told, name)
  local patched, err = card_authorise.patch(flow, entry, attempt, told, name)
  if not patched then return nil, err end
  if told.succeeded then
    local moved, why =
      card_payment.move(flow, entry, OPEN, "done", "Authorised")
    if moved == nil then return nil, why end
  end
  local result = card_payment.result(entry)
  result.verdict = verdicts.status(told)
  return result
end

-- What the merchant initiates needs no card.
local function acquirer_of(flow, entry)
  local is_mit = entry.details.kind == "mit"
  return is_mit and flow.acquirer.charge or flow.acquirer.authorise
end

--- Takes a card that a callback has brought to the acquirer.
---@async
---@param entry luapay.JournalEntry of the payment
---@param attempt string
---@param card any what the acquirer's function gets
---@param at? number when the card came, seconds since 1970
---@return table? result with `verdict`: Approved, Declined, Challenged
---@return luapay.Fault? fault
function card_authorise.run(flow, entry, attempt, card, at)
  if at and flow.clock() - at > flow.window then
    return settle(flow, entry, attempt, verdicts.late())
  end
  local payment, fn = about(entry, attempt), acquirer_of(flow, entry)
  local told, err = ask_acquirer(flow, payment, "authorise", fn, card)
  if not told then return nil, err end
  return settle(flow, entry, attempt, told)
end

--- After a challenge (3-D Secure): `fn(payment)` authorises once more.
---@async
---@return table? result
---@return luapay.Fault? fault
function card_authorise.challenged(flow, entry, attempt, fn)
  local payment = about(entry, attempt)
  local told, err = ask_acquirer(flow, payment, "challenge", fn)
  if not told then return nil, err end
  return settle(flow, entry, attempt, told, "repatch")
end

-- After a crash: what the acquirer was asked is asked after.
local function look(flow, entry)
  local told = look_up(flow, {
    reference = entry.reference,
    paymentId = entry.details.paymentId,
    authorizationAttemptId = entry.details.attempt,
    amount = entry.amount,
    currency = entry.currency,
  })
  if not told then return "parked", { advice = ADVICE } end
  return "done", { status = verdicts.status(told), told = told }
end

card_authorise.looks = { authorise = look, challenge = look }

local NAMES = { authorise = "patch", challenge = "repatch" }

--- Tells MobilePay what it has not been told.
---@async
function card_authorise.follow(flow, entry)
  local name, attempt = entry.step:match "^(%w+):(.+)$"
  local told = entry.outcome and entry.outcome.told
  if entry.state ~= "done" or not told or not NAMES[name] then return true end
  local payment, err = card_payment.get(flow, entry.reference)
  if not payment then return nil, err end
  if payment.state ~= "pending" then return true end
  return settle(flow, payment, attempt, told, NAMES[name])
end

return card_authorise
