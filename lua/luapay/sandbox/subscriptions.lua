-- A pretend MobilePay Subscriptions with its OpenID provider: merchants
-- with their subscription providers, agreements, payments in batches that
-- are executed on their day, one-off payments, refunds, attachments, and
-- the callbacks about all of these. Where the provider's documents are
-- silent, the choice is an option, named below with its reason.

local say = require "luapay.sandbox.subscriptions.say"
local world = require "luapay.sandbox.subscriptions.world"

local subscriptions = {
  name = "mobilepay_subscriptions",
  prefix = "/subscriptions/",
  secret = {
    ["x-ibm-client-secret"] = true,
    client_secret = true,
    refresh_token = true,
    code = true,
    code_verifier = true,
    body = true,
    list = true,
  },
}

local MERCHANT = "e0000000-0000-4000-8000-000000000001"
local FOREIGN = "e0000000-0000-4000-8000-000000000002"

subscriptions.defaults = {
  -- the second merchant is there so that somebody else's things exist
  merchants = {
    [MERCHANT] = { vat = "DK12345678" },
    [FOREIGN] = { vat = "FI12345678" },
  },
  providers = {
    ["f0000000-0000-4000-8000-000000000001"] = {
      merchant = MERCHANT,
      name = "The Gym",
      currency = "DKK",
      payment_status_callback_url = "https://merchant.example/payments",
    },
    ["f0000000-0000-4000-8000-000000000002"] = {
      merchant = FOREIGN,
      name = "The Other Gym",
      currency = "EUR",
      payment_status_callback_url = "https://other.example/payments",
    },
  },
  clients = {
    ["sandbox-client"] = {
      secret = "sandbox-secret",
      redirect_uris = { ["https://localhost/callback"] = true },
    },
  },
  merchant = MERCHANT, -- who logs in, and whose tokens there are
  client = "sandbox-client", -- whose refresh tokens there are
  lifetime = 300, -- seconds of an access token
  -- of refresh tokens: "grace" (the old one until the new one is used),
  -- "rotate" (at once), "same", "none" (no token in the answer)
  rotation = "grace",
  public_url = false, -- where it is; without it, the host that was asked
  issuer = false,
  ibm = false, -- { id =, secret = }: headers that the gateway once wanted
  landing_page = "https://landing.sandbox.example",
  country = "DK", -- or "FI": whose day it is
  limits = { DK = 60000, FI = 2000 }, -- of a payment; DK 300000 since 2023
  one_a_day = false, -- one payment of an agreement a day, whatever its id
  dormant = false, -- payments stay Requested, a million of them if need be
  auto_reserve = true, -- whether the merchant may reserve without asking
  refund_days = 90, -- 30 before 2022, 365 since 2024
  amount_as = "number", -- in answers, as the schema says; or "text"
  status_code_as = "number", -- in callbacks; or "text": both are on record
  accepted_as = "Accepted", -- in callbacks; or "Active"
  issued_code = "zero", -- of a refund's callback; or "empty"
  list_as = "list", -- of pages of agreements; or "object"
  merchant_as = "object", -- or "list"
  not_found_as = "empty", -- a 404 has no body; or "error"
  callback_token = "sandbox-callback-token", -- or a function of the auth
}

subscriptions.open = world.open
subscriptions.read = require "luapay.sandbox.subscriptions.read"
subscriptions.endpoints = require "luapay.sandbox.subscriptions.endpoints"
subscriptions.methods = require "luapay.sandbox.subscriptions.methods"

local function token_of(request)
  return (request.headers.authorization or ""):match "^Bearer (%S+)$"
end

-- Whether the gateway lets a request through.
local function passes(state, request)
  local ibm = state.options.ibm
  return not ibm
    or request.headers["x-ibm-client-id"] == ibm.id
      and request.headers["x-ibm-client-secret"] == ibm.secret
end

--- Who is calling? After time has done its work.
---@return table? caller merchant; or user, in simulations
---@return table? refusal
function subscriptions.admit(state, endpoint, request)
  state:settle()
  if endpoint.public then return {} end
  local refusal = { status = 401, text = "Unauthorized" }
  if endpoint.simulated then
    local user = request.headers.authenticateduser
    if user and user ~= "" then return { user = user } end
    refusal = { status = 403, text = "Who is the user?" }
  else
    local caller = state.identity:caller(token_of(request))
    if caller and passes(state, request) then return caller end
  end
  return nil, say.no(refusal, request, state, endpoint.shape)
end

--- Refuses what is no good request.
function subscriptions.problem(problem, request, state, endpoint)
  local text = problem.text:gsub("%%1", problem.field or "it")
  return say.no({
    status = problem.status,
    text = text,
    code = endpoint and endpoint.shape == "token" and "invalid_request" or nil,
  }, request, state, endpoint and endpoint.shape)
end

--- The access token of a request is gone.
function subscriptions.expire(state, request)
  state.identity:expire(token_of(request))
end

return subscriptions
