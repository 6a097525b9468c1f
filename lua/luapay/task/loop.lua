-- The loop under luapay.task: who waits for what, and who goes on next. It
-- knows sources (see task.lua) and coroutines, no transports, no maps.

local Loop = {}
Loop.__index = Loop

local SLICE = 0.005 -- seconds for one kind while others have their turn
local LONG = 3600

local weak = { __mode = "k" }
local parked = setmetatable({}, weak) -- source -> { id -> coroutine }
local loops = setmetatable({}, weak) -- coroutine -> the loop it is on

--- Makes one. `hosted`: it is run in a coroutine that may yield to a host.
---@param hosted boolean
function Loop.new(hosted)
  return setmetatable({
    hosted = hosted,
    errands = {}, -- what is to be called there: co, fn, args
    ready = {},
    first = 1,
    last = 0, -- coroutine, value, value; flat
    kinds = {}, -- a wait function -> the sources to call it with
    counts = {}, -- source -> how many wait for it
    senders = {}, -- source that coroutines wait for by themselves -> true
    timers = {},
    into = {},
  }, Loop)
end

--- From now on this coroutine goes on from here, until it is let go.
function Loop:take(co)
  loops[co] = self
end

function Loop.let_go(co)
  loops[co] = nil
end

--- The coroutine goes on with these values when it is its turn.
function Loop:make_ready(co, a, b)
  local ready, last = self.ready, self.last
  ready[last + 1], ready[last + 2], ready[last + 3] = co, a, b
  self.last = last + 3
end

--- Calls `continue(co, a, b)` for all who are ready, and become ready, until
--- somebody waits for a host.
function Loop:run_ready(continue)
  local ready, errands = self.ready, self.errands
  while self.first <= self.last do
    if errands[1] then return end
    local i = self.first
    local co, a, b = ready[i], ready[i + 1], ready[i + 2]
    ready[i], ready[i + 1], ready[i + 2] = nil, nil, nil
    self.first = i + 3
    continue(co, a, b)
  end
  self.first, self.last = 1, 0
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
    if list[i] == source then
      table.remove(list, i)
      break
    end
  end
  if not list[1] then loop.kinds[source.wait] = nil end
end

local function count(loop, source, by)
  local n = (loop.counts[source] or 0) + by
  loop.counts[source] = n > 0 and n or nil
  if loop.senders[source] then return end
  if n == 0 then
    remove_source(loop, source)
  elseif n == by then
    add_source(loop, source)
  end
end

--- Coroutines of this loop wait for the source by themselves, in its `send`.
function Loop:add_sender(source)
  self.senders[source] = true
  if not self.counts[source] then add_source(self, source) end
end

--- The coroutine is made ready when `source` has finished `id`.
function Loop:park(co, source, id)
  local waiting = parked[source]
  if not waiting then
    waiting = {}
    parked[source] = waiting
  end
  waiting[id] = co
  count(self, source, 1)
end

--- The coroutine is made ready some time later, on the clock of `source`.
function Loop:park_for(co, source, seconds)
  local at = source.now() + seconds
  table.insert(self.timers, { at = at, co = co, source = source })
end

-- Ids are looked up before anyone runs: a source may use them again. What
-- finished may belong to another loop, when one blocks inside another.
local function collect(loop, source)
  local into, waiting = loop.into, parked[source]
  for i = 1, source:finished(into) * 3, 3 do
    local id = into[i]
    local co = waiting[id]
    waiting[id] = nil
    local home = co and loops[co]
    if home then -- else nobody waits for it
      home:make_ready(co, into[i + 1], into[i + 2])
      count(home, source, -1)
    end
    into[i + 1], into[i + 2] = nil, nil
  end
end

-- The sources of a list that coroutines wait for by themselves, when none of
-- them does any more.
local function forget_senders(loop, list)
  for i = #list, 1, -1 do
    local source = list[i]
    if loop.senders[source] then
      loop.senders[source] = nil
      if not loop.counts[source] then remove_source(loop, source) end
    end
  end
end

--- Gives up whatever one coroutine waits for: nobody will ask for it.
---@return string? phase of the exchange that was under way, if any
function Loop:drop(co)
  for source in pairs(self.senders) do
    local phase = source:drop(co)
    if phase then return phase end
  end
  for source in pairs(self.counts) do
    for id, waiting in pairs(parked[source]) do
      if waiting == co then parked[source][id] = nil end
    end
  end
end

-- Makes ready who has slept enough; returns the seconds until the next.
local function run_timers(loop)
  local timers, left = loop.timers, LONG
  for i = #timers, 1, -1 do
    local timer = timers[i]
    local seconds = timer.at - timer.source.now()
    if seconds <= 0 then
      loop:make_ready(timer.co)
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
    error(
      "a function given to map yielded, but not for a call: to yield to a "
        .. "scheduler of your own, say concurrency = 1",
      0
    )
  end
end

-- Not for long while others have their turn; not at all for one at work.
local function patience(kinds, seconds)
  for _, list in pairs(kinds) do
    if list[1].at_once then return list[1].patience or 0 end
  end
  return math.min(seconds, SLICE)
end

--- Waits until somebody may be ready. `ended(co, ok, value)` is called for
--- coroutines that went on meanwhile and have ended, or yielded a value.
function Loop:wait(ended)
  local seconds, kinds = run_timers(self), self.kinds
  local kind = next(kinds)
  if not kind then return wait_for_timer(self, seconds) end
  if next(kinds, kind) then seconds = patience(kinds, seconds) end
  for wait_for, list in pairs(kinds) do
    local left = wait_for(list, seconds, self, ended)
    -- backwards: a source that nobody waits for any more leaves the list
    for i = #list, 1, -1 do
      if self.counts[list[i]] then collect(self, list[i]) end
    end
    if left == 0 then forget_senders(self, list) end
  end
end

return Loop
