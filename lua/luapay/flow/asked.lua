-- asked.lua - what one-off payments, agreements and refunds have in common:
-- somebody is asked for something, once, and it is followed to its end.
--
-- A `kind` says what is asked for: `step` (name of the step; nil when they
-- have several), `method`, `args` (names of an item that go to it), `own`
-- (names that do not, and their types), `within` (the field in which an
-- external_id is unique), `rule(flow, item) -> field, message`,
-- `take(flow, item) -> entry, fault, entry` as step.take, `states` (of the
-- journal, by the provider's word), `from` (states that may become it;
-- pending), `ranks` (of those that are pending), `ask(flow, entry) -> word,
-- or nil and a fault`, `looks` (see recover.lua), `events`, `id` (of an
-- event), `enrich(entry, status, outcome)`, `after(flow, entry, status)`.

local fault = require "luapay.fault"
local items = require "luapay.flow.asked_items"
local note = require "luapay.flow.asked_note"
local progress = require "luapay.flow.progress"
local recover = require "luapay.flow.recover"
local report = require "luapay.flow.asked_report"
local step = require "luapay.flow.step"
local task = require "luapay.task"

local asked = {}

--- Settles what is open of one reference, as far as it is nobody's.
---@async
---@return table? report
---@return luapay.Fault? fault of the journal
function asked.settle(flow, kind, reference, name)
  local told = { settled = 0, parked = 0, unknown = 0, entries = {} }
  local orphans, err = flow.journal:orphans {
    flow = flow.name,
    run = flow.run_name,
    reference = reference,
    step = name,
  }
  if not orphans then return nil, err end
  for _, entry in ipairs(orphans) do
    local good, why = recover.settle(flow, kind.looks, entry, told)
    if not good then return nil, why end
  end
  return told
end

--- Takes a step; what is open of it is settled first, if that can be.
---@async
---@param flow table
---@param kind table
---@param given table see step.take
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault
---@return luapay.JournalEntry? entry
function asked.take(flow, kind, given)
  local entry, err, there = step.take(flow, given)
  if entry or err.kind ~= "journal" or err.code ~= "unsettled" then
    return entry, err, there
  end
  local settled, why = asked.settle(flow, kind, given.reference, there.step)
  if not settled then return nil, why, there end
  if settled.settled == 0 then return nil, err, there end
  return step.take(flow, given)
end

-- One item: its result, with its fault where there is one.
local function request(flow, kind, item)
  local entry, err, there = kind.take(flow, item)
  if entry then return note.result(entry) end
  if there and err.code ~= "conflict" then return note.result(there, err) end
  local state = err.kind == "journal" and "not_tried" or "failed"
  if err.outcome == "unknown" then state = "unknown" end
  return { reference = item.reference, state = state, fault = err }
end

--- Asks for all items: see the flows.
---@async
---@param flow table
---@param kind table
---@param given table an item, or a list of them
---@return table? result
---@return luapay.Fault? fault
function asked.run(flow, kind, given)
  local one = given.reference ~= nil
  local list = one and { given } or given
  local good, refusal = items.check(flow, kind, list)
  if not good then return nil, refusal end
  return report.gather(flow, list, one, function(item)
    return request(flow, kind, item)
  end)
end

--- Asks the provider about all that has not ended, side by side.
---@async
---@return table? told { asked =, failed = }
---@return luapay.Fault? fault of the journal
local function ask_all(flow, kind, told)
  local each, broken =
    flow.journal:each {
      flow = flow.name,
      run = flow.run_name,
      step = kind.step,
      states = { "pending" },
    }, nil
  told.asked, told.unanswered = 0, 0
  local counted = progress.new(flow.on_progress, { now = flow.clock })
  local function next_entry()
    local entry, err = each()
    broken = broken or err
    return entry
  end
  task.map(next_entry, {
    concurrency = flow.concurrency,
    each = function() end,
  }, function(entry)
    local good = note.ask(flow, kind, entry)
    local name = good and "asked" or "unanswered"
    told[name] = told[name] + 1
    counted:add { [good and "done" or "unknown"] = 1 }
  end)
  counted:report(true)
  if broken then return nil, broken end
  return told
end

--- After a crash: settles what was under way by asking, then asks about all
--- that has not ended, as callbacks may have been lost.
---@async
---@return table? report settled, parked, unknown, entries (of what may have
--- been sent), asked, unanswered (of what has not ended)
---@return luapay.Fault? fault of the journal
function asked.recover(flow, kind)
  local told, err = recover.run(flow, kind.looks)
  if not told then return nil, err end
  return ask_all(flow, kind, told)
end

-- It may still come about, whatever was refused now.
local OPEN = { sent = true, unknown = true, parked = true }

--- Takes a further step with a thing, and says what became of the thing.
---@async
---@param flow table
---@param kind table
---@param entry luapay.JournalEntry of the thing
---@param given table see step.take
---@param status string that the step leads to
---@return table? result
---@return luapay.Fault? fault
function asked.act(flow, kind, entry, given, status)
  local done, err, there = asked.take(flow, kind, given)
  if done then
    local moved, why = note.status(flow, kind, entry, status)
    if moved ~= nil then return note.result(entry) end
    why = fault.copy(why)
    why.outcome = "unknown"
    return nil, why
  end
  -- a refusal may come of an older attempt that has acted late
  local answered = note.ask(flow, kind, entry)
  if entry.status == status then return note.result(entry) end
  local open = there and OPEN[there.state]
  if open or not answered and err.kind == "conflict" then
    err = fault.copy(err)
    err.outcome = "unknown"
  end
  return nil, err
end

return asked
