-- A book: what one flow of one account has in the journal, for one run. All
-- that is decided is decided by a pure function inside one transaction, so
-- that nothing is read in one and written in another.

local clock = require "luapay.journal.clock"
local entries = require "luapay.journal.entry"
local fault = require "luapay.fault"
local keys = require "luapay.journal.keys"

local Book = {}
Book.__index = Book

--- A field that is set to this is erased.
Book.NONE = entries.NONE

local CHANGE_OPTIONS = { run = "string", known = "table", subject = "any" }

local function check_change(fn, options)
  if type(fn) ~= "function" then
    error("journal: change: no function given", 4)
  end
  for name, value in pairs(options) do
    local wanted = CHANGE_OPTIONS[name]
    if not wanted or (wanted ~= "any" and type(value) ~= wanted) then
      error(
        ("journal: change: option %s %s"):format(
          tostring(name),
          wanted and "must be a " .. wanted or "is unknown"
        ),
        4
      )
    end
  end
end

local function texts_of(subject)
  local texts = {}
  local list = type(subject) == "table" and subject or { subject }
  for i, text in ipairs(list) do
    texts[i] = entries.short_id(text)
  end
  return texts
end

local function subjects_of(list, subject)
  local found = {}
  local texts = texts_of(subject)
  for _, text in ipairs(texts) do
    for _, one in ipairs(list) do
      local book = one.book
      found[#found + 1] =
        { account = book.account, flow = book.flow, subject = text }
    end
  end
  return found
end

-- The job of changing some items: see commit.lua.
local function change_of(list, fn, options)
  local reads = { items = {}, subjects = {}, ids = {}, values = {} }
  for i, one in ipairs(list) do
    local book, run = one.book, one.run or one.book.run
    reads.items[i] = keys.new(book.account, book.flow, run, one.reference)
  end
  reads.subjects = subjects_of(list, options.subject)
  local known = options.known
  if known and known.provider_id then
    local book = list[1].book
    reads.ids[1] = {
      account = book.account,
      flow = book.flow,
      id = entries.short_id(tostring(known.provider_id)),
    }
  end
  return {
    reads = reads,
    known = known,
    fn = function(work, job)
      local items = {}
      for i, one in ipairs(list) do
        local key = reads.items[i]
        items[i] = work:item(one.book, key.reference, key.run)
        items[i].beside = items
        if options.subject then
          local others = {}
          for _, text in ipairs(texts_of(options.subject)) do
            for _, entry in ipairs(work:others(one.book, text)) do
              others[#others + 1] = entry
            end
          end
          items[i].others = others
        end
      end
      job.items = items
      return fn(items, work.times.now)
    end,
  }
end

local function check_list(list)
  local seen = {}
  for i, one in ipairs(list) do
    if type(one.reference) ~= "string" then
      error("journal: change: expected a reference of text", 4)
    end
    local err = entries.check_name("reference", one.reference)
      or entries.check_name("run", one.run or one.book.run, true)
    if err then
      if list[2] then err.field = ("[%d].%s"):format(i, err.field) end
      return err
    end
    local book = one.book
    local text = keys.text(
      keys.new(book.account, book.flow, one.run or book.run, one.reference)
    )
    if seen[text] then
      return fault.new {
        kind = "argument",
        endpoint = "journal",
        field = ("[%d].reference"):format(i),
        message = "is there twice: " .. one.reference,
      }
    end
    seen[text] = true
  end
  return nil
end

--- Changes items of several books in one transaction.
---@async
---@param journal luapay.Journal
---@param list table[] { book, reference, run? }
---@param fn fun(items: luapay.journal.Item[], now: number): any, any
---@param options? table see Book:change
function Book.change_list(journal, list, fn, options)
  options = options or {}
  check_change(fn, options)
  local err = check_list(list)
  if err then return nil, err end
  return journal.commit:run(change_of(list, fn, options))
end

--- Changes an item: `fn(item, now)` reads its entries, and adds and sets
--- some, inside one transaction. It is pure, for it may be run again. What
--- it did is durable when this returns; when it returned nil and a fault, or
--- false, nothing was written. What only reads waits for no disk.
---
--- `run`: of the item, where it is not the book's. `known`: { reference,
--- step, provider_id, result } of an outcome that `fn` writes down: it is
--- never given up (on the fault "unwritten" it is kept in memory, and
--- written before anything else). `subject`: text, or a list: no other
--- change of that subject runs meanwhile, and `item.others` are all entries
--- of this account and flow that have it.
---@async
---@param reference string
---@param fn fun(item: luapay.journal.Item, now: number): any, any
---@param options? table
---@return any value
---@return luapay.Fault? fault kind "journal", code "unreadable" (nothing is
--- known, nothing was written) or "unwritten"; or what `fn` returned
function Book:change(reference, fn, options)
  options = options or {}
  check_change(fn, options)
  local list = { { book = self, reference = reference, run = options.run } }
  local err = check_list(list)
  if err then return nil, err end
  return self.journal.commit:run(change_of(list, function(items, now)
    return fn(items[1], now)
  end, options))
end

--- Changes several items of this book in one transaction: all or nothing.
---@async
---@param references string[]
---@param fn fun(items: luapay.journal.Item[], now: number): any, any
---@param options? table as of `change`
function Book:change_many(references, fn, options)
  options = options or {}
  check_change(fn, options)
  local list = {}
  for i, reference in ipairs(references) do
    list[i] = { book = self, reference = reference, run = options.run }
  end
  local err = check_list(list)
  if err then return nil, err end
  return self.journal.commit:run(change_of(list, fn, options))
end

-- A job without items that are known beforehand.
local function ask(book, fn)
  return book.journal.commit:run {
    reads = { items = {}, subjects = {}, ids = {}, values = {} },
    fn = fn,
  }
end

local MANY = 100 -- entries handed out when no limit is given

-- The items that entries are of, each once, and which entries those are.
local function items_of(book, work, list)
  local items, by_key, picked = {}, {}, {}
  work.access:fetch(list)
  for _, stub in ipairs(list) do
    local text = keys.text(stub)
    local item = by_key[text]
    if not item then
      item = work:item(book, stub.reference, stub.run)
      by_key[text], items[#items + 1] = item, item
    end
    local entry = item:entry(stub.step)
    if entry and entry.id == stub.id then
      picked[#picked + 1] = { item = item, entry = entry }
    end
  end
  return items, picked
end

--- Takes planned entries, to be sent now: they are "sent" from here on, and
--- this worker's until its lease ends. Nobody else gets them.
---
--- `given`: limit (100), step, plan, and `may`, a pure function (item, entry)
--- that says whether an entry may be sent; where not, it sets another state.
---@async
---@param given? table
---@return luapay.JournalEntry[]? entries in the order in which they were
--- planned; an empty list: none is left
---@return luapay.Fault? fault nothing may be sent
function Book:take(given)
  given = given or {}
  return ask(self, function(work, job)
    local taken, after = {}, nil
    job.items = {}
    repeat
      local stubs = work.access:planned(self, {
        run = self.run,
        step = given.step,
        plan = given.plan,
        limit = given.limit or MANY,
        after = after,
      })
      local items, picked = items_of(self, work, stubs)
      for _, one in ipairs(items) do
        job.items[#job.items + 1] = one
      end
      for _, one in ipairs(picked) do
        local planned = one.entry.state == "planned"
        if planned and (not given.may or given.may(one.item, one.entry)) then
          taken[#taken + 1] = one.item:send(one.entry)
        end
      end
      after = stubs[1] and stubs[#stubs].id
    until taken[1] or not after
    return taken
  end)
end

--- Takes over entries that nobody has settled: "sent" and their lease is
--- over, or "unknown" and due. They keep their state and are this worker's
--- for one lease; the provider must be asked before anything is sent.
---@async
---@param given? table limit (100), step, reference, run, runs ("mine" or
--- "all"), early (true: unknown ones that are not due yet, too), after (the
--- id of the last one that this recovery has seen)
---@return luapay.JournalEntry[]? entries in the order of their ids
---@return luapay.Fault? fault
function Book:orphans(given)
  given = given or {}
  local limit = given.limit or MANY
  return ask(self, function(work, job)
    local taken, seen, after = {}, {}, given.after or 0
    job.items = {}
    repeat
      local stubs = work.access:open_entries(self, {
        run = given.run or given.runs ~= "all" and self.run or nil,
        reference = given.reference,
        early = given.early,
        step = given.step,
        after = after,
        limit = limit,
        times = work.times,
      })
      work.access:fetch(stubs)
      for _, stub in ipairs(stubs) do
        after = stub.id
        local text = keys.text(stub)
        local item = seen[text]
        if not item then
          item = work:item(self, stub.reference, stub.run)
          seen[text], job.items[#job.items + 1] = item, item
        end
        local entry = item:entry(stub.step)
        local is_open = entry
          and (entry.state == "sent" or entry.state == "unknown")
        if is_open and #taken < limit then
          local is_early = given.early and entry.state == "unknown"
          if item:leased(entry) then
            if clock.watch(entry, work.times) then
              item.changed[entry] = true
            end
          elseif is_early or clock.is_due(entry, work.times) then
            taken[#taken + 1] = item:hold(entry)
          end
        end
      end
    until #stubs < limit or #taken >= limit
    return taken
  end)
end

--- Keeps an entry this worker's for one more lease.
---@async
---@param entry luapay.JournalEntry "sent" or "unknown", held by this worker
---@return luapay.JournalEntry? entry the same, with its new lease
---@return luapay.Fault? fault kind "unsettled", code "lost": another worker
--- has taken it over
function Book:renew(entry)
  local renewed, err = self:change(entry.reference, function(item)
    local kept = item:entry(entry.step)
    local open = kept and (kept.state == "sent" or kept.state == "unknown")
    if not open or not item:mine(kept, entry) then
      return nil,
        fault.new {
          kind = "unsettled",
          code = "lost",
          outcome = "unknown",
          endpoint = "journal",
          message = entry.reference .. ": another worker has taken it over",
        }
    end
    return item:hold(kept)
  end, { run = entry.run })
  if not renewed then return nil, err end
  for _, name in ipairs {
    "lease_until",
    "lease_clock",
    "lease_seconds",
    "send_by",
    "updated_at",
  } do
    entry[name] = renewed[name]
  end
  return entry
end

--- Until when the request of an entry may leave, by core.boottime(): half
--- the lease from before it was asked for. After this, the worker may have
--- been stopped for so long that the entry is another's.
---@param entry luapay.JournalEntry from `take`, `orphans`, or sent by a change
---@return number
function Book.send_by(_, entry)
  return entry.send_by or 0
end

--- Keeps an entry this worker's through a long piece of work: renews it when
--- a quarter of its lease is over, and writes nothing before.
---@async
---@param entry luapay.JournalEntry as of `renew`
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault code "lost"
function Book:keep(entry)
  local left = (entry.send_by or 0) - self.journal.clocks.boot()
  if left > self.journal.lease / 4 then return entry end
  return self:renew(entry)
end

--- Whether there is time enough left to send what an entry stands for.
---@param entry luapay.JournalEntry
---@return boolean
function Book:holds(entry)
  return self.journal.clocks.boot() < (entry.send_by or 0)
end

--- Seconds since a request of an entry may last have left this or another
--- machine: never too many. It is 0 where this machine cannot know.
---@param entry luapay.JournalEntry
---@return number
function Book:age(entry)
  return clock.age(entry, clock.read(self.journal.clocks))
end

--- Begins a plan. Entries that are added with `plan = token` do not count
--- (for take, items and report) until `plan_done`.
---@async
---@param token string that nobody else has
---@return true?
---@return luapay.Fault?
function Book:plan(token)
  return ask(self, function(work)
    if not work:plan_is_open(token) then work:begin_plan(self, token) end
    return true
  end)
end

--- Ends a plan: all of its entries count, at once.
---@async
---@param token string
---@return true?
---@return luapay.Fault? fault code "settled": it was discarded
function Book:plan_done(token)
  return ask(self, function(work)
    if work:plan_is_open(token) then
      work:end_plan(token)
    elseif not work.access:plan_is_done(token) then
      work:need_plan(token)
    end
    return true
  end)
end

-- Drops what is planned, in portions: what was never sent goes, what has
-- failed before has failed again, and so has what bears further steps.
local function drop_planned(book, given)
  local count = 0
  while true do
    local dropped, err = ask(book, function(work, job)
      given.limit, given.run = 500, book.run
      local stubs = work.access:planned(book, given)
      local picked
      job.items, picked = items_of(book, work, stubs)
      for _, one in ipairs(picked) do
        local alone = #one.item.entries == 1
        if one.entry.attempt == 0 and alone then
          one.item:drop(one.entry)
        else
          one.item:set(one.entry, { state = "failed", plan = Book.NONE })
        end
      end
      return #picked
    end)
    if not dropped then return nil, err end
    count = count + dropped
    if dropped < 500 then return count end
  end
end

--- Takes back a plan: nothing of it was ever there.
---@async
---@param token string
---@return integer? dropped
---@return luapay.Fault?
function Book:plan_off(token)
  local count, err = drop_planned(self, { plan = token, any_plan = true })
  if not count then return nil, err end
  local ended
  ended, err = ask(self, function(work)
    if work:plan_is_open(token) then work:drop_plan(token) end
    return true
  end)
  if not ended then return nil, err end
  return count
end

--- Drops all that is planned in this run, counting or not.
---@async
---@return integer? dropped
---@return luapay.Fault?
function Book:discard()
  local count, err = drop_planned(self, { any_plan = true })
  if not count then return nil, err end
  local ended
  ended, err = ask(self, function(work)
    for _, token in ipairs(work.access:open_plans(self)) do
      work:drop_plan(token)
    end
    return true
  end)
  if not ended then return nil, err end
  return count
end

--- Keeps a verified event whose item is not known yet, until it is taken by
--- `item:events(id)`; the oldest go when there are too many.
---@async
---@param id string the provider's id that it names
---@param event table
---@return true?
---@return luapay.Fault?
function Book:add_event(id, event)
  return ask(self, function(work)
    work:keep_event(self, entries.short_id(id), event)
    return true
  end)
end

for name, method in pairs(require("luapay.journal.read").book) do
  Book[name] = method
end

local book = {}

local OPTIONS = {
  account = "string",
  flow = "string",
  run = "string",
  main = "string",
  appraise = "function",
}

local EFFECT = { done = "moved", planned = "none", failed = "none" }

-- For books that do not say what their entries mean.
local function plain_summary(list)
  local main = list[1]
  local state = main.state
  local ended = state == "done"
    or state == "closed"
    or state == "failed"
    or state == "compensated"
  return {
    state = state,
    step = main.step,
    money = EFFECT[state] or "unknown",
    moved = state == "done" and main.amount or nil,
    sum = main.amount,
    ended = ended,
    needs_person = state == "parked",
  }
end

--- Makes a book of a journal.
---@param journal luapay.Journal
---@param options table account, flow, run (""), appraise
---@return luapay.journal.Book
function book.new(journal, options)
  for name, value in pairs(options) do
    if OPTIONS[name] ~= type(value) then
      error(
        ("journal: book: %s %s"):format(
          tostring(name),
          OPTIONS[name] and "must be a " .. OPTIONS[name] or "is no option"
        ),
        3
      )
    end
  end
  local made = {
    journal = journal,
    account = options.account or "",
    flow = options.flow,
    run = options.run or "",
    appraise = options.appraise or plain_summary,
  }
  for _, name in ipairs { "account", "flow", "run" } do
    local text = made[name]
    if not text then error("journal: book: " .. name .. " is required", 3) end
    local err = entries.check_name(name, text, name ~= "flow")
    if err then
      error(("journal: book: %s %s"):format(name, err.message), 3)
    end
  end
  return setmetatable(made, Book)
end

book.Book = Book

return book
