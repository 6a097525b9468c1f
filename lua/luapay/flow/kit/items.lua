-- items.lua - the items of a run: all are checked and written down as
-- planned before the first is sent; then each is sent, and reported.

local core = require "luapay.core"
local fault = require "luapay.fault"
local money = require "luapay.flow.kit.money"
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
  elseif type(value) ~= "string" or not value:find "^%-?%d+%.?%d*$" then
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
  if want.endpoint and want.args then
    local good, err = flow.client:check(want.endpoint, want.args)
    if not good then
      return refuse(flow, index, err.field or "args", err.message)
    end
  end
  want.reference, want.step, want.main = item.reference, flow.kind.main, true
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
  if good then
    good, err = flow.book:plan_done(token)
  end
  if good then return verdicts end
  flow.book:plan_off(token)
  return nil, err
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
  return report.item(flow, record, why)
end

-- Nothing was sent, and nothing may be.
local function all_unreadable(flow, wants, err)
  local told = report.new(flow, true)
  for index, want in ipairs(wants) do
    told:add(
      report.item(flow, {
        reference = want.reference,
        entries = {},
        want = want,
      }, err),
      index
    )
  end
  return told:conclude()
end

local SENT = { send = true, plan = true, open = true }

local function send_list(flow, wants, verdicts)
  local told = report.new(flow, true)
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
    told:add(item, index)
    counter:add { [item.state] = 1 }
  end)
  counter:report(true)
  return told:conclude()
end

local function run_list(flow, list)
  local wants, err = items.check(flow, list)
  if not wants then return nil, err end
  if #wants < 2 then return send_list(flow, wants) end
  local verdicts, why = plan(flow, wants)
  if not verdicts then return all_unreadable(flow, wants, why) end
  return send_list(flow, wants, verdicts)
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

-- Writes rows down under a token; a bad one ends it, and nothing is kept.
local function plan_rows(flow, rows, told)
  local token, counter = random.uuid(), flow.new_progress "plan"
  local good, err = flow.book:plan(token)
  local wants, number, open, bad = {}, 0, {}, 0
  local function flush()
    if not wants[1] then return true end
    local verdicts = {}
    local fine, why = plan_chunk(flow, wants, 1, #wants, token, verdicts)
    if not fine then return nil, why end
    for i, known in ipairs(verdicts) do
      local entry = step.main(known.record)
      if known.verdict == "open" then
        open[#open + 1] = wants[i]
      elseif known.verdict == "plan" and wants[i].again == token then
        bad = bad + 1
      elseif known.verdict ~= "plan" then
        told:add(report.item(flow, known.record, known.err))
      end
      counter:add { [entry and entry.state or "failed"] = 1 }
    end
    wants = {}
    return true
  end
  local next_row = iterator(rows)
  while good do
    local row = next_row()
    if row == nil then
      good, err = flush()
      break
    end
    number = number + 1
    local want, why = items.want(flow, row, number)
    if want then
      wants[#wants + 1] = want
      if #wants == CHUNK then
        good, err = flush()
      end
    elseif flow.kind.bad_row and flow.kind.bad_row(flow, number, why) then
      told:add {
        reference = tostring(type(row) == "table" and row.reference),
        run = flow.run_name,
        state = "failed",
        money = "none",
        ended = true,
        needs_person = false,
        fault = why,
      }
    else
      good, err = nil, why
    end
  end
  if good then
    good, err = flow.book:plan_done(token)
  end
  counter:report(true)
  if good then return open end
  flow.book:plan_off(token)
  return nil, err
end

items.plan_rows = plan_rows

-- ---- several items in one request

local function send_portion(flow, entries, put)
  local spec = money.spec(flow.kind, entries[1])
  local held = {}
  for _, entry in ipairs(entries) do
    if flow.book:holds(entry) then held[#held + 1] = entry end
  end
  if not held[1] then return true end
  local method, args = spec.many.request(flow, held)
  local result, err =
    flow.client[method](flow.client, args, step.options(flow, held[1]))
  if not result then
    local halve = #held > 1
      and err.outcome == "failed"
      and spec.many.halve
      and spec.many.halve(err)
    if halve then
      local middle = math.floor(#held / 2)
      local one, other = {}, {}
      for i, entry in ipairs(held) do
        table.insert(i <= middle and one or other, entry)
      end
      local good, why = send_portion(flow, one, put)
      if not good then return nil, why end
      return send_portion(flow, other, put)
    end
  end
  local told = result and spec.many.keep(flow, result, held) or {}
  local answers, references = {}, {}
  for i, entry in ipairs(held) do
    references[i] = entry.reference
    if told[i] and told[i].err then
      answers[i] = { err = told[i].err }
    elseif told[i] then
      answers[i] = { told = told[i], result = result }
    else
      answers[i] = {
        err = err or step.fault(flow, {
          kind = "decode",
          outcome = "unknown",
          message = "the answer does not name it",
        }),
      }
    end
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

--- Sends what is planned in this run, a portion in a request.
---@async
---@param flow table
---@param put fun(record: table, err?: luapay.Fault)
---@return true? good
---@return luapay.Fault? fault of the journal
function items.work(flow, put)
  local broken
  local function next_portion()
    if broken then return nil end
    local taken, err = flow.book:take {
      limit = flow.portion or 1,
      step = flow.kind.main,
    }
    broken = err
    return taken and taken[1] and taken or nil
  end
  local many = money.spec(flow.kind, { main = true, details = {}, step = "" })
  many = many and many.many
  task.map(next_portion, {
    concurrency = flow.concurrency,
    each = function() end,
  }, function(entries)
    if many then
      local good, err = send_portion(flow, entries, put)
      if not good then broken = broken or err end
      return
    end
    for _, entry in ipairs(entries) do
      local record, err = flow.book:get(entry.reference, entry.run)
      if not record then
        broken = broken or err
        return
      end
      local now, why = step.send(flow, record, entry)
      put(now, why)
    end
  end)
  if broken then return nil, broken end
  return true
end

local function run_rows(flow, rows)
  local told = report.new(flow)
  local open, err = plan_rows(flow, rows, told)
  if not open then return nil, err end
  local counter = flow.new_progress "send"
  for _, want in ipairs(open) do
    told:add(items.take(flow, want))
  end
  local good, why = items.work(flow, function(record, no)
    local item = report.item(flow, record, no)
    told:add(item)
    counter:add { [item.state] = 1 }
  end)
  counter:report(true)
  if not good then
    why = fault.copy(why)
    why.report = told.told
    return nil, why
  end
  return told:conclude()
end

-- The list's items in its order, whatever was sent in which portion.
local function run_portions(flow, list)
  local wants, err = items.check(flow, list)
  if not wants then return nil, err end
  local faults = {}
  local verdicts, why = plan(flow, wants)
  if not verdicts then return all_unreadable(flow, wants, why) end
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
  if not done then
    why = fault.copy(no_more)
    why.report = told.told
    return nil, why
  end
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
  local spec = flow.kind.steps[flow.kind.main]
  if spec and spec.many then return run_portions(flow, given) end
  return run_list(flow, given)
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
