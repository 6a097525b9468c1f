-- What callers see of agreements, payments and refunds.

local date = require "luapay.sandbox.subscriptions.date"
local json = require "luapay.sandbox.json"
local money = require "luapay.sandbox.subscriptions.money"

local view = {}

-- The schema says that amounts are numbers; samples have them in quotes.
function view.amount(state, minor)
  if not minor then return json.null end
  local text = money.text(minor)
  return state.options.amount_as == "text" and text or json.number(text)
end

local function or_null(value)
  if value == nil then return json.null end
  return value
end

local function when(time)
  return time and date.moment(time) or json.null
end

local function links_of(agreement)
  local rels, out = {}, json.list {}
  for rel in pairs(agreement.links) do
    rels[#rels + 1] = rel
  end
  table.sort(rels)
  for i, rel in ipairs(rels) do
    out[i] = { rel = rel, href = agreement.links[rel] }
  end
  return out
end

--- An agreement.
function view.agreement(state, agreement)
  return {
    id = agreement.id,
    external_id = or_null(agreement.external_id),
    amount = view.amount(state, agreement.amount),
    currency = agreement.currency,
    country_code = agreement.country_code,
    plan = agreement.plan,
    description = or_null(agreement.description),
    next_payment_date = or_null(agreement.next_payment_date),
    frequency = agreement.frequency,
    status = agreement.status,
    links = links_of(agreement),
    expiration_timeout_minutes = agreement.minutes,
    date_created = when(agreement.created),
    date_accepted = when(agreement.accepted),
    date_canceled = when(agreement.canceled),
  }
end

--- A payment of an agreement.
function view.payment(state, payment, agreement)
  return {
    id = payment.id,
    agreement_id = payment.agreement,
    amount = view.amount(state, payment.amount),
    due_date = payment.due_date,
    status = payment.status,
    external_id = payment.external_id,
    external_agreement_id = or_null(agreement.external_id),
    next_payment_date = or_null(payment.next_payment_date),
    description = payment.description,
    payment_transaction_id = or_null(payment.transaction),
    grace_period_days = payment.grace or 1,
  }
end

--- A one-off payment.
function view.one_off(state, payment)
  return {
    id = payment.id,
    agreement_id = payment.agreement,
    currency = payment.currency,
    amount = view.amount(state, payment.amount),
    description = or_null(payment.description),
    status = payment.status,
    external_id = payment.external_id,
    payment_transaction_id = or_null(payment.transaction),
    expiration_timeout_minutes = payment.minutes,
  }
end

--- A refund: in camelCase, here only.
function view.refund(state, refund)
  return {
    id = refund.id,
    amount = view.amount(state, refund.amount),
    currency = refund.currency,
    status = refund.status,
    externalId = or_null(refund.external_id),
    paymentTransactionId = or_null(refund.transaction),
  }
end

--- Where the user goes.
function view.landing(state, agreement, payment)
  local href = state.options.landing_page
    .. "/?flow=agreement&id="
    .. agreement.id
  if payment then href = href .. "&oneOffPaymentId=" .. payment.id end
  return {
    rel = "mobile-pay",
    href = href .. "&countryCode=" .. agreement.country_code,
  }
end

return view
