-- The sandbox's clock: seconds that pass only when somebody says so, or
-- that follow a source and can be moved ahead of it. Several pretend
-- providers may share one.

local clock = {}

local Clock = {}
Clock.__index = Clock

-- 2024-01-01T00:00:00Z: every run starts on the same day.
local START = 1704067200

--- Makes a clock.
---@param source? number|fun(): number where it starts, or what it follows
---@return table clock with `now` and `advance`
function clock.new(source)
  local self = { ahead = 0, start = START }
  if type(source) == "function" then
    self.source = source
  elseif source ~= nil then
    self.start = source
  end
  return setmetatable(self, Clock)
end

--- Seconds since 1970, in the sandbox's world.
---@return number
function Clock:now()
  local base = self.source and self.source() or self.start
  return base + self.ahead
end

--- Lets time pass.
---@param seconds number not negative: time does not run backwards
function Clock:advance(seconds)
  assert(seconds >= 0, "time does not run backwards")
  self.ahead = self.ahead + seconds
end

return clock
