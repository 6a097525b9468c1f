-- What becomes of an agreement, and of its payments with it.

local callbacks = require "luapay.sandbox.subscriptions.callbacks"
local one_offs = require "luapay.sandbox.subscriptions.one_offs"
local payment_life = require "luapay.sandbox.subscriptions.payment_life"

local life = {}

local CANCELED = {
  user = { 40002, "Agreement canceled by user" },
  merchant = { 40003, "Agreement canceled by merchant" },
  system = { 40004, "Agreement canceled by system" },
}

-- The payment that was to be made with the acceptance.
local function first_of(agreement)
  local first = agreement.first
  return first and first.status == "Requested" and first
end

--- The user accepts a pending agreement.
function life.accept(state, agreement)
  agreement.status, agreement.accepted = "Accepted", state:now()
  callbacks.agreement(state, agreement, "success-callback", 0)
  local first = first_of(agreement)
  if first then one_offs.reserve(state, first) end
end

--- The user rejects it.
function life.reject(state, agreement)
  agreement.status = "Rejected"
  callbacks.agreement(
    state,
    agreement,
    "cancel-callback",
    40000,
    "Agreement rejected by user"
  )
  local first = first_of(agreement)
  if first then one_offs.reject(state, first) end
end

local function expire(state, agreement)
  if agreement.status ~= "Pending" then return end
  agreement.status = "Expired"
  callbacks.agreement(
    state,
    agreement,
    "cancel-callback",
    40001,
    "Pending agreement expired"
  )
  local first = first_of(agreement)
  if first then one_offs.drop(state, first) end
end

-- Payments that are under way end with their agreement.
local function end_payments(state, agreement, status)
  for _, payment in ipairs(agreement.payments) do
    if payment.type == "OneOff" then
      if payment.status == "Requested" or payment.status == "Reserved" then
        one_offs.drop(state, payment)
      end
    elseif payment_life.is_pending(payment) then
      payment_life.finish(state, payment, status, 50005)
    end
  end
end

--- Ends an agreement.
---@param state table
---@param agreement table
---@param who string "user", "merchant" or "system"
function life.cancel(state, agreement, who)
  agreement.status, agreement.canceled = "Canceled", state:now()
  local code, text = CANCELED[who][1], CANCELED[who][2]
  callbacks.agreement(state, agreement, "cancel-callback", code, text)
  local status = who == "user" and "Rejected" or "Declined"
  end_payments(state, agreement, status)
end

--- Begins an agreement.
---@param state table
---@param provider table
---@param body table as fields.create_agreement has read it
---@param links table<string, string>
---@return table agreement
function life.begin(state, provider, body, links)
  local agreement = {
    id = state:id "agreement",
    provider = provider.id,
    status = "Pending",
    links = links,
    payments = {},
    created = state:now(),
    minutes = body.expiration_timeout_minutes,
    frequency = body.frequency or 0,
    retention = (body.retention_period_hours or 0) * 3600,
  }
  for _, name in ipairs {
    "external_id",
    "amount",
    "currency",
    "country_code",
    "plan",
    "description",
    "next_payment_date",
    "mobile_phone_number",
  } do
    agreement[name] = body[name]
  end
  state.agreements[agreement.id] = agreement
  local all = state.of_provider[provider.id] or {}
  state.of_provider[provider.id] = all
  all[#all + 1] = agreement
  local ends = agreement.created + agreement.minutes * 60
  state.agenda:add(ends, expire, agreement)
  return agreement
end

return life
