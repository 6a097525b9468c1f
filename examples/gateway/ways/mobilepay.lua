-- Paying with MobilePay: an agreement with a first payment, which the
-- customer accepts on the phone; then the money is reserved, and taken.

local luapay = require "luapay"

local ngx = _G.ngx

local MobilePay = {}

--- Asks for a payment. Safe to repeat.
---@return table? asked
---@return luapay.Fault? fault
function MobilePay:ask(order)
  local here = self.public_address
  local told = ("%s/callbacks/mobilepay/%s"):format(here, order.reference)
  return self.agreements:run {
    reference = order.reference,
    external_id = order.reference,
    country_code = "FI",
    currency = "EUR",
    plan = "Top-ups",
    expiration_timeout_minutes = 30,
    links = {
      { rel = "user-redirect", href = here .. "/orders/" .. order.reference },
      { rel = "success-callback", href = told },
      { rel = "cancel-callback", href = told },
    },
    one_off_payment = {
      amount = order.amount,
      external_id = order.reference,
      description = "Top-up of " .. order.account.name,
    },
  }
end

function MobilePay:find(flow, step, reference)
  return self.look_for { flow = flow, reference = reference, step = step }
end

--- What the journal has of a payment: the agreement until it is accepted,
--- then the payment, which is done when the money is taken.
function MobilePay:entry(reference)
  local agreement = self:find("agreement", "create", reference)
  local payment = self:find("one_off", "request", reference)
  if payment and payment.state ~= "pending" then return payment end
  if agreement and agreement.state == "done" then
    agreement.state = "pending" -- accepted; the money is not taken yet
  elseif agreement and agreement.state == "compensated" then
    agreement.state = "failed" -- nothing was ever paid
  end
  return agreement
end

-- The agreement's first payment, taken over and captured when reserved.
local function take(self, order, agreement)
  local paymentid = agreement.outcome.one_off_payment_id
  local item = {
    reference = agreement.reference,
    agreementid = agreement.provider_id,
    external_id = agreement.reference,
    amount = order.amount,
    currency = order.currency,
  }
  local adopted, fault = self.payments:adopt(item, paymentid)
  if not adopted then return nil, fault end
  local reserved, why = self.payments:await(agreement.reference)
  if not reserved then return nil, why end
  if reserved.state ~= "reserved" then return reserved end
  return self.payments:capture(agreement.reference)
end

--- Asks MobilePay how a payment stands, and takes the money when it can.
function MobilePay:look(order)
  local reference = order.reference
  local answered, fault = self.agreements:await(reference)
  if not answered then return nil, fault end
  local agreement = self:find("agreement", "create", reference)
  if agreement and agreement.state == "done" then
    return take(self, order, agreement)
  end
  return answered
end

--- Takes a callback, whose sender has shown that it is MobilePay. It answers
--- the request; `follow(order)` does what comes after.
function MobilePay:callback(order, follow)
  self.receiver = self.receiver
    or luapay.callback.mobilepay_subscriptions {
      basic = { user_name = "mobilepay", password = self.password },
      seen = luapay.callback.seen.dict(ngx.shared.seen),
    }
  self.receiver:nginx(function(event)
    local flow = event.kind == "agreement" and self.agreements or self.payments
    local moved, fault = flow:on_callback(event)
    if moved == nil then return nil, fault end
    self:look(order)
    return follow(order)
  end)
end

--- Settles what a crash has left open.
function MobilePay:recover()
  local good, fault = self.agreements:recover()
  if not good then return nil, fault end
  return self.payments:recover()
end

--- Where the customer pays.
function MobilePay:page(entry)
  return (entry.outcome or {}).redirect
end

local mobilepay = {}

--- Makes it. `find` and `with`: see desk.lua.
function mobilepay.new(find, journal, with, settings)
  local client = luapay.mobilepay_subscriptions(with {
    provider_id = settings.provider_id,
    refresh_token = settings.refresh_token,
    client_id = "sandbox-client",
    client_secret = "sandbox-secret",
  })
  -- a page does not wait for a customer: it looks once
  local options = { client = client, journal = journal, patience = 0.001 }
  return setmetatable({
    agreements = luapay.flow.agreement(options),
    payments = luapay.flow.one_off(options),
    look_for = find,
    password = settings.callback_password,
    public_address = settings.public_address,
  }, { __index = MobilePay })
end

return mobilepay
