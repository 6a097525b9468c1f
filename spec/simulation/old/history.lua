-- One history: a scenario runs in a bad world, dies, is started again by
-- this machine or another, until it has come through; then the world calms
-- down, what is open is settled, and the books are compared.

local Machine = require "spec.simulation.old.machine"
local World = require "spec.simulation.old.world"
local memory = require "luapay.journal.memory"

local history = {}

local LIVES = 8 -- of bad days; after that, calm ones

local function traceback(err)
  if type(err) == "string" then return debug.traceback(err, 2) end
  return err
end

-- Runs on a machine until it ends or dies. What is raised and no death is a
-- bug.
local function live(scenario, world, name, machine)
  local function act()
    scenario[name](world, machine)
  end
  world.machine = machine
  local good, err = xpcall(act, traceback)
  machine.dead = true
  if good then return true end
  if not Machine.is_crash(err) then
    world.bug = world.bug or ("raised: " .. tostring(err))
  end
  return false
end

local function new_machine(scenario, world, store, nested)
  local intervene
  if not nested then
    intervene = function()
      local other = new_machine(scenario, world, store, true)
      live(scenario, world, "recover", other)
    end
  end
  return Machine.new(world, store, {
    deadly = world.calm and 0 or world.deadly,
    intervene = intervene,
  })
end

-- Nobody may be left in these when the days have been calm for long.
local UNSETTLED = { "planned", "sent", "unknown" }

local function unsettled(store, problems)
  local open = store:transact(function()
    return store:list({ states = UNSETTLED }, 0, 1000)
  end)
  for _, entry in ipairs(open) do
    problems[#problems + 1] = ("%s/%s is still %s"):format(
      entry.reference,
      entry.step,
      entry.state
    )
  end
end

local function all_entries(store)
  return store:transact(function()
    return store:list({}, 0, 1e6)
  end)
end

-- Calm days: started again and again, as a script of cron is.
local function calm_down(scenario, world, store)
  world.calm = true
  for _ = 1, scenario.calm_days or 4 do
    world:pass(200)
    local machine = new_machine(scenario, world, store, true)
    live(scenario, world, "recover", machine)
    world:pass(200)
    machine = new_machine(scenario, world, store, true)
    live(scenario, world, "run", machine)
  end
end

--- Runs one history.
---@param scenario table
---   open(world): makes the providers (clock = world.clock) and the items,
---     of world.random; world:watch brings callbacks to world.machine;
---     world:after lets customers do something
---   run(world, machine): the user's script, from its start; it is run again
---     after every death. Its client's transport is machine:wire(provider),
---     its journal machine.journal, its `random` machine:random()
---   recover(world, machine): the same for what is left open
---   check(world, entries): a list of what is wrong (see books.lua)
---   calm_days: how often it is started again in the end (4)
---@param seed integer
---@return table world with `problems`, `counts` and `story`
function history.run(scenario, seed)
  local world, store = World.new(seed), memory.new()
  world.badness = world.random:one_of { { 1, 0.05 }, { 2, 0.25 }, { 1, 0.6 } }
  world.deadly = world.random:one_of { { 1, 0 }, { 2, 0.03 }, { 1, 0.15 } }
  scenario.open(world)
  for _ = 1, LIVES do
    local machine = new_machine(scenario, world, store)
    if live(scenario, world, "run", machine) then break end
    world:pass(world.random:between(1, 400))
    machine = new_machine(scenario, world, store)
    live(scenario, world, "recover", machine)
  end
  calm_down(scenario, world, store)
  local entries = all_entries(store)
  local problems = scenario.check(world, entries)
  unsettled(store, problems)
  if world.bug then problems[#problems + 1] = world.bug end
  world.problems, world.entries = problems, entries
  return world
end

return history
