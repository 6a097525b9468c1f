-- gate.lua - one renewal for many waiting calls: the first caller works,
-- those who come meanwhile wait and share what came of it. However the work
-- ends, the gate opens again: also when it raises, and when the coroutine or
-- the request that it ran in is gone.

local fault = require "luapay.fault"
local guard = require "luapay.guard"

local gate = {}

local NAP = 0.005 -- seconds between two looks at whether the work is done
local SHARE = 1 / 4 -- of a call's time, for work that can also be done later
local LATER = 1 / 8 -- of the time that is left until it must be done

local Gate = {}
Gate.__index = Gate

--- Makes a gate; waiting is done with the transport's clock and sleep.
---@param transport luapay.Transport
---@return table
function gate.new(transport)
  local self = { transport = transport, round = 0, busy_until = 0 }
  return setmetatable(self, Gate)
end

local function is_dead(co)
  return co ~= nil and coroutine.status(co) == "dead"
end

-- A worker that was given up on (its coroutine dropped) is not waited for
-- beyond its own deadline.
local function is_busy(self, round)
  return self.round == round
    and self.transport.sleeps ~= false
    and self.transport:now() < self.busy_until
    and not is_dead(self.worker)
end

local function wait(self, round, deadline)
  while is_busy(self, round) do
    if self.transport:now() >= deadline then
      return nil,
        fault.new {
          kind = "timeout",
          message = "waited for another call's login until the deadline",
        }
    end
    self.transport:sleep(NAP)
  end
  return true
end

-- Does the work. Who waits for work that raised does it again: it was the
-- worker's own function that raised.
local function pass(self, deadline, work)
  local good, result, err = guard.call(work, deadline)
  self.busy_until, self.worker = 0, nil
  if good then
    self.round = self.round + 1
    self.result, self.fault = result, err
  end
  return good, result, err
end

-- Does the work where it goes on when the caller is gone. Returns what came
-- of it, or nothing when there is no such place now.
local function pass_apart(self, deadline, work)
  local transport, round, raised = self.transport, self.round, nil
  local begun = transport:apart(function()
    local good, value = pass(self, deadline, work)
    if not good then raised = { value = value } end
  end)
  if not begun then return nil end
  self.worker = nil
  local waited, err = wait(self, round, deadline)
  if raised then return { false, raised.value } end
  if not waited then return { true, nil, err } end
  if self.round == round then -- it did not come to its end in time
    return { true, nil, fault.new { kind = "timeout", message = "no login" } }
  end
  return { true, self.result, self.fault }
end

--- Runs `work(deadline)`, or waits for the one who is running it. Where the
--- transport can do work apart from the caller, it is done there: a request
--- of nginx may be gone before its login is done.
---@async
---@param deadline number by the transport's clock
---@param work fun(deadline: number): any?, luapay.Fault?
---@return any? result
---@return luapay.Fault? fault
function Gate:run(deadline, work)
  local round = self.round
  if is_busy(self, round) then
    local waited, err = wait(self, round, deadline)
    if not waited then return nil, err end
    if self.round ~= round then
      return self.result, self.fault and fault.copy(self.fault)
    end
  end
  self.busy_until, self.worker = deadline, coroutine.running()
  local done = self.transport.apart and pass_apart(self, deadline, work)
    or { pass(self, deadline, work) }
  if not done[1] then error(done[2], 0) end
  return done[2], done[3] and fault.copy(done[3])
end

--- Runs `work` ahead of the time at which it must be done: with a part of
--- the call's time only, not while another does it, and after a failure not
--- again at once. What came of it shows in what the work keeps.
---@async
---@param deadline number of the call
---@param ends number until when what is to be renewed is good
---@param work fun(deadline: number): any?, luapay.Fault?
function Gate:ahead(deadline, ends, work)
  local now = self.transport:now()
  if now < (self.again_at or 0) or is_busy(self, self.round) then return end
  self.again_at = now + (ends - now) * LATER
  self:run(now + (math.min(deadline, ends) - now) * SHARE, work)
end

return gate
