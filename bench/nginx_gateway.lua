-- Asks the gateway of the benchmark, and measures its worker.
local socket = require "socket"

local gateway = {}

local env = os.getenv
local GATEWAY, PROVIDER = env "BENCH_GATEWAY", env "BENCH_PROVIDER"

gateway.sleep = socket.sleep

local function output(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  assert(pipe:close(), "this failed: " .. command)
  return text
end

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

local function get(base, path)
  local tcp = assert(socket.connect(base:match "//(.*):", base:match "%d+$"))
  tcp:settimeout(30)
  tcp:send(("GET %s HTTP/1.0\r\n\r\n"):format(path))
  local answer = assert(tcp:receive "*a")
  tcp:close()
  return (answer:match "\r\n\r\n(.*)$")
end

gateway.get = get

--- What the worker says of itself: numbers by name.
function gateway.state()
  local state = {}
  for name, value in get(GATEWAY, "/state"):gmatch "([%w_]+) (%S+)" do
    state[name] = tonumber(value)
  end
  return state
end

-- wrk with a body as large as the call's, for all alike.
local function wrk(path, words)
  local command = ("wrk -t1 %s -s bench/nginx_post.lua %s%s"):format(
    words,
    GATEWAY,
    path
  )
  local text = output(command)
  local bad = text:match "Non%-2xx or 3xx responses: (%d+)"
  assert(not bad, text)
  return text, tonumber(text:match "(%d+) requests in")
end

-- Seconds on a processor, exact.
local function cpu(pid)
  local ns = read("/proc/" .. pid .. "/schedstat"):match "^%d+"
  return tonumber(ns) / 1e9
end

--- Milliseconds of the worker's CPU for 1000 requests, 32 at once.
function gateway.cost(path, seconds)
  local pid = ("%d"):format(gateway.state().pid)
  wrk(path, "-c32 -d1")
  local before = cpu(pid)
  local _, count = wrk(path, "-c32 -d" .. seconds)
  return (cpu(pid) - before) * 1e6 / count
end

--- Makes at least so many requests.
function gateway.calls(path, count)
  local done = 0
  while done < count do
    local _, made = wrk(path, "-c32 -d1")
    done = done + made
  end
end

local UNITS = { us = 1, ms = 1000, s = 1e6 }

--- Microseconds within which so many of 100 requests are answered, one at a
--- time: 50 or 99.
function gateway.latency(path, seconds, percent)
  local text = wrk(path, "-c1 --latency -d" .. seconds)
  local number, unit = text:match(percent .. "%%%s+([%d.]+)(%a+)")
  return tonumber(number) * UNITS[unit]
end

--- The 99 % of an unrelated location in microseconds, while so many clients
--- ask for a path again and again.
function gateway.latency_beside(path, clients, seconds)
  local command = ("wrk -t1 -c%d -d%d %s%s >/dev/null"):format(
    clients,
    seconds + 2,
    GATEWAY,
    path
  )
  local pipe = assert(io.popen(command))
  socket.sleep(1)
  local p99 = gateway.latency("/unrelated", seconds, 99)
  pipe:close()
  return p99
end

--- Requests a second that so many clients get answered.
function gateway.rate(path, clients, seconds)
  local _, count = wrk(path, ("-c%d -d%d"):format(clients, seconds))
  return count / seconds
end

--- Keeps so many calls under way for so many seconds.
function gateway.load(calls, seconds)
  get(GATEWAY, ("/load?calls=%d&seconds=%s"):format(calls, seconds))
end

--- Memory in KB, and open files, of the worker.
function gateway.size()
  local state = gateway.state()
  local proc = ("/proc/%d"):format(state.pid)
  local pages = read(proc .. "/statm"):match "^%d+ (%d+)"
  return {
    lua_kb = state.lua_kb,
    resident = tonumber(pages) * 4,
    files = tonumber((output("ls " .. proc .. "/fd | wc -l"):match "%d+")),
  }
end

--- Reloads nginx again and again while calls are made.
function gateway.reload_under_load(path, times)
  local pipe = assert(
    io.popen(("wrk -t1 -c50 -d%d %s%s 2>&1"):format(times + 1, GATEWAY, path))
  )
  for _ = 1, times do
    socket.sleep(1)
    os.execute(env "BENCH_RELOAD")
  end
  pipe:read "*a"
  pipe:close()
  socket.sleep(1)
  local counts = gateway.state()
  counts.reloads = times
  counts.provider = tonumber(get(PROVIDER, "/count"))
  return counts
end

return gateway
