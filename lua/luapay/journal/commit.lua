-- How jobs get into the store. Inside map, what many coroutines want to
-- write is written in one transaction, when none of them can go on without
-- it; elsewhere each job is a transaction of its own.
--
-- A transaction that certainly left nothing behind is tried again. One of
-- which it is unknown whether it was committed is tried again, too, and
-- looks first for the mark that it would have left. An outcome that is
-- known is never given up: what could not be written in time is kept, and
-- written before anything else.

local core = require "luapay.core"
local fault = require "luapay.fault"
local random = require "luapay.random"
local task = require "luapay.task"
local works = require "luapay.journal.work"

local Commit = {}
Commit.__index = Commit

-- The loop asks this source first, and does not wait for the others while
-- it has something to do.
Commit.at_once = true

-- Writing costs the same for few as for many: so while others wait for
-- calls, some are waited for.
local MANY = 16 -- jobs
local SOON = 0.002 -- seconds
Commit.patience = SOON / 2

--- Makes a queue of jobs.
---@param journal luapay.Journal
---@return table
function Commit.new(journal)
  return setmetatable({
    journal = journal,
    jobs = {},
    done = {},
    last = 0,
    -- a worker that begins anew under its name leaves marks of its own
    mark = random.uuid():sub(1, 8),
    ops = 0,
    unwritten = {},
  }, Commit)
end

local function all_reads(jobs)
  local reads = { items = {}, subjects = {}, ids = {}, values = {} }
  for _, job in ipairs(jobs) do
    for name, list in pairs(job.reads) do
      for _, one in ipairs(list) do
        reads[name][#reads[name] + 1] = one
      end
    end
  end
  return reads
end

local function only_reads(jobs)
  for _, job in ipairs(jobs) do
    if not job.only_reads then return false end
  end
  return true
end

local function is_borne(work, jobs, marks)
  if not next(marks) then return false end
  for _, job in ipairs(jobs) do
    if work:bears(job, marks) then return true end
  end
  return false
end

local function keep_items(work, job)
  for _, item in ipairs(job.items or {}) do
    if not job.value and next(item.asked_age) then
      -- of what is refused, only this is written
      local asked_age = item.asked_age
      item = work:item(item.book, item.reference, item.run)
      item.asked_age = asked_age
      item:note_ages()
      work:keep(item)
    elseif job.value then
      item:note_ages()
      work:keep(item)
    end
  end
end

-- One try of a group of jobs. True, or nil and a problem; an error of a
-- job's own function is raised.
local function try(self, group)
  local journal, jobs = self.journal, group.jobs
  local clocks = journal.clocks
  local begun = clocks.boot()
  self.ops = self.ops + 1
  local op = ("%s %s %d"):format(journal.worker, self.mark, self.ops)
  group.op = op
  return journal.store:transact(all_reads(jobs), function(access)
    local work = works.new(access, {
      worker = journal.worker,
      lease = journal.lease,
      begun = begun,
      op = op,
      times = access:times(clocks),
    })
    if is_borne(work, jobs, group.marks) then return nil end
    for _, job in ipairs(jobs) do
      work.problem, job.has_read = nil, false
      job.value, job.fault = job.fn(work, job)
      job.has_read = not work.problem
      if work.problem then
        job.value, job.fault = nil, work.problem
      end
      keep_items(work, job)
    end
    return work:writes()
  end, { deadline = group.deadline, only_reads = only_reads(jobs) })
end

-- Whether all that a job speaks of was read, and was never sent.
local function is_never_sent(job)
  for _, item in ipairs(job.items or {}) do
    for _, entry in ipairs(item.state.entries) do
      if entry.attempt > 0 then return false end
    end
  end
  return job.items ~= nil
end

-- Each job has a fault of its own.
local function fault_of(job, problem)
  local known, has_read = job.known, job.has_read
  local fields = {
    kind = "journal",
    endpoint = "journal",
    code = has_read and "unwritten" or "unreadable",
    outcome = "unknown",
    reason = problem.reason,
    sqlstate = problem.sqlstate,
  }
  local text = "the journal cannot be read: "
  if known then
    fields.code = "unwritten"
    fields.reference, fields.step = known.reference, known.step
    fields.provider_id, fields.result = known.provider_id, known.result
    text = ("%s/%s has an outcome that could not be written down%s: "):format(
      tostring(known.reference),
      tostring(known.step),
      known.provider_id and "; the provider's id is " .. known.provider_id
        or ""
    )
  elseif has_read then
    text = "nothing could be written into the journal: "
    fields.outcome = is_never_sent(job) and "failed" or "unknown"
  end
  fields.message = text .. problem.message
  return fault.new(fields)
end

local function fail(self, job, problem)
  job.value, job.fault = nil, fault_of(job, problem)
  if job.known and not job.is_kept then
    job.is_kept = true
    self.unwritten[#self.unwritten + 1] = job
  end
end

local function forget_unwritten(self, jobs)
  for _, job in ipairs(jobs) do
    if job.is_kept then
      job.is_kept = false
      for i, kept in ipairs(self.unwritten) do
        if kept == job then
          table.remove(self.unwritten, i)
          break
        end
      end
    end
  end
end

-- Waits a little before the next try: longer each time, and not as long as
-- another worker that met the same trouble.
local function wait(self, tries)
  local most = math.min(1, 0.005 * 2 ^ tries)
  local seconds = most * (0.5 + 0.5 * math.random())
  if not task.nap(seconds) then self.journal.clocks.sleep(seconds) end
end

-- Who asks has some patience, and who knows an outcome has more of it.
local function drop_the_late(self, group, problem)
  local now, left = core.boottime(), {}
  for _, job in ipairs(group.jobs) do
    if now < job.deadline and group.tries < job.tries then
      left[#left + 1] = job
    else
      fail(self, job, problem)
    end
  end
  group.jobs = left
end

local function deadline_of(jobs)
  local latest = 0
  for _, job in ipairs(jobs) do
    latest = math.max(latest, job.deadline)
  end
  return latest
end

local drive

-- One that fails for a reason of its own does not take others with it.
local function drive_each(self, group)
  for _, job in ipairs(group.jobs) do
    drive(self, { jobs = { job }, marks = {}, tries = 0 })
  end
end

local function drive_on(self, group, problem)
  if problem.phase == "committing" then
    group.marks[group.op] = true
  elseif group.jobs[2] and problem.is_final and not next(group.marks) then
    drive_each(self, group)
    return false
  end
  group.tries = group.tries + 1
  if problem.is_final and not next(group.marks) then
    group.tries = math.huge
  end
  drop_the_late(self, group, problem)
  if not group.jobs[1] then return false end
  if group.tries > 1 then wait(self, group.tries) end
  return true
end

-- What a job raises is raised again where its caller waits: the others of
-- its group are run without it.
function drive(self, group)
  repeat
    group.deadline = deadline_of(group.jobs)
    local ran, good, problem = pcall(try, self, group)
    if ran and good then
      forget_unwritten(self, group.jobs)
      return
    elseif not ran and group.jobs[2] then
      return drive_each(self, group)
    elseif not ran then
      local job = group.jobs[1]
      forget_unwritten(self, { job })
      job.raised = { value = good }
      return
    end
  until not drive_on(self, group, problem)
end

-- What is kept in memory goes first, in a transaction of its own.
local function write_unwritten(self)
  if not self.unwritten[1] then return end
  local kept, now = {}, core.boottime()
  for i, job in ipairs(self.unwritten) do
    kept[i] = job
    job.deadline, job.tries = now + 1, 2
  end
  drive(self, { jobs = kept, marks = {}, tries = 0 })
end

local function flush(self, jobs)
  local journal = self.journal
  local refusal = journal:refusal()
  if refusal then
    for _, job in ipairs(jobs) do
      fail(self, job, refusal, false)
    end
    return
  end
  write_unwritten(self)
  if jobs[1] then drive(self, { jobs = jobs, marks = {}, tries = 0 }) end
end

local function push(self, job)
  if not self.jobs[1] then self.since = core.now() end
  self.jobs[#self.jobs + 1] = job
end

local NAP = 0.001 -- seconds between two checks whether it is our turn

-- Light threads of a host come here while another one's transaction waits
-- for the database: what has come together meanwhile is the next group.
local function run_in_turn(self, job)
  push(self, job)
  while self.is_busy and not job.is_done do
    task.nap(NAP)
  end
  if job.is_done then return end
  local jobs = self.jobs
  self.jobs, self.is_busy = {}, true
  local good, err = pcall(flush, self, jobs)
  self.is_busy = false
  for _, one in ipairs(jobs) do
    one.is_done = true
    -- a worker of a map waits for it: its loop is to find it finished
    if one.id then self.done[#self.done + 1] = one end
  end
  if not good then error(err, 0) end
end

--- Runs a job; comes back when what it wrote is durable.
---
--- `job`: reads { items, subjects, ids, values }, fn(work, job) -> value,
--- fault (a false value writes nothing), and maybe known { reference, step,
--- provider_id, result } of an outcome that must not be lost.
---@async
---@param job table
---@return any value
---@return luapay.Fault? fault
function Commit:run(job)
  local journal = self.journal
  local patience = job.known and journal.outcome_patience or journal.patience
  job.deadline = core.boottime() + patience
  job.tries = job.known and 1000 or 100
  local group = task.running()
  if group then
    self.last = self.last + 1
    job.id = self.last
    push(self, job)
    group:await(self, job.id)
  else
    run_in_turn(self, job)
  end
  if job.raised then error(job.raised.value, 0) end
  return job.value, job.fault
end

--- As a source of luapay.task.
function Commit.wait(sources, _, loop)
  local alone = not loop or next(loop.kinds, next(loop.kinds)) == nil
  for _, self in ipairs(sources) do
    local jobs = self.jobs
    local now = alone or jobs[MANY] or core.now() - self.since >= SOON
    if jobs[1] and now then
      self.jobs = {}
      flush(self, jobs)
      for _, job in ipairs(jobs) do
        self.done[#self.done + 1] = job
      end
    end
  end
end

--- As a source of luapay.task.
function Commit:finished(into)
  local done = self.done
  self.done = {}
  for i, job in ipairs(done) do
    into[i * 3 - 2] = job.id
    into[i * 3 - 1], into[i * 3] = true, false
  end
  return #done
end

return Commit
