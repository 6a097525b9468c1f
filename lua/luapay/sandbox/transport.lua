-- A transport that ends in a pretend provider in this process. Time is the
-- provider's: a delay costs nothing to wait for.

local transport = {}

local Transport = {}
Transport.__index = Transport
Transport.own = true -- never yields

--- Makes a transport to a provider.
---@param provider table
---@return table transport with `send`, `sleep`, `now` and `close`
function transport.new(provider)
  return setmetatable({ provider = provider }, Transport)
end

local function timed_out(phase)
  return nil,
    {
      kind = "timeout",
      phase = phase,
      message = phase == "before_send" and "no connection in time"
        or "no answer in time",
    }
end

--- Sends one request, once.
---@param request table method, url, headers, body
---@param timeout? number seconds that the exchange may take in all
---@return table? response
---@return table? failure
function Transport:send(request, timeout)
  assert(not self.closed, "transport is closed")
  local response, failure = self.provider:handle(request)
  local outcome = response or failure
  local delay, clock = outcome.delay or 0, self.provider.clock
  if timeout and delay >= timeout then
    clock:advance(timeout)
    return timed_out(outcome.phase or "after_send")
  end
  if delay < math.huge then clock:advance(delay) end
  outcome.delay = nil
  return response, failure
end

--- Lets simulated time pass.
---@param seconds number
function Transport:sleep(seconds)
  self.provider.clock:advance(math.max(0, seconds))
end

--- The provider's time, in seconds.
---@return number
function Transport:now()
  return self.provider.clock:now()
end

--- Closes the transport; the provider lives on.
function Transport:close()
  self.closed = true
end

return transport
