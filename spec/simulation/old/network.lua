-- Wires between a machine and a provider on which each message may be lost,
-- late, doubled or garbled: a transport, and a source of luapay.task.

local core = require "luapay.core"
local task = require "luapay.task"

local Wire = {}
Wire.__index = Wire

local HTML = "<html><body>Sorry!</body></html>"

-- What may happen to an exchange, and how often of a hundred bad days.
local FATES = {
  { 15, "refused" }, -- nobody listens; nothing left
  { 15, "request lost" },
  { 20, "answer lost" },
  { 10, "acted late" }, -- after the caller has given up
  { 10, "500 before" },
  { 10, "500 after" },
  { 10, "garbage" },
  { 10, "slow" },
  { 10, "doubled" }, -- only what the provider tells a repetition of
}

local function failure_of(phase, message, kind)
  return { kind = kind or "transport", phase = phase, message = message }
end

local function page(status, body)
  return {
    status = status,
    headers = { ["content-type"] = "text/html" },
    body = body,
  }
end

-- The provider acts, and its answer goes back after a while.
local function act(wire, exchange, back)
  local response, failure = wire.provider:handle(exchange.request)
  wire.world:tell(
    "  %s %s -> %s",
    wire.machine.name,
    exchange.what,
    response and response.status or failure.message
  )
  if back then
    wire.world:after(back, function()
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

-- The caller's patience ends first; the provider acts soon after.
fates["acted late"] = function(wire, exchange)
  local late = exchange.timeout + wire.world.random:between(1, 20)
  wire.world:after(late, function()
    act(wire, exchange)
  end)
end

fates["500 before"] = function(wire, exchange, there, back)
  wire.world:after(there + back, function()
    exchange:finish(page(500, HTML))
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

local Exchange = {}
Exchange.__index = Exchange

function Exchange:finish(response, failure)
  if self.over then return end
  self.over, self.response, self.failure = true, response, failure
  if self.awaited then table.insert(self.wire.done, self.id) end
end

local function begin(wire, request, timeout, awaited)
  local world, random = wire.world, wire.world.random
  wire.last = wire.last + 1
  local exchange = setmetatable({
    wire = wire,
    id = wire.last,
    request = request,
    timeout = timeout,
    awaited = awaited,
    what = request.method .. " " .. request.url:gsub("^https://[^/]+", ""),
  }, Exchange)
  local fate = "fine"
  if not world.calm and random:chance(wire.badness) then
    fate = random:one_of(FATES)
    world:count(fate)
  end
  world:count "requests"
  world:tell("%s sends %s: %s", wire.machine.name, exchange.what, fate)
  local there, back = random:number() / 10, random:number() / 10
  world:after(timeout, function()
    exchange:finish(nil, failure_of("after_send", "no answer", "timeout"))
  end)
  fates[fate](wire, exchange, there, back)
  return exchange
end

--- As a transport.
function Wire:send(request, timeout)
  self.machine:live()
  local group = task.running()
  local exchange = begin(self, request, timeout, group ~= nil)
  if group then
    group:await(self, exchange.id)
  else
    while not exchange.over do
      self.world:step()
    end
  end
  self.machine:live()
  return exchange.response, exchange.failure
end

function Wire:sleep(seconds)
  local group = task.running()
  if group then
    group:sleep(self, seconds)
  else
    self.world:pass(seconds)
  end
  self.machine:live()
end

function Wire:close() end

--- As a source: lets things happen until one of them is finished.
function Wire.wait(sources, seconds)
  local world = Wire.world
  local till = world:now() + seconds
  repeat
    for _, wire in ipairs(sources) do
      if wire.done[1] then return end
    end
    if seconds <= 0 then return end
    world:step(till)
  until world:now() >= till
end

function Wire:finished(into)
  local done = self.done
  self.done = {}
  for i, id in ipairs(done) do
    into[i * 3 - 2], into[i * 3 - 1], into[i * 3] = id, true, false
  end
  return #done
end

--- A wire between a machine and a provider.
function Wire.new(world, machine, provider)
  Wire.world = world
  local wire = setmetatable({
    world = world,
    machine = machine,
    provider = provider,
    badness = world.badness or 0.25,
    done = {},
    last = 0,
  }, Wire)
  wire.now = function()
    return world:now()
  end
  return wire
end

return Wire
