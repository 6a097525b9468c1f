-- Attachments: an address of the merchant's, or details that MobilePay
-- makes a PDF of. What was put comes back under other names.

local json = require "luapay.sandbox.json"

local attachments = {}

local NAMES = {
  consumer_phone_number = "alias",
  merchant_order_number = "merchant_order_id",
  buyer_order_number = "buyer_id",
  price_reduction = "price_deduction",
  price_discount = "discount",
  total_amount_ex_vat = "total_ex_vat",
  total_price_including_vat = "total_article_amount",
}

-- A PDF with nothing on its only page.
local PDF = "%PDF-1.4\n"
  .. "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
  .. "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
  .. "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
  .. "xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n"
  .. "0000000052 00000 n \n0000000101 00000 n \n"
  .. "trailer<</Size 4/Root 1 0 R>>\nstartxref\n163\n%%EOF\n"

local function renamed(values)
  local out = {}
  for name, value in pairs(values) do
    out[NAMES[name] or name] = value
  end
  return out
end

local function shown(details)
  if not details then return nil end
  local out = renamed(details)
  if out.articles then
    local articles = json.list {}
    for i, article in ipairs(out.articles) do
      articles[i] = renamed(article)
    end
    out.articles = articles
  end
  return out
end

-- A payment of the caller's provider; somebody else's is forbidden.
local function find(state, args, caller)
  local provider, refusal = state:provider(args.providerid, caller)
  if not provider then return nil, refusal end
  local payment = state.payments[args.paymentid]
  if not payment then
    return nil, { status = 404, text = "The payment was not found." }
  elseif payment.provider ~= provider.id then
    return nil, { status = 403, text = "The payment is not yours." }
  end
  return payment
end

-- The attachment of a payment.
local function attached(state, args, caller)
  local payment, refusal = find(state, args, caller)
  if not payment then return nil, refusal end
  local attachment = state.attachments[payment.id]
  if attachment then return attachment end
  return nil, { status = 404, text = "There is no attachment." }
end

--- Attaches, in place of what was there.
function attachments.put(state, args, caller)
  local payment, refusal = find(state, args, caller)
  if not payment then return nil, refusal end
  local body = args.body
  local text = body.generate_pdf
    and body.external_attachment_url
    and "Either external_attachment_url or generate_pdf."
  if body.generate_pdf and not body.attachment_details then
    text = "The AttachmentDetails field is required."
  end
  if text then return nil, { status = 400, text = text } end
  state.attachments[payment.id] = body
end

--- What is attached.
function attachments.get(state, args, caller)
  local attachment, refusal = attached(state, args, caller)
  if not attachment then return nil, refusal end
  return {
    external_attachment_url = attachment.external_attachment_url or json.null,
    generate_pdf = attachment.generate_pdf or false,
    attachment_details = shown(attachment.attachment_details),
  }
end

--- The file.
function attachments.pdf(state, args, caller)
  local attachment, refusal = attached(state, args, caller)
  if not attachment then return nil, refusal end
  if attachment.generate_pdf then return PDF end
  return nil, { status = 404, text = "There is no file." }
end

--- Takes it away, if it is there.
function attachments.delete(state, args, caller)
  local payment, refusal = find(state, args, caller)
  if not payment then return nil, refusal end
  state.attachments[payment.id] = nil
end

return attachments
