-- exchange.lua - from what a merchant comes back with to tokens. All
-- that can be checked is checked before the code is used up.

local crypto = require "luapay.crypto"
local fault = require "luapay.fault"
local http = require "luapay.auth.oidc.http"
local id_token = require "luapay.auth.oidc.id_token"
local jwt = require "luapay.auth.oidc.jwt"

local function refuse(code, message)
  return nil,
    fault.new({ kind = "auth", code = code, message = message }, "oidc.login")
end

-- Whether the redirect is the answer to this login, and a good one.
local function check_answer(login, answer)
  if
    type(answer.state) ~= "string"
    or not crypto.equal(answer.state, login.state)
  then
    return refuse("state", "the answer belongs to another login")
  end
  if type(answer.error) == "string" then
    local said = answer.error_description
    return refuse(
      answer.error,
      type(said) == "string" and said or "the provider has refused"
    )
  end
  if type(answer.code) ~= "string" or answer.code == "" then
    return refuse("code", "the answer has no code")
  end
  if type(answer.id_token) ~= "string" then
    return refuse("id_token", "the answer has no id_token")
  end
  return true
end

-- Those that an id_token must have, by the way it came (OpenID Connect Core,
-- 3.3.2.11 and 3.3.3.8): without the first, a code can be swapped.
local REQUIRED = { c_hash = true, at_hash = false }

-- An id_token's claims, and whether it goes with this text.
local function validate(inner, token, nonce, hash, text, deadline)
  local options = inner.options
  local claims, err = id_token.validate(token, inner.metadata, {
    audience = options.client_id,
    nonce = nonce,
    now = options.time(),
    leeway = options.leeway,
  }, deadline)
  if not claims then return nil, err end
  if claims[hash] == nil and not REQUIRED[hash] then return claims end
  if jwt.has_hash(claims[hash], text) then return claims end
  return refuse(hash, "the id_token belongs to something else")
end

local function ask(inner, login, code, deadline)
  local url, err = inner.metadata:token_endpoint(deadline)
  if not url then return nil, err end
  return http.tokens(inner.transport, url, {
    grant_type = "authorization_code",
    code = code,
    redirect_uri = login.redirect_uri,
    code_verifier = login.code_verifier,
    client_id = inner.options.client_id,
    client_secret = inner.options.client_secret,
  }, deadline, false)
end

local mt = {
  __name = "luapay.Tokens",
  __tostring = function()
    return "luapay: tokens"
  end,
}

--- Exchanges a code for tokens.
---@async
---@param inner table options, transport, metadata
---@param login table what authorization_url returned
---@param answer table code, id_token, state; or error
---@param deadline number
---@return table? tokens
---@return luapay.Fault? fault
return function(inner, login, answer, deadline)
  local good, err = check_answer(login, answer)
  if not good then return nil, err end
  local before
  before, err = validate(
    inner,
    answer.id_token,
    login.nonce,
    "c_hash",
    answer.code,
    deadline
  )
  if not before then return nil, err end
  local tokens
  tokens, err = ask(inner, login, answer.code, deadline)
  if not tokens then return nil, err end
  tokens.claims, err = validate(
    inner,
    tokens.id_token,
    login.nonce,
    "at_hash",
    tokens.access_token,
    deadline
  )
  if not tokens.claims then return nil, err end
  if before.sub ~= tokens.claims.sub then
    return refuse("sub", "the two id_tokens are about different people")
  end
  return setmetatable(tokens, mt)
end
