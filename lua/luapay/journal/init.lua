-- luapay.journal: what was intended, what was sent and what came back, kept
-- where a crash cannot reach it. What a flow does with it is in book.lua;
-- here journals are opened.

local Commit = require "luapay.journal.commit"
local books = require "luapay.journal.book"
local check = require("luapay.options").check
local clocks = require "luapay.journal.clock"
local core = require "luapay.core"
local entries = require "luapay.journal.entry"
local fault = require "luapay.fault"
local memory_store = require "luapay.journal.store.memory"
local random = require "luapay.random"
local task = require "luapay.task"

local Journal = {}
Journal.__index = Journal

--- The book of a flow, for one account and one run.
---@param options table account (""), flow, run (""), appraise
---@return luapay.journal.Book
function Journal:book(options)
  return books.new(self, options)
end

--- Changes items of several books in one transaction: see `Book:change`.
---@async
---@param list table[] { book, reference, run? }
---@param fn fun(items: luapay.journal.Item[], now: number): any, any
---@param options? table
---@return any value
---@return luapay.Fault? fault
function Journal:change(list, fn, options)
  return books.Book.change_list(self, list, fn, options)
end

--- Changes small values by their keys: `fn(get, set, now)` reads and sets
--- some of those that are named, inside one transaction; it is pure. `now`
--- is the time of day; what is to last for some time goes by `lease.now`,
--- seconds on a clock that nobody sets and that `lease.clock` names.
---@async
---@param names string[] all keys that it reads or sets
---@param fn fun(get, set, now, lease): any, any
---@return any value
---@return luapay.Fault? fault
function Journal:change_values(names, fn)
  local keys = {}
  for i, name in ipairs(names) do
    keys[i] = entries.short_id(name)
  end
  return self.commit:run {
    reads = { items = {}, subjects = {}, ids = {}, values = keys },
    fn = function(work)
      return fn(
        function(name)
          return work:value(entries.short_id(name))
        end,
        function(name, value)
          work:set_value(entries.short_id(name), value)
        end,
        work.times.now,
        {
          clock = work.times.lease_clock,
          now = work.times.lease_now,
        }
      )
    end,
  }
end

--- Whether this key comes for the first time, ever; it is remembered.
---@async
---@param key string
---@return boolean? first
---@return luapay.Fault? fault
function Journal:first(key)
  local first, err = self:change_values({ key }, function(get, set)
    if get(key) then return "known" end
    set(key, "1")
    return "first"
  end)
  if not first then return nil, err end
  return first == "first"
end

--- The value of a key.
---@async
---@param key string
---@return string|false|nil value false: there is none
---@return luapay.Fault? fault
function Journal:kept(key)
  local found, err = self:change_values({ key }, function(get)
    return { get(key) }
  end)
  if not found then return nil, err end
  return found[1] or false
end

--- Keeps a value by a key.
---@async
---@param key string
---@param value string
---@return true?
---@return luapay.Fault? fault
function Journal:keep(key, value)
  return self:change_values({ key }, function(_, set)
    set(key, value)
    return true
  end)
end

--- Forgets keys that were set longer ago than some seconds.
---@async
---@param age number
---@return integer? forgotten
---@return luapay.Fault? fault
function Journal:forget(age)
  local statement
  local done, err = self.commit:run {
    reads = { items = {}, subjects = {}, ids = {}, values = {} },
    fn = function(work)
      statement = { name = "forget_values", before = work.times.now - age }
      work.statements[#work.statements + 1] = statement
      return true
    end,
  }
  if not done then return nil, err end
  return statement.forgotten
end

local function check_purge(given)
  local known = { older = true, forget = true, flow = true, limit = true }
  if type(given) ~= "table" then
    error("journal: purge: expected { older = seconds }", 3)
  end
  for name in pairs(given) do
    if not known[name] then
      error("journal: purge: there is no option " .. tostring(name), 3)
    end
  end
  for _, name in ipairs { "older", "forget", "limit" } do
    local value = given[name]
    local may_be_absent = value == nil and name ~= "older"
    local good = type(value) == "number" and value > 0 and value < 1e12
    if not (may_be_absent or good) then
      error(("journal: purge: %s: expected a number above 0"):format(name), 3)
    end
  end
  if given.forget and given.forget <= given.older then
    error("journal: purge: forget: expected more than older", 3)
  elseif given.flow ~= nil and type(given.flow) ~= "string" then
    error("journal: purge: flow: expected text", 3)
  end
end

local PURGED_AT_ONCE = 100 -- items of one transaction

-- Purges some items; returns how many there were to look at.
local function purge_portion(self, flow, age, wholly, limit)
  local purged = 0
  local seen, err = self.commit:run {
    reads = { items = {}, subjects = {}, ids = {}, values = {} },
    fn = function(work)
      purged = 0
      local before = work.times.now - age
      local stubs = work.access:ended {
        flow = flow,
        wholly = wholly,
        before = before,
        limit = limit,
      }
      work.access:fetch(stubs)
      for _, stub in ipairs(stubs) do
        if work:purge(stub, before, wholly) then purged = purged + 1 end
      end
      return { #stubs }
    end,
  }
  if not seen then return nil, err end
  return purged, nil, seen[1]
end

--- Purges what has ended long ago, in small portions, beside other workers.
---@async
---
--- `older`: seconds since it has ended. What was asked and answered goes;
--- what it came to stays, so that the same reference is not sent again; and
--- nothing about it changes any more. What is open, needs a person or has
--- failed (it may be sent again) stays as it is. `forget`: seconds after which
--- all of it goes, also what has failed: after that a reference is new, and
--- would be sent. Without it, never. `flow`: only of this one. `limit`: at
--- most so many items. Safe to repeat.
---@param given luapay.journal.Purge
---@return { purged: integer, forgotten: integer }?
---@return luapay.Fault? fault what was purged before it stays purged
function Journal:purge(given)
  check_purge(given)
  local none = { items = {}, subjects = {}, ids = {}, values = {} }
  local flows, err = self.commit:run {
    reads = none,
    only_reads = true,
    fn = function(work)
      return given.flow and { given.flow } or work.access:flows()
    end,
  }
  if not flows then return nil, err end
  local done = { purged = 0, forgotten = 0 }
  local left = given.limit or math.huge
  for _, flow in ipairs(flows) do
    for _, what in ipairs { "purged", "forgotten" } do
      local age = what == "purged" and given.older or given.forget
      while age and left > 0 do
        local most = math.min(PURGED_AT_ONCE, left)
        local count, why, seen =
          purge_portion(self, flow, age, what == "forgotten", most)
        if not count then return nil, why end
        done[what], left = done[what] + count, left - count
        if seen < most or count == 0 then break end
      end
    end
  end
  local rest
  rest, err = self.commit:run {
    reads = none,
    fn = function(work)
      local now = work.times.now
      work.statements[#work.statements + 1] = {
        name = "purge_rest",
        before = now - given.older,
        forget = given.forget and now - given.forget,
      }
      return true
    end,
  }
  if not rest then return nil, err end
  return done
end

local DAY = 86400 -- clocks may differ

-- Neither NaN nor infinite, and no milliseconds.
local function is_past(self, time)
  return type(time) == "number"
    and time >= 0
    and time <= self.clocks.wall() + DAY
end

--- Says that a person knows what a restored database or a fail-over has
--- lost: from here on entries may be sent again.
---@async
---
--- `since`: seconds since 1970; what was written after it may be missing. So
--- the flows ask about an item that was not sent, as far as is known, before
--- they send it, and a person where nobody can be asked. `complete`: true
--- when all that was sent since then has been looked up: that ends it.
---@param given { since: number, who: string, complete: boolean? }
---@return true?
---@return luapay.Fault?
function Journal:restored(given)
  if type(given) ~= "table" or type(given.who) ~= "string" then
    error("journal: restored: expected { since = seconds, who = text }", 2)
  elseif not is_past(self, given.since) then
    error(
      "journal: restored: since: expected seconds since 1970 of the past",
      2
    )
  elseif given.complete ~= nil and type(given.complete) ~= "boolean" then
    error("journal: restored: complete: expected true or false", 2)
  end
  return self.commit:run {
    reads = { items = {}, subjects = {}, ids = {}, values = {} },
    fn = function(work)
      work.statements[#work.statements + 1] = {
        name = "restored",
        since = given.since,
        complete = given.complete,
        who = given.who,
        at = work.times.now,
      }
      return true
    end,
  }
end

--- The outcomes that are known and could not be written yet: they are
--- written before anything else. Empty in good times.
---@return table[] list { reference, step, provider_id, result }
function Journal:unwritten()
  local list = {}
  for i, job in ipairs(self.commit.unwritten) do
    list[i] = job.known
  end
  return list
end

--- Writes a copy of the journal, as it is at one moment, to a new file that
--- only its owner may read; right while workers run. SQLite's; PostgreSQL has
--- pg_dump.
---@param path string
---@return true?
---@return luapay.Fault?
function Journal:backup(path)
  if type(path) ~= "string" or path == "" or path:find "%z" then
    error("journal: backup: expected the path of a file", 2)
  end
  local problem = self:refusal()
  if not problem and not self.store.backup then
    problem = { message = "it is in memory only" }
  end
  local good
  if not problem then
    good, problem = self.store:backup(path)
  end
  if good then return true end
  return nil,
    fault.new {
      kind = "journal",
      code = "unreadable",
      endpoint = "journal",
      message = "no backup was made: " .. problem.message,
      reason = problem.reason,
    }
end

for name, method in pairs(require("luapay.journal.read").journal) do
  Journal[name] = method
end

--- The time of day of the journal: of the database's machine, where it has
--- one for all. For people; it can be set.
---@return number seconds since 1970
function Journal:now()
  return self.clocks.wall()
end

--- Why this journal can do nothing, as a problem; nil when it can.
function Journal:refusal()
  if core.process() == self.process then return nil end
  return {
    reason = "forked",
    is_final = true,
    message = "it was opened by another process, before a fork: "
      .. "each process opens its own",
  }
end

--- Closes the store. What could not be written stays unwritten.
function Journal:close()
  if core.process() == self.process then self.store:close() end
end

Journal.__close = Journal.close

local journal = { NONE = books.Book.NONE }

local COMMON = {
  worker = { type = "string" },
  lease = { type = "number", positive = true, default = 120 },
  patience = { type = "number", positive = true, default = 10 },
  outcome_patience = { type = "number", positive = true, default = 30 },
  clock = { type = "table" },
}

local function rules(own)
  local all = {}
  for name, rule in pairs(COMMON) do
    all[name] = rule
  end
  for name, rule in pairs(own) do
    all[name] = rule
  end
  return all
end

-- A connection, and a worker's name, are one process's. What is opened in
-- the process that nginx forks its workers from would be shared by them all.
local function checked_options(name, given, own)
  local here = "luapay.journal." .. name
  task.find_host()
  if task.is_before_fork() then
    error(
      here
        .. ": not in init_by_lua, before nginx forks its workers: each of "
        .. "them opens its own, in init_worker_by_lua or when it is needed",
      3
    )
  end
  return check(here, given, rules(own), 4)
end

local function new(store, checked)
  local self = setmetatable({
    store = store,
    worker = checked.worker or random.uuid(),
    lease = checked.lease,
    patience = checked.patience,
    outcome_patience = checked.outcome_patience,
    clocks = clocks.new(checked.clock),
    process = core.process(),
  }, Journal)
  self.commit = Commit.new(self)
  return self
end

-- What every journal takes:
--
-- `worker`: a name of this worker that no other has; made when absent.
-- `lease`: seconds that an entry is its worker's alone, 120; a call's
-- time-out must be below half of it. `patience`: seconds to wait for a
-- database that is away or locked, before anything is sent, 10.
-- `outcome_patience`: the same for an outcome that is known, 30.
-- `clock`: { wall, boot, boot_id, sleep } in place of the machine's.

--- A journal that ends with the process: for specs. `store`: shared with
--- another journal, as two machines share a database.
---@param options? table
---@return luapay.Journal
function journal.memory(options)
  local checked =
    checked_options("memory", options or {}, { store = { type = "table" } })
  return new(checked.store or memory_store.new(), checked)
end

local function open_sql(driver, dialect, checked)
  local store, problem = require("luapay.journal.store.sql").open(
    driver,
    dialect,
    checked,
    checked.clock
  )
  if store then return store end
  return nil,
    fault.new {
      kind = "journal",
      code = "unreadable",
      endpoint = "journal",
      message = "the journal cannot be opened: " .. problem.message,
      reason = problem.reason,
      sqlstate = problem.sqlstate,
    }
end

--- A journal in one file, for the processes of one machine.
---
--- `path`: of the file; it is made, for its owner only, when it is not
--- there. `busy_timeout`: seconds to wait for another process that writes, 5.
---@param options table
---@return luapay.Journal? journal
---@return luapay.Fault? fault when the file cannot be opened, is of another
--- luapay, or on a file system that other machines may share
function journal.sqlite(options)
  local driver = require "luapay.journal.store.sql.sqlite"
  local dialects = require "luapay.journal.store.sql.dialect"
  local checked = checked_options("sqlite", options, driver.OPTIONS)
  checked.worker = checked.worker or random.uuid()
  local store, err = open_sql(driver, dialects.sqlite, checked)
  if not store then return nil, err end
  local made = new(store, checked)
  made.warning = store:warning()
  return made
end

--- A journal in PostgreSQL, for several machines.
---
--- `database`, `user`, `password`, `host`, `port`, `sslmode` and the like: as
--- of libpq; `host` and `port` may be lists of servers. `standby`: what a
--- fail-over leads to. "asynchronous": entries may be missing after it, and
--- nothing is sent until `journal:restored`; "synchronous": none is. Where
--- entries are missing, or would be after a fail-over, `journal.warning`
--- says so.
---@async
---@param options table
---@return luapay.Journal? journal
---@return luapay.Fault? fault when no server can be reached, or its tables
--- are of another luapay
function journal.postgres(options)
  local driver = require "luapay.journal.store.sql.postgres"
  local dialects = require "luapay.journal.store.sql.dialect"
  local own = {
    standby = {
      type = "string",
      choices = { asynchronous = true, synchronous = true },
      default = "asynchronous",
    },
  }
  for name, rule in pairs(driver.OPTIONS) do
    own[name] = rule
  end
  local checked = checked_options("postgres", options, own)
  checked.worker = checked.worker or random.uuid()
  local store, err = open_sql(driver, dialects.postgres, checked)
  if not store then return nil, err end
  local made = new(store, checked)
  made.warning = store:warning()
  return made
end

return journal
