---@meta
-- The types of luapay.flow.online_payment and luapay.flow.recurring.

--- What is to be paid: the arguments of initiate_payment, with a reference.
---@class luapay.OnlinePaymentItem
---@field reference string a text of your own, once in a run

--- The arguments of create_recurring_agreement, with a reference.
---@class luapay.RecurringAgreementItem
---@field reference string

--- The arguments of initiate_cit_payment or initiate_mit_payment, with a
--- reference, and that of the agreement.
---@class luapay.RecurringPaymentItem
---@field reference string
---@field agreement string

---@class luapay.OnlinePaymentResult
---@field reference string
---@field state "pending"|"authorised"|"failed"|luapay.JournalState
---@field status? string
---@field provider_id? string MobilePay's id
---@field amount string decimal text
---@field currency string
---@field redirect? string where to send the customer
---@field redirect_app? string the same, for the app on this device
---@field verdict? "Approved"|"Declined"|"Challenged" of a card

--- Your side of the cards. Each returns `{ approved = true }`, `{ approved =
--- false, reasonCode =, reasonMessage = }` or `{ threeDSecureUrl = }`, with
--- acquirerVatNumber, acquirerMerchantId and acquirerPaymentReference.
---@class luapay.Acquirer
---@field authorise fun(payment: table, card: any): table?
---@field look_up? fun(payment: table): table? what became of it
---@field charge? fun(payment: table): table? with the card on file
---@field new_card? fun(about: table, card: any): table?

---@class luapay.OnlinePaymentOptions
---@field client luapay.MobilepayOnline
---@field journal luapay.Journal
---@field acquirer luapay.Acquirer
---@field window? number seconds, 20
---@field patience? number seconds, 2100
---@field run? string
---@field call? table
---@field clock? fun(): number
---@field sleep? fun(seconds: number)

--- See online_payment.lua for the methods.
---@class luapay.OnlinePayment
---@field run async fun(self, item: luapay.OnlinePaymentItem): luapay.OnlinePaymentResult?, luapay.Fault?
---@field on_callback async fun(self, event: luapay.callback.Event): table|false|nil, luapay.Fault?
---@field challenged async fun(self, reference: string, attempt: string, fn: function): table?, luapay.Fault?
---@field await async fun(self, reference: string): luapay.OnlinePaymentResult?, luapay.Fault?
---@field capture async fun(self, reference: string, options?: table): table?, luapay.Fault?
---@field cancel async fun(self, reference: string, options?: table): table?, luapay.Fault?
---@field refund async fun(self, reference: string, options?: table): table?, luapay.Fault?
---@field sums async fun(self, reference: string): table?, luapay.Fault?
---@field recover async fun(self): table?, luapay.Fault?

--- See recurring.lua for the methods.
---@class luapay.Recurring: luapay.OnlinePayment
---@field agree async fun(self, item: luapay.RecurringAgreementItem): table?, luapay.Fault?
---@field first async fun(self, item: luapay.RecurringPaymentItem): luapay.OnlinePaymentResult?, luapay.Fault?
---@field charge async fun(self, item: luapay.RecurringPaymentItem): luapay.OnlinePaymentResult?, luapay.Fault?
---@field agreement async fun(self, reference: string): table?, luapay.Fault?
---@field terminate async fun(self, reference: string): table?, luapay.Fault?
