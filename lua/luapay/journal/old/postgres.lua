-- The journal in PostgreSQL: for several machines.

local connections = require "luapay.journal.old.connection"
local core = require "luapay.core"
local schema = require "luapay.journal.old.schema"
local sql = require "luapay.journal.old.sql"

local postgres = {
  OPTIONS = {
    database = { type = "string", required = true },
    user = { type = "string" },
    password = { type = "string" },
    host = { type = "string" },
    port = { type = "number" },
  },
}

local WORDS = { id = "BIGSERIAL PRIMARY KEY", seconds = "DOUBLE PRECISION" }

-- Rows that another worker is at are left to it. An array is made once: the
-- rows of IN (...) may be chosen anew for each row, beyond the limit.
local dialect = {
  BEGIN = "BEGIN",
  LOCK = " FOR UPDATE",
  SKIP = " FOR UPDATE SKIP LOCKED",
  AMONG = "= ANY (ARRAY",
  END = ")",
}

local LOCK_NUMBER = 7101411 -- of those who look at the schema, any number

local function prepare(opened)
  opened:once "SET client_min_messages = warning"
  opened:once "SET synchronous_commit = on"
  opened:once "BEGIN"
  opened:once(("SELECT pg_advisory_xact_lock(%d)"):format(LOCK_NUMBER))
  local problem = schema.migrate(opened, WORDS)
  opened:once(problem and "ROLLBACK" or "COMMIT")
  return problem
end

function dialect.connect(options)
  local opened, why = connections.open(
    "PostgreSQL",
    options.database,
    options.user,
    options.password,
    options.host,
    options.port
  )
  if not opened then return nil, why end
  local good, problem = pcall(prepare, opened)
  if good and not problem then return opened end
  opened:close()
  if good then return nil, problem end
  return nil, connections.problem_of(problem) or error(problem, 0)
end

-- One clock for all machines: the server's.
function dialect.clock(opened)
  local rows = opened:query(
    "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) "
      .. "AS DOUBLE PRECISION) AS now"
  )
  local ahead = rows[1].now - core.now()
  return function()
    return ahead + core.now()
  end
end

--- Opens a store.
---@param options table checked
---@return table? store
---@return luapay.Fault? fault
function postgres.open(options)
  return sql.open(dialect, options)
end

return postgres
