-- idempotency.lua - keys by which a provider tells a repetition: made where
-- none is given, kept across retries, refused when the same one comes with
-- another content.

local core = require "luapay.core"
local random = require "luapay.random"

local idempotency = {}

local KEPT = 1000 -- keys that a client remembers

local Memory = {}
Memory.__index = Memory

--- What one client remembers of its keys.
---@return table
function idempotency.new()
  return setmetatable({ contents = {}, ring = {}, at = 0 }, Memory)
end

--- The arguments with a key in them: the caller's, or a new one.
---@param args table
---@param name string of the argument that is the key
---@param key? string from the options of the call
---@return table args the caller's own when it has a key, else a copy
function idempotency.with_key(args, name, key)
  if args[name] ~= nil then return args end
  local copy = {}
  for k, v in pairs(args) do
    copy[k] = v
  end
  copy[name] = key or random.uuid()
  return copy
end

--- Whether a key may be sent with this content: as it was the first time.
---@param scope string the endpoint and whatever a key is unique in
---@param key string
---@param content string
---@return boolean
function Memory:admits(scope, key, content)
  local id = scope .. "\n" .. key
  content = core.fingerprint(content)
  local known = self.contents[id]
  if known then return known == content end
  self.at = self.at % KEPT + 1
  local oldest = self.ring[self.at]
  if oldest then self.contents[oldest] = nil end
  self.ring[self.at] = id
  self.contents[id] = content
  return true
end

return idempotency
