-- Sends over the cosockets of nginx's Lua module: no call stalls another
-- request of the worker. Works where cosockets do: in rewrite, access,
-- content and timers. Elsewhere nginx raises "API disabled".

local answers = require "luapay.transport.nginx.answer"
local core = require "luapay.core"
local failures = require "luapay.transport.nginx.failure"
local options = require "luapay.options"
local pools = require "luapay.transport.nginx.pool"
local requests = require "luapay.transport.nginx.request"
local threads = require "luapay.transport.nginx.threads"
local urls = require "luapay.transport.nginx.url"

local now = core.now

local transport = {}

local Nginx = {}
Nginx.__index = Nginx

local OPTIONS = {
  cert_file = { type = "string" },
  key_file = { type = "string" },
  connect_timeout = { type = "number", positive = true, default = 10 },
  idle_time = { type = "number", positive = true, default = 3 },
  pool_size = { type = "number", positive = true, default = 100 },
  pool_name = { type = "string", default = "" },
  max_answer = { type = "number", positive = true, default = 16777216 },
  http_loopback = { type = "boolean" },
}

local HERE = "luapay.transport.nginx"

-- Of nginx's own: there is no luapay.transport.nginx elsewhere.
local function host()
  local found, ngx = pcall(require, "ngx")
  if found then return ngx end
  error(HERE .. ": there is no nginx around; scripts use the curl one", 4)
end

local function times_of(began, connected, secured, socket)
  return {
    connect = connected - began,
    tls = secured - began,
    first_byte = (socket.first_byte or now()) - began,
    total = now() - began,
  }
end

-- From the first byte that may have left.
local function exchange(self, origin, socket, method, text, body)
  local sent, why = socket:send(text, body)
  if not sent then return nil, failures.after(origin, why, "sending") end
  local response, keep = answers.read(socket, method, self.max_answer)
  if not response then return nil, failures.after(origin, keep, "waiting") end
  if keep then
    socket:keep()
  else
    socket:close()
  end
  return response
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
  local origin, text, body = requests.write(request, self.parse)
  if not origin then return nil, failures.refusal(text) end
  if timeout <= 0 then return nil, failures.late(origin) end
  local socket, connected, secured =
    self.pool:open(origin, began + timeout, began)
  if not socket then return nil, connected end
  local response, failure =
    exchange(self, origin, socket, request.method, text, body)
  if not response then
    socket:close()
    return nil, failure
  end
  if request.timings then
    response.timings = times_of(began, connected, secured, socket)
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
  threads.announce(ngx)
  return setmetatable({
    ngx = ngx,
    max_answer = checked.max_answer,
    parse = urls.new(checked.http_loopback),
    pool = pools.new(ngx, checked),
  }, Nginx)
end

Nginx.now = function()
  return now()
end

return transport
