-- Bad days, on order: a fault point says which call has one, and which.

local kinds = require "luapay.sandbox.fault_kinds"

local faultpoint = {}

local OPTIONS = {
  at = "string",
  fault = "string",
  times = "number",
  skip = "number",
  status = "number",
  body = "string",
  headers = "table",
  seconds = "number",
  rows = "number",
  external_id = "string",
  booked = "boolean",
}

local NEEDS = {
  delay = { "seconds" },
  lag = { "seconds" },
  moved = { "rows" },
  short = { "rows" },
  partial = { "rows" },
  unnamed = { "rows" },
  no_trid = { "rows" },
  refuse_row = { "external_id" },
}

-- A mistake here is a bug of the test that orders the fault, so it raises.
local function check(point, endpoints)
  for name, value in pairs(point) do
    if type(value) ~= OPTIONS[name] then
      error(("sandbox: bad fault option %q"):format(tostring(name)), 4)
    end
  end
  if not kinds[point.fault] then
    error(("sandbox: no such fault: %q"):format(tostring(point.fault)), 4)
  end
  if point.at and point.at ~= "*" and not endpoints[point.at] then
    error(("sandbox: no such endpoint: %q"):format(point.at), 4)
  end
  local at = kinds[point.fault].at
  if at and not at[point.at] then
    error(("sandbox: %s: no fault of %s"):format(point.fault, point.at), 4)
  end
  for _, name in ipairs(NEEDS[point.fault] or {}) do
    if not point[name] then
      error(("sandbox: %s: how many %s?"):format(point.fault, name), 4)
    end
  end
  if kinds[point.fault].acts and point.booked == false then
    error("sandbox: this fault needs the provider to act", 4)
  end
end

--- Makes a fault point out of an order.
---@param order table at, fault, times, skip, status, body, headers, seconds,
--- booked
---@param endpoints table<string, any> by name
---@return table point
function faultpoint.new(order, endpoints)
  check(order, endpoints)
  local point = { at = "*", times = 1, skip = 0 }
  for name, value in pairs(order) do
    point[name] = value
  end
  if point.booked == nil then
    point.booked = kinds[point.fault].booked ~= false
  end
  return point
end

--- Whether this call has the fault; counts the calls that match.
---@param point table
---@param endpoint string
---@return boolean
function faultpoint.strikes(point, endpoint)
  if point.times <= 0 or (point.at ~= "*" and point.at ~= endpoint) then
    return false
  end
  if point.skip > 0 then
    point.skip = point.skip - 1
    return false
  end
  point.times = point.times - 1
  return true
end

--- Runs a call that has the fault.
---@param point table
---@param steps { act: fun(order: table?): table, expire: fun() }
---@return table? response
---@return table? failure
function faultpoint.run(point, steps)
  local kind = kinds[point.fault]
  if kind.before then steps[kind.before]() end
  local order = kind.at and point or nil
  return kind.run(point, point.booked and steps.act(order) or nil)
end

return faultpoint
