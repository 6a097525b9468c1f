-- What a server is told and asked about a provider, beside its own calls:
--   GET  /sandbox/<provider>/ledger, accounts, requests, check
--   POST /sandbox/<provider>/inject (an order), advance ({"seconds":60}),
--        clear, reset, call ({"method":"pay","args":["TR1"]})
-- Without a provider's name it is about the first one. (provider, order) ->
-- what is answered as JSON; an error is answered with its message.

local json = require "luapay.sandbox.json"

local admin = { GET = {}, POST = {} }

-- Lua 5.1 has it elsewhere than 5.2.
local unpack = table.unpack or unpack

function admin.GET.ledger(provider)
  return json.list(provider:ledger())
end
function admin.GET.accounts(provider)
  return provider:accounts()
end
function admin.GET.requests(provider)
  return json.list(provider:requests())
end

function admin.GET.check(provider)
  local ok, broken = provider:check()
  return { ok = ok or false, broken = json.list(broken or {}) }
end

-- What needs a connection that is never made cannot be done by who has
-- already accepted it.
function admin.POST.inject(provider, order)
  if order.fault == "refuse" or order.fault == "unreachable" then
    error(
      "sandbox: only in-process; for a refused connection, stop the "
        .. "server",
      0
    )
  end
  return provider:inject(order)
end

function admin.POST.advance(provider, order)
  if type(order.seconds) ~= "number" then
    error("sandbox: how many seconds?", 0)
  end
  provider:advance(order.seconds)
  return {}
end

-- A method that only this provider has.
function admin.POST.call(provider, order)
  local methods = provider.definition.methods or {}
  local method = methods[order.method]
  if not method then
    error("sandbox: no such method: " .. tostring(order.method), 0)
  end
  return { result = method(provider, unpack(order.args or {})) }
end

function admin.POST.clear(provider)
  provider:clear()
  return {}
end
function admin.POST.reset(provider)
  provider:reset()
  return {}
end

return admin
