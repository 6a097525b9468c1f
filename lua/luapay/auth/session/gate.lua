-- gate.lua - one renewal for many waiting calls: the first caller works,
-- those who come meanwhile wait and share what came of it.

local fault = require "luapay.fault"

local gate = {}

local NAP = 0.005 -- seconds between two looks at whether the work is done

local Gate = {}
Gate.__index = Gate

--- Makes a gate; waiting is done with the transport's clock and sleep.
---@param transport luapay.Transport
---@return table
function gate.new(transport)
  local self = { transport = transport, round = 0, busy_until = 0 }
  return setmetatable(self, Gate)
end

-- A worker that was given up on (its coroutine dropped) is not waited for
-- beyond its own deadline.
local function is_busy(self, round)
  return self.round == round
    and self.transport.sleeps ~= false
    and self.transport:now() < self.busy_until
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

--- Runs `work(deadline)`, or waits for the one who is running it.
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
  self.busy_until = deadline
  local result, err = work(deadline)
  self.round, self.busy_until = self.round + 1, 0
  self.result, self.fault = result, err
  return result, err
end

return gate
