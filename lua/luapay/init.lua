-- luapay: payments from Lua. One client for each API; a call returns a
-- table, or nil and a fault that says what happened to the money.

local core = require "luapay.core"

local luapay = {
  --- An exact amount: `luapay.money("12.50", "EUR")`, or nil and a fault.
  --- The amount is text, or a number that is exact at the currency's
  --- precision. Fields: `decimal`, `minor`, `currency`.
  money = core.money,

  --- An exact amount from minor units: `luapay.minor(1250, "EUR")`.
  minor = core.minor,

  --- Says null where a provider tells null from absent.
  null = core.null,
}

--- All endpoints of all APIs, as tables: `api`, `name`, `title`, `method`,
--- `path`, `params`, `result`, `refusals`, `safe_to_repeat`...
---@return luapay.Endpoint[]
function luapay.endpoints()
  local list = {}
  for number = 1, math.huge do
    local endpoint = core.describe(number)
    if not endpoint then return list end
    list[number] = endpoint
  end
end

--- Runs `fn(item, index)` for each item, many at once: see luapay.task.
function luapay.map(...)
  return require("luapay.task").map(...)
end

luapay.transport = {
  --- A transport over libcurl, for scripts: see luapay.transport.curl.
  curl = function(options)
    return require("luapay.transport.curl").new(options)
  end,
}

-- With `transport` left out, calls go over libcurl as it comes.
local function with_transport(given)
  if type(given) ~= "table" or given.transport then return given end
  local options = { transport = luapay.transport.curl() }
  for name, value in pairs(given) do
    options[name] = value
  end
  return options
end

--- A client of Infobip External Payments.
---
--- `username`, `password`: the reseller's. `base_url`: another host.
--- `transport`: luapay.transport.curl {...} unless said otherwise.
--- `timeout`: seconds for a whole call, 30. `retries`: of what is safe to
--- repeat (the login), 2. `body_format`: "form", or "json". `currency_name`:
--- another spelling of "currencycode" in a form. `session_idle`: seconds
--- after which a session is taken for gone, 3000. `strict_verified`: a
--- login with verified = false is refused.
---@param options luapay.InfobipOptions
---@return luapay.Infobip
function luapay.infobip(options)
  local client = require "luapay.client"
  local scheme = require "luapay.auth.infobip"
  return client.new("infobip", scheme, with_transport(options))
end

local flows = { topup = true }

--- Several calls in an order that means something: luapay.flow.topup.
luapay.flow = setmetatable({}, {
  __index = function(flow, name)
    if not flows[name] then return nil end
    flow[name] = require("luapay.flow." .. name)
    return flow[name]
  end,
})

return luapay
