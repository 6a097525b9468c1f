-- receiver.lua - takes a request, gives a reply and what it tells. It knows
-- no provider and no web server. It never raises for what arrives.

local door = require "luapay.callback.door"
local once = require "luapay.callback.once"
local options = require "luapay.options"
local seen = require "luapay.callback.seen"
local task = require "luapay.task"

local receiver = {}

local Receiver = {}
Receiver.__index = Receiver

function Receiver.__tostring(self)
  return "luapay.callback." .. self.api
end

local MEGABYTE = 1048576
local WEEK = 7 * 86400

local COMMON = {
  seen = { type = "any", required = true },
  log = { type = "function" },
  on_stale = { type = "function" },
  on_error = { type = "function" },
  max_body = { type = "number", positive = true, default = MEGABYTE },
  keep = { type = "number", positive = true, default = WEEK },
  lease = { type = "number", positive = true, default = 60 },
  concurrency = {
    type = "number",
    positive = true,
    whole = true,
    default = 1,
  },
  clock = { type = "function", default = os.time },
}

-- What it logs to may raise; a receiver does not.
function Receiver:say(line)
  if self.log then
    pcall(self.log, ("callback %s: %s"):format(self.api, line))
  end
end

--- Takes a request: checks it, and gives what it tells and was not told
--- before. The events are marked as seen: what you do with them must not
--- fail, as they do not come again. Use `handle` where it may.
---
--- With a reply of 503 there may be events, too: those that came before
--- the store failed; and with one of 400, those of a list beside what cannot
--- be read.
---@param given luapay.callback.Request
---@return luapay.callback.Reply reply
---@return luapay.callback.Event[] events maybe none
---@return luapay.Fault? problem for the log; no secret is in it
function Receiver:receive(given)
  local events, reply, none, problem = door.open(self, given)
  if not events then return reply, none, problem end
  local bad, fresh = reply, {}
  for _, event in ipairs(events) do
    local new, why = once.mark(self, event)
    if new == nil then return door.postpone(self, why), fresh, why end
    if new then fresh[#fresh + 1] = event end
  end
  if bad then
    reply, problem = bad()
    return reply, fresh, problem
  end
  return door.reply(200), fresh
end

-- The events of each thing, in their order.
local function by_object(events)
  local groups, known = {}, {}
  for i, event in ipairs(events) do
    local group = event.object and known[event.object]
    if not group then
      group = {}
      groups[#groups + 1] = group
      if event.object then known[event.object] = group end
    end
    group[#group + 1] = i
  end
  return groups
end

-- Handles each, those about different things side by side: what is written
-- for one waits for the disk together with what is written for others.
local function handle_all(self, events, fn)
  local results = {}
  local function handle(group)
    for _, i in ipairs(group) do
      local new, why, more = once.run(self, events[i], fn)
      results[i] = { new = new, why = why, more = more }
    end
  end
  local groups = by_object(events)
  if self.concurrency == 1 or not groups[2] then
    for _, group in ipairs(groups) do
      handle(group)
    end
  else
    task.map(groups, {
      concurrency = self.concurrency,
      each = function() end,
    }, handle)
  end
  return results
end

--- Takes a request, and calls `fn(event)` for each event that was not
--- handled before. `fn` returns true when its work is done and durable.
--- False and a fault: it cannot be done now, the reply is 503. Anything
--- else, and an error that it raises, is a bug of it: 500. In both cases the
--- event comes again. Events about one thing are handled one after the
--- other. One that came late goes to `on_stale` instead.
---
--- Of a list, each event is handled, and 200 is the reply only if all were:
--- those that were do not come again with the others. What cannot be read
--- makes it 400 when the rest is handled.
---
--- With true, `fn` may return what the reply shall have.
---@async
---@param given luapay.callback.Request
---@param fn luapay.callback.Handler
---@return luapay.callback.Reply reply
---@return luapay.callback.Event[] events those that were handled now
---@return luapay.Fault? problem for the log; no secret is in it
function Receiver:handle(given, fn)
  if type(fn) ~= "function" then
    error("callback: expected a handler, a function", 2)
  end
  local events, reply, none, problem = door.open(self, given)
  if not events then return reply, none, problem end
  local bad, done, own = reply, {}, nil
  reply = nil
  for i, result in ipairs(handle_all(self, events, fn)) do
    if result.new then
      done[#done + 1] = events[i]
      own = result.more or own
    elseif result.new == nil then
      reply = door.postpone(self, result.why)
    end
    problem = problem or result.why
  end
  if bad and not reply then
    reply, problem = bad()
  end
  return reply or door.own(own), done, problem
end

--- Answers the request that nginx handles, in content_by_lua: see `handle`.
---@async
---@param fn luapay.callback.Handler
function Receiver:nginx(fn)
  return require("luapay.callback.nginx").serve(self, fn)
end

local function log_of(given)
  if given then return given end
  local ngx = rawget(_G, "ngx")
  return ngx and function(line)
    ngx.log(ngx.WARN, line)
  end
end

--- Makes a receiver. Wrong options raise.
---@param api string
---@param provider table OPTIONS, new(options, clock)
---@param given table
---@return luapay.callback.Receiver
function receiver.new(api, provider, given)
  local known = {}
  for _, list in ipairs { COMMON, provider.OPTIONS } do
    for name, rule in pairs(list) do
      known[name] = rule
    end
  end
  local checked = options.check("callback." .. api, given, known, 4)
  local self = { api = api, reader = provider.new(checked, checked.clock) }
  for name in pairs(COMMON) do
    self[name] = checked[name]
  end
  if self.seen then self.seen = seen.check(self.seen) end
  self.log = log_of(self.log)
  return setmetatable(self, Receiver)
end

return receiver
