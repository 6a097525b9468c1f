-- One-off payments: Requested, then Reserved when the user has accepted
-- (or at once, without asking), and Captured by the merchant, once and in
-- full; or Rejected, Canceled, Expired on the way.

local callbacks = require "luapay.sandbox.subscriptions.callbacks"
local view = require "luapay.sandbox.subscriptions.view"

local one_offs = {}

local KEPT = 6 * 86400 + 23 * 3600 + 45 * 60 -- seconds of a reservation

local TEXTS = {
  [0] = "Payment successfully reserved.",
  [50001] = "Rejected by user.",
  [50008] = "Expired by system.",
  [50013] = "Automatic reservation failed. User action is needed.",
}

-- Gives a reservation back.
local function release(state, payment)
  if payment.status == "Reserved" then
    state:book(payment, "release", payment.amount)
  end
end

local function expire(state, payment)
  release(state, payment)
  payment.status = "Expired"
  callbacks.payment(state, payment, 50008, TEXTS[50008])
end

local function expire_request(state, payment)
  if payment.status == "Requested" then expire(state, payment) end
end

local function expire_reservation(state, payment)
  if payment.status == "Reserved" then expire(state, payment) end
end

--- Begins a one-off payment.
function one_offs.begin(state, agreement, row)
  local payment = {
    id = state:id "one_off",
    type = "OneOff",
    status = "Requested",
    made = state:now(),
    provider = agreement.provider,
    agreement = agreement.id,
    currency = agreement.currency,
    requested = row.amount,
    amount = row.amount,
    decreased = 0,
    external_id = row.external_id,
    description = row.description,
    minutes = row.expiration_timeout_minutes or 1440,
  }
  state.payments[payment.id] = payment
  table.insert(agreement.payments, payment)
  local ends = state:now() + payment.minutes * 60
  state.agenda:add(ends, expire_request, payment)
  return payment
end

--- The user accepts, or nobody has to.
function one_offs.reserve(state, payment)
  payment.status = "Reserved"
  payment.transaction = state:book(payment, "reservation", payment.amount)
  state.agenda:add(state:now() + KEPT, expire_reservation, payment)
  callbacks.payment_now(state, payment, 0, TEXTS[0])
end

--- The user rejects.
function one_offs.reject(state, payment)
  payment.status = "Rejected"
  callbacks.payment_now(state, payment, 50001, TEXTS[50001])
end

--- It ends without a callback: the merchant's doing, or the agreement's.
function one_offs.drop(state, payment)
  release(state, payment)
  payment.status = "Canceled"
end

--- Asks a user for a payment.
function one_offs.request(state, args, caller)
  local agreement, refusal = state:agreement(args, caller)
  if not agreement then return nil, refusal end
  if agreement.status ~= "Accepted" then
    return nil, { status = 412, text = "The agreement is not active." }
  end
  if args.body.auto_reserve and not state.options.auto_reserve then
    return nil, { status = 412, text = "auto_reserve needs an approval." }
  end
  local payment = one_offs.begin(state, agreement, args.body)
  if args.body.auto_reserve and agreement.no_card then
    callbacks.payment_now(state, payment, 50013, TEXTS[50013])
  elseif args.body.auto_reserve then
    one_offs.reserve(state, payment)
  end
  local link = view.landing(state, agreement, payment)
  return { id = payment.id, links = { link } }
end

--- Takes the money of a reservation.
function one_offs.capture(state, args, caller)
  local payment, refusal = state:payment(args, caller, "OneOff")
  if not payment then return nil, refusal end
  if payment.status ~= "Reserved" then
    return nil, { status = 409, text = "The payment is not reserved." }
  end
  payment.status = "Captured"
  payment.transaction = state:book(payment, "capture", payment.amount)
  payment.paid_at = state:now()
end

--- The merchant lets go of a payment.
function one_offs.cancel(state, args, caller)
  local payment, refusal = state:payment(args, caller, "OneOff")
  if not payment then return nil, refusal end
  if payment.status ~= "Requested" and payment.status ~= "Reserved" then
    return nil, { status = 409, text = "The payment cannot be canceled." }
  end
  one_offs.drop(state, payment)
end

--- One payment.
function one_offs.get(state, args, caller)
  local payment, refusal, agreement = state:payment(args, caller, "OneOff")
  if not payment then return nil, refusal end
  return view.one_off(state, payment, agreement)
end

return one_offs
