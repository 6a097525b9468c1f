-- A world in which time passes only when somebody waits: a clock, what is
-- yet to happen, chance, and a count of what went wrong on purpose.

local Random = require "spec.simulation.random"
local sandbox = require "luapay.sandbox"

local World = {}
World.__index = World

--- Makes a world out of a seed.
function World.new(seed)
  return setmetatable({
    seed = seed,
    random = Random.new(seed),
    clock = sandbox.clock(),
    events = {},
    order = 0,
    counts = {},
    watched = {},
    story = {},
  }, World)
end

--- Writes a line into the history, for who replays it.
function World:tell(text, ...)
  local line = select("#", ...) > 0 and text:format(...) or text
  self.story[#self.story + 1] = ("%10.3f %s"):format(
    self.clock:now() - 1704067200,
    line
  )
end

--- Counts something that was done to the flow on purpose.
function World:count(name)
  self.counts[name] = (self.counts[name] or 0) + 1
end

function World:now()
  return self.clock:now()
end

--- Lets something happen some seconds from now.
function World:after(seconds, run)
  self.order = self.order + 1
  local event = { at = self:now() + seconds, order = self.order, run = run }
  local at = #self.events + 1
  while at > 1 and self.events[at - 1].at > event.at do
    at = at - 1
  end
  table.insert(self.events, at, event)
end

local function move_clock(world, to)
  local ahead = to - world:now()
  if ahead > 0 then world.clock:advance(ahead) end
end

-- The providers tell of what has happened: each callback finds its way.
local function look_around(world)
  for _, watch in ipairs(world.watched) do
    watch()
  end
end

--- Lets the next thing happen, or time pass until `limit`. Returns false
--- when nothing is to happen any more and there is no limit.
function World:step(limit)
  local event = self.events[1]
  if event and (not limit or event.at <= limit) then
    table.remove(self.events, 1)
    move_clock(self, event.at)
    event.run()
  elseif limit then
    move_clock(self, limit)
  else
    return false
  end
  look_around(self)
  return true
end

--- Lets time pass, and what happens meanwhile happen.
function World:pass(seconds)
  local till = self:now() + seconds
  repeat
    self:step(till)
  until self:now() >= till
end

-- One try to deliver a callback; the provider tries again when nobody takes
-- it, and some wires deliver twice.
local function deliver(world, callback, take)
  if world:strikes(0.2, "callback lost") or not take(callback) then
    world:after(60, function()
      deliver(world, callback, take)
    end)
  elseif world:strikes(0.2, "callback repeated") then
    world:after(world.random:between(1, 300), function()
      take(callback)
    end)
  end
end

--- Brings a provider's callbacks: late, twice, out of order; at least once.
---@param list fun(): table[] those that were made since it was last asked
---@param take fun(callback: table): boolean whether somebody took it
function World:watch(list, take)
  self.watched[#self.watched + 1] = function()
    for _, callback in ipairs(list()) do
      self:count "callbacks"
      local late = self:strikes(0.3, "callback late")
      local seconds = self.random:number() * (late and 300 or 2)
      self:after(seconds, function()
        deliver(self, callback, take)
      end)
    end
  end
end

--- Whether something bad comes about; never on calm days.
function World:strikes(probability, name)
  if self.calm or not self.random:chance(probability) then return false end
  self:count(name)
  return true
end

return World
