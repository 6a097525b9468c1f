-- The endpoints of the pretend OpenID provider, and the merchant's own hand
-- on its login page.

local id_token = require "luapay.sandbox.subscriptions.id_token"
local json = require "luapay.sandbox.json"
local page = require "luapay.sandbox.subscriptions.login_page"
local signer = require "luapay.sandbox.subscriptions.signer"

local login = {}

local AUTH = "/merchant-authentication-openidconnect"

--- The discovery document.
function login.configuration(state, _, _, request)
  local here = id_token.base(state, request)
  return {
    issuer = id_token.issuer(state, request),
    authorization_endpoint = here .. "/account/connect/authorize",
    token_endpoint = here .. AUTH .. "/connect/token",
    jwks_uri = here .. AUTH .. "/.well-known/openid-configuration/jwks",
    response_types_supported = json.list { "code id_token" },
    id_token_signing_alg_values_supported = json.list { "RS256" },
    code_challenge_methods_supported = json.list { "S256" },
  }
end

--- The keys.
function login.jwks(state)
  return state.identity.signer:jwks()
end

local function problem_of(state, asked)
  local client = state.options.clients[asked.client_id or ""]
  local uris = client and client.redirect_uris or {}
  if not client then return "invalid_client" end
  if not uris[asked.redirect_uri or ""] then return "invalid_request" end
  if asked.response_type ~= "code id_token" then
    return "unsupported_response_type"
  end
  local scope = " " .. (asked.scope or "") .. " "
  if
    not scope:find(" openid ", 1, true)
    or not scope:find(" offline_access ", 1, true)
  then
    return "invalid_scope"
  end
  if asked.code_challenge_method ~= "S256" or not asked.nonce then
    return "invalid_request"
  end
end

--- The merchant consents: what its browser brings back.
---@param state table
---@param asked table<string, string> the parameters of the address
---@param merchant string? the id of who consents; nil: rejects
---@param request? table by which address the provider was asked
---@return table answer code, id_token, state; or error
function login.consent(state, asked, merchant, request)
  local problem = problem_of(state, asked) or not merchant and "access_denied"
  if problem then return { error = problem, state = asked.state } end
  local grant = {
    merchant = merchant,
    client = asked.client_id,
    redirect_uri = asked.redirect_uri,
    challenge = asked.code_challenge,
    nonce = asked.nonce,
    scope = asked.scope,
  }
  local code = state.identity:new_code(grant)
  local hash = { c_hash = signer.half_hash(code) }
  return {
    code = code,
    state = asked.state,
    id_token = id_token.make(state, grant, hash, request),
  }
end

--- The login page: the merchant of the options consents without a click.
--- In a browser it goes on by itself, as the real one does in the end.
function login.page(state, _, _, request)
  local asked = page.parameters(request.query)
  local merchant = state.options.merchant
  return page.go_back(asked, login.consent(state, asked, merchant, request))
end

return login
