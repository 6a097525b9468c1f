-- A world in which time passes only when everybody waits: one true time,
-- what is yet to happen, chance, processes, and a count of what went wrong
-- on purpose. Knows nothing of providers, journals and flows.

local Random = require "spec.simulation.random"
local sandbox = require "luapay.sandbox"

local World = {}
World.__index = World

-- Days on which calendars go wrong. Seconds since 1970, UTC.
local STARTS = {
  { 6, 1704067200 }, -- 2024-01-01 00:00, the sandbox's own
  { 1, 1709161200 }, -- 2024-02-28 23:00: 29 February follows
  { 1, 1709247600 }, -- 2024-02-29 23:00
  { 1, 1711839600 }, -- 2024-03-30 23:00: summer time begins at 01:00 UTC
  { 1, 1711848600 }, -- 2024-03-31 01:30
  { 1, 1729983600 }, -- 2024-10-26 23:00: summer time ends at 01:00 UTC
  { 1, 1735686000 }, -- 2024-12-31 23:00
  { 1, 1714517100 }, -- 2024-04-30 22:45: half an hour to midnight in Denmark
  { 1, 1740783000 }, -- 2025-02-28 22:50
}

--- Makes a world out of a seed.
function World.new(seed)
  local random = Random.new(seed)
  local start = random:one_of(STARTS)
  return setmetatable({
    seed = seed,
    random = random,
    first_moment = start,
    clock = sandbox.clock(start),
    events = {},
    order = 0,
    counts = {},
    story = {},
    problems = {},
    processes = {},
  }, World)
end

--- Writes a line into the story, for who replays it.
function World:write(text, ...)
  if select("#", ...) > 0 then text = text:format(...) end
  local at = self:now() - self.first_moment
  self.story[#self.story + 1] = ("%12.3f %s"):format(at, text)
end

--- Adds a sentence about something that must not be.
function World:problem(text, ...)
  if select("#", ...) > 0 then text = text:format(...) end
  for _, known in ipairs(self.problems) do
    if known == text then return end
  end
  self:write("PROBLEM: " .. text)
  self.problems[#self.problems + 1] = text
end

--- Counts something that happened.
function World:count(name, n)
  self.counts[name] = (self.counts[name] or 0) + (n or 1)
end

--- The true time, which no machine knows.
function World:now()
  return self.clock:now()
end

--- Whether something bad comes about; never on calm days.
function World:strikes(probability, name)
  if self.calm or probability <= 0 then return false end
  if not self.random:chance(probability) then return false end
  self:count(name)
  return true
end

local function before(a, b)
  if a.at ~= b.at then return a.at < b.at end
  return a.order < b.order
end

local TICK = 0.001 -- seconds: what is shorter than the clock can tell

--- Lets something happen some seconds from now, never at once.
function World:after(seconds, run)
  self.order = self.order + 1
  local event = {
    at = self:now() + math.max(TICK, seconds),
    order = self.order,
    run = run,
  }
  local heap = self.events
  local at = #heap + 1
  while at > 1 do
    local up = math.floor(at / 2)
    if before(heap[up], event) then break end
    heap[at] = heap[up]
    at = up
  end
  heap[at] = event
end

local function take_first(heap)
  local first, size = heap[1], #heap
  local last = heap[size]
  heap[size] = nil
  size = size - 1
  local at = 1
  while size > 0 do
    local down = 2 * at
    if down > size then break end
    if down < size and before(heap[down + 1], heap[down]) then
      down = down + 1
    end
    if before(last, heap[down]) then break end
    heap[at] = heap[down]
    at = down
  end
  if size > 0 then heap[at] = last end
  return first
end

local function move_clock(world, to)
  local ahead = to - world:now()
  if ahead > 0 then world.clock:advance(ahead) end
end

--- Lets the next thing happen, or time pass until `limit`. Returns false
--- when nothing is to happen any more and there is no limit.
function World:step(limit)
  local event = self.events[1]
  if event and (not limit or event.at <= limit) then
    take_first(self.events)
    move_clock(self, event.at)
    event.run()
  elseif limit then
    move_clock(self, limit)
  else
    return false
  end
  if self.after_step then self.after_step() end
  return true
end

--- Lets time pass, and what happens meanwhile happen.
function World:pass(seconds)
  local till = self:now() + seconds
  repeat
    self:step(till)
  until self:now() >= till
end

local function traceback(err)
  return type(err) == "string" and debug.traceback(err, 2) or err
end

-- Lets a process run until it waits again, ends or is dead. A process that
-- is held, or whose machine stands still, goes on afterwards.
local function resume(world, process)
  if process.dead or process.ended then return end
  local till = math.max(process.machine.frozen_until, process.held_until or 0)
  local left = till - world:now()
  if left <= 0 and coroutine.status(process.co) ~= "suspended" then
    left = 0.001
  end
  if left > 0 then
    world:after(left, function()
      resume(world, process)
    end)
    return
  end
  local outer = world.running
  world.running = process
  local good, err = coroutine.resume(process.co)
  world.running = outer
  if not good then error(err, 0) end
end

-- Of a dead process nothing goes on: it waits for ever, and is collected.
local function stay_dead(process)
  while process.dead do
    coroutine.yield()
  end
end

local DEEPEST = 6 -- of processes that hold each other up

--- Whether this process can wait here: it is not deep in what cannot yield,
--- nor in a worker of its own map.
function World:can_wait(process)
  return coroutine.running() == process.co
end

-- Where it cannot: the others go on inside of it.
local function hold_here(world, process, till)
  world.depth = (world.depth or 0) + 1
  if world.depth <= DEEPEST then
    local outer, running = process.held_until, world.running
    process.held_until = till
    while world:now() < till and not process.dead do
      world:step(till)
    end
    process.held_until, world.running = outer, running
  end
  world.depth = world.depth - 1
end

--- Lets time pass and everybody else go on while this process does not,
--- wherever it is in its code.
function World:hold(process, till)
  if not self:can_wait(process) then return hold_here(self, process, till) end
  self:after(till - self:now(), function()
    resume(self, process)
  end)
  process.held_until = till -- whoever wakes it meanwhile comes later
  repeat
    coroutine.yield()
    stay_dead(process)
  until self:now() >= till
  process.held_until = nil
end

--- Starts a process: `work` runs as a coroutine that waits with
--- World:sleep and World:block. What it raises is a bug of the flows.
---@param process table machine, name; `work` is set here
---@param work fun()
---@param ended? fun() called when it has ended or was killed
function World:start(process, work, ended)
  process.ended_by = ended
  process.co = coroutine.create(function()
    local good, err = xpcall(work, traceback)
    if process.dead then coroutine.yield() end
    process.ended = true
    if not good then self:problem("raised: %s", tostring(err)) end
    process:finish()
  end)
  self.processes[#self.processes + 1] = process
  resume(self, process)
end

--- Waits, in the process itself and not in a worker of its map, until
--- somebody wakes it; `over()` says whether there is nothing to wait for.
function World:block(over)
  local process = self.running
  if coroutine.running() == process.co then
    coroutine.yield()
    return stay_dead(process)
  end
  -- somewhere where it cannot wait: the others go on meanwhile
  while not over() do
    self:hold(process, self.events[1].at)
  end
end

--- Lets a process that blocks go on.
function World:wake(process)
  resume(self, process)
end

--- Inside a process: waits for some time.
function World:sleep(seconds)
  self:hold(self.running, self:now() + seconds)
end

--- Whether any process is still at work.
function World:busy()
  for i = #self.processes, 1, -1 do
    local process = self.processes[i]
    if process.dead or process.ended then table.remove(self.processes, i) end
  end
  return self.processes[1] ~= nil
end

return World
