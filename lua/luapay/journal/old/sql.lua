-- A store of the journal in a database; see memory.lua for what a store is.
-- What differs between databases is the dialect's: sqlite.lua, postgres.lua.

local decimal = require "luapay.journal.old.decimal"
local filters = require "luapay.journal.old.filter"
local rows = require "luapay.journal.old.rows"

local unpack = table.unpack or unpack
local sql = {}

local Store = {}
Store.__index = Store

for _, part in ipairs {
  require "luapay.journal.old.sql_keys",
  require "luapay.journal.old.sql_update",
  (require "luapay.journal.old.sql_transact"),
} do
  for name, method in pairs(part) do
    Store[name] = method
  end
end

local function marks(n)
  return ("?, "):rep(n - 1) .. "?"
end

local INSERT = (
  "INSERT INTO luapay1_entries (%s, %s) VALUES (%s) "
  .. "ON CONFLICT (reference, flow, run, step) DO NOTHING "
  .. "RETURNING CAST(id AS DOUBLE PRECISION) AS id"
):format(
  table.concat(rows.FIXED, ", "),
  table.concat(rows.MUTABLE, ", "),
  marks(#rows.FIXED + #rows.MUTABLE)
)

function Store:insert(list)
  local fresh, bound = {}, {}
  for i, entry in ipairs(list) do
    local at = rows.bind(entry, rows.FIXED, bound, 1)
    local past = rows.bind(entry, rows.MUTABLE, bound, at)
    local made = self.connection:query(INSERT, unpack(bound, 1, past - 1))
    fresh[i] = made[1] ~= nil
    if fresh[i] then entry.id = rows.whole(made[1].id) end
  end
  return fresh
end

local SELECT = "SELECT " .. rows.COLUMNS .. " FROM luapay1_entries WHERE "

local function entries(found)
  for i, row in ipairs(found) do
    found[i] = rows.entry(row)
  end
  return found
end

function Store:get(flow, run, reference, step)
  local found = self.connection:query(self.GET, reference, flow, run, step)
  return entries(found)[1]
end

function Store:list(filter, after, limit)
  local where, values = filters.where(filter, after)
  local found = self.connection:query(
    ("%s%s ORDER BY id LIMIT %d"):format(SELECT, where, limit),
    unpack(values, 1, values.n)
  )
  return entries(found)
end

function Store:take(filter, limit, worker, lease_until, now)
  local where, values = filters.where(filter, 0)
  local statement = (
    "UPDATE luapay1_entries SET worker = ?, lease_until = ?, updated_at = ?%s "
    .. "WHERE id %s (SELECT id FROM luapay1_entries WHERE %s "
    .. "ORDER BY id LIMIT %d%s)%s RETURNING %s"
  ):format(
    filter.send and ", state = 'sent', attempt = attempt + 1" or "",
    self.dialect.AMONG,
    where,
    limit,
    self.dialect.SKIP,
    self.dialect.END,
    rows.COLUMNS
  )
  local taken = self.connection:query(
    statement,
    worker,
    ("%.3f"):format(lease_until),
    ("%.3f"):format(now),
    unpack(values, 1, values.n)
  )
  table.sort(taken, function(a, b)
    return a.id < b.id
  end)
  return entries(taken)
end

local TALLY = [[SELECT flow, run, step, state, currency,
  CAST(COUNT(*) AS DOUBLE PRECISION) AS count,
  CAST(SUM(millionths) AS TEXT) AS amount, MIN(created_at) AS oldest
  FROM luapay1_entries WHERE %s GROUP BY flow, run, step, state, currency
  ORDER BY flow, run, step, state, currency]]

function Store:tally(filter)
  local where, values = filters.where(filter, 0)
  local groups =
    self.connection:query(TALLY:format(where), unpack(values, 1, values.n))
  for _, group in ipairs(groups) do
    group.count = rows.whole(group.count)
    group.amount = group.amount and decimal.from_millionths(group.amount)
  end
  return groups
end

--- Opens a store: the database is brought up to date.
---@param dialect table connect(options) -> connection or nil and a message;
--- BEGIN, LOCK, SKIP, AMONG and END: words of its SQL; clock(connection)
---@param options table
---@return table? store
---@return luapay.Fault? fault
function sql.open(dialect, options)
  local self = setmetatable({ dialect = dialect, options = options }, Store)
  self.GET = SELECT
    .. "reference = ? AND flow = ? AND run = ? AND step = ?"
    .. dialect.LOCK
  local good, why = self:connect()
  if not good then return nil, why end
  self.clock = dialect.clock and dialect.clock(self.connection)
  return self
end

return sql
