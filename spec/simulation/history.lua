-- One history: processes on machines run a scenario in a bad world, are
-- killed and started again, beside each other; then the world calms down,
-- what is open is settled and what needs a person gets one; and after every
-- step what the flows say is compared with the books.

local Machine = require "spec.simulation.machine"
local World = require "spec.simulation.world"
local invariants = require "spec.simulation.invariants"
local stores = require "spec.simulation.store"
local verbs = require "spec.simulation.verbs"

local history = {}

local SPAN = 1800 -- seconds in which processes are started

local function choose(world, scenario)
  local random = world.random
  world.badness = random:one_of { { 1, 0.05 }, { 2, 0.25 }, { 1, 0.6 } }
  world.deadly = random:one_of { { 2, 0 }, { 2, 0.01 }, { 1, 0.06 } }
  world.stalling = random:one_of { { 3, 0 }, { 2, 0.002 }, { 1, 0.01 } }
  world.flaky = random:one_of { { 2, 0 }, { 2, 0.01 }, { 1, 0.08 } }
  world.skew = random:one_of { { 2, 0 }, { 2, 5 }, { 1, 300 }, { 1, 7200 } }
  world.latest = scenario.latest or 30
end

-- What a world of this simulation can do beside letting time pass.
local function add_judgement(world)
  local excused = world.excused
  --- Whether what is said of a key cannot be held against the flows.
  function world:excuse(key)
    return excused[key] ~= nil
  end
  --- From now on: somebody was wrong about it, or the provider takes back
  --- its own word.
  function world:pardon(key, why)
    if not excused[key] then
      excused[key] = why
      self:count("pardoned: " .. why)
      self:write("%s is pardoned: %s", key, why)
    end
  end
  --- Money has moved twice. Beyond the stated horizon it is counted apart.
  function world:double(key, text)
    if self.beyond_horizon then
      self:count "double movements beyond the horizon"
      self:write("beyond the horizon: %s", text)
      excused[key] = "beyond the horizon"
    else
      self:problem("twice: %s", text)
    end
  end
end

-- A flow object for a process; `run` names the piece of work.
local function flow_of(world, process, run)
  process.flows = process.flows or {}
  if not process.flows[run] then
    process.flows[run] = world.scenario.make(world, process, run)
  end
  process.run = run
  return process.flows[run]
end

-- What a scenario's acts get: verbs of its flow in this process.
local Hand = {}
Hand.__index = Hand

function Hand:call(name, ...)
  local run = self.run
  return verbs.call(
    self.world,
    self.process,
    flow_of(self.world, self.process, run),
    name,
    ...
  )
end

--- The flow itself, for what is not a verb with a fault.
function Hand:flow()
  return flow_of(self.world, self.process, self.run)
end

--- The same hand, at another run.
function Hand:at(run)
  return setmetatable(
    { world = self.world, process = self.process, run = run },
    Hand
  )
end

local function hand_of(world, process, run)
  return setmetatable({ world = world, process = process, run = run }, Hand)
end

local function read_all(world)
  invariants.observe(world)
  for _, run in ipairs(world.runs) do
    local flow = flow_of(world, world.observer, run)
    for _, reference in ipairs(world.references[run]) do
      local item, fault = flow:get(reference, { refresh = false })
      local key = invariants.key(run, reference)
      if item then
        item.run = item.run or run
        world.known[key] = item
        invariants.item(world, item, nil, "the journal")
      elseif fault.code ~= "absent" then
        world:problem("%s: journal cannot be read: %s", key, tostring(fault))
      elseif world.past[key] and not world:excuse(key) then
        world:problem("%s is booked, but not in the journal", key)
      end
    end
  end
end

-- Reads all items that the journal has, without asking a provider, and
-- compares them with the books. In a coroutine of its own: it may happen in
-- the middle of another process's map, which would make it wait there.
local function check_all(world)
  if world.checking or not world.observer then return end
  world.checking = true
  local outer = world.running
  world.running = world.observer
  local reading = coroutine.create(read_all)
  local good, err = coroutine.resume(reading, world)
  world.running = outer
  world.checking = false
  if not good then error(err, 0) end
  if coroutine.status(reading) ~= "dead" then
    error("the observer waits for somebody", 0)
  end
end

local function start(world, machine, name, work, ended)
  local risk = world.calm and 0 or world.deadly
  local process = machine:process(name, risk)
  world:write("%s starts", process.name)
  process.journal = function(options)
    return world.store:journal(process, options)
  end
  world:start(process, function()
    work(process)
  end, ended)
  return process
end

history.start = start

local function any(world, list)
  return list[world.random:between(1, #list)]
end

-- One process's work of the bad days: a few acts, one after the other.
local function shift(world, process)
  local random, scenario = world.random, world.scenario
  for _ = 1, random:between(1, 4) do
    local hand = hand_of(world, process, any(world, world.runs))
    if random:chance(0.05) then
      -- what has ended is purged, and the same references come again
      local older = random:one_of { { 2, 60 }, { 1, 86400 } }
      world:count "purge"
      hand:flow().journal:purge { older = older }
    end
    random:one_of(scenario.acts)(world, hand)
    world:sleep(random:number() * random:one_of { { 3, 5 }, { 1, 300 } })
  end
end

local function start_shift(world)
  world.shifts = world.shifts - 1
  local machine = any(world, world.machines)
  start(world, machine, "shift", function(process)
    shift(world, process)
  end, function(process)
    check_all(world)
    if process.dead and not world.calm then
      world.shifts = world.shifts + 1
      world:after(world.random:between(1, 400), function()
        start_shift(world)
      end)
    end
  end)
end

-- What happens to machines.
local function disturb(world)
  local random = world.random
  if random:chance(0.3) and world.skew > 0 then
    world:after(random:number() * SPAN, function()
      local step = random:between(-world.skew, world.skew)
      local machine = any(world, world.machines)
      -- the clock is never further off than `skew` says
      if math.abs(machine.skew + step) <= world.skew then
        machine:step_clock(step)
      end
    end)
  end
  if random:chance(0.15) then
    world:after(random:number() * SPAN, function()
      world:count "machine started again"
      any(world, world.machines):reboot()
    end)
  end
end

local LIMIT = 60 * 86400

local function until_idle(world)
  local limit = world:now() + LIMIT
  while world:busy() or world.shifts > 0 do
    if not world:step() then break end
    if world.problems[1] then return end
    if world:now() > limit then
      world:problem "a process does not come to its end"
      return
    end
  end
end

-- A process of the calm days, to its end.
local function calmly(world, name, work)
  local over = false
  start(world, world.machines[1], name, work, function()
    over = true
  end)
  local limit = world:now() + LIMIT
  while not over and not world.problems[1] do
    if not world:step() or world:now() > limit then
      world:problem("%s does not come to its end", name)
      return
    end
  end
  check_all(world)
end

local function everywhere(world, name, work)
  for _, run in ipairs(world.runs) do
    calmly(world, name, function(process)
      work(hand_of(world, process, run), run)
    end)
  end
end

local function recover(world)
  everywhere(world, "recover", function(hand)
    local report, fault = hand:call "recover"
    if not report then
      world:problem("calm, and recover fails: %s", tostring(fault))
    end
  end)
end

local function people(world)
  everywhere(world, "person", function(hand, run)
    for _, reference in ipairs(world.references[run]) do
      local item = world.known[invariants.key(run, reference)]
      if item and item.needs_person then
        world:count "advice followed"
        world.scenario.follow(world, hand, item)
      end
    end
  end)
end

local OPEN = { planned = true, pending = true, parked = true }

-- Whether something of a run needs a person: the rest may wait for that.
local function waits(world, item)
  for _, reference in ipairs(world.references[item.run]) do
    local other = world.known[invariants.key(item.run, reference)]
    if other and other.needs_person then return true end
  end
  return false
end

-- 9: what may be left when all was reachable for long enough.
local function check_quiet(world)
  for key, item in pairs(world.known) do
    if not item.ended and not OPEN[item.state] and not waits(world, item) then
      world:problem("%s is still %s/%s", key, item.state, item.money)
    elseif item.state == "parked" and not item.needs_person then
      world:problem("%s is parked, and needs nobody", key)
    end
  end
end

-- 8: advice that was followed has ended what needed a person.
local function check_people(world)
  for key, item in pairs(world.known) do
    if item.needs_person and not world:excuse(key) then
      world:problem(
        "%s: the advice was followed, and it still needs a person: %s",
        key,
        tostring(item.advice)
      )
    end
  end
end

local function sums(world)
  local out = {}
  for key in pairs(world.past) do
    local now = invariants.now(world, key)
    out[key] = now.moved .. "/" .. now.returned
  end
  return out
end

-- 12: the same lists again change nothing, unless an item had failed.
local function check_again(world)
  local before, had = sums(world), {}
  for key, item in pairs(world.known) do
    had[key] = item.state
  end
  everywhere(world, "again", function(hand)
    world.scenario.again(world, hand)
  end)
  for key, now in pairs(sums(world)) do
    local state = had[key]
    if
      now ~= (before[key] or "0/0")
      and state ~= "failed"
      and state ~= "planned"
      and state ~= nil
      and not world.scenario.moves_by_itself
      and not world:excuse(key)
    then
      world:problem("%s: run again changed the books: %s", key, now)
    end
  end
end

-- Twice: a machine that has not sent counts from when it first saw it.
local function pass_horizon(world)
  world:pass(world.scenario.horizon or 700)
end

local function calm_down(world)
  world.calm = true
  world.provider:clear()
  for _, machine in ipairs(world.machines) do
    machine.frozen_until = 0
  end
  local steps = {
    function()
      world:pass(world.latest + 150)
      check_all(world)
    end,
    recover,
    pass_horizon,
    recover,
    pass_horizon,
    recover,
    recover,
    check_quiet,
    people,
    recover,
    people,
    recover,
    check_people,
    check_quiet,
    function()
      if world.scenario.again then check_again(world) end
    end,
    recover,
    function()
      if world.scenario.at_rest then world.scenario.at_rest(world) end
    end,
  }
  for _, step in ipairs(steps) do
    if world.problems[1] then return end
    step(world)
  end
end

--- Runs one history.
---@param scenario table see scenarios/
---@param seed integer
---@param kind string "memory", "sqlite", "postgres"
---@return table world with `problems`, `counts` and `story`
function history.run(scenario, seed, kind)
  math.randomseed(seed) -- whoever waits for a database does so by chance
  local world = World.new(seed)
  local random = world.random
  world.scenario, world.kind, world.history = scenario, kind, history
  choose(world, scenario)
  invariants.open(world)
  add_judgement(world)
  world.known = {}
  world.runs, world.references = {}, {}
  scenario.open(world)
  world.store = stores.open(world, kind)
  world.machines = {}
  for i = 1, random:between(1, 3) do
    world.machines[i] = Machine.new(world, "m" .. i)
  end
  world.watchtower = Machine.new(world, "m0")
  world.watchtower.skew = 0
  world.observer = world.watchtower:process("observer", 0)
  world.observer.calm = true
  world.observer.journal = function(options)
    return world.store:journal(world.observer, options)
  end
  world.acted = function()
    invariants.observe(world)
  end
  world.check_all = function()
    check_all(world)
  end
  local good, err = xpcall(function()
    world.shifts = random:between(2, 5)
    for _ = 1, world.shifts do
      world:after(
        random:number() * random:one_of { { 1, 10 }, { 1, SPAN } },
        function()
          start_shift(world)
        end
      )
    end
    disturb(world)
    until_idle(world)
    if not world.problems[1] then calm_down(world) end
  end, debug.traceback)
  if not good then world:problem("raised: %s", tostring(err)) end
  for _, process in ipairs(world.processes) do
    process.dead = true
    process:finish()
  end
  world.observer:finish()
  world.store:close()
  return world
end

return history
