-- infobip.lua - the examples of doc/infobip.md: see generate/examples.lua.

return {
  options = "luapay.InfobipOptions",
  intro = "A reseller credits the accounts of clients and rolls transactions"
    .. " back. A rollback in time keeps many credits all or nothing:"
    .. " `luapay.flow.topup` does that.",
  more = "The client logs in by itself when a call needs a session, and once"
    .. " more when the session is gone.",
  start = [[
local luapay = require "luapay"
local provider = require("luapay.sandbox").infobip()

local infobip = luapay.infobip {
  username = "reseller",
  password = "secret",
  transport = provider:transport(),
}
]],
  sections = {
    {
      title = "All or nothing",
      text = "`luapay.flow.topup` credits many accounts: when one credit"
        .. " fails, those before it are rolled back, the last first. A credit"
        .. " whose outcome is unknown is never sent again, and a rollback that"
        .. " failed is never passed over: then a person has to look."
        .. " [Flows](flows.md) says what else it does.",
      code = [[
local topup = luapay.flow.topup {
  client = infobip,
  journal = luapay.journal.memory(), -- or .sqlite { path = "payments.db" }
  note = "order 18 could not be paid",
}

local report, fault = topup:run {
  {
    reference = "order-17",
    accountKey = "EUR-1",
    amount = "12.50",
    currencycode = "EUR",
    description = "Order 17",
  },
  {
    reference = "order-18",
    accountKey = "nobody",
    amount = "20.00",
    currencycode = "EUR",
    description = "Order 18",
  },
}

assert(report == nil and fault.kind == "incomplete")
assert(fault.outcome == "failed") -- nothing is left of it
assert(fault.report.items[1].money == "returned")
assert(fault.report.items[2].money == "none")
]],
    },
  },
  things = {
    credit = {
      from = "add_funds",
      code = [[
local credit = assert(infobip:add_funds {
  accountKey = "EUR-1",
  amount = "12.50",
  description = "Order 17",
})
]],
    },
  },
  calls = {
    login = {
      code = [[
local session, fault = infobip:login {
  username = "reseller",
  password = "secret",
}
]],
    },
    add_funds = {
      code = [[
local credit, fault = infobip:add_funds {
  accountKey = "EUR-1",
  amount = "12.50", -- or luapay.money("12.50", "EUR")
  currencycode = "EUR",
  description = "Order 17",
}
]],
    },
    rollback_transaction = {
      needs = { "credit" },
      code = [[
local back, fault = infobip:rollback_transaction {
  transactionId = credit.transactionId,
  note = "Order 17 was cancelled",
}
]],
    },
  },
}
