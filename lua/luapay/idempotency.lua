-- idempotency.lua - keys by which a provider recognises a repetition:
-- refused when the same one comes with another content.

local core = require "luapay.core"

local idempotency = {}

local KEPT = 1000 -- keys that a client remembers

local Memory = {}
Memory.__index = Memory

--- What one client remembers of its keys.
---@return table
function idempotency.new()
  return setmetatable({ contents = {}, ring = {}, at = 0 }, Memory)
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
