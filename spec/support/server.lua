-- A server that behaves well or badly as the path of the request says (see
-- answers.lua). Run as: lua5.4 server.lua <fifo> <folder of certificates>
--
-- It writes "name port" of each listener to the fifo, then obeys standard
-- input: a line asks for the log (what arrived, one request a line), the
-- end of the input ends the server. So it cannot outlive who started it.
local here = arg[0]:match("^(.*/)") or "./"
local answers = dofile(here .. "answers.lua")
local socket = require "socket"
local ssl = require "ssl"
local fifo, certificates = arg[1], arg[2]

local log, asleep = {}, {}
local readers, writers = {}, {} -- socket -> the coroutine that waits for it

local function wait(sock, how)
  local waiting = (how == "write" or how == "wantwrite") and writers or readers
  waiting[sock] = coroutine.running()
  coroutine.yield()
end

local Connection = {}
Connection.__index = Connection

-- Appends to the buffer; nil at the end of the stream.
function Connection:fill()
  while true do
    local data, err, part = self.sock:receive(8192)
    data = data or part
    if data and data ~= "" then
      self.buffer = self.buffer .. data
      return true
    end
    if err ~= "timeout" and err ~= "wantread" and err ~= "wantwrite" then
      return nil
    end
    wait(self.sock, err)
  end
end

function Connection:send(data)
  local i = 1
  while i <= #data do
    local last, err, partly = self.sock:send(data, i)
    i = (last or partly or i - 1) + 1
    if err == "closed" then return nil end
    if err then wait(self.sock, err == "timeout" and "write" or err) end
  end
  return true
end

function Connection:sleep(seconds)
  asleep[#asleep + 1] = {
    at = socket.gettime() + seconds,
    co = coroutine.running(),
  }
  coroutine.yield()
end

function Connection:close()
  self.sock:close()
end

--- Writes a line of its own into the log.
function Connection.note(_, line)
  log[#log + 1] = line
end

-- The other side gets a reset, not an orderly end.
function Connection:reset()
  self.tcp:setoption("linger", { on = true, timeout = 0 })
  self.tcp:close()
end

function Connection:request()
  local finish
  repeat
    finish = select(2, self.buffer:find("\r\n\r\n", 1, true))
    if not finish and not self:fill() then return nil end
  until finish
  local head = self.buffer:sub(1, finish)
  local length = tonumber(head:lower():match("\ncontent%-length: *(%d+)")) or 0
  if head:find "^%S+ /early" then length = 0 end -- and is not read
  while #self.buffer < finish + length do
    if not self:fill() then return nil end
  end
  local request =
    { head = head, body = self.buffer:sub(finish + 1, finish + length) }
  self.buffer = self.buffer:sub(finish + length + 1)
  request.method, request.path = head:match("^(%S+) (%S+)")
  return request
end

local function handshake(self, context)
  local secure = ssl.wrap(self.tcp, context)
  secure:settimeout(0)
  self.sock = secure
  while true do
    local ok, err = secure:dohandshake()
    if ok then return true end
    if err ~= "wantread" and err ~= "wantwrite" then return false end
    wait(secure, err)
  end
end

local spawn

local cut_at -- a relay passes on no more of what comes next

--- Lets a relay pass on so many bytes of what comes next, and the rest of it
--- when the other side has sent something.
function Connection.cut_next(_, bytes)
  cut_at = bytes
end

-- Passes on what comes from one side to the other, and its end.
local function pump(from, to)
  while from:fill() do
    local data = from.buffer
    from.buffer = ""
    if to.held then
      from:send(to.held)
      to.held = nil
    end
    if from.relays and cut_at then
      data, from.held = data:sub(1, cut_at), data:sub(cut_at + 1)
      cut_at = nil
    end
    if from.half then data = data .. from.half end
    if not to:send(data) then break end
    if from.held then from:note "half" end
    while from.half and from:fill() do
      from.buffer = ""
    end
  end
  from.tcp:shutdown "both"
  to.tcp:shutdown "both"
end

-- Both ways between this one and a server.
local function connect(self, host, port, relays, half)
  local tcp = assert(socket.connect(host, port))
  tcp:settimeout(0)
  tcp:setoption("tcp-nodelay", true)
  local other = setmetatable(
    { tcp = tcp, sock = tcp, buffer = "", relays = relays, half = half },
    Connection
  )
  spawn(pump, other, self)
  pump(self, other)
end

-- A proxy that wants "Proxy-Authorization: Basic me:secret".
local function tunnel(self)
  local request = self:request()
  if not request then return end
  local host, port = request.path:match "^(.*):(%d+)$"
  log[#log + 1] = ("%s %s 0 0"):format(request.method, request.path)
  if not request.head:find("Basic bWU6c2VjcmV0\r\n", 1, true) then
    self:send "HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n"
    return
  end
  self:send "HTTP/1.1 200 Established\r\nX-Proxy: yes\r\n\r\n"
  connect(self, host, port)
end

local connections = 0

local function serve(tcp, listener)
  tcp:settimeout(0)
  tcp:setoption("tcp-nodelay", true)
  local self = setmetatable({ tcp = tcp, sock = tcp, buffer = "" }, Connection)
  connections = connections + 1
  local number, nth = connections, 0
  if listener.proxy then
    tunnel(self)
    return self:close()
  elseif listener.relays then
    connect(self, "127.0.0.1", listener.relays, true, listener.half)
    return self:close()
  end
  if listener.context and not handshake(self, listener.context) then
    return self:close()
  end
  local go_on = true
  while go_on do
    local request = self:request()
    if not request then break end
    nth = nth + 1
    request.nth = nth
    log[#log + 1] = ("%s %s %d %d"):format(
      request.method,
      request.path,
      number,
      nth
    )
    go_on = answers.answer(self, request)
  end
  self:close()
end

local function context(certificate, more)
  local parameters = {
    mode = "server",
    protocol = "any",
    options = { "all" },
    key = certificates .. "/" .. certificate .. ".key",
    certificate = certificates .. "/" .. certificate .. ".crt",
  }
  for name, value in pairs(more or {}) do
    parameters[name] = value
  end
  return assert(ssl.newcontext(parameters))
end

local listeners, ports = {}, {}

local function listen(name, backlog)
  local tcp = assert(socket.tcp4())
  tcp:setoption("reuseaddr", true)
  assert(tcp:bind("127.0.0.1", 0))
  assert(tcp:listen(backlog or 128))
  tcp:settimeout(0)
  local port = select(2, tcp:getsockname())
  ports[#ports + 1] = name .. " " .. math.tointeger(tonumber(port))
  return tcp, port
end

local function add(name, tls)
  local tcp, port = listen(name)
  listeners[tcp] = { context = tls, proxy = name == "proxy" }
  return port
end

add("plain")
add("proxy")
local keep = {} -- or they would be collected, and closed

-- A listener that has its hands full: the next to connect waits for ever.
local function fill(address, port)
  local tcp = socket.tcp4()
  keep[#keep + 1] = tcp
  if not (tcp:bind(address, port) and tcp:listen(0)) then return end
  port = select(2, tcp:getsockname())
  for _ = 1, 8 do
    local one = socket.tcp4()
    one:settimeout(0)
    one:connect(address, port)
    keep[#keep + 1] = one
  end
  return port
end

local CERTIFICATES = { "good", "expired", "elsewhere", "untrusted", "lonely" }
for _, name in ipairs(CERTIFICATES) do
  local port = add(name, context(name))
  -- what is sent to it goes on to the good one: see cut_next
  -- it has another address, where nobody answers
  if name == "elsewhere" then fill("127.0.0.2", port) end
  if name == "good" then
    listeners[listen "relay"] = { relays = port }
    -- behind the handshake, the header of a record, and nothing more
    listeners[listen "half"] = { relays = port, half = "\23\3\3\0\32" }
  end
end
-- level 0, or OpenSSL refuses the old protocol by itself
add(
  "old",
  context("good", {
    protocol = "tlsv1_1",
    ciphers = "DEFAULT@SECLEVEL=0",
  })
)
add(
  "picky",
  context("good", {
    protocol = "tlsv1_2",
    cafile = certificates .. "/ca.crt",
    verify = { "peer", "fail_if_no_peer_cert" },
  })
)

-- a connection is made before the certificate is missed
add(
  "strict",
  context("good", {
    protocol = "tlsv1_3",
    cafile = certificates .. "/ca.crt",
    verify = { "peer", "fail_if_no_peer_cert" },
  })
)

keep[#keep + 1] = listen "mute" -- is connected to, never says a word
ports[#ports + 1] = "full " .. math.tointeger(tonumber(fill("127.0.0.1", 0)))

-- a port that nobody listens on, and that nobody else gets
local nobody = assert(socket.tcp4())
assert(nobody:bind("127.0.0.1", 0))
ports[#ports + 1] = "nobody "
  .. math.tointeger(tonumber((select(2, nobody:getsockname()))))

local function report(lines)
  local out = assert(io.open(fifo, "w"))
  for _, line in ipairs(lines) do
    out:write(line, "\n")
  end
  out:close()
end

local input = {
  getfd = function()
    return 0
  end,
  dirty = function()
    return false
  end,
}

local function obey()
  if not io.read("l") then os.exit(0) end
  report(log)
  log = {}
end

function spawn(fn, ...)
  local ok, err = coroutine.resume(coroutine.create(fn), ...)
  if not ok then io.stderr:write("server: ", tostring(err), "\n") end
end

local function wake(waiting, sock)
  local co = waiting[sock]
  waiting[sock] = nil
  if not co then return end
  local ok, err = coroutine.resume(co)
  if not ok then io.stderr:write("server: ", tostring(err), "\n") end
end

local function wake_sleepers()
  local now, left = socket.gettime(), nil
  for i = #asleep, 1, -1 do
    local sleeper = asleep[i]
    if sleeper.at <= now then
      table.remove(asleep, i)
      coroutine.resume(sleeper.co)
      left = 0
    else
      left = math.min(left or math.huge, sleeper.at - now)
    end
  end
  return left
end

local function step()
  local from, to = { input }, {}
  for tcp in pairs(listeners) do
    from[#from + 1] = tcp
  end
  for sock in pairs(readers) do
    from[#from + 1] = sock
  end
  for sock in pairs(writers) do
    to[#to + 1] = sock
  end
  local readable, writable = socket.select(from, to, wake_sleepers())
  for _, sock in ipairs(readable) do
    if sock == input then
      obey()
    elseif listeners[sock] then
      local tcp = sock:accept()
      if tcp then spawn(serve, tcp, listeners[sock]) end
    else
      wake(readers, sock)
    end
  end
  for _, sock in ipairs(writable) do
    wake(writers, sock)
  end
end

report(ports)
while true do
  step()
end
