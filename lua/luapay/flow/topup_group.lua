-- topup_group.lua - a top-up that is all or nothing. One entry of the
-- journal stands for the whole, and is its worker's alone: whoever takes it
-- over, a crash later, finds the credits that belong to it. It is
--   sent         under way
--   done         all were credited
--   pending      is taken back, but for what a person has to settle
--   failed       nothing came about; the same may be tried again
--   compensated  what came about was taken back

local credit = require "luapay.flow.topup_credit"
local rollback = require "luapay.flow.topup_rollback"

local group = {}

--- The entry of a step, as the journal has it.
function group.find(flow, reference, step)
  return flow.journal:find {
    flow = flow.name,
    run = flow.run_name,
    reference = reference,
    step = step,
  }
end

--- Begins, or goes on with what a dead worker has left.
function group.open(flow, items)
  local members = {}
  for i, item in ipairs(items) do
    members[i] = item.reference
  end
  local begun, err = flow.journal:begin {
    flow = flow.name,
    run = flow.run_name,
    reference = members[1],
    step = "group",
    args = items,
    details = { members = members },
  }
  if begun or err.code ~= "unsettled" then return begun, err end
  local left, why = flow.journal:orphans {
    flow = flow.name,
    run = flow.run_name,
    reference = members[1],
    step = "group",
    limit = 1,
  }
  return left and left[1], why or err
end

--- Keeps the whole this worker's for as long as it takes.
function group.keep(flow, held)
  local left = held.lease_until - flow.journal.clock()
  if left < flow.journal.lease * 3 / 4 then flow.journal:renew(held) end
end

-- Takes one credit back where there is one.
local function take_back(flow, reference, held, note, tell)
  local entry, err = group.find(flow, reference, "credit")
  if entry == nil then
    tell(reference, nil, err)
    return "pending"
  end
  if not entry or entry.details.group ~= held.reference then
    return "failed"
  end
  if entry.state == "sent" and credit.park(flow, entry, credit.ADVICE) then
    entry.state = "parked"
  end
  if entry.state == "failed" then return "failed" end
  if entry.state == "sent" or entry.state == "parked" then return "pending" end
  local leased = held.state == "sent" and held or nil
  local state, why = rollback.take(flow, entry, note, leased)
  tell(reference, state, why)
  return state == "rolled_back" and "compensated" or "pending"
end

-- What the whole comes to when its parts stand like this.
local function total(states)
  return states.pending and "pending"
    or states.compensated and "compensated"
    or "failed"
end

--- Takes back what was credited, the last one first, and all of it: one that
--- fails does not save the others.
function group.unwind(flow, held, note, tell)
  local states, members = {}, held.details.members
  for i = #members, 1, -1 do
    if held.state == "sent" then
      group.keep(flow, held)
      if not flow.journal:holds(held) then return false end
    end
    states[take_back(flow, members[i], held, note, tell)] = true
  end
  local outcome = { status = "rolled back", note = note }
  if held.state == "sent" then
    return flow.journal:finish(held, total(states), outcome) ~= nil
  end
  return flow.journal:advance(held, { "pending" }, total(states), outcome)
end

-- A run that a crash has cut off, although nothing was missing any more.
local function is_complete(flow, held)
  if held.status ~= "interrupted" then return false end
  for _, reference in ipairs(held.details.members) do
    local entry = group.find(flow, reference, "credit")
    if
      not entry
      or entry.state ~= "done"
      or entry.details.group ~= held.reference
    then
      return false
    end
  end
  return true
end

--- Ends what nobody works on: completes it if nothing is missing, otherwise
--- takes it back.
function group.settle(flow, held, note, tell)
  if is_complete(flow, held) then
    flow.journal:advance(held, { "pending" }, "done", { status = "credited" })
  else
    group.unwind(flow, held, note, tell)
  end
end

return group
