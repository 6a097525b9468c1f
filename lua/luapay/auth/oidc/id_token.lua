-- id_token.lua - validates an id_token against the provider's keys,
-- which are read anew when the token names one that is not there.

local claims = require "luapay.auth.oidc.claims"
local fault = require "luapay.fault"
local jwt = require "luapay.auth.oidc.jwt"

local id_token = {}

local function refuse(code, message)
  return nil,
    fault.new({
      kind = "auth",
      code = code,
      message = "the id_token " .. message,
    }, "oidc.id_token")
end

-- The key, from what is known or, once, from the provider.
local function find_key(metadata, kid, deadline)
  local keys, err = metadata:keys(deadline)
  if not keys then return nil, err end
  local key = jwt.choose(keys, kid)
  if key then return key end
  keys, err = metadata:keys(deadline, true)
  if err then return nil, err end
  key = keys and jwt.choose(keys, kid)
  if key then return key end
  return refuse("kid", "is signed with no key of the provider's")
end

--- Validates a token.
---@async
---@param token any
---@param metadata table of the provider: see metadata.lua
---@param expected table audience, nonce, now, leeway
---@param deadline number
---@return table? claims
---@return luapay.Fault? fault of kind "auth"; its code names the claim
function id_token.validate(token, metadata, expected, deadline)
  local parts = jwt.read(token)
  if not parts then return refuse("malformed", "is none") end
  local code, message = jwt.check_header(parts.header)
  if code then return refuse(code, message) end
  local document, err = metadata:get(deadline)
  if not document then return nil, err end
  local key
  key, err = find_key(metadata, parts.header.kid, deadline)
  if not key then return nil, err end
  if not key:verify(parts.signed, parts.signature) then
    return refuse("signature", "has a signature that is not its own")
  end
  expected.issuer = document.issuer
  code, message = claims.check(parts.claims, expected)
  if code then return refuse(code, message) end
  return parts.claims
end

return id_token
