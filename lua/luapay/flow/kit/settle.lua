-- settle.lua - what a crash, a lost answer or a dead worker has left open:
-- the provider is asked, or a call repeated that the provider recognises;
-- nothing else is sent. What nobody can tell is parked for a person.

local decimal = require "luapay.decimal"
local guard = require "luapay.guard"
local money = require "luapay.flow.kit.money"
local step = require "luapay.flow.kit.step"
local task = require "luapay.task"

local settle = {}

local OPEN = money.OPEN
local PORTION = 100

--- Seconds after which what cannot be found is taken for absent; nil: never.
---@param flow table
---@param spec table of a step
---@return number?
function settle.horizon(flow, spec)
  if spec.horizon == false then return nil end
  return flow.horizon or spec.horizon or flow.kind.horizon
end

-- ---- what was found at the provider, and whose it is

local function same_amount(entry, told)
  if not told.amount or not entry.amount then return true end
  return decimal.compare(told.amount, entry.amount) == 0
end

local function ids_of(list)
  local ids = {}
  for i, told in ipairs(list) do
    ids[i] = told.provider_id
  end
  return ids
end

local function park(item, entry, why, candidates)
  local outcome = {}
  for name, value in pairs(entry.outcome or {}) do
    outcome[name] = value
  end
  outcome.person, outcome.candidates, outcome.accepted = why, candidates, nil
  item:set(entry, { state = "parked", outcome = outcome })
end

-- Not found: that proves something only when the horizon is over.
local function absent(flow, item, entry, now, read_at)
  local spec = money.spec(flow.kind, entry)
  local horizon = settle.horizon(flow, spec)
  -- what was read a while ago says nothing of what came since
  local age = item:age(entry) - math.max(0, now - (read_at or now))
  if horizon and age >= horizon then
    local known = entry.outcome or {}
    item:set(entry, {
      state = "failed",
      outcome = step.checked {
        absent = true,
        restored = known.restored,
        checked = known.checked,
      },
    })
    return
  end
  local due = now + (spec.settle_after or 60)
  item:set(entry, { state = "unknown", due_at = due })
end

-- What fits an open entry: one of the right amount that is no other's.
local function match(flow, item, entry, found, now)
  local free = {}
  for _, told in ipairs(found) do
    if not item:owner(told.provider_id) then free[#free + 1] = told end
  end
  if found.person then
    park(item, entry, found.person)
  elseif #free == 0 then
    absent(flow, item, entry, now, found.read_at)
  elseif #free > 1 then
    park(item, entry, "candidates", ids_of(free))
  elseif not same_amount(entry, free[1]) then
    park(item, entry, "other_amount", ids_of(free))
  else
    local told = {}
    for name, value in pairs(free[1]) do
      told[name] = value
    end
    told.read = true
    step.learn(flow, item, entry, told, now)
  end
end

-- Writes what was found out about an entry that this worker has taken over.
local function write(flow, entry, fn)
  return flow.journal:change(step.targets(flow, entry), function(all, now)
    local item = all[1]
    local there = step.find(item, entry.step)
    if there and item:mine(there, entry) and OPEN[there.state] then
      fn(item, there, now)
      step.conclude_links(flow, all, now)
    end
    return step.record(item)
  end)
end

local function postpone(flow, entry, err)
  return write(flow, entry, function(item, there, now)
    local spec = money.spec(flow.kind, there)
    item:set(there, {
      state = "unknown",
      due_at = now + (spec.settle_after or 60),
      fault = err and step.of_fault(err) or nil,
    })
  end)
end

-- By a read of the main step, what is known of it and of a further step.
local function put(flow, told, item, there, now)
  local copy = {}
  for name, value in pairs(told) do
    copy[name] = value
  end
  copy.read = true
  step.learn(flow, item, there, copy, now)
  local main = told.main and step.main(item)
  if main then
    local about = { read = true }
    for name, value in pairs(told.main) do
      about[name] = value
    end
    step.learn(flow, item, main, about, now)
  end
  local spec = money.spec(flow.kind, there)
  if spec.after then spec.after(flow, item, there, copy, now) end
end

-- What no journal says was sent has no key that the provider would know.
local function may_repeat(spec, entry)
  return spec.repeats and entry.attempt > 0
end

local function ask(flow, entry, memo, record)
  local spec = money.spec(flow.kind, entry)
  if entry.provider_id or not spec.find then
    if not step.can_ask(spec, entry) then return nil end
    local told, err = spec.ask(flow, entry, memo, record)
    if told == nil then return false, err end
    if told then
      return true,
        nil,
        function(item, there, now)
          put(flow, told, item, there, now)
        end
    end
  else
    local found, err = spec.find(flow, entry, memo, record)
    if not found then return false, err end
    if found[1] or not may_repeat(spec, entry) then
      return true,
        nil,
        function(item, there, now)
          match(flow, item, there, found, now)
        end
    end
  end
  if may_repeat(spec, entry) then return nil end
  return true,
    nil,
    function(item, there, now)
      absent(flow, item, there, now, memo.read_at)
    end
end

--- Settles one open entry that this worker has taken over.
---@async
---@param flow table
---@param entry luapay.JournalEntry of `orphans`
---@param memo table of this recovery: what was read is read once
---@return table? record
---@return luapay.Fault? fault of the journal
function settle.entry(flow, entry, memo)
  local spec = money.spec(flow.kind, entry)
  local record, err = flow.book:get(entry.reference, entry.run)
  if not record then return nil, err end
  local there = step.find(record, entry.step)
  if not there or not OPEN[there.state] or not flow.book:holds(entry) then
    return record
  end
  if spec.settle then return spec.settle(flow, entry, memo, record) end
  local asked, why, fn = ask(flow, entry, memo, record)
  if asked == false then return postpone(flow, entry, why) end
  if asked then return write(flow, entry, fn) end
  if may_repeat(spec, entry) then
    local got, no = settle.again(flow, record, entry)
    return got, no and no.kind == "journal" and no or nil
  end
  return write(flow, entry, function(item, one)
    park(item, one, (one.outcome or {}).person or "lost")
  end)
end

--- Repeats a call under the same key: only a positive answer counts.
---@async
---@return table record
---@return luapay.Fault? fault
function settle.again(flow, record, entry)
  local marked, err = write(flow, entry, function(item, there)
    local outcome = {}
    for name, value in pairs(there.outcome or {}) do
      outcome[name] = value
    end
    outcome.repeated = true
    item:need_leave()
    item:set(there, {
      state = "unknown",
      outcome = outcome,
      due_at = step.NONE, -- at once
    })
  end)
  if not marked then return record, err end
  return step.send(flow, record, entry, nil, true)
end

-- ---- what is pending, and what contradicts itself

--- Asks the provider how an item stands, and writes it down.
---@async
---@param flow table
---@param record table
---@param memo table
---@return table? record as it is now
---@return luapay.Fault? fault: nobody could be asked, or the journal's
function settle.read(flow, record, memo)
  if money.is_purged(record.entries) then return record end
  local main = step.main(record)
  local spec = money.spec(flow.kind, main)
  if not spec.ask or not main.provider_id then return record end
  local told, err = spec.ask(flow, main, memo, record)
  if told == nil then return nil, err end
  if not told then return record end
  local about = {}
  for name, value in pairs(told) do
    about[name] = value
  end
  about.read = true
  return flow.journal:change(step.targets(flow, main), function(all, now)
    local item = all[1]
    local there = step.main(item)
    if there then
      step.learn(flow, item, there, about, now)
      if spec.after then spec.after(flow, item, there, about, now) end
      step.conclude_links(flow, all, now)
    end
    return step.record(item)
  end)
end

-- ---- everything

--- Settles what is open of one reference, whether it is due or not.
---@async
---@return boolean? settled nil: nobody is to be asked now, or could be
---@return luapay.Fault? fault of the journal
function settle.one(flow, reference, run, name)
  local list, err = flow.book:orphans {
    reference = reference,
    run = run,
    step = name,
    early = true,
  }
  if not list then return nil, err end
  local settled, memo = nil, {}
  for _, entry in ipairs(list) do
    local record, why = settle.entry(flow, entry, memo)
    if not record then return nil, why end
    local now = step.find(record, entry.step)
    if now and not OPEN[now.state] then settled = true end
  end
  return settled
end

-- Portions that are asked about together: one list of the provider's has
-- them all.
local function grouped(flow, entries)
  local groups, order = {}, {}
  for _, entry in ipairs(entries) do
    local spec = money.spec(flow.kind, entry)
    local key = spec.together and spec.together(entry) or entry.id
    if not groups[key] then
      groups[key] = {}
      order[#order + 1] = groups[key]
    end
    table.insert(groups[key], entry)
  end
  return order
end

local function orphans(flow, runs, memo)
  local last, err = 0, nil
  while true do
    local list, why = flow.book:orphans {
      runs = runs,
      limit = PORTION,
      after = last,
    }
    if not list then return nil, why end
    if not list[1] then return not err, err end
    task.map(grouped(flow, list), {
      concurrency = flow.concurrency,
      each = function() end,
    }, function(group)
      for _, entry in ipairs(group) do
        local record, no = settle.entry(flow, entry, memo)
        if not record then err = err or no end
      end
    end)
    last = list[#list].id
    flow.counter:report()
  end
end

local function readings(flow, filter, memo)
  local good, each = guard.call(flow.book.items, flow.book, filter)
  if not good then return nil, each end
  local err
  local function next_record()
    local fine, record = guard.call(each)
    if fine then return record end
    err = record
  end
  task.map(next_record, {
    concurrency = flow.concurrency,
    each = function() end,
  }, function(record)
    local _, why = settle.read(flow, record, memo)
    if why and why.kind == "journal" then err = err or why end
    flow.counter:add { [why and "unanswered" or "asked"] = 1 }
  end)
  return not err, err
end

local ENDS = { "done", "closed", "compensated" }

--- See kit/init.lua.
---@async
---@param flow table
---@param runs "mine"|"all"
---@return true? good
---@return luapay.Fault? fault of the journal
function settle.recover(flow, runs)
  local memo = { many = true }
  flow.counter = flow.new_progress "settle"
  local good, err = orphans(flow, runs, memo)
  if good then
    good, err = readings(flow, { states = { "pending" }, runs = runs }, memo)
  end
  if good then
    good, err = readings(flow, {
      states = ENDS,
      ended = false, -- somebody has said otherwise since
      runs = runs,
    }, memo)
  end
  if good and flow.kind.recover then
    good, err = flow.kind.recover(flow, runs, memo)
  end
  flow.counter:report(true)
  if err then return nil, err end
  return good
end

return settle
