-- Credits several clients or none, on the sandbox in this process. Started
-- again after a crash, it would go on where it stopped, with a journal that
-- lasts: luapay.journal.sqlite { path = "payments.db" }.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local topup = luapay.flow.topup {
  client = luapay.infobip {
    username = "reseller",
    password = "secret",
    transport = sandbox.infobip():transport(),
  },
  journal = luapay.journal.memory(),
  run = "2026-12",
  note = "order not complete",
}

local function order(reference, account, amount)
  return {
    reference = reference,
    accountKey = account,
    amount = amount,
    currencycode = "EUR",
    description = "Top-up for " .. reference,
  }
end

local report, fault = topup:run {
  order("order-1", "EUR-1", "12.50"),
  order("order-2", "EUR-2", "7.00"), -- not this reseller's
}

if not report then
  print(fault)
  print(
    fault.outcome == "failed" and "nothing is left behind"
      or "something is, or may be: see below"
  )
end
for _, item in ipairs((report or fault.report).items) do
  print(item.reference, item.money, item.state, item.advice or "")
end
