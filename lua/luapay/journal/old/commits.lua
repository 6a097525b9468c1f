-- Group commit: inside map, what many coroutines want to write is written
-- in one transaction, when none of them can go on without it. Elsewhere
-- each write is a transaction of its own.

local task = require "luapay.task"

local Commits = {}
Commits.__index = Commits

--- Makes a queue of writes to a store.
---@param store table
---@return table
function Commits.new(store)
  local self = { store = store, jobs = {}, done = {}, last = 0 }
  return setmetatable(self, Commits)
end

-- The loop asks this source first, and does not wait for the others while
-- it has something to do.
Commits.at_once = true

--- Runs `work(store)` in a transaction; comes back when it is durable.
---@async
---@param work fun(store: table): any, any must not yield
---@return any value
---@return luapay.Fault? fault
function Commits:run(work)
  local group = task.running()
  if not group then return self.store:transact(work) end
  self.last = self.last + 1
  local job = { id = self.last, work = work }
  self.jobs[#self.jobs + 1] = job
  group:await(self, job.id)
  if job.raised then error(job.raised.value, 0) end
  return job.value, job.fault
end

local function run_all(jobs)
  return function(store)
    for _, job in ipairs(jobs) do
      job.value, job.fault = job.work(store)
    end
    return true
  end
end

-- Writes what has come together. What is raised is raised again where each
-- of them waits: those who wait for something else go on.
local function flush(self)
  local jobs = self.jobs
  self.jobs = {}
  if not jobs[1] then return end
  local ran, good, err = pcall(self.store.transact, self.store, run_all(jobs))
  for _, job in ipairs(jobs) do
    if not ran then
      job.raised = { value = good }
    elseif not good then
      job.value, job.fault = nil, err
    end
    self.done[#self.done + 1] = job
  end
end

--- As a source of luapay.task.
function Commits.wait(sources)
  for _, source in ipairs(sources) do
    flush(source)
  end
end

--- As a source of luapay.task.
function Commits:finished(into)
  local done = self.done
  self.done = {}
  for i, job in ipairs(done) do
    into[i * 3 - 2] = job.id
    into[i * 3 - 1], into[i * 3] = true, false
  end
  return #done
end

return Commits
