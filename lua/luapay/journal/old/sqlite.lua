-- The journal in one file, by SQLite: for the processes of one machine.

local connections = require "luapay.journal.old.connection"
local core = require "luapay.core"
local schema = require "luapay.journal.old.schema"
local sql = require "luapay.journal.old.sql"

local sqlite = {
  OPTIONS = {
    path = { type = "string", required = true },
    busy_timeout = { type = "number", positive = true, default = 10 },
  },
}

local WORDS = { id = "INTEGER PRIMARY KEY AUTOINCREMENT", seconds = "REAL" }

-- One writer at a time: who begins, waits for the one before. FULL: a
-- commit is on the disk when it returns.
local dialect = {
  BEGIN = "BEGIN IMMEDIATE",
  LOCK = "",
  SKIP = "",
  AMONG = "IN",
  END = "",
}

local function prepare(opened, options)
  local patience = math.floor(options.busy_timeout * 1000)
  opened:once("PRAGMA busy_timeout = " .. patience)
  opened:once "PRAGMA journal_mode = WAL"
  opened:once "PRAGMA synchronous = FULL"
  opened:once "PRAGMA cache_size = -2000" -- KiB, however long the journal
  opened:once "BEGIN IMMEDIATE"
  local problem = schema.migrate(opened, WORDS)
  opened:once(problem and "ROLLBACK" or "COMMIT")
  return problem
end

local function try(options)
  local opened, why = connections.open("SQLite3", options.path)
  if not opened then return nil, why end
  local good, problem = pcall(prepare, opened, options)
  if good and not problem then return opened end
  opened:close()
  if good then return nil, problem end
  return nil, connections.problem_of(problem) or error(problem, 0)
end

-- Who makes a file WAL does not wait for others who do, whatever the time
-- that was asked for: so it is tried again.
function dialect.connect(options)
  local till = core.now() + options.busy_timeout
  local opened, why
  repeat
    opened, why = try(options)
    local is_busy = not opened and tostring(why):find("locked", 1, true)
  until not is_busy or core.now() > till
  return opened, why
end

--- Opens a store.
---@param options table checked
---@return table? store
---@return luapay.Fault? fault
function sqlite.open(options)
  return sql.open(dialect, options)
end

return sqlite
