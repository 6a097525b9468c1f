-- A pretend OpenID provider: codes, access tokens, refresh tokens and
-- signed id_tokens. Tokens are counted, not random: nothing in a sandbox
-- is worth stealing. Its key is made when it is first needed.

local signer = require "luapay.sandbox.subscriptions.signer"

local identity = {}

local Identity = {}
Identity.__index = Identity

local CODE_LIVES = 300
local REFRESH_LIVES = 13 * 30 * 86400

--- Makes the state of the provider.
---@param options table clients, lifetime, rotation
---@param clock table
---@param before? table the state before a reset
function identity.new(options, clock, before)
  return setmetatable({
    options = options,
    clock = clock,
    count = before and before.count or 0,
    signer = before and before.signer or signer.new(),
    codes = {},
    access = {},
    refresh = {},
  }, Identity)
end

-- A token of this kind; one of before never comes to life again.
function Identity:name(kind)
  self.count = self.count + 1
  return ("sandbox-%s-%06d"):format(kind, self.count)
end

--- Whose an access token is, or nil.
function Identity:caller(token)
  local found = token and self.access[token]
  if not found then return nil end
  if self.clock:now() >= found.ends then
    self.access[token] = nil
    return nil
  end
  return { merchant = found.merchant }
end

--- An access token.
---@param grant table merchant, client, scope
---@return string
function Identity:new_access(grant)
  local token = self:name "access"
  self.access[token] = {
    merchant = grant.merchant,
    ends = self.clock:now() + self.options.lifetime,
  }
  return token
end

--- A refresh token.
function Identity:new_refresh(grant)
  local token = self:name "refresh"
  self.refresh[token] = {
    grant = grant,
    ends = self.clock:now() + REFRESH_LIVES,
  }
  return token
end

--- A code, to be used once and soon.
function Identity:new_code(grant)
  local code = self:name "code"
  self.codes[code] = { grant = grant, ends = self.clock:now() + CODE_LIVES }
  return code
end

--- What a code stands for; it is gone then.
function Identity:take_code(code)
  local found = self.codes[code]
  self.codes[code] = nil
  return found and self.clock:now() < found.ends and found.grant or nil
end

-- The next refresh token, as the option `rotation` has it: "grace" keeps
-- the old one until the new one is used, for answers may get lost.
function Identity:rotate(token, found)
  local way = self.options.rotation
  if found.before then
    self.refresh[found.before] = nil
    found.before = nil
  end
  if way == "none" then return nil end
  if way == "same" then
    found.ends = self.clock:now() + REFRESH_LIVES
    return token
  end
  local new = self:new_refresh(found.grant)
  if way == "grace" then
    self.refresh[new].before = token
  else
    self.refresh[token] = nil
  end
  return new
end

--- Uses a refresh token.
---@param token string?
---@param client string
---@return table? grant
---@return string? next the refresh token from now on
function Identity:use_refresh(token, client)
  local found = token and self.refresh[token]
  if not found or found.grant.client ~= client then return nil end
  if self.clock:now() >= found.ends then return nil end
  return found.grant, self:rotate(token, found)
end

--- Ends an access token.
function Identity:expire(token)
  if token then self.access[token] = nil end
end

--- The merchant withdraws its consent.
function Identity:withdraw(merchant)
  for token, found in pairs(self.access) do
    if found.merchant == merchant then self.access[token] = nil end
  end
  for token, found in pairs(self.refresh) do
    if found.grant.merchant == merchant then self.refresh[token] = nil end
  end
end

return identity
