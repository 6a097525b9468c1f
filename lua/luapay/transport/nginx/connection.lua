-- connection.lua - opens connections, verified and within a deadline, or
-- takes one that nginx has kept; then sends and receives bytes. It knows no
-- HTTP.

local certificate = require "luapay.transport.nginx.certificate"
local core = require "luapay.core"
local failures = require "luapay.transport.nginx.failure"

local now = core.now
local ceil, floor = math.ceil, math.floor
local max, min = math.max, math.min

local connection = {}

local SLICE = 65536 -- bytes that are sent at once
local PIECE = 65536 -- bytes that are received at once
local TRIES = 16 -- of the addresses of a name: nginx picks by chance
local STALE = 0.002 -- seconds; nginx counts in thousandths
local TURN = 0.001 -- the shortest sleep that is one

-- Milliseconds until then; nginx knows no fractions.
local function left(deadline)
  return max(1, floor((deadline - now()) * 1000))
end

local Connection = {}
Connection.__index = Connection

--- Sends a text, and a body when that is large. A reader that takes little at
--- a time does not stretch the deadline by more than a slice.
---@async
---@return any sent
---@return string? why not
function Connection:send(text, body)
  local tcp, deadline, counts = self.tcp, self.deadline, self.pool.counts
  local sent, why = tcp:send(text)
  counts.bytes_out = counts.bytes_out + (sent or 0)
  if not sent or not body then return sent, why end
  for from = 1, #body, SLICE do
    if now() >= deadline then return nil, "timeout" end
    local ms = left(deadline)
    tcp:settimeouts(ms, ms, ms)
    self.timed_at = 0
    sent, why = tcp:send(body:sub(from, from + SLICE - 1))
    counts.bytes_out = counts.bytes_out + (sent or 0)
    if not sent then return nil, why end
  end
  return true
end

--- Brings the next bytes, whatever their number: a server that sends one at
--- a time does not stretch the deadline.
---@async
---@return string? piece
---@return string? why not: "closed" is the orderly end
function Connection:receive()
  local at, deadline = now(), self.deadline
  if at >= deadline then return nil, "timeout" end
  if at - self.timed_at >= 0.001 then
    local ms = left(deadline)
    self.tcp:settimeouts(ms, ms, ms)
    self.timed_at = at
  end
  local piece, why = self.tcp:receiveany(PIECE)
  if not self.first_byte then self.first_byte = now() end
  if piece then
    self.last = #piece
    local counts = self.pool.counts
    counts.bytes_in = counts.bytes_in + self.last
  end
  return piece, why
end

--- Whether there may be bytes that nobody has seen. nginx does not say what
--- OpenSSL holds: it may be more where the last piece has filled a buffer of
--- nginx, whose size is a multiple of this.
function Connection:may_hold_more()
  return self.tls and self.last % 1024 == 0
end

--- Gives the connection back for another request.
function Connection:keep()
  local pool = self.pool
  if pool.idle_ms == 0 then return self:close "finished" end
  if not self.tcp:setkeepalive(pool.idle_ms, pool.size) then
    self:close "by_peer"
  end
end

--- Closes it; the reason is counted.
---@param reason "finished"|"failed"|"late"|"by_peer"
function Connection:close(reason)
  local closed = self.pool.counts.closed
  closed[reason] = closed[reason] + 1
  self.tcp:close()
end

local Pool = {}
Pool.__index = Pool

-- One pool for what may share a connection: the same host, the same TLS,
-- the same certificate of ours.
local function options_of(pool, origin)
  local known = pool.known[origin]
  if known then return known end
  local key = table.concat({
    "luapay",
    origin.tls and "tls" or "plain",
    origin.host,
    origin.port,
    pool.identity,
    pool.idle_ms == 0 and "none" or "kept", -- by another transport, that is
    pool.name,
  }, "|")
  known = { pool = key }
  pool.known[origin] = known
  return known
end

-- nginx watches the connections that it keeps, and lets go of one that was
-- closed, or speaks unasked, as soon as its loop turns. So one that it hands
-- out is good, unless the loop has stood still for long: somebody has kept
-- the worker busy, and the end of a connection waits to be seen. Then the
-- loop is let turn once.
local function turn_if_late(pool)
  local ngx, ahead = pool.ngx, pool.ahead
  local age = now() - ngx.now() - (ahead or 0)
  if ahead and age < STALE and age > -STALE then return end
  ngx.sleep(TURN)
  -- and whoever has set the wall's clock is followed
  ngx.update_time()
  pool.ahead = now() - ngx.now()
end

-- Whether a kept connection is alive and silent: whatever can be read from
-- it is no answer to a request that has not been sent. nginx cannot peek, so
-- this takes the shortest wait that there is.
local function is_silent(tcp, ms, counts)
  tcp:settimeouts(ms, ms, 1)
  local unasked, why = tcp:receiveany(1)
  if why == "timeout" then return true end
  local reason = unasked and "unasked" or "by_peer"
  counts.closed[reason] = counts.closed[reason] + 1
  return false
end

-- What the first of some threads to end has returned, or raised.
local function first_of(ngx, ...)
  local good, ok, why = ngx.thread.wait(...)
  if not good then error(ok, 0) end
  return ok, why
end

-- The time that nginx waits for its resolver is its own to choose: so it is
-- waited for beside a clock. From the pool, a connection comes at once.
local function connect_by_name(ngx, tcp, origin, opts, deadline)
  local connecting = ngx.thread.spawn(function()
    return tcp:connect(origin.address, origin.port, opts)
  end)
  if coroutine.status(connecting) ~= "running" then
    return first_of(ngx, connecting)
  end
  local clock = ngx.thread.spawn(function()
    ngx.sleep(left(deadline) / 1000)
    return nil, "timeout"
  end)
  local ok, why = first_of(ngx, connecting, clock)
  ngx.thread.kill(connecting)
  ngx.thread.kill(clock)
  return ok, why
end

local function connect(pool, tcp, origin, deadline)
  local opts = options_of(pool, origin)
  if not origin.named then
    return tcp:connect(origin.address, origin.port, opts)
  end
  return connect_by_name(pool.ngx, tcp, origin, opts, deadline)
end

local function secure(pool, tcp, origin)
  local certified, why = certificate.present(pool.certificate, tcp)
  if not certified then return nil, why end
  local ok
  ok, why = tcp:sslhandshake(false, origin.host, true)
  -- a certificate that is found wrong without any waiting closes the
  -- connection, and nginx still says true
  if ok and not tcp:getreusedtimes() then return nil, "certificate refused" end
  return ok, why
end

-- A connection of the pool, or a new one; and whether it was kept.
local function open(pool, origin, by, deadline, once)
  while true do
    local tcp = pool.ngx.socket.tcp()
    local longest = left(deadline)
    tcp:settimeouts(left(by), longest, longest)
    local ok, why = connect(pool, tcp, origin, by)
    local kept = ok and tcp:getreusedtimes() > 0
    if not kept or not once or is_silent(tcp, longest, pool.counts) then
      return tcp, ok, why, kept
    end
    tcp:close()
  end
end

local REFUSALS = { "refused", "unreachable", "no route", "reset", "timeout" }

local function refuses(why)
  for _, word in ipairs(REFUSALS) do
    if why:lower():find(word, 1, true) then return true end
  end
  return false
end

-- nginx asks one of the addresses of a name, whichever. When that one
-- refuses, another may not: nothing has been sent.
local function open_any(pool, origin, by, deadline, once)
  local tries = origin.named and TRIES or 1
  for try = 1, tries do
    local at, soon = now(), by
    if try < tries then soon = min(by, at + max((by - at) / 2, 0.1)) end
    local tcp, ok, why, kept = open(pool, origin, soon, deadline, once)
    if ok or try == tries or now() >= by or not refuses(why) then
      return tcp, ok, why, kept
    end
    tcp:close()
  end
end

--- Opens a connection, or takes one that was kept.
---@async
---@param origin table see url.lua
---@param deadline number
---@param began number
---@param once boolean? a kept connection must be silent for sure
---@return table? connection
---@return luapay.Failure|number failure, or when it was connected
---@return number? secured when it was
function Pool:open(origin, deadline, began, once)
  if not once then turn_if_late(self) end
  local by = min(deadline, began + self.connect_timeout)
  local tcp, ok, why, kept = open_any(self, origin, by, deadline, once)
  local connected = now()
  local secured = connected
  local counts = self.counts
  local way = kept and "reused" or "opened"
  if ok and origin.tls and not kept then
    counts.handshakes = counts.handshakes + 1
    tcp:settimeouts(left(by), left(deadline), left(by))
    ok, why = secure(self, tcp, origin)
    secured = now()
  end
  if ok and secured >= deadline then
    ok, why = nil, "timeout"
  end
  if not ok then
    counts.refused = counts.refused + 1
    tcp:close()
    return nil, failures.before(origin, why)
  end
  counts[way] = counts[way] + 1
  return setmetatable({
    tcp = tcp,
    pool = self,
    tls = origin.tls,
    deadline = deadline,
    -- when it was told its time-outs; a kept one just has been
    timed_at = kept and not once and connected or 0,
    first_byte = false,
    last = 0, -- bytes of the last piece
  }, Connection),
    connected,
    secured
end

--- What opens connections for one transport.
---@param ngx table
---@param options table of luapay.transport.nginx
---@return table
function connection.pool(ngx, options)
  local own = certificate.read(options)
  return setmetatable({
    ngx = ngx,
    ahead = false, -- of the loop's clock, when it was last set
    certificate = own,
    identity = own and own.identity or "",
    name = options.pool_name,
    connect_timeout = options.connect_timeout,
    idle_ms = ceil(options.idle_time * 1000), -- 0: none is kept
    size = options.pool_size,
    known = setmetatable({}, { __mode = "k" }),
    counts = {
      opened = 0,
      refused = 0,
      reused = 0,
      handshakes = 0,
      bytes_in = 0,
      bytes_out = 0,
      closed = {
        finished = 0,
        failed = 0,
        late = 0,
        by_peer = 0,
        unasked = 0,
      },
    },
  }, Pool)
end

return connection
