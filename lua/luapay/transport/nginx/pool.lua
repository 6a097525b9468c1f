-- pool.lua - opens connections: from nginx's pool or new ones,
-- verified, and within a deadline.

local certificate = require "luapay.transport.nginx.certificate"
local core = require "luapay.core"
local eyes = require "luapay.transport.nginx.eyes"
local failures = require "luapay.transport.nginx.failure"
local sockets = require "luapay.transport.nginx.socket"

local left, now = sockets.left, core.now
local floor, max = math.floor, math.max

local nginx_pool = {}

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
    pool.name,
  }, "|")
  known = { pool = key }
  pool.known[origin] = known
  return known
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
  pool.look()
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

--- Opens a connection, or takes one that was kept.
---@async
---@param origin table see url.lua
---@param deadline number
---@param began number
---@return table? socket
---@return luapay.Failure|number failure, or when it was connected
---@return number? secured when it was
function Pool:open(origin, deadline, began)
  local tcp = self.ngx.socket.tcp()
  local by = math.min(deadline, began + self.connect_timeout)
  local ms = max(1, floor((by - began) * 1000))
  local longest = max(1, floor((deadline - began) * 1000))
  tcp:settimeouts(ms, longest, longest)
  local ok, why = connect(self, tcp, origin, by)
  local connected = now()
  local secured, timed_at = connected, began
  if ok and origin.tls and tcp:getreusedtimes() == 0 then
    tcp:settimeouts(left(by), left(deadline), left(by))
    ok, why = secure(self, tcp, origin)
    secured, timed_at = now(), 0
  end
  if ok and secured >= deadline then
    ok, why = nil, "timeout"
  end
  if not ok then
    tcp:close()
    return nil, failures.before(origin, why)
  end
  return sockets.new(tcp, self, deadline, timed_at), connected, secured
end

--- What opens connections for one transport.
---@param ngx table
---@param options table of luapay.transport.nginx
---@return table
function nginx_pool.new(ngx, options)
  local own = certificate.read(options)
  return setmetatable({
    ngx = ngx,
    look = eyes.new(ngx),
    certificate = own,
    identity = own and own.identity or "",
    name = options.pool_name,
    connect_timeout = options.connect_timeout,
    idle_ms = max(1, floor(options.idle_time * 1000)),
    size = options.pool_size,
    known = setmetatable({}, { __mode = "k" }),
  }, Pool)
end

return nginx_pool
