-- How a program of yours is tried on bad days, without a network: here a
-- lost answer, which must not be sent again.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local provider = sandbox.infobip {
  accounts = {
    shop = { currency = "EUR", balance = "0.00" },
  },
}
local infobip = luapay.infobip {
  username = "reseller",
  password = "secret",
  transport = provider:transport(),
}

provider:inject { at = "add_funds", fault = "lost_answer" }
local credit, fault = infobip:add_funds {
  accountKey = "shop",
  amount = "0.10",
  description = "Top-up",
}

assert(credit == nil and fault.outcome == "unknown")
assert(#provider:ledger() == 1, "booked once, not twice")
assert(provider:balance("shop") == "0.10")
assert(provider:check())
print("the answer was lost, the money was booked once:", fault)
