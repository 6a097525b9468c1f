-- Sends over libcurl, from a script or any program that may block.
-- Inside luapay.map, calls go on side by side; elsewhere they block.

local options = require "luapay.options"
local task = require "luapay.task"

local transport = {}

local Curl = {}
Curl.__index = Curl

local OPTIONS = {
  ca_file = { type = "string" },
  ca_path = { type = "string" },
  cert_file = { type = "string" },
  key_file = { type = "string" },
  key_password = { type = "string" },
  proxy = { type = "string" },
  connect_timeout = { type = "number" },
  idle_time = { type = "number" },
  max_answer = { type = "number" },
  http_loopback = { type = "boolean" },
}

local PROXIES = { http = true, https = true, socks5 = true, socks5h = true }

local function check(given)
  local checked = options.check("luapay.transport.curl", given, OPTIONS, 4)
  local proxy = checked.proxy
  if proxy and not PROXIES[proxy:match "^(%w+)://[^%c%s]+$" or ""] then
    error("luapay.transport.curl: proxy: expected http://host:port", 3)
  end
  return checked
end

local function open_pool(self)
  if not self.pool then error("the transport is closed", 3) end
  return self.pool
end

--- Sends one request and waits for its answer. Raises only for a request
--- that is no request (a wrong type); see luapay.Failure for the rest.
---@async
---@param request luapay.Request with `timings = true`, the response has them
---@param timeout number seconds for all of it, connecting included
---@return luapay.Response? response
---@return luapay.Failure? failure
function Curl:send(request, timeout)
  local pool = open_pool(self)
  local group = task.running()
  if not group then return pool:perform(request, timeout) end
  local id, failure = pool:start(request, timeout)
  if not id then return nil, failure end
  return group:await(pool, id)
end

---@async
---@param seconds number
function Curl:sleep(seconds)
  local pool = open_pool(self)
  local group = task.running()
  if group then return group:sleep(pool, seconds) end
  local now, wait = self.now, pool.wait
  local till = now() + seconds
  repeat
    wait({}, till - now()) -- a signal may end it early
  until now() >= till
end

--- Closes all connections; any number of times. Raises while requests are
--- under way: their outcome would be lost.
function Curl:close()
  local pool = self.pool
  if not pool then return end
  if pool:under_way() > 0 then error("close: requests are under way", 2) end
  self.pool = nil
  pool:close()
end

Curl.__close = Curl.close

--- Makes a transport. Nothing is opened before something is sent.
---
--- `ca_file`, `ca_path`: trust these certificates instead of the system's.
--- `cert_file`, `key_file`, `key_password`: the client's own certificate.
--- `proxy`: "http://host:port" (or https, socks5, socks5h); proxies in the
--- environment are not looked at. `connect_timeout`: seconds, 10.
--- `idle_time`: a connection that was idle for more whole seconds is not
--- used again, 3: shorter than servers commonly wait (5 and more), because
--- when they close first, one request is lost with its outcome unknown.
--- `max_answer`: bytes, 16 MiB. `http_loopback`: also allow http:// to
--- this machine, for tests.
---
--- TLS 1.2 or later, certificate and host name are always checked.
---@param given? luapay.CurlOptions
---@return luapay.Transport
function transport.new(given)
  local checked = check(given or {})
  local curl = require "luapay.curl" -- loads libcurl: not before needed
  return setmetatable({
    pool = curl.open(checked),
    now = curl.now,
  }, Curl)
end

return transport
