-- Works off the queue of paid transactions, on the sandbox in this process:
-- each is handed to a function, and taken off when that has finished it.

local luapay = require "luapay"
local provider = require("luapay.sandbox").mobip()

local function client(account)
  return luapay.mobip {
    api_account_id = account,
    api_secret_key = "secret",
    transport = provider:transport(),
  }
end

for amount = 1000, 3000, 1000 do -- three customers pay
  provider:pay(assert(client("merchant"):create_one_use_qr {
    item_name = "Tea",
    item_amount_in_cents = amount,
    tax_amount_in_cents = 0,
    call_back_url = "https://shop.example/told",
    redirect_url = "https://shop.example/thanks",
  }).trid)
end

local queue = luapay.flow.queue {
  client = client "platform",
  journal = luapay.journal.memory(),
  handle = function(transaction, about)
    if transaction.amount == "2000" and not about.again then
      error "the books are closed" -- it stays in the queue
    end
    print("booked", transaction.mobip_trid, transaction.amount)
    return true
  end,
}

local report, fault = queue:run()
print(report and "all done" or fault)
report, fault = queue:run() -- later: only what was not finished comes
print(report and "all done" or fault)
