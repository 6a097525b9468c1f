-- mobip.lua - the examples of doc/mobip.md: see generate/examples.lua.

return {
  options = "luapay.MobipOptions",
  intro = "A payment is asked for by SMS, e-mail or QR code, and what became"
    .. " of it is told by `is_valid`: a call that went well says that the"
    .. " transaction was found, and only the status PAID says that it was"
    .. " paid. Amounts are whole numbers of minor units. An answer whose"
    .. " `return_code` is not 0 is a fault of kind `refused` with that"
    .. " `code`.",
  more = "The client gets a token by itself, renews it before it ends, and"
    .. " once more when the provider knows it no more.",
  start = [[
local luapay = require "luapay"
local provider = require("luapay.sandbox").mobip()

local mobip = luapay.mobip {
  api_account_id = "merchant",
  api_secret_key = "secret",
  transport = provider:transport(),
}
]],
  sections = {
    {
      title = "What became of a payment",
      text = "`luapay.mobip.status` reads the result of `is_valid`, and"
        .. " `luapay.mobip.picture` makes the bytes of a PNG of `raw_qr`.",
      code = [[
local status = require "luapay.mobip.status"
local picture = require "luapay.mobip.picture"

local payment = assert(mobip:send_payment_request {
  item_amount_in_cents = 1250,
  tax_amount = 250,
  item_name = "Tea",
  media = "EMAIL",
  customer_email = "payer@shop.example",
  redirect_url = "https://shop.example/thanks",
})
assert(picture.decode(payment.raw_qr))

provider:pay(payment.trid) -- the sandbox's payer pays

local state = assert(mobip:is_valid { trid = payment.trid })
assert(status.is_paid(state) and status.is_final(state))
]],
    },
  },
  things = {
    payment = {
      from = "send_payment_request",
      code = [[
local payment = assert(mobip:send_payment_request {
  item_amount_in_cents = 1250,
  tax_amount = 250,
  item_name = "Tea",
  media = "EMAIL",
  customer_email = "payer@shop.example",
  redirect_url = "https://shop.example/thanks",
})
]],
    },
    platform = {
      says = "`platform` is a client of an account that may make the"
        .. " restricted calls.",
      code = [[
local platform = luapay.mobip {
  api_account_id = "platform",
  api_secret_key = "secret",
  transport = provider:transport(),
}
]],
    },
    query = {
      says = 'the client was made with `get_inputs = "query"`: only what'
        .. " it does by itself finds out where inputs travel.",
      code = [[
mobip = luapay.mobip {
  api_account_id = "merchant",
  api_secret_key = "secret",
  get_inputs = "query",
  transport = provider:transport(),
}
]],
    },
    paid = {
      needs = { "payment" },
      code = [[
provider:pay(payment.trid)
]],
    },
    invoices = {
      code = [[
assert(mobip:set_external_invoices {
  ExternalSourceId = "erp",
  InvoicesLists = {
    {
      CustomerId = "C-1",
      CustomerBalance_in_cents = 4990,
      CustomerBalance_Date = "2024-01-31",
      InvoicesList = {
        {
          InvId = "2024-17",
          InvDate = "2024-01-15",
          InvDueDate = "2024-02-15",
          InvLbl = "January",
          Amount_in_cents = 4990,
          InvStatus = "open",
        },
      },
    },
  },
})
]],
    },
    labels = {
      code = [[
assert(mobip:set_external_invoice_status {
  ExternalSourceId = "erp",
  pending = "draft",
  due = "open",
  fully_paid = "closed",
  partially_paid = "part",
})
]],
    },
  },
  calls = {
    get_token = {
      needs = { "query" },
      code = [[
local session, fault = mobip:get_token {
  api_account_id = "merchant",
  api_secret_key = "secret",
}
]],
    },
    send_payment_request = {
      code = [[
local payment, fault = mobip:send_payment_request {
  item_amount_in_cents = 1250,
  tax_amount = 250, -- the customer owes 15.00
  item_name = "Tea",
  media = "EMAIL",
  customer_email = "payer@shop.example",
  redirect_url = "https://shop.example/thanks",
  call_back_url = "https://shop.example/told",
  track_id = "order-17",
}
]],
    },
    create_one_use_qr = {
      code = [[
local qr, fault = mobip:create_one_use_qr {
  item_amount_in_cents = 1250,
  tax_amount_in_cents = 250,
  item_name = "Tea",
  redirect_url = "https://shop.example/thanks",
  call_back_url = "https://shop.example/told",
}
]],
    },
    login = {
      code = [[
local answer, fault = mobip:login()
]],
    },
    cancel_transaction = {
      needs = { "payment" },
      code = [[
local done, fault = mobip:cancel_transaction { trid = payment.trid }
]],
    },
    create_reusable_qr = {
      code = [[
local qr, fault = mobip:create_reusable_qr {
  item_amount = 1250,
  tax_amount = 250,
  item_name = "Tea",
  item_photo = "https://shop.example/tea.png",
}
]],
    },
    get_account = {
      needs = { "platform" },
      code = [[
local account, fault = platform:get_account {
  uid = "1001",
  document_list = { "id_card" },
}
]],
    },
    get_stats = {
      code = [[
local stats, fault = mobip:get_stats { month_period = "2024-01" }
]],
    },
    get_account_by_external_id = {
      needs = { "platform" },
      code = [[
local account, fault = platform:get_account_by_external_id {
  external_account_id = "EXT-1",
}
]],
    },
    update_account = {
      needs = { "platform" },
      code = [[
local done, fault = platform:update_account {
  uid = "1001",
  account_data = { External_AccountID = "EXT-7" },
}
]],
    },
    get_transaction = {
      needs = { "payment" },
      code = [[
local found, fault = mobip:get_transaction { trid = payment.trid }
]],
    },
    get_invoice_list = {
      code = [[
local list, fault = mobip:get_invoice_list()
]],
    },
    get_invoice = {
      code = [[
local invoice, fault = mobip:get_invoice { invoice_id = "INV-1" }
]],
    },
    set_mobip_transactions = {
      needs = { "platform", "payment", "paid" },
      code = [[
local removed, fault = platform:set_mobip_transactions {
  trid_list = { payment.trid },
}
]],
    },
    get_mobip_transactions = {
      needs = { "platform", "paid" },
      code = [[
local queue, fault = platform:get_mobip_transactions { limit = 100 }
]],
    },
    set_external_invoices = {
      code = [[
local done, fault = mobip:set_external_invoices {
  ExternalSourceId = "erp",
  BatchId = "2024-01",
  InvoicesLists = {
    {
      CustomerId = "C-1",
      CustomerBalance_in_cents = 4990,
      CustomerBalance_Date = "2024-01-31",
      InvoicesList = {
        {
          InvId = "2024-17",
          InvDate = "2024-01-15",
          InvDueDate = "2024-02-15",
          InvLbl = "January",
          Amount_in_cents = 4990,
          InvStatus = "open",
        },
      },
    },
  },
}
]],
    },
    set_external_invoice_status = {
      code = [[
local done, fault = mobip:set_external_invoice_status {
  ExternalSourceId = "erp",
  pending = "draft",
  due = "open",
  fully_paid = "closed",
  partially_paid = "part",
}
]],
    },
    get_external_invoices = {
      needs = { "invoices" },
      code = [[
local list, fault = mobip:get_external_invoices {
  ExternalSourceId = "erp",
  InvoicesList = { "2024-17" },
}
]],
    },
    get_external_invoices_status = {
      needs = { "labels" },
      code = [[
local labels, fault = mobip:get_external_invoices_status {
  ExternalSourceId = "erp",
}
]],
    },
    is_valid = {
      needs = { "payment" },
      code = [[
local state, fault = mobip:is_valid { trid = payment.trid }
if state then
  print(state.transaction_status) -- "PENDING"; only "PAID" is paid
end
]],
    },
    resend = {
      needs = { "payment" },
      code = [[
local done, fault = mobip:resend { trid = payment.trid, media = "EMAIL" }
]],
    },
  },
}
