-- Refunds: taken in whatever they are, looked at soon after, and then
-- Issued or Declined, as a callback tells.

local callbacks = require "luapay.sandbox.subscriptions.callbacks"
local json = require "luapay.sandbox.json"
local view = require "luapay.sandbox.subscriptions.view"

local refunds = {}

local DAY = 86400
local SOON = 5 -- seconds

local TEXTS = {
  [60001] = "Payment is fully refunded.",
  [60002] = "The total sum of previous Refunds cannot exceed the original"
    .. " payment amount.",
  [60003] = "Payment was not found.",
  [60004] = "Payment cannot be refunded.",
  [60005] = "Refund was declined by system.",
  [60006] = "Cannot refund payments that are older than %d days.",
  [60007] = "Cannot refund instantly transferred payments.",
}

-- Why a refund cannot be, or nil and how much it is.
local function problem_of(state, refund)
  local payment = state.payments[refund.payment]
  if not payment or payment.agreement ~= refund.agreement then
    return 60003
  elseif not payment.paid_at then
    return 60004
  elseif state.providers[refund.provider].instant_transfer then
    return 60007
  elseif state:now() > payment.paid_at + state.options.refund_days * DAY then
    return 60006
  end
  local totals = state.ledger:totals(payment.id)
  local left = totals.paid - totals.refunded
  if left == 0 then return 60001 end
  refund.amount = refund.amount or left
  if refund.amount > left then return 60002 end
  return refund.declined
end

local function process(state, refund)
  local code = problem_of(state, refund)
  if code then
    refund.status = "Declined"
    local text = TEXTS[code]:format(state.options.refund_days)
    return callbacks.refund(state, refund, code, text)
  end
  refund.status = "Issued"
  local payment = state.payments[refund.payment]
  refund.transaction = state:book(payment, "refund", refund.amount)
  local number = state.options.issued_code ~= "empty" and 0 or nil
  callbacks.refund(state, refund, number)
end

--- Asks for a refund.
function refunds.request(state, args, caller)
  local provider, refusal = state:provider(args.providerid, caller)
  if not provider then return nil, refusal end
  local payment = state.payments[args.paymentid]
  local refund = {
    id = state:id "refund",
    status = "Requested",
    made = state:now(),
    provider = provider.id,
    agreement = args.agreementid,
    payment = args.paymentid,
    currency = payment and payment.currency or provider.currency,
    amount = args.body.amount,
    external_id = args.body.external_id,
    status_callback_url = args.body.status_callback_url,
  }
  state.refunds[refund.id] = refund
  local list = state.refunds_of[args.paymentid] or {}
  state.refunds_of[args.paymentid] = list
  list[#list + 1] = refund
  state.agenda:add(state:now() + SOON, process, refund)
  return {
    id = refund.id,
    amount = refund.amount and view.amount(state, refund.amount),
    status_callback_url = refund.status_callback_url,
    external_id = refund.external_id,
  }
end

--- The refunds of a payment, oldest first.
function refunds.list(state, args, caller)
  local provider, refusal = state:provider(args.providerid, caller)
  if not provider then return nil, refusal end
  local out = json.list {}
  for _, refund in ipairs(state.refunds_of[args.paymentid] or {}) do
    if
      refund.provider == provider.id
      and refund.agreement == args.agreementid
      and state:lists(refund.made)
    then
      out[#out + 1] = view.refund(state, refund)
    end
  end
  return out
end

return refunds
