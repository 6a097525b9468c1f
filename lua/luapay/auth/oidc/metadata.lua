-- metadata.lua - where an OpenID provider is and which keys it signs
-- with: read from its discovery document when first needed, and kept.

local fault = require "luapay.fault"
local gate = require "luapay.auth.session.gate"
local http = require "luapay.auth.oidc.http"

local metadata = {}

local KEPT = 86400 -- seconds
local PAUSE = 60 -- seconds between two looks for a key that is not there

local PATH = "/account/.well-known/openid-configuration"
local HOSTS = {
  production = {
    DK = "https://admin.mobilepay.dk",
    FI = "https://admin.mobilepay.fi",
  },
  sandbox = {
    DK = "https://sandprod-admin.mobilepay.dk",
    FI = "https://sandprod-admin.mobilepay.fi",
  },
}

local ADDRESSES = { "authorization_endpoint", "token_endpoint", "jwks_uri" }

local Metadata = {}
Metadata.__index = Metadata

--- The address of a discovery document.
---@param options table discovery_url, base_url, environment, country
---@return string
function metadata.url(options)
  if options.discovery_url then return options.discovery_url end
  local host = HOSTS[options.environment or "production"]
  local base = options.base_url or host[options.country or "DK"]
  return base:gsub("/+$", "") .. PATH
end

--- Makes the knowledge of one provider; nothing is sent.
---@param options table also issuer, authorization_endpoint,
--- token_endpoint, jwks_uri: instead of what the document says
---@param transport luapay.Transport
---@return table
function metadata.new(options, transport)
  return setmetatable({
    options = options,
    transport = transport,
    url = metadata.url(options),
    gate = gate.new(transport),
  }, Metadata)
end

local function wrong(what)
  return nil, fault.new({ kind = "decode", message = what }, "oidc.discovery")
end

-- Secrets go to these addresses: only over TLS, unless the caller has
-- chosen otherwise for the document itself.
local function check(self, document)
  local plain = self.url:find "^http://" ~= nil
  for _, name in ipairs(ADDRESSES) do
    local address = document[name]
    local good = type(address) == "string"
      and not address:find "[%s%c]"
      and (address:find "^https://" or plain and address:find "^http://")
    if not good then return wrong("no good " .. name) end
  end
  local issuer = self.options.issuer
  if type(document.issuer) ~= "string" then return wrong "no issuer" end
  if issuer and document.issuer ~= issuer then
    return wrong "the issuer is another than expected"
  end
  return document
end

local function fetch(self, deadline)
  local found, err =
    http.get(self.transport, self.url, deadline, "oidc.discovery")
  if not found then return nil, err end
  local document = { issuer = found.issuer }
  for _, name in ipairs(ADDRESSES) do
    document[name] = self.options[name] or found[name]
  end
  document, err = check(self, document)
  if not document then return nil, err end
  self.document, self.read_at = document, self.transport:now()
  return document
end

--- What the provider says of itself: issuer, authorization_endpoint,
--- token_endpoint, jwks_uri.
---@async
---@param deadline number
---@return table? document
---@return luapay.Fault? fault
function Metadata:get(deadline)
  if self.document and self.transport:now() < self.read_at + KEPT then
    return self.document
  end
  return self.gate:run(deadline, function(until_then)
    return fetch(self, until_then)
  end)
end

--- Where tokens are: known without a document if the caller says so.
---@async
---@return string? url
---@return luapay.Fault? fault
function Metadata:token_endpoint(deadline)
  if self.options.token_endpoint then return self.options.token_endpoint end
  local document, err = self:get(deadline)
  return document and document.token_endpoint, err
end

--- The provider's keys as a list of JWKs. `anew`: they have changed.
---@async
---@param deadline number
---@param anew? boolean
---@return table[]? keys nil without a fault: they were read just now
---@return luapay.Fault? fault
function Metadata:keys(deadline, anew)
  local now = self.transport:now()
  if self.jwks and not anew and now < self.jwks_at + KEPT then
    return self.jwks
  end
  if anew and self.jwks_at and now < self.jwks_at + PAUSE then return nil end
  local document, err = self:get(deadline)
  if not document then return nil, err end
  local found
  found, err =
    http.get(self.transport, document.jwks_uri, deadline, "oidc.keys")
  if not found then return nil, err end
  if type(found.keys) ~= "table" then
    return nil,
      fault.new({ kind = "decode", message = "no keys" }, "oidc.keys")
  end
  self.jwks, self.jwks_at = found.keys, now
  return found.keys
end

return metadata
