-- luapay: payments from Lua. One client for each API; a call returns a
-- table, or nil and a fault that says what happened to the money.

local core = require "luapay.core"
local fault = require "luapay.fault"

local luapay = {
  --- An exact amount: `luapay.money("12.50", "EUR")`, or nil and a fault.
  --- The amount is text, or a number that is exact at the currency's
  --- precision. Fields: `decimal`, `minor`, `currency`.
  money = function(amount, currency)
    local money, refusal = core.money(amount, currency)
    if money then return money end
    return nil, fault.new(refusal)
  end,

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

  --- A transport over cosockets, inside nginx: see luapay.transport.nginx.
  nginx = function(options)
    return require("luapay.transport.nginx").new(options)
  end,
}

-- What makes a client: call it with options, print it to see its methods.
-- Its authentication is loaded when it is first used.
local function constructor(api, scheme_of)
  return setmetatable({}, {
    __call = function(_, given)
      local options = given
      if type(given) == "table" and not given.transport then
        options = { transport = luapay.transport.curl() }
        for name, value in pairs(given) do
          options[name] = value
        end
      end
      return require("luapay.client").new(api, scheme_of(), options)
    end,
    __tostring = function()
      return require("luapay.help").api(api)
    end,
  })
end

-- What every client takes:
--
-- `transport`: luapay.transport.curl {...} unless said otherwise.
-- `environment`: "production", or the provider's "sandbox". `base_url`:
-- https://host instead of the provider's. `timeout`: seconds for a whole
-- call, 30. `retries`: of what is safe to repeat, 2. `validate`: false lets
-- fields pass that the tables do not know. `on_request`, `on_response`,
-- `on_retry`, `on_fault`: see luapay.hooks.

--- A client of Infobip External Payments.
---
--- `username`, `password`: the reseller's. `body_format`: "form", or "json".
--- `currency_name`: another spelling of "currencycode" in a form.
--- `session_idle`: seconds after which a session is taken for gone, 3000.
--- `strict_verified`: a login with verified = false is refused.
---@type fun(options: luapay.InfobipOptions): luapay.Infobip
luapay.infobip = constructor("infobip", function()
  return require "luapay.auth.infobip"
end)

--- A client of Mobip: see luapay.auth.mobip for its options.
---@type fun(options: luapay.MobipOptions): luapay.Mobip
luapay.mobip = constructor("mobip", function()
  return require "luapay.auth.mobip"
end)

--- A client of MobilePay Online: see luapay.auth.mobilepay_online.
---@type fun(options: luapay.MobilepayOnlineOptions): luapay.MobilepayOnline
luapay.mobilepay_online = constructor("mobilepay_online", function()
  return require "luapay.auth.mobilepay_online"
end)

--- A client of MobilePay Subscriptions and its refunds: see
--- luapay.auth.mobilepay_subscriptions.
---@type luapay.NewMobilepaySubscriptions
luapay.mobilepay_subscriptions = constructor(
  "mobilepay_subscriptions",
  function()
    return require "luapay.auth.mobilepay_subscriptions"
  end
)

--- Journals: luapay.journal.sqlite{...}, .postgres{...}, .memory{}.
luapay.journal = setmetatable({}, {
  __index = function(_, name)
    return require("luapay.journal")[name]
  end,
})

local flows = {
  agreement = true,
  invoices = true,
  one_off = true,
  online_payment = true,
  payment_link = true,
  queue = true,
  recurring = true,
  refunds = true,
  subscription_batch = true,
  topup = true,
}

--- Several calls in an order that means something: luapay.flow.topup.
luapay.flow = setmetatable({}, {
  __index = function(flow, name)
    if not flows[name] then return nil end
    flow[name] = require("luapay.flow." .. name)
    return flow[name]
  end,
})

--- Receivers of what the providers send: luapay.callback.mobip{...}.
luapay.callback = setmetatable({}, {
  __index = function(callback, name)
    callback[name] = require("luapay.callback")[name]
    return rawget(callback, name)
  end,
})

return luapay
