-- Looks into a sandbox server, and orders its bad days, over its own
-- HTTPS; by the openssl program, so that no HTTP client is needed.

local files = require "luapay.sandbox.server_files"
local json = require "luapay.sandbox.json"
local programs = require "luapay.sandbox.server_programs"

local Admin = {}

local REQUEST = "%s /sandbox/%s HTTP/1.0\r\nHost: localhost\r\n"
  .. "Content-Length: %d\r\n\r\n%s"

local function exchange(server, text)
  local path = server.dir .. "/admin"
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return programs.capture(
    (
      "openssl s_client -quiet -connect 127.0.0.1:%d "
      .. "-servername localhost -CAfile %s <%s 2>/dev/null"
    ):format(server.port, files.quote(server.ca_file), files.quote(path))
  )
end

local function ask(server, method, name, order)
  assert(server.pipe, "sandbox: the server is stopped")
  local body = order and json.encode(order) or ""
  if server.name then name = server.name .. "/" .. name end
  local text = exchange(server, REQUEST:format(method, name, #body, body))
  local status, answer = text:match("^HTTP/1.%d (%d+).-\r\n\r\n(.*)$")
  if not status then error("sandbox: the server does not answer", 3) end
  local value = json.decode(answer)
  if status ~= "200" then error(value and value.message or answer, 3) end
  return value
end

--- All bookings, oldest first.
---@return table[]
function Admin:ledger()
  return ask(self, "GET", "ledger")
end

--- All accounts by key: currency, opening, balance.
---@return table<string, table>
function Admin:accounts()
  return ask(self, "GET", "accounts")
end

--- One account's balance, for example "112.50"; or nil.
---@param key string
---@return string?
function Admin:balance(key)
  local account = self:accounts()[key]
  return account and account.balance
end

--- What was asked, oldest first, without secrets.
---@return table[]
function Admin:requests()
  return ask(self, "GET", "requests")
end

--- Checks the books.
---@return true? ok, or nil
---@return string[]? broken one sentence for each broken rule
function Admin:check()
  local answer = ask(self, "GET", "check")
  if answer.ok then return true end
  return nil, answer.broken
end

--- Orders bad days, as `provider:inject` does. A connection that is refused
--- cannot be ordered here: stop the server.
---@param order table
function Admin:inject(order)
  ask(self, "POST", "inject", order)
end

--- Forgets the faults that have not struck yet.
function Admin:clear()
  ask(self, "POST", "clear")
end

--- Back to the first day.
function Admin:reset()
  ask(self, "POST", "reset")
end

--- Moves the server's clock ahead, for example to end sessions.
---@param seconds number
function Admin:advance(seconds)
  ask(self, "POST", "advance", { seconds = seconds })
end

--- Calls a method that only this provider has.
---@param method string
---@param ... any what JSON can say
---@return any result the first
function Admin:call(method, ...)
  local order = { method = method, args = json.list { ... } }
  return ask(self, "POST", "call", order).result
end

-- Fields and methods of a provider on a server: those above, those of the
-- server, and the provider's own.
local function index(provider, name)
  local known = Admin[name]
  if known == nil then known = rawget(provider, "server")[name] end
  if known ~= nil then return known end
  return function(self, ...)
    return self:call(name, ...)
  end
end

--- One of the providers of a server, to be told and asked as one in this
--- process.
---@param server table
---@param name string
---@return luapay.sandbox.Provider
function Admin.provider(server, name)
  local provider = { server = server, name = name }
  function provider.stop()
    server:stop()
  end
  return setmetatable(provider, { __index = index })
end

return Admin
