-- A payment of MobilePay Online on the sandbox in this process: the customer
-- accepts, an acquirer authorises, the shop captures twice and refunds.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local provider = sandbox.mobilepay_online()

local flow = luapay.flow.online_payment {
  client = luapay.mobilepay_online {
    client_id = "sandbox-client",
    client_secret = "sandbox-secret",
    transport = provider:transport(),
  },
  journal = luapay.journal.memory(), -- or luapay.journal.sqlite { path = }
  acquirer = {
    authorise = function(payment)
      print("the acquirer authorises", payment.amount, payment.currency)
      return { approved = true, acquirerPaymentReference = "A-1" }
    end,
  },
}

local payment = assert(flow:run_one {
  reference = "order-17",
  merchantId = "a0000000-0000-4000-8000-000000000001",
  merchantName = "The Shop",
  merchantLogoUrl = "https://shop.example/logo.png",
  merchantUrl = "https://shop.example",
  merchantOrderId = "order-17",
  amount = "100.00",
  currencyCode = "DKK",
  allowedCardTypes = {
    { name = "DANKORT", encryptedPanCallbackUrl = "https://psp.example/c" },
  },
  publicKeyId = 7,
  redirectFromMobilePayUrl = "https://shop.example/done",
})
print("send the customer to", payment.redirect)

-- The customer swipes; a receiver of callbacks would bring this event.
assert(flow:on_callback {
  api = "mobilepay_online",
  kind = "card",
  paymentId = payment.provider_id,
  authorizationAttemptId = provider:accept(payment.provider_id),
})
print("the payment is", flow:await("order-17").provider_status)

assert(flow:capture("order-17", { id = "shipment-1", amount = "30.00" }))
assert(flow:capture("order-17", { id = "shipment-2", amount = "50.00" }))
local part, fault = flow:capture("order-17", { id = "x", amount = "20.01" })
print(part or fault)
assert(flow:cancel("order-17", { id = "rest", amount = "all" }))
local item = assert(flow:refund("order-17", { id = "r-1", amount = "10.00" }))
print("moved", item.moved, "returned", item.returned)
for _, one in ipairs(item.parts) do
  print(one.verb, one.id, one.amount, one.state)
end
