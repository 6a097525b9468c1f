-- claims.lua - whether an id_token's claims are as expected: a list of
-- checks, each with its code and what it says when it fails.

local crypto = require "luapay.crypto"

local oidc_claims = {}

local function is_for(claims, client_id)
  local aud = claims.aud
  if claims.azp ~= nil and claims.azp ~= client_id then return false end
  if type(aud) ~= "table" then return aud == client_id end
  if #aud > 1 and claims.azp == nil then return false end
  for _, one in ipairs(aud) do
    if one == client_id then return true end
  end
  return false
end

-- Each says what is wrong with claims, in the order of the checks.
local CHECKS = {
  {
    "iss",
    "was issued by somebody else",
    function(claims, expected)
      return claims.iss == expected.issuer
    end,
  },
  {
    "aud",
    "is meant for somebody else",
    function(claims, expected)
      return is_for(claims, expected.audience)
    end,
  },
  {
    "exp",
    "has expired",
    function(claims, expected)
      return type(claims.exp) == "number"
        and expected.now < claims.exp + expected.leeway
    end,
  },
  {
    "iat",
    "was issued in the future, or nobody knows when",
    function(claims, expected)
      return type(claims.iat) == "number"
        and claims.iat <= expected.now + expected.leeway
    end,
  },
  {
    "nbf",
    "is not valid yet",
    function(claims, expected)
      return claims.nbf == nil
        or type(claims.nbf) == "number"
          and claims.nbf <= expected.now + expected.leeway
    end,
  },
  {
    "nonce",
    "belongs to another login",
    function(claims, expected)
      return type(claims.nonce) == "string"
        and crypto.equal(claims.nonce, expected.nonce)
    end,
  },
  {
    "sub",
    "does not say whom it is about",
    function(claims)
      return type(claims.sub) == "string"
    end,
  },
}

--- Whether the claims are as expected.
---@param claims table
---@param expected table issuer, audience, nonce, now, leeway
---@return string? code, or nil: they are
---@return string? message
function oidc_claims.check(claims, expected)
  for _, check in ipairs(CHECKS) do
    if not check[3](claims, expected) then return check[1], check[2] end
  end
end

return oidc_claims
