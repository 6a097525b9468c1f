-- Credits one client and takes it back, on the sandbox in this process.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local infobip = luapay.infobip {
  username = "reseller",
  password = "secret",
  transport = sandbox.infobip():transport(),
}

local credit, fault = infobip:add_funds {
  accountKey = "DKK-1",
  amount = "12.50",
  currencycode = "EUR",
  description = "Top-up for order-1",
}
if not credit then
  print("not credited:", fault)
  os.exit(fault.outcome == "unknown" and 2 or 1) -- 2: ask, do not repeat
end
print("credited, transaction " .. tostring(credit.transactionId))

local back, problem = infobip:rollback_transaction {
  transactionId = credit.transactionId,
  note = "order not complete",
}
if not back then
  print("not rolled back:", problem)
  os.exit(1)
end
print("rolled back: " .. tostring(back.ammount) .. " " .. back.currency)
