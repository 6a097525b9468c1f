-- What a journal costs: whole calls, 32 at once, without a journal and with
-- one in SQLite (an entry before and an outcome after each call, durable),
-- in one run; beside them how fast the file system is.
local programs = require "bench.programs"
local report = require "bench.report"

local ROUNDS = tonumber(os.getenv "ROUNDS") or 5
local DIR, CA = os.getenv "BENCH_DIR", os.getenv "BENCH_CA"
local FILE = DIR .. "/journal.db"

local function remove()
  for _, ending in ipairs { "", "-wal", "-shm", "-count" } do
    os.remove(FILE .. ending)
  end
end

local function run(base, path, count)
  remove()
  local words = ("bench/journal_calls.lua %s %s %s 32 100 %d"):format(
    base,
    CA,
    path,
    count
  )
  local calls, wall, cpu =
    programs.script(words):match "(%d+) ([%d.]+) ([%d.]+)%s*$"
  return calls / wall, cpu * 1e6 / calls
end

local function race(base, count)
  local rates, costs = { {}, {} }, { {}, {} }
  for round = 1, ROUNDS do
    for i, path in ipairs { "-", FILE } do
      rates[i][round], costs[i][round] = run(base, path, count)
    end
  end
  for i = 1, 2 do
    rates[i], costs[i] = report.median(rates[i]), report.median(costs[i])
  end
  return rates, costs
end

local sync -- milliseconds of one durable transaction
local SLOW_SYNC = 2 -- beyond it is the disk that is measured

local function show(title, base, count, asked)
  local rates, costs = race(base, count)
  print()
  print(("%-28s %8s %12s"):format(title, "calls/s", "CPU ms/1000"))
  for i, name in ipairs { "no journal", "SQLite" } do
    print(("  %-26s %8.0f %12.1f"):format(name, rates[i], costs[i]))
  end
  local rate = rates[2] / rates[1]
  local words = ("got %.2f"):format(rate)
  if asked and sync > SLOW_SYNC then
    words = ("asked %.2f  got %.2f  disk"):format(asked, rate)
  elseif asked then
    words = report.verdict(asked, rate)
  end
  print("  rate with a journal          " .. words)
  io.stdout:flush()
end

remove()
local syncs =
  programs.script(("bench/journal_calls.lua fsync - %s 1 0 500"):format(FILE))
sync = 1000 / tonumber(syncs:match "%d+")
print(("one durable transaction: %.2f ms"):format(sync))
show("answers after 20 ms", os.getenv "BENCH_SLOW", 5000, 0.95)
show("answers at once, TLS", os.getenv "BENCH_HTTPS", 20000)
show("answers at once, plain", os.getenv "BENCH_HTTP", 20000)
remove()
report.finish()
