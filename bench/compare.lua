-- Side by side, in one run: our whole call, libcurl in C, luasocket.
-- Rounds are interleaved, so that a change of the machine's mood meets all
-- of them; what is printed are medians. ROUNDS=9 for calmer figures.
local programs = require("bench.programs")
local report = require("bench.report")

local ROUNDS = tonumber(os.getenv("ROUNDS")) or 5
local HTTP, HTTPS = os.getenv("BENCH_HTTP"), os.getenv("BENCH_HTTPS")

local jobs = {
  { title = "one at a time, plain", base = HTTP, at_once = 1 },
  { title = "one at a time, TLS", base = HTTPS, at_once = 1 },
  { title = "32 at once, plain", base = HTTP, at_once = 32, asked = 0.9 },
  { title = "32 at once, TLS", base = HTTPS, at_once = 32, asked = 0.9 },
}

-- Medians for each program: requests per second, and CPU.
local function race(job)
  local rates, costs = {}, {}
  for round = 1, ROUNDS do
    for _, name in ipairs(programs.names) do
      rates[name], costs[name] = rates[name] or {}, costs[name] or {}
      rates[name][round], costs[name][round] = programs.run(name, job)
    end
  end
  for _, name in ipairs(programs.names) do
    rates[name] = report.median(rates[name])
    costs[name] = report.median(costs[name])
  end
  return rates, costs
end

local function show(job)
  job.warm_up = 1000
  job.count = job.at_once == 1 and 15000 or 40000
  local rates, costs = race(job)
  print()
  print(
    ("%-22s %10s %12s %6s %6s"):format(
      job.title,
      "requests/s",
      "CPU ms/1000",
      "rate",
      "CPU"
    )
  )
  local bare = programs.names[2]
  for _, name in ipairs(programs.names) do
    local rate = rates[name] / rates[bare]
    local asked = ""
    if job.asked and name == programs.names[1] then
      asked = "  " .. report.verdict(job.asked, rate)
    end
    print(
      ("  %-20s %10.0f %12.1f %6.2f %6.2f%s"):format(
        name,
        rates[name],
        costs[name],
        rate,
        costs[name] / costs[bare],
        asked
      )
    )
  end
  io.stdout:flush()
end

local function show_sizes()
  local sizes = {}
  for i, name in ipairs(programs.names) do
    sizes[i] = ("%s %d"):format(name, programs.size(name))
  end
  print("bytes of one request: " .. table.concat(sizes, ", "))
  print(
    _VERSION
      .. ", medians of "
      .. ROUNDS
      .. " rounds; rate and CPU "
      .. "are ratios to libcurl in C"
  )
  io.stdout:flush()
end

local function show_require()
  local times = {}
  for i = 1, 21 do
    times[i] = tonumber(programs.script("bench/require.lua"))
  end
  print()
  print(
    'require "luapay", ms         '
      .. report.verdict(2, report.median(times), true)
  )
end

local function show_fields()
  local fields, micro =
    programs.script("bench/fields.lua"):match("^(%d+) (%S+)")
  print(
    ("%s fields checked, written and read, us "):format(fields)
      .. report.verdict(3, tonumber(micro), true)
  )
end

local function show_memory()
  local command = ("bench/memory.lua %s %s 32 30000 300000"):format(
    HTTP,
    os.getenv("BENCH_CA")
  )
  local slope = tonumber(programs.script(command))
  print(
    "growth, MB per million calls "
      .. report.verdict(1, math.max(slope, 0), true)
  )
end

show_sizes()
for _, job in ipairs(jobs) do
  show(job)
end
show_require()
show_fields()
show_memory()
report.finish()
