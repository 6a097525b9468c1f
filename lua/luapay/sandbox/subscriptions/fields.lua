-- What the bodies of requests must be. A field is written "name kind"; a
-- "!" after the name: required.

local fields = {}

-- stylua: ignore start

local function set(...)
  local members = {}
  for _, value in ipairs { ... } do members[value] = true end
  return members
end

local function list(...)
  local out = {}
  for i, row in ipairs { ... } do
    local name, mark, kind = row[1]:match("^([%w_]+)(!?) (%l+)$")
    row.name, row.kind, row.required = name, kind, mark == "!"
    out[i] = row
  end
  return out
end

local links = list({ "rel! text" }, { "href! url" })

fields.oauth2 = list({ "client_id! text" }, { "client_secret! text" },
  { "token_url! url" }, { "scope text" })
fields.api_key = list({ "api_key! text" })
fields.basic = list({ "user_name! text" }, { "password! text" })

local one_off = list({ "amount! money", min = 1 },
  { "external_id! text", max = 64 }, { "description text", max = 60 },
  { "expiration_timeout_minutes whole", min = 1, max = 181440 })

fields.create_agreement = list(
  { "country_code! text", choices = set("DK", "FI") },
  { "currency! text", choices = set("DKK", "EUR") },
  { "expiration_timeout_minutes! whole", min = 1, max = 181440 },
  { "links! list", fields = links }, { "plan! text", max = 30 },
  { "external_id text", max = 64 }, { "amount money" },
  { "description text", max = 60 }, { "next_payment_date day" },
  { "frequency whole", choices = set(0, 1, 2, 4, 12, 26, 52, 365) },
  { "mobile_phone_number text" },
  { "one_off_payment object", fields = one_off },
  { "disable_notification_management boolean" },
  { "notifications_on boolean" },
  { "retention_period_hours whole", min = 0, max = 24 })

-- By path of a JSON Patch; a callback's address goes into the links.
fields.agreement_paths = {
  amount = "money", plan = { "text", max = 30 },
  description = { "text", max = 60 }, next_payment_date = "day",
  frequency = { "whole", choices = set(0, 1, 2, 4, 12, 26, 52, 365) },
  external_id = { "text", max = 64 }, ["success-callback"] = "url",
  ["cancel-callback"] = "url", ["cancel-redirect"] = "https",
  disable_notification_management = "boolean",
}
fields.payment_paths = { amount = { "money", min = 1 } }
fields.provider_paths = { payment_status_callback_url = "https" }
fields.decision_paths = {
  status = { "text", choices = set("Accepted", "Reserved", "Rejected") },
}

fields.payment = list({ "agreement_id! uuid" }, { "amount! money", min = 1 },
  { "description! text", max = 60 }, { "due_date! date" },
  { "external_id! text", max = 64 }, { "next_payment_date day" },
  { "grace_period_days whole", min = 1, max = 3 })

fields.one_off = list({ "amount! money", min = 1 },
  { "description! text", max = 60 }, { "external_id! text", max = 64 },
  { "links list", fields = links }, { "auto_reserve boolean" },
  { "expiration_timeout_minutes whole", min = 1, max = 181440 })

fields.refund = list({ "amount money", min = 1 },
  { "status_callback_url https" }, { "external_id text" })

local article = list({ "article_number text" },
  { "article_description text" }, { "quantity number" }, { "unit text" },
  { "price_per_unit number" }, { "vat_rate number" },
  { "total_vat_amount number" }, { "total_price_including_vat number" })

local details = list({ "document_title text", max = 60 },
  { "hide_payment_point_address boolean" }, { "consumer_name text" },
  { "consumer_address_lines list" }, { "consumer_phone_number text" },
  { "merchant_contact_name text" }, { "delivery_address_lines list" },
  { "delivery_date day" }, { "invoice_number text" },
  { "merchant_order_number text" }, { "buyer_order_number text" },
  { "issue_date day" }, { "due_date day" }, { "order_date day" },
  { "payment_reference text", max = 60 }, { "comment text" },
  { "price_reduction number" }, { "price_discount number" },
  { "bonus number" }, { "total_amount_ex_vat number" },
  { "total_vat_amount number" }, { "total_amount! number" },
  { "articles list", fields = article })

fields.attachment = list({ "external_attachment_url url" },
  { "generate_pdf boolean" }, { "attachment_details object",
    fields = details })

fields.agreement_decision = list(
  { "status! text", choices = set("Accepted", "Rejected") },
  { "notifications_on boolean" })
fields.agreement_cancel = list(
  { "status! text", choices = set("Canceled") })

-- stylua: ignore end

return fields
