-- Signs id_tokens with keys that live in this process only, and publishes
-- their public halves. The one part of the sandbox that needs more than
-- plain Lua: luapay.crypto.

local json = require "luapay.sandbox.json"

local signer = {}

local Signer = {}
Signer.__index = Signer

--- Makes a signer; its key is made when it is first needed.
function signer.new()
  return setmetatable({ keys = {}, count = 0 }, Signer)
end

local function crypto()
  return require "luapay.crypto"
end

-- The key in use: the last one.
local function current(self)
  if #self.keys == 0 then self:rotate() end
  return self.keys[#self.keys]
end

--- Takes a new key into use. The old one is still published, unless it is
--- to be forgotten.
---@param forget? boolean
function Signer:rotate(forget)
  if forget then self.keys = {} end
  self.count = self.count + 1
  self.keys[#self.keys + 1] = {
    kid = "sandbox-key-" .. self.count,
    key = assert(crypto().generate_key()),
  }
end

--- The public keys, as a JWK Set.
function Signer:jwks()
  current(self)
  local keys = json.list {}
  for i, one in ipairs(self.keys) do
    local n, e = one.key:numbers()
    keys[i] = {
      kty = "RSA",
      use = "sig",
      alg = "RS256",
      kid = one.kid,
      n = crypto().base64url_encode(n),
      e = crypto().base64url_encode(e),
    }
  end
  return { keys = keys }
end

--- The left half of a digest, as c_hash and at_hash have it.
function signer.half_hash(text)
  return crypto().base64url_encode(crypto().sha256(text):sub(1, 16))
end

--- The challenge of a code verifier (S256).
function signer.challenge(verifier)
  return crypto().base64url_encode(crypto().sha256(verifier))
end

--- A signed token. `self.tamper(header, claims, key)` may change what is
--- signed, or return a token of its own.
---@param claims table
---@return string
function Signer:sign(claims)
  local encode = crypto().base64url_encode
  local one = current(self)
  local header = { alg = "RS256", typ = "JWT", kid = one.kid }
  local forged = self.tamper and self.tamper(header, claims, one.key)
  if forged then return forged end
  local text = encode(json.encode(header))
    .. "."
    .. encode(json.encode(claims))
  return text .. "." .. encode(one.key:sign(text))
end

return signer
