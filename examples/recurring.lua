-- A recurring agreement of MobilePay Online on the sandbox in this process:
-- made, activated by a first payment, charged once without the customer.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local provider = sandbox.mobilepay_online()

local function approve()
  return { approved = true, acquirerPaymentReference = "A-1" }
end

local flow = luapay.flow.recurring {
  client = luapay.mobilepay_online {
    client_id = "sandbox-client",
    client_secret = "sandbox-secret",
    transport = provider:transport(),
  },
  journal = luapay.journal.memory(), -- or luapay.journal.sqlite { path = }
  acquirer = { authorise = approve, charge = approve, new_card = approve },
}

assert(flow:agree {
  reference = "customer-7",
  merchantId = "a0000000-0000-4000-8000-000000000001",
  merchantName = "The Shop",
  merchantLogoUrl = "https://shop.example/logo.png",
  merchantWebsiteUrl = "https://shop.example",
  recurringAgreementCallbackUrl = "https://psp.example/agreement",
  updateCardCallbackUrl = "https://psp.example/card",
})

local first = assert(flow:first {
  reference = "first",
  agreement = "customer-7",
  merchantLogoUrl = "https://shop.example/logo.png",
  merchantUrl = "https://shop.example",
  merchantOrderId = "first",
  amount = "100.00",
  currencyCode = "DKK",
  allowedCardTypes = {
    { name = "DANKORT", encryptedPanCallbackUrl = "https://psp.example/c" },
  },
  publicKeyId = 7,
  redirectFromMobilePayUrl = "https://shop.example/done",
})
assert(flow:on_callback {
  api = "mobilepay_online",
  kind = "card",
  paymentId = first.provider_id,
  authorizationAttemptId = provider:accept(first.provider_id),
})
print("the first payment is", flow:await("first").provider_status)

local charged, fault = flow:charge {
  reference = "month-2",
  agreement = "customer-7",
  merchantUrl = "https://shop.example",
  merchantOrderId = "month-2",
  last4 = "3742",
  amount = "50.00",
  currencyCode = "DKK",
}
print("the charge is", charged and charged.provider_status or fault)
local item = assert(flow:capture("month-2", { id = "all", amount = "all" }))
print("captured", item.moved)
