-- Paying with MobilePay: an agreement with a first payment, which the
-- customer accepts on the phone; then the money is reserved, and taken.

local luapay = require "luapay"

local ngx = _G.ngx

local MobilePay = {}

--- Asks for a payment. Safe to repeat.
---@return luapay.FlowItem? item
---@return luapay.Fault? fault
function MobilePay:ask(order)
  local here = self.public_address
  local told = ("%s/callbacks/mobilepay/%s"):format(here, order.reference)
  return self.agreements:run_one {
    reference = order.reference,
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
      description = "Top-up of " .. order.account.name,
    },
  }
end

--- The payment of an order as the journal has it, or nil: the agreement where
--- that was turned down or is all that there is.
function MobilePay:payment(reference)
  local agreement = self.known(self.agreements, reference)
  local payment = self.known(self.payments, reference)
  if not payment or agreement and agreement.state == "closed" then
    return payment and payment.money ~= "asked" and payment or agreement
  end
  payment.redirect = agreement and agreement.redirect
  return payment
end

--- Asks MobilePay how a payment stands, and takes the money when it can.
function MobilePay:refresh(order)
  local reference = order.reference
  local agreement, fault = self.agreements:get(reference)
  if not agreement or agreement.state ~= "done" then
    return agreement, fault
  end
  local payment, why = self.payments:get(reference)
  if payment and payment.provider_status == "Reserved" then
    return self.payments:capture(reference)
  end
  return payment, why
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
    local taken, fault = flow:on_callback(event)
    if not taken then return false, fault end
    self:refresh(order)
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
function MobilePay:page(payment)
  return payment.redirect
end

local mobilepay = {}

--- Makes it. `known` and `with`: see desk.lua.
function mobilepay.new(known, journal, with, settings)
  local client = luapay.mobilepay_subscriptions(with {
    provider_id = settings.provider_id,
    refresh_token = settings.refresh_token,
    client_id = "sandbox-client",
    client_secret = "sandbox-secret",
  })
  local payments = luapay.flow.one_off { client = client, journal = journal }
  return setmetatable({
    agreements = luapay.flow.agreement {
      client = client,
      journal = journal,
      one_off = payments,
    },
    payments = payments,
    known = known,
    password = settings.callback_password,
    public_address = settings.public_address,
  }, { __index = MobilePay })
end

return mobilepay
