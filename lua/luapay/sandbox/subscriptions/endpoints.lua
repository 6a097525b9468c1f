-- The 31 endpoints of MobilePay Subscriptions and the four of its OpenID
-- provider: where they are, what they read, who does the work, what status
-- a success has and which shape a refusal.

local agreements = require "luapay.sandbox.subscriptions.agreements"
local attachments = require "luapay.sandbox.subscriptions.attachments"
local fields = require "luapay.sandbox.subscriptions.fields"
local grants = require "luapay.sandbox.subscriptions.grants"
local login = require "luapay.sandbox.subscriptions.login"
local one_offs = require "luapay.sandbox.subscriptions.one_offs"
local payments = require "luapay.sandbox.subscriptions.payments"
local providers = require "luapay.sandbox.subscriptions.providers"
local refunds = require "luapay.sandbox.subscriptions.refunds"
local say = require "luapay.sandbox.subscriptions.say"
local simulation = require "luapay.sandbox.subscriptions.simulation"

local endpoints = {}

-- An endpoint out of a row: name, method and rest of the path, who works.
-- Without a status, a GET answers 200 and all else 204.
local function add(prefix, row, defaults)
  local method, path = row[2]:match "^(%u+) ?(.*)$"
  local act = row[3]
  local shape = row.shape or defaults.shape
  local status = row.status or (method == "GET" and 200 or 204)
  endpoints[#endpoints + 1] = {
    name = row[1],
    method = method,
    path = prefix .. path,
    fields = row.fields,
    list = row.list,
    form = row.form,
    public = defaults.public,
    simulated = defaults.simulated,
    shape = shape,
    run = function(state, args, caller, request)
      local result, refusal = act(state, args, caller, request)
      if refusal then return say.no(refusal, request, state, shape) end
      if type(result) == "table" and result.headers then return result end
      return say.yes(status, result)
    end,
  }
end

local function at(prefix, rows)
  for _, row in ipairs(rows) do
    add(prefix, row, rows)
  end
end

-- stylua: ignore start
-- a table of rows

local PROVIDER = "/subscriptions/api/providers/{providerid}"
local AGREEMENT = PROVIDER .. "/agreements/{agreementid}"

at("/subscriptions/api/merchants/me", {
  { "get_merchant", "GET", providers.merchant },
})

at(PROVIDER, {
  { "get_provider", "GET", providers.get },
  { "update_provider", "PATCH", providers.update, list = true },
  { "set_callback_auth_oauth2", "PUT /auth/oauth2", providers.oauth2,
    fields = fields.oauth2 },
  { "set_callback_auth_api_key", "PUT /auth/apikey", providers.api_key,
    fields = fields.api_key },
  { "set_callback_auth_basic", "PUT /auth/basic", providers.basic,
    fields = fields.basic },
  { "create_agreement", "POST /agreements", agreements.create,
    fields = fields.create_agreement, status = 201 },
  { "list_agreements", "GET /agreements", agreements.list },
  { "request_payments", "POST /paymentrequests", payments.request,
    list = true, status = 202 },
})

at(AGREEMENT, {
  { "get_agreement", "GET", agreements.get },
  { "update_agreement", "PATCH", agreements.update, list = true },
  { "cancel_agreement", "DELETE", agreements.cancel },
  { "list_payment_requests", "GET /paymentrequests", payments.list },
  { "get_payment_request", "GET /paymentrequests/{paymentid}",
    payments.get },
  { "update_payment_request", "PATCH /paymentrequests/{paymentid}",
    payments.update, list = true },
  { "decline_payment_request", "DELETE /paymentrequests/{paymentid}",
    payments.decline },
  { "request_one_off_payment", "POST /oneoffpayments", one_offs.request,
    fields = fields.one_off, status = 202 },
  { "list_one_off_payments", "GET /oneoffpayments",
    payments.list_one_offs },
  { "get_one_off_payment", "GET /oneoffpayments/{paymentid}",
    one_offs.get },
  { "cancel_one_off_payment", "DELETE /oneoffpayments/{paymentid}",
    one_offs.cancel },
  { "capture_one_off_payment", "POST /oneoffpayments/{paymentid}/capture",
    one_offs.capture },
})

at(AGREEMENT .. "/payments/{paymentid}/refunds", { shape = "refund",
  { "list_refunds", "GET", refunds.list },
  { "request_refund", "POST", refunds.request, fields = fields.refund,
    status = 202 },
})

at(PROVIDER .. "/payments/{paymentid}/attachment", {
  { "get_payment_attachment", "GET", attachments.get },
  { "update_payment_attachment", "PUT", attachments.put,
    fields = fields.attachment },
  { "delete_payment_attachment", "DELETE", attachments.delete },
  { "get_payment_attachment_pdf", "GET /pdf", attachments.pdf },
})

at("/recurringpayments-restapi/api", { shape = "simulation",
  simulated = true,
  { "simulate_agreement_decision", "PATCH /agreements/v1/{id}",
    simulation.agreement_decision, fields = fields.agreement_decision },
  { "simulate_one_off_decision",
    "PATCH /users/v1/me/agreements/{agreementid}/oneoffpayments"
    .. "/{paymentid}", simulation.one_off_decision, list = true,
    status = 200 },
  { "simulate_agreement_cancel",
    "PATCH /users/v1/me/agreements/{agreementid}",
    simulation.agreement_cancel, fields = fields.agreement_cancel },
  { "simulate_payment_reject", "DELETE /users/me/payments/{paymentid}",
    simulation.payment_reject },
})

local TOKEN_FORM = { { name = "grant_type", required = true },
  { name = "client_id" }, { name = "client_secret" }, { name = "code" },
  { name = "redirect_uri" }, { name = "code_verifier" },
  { name = "refresh_token" } }

at("", { public = true, shape = "token",
  { "openid_configuration",
    "GET /account/.well-known/openid-configuration",
    login.configuration },
  { "authorize", "GET /account/connect/authorize", login.page },
  { "jwks", "GET /merchant-authentication-openidconnect/.well-known"
    .. "/openid-configuration/jwks", login.jwks },
  { "token", "POST /merchant-authentication-openidconnect/connect/token",
    grants, form = TOKEN_FORM, status = 200 },
})
-- stylua: ignore end

return endpoints
