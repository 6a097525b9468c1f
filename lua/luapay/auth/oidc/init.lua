-- oidc.lua - lets a merchant of MobilePay consent, by OpenID Connect's
-- hybrid flow with PKCE: an address to send the merchant to, and tokens for
-- what the merchant comes back with. Needs luapay.crypto.

local check_options = require("luapay.options").check
local core = require "luapay.core"
local crypto = require "luapay.crypto"
local exchange = require "luapay.auth.oidc.exchange"
local metadata = require "luapay.auth.oidc.metadata"

local oidc = {}

local OPTIONS = {
  client_id = { type = "string", required = true },
  client_secret = { type = "string", required = true },
  transport = { type = "table", required = true },
  environment = {
    type = "string",
    default = "production",
    choices = { production = true, sandbox = true },
  },
  country = {
    type = "string",
    default = "DK",
    choices = { DK = true, FI = true },
  },
  base_url = { type = "string" },
  discovery_url = { type = "string" },
  issuer = { type = "string" },
  authorization_endpoint = { type = "string" },
  token_endpoint = { type = "string" },
  jwks_uri = { type = "string" },
  timeout = { type = "number", positive = true, default = 30 },
  leeway = { type = "number", default = 60 },
  time = { type = "function", default = os.time },
}

local LOGIN = {
  redirect_uri = { type = "string", required = true },
  merchant_vat = { type = "string" },
  scope = {
    type = "string",
    default = "openid offline_access subscriptions",
  },
  response_mode = {
    type = "string",
    default = "form_post",
    choices = { form_post = true, fragment = true },
  },
}

-- What belongs to one object, out of sight of whoever prints it.
local inner_of = setmetatable({}, { __mode = "k" })

local Oidc = { __name = "luapay.Oidc" }
Oidc.__index = Oidc

--- Makes the client of an OpenID provider; nothing is sent.
---@param given table see OPTIONS; `time` tells the seconds since 1970
---@return table
function oidc.new(given)
  local options = check_options("luapay.auth.oidc", given, OPTIONS)
  local self = setmetatable({}, Oidc)
  inner_of[self] = {
    options = options,
    transport = options.transport,
    metadata = metadata.new(options, options.transport),
  }
  return self
end

local function secret()
  return crypto.base64url_encode(crypto.random(32))
end

local function deadline_of(inner)
  return inner.transport:now() + inner.options.timeout
end

-- The parameters in an order that does not change.
local function address(url, fields)
  local parts = {}
  for name, value in pairs(fields) do
    parts[#parts + 1] = name .. "=" .. core.escape(value)
  end
  table.sort(parts)
  return url
    .. (url:find("?", 1, true) and "&" or "?")
    .. table.concat(parts, "&")
end

--- Begins a login. Keep what it returns where the merchant cannot change it
--- (a server's session) until the merchant comes back; use it once.
---@async
---@param given table redirect_uri, merchant_vat ("DK12345678"), scope,
--- response_mode ("form_post", or "fragment")
---@return table? login url, state, nonce, code_verifier, redirect_uri
---@return luapay.Fault? fault
function Oidc:authorization_url(given)
  local inner = inner_of[self]
  given = check_options("luapay: authorization_url", given, LOGIN)
  local vat = given.merchant_vat
  if vat and not vat:find("^[DF][KI]" .. ("%d"):rep(8) .. "$") then
    error("luapay: merchant_vat: expected DK or FI and 8 digits", 2)
  end
  local document, err = inner.metadata:get(deadline_of(inner))
  if not document then return nil, err end
  local login = {
    state = secret(),
    nonce = secret(),
    code_verifier = secret(),
    redirect_uri = given.redirect_uri,
  }
  login.url = address(document.authorization_endpoint, {
    response_type = "code id_token",
    response_mode = given.response_mode,
    client_id = inner.options.client_id,
    redirect_uri = given.redirect_uri,
    scope = given.scope,
    state = login.state,
    nonce = login.nonce,
    merchant_vat = vat,
    code_challenge = crypto.base64url_encode(
      crypto.sha256(login.code_verifier)
    ),
    code_challenge_method = "S256",
  })
  return login
end

--- Ends a login: checks what the merchant came back with and exchanges the
--- code for tokens.
---@async
---@param login table what `authorization_url` returned
---@param answer table the parameters of the redirect: code, id_token, state
---@return table? tokens access_token, refresh_token, expires_in, id_token
--- (validated), claims
---@return luapay.Fault? fault
function Oidc:exchange(login, answer)
  local inner = inner_of[self]
  return exchange(inner, login, answer, deadline_of(inner))
end

return oidc
