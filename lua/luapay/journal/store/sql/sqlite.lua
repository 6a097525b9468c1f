-- The journal in one file, by SQLite: for the processes of one machine.

local core = require "luapay.core"

local unpack = table.unpack or unpack

local sqlite = {
  OPTIONS = {
    path = { type = "string", required = true },
    busy_timeout = { type = "number", positive = true, default = 5 },
  },
}

-- What SQLite says, as far as it can be acted upon; all else is final.
local KINDS = {
  { "locked", { reason = "busy" } },
  { "busy", { reason = "busy" } },
  { "UNIQUE constraint", { reason = "exists" } },
  { "is full", { reason = "full" } },
  { "disk I/O", { reason = "lost" } },
  { "readonly", { reason = "read_only" } },
  { "unable to open", { reason = "lost" } },
}

local Problem = {} -- metatable of what is raised here

local function problem_of(message, phase)
  local problem = { reason = "server", is_final = true }
  for _, kind in ipairs(KINDS) do
    if message:find(kind[1], 1, true) then
      problem = { reason = kind[2].reason }
      break
    end
  end
  problem.message, problem.phase = message, phase or "sent"
  return setmetatable(problem, Problem)
end

local function fail(message)
  error(problem_of(tostring(message)), 0)
end

-- LuaDBI raises what SQLite finds on the way to the next row.
local function next_row(statement)
  local good, row = pcall(statement.fetch, statement, true)
  if not good then fail(row) end
  return row
end

local Driver = {}
Driver.__index = Driver

local function prepared(self, sql)
  local statement = self.statements[sql]
  if statement then return statement end
  local made, why = self.handle:prepare(sql)
  if not made then fail(why) end
  self.statements[sql] = made
  return made
end

-- Runs a statement that cannot be prepared beforehand, once.
local function once(handle, sql)
  local statement, why = handle:prepare(sql)
  if not statement then fail(why) end
  local good
  good, why = statement:execute()
  local row = good and next_row(statement)
  statement:close()
  if not good then fail(why) end
  return row
end

local Tx = {}
Tx.__index = Tx

--- Runs a statement; returns its rows, and how many it has changed.
function Tx:run(sql, ...)
  local statement = prepared(self.driver, sql)
  local good, why = statement:execute(...)
  if not good then
    -- LuaDBI would answer its next execution with this error, not run
    self.driver.statements[sql] = nil
    pcall(statement.close, statement)
    fail(why)
  end
  local result = {}
  for i = 1, math.huge do
    local row = next_row(statement)
    if not row then break end
    result[i] = row
  end
  result.affected = statement:affected()
  return result
end

--- Runs several statements: { sql, value, ..., n = count of values }.
function Tx:run_all(list)
  local results = {}
  for i, one in ipairs(list) do
    results[i] = self:run(one[1], unpack(one, 2, one.n + 1))
  end
  return results
end

--- The same, and commits.
function Tx:last(list)
  local results = self:run_all(list)
  self.committing = true
  self:run "COMMIT"
  self.is_over = true
  return results
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

local function abandon(self)
  for _, statement in pairs(self.statements) do
    pcall(statement.close, statement)
  end
  self.statements = {}
  pcall(self.handle.close, self.handle)
  self.handle = nil
end

local function prepare_handle(self, handle)
  local milliseconds = math.floor(self.options.busy_timeout * 1000)
  once(handle, "PRAGMA busy_timeout = " .. milliseconds)
  once(handle, "PRAGMA journal_mode = WAL")
  once(handle, "PRAGMA synchronous = FULL") -- a commit is on the disk
  once(handle, "PRAGMA cache_size = -2000") -- KiB, however long the journal
end

-- By two names it would have two logs, of which each lacks the other's
-- entries.
local function check_names(path)
  local file, names = core.file(path)
  if file and names > 1 then
    fail(
      path
        .. " has another name, too (a hard link): "
        .. "SQLite keeps a log beside each"
    )
  end
end

local function connect(self)
  local path = self.path
  check_names(path)
  local made, why = core.create_private(path)
  if made == nil then fail(path .. ": " .. why) end
  local good, dbi = pcall(require, "DBI")
  if not good then fail "LuaDBI is not installed" end
  local handle
  good, handle, why = pcall(dbi.Connect, "SQLite3", path)
  if not good then fail(handle) end
  if not handle then fail(why) end
  handle:autocommit(true) -- transactions are begun and ended by statements
  self.handle = handle
  prepare_handle(self, handle)
end

-- The file that this journal began with must still be the one that others
-- find under its path: what is written elsewhere is lost.
local function check_files(self)
  local now = files_of(self)
  if not self.files then return end
  if now ~= self.files then
    error(
      setmetatable({
        reason = "replaced",
        phase = "sent",
        is_final = true,
        message = self.path
          .. " was removed or replaced while it was open: "
          .. "stop, see what has become of it, and open it anew",
      }, Problem),
      0
    )
  end
end

-- A connection that may still be in a transaction, and so hold its lock, is
-- given up: SQLite lets go of what it held.
local function roll_back(self)
  if not self.handle then return end
  local good, problem = pcall(Tx.run, { driver = self }, "ROLLBACK")
  local message = type(problem) == "table" and problem.message or problem
  local none = "no transaction is active"
  if good or tostring(message):find(none, 1, true) then return end
  abandon(self)
end

local function attempt(self, work, only_reads)
  if not self.handle then connect(self) end
  local tx = setmetatable({ driver = self }, Tx)
  self.tx = tx
  self.counted = core.read_count(self.path .. COUNT)
  tx:run(only_reads and "BEGIN" or "BEGIN IMMEDIATE")
  if only_reads then tx:run "SELECT 1 FROM sqlite_master LIMIT 1" end
  check_files(self)
  local value, err = work(tx)
  if not tx.is_over then tx:run(value and "COMMIT" or "ROLLBACK") end
  tx.is_over = true
  return value, err
end

--- Runs `work(tx)` in a transaction: see postgres.lua for the shape of it.
---@param work fun(tx: table): any, any
---@param options? { only_reads: boolean? }
---@return any value
---@return any fault or problem
function Driver:transaction(work, options)
  local good, value, err =
    pcall(attempt, self, work, options and options.only_reads)
  if good then return value, err end
  local tx = self.tx
  if not (tx and tx.is_over) then roll_back(self) end
  if getmetatable(value) ~= Problem then error(value, 0) end
  if value.reason == "lost" then
    -- a COMMIT that met an error of the disk may have come through
    if tx and tx.committing then value.phase = "committing" end
    if self.handle then abandon(self) end
  end
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
  if not made then fail(self.path .. COUNT .. ": " .. why) end
end

--- A transaction with this number was committed: before anything is sent on
--- the strength of it.
function Driver:note_count(count)
  if count > (self.noted or 0) then
    self.noted = core.write_count(self.path .. COUNT, count) and count
  end
end

-- The whole file as it is at one moment, workers or not; on the disk when it
-- returns. A plain copy of a file lacks what stands in its -wal.
local function back_up(self, path)
  if not self.handle then connect(self) end
  check_files(self)
  local made, why = core.create_private(path)
  if made == false then why = "there is such a file" end
  if not made then fail(path .. ": " .. why) end
  local good, problem =
    pcall(once, self.handle, "VACUUM INTO '" .. path:gsub("'", "''") .. "'")
  if good then
    good, problem = core.sync(path)
    problem = not good and problem_of(path .. ": " .. problem)
  end
  if good then return true end
  os.remove(path)
  error(problem, 0)
end

--- Writes a copy of the journal to a new file.
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
  if self.handle then abandon(self) end
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
  local self = setmetatable({
    options = options,
    path = real,
    -- a process may change its folder
    given = path:find "^/" and path or core.real_path "." .. "/" .. path,
    statements = {},
  }, Driver)
  local done, problem
  local till = core.boottime() + options.busy_timeout
  -- Who makes a file WAL does not wait for others who do, whatever the time
  -- that was asked for: so it is tried again.
  repeat
    done, problem = self:transaction(prepare)
    local again = not done and problem.reason == "busy"
    if again then core.sleep(0.01) end
  until not again or core.boottime() > till
  if not done then
    self:close()
    return nil, problem
  end
  self.files = files_of(self)
  return self
end

return sqlite
