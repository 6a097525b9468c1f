-- token.lua - the token endpoint that the provider calls before its
-- callbacks (OAuth 2, client credentials over Basic), and the tokens that
-- it gives. A token says when it ends and is signed with a key made from
-- the client's secret: nothing is stored, every worker knows it, and
-- another secret ends them all.

local core = require "luapay.core"
local crypto = require "luapay.crypto"

local token = {}

local Tokens = {}
Tokens.__index = Tokens
Tokens.__metatable = false

function Tokens.__tostring()
  return "luapay.callback: tokens"
end

local LIFETIME = 3600 -- seconds

--- A token that is good from now on for `lifetime` seconds.
---@return string
function Tokens:make()
  local nonce = crypto.base64url_encode(crypto.random(12))
  local ends = math.floor(self.clock()) + self.lifetime
  local text = ("%.0f.%s"):format(ends, nonce)
  return text .. "." .. crypto.base64url_encode(self.sign(text))
end

--- Whether a token is ours and has not ended.
---@param text string
---@return boolean
function Tokens:check(text)
  local signed, ends, tail = text:match "^((%d+)%.[%w_-]+)%.([%w_-]+)$"
  local signature = tail and crypto.base64url_decode(tail)
  if not signature or not crypto.equal(signature, self.sign(signed)) then
    return false
  end
  return tonumber(ends) > self.clock()
end

local function say(status, value, headers)
  headers = headers or {}
  headers["content-type"] = "application/json"
  headers["cache-control"] = "no-store"
  return { status = status, headers = headers, body = core.encode(value) }
end

-- An answer that says no, in the words of RFC 6749.
local function deny(status, word, why)
  local headers = status == 401
      and { ["www-authenticate"] = 'Basic realm="callbacks"' }
    or nil
  local reply = say(status, { error = word }, headers)
  return reply, { code = "token", message = why, status = status }
end

--- Answers a request for a token.
---@param fields table<string, string> of its form
---@param is_client boolean whether the client's id and secret were right
---@return table reply
---@return table? refusal what the log is told
function Tokens:answer(fields, is_client)
  if not is_client then
    return deny(401, "invalid_client", "the client is missing or wrong")
  elseif fields.grant_type ~= "client_credentials" then
    return deny(400, "unsupported_grant_type", "another grant is asked for")
  end
  return say(200, {
    access_token = self:make(),
    token_type = "Bearer",
    expires_in = self.lifetime,
    scope = self.scope,
  })
end

--- Makes tokens for a client.
---@param options table client_id, client_secret, lifetime, scope
---@param clock fun(): number seconds since 1970
function token.new(options, clock)
  local key = crypto.hmac_sha256(
    options.client_secret,
    "luapay callback token of " .. options.client_id
  )
  return setmetatable({
    clock = clock,
    lifetime = options.lifetime or LIFETIME,
    scope = options.scope,
    path = options.token_path,
    sign = function(text)
      return crypto.hmac_sha256(key, text)
    end,
  }, Tokens)
end

return token
