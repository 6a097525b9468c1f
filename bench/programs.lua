-- The programs of the benchmark, and how to run them. All but ours send what
-- bench/capture.lua has written down of our request.

local programs = {}

local env = os.getenv
local PIN = env("BENCH_PIN") or ""
local LUA = arg[-1]

local function exists(command)
  return os.execute(command .. " >/dev/null 2>&1") == 0
    or os.execute(command .. " >/dev/null 2>&1") == true
end

-- `slow`: by how much fewer calls are enough to measure it. `probe`: whether
-- it is installed; `make bench-deps` installs it.
programs.all = {
  { name = "luapay", command = LUA .. " bench/ours.lua", base = true },
  { name = "libcurl in C", command = "build/bench/libcurl", most = 256 },
  { name = "luasocket", command = LUA .. " bench/peers/luasocket.lua" },
  {
    name = "Go net/http",
    command = "build/bench/net_http",
    probe = "test -x build/bench/net_http",
  },
  {
    name = "node undici",
    command = "node bench/peers/undici.mjs",
    probe = "node -e 'process.exit(0)' && "
      .. "test -d build/tools/node_modules/undici",
    slow = 2,
  },
  {
    name = "lua-http",
    command = "luajit bench/peers/lua_http.lua",
    probe = "luajit -e 'require \"http.client\"'",
    slow = 2,
  },
  {
    name = "python requests",
    command = "python3 bench/peers/python_requests.py",
    probe = "python3 -c 'import requests'",
    slow = 20,
    most = 64,
  },
}

--- Those that are installed, and the names of those that are not.
---@return table[] programs
---@return string[] missing
function programs.installed()
  local found, missing = {}, {}
  for _, program in ipairs(programs.all) do
    if not program.probe or exists(program.probe) then
      found[#found + 1] = program
    else
      missing[#missing + 1] = program.name
    end
  end
  return found, missing
end

--- The program of a name.
function programs.named(name)
  for _, program in ipairs(programs.all) do
    if program.name == name then return program end
  end
end

--- What a command prints.
function programs.output(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("*a")
  local ok = pipe:close()
  assert(ok and text ~= "", "this failed: " .. command)
  return text
end

--- What one of our Lua files prints, on the client's core.
function programs.script(words)
  return programs.output(("%s %s %s"):format(PIN, LUA, words))
end

local request = env("BENCH_DIR") .. "/request"
local target = programs.script("bench/capture.lua " .. request):match("^%S+")

--- The command line for one program.
---@param program table
---@param job table base, at_once, warm_up, count
function programs.command(program, job)
  local slow = program.slow or 1
  return table.concat({
    program.command,
    program.base and job.base or job.base .. target,
    env("BENCH_CA"),
    request,
    job.at_once,
    math.max(math.floor(job.warm_up / slow), job.at_once),
    math.max(math.floor(job.count / slow), 1),
  }, " ")
end

--- Runs a program on its core; returns requests per second, and
--- microseconds of CPU of a request.
function programs.run(program, job)
  local text = programs.output(PIN .. " " .. programs.command(program, job))
  local count, wall, cpu = text:match("(%d+) ([%d.]+) ([%d.]+)%s*$")
  return count / wall, cpu * 1e6 / count
end

--- Bytes of one request of a program, as the server counts them.
function programs.size(program)
  programs.run(program, {
    base = env("BENCH_SIZES"),
    at_once = 1,
    warm_up = 1,
    count = 1,
  })
  local last
  for line in io.lines(env("BENCH_LOG")) do
    last = line
  end
  return tonumber(last)
end

--- Medians over interleaved rounds, so that a change of the machine's mood
--- meets all programs: { name = { rate =, cpu =, spread = } }.
---@param list table[] programs
---@param job table
---@param rounds integer
function programs.race(list, job, rounds)
  local median = require("bench.report").median
  local rates, costs, results = {}, {}, {}
  for round = 1, rounds do
    for _, program in ipairs(list) do
      local name = program.name
      rates[name], costs[name] = rates[name] or {}, costs[name] or {}
      rates[name][round], costs[name][round] = programs.run(program, job)
    end
  end
  for _, program in ipairs(list) do
    local name = program.name
    results[name] = {
      rate = median(rates[name]),
      cpu = median(costs[name]),
    }
  end
  return results
end

return programs
