-- jwt.lua - whether an id_token is what it says: pure functions of the
-- token, the provider's keys and what is expected. RS256 and nothing else:
-- "none" is no signature, and with HS256 whoever knows the public key could
-- sign.

local core = require "luapay.core"
local crypto = require "luapay.crypto"

local jwt = {}

local MOST = 65536 -- bytes of a token

local function decode(part)
  local text = crypto.base64url_decode(part)
  local value = text and (core.decode(text))
  return type(value) == "table" and value or nil
end

--- Takes a token apart; says nothing yet of its truth.
---@param token any
---@return table? parts header, claims, signed, signature
function jwt.read(token)
  if type(token) ~= "string" or #token > MOST then return nil end
  local head, body, tail = token:match "^([^.]+)%.([^.]+)%.([^.]+)$"
  local header = head and decode(head)
  local claims = header and decode(body)
  local signature = claims and crypto.base64url_decode(tail)
  if not signature then return nil end
  return {
    header = header,
    claims = claims,
    signed = head .. "." .. body,
    signature = signature,
  }
end

-- Whether a key of the provider's may have signed this.
local function fits(key, kid)
  return type(key) == "table"
    and key.kty == "RSA"
    and (key.use == nil or key.use == "sig")
    and (key.alg == nil or key.alg == "RS256")
    and (kid == nil or key.kid == kid)
end

--- The one key that a token names; without a name there must be one only.
---@param keys table[] JWKs
---@param kid? string
---@return userdata? key
function jwt.choose(keys, kid)
  local found
  for _, key in ipairs(keys) do
    if fits(key, kid) then
      if found then return nil end
      found = key
    end
  end
  if not found then return nil end
  local n = type(found.n) == "string" and crypto.base64url_decode(found.n)
  local e = type(found.e) == "string" and crypto.base64url_decode(found.e)
  return n and e and crypto.public_key(n, e) or nil
end

--- Whether the head of a token is one that we accept.
---@return string? code, or nil: it is
---@return string? message
function jwt.check_header(header)
  if header.alg ~= "RS256" then
    return "alg", "is not signed with RS256"
  elseif header.crit ~= nil then
    return "crit", "asks for what we do not know"
  elseif header.kid ~= nil and type(header.kid) ~= "string" then
    return "kid", "names its key in no way we know"
  end
end

--- Whether a token's hash (c_hash, at_hash) is that of a text.
function jwt.has_hash(hash, text)
  local half = crypto.sha256(text):sub(1, 16)
  return type(hash) == "string"
    and crypto.equal(hash, crypto.base64url_encode(half))
end

return jwt
