-- step.lua - one step of an item: written down before its first byte leaves,
-- and again when its outcome is known. Every decision is a pure function of
-- the item's entries, made in the transaction that writes; what is sent is
-- sent between two of them.

local core = require "luapay.core"
local decimal = require "luapay.decimal"
local fault = require "luapay.fault"
local fingerprint = require "luapay.journal.fingerprint"
local guard = require "luapay.guard"
local money = require "luapay.flow.kit.money"
local task = require "luapay.task"

local step = {}

local OPEN, ENDED = money.OPEN, money.ENDED

--- Erases a field of an entry: see luapay.journal.
step.NONE = require("luapay.journal").NONE
local NONE = step.NONE

local NOTHING = {}

local SETTLE = 60 -- seconds before an unknown is asked about again

--- A fault of a flow.
---@param flow table
---@param fields table kind, code, message, ...
---@return luapay.Fault
function step.fault(flow, fields)
  fields.endpoint = "flow." .. flow.name
  return fault.new(fields)
end

--- The fault of a reference that the journal does not know.
---@param flow table
---@param reference string
---@return luapay.Fault
function step.absent_fault(flow, reference)
  return step.fault(flow, {
    kind = "journal",
    code = "absent",
    message = tostring(reference) .. " is not in the journal",
  })
end

--- An item as the journal has it. One that was there may be gone: somebody
--- has discarded what is planned, or purged what has ended.
---@async
---@param flow table
---@param reference string
---@param run? string another than the flow's
---@return table? record
---@return luapay.Fault? fault code "absent", or the journal cannot be read
function step.stored(flow, reference, run)
  local record, err = flow.book:get(reference, run)
  if record then return record end
  return nil, err or step.absent_fault(flow, reference)
end

--- What the journal keeps of a fault: no secret stands in one.
---@param err luapay.Fault
---@return table
function step.of_fault(err)
  return {
    endpoint = err.endpoint,
    kind = err.kind,
    code = err.code,
    status = err.status,
    phase = err.phase,
    outcome = err.outcome,
    message = err.message,
    correlation_id = err.correlation_id,
  }
end

--- What is known of an item, to be kept: its entries, main step included.
---@param item table of a change
---@return table record reference, run, entries
function step.record(item)
  return {
    reference = item.reference,
    run = item.run,
    entries = item.entries,
  }
end

--- The main step's entry.
---@param item table of a change, or a record
---@return luapay.JournalEntry?
function step.main(item)
  for _, entry in ipairs(item.entries) do
    if entry.main then return entry end
  end
end

local function find(item, name)
  for _, entry in ipairs(item.entries) do
    if entry.step == name then return entry end
  end
end
step.find = find

--- Whether the provider can be read about an entry as it stands: the main
--- step's by its id, or (`by_reference`) by what was sent.
---@param spec table
---@param entry luapay.JournalEntry
---@return boolean
function step.can_ask(spec, entry)
  if not spec.ask then return false end
  return not entry.main or spec.by_reference or entry.provider_id ~= nil
end

-- Whether somebody can tell later what became of a step.
local function can_tell(spec, entry)
  return spec.find or spec.repeats or spec.settle or step.can_ask(spec, entry)
end

-- ---- what a word of the provider makes of an entry

local function copy(value)
  local twin = {}
  for name, field in pairs(value or {}) do
    twin[name] = field
  end
  return twin
end

-- What was said of an earlier state, and does not hold of the next one.
local PASSING = {
  "accepted",
  "candidates",
  "doubt",
  "new_word",
  "person",
  "settled",
  "moved",
  "absent",
}

local function next_outcome(entry, told)
  local outcome = copy(entry.outcome)
  for _, name in ipairs(PASSING) do
    outcome[name] = nil
  end
  for name, value in pairs(told.keep or {}) do
    outcome[name] = value
  end
  return outcome
end

-- Why, and by what code, is said of one word: it does not hold of the next.
local function write(item, entry, state, told, outcome, now)
  local other = told.status and told.status ~= entry.status
  local none = other and NONE or nil
  item:set(entry, {
    state = state,
    status = told.status,
    code = told.code or none,
    reason = told.reason or none,
    seen_at = told.seen_at or now,
    provider_id = told.provider_id,
    outcome = next(outcome) and outcome or NONE,
    fault = NONE,
  })
end

-- It cannot be this entry alone: a person must tell.
local function contradict(item, entry, told, why, extra, now)
  local outcome = next_outcome(entry, told)
  outcome.person = why
  for name, value in pairs(extra or {}) do
    outcome[name] = value
  end
  local kept = copy(told)
  kept.provider_id = entry.provider_id
  write(item, entry, "parked", kept, outcome, now)
  return "moved"
end

-- An id is bound to one entry, and an entry to one id.
local function id_problem(item, entry, told)
  local id = told.provider_id
  if not id or not entry.main then return nil end
  local other = entry.provider_id and entry.provider_id ~= id
  if other and not told.instead then
    return "candidates", { candidates = { entry.provider_id, id } }
  end
  if other or not entry.provider_id then
    local owner = item:owner(id)
    if owner then return "taken", { candidates = { id }, owner = owner } end
  end
end

-- The amount that the provider has, where it is another one than was asked
-- for: by this word, or an earlier one where this does not name it.
local function other_amount(spec, entry, state, told)
  local named = told.amount or state ~= "pending" and told.moved
  if not entry.amount or spec.any_amount then return nil end
  if not named then return (entry.outcome or NOTHING).amount end
  return decimal.compare(named, entry.amount) ~= 0 and named or nil
end

local function is_news(one, other)
  if not (one and other) then return one ~= other end
  return decimal.compare(one, other) ~= 0
end

-- Writes into an outcome how much moved, and calls a person where that is,
-- or is going to be, another amount than one that a person has seen.
local function put_amount(spec, entry, state, told, outcome)
  local other = other_amount(spec, entry, state, told)
  outcome.amount = other
  if state == "pending" then
    outcome.moved = told.moved
  elseif ENDED[state] and state ~= "failed" then
    outcome.moved = other
  end
  local counts = state == "pending" or state == "done"
  if other and counts and not outcome.amount_seen then
    outcome.person = outcome.person or "amount"
  end
end

local function state_of(flow, spec, told)
  if told.state then return told.state end
  local word = told.status
  return word and (spec.words and spec.words[word] or flow.words[word])
end

-- A word that nobody has taught luapay. What has an id is the provider's.
local function new_word(item, entry, told, now)
  local outcome = next_outcome(entry, told)
  outcome.new_word, outcome.person = told.status, "word"
  local state = entry.state
  if OPEN[state] and (told.provider_id or entry.provider_id) then
    state = "pending"
  end
  write(item, entry, state, told, outcome, now)
  return "moved"
end

-- One end after another. What a kind's `turns` allow is believed; of all
-- else an event is only a doubt, and a read a matter for a person.
local function turn(item, spec, entry, state, told, now)
  local row = (spec.turns or {})[entry.state .. ">" .. state]
  if row and row.late then return false end
  if not told.read and not (row and row.plain) then
    if not step.can_ask(spec, entry) then -- nobody can resolve the doubt
      return contradict(item, entry, told, "ends", nil, now)
    end
    local outcome = copy(entry.outcome)
    outcome.doubt = { state = state, status = told.status }
    item:set(entry, { outcome = outcome })
    return "ask"
  end
  if not row then return contradict(item, entry, told, "ends", nil, now) end
  local outcome = next_outcome(entry, told)
  outcome.person = row.person
  put_amount(spec, entry, row.state or state, told, outcome)
  write(item, entry, row.state or state, told, outcome, now)
  return "moved"
end

local function is_behind(spec, entry, told)
  local ranks = spec.ranks or {}
  return (ranks[told.status] or 0) < (ranks[entry.status] or 0)
end

-- The state is the one that is known: only a newer word of it counts.
local function same_state(item, spec, entry, told, now)
  local outcome = entry.outcome or {}
  if outcome.doubt and told.read then
    local next_one = next_outcome(entry, told)
    put_amount(spec, entry, entry.state, told, next_one)
    write(item, entry, entry.state, told, next_one, now)
    return "moved"
  end
  local other = other_amount(spec, entry, entry.state, told)
  local news = told.status ~= entry.status
    or told.provider_id and not entry.provider_id
    or outcome.new_word
    or is_news(other, outcome.amount)
  local behind = not told.instead and is_behind(spec, entry, told)
  if behind or not (news or told.instead) then
    if told.read and entry.seen_at ~= told.seen_at then
      item:set(entry, { seen_at = told.seen_at or now })
    end
    return false
  end
  local kept = copy(outcome)
  if outcome.new_word then
    kept.new_word, kept.person = nil, nil
  end
  if is_news(other, outcome.amount) then
    kept.accepted = nil
    if kept.person == "amount" then kept.person = nil end
    put_amount(spec, entry, entry.state, told, kept)
  end
  for name, value in pairs(told.keep or {}) do
    kept[name] = value
  end
  write(item, entry, entry.state, told, kept, now)
  return "moved"
end

local function apply(flow, item, entry, told, now)
  local spec = money.spec(flow.kind, entry)
  local why, extra = id_problem(item, entry, told)
  if why then return contradict(item, entry, told, why, extra, now) end
  local state = state_of(flow, spec, told)
  if not state then return new_word(item, entry, told, now) end
  if entry.state == state then
    return same_state(item, spec, entry, told, now)
  elseif entry.state == "failed" then
    -- late evidence beats a conclusion; a word without an id is none
    if not (told.provider_id or entry.provider_id) and entry.main then
      return false
    end
  elseif ENDED[entry.state] then
    if not ENDED[state] then
      if (entry.outcome or {}).doubt and told.read then
        return contradict(item, entry, told, "ends", nil, now)
      end
      return false -- came late
    end
    return turn(item, spec, entry, state, told, now)
  end
  local outcome = next_outcome(entry, told)
  outcome.person = told.person
  put_amount(spec, entry, state, told, outcome)
  write(item, entry, state, told, outcome, now)
  return "moved"
end

--- Puts a word of the provider into an entry. Pure: for use in a change.
---
--- `told`: status (the provider's word), or state; provider_id; moved (the
--- amount that it says has moved); reason, code, seen_at; keep (what else
--- the outcome holds); person (why one is needed); read (asked for: true; an
--- event's word is not); instead (its id takes the place of the one that is
--- bound).
---@return "moved"|"ask"|false what it did; "ask": the provider must be read
function step.learn(flow, item, entry, told, now)
  if money.is_purged(item.entries) then return false end -- came very late
  local bound = entry.provider_id
  local did = apply(flow, item, entry, told, now)
  if entry.main and entry.provider_id and not bound and item.events then
    for _, event in ipairs(item:events(entry.provider_id)) do
      if apply(flow, item, entry, event, now) == "ask" then did = "ask" end
    end
  end
  return did
end

-- ---- may it be sent?

local function objection(flow, entry, code, message, more)
  local fields = more or {}
  fields.kind = fields.kind or "journal"
  fields.code = code
  fields.message = ("%s/%s: %s"):format(entry.reference, entry.step, message)
  return step.fault(flow, fields)
end
step.objection = objection

local function conflict(flow, entry, summary)
  local over = summary.state == "closed" or summary.state == "compensated"
  local harmless = over and summary.money ~= "unknown"
  return objection(flow, entry, "conflict", "is known with other content", {
    outcome = harmless and "failed" or "unknown",
  })
end

--- The fault of a step that a worker is at: nothing is wrong with it, and
--- nobody has to settle it. Pure.
---@param flow table
---@param item table of a change
---@param entry luapay.JournalEntry that is leased
---@param what? string is under way, when it is not the step itself
---@return luapay.Fault fault with `retry_after`, and as a time of day
--- `busy_until`: when it is over, if the worker does not end
function step.busy(flow, item, entry, what)
  local left = item:leased(entry) or 0
  local till = item.now + left
  return objection(
    flow,
    entry,
    "busy",
    ("%s still under way, until %s at the latest"):format(
      what or "is",
      os.date("!%Y-%m-%d %H:%M:%S UTC", math.ceil(till))
    ),
    {
      kind = "unsettled",
      outcome = "unknown",
      retry_after = left,
      busy_until = till,
    }
  )
end

--- Why a step that is there already is not sent (FLOWS: the same reference
--- again), or nil when it may be. Pure.
---@param flow table
---@param item table of a change
---@param entry luapay.JournalEntry that is there
---@param print string fingerprint of what is wanted
---@return "busy"|"open"|"parked"|"known"|"conflict"|nil verdict
---@return luapay.Fault? fault
function step.verdict(flow, item, entry, print)
  local state = entry.state
  if state == "planned" or state == "failed" then return nil end
  if entry.fingerprint ~= print then
    return "conflict",
      conflict(flow, entry, money.appraise(flow.kind, item.entries))
  end
  if OPEN[state] and item:leased(entry) then
    return "busy", step.busy(flow, item, entry)
  elseif state == "parked" then
    return "parked"
  elseif OPEN[state] then
    return "open"
  end
  return "known"
end

local function fields_of(want)
  return {
    step = want.step,
    endpoint = want.endpoint,
    idempotency_key = want.key,
    fingerprint = want.fingerprint,
    amount = want.amount,
    currency = want.currency,
    external_id = want.external_id,
    subject = want.subject,
    details = want.details,
  }
end

local REPLACED = {
  "idempotency_key",
  "amount",
  "currency",
  "external_id",
  "subject",
  "provider_id",
  "status",
  "reason",
  "code",
  "outcome",
  "details",
}

-- What was asked for before is forgotten, and with it what came of it.
local function replace(item, entry, fields)
  local checked = (entry.outcome or {}).checked
  for _, name in ipairs(REPLACED) do
    if fields[name] == nil then fields[name] = NONE end
  end
  if checked then fields.outcome = { checked = checked } end
  item:set(entry, fields)
end

local function argument(flow, want, field, message)
  return step.fault(flow, {
    kind = "argument",
    field = want.index and ("items[%d].%s"):format(want.index, field) or field,
    message = message,
  })
end

-- ---- what a restored journal may lack

local function mark_of(item)
  return item.restored_since and ("%.0f"):format(item.restored_since)
end

--- Whether a step may have been sent though the journal does not say so: it
--- was restored from a backup, or failed over, and nobody has found out since
--- about this step or its main one. Pure.
---@param flow table
---@param item table of a change
---@param entry? luapay.JournalEntry planned or failed; nil: there is none
---@param name string of the step
---@return boolean
function step.is_doubtful(flow, item, entry, name)
  local mark = mark_of(item)
  if not mark then return false end
  local main = step.main(item)
  local about = entry or { main = not main, step = name, details = {} }
  if money.spec(flow.kind, about).quiet then return false end
  for _, one in ipairs { entry or main, main } do
    if (one.outcome or {}).checked == mark then return false end
  end
  return true
end

--- Notes that a step may have been sent: the provider is asked where it can
--- be, and a person elsewhere. Pure.
---@return "open"|"parked" verdict
function step.doubt(flow, item, entry, now)
  local spec = money.spec(flow.kind, entry)
  -- a repetition proves nothing: its key may be another one
  local can_ask = spec.find or step.can_ask(spec, entry)
  item:hold(entry) -- its age counts from here
  item:set(entry, {
    state = can_ask and "unknown" or "parked",
    due_at = can_ask and now or nil,
    plan = NONE,
    fault = NONE,
    outcome = {
      restored = mark_of(item),
      person = not can_ask and "restored" or nil,
    },
  })
  return can_ask and "open" or "parked"
end

--- What is known of a doubtful step once it is known not to be there. Pure.
---@param outcome table changed
---@return table outcome
function step.checked(outcome)
  outcome.checked = outcome.checked or outcome.restored
  outcome.restored = nil
  return outcome
end

-- Whether an entry that may be sent is part of what is done all or not at
-- all, and only with that.
local function is_anothers(entry, want)
  local free = entry.state == "planned" or entry.state == "failed"
  return free
    and entry.details.held
    and entry.details.group ~= want.details.group
end

--- Writes down that a step is to be sent (or planned), unless something is
--- against it. Pure.
---@param flow table
---@param item table of a change
---@param want table step, main, endpoint, fingerprint, amount, details, ...;
--- guard(flow, item, want, now, all): a fault, or nil
---@param now number
---@param plan? string the token: it is planned, not sent
---@param all? table[] all items of the change: this one, and `want.links`
---@return string verdict "send", "plan", or as of `verdict`
---@return luapay.Fault? fault
function step.begin(flow, item, want, now, plan, all)
  local entry = find(item, want.step)
  if entry and plan and entry.plan == plan then
    return "bad", argument(flow, want, "reference", "stands there twice")
  elseif entry and is_anothers(entry, want) then
    local message = "belongs to a run that has not ended: recover, or run "
      .. "all of that again"
    return "conflict",
      objection(flow, entry, "conflict", message, { outcome = "unknown" })
  elseif entry then
    local verdict, err = step.verdict(flow, item, entry, want.fingerprint)
    if verdict then return verdict, err end
  end
  if want.late then -- it would have been good before: it is not known, though
    return "bad", argument(flow, want, want.late[1], want.late[2])
  end
  if step.is_doubtful(flow, item, entry, want.step) then
    local fields = fields_of(want)
    fields.state = "planned"
    if entry then
      replace(item, entry, fields)
    else
      entry = item:add(fields)
    end
    return step.doubt(flow, item, entry, now)
  end
  -- what is planned is checked when it is sent
  local err = not plan
    and want.guard
    and want.guard(flow, item, want, now, all)
  if err then
    local planned = entry and entry.state == "planned"
    if planned and err.outcome ~= "unknown" then -- or it would be sent later
      item:set(entry, { state = "failed", fault = step.of_fault(err) })
    end
    return "refused", err
  end
  local fields = fields_of(want)
  if not entry then
    fields.state = plan and "planned" or "sent"
    fields.plan = plan
    item:add(fields)
    return plan and "plan" or "send"
  end
  replace(item, entry, fields)
  if plan then
    if entry.state ~= "planned" or entry.plan then
      item:set(entry, { state = "planned", plan = plan, fault = NONE })
    end
    return "plan"
  end
  item:send(entry)
  return "send"
end

--- The fingerprint of what is compared when a reference comes again.
step.print = fingerprint

-- ---- sending, and what came of it

-- Only a positive word counts once a call was repeated, and of an attempt
-- that is not the last: a refusal proves nothing about the other sending.
local function refusal_counts(entry, was)
  return entry.attempt == was.attempt
    and OPEN[entry.state]
    and not (entry.outcome or {}).repeated
end

local TOO_MANY = 429 -- is no refusal of this call: it may come again

-- Whether the provider has refused this call, for good.
local function is_refusal(err)
  return err.phase ~= "before_send"
    and err.status ~= nil
    and err.status ~= TOO_MANY
end

local function put_failed(item, spec, entry, err)
  local outcome = copy(entry.outcome)
  local refused = is_refusal(err)
  outcome.person = refused and spec.refused and "refused" or nil
  outcome.candidates = nil
  item:set(entry, {
    state = "failed",
    fault = step.of_fault(err),
    outcome = next(outcome) and outcome or NONE,
  })
end

local function put_lost(item, spec, entry, err, now)
  local known = can_tell(spec, entry)
  item:set(entry, {
    state = known and "unknown" or "parked",
    due_at = known and now + (spec.settle_after or SETTLE) or nil,
    fault = step.of_fault(err),
  })
end

--- Puts what came of a sending into its entry. Pure: for use in a change.
---@param flow table
---@param item table of a change
---@param was luapay.JournalEntry as it was sent
---@param answer table told (after a result), or err; repeated
---@param now number
---@return "moved"|"ask"|false
function step.conclude(flow, item, was, answer, now)
  local entry = find(item, was.step)
  if not entry then return false end
  local spec = money.spec(flow.kind, entry)
  if answer.told then
    local told = copy(answer.told)
    told.read = true
    if not (told.state or told.status) then told.state = "done" end
    local did = step.learn(flow, item, entry, told, now)
    if did and spec.after then spec.after(flow, item, entry, told, now) end
    return did
  end
  local err = answer.err
  if err.outcome ~= "unknown" and refusal_counts(entry, was) then
    put_failed(item, spec, entry, err)
    if spec.after_failure then
      spec.after_failure(flow, item, entry, err, now)
    end
    return "moved"
  elseif item:mine(entry, was) and OPEN[entry.state] then
    if entry.state == "sent" then
      put_lost(item, spec, entry, err, now)
    elseif entry.state == "unknown" then
      local refused = err.outcome ~= "unknown" and is_refusal(err)
      local again = refused and answer.repeated and spec.refused_again
      if not (again and again(item, entry, err)) then
        item:set(entry, { due_at = now + (spec.settle_after or SETTLE) })
      end
    end
    return "moved"
  end
  return false
end

-- The entries that a step's outcome is written with: of another flow, too.
local function targets(flow, entry)
  local list = {
    { book = flow.book, reference = entry.reference, run = entry.run },
  }
  local spec = money.spec(flow.kind, entry)
  for _, link in ipairs(spec.links and spec.links(flow, entry) or {}) do
    list[#list + 1] = link
  end
  return list
end
step.targets = targets

--- Puts into the items of another flow what the main step of the first one,
--- as it is now, means for them. Pure.
---@param flow table
---@param all table[] items of a change of `targets`
---@param now number
function step.conclude_links(flow, all, now)
  local main = step.main(all[1])
  local spec = main and money.spec(flow.kind, main)
  for i = 2, spec and spec.conclude_link and #all or 1 do
    spec.conclude_link(flow, all[i], main, now)
  end
end

--- Writes down what came of a sending; what is known is never given up.
---@async
---@param flow table
---@param entry luapay.JournalEntry as it was sent
---@param answer table see `conclude`; result
---@return table? record of the item, as it is now
---@return luapay.Fault? fault of the journal
---@return string|false|nil did
function step.finish(flow, entry, answer)
  local told = answer.told or {}
  local done, err = flow.journal:change(
    targets(flow, entry),
    function(all, now)
      local did = step.conclude(flow, all[1], entry, answer, now)
      step.conclude_links(flow, all, now)
      return { record = step.record(all[1]), did = did }
    end,
    {
      known = {
        reference = entry.reference,
        step = entry.step,
        provider_id = told.provider_id,
        result = answer.result,
      },
    }
  )
  if not done then return nil, err end
  return done.record, nil, done.did
end

--- The options of a call: the flow's, with a key, and never later than its
--- worker may send.
---@param flow table
---@param entry luapay.JournalEntry
---@return table
function step.options(flow, entry)
  local options = copy(flow.call)
  options.idempotency_key = entry.idempotency_key
  if flow.journal.clocks.boot == core.boottime then -- not replaced
    options.send_by = flow.book:send_by(entry)
  end
  return options
end

-- A call does not raise, but a transport of the host's may. In a coroutine
-- of its own (plain Lua 5.1) it could not be waited for beside others.
local safely = guard.can_yield and pcall
  or function(fn, ...)
    return true, fn(...)
  end

-- What a host's function raises is a fault: it may have acted.
local function raised(flow, entry, what)
  return step.fault(flow, {
    kind = "handler",
    outcome = "unknown",
    message = ("%s/%s: what was called has raised an error: %s"):format(
      entry.reference,
      entry.step,
      tostring(what)
    ),
  })
end
step.raised = raised

--- Makes a call for an entry that this worker holds.
---@async
---@param flow table
---@param entry luapay.JournalEntry
---@param endpoint string method of the client
---@param args table
---@return any result
---@return luapay.Fault? fault
function step.invoke(flow, entry, endpoint, args)
  local client = flow.client
  local good, result, err =
    safely(client[endpoint], client, args, step.options(flow, entry))
  if not good then return nil, raised(flow, entry, result) end
  return result, err
end

--- The answer to a request of many has not named one of them.
---@param flow table
---@return luapay.Fault
function step.unnamed(flow)
  return step.fault(flow, {
    kind = "decode",
    outcome = "unknown",
    message = "the answer does not name it",
  })
end

-- One of those that are sent many in a request, alone.
local function call_one(flow, entry, spec)
  local endpoint, args = spec.many.request(flow, { entry })
  local result, err = step.invoke(flow, entry, endpoint, args)
  if result == nil then return nil, err end
  local told = spec.many.keep(flow, result, { entry })[1]
  if not told then return nil, step.unnamed(flow), result end
  return not told.err and told or nil, told.err, result
end

--- Calls what a step stands for.
---@async
---@return table? told
---@return luapay.Fault? fault
---@return table? result
function step.call(flow, entry, secret)
  local spec = money.spec(flow.kind, entry)
  local good, result, err
  if spec.act then -- a function of the host's: an acquirer
    good, result, err = guard.call(spec.act, flow, entry, secret)
    if not good then return nil, raised(flow, entry, "hidden") end
    return result, err, result
  end
  if spec.many then return call_one(flow, entry, spec) end
  local args = spec.args and spec.args(flow, entry, secret)
    or entry.details.args
  result, err = step.invoke(flow, entry, entry.endpoint, args)
  if result == nil then return nil, err end
  local told = spec.keep and spec.keep(flow, result, entry) or {}
  if told.lost then return nil, told.lost, result end
  return told, nil, result
end

-- Nothing was sent: this worker has stood still for too long.
local function too_late(flow, entry)
  return objection(flow, entry, "lost", "this worker stood still too long", {
    kind = "unsettled",
    outcome = "unknown",
    phase = "before_send",
  })
end

-- What this process knows, though the journal could not take it.
local function by_memory(flow, record, entry, answer)
  local item = {
    reference = record.reference,
    run = record.run,
    entries = {},
  }
  for i, one in ipairs(record.entries) do
    item.entries[i] = copy(one)
  end
  function item:set(one, fields)
    for name, value in pairs(fields) do
      if value == NONE then value = nil end
      one[name] = value
    end
  end
  function item:mine()
    return true
  end
  function item:owner() end
  step.conclude(flow, item, entry, answer, entry.sent_at or 0)
  return step.record(item)
end

--- Sends what an entry that this worker holds stands for, and writes down
--- what came of it.
---@async
---@param flow table
---@param record table of the item
---@param entry luapay.JournalEntry of it, "sent" and this worker's
---@param secret? any what no journal keeps: see a kind's `args`
---@param repeated? boolean only a positive answer counts
---@return table record as it is now
---@return luapay.Fault? fault of the call, or of the journal
---@return table? result of the call
function step.send(flow, record, entry, secret, repeated)
  local answer = { repeated = repeated }
  if not flow.book:holds(entry) then
    local late = too_late(flow, entry)
    answer.err = fault.copy(late)
    answer.err.outcome = "failed" -- of this sending; others are fenced off
    local now = flow.journal:change(targets(flow, entry), function(all, at)
      local there = find(all[1], entry.step)
      if there and all[1]:mine(there, entry) and there.state == "sent" then
        step.conclude(flow, all[1], entry, answer, at)
        step.conclude_links(flow, all, at)
      end
      return step.record(all[1])
    end)
    return now or record, late
  end
  answer.told, answer.err, answer.result = step.call(flow, entry, secret)
  if answer.err then answer.told = nil end
  local now, err = step.finish(flow, entry, answer)
  if not now then
    return by_memory(flow, record, entry, answer), err, answer.result
  end
  return now, answer.err, answer.result
end

-- ---- begin, send, finish

local function unreadable(flow, reference, want, err, attempted)
  if err.kind == "journal" and err.code == "unwritten" and not attempted then
    err = fault.copy(err)
    err.outcome = "failed" -- nothing was sent, and nothing before
  end
  return {
    reference = reference,
    run = want.run or flow.run_name,
    entries = {},
    want = want,
  },
    err
end

local function take(flow, reference, want)
  local read, tried = nil, false
  local list = { { book = flow.book, reference = reference, run = want.run } }
  for _, link in ipairs(want.links or {}) do
    list[#list + 1] = link
  end
  local function begin(all, now)
    local item = all[1]
    local before = find(item, want.step)
    read = before and before.attempt > 0 or false
    local verdict, why = step.begin(flow, item, want, now, nil, all)
    if verdict == "send" then
      if want.begin_links then want.begin_links(all, now) end
      step.conclude_links(flow, all, now)
    end
    return { verdict = verdict, why = why, record = step.record(item) }
  end
  while true do
    local got, err =
      flow.journal:change(list, begin, { subject = want.subject })
    if not got then return unreadable(flow, reference, want, err, read) end
    if got.verdict == "send" then
      local entry = find(got.record, want.step)
      return step.send(flow, got.record, entry, want.secret)
    end
    if got.verdict ~= "open" or tried then return got.record, got.why end
    tried = true
    local settle = require "luapay.flow.kit.settle"
    local _, why = settle.one(flow, reference, want.run, want.step)
    if why then return got.record, why end
  end
end

--- Takes a step of an item, once: what was done is not sent again, and what
--- may have been done is asked about first.
---
--- `want`: step, main, endpoint, fingerprint (`step.print` of what is
--- compared), amount, currency, details { args = ... }, external_id,
--- subject, key; run (another than the flow's); guard(flow, item, want, now,
--- all); secret (goes to the kind's `args` or `act`).
---@async
---@param flow table
---@param reference string
---@param want table
---@return table record entries as they are now; none: the journal knows none
---@return luapay.Fault? fault
---@return table? result of the call, when there was one
function step.take(flow, reference, want)
  return task.to_the_end(take, flow, reference, want)
end

return step
