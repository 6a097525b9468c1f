-- Callbacks of MobilePay Subscriptions: a customer accepts an agreement,
-- MobilePay tells so, twice; and somebody else tries to.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local callback = luapay.callback
local user = { user_name = "mobilepay", password = "a long secret" }

local provider = sandbox.mobilepay_subscriptions()
local client = luapay.mobilepay_subscriptions {
  provider_id = "f0000000-0000-4000-8000-000000000001",
  access_token = provider:access_token(),
  transport = provider:transport(),
}
assert(client:set_callback_auth_basic(user))

local receiver = callback.mobilepay_subscriptions {
  basic = user,
  seen = callback.seen.memory(),
  log = print,
}

local offer = assert(client:create_agreement {
  country_code = "DK",
  currency = "DKK",
  plan = "Gold",
  external_id = "order-17",
  amount = "99.50",
  expiration_timeout_minutes = 10,
  links = {
    { rel = "user-redirect", href = "https://gym.example/back" },
    { rel = "success-callback", href = "https://gym.example/yes" },
    { rel = "cancel-callback", href = "https://gym.example/no" },
  },
})
assert(provider:accept(offer.id))

-- What your web server does with each request.
local function serve(request)
  local reply, events = receiver:handle(request, function(event)
    print(event.external_id .. " is " .. event.status .. ": " .. event.text)
    return true
  end)
  print("replied " .. reply.status .. ", handled " .. #events)
end

local request = provider:callbacks()[1]
serve(request)
serve(request)
request.headers = { Authorization = "Basic Z3Vlc3M6d29yaw==" }
serve(request)
