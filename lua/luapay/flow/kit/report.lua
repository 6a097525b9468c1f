-- report.lua - what a caller gets: an item, a report of many, the fault of
-- what is not as intended, and how far work has come. All of it is computed
-- from entries; nothing here reads or writes.

local core = require "luapay.core"
local decimal = require "luapay.decimal"
local fault = require "luapay.fault"
local guard = require "luapay.guard"
local task = require "luapay.task"
local money = require "luapay.flow.kit.money"
local step = require "luapay.flow.kit.step"

local report = {}

local SHOWN = 100 -- items of a report that has no list
local NAMED = 5 -- references that a message names

-- ---- an item

-- What a person is to do, unless the kind says better.
local ADVICE = {
  lost = "Find out at the provider whether it was done. If so, call "
    .. "found(reference, { provider_id = its id }); if not, "
    .. "absent(reference).",
  candidates = "Several at the provider fit: see candidates. Find out which "
    .. "is meant and call found(reference, { provider_id = that id }), and "
    .. "see to it that nothing comes of the others. If none is, call "
    .. "absent(reference).",
  other_amount = "One at the provider fits but for its amount: see "
    .. "candidates. If it is the one, call found(reference, { provider_id = "
    .. "that id }); if there is none, absent(reference).",
  taken = "The provider answered with the id of another reference: see "
    .. "candidates. Ask the provider, then call found(reference, { "
    .. "provider_id = its own id }) or absent(reference).",
  amount = "The provider has another amount than was asked for: see "
    .. "provider_amount, and moved. Correct it with the payer, then call "
    .. "accept(reference, { who, why }).",
  word = "The provider uses a word that luapay does not know: see "
    .. "provider_status. Ask the provider what it means, name it in the "
    .. "option words, then call get(reference). Where luapay cannot ask the "
    .. "provider, have its callback come again, or call accept(reference, { "
    .. "who, why }).",
  ends = "The provider has said two things that cannot both be true. Ask it "
    .. "which holds before you pay or ask again, then call "
    .. "accept(reference, { who, why }) or, if nothing was done, "
    .. "absent(reference).",
  restored = "The journal was restored, or has failed over, and may lack that "
    .. "this was sent. Find out at the provider whether it was done. If so, "
    .. "call found(reference, { provider_id = its id }); if not, "
    .. "absent(reference).",
  refused = "The provider refused it. Correct it there by hand, then call "
    .. "found(reference, { step = this step }), or accept(reference, { who, "
    .. "why }) if it is to stay as it is.",
}
report.ADVICE = ADVICE

-- Whether other steps are open beside one: then each verb must name its own.
local function is_beside_others(entries, entry)
  for _, other in ipairs(entries) do
    if other ~= entry and money.OPEN[other.state] then return true end
  end
  return false
end

-- The verbs of an advice with the step that they are about.
local function name_step(text, step_name)
  local named = ("step = %q"):format(step_name)
  for _, verb in ipairs { "found", "absent" } do
    text = text
      :gsub(verb .. "%(reference%)", function()
        return ("%s(reference, { %s })"):format(verb, named)
      end)
      :gsub(verb .. "%(reference, { (%a+)", function(option)
        if option == "step" then return nil end
        return ("%s(reference, { %s, %s"):format(verb, named, option)
      end)
  end
  return (text:gsub("step = this step", function()
    return named
  end))
end

--- The text for a person who is needed, or nil.
---@param flow table
---@param entries luapay.JournalEntry[]
---@return string?
function report.advice(flow, entries)
  local entry, why = money.person(flow.kind, entries)
  if not entry then return nil end
  local own = money.spec(flow.kind, entry).advice
  local text = type(own) == "table" and (own[why] or own.lost) or own
  if type(own) == "table" and not own[why] and ADVICE[why] then
    text = ADVICE[why]
  elseif type(own) == "string" and why ~= "lost" then
    text = ADVICE[why]
  end
  text = text or ADVICE[why] or ADVICE.lost
  if entry.main and not is_beside_others(entries, entry) then return text end
  return name_step(text, entry.step)
end

local function bare(flow, record, err)
  local want = record.want or {}
  local unread = err
    and err.kind == "journal"
    and (err.code == "unreadable" or err.outcome == "unknown")
  return {
    reference = record.reference,
    run = record.run or flow.run_name,
    amount = want.amount,
    currency = want.currency,
    state = unread and "unknown" or "failed",
    step = flow.kind.main,
    money = unread and "unknown" or "none",
    ended = not unread,
    needs_person = false,
    fault = err,
  }
end

local function stored_fault(record, name)
  local entry = step.find(record, name) or step.main(record)
  local kept = entry.fault
  if not kept then return nil end
  local fields = {}
  for field, value in pairs(kept) do
    fields[field] = value
  end
  return fault.new(fields)
end

--- What a caller is told of an item.
---@param flow table
---@param record table reference, run, entries
---@param err? luapay.Fault of the last call about it
---@return luapay.FlowItem
function report.item(flow, record, err)
  local main = step.main(record)
  if not main then return bare(flow, record, err) end
  local item = money.appraise(flow.kind, record.entries)
  item.sum = nil
  item.purged = money.is_purged(record.entries) or nil
  item.reference, item.run = record.reference, record.run
  item.advice = not item.purged and report.advice(flow, record.entries) or nil
  item.provider_status = main.status
  item.reason, item.code = main.reason, main.code
  item.seen_at, item.provider_id = main.seen_at, main.provider_id
  item.provider_amount = (main.outcome or {}).amount
  for _, entry in ipairs(record.entries) do
    local candidates = (entry.outcome or {}).candidates
    item.candidates = item.candidates or candidates
  end
  if flow.kind.view and not item.purged then
    flow.kind.view(flow, item, main, record)
  end
  if err and err.kind == "journal" and err.code == "unreadable" then
    item.state, item.money, item.ended = "unknown", "unknown", false
  end
  item.fault = err or stored_fault(record, item.step)
  return item
end

-- ---- as intended?

local ORDER = {
  journal = 1,
  unsettled = 2,
  timeout = 3,
  incomplete = 4,
  argument = 5,
}

--- Whether an item is as `run` wants it.
---@param flow table
---@param item luapay.FlowItem
---@return boolean
function report.is_intended(flow, item)
  if item.needs_person then return false end
  local wanted = flow.kind.intended
  if type(wanted) == "function" then return wanted(item) and true or false end
  if item.money == "unknown" then return false end
  return wanted[item.state] or false
end

-- It speaks of this verb or of the journal, not of one call's fate.
local function is_own(err)
  return err
    and ORDER[err.kind]
    and (err.endpoint == "journal" or tostring(err.endpoint):find "^flow%.")
end

local function word_of(item)
  if item.state == "failed" then return "refused" end
  local word = item.provider_status or item.state
  return (word:lower():gsub("%s+", "_"))
end

local OPEN_CODES = { sent = "unknown", unknown = "unknown", parked = "parked" }

-- Certainly nothing came about, and nothing will.
local function is_nothing(item)
  if item.money == "returned" then return item.state == "compensated" end
  return item.money == "none"
    and (money.ENDED[item.state] or item.state == "planned")
end

local function unsettled_code(item)
  if OPEN_CODES[item.state] then return OPEN_CODES[item.state] end
  if item.needs_person then return "person" end
  if item.money == "unknown" then return "unknown" end
  if item.state == "done" and not item.ended then return "unknown" end
end

local function text_of(item)
  local text = ("%s is %s"):format(item.reference, item.state)
  if item.provider_status then
    text = ("%s (%s)"):format(text, item.provider_status)
  end
  if item.fault then text = text .. ": " .. tostring(item.fault.message) end
  if item.advice then text = text .. ". " .. item.advice end
  return text
end

--- The fault of an item that is not as a verb wants it.
---@param flow table
---@param item luapay.FlowItem
---@return luapay.Fault
function report.fault_of(flow, item)
  if is_own(item.fault) then
    local own = fault.copy(item.fault)
    own.item = item
    return own
  end
  local kind, code, outcome = "unsettled", unsettled_code(item), "unknown"
  if not code and (item.state == "pending" or item.state == "planned") then
    kind, code = "timeout", "waiting"
    if item.state == "planned" then outcome = "failed" end
  elseif not code then
    kind, code = "incomplete", word_of(item)
    if is_nothing(item) then outcome = "failed" end
  end
  return step.fault(flow, {
    kind = kind,
    code = code,
    outcome = outcome,
    message = text_of(item),
    item = item,
  })
end

-- ---- many items

local Report = {}

local function add_sum(group, item)
  local sum = item.money == "moved" and item.moved
    or item.money == "returned" and item.returned
    or item.amount
  if not sum or not item.currency then return end
  local sums = group.sums
  sums[item.currency] = decimal.add(sums[item.currency] or "0", sum)
end

-- By its kind; of one kind, what a person has to settle.
local function is_worse(err, worst)
  if not worst then return true end
  local order, other = ORDER[err.kind], ORDER[worst.kind]
  if order ~= other then return order < other end
  local item, its = err.item or {}, worst.item or {}
  return item.needs_person and not its.needs_person
end

local function note_fault(self, err)
  if is_worse(err, self.worst) then self.worst = err end
  if err.outcome == "unknown" then self.unknown = true end
  if err.retry_after then
    self.retry_after = math.max(self.retry_after or 0, err.retry_after)
  end
end

--- Counts one item.
---@param item luapay.FlowItem
---@param index? integer its place in the list that was given
---@param good? boolean whether it is as wanted; as `run` wants it
function Report:add(item, index, good)
  local told = self.told
  told.total = told.total + 1
  told.states[item.state] = (told.states[item.state] or 0) + 1
  local group = told.money[item.money] or { count = 0, sums = {} }
  told.money[item.money] = group
  group.count = group.count + 1
  add_sum(group, item)
  if item.needs_person then told.needs_person = told.needs_person + 1 end
  if index then told.items[index] = item end
  if good == nil then
    good = report.is_intended(self.flow, item) and not is_own(item.fault)
  end
  if good then return end
  told.not_as_intended = told.not_as_intended + 1
  if not index and #told.first < SHOWN then
    told.first[#told.first + 1] = item
  end
  note_fault(self, report.fault_of(self.flow, item))
end

--- Counts items that are planned still: sending has stopped before them.
---@param count integer
function Report:add_planned(count)
  if count == 0 then return end
  local told = self.told
  told.total = told.total + count
  told.states.planned = (told.states.planned or 0) + count
  told.not_as_intended = told.not_as_intended + count
  note_fault(
    self,
    step.fault(self.flow, {
      kind = "timeout",
      code = "waiting",
      outcome = "failed",
      message = ("%d are planned and were not sent"):format(count),
    })
  )
end

--- The report; or nil and the worst of its faults, with the report in it.
---@return table? report
---@return luapay.Fault? fault
function Report:conclude()
  local told, worst = self.told, self.worst
  if not worst then return told end
  local err = fault.copy(worst)
  err.report, err.retry_after = told, self.retry_after
  err.outcome = self.unknown and "unknown" or "failed"
  if told.not_as_intended > 1 then
    err.message = ("%d of %d are not as intended; the worst: %s"):format(
      told.not_as_intended,
      told.total,
      worst.message
    )
  end
  return nil, err
end

--- The fault of work that went no further, with the report in it: of the
--- items that are not as intended, too.
---@param err luapay.Fault
---@return luapay.Fault
function Report:stop(err)
  local stopped = fault.copy(err)
  stopped.report = self.told
  if self.unknown then stopped.outcome = "unknown" end
  return stopped
end

--- Begins a report. `list`: its items keep their places.
---@param flow table
---@param list? boolean
---@return table
function report.new(flow, list)
  local told = {
    flow = flow.name,
    run = flow.run_name,
    total = 0,
    states = {},
    money = {},
    needs_person = 0,
    not_as_intended = 0,
  }
  told[list and "items" or "first"] = {}
  return setmetatable({ flow = flow, told = told }, { __index = Report })
end

report.NAMED = NAMED

-- ---- how far work has come

local Progress = {}
Progress.__index = Progress

local function log(line)
  local ngx = rawget(_G, "ngx")
  if ngx and ngx.log then
    ngx.log(ngx.WARN, line)
  else
    io.stderr:write(line, "\n")
  end
end

--- Counts, and reports once a second.
---@param by table<string, integer> { done = 1 }
function Progress:add(by)
  for name, count in pairs(by) do
    self.states[name] = (self.states[name] or 0) + count
    self.count = self.count + count
  end
  if self.tell and core.now() >= self.next then self:report() end
end

--- Reports now: what the listener raises is logged, and stops nothing.
---@param over? boolean
function Progress:report(over)
  if not self.tell or (not over and core.now() < self.next) then return end
  local seconds, states = core.now() - self.began, {}
  for name, count in pairs(self.states) do
    states[name] = count
  end
  local rate = seconds > 0 and self.count / seconds or 0
  local left
  if self.total and rate > 0 then
    left = math.max(0, self.total - self.count) / rate
  end
  self.next = core.now() + 1
  local good, err = task.call_host(guard.call, self.tell, {
    phase = self.phase,
    states = states,
    seconds = seconds,
    rate = rate,
    total = self.total,
    left = left,
    over = over or false,
  })
  if not good then log("luapay: on_progress raised: " .. tostring(err)) end
end

--- Begins to count.
---@param tell? function
---@param phase "plan"|"send"|"settle"|"wait"
---@param total? integer
---@return table
function report.progress(tell, phase, total)
  local now = core.now()
  return setmetatable({
    tell = tell,
    phase = phase,
    total = total,
    began = now,
    next = now + 1,
    count = 0,
    states = {},
  }, Progress)
end

return report
