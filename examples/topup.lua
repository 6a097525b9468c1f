-- Credits several clients or none, on the sandbox in this process.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"
local topup = require "luapay.flow.topup"

local infobip = luapay.infobip {
  username = "reseller",
  password = "secret",
  transport = sandbox.infobip():transport(),
}

local report, fault = topup.credit_all(infobip, {
  {
    reference = "order-1",
    accountKey = "EUR-1",
    amount = "12.50",
    currencycode = "EUR",
    description = "Top-up for order-1",
  },
  {
    reference = "order-2",
    accountKey = "EUR-2",
    amount = "7.00",
    currencycode = "EUR",
    description = "Top-up for order-2",
  },
}, { note = "order not complete" })

if not report then
  print(fault)
  print(
    fault.outcome == "failed" and "nothing is left behind"
      or "somebody has to look at what is unknown"
  )
end
for _, item in ipairs((report or fault.report).items) do
  print(item.reference, item.state)
end
