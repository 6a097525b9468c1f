-- Instructions of one call, by callgrind: ours and libcurl in C, one at a
-- time, HTTP/1.1, keep-alive. The difference of two runs of different
-- length, so that what happens once is not counted. It does not matter what
-- else the machine does.
--
-- It fails when a ratio has risen by 3 % over the committed one, three times
-- in a row; WRITE=1 commits to the least of three.
local programs = require("bench.programs")
local report = require("bench.report")

local COMMITTED = "bench/instructions_committed.lua"
local RISE = 1.03
local TIMES = 3 -- a busy machine makes answers come late: that costs more
local WRITE = (os.getenv("WRITE") or "") ~= ""
local SHORT, LONG = 200, 1200
local CALLGRIND = "valgrind --tool=callgrind --callgrind-out-file=/dev/null "
local HTTP, HTTPS = os.getenv("BENCH_HTTP"), os.getenv("BENCH_HTTPS")

local committed = dofile(COMMITTED)

local bare = programs.named("libcurl in C")
local lua = programs.named("luapay")
local luajit = {
  command = "LUA_CPATH='build/luajit/?.so;;' luajit bench/ours.lua",
  base = true,
}

local CASES = {
  { name = "plain", base = HTTP, program = lua, asked = 0.5 },
  { name = "TLS", base = HTTPS, program = lua, asked = 0.55 },
  { name = "plain, LuaJIT", base = HTTP, program = luajit, asked = 0.55 },
}

local function instructions(program, base, count)
  local command = programs.command(program, {
    base = base,
    at_once = 1,
    warm_up = 50,
    count = count,
  })
  local env, rest = command:match("^(%u[%u_]*=%S+ )(.*)$")
  local text =
    programs.output((env or "") .. CALLGRIND .. (rest or command) .. " 2>&1")
  return assert(tonumber(text:match("Collected : (%d+)")), text)
end

local function per_call(program, base)
  return (
    instructions(program, base, LONG) - instructions(program, base, SHORT)
  ) / (LONG - SHORT)
end

local function ratio_of(case)
  local least, figures = math.huge, nil
  for _ = 1, TIMES do
    local theirs = per_call(bare, case.base)
    local ours = per_call(case.program, case.base)
    if ours / theirs < least then
      least, figures = ours / theirs, { theirs, ours }
    end
    if not WRITE and least <= committed[case.name] * RISE then break end
  end
  return least, figures
end

local risen = false

local function show(case)
  local ratio, figures = ratio_of(case)
  local verdict = report.verdict(case.asked, ratio, true)
  local line = "  %-15s libcurl in C %7.0f  luapay %7.0f  %s"
  print(line:format(case.name, figures[1], figures[2], verdict))
  local before = committed[case.name]
  if ratio > before * RISE then
    risen = true
    print(("  %-15s committed is %.3f: it has risen"):format("", before))
  end
  io.stdout:flush()
  return ("  [%q] = %.3f,\n"):format(case.name, ratio)
end

print("instructions of one call, and their ratio")
local ratios = {}
for i, case in ipairs(CASES) do
  ratios[i] = show(case)
end
if WRITE then
  local file = assert(io.open(COMMITTED, "w"))
  file:write("-- Written by make bench-instructions WRITE=1.\nreturn {\n")
  file:write(table.concat(ratios), "}\n")
  file:close()
elseif risen then
  os.exit(1)
end
report.finish()
