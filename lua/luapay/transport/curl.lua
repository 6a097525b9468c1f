-- Sends over connections that libcurl opens, from a script or any program
-- that may block. Inside luapay.map, calls go on side by side; elsewhere
-- they block, but where a host has an event loop of its own.

local guard = require "luapay.guard"
local options = require "luapay.options"
local task = require "luapay.task"

local running = task.running

local transport = {}

local Curl = {}
Curl.__index = Curl
Curl.own = true -- see luapay.transport.custom

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
  suspend = { type = "function" },
  wake = { type = "function" },
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

-- The running coroutine, where the host's loop may go on meanwhile.
local function suspendable()
  local co, main = coroutine.running()
  if main or not co then return nil end -- 5.1 has nil for the main program
  return guard.outermost(co)
end

-- Comes back when `step` has woken this coroutine for the last time: a host
-- may wake it for reasons of its own.
local function suspend_until(self, co, done)
  repeat
    self.suspend(co)
  until done()
end

-- Waits for an exchange in a coroutine of the host.
local function await(self, co, id)
  local calls = self.calls
  local call = { co = co }
  calls[id] = call
  suspend_until(self, co, function()
    return call.done
  end)
  return call.response or nil, call.failure or nil
end

--- Sends one request and waits for its answer. Raises only for a request
--- that is no request (a wrong type); see luapay.Failure for the rest.
---@async
---@param request luapay.Request with `timings = true`, the response has
--- them; `send_by`, by the transport's clock: not sent when it is later
---@param timeout number seconds for all of it, connecting included
---@param brief? boolean of an answer with a status of success that asks for
--- no wait, status and body are enough: "true, status, body" may come back
---@return luapay.Response|true|nil response
---@return luapay.Failure|integer|nil failure
---@return string? body
function Curl:send(request, timeout, brief)
  local pool = self.pool or open_pool(self)
  local group = running()
  if group then return group:send(pool, request, timeout, brief) end
  local co = self.suspend and suspendable()
  if not co then return pool:perform(request, timeout, brief) end
  local id, failure = pool:start(request, timeout)
  if not id then return nil, failure end
  return await(self, co, id)
end

---@async
---@param seconds number
function Curl:sleep(seconds)
  local pool = open_pool(self)
  local group = running()
  if group then return group:sleep(pool, seconds) end
  local now, wait = self.now, pool.wait
  local till = now() + seconds
  local co = self.suspend and suspendable()
  if co then
    self.sleepers[co] = till
    return suspend_until(self, co, function()
      return not self.sleepers[co]
    end)
  end
  repeat
    wait({}, till - now()) -- a signal may end it early
  until now() >= till
end

--- What a host's event loop has to watch: a list of
--- `{ fd =, events = "r" or "w" or "rw" }`. It changes with every call that
--- begins, and with every `step`.
---@return { fd: integer, events: string }[]
function Curl:fds()
  return open_pool(self):fds()
end

--- Seconds after which `step` is wanted although nothing has happened to
--- the `fds`, or nil.
---@return number?
function Curl:timeout()
  local left = open_pool(self):timeout()
  if self.ended[1] then return 0 end
  for _, till in pairs(self.sleepers) do
    local seconds = math.max(till - self.now(), 0)
    if not left or seconds < left then left = seconds end
  end
  return left
end

--- Does what can be done without waiting, and wakes the coroutines whose
--- calls have ended. When `wake` raises, so does this; the others are woken
--- by the next step, which is wanted at once.
function Curl:step()
  local pool, into, ended = open_pool(self), {}, self.ended
  pool:step()
  for i = 1, pool:finished(into) * 3, 3 do
    local call = self.calls[into[i]]
    self.calls[into[i]] = nil
    if call then -- else nobody waits for it
      call.response, call.failure = into[i + 1], into[i + 2]
      ended[#ended + 1] = call
    end
  end
  local now, due = self.now(), {}
  for co, till in pairs(self.sleepers) do
    if till <= now then due[#due + 1] = co end
  end
  while ended[1] do
    local call = table.remove(ended, 1)
    call.done = true
    self.wake(call.co)
  end
  for _, co in ipairs(due) do
    self.sleepers[co] = nil
    self.wake(co)
  end
end

--- What was opened, kept, used again and closed: see luapay.TransportStats.
---@return luapay.TransportStats
function Curl:stats()
  return open_pool(self):stats()
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

-- Lets a coroutine go on; the default of `wake`.
local function resume(co)
  local ok, err = coroutine.resume(co)
  if not ok then error(debug.traceback(co, tostring(err)), 0) end
end

--- Makes a transport. Nothing is opened before something is sent.
---
--- `ca_file`, `ca_path`: trust these certificates instead of the system's.
--- `cert_file`, `key_file`, `key_password`: the client's own certificate.
--- `proxy`: "http://host:port" (or https, socks5, socks5h); proxies in the
--- environment are not looked at. `connect_timeout`: seconds, 10.
--- `idle_time`: a connection that was idle for more seconds is not used
--- again, 3: shorter than servers commonly wait (5 and more), because when
--- they close it at the same moment, one request is lost with its outcome
--- unknown. With 0 each call opens its own.
--- `max_answer`: bytes, 16 MiB. `http_loopback`: also allow http:// to
--- this machine, for tests.
---
--- For a host with an event loop of its own: `suspend(co)` is called in the
--- coroutine `co` of a call, and comes back after `wake(co)`, which `step`
--- calls when the call has ended. Without them calls block; with one of
--- them, the other is `coroutine.yield`, or `coroutine.resume`. The host
--- watches `fds` and `timeout`, and calls `step`.
---
--- TLS 1.2 or later, certificate and host name are always checked.
---@param given? luapay.CurlOptions
---@return luapay.Transport
function transport.new(given)
  local checked = check(given or {})
  local curl = require "luapay.curl" -- loads libcurl: not before needed
  local hosted = checked.suspend or checked.wake
  return setmetatable({
    pool = curl.open(checked),
    now = curl.now,
    suspend = hosted and (checked.suspend or coroutine.yield),
    wake = checked.wake or resume,
    calls = {}, -- number of an exchange -> who waits for it
    sleepers = {}, -- coroutine -> until when
    ended = {}, -- calls whose coroutines `step` has still to wake
  }, Curl)
end

return transport
