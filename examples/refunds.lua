-- Gives money back, on the sandbox in this process: one refund is issued,
-- the other would be more than was paid.

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
local payment = assert(client:request_one_off_payment {
  agreementid = agreement.id,
  amount = "25.00",
  external_id = "towel-17",
  description = "A towel",
  auto_reserve = true,
})
local whose = { agreementid = agreement.id, paymentid = payment.id }
assert(client:capture_one_off_payment(whose))

local refunds = luapay.flow.refunds {
  client = client,
  journal = journal,
  sleep = function(seconds) -- the sandbox's time
    provider:advance(seconds)
  end,
}

local function back(reference, amount)
  return {
    reference = reference,
    agreementid = agreement.id,
    paymentid = payment.id,
    payment_type = "OneOff",
    amount = amount,
  }
end

assert(refunds:run_one(back("towel-17 torn", "20.00")))
local issued = assert(refunds:await "towel-17 torn")
print(issued.reference, issued.money, issued.returned)

local item, fault = refunds:run_one(back("towel-17 late", "10.00"))
print(item and "asked for" or fault)
