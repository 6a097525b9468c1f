-- The tables of a journal in a database. A database of an earlier or a later
-- luapay is refused, with a sentence.

local schema = {}

--- The version of these tables.
schema.VERSION = 3

-- {words in braces} are the dialect's. Times are whole microseconds and
-- amounts are text: no driver and no locale can change them.
local TABLES = {
  [[CREATE TABLE luapay_schema (
    version {int} NOT NULL,
    database TEXT,
    restored_since {int},
    commits {int} NOT NULL,
    made_at {int} NOT NULL
  )]],

  -- One row a step of an item. The item_ columns are filled in those of
  -- main steps: what all entries of the item come to.
  [[CREATE TABLE luapay_entries (
    id {id},
    account TEXT NOT NULL,
    flow TEXT NOT NULL,
    run TEXT NOT NULL,
    reference TEXT NOT NULL,
    step TEXT NOT NULL,
    main {int} NOT NULL,
    state TEXT NOT NULL,
    attempt {int} NOT NULL,
    worker TEXT,
    op TEXT,
    lease_until {int},
    lease_clock TEXT,
    lease_seconds {int},
    due_until {int},
    watch TEXT,
    clocks TEXT,
    sent_at {int},
    seen_at {int},
    created_at {int} NOT NULL,
    updated_at {int} NOT NULL,
    endpoint TEXT,
    idempotency_key TEXT,
    fingerprint TEXT,
    amount TEXT,
    currency TEXT,
    provider_id TEXT,
    external_id TEXT,
    subject TEXT,
    plan TEXT,
    status TEXT,
    code TEXT,
    reason TEXT,
    details TEXT,
    outcome TEXT,
    fault TEXT,
    candidates TEXT,
    item_state TEXT,
    item_step TEXT,
    item_money TEXT,
    item_moved TEXT,
    item_returned TEXT,
    item_open TEXT,
    item_sum TEXT,
    item_person {int},
    item_ended {int},
    item_ended_at {int},
    item_purgeable {int},
    item_purged {int}
  )]],
  [[CREATE UNIQUE INDEX luapay_entries_name
    ON luapay_entries (reference, flow, account, run, step)]],
  [[CREATE UNIQUE INDEX luapay_entries_main
    ON luapay_entries (reference, flow, account, run) WHERE main = 1]],
  [[CREATE INDEX luapay_entries_items
    ON luapay_entries (flow, account, run, id) WHERE main = 1]],
  [[CREATE INDEX luapay_entries_work
    ON luapay_entries (flow, account, run, state, id)
    WHERE state IN ('planned', 'sent', 'unknown')]],
  [[CREATE INDEX luapay_entries_open
    ON luapay_entries (flow, account, run, item_state, id)
    WHERE item_ended = 0]],
  [[CREATE INDEX luapay_entries_person
    ON luapay_entries (flow, account, run, id) WHERE item_person = 1]],
  [[CREATE INDEX luapay_entries_purgeable
    ON luapay_entries (flow, item_ended_at) WHERE item_purgeable = 1]],
  [[CREATE INDEX luapay_entries_forgettable
    ON luapay_entries (flow, item_ended_at)
    WHERE item_ended = 1 AND item_purgeable = 0]],
  [[CREATE INDEX luapay_entries_provider_id
    ON luapay_entries (provider_id, flow) WHERE provider_id IS NOT NULL]],
  [[CREATE INDEX luapay_entries_external_id
    ON luapay_entries (external_id, flow) WHERE external_id IS NOT NULL]],
  [[CREATE INDEX luapay_entries_subject
    ON luapay_entries (subject, flow) WHERE subject IS NOT NULL]],

  -- What the items come to: changed in the transaction that changes one. A
  -- plan that is being written has sums of its own. What is added up may
  -- stand in several rows, one a shard: their writers wait for each other.
  [[CREATE TABLE luapay_sums (
    account TEXT NOT NULL,
    flow TEXT NOT NULL,
    run TEXT NOT NULL,
    plan TEXT NOT NULL,
    state TEXT NOT NULL,
    money TEXT NOT NULL,
    needs_person {int} NOT NULL,
    ended {int} NOT NULL,
    currency TEXT NOT NULL,
    shard {int} NOT NULL,
    count {int} NOT NULL,
    sum {exact} NOT NULL,
    PRIMARY KEY (flow, account, run, plan, state, money, needs_person, ended,
      currency, shard)
  )]],

  -- Who has settled what, and why. Rows are only ever added.
  [[CREATE TABLE luapay_settlements (
    id {id},
    account TEXT NOT NULL,
    flow TEXT NOT NULL,
    run TEXT NOT NULL,
    reference TEXT NOT NULL,
    step TEXT NOT NULL,
    verb TEXT NOT NULL,
    who TEXT,
    why TEXT,
    before TEXT,
    after TEXT,
    at {int} NOT NULL
  )]],
  [[CREATE INDEX luapay_settlements_item
    ON luapay_settlements (reference, flow)]],

  -- Verified events that named no known item yet.
  [[CREATE TABLE luapay_events (
    id {id},
    account TEXT NOT NULL,
    flow TEXT NOT NULL,
    about TEXT NOT NULL,
    event TEXT NOT NULL,
    at {int} NOT NULL
  )]],
  [[CREATE INDEX luapay_events_about ON luapay_events (about, flow)]],
  [[CREATE INDEX luapay_events_age ON luapay_events (flow, account, id)]],

  [[CREATE TABLE luapay_keys (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    op TEXT,
    at {int} NOT NULL
  )]],

  [[CREATE TABLE luapay_plans (
    token TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    flow TEXT NOT NULL,
    run TEXT NOT NULL,
    is_open {int} NOT NULL,
    at {int} NOT NULL
  )]],

  -- After a restored backup or a fail-over that may have lost something.
  [[CREATE TABLE luapay_restorations (
    database TEXT,
    since {int} NOT NULL,
    who TEXT NOT NULL,
    at {int} NOT NULL
  )]],
}

local GONE = "its tables are not there any more, or not where the user's "
  .. "search path leads: what they knew of is lost. Stop, see what has become "
  .. "of them, and open it anew"

-- One money, one journal: another user, or another search path, must not
-- begin a second one unnoticed.
local function elsewhere(tx, dialect, options)
  if options.schema or not dialect.ELSEWHERE then return nil end
  local found = tx:run(dialect.ELSEWHERE)[1]
  return found
    and (
      "the database has a journal in the schema %s, which is not on the "
      .. "user's search path: name the schema (option schema)"
    ):format(found.name)
end

--- Makes the tables where there are none, inside the transaction `tx`, which
--- no other process enters meanwhile.
---@param tx table
---@param dialect table
---@param options table of the journal
---@param may_make boolean whether it is being opened
---@return string? problem it is of another luapay, or gone
function schema.prepare(tx, dialect, options, may_make)
  if #tx:run(dialect.HAS_SCHEMA) > 0 then
    local rows =
      tx:run "SELECT CAST(MAX(version) AS TEXT) AS version FROM luapay_schema"
    local version = rows[1] and rows[1].version
    if version == ("%d"):format(schema.VERSION) then return nil end
    return (
      "the journal has version %s, this luapay knows %d: "
      .. "finish what is open with the luapay that wrote it, "
      .. "then begin a new journal"
    ):format(tostring(version), schema.VERSION)
  end
  if not may_make then return GONE end
  local problem = elsewhere(tx, dialect, options)
  if problem then return problem end
  for _, statement in ipairs(TABLES) do
    tx:run((statement:gsub("{(%l+)}", dialect.WORDS)))
  end
  tx:run(
    "INSERT INTO luapay_schema (version, commits, made_at) "
      .. "VALUES ($1, 0, $2)",
    ("%d"):format(schema.VERSION),
    ("%.0f"):format(dialect.wall() * 1e6)
  )
  return nil
end

return schema
