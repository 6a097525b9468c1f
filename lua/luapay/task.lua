-- Many calls side by side, in coroutines. Knows no transport: what can be
-- waited for (a source) has three functions, see below.
--
-- A call made inside a function given to `map` yields to the map, which
-- waits for all of them together. Everywhere else (the main program, a
-- coroutine of the user's own) a call just blocks.
--
-- In a host with threads of its own, which is nginx, the workers of a map are
-- such threads. It is found by whoever may wait in it: a transport, a journal.
--
-- Plain Lua 5.1 cannot yield through pcall, metamethods and iterators:
-- there, a call inside map that is wrapped in pcall raises "attempt to
-- yield across metamethod/C-call boundary". Every other Lua can.

---@class luapay.Source what can be waited for
---@field wait fun(sources: luapay.Source[], seconds: number) waits until
--- one of them has something finished, or not much longer than `seconds`;
--- may come back early; with an empty list it only waits
---@field finished fun(self, into: table): integer fills in n triples: id,
--- first value or false, second value or false
---@field now fun(): number seconds on a monotonic clock
---@field send? async fun(self, request: table, timeout: number, ...): any
--- behind these two a loop, and what goes on to a transport's `send`; yields
--- until it has an answer. `wait(sources, seconds, loop, ended)` lets such
--- coroutines of that loop go on, calls `ended(co, ok, value)` when they end
--- or yield a value, and returns how many are under way
---@field drop? fun(self, co: thread): string? forgets what it waits for, and
--- returns the phase of that
---@field at_once? boolean its `wait` does work rather than wait: nobody
--- else is waited for while somebody waits for that work

local Group = require "luapay.task.group"
local nginx = require "luapay.task.nginx"
local threads = require "luapay.task.threads"

local task = {}

local host -- that has been found

--- Finds out whether this runs in nginx: then its light threads are waited
--- with from here on, wherever there are any.
function task.find_host()
  local ngx = package.loaded.ngx
  local is_there = type(ngx) == "table" and ngx.get_phase and ngx.thread
  if is_there and not host then host = nginx.new(ngx) end
end

--- Whether this process is going to be forked into those that do the work,
--- as nginx's is in init_by_lua.
---@return boolean
function task.is_before_fork()
  return host ~= nil and host.is_parent()
end

--- The group of workers that the running coroutine belongs to, or nil
--- outside of map. A transport asks this to know whether it may yield:
--- `group:await(source, id)`, `group:send(source, request, timeout)` and
--- `group:sleep(source, seconds)` do.
---@return table?
task.running = Group.running

--- Calls a function of the user's that may yield to a host of the user's
--- own, such as a scheduler: `call_host(fn, ...)` returns what it returns.
task.call_host = Group.call_host

--- Whether there are other threads of the host that could go on meanwhile.
---@return boolean
function task.can_nap()
  return host ~= nil and host.here()
end

--- Has work done in a thread of the host that nobody can end by ending the
--- caller. It begins soon, or never: where the host has too many already.
---@param work async fun()
---@return boolean begun false: it has no more now
function task.apart(work)
  return host.apart(work)
end

--- What a thread of the host waits at, until another one opens it:
--- `gate:wait(seconds)`, `gate:open()`.
---@return table
function task.gate()
  return host.gate()
end

--- The caller's thread goes on although the customer, for whom it works, has
--- hung up; where that can be had.
---@return boolean
function task.stay()
  return host.stay() == true
end

local unpack = table.unpack or unpack
local BEGINNING = 0.1 -- seconds for a thread of the host to begin

local function pack(...)
  return { n = select("#", ...), ... }
end

--- Calls a function that is to come to its end although the caller's thread
--- may be ended: where it may, in a thread of its own.
---@async
---@param fn async fun(...: any): ...
---@param ... any
---@return any ...
function task.to_the_end(fn, ...)
  if not task.can_nap() or host.stay() then return fn(...) end
  local args, gate, is_begun, got = pack(...), host.gate(), false, nil
  local function work()
    if is_begun then return end
    is_begun = true
    got = pack(pcall(fn, unpack(args, 1, args.n)))
    gate:open()
  end
  if host.apart(work) then gate:wait(BEGINNING) end
  work() -- it has not begun: nginx has too many timers
  while not got do
    gate:wait(1)
  end
  if not got[1] then error(got[2], 0) end
  return unpack(got, 2, got.n)
end

--- Lets the other threads of the host go on for some seconds; false, at
--- once, where there is no such host.
---@async
---@param seconds number
---@return boolean
function task.nap(seconds)
  if not (host and host.here()) then return false end
  host.sleep(seconds)
  return true
end

-- Calls of an iterator block: it cannot be called again while it waits.
local function take_from_iterator(items, hosted)
  return function()
    if hosted then return Group.call_host(items) end
    return Group.outside(items)
  end
end

local function take_from_list(items)
  local i = 0
  return function()
    i = i + 1
    return items[i]
  end
end

local function work(group)
  local take, fn, each = group.take, group.fn, group.each
  while not group.failed and not group.over do
    local item = take()
    if item == nil then
      group.over = true
      return
    end
    local index = group.taken + 1
    group.taken = index
    local result, fault = fn(item, index)
    if each then
      each(index, result, fault, item)
    else
      group.results[index] = { item = item, result = result, fault = fault }
    end
  end
end

local function run(group, count)
  if host and not group.parent and host.here() then
    return threads.run(host, group, work, count)
  end
  local started, errands = 0, group.loop.errands
  local function start_and_finish()
    while started < count and not (group.over or group.failed) do
      if errands[1] and not group.parent then return end
      started = started + 1
      group:start(work)
    end
    group:finish()
  end
  if group.parent then return start_and_finish() end
  -- in the caller's own coroutine, which may yield to a host of its own
  if count == 1 and not group.ahead then return work(group) end
  repeat
    local ok, err = pcall(start_and_finish)
    if not ok then error(group:abandon(err), 0) end
    local more = errands[1] ~= nil
    group:run_errands() -- not in pcall, which Lua 5.1 cannot yield through
  until not more
end

local OPTIONS = { concurrency = "number", ahead = "number", each = "function" }

local function check(items, options, fn)
  if type(items) ~= "table" and type(items) ~= "function" then
    error("map: items must be a list or an iterator", 3)
  end
  if type(fn) ~= "function" then error("map: no function given", 3) end
  for name, value in pairs(options) do
    if type(value) ~= OPTIONS[name] then
      error(
        ("map: option '%s' %s"):format(
          tostring(name),
          OPTIONS[name] and "must be a " .. OPTIONS[name] or "is unknown"
        ),
        3
      )
    end
  end
  local n = options.concurrency or 32
  if n < 1 or n % 1 ~= 0 then
    error("map: option 'concurrency' must be a whole number from 1", 3)
  end
end

--- Calls `fn` for every item, many at once.
---
--- Returns what the calls returned, in the order of the items: a list of
--- `{ item =, result =, fault = }`. With the option `each` nothing is
--- collected, however long the input: `each(index, result, fault, item)`
--- is called as soon as an item is done, and map returns their number.
---
--- With `ahead` so many more items are begun while some wait for a journal
--- to be written; never more than `concurrency` do anything else. Without,
--- an item is begun when another has ended.
---
--- An error raised in `fn` (or `each`, or the iterator) stops the map: no
--- further item is begun, what is under way is let finish, and the error
--- is raised again, with its traceback when it is a string.
---@param items any[]|fun(): any a list, or an iterator that ends with nil
---@param options? table concurrency (32), ahead (0), each
---@param fn async fun(item: any, index: integer): any, any
---@return table|integer
function task.map(items, options, fn)
  options = options or {}
  check(items, options, fn)
  local results, each = {}, options.each
  local group = Group.new({
    ahead = options.ahead and options.ahead > 0 and options.ahead or nil,
    limit = options.concurrency or 32,
    busy = 0,
    line = {},
    fn = fn,
    taken = 0,
    each = each,
    results = results,
  }, Group.running())
  group.take = type(items) == "table" and take_from_list(items)
    or take_from_iterator(items, group.loop.hosted)
  run(group, options.concurrency or 32)
  if group.failed then error(group.err, 0) end
  return each and group.taken or results
end

return task
