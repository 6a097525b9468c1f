-- Signs customers up, on the sandbox in this process: one accepts, the other
-- lets the time pass.

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

local signup = luapay.flow.agreement {
  client = client,
  journal = journal,
  sleep = function(seconds) -- the sandbox's time
    provider:advance(seconds)
  end,
}

local function customer(reference)
  return {
    reference = reference,
    country_code = "DK",
    currency = "DKK",
    plan = "Gold",
    expiration_timeout_minutes = 10,
    links = {
      { rel = "user-redirect", href = "https://gym.example/back" },
      { rel = "success-callback", href = "https://gym.example/yes" },
      { rel = "cancel-callback", href = "https://gym.example/no" },
    },
  }
end

local report, fault = signup:run { customer "ann", customer "bob" }
if not report then
  print(fault) -- "unsettled": signup:recover() asks what became of it
  os.exit(1)
end
print("send Ann to", report.items[1].redirect)
provider:accept(report.items[1].provider_id) -- the sandbox's Ann says yes

report, fault = signup:await { patience = 900 } -- all that are open
for _, item in ipairs((report or fault.report).items) do
  print(item.reference, item.state, item.provider_status)
end
