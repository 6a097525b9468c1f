-- The programs of the benchmark, and how to run them.

local programs = {}

local env = os.getenv
local PIN = env("BENCH_PIN") or ""
local BARE = "build/bench/bare"
local LUA = arg[-1]

programs.names = { "luapay", "libcurl in C", "luasocket" }

local commands = {
  ["luapay"] = LUA .. " bench/ours.lua",
  ["libcurl in C"] = BARE,
  ["luasocket"] = LUA .. " bench/sockets.lua",
}

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
---@param job table base, at_once, warm_up, count
function programs.command(name, job)
  local url = name == "luapay" and job.base or job.base .. target
  return table.concat({
    commands[name],
    url,
    env("BENCH_CA"),
    request,
    job.at_once,
    job.warm_up,
    job.count,
  }, " ")
end

--- Runs a program on its core; returns requests per second, and
--- milliseconds of CPU per 1000 requests.
function programs.run(name, job)
  local text = programs.output(PIN .. " " .. programs.command(name, job))
  local count, wall, cpu = text:match("(%d+) ([%d.]+) ([%d.]+)%s*$")
  return count / wall, cpu * 1e6 / count
end

--- Bytes of one request of a program, as the server counts them.
function programs.size(name)
  programs.run(name, {
    base = env("BENCH_SIZES"),
    at_once = 1,
    warm_up = 0,
    count = 1,
  })
  local last
  for line in io.lines(env("BENCH_LOG")) do
    last = line
  end
  return tonumber(last)
end

return programs
