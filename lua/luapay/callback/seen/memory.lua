-- memory.lua - a store of what was seen, in this process. What is too
-- old is swept out now and then, so that it does not grow for ever.

local memory = {}

local Store = {}
Store.__index = Store

local SWEEP = 1000 -- additions between two sweeps

local function sweep(self, now)
  for key, item in pairs(self.items) do
    if item.ends <= now then self.items[key] = nil end
  end
end

local function get(self, key)
  local item = self.items[key]
  if item and item.ends > self.clock() then return item.value end
end

local function set(self, key, value, seconds)
  local now = self.clock()
  self.added = self.added + 1
  if self.added % SWEEP == 0 then sweep(self, now) end
  self.items[key] = { value = value, ends = now + seconds }
  return true
end

local function add(self, key, value, seconds)
  if get(self, key) ~= nil then return false end
  return set(self, key, value, seconds)
end

function Store:first(key, seconds)
  return add(self, "seen:" .. key, true, seconds)
end

function Store:has(key)
  return get(self, "seen:" .. key) ~= nil
end

function Store:claim(key, seconds)
  local mine = {}
  return add(self, "claim:" .. key, mine, seconds) and mine
end

function Store:release(key, mine)
  local item = self.items["claim:" .. key]
  if item and item.value == mine then self.items["claim:" .. key] = nil end
  return true
end

function Store:advance(key, rank, state, is_final, seconds)
  local known = get(self, "state:" .. key)
  if
    known
    and (
      known.rank > rank
      or known.rank == rank and is_final and known.state ~= state
    )
  then
    return false, known.state, known.rank
  end
  return set(self, "state:" .. key, { rank = rank, state = state }, seconds)
end

--- Makes a store.
---@param clock fun(): number
function memory.new(clock)
  return setmetatable({ items = {}, added = 0, clock = clock }, Store)
end

return memory
