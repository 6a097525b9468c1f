-- topup.lua - credits accounts at Infobip: all or nothing, or each for
-- itself. Infobip has no idempotency key and nobody to ask: a credit whose
-- answer was lost is parked for a person, and never sent again.

local act = require "luapay.flow.kit.act"
local decimal = require "luapay.decimal"
local fault = require "luapay.fault"
local kit = require "luapay.flow.kit"
local task = require "luapay.task"

local items, money, report = kit.items, kit.money, kit.report
local settle, step = kit.settle, kit.step
local find = step.find

local kind = {
  name = "topup",
  api = "infobip",
  main = "credit",
  fields = {
    accountKey = "string",
    amount = "money",
    ammount = "money",
    currencycode = "string",
    description = "string",
  },
  options = {
    mode = {
      type = "string",
      choices = { all_or_nothing = true, each = true },
      default = "all_or_nothing",
    },
    concurrency = { type = "number", positive = true, whole = true },
    note = { type = "string" },
  },
}

-- A credit is there to stay when its run has ended: until then it may have to
-- be taken back.
function kind.intended(item)
  return item.state == "done" and item.ended and item.money ~= "unknown"
end

function kind.make(flow)
  local alone = flow.mode == "all_or_nothing" and 1 or 8
  flow.concurrency = flow.concurrency or alone
end

-- ---- a credit

-- Ids stay as they are, whatever a database makes of numbers.
local function id_text(id)
  if type(id) == "number" then return ("%.0f"):format(id) end
  return type(id) == "string" and id ~= "" and id or nil
end

function kind.want(_, item, given)
  if item.amount ~= nil and item.ammount ~= nil then
    return nil, "ammount", "is the same as amount: give one of them"
  end
  local amount = given.amount or given.ammount
  local text = item.amount or item.ammount
  if text and decimal.is_zero(text) then
    return nil, item.amount and "amount" or "ammount", "must not be 0"
  end
  local currency = item.currencycode
    or type(amount) == "userdata" and amount.currency
    or nil
  return {
    endpoint = "add_funds",
    amount = text,
    currency = currency,
    args = {
      accountKey = item.accountKey,
      amount = text,
      currencycode = currency,
      description = item.description,
    },
  }
end

local function keep_credit(flow, result)
  local id = id_text(result.transactionId)
  if id then return { provider_id = id } end
  return {
    lost = step.fault(flow, {
      kind = "decode",
      outcome = "unknown",
      message = "Infobip took it, but gave no transactionId",
    }),
  }
end

local CREDIT_ADVICE = "Look for this description, amount and time among the "
  .. "account's transactions at Infobip. If it is there, call "
  .. "found(reference, { provider_id = its transactionId }); if not, "
  .. "absent(reference). Then recover."

local ROLLBACK_ADVICE = {
  lost = "See whether this transaction is still in the account's balance at "
    .. "Infobip. If it was taken back, call found(reference, { step = "
    .. '"rollback" }); if not, absent(reference, { step = "rollback" }). '
    .. "Then recover.",
  amount = "Infobip took back another amount than was credited: see both "
    .. "bookings there. If all of it is back, call found(reference, { step "
    .. '= "rollback" }); if not, absent(reference, { step = "rollback" }).',
  refused = "It is still credited: Infobip refused to take it back. Reverse "
    .. 'it there by hand, then call found(reference, { step = "rollback" }).',
}

local function keep_rollback(_, result, entry)
  local back = items.amount(result.ammount or result.amount)
  local same = not back
    or kit.same_amount(back, entry.amount)
    or kit.same_amount(back, kit.negated(entry.amount))
  if same then return { state = "done", status = "rolled back" } end
  return { state = "parked", person = "amount" }
end

-- Refused after one whose answer was lost: maybe because that one has acted.
local function refused_again(_, item, entry, err)
  if err.phase == "before_send" or not entry.details.lost then return end
  item:set(entry, { state = "parked", outcome = step.NONE })
end

kind.steps = {
  credit = {
    effect = "moves",
    keep = keep_credit,
    advice = CREDIT_ADVICE,
  },
  rollback = {
    effect = "returns",
    whole = true,
    keep = keep_rollback,
    advice = ROLLBACK_ADVICE,
    refused = true,
    after_failure = refused_again,
  },
  -- stands for a run that is all or nothing: its worker's, while it works
  group = { quiet = true },
}

-- ---- taking one credit back

local function not_credited(flow, item, entry)
  local code = entry.state == "planned" and "refused" or entry.state
  local open = money.OPEN[entry.state]
  return step.fault(flow, {
    kind = open and "unsettled" or "incomplete",
    code = entry.state == "parked" and "parked" or open and "unknown" or code,
    outcome = open and "unknown" or "failed",
    message = ("%s is %s: there is nothing to take back"):format(
      item.reference,
      entry.state
    ),
  })
end

-- The group that holds a run must still be this worker's.
local function lost_group(flow, all, group)
  local there = find(all[2] or all[1], "group")
  if there and all[1]:mine(there, group) and money.OPEN[there.state] then
    return nil
  end
  return step.fault(flow, {
    kind = "unsettled",
    code = "lost",
    outcome = "unknown",
    message = "another worker has taken the run over",
  })
end

local function leader(flow, group)
  return { book = flow.book, reference = group.reference, run = group.run }
end

-- What takes a credit back: of a run that is undone (`group`), or alone.
local function rollback_of(flow, entry, note, group)
  local id = entry.provider_id
  local want = {
    step = "rollback",
    run = entry.run,
    endpoint = "rollback_transaction",
    fingerprint = step.print { id },
    amount = entry.amount,
    currency = entry.currency,
    details = {
      args = {
        transactionId = id,
        note = note or flow.note or ("rolled back: " .. entry.reference),
      },
    },
  }
  if group and group.reference ~= entry.reference then
    want.links = { leader(flow, group) }
  end
  function want.guard(_, item, _, _, all)
    local credit = step.main(item)
    if credit.state ~= "done" then return not_credited(flow, item, credit) end
    local before = find(item, "rollback")
    local absent = before and (before.outcome or {}).absent
    want.details.lost = before and before.details.lost or absent
    return group and lost_group(flow, all, group) or nil
  end
  return want
end

kind.verbs = {}

--- Takes one credit back, later. Safe to repeat.
---@async
---@param reference string
---@param options? { note: string? }
---@return luapay.FlowItem? item when it was taken back, now or before
---@return luapay.Fault? fault "incomplete": it was not credited, or Infobip
--- refused; "unsettled": not known yet, or (busy) its run is under way
function kind.verbs:undo(reference, options)
  kit.check_reference(self, "undo", reference)
  local given =
    kit.check(self, "undo", options, { note = { type = "string" } })
  local record, err = step.stored(self, reference)
  if not record then return nil, err end
  local credit = step.main(record)
  local item = report.item(self, record)
  if item.money == "returned" then return item end
  if credit.details.held then
    return nil,
      step.fault(self, {
        kind = "unsettled",
        code = "busy",
        outcome = "unknown",
        message = reference .. ": its run has not ended: recover first",
        item = item,
      })
  end
  if credit.state ~= "done" then
    err = not_credited(self, item, credit)
    err.item = item
    return nil, err
  end
  local want = rollback_of(self, credit, given.note)
  return act.take(self, reference, want, function(now)
    return now.money == "returned"
  end)
end

-- ---- all or nothing
--
-- One entry, the step "group" of the first item, stands for the whole run.
-- It is leased while a worker is at it, "unknown" while something of it has
-- to be settled first, and done, failed or compensated at its end. A credit
-- is `held` until then.

local function references_of(wants)
  local list = {}
  for i, want in ipairs(wants) do
    list[i] = want.reference
  end
  return list
end

local function group_id(wants)
  local prints = {}
  for i, want in ipairs(wants) do
    prints[i] = { want.reference, want.fingerprint }
  end
  return step.print(prints)
end

-- Whether a credit that is there may be part of this run. Pure.
local function member_verdict(flow, item, want, id)
  local entry = step.main(item)
  if not entry then return "new" end
  local free = entry.state == "planned" or entry.state == "failed"
  if free and not (entry.details.held and entry.details.group ~= id) then
    return "new"
  end
  local verdict, err = step.verdict(flow, item, entry, want.fingerprint)
  if verdict == "conflict" then return verdict, err end
  if entry.details.group ~= id then
    return "conflict",
      step.objection(flow, entry, "conflict", "was sent in another run", {
        outcome = "unknown",
      })
  end
  return verdict
end

local function plan_member(item, want)
  local entry = step.main(item)
  local fields = {
    state = "planned",
    step = want.step,
    endpoint = want.endpoint,
    fingerprint = want.fingerprint,
    amount = want.amount,
    currency = want.currency,
    details = want.details,
  }
  if not entry then
    item:add(fields)
    return
  end
  fields.fault, fields.outcome = step.NONE, step.NONE
  fields.status = step.NONE
  item:set(entry, fields)
end

local function records_of(all)
  local list = {}
  for i, item in ipairs(all) do
    list[i] = step.record(item)
  end
  return list
end

-- Takes the run: as a new one, or one that nobody is at. Pure.
local function open_group(flow, wants, id)
  return function(all)
    local group, faults, bad = find(all[1], "group"), {}, false
    local is_new = not group or money.ENDED[group.state]
    if group and group.fingerprint == id then
      if money.OPEN[group.state] and all[1]:leased(group) then
        local busy = step.busy(flow, all[1], group, "its run is")
        return { verdict = "busy", records = records_of(all), fault = busy }
      elseif group.state == "done" or group.state == "compensated" then
        return { verdict = "known", records = records_of(all) }
      end
    elseif group and not is_new then
      bad = true
      faults[1] =
        step.objection(flow, group, "conflict", "its run has other items", {
          outcome = "unknown",
        })
    end
    local verdicts = {}
    for i, item in ipairs(all) do
      local verdict, why = member_verdict(flow, item, wants[i], id)
      verdicts[i] = verdict
      faults[i] = faults[i] or why
      bad = bad or verdict == "conflict" or verdict == "busy"
    end
    if bad then
      return {
        verdict = "refused",
        records = records_of(all),
        faults = faults,
      }
    end
    for i, item in ipairs(all) do
      if verdicts[i] == "new" then plan_member(item, wants[i]) end
    end
    if not group then
      group = all[1]:add {
        step = "group",
        state = "sent",
        fingerprint = id,
        details = { members = references_of(wants) },
      }
    else
      if is_new then
        all[1]:set(group, {
          fingerprint = id,
          details = { members = references_of(wants) },
          outcome = step.NONE,
        })
      end
      all[1]:send(group)
    end
    return { verdict = "send", records = records_of(all), group = group }
  end
end

-- How the members of a run stand.
local function tally(all)
  local n =
    { done = {}, open = 0, back = 0, stuck = 0, never = {}, failed = 0 }
  for i, item in ipairs(all) do
    local credit, back = step.main(item), find(item, "rollback")
    local undone = back and back.state
    if not credit then -- it was planned, and then discarded
      n.failed = n.failed + 1
    elseif money.OPEN[credit.state] or money.OPEN[undone] then
      n.open = n.open + 1
    elseif credit.state == "done" and undone == "done" then
      n.back = n.back + 1
    elseif credit.state == "done" then
      local refused = undone == "failed" and (back.outcome or {}).person
      if refused then
        n.stuck = n.stuck + 1
      else
        n.done[#n.done + 1] = i
      end
    else
      if credit.state ~= "planned" then n.failed = n.failed + 1 end
      n.never[#n.never + 1] = i
    end
  end
  return n
end

local function release(item)
  local credit = step.main(item)
  if not credit then return end
  local details = {}
  for name, value in pairs(credit.details) do
    details[name] = value
  end
  details.held = nil
  item:set(credit, { details = details })
end

-- Nothing is to be done any more: with the run, its items have ended.
local function end_group(all, group, state, n, now)
  local left = n.back > 0 or n.stuck > 0
  for _, i in ipairs(n.never) do
    local credit = step.main(all[i])
    local never = credit.state == "planned" and "not sent" or credit.status
    all[i]:set(credit, {
      state = left and "closed" or "failed",
      status = never or "refused",
      seen_at = now,
    })
  end
  for _, item in ipairs(all) do
    release(item)
  end
  all[1]:set(group, { state = state })
end

-- What a run comes to by how its members stand. Pure.
local function conclude(flow, held, options)
  return function(all, now)
    local group = find(all[1], "group")
    local got = { records = records_of(all) }
    if not group or not all[1]:mine(group, held) then
      return { records = records_of(all), fault = lost_group(flow, all, held) }
    end
    if money.ENDED[group.state] then return got end
    local n = tally(all)
    local outcome = group.outcome or {}
    local undoing = outcome.undoing
    if not undoing then
      if #n.done == #all then
        end_group(all, group, "done", n, now)
        return { records = records_of(all) }
      end
      local interrupted = n.open == 0 and not options.working
      undoing = n.failed > 0 or n.back > 0 or n.stuck > 0 or interrupted
    end
    if undoing and not outcome.undoing then
      all[1]:set(group, { outcome = { undoing = true } })
    end
    if undoing and n.done[1] and not options.undone then
      got.undo = n.done
    elseif undoing and not n.done[1] and n.open == 0 then
      local some = n.back > 0 or n.stuck > 0
      end_group(all, group, some and "compensated" or "failed", n, now)
    else
      all[1]:set(group, { state = "unknown", due_at = step.NONE })
    end
    got.records = records_of(all)
    return got
  end
end

-- Takes back what was credited, the last one first; one that fails does not
-- save the others.
local function undo_all(flow, group, got, faults)
  for i = #got.undo, 1, -1 do
    local record = got.records[got.undo[i]]
    if not flow.book:keep(group) then return end
    local want = rollback_of(flow, step.main(record), nil, group)
    local _, err = step.take(flow, record.reference, want)
    faults[record.reference] = err
  end
end

-- Brings a run to its end, or to where a person has to settle something.
local function finish(flow, group, faults, working)
  local members = group.details.members
  local got, err = flow.book:change_many(
    members,
    conclude(flow, group, { working = working }),
    { run = group.run }
  )
  if got and got.undo then
    undo_all(flow, group, got, faults)
    got, err = flow.book:change_many(
      members,
      conclude(flow, group, { undone = true }),
      { run = group.run }
    )
  end
  return got, err
end

local function reports(flow, records, faults, why)
  local told = report.new(flow, true)
  for i, record in ipairs(records) do
    local err = faults[record.reference] or faults[i] or why
    told:add(report.item(flow, record, err), i)
  end
  return told:conclude()
end

-- One credit of a run, while the run is this worker's.
local function take_member(flow, group, want)
  if group.reference ~= want.reference then
    want.links = { leader(flow, group) }
  end
  function want.guard(_, _, _, _, all)
    return lost_group(flow, all, group)
  end
  return step.take(flow, want.reference, want)
end

local function send_all(flow, group, wants, faults)
  local counter = flow.new_progress("send", #wants)
  local stop = false
  task.map(wants, {
    concurrency = flow.concurrency,
    each = function() end,
  }, function(want)
    if stop or not flow.book:keep(group) then return end
    local record, err = take_member(flow, group, want)
    local credit = step.main(record)
    faults[want.reference] = err
    local state = credit and credit.state or "failed"
    if state ~= "done" then stop = true end
    counter:add { [state] = 1 }
  end)
  counter:report(true)
end

-- The journal cannot say how they stand: what is known is what was written.
local function broken(flow, records, faults, err)
  local copied = fault.copy(err)
  if copied.code == "unreadable" or copied.code == "unwritten" then
    copied.outcome = "unknown"
  end
  for _, record in ipairs(records) do
    if not faults[record.reference] then faults[record.reference] = copied end
  end
  return reports(flow, records, faults)
end

local function blank(flow, wants)
  local list = {}
  for i, want in ipairs(wants) do
    list[i] = {
      reference = want.reference,
      run = flow.run_name,
      entries = {},
      want = want,
    }
  end
  return list
end

local function run_together(flow, wants)
  local id = group_id(wants)
  for _, want in ipairs(wants) do
    want.details.group, want.details.held = id, true
  end
  local references = references_of(wants)
  local got, err =
    flow.book:change_many(references, open_group(flow, wants, id))
  if not got then return reports(flow, blank(flow, wants), {}, err) end
  if got.verdict ~= "send" then
    return reports(flow, got.records, got.faults or {}, got.fault)
  end
  local group, faults = got.group, {}
  if not (group.outcome or {}).undoing then
    send_all(flow, group, wants, faults)
  end
  local now, why = finish(flow, group, faults, true)
  if not now then return broken(flow, got.records, faults, why) end
  return reports(flow, now.records, faults, now.fault)
end

-- A dead worker's run: what is open of it first, then the whole.
function kind.steps.group.settle(flow, group)
  for _, reference in ipairs(group.details.members) do
    for _, name in ipairs { "credit", "rollback" } do
      local _, err = settle.one(flow, reference, group.run, name)
      if err then return nil, err end
    end
  end
  local got, err = finish(flow, group, {}, false)
  if not got then return nil, err end
  return got.records[1]
end

local function listed(given)
  if type(given) ~= "function" then return given end
  local list = {}
  for item in given do
    list[#list + 1] = item
  end
  return list
end

--- Credits a list: all or nothing, or each for itself.
function kind.verbs:run(given)
  local together = self.mode == "all_or_nothing"
  if together then given = listed(given) end
  if not together or type(given) ~= "table" or #given < 2 then
    return items.run(self, given)
  end
  items.check_list(self, given, "items")
  local wants, err = items.check(self, given)
  if not wants then return nil, err end
  return run_together(self, wants)
end

--- Makes a top-up: `luapay.flow.topup{...}`.
---
--- What all flows take, and `mode`: "all_or_nothing" (unless said otherwise)
--- or "each"; `concurrency`: credits side by side (all or nothing: 1, so
--- that none follows a failure; each: 8); `note`: of a rollback.
return kit.define(kind)
