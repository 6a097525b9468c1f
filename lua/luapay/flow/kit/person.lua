-- person.lua - what a person found out, and may take back. Every change says
-- who made it, and why; nothing that was known is overwritten.

local money = require "luapay.flow.kit.money"
local step = require "luapay.flow.kit.step"

local person = {}

local OPEN, ENDED = money.OPEN, money.ENDED
local PORTALS_LAG = 600 -- seconds before "it is not there" may be said

local function refuse(flow, code, message, more)
  local fields = more or {}
  fields.kind, fields.code = fields.kind or "journal", code
  fields.message = message
  return step.fault(flow, fields)
end

local function settled(flow, entry)
  local what = "%s/%s is %s: there is nothing to settle"
  return refuse(
    flow,
    "settled",
    what:format(entry.reference, entry.step, entry.state),
    { outcome = "unknown" }
  )
end

-- The step that is meant: the one named, the only open one, or the main one.
local function pick(flow, item, name)
  if money.is_purged(item.entries) then
    return nil, settled(flow, item.entries[1])
  end
  if name then
    local entry = step.find(item, name)
    if entry then return entry end
    local what = ("%s has no step %s"):format(item.reference, name)
    return nil, refuse(flow, "absent", what)
  end
  local found
  for _, entry in ipairs(item.entries) do
    if OPEN[entry.state] and not money.spec(flow.kind, entry).quiet then
      if found then
        local what = "%s: name the step: %s or %s"
        return nil,
          refuse(
            flow,
            "several",
            what:format(item.reference, found.step, entry.step),
            { outcome = "unknown" }
          )
      end
      found = entry
    end
  end
  found = found or step.main(item)
  if found then return found end
  return nil, step.absent_fault(flow, item.reference)
end

local function busy(flow, item, entry)
  local is_open = OPEN[entry.state] and entry.state ~= "parked"
  if is_open and item:leased(entry) then
    return step.busy(flow, item, entry)
  end
end

local function copy(value)
  local twin = {}
  for name, field in pairs(value or {}) do
    twin[name] = field
  end
  return twin
end

local KEPT = { "state", "provider_id", "status", "reason", "code", "due_at" }

-- Keeps who and why, and how it was before, so that it can be taken back.
local function note(item, entry, verb, given, now, fields)
  local before = { outcome = entry.outcome }
  for _, name in ipairs(KEPT) do
    before[name] = entry[name]
  end
  local outcome = copy(fields.outcome or entry.outcome)
  outcome.settled = {
    verb = verb,
    who = given.who,
    why = given.why,
    at = now,
    attempt = entry.attempt,
    before = before,
  }
  fields.outcome = outcome
  item:set(entry, fields)
  item:note(entry, {
    verb = verb,
    who = given.who,
    why = given.why,
    before = before.state,
    after = entry.state,
  })
end

-- Two ids for one entry: neither is believed.
local function two_ids(item, entry, given, now)
  local outcome = copy(entry.outcome)
  outcome.candidates = { entry.provider_id, given.provider_id }
  outcome.person, outcome.accepted = "candidates", nil
  note(
    item,
    entry,
    "found",
    given,
    now,
    { state = "parked", outcome = outcome }
  )
end

-- Whether a person has been asked to choose, this id being one of several.
local function is_candidate(entry, id)
  for _, candidate in ipairs((entry.outcome or {}).candidates or {}) do
    if entry.state == "parked" and candidate == id then return true end
  end
  return false
end

local function argument(flow, message)
  return step.fault(flow, {
    kind = "argument",
    field = "provider_id",
    message = message,
    outcome = "unknown", -- the journal knows the reference
  })
end

local function bind(flow, item, entry, given, now)
  local spec = money.spec(flow.kind, entry)
  local id = given.provider_id
  if entry.main and not id and not entry.provider_id then
    return argument(flow, "is required: it says what was found")
  end
  if spec.fits then
    local problem = spec.fits(flow, item, entry, given)
    if problem then return argument(flow, problem) end
  end
  local outcome = copy(entry.outcome)
  if outcome.person == "other_amount" then outcome.amount_seen = true end
  outcome.person, outcome.candidates, outcome.accepted = nil, nil, nil
  local asked = spec.ask and (entry.provider_id or id)
  note(item, entry, "found", given, now, {
    state = asked and "unknown" or spec.found or "done",
    due_at = asked and now or nil,
    provider_id = id,
    seen_at = now,
    outcome = outcome,
  })
  local did = not asked and spec.after
  if did then
    spec.after(flow, item, entry, { state = entry.state, read = true }, now)
  end
end

--- See kit/init.lua. Pure: for use in a change.
function person.found(flow, item, given, now)
  local entry, err = pick(flow, item, given.step)
  if not entry then return nil, err end
  err = busy(flow, item, entry)
  if err then return nil, err end
  local id, bound = given.provider_id, entry.provider_id
  local owner = id and entry.main and item:owner(id)
  if owner then return nil, argument(flow, "is that of " .. owner) end
  if id and bound and id ~= bound and not is_candidate(entry, id) then
    two_ids(item, entry, given, now)
    return entry
  elseif OPEN[entry.state] or entry.state == "failed" then
    err = bind(flow, item, entry, given, now)
    if err then return nil, err end
    return entry
  elseif entry.state == "planned" then
    return nil, settled(flow, entry)
  end
  return entry
end

--- See kit/init.lua. Pure.
function person.absent(flow, item, given, now, horizon)
  local entry, err = pick(flow, item, given.step)
  if not entry then return nil, err end
  if entry.state == "failed" then return entry end
  err = busy(flow, item, entry)
  if err then return nil, err end
  if not OPEN[entry.state] then return nil, settled(flow, entry) end
  -- else there is nothing that could come late
  local sent = entry.attempt > 0 or (entry.outcome or {}).restored
  local left = sent and (horizon(entry) or PORTALS_LAG) - item:age(entry)
  if left and left > 0 then
    local what = "%s: it may still come; say so again in %.0f seconds"
    return nil,
      refuse(flow, "early", what:format(item.reference, math.ceil(left)), {
        kind = "unsettled",
        outcome = "unknown",
        retry_after = math.ceil(left),
      })
  end
  local outcome = copy(entry.outcome)
  outcome.person, outcome.candidates, outcome.accepted = nil, nil, nil
  outcome.absent = true
  step.checked(outcome)
  note(item, entry, "absent", given, now, {
    state = "failed",
    outcome = outcome,
  })
  return entry
end

--- See kit/init.lua. Pure.
function person.accept(flow, item, given, now)
  if not step.main(item) then
    return nil, step.absent_fault(flow, item.reference)
  end
  if money.is_purged(item.entries) then return step.main(item) end
  local entry = money.person(flow.kind, item.entries)
  while entry do
    local outcome = copy(entry.outcome)
    outcome.accepted = true
    note(item, entry, "accept", given, now, { outcome = outcome })
    entry = money.person(flow.kind, item.entries)
  end
  return step.main(item)
end

local function last_settled(item, name)
  local last
  for _, entry in ipairs(item.entries) do
    local was = (entry.outcome or {}).settled
    if was and (not name or name == entry.step) then
      if not last or was.at >= last.outcome.settled.at then last = entry end
    end
  end
  return last
end

--- See kit/init.lua. Pure.
function person.reopen(flow, item, given, now)
  local main = step.main(item)
  if not main then return nil, step.absent_fault(flow, item.reference) end
  if money.is_purged(item.entries) then return nil, settled(flow, main) end
  local entry = last_settled(item, given.step)
  local was = entry and entry.outcome.settled
  if not entry or was.attempt ~= entry.attempt then
    return nil, settled(flow, entry or step.find(item, given.step) or main)
  end
  local before, fields = was.before, {}
  for _, name in ipairs(KEPT) do
    fields[name] = before[name] == nil and step.NONE or before[name]
  end
  if before.state == "sent" or before.state == "unknown" then
    fields.state, fields.due_at = "unknown", now
  end
  fields.outcome = before.outcome or step.NONE
  item:set(entry, fields)
  item:note(entry, {
    verb = "reopen",
    who = given.who,
    why = given.why,
    before = was.verb,
    after = entry.state,
  })
  return entry
end

person.ENDED = ENDED

return person
