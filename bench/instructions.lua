-- Instructions of one call, by callgrind: ours and libcurl in C, one at a
-- time, HTTP/1.1, keep-alive. The difference of two runs of different
-- length, so that what happens once is not counted. It does not matter what
-- else the machine does.
--
-- With CHECK=1 it fails when a ratio has risen by 3 % over the committed one
-- (bench/instructions_committed.lua); WRITE=1 commits to those of this run.
local programs = require("bench.programs")
local report = require("bench.report")

local COMMITTED = "bench/instructions_committed.lua"
local RISE = 1.03
local SHORT, LONG = 200, 1200
local CALLGRIND = "valgrind --tool=callgrind --callgrind-out-file=/dev/null "
local HTTP, HTTPS = os.getenv("BENCH_HTTP"), os.getenv("BENCH_HTTPS")

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

local file = io.open(COMMITTED)
local committed = file and dofile(COMMITTED) or {}
if file then file:close() end

local ratios, risen, bares = {}, false, {}

local function show(case)
  local base = case.base
  bares[base] = bares[base] or per_call(bare, base)
  local ours = per_call(case.program, base)
  local ratio = ours / bares[base]
  ratios[#ratios + 1] = ("  [%q] = %.3f,\n"):format(case.name, ratio)
  print(
    ("%-16s libcurl in C %7.0f  luapay %7.0f  %s"):format(
      case.name,
      bares[base],
      ours,
      report.verdict(case.asked, ratio, true)
    )
  )
  local before = committed[case.name]
  if before and ratio > before * RISE then
    risen = true
    print(("%-16s was %.3f: it has risen"):format(case.name, before))
  end
  io.stdout:flush()
end

print("instructions of one call, and their ratio")
for _, case in ipairs(CASES) do
  show(case)
end
if os.getenv("WRITE") then
  file = assert(io.open(COMMITTED, "w"))
  file:write("-- Written by make bench-instructions WRITE=1.\nreturn {\n")
  file:write(table.concat(ratios), "}\n")
  file:close()
end
if os.getenv("CHECK") and risen then os.exit(1) end
report.finish()
