-- A one-off payment, on the sandbox in this process: asked for, accepted by
-- the customer, captured. Started again after a crash, it would go on where
-- it stopped, with a journal that lasts: luapay.journal.sqlite.

local luapay = require "luapay"
local provider = require("luapay.sandbox").mobilepay_subscriptions()

local client = luapay.mobilepay_subscriptions {
  transport = provider:transport(),
  environment = "sandbox",
  refresh_token = provider:refresh_token(),
  client_id = "sandbox-client",
  client_secret = "sandbox-secret",
  provider_id = "f0000000-0000-4000-8000-000000000001",
}
local journal = luapay.journal.memory()

-- Ann has signed up before.
local agreement = assert(client:create_agreement {
  country_code = "DK",
  currency = "DKK",
  plan = "Gold",
  expiration_timeout_minutes = 10,
  links = {
    { rel = "user-redirect", href = "https://gym.example/back" },
    { rel = "success-callback", href = "https://gym.example/yes" },
    { rel = "cancel-callback", href = "https://gym.example/no" },
  },
})
assert(provider:accept(agreement.id))

local one_off = luapay.flow.one_off { client = client, journal = journal }

local asked = assert(one_off:run_one {
  reference = "towel-17",
  agreementid = agreement.id,
  amount = "25.00",
  description = "A towel",
  links = { { rel = "user-redirect", href = "https://gym.example/done" } },
})
print("send the customer to", asked.redirect)
provider:accept(asked.provider_id) -- the sandbox's customer says yes

local result = assert(one_off:await "towel-17")
print("the payment is", result.provider_status) -- its money has not moved

local captured, fault = one_off:capture "towel-17"
if captured then
  print("the money has", captured.money, captured.moved)
elseif fault.outcome == "unknown" then
  print("may be captured; recover finds out:", fault)
else
  print("not captured:", fault)
end
