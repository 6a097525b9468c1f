-- queue.lua - works off Mobip's queue of paid transactions (NEOSYSTEMS):
-- hands each to a function of the user's, and acknowledges, which takes it
-- off the queue for good, only what that function has finished. It moves no
-- money: the transactions were paid before.

local guard = require "luapay.guard"
local kit = require "luapay.flow.kit"
local task = require "luapay.task"

local step = kit.step

local PORTION = 100 -- transactions acknowledged in one call
local TRIES = 3 -- acknowledgements after which a person is needed

local kind = {
  name = "queue",
  api = "mobip",
  main = "handle",
  fields = {},
  options = {
    handle = { type = "function", required = true },
    limit = {
      type = "number",
      positive = true,
      whole = true,
      default = 100,
    },
    concurrency = {
      type = "number",
      positive = true,
      whole = true,
      default = 1,
    },
    trid_field = { type = "string", default = "mobip_trid" },
  },
}

-- What a person has accepted stays in Mobip's queue, and is no news.
function kind.intended(item)
  return item.state == "done" or item.accepted or false
end

function kind.view(_, item, main)
  local outcome = main.outcome or {}
  item.tries, item.accepted = outcome.tries, outcome.accepted
end

-- ---- handing over

local function refusal(flow, entry, message)
  return step.fault(flow, {
    kind = "handler",
    outcome = "failed",
    message = ("%s: %s"):format(entry.reference, message),
  })
end

-- Calls the user's function. Its work is at least once: what it did not
-- finish comes again, with `again`.
local function hand_over(flow, entry, row)
  local good, done, why =
    task.call_host(guard.call, flow.handle, row, { again = entry.attempt > 1 })
  if not good then
    local what = "the function has raised an error: " .. tostring(done)
    return nil, refusal(flow, entry, what)
  elseif done ~= true then
    local what = "the function has not finished: " .. tostring(why)
    return nil, refusal(flow, entry, what)
  end
  return {
    state = "pending",
    status = "handled",
    provider_id = entry.reference,
  }
end

-- Cut off in the middle: it is handed over once more.
local function cut_off(flow, entry)
  return flow.book:change(entry.reference, function(item)
    local there = step.main(item)
    if item:mine(there, entry) and kit.money.OPEN[there.state] then
      item:set(there, { state = "failed", status = "cut off" })
    end
    return step.record(item)
  end, { run = entry.run })
end

kind.steps = {
  handle = {
    act = hand_over,
    settle = cut_off,
    advice = {
      stuck = "It was handled and acknowledged, but Mobip does not take it "
        .. "off its queue: ask Mobip. Then call accept(reference, { who, "
        .. "why }).",
    },
  },
}

local function want_of(trid, row)
  return {
    reference = trid,
    step = "handle",
    main = true,
    fingerprint = step.print { trid },
    details = { amount = row.amount, merchant = row.mobip_merchant_id },
    secret = row,
  }
end

-- ---- reading the queue

-- A list, or what PHP makes of one with gaps.
local function in_order(found)
  local keys, list = {}, {}
  for key in pairs(type(found) == "table" and found or {}) do
    if tonumber(key) then keys[#keys + 1] = key end
  end
  table.sort(keys, function(a, b)
    return tonumber(a) < tonumber(b)
  end)
  for i, key in ipairs(keys) do
    list[i] = found[key]
  end
  return list
end

local function trid_of(flow, row)
  local trid = type(row) == "table" and row[flow.trid_field]
  if type(trid) == "number" then trid = ("%.0f"):format(trid) end
  return type(trid) == "string" and trid ~= "" and trid or nil
end

-- The first rows of the queue; `whole`: these are all there are.
local function fetch(flow, limit)
  local result, err = flow.client:get_mobip_transactions(
    { limit = ("%d"):format(limit) },
    flow.call
  )
  if not result then return nil, err end
  local list = in_order(result.transactions_list)
  return list, nil, #list < limit
end

-- ---- acknowledging

-- Acknowledges some; adds what Mobip says it has removed.
local function acknowledge(flow, records, state)
  for first = 1, #records, PORTION do
    local trids = {}
    for i = first, math.min(first + PORTION - 1, #records) do
      trids[#trids + 1] = records[i].reference
    end
    local result, err =
      flow.client:set_mobip_transactions({ trid_list = trids }, flow.call)
    for _, trid in ipairs(trids) do
      state.sent[trid] = result ~= nil
      state.faults[trid] = err
    end
    for _, trid in
      ipairs(in_order(result and result.removed_transactions_list))
    do
      local text = type(trid) == "number" and ("%.0f"):format(trid) or trid
      state.removed[tostring(text)] = true
    end
  end
end

-- "removed": it was seen that it is not in the queue any more; "kept": it is
-- still there although it was acknowledged.
local function verdict(record, state)
  local trid = record.reference
  if state.whole then
    if not state.here[trid] then return "removed" end
  elseif state.removed[trid] then
    return "removed"
  end
  return state.sent[trid] and "kept" or nil
end

local function put_verdict(item, entry, word)
  local outcome = {}
  for name, value in pairs(entry.outcome or {}) do
    outcome[name] = value
  end
  if word == "removed" then
    outcome.person = nil
    item:set(entry, { state = "done", status = "acknowledged" })
  else
    outcome.tries = (outcome.tries or 0) + 1
    if outcome.tries >= TRIES then outcome.person = "stuck" end
    item:set(entry, { status = "acknowledged" })
  end
  item:set(entry, { outcome = next(outcome) and outcome or step.NONE })
end

-- Writes down what became of what was acknowledged.
local function note(flow, records, state)
  local list, words = {}, {}
  for _, record in ipairs(records) do
    local word = verdict(record, state)
    if word then
      words[#words + 1] = word
      list[#list + 1] =
        { book = flow.book, reference = record.reference, run = record.run }
    end
  end
  if not list[1] then return true end
  return flow.journal:change(list, function(all)
    for i, item in ipairs(all) do
      local entry = step.main(item)
      if entry.state == "pending" then put_verdict(item, entry, words[i]) end
    end
    return true
  end)
end

-- What was handled, and not seen removed yet; by a person's leave it may
-- stay where it is.
local function pending(flow, runs)
  local list = {}
  local good, err = pcall(function()
    local filter = { states = { "pending" }, runs = runs }
    for record in flow.book:items(filter) do
      if not (step.main(record).outcome or {}).accepted then
        list[#list + 1] = record
      end
    end
  end)
  if good then return list end
  return nil, err
end

-- ---- a run

local function new_state()
  return {
    here = {}, -- trids that the last fetch had
    seen = {}, -- those that any had
    sent = {}, -- acknowledged now: whether Mobip has answered
    removed = {}, -- which Mobip says it has removed
    faults = {}, -- by trid
    nameless = 0,
  }
end

-- The rows that are new, of a list that was fetched.
local function take_in(flow, list, whole, state)
  local fresh = {}
  state.here, state.nameless, state.whole = {}, 0, whole
  for _, row in ipairs(list) do
    local trid = trid_of(flow, row)
    if not trid then
      state.nameless = state.nameless + 1
    else
      state.here[trid] = true
      if not state.seen[trid] then
        state.seen[trid] = true
        fresh[#fresh + 1] = { trid = trid, row = row }
      end
    end
  end
  return fresh
end

-- Hands some rows over; returns those that are finished, now or before.
local function hand_all(flow, rows, order, state)
  local finished = {}
  local counter = flow.new_progress("send", #rows)
  local function one(each)
    local record, err =
      step.take(flow, each.trid, want_of(each.trid, each.row))
    local main = step.main(record)
    local word = main and main.state or "unknown"
    order[#order + 1] = record
    state.faults[each.trid] = err
    if not err and (word == "pending" or word == "done") then
      finished[#finished + 1] = record
    end
    counter:add { [word] = 1 }
  end
  if flow.concurrency > 1 then
    local options = { concurrency = flow.concurrency, each = function() end }
    task.map(rows, options, one)
  else
    for _, each in ipairs(rows) do
      one(each)
    end
  end
  counter:report(true)
  return finished
end

-- Fetches until nothing new comes. What stays in the queue must not hide
-- what comes behind it: more is asked for than stays.
local function work_off(flow, order, state)
  local limit, longest = flow.limit, -1
  while true do
    local list, err, whole = fetch(flow, limit)
    if not list then return nil, err end
    local rows = take_in(flow, list, whole, state)
    local finished = hand_all(flow, rows, order, state)
    acknowledge(flow, finished, state)
    if not rows[1] then
      -- who sends no more, however much is asked for, has no more to send
      if whole or #list <= longest then return true end
      longest = #list
    end
    limit = math.max(#list - #finished, 0) + flow.limit
  end
end

-- Acknowledges what an earlier run has left, and writes down what is gone.
local function settle_left(flow, runs, state)
  local list, err = pending(flow, runs)
  if not list then return nil, err end
  local left = {}
  for _, record in ipairs(list) do
    local trid = record.reference
    if state.here[trid] and state.sent[trid] == nil then
      left[#left + 1] = record
    end
  end
  acknowledge(flow, left, state)
  if left[1] then
    local now, why, whole = fetch(flow, flow.limit + #list)
    if not now then return nil, why end
    take_in(flow, now, whole, state)
  end
  return note(flow, list, state)
end

-- A row that has no trid hides nothing behind it; but nobody can take it
-- off the queue.
local function put_nameless(told, flow, count)
  for number = 1, count do
    told:add({
      reference = ("(row %d without %s)"):format(number, flow.trid_field),
      run = flow.run_name,
      state = "pending",
      step = "handle",
      money = "none",
      ended = false,
      needs_person = true,
      advice = "Mobip sent a row without "
        .. flow.trid_field
        .. ": ask Mobip, or set the option trid_field.",
    }, #told.told.items + 1)
  end
end

-- How all that was handed over stands now.
local function put_all(told, flow, order, state)
  for index, record in ipairs(order) do
    local now = flow.book:get(record.reference, record.run) or record
    local err = state.faults[record.reference]
    told:add(kit.report.item(flow, now, err), index)
  end
  put_nameless(told, flow, state.nameless)
end

kind.verbs = {}

--- Works off the queue: hands each transaction to `handle`, and acknowledges
--- what it has finished, until nothing new comes.
---
--- At least once, and effectively once: what was finished before, by any
--- worker, is acknowledged and not handed over again. Only what was cut off
--- by a crash, or has failed, comes again; then the function's second
--- argument has `again = true`.
---@async
---@return luapay.FlowReport? report a transaction's reference is its trid
---@return luapay.Fault? fault "incomplete": some are not finished; "timeout":
--- they are, but could not be acknowledged; "unsettled": a person is needed
function kind.verbs:run(...)
  if select("#", ...) > 0 and (...) ~= nil then
    error("flow.queue:run: takes nothing: the rows come from Mobip", 2)
  end
  local told, order, state = kit.report.new(self, true), {}, new_state()
  local good, err = work_off(self, order, state)
  if good then
    good, err = settle_left(self, "mine", state)
  end
  put_all(told, self, order, state)
  if good then return told:conclude() end
  return nil, told:stop(err)
end

function kind.verbs.run_one()
  error("flow.queue:run_one: the rows come from Mobip: use run", 2)
end

-- After the kit's recover: what was handled and not seen removed.
function kind.recover(flow, runs)
  local state, limit, longest = new_state(), flow.limit, -1
  while true do
    local list, err, whole = fetch(flow, limit)
    if not list then return nil, err end
    take_in(flow, list, whole, state)
    if whole or #list <= longest then break end
    longest, limit = #list, limit * 2
  end
  return settle_left(flow, runs, state)
end

--- Makes a flow: `luapay.flow.queue{...}`.
---
--- `client` (Mobip's, of an account with that right), `journal`, and what
--- all flows take; `handle(transaction, about)`: yours; true when its work
--- is done for good, false and why when not; in less time than the journal's
--- lease. `limit`: transactions fetched at a time, 100; `concurrency`:
--- functions side by side, 1; `trid_field`: where a row has its trid.
return kit.define(kind)
