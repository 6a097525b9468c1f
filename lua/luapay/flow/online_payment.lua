-- online_payment.lua - payments of MobilePay Online: made, accepted by the
-- customer, authorised at your acquirer in time, captured in parts, cancelled
-- and refunded. Card data goes to your functions and nowhere else.

local attempts = require "luapay.flow.online.attempt"
local kit = require "luapay.flow.kit"
local payment = require "luapay.flow.online.payment"

local kind = {
  name = "online_payment",
  api = "mobilepay_online",
  main = "initiate",
  intended = { pending = true, done = true, compensated = true },
  awaited = payment.is_reserved,
  fields = payment.FIELDS,
  secrets = payment.SECRETS,
  uncompared = payment.UNCOMPARED,
  options = payment.OPTIONS,
  steps = { initiate = payment.INITIATE },
  events = payment.events,
  verbs = payment.verbs,
  after_person = attempts.after_person,
  settled = attempts.settled,
  recover = attempts.recover,
}

for name, spec in pairs(payment.steps) do
  kind.steps[name] = spec
end

function kind.make(flow, what)
  payment.make(flow, what, { authorise = true })
end

function kind.want(_, item)
  return payment.want(item, "initiate_payment", {})
end

function kind.view(_, item, main, record)
  payment.view(item, main, record)
end

--- Makes a flow: `luapay.flow.online_payment{...}`.
---
--- What all flows take, and:
---
--- `acquirer`: functions of yours, each with a deadline of its own.
--- `authorise(payment, card)` is called once for each attempt, after the
--- event of the card was answered, and returns `{ approved = true }`,
--- `{ approved = false, reasonCode =, reasonMessage = }` or
--- `{ threeDSecureUrl = }`, with acquirerVatNumber, acquirerMerchantId and
--- acquirerPaymentReference. `payment`: reference, paymentId,
--- authorizationAttemptId, amount (decimal text), currency. When it returns
--- nothing of that, or raises, nobody knows whether the money is reserved:
--- `look_up(payment)` is asked, which returns the same; without one the
--- attempt is parked. `release(payment)` lets go of an authorisation that is
--- not to be used, and returns true; without one a person has to.
---
--- `window`: seconds after a card has come in which it is authorised, 20;
--- `later(fn)`: where work goes on when an event was answered; nginx's
--- timers, elsewhere at once; `patience`: 2100.
---
--- An item has `reference` and the arguments of initiate_payment; `amount` is
--- decimal text or luapay.money; `pspReferenceId` is the reference unless
--- given.
return kit.define(kind)
