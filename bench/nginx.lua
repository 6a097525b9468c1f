-- Calls from an nginx worker, side by side with proxy_pass, in one run.
-- Rounds are interleaved; what is printed are medians. ROUNDS=9 for calmer
-- figures.
local gateway = require "bench.nginx_gateway"
local journal = require "bench.nginx_journal"
local report = require "bench.report"

local ROUNDS = tonumber(os.getenv "ROUNDS") or 5
local SECONDS = tonumber(os.getenv "SECONDS_EACH") or 2

local WAYS = {
  { "proxy_pass", "/proxy" },
  { "an empty handler", "/empty" },
  { "the transport alone", "/bare", asked = 1.4 },
  { "the same, where money moves", "/sure" },
  { "a whole checked call", "/call", asked = 2 },
}

local function show_cost()
  local costs = {}
  for round = 1, ROUNDS do
    for _, way in ipairs(WAYS) do
      local name = way[1]
      costs[name] = costs[name] or {}
      costs[name][round] = gateway.cost(way[2], SECONDS)
    end
  end
  print "worker CPU                    ms/1000  to proxy_pass"
  local base = report.median(costs.proxy_pass)
  for _, way in ipairs(WAYS) do
    local cost = report.median(costs[way[1]])
    local ratio = cost / base
    local verdict = way.asked and report.verdict(way.asked, ratio, true) or ""
    print(("  %-27s %7.1f %8.2f  %s"):format(way[1], cost, ratio, verdict))
  end
  io.stdout:flush()
end

-- What a call waits to be sure of a kept connection, one at a time.
local function show_sureness()
  local bare, sure = {}, {}
  for round = 1, ROUNDS do
    bare[round] = gateway.latency("/bare", SECONDS, 50)
    sure[round] = gateway.latency("/sure", SECONDS, 50)
  end
  print()
  print(
    ("one at a time: %.0f us; sure of a kept connection: %.0f us"):format(
      report.median(bare),
      report.median(sure)
    )
  )
  io.stdout:flush()
end

local function show_latency()
  local idle, busy, under_way = {}, {}, {}
  for round = 1, ROUNDS do
    idle[round] = gateway.latency("/unrelated", SECONDS, 99)
    gateway.load(200, SECONDS + 3)
    gateway.sleep(2) -- until all have begun, and their code is compiled
    under_way[round] = gateway.state().under_way
    busy[round] = gateway.latency("/unrelated", SECONDS, 99)
    gateway.sleep(1.5)
  end
  local before, after = report.median(idle), report.median(busy)
  print()
  print(
    (
      "p99 of an unrelated location: idle %.0f us, with %d calls of 200 ms "
      .. "under way %.0f us"
    ):format(before, report.median(under_way), after)
  )
  if before > 1000 then
    print "  others keep this machine busy: these figures say little"
  end
  print(
    "  ratio                  " .. report.verdict(1.5, after / before, true)
  )
  io.stdout:flush()
end

-- The least of three: what waits for collection is no growth.
local function settled()
  local least = gateway.size()
  for _ = 1, 2 do
    gateway.sleep(0.3)
    local size = gateway.size()
    for name, value in pairs(size) do
      least[name] = math.min(least[name], value)
    end
  end
  return least
end

local function show_growth()
  gateway.calls("/call", 20000)
  local before = settled()
  gateway.calls("/call", 10000)
  local after = settled()
  print()
  print "growth over 10 000 calls"
  for _, case in ipairs {
    { "resident memory, KB", after.resident - before.resident, 64 },
    { "memory of Lua, KB", after.lua_kb - before.lua_kb, 16 },
    { "sockets and files", after.files - before.files, 0 },
  } do
    print(
      ("  %-27s %s"):format(
        case[1],
        report.verdict(case[3], math.max(case[2], 0), true)
      )
    )
  end
  io.stdout:flush()
end

local function show_reload()
  local counts = gateway.reload_under_load("/counted", 5)
  print()
  print(
    ("reloaded %d times: %d calls begun, %d good, %d at the provider"):format(
      counts.reloads,
      counts.begun,
      counts.good,
      counts.provider
    )
  )
  local lost = counts.begun
    - counts.good
    + math.abs(counts.provider - counts.good)
  print("  calls lost             " .. report.verdict(0, lost, true))
end

-- ONLY=journal: what is said of journals
if os.getenv "ONLY" ~= "journal" then
  show_cost()
  show_sureness()
  show_latency()
  show_growth()
  show_reload()
end
journal.show()
report.finish()
