-- dict.lua - a store of what was seen, in a lua_shared_dict: one for
-- all workers, atomic, and gone when nginx is stopped (not when it is
-- reloaded). A dict that is full refuses: it must not forget what was seen
-- in order to make room.

local random = require "luapay.random"
local states = require "luapay.callback.states"

local dict = {}

local Store = {}
Store.__index = Store

local function fail(message)
  return require("luapay.callback.seen").fail("the shared dict: " .. message)
end

-- True, false when the key is there already, or nil and a fault.
local function add(self, key, value, seconds)
  local good, why = self.dict:safe_add(key, value, seconds)
  if good then return true end
  if why == "exists" then return false end
  return fail(tostring(why))
end

function Store:first(key, seconds)
  return add(self, "seen:" .. key, true, seconds)
end

function Store:has(key)
  return self.dict:get("seen:" .. key) ~= nil
end

function Store:claim(key, seconds)
  local mine = random.uuid()
  local good, why = add(self, "claim:" .. key, mine, seconds)
  return good and mine, why
end

function Store:release(key, mine)
  key = "claim:" .. key
  if self.dict:get(key) == mine then self.dict:delete(key) end
  return true
end

-- Each rank has a key of its own, so that adding it is atomic; then those
-- above are looked at. Whoever added the higher one first is seen here, and
-- whoever adds it later comes later.
function Store:advance(key, rank, state, is_final, seconds)
  local base = "state:" .. key .. ":"
  local added, why = add(self, base .. rank, state, seconds)
  if added == nil then return nil, why end
  for above = states.TOP, rank + 1, -1 do
    local known = self.dict:get(base .. above)
    if known ~= nil then return false, known, above end
  end
  if added or not is_final then return true end
  local known = self.dict:get(base .. rank)
  if known == nil or known == state then return true end
  return false, known, rank
end

--- Makes a store.
---@param shared table ngx.shared.name
function dict.new(shared)
  if not pcall(function()
    return assert(shared.safe_add)
  end) then
    error("callback: seen.dict: expected a lua_shared_dict", 3)
  end
  return setmetatable({ dict = shared }, Store)
end

return dict
