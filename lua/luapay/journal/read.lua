-- What only reads: items, and what they come to; of a book, or of a whole
-- journal.

local check = require("luapay.options").check
local clock = require "luapay.journal.clock"
local decimal = require "luapay.decimal"
local entries = require "luapay.journal.entry"
local keys = require "luapay.journal.keys"

local read = {}

-- Runs what only reads: no commit is waited for.
local function consistent(journal, fn)
  return journal.commit:run {
    reads = { items = {}, subjects = {}, ids = {}, values = {} },
    only_reads = true,
    fn = fn,
  }
end

local function view(work, key)
  local list = work.access:item(key)
  local main = list[1]
  local plan = main and main.state == "planned" and main.plan
  if not main or plan and work:plan_is_open(plan) then return false end
  for _, entry in ipairs(list) do
    entry.due_at = clock.due_at(entry, work.times)
    local left = clock.left(entry, work.times)
    entry.held_until = left and work.times.now + left
  end
  return {
    account = key.account,
    flow = key.flow,
    reference = key.reference,
    run = key.run,
    entries = list,
    summary = list[1].summary,
  }
end

-- nil and a fault, or what was found; false for nothing.
local function found_or(value, err)
  if value == nil then return nil, err end
  return value
end

--- An item, with its entries and what they come to.
---@async
---@param reference string
---@param run? string where it is not the book's
---@return luapay.journal.View|false|nil item false: there is none
---@return luapay.Fault? fault
function read:get(reference, run)
  local key = keys.new(self.account, self.flow, run or self.run, reference)
  return found_or(consistent(self.journal, function(work)
    return view(work, key)
  end))
end

--- The item of a provider's id, whatever its run.
---@async
---@param id string
---@return luapay.journal.View|false|nil item false: there is none
---@return luapay.Fault? fault
function read:by_provider_id(id)
  return found_or(consistent(self.journal, function(work)
    local stub = work.access:bearer(self, entries.short_id(id))
    return stub and view(work, stub) or false
  end))
end

--- The items of a name that a provider may use more than once.
---@async
---@param id string
---@return luapay.journal.View[]? items
---@return luapay.Fault? fault
function read:by_external_id(id)
  return consistent(self.journal, function(work)
    local list = {}
    local stubs = work.access:named(self, entries.short_id(id))
    work.access:fetch(stubs)
    for _, stub in ipairs(stubs) do
      list[#list + 1] = view(work, stub) or nil
    end
    return list
  end)
end

local PAGE = 200 -- items read at a time

-- The items of some books, whoever's they are.
local function iterate(journal, scope, given)
  local page, at, last, left = {}, 0, 0, given.limit or math.huge
  local is_last = false
  local function next_page()
    local err
    page, err = consistent(journal, function(work)
      local stubs = work.access:mains(scope, {
        run = scope.run,
        reference = given.reference,
        states = given.states,
        money = given.money,
        needs_person = given.needs_person,
        ended = given.ended,
        after = last,
        limit = PAGE,
      })
      work.access:fetch(stubs)
      local list = {}
      for i, stub in ipairs(stubs) do
        list[i] = view(work, stub)
      end
      return list
    end)
    if not page then error(err, 0) end
    at, is_last = 0, #page < PAGE
  end
  return function()
    if left <= 0 then return nil end
    if not page[at + 1] then
      if is_last then return nil end
      next_page()
    end
    at = at + 1
    local item = page[at]
    if not item then return nil end
    last, left = item.entries[1].id, left - 1
    return item
  end
end

--- All items that fit, in the order in which they were first written. A
--- loop that ended early in silence would lie: the iterator raises the fault
--- when the journal cannot be read.
---@param given? table states, money (lists), needs_person, ended, runs ("mine"
--- or "all"), limit
---@return async fun(): luapay.journal.View?
function read:items(given)
  given = given or {}
  local run = given.runs ~= "all" and self.run or nil
  local scope = { account = self.account, flow = self.flow, run = run }
  return iterate(self.journal, scope, given)
end

local function add_group(report, group)
  local count = group.count
  report.total = report.total + count
  report.states[group.state] = (report.states[group.state] or 0) + count
  local money = report.money[group.money] or { count = 0, sums = {} }
  report.money[group.money] = money
  money.count = money.count + count
  if group.currency ~= "" then
    local known = money.sums[group.currency]
    money.sums[group.currency] = known and decimal.add(known, group.sum)
      or group.sum
  end
  if group.needs_person then
    report.needs_person = report.needs_person + count
  end
  if not group.ended then report.open = report.open + count end
end

--- What the items of this run come to: read from the sums that are kept,
--- however many items there are.
---@async
---@param given? { runs: "mine"|"all" }
---@return table? report { total, states, money, needs_person, open, groups }
---@return luapay.Fault? fault
function read:report(given)
  return consistent(self.journal, function(work)
    local report = {
      total = 0,
      states = {},
      money = {},
      needs_person = 0,
      open = 0,
      groups = work.access:sums {
        account = self.account,
        flow = self.flow,
        run = not (given and given.runs == "all") and self.run or nil,
      },
    }
    for _, group in ipairs(report.groups) do
      add_group(report, group)
    end
    return report
  end)
end

--- Who has settled what of an item, oldest first.
---@async
---@param reference string
---@param run? string
---@return table[]? notes
---@return luapay.Fault? fault
function read:settlements(reference, run)
  local key = keys.new(self.account, self.flow, run or self.run, reference)
  return consistent(self.journal, function(work)
    return work.access:notes(key)
  end)
end

-- ---- a whole journal, whatever account, flow and run

local survey = {}

local FILTER = {
  account = { type = "string", empty = true },
  flow = { type = "string" },
  run = { type = "string", empty = true },
  reference = { type = "string" },
  states = { type = "table" },
  money = { type = "table" },
  needs_person = { type = "boolean" },
  ended = { type = "boolean" },
  limit = { type = "number" },
}

--- All items that fit: as `Book:items`, each with its `account` and `flow`.
---@param given? table account, flow, run, reference (texts), states, money
--- (lists), needs_person, ended (booleans), limit
---@return async fun(): luapay.journal.View?
function survey:items(given)
  given = check("journal: items", given or {}, FILTER)
  return iterate(
    self,
    { account = given.account, flow = given.flow, run = given.run },
    given
  )
end

--- What all items come to: the sums that are kept, one group for each
--- account, flow, run, state, word of money, currency, and whether a person
--- is needed or it has ended: `count` items, `sum` their amount.
---@async
---@return table[]? groups
---@return luapay.Fault? fault
function survey:groups()
  return consistent(self, function(work)
    return work.access:sums {}
  end)
end

--- Who has settled what of all items, newest first.
---@async
---@param given? { limit: integer? } 100
---@return table[]? notes
---@return luapay.Fault? fault
function survey:settlements(given)
  local limit = (given or {}).limit or 100
  return consistent(self, function(work)
    return work.access:last_notes(limit)
  end)
end

return { book = read, journal = survey }
