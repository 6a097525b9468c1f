-- Asks for money with a link and a QR code, and waits until it is paid, on
-- the sandbox in this process.

local luapay = require "luapay"
local provider = require("luapay.sandbox").mobip()

local links = luapay.flow.payment_link {
  client = luapay.mobip {
    api_account_id = "merchant",
    api_secret_key = "secret",
    transport = provider:transport(),
  },
  journal = luapay.journal.memory(),
  currency = "EUR",
}

local link, fault = links:run_one {
  reference = "order-17",
  media = "EMAIL",
  customer_email = "payer@shop.example",
  item_name = "Tea",
  price = "12.50",
  tax = "2.50", -- the payer owes 15.00
  redirect_url = "https://shop.example/thanks",
}
if not link then
  print(fault) -- unknown: a person has to look, it is not made again
  os.exit(1)
end
print(link.url_checkout)
print(links:text(link) or "") -- for the customer's telephone

provider:pay(link.provider_id) -- the sandbox's payer

local paid, problem = links:await("order-17", { patience = 3600 })
if not paid then
  print("not paid:", problem) -- its item says how it stands
  os.exit(1)
end
print(paid.reference, paid.provider_status, paid.moved, paid.currency)
