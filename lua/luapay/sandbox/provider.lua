-- What every pretend provider has: a way from a request to a response, a
-- log of what it was asked, fault points and a clock. What a provider is
-- made of (endpoints, state, how it says no) is its definition's business.

local body = require "luapay.sandbox.body"
local clock = require "luapay.sandbox.clock"
local faultpoint = require "luapay.sandbox.faultpoint"
local request_log = require "luapay.sandbox.request_log"
local routes = require "luapay.sandbox.routes"
local take_apart = require "luapay.sandbox.take_apart"
local transport = require "luapay.sandbox.transport"

local provider = {}

local Provider = {}

-- A definition may have `methods` of its own.
function Provider:__index(name)
  local own = rawget(self, "definition").methods
  return own and own[name] or Provider[name]
end

local function check_options(definition, options)
  for name in pairs(options) do
    if definition.defaults[name] == nil and name ~= "clock" then
      error(("sandbox: no such option: %q"):format(tostring(name)), 4)
    end
  end
end

--- Makes a provider from its definition (see infobip.lua).
---@param definition table
---@param options? table
---@return luapay.sandbox.Provider
function provider.new(definition, options)
  options = options or {}
  check_options(definition, options)
  local self = setmetatable({ definition = definition }, Provider)
  self.options = setmetatable({}, { __index = definition.defaults })
  for name, value in pairs(options) do
    self.options[name] = value
  end
  self.clock = type(options.clock) == "table" and options.clock
    or clock.new(options.clock)
  self.endpoints, self.routes = {}, routes.new(definition.endpoints)
  for _, endpoint in ipairs(definition.endpoints) do
    self.endpoints[endpoint.name] = endpoint
  end
  self:reset()
  return self
end

--- Back to the first day: no bookings, sessions, faults or requests. The
--- clock goes on.
function Provider:reset()
  self.state = self.definition.open(self.options, self.clock, self.state)
  self.log = request_log.new(self.definition.secret)
  self.points = {}
end

-- The endpoint's own work: is the caller known, are the arguments well, go.
-- A definition may `read` arguments in its own way: (request, endpoint,
-- state) -> args; or nil, problem; and the names that were ignored.
-- `request.params` has the {parts} of the path.
function Provider:act(endpoint, request, entry)
  local definition = self.definition
  local read = definition.read or body.read_for
  local args, problem, ignored = read(request, endpoint, self.state)
  self.log:note(entry, args, ignored)
  local caller, refusal = definition.admit(self.state, endpoint, request)
  if not caller then return refusal end
  if not args then
    return definition.problem(problem, request, self.state, endpoint)
  end
  return endpoint.run(self.state, args, caller, request)
end

function Provider:serve(endpoint, request, entry)
  local steps = {
    act = function(order)
      self.state.order = order
      local response = self:act(endpoint, request, entry)
      self.state.order = nil
      return response
    end,
    expire = function()
      self.definition.expire(self.state, request)
    end,
  }
  for _, point in ipairs(self.points) do
    if faultpoint.strikes(point, endpoint.name) then
      entry.fault = point.fault
      return faultpoint.run(point, steps)
    end
  end
  return steps.act()
end

--- Answers one request. `delay` in what comes back says how many seconds
--- later the caller sees it: transports wait, so that this need not.
---@param request table method, url, headers, body
---@return table? response status, headers, body; or nil
---@return table? failure kind, phase, message, as a transport has them
function Provider:handle(request)
  local seen = take_apart(request)
  local endpoint, params = self.routes:find(seen.method, seen.path)
  local entry = self.log:add(self.clock:now(), seen, endpoint)
  local response, failure
  if endpoint then
    seen.params = params
    response, failure = self:serve(endpoint, seen, entry)
  else
    response = self.definition.problem({
      status = params and 405 or 404,
      text = params and "Wrong method" or "No such path",
    }, seen, self.state)
    response.headers.allow = params
  end
  entry.status = response and response.status
  entry.failure = failure and failure.message
  return response, failure
end

--- Orders bad days: the first order that matches a call strikes, once.
---@param order table `fault` (see fault_kinds.lua) and maybe `at` (an
--- endpoint's name; any), `times` (1), `skip` (calls to spare first, 0),
--- `booked` (does the provider act?), `seconds`, `rows`, `external_id`,
--- `status`, `body`, `headers`
---@return table point its `times` counts down to 0
function Provider:inject(order)
  local point = faultpoint.new(order, self.endpoints)
  self.points[#self.points + 1] = point
  return point
end

--- Forgets the faults that have not struck yet.
function Provider:clear()
  self.points = {}
end

--- A transport to this provider, in this process, on its clock.
function Provider:transport()
  return transport.new(self)
end

--- Lets simulated time pass.
---@param seconds number
function Provider:advance(seconds)
  self.clock:advance(seconds)
end

--- What was asked, oldest first (the last 1000), without secrets: time,
--- method, path, endpoint, headers, args, ignored, fault, status, failure.
---@return table[]
function Provider:requests()
  return self.log:list()
end

--- Copies of all bookings, oldest first; see ledger.lua.
---@return table[]
function Provider:ledger()
  return self.state.ledger:bookings()
end

--- Checks the books; see ledger.lua for the rules.
---@return true? ok, or nil
---@return string[]? broken one sentence for each broken rule
function Provider:check()
  return self.state.ledger:check()
end

return provider
