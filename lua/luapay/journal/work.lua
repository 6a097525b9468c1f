-- What one transaction reads and writes: the items that its jobs change,
-- each read once; and, beside them, the sums that are kept of all items. It
-- is made anew each time that a transaction is tried.

local clock = require "luapay.journal.clock"
local decimal = require "luapay.decimal"
local entries = require "luapay.journal.entry"
local fault = require "luapay.fault"
local items = require "luapay.journal.item"
local keys = require "luapay.journal.keys"

local Work = {}
Work.__index = Work

-- What an item counts for in the kept sums; nil when there is no item.
-- A planned item whose plan is still being written counts for that plan.
local function share_of(main, work)
  local summary = main and main.summary
  if not summary then return nil end
  local plan = main.state == "planned" and main.plan
  return {
    account = main.account,
    flow = main.flow,
    run = main.run,
    plan = plan and work:plan_is_open(plan) and plan or "",
    state = summary.state,
    money = summary.money,
    needs_person = summary.needs_person,
    ended = summary.ended,
    currency = main.currency or "",
    sum = main.currency and summary.sum or "0",
  }
end

local function move_sum(work, share, count, sign)
  local key = keys.of_sum(share)
  local sum = work.sums[key]
  if not sum then
    sum = entries.copy(share)
    sum.count, sum.sum = 0, "0"
    work.sums[key] = sum
  end
  local combine = sign > 0 and decimal.add or decimal.sub
  sum.count = sum.count + sign * count
  sum.sum = combine(sum.sum, share.sum)
end

local function add_to_sums(work, share, sign)
  if share then move_sum(work, share, 1, sign) end
end

-- The item as it stands within this transaction.
local function state_of(work, key)
  local text = keys.text(key)
  local state = work.states[text]
  if state then return state end
  local found = work.access:item(key)
  state = { key = key, entries = found, base = {}, made = {} }
  for _, entry in ipairs(found) do
    entry.due_at = clock.due_at(entry, work.times)
    state.base[entry.step] = entry
  end
  state.share = share_of(found[1], work)
  work.states[text] = state
  work.order[#work.order + 1] = text
  return state
end

--- Whether a plan is still being written: its rows do not count.
---@param token string
---@return boolean
function Work:plan_is_open(token)
  local is_open = self.plans[token]
  if is_open == nil then
    is_open = self.access:plan_is_open(token)
    self.plans[token] = is_open
  end
  return is_open
end

--- Who adds to a plan needs it open.
function Work:need_plan(token)
  if self:plan_is_open(token) then return end
  self.problem = fault.new {
    kind = "journal",
    code = "settled",
    endpoint = "journal",
    message = "this plan is over: it was written, or discarded",
  }
end

--- Nothing may be sent when entries may be missing.
function Work:need_leave(item)
  local why = self.access.nothing_may_be_sent
  if not why then return end
  self.problem = fault.new {
    kind = "journal",
    code = "restored",
    outcome = "unknown",
    endpoint = "journal",
    message = item.reference .. ": nothing may be sent: " .. why,
  }
end

--- An item, to be changed.
---@param book luapay.journal.Book
---@param reference string
---@param run string
---@return luapay.journal.Item
function Work:item(book, reference, run)
  local key = keys.new(book.account, book.flow, run, reference)
  local state, copies = state_of(self, key), {}
  for i, entry in ipairs(state.entries) do
    copies[i] = entries.copy(entry)
  end
  return items.new(self, {
    account = key.account,
    flow = key.flow,
    run = key.run,
    reference = key.reference,
    entries = copies,
    summary = copies[1] and copies[1].summary,
    book = book,
    state = state,
    restored_since = self.access.restored_since,
  })
end

--- All entries of an account and flow with a subject, whatever their item.
---@return luapay.JournalEntry[]
function Work:others(book, subject)
  local list = {}
  for _, entry in ipairs(self.access:subject(book, subject)) do
    local key = keys.new(entry.account, entry.flow, entry.run, entry.reference)
    list[#list + 1] = key
  end
  self.access:fetch(list)
  -- as they stand within this transaction
  local found, seen = {}, {}
  for _, key in ipairs(list) do
    state_of(self, key)
  end
  for _, text in ipairs(self.order) do
    local state = self.states[text]
    if state.key.account == book.account and state.key.flow == book.flow then
      for _, entry in ipairs(state.entries) do
        local name = text .. "\0" .. entry.step
        if entry.subject == subject and not seen[name] then
          seen[name] = true
          found[#found + 1] = entries.copy(entry)
        end
      end
    end
  end
  return found
end

function Work:owner(item, provider_id)
  -- one that is written by this very change
  for _, other in ipairs(item.beside or {}) do
    local main = other.entries[1]
    if
      main
      and other ~= item
      and main.provider_id == provider_id
      and other.account == item.account
      and other.flow == item.flow
    then
      return other.reference, other.run
    end
  end
  -- one that is written in this very transaction
  for _, text in ipairs(self.order) do
    local state = self.states[text]
    local key, main = state.key, state.entries[1]
    if
      main
      and state ~= item.state
      and main.provider_id == provider_id
      and key.account == item.account
      and key.flow == item.flow
    then
      return key.reference, key.run
    end
  end
  return self.access:owner(item, provider_id)
end

function Work:events(item, id)
  local found = {}
  for _, event in ipairs(self.access:events(item, id)) do
    if not self.events_taken[event.id] then found[#found + 1] = event end
  end
  local list = {}
  for i, event in ipairs(found) do
    list[i] = event.event
  end
  return list
end

local function differs(summary, stored)
  for _, name in ipairs {
    "state",
    "step",
    "money",
    "moved",
    "returned",
    "open",
    "sum",
  } do
    if summary[name] ~= stored[name] then return true end
  end
  return summary.ended ~= stored.ended
    or summary.needs_person ~= stored.needs_person
end

local ENDED = { done = true, closed = true, failed = true, compensated = true }

-- What the entries say together goes into the main one, which is written
-- with each change of its item: so it bears the mark of the transaction.
local function summarise(item, work)
  local main = item.entries[1]
  if not main then return end
  local said = item.book.appraise(item.entries, item.now)
  local ended = said.ended and ENDED[said.state] or false
  local stored = main.summary or {}
  local summary = {
    state = said.state or main.state,
    step = said.step or main.step,
    money = said.money or "unknown",
    moved = said.moved,
    returned = said.returned,
    open = said.open,
    sum = said.sum,
    ended = ended,
    ended_at = ended and (stored.ended_at or item.now) or nil,
    needs_person = said.needs_person or false,
    purged = false,
  }
  -- what has failed may be sent again, and then needs what was asked for
  summary.purgeable = ended
    and summary.state ~= "failed"
    and not summary.needs_person
  if not main.summary or differs(summary, main.summary) then
    main.summary = summary
  end
  item.summary = main.summary
  main.op = work.op
  item.changed[main] = true
end

--- Takes over what was changed in an item. Before this, nothing of it is
--- part of the transaction.
---@param item luapay.journal.Item
function Work:keep(item)
  local state = item.state
  for _, kept in ipairs(item.events_kept) do
    self:keep_event(item, kept.id, kept.event)
  end
  for _, id in ipairs(item.taken) do
    for _, event in ipairs(self.access:events(item, id)) do
      self.events_taken[event.id] = true
    end
  end
  for _, one in ipairs(item.notes) do
    local key = entries.copy(one.note)
    key.account, key.flow, key.run = item.account, item.flow, item.run
    key.reference, key.step, key.at = item.reference, one.entry.step, item.now
    self.notes[#self.notes + 1] = key
  end
  if not next(item.changed) and not item.dropped[1] then return end
  summarise(item, self)
  for _, entry in ipairs(item.entries) do
    if not state.base[entry.step] then
      local made = state.made[entry.step] or {}
      made[#made + 1] = entry
      state.made[entry.step] = made
    end
  end
  for entry in pairs(item.changed) do
    state.written = state.written or {}
    state.written[entry.step] = true
  end
  for _, entry in ipairs(item.dropped) do
    state.dropped = state.dropped or {}
    state.dropped[entry.step] = true
    state.made[entry.step] = nil
  end
  state.entries = item.entries
end

-- What a journal still knows of an item whose end is long ago: that it was
-- there, what was asked for, and what it came to. Of its details the marks
-- that flows put there stay, and what was asked in full goes.
local STAYS = {
  "id",
  "account",
  "flow",
  "run",
  "reference",
  "step",
  "main",
  "state",
  "attempt",
  "fingerprint",
  "amount",
  "currency",
  "provider_id",
  "external_id",
  "subject",
  "status",
  "seen_at",
  "created_at",
  "updated_at",
}

local function remains_of(main)
  local kept = {}
  for _, name in ipairs(STAYS) do
    kept[name] = main[name]
  end
  kept.summary = entries.copy(main.summary)
  kept.summary.purgeable, kept.summary.purged = false, true
  for name, value in pairs(main.details or {}) do
    kept.details = kept.details or {}
    kept.details[name] = type(value) == "table" and {} or value
  end
  return kept
end

--- Takes out of an item that has ended what is no longer needed; `wholly`:
--- all of it.
---@param key luapay.journal.Key
---@param before number only what has ended before this time of day
---@param wholly boolean
---@return boolean done false: it is another's by now, or has changed
function Work:purge(key, before, wholly)
  local state = state_of(self, key)
  local main = state.entries[1]
  local said = main and main.summary
  if
    not said
    or not said.ended
    or said.needs_person
    or said.ended_at >= before
    or said.purgeable == wholly
  then
    return false
  end
  state.dropped = {}
  for i = wholly and 1 or 2, #state.entries do
    state.dropped[state.entries[i].step] = true
  end
  state.entries = {}
  if not wholly then
    local kept = remains_of(main)
    kept.op = self.op
    state.entries, state.written = { kept }, { [kept.step] = true }
  end
  return true
end

--- Nothing of an item that was purged changes any more.
function Work:need_kept(item)
  local main = item.entries[1]
  if not (main and main.summary and main.summary.purged) then return end
  self.problem = fault.new {
    kind = "journal",
    code = "settled",
    outcome = "unknown",
    endpoint = "journal",
    message = item.reference
      .. " has ended and was purged: nothing can be done with it any more",
  }
end

local function is_changed(state)
  return state.written or state.dropped
end

local function write_state(work, state, writes)
  for step in pairs(state.dropped or {}) do
    local base = state.base[step]
    if base then writes.removed[#writes.removed + 1] = base end
  end
  for _, entry in ipairs(state.entries) do
    local base = state.base[entry.step]
    if not base or (state.dropped or {})[entry.step] then
      writes.added[#writes.added + 1] =
        { entry = entry, made = state.made[entry.step] }
    elseif state.written and state.written[entry.step] then
      writes.changed[#writes.changed + 1] = { entry = entry, base = base }
    end
  end
  add_to_sums(work, state.share, -1)
  add_to_sums(work, share_of(state.entries[1], work), 1)
end

local function sorted_sums(sums)
  local names, list = {}, {}
  for name in pairs(sums) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local sum = sums[name]
    if sum.count ~= 0 or not decimal.is_zero(sum.sum) then
      list[#list + 1] = sum
    end
  end
  return list
end

--- All that is to be written, in an order that is the same for everybody;
--- nil when there is nothing.
---@return table?
function Work:writes()
  local writes = {
    op = self.op,
    at = self.times.now,
    removed = {},
    added = {},
    changed = {},
    notes = self.notes,
    events_kept = self.events_kept,
    events_taken = self.events_taken,
    values = self.values_set,
    statements = self.statements,
  }
  for _, text in ipairs(self.order) do
    local state = self.states[text]
    if is_changed(state) then write_state(self, state, writes) end
  end
  writes.sums = sorted_sums(self.sums)
  local any = writes.removed[1]
    or writes.added[1]
    or writes.changed[1]
    or writes.notes[1]
    or writes.events_kept[1]
    or next(writes.events_taken)
    or next(writes.values)
    or writes.statements[1]
    or writes.sums[1]
  return any and writes or nil
end

--- Begins a plan: what is added to it does not count until it ends.
function Work:begin_plan(book, token)
  self.statements[#self.statements + 1] = {
    name = "begin_plan",
    token = token,
    account = book.account,
    flow = book.flow,
    run = book.run,
    at = self.times.now,
  }
  self.plans[token] = true
end

--- Ends a plan: what was added to it counts, all at once.
function Work:end_plan(token)
  for _, sum in ipairs(self.access:sums_of_plan(token)) do
    for _, plan in ipairs { token, "" } do
      local share = entries.copy(sum)
      share.plan, share.count = plan, nil
      move_sum(self, share, sum.count, plan == "" and 1 or -1)
    end
  end
  self.statements[#self.statements + 1] = { name = "end_plan", token = token }
  self.plans[token] = false
end

--- Takes a plan back, when its entries are gone.
function Work:drop_plan(token)
  self.statements[#self.statements + 1] = { name = "drop_plan", token = token }
  self.plans[token] = false
end

local MOST_EVENTS = 10000 -- unbound ones of an account and flow
local OLDEST_EVENT = 30 * 86400 -- seconds

--- Keeps an event whose item is not known, and lets those go that are too
--- old or too many.
---@param book table with account and flow
function Work:keep_event(book, id, event)
  self.access:events(book, id) -- and nobody else reads or adds meanwhile
  if not self.events_kept[1] then
    self.statements[#self.statements + 1] = {
      name = "forget_events",
      account = book.account,
      flow = book.flow,
      before = self.times.now - OLDEST_EVENT,
      most = MOST_EVENTS,
    }
  end
  self.events_kept[#self.events_kept + 1] = {
    account = book.account,
    flow = book.flow,
    id = id,
    event = event,
    at = self.times.now,
  }
end

--- The value of a small key.
function Work:value(key)
  local set = self.values_set[key]
  if set ~= nil then return set or nil end
  return self.access:value(key)
end

--- Sets the value of a small key; false removes it.
function Work:set_value(key, value)
  self.values_set[key] = value
end

--- Whether a transaction with one of these marks was committed: one of its
--- items, or of its keys, bears the mark.
---@param job table
---@param marks table<string, true>
---@return boolean
function Work:bears(job, marks)
  for _, key in ipairs(job.reads.items) do
    local main = state_of(self, key).entries[1]
    if main and marks[main.op] then return true end
  end
  for _, name in ipairs(job.reads.values) do
    local op = self.access:mark_of_value(name)
    if op and marks[op] then return true end
  end
  return false
end

local work = {}

--- What a transaction is to read and write.
---@param access table see store/memory.lua
---@param fields table worker, lease, begun, op, times
---@return table
function work.new(access, fields)
  fields.access = access
  fields.states, fields.order, fields.sums, fields.plans = {}, {}, {}, {}
  fields.notes, fields.events_kept, fields.events_taken = {}, {}, {}
  fields.values_set, fields.statements = {}, {}
  return setmetatable(fields, Work)
end

return work
