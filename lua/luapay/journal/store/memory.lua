-- A store of the journal that forgets everything when the process ends: for
-- specs. It shows what a store is. `transact(reads, decide, options)` calls
-- `decide(access)` once, and writes what that returns, all or nothing; it
-- returns true, or nil and a problem { message, reason, phase, is_final }.
-- `phase` is "committing" where it is unknown whether it was written.

local clock = require "luapay.journal.clock"
local decimal = require "luapay.decimal"
local keys = require "luapay.journal.keys"

local Store = {}
local memory = { Store = Store }
Store.__index = Store

local function copy(value)
  if type(value) ~= "table" then return value end
  local twin = {}
  for name, field in pairs(value) do
    twin[name] = copy(field)
  end
  return twin
end

local function copies(list)
  local found = {}
  for i, one in ipairs(list) do
    found[i] = copy(one)
  end
  return found
end

-- The access that a transaction has: the store itself.

function Store.times(_, clocks)
  return clock.read(clocks)
end

--- Several items will be read.
function Store.fetch() end

function Store:item(key)
  return copies(self.items[keys.text(key)] or {})
end

-- Entries in the order of their ids, from `after` on, until enough fit.
local function scan(store, book, given, fits)
  local found = {}
  for id = (given.after or 0) + 1, store.last do
    if #found >= (given.limit or math.huge) then break end
    local entry = store.entries[id]
    if
      entry
      and (not book.account or entry.account == book.account)
      and (not book.flow or entry.flow == book.flow)
      and (not given.run or entry.run == given.run)
      and (not given.step or entry.step == given.step)
      and (not given.reference or entry.reference == given.reference)
      and fits(entry)
    then
      found[#found + 1] = copy(entry)
    end
  end
  return found
end

function Store:plan_is_open(token)
  return self.plans[token] ~= nil and self.plans[token].is_open
end

function Store:plan_is_done(token)
  return self.plans[token] ~= nil and not self.plans[token].is_open
end

function Store:open_plans(book)
  local found = {}
  for token, plan in pairs(self.plans) do
    if
      plan.is_open
      and plan.account == book.account
      and plan.flow == book.flow
      and plan.run == book.run
    then
      found[#found + 1] = token
    end
  end
  return found
end

function Store:planned(book, given)
  return scan(self, book, given, function(entry)
    return entry.state == "planned"
      and (not given.plan or entry.plan == given.plan)
      and (
        given.any_plan
        or not entry.plan
        or not self:plan_is_open(entry.plan)
      )
  end)
end

function Store:open_entries(book, given)
  return scan(self, book, given, function(entry)
    return entry.state == "sent" or entry.state == "unknown"
  end)
end

local function has(list, value)
  for _, one in ipairs(list) do
    if one == value then return true end
  end
  return false
end

function Store:mains(book, given)
  return scan(self, book, given, function(entry)
    local said = entry.summary
    if not entry.main then return false end
    if
      entry.state == "planned"
      and entry.plan
      and self:plan_is_open(entry.plan)
    then
      return false
    end
    for _, flag in ipairs { "needs_person", "ended" } do
      local wanted = given[flag]
      if wanted ~= nil and said[flag] ~= wanted then return false end
    end
    return (not given.states or has(given.states, said.state))
      and (not given.money or has(given.money, said.money))
  end)
end

function Store:flows()
  local list, seen = {}, {}
  for _, sum in pairs(self.kept_sums) do
    if not seen[sum.flow] then list[#list + 1] = sum.flow end
    seen[sum.flow] = true
  end
  table.sort(list)
  return list
end

function Store:ended(given)
  local found = {}
  for id = 1, self.last do
    if #found >= given.limit then break end
    local entry = self.entries[id]
    local said = entry and entry.flow == given.flow and entry.summary
    if
      said
      and said.ended
      and not said.needs_person
      and said.purgeable ~= given.wholly
      and said.ended_at < given.before
    then
      found[#found + 1] = copy(entry)
    end
  end
  return found
end

function Store:subject(book, subject)
  return scan(self, book, {}, function(entry)
    return entry.subject == subject
  end)
end

function Store:bearer(book, id)
  return scan(self, book, { limit = 1 }, function(entry)
    return entry.provider_id == id
  end)[1]
end

function Store:owner(item, id)
  local found = scan(self, item, { limit = 1 }, function(entry)
    local same = entry.run == item.run and entry.reference == item.reference
    return entry.provider_id == id and not same
  end)[1]
  if found then return found.reference, found.run end
  return nil
end

function Store:named(book, id)
  local found, seen = {}, {}
  for _, entry in
    ipairs(scan(self, book, {}, function(entry)
      return entry.external_id == id
    end))
  do
    local text = keys.text(entry)
    if not seen[text] then found[#found + 1] = entry end
    seen[text] = true
  end
  return found
end

function Store:events(book, id)
  local found = {}
  for _, event in ipairs(self.kept_events) do
    if
      event.account == book.account
      and event.flow == book.flow
      and event.about == id
    then
      found[#found + 1] = { id = event.id, event = copy(event.event) }
    end
  end
  return found
end

function Store:value(key)
  return self.values[key] and self.values[key].value
end

function Store:mark_of_value(key)
  return self.values[key] and self.values[key].op
end

function Store:sums(filter)
  local found = {}
  for _, sum in pairs(self.kept_sums) do
    local fits = sum.plan == "" and sum.count ~= 0
    for name, value in pairs(filter) do
      fits = fits and sum[name] == value
    end
    if fits then found[#found + 1] = copy(sum) end
  end
  table.sort(found, function(a, b)
    return keys.of_sum(a) < keys.of_sum(b)
  end)
  return found
end

function Store:sums_of_plan(token)
  local found = {}
  for _, sum in pairs(self.kept_sums) do
    if sum.plan == token then found[#found + 1] = copy(sum) end
  end
  return found
end

function Store:notes(key)
  local found, text = {}, keys.text(key)
  for _, note in ipairs(self.settlements) do
    if keys.text(note) == text then found[#found + 1] = copy(note) end
  end
  return found
end

--- The newest notes of all items, newest first.
function Store:last_notes(limit)
  local found = {}
  for i = #self.settlements, 1, -1 do
    if #found >= limit then break end
    found[#found + 1] = copy(self.settlements[i])
  end
  return found
end

-- Writing.

local function stored(entry)
  local kept = copy(entry)
  kept.send_by, kept.due_at = nil, nil
  return kept
end

local function replace(store, entry)
  local kept, list = stored(entry), store.items[keys.text(entry)]
  store.entries[entry.id] = kept
  for i, known in ipairs(list) do
    if known.id == entry.id then list[i] = kept end
  end
end

local function insert(store, one)
  store.last = store.last + 1
  one.entry.id = store.last
  for _, made in ipairs(one.made or {}) do
    made.id = store.last
  end
  local text = keys.text(one.entry)
  local list = store.items[text] or {}
  store.items[text] = list
  list[#list + 1] = stored(one.entry)
  store.entries[store.last] = list[#list]
end

local function remove(store, entry)
  local text = keys.text(entry)
  local list = store.items[text]
  for i, known in ipairs(list) do
    if known.id == entry.id then table.remove(list, i) end
  end
  if not list[1] then store.items[text] = nil end
  store.entries[entry.id] = nil
end

local function add_sum(store, sum)
  local name = keys.of_sum(sum)
  local kept = store.kept_sums[name]
  if not kept then
    store.kept_sums[name] = copy(sum)
    return
  end
  kept.count = kept.count + sum.count
  kept.sum = decimal.add(kept.sum, sum.sum)
end

local statements = {}

function statements.begin_plan(store, given)
  store.plans[given.token] = {
    is_open = true,
    account = given.account,
    flow = given.flow,
    run = given.run,
    at = given.at,
  }
end

function statements.end_plan(store, given)
  store.plans[given.token].is_open = false
  for name, sum in pairs(store.kept_sums) do
    if sum.plan == given.token then store.kept_sums[name] = nil end
  end
end

function statements.drop_plan(store, given)
  store.plans[given.token] = nil
  for name, sum in pairs(store.kept_sums) do
    if sum.plan == given.token then store.kept_sums[name] = nil end
  end
end

function statements.purge_rest(store, given)
  for token, plan in pairs(store.plans) do
    if not plan.is_open and plan.at < given.before then
      store.plans[token] = nil
    end
  end
  for i = #store.settlements, 1, -1 do
    if given.forget and store.settlements[i].at < given.forget then
      table.remove(store.settlements, i)
    end
  end
end

function statements.forget_values(store, given)
  local count = 0
  for key, value in pairs(store.values) do
    if value.at < given.before then
      store.values[key], count = nil, count + 1
    end
  end
  given.forgotten = count
end

function statements.forget_events(store, given)
  local kept, count = store.kept_events, 0
  for i = #kept, 1, -1 do
    local event = kept[i]
    if event.account == given.account and event.flow == given.flow then
      count = count + 1
      if count > given.most or event.at < given.before then
        table.remove(kept, i)
      end
    end
  end
end

local function write(store, writes)
  for _, entry in ipairs(writes.removed) do
    remove(store, entry)
  end
  for _, one in ipairs(writes.added) do
    insert(store, one)
  end
  for _, one in ipairs(writes.changed) do
    replace(store, one.entry)
  end
  for _, sum in ipairs(writes.sums) do
    add_sum(store, sum)
  end
  for _, note in ipairs(writes.notes) do
    store.settlements[#store.settlements + 1] = copy(note)
  end
  for i = #store.kept_events, 1, -1 do
    if writes.events_taken[store.kept_events[i].id] then
      table.remove(store.kept_events, i)
    end
  end
  for _, kept in ipairs(writes.events_kept) do
    store.last_event = store.last_event + 1
    store.kept_events[#store.kept_events + 1] = {
      id = store.last_event,
      account = kept.account,
      flow = kept.flow,
      about = kept.id,
      event = copy(kept.event),
      at = kept.at,
    }
  end
  for key, value in pairs(writes.values) do
    store.values[key] = value
        and { value = value, at = writes.at, op = writes.op }
      or nil
  end
  for _, statement in ipairs(writes.statements) do
    statements[statement.name](store, statement)
  end
end

--- All or nothing, and nobody else meanwhile.
---@param _ table what is to be read: here it is all at hand
---@param decide fun(access: table): table?
---@return true?
---@return table? problem
function Store:transact(_, decide)
  local writes = decide(self)
  if writes then write(self, writes) end
  return true
end

function Store:close() end

--- Makes a store. Several journals may share one, as machines a database.
---@return table
function memory.new()
  return setmetatable({
    items = {},
    entries = {},
    plans = {},
    kept_sums = {},
    settlements = {},
    kept_events = {},
    values = {},
    last = 0,
    last_event = 0,
  }, Store)
end

return memory
