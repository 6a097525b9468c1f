-- mobilepay_subscriptions.lua - MobilePay Subscriptions takes an access
-- token of OpenID Connect: a ready one, or one that is kept fresh with a
-- refresh token. How to get that: oidc.lua.

local fault = require "luapay.fault"
local http = require "luapay.auth.oidc.http"
local metadata = require "luapay.auth.oidc.metadata"
local renewal = require "luapay.auth.oidc.renewal"
local share = require "luapay.auth.session.share"

local mobilepay_subscriptions = {}

--- The options that say whose money it is: the first that is given.
mobilepay_subscriptions.merchant = { "provider_id", "client_id" }

local HERE = "luapay.mobilepay_subscriptions: "

--- What a client of this scheme is given: see
--- `luapay.mobilepay_subscriptions`.
mobilepay_subscriptions.options = {
  access_token = { type = "any" }, -- text, or a function that returns it
  refresh_token = { type = "any" }, -- the same
  client_id = { type = "string" },
  client_secret = { type = "string" },
  on_tokens = { type = "function" },
  refresh_ahead = { type = "number", positive = true, default = 30 },
  country = {
    type = "string",
    default = "DK",
    choices = { DK = true, FI = true },
  },
  discovery_url = { type = "string" },
  issuer = { type = "string" },
  token_endpoint = { type = "string" },
  ibm_client_id = { type = "string" },
  ibm_client_secret = { type = "string" },
  provider_id = { type = "string" },
  test_user = { type = "string" },
  share = share.rule,
}

local function check_token(name, value)
  if value == nil or type(value) == "function" then return end
  if not http.is_token(value) then
    error(HERE .. name .. ": expected a token or a function", 5)
  end
end

local function check(options)
  check_token("access_token", options.access_token)
  check_token("refresh_token", options.refresh_token)
  if options.refresh_token then
    if not (options.client_id and options.client_secret) then
      error(HERE .. "refresh_token needs client_id and client_secret", 4)
    end
    if type(options.access_token) == "function" then
      error(HERE .. "access_token as a function needs no refresh_token", 4)
    end
  elseif not options.access_token then
    error(HERE .. "needs an access_token or a refresh_token", 4)
  elseif options.share then
    error(HERE .. "share needs a refresh_token", 4)
  end
end

--- Arguments of every call that are set once, under their wire names.
---@param options table checked options
---@return table?
function mobilepay_subscriptions.settings(options)
  check(options)
  return {
    providerid = options.provider_id,
    authenticateduser = options.test_user,
    ["x-ibm-client-id"] = options.ibm_client_id,
    ["x-ibm-client-secret"] = options.ibm_client_secret,
  }
end

-- A token that somebody else takes care of. One that was refused is not
-- sent again.
local function given_token(source)
  local refused
  local self = {}
  function self.token()
    local token, why = source, nil
    if type(source) == "function" then
      token, why = source()
    end
    if http.is_token(token) and token ~= refused then return token end
    if fault.is(why) then return nil, why end
    return nil,
      fault.new {
        kind = "auth",
        message = token
            and token == refused
            and "the access token was refused"
          or "there is no access token",
      }
  end
  function self.forget(token)
    refused = token
  end
  return self
end

local function tokens_of(options, transport)
  if not options.refresh_token then
    return given_token(options.access_token)
  end
  return renewal.new(options, metadata.new(options, transport), transport)
end

--- Makes the scheme of one client.
---@param options table checked options
---@param transport luapay.Transport
---@return { sign: function, forget: function }
function mobilepay_subscriptions.new(options, transport)
  local tokens = tokens_of(options, transport)
  local auth = {}

  --- Signs a request.
  ---@async
  ---@return boolean? signed
  ---@return luapay.Fault? fault nothing of the request was sent
  function auth.sign(request, deadline)
    local token, err = tokens.token(deadline)
    if not token then return nil, err end
    request.headers.authorization = "Bearer " .. token
    return true
  end

  --- Lets go of the token that a request was signed with.
  function auth.forget(request)
    local token = (request.headers.authorization or ""):match "^Bearer (.*)$"
    if token then tokens.forget(token) end
  end

  return auth
end

return mobilepay_subscriptions
