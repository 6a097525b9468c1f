-- A machine that runs flows: it has a name, wires to providers and a journal
-- upon the common store, and it may die or be held up at any write.

local journal = require "luapay.journal"
local wire = require "spec.simulation.old.network"

local Machine = {}
Machine.__index = Machine

local CRASH = { crash = true }

--- Raises when this machine is dead: nothing of it goes on.
function Machine:live()
  if self.dead then error(CRASH, 0) end
end

local function die(self, when)
  self.dead = true
  self.world:tell("%s dies %s a write", self.name, when)
  error(CRASH, 0)
end

-- The machine stands still for longer than its lease; another one takes over
-- what it has begun; then it goes on as if nothing had happened.
local function stall(self)
  self.world:tell("%s stands still", self.name)
  self.world:pass(self.lease + self.settle + 30)
  local intervene = self.intervene
  if not intervene then return end
  self.intervene = nil
  local co = coroutine.create(intervene)
  assert(coroutine.resume(co))
  self.world:tell("%s goes on", self.name)
end

-- What stands between a journal and the store that all machines share.
local Store = {}
Store.__index = Store

function Store:transact(work)
  local machine = self.machine
  local world = machine.world
  machine:live()
  if world:strikes(machine.deadly, "crash before a write") then
    die(machine, "before")
  end
  if world:strikes(machine.deadly / 2, "database away") then
    local fault = require "luapay.fault"
    return nil, fault.new { kind = "journal", message = "database away" }
  end
  local value, err = self.store:transact(work)
  if world:strikes(machine.deadly, "crash after a write") then
    die(machine, "after")
  end
  if world:strikes(machine.stalling, "machine stands still") then
    stall(machine)
  end
  return value, err
end

function Store:close() end

--- Chance for a client's option `random`.
function Machine:random()
  return function()
    return self.world.random:number()
  end
end

--- A transport to a provider.
function Machine:wire(provider)
  return wire.new(self.world, self, provider)
end

--- Whether what was raised is this simulation's crash.
function Machine.is_crash(err)
  return err == CRASH
end

--- Starts a machine. `options`: deadly (how probable a death at a write is),
--- intervene (what another machine does while this one stands still).
function Machine.new(world, store, options)
  world.machines = (world.machines or 0) + 1
  local self = setmetatable({
    world = world,
    name = "machine-" .. world.machines,
    deadly = options.deadly or 0.02,
    stalling = options.intervene and 0.005 or 0,
    intervene = options.intervene,
    lease = 120,
    settle = 60,
  }, Machine)
  self.journal = journal.memory {
    store = setmetatable({ store = store, machine = self }, Store),
    worker = self.name,
    lease = self.lease,
    settle = self.settle,
    clock = function()
      return world:now()
    end,
  }
  return self
end

return Machine
