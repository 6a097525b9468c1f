-- How jobs get into the store. Inside map, what many coroutines want to
-- write is written in one transaction, when none of them can go on without
-- it; elsewhere each job is a transaction of its own. In nginx a thread of the
-- journal's writes what has come together from all light threads, while they
-- wait: what ends one of them, as a customer who hangs up does, cannot end a
-- transaction in its middle.
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
    for _, entry in pairs(item.state.base) do -- as it was read
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

-- A try ends when the first of them has no more time.
local function deadline_of(jobs)
  local first = math.huge
  for _, job in ipairs(jobs) do
    first = math.min(first, job.deadline)
  end
  return first
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
      fail(self, job, refusal)
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

local function end_jobs(self, jobs)
  for _, one in ipairs(jobs) do
    one.is_done = true
    if one.gate then one.gate:open() end
    -- a worker of a map waits for it: its loop is to find it finished
    if one.id then self.done[#self.done + 1] = one end
  end
end

-- Jobs that have come together; an error here is none of theirs.
local function write(self, jobs)
  local good, err = pcall(flush, self, jobs)
  for _, one in ipairs(jobs) do
    if not (good or one.value or one.fault) then
      one.raised = one.raised or { value = err }
    end
  end
  end_jobs(self, jobs)
end

-- ---- light threads of a host

local MOST = 50 -- jobs at once: others want to go on, too
local BEGINNING = 0.1 -- seconds for a thread to begin
local GRACE = 5 -- seconds beyond what a transaction may take

local function take_some(self)
  local all, some, rest = self.jobs, {}, {}
  for i, job in ipairs(all) do
    if i <= MOST then
      some[i], job.is_taken = job, true
    else
      rest[i - MOST] = job
    end
  end
  self.jobs = rest
  return some
end

-- Writes until nothing is left. `me.till`: when somebody else may take its
-- place, for then it is no more.
local function work_off(self, me)
  while self.jobs[1] and self.committer == me do
    local jobs, latest = take_some(self), 0
    for _, job in ipairs(jobs) do
      latest = math.max(latest, job.deadline)
    end
    me.jobs, me.till = jobs, latest + GRACE
    write(self, jobs)
    me.jobs = {}
  end
  if self.committer == me then self.committer = nil end
end

local function begin_work(self, here)
  local me = { jobs = {}, till = core.boottime() + BEGINNING }
  self.committer = me
  local function work()
    if self.committer == me then work_off(self, me) end
  end
  if here or not task.apart(work) then work() end
end

local ENDED = {
  reason = "lost",
  phase = "committing",
  message = "the thread that was writing it has been ended",
}

-- The thread that writes has not begun, or is no more: this one takes its
-- place.
local function replace(self, committer)
  local lost = {}
  for i, job in ipairs(committer.jobs) do
    if not job.is_done then
      fail(self, job, ENDED)
      lost[i] = job
    end
  end
  end_jobs(self, lost)
  begin_work(self, true)
end

local LATE = {
  reason = "timeout",
  phase = "not_sent",
  message = "the database has not come back to others, either",
}

local function leave_queue(self, job)
  for i, one in ipairs(self.jobs) do
    if one == job then table.remove(self.jobs, i) end
  end
  fail(self, job, LATE)
  job.is_done = true
end

local function run_in_host(self, job)
  task.stay()
  job.gate = task.gate()
  push(self, job)
  if not self.committer then begin_work(self) end
  while not job.is_done do
    local committer, now = self.committer, core.boottime()
    if not committer then
      begin_work(self)
    elseif now > committer.till then
      replace(self, committer)
    elseif not job.is_taken and now > job.deadline then
      leave_queue(self, job)
    else
      local till = committer.till
      if not job.is_taken then till = math.min(till, job.deadline) end
      job.gate:wait(till - now + 0.001)
    end
  end
end

local BUSY = {
  reason = "busy",
  phase = "not_sent",
  message = "a transaction is under way, and nothing can wait for it here",
}

local function run_in_turn(self, job)
  if task.can_nap() then return run_in_host(self, job) end
  if self.committer then return fail(self, job, BUSY) end
  push(self, job)
  local jobs = self.jobs
  self.jobs = {}
  write(self, jobs)
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
