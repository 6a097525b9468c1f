-- What is going to happen, and when: a heap, so that many thousands of
-- payments cost no more each than a few. What is due is done in order, at
-- its own time, when somebody looks.

local agenda = {}

local Agenda = {}
Agenda.__index = Agenda

--- Makes an empty agenda.
function agenda.new()
  return setmetatable({ heap = {}, count = 0 }, Agenda)
end

local function before(a, b)
  if a.time ~= b.time then return a.time < b.time end
  return a.number < b.number
end

--- Adds something to be done.
---@param time number
---@param act fun(state: table, subject: any)
---@param subject any
function Agenda:add(time, act, subject)
  self.count = self.count + 1
  local item =
    { time = time, number = self.count, act = act, subject = subject }
  local heap = self.heap
  local at = #heap + 1
  while at > 1 do
    local up = math.floor(at / 2)
    if before(heap[up], item) then break end
    heap[at] = heap[up]
    at = up
  end
  heap[at] = item
end

-- The lesser of the two below a place, or nil.
local function below(heap, at, size)
  local one, other = 2 * at, 2 * at + 1
  if one > size then return nil end
  if other <= size and before(heap[other], heap[one]) then return other end
  return one
end

local function take(heap)
  local first, size = heap[1], #heap
  local last = heap[size]
  heap[size] = nil
  size = size - 1
  if size == 0 then return first end
  local at = 1
  while true do
    local down = below(heap, at, size)
    if not down or before(last, heap[down]) then break end
    heap[at] = heap[down]
    at = down
  end
  heap[at] = last
  return first
end

--- Does what is due, each at its own time (`state.at`).
---@param state table
---@param now number
function Agenda:run(state, now)
  while self.heap[1] and self.heap[1].time <= now do
    local item = take(self.heap)
    state.at = item.time
    item.act(state, item.subject)
  end
  state.at = nil
end

return agenda
