---@meta
-- The types of the flows over Mobip.

---@class luapay.FlowItem
---@field reference string
---@field state "not_tried"|"unknown"|luapay.JournalState what is known of it
---@field status? string the provider's own word
---@field provider_id? string
---@field fault? luapay.Fault

---@class luapay.PaymentLinkOptions
---@field client luapay.Mobip
---@field journal luapay.Journal
---@field concurrency? integer requests side by side, 8
---@field every? number seconds to the first question, 2
---@field most? number seconds between two questions, 60
---@field patience? number seconds to wait in all, 900
---@field run? string a name for what belongs together
---@field call? luapay.CallOptions of each call
---@field clock? fun(): number seconds since 1970
---@field sleep? fun(seconds: number)
---@field on_progress? fun(progress: luapay.Progress)

--- `reference`, and the arguments of send_payment_request; without `media`
--- those of create_one_use_qr.
---@class luapay.PaymentLinkItem
---@field reference string a text of your own, once in a run
---@field media? "SMS"|"EMAIL"
---@field item_name string
---@field item_amount_in_cents integer|luapay.Money
---@field redirect_url string
---@field [string] any

---@class luapay.PaymentLinkResult : luapay.FlowItem
---@field paid boolean paid, and not given back
---@field url_checkout? string
---@field url_qr? string
---@field raw_qr? string
---@field reason? string

---@class luapay.PaymentLink
local PaymentLink = {}

---@async
---@param items luapay.PaymentLinkItem|luapay.PaymentLinkItem[]
---@return table? result
---@return luapay.Fault? fault
function PaymentLink:run(items) end

---@async
---@param reference string
---@return luapay.PaymentLinkResult? item
---@return luapay.Fault? fault
function PaymentLink:look(reference) end

---@async
---@param reference string
---@param options? { patience: number? }
---@return luapay.PaymentLinkResult? item
---@return luapay.Fault? fault
function PaymentLink:await(reference, options) end

---@async
---@param reference string
---@param media "SMS"|"EMAIL"
---@return luapay.PaymentLinkResult? item
---@return luapay.Fault? fault
function PaymentLink:resend(reference, media) end

---@async
---@param reference string
---@return luapay.PaymentLinkResult? item
---@return luapay.Fault? fault
function PaymentLink:cancel(reference) end

---@async
---@param event table of luapay.callback.mobip
---@return luapay.JournalEntry|false|nil entry
---@return luapay.Fault? fault
function PaymentLink:on_callback(event) end

---@param item luapay.PaymentLinkResult
---@return string? bytes of a PNG
---@return luapay.Fault? fault
function PaymentLink:png(item) end

---@param item luapay.PaymentLinkResult
---@param options? { light: boolean? }
---@return string? text
---@return luapay.Fault? fault
function PaymentLink:text(item, options) end

---@async
---@return table? report
---@return luapay.Fault? fault
function PaymentLink:recover() end

---@class luapay.QueueOptions
---@field client luapay.Mobip of an account that may read the queue
---@field journal luapay.Journal
---@field handle fun(transaction: table, about: { again: boolean }): boolean?, any true: finished; false and why
---@field limit? integer transactions fetched at a time, 100
---@field concurrency? integer functions side by side, 1
---@field trid_field? string where a row has its trid, "mobip_trid"
---@field run? string a name for what belongs together
---@field call? luapay.CallOptions of each call
---@field clock? fun(): number seconds since 1970
---@field sleep? fun(seconds: number)
---@field on_progress? fun(progress: luapay.Progress)

---@class luapay.Queue
local Queue = {}

---@async
---@return table? report items, counts, unreadable
---@return luapay.Fault? fault
function Queue:run() end

---@async
---@return table? report
---@return luapay.Fault? fault
function Queue:recover() end

---@class luapay.InvoicesOptions
---@field client luapay.Mobip
---@field journal luapay.Journal
---@field run string names this push; another one for each
---@field source string the ExternalSourceId
---@field portion? integer invoices in one request at most, 100
---@field call? luapay.CallOptions of each call
---@field clock? fun(): number seconds since 1970
---@field sleep? fun(seconds: number)
---@field on_progress? fun(progress: luapay.Progress)

--- Your labels, by what they mean to Mobip.
---@class luapay.InvoiceLabels
---@field pending string not due yet
---@field due string
---@field fully_paid string
---@field partially_paid string

---@class luapay.Invoices
local Invoices = {}

---@async
---@param customers table[]|fun(): table? as set_external_invoices takes them
---@return table? report items, counts
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

---@async
---@return table? report
---@return luapay.Fault? fault
function Invoices:recover() end
