-- Pushes invoices in portions and compares what is there, on the sandbox in
-- this process.

local luapay = require "luapay"
local provider = require("luapay.sandbox").mobip()

local invoices = luapay.flow.invoices {
  client = luapay.mobip {
    api_account_id = "merchant",
    api_secret_key = "secret",
    transport = provider:transport(),
  },
  journal = luapay.journal.memory(),
  source = "erp",
  run = "2024-02-01",
  portion = 100,
}

local function customers() -- as a cursor of a database would give them
  local number = 0
  return function()
    number = number + 1
    if number > 250 then return nil end
    return {
      CustomerId = "C-" .. number,
      CustomerBalance_in_cents = 4990,
      CustomerBalance_Date = "2024-01-31",
      InvoicesList = {
        {
          InvId = "2024-" .. number,
          InvDate = "2024-01-15",
          InvDueDate = "2024-02-15",
          Amount_in_cents = 4990,
          InvStatus = "open",
        },
      },
    }
  end
end

provider:inject { at = "set_external_invoices", fault = "lost_answer" }
local report, fault = invoices:run(customers())
print(report and "all pushed" or fault) -- one portion is not known
report, fault = invoices:run(customers()) -- looks for it first
print(report and "all pushed" or fault)

local found = assert(invoices:compare(customers()))
print(found.same .. " are as they should be, missing: " .. #found.missing)
