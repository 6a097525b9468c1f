-- custom.lua - a transport out of what the user has: a function that sends,
-- or a table with at least `send`. See luapay.Transport.

local core = require "luapay.core"
local task = require "luapay.task"

local custom = {}

local Custom = {}
Custom.__index = Custom

-- What a transport cannot do is not asked of it: without `sleep` nothing is
-- tried again, and no call waits for the login of another.
Custom.sleeps = false

Custom.now = core.now

-- Something without a status may be anything, after something was sent.
local function is_response(value)
  return type(value) == "table"
    and type(value.status) == "number"
    and value.status % 1 == 0
end

-- Sockets say what went wrong in one word.
local function failure_of(value)
  local failure = {
    kind = "transport",
    phase = "after_send",
    message = type(value) == "string" and value
      or "the transport has not said what went wrong",
  }
  for name, said in pairs(type(value) == "table" and value or {}) do
    failure[name] = said
  end
  return failure
end

function Custom:send(request, timeout)
  local response, failure = task.call_host(self.exchange, request, timeout)
  if not is_response(response) then return nil, failure_of(failure) end
  response.headers = response.headers or {}
  response.body = response.body or ""
  return response
end

--- There is nothing to close; the function is the user's.
function Custom.close() end

local function complete(given)
  return setmetatable({
    given = given.sleep and given.now and given.close and given or nil,
    exchange = function(request, timeout)
      return given:send(request, timeout)
    end,
    sleep = given.sleep and function(_, seconds)
      return task.call_host(given.sleep, given, seconds)
    end,
    sleeps = given.sleep ~= nil and given.sleeps ~= false,
    now = given.now and function()
      return given:now()
    end,
    close = given.close and function()
      return given:close()
    end,
  }, Custom)
end

--- Takes a transport of luapay as it is (`own`: inside map it waits with the
--- others); makes one of a function, or of a table that has at least `send`.
--- Raises for what is neither.
---@param given luapay.Transport|luapay.Exchange
---@return luapay.Transport
function custom.from(given)
  if type(given) == "function" then
    return setmetatable({ exchange = given }, Custom)
  end
  if type(given) ~= "table" or not given.send then
    error("luapay: transport: expected a function, or a table with `send`", 6)
  end
  if given.own then return given end
  return complete(given)
end

return custom
