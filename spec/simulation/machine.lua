-- Machines and the processes on them. A machine has clocks of its own: a
-- wall clock that is skewed and may be stepped, and one that counts since
-- it was started. It may stand still, and be started again. A process may
-- be killed wherever it waits or touches its journal.

local wire = require "spec.simulation.network"

local Machine = {}
Machine.__index = Machine

local Process = {}
Process.__index = Process

--- What its wall clock shows, seconds since 1970.
function Machine:wall()
  return self.world:now() + self.skew
end

--- Seconds since it was started; goes on while it stands still.
function Machine:boottime()
  return self.world:now() - self.booted + self.age
end

function Machine:boot_id()
  return ("%s-boot-%d"):format(self.name, self.boots)
end

--- Its clocks, as a journal's option.
function Machine:clocks()
  return {
    wall = function()
      return self:wall()
    end,
    boot = function()
      return self:boottime()
    end,
    boot_id = function()
      return self:boot_id()
    end,
  }
end

--- Somebody sets its wall clock.
function Machine:step_clock(seconds)
  self.skew = self.skew + seconds
  self.world:write("%s's clock is set by %+d s", self.name, seconds)
  self.world:count "clock stepped"
end

--- All its processes are gone; it starts anew, with another age.
function Machine:reboot()
  local world = self.world
  world:write("%s is started again", self.name)
  for _, process in ipairs(world.processes) do
    if process.machine == self then process:die "with its machine" end
  end
  self.boots = self.boots + 1
  self.booted, self.age = world:now(), world.random:between(1, 60)
  self.frozen_until = 0
end

--- It stands still, and knows nothing of it afterwards.
function Machine:freeze(seconds)
  self.world:write("%s stands still for %d s", self.name, seconds)
  self.frozen_until = math.max(self.frozen_until, self.world:now() + seconds)
end

--- Makes a machine. Its wall clock may be wrong by up to `world.skew`.
function Machine.new(world, name)
  local random = world.random
  local skew = 0
  if random:chance(0.4) then skew = random:between(-world.skew, world.skew) end
  return setmetatable({
    world = world,
    name = name,
    skew = skew,
    age = random:between(100, 1000000),
    booted = world:now(),
    boots = 1,
    frozen_until = 0,
  }, Machine)
end

--- A process on this machine.
---@param name string
---@param risk number the probability that it is killed at a write
function Machine:process(name, risk)
  local world = self.world
  world.count_of_processes = (world.count_of_processes or 0) + 1
  return setmetatable({
    world = world,
    machine = self,
    name = ("%s/%s-%d"):format(self.name, name, world.count_of_processes),
    risk = risk,
    sent = 0, -- requests
    changing = 0, -- those that may change something
    closers = {},
  }, Process)
end

-- What is raised where a dead process would go on. Whoever catches it comes
-- no further: nothing of a dead process reaches the world.
local KILLED = setmetatable({}, {
  __tostring = function()
    return "killed"
  end,
})

--- Raises when this process is dead: nothing of it goes on.
function Process:live()
  if self.dead then error(KILLED, 0) end
end

--- Killed: its connections are closed for it.
function Process:die(how)
  if self.dead or self.ended then return end
  self.dead = true
  self.world:write("%s dies %s", self.name, how)
  self:finish()
end

--- Called once, when it has ended or was killed.
function Process:finish()
  for i = #self.closers, 1, -1 do
    self.closers[i]()
  end
  self.closers = {}
  if self.ended_by then self.ended_by(self) end
end

--- Something to be closed when the process is gone, however it goes.
function Process:on_end(close)
  self.closers[#self.closers + 1] = close
end

--- A point at which the machine may stand still: for longer than a lease, or
--- for a while.
function Process:pause()
  local world, machine = self.world, self.machine
  if self.dead or self.calm then return end
  if world:strikes(world.stalling, "machine stands still") then
    local random = world.random
    machine:freeze(
      random:chance(0.5) and random:between(130, 400) or random:between(1, 60)
    )
  end
  if machine.frozen_until > world:now() then
    world:hold(self, machine.frozen_until)
  end
end

--- A point at which the process may be killed: true when it is dead.
function Process:may_die(how)
  if self.dead then return true end
  if not self.calm and self.world:strikes(self.risk, "killed " .. how) then
    self:die(how)
    return true
  end
  return false
end

--- Chance, for a client's option `random`.
function Process:random()
  return function()
    return self.world.random:number()
  end
end

--- A transport to a provider.
function Process:wire(provider)
  return wire.new(self.world, self, provider)
end

return Machine
