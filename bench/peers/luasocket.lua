-- The same request over luasocket and luasec, by a client that can do just
-- this much; connections are kept. Several at once are coroutines, run by
-- select.
local call = require("bench.call")
local cjson = require("cjson")
local socket = require("socket")

local at_once = tonumber(arg[4])
local scheme, host, port, path = arg[1]:match("^(%a+)://([^:]+):(%d+)(.*)$")

-- The request as it goes on the wire.
local function read_request()
  local file = assert(io.open(arg[3], "rb"))
  local headers, body = file:read("*a"):match("^(.-)\n\n(.*)$")
  file:close()
  return table.concat({
    "POST " .. path .. " HTTP/1.1",
    "Host: " .. host .. ":" .. port,
    (headers:gsub("\n", "\r\n")),
    "Content-Length: " .. #body,
    "",
    body,
  }, "\r\n")
end

local function connect()
  local conn = assert(socket.tcp())
  conn:settimeout(30)
  assert(conn:connect(host == "localhost" and "127.0.0.1" or host, port))
  conn:setoption("tcp-nodelay", true)
  if scheme == "https" then
    conn = assert(require("ssl").wrap(conn, {
      mode = "client",
      protocol = "any",
      options = { "all", "no_sslv3", "no_tlsv1", "no_tlsv1_1" },
      verify = "peer",
      cafile = arg[2],
    }))
    conn:sni(host)
    assert(conn:dohandshake())
  end
  if at_once > 1 then conn:settimeout(0) end
  return conn
end

local function again(err)
  if err ~= "timeout" and err ~= "wantread" then error(err) end
end

local function receive(conn, pattern)
  local data, err, partial = conn:receive(pattern)
  while not data do
    again(err)
    coroutine.yield()
    data, err, partial = conn:receive(pattern, partial)
  end
  return data
end

local function receive_answer(conn)
  local status = receive(conn, "*l"):match("^HTTP/1%.1 (%d+)")
  local headers = {}
  local line = receive(conn, "*l")
  while line ~= "" do
    local name, value = line:match("^([^:]+):%s*(.-)%s*$")
    headers[name:lower()] = value
    line = receive(conn, "*l")
  end
  assert(status == "200", "not the status that was expected")
  return receive(conn, tonumber(headers["content-length"]))
end

local request = read_request()

local function exchange(conn)
  assert(conn:send(request)) -- fits into an empty socket buffer
  assert(cjson.decode(receive_answer(conn)).transactionId)
end

local conns = {}
for i = 1, at_once do
  conns[i] = connect()
end

local function many(count)
  local left = count
  local waiting, tasks = {}, {}
  for i, conn in ipairs(conns) do
    waiting[i] = conn
    tasks[conn] = coroutine.wrap(function()
      while left > 0 do
        left = left - 1
        exchange(conn)
      end
      return true
    end)
    if tasks[conn]() then tasks[conn] = nil end
  end
  while next(tasks) do
    for _, conn in ipairs((socket.select(waiting))) do
      if tasks[conn]() then
        tasks[conn] = nil
        for i = #waiting, 1, -1 do
          if waiting[i] == conn then table.remove(waiting, i) end
        end
      end
    end
  end
end

call.measure(socket.gettime, function(count)
  if at_once > 1 then return many(count) end
  for _ = 1, count do
    exchange(conns[1])
  end
end)
