-- A store of the journal in a database; see memory.lua for what a store is.
-- What differs between databases is the driver's: sqlite.lua, postgres.lua.

local clock = require "luapay.journal.clock"
local core = require "luapay.core"
local decimal = require "luapay.decimal"
local keys = require "luapay.journal.keys"
local rows = require "luapay.journal.store.sql.rows"
local schema = require "luapay.journal.store.sql.schema"

local sql = {}

local SELECT = "SELECT " .. rows.SELECTED .. " FROM luapay_entries WHERE "
local STUBS = "SELECT CAST(id AS TEXT) AS id, account, flow, run, reference, "
  .. "step FROM luapay_entries WHERE "

local ITEM = SELECT
  .. "reference = $1 AND flow = $2 AND account = $3 AND run = $4 "
  .. "ORDER BY luapay_entries.id"
local LOCK_ITEM = "SELECT 1 FROM luapay_entries WHERE "
  .. "reference = $1 AND flow = $2 AND account = $3 AND run = $4 "
  .. "AND main = 1 FOR UPDATE"
local BY_ID = " ORDER BY luapay_entries.id"
local VALUE = "SELECT value, op FROM luapay_keys WHERE key = $1"

local write, read = rows.write, rows.read

-- What a transaction reads.

local Access = {}
Access.__index = Access

local function entries_of(result)
  local list = {}
  for i, row in ipairs(result) do
    list[i] = rows.entry(row)
  end
  return list
end

local function stubs_of(result)
  for _, row in ipairs(result) do
    row.id = read.int(row.id)
  end
  return result
end

local function statement(text, ...)
  return { text, n = select("#", ...), ... }
end

local function of_item(text, key)
  return statement(text, key.reference, key.flow, key.account, key.run)
end

-- Waits until no other transaction uses this name.
local function lock(access, list, ...)
  local text = access.dialect.LOCK_NAME
  if text and not access.only_reads then
    list[#list + 1] = statement(text, table.concat({ ... }, "\31"))
  end
end

local OWNER = STUBS .. "provider_id = $1 AND flow = $2 AND account = $3"
local EVENTS = "SELECT CAST(id AS TEXT) AS id, event FROM luapay_events "
  .. "WHERE about = $1 AND flow = $2 AND account = $3 "
  .. "ORDER BY luapay_events.id"

local function name_of_id(book, id)
  return book.account .. "\0" .. book.flow .. "\0" .. id
end

local function of_id(text, book, id)
  return statement(text, id, book.flow, book.account)
end

local function events_of(result)
  for _, row in ipairs(result) do
    row.event = read.json(row.event)
  end
  return result
end

-- Each once, in an order that is the same for everybody.
local function unique_ids(list)
  local found, seen = {}, {}
  for _, one in ipairs(list) do
    local name = name_of_id(one, one.id)
    if not seen[name] then
      found[#found + 1] =
        { name = name, account = one.account, flow = one.flow, id = one.id }
    end
    seen[name] = true
  end
  table.sort(found, function(a, b)
    return a.name < b.name
  end)
  return found
end

local function locks_items(access)
  return access.dialect.LOCKS_ROWS and not access.only_reads
end

local function unique_items(list)
  local found, seen = {}, {}
  for _, key in ipairs(list) do
    local text = keys.text(key)
    if not seen[text] then
      seen[text] = true
      found[#found + 1] = { text = text, key = key }
    end
  end
  table.sort(found, function(a, b)
    return a.text < b.text
  end)
  return found
end

-- An item that was not there when it was to be locked, and was when it was
-- read a moment later, is another's as well: so it is read again.
local function read_items(access, items, found)
  local again = {}
  for i, one in ipairs(items) do
    access.items[one.text] = found[i].entries
    if found[i].entries[1] and not found[i].is_locked then
      access.items[one.text] = nil
      again[#again + 1] = one.key
    end
  end
  if again[1] then access:fetch(again) end
end

-- All that the jobs are known to need, in one round trip; locks first, and
-- in an order that is the same for everybody.
local function load(access, reads)
  local list, take = {}, {}
  local function add(one, use)
    list[#list + 1] = one
    take[#list] = use
  end
  for _, one in ipairs(reads.subjects) do
    lock(access, list, "subject", one.account, one.flow, one.subject)
  end
  local ids = unique_ids(reads.ids)
  for _, one in ipairs(ids) do
    lock(access, list, "id", one.account, one.flow, one.id)
  end
  for _, one in ipairs(ids) do
    lock(access, list, "event", one.account, one.flow, one.id)
  end
  local items, found = unique_items(reads.items), {}
  for i, one in ipairs(items) do
    found[i] = { is_locked = not locks_items(access) }
    if locks_items(access) then
      add(of_item(LOCK_ITEM, one.key), function(result)
        found[i].is_locked = result[1] ~= nil
      end)
    end
  end
  for i, one in ipairs(items) do
    add(of_item(ITEM, one.key), function(result)
      found[i].entries = entries_of(result)
    end)
  end
  for _, one in ipairs(ids) do
    add(of_id(OWNER, one, one.id), function(result)
      access.owners[one.name] = result
    end)
    add(of_id(EVENTS, one, one.id), function(result)
      access.known_events[one.name] = events_of(result)
    end)
  end
  local names, seen = {}, {}
  for _, name in ipairs(reads.values) do
    if not seen[name] then names[#names + 1] = name end
    seen[name] = true
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local text = VALUE .. (locks_items(access) and " FOR UPDATE" or "")
    add(statement(text, name), function(result)
      access.values[name] = result[1] or false
    end)
  end
  add(statement(access.dialect.STATE), function(result)
    access.state = result[1]
  end)
  local results = access.tx:run_all(list)
  for i, use in pairs(take) do
    use(results[i])
  end
  read_items(access, items, found)
end

local function query(access, text, ...)
  return access.tx:run(text, ...)
end

--- Of the database's own clock, where there is one for all.
function Access:times(clocks)
  local now = self.store.clock and self.store.clock()
    or self.state.now and read.time(self.state.now)
  return clock.read(clocks, self.dialect.HAS_CLOCK and now or nil)
end

--- Reads several items in one round trip.
function Access:fetch(list)
  local missing = {}
  for _, one in ipairs(unique_items(list)) do
    if not self.items[one.text] then missing[#missing + 1] = one end
  end
  local ask = {}
  if locks_items(self) then
    for i, one in ipairs(missing) do
      ask[i] = of_item(LOCK_ITEM, one.key)
    end
  end
  local head = #ask
  for i, one in ipairs(missing) do
    ask[head + i] = of_item(ITEM, one.key)
  end
  if not ask[1] then return end
  local results, found = self.tx:run_all(ask), {}
  for i in ipairs(missing) do
    found[i] = {
      entries = entries_of(results[head + i]),
      is_locked = head == 0 or results[i][1] ~= nil,
    }
  end
  read_items(self, missing, found)
end

function Access:item(key)
  local text = keys.text(key)
  if not self.items[text] then self:fetch { key } end
  return self.items[text]
end

-- Whoever writes beside a plan that is open keeps it open meanwhile.
function Access:plan_is_open(token)
  local tail = locks_items(self) and " FOR SHARE" or ""
  local found = query(
    self,
    "SELECT 1 AS found FROM luapay_plans WHERE token = $1 AND is_open = 1"
      .. tail,
    token
  )
  return found[1] ~= nil
end

function Access:plan_is_done(token)
  return query(
    self,
    "SELECT 1 AS found FROM luapay_plans WHERE token = $1 AND is_open = 0",
    token
  )[1] ~= nil
end

function Access:open_plans(book)
  local found = query(
    self,
    "SELECT token FROM luapay_plans "
      .. "WHERE flow = $1 AND account = $2 AND run = $3 AND is_open = 1",
    book.flow,
    book.account,
    book.run
  )
  local list = {}
  for i, row in ipairs(found) do
    list[i] = row.token
  end
  return list
end

-- A condition that grows, with the values that it needs.
local Condition = {}
Condition.__index = Condition

local function condition(...)
  local self = setmetatable({ parts = {}, n = 0 }, Condition)
  for i = 1, select("#", ...), 2 do
    local text, value = select(i, ...)
    if value ~= nil then self:add(text, value) end
  end
  return self
end

--- `text` has a `?` for each value.
function Condition:add(text, ...)
  local values, i = { ... }, 0
  self.parts[#self.parts + 1] = text:gsub("%?", function()
    i = i + 1
    self.n = self.n + 1
    self[self.n + 1] = values[i]
    return "$" .. self.n
  end)
end

function Condition:select(access, head, tail)
  self[1] = head .. table.concat(self.parts, " AND ") .. (tail or "")
  return access.tx:run_all({ self })[1]
end

local function of_book(book, given)
  return condition(
    "flow = ?",
    book.flow,
    "account = ?",
    book.account,
    "run = ?",
    given.run,
    "step = ?",
    given.step,
    "reference = ?",
    given.reference,
    "id > ?",
    write.int(given.after or 0)
  )
end

local NOT_OPEN_PLAN = "(plan IS NULL OR NOT EXISTS (SELECT 1 "
  .. "FROM luapay_plans p WHERE p.token = plan AND p.is_open = 1))"

local function in_order(limit)
  return limit and (BY_ID .. " LIMIT %d"):format(limit) or BY_ID
end

-- Rows that another worker is at are left to it.
local function with_skip(access, limit)
  local skip = access.only_reads and "" or access.dialect.SKIP_LOCKED
  return in_order(limit) .. skip
end

-- As it stands in an index: SQLite knows no other spelling of it.
local WORK = "state IN ('planned', 'sent', 'unknown')"

function Access:planned(book, given)
  local where = of_book(book, given)
  where:add(WORK)
  where:add "state = 'planned'"
  if given.plan then where:add("plan = ?", given.plan) end
  if not given.any_plan then where:add(NOT_OPEN_PLAN) end
  return stubs_of(where:select(self, STUBS, with_skip(self, given.limit)))
end

function Access:open_entries(book, given)
  local times, where = given.times, of_book(book, given)
  where:add(WORK)
  where:add "state <> 'planned'"
  where:add(
    "(lease_until IS NULL OR lease_clock <> ? OR lease_until <= ?)",
    times.lease_clock,
    write.time(times.lease_now)
  )
  if not given.early then
    where:add(
      "(due_until IS NULL OR lease_clock <> ? OR due_until <= ?)",
      times.lease_clock,
      write.time(times.lease_now)
    )
  end
  return stubs_of(where:select(self, STUBS, with_skip(self, given.limit)))
end

local IS_OPEN = {
  planned = true,
  sent = true,
  pending = true,
  unknown = true,
  parked = true,
}

local function add_one_of(where, column, values)
  if not values[1] then return where:add "1 = 0" end
  local unpack = table.unpack or unpack
  where:add(
    ("%s IN (%s)"):format(column, ("?, "):rep(#values):sub(1, -3)),
    unpack(values)
  )
end

local function add_states(where, states)
  local open = true
  for _, state in ipairs(states) do
    open = open and IS_OPEN[state]
  end
  add_one_of(where, "item_state", states)
  if open and states[1] then where:add "item_ended = 0" end
end

function Access:mains(book, given)
  local where = of_book(book, given)
  where:add "main = 1"
  where:add(("(state <> 'planned' OR %s)"):format(NOT_OPEN_PLAN))
  if given.states then add_states(where, given.states) end
  if given.money then add_one_of(where, "item_money", given.money) end
  if given.needs_person ~= nil then
    where:add("item_person = " .. write.flag(given.needs_person))
  end
  if given.ended ~= nil then
    where:add("item_ended = " .. write.flag(given.ended))
  end
  return stubs_of(where:select(self, STUBS, in_order(given.limit)))
end

--- The flows that have anything in this journal, in order.
function Access:flows()
  local list, after = {}, ""
  while true do
    local row = query(
      self,
      "SELECT MIN(flow) AS flow FROM luapay_sums WHERE flow > $1",
      after
    )[1]
    if not (row and row.flow) then return list end
    list[#list + 1], after = row.flow, row.flow
  end
end

--- Main entries of items that have ended, the oldest first: those that can be
--- purged, or those of which all may go. Another worker's are left to it.
function Access:ended(given)
  local where = condition(
    "flow = ?",
    given.flow,
    "item_ended_at < ?",
    write.time(given.before)
  )
  if given.wholly then
    where:add "item_ended = 1 AND item_purgeable = 0 AND item_person = 0"
  else
    where:add "item_purgeable = 1"
  end
  return stubs_of(
    where:select(
      self,
      STUBS,
      (" ORDER BY item_ended_at LIMIT %d"):format(given.limit)
        .. self.dialect.SKIP_LOCKED
    )
  )
end

function Access:subject(book, subject)
  local found = query(
    self,
    STUBS .. "subject = $1 AND flow = $2 AND account = $3" .. BY_ID,
    subject,
    book.flow,
    book.account
  )
  return stubs_of(found)
end

function Access:bearer(book, id)
  local found = query(
    self,
    OWNER .. " ORDER BY main DESC, luapay_entries.id LIMIT 1",
    id,
    book.flow,
    book.account
  )
  return stubs_of(found)[1]
end

function Access:owner(item, id)
  local name = name_of_id(item, id)
  if not self.owners[name] then
    local list = {}
    lock(self, list, "id", item.account, item.flow, id)
    list[#list + 1] = of_id(OWNER, item, id)
    self.owners[name] = self.tx:run_all(list)[#list]
  end
  local found = self.owners[name]
  for _, row in ipairs(found) do
    if row.reference ~= item.reference or row.run ~= item.run then
      return row.reference, row.run
    end
  end
  return nil
end

function Access:named(book, id)
  local found = query(
    self,
    STUBS .. "external_id = $1 AND flow = $2 AND account = $3" .. BY_ID,
    id,
    book.flow,
    book.account
  )
  local list, seen = {}, {}
  for _, stub in ipairs(stubs_of(found)) do
    local text = keys.text(stub)
    if not seen[text] then list[#list + 1] = stub end
    seen[text] = true
  end
  return list
end

function Access:events(book, id)
  local name = name_of_id(book, id)
  if not self.known_events[name] then
    local list = {}
    lock(self, list, "event", book.account, book.flow, id)
    list[#list + 1] = of_id(EVENTS, book, id)
    self.known_events[name] = events_of(self.tx:run_all(list)[#list])
  end
  return self.known_events[name]
end

local function value_of(access, name)
  if access.values[name] == nil then
    local text = VALUE .. (locks_items(access) and " FOR UPDATE" or "")
    access.values[name] = query(access, text, name)[1] or false
  end
  return access.values[name]
end

function Access:value(name)
  local row = value_of(self, name)
  return row and row.value or nil
end

function Access:mark_of_value(name)
  local row = value_of(self, name)
  return row and row.op or nil
end

local function sums_of(result)
  for _, sum in ipairs(result) do
    sum.count = read.int(sum.count)
    sum.needs_person = read.flag(sum.needs_person)
    sum.ended = read.flag(sum.ended)
  end
  return result
end

function Access:sums(filter)
  local where = condition(
    "flow = ?",
    filter.flow,
    "account = ?",
    filter.account,
    "run = ?",
    filter.run
  )
  where:add "plan = ''"
  local found =
    where:select(self, self.dialect.SELECT_SUMS, self.dialect.GROUP_SUMS)
  local list = {}
  for _, sum in ipairs(sums_of(found)) do
    if sum.count ~= 0 then list[#list + 1] = sum end
  end
  return list
end

-- Nobody adds to a plan, or takes from it, while it ends.
function Access:sums_of_plan(token)
  if locks_items(self) then
    query(
      self,
      "SELECT 1 AS locked FROM luapay_plans WHERE token = $1 FOR UPDATE",
      token
    )
  end
  local where = condition("plan = ?", token)
  return sums_of(
    where:select(self, self.dialect.SELECT_SUMS, self.dialect.GROUP_SUMS)
  )
end

local NOTES = "SELECT account, flow, run, reference, step, verb, who, why, "
  .. "before, after, CAST(at AS TEXT) AS at FROM luapay_settlements "

local function notes_of(result)
  for _, note in ipairs(result) do
    note.before, note.after = read.json(note.before), read.json(note.after)
    note.at = read.time(note.at)
  end
  return result
end

function Access:notes(key)
  local found = query(
    self,
    NOTES
      .. "WHERE reference = $1 AND flow = $2 AND account = $3 AND run = $4 "
      .. "ORDER BY luapay_settlements.id",
    key.reference,
    key.flow,
    key.account,
    key.run
  )
  return notes_of(found)
end

function Access:last_notes(limit)
  local order = "ORDER BY luapay_settlements.id DESC LIMIT %d"
  return notes_of(query(self, NOTES .. order:format(limit)))
end

-- What a transaction writes: a list of statements for one round trip, and
-- what is to be done with the result of some of them.

local function add_entries(access, writes, list, take)
  for _, entry in ipairs(writes.removed) do
    list[#list + 1] = statement(
      "DELETE FROM luapay_entries WHERE id = $1",
      write.int(entry.id)
    )
  end
  for _, one in ipairs(writes.added) do
    list[#list + 1] = rows.insert(one.entry)
    take[#list] = function(result)
      local id = read.int(result[1].id)
      one.entry.id = id
      access.written = math.max(access.written or 0, id)
      for _, made in ipairs(one.made or {}) do
        made.id = id
      end
    end
  end
  for _, one in ipairs(writes.changed) do
    list[#list + 1] = rows.update(one.entry, one.base)
    take[#list] = function(result)
      if result.affected ~= 1 then
        error("journal: an entry was changed without being locked", 0)
      end
    end
  end
end

local ADD_SUM = "INSERT INTO luapay_sums (account, flow, run, plan, state, "
  .. "money, needs_person, ended, currency, shard, count, sum) "
  .. "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
  .. "ON CONFLICT (flow, account, run, plan, state, money, needs_person, "
  .. "ended, currency, shard) DO UPDATE SET count = "

local GET_SUM = "SELECT CAST(count AS TEXT) AS count, sum FROM luapay_sums "
  .. "WHERE account = $1 AND flow = $2 AND run = $3 AND plan = $4 "
  .. "AND state = $5 AND money = $6 AND needs_person = $7 AND ended = $8 "
  .. "AND currency = $9"

local function names_of_sum(sum)
  return sum.account,
    sum.flow,
    sum.run,
    sum.plan,
    sum.state,
    sum.money,
    write.flag(sum.needs_person),
    write.flag(sum.ended),
    sum.currency
end

-- A database without exact decimals of any length has nobody beside us: its
-- sums are read and written.
local function add_sums(access, writes, list)
  local dialect = access.dialect
  for _, sum in ipairs(writes.sums) do
    local count, amount = sum.count, sum.sum
    local text = ADD_SUM
    if dialect.ADDS_EXACTLY then
      text = text
        .. "luapay_sums.count + excluded.count, "
        .. "sum = luapay_sums.sum + excluded.sum"
    else
      local known = query(access, GET_SUM, names_of_sum(sum))[1]
      if known then
        count = count + read.int(known.count)
        amount = decimal.add(amount, known.sum)
      end
      text = text .. "excluded.count, sum = excluded.sum"
    end
    local one = statement(text, names_of_sum(sum))
    one[11], one[12], one[13] =
      dialect.ADDS_EXACTLY and access.store.shard or "0",
      write.int(count),
      amount
    one.n = 12
    list[#list + 1] = one
  end
end

local function add_notes(writes, list)
  for _, note in ipairs(writes.notes) do
    list[#list + 1] = statement(
      "INSERT INTO luapay_settlements (account, flow, run, reference, step, "
        .. "verb, who, why, before, after, at) "
        .. "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      note.account,
      note.flow,
      note.run,
      note.reference,
      note.step,
      note.verb,
      note.who,
      note.why,
      write.json(note.before),
      write.json(note.after),
      write.time(note.at)
    )
  end
end

local function add_events(writes, list)
  for id in pairs(writes.events_taken) do
    list[#list + 1] = statement("DELETE FROM luapay_events WHERE id = $1", id)
  end
  for _, kept in ipairs(writes.events_kept) do
    list[#list + 1] = statement(
      "INSERT INTO luapay_events (account, flow, about, event, at) "
        .. "VALUES ($1, $2, $3, $4, $5)",
      kept.account,
      kept.flow,
      kept.id,
      write.json(kept.event),
      write.time(kept.at)
    )
  end
end

-- Where two add the same key at once, one of them meets the other's, and
-- its transaction is run again.
local function add_values(access, writes, list)
  local names = {}
  for name in pairs(writes.values) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local value = writes.values[name]
    local at = write.time(writes.at)
    local known = value_of(access, name)
    if value and known then
      list[#list + 1] = statement(
        "UPDATE luapay_keys SET value = $1, op = $2, at = $3 WHERE key = $4",
        value,
        writes.op,
        at,
        name
      )
    elseif value then
      list[#list + 1] = statement(
        "INSERT INTO luapay_keys (key, value, op, at) "
          .. "VALUES ($1, $2, $3, $4)",
        name,
        value,
        writes.op,
        at
      )
    elseif known then
      list[#list + 1] =
        statement("DELETE FROM luapay_keys WHERE key = $1", name)
    end
  end
end

local statements = {}

function statements.begin_plan(_, given)
  return {
    statement(
      "INSERT INTO luapay_plans (token, account, flow, run, is_open, at) "
        .. "VALUES ($1, $2, $3, $4, 1, $5)",
      given.token,
      given.account,
      given.flow,
      given.run,
      write.time(given.at)
    ),
  }
end

local function forget_sums(token)
  return statement("DELETE FROM luapay_sums WHERE plan = $1", token)
end

function statements.end_plan(_, given)
  return {
    forget_sums(given.token),
    statement(
      "UPDATE luapay_plans SET is_open = 0 WHERE token = $1",
      given.token
    ),
  }
end

function statements.drop_plan(_, given)
  return {
    forget_sums(given.token),
    statement("DELETE FROM luapay_plans WHERE token = $1", given.token),
  }
end

function statements.forget_values(_, given)
  return {
    statement(
      "DELETE FROM luapay_keys WHERE at < $1",
      write.time(given.before)
    ),
  }, function(result)
    given.forgotten = result.affected
  end
end

function statements.forget_events(_, given)
  return {
    statement(
      "DELETE FROM luapay_events "
        .. "WHERE flow = $1 AND account = $2 AND at < $3",
      given.flow,
      given.account,
      write.time(given.before)
    ),
    statement(
      "DELETE FROM luapay_events WHERE flow = $1 AND account = $2 "
        .. "AND id <= (SELECT id FROM luapay_events "
        .. "WHERE flow = $3 AND account = $4 ORDER BY luapay_events.id DESC "
        .. ("LIMIT 1 OFFSET %d)"):format(given.most - 1),
      given.flow,
      given.account,
      given.flow,
      given.account
    ),
  }
end

-- From here on commits are counted, also beside the database.
local function begin_count(access)
  if not access.dialect.COUNTS_COMMITS then return end
  local driver = access.store.driver
  local counted = driver:known_count()
  if not counted then driver:begin_count() end
  access.commits = math.max(access.commits, counted or 0)
end

function statements.purge_rest(_, given)
  return {
    statement(
      "DELETE FROM luapay_plans WHERE is_open = 0 AND at < $1",
      write.time(given.before)
    ),
    given.forget and statement(
      "DELETE FROM luapay_settlements WHERE at < $1",
      write.time(given.forget)
    ),
  }
end

function statements.restored(access, given)
  begin_count(access)
  return {
    statement(
      "INSERT INTO luapay_restorations (database, since, who, at) "
        .. "VALUES ($1, $2, $3, $4)",
      access.state.database,
      write.time(given.since),
      given.who,
      write.time(given.at)
    ),
    statement(
      "UPDATE luapay_schema SET database = $1, restored_since = $2",
      access.identity,
      not given.complete and write.time(given.since) or nil
    ),
  }
end

function statements.notice(access)
  begin_count(access)
  return {
    statement("UPDATE luapay_schema SET database = $1", access.identity),
  }
end

-- What one worker has noticed, all know from here on.
function statements.tell()
  return {
    statement(
      "UPDATE luapay_schema SET database = $1",
      "put back, as a worker has noticed"
    ),
  }
end

local NOTHING = {
  "removed",
  "added",
  "changed",
  "notes",
  "events_kept",
  "events_taken",
  "values",
  "sums",
}

-- All that is written: what was decided, and what was noticed.
local function with_notices(access, writes)
  local name = access.is_new and writes and "notice"
    or access.has_gone_back and not access.only_reads and "tell"
  if not name then return writes end
  writes = writes or { statements = {} }
  for _, list in ipairs(NOTHING) do
    writes[list] = writes[list] or {}
  end
  table.insert(writes.statements, { name = name })
  return writes
end

local function write_all(access, writes)
  local list, take = {}, {}
  for _, one in ipairs(writes.statements) do
    local more, use = statements[one.name](access, one)
    for _, text in ipairs(more) do
      list[#list + 1] = text
    end
    if use then take[#list] = use end
  end
  add_entries(access, writes, list, take)
  add_notes(writes, list)
  add_events(writes, list)
  add_values(access, writes, list)
  add_sums(access, writes, list)
  if access.dialect.COUNTS_COMMITS then
    access.commits = access.commits + 1
    list[#list + 1] = statement(
      "UPDATE luapay_schema SET commits = $1",
      write.int(access.commits)
    )
  end
  local results = access.tx:last(list)
  for i, use in pairs(take) do
    use(results[i])
  end
end

local IS_BEHIND = "the file lacks commits that were counted beside it "
  .. "(-count), or that count is gone: it was restored, copied, moved, or has "
  .. "lost its -wal. Entries may be missing; when you know since when, call "
  .. "journal:restored"

local WENT_BACK = "the database lacks entries that this worker has written "
  .. "to it: it was put back to what it was before. When you know since when, "
  .. "call journal:restored"

local RESTORED = "the database is not the one that this journal was written "
  .. "to: restored from a backup, copied, or failed over. Entries may be "
  .. "missing; when you know since when, call journal:restored"

-- Whether it knows of fewer commits than were counted outside of it.
local function is_behind(access)
  if not access.dialect.COUNTS_COMMITS then return false end
  local counted = access.store.driver:known_count()
  if not counted then return access.state.database ~= nil end
  return access.commits < counted
end

-- Whether it lacks what this process has written to it. Since a person has
-- said that they know, only what was written after that counts.
local function has_gone_back(access)
  local store, state = access.store, access.state
  local known = tonumber(state.restorations or 0)
  if known > (store.restorations or 0) then store.written = nil end
  local less = known < (store.restorations or 0)
  store.restorations = math.max(known, store.restorations or 0)
  local last = tonumber(state.last_id)
  return less or (last and last < (store.written or 0)) or false
end

-- Whether entries may be missing: the database is another one, or went back
-- in time, and nobody has said yet that they know.
local function notice(access)
  local state, store = access.state, access.store
  local identity = store.driver.identity and store.driver:identity()
    or state.identity
  access.identity = identity
  access.restored_since = state.restored_since
    and read.time(state.restored_since)
  access.commits = read.int(state.commits)
  if is_behind(access) then
    access.nothing_may_be_sent = IS_BEHIND
  elseif has_gone_back(access) then
    access.nothing_may_be_sent, access.has_gone_back = WENT_BACK, true
  elseif not state.database then
    access.is_new = true
  elseif state.database ~= identity then
    local is_harmless =
      store.dialect.is_harmless(store.options, state.database, identity)
    access.nothing_may_be_sent = not is_harmless and RESTORED or nil
    access.is_new = not access.nothing_may_be_sent
  end
end

-- What will never do is not tried again.
local AGAIN = {
  ["23505"] = true, -- another transaction has added the same at once
  ["40001"] = true,
  ["40P01"] = true,
  ["55P03"] = true,
  ["25006"] = true,
}

local function acted_upon(problem)
  if problem.is_final == nil and problem.reason == "server" then
    local state = tostring(problem.sqlstate)
    problem.is_final = not (AGAIN[state] or state:find "^5[37]")
  end
  return problem
end

local EMPTIED = {
  reason = "schema",
  is_final = true,
  message = "its tables have been emptied: what it knew of is lost",
}

local ANOTHER = {
  reason = "schema",
  is_final = true,
  message = "its tables are those of another journal than the one that was "
    .. "opened: stop, see what has become of that, and open it anew",
}

local Store = {}
Store.__index = Store

--- All or nothing, and durable when it returns: see memory.lua.
function Store:transact(reads, decide, options)
  local now, commits, written = core.now(), nil, nil
  local good, problem = self.driver:transaction(function(tx)
    local access = setmetatable({
      tx = tx,
      store = self,
      dialect = self.dialect,
      only_reads = options and options.only_reads,
      items = {},
      values = {},
      known_events = {},
      owners = {},
    }, Access)
    load(access, reads)
    if not access.state then return nil, EMPTIED end
    self.made_at = self.made_at or access.state.made_at
    if self.made_at ~= access.state.made_at then return nil, ANOTHER end
    notice(access)
    local writes = with_notices(access, decide(access))
    if writes then write_all(access, writes) end
    commits, written = access.commits, access.written
    return true
  end, {
    only_reads = options and options.only_reads,
    deadline = options
      and options.deadline
      and now + math.max(0.05, options.deadline - core.boottime()),
  })
  if not good then return nil, acted_upon(problem) end
  if commits then self.driver:note_count(commits) end
  if written then self.written = math.max(written, self.written or 0) end
  return true
end

local IN_DOUBT = "the database was restored or has failed over: what the "
  .. "journal does not know is asked about before it is sent; when all has "
  .. "been looked up, call journal:restored with complete = true"

--- What somebody who opens it should know, or nil.
---@async
---@return string? warning
function Store:warning()
  local warning
  self.driver:transaction(function(tx)
    local dialect = self.dialect
    local access =
      { tx = tx, store = self, dialect = dialect, only_reads = true }
    access.state = tx:run(dialect.STATE)[1]
    self.made_at = access.state.made_at
    notice(access)
    warning = access.nothing_may_be_sent
      or access.restored_since and IN_DOUBT
      or dialect.warning and dialect.warning(self.options, tx)
      or nil
    return true
  end, { only_reads = true })
  return warning
end

--- A copy of all of it in a new file, as it is at one moment.
---@param path string
---@return true?
---@return table? problem
function Store:backup(path)
  if self.driver.backup then return self.driver:backup(path) end
  return nil,
    {
      is_final = true,
      message = "use the database's own means (pg_dump), which are right "
        .. "while workers run",
    }
end

function Store:close()
  self.driver:close()
end

-- The tables, on each new connection. Only who opens the journal makes them:
-- where they are gone later, what they knew of is lost.
local function prepare(dialect, options, opening)
  return function(tx)
    if dialect.LOCK_SCHEMA then tx:run(dialect.LOCK_SCHEMA) end
    local problem = schema.prepare(tx, dialect, options, opening.may_make)
    if not problem then return true end
    return nil, { reason = "schema", is_final = true, message = problem }
  end
end

--- Opens a store.
---@param made table sqlite.lua or postgres.lua
---@param dialect table its words
---@param options table checked
---@param clocks? luapay.journal.Clock replaced ones
---@return table? store
---@return table? problem
function sql.open(made, dialect, options, clocks)
  local opening = { may_make = true }
  local driver, problem =
    made.open(options, prepare(dialect, options, opening))
  if not driver then return nil, problem end
  opening.may_make = false
  return setmetatable({
    driver = driver,
    dialect = dialect,
    options = options,
    clock = dialect.HAS_CLOCK and clocks and clocks.wall,
    shard = ("%d"):format(
      tonumber(core.fingerprint(options.worker or ""):sub(1, 1), 16)
    ),
  }, Store)
end

return sql
