-- What programs do with any flow: the verbs that all flows have. A scenario
-- puts its own beside them. `world.lists[run]` are the items of a run.

local invariants = require "spec.simulation.invariants"

local acts = {}

function acts.any(world, list)
  return list[world.random:between(1, #list)]
end

function acts.copy(item)
  local out = {}
  for name, value in pairs(item) do
    out[name] = value
  end
  return out
end

local function any_reference(world, hand)
  return acts.any(world, world.references[hand.run])
end

acts.any_reference = any_reference

--- Runs the whole list, given as a list or as an iterator.
function acts.run(world, hand)
  local list = world.lists[hand.run]
  if world.random:chance(0.3) then
    local at = 0
    return hand:call("run", function()
      at = at + 1
      return list[at]
    end)
  end
  return hand:call("run", list)
end

function acts.run_one(world, hand)
  return hand:call("run_one", acts.any(world, world.lists[hand.run]))
end

--- Makes an act that runs an item which `change(random, item)` has changed:
--- the same reference asks for something else.
function acts.run_other(change)
  return function(world, hand)
    local item = acts.copy(acts.any(world, world.lists[hand.run]))
    change(world, item)
    hand:call("run_one", item)
  end
end

--- Makes an act that runs a list with one bad item: nothing may be sent.
---@param cases table[] { field, value }; `false`: the field is missing
function acts.run_bad(cases)
  return function(world, hand)
    local list = {}
    for i, item in ipairs(world.lists[hand.run]) do
      list[i] = acts.copy(item)
    end
    local item, case = acts.any(world, list), acts.any(world, cases)
    if case[2] == false then
      item[case[1]] = nil
    else
      item[case[1]] = case[2]
    end
    local value, fault = hand:call("run", list)
    local code = type(fault) == "table" and fault.kind
    if value or (code ~= "argument" and code ~= "journal") then
      world:problem("a list with a bad %s: %s", case[1], tostring(fault))
    end
  end
end

function acts.get(world, hand)
  local options
  if world.random:chance(0.3) then options = { refresh = true } end
  hand:call("get", any_reference(world, hand), options)
end

function acts.await(world, hand)
  local patience = world.random:one_of { { 2, 60 }, { 1, 900 } }
  local reference
  if world.random:chance(0.6) then reference = any_reference(world, hand) end
  hand:call("await", reference, { patience = patience })
end

function acts.recover(world, hand)
  local all = world.random:chance(0.3)
  hand:call("recover", all and { runs = "all" } or nil)
end

function acts.report(_, hand)
  hand:call "report"
end

function acts.discard(_, hand)
  hand:call "discard"
end

--- A person does what the first advice says.
function acts.follow(world, hand)
  for _, reference in ipairs(world.references[hand.run]) do
    local item = world.known[invariants.key(hand.run, reference)]
    if item and item.needs_person and not world:excuse(item.key or "") then
      return world.scenario.follow(world, hand, item)
    end
  end
end

--- All of these, with their weights.
function acts.common()
  return {
    { 30, acts.run },
    { 10, acts.run_one },
    { 5, acts.get },
    { 6, acts.await },
    { 12, acts.recover },
    { 2, acts.report },
    { 1, acts.discard },
    { 6, acts.follow },
  }
end

--- A list of acts out of several.
function acts.join(...)
  local out = {}
  for _, list in ipairs { ... } do
    for _, act in ipairs(list) do
      out[#out + 1] = act
    end
  end
  return out
end

return acts
