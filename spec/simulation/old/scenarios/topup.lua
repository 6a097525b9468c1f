-- Top-ups, all or nothing or each for itself, and some taken back later.

local books = require "spec.simulation.old.books"
local credits = require "spec.simulation.old.scenarios.credits"
local luapay = require "luapay"

local topup = {}

function topup.open(world)
  local random = world.random
  credits.open(world)
  world.mode = random:one_of { { 1, "each" }, { 2, "all_or_nothing" } }
  local unwanted = random:between(1, #world.items)
  world.unwanted = random:chance(0.3) and world.items[unwanted].reference
  world.told = {}
end

local function flow(world, machine)
  return luapay.flow.topup {
    client = credits.client(world, machine),
    journal = machine.journal,
    mode = world.mode,
    concurrency = world.random:between(1, 4),
  }
end

-- What stands in the provider's books for an item, now.
local function booked(world, reference)
  local id, undone
  for _, row in ipairs(world.provider:ledger()) do
    if row.description == reference then id = row.transactionId end
    if id and row.reverses == id then undone = true end
  end
  return id and not undone
end

local THERE = {
  credited = true,
  rollback_failed = true,
  failed = false,
  rolled_back = false,
}

-- What is said of an item's money must be true when it is said.
local function believe(world, item)
  local there = THERE[item.state]
  if item.fault and item.fault.kind == "journal" then return end
  if there ~= nil and there ~= (booked(world, item.reference) or false) then
    world.bug = ("%s was called %s"):format(item.reference, item.state)
  end
  world.told[item.reference] = item.state
end

function topup.run(world, machine)
  local own = flow(world, machine)
  local result, err = own:run(world.items)
  world:tell("run: %s", tostring(result and result.state or err))
  for _, item in ipairs((result or err.report).items) do
    world:tell("  %s %s", item.reference, item.state)
    believe(world, item)
  end
  if world.unwanted then
    local back, why = own:undo(world.unwanted, "unwanted")
    world:tell("undo: %s", tostring(back and back.state or why))
    world.told[world.unwanted] = nil
    if back then believe(world, back) end
  end
end

function topup.recover(world, machine)
  local result, err = flow(world, machine):recover()
  world:tell("recover: %s", tostring(result or err))
end

local function index(entries, step)
  local by = {}
  for _, entry in ipairs(entries) do
    if entry.step == step then by[entry.reference] = entry end
  end
  return by
end

-- Credits whose rollback a person has to settle: either may be true.
local function uncertain(entries, backs, problems)
  local ids = {}
  for _, entry in pairs(entries) do
    if entry.state == "pending" then
      local back = backs[entry.reference]
      ids[entry.provider_id] = true
      if not back or back.state ~= "parked" then
        problems[#problems + 1] = entry.reference .. " is pending for nothing"
      end
    end
  end
  return ids
end

local ONE_OF = {
  done = { done = true, compensated = true, pending = true },
  failed = { failed = true },
  compensated = { failed = true, compensated = true },
}

-- All or nothing, unless a person has to look.
local function check_whole(world, entries, problems)
  local whole = index(entries, "group")[world.items[1].reference]
  if world.mode == "each" or not world.items[2] or not whole then return end
  local stuck = false
  local by, backs = index(entries, "credit"), index(entries, "rollback")
  for _, item in ipairs(world.items) do
    local state = by[item.reference] and by[item.reference].state or "failed"
    local back = backs[item.reference] and backs[item.reference].state
    stuck = stuck or state == "parked" or back == "parked"
    if ONE_OF[whole.state] and not ONE_OF[whole.state][state] then
      problems[#problems + 1] = ("%s is %s, the whole is %s"):format(
        item.reference,
        state,
        whole.state
      )
    end
  end
  if whole.state == "pending" and not stuck then
    problems[#problems + 1] = "the whole is pending for nothing"
  end
end

function topup.check(world, entries)
  local problems = {}
  local ok, broken = world.provider:check()
  if not ok then problems = broken end
  local by, backs = index(entries, "credit"), index(entries, "rollback")
  local open = uncertain(by, backs, problems)
  local list, undone = {}, {}
  for _, row in ipairs(world.provider:ledger()) do
    if row.kind == "credit" then
      list[#list + 1] = { reference = row.description, id = row.transactionId }
    elseif not open[row.reverses] then
      undone[row.reverses] = true
    end
  end
  books.compare(problems, {
    entries = entries,
    step = "credit",
    booked = list,
    undone = undone,
  })
  check_whole(world, entries, problems)
  for reference, told in pairs(world.told) do
    local state = by[reference] and by[reference].state
    if told == "credited" and state ~= "done" then
      problems[#problems + 1] = reference .. " did not stay credited"
    end
  end
  return problems
end

return topup
