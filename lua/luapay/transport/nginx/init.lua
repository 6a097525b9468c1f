-- Sends over the cosockets of nginx's Lua module: no call stalls another
-- request of the worker. Works where cosockets do: in rewrite, access,
-- content and timers. Elsewhere nginx raises "API disabled".

local connections = require "luapay.transport.nginx.connection"
local core = require "luapay.core"
local failures = require "luapay.transport.nginx.failure"
local http = require "luapay.http"
local options = require "luapay.options"
local task = require "luapay.task"
local urls = require "luapay.transport.nginx.url"

local now = core.now

local transport = {}

local Nginx = {}
Nginx.__index = Nginx
Nginx.own = true -- see luapay.transport.custom

local OPTIONS = {
  cert_file = { type = "string" },
  key_file = { type = "string" },
  connect_timeout = { type = "number", positive = true, default = 10 },
  idle_time = { type = "number", least = 0, default = 3 },
  pool_size = { type = "number", positive = true, default = 100 },
  pool_name = { type = "string", default = "" },
  max_answer = { type = "number", positive = true, default = 16777216 },
  http_loopback = { type = "boolean" },
}

local HERE = "luapay.transport.nginx"

local AT_ONCE = 16384 -- bytes; while more are sent, the answer is read
local READERS = 32 -- that wait to be used again

-- Of nginx's own: there is no luapay.transport.nginx elsewhere.
local function host()
  local found, ngx = pcall(require, "ngx")
  if found then return ngx end
  error(HERE .. ": there is no nginx around; scripts use the curl one", 4)
end

local function times_of(began, connected, secured, connection)
  return {
    connect = connected - began,
    tls = secured - began,
    first_byte = (connection.first_byte or now()) - began,
    total = now() - began,
  }
end

-- Wrong types are the caller's program's.
local function write(self, request)
  if type(request) ~= "table" then error("send: no request", 3) end
  local url, method = request.url, request.method
  if type(url) ~= "string" then error("send: no URL", 3) end
  if type(method) ~= "string" then error("send: no method", 3) end
  local origin, target = self.parse(url)
  if not origin then return nil, target end
  local text, body = http.request(
    method,
    target,
    origin.authority,
    request.headers,
    request.body
  )
  if not text then return nil, body end
  return origin, text, body
end

-- Feeds an answer to its reader until it is whole.
local function receive(connection, reader)
  while true do
    local piece, broken = connection:receive()
    local verdict, why
    if piece then
      verdict, why = reader:feed(piece)
    elseif broken == "closed" then
      verdict, why = reader:ended()
    else
      return nil, broken
    end
    if verdict == "done" then return true end
    if not verdict then return nil, why end
  end
end

-- Sends while the answer is read: a server may refuse what is large before
-- it has read it all, and close. Returns whether there is an answer, why
-- not, and whether all was sent.
local function send_large(self, connection, reader, text, body)
  local thread = self.ngx.thread
  local sender = thread.spawn(function()
    return connection:send(text, body)
  end)
  local answered, why = receive(connection, reader)
  if coroutine.status(sender) == "running" then
    thread.kill(sender)
    return answered, why, false
  end
  local good, sent, broken = thread.wait(sender)
  if not good then error(sent, 0) end
  return answered, not sent and broken or why, sent
end

-- The last look at the clock, immediately before the first byte.
local function too_late(request, deadline)
  local at = now()
  return at >= deadline or request.send_by and at > request.send_by
end

-- From the first byte that may have left. What is sent at once is taken
-- whole or not at all: when it is not, what can be read is no answer to it.
local function exchange(self, origin, connection, reader, text, body)
  local answered, why, sent
  if body or #text > AT_ONCE then
    answered, why, sent = send_large(self, connection, reader, text, body)
  else
    sent, why = connection:send(text)
    if sent then
      answered, why = receive(connection, reader)
    end
  end
  if not answered then
    local doing = sent == nil and "sending" or "waiting"
    return nil, failures.after(origin, why, doing)
  end
  local good = sent and reader:keep() and not connection:may_hold_more()
  local response = reader:response()
  local status = response.status
  if not sent and status >= 200 and status < 300 then
    return nil, failures.early(origin, status)
  end
  if good then
    connection:keep()
  else
    connection:close "finished"
  end
  return response
end

-- Readers are used again: what they keep of an answer is wiped.
local function reader_of(self, method)
  local readers = self.readers
  local reader = table.remove(readers)
  if reader then return reader:start(method, self.max_answer) end
  return http.reader(method, self.max_answer)
end

--- Sends one request and waits for its answer; other requests of the worker
--- go on meanwhile. Raises only for a request that is no request (a wrong
--- type), and where nginx allows no waiting; see luapay.Failure for the rest.
---@async
---@param request luapay.Request with `timings = true`, the response has them
---@param timeout number seconds for all of it, connecting included
---@return luapay.Response? response
---@return luapay.Failure? failure
function Nginx:send(request, timeout)
  if self.closed then error("the transport is closed", 2) end
  local began = now()
  local origin, text, body = write(self, request)
  if not origin then return nil, failures.refusal(text) end
  if timeout <= 0 then return nil, failures.late(origin) end
  local connection, connected, secured =
    self.pool:open(origin, began + timeout, began, request.once)
  if not connection then return nil, connected end
  if too_late(request, connection.deadline) then
    connection:keep()
    return nil, failures.late(origin)
  end
  local reader = reader_of(self, request.method)
  local response, failure =
    exchange(self, origin, connection, reader, text, body)
  if not response then reader:close() end
  local readers = self.readers
  if #readers < READERS then readers[#readers + 1] = reader end
  if not response then
    connection:close(failure.kind == "timeout" and "late" or "failed")
    return nil, failure
  end
  if request.timings then
    response.timings = times_of(began, connected, secured, connection)
  end
  return response
end

--- Lets the others go on for some time.
---@async
---@param seconds number
function Nginx:sleep(seconds)
  self.ngx.sleep(math.max(seconds, 0.001)) -- less is none to nginx
end

--- Does work that goes on when the request that asked for it is gone, as a
--- customer who hangs up may end it.
---@param work async fun()
---@return boolean? begun nil: nginx has no more timers now
function Nginx:apart(work)
  return (self.ngx.timer.at(0, function()
    work()
  end))
end

--- Sends no more. What nginx keeps open closes after `idle_time`.
function Nginx:close()
  self.closed = true
end

--- What this transport has done since it was made. How many connections
--- nginx keeps, and what it resolves, it does not say.
---@return luapay.TransportStats
function Nginx:stats()
  local stats = { closed = {} }
  for name, count in pairs(self.pool.counts) do
    if name ~= "closed" then stats[name] = count end
  end
  for reason, count in pairs(self.pool.counts.closed) do
    stats.closed[reason] = count
  end
  return stats
end

--- The shared dictionary of that name: see luapay.auth.session.share.
---@param name string of a lua_shared_dict
---@return table
function Nginx:shared(name)
  local found = self.ngx.shared[name]
  if found then return found end
  error(
    ("luapay: share: nginx.conf has no lua_shared_dict %s"):format(name),
    0
  )
end

--- Makes a transport for one worker of nginx; nothing is opened before
--- something is sent. See luapay.NginxOptions.
---
--- Certificates and host names are always checked, against
--- lua_ssl_trusted_certificate of nginx.conf; names are asked of its
--- `resolver`, but for localhost, which is 127.0.0.1.
---@param given? luapay.NginxOptions
---@return luapay.Transport
function transport.new(given)
  local checked = options.check(HERE, given or {}, OPTIONS)
  local ngx = host()
  task.find_host()
  return setmetatable({
    ngx = ngx,
    max_answer = checked.max_answer,
    parse = urls.new(checked.http_loopback),
    pool = connections.pool(ngx, checked),
    readers = {},
  }, Nginx)
end

Nginx.now = function()
  return now()
end

return transport
