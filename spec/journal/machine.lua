-- Clocks of a machine that a spec moves.

local Machine = {}
Machine.__index = Machine

local restarts = 0

function Machine.new()
  restarts = restarts + 1
  return setmetatable(
    { now = 1700000000, boot = 5000, boot_id = "boot " .. restarts },
    Machine
  )
end

--- Option `clock` of a journal on this machine, as it is now.
function Machine:clock()
  return {
    wall = function()
      return self.now
    end,
    boot = function()
      return self.boot
    end,
    boot_id = self.boot_id,
  }
end

--- Time passes.
function Machine:pass(seconds)
  self.now, self.boot = self.now + seconds, self.boot + seconds
end

--- The machine starts anew: it counts from 0 again.
function Machine:restart()
  restarts = restarts + 1
  self.boot, self.boot_id = 3, "boot " .. restarts
end

return Machine
