-- People who do what an advice says: they know the provider's books (its
-- portal), and call the verb that the advice names.

local people = {}

local WHO = { who = "a clerk", why = "checked in the portal" }

local function with(more)
  local out = { who = WHO.who, why = WHO.why }
  for name, value in pairs(more or {}) do
    out[name] = value
  end
  return out
end

people.with = with

--- The step that an advice is about.
function people.step(item)
  return item.advice:match 'step = "([^"]+)"' or item.step
end

-- The advice must name the verb that helps: else nobody would find it.
local function check_named(world, item, verb)
  if not item.advice:find(verb, 1, true) then
    world:problem(
      "%s: the advice does not name %s: %s",
      item.reference,
      verb,
      item.advice
    )
  end
end

--- Does what the advice says; where it is too early, waits, and goes to the
--- portal again.
---@param world table
---@param hand table
---@param item table that needs a person
---@param decide fun(): string, table? the verb, and its provider_id and step
function people.settle(world, hand, item, decide)
  for _ = 1, 20 do
    local verb, more = decide()
    check_named(world, item, verb)
    local value, fault = hand:call(verb, item.reference, with(more))
    if value then return value end
    if fault.code ~= "early" and fault.code ~= "busy" then
      return nil, fault
    end
    world:sleep(math.max(fault.retry_after or 0, 300))
  end
end

local REFUSED = {
  absent = true,
  settled = true,
  several = true,
  early = true,
  busy = true,
  taken = true,
}

--- Somebody is wrong. What follows is not the flows' fault, unless they
--- have refused it.
function people.err(world, hand, reference, verb, more)
  world:count "person is wrong"
  local key = (hand.run or "") .. "/" .. reference
  local was = world.excused[key]
  world.excused[key] = "a person was wrong"
  local value, fault = hand:call(verb, reference, with(more))
  if not value and REFUSED[fault.code] then
    world.excused[key] = was
  else
    world:count "pardoned: a person was wrong"
  end
  return value, fault
end

return people
