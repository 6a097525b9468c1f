-- The workers of one map: coroutines, on the loop of the outermost map. A
-- map inside a map is one more group on the loop it finds.

local Loop = require "luapay.task.loop"
local guard = require "luapay.guard"

local running, yield = coroutine.running, coroutine.yield
local resume = coroutine.resume

local homes = setmetatable({}, { __mode = "k" }) -- coroutine -> its group
local outside -- a coroutine that is called for nobody: see Group.outside

local alive = 0 -- workers: while there are none, nobody need be asked

local Group = {}
Group.__index = Group

-- Nothing may have been sent when it turns out that we cannot wait. Old
-- Luas cannot be asked, so there we try: the loop resumes at once.
local AGAIN, ENDED = {}, {}
local can_yield = coroutine.isyieldable
  or function()
    yield(AGAIN)
    return true
  end

--- The group that the running coroutine works for, if any.
---@return table?
function Group.running()
  if alive == 0 then return nil end
  local co = running()
  local group = co and co ~= outside and homes[co]
  if group and not can_yield() then
    error("inside map, no call can be made in a callback of sort or gsub", 3)
  end
  return group
end

--- Sends on `source` and waits for the answer: its `send` yields, and its
--- `wait` lets the coroutine go on.
---@async
---@return any, any, any
function Group:send(source, request, timeout, brief)
  local loop = self.loop
  if not loop.senders[source] then loop:add_sender(source) end
  return source:send(request, timeout, loop, brief)
end

-- Of a group that may work ahead only `limit` workers do anything but wait
-- for what is written down: each of those has a place.

local function give_place_on(group)
  local first = table.remove(group.line, 1)
  if first then
    group.loop:make_ready(first)
  else
    group.busy = group.busy - 1
  end
end

local function leave_place(group)
  give_place_on(group)
  local may_begin = not (group.over or group.failed)
  if
    may_begin
    and group.busy < group.limit
    and group.active < group.limit + group.ahead
  then
    group.busy = group.busy + 1
    group.loop:make_ready(group:hire(group.work), group)
  end
end

local function take_place(group)
  if group.busy < group.limit then
    group.busy = group.busy + 1
  else
    group.line[#group.line + 1] = running()
    yield()
  end
end

--- Waits for what `source` calls `id`.
---@async
---@return any, any the two values it finished with
function Group:await(source, id)
  self.loop:park(running(), source, id)
  if not (self.ahead and source.at_once) then return yield() end
  leave_place(self)
  local a, b = yield()
  take_place(self)
  return a, b
end

--- Lets the others go on for some time, on the clock of `source`.
---@async
function Group:sleep(source, seconds)
  self.loop:park_for(running(), source, seconds)
  yield()
end

-- A worker has ended, or raised.
local function bury(group, co, ok, err)
  homes[co] = nil
  Loop.let_go(co)
  group.active = group.active - 1
  alive = alive - 1
  if group.ahead then give_place_on(group) end
  if not ok and not group.failed then
    group.failed = true
    group.err = type(err) == "string" and debug.traceback(co, err) or err
  end
  if group.active == 0 and group.waited_for then
    group.loop:make_ready(group.parent)
  end
end

-- A coroutine has run, until it yielded or ended.
local function settle(co, ok, what)
  while what == AGAIN do
    ok, what = resume(co)
  end
  if not ok or what == ENDED then bury(homes[co], co, ok, what) end
end

-- ---- what may yield to a host of the caller's

local function pack(...)
  return { n = select("#", ...), ... }
end

local unpack = table.unpack or unpack

-- Whether this is a coroutine of somebody's, who may have a scheduler.
local function in_coroutine()
  if coroutine.isyieldable then return coroutine.isyieldable() end
  local co, is_main = running()
  return co ~= nil and not is_main
end

--- Calls a function of the user's that may yield to a host of the user's: in
--- the coroutine that has called the outermost map, for no other is known to
--- the host. Nobody else goes on meanwhile, as with a function that blocks.
---@async
---@param fn function
---@param ... any
---@return any ...
function Group.call_host(fn, ...)
  local co = alive > 0 and running()
  if co then co = guard.outermost(co) end
  local group = co and homes[co]
  if not (group and group.loop.hosted) then return guard.outside(fn, ...) end
  if not can_yield() then
    error("inside map, no call can be made in a callback of sort or gsub", 2)
  end
  local errands = group.loop.errands
  errands[#errands + 1] = { co = co, fn = fn, args = pack(...) }
  local got = yield()
  if not got[1] then error(got[2], 0) end
  return unpack(got, 2, got.n)
end

-- In plain Lua 5.1 nobody can yield through pcall: what is raised there ends
-- the map at once.
local call = guard.can_yield and pcall
  or function(fn, ...)
    return true, fn(...)
  end

-- Lets a coroutine run until it waits again or ends.
local function continue(co, a, b)
  return settle(co, resume(co, a or nil, b or nil))
end

--- One more worker, to be resumed with the group.
---@param work fun(group: table)
---@return thread
function Group:hire(work)
  local co = coroutine.create(function(group)
    work(group)
    return ENDED
  end)
  homes[co] = self
  self.loop:take(co)
  self.active = self.active + 1
  alive = alive + 1
  return co
end

--- Starts one more worker.
---@param work fun(group: table)
function Group:start(work)
  if self.ahead then
    self.busy, self.work = self.busy + 1, work
  end
  continue(self:hire(work), self)
  if self.parent and self.loop.errands[1] then
    self.loop:make_ready(self.parent)
    yield()
  end
end

--- Does what workers want of a host, in the order in which they want it;
--- each goes on at once.
---@async
function Group:run_errands()
  local errands = self.loop.errands
  while errands[1] do
    local errand = table.remove(errands, 1)
    local args = errand.args
    local got = pack(call(errand.fn, unpack(args, 1, args.n)))
    if homes[errand.co] then continue(errand.co, got) end
  end
end

--- Calls `fn` as if outside of map: what it waits for, it blocks for.
function Group.outside(fn)
  local before = outside
  outside = running()
  local value = fn()
  outside = before
  return value
end

--- The workers of all groups on the loop of this one are given up: an error
--- ended it that was not theirs, as Ctrl-C does.
---@param err any
---@return any err with what is known of the calls
function Group:abandon(err)
  local dropped, sent = 0, 0
  for co, group in pairs(homes) do
    if group.loop == self.loop then
      local phase = self.loop:drop(co)
      if phase then dropped = dropped + 1 end
      if phase == "after_send" then sent = sent + 1 end
      homes[co] = nil
      Loop.let_go(co)
      alive = alive - 1
    end
  end
  if dropped == 0 or type(err) ~= "string" then return err end
  return (
    "%s (luapay.map: %d calls were under way; %d of them may have been"
    .. " done: their outcome is unknown, do not repeat them)"
  ):format(err, dropped, sent)
end

--- Comes back when all workers have ended, or wait for a host.
---@async
function Group:finish()
  if self.parent and self.active > 0 then
    self.waited_for = true
    yield()
  end
  local loop = self.loop
  while self.active > 0 and not loop.errands[1] do
    loop:run_ready(continue)
    if self.active > 0 and not loop.errands[1] then loop:wait(settle) end
  end
end

--- Workers to be, inside those of `outer` or on their own.
---@param fields table
---@param outer? table
function Group.new(fields, outer)
  fields.active = 0
  fields.loop = outer and outer.loop or Loop.new(in_coroutine())
  fields.parent = outer and running()
  return setmetatable(fields, Group)
end

return Group
