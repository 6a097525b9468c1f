-- batch_work.lua - sends what is planned: portions side by side, each
-- written down before it leaves, and payment by payment afterwards.

local progress = require "luapay.flow.progress"
local send = require "luapay.flow.batch_send"
local step = require "luapay.flow.step"
local task = require "luapay.task"

local work = {}

local function all(entries, state, outcome)
  local list = {}
  for i, entry in ipairs(entries) do
    list[i] = { entry, state, outcome }
  end
  return list
end

-- What a fault says of them, and whether to go on with others.
local function read_fault(flow, entries, err, state)
  local outcome = { fault = step.of_fault(err), text = err.message }
  state.misses = state.misses + 1
  if state.misses >= flow.attempts then state.stop = state.stop or err end
  if err.outcome == "unknown" then
    return all(entries, "unknown", outcome)
  elseif send.REFUSED[err.kind] then
    return all(entries, "failed", outcome)
  end
  state.stop = state.stop or err
  return all(entries, "planned")
end

local COUNTED = { pending = "done", failed = "failed", unknown = "unknown" }

-- Writes down what was learned.
local function conclude(flow, list, state)
  if not list[1] then return end
  local lost, err = flow.journal:finish_all(list)
  if not lost then
    state.stop = err
    return
  end
  local by = {}
  for _, item in ipairs(list) do
    local name = COUNTED[item[2]]
    if name then by[name] = (by[name] or 0) + 1 end
  end
  state.told:add(by)
end

local function portion(flow, entries, state)
  local late = {}
  local requests = send.split(flow, entries, late)
  conclude(flow, late, state)
  for _, list in ipairs(requests) do
    if state.stop then
      conclude(flow, all(list, "planned"), state)
    else
      local result, err = send.request(flow, list)
      if result then
        state.misses = 0
        conclude(flow, send.read(list, result), state)
      elseif err ~= send.LOST then
        conclude(flow, read_fault(flow, list, err, state), state)
      end
    end
  end
end

--- How many entries of a run there are, by state.
---@async
---@param flow table
---@return table<string, integer>? counts
---@return luapay.Fault? fault
function work.counts(flow)
  local groups, err = flow.journal:tally {
    flow = flow.name,
    run = flow.run_name,
    step = "request",
  }
  if not groups then return nil, err end
  local counts = {}
  for _, group in ipairs(groups) do
    counts[group.state] = (counts[group.state] or 0) + group.count
  end
  return counts
end

local function taker(flow, state)
  return function()
    if state.stop then return nil end
    local list, err = flow.journal:take {
      flow = flow.name,
      run = flow.run_name,
      step = "request",
      limit = flow.portion,
    }
    if not list then state.stop = err end
    return list and list[1] and list or nil
  end
end

--- Sends all that is planned.
---@async
---@param flow table
---@return true? good
---@return luapay.Fault? fault that it stopped at
function work.run(flow)
  local counts, err = work.counts(flow)
  if not counts then return nil, err end
  local state = {
    misses = 0,
    told = progress.new(flow.on_progress, {
      now = flow.clock,
      total = counts.planned or 0,
    }),
  }
  local options = { concurrency = flow.concurrency, each = function() end }
  task.map(taker(flow, state), options, function(entries)
    portion(flow, entries, state)
  end)
  state.told:report(true)
  if state.stop then return nil, state.stop end
  return true
end

return work
