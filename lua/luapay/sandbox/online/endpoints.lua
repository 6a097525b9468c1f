-- The 32 endpoints of MobilePay Online: where they are, what they read, who
-- does the work and what status a success has.

local agreements = require "luapay.sandbox.online.agreements"
local attempts = require "luapay.sandbox.online.attempts"
local clients = require "luapay.sandbox.online.clients"
local endpoint = require "luapay.sandbox.online.endpoint"
local merchants = require "luapay.sandbox.online.merchants"
local mits = require "luapay.sandbox.online.mits"
local money = require "luapay.sandbox.online.money"
local orders = require "luapay.sandbox.online.order_rules"
local payments = require "luapay.sandbox.online.payments"
local rules = require "luapay.sandbox.online.rules"
local user = require "luapay.sandbox.online.user"

local endpoints = {}

-- stylua: ignore start
-- a table of rows

local function at(prefix, rows)
  for _, row in ipairs(rows) do
    endpoints[#endpoints + 1] = endpoint(prefix, row)
  end
end

at("/cardpassthrough-kongonboarding-restapi/api/v1/credentials", {
  { "create_credentials", "POST", clients.create, public = true },
  { "get_credentials", "GET", clients.get, unapproved = true },
  { "rotate_secret", "PATCH /secret", clients.rotate },
})

at("/cardpassthrough-restapi/api/v1/merchants", {
  { "create_merchant", "POST", merchants.create,
    fields = rules.create_merchant },
  { "list_merchants", "GET", merchants.list },
  { "get_merchant", "GET /{merchantId}", merchants.get },
  { "update_merchant", "PATCH /{merchantId}", merchants.update,
    fields = rules.update_merchant, status = 204 },
  { "delete_merchant", "DELETE /{merchantId}", merchants.delete,
    status = 204 },
})

at("/cardpassthrough-restapi/api/v1/psp/platforms", {
  { "list_platforms", "GET", merchants.list_platforms },
  { "create_platform", "POST", merchants.create_platform,
    fields = rules.platform },
  { "update_platform", "PATCH /{platformId}", merchants.update_platform,
    fields = rules.platform },
})

at("/cardpassthrough-restapi/api/v3/payments", {
  { "initiate_payment", "POST", payments.initiate,
    fields = orders.initiate_payment },
  { "get_payment", "GET /{paymentId}", payments.get },
})

-- A capture may name the attempt that it belongs to.
local function name_attempt(world, payment, args)
  local id = args.authorizationAttemptId
  return id and attempts.succeed(world, payment, id)
end

at("/cardpassthrough-restapi/api/v1/payments/{paymentId}", {
  { "update_payment", "PATCH", payments.update,
    fields = rules.update_payment, status = 204 },
  { "update_authorization_attempt",
    "PATCH /authorizationattempts/{authorizationAttemptId}",
    attempts.update, fields = rules.outcome, status = 204 },
  { "invalidate_payment", "PUT /invalidate", payments.invalidate },
  { "capture_payment", "POST /captures",
    money.capture("payments", name_attempt),
    fields = rules.part("captureIdentifier", rules.attempt_of_capture) },
  { "cancel_payment", "POST /cancels", money.cancel "payments",
    fields = rules.part "cancelIdentifier" },
  { "refund_payment", "POST /refunds", money.refund "payments",
    fields = rules.part "refundIdentifier" },
})

at("/cardpassthrough-regressiontester-restapi/api/v1/product/payments", {
  { "simulate_user", "POST /simulation/enter-phone-and-swipe/{paymentId}",
    user.simulate, fields = rules.simulate_user, public = true },
})

at("/cardpassthrough-restapi/api/v3/recurring", {
  { "create_recurring_agreement", "POST", agreements.create,
    fields = rules.create_agreement },
  { "get_recurring_agreement", "GET /{agreementId}", agreements.get },
  { "update_recurring_agreement", "PATCH /{recurringAgreementId}",
    agreements.update, fields = rules.update_agreement, status = 204 },
  { "terminate_recurring_agreement", "DELETE", agreements.terminate,
    query = "agreementId" },
  { "confirm_card_update", "PATCH /{agreementId}/card/{paymentId}",
    agreements.confirm_card, fields = rules.outcome, status = 204 },
  { "initiate_cit_payment", "POST /payments/customer-initiated",
    agreements.initiate_cit, fields = orders.initiate_cit_payment,
    query = "agreementId" },
})

at("/cardpassthrough-restapi/api/v3/recurring/payments/merchant-initiated", {
  { "initiate_mit_payment", "POST", mits.initiate,
    fields = orders.initiate_mit_payment, query = "agreementId" },
  { "get_mit_payment_details", "GET /payments/{mitPaymentId}/details",
    mits.get },
  { "update_mit_payment", "PATCH /{paymentId}", mits.update,
    fields = rules.mit_outcome },
  { "capture_mit_payment", "POST /{paymentId}/captures",
    money.capture "mits", fields = rules.part "captureIdentifier" },
  { "cancel_mit_payment", "POST /{paymentId}/cancels", money.cancel "mits",
    fields = rules.part "cancelIdentifier" },
  { "refund_mit_payment", "POST /{paymentId}/refunds", money.refund "mits",
    fields = rules.part "refundIdentifier" },
})
-- stylua: ignore end

return endpoints
