-- The tables of a journal in a database: one schema for all databases, with
-- a version, and the steps from each version to the next.

local schema = {}

--- Steps, oldest first: a list of statements each; {words in braces} are
--- the dialect's. A step that was released is never changed.
schema.STEPS = {
  {
    [[CREATE TABLE luapay1_entries (
      id {id},
      flow TEXT NOT NULL,
      run TEXT NOT NULL,
      reference TEXT NOT NULL,
      step TEXT NOT NULL,
      state TEXT NOT NULL,
      endpoint TEXT,
      idempotency_key TEXT,
      fingerprint TEXT NOT NULL,
      attempt INTEGER NOT NULL,
      worker TEXT,
      lease_until {seconds},
      created_at {seconds} NOT NULL,
      updated_at {seconds} NOT NULL,
      millionths BIGINT,
      currency TEXT,
      provider_id TEXT,
      status TEXT,
      details TEXT,
      outcome TEXT
    )]],
    [[CREATE UNIQUE INDEX luapay1_entries_name
      ON luapay1_entries (reference, flow, run, step)]],
    [[CREATE INDEX luapay1_entries_state
      ON luapay1_entries (flow, run, state, id)]],
    [[CREATE INDEX luapay1_entries_provider_id
      ON luapay1_entries (provider_id) WHERE provider_id IS NOT NULL]],
    [[CREATE TABLE luapay1_keys (
      key TEXT PRIMARY KEY,
      value TEXT,
      at {seconds} NOT NULL
    )]],
  },
}

local function version_of(connection)
  connection:run "CREATE TABLE IF NOT EXISTS luapay1_schema (version INTEGER)"
  local rows =
    connection:query "SELECT MAX(version) AS version FROM luapay1_schema"
  return rows[1] and tonumber(rows[1].version) or 0
end

--- Brings a database up to date. Runs inside a transaction that no other
--- process enters.
---@param connection table see sql.lua
---@param words table<string, string> of the dialect
---@return string? problem the database is of a newer luapay
function schema.migrate(connection, words)
  local version = version_of(connection)
  if version > #schema.STEPS then
    return ("the journal has version %d, this luapay knows %d"):format(
      version,
      #schema.STEPS
    )
  end
  for number = version + 1, #schema.STEPS do
    for _, statement in ipairs(schema.STEPS[number]) do
      connection:run((statement:gsub("{(%l+)}", words)))
    end
    connection:run(
      "INSERT INTO luapay1_schema (version) VALUES (?)",
      tostring(number)
    )
  end
end

return schema
