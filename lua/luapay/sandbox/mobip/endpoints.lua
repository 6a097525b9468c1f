-- The calls of a pretend Mobip: their paths, their inputs, who may make
-- them and what they do.

local accounts = require "luapay.sandbox.mobip.accounts"
local external = require "luapay.sandbox.mobip.external"
local invoices = require "luapay.sandbox.mobip.invoices"
local payments = require "luapay.sandbox.mobip.payments"
local queue = require "luapay.sandbox.mobip.queue"
local stats = require "luapay.sandbox.mobip.stats"

-- "item_name! media!:media limit:whole" as fields: "!" is required, "?" is
-- required but may be empty, and the kind follows the colon.
local function fields(text)
  local list = {}
  for name, mark, kind in text:gmatch "([%w_]+)([!?]?):?(%l*)" do
    list[#list + 1] = {
      name = name,
      required = mark ~= "",
      may_be_empty = mark == "?",
      kind = kind ~= "" and kind or nil,
      brackets = name == "account_data",
    }
  end
  return list
end

local function row(method, path, run, inputs, more)
  local endpoint = {
    name = path:match "[^/]+$",
    method = method,
    path = "/api/2.0/" .. path,
    run = run,
    fields = fields(inputs or ""),
  }
  if more then endpoint[more] = true end
  return endpoint
end

local function get(path, from, inputs, more)
  return row("GET", path, from[path:match "[^/]+$"], inputs, more)
end

local function post(path, from, inputs, more)
  return row("POST", path, from[path:match "[^/]+$"], inputs, more)
end

local CUSTOMER = " customer_name customer_phone:phone track_id"
  .. " language:language transaction_ttl:whole"
local DOCUMENTS = " document_only:flag document_list:list"
local SOURCE = " ExternalSourceId!"

return {
  get(
    "mobip/get_token",
    accounts,
    "api_account_id! api_secret_key! api_ttl:whole",
    "public"
  ),
  post(
    "mobip/send_payment_request",
    payments,
    "item_amount_in_cents!:whole tax_amount!:whole item_name! media!:media"
      .. " redirect_url!:url call_back_url:url customer_email!:email"
      .. " retry_period:whole retry_attempts:whole"
      .. CUSTOMER
  ),
  post(
    "mobip/create_one_use_qr",
    payments,
    "item_amount_in_cents!:whole tax_amount_in_cents!:whole item_name!"
      .. " redirect_url!:url call_back_url!:url customer_email:email"
      .. CUSTOMER
  ),
  post("mobip/login", accounts),
  post("mobip/cancel_transaction", payments, "trid!"),
  post(
    "mobip/create_reusable_qr",
    payments,
    "item_amount!:whole tax_amount!:whole item_name! item_photo!:url"
      .. " item_video:url item_message item_reference item_category"
      .. " item_brand"
  ),
  get("mobip/get_account", accounts, "uid!" .. DOCUMENTS, "restricted"),
  get(
    "mobip/get_stats",
    stats,
    "day?:date month_period?:month get_gz_file:flag"
  ),
  get(
    "mobip/get_account_by_external_id",
    accounts,
    "external_account_id!" .. DOCUMENTS
  ),
  post(
    "mobip/update_account",
    accounts,
    "uid! account_data!:json",
    "restricted"
  ),
  get("mobip/get_transaction", payments, "trid!"),
  get("mobip/get_invoice_list", invoices),
  get("mobip/get_invoice", invoices, "invoice_id!"),
  post(
    "neosystems/set_mobip_transactions",
    queue,
    "trid_list!:list",
    "restricted"
  ),
  get("neosystems/get_mobip_transactions", queue, "limit:whole", "restricted"),
  post(
    "mobip/set_external_invoices",
    external,
    "BatchId InvoicesLists!:json" .. SOURCE
  ),
  post(
    "mobip/set_external_invoice_status",
    external,
    "pending! due! fully_paid! partially_paid!" .. SOURCE
  ),
  get("mobip/get_external_invoices", external, "InvoicesList:list" .. SOURCE),
  get("mobip/get_external_invoices_status", external, SOURCE),
  get("mobip/is_valid", payments, "trid!"),
  post("mobip/resend", payments, "trid! media!:media"),
}
