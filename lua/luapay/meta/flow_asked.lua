---@meta
-- The types of luapay.flow.one_off, .agreement and .refunds.

---@class luapay.AskedOptions
---@field client luapay.MobilepaySubscriptions
---@field journal luapay.Journal
---@field concurrency? integer items side by side: 16
---@field patience? number seconds that `await` waits
---@field pause? number seconds before it asks again: 2, then more and more
---@field longest_pause? number seconds: 60
---@field run? string a name for what belongs together
---@field call? luapay.CallOptions of each call
---@field clock? fun(): number seconds since 1970
---@field sleep? fun(seconds: number)
---@field on_progress? fun(progress: luapay.Progress)

---@class luapay.RefundsOptions : luapay.AskedOptions
---@field days? number after which a payment cannot be refunded: 90

--- What is known of one thing that was asked for.
---@class luapay.AskedResult
---@field reference string
---@field status? string the provider's word
---@field provider_id? string
---@field amount? string decimal text
---@field currency? string
---@field fault? luapay.Fault
---@field status_code? integer of a callback
---@field text? string of a callback
---@field advice? string to the person who settles what is parked
---@field candidates? string[] ids at the provider that fit what is parked

---@class luapay.AskedReport
---@field counts table<string, integer> by state
---@field waiting integer for which patience ran out

---@class luapay.AskedRecovery
---@field settled integer that may have been sent, and are known now
---@field parked integer for a person
---@field unknown integer not known yet
---@field entries luapay.JournalEntry[] of these
---@field asked integer that have not ended: MobilePay has said how they stand
---@field unanswered integer that it could not be asked about

---@alias luapay.AskedState
---| "not_tried" # nothing was sent: see `fault`
---| "failed" # certainly nothing came about
---| "unknown" # may have come about: recover
---| "parked" # a person has to look

--- `reference` and the arguments of request_one_off_payment.
---@class luapay.OneOffItem
---@field reference string a text of your own, once in a run
---@field agreementid string
---@field amount string|number|luapay.Money
---@field description? string
---@field external_id? string
---@field links? table[]
---@field auto_reserve? boolean
---@field expiration_timeout_minutes? integer
---@field currency? string for reports

---@class luapay.OneOffResult : luapay.AskedResult
---@field state luapay.AskedState|"requested"|"reserved"|"captured"|"rejected"|"expired"|"canceled"|"declined"
---@field redirect? string where the customer goes
---@field capture_by? number seconds since 1970: it may be over after that

---@class luapay.OneOffReport : luapay.AskedReport
---@field items luapay.OneOffResult[] in the order of the items

--- See one_off.lua for the methods.
---@class luapay.OneOff
---@field run async fun(self, given: luapay.OneOffItem|luapay.OneOffItem[]): luapay.OneOffResult|luapay.OneOffReport|nil, luapay.Fault?
---@field await async fun(self, which?: string|string[]): luapay.OneOffResult|luapay.OneOffReport|nil, luapay.Fault?
---@field capture async fun(self, reference: string): luapay.OneOffResult?, luapay.Fault?
---@field cancel async fun(self, reference: string): luapay.OneOffResult?, luapay.Fault?
---@field due async fun(self, seconds: number): luapay.OneOffResult[]?, luapay.Fault?
---@field adopt async fun(self, item: luapay.OneOffItem, paymentid: string): luapay.OneOffResult?, luapay.Fault?
---@field identify async fun(self, reference: string, paymentid: string): luapay.OneOffResult?, luapay.Fault?
---@field recover async fun(self): luapay.AskedRecovery?, luapay.Fault?
---@field on_callback async fun(self, event: luapay.callback.Event): luapay.JournalEntry|false|nil, luapay.Fault?

--- `reference` and the arguments of create_agreement.
---@class luapay.AgreementItem
---@field reference string a text of your own, once in a run
---@field [string] any

---@class luapay.AgreementResult : luapay.AskedResult
---@field state luapay.AskedState|"pending"|"accepted"|"rejected"|"expired"|"canceled"
---@field redirect? string where the customer goes
---@field one_off_payment_id? string of a payment made with the sign-up

---@class luapay.AgreementReport : luapay.AskedReport
---@field items luapay.AgreementResult[] in the order of the items

--- See agreement.lua for the methods.
---@class luapay.Agreement
---@field run async fun(self, given: luapay.AgreementItem|luapay.AgreementItem[]): luapay.AgreementResult|luapay.AgreementReport|nil, luapay.Fault?
---@field await async fun(self, which?: string|string[]): luapay.AgreementResult|luapay.AgreementReport|nil, luapay.Fault?
---@field cancel async fun(self, reference: string): luapay.AgreementResult?, luapay.Fault?
---@field identify async fun(self, reference: string, agreementid: string): luapay.AgreementResult?, luapay.Fault?
---@field recover async fun(self): luapay.AskedRecovery?, luapay.Fault?
---@field on_callback async fun(self, event: luapay.callback.Event): luapay.JournalEntry|false|nil, luapay.Fault?

---@class luapay.RefundItem
---@field reference string a text of your own, once in a run
---@field agreementid string
---@field paymentid string
---@field amount? string|number|luapay.Money all that is left when absent
---@field payment_type? "Regular"|"OneOff" Regular unless said otherwise
---@field paid_on? string a date: of a one-off, which MobilePay does not tell
---@field external_id? string
---@field status_callback_url? string
---@field currency? string for reports

---@class luapay.RefundResult : luapay.AskedResult
---@field state luapay.AskedState|"requested"|"issued"|"declined"

---@class luapay.RefundReport : luapay.AskedReport
---@field items luapay.RefundResult[] in the order of the items

--- See refunds.lua for the methods.
---@class luapay.Refunds
---@field run async fun(self, given: luapay.RefundItem|luapay.RefundItem[]): luapay.RefundResult|luapay.RefundReport|nil, luapay.Fault?
---@field await async fun(self, which?: string|string[]): luapay.RefundResult|luapay.RefundReport|nil, luapay.Fault?
---@field identify async fun(self, reference: string, refundid: string): luapay.RefundResult?, luapay.Fault?
---@field recover async fun(self): luapay.AskedRecovery?, luapay.Fault?
---@field on_callback async fun(self, event: luapay.callback.Event): luapay.JournalEntry|false|nil, luapay.Fault?
