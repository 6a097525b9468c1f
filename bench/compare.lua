-- Side by side, in one run: our whole call, and the same request by others,
-- which check nothing. Each side has a core of its own; rounds are
-- interleaved; what is printed are medians. ROUNDS=9 for calmer figures.
local programs = require("bench.programs")
local report = require("bench.report")

local ROUNDS = tonumber(os.getenv("ROUNDS")) or 5
local HTTP, HTTPS = os.getenv("BENCH_HTTP"), os.getenv("BENCH_HTTPS")

local JOBS = {
  { name = "one", title = "one at a time, plain", base = HTTP, at_once = 1 },
  {
    name = "one_tls",
    title = "one at a time, TLS",
    base = HTTPS,
    at_once = 1,
  },
  { name = "many", title = "32 at once, plain", base = HTTP, at_once = 32 },
  {
    name = "many_tls",
    title = "32 at once, TLS",
    base = HTTPS,
    at_once = 32,
  },
}

local list, missing = programs.installed()
local results = {}

local function race(job)
  job.warm_up = 1000
  job.count = job.at_once == 1 and 15000 or 40000
  local got = programs.race(list, job, ROUNDS)
  results[job.name] = got
  local bare = got["libcurl in C"]
  print()
  print(
    ("%-24s %10s %10s %6s %6s"):format(
      job.title,
      "requests/s",
      "CPU us",
      "rate",
      "CPU"
    )
  )
  for _, program in ipairs(list) do
    local one = got[program.name]
    print(
      ("  %-22s %10.0f %10.1f %6.2f %6.2f"):format(
        program.name,
        one.rate,
        one.cpu,
        one.rate / bare.rate,
        one.cpu / bare.cpu
      )
    )
  end
  io.stdout:flush()
end

-- Ours alone, with as many at once as a busy gateway has.
local function thousand(base)
  local ours = { programs.named("luapay") }
  local few = { base = base, at_once = 32, warm_up = 2000, count = 40000 }
  local many = { base = base, at_once = 1000, warm_up = 5000, count = 40000 }
  local low = programs.race(ours, few, ROUNDS).luapay
  local high = programs.race(ours, many, ROUNDS).luapay
  return high.cpu / low.cpu
end

-- A figure beside its goal; `most`: less is better.
local function figure(what, asked, got, most)
  print(("%-46s %s"):format(what, report.verdict(asked, got, most)))
  io.stdout:flush()
end

local function rate(job, name)
  local other = results[job][name]
  return other and results[job].luapay.rate / other.rate
end

local function cpu(job, name)
  return results[job].luapay.cpu / results[job][name].cpu
end

local function peers()
  for _, case in ipairs({
    { "Go net/http", 1.5 },
    { "node undici", 2.5 },
    { "lua-http", 3 },
  }) do
    local got = rate("many", case[1])
    local what = "requests/s, 32 at once, to " .. case[1]
    if got then
      figure(what, case[2], got)
    else
      print(("%-46s not installed: make bench-deps"):format(what))
    end
  end
end

-- The numbers that one of our files prints.
local function numbers(words)
  local found = {}
  for number in programs.script(words):gmatch("%S+") do
    found[#found + 1] = tonumber(number)
  end
  return found
end

local function small_ones()
  local times = {}
  for i = 1, 21 do
    times[i] = tonumber(programs.script("bench/require.lua"))
  end
  figure('require "luapay", ms', 2, report.median(times), true)
  local fields = numbers("bench/fields.lua")
  figure(fields[1] .. " fields, prepared and read, us", 2.5, fields[2], true)
  local rows = numbers("bench/list.lua")
  figure("a list of 50 rows, to lua-cjson's decode", 1, rows[1], true)
end

local function memory()
  local ca = os.getenv("BENCH_CA")
  local opened = numbers(("bench/opening.lua %s %s"):format(HTTPS, ca))
  figure("opening TLS with an own CA, ms of CPU", 1.5, opened[1], true)
  figure("opening TLS with an own CA, KB", 100, opened[2], true)
  local slow = os.getenv("BENCH_SLOW")
  local connection =
    tonumber(programs.output("build/bench/connections " .. slow .. "/"))
  local flight =
    numbers(("bench/flight.lua %s %s %s"):format(slow, ca, connection))
  figure("a call in flight, KB beyond its connection", 8, flight[1], true)
  print(("%-46s %.1f"):format("a connection of libcurl, KB", connection))
  local grown = numbers(("bench/memory.lua %s %s"):format(HTTP, ca))
  figure("resident at 1 000 000 calls, KB above 100 000", 128, grown[1], true)
  figure("Lua's count there, bytes above", 0, grown[2], true)
end

local function show_sizes()
  local sizes = {}
  for i, program in ipairs(list) do
    sizes[i] = ("%s %d"):format(program.name, programs.size(program))
  end
  print("bytes of one request: " .. table.concat(sizes, ", "))
  local words = "%s, medians of %d rounds; rate and CPU are ratios to %s"
  print(words:format(_VERSION, ROUNDS, "libcurl in C"))
  if missing[1] then
    print("not installed (make bench-deps): " .. table.concat(missing, ", "))
  end
  io.stdout:flush()
end

show_sizes()
for _, job in ipairs(JOBS) do
  race(job)
end
print()
figure(
  "CPU, one at a time, to libcurl easy",
  0.85,
  cpu("one", "libcurl in C"),
  true
)
figure(
  "requests/s, 32 at once, to libcurl multi",
  1.4,
  rate("many", "libcurl in C")
)
figure("the same, TLS", 1.6, rate("many_tls", "libcurl in C"))
figure("CPU, 32 at once, to luasocket", 1, cpu("many", "luasocket"), true)
peers()
figure("CPU of a call, 1000 at once to 32, plain", 1.2, thousand(HTTP), true)
figure("the same, TLS", 1.2, thousand(HTTPS), true)
small_ones()
memory()
report.finish()
