-- The journal in one file, by SQLite: for the processes of one machine.
--
-- In nginx SQLite works in a thread of the connection's, and the worker goes
-- on: for a disk that is slow, a lock that another process holds, a file
-- system that hangs. A transaction stays on its connection.

local core = require "luapay.core"
local task = require "luapay.task"
local transaction = require "luapay.journal.store.sql.transaction"

local NAP = 0.001 -- seconds, in nginx, between two checks for an answer
local GRACE = 0.1 -- seconds beyond its deadline that an answer may take
local PATIENCE = 10 -- seconds, where no deadline is given

local sqlite = {
  OPTIONS = {
    path = { type = "string", required = true },
    busy_timeout = { type = "number", positive = true, default = 5 },
  },
}

local Problem = {} -- metatable of what is raised here

local function raise(problem)
  if problem.reason == "server" or problem.reason == "forked" then
    problem.is_final = true
  end
  error(setmetatable(problem, Problem), 0)
end

local Driver = {}
Driver.__index = Driver

local function abandon(self)
  local connection = self.connection
  self.connection = nil
  if not connection then return end
  connection:close()
  if not connection:is_closed() then self.stuck = connection end
end

local function has_commit(list)
  return list[1] and list[#list][1] == "COMMIT"
end

-- Waits for its thread; what does not come back is given up.
local function await(self, connection, list, deadline)
  local results, problem
  repeat
    task.nap(NAP)
    results, problem = connection:step()
    if results then return results end
    local is_late = core.boottime() > deadline + GRACE
  until results == nil or is_late
  if results == false then
    problem = {
      reason = "timeout",
      message = "SQLite does not come back: is the disk there?",
    }
  elseif problem.reason ~= "closed" then
    return nil, problem
  end
  -- somebody has closed it, or nobody knows what it is doing
  if connection == self.connection then abandon(self) end
  problem.phase = has_commit(list) and "committing" or "sent"
  return nil, problem
end

-- Runs statements: { sql, value, ..., n = count of values }.
local function execute(self, connection, list, deadline)
  local left, patience = deadline - core.boottime(), self.options.busy_timeout
  if not task.can_nap() then return connection:run(list, left, patience) end
  local good, problem = connection:start(list, left, patience)
  if not good then return nil, problem end
  return await(self, connection, list, deadline)
end

-- What the path that was given, and SQLite's files beside the file itself,
-- stand for.
local function files_of(self)
  return table.concat({
    (core.file(self.given) or "none"),
    (core.file(self.path .. "-wal") or "none"),
    (core.file(self.path .. "-shm") or "none"),
  }, " ")
end

-- Where the number of commits stands outside of the database. What SQLite
-- has written last is only in -wal, and the whole file may be put back to
-- what it was: then it knows of fewer commits than were counted here.
local COUNT = "-count"

local SETTINGS = {
  { "PRAGMA journal_mode = WAL" },
  { "PRAGMA synchronous = FULL" }, -- a commit is on the disk
  { "PRAGMA cache_size = -2000" }, -- KiB, however long the journal
}

-- One that hangs keeps its thread, and may hold a lock: no other is begun
-- beside it.
local function await_stuck(self, deadline)
  while self.stuck and not self.stuck:is_closed() do
    if core.boottime() >= deadline or not task.nap(NAP) then
      raise {
        reason = "timeout",
        phase = "not_sent",
        message = "SQLite has not come back since an earlier transaction",
      }
    end
  end
  self.stuck = nil
end

-- By two names it would have two logs, of which each lacks the other's
-- entries.
local function check_names(path)
  local file, names = core.file(path)
  if file and names > 1 then
    raise {
      reason = "server",
      phase = "not_sent",
      message = path
        .. " has another name, too (a hard link): "
        .. "SQLite keeps a log beside each",
    }
  end
end

local function fail_at(path, why)
  raise { reason = "lost", phase = "not_sent", message = path .. ": " .. why }
end

local function connect(self, deadline)
  await_stuck(self, deadline)
  local path = self.path
  check_names(path)
  local made, why = core.create_private(path)
  if made == nil then fail_at(path, why) end
  local connection, problem = self.sqlite.open(path)
  if not connection then raise(problem) end
  self.connection = connection
  local set
  set, problem = execute(self, connection, SETTINGS, deadline)
  if not set then
    abandon(self)
    raise(problem)
  end
end

-- The file that this journal began with must still be the one that others
-- find under its path: what is written elsewhere is lost.
local function check_files(self)
  local now = files_of(self)
  if not self.files then return end
  if now ~= self.files then
    raise {
      reason = "replaced",
      phase = "sent",
      is_final = true,
      message = self.path
        .. " was removed or replaced while it was open: "
        .. "stop, see what has become of it, and open it anew",
    }
  end
end

local BEGIN = { "BEGIN IMMEDIATE" }
local BEGIN_READING = { "BEGIN" }
local SNAPSHOT = { "SELECT 1 FROM sqlite_master LIMIT 1" }
local COMMIT, ROLLBACK = { "COMMIT" }, { "ROLLBACK" }

local function send(tx, list)
  local driver = tx.driver
  if driver.connection ~= tx.connection then
    tx.is_over = true -- it was given up, and rolled back
    raise { reason = "lost", phase = "sent", message = "it was given up" }
  end
  local results, problem = execute(driver, tx.connection, list, tx.deadline)
  if not results then
    tx.is_over = true -- it is rolled back, or its connection is gone
    raise(problem)
  end
  return results
end

-- The first to be sent begins the transaction, too.
local function run(tx, list, last)
  if tx.is_over then error("the transaction is over", 3) end
  if last and not tx.has_begun then run(tx, {}) end
  local first, is_first = {}, not tx.has_begun
  if is_first then
    first[1] = tx.only_reads and BEGIN_READING or BEGIN
    first[2] = tx.only_reads and SNAPSHOT or nil
  end
  local results = transaction.send(send, tx, first, list, last and COMMIT)
  tx.has_begun, tx.is_over = true, last
  if is_first then check_files(tx.driver) end
  return results
end

local Tx = transaction.class(run)

-- Nothing was written, so nothing is waited for. A connection that may still
-- be in a transaction, and so hold its lock, is given up: SQLite lets go of
-- what it held.
local function end_at_once(tx, statement)
  local driver = tx.driver
  tx.is_over = true
  if driver.connection ~= tx.connection then return end
  if not tx.connection:run({ statement }, 1, 0) then abandon(driver) end
end

local function end_it(tx, value)
  if tx.is_over or not tx.has_begun then return end
  if not value then return end_at_once(tx, ROLLBACK) end
  if tx.only_reads then return end_at_once(tx, COMMIT) end
  run(tx, {}, true)
end

local function attempt(tx, work)
  local driver = tx.driver
  if not driver.connection then connect(driver, tx.deadline) end
  tx.connection = driver.connection
  driver.counted = core.read_count(driver.path .. COUNT)
  local value, err = work(tx)
  end_it(tx, value)
  return value, err
end

--- Runs `work(tx)` in a transaction: see postgres.lua for the shape of it.
---@async
---@param work fun(tx: table): any, any
---@param options? { only_reads: boolean?, deadline: number? } by core.now()
---@return any value
---@return any fault or problem
function Driver:transaction(work, options)
  -- who was at it has been ended in the middle
  if self.is_used then abandon(self) end
  self.is_used = true
  local now = core.now()
  local left = (options and options.deadline or now + PATIENCE) - now
  local tx = setmetatable({
    driver = self,
    only_reads = options and options.only_reads,
    deadline = core.boottime() + left,
  }, Tx)
  local good, value, err = pcall(attempt, tx, work)
  self.is_used = false
  if good then return value, err end
  if self.connection then end_it(tx, false) end
  if getmetatable(value) ~= Problem then error(value, 0) end
  if value.reason == "lost" then abandon(self) end
  if tx.only_reads then value.phase = "sent" end
  return nil, value
end

--- What tells this database from another one, or from a copy of it.
function Driver:identity()
  local file = core.file(self.path)
  return file and file:match ":(.*)$"
end

--- Commits that were counted, by any process, before this transaction began;
--- nil where the file of it is gone.
---@return number?
function Driver:known_count()
  return self.counted
end

--- Begins to count: of a new database, or of one that was restored. Inside
--- of a transaction.
function Driver:begin_count()
  local made, why = core.create_count(self.path .. COUNT)
  if not made then fail_at(self.path .. COUNT, why) end
end

--- A transaction with this number was committed: before anything is sent on
--- the strength of it.
function Driver:note_count(count)
  if count > (self.noted or 0) then
    self.noted = core.write_count(self.path .. COUNT, count) and count
  end
end

local LONG = 3600 -- seconds for a backup

-- The whole file as it is at one moment, workers or not; on the disk when it
-- returns. A plain copy of a file lacks what stands in its -wal.
local function back_up(self, path)
  check_files(self)
  local made, why = core.create_private(path)
  if made == false then why = "there is such a file" end
  if not made then fail_at(path, why) end
  local connection, problem = self.sqlite.open(self.path)
  local good = connection
  if good then
    local list = { { "VACUUM INTO $1", path, n = 1 } }
    good, problem = execute(self, connection, list, core.boottime() + LONG)
    connection:close()
  end
  if good then
    good, why = core.sync(path)
    problem = { reason = "lost", message = path .. ": " .. tostring(why) }
  end
  if good then return true end
  os.remove(path)
  raise(problem)
end

--- Writes a copy of the journal to a new file.
---@async
---@param path string
---@return true?
---@return table? problem
function Driver:backup(path)
  local good, problem = pcall(back_up, self, path)
  if good then return true end
  if getmetatable(problem) ~= Problem then error(problem, 0) end
  return nil, problem
end

function Driver:close()
  local connection = self.connection
  self.connection = nil
  if connection then connection:close() end
end

local function refuse(message)
  return nil, { reason = "connect", is_final = true, message = message }
end

--- Opens a driver.
---@param options table checked
---@param prepare fun(tx: table): true?, table? on the new connection
---@return table? driver
---@return table? problem
function sqlite.open(options, prepare)
  local path = options.path
  if path == ":memory:" or path:find "^file:" or path:find "%z" then
    error("luapay.journal.sqlite: path: expected the path of a file", 4)
  end
  local real, why = core.real_path(path)
  if not real then return refuse(path .. ": " .. why) end
  local folder = real:match "^(.*)/[^/]*$"
  local kind = core.file_system(folder == "" and "/" or folder)
  if kind then
    return refuse(
      ("%s is on a file system (%s) that other machines may share: "):format(
        path,
        kind
      ) .. "SQLite's locks do not reach them"
    )
  end
  local good, module = pcall(require, "luapay.sqlite")
  if not good then
    return refuse(
      "luapay was built without SQLite, and so without luapay.sqlite "
        .. "(Debian: libsqlite3-dev)"
    )
  end
  local self = setmetatable({
    options = options,
    sqlite = module,
    path = real,
    -- a process may change its folder
    given = path:find "^/" and path or core.real_path "." .. "/" .. path,
  }, Driver)
  local done, problem
  local till = core.boottime() + options.busy_timeout
  -- Who makes a file WAL does not wait for others who do, whatever the time
  -- that was asked for: so it is tried again.
  repeat
    done, problem = self:transaction(prepare)
    local again = not done and problem.reason == "busy"
    if again and not task.nap(0.01) then core.sleep(0.01) end
  until not again or core.boottime() > till
  if not done then
    self:close()
    return nil, problem
  end
  self.files = files_of(self)
  return self
end

return sqlite
