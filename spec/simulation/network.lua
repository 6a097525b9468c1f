-- Wires between a process and a provider on which each message may be lost,
-- late, doubled or garbled: a transport, and a source of luapay.task.

local core = require "luapay.core"
local task = require "luapay.task"

local Wire = {}
Wire.__index = Wire

local HTML = "<html><body>Sorry!</body></html>"

-- What may happen to an exchange, and how often of a hundred bad days.
local FATES = {
  { 14, "refused" }, -- nobody listens; nothing left
  { 12, "request lost" },
  { 20, "answer lost" },
  { 10, "acted late" }, -- after the caller has given up
  { 8, "500 before" },
  { 10, "500 after" },
  { 8, "garbage" },
  { 8, "slow" },
  { 6, "rate limit" },
  { 8, "doubled" }, -- only what the provider knows as a repetition
}

local function failure_of(phase, message, kind)
  return { kind = kind or "transport", phase = phase, message = message }
end

local function page(status, body, headers)
  headers = headers or {}
  headers["content-type"] = "text/html"
  return { status = status, headers = headers, body = body }
end

-- The provider acts, and its answer goes back after a while.
local function act(wire, exchange, back)
  local world = wire.world
  local outer = world.acting
  world.acting = exchange
  local response, failure = wire.provider:handle(exchange.request)
  world.acting = outer
  world:write(
    "  %s %s -> %s",
    wire.process.name,
    exchange.what,
    response and response.status or failure.message
  )
  if world.acted then world.acted(exchange, response) end
  if back then
    world:after(back, function()
      exchange:finish(response, failure)
    end)
  end
end

local fates = {}

function fates.fine(wire, exchange, there, back)
  wire.world:after(there, function()
    act(wire, exchange, back)
  end)
end

fates.slow = function(wire, exchange, there, back)
  fates.fine(wire, exchange, there, back + wire.world.random:between(1, 40))
end

-- Whether a request that arrives twice does no more than one: of others no
-- caller could ever tell.
local function bears_doubling(request)
  local number = request.endpoint and core.find(request.endpoint)
  return number and core.describe(number).safe_to_repeat
end

fates.doubled = function(wire, exchange, there, back)
  fates.fine(wire, exchange, there, back)
  if bears_doubling(exchange.request) then
    wire.world:after(there + wire.world.random:between(1, 10), function()
      act(wire, exchange)
    end)
  end
end

fates.refused = function(_, exchange)
  exchange:finish(nil, failure_of("before_send", "connection refused"))
end

fates["request lost"] = function(wire, exchange, there, back)
  wire.world:after(there + back, function()
    exchange:finish(nil, failure_of("after_send", "connection reset"))
  end)
end

fates["answer lost"] = function(wire, exchange, there, back)
  wire.world:after(there, function()
    act(wire, exchange)
    fates["request lost"](wire, exchange, 0, back)
  end)
end

-- The caller's patience ends first; the provider acts later, up to what the
-- scenario says is the latest.
fates["acted late"] = function(wire, exchange)
  local random, latest = wire.world.random, wire.world.latest or 30
  local late = exchange.timeout + random:between(1, 20)
  if random:chance(0.4) then
    late = math.max(late, random:number() * latest)
  end
  wire.world:after(late, function()
    act(wire, exchange)
  end)
end

fates["500 before"] = function(wire, exchange, there, back)
  local status = wire.world.random:chance(0.5) and 500 or 503
  wire.world:after(there + back, function()
    exchange:finish(page(status, HTML))
  end)
end

fates["500 after"] = function(wire, exchange, there, back)
  wire.world:after(there, function()
    act(wire, exchange)
    fates["500 before"](wire, exchange, 0, back)
  end)
end

fates.garbage = function(wire, exchange, there, back)
  wire.world:after(there, function()
    act(wire, exchange)
    wire.world:after(back, function()
      exchange:finish(page(200, HTML))
    end)
  end)
end

fates["rate limit"] = function(wire, exchange, there, back)
  local seconds = wire.world.random:between(1, 5)
  wire.world:after(there + back, function()
    exchange:finish(page(429, HTML, { ["retry-after"] = tostring(seconds) }))
  end)
end

local Exchange = {}
Exchange.__index = Exchange

function Exchange:finish(response, failure)
  if self.over then return end
  self.over, self.response, self.failure = true, response, failure
  if self.awaited then
    table.insert(self.wire.done, self.id)
    self.wire:wake()
  elseif self.blocked then
    self.wire.world:wake(self.wire.process)
  end
end

local function begin(wire, request, timeout, awaited)
  local world, random = wire.world, wire.world.random
  wire.last = wire.last + 1
  local process = wire.process
  process.sent = process.sent + 1
  if request.method ~= "GET" and not request.url:find "/connect/token" then
    process.changing = process.changing + 1
  end
  local exchange = setmetatable({
    wire = wire,
    id = wire.last,
    request = request,
    timeout = timeout,
    sent_at = world:now(),
    process = process,
    awaited = awaited,
    what = request.method .. " " .. request.url:gsub("^https://[^/]+", ""),
  }, Exchange)
  local fate = "fine"
  if not world.calm and random:chance(wire.badness) then
    fate = random:one_of(FATES)
    world:count(fate)
  end
  world:count "requests"
  world:write("%s sends %s: %s", process.name, exchange.what, fate)
  if world.sending then world.sending(exchange) end
  local there, back = random:number() / 10, random:number() / 10
  world:after(timeout, function()
    exchange:finish(nil, failure_of("after_send", "no answer", "timeout"))
  end)
  fates[fate](wire, exchange, there, back)
  return exchange
end

-- The moment before the first byte leaves: a machine may stand still here,
-- and a request that must have left by now does not leave any more.
local function too_late(wire, request)
  wire.process:pause()
  return request.send_by ~= nil and wire.now() > request.send_by
end

--- As a transport.
function Wire:send(request, timeout)
  local process = self.process
  process:live()
  if too_late(self, request) then
    self.world:count "not sent, it was too late"
    return nil,
      failure_of("before_send", "the deadline to send has passed", "timeout")
  end
  local group = task.running()
  local exchange = begin(self, request, timeout or 30, group ~= nil)
  if exchange.over then
    if exchange.awaited then table.remove(self.done) end
  elseif group then
    group:await(self, exchange.id)
  else
    exchange.blocked = true
    local function over()
      return exchange.over
    end
    while not exchange.over do
      self.world:block(over)
    end
  end
  process:live()
  process:pause()
  return exchange.response, exchange.failure
end

function Wire:sleep(seconds)
  local group = task.running()
  if group then
    group:sleep(self, seconds)
  else
    self.world:sleep(math.max(0, seconds))
  end
  self.process:live()
end

function Wire:close() end

--- Lets the process go on that waits inside a map.
function Wire:wake()
  local process = self.process
  if process.waits_for then
    process.waits_for = nil
    self.world:wake(process)
  end
end

--- As a source: waits until one of them has something finished. Runs in the
--- process, outside of its map's workers.
function Wire.wait(sources, seconds)
  local process = Wire.world.running
  local world = process.world
  for _, wire in ipairs(sources) do
    if wire.done[1] then return end
  end
  if seconds <= 0 then return end
  local token = {}
  process.waits_for = token
  world:after(seconds, function()
    if process.waits_for == token then
      process.waits_for = nil
      world:wake(process)
    end
  end)
  world:block(function()
    return process.waits_for ~= token
  end)
  process.waits_for = nil
end

function Wire:finished(into)
  local done = self.done
  self.done = {}
  for i, id in ipairs(done) do
    into[i * 3 - 2], into[i * 3 - 1], into[i * 3] = id, true, false
  end
  return #done
end

--- A wire between a process and a provider.
function Wire.new(world, process, provider)
  Wire.world = world
  local wire = setmetatable({
    world = world,
    process = process,
    provider = provider,
    badness = world.badness or 0.25,
    done = {},
    last = 0,
  }, Wire)
  wire.now = function()
    return process.machine:boottime()
  end
  return wire
end

return Wire
