-- Instructions of one call, by callgrind: ours and libcurl in C, one at a
-- time, HTTP/1.1, keep-alive. The difference of two runs of different
-- length, so that what happens once is not counted.
local programs = require("bench.programs")
local report = require("bench.report")

local SHORT, LONG = 200, 1200
local CALLGRIND = "valgrind --tool=callgrind --callgrind-out-file=/dev/null "

local function instructions(name, count)
  local text = programs.output(CALLGRIND .. programs.command(name, {
    base = os.getenv("BENCH_HTTP"),
    at_once = 1,
    warm_up = 50,
    count = count,
  }) .. " 2>&1")
  return assert(tonumber(text:match("Collected : (%d+)")), text)
end

local function per_call(name)
  return (instructions(name, LONG) - instructions(name, SHORT))
    / (LONG - SHORT)
end

local ours, bare = per_call("luapay"), per_call("libcurl in C")
print(_VERSION .. ", instructions of one call")
print(("  %-20s %8.0f"):format("libcurl in C", bare))
print(
  ("  %-20s %8.0f   %s"):format(
    "luapay",
    ours,
    report.verdict(1.35, ours / bare, true)
  )
)
report.finish()
