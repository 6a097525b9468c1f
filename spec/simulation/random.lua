-- Chance that repeats: the same seed gives the same history on every Lua.

local Random = {}
Random.__index = Random

local MODULUS, FACTOR = 2147483647, 48271 -- Park and Miller's

--- A generator from a seed, a whole number from 1.
function Random.new(seed)
  local self = setmetatable({ at = seed % (MODULUS - 1) + 1 }, Random)
  for _ = 1, 8 do
    self:number()
  end
  return self
end

--- A number from 0 to less than 1.
function Random:number()
  self.at = self.at * FACTOR % MODULUS
  return (self.at - 1) / (MODULUS - 1)
end

--- A whole number between two, both included.
function Random:between(low, high)
  return low + math.floor(self:number() * (high - low + 1))
end

--- Whether something comes about that has this probability.
function Random:chance(probability)
  return self:number() < probability
end

--- One of a list; with weights, `{ { 3, "often" }, { 1, "seldom" } }`.
function Random:one_of(list)
  local total = 0
  for _, item in ipairs(list) do
    total = total + item[1]
  end
  local at = self:number() * total
  for _, item in ipairs(list) do
    at = at - item[1]
    if at < 0 then return item[2] end
  end
  return list[#list][2]
end

return Random
