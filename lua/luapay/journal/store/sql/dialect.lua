-- What differs between the databases in the SQL that is spoken to them.

local core = require "luapay.core"

local dialect = {}

local function tables_are_there(query)
  return "SELECT 1 AS found FROM " .. query
end

local OF_SUM = "account, flow, run, plan, state, money, "
  .. "CAST(needs_person AS TEXT) AS needs_person, "
  .. "CAST(ended AS TEXT) AS ended, currency"

--- One writer at a time: whoever begins waits for the one before, and locks
--- nothing else.
dialect.sqlite = {
  WORDS = {
    id = "INTEGER PRIMARY KEY AUTOINCREMENT",
    int = "INTEGER",
    exact = "TEXT",
  },
  HAS_SCHEMA = tables_are_there "sqlite_master "
    .. "WHERE type = 'table' AND name = 'luapay_schema'",
  SKIP_LOCKED = "",
  COUNTS_COMMITS = true,
  STATE = "SELECT database, CAST(restored_since AS TEXT) AS restored_since, "
    .. "CAST(commits AS TEXT) AS commits, "
    .. "CAST(made_at AS TEXT) AS made_at FROM luapay_schema",
  SELECT_SUMS = "SELECT "
    .. OF_SUM
    .. ", CAST(count AS TEXT) AS count, sum FROM luapay_sums WHERE ",
  GROUP_SUMS = "",
  wall = core.wall,
}

function dialect.sqlite.is_harmless()
  return false
end

-- The cluster, the database in it, and the timeline, which changes with each
-- promotion of a standby and each recovery from a backup.
local IDENTITY = "(SELECT CAST(system_identifier AS TEXT) "
  .. "FROM pg_control_system()) || '/' || "
  .. "(SELECT CAST(oid AS TEXT) FROM pg_database "
  .. "WHERE datname = current_database()) || '/' || "
  .. "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"

-- What was given out last as the number of an entry. It never goes back, not
-- by a crash either; who may only read need not know it.
local SEQUENCE = "to_regclass('luapay_entries_id_seq')"
local LAST_ID = "CASE WHEN has_sequence_privilege("
  .. SEQUENCE
  .. ", 'USAGE') THEN CAST(pg_sequence_last_value("
  .. SEQUENCE
  .. ") AS TEXT) END AS last_id, "
  .. "(SELECT CAST(COUNT(*) AS TEXT) FROM luapay_restorations) AS restorations"

--- Rows are locked, in an order that is the same for everybody; names that
--- stand in no row yet by a lock of their own, until the transaction ends.
dialect.postgres = {
  WORDS = { id = "BIGSERIAL PRIMARY KEY", int = "BIGINT", exact = "NUMERIC" },
  HAS_SCHEMA = tables_are_there "pg_catalog.pg_class "
    .. "WHERE oid = to_regclass('luapay_schema')",
  ELSEWHERE = "SELECT nspname AS name FROM pg_catalog.pg_class "
    .. "JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace "
    .. "WHERE relname = 'luapay_schema' AND relkind = 'r' LIMIT 1",
  SKIP_LOCKED = " FOR UPDATE SKIP LOCKED",
  LOCKS_ROWS = true,
  LOCK_NAME = "SELECT 1 AS locked "
    .. "FROM pg_advisory_xact_lock(hashtextextended($1, 7101411))",
  LOCK_SCHEMA = "SELECT 1 AS locked FROM pg_advisory_xact_lock(7101411)",
  HAS_CLOCK = true,
  ADDS_EXACTLY = true,
  STATE = "SELECT database, CAST(restored_since AS TEXT) AS restored_since, "
    .. "CAST(CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 "
    .. "AS BIGINT) AS TEXT) AS now, "
    .. IDENTITY
    .. " AS identity, "
    .. LAST_ID
    .. ", CAST(made_at AS TEXT) AS made_at FROM luapay_schema",
  SELECT_SUMS = "SELECT "
    .. OF_SUM
    .. ", CAST(SUM(count) AS TEXT) AS count, CAST(SUM(sum) AS TEXT) AS sum "
    .. "FROM luapay_sums WHERE ",
  GROUP_SUMS = " GROUP BY account, flow, run, plan, state, money, "
    .. "luapay_sums.needs_person, luapay_sums.ended, currency",
  wall = core.wall,
}

local STANDBY = "SELECT current_setting('synchronous_standby_names') AS names,"
  .. " (SELECT COUNT(*) > 0 FROM pg_stat_replication) AS has_standby"

--- What a fail-over could lose, in one sentence; nil when that is nothing, or
--- none is to come.
function dialect.postgres.warning(options, tx)
  local found = tx:run(STANDBY)[1]
  local is_synchronous = found.names ~= ""
  if options.standby == "synchronous" and not is_synchronous then
    return "standby: the server waits for no standby "
      .. "(synchronous_standby_names is empty): a fail-over may lose entries, "
      .. "and nobody will notice"
  elseif options.standby ~= "synchronous" and found.has_standby then
    return "a fail-over may lose what was written last: nothing will be sent "
      .. "after it until journal:restored"
  end
end

--- Whether a change of the database's identity can have lost nothing: a
--- fail-over to a standby that is synchronous.
function dialect.postgres.is_harmless(options, was, is)
  local cluster = "^(.*/)[^/]*$"
  return options.standby == "synchronous"
    and was:match(cluster) == is:match(cluster)
end

return dialect
