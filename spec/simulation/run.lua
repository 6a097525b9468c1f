-- make simulate SEEDS=10000: runs histories of all scenarios, prints what
-- was done to them and whether what the flows say is what the books show.
--
--   SEED=7 FLOW=topup STORE=sqlite   replays one, with its story
--   FLOW=topup, STORE=memory         only these
--   JOBS=2                           how many processes share the work

local NAMES, scenarios = {}, {}
local folder = io.popen "ls spec/simulation/scenarios"
for file in assert(folder):lines() do
  local name = file:match "^(.*)%.lua$"
  NAMES[#NAMES + 1] = name
  scenarios[name] = require("spec.simulation.scenarios." .. name)
end

local history = require "spec.simulation.history"

-- make hands over what is not set as an empty text.
local function setting(name)
  local text = os.getenv(name)
  return text ~= "" and text or nil
end

local function sorted(counts)
  local names = {}
  for name in pairs(counts) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function add(into, counts)
  for name, count in pairs(counts) do
    into[name] = (into[name] or 0) + count
  end
end

-- Of a hundred histories: the databases are slower, and say the same.
local function store_of(seed)
  local at = seed % 20
  if at == 3 or at == 13 then return "sqlite" end
  return at == 7 and "postgres" or "memory"
end

local function replay(name, seed, store)
  local world =
    history.run(assert(scenarios[name], "no such flow"), seed, store)
  print(table.concat(world.story, "\n"))
  for _, key in ipairs(sorted(world.known)) do
    local item = world.known[key]
    print(key, item.step, item.state, item.money, item.provider_id)
  end
  return world.problems
end

local function one(seed, names, store, totals)
  local name = names[seed % #names + 1]
  store = store or store_of(math.floor(seed / #names))
  local world = history.run(scenarios[name], seed, store)
  add(totals, world.counts)
  add(totals, { [("histories of %s on %s"):format(name, store)] = 1 })
  if not world.problems[1] then return true end
  print(
    ("SEED=%d FLOW=%s STORE=%s: %s"):format(
      seed,
      name,
      store,
      world.problems[1]
    )
  )
  return false
end

local FOLDER = "build/simulation"

local function work(first, step, seeds, names, store)
  local totals, failed = {}, 0
  for seed = first, seeds, step do
    if not one(seed, names, store, totals) then failed = failed + 1 end
  end
  return totals, failed
end

-- A share of the seeds, in a process of its own: its totals go to a file.
local function write_share(number, totals, failed)
  local file = assert(io.open(("%s/%s"):format(FOLDER, tostring(number)), "w"))
  file:write(("failed %d\n"):format(failed))
  for name, count in pairs(totals) do
    file:write(("count %d %s\n"):format(count, name))
  end
  file:close()
end

local function read_share(number, totals)
  local failed
  for line in io.lines(("%s/%s"):format(FOLDER, tostring(number))) do
    local count, name = line:match "^count (%d+) (.*)$"
    if count then
      add(totals, { [name] = tonumber(count) })
    else
      failed = tonumber(line:match "^failed (%d+)$")
    end
  end
  return assert(failed, "a share did not come to its end")
end

local function share_out(jobs)
  os.execute(("rm -rf %s && mkdir -p %s"):format(FOLDER, FOLDER))
  local command = {}
  for number = 1, jobs do
    command[number] = ("SHARE=%d JOBS=%d %s spec/simulation/run.lua &"):format(
      number,
      jobs,
      arg[-1]
    )
  end
  os.execute(table.concat(command, " ") .. " wait")
  local totals, failed = {}, 0
  for number = 1, jobs do
    failed = failed + read_share(number, totals)
  end
  return totals, failed
end

local function print_totals(totals, seeds, failed)
  for _, name in ipairs(sorted(totals)) do
    print(("  %9d  %s"):format(totals[name], name))
  end
  local beyond = totals["double movements beyond the horizon"] or 0
  print(("%d double movements beyond the stated horizon"):format(beyond))
  print(
    ("%d histories: %d passed, %d failed"):format(
      seeds,
      seeds - failed,
      failed
    )
  )
end

local flow, store = setting "FLOW", setting "STORE"
local seed = tonumber(setting "SEED")
local names = flow and { flow } or NAMES
if seed then
  assert(flow, "which FLOW?")
  local problems = replay(flow, seed, store or "memory")
  print(problems[1] and table.concat(problems, "\n") or "the books agree")
  os.exit(problems[1] and 1 or 0)
end

local seeds = tonumber(setting "SEEDS") or 1000
local jobs, share = tonumber(setting "JOBS") or 2, tonumber(setting "SHARE")
if share then
  write_share(share, work(share, jobs, seeds, names, store))
  os.exit(0, true)
end
local totals, failed
if jobs > 1 then
  totals, failed = share_out(jobs)
else
  totals, failed = work(1, 1, seeds, names, store)
end
print_totals(totals, seeds, failed)
os.exit(failed > 0 and 1 or 0, true)
