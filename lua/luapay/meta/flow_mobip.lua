---@meta
-- The types of the flows over Mobip; what all flows have is in flow.lua.

---@class luapay.PaymentLinkOptions : luapay.FlowOptions
---@field client luapay.Mobip
---@field currency? string of amounts that are decimal text, like EUR

--- `reference`, `price` and `tax`, and the arguments of
--- send_payment_request; without `media` those of create_one_use_qr.
---@class luapay.PaymentLinkItem
---@field reference string a text of your own, once in a run
---@field price string|luapay.Money without tax
---@field tax? string|luapay.Money the payer owes price and tax
---@field item_name string
---@field redirect_url string
---@field media? "SMS"|"EMAIL"
---@field customer_email? string
---@field customer_phone? string
---@field customer_name? string
---@field call_back_url? string
---@field track_id? string the reference, unless given
---@field language? "EN"|"FR"
---@field retry_period? integer|string days between reminders
---@field retry_attempts? integer|string
---@field transaction_ttl? integer|string days

---@class luapay.PaymentLinkState : luapay.FlowItem
---@field track_id string
---@field url_checkout? string
---@field url_qr? string
---@field raw_qr? string
---@field payment_method? string

---@class luapay.PaymentLink : luapay.Flow
local PaymentLink = {}

---@async
---@param reference string
---@return luapay.PaymentLinkState? item
---@return luapay.Fault? fault
function PaymentLink:cancel(reference) end

---@async
---@param reference string
---@param options { media: "SMS"|"EMAIL" }
---@return luapay.PaymentLinkState? item
---@return luapay.Fault? fault
function PaymentLink:resend(reference, options) end

---@param item luapay.PaymentLinkState
---@return string? bytes of a PNG
---@return luapay.Fault? fault
function PaymentLink:png(item) end

---@param item luapay.PaymentLinkState
---@param options? { light: boolean? }
---@return string? text
---@return luapay.Fault? fault
function PaymentLink:text(item, options) end

---@class luapay.QueueOptions : luapay.FlowOptions
---@field client luapay.Mobip of an account that may read the queue
--- Yours: true when its work is done for good, false and why when not.
---@field handle fun(transaction: table, about: { again: boolean }): boolean?, any
---@field limit? integer transactions fetched at a time, 100
---@field concurrency? integer functions side by side, 1
---@field trid_field? string where a row has its trid, "mobip_trid"

---@class luapay.Queue : luapay.Flow
local Queue = {}

---@async
---@return luapay.FlowReport? report
---@return luapay.Fault? fault
function Queue:run() end

---@class luapay.InvoicesOptions : luapay.FlowOptions
---@field client luapay.Mobip
---@field run string names this push; another one for each
---@field source string the ExternalSourceId
---@field portion? integer invoices in one request at most, 100

--- Your labels, by what they mean to Mobip.
---@class luapay.InvoiceLabels
---@field pending string not due yet
---@field due string
---@field fully_paid string
---@field partially_paid string

---@class luapay.Invoices : luapay.Flow
local Invoices = {}

---@async
---@param customers table[]|fun(): table? as set_external_invoices takes them
---@return luapay.FlowReport? report an item is a portion
---@return luapay.Fault? fault
function Invoices:run(customers) end

---@async
---@param labels luapay.InvoiceLabels
---@return true? good
---@return luapay.Fault? fault
function Invoices:labels(labels) end

---@async
---@param ids? string[]
---@return table<string, table>? invoices by InvId
---@return luapay.Fault? fault
function Invoices:read(ids) end

---@async
---@param customers table[]|fun(): table?
---@return { same: integer, missing: string[], different: table[] }? comparison
---@return luapay.Fault? fault
function Invoices:compare(customers) end
