-- Payments: initiated, shown, updated, invalidated. Their states are
-- "open" (the user may accept), "accepted" (an attempt awaits its result),
-- "challenged" (3DS is running), "authorized", and the ends: "rejected",
-- "expired", "invalidated".

local attempts = require "luapay.sandbox.online.attempts"
local json = require "luapay.sandbox.json"
local means = require "luapay.sandbox.online.means"
local references = require "luapay.sandbox.online.references"

local payments = {}

local LINK = "https://sandprod-products.mobilepay.dk/remote-website/apppages"
  .. "/?id="

local function links(payment)
  return {
    paymentId = payment.paymentId,
    redirectToMobilePayUrl = LINK .. payment.paymentId,
    redirectToMobilePayAppUrl = "mobilepay://remote?id=" .. payment.paymentId,
  }
end

local function make(world, args, caller)
  local payment = {}
  for name, value in pairs(args) do
    payment[name] = value
  end
  payment.paymentId, payment.psp = world:id("payment"), caller.psp
  payment.state, payment.time = "open", world:now()
  payment.ends = world:end_of(args)
  payment.attempts = {}
  world.payments[payment.paymentId] = payment
  world.open[payment.paymentId] = payment
  return payment
end

--- Starts a payment, or finds the one that the same call has started.
---@param args table checked, with merchantId
---@return table? links, or nil
---@return string? refusal
---@return table? payment
function payments.start(world, args, caller)
  local scope = args.merchantId
  local known, refusal = references.find(world, scope, args)
  if known or refusal then return known and links(known), refusal, known end
  refusal = references.count(world, scope, args)
  if refusal then return nil, refusal end
  local payment = make(world, args, caller)
  references.keep(world, scope, args, payment)
  return links(payment), nil, payment
end

function payments.initiate(world, args, caller)
  local merchant, refusal = world:merchant(args.merchantId, caller)
  refusal = refusal
    or means.card_problem(args.allowedCardTypes)
    or means.currency_problem(args.currencyCode)
  if not merchant or refusal then return nil, refusal end
  return payments.start(world, args, caller)
end

local SHOWN = {
  "merchantId",
  "merchantName",
  "merchantLogoUrl",
  "merchantOrderId",
  "merchantUrl",
  "pspReferenceId",
  "amount",
  "currencyCode",
  "publicKeyId",
  "redirectFromMobilePayUrl",
  "deliveryAddressAllowed",
  "deliveryAddressDisallowedReasonCode",
}

function payments.get(world, args, caller)
  local payment, refusal = world:own("payments", args.paymentId, caller)
  if not payment then return nil, refusal end
  local out = {
    allowedCardTypes = json.list(payment.allowedCardTypes),
    preferVisaPartOfVisaDankort = payment.preferVisaPartOfVisaDankort or false,
  }
  for _, name in ipairs(SHOWN) do
    out[name] = payment[name]
  end
  return out
end

local OVER = { rejected = true, expired = true, invalidated = true }

function payments.update(world, args, caller)
  local payment, refusal = world:own("payments", args.paymentId, caller)
  if not payment then return nil, refusal end
  if OVER[payment.state] then return nil, "ended" end
  payment.redirectFromMobilePayUrl = args.redirectFromMobilePayUrl
    or payment.redirectFromMobilePayUrl
  payment.reservationExpireTimestamp = args.reservationExpireTimestamp
    or payment.reservationExpireTimestamp
end

--- Makes that the user can accept no more, where that is still possible.
function payments.invalidate(world, args, caller)
  local payment, refusal = world:own("payments", args.paymentId, caller)
  if not payment then return nil, refusal end
  if payment.state == "authorized" then return nil, "attempt_succeeded" end
  if attempts.running(payment) then return nil, "attempt_running" end
  if payment.state == "open" then
    payment.state = "invalidated"
    world.open[payment.paymentId] = nil
  end
end

return payments
