-- The loop under luapay.task: who waits for what, and who goes on next.
-- It knows sources, not transports.

---@class luapay.Source what can be waited for
---@field wait fun(sources: luapay.Source[], seconds: number) waits until
--- one of them has something finished, or not much longer than `seconds`;
--- may come back early; with an empty list it only waits
---@field finished fun(self, into: table): integer fills in n triples: id,
--- first value or false, second value or false
---@field now fun(): number seconds on a monotonic clock

local running, yield = coroutine.running, coroutine.yield
local resume, status = coroutine.resume, coroutine.status

-- how long one kind of source is waited for while others have their turn
local SLICE = 0.005
local LONG = 3600

local weak = { __mode = "k" }
local homes = setmetatable({}, weak)   -- a worker's coroutine -> its group
local parked = setmetatable({}, weak)  -- source -> { id -> coroutine }

-- A loop waits; there is one for each outermost map. A group is one map's
-- workers: a map inside a map is one more group on the loop it finds.
local Group = {}
Group.__index = Group

local function new_loop()
  return {
    ready = {}, first = 1, last = 0,  -- coroutine, value, value; flat
    kinds = {},   -- a wait function -> the sources to call it with
    counts = {},  -- source -> how many wait for it
    timers = {},
    into = {},
  }
end

local function make_ready(loop, co, a, b)
  local last = loop.last
  local ready = loop.ready
  ready[last + 1], ready[last + 2], ready[last + 3] = co, a, b
  loop.last = last + 3
end

local function add_source(loop, source)
  local list = loop.kinds[source.wait]
  if not list then
    list = {}
    loop.kinds[source.wait] = list
  end
  list[#list + 1] = source
end

local function remove_source(loop, source)
  local list = loop.kinds[source.wait]
  for i = 1, #list do
    if list[i] == source then table.remove(list, i) break end
  end
  if not list[1] then loop.kinds[source.wait] = nil end
end

local function count(loop, source, by)
  local n = (loop.counts[source] or 0) + by
  loop.counts[source] = n > 0 and n or nil
  if n == 0 then
    remove_source(loop, source)
  elseif n == by then
    add_source(loop, source)
  end
end

--- Waits for what `source` calls `id`.
---@async
---@return any, any the two values it finished with
function Group:await(source, id)
  local waiting = parked[source]
  if not waiting then
    waiting = {}
    parked[source] = waiting
  end
  waiting[id] = running()
  count(self.loop, source, 1)
  return yield()
end

--- Lets the others go on for some time, on the clock of `source`.
---@async
function Group:sleep(source, seconds)
  local timers = self.loop.timers
  timers[#timers + 1] = {
    at = source.now() + seconds, co = running(), source = source,
  }
  yield()
end

-- Nothing may have been sent when it turns out that we cannot wait. Old
-- Luas cannot be asked, so there we try: the loop resumes at once.
local AGAIN = {}
local can_yield = coroutine.isyieldable or function()
  yield(AGAIN)
  return true
end

--- The group that the running coroutine works for, if any.
---@return table?
function Group.running()
  local co = running()
  local group = co and homes[co]
  if group and not can_yield() then
    error("inside map, no call can be made in a callback of sort or gsub", 3)
  end
  return group
end

-- A worker has ended, or raised.
local function bury(group, co, ok, err)
  homes[co] = nil
  group.active = group.active - 1
  if not ok and not group.failed then
    group.failed = true
    group.err = type(err) == "string" and debug.traceback(co, err) or err
  end
  if group.active == 0 and group.waited_for then
    make_ready(group.loop, group.parent)
  end
end

-- Lets a coroutine run until it waits again or ends.
local function continue(co, a, b)
  local group = homes[co]
  local ok, what = resume(co, a or nil, b or nil)
  while what == AGAIN do ok, what = resume(co) end
  if not ok or status(co) == "dead" then
    bury(group, co, ok, what)
  end
end

local function run_ready(loop)
  local ready = loop.ready
  while loop.first <= loop.last do
    local i = loop.first
    local co, a, b = ready[i], ready[i + 1], ready[i + 2]
    ready[i], ready[i + 1], ready[i + 2] = nil, nil, nil
    loop.first = i + 3
    continue(co, a, b)
  end
  loop.first, loop.last = 1, 0
end

-- Ids are looked up before anyone runs: a source may use them again. What
-- finished may belong to another loop, when one blocks inside another.
local function collect(loop, source)
  local into, waiting = loop.into, parked[source]
  for i = 1, source:finished(into) * 3, 3 do
    local id = into[i]
    local co = waiting[id]
    waiting[id] = nil
    local home = homes[co].loop
    make_ready(home, co, into[i + 1], into[i + 2])
    into[i + 1], into[i + 2] = nil, nil
    count(home, source, -1)
  end
end

-- Makes ready who has slept enough; returns the seconds until the next.
local function run_timers(loop)
  local timers, left = loop.timers, LONG
  for i = #timers, 1, -1 do
    local timer = timers[i]
    local seconds = timer.at - timer.source.now()
    if seconds <= 0 then
      make_ready(loop, timer.co)
      table.remove(timers, i)
      left = 0
    elseif seconds < left then
      left = seconds
    end
  end
  return left
end

-- Nothing is under way: only a timer can make somebody ready.
local function wait_for_timer(loop, seconds)
  local timer = loop.timers[1]
  if timer then
    timer.source.wait({}, seconds)
  elseif seconds > 0 then
    error("a function given to map yielded, but not for a call", 0)
  end
end

local function wait(loop)
  local seconds, kinds = run_timers(loop), loop.kinds
  local kind = next(kinds)
  if not kind then return wait_for_timer(loop, seconds) end
  if next(kinds, kind) then seconds = math.min(seconds, SLICE) end
  for wait_for, list in pairs(kinds) do
    wait_for(list, seconds)
    -- backwards: a source that nobody waits for any more leaves the list
    for i = #list, 1, -1 do collect(loop, list[i]) end
  end
end

--- Starts one more worker.
---@param work fun(group: table)
function Group:start(work)
  local co = coroutine.create(work)
  homes[co] = self
  self.active = self.active + 1
  continue(co, self)
end

--- Calls `fn` as if outside of map: what it waits for, it blocks for.
function Group.outside(fn)
  local co = running()
  local group = homes[co]
  homes[co] = nil
  local value = fn()
  homes[co] = group
  return value
end

--- Comes back when all workers have ended.
---@async
function Group:finish()
  if self.parent and self.active > 0 then
    self.waited_for = true
    yield()
  end
  local loop = self.loop
  while self.active > 0 do
    run_ready(loop)
    if self.active > 0 then wait(loop) end
  end
end

--- Workers to be, inside those of `outer` or on their own.
---@param fields table
---@param outer? table
function Group.new(fields, outer)
  fields.active = 0
  fields.loop = outer and outer.loop or new_loop()
  fields.parent = outer and running()
  return setmetatable(fields, Group)
end

return Group
