-- make simulate SEEDS=10000: runs histories of all scenarios, prints what
-- was done to them and whether the books agree. With SEED=n FLOW=name one
-- history is replayed, with its story.

local history = require "spec.simulation.old.history"

local NAMES, scenarios = {}, {}
local folder = io.popen "ls spec/simulation/old/scenarios"
for file in assert(folder):lines() do
  local name = file:match "^(.*)%.lua$"
  NAMES[#NAMES + 1] = name
  scenarios[name] = require("spec.simulation.old.scenarios." .. name)
end

local function replay(name, seed)
  local world = history.run(assert(scenarios[name], "no such flow"), seed)
  print(table.concat(world.story, "\n"))
  for _, entry in ipairs(world.entries) do
    print(entry.reference, entry.step, entry.state, entry.provider_id)
  end
  return world.problems
end

local function print_counts(counts)
  local names = {}
  for name in pairs(counts) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    print(("  %9d  %s"):format(counts[name], name))
  end
end

local function add(into, counts)
  for name, count in pairs(counts) do
    into[name] = (into[name] or 0) + count
  end
end

local function run_all(names, seeds)
  local totals, failed = {}, 0
  for seed = 1, seeds do
    local name = names[seed % #names + 1]
    local world = history.run(scenarios[name], seed)
    add(totals, world.counts)
    add(totals, { ["histories of " .. name] = 1 })
    if world.problems[1] then
      failed = failed + 1
      print(("SEED=%d FLOW=%s: %s"):format(seed, name, world.problems[1]))
    end
  end
  print_counts(totals)
  print(
    ("%d histories: %d passed, %d failed"):format(
      seeds,
      seeds - failed,
      failed
    )
  )
  return failed
end

-- make hands over what is not set as an empty text.
local function setting(name)
  local text = os.getenv(name)
  return text ~= "" and text or nil
end

local flow, seed = setting "FLOW", tonumber(setting "SEED")
if seed then
  local problems = replay(assert(flow, "which FLOW?"), seed)
  print(problems[1] and table.concat(problems, "\n") or "the books agree")
  os.exit(problems[1] and 1 or 0)
end
local names = flow and { flow } or NAMES
os.exit(run_all(names, tonumber(setting "SEEDS") or 1000) > 0 and 1 or 0)
