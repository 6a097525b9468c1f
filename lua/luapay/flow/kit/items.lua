-- items.lua - the items of a run: all are checked and written down as
-- planned before the first is sent; then each is sent, and reported.

local core = require "luapay.core"
local decimal = require "luapay.decimal"
local fault = require "luapay.fault"
local guard = require "luapay.guard"
local random = require "luapay.random"
local report = require "luapay.flow.kit.report"
local step = require "luapay.flow.kit.step"
local suggest = require("luapay.options").suggest
local task = require "luapay.task"

local items = {}

local LONGEST = 200 -- bytes of a reference
local CHUNK = 500 -- items written down at a time

-- ---- checking

--- An amount as decimal text, from text or luapay.money; else nil and why.
---@param value any
---@param currency? string
---@return string? decimal
---@return string? message
function items.amount(value, currency)
  if type(value) == "userdata" then
    local of = value.currency
    if currency and of ~= currency then
      return nil, ("is in %s, expected %s"):format(of, currency)
    end
    return value.decimal
  elseif type(value) == "number" then
    return nil, 'expected text like "12.50" or luapay.money, not a number'
  elseif not decimal.is(value) then
    return nil, 'expected text like "12.50" or luapay.money'
  end
  return value
end

local function refuse(flow, index, field, message)
  return nil,
    step.fault(flow, {
      kind = "argument",
      field = index and ("items[%d].%s"):format(index, field) or field,
      message = message,
    })
end

--- Why a text cannot be a reference; nil when it can.
---@param reference any
---@return string?
function items.bad_reference(reference)
  if type(reference) ~= "string" or reference == "" then
    return "expected a text of your own"
  elseif #reference > LONGEST or reference:find "[%z\1-\31\127]" then
    return ("expected at most %d bytes, without control characters"):format(
      LONGEST
    )
  elseif not core.encode { reference } then
    return "expected UTF-8"
  end
end

local function check_field(flow, name, value)
  local rule = flow.kind.fields[name]
  if not rule then
    local known = { reference = true }
    for field in pairs(flow.kind.fields) do
      known[field] = true
    end
    return "no such field" .. suggest(name, known)
  elseif rule == "money" then
    local _, problem = items.amount(value)
    return problem
  elseif rule ~= "any" and type(value) ~= rule then
    return ("expected a %s, got a %s"):format(rule, type(value))
  end
end

local function copy(value)
  local twin = {}
  for name, field in pairs(value or {}) do
    twin[name] = field
  end
  return twin
end

-- Amounts as text, so that what is sent is what is written down.
local function plain(flow, item)
  local twin = copy(item)
  for name, rule in pairs(flow.kind.fields) do
    if rule == "money" and type(twin[name]) == "userdata" then
      twin[name] = twin[name].decimal
    end
  end
  return twin
end

-- The field whose luapay.money is in another currency than the item.
local function other_currency(flow, item, want)
  for name, rule in pairs(flow.kind.fields) do
    local value = item[name]
    if rule == "money" and type(value) == "userdata" then
      local _, problem = items.amount(value, want.currency)
      if problem then return name, problem end
    end
  end
end

-- What is compared when the reference comes again: no URL, no time-out.
local function compared(flow, want)
  if want.compared then return want.compared end
  local args = copy(want.args)
  for _, name in ipairs(flow.kind.uncompared or {}) do
    args[name] = nil
  end
  return args
end

-- What the journal keeps: no secret.
local function kept_args(flow, args)
  local kept = copy(args)
  for _, name in ipairs(flow.kind.secrets or {}) do
    kept[name] = nil
  end
  return kept
end

--- Makes a `want` (see step.take) of an item: checked as its call would be.
---@param flow table
---@param item table
---@param index? integer for messages
---@return table? want with `reference`
---@return luapay.Fault? fault of kind "argument"
function items.want(flow, item, index)
  if type(item) ~= "table" then
    error(
      ("flow.%s: items[%s]: expected a table"):format(
        flow.name,
        tostring(index or 1)
      ),
      0
    )
  end
  local problem = items.bad_reference(item.reference)
  if problem then return refuse(flow, index, "reference", problem) end
  for name, value in pairs(item) do
    if name ~= "reference" then
      problem = check_field(flow, name, value)
      if problem then return refuse(flow, index, tostring(name), problem) end
    end
  end
  local want, field, message = flow.kind.want(flow, plain(flow, item), item)
  if not want then return refuse(flow, index, field, message) end
  field, message = other_currency(flow, item, want)
  if field then return refuse(flow, index, field, message) end
  if want.endpoint and want.args then
    local good, err = flow.client:check(want.endpoint, want.args)
    if not good then
      return refuse(flow, index, err.field or "args", err.message)
    end
  end
  want.reference, want.step, want.main = item.reference, flow.kind.main, true
  want.index = index
  want.fingerprint = step.print(compared(flow, want))
  want.details = copy(want.details)
  want.details.args = kept_args(flow, want.args)
  want.secret = want.secret or (flow.kind.secrets and want.args) or nil
  want.guard = want.guard or flow.kind.guard
  return want
end

-- Whether the journal knows one of these: then what was refused here may
-- have been done before.
local function is_known(flow, list)
  for _, item in ipairs(list) do
    local reference = type(item) == "table" and item.reference
    if type(reference) == "string" then
      local record, err = flow.book:get(reference)
      if record or err then return true end
    end
  end
  return false
end

--- Raises unless this is a list without a hole: what stands behind a hole
--- would not be sent, and nobody would hear of it.
---@param flow table
---@param list any
---@param what string "run: items", for the message
function items.check_list(flow, list, what)
  local count, last = 0, 0
  for index in pairs(list) do
    if type(index) ~= "number" or index < 1 or index % 1 ~= 0 then
      local text = "flow.%s: %s: expected a list, got the key %s"
      error(text:format(flow.name, what, tostring(index)), 0)
    end
    count, last = count + 1, math.max(last, index)
  end
  if count == last then return end
  local hole = 1
  while list[hole] ~= nil do
    hole = hole + 1
  end
  local text = "flow.%s: %s: nothing stands at [%d], but there is a [%.0f]"
  error(text:format(flow.name, what, hole, last), 0)
end

--- Checks a list: each item, and that no reference stands twice.
---@param flow table
---@param list table[]
---@return table[]? wants
---@return luapay.Fault? fault of kind "argument"
function items.check(flow, list)
  local wants, seen, ids = {}, {}, {}
  local err
  for index, item in ipairs(list) do
    local want, why = items.want(flow, item, index)
    err = why
    if not want then break end
    if seen[want.reference] then
      local what = ("stands at items[%d] too"):format(seen[want.reference])
      want, err = refuse(flow, index, "reference", what)
    elseif want.unique and ids[want.unique] then
      local what = "stands at items[%d] too: nothing could tell them apart"
      want, err =
        refuse(flow, index, "external_id", what:format(ids[want.unique]))
    end
    if not want then break end
    seen[want.reference] = index
    if want.unique then ids[want.unique] = index end
    wants[index] = want
  end
  if not err then return wants end
  if is_known(flow, list) then err.outcome = "unknown" end
  return nil, err
end

-- ---- planning

local function plan_chunk(flow, wants, first, last, token, verdicts)
  local references = {}
  for i = first, last do
    references[#references + 1] = wants[i].reference
  end
  return flow.book:change_many(references, function(all, now)
    for i, item in ipairs(all) do
      local want = wants[first + i - 1]
      local verdict, err = step.begin(flow, item, want, now, token)
      local record = step.record(item)
      verdicts[first + i - 1] =
        { verdict = verdict, err = err, record = record }
    end
    return true
  end)
end

-- All of a list as planned; a plan counts only when all is written.
local function plan(flow, wants)
  local token, verdicts = random.uuid(), {}
  local good, err = flow.book:plan(token)
  for first = 1, #wants, CHUNK do
    if not good then break end
    local last = math.min(#wants, first + CHUNK - 1)
    good, err = plan_chunk(flow, wants, first, last, token, verdicts)
  end
  for _, known in ipairs(good and verdicts or {}) do
    if known.verdict == "bad" then
      good, err = nil, known.err
      break
    end
  end
  if good then
    good, err = flow.book:plan_done(token)
  end
  if good then return verdicts end
  flow.book:plan_off(token)
  return nil, err, verdicts
end

items.plan = plan

-- ---- one by one

--- Sends one item, unless it was; and says how it stands.
---@async
---@param flow table
---@param want table
---@return luapay.FlowItem item
function items.take(flow, want)
  local context, err
  if flow.kind.before then -- what must be read before it may be sent
    context, err = flow.kind.before(flow, want)
    if context == nil then
      return report.item(flow, {
        reference = want.reference,
        entries = {},
        want = want,
      }, err)
    end
    want.context = context
  end
  local record, why = step.take(flow, want.reference, want)
  if flow.kind.follow then -- what comes after it was sent
    record, why = flow.kind.follow(flow, record, why)
  end
  return report.item(flow, record, why)
end

-- Nothing was sent, and nothing may be. What was read is known; of the rest
-- nobody knows what was done before.
local function all_unwritten(flow, wants, err, verdicts, is_list)
  if err.kind == "argument" then return nil, err end
  local told, unread = report.new(flow, is_list), fault.copy(err)
  unread.outcome = "unknown"
  for index, want in ipairs(wants) do
    local known = verdicts[index]
    local record = known and known.record
      or { reference = want.reference, entries = {}, want = want }
    local why = known and (known.err or err) or unread
    told:add(report.item(flow, record, why), is_list and index or nil)
  end
  return told:conclude()
end

local SENT = { send = true, plan = true, open = true }

local function send_list(flow, wants, verdicts, is_list)
  local told = report.new(flow, is_list)
  local counter = flow.new_progress("send", #wants)
  task.map(wants, {
    concurrency = flow.concurrency,
    each = function() end,
  }, function(want, index)
    local known = verdicts and verdicts[index]
    local item
    if known and not SENT[known.verdict] then
      item = report.item(flow, known.record, known.err)
    else
      item = items.take(flow, want)
    end
    told:add(item, is_list and index or nil)
    counter:add { [item.state] = 1 }
  end)
  counter:report(true)
  return told:conclude()
end

-- What an iterator gave is reported as a sum, without a list.
local function run_list(flow, list, is_list)
  local wants, err = items.check(flow, list)
  if not wants then return nil, err end
  if #wants < 2 then return send_list(flow, wants, nil, is_list) end
  local verdicts, why, seen = plan(flow, wants)
  if not verdicts then
    return all_unwritten(flow, wants, why, seen, is_list)
  end
  return send_list(flow, wants, verdicts, is_list)
end

-- ---- in portions, or from an iterator

local function iterator(rows)
  if type(rows) == "function" then return rows end
  local i = 0
  return function()
    i = i + 1
    return rows[i]
  end
end

--- The main step of a kind that sends many items in a request, or nil.
---@param flow table
---@return table? spec
function items.portions(flow)
  local spec = flow.kind.steps[flow.kind.main]
  return spec and spec.many and spec or nil
end

local function failed_row(flow, row, err)
  local reference = type(row) == "table" and row.reference or nil
  return report.item(flow, {
    reference = tostring(reference),
    run = flow.run_name,
    entries = {},
  }, err)
end

-- Rows that come one by one, and what became of each.
local Rows = {}
Rows.__index = Rows

-- A bad row: nothing is sent then, unless the kind says to go on without it.
function Rows:refuse(row, number, err)
  local flow = self.flow
  self.bad = self.bad + 1
  if flow.kind.bad_row and flow.kind.bad_row(flow, number, err) then
    self.told:add(failed_row(flow, row, err))
    return
  end
  self.refused = self.refused or err
end

function Rows:flush()
  local list = self.list
  if not list[1] or self.refused then return true end
  self.list, self.chunk = {}, {}
  local wants, verdicts = {}, {}
  for i, one in ipairs(list) do
    wants[i] = one.want
  end
  local good, err =
    plan_chunk(self.flow, wants, 1, #wants, self.token, verdicts)
  if not good then return nil, err end
  for i, known in ipairs(verdicts) do
    local verdict = known.verdict
    if verdict == "bad" then
      self:refuse(list[i].row, list[i].number, known.err)
    elseif verdict == "open" then
      self.open[#self.open + 1] = wants[i]
    elseif verdict ~= "plan" then
      self.told:add(report.item(self.flow, known.record, known.err))
    end
    local entry = step.main(known.record)
    self.counter:add { [entry and entry.state or "failed"] = 1 }
  end
  return true
end

function Rows:add(row)
  self.number = self.number + 1
  local number = self.number
  local want, err = items.want(self.flow, row, number)
  if want and self.chunk[want.reference] then
    local what = ("stands at items[%d] too"):format(self.chunk[want.reference])
    want, err = refuse(self.flow, number, "reference", what)
  end
  if not want then
    self:refuse(row, number, err)
    return true
  end
  self.chunk[want.reference] = number
  self.list[#self.list + 1] = { want = want, row = row, number = number }
  if #self.list < CHUNK then return true end
  return self:flush()
end

--- Writes rows down under a token. A bad row means that nothing is kept: the
--- fault is the first one's; where the kind has `bad_row`, the others are
--- gone through as well.
---@async
---@param flow table
---@param rows table[]|fun(): table?
---@param told table see report.new: gets what is known already
---@return table[]? open wants that have to be asked about first
---@return luapay.Fault? fault
function items.plan_rows(flow, rows, told)
  local self = setmetatable({
    flow = flow,
    told = told,
    token = random.uuid(),
    counter = flow.new_progress "plan",
    number = 0,
    bad = 0,
    list = {},
    chunk = {},
    open = {},
  }, Rows)
  local good, err = flow.book:plan(self.token)
  for row in iterator(rows) do
    if not good or (self.refused and not flow.kind.bad_row) then break end
    good, err = self:add(row)
  end
  if good then
    good, err = self:flush()
  end
  if self.refused then
    good, err = nil, self.refused
    if self.bad > 1 then
      err.message = ("%s (and %d more bad rows)"):format(
        err.message,
        self.bad - 1
      )
    end
  end
  if good then
    good, err = flow.book:plan_done(self.token)
  end
  self.counter:report(true)
  if good then return self.open end
  flow.book:plan_off(self.token)
  return nil, err
end

-- ---- several items in one request

-- Requests in which each name stands once: an answer tells by it.
local function split(spec, entries)
  if not spec.many.key then return { entries } end
  local requests, times = {}, {}
  for _, entry in ipairs(entries) do
    local key = spec.many.key(entry)
    times[key] = (times[key] or 0) + 1
    local n = times[key]
    requests[n] = requests[n] or {}
    table.insert(requests[n], entry)
  end
  return requests
end

-- Sent again while certainly nothing was done, and it was not refused.
local function request(flow, spec, held)
  local method, args = spec.many.request(flow, held)
  local attempts = flow.attempts or 1
  for attempt = 1, math.huge do
    local result, err = step.invoke(flow, held[1], method, args)
    local again = not result
      and err.outcome == "failed"
      and err.phase == "before_send"
      and attempt < attempts
    if not again then return result, err end
    local slept = guard.call(flow.sleep, 2 ^ (attempt - 1))
    if not slept or not flow.book:holds(held[1]) then return nil, err end
  end
end

-- What an answer says of each entry that was in its request.
local function answers_of(flow, spec, held, result, err)
  local told = result and spec.many.keep(flow, result, held) or {}
  local answers = {}
  for i in ipairs(held) do
    local one = told[i]
    answers[i] = one and one.err and { err = one.err }
      or one and { told = one, result = result }
      or { err = err or step.unnamed(flow) }
  end
  return answers
end

local function conclude(flow, held, answers, put, result)
  if not held[1] then return true end
  local references = {}
  for i, entry in ipairs(held) do
    references[i] = entry.reference
  end
  local records, why = flow.book:change_many(references, function(all, now)
    local list = {}
    for i, item in ipairs(all) do
      step.conclude(flow, item, held[i], answers[i], now)
      list[i] = step.record(item)
    end
    return list
  end, { known = { reference = references[1], result = result } })
  if not records then return nil, why end
  for i, record in ipairs(records) do
    put(record, answers[i].err)
  end
  return true
end

-- Half of them, and the other half: until a bad one stands alone.
local function halves(held)
  local one, other = {}, {}
  for i, entry in ipairs(held) do
    table.insert(i <= math.floor(#held / 2) and one or other, entry)
  end
  return one, other
end

local function send_request(flow, spec, entries, state)
  local held = {}
  for _, entry in ipairs(entries) do
    if flow.book:holds(entry) then held[#held + 1] = entry end
  end
  if not held[1] then return true end
  local result, err = request(flow, spec, held)
  local refused = err and err.outcome == "failed" and err.status
  local misses = (result or refused) and 0 or state.misses + 1
  state.misses = misses
  if misses >= (flow.attempts or math.huge) then state.stop = true end
  if refused and held[2] and spec.many.halve and spec.many.halve(err) then
    local one, other = halves(held)
    local good, why = send_request(flow, spec, one, state)
    if not good then return nil, why end
    return send_request(flow, spec, other, state)
  end
  local answers = answers_of(flow, spec, held, result, err)
  return conclude(flow, held, answers, state.put, result)
end

-- What may not be sent any more is not: it was planned too long ago.
local function without_late(flow, spec, entries, put)
  if not spec.many.refuse then return entries end
  local good, late, answers = {}, {}, {}
  for _, entry in ipairs(entries) do
    local field, message = spec.many.refuse(flow, entry)
    if field then
      late[#late + 1] = entry
      answers[#late] = {
        err = step.fault(flow, {
          kind = "refused",
          phase = "before_send",
          field = field,
          message = field .. " " .. message,
        }),
      }
    else
      good[#good + 1] = entry
    end
  end
  local done, err = conclude(flow, late, answers, put)
  if not done then return nil, err end
  return good
end

local function send_portion(flow, spec, entries, state)
  local good, err = without_late(flow, spec, entries, state.put)
  if not good then return nil, err end
  for _, list in ipairs(split(spec, good)) do
    local sent, why = send_request(flow, spec, list, state)
    if not sent then return nil, why end
  end
  return true
end

--- Sends what is planned in this run: a portion in a request, where the
--- kind has `many`. Stops after `attempts` requests in a row that nobody
--- answered: what is left stays planned.
---@async
---@param flow table
---@param put fun(record: table, err?: luapay.Fault)
---@return true? good
---@return luapay.Fault? fault of the journal
function items.work(flow, put)
  local spec = items.portions(flow)
  local state = { put = put, misses = 0 }
  local function may_be_sent(item, entry)
    if not step.is_doubtful(flow, item, entry, entry.step) then return true end
    step.doubt(flow, item, entry, item.now)
    return false
  end
  local function next_portion()
    if state.broken or state.stop then return nil end
    local taken, err = flow.book:take {
      limit = flow.portion,
      step = flow.kind.main,
      may = may_be_sent,
    }
    state.broken = err
    return taken and taken[1] and taken or nil
  end
  task.map(next_portion, {
    concurrency = flow.concurrency,
    each = function() end,
  }, function(entries)
    local good, err = send_portion(flow, spec, entries, state)
    if not good then state.broken = state.broken or err end
  end)
  if state.broken then return nil, state.broken end
  return true
end

--- Sends what is planned in this run, and says what came of it all.
---@async
---@param flow table
---@param told table see report.new: items are added to it
---@return luapay.FlowReport? report
---@return luapay.Fault? fault
function items.send_planned(flow, told)
  local planned, err = flow.book:report()
  local total = planned and planned.states.planned or 0
  local counter = flow.new_progress("send", total)
  local good, why = planned, err
  if good then
    good, why = items.work(flow, function(record, no)
      local item = report.item(flow, record, no)
      told:add(item)
      counter:add { [item.state] = 1 }
    end)
  end
  counter:report(true)
  if good then
    planned, why = flow.book:report()
    good = planned
    if planned then told:add_planned(planned.states.planned or 0) end
  end
  if good then return told:conclude() end
  return nil, told:stop(why)
end

-- Where each item is a request of its own, what is read before it, and what
-- no journal keeps, must be at hand: the rows are kept until they are sent.
local function run_rows(flow, rows)
  if not items.portions(flow) then
    local list = {}
    for row in iterator(rows) do
      list[#list + 1] = row
    end
    return run_list(flow, list, false)
  end
  local told = report.new(flow)
  local open, err = items.plan_rows(flow, rows, told)
  if not open then
    local refused = err.kind == "argument"
    err = told:stop(err)
    -- of the rows that were not reached nobody knows what was done before
    if not refused then err.outcome = "unknown" end
    return nil, err
  end
  for _, want in ipairs(open) do
    told:add(items.take(flow, want))
  end
  return items.send_planned(flow, told)
end

-- The list's items in its order, whatever was sent in which portion.
local function run_portions(flow, list)
  local wants, err = items.check(flow, list)
  if not wants then return nil, err end
  local faults = {}
  local verdicts, why, seen = plan(flow, wants)
  if not verdicts then return all_unwritten(flow, wants, why, seen, true) end
  for index, known in ipairs(verdicts) do
    if known.verdict == "open" then
      local item = items.take(flow, wants[index])
      faults[wants[index].reference] = item.fault
    else
      faults[wants[index].reference] = known.err
    end
  end
  local counter = flow.new_progress("send", #wants)
  local done, no_more = items.work(flow, function(record, no)
    faults[record.reference] = no
    counter:add { [step.main(record).state] = 1 }
  end)
  counter:report(true)
  local told = report.new(flow, true)
  for index, want in ipairs(wants) do
    local record, no = flow.book:get(want.reference)
    record = record
      or { reference = want.reference, entries = {}, want = want }
    told:add(report.item(flow, record, no or faults[want.reference]), index)
  end
  if not done then return nil, told:stop(no_more) end
  return told:conclude()
end

--- See kit/init.lua.
---@async
---@param flow table
---@param given table[]|fun(): table?
function items.run(flow, given)
  if type(given) == "function" then return run_rows(flow, given) end
  if type(given) ~= "table" or given.reference ~= nil then
    error(
      ("flow.%s: run: expected a list of items, or an iterator"):format(
        flow.name
      ),
      3
    )
  end
  items.check_list(flow, given, "items")
  if items.portions(flow) then return run_portions(flow, given) end
  return run_list(flow, given, true)
end

--- One item: see kit/init.lua.
---@async
function items.run_one(flow, item)
  local want, err = items.want(flow, item)
  if not want then
    if is_known(flow, { item }) then err.outcome = "unknown" end
    return nil, err
  end
  local taken = items.take(flow, want)
  local own = taken.fault
    and (
      taken.fault.endpoint == "flow." .. flow.name
      or taken.fault.endpoint == "journal"
    )
  if report.is_intended(flow, taken) and not own then return taken end
  return nil, report.fault_of(flow, taken)
end

return items
