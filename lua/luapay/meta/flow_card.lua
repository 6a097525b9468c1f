---@meta
-- The types of luapay.flow.online_payment and luapay.flow.recurring; what all
-- flows have is in flow.lua.

--- `reference`, and the arguments of initiate_payment.
---@class luapay.OnlinePaymentItem
---@field reference string a text of your own, once in a run
---@field amount string|luapay.Money decimal text
---@field currencyCode string
---@field merchantId string
---@field pspReferenceId? string the reference

--- `reference`, and the arguments of create_recurring_agreement.
---@class luapay.RecurringAgreementItem
---@field reference string
---@field merchantId string
---@field externalAgreementId? string the reference

--- `reference`, that of the agreement, and the arguments of
--- initiate_cit_payment or initiate_mit_payment.
---@class luapay.RecurringPaymentItem
---@field reference string
---@field agreement string
---@field amount string|luapay.Money decimal text
---@field currencyCode string

--- A capture, a cancellation or a refund.
---@class luapay.OnlinePart
---@field id string names the part, so that it can be repeated
---@field amount string|luapay.Money|"all" "all": what is left

---@class luapay.OnlinePartState
---@field verb "capture"|"cancel"|"refund"
---@field id string
---@field amount string decimal text
---@field state luapay.FlowState
---@field provider_id? string

--- `provider_status`: Initiated, Reserved, Declined, Expired, Failed or
--- Invalidated.
---@class luapay.OnlinePaymentState : luapay.FlowItem
---@field redirect? string where to send the customer
---@field redirect_app? string the same, for the app on this device
---@field parts luapay.OnlinePartState[]

--- What a function of yours is told of a payment.
---@class luapay.AcquirerPayment
---@field reference string
---@field paymentId string
---@field authorizationAttemptId? string no charge has one
---@field amount string decimal text
---@field currency string

--- What it says: `{ approved = true }`, `{ approved = false, reasonCode =,
--- reasonMessage = }` or `{ threeDSecureUrl = }`. The three ids are needed with
--- a code of 1xxx and with a challenge: without them MobilePay hears 2000.
---@class luapay.AcquirerVerdict
---@field approved? boolean
---@field reasonCode? integer
---@field reasonMessage? string
---@field threeDSecureUrl? string
---@field acquirerVatNumber? string
---@field acquirerMerchantId? string
---@field acquirerPaymentReference? string

--- Your side of the cards.
---@class luapay.Acquirer
---@field authorise fun(payment: luapay.AcquirerPayment, card: any): luapay.AcquirerVerdict?
---@field look_up? fun(payment: luapay.AcquirerPayment): luapay.AcquirerVerdict? what became of it
---@field release? fun(payment: luapay.AcquirerPayment): boolean? lets go of it
---@field charge? fun(payment: luapay.AcquirerPayment): luapay.AcquirerVerdict? with the card on file
---@field new_card? fun(about: table, card: any): luapay.AcquirerVerdict?

---@class luapay.OnlinePaymentOptions : luapay.FlowOptions
---@field client luapay.MobilepayOnline
---@field acquirer luapay.Acquirer
---@field window? number seconds after a card in which it is authorised, 20
---@field later? fun(work: function) where work goes on after an event
---@field patience? number seconds, 2100

---@class luapay.OnlinePayment : luapay.Flow
local OnlinePayment = {}

---@async
---@param reference string
---@param part luapay.OnlinePart
---@return luapay.OnlinePaymentState? item
---@return luapay.Fault? fault
function OnlinePayment:capture(reference, part) end

--- Without a part: ends a payment that nobody has paid yet.
---@async
---@param reference string
---@param part? luapay.OnlinePart
---@return luapay.OnlinePaymentState? item
---@return luapay.Fault? fault
function OnlinePayment:cancel(reference, part) end

---@async
---@param reference string
---@param part luapay.OnlinePart
---@return luapay.OnlinePaymentState? item
---@return luapay.Fault? fault
function OnlinePayment:refund(reference, part) end

--- After a challenge (3-D Secure).
---@async
---@param reference string
---@param given { attempt: string, authorise: fun(payment: luapay.AcquirerPayment): luapay.AcquirerVerdict? }
---@return luapay.OnlinePaymentState? item
---@return luapay.Fault? fault
function OnlinePayment:challenged(reference, given) end

---@class luapay.RecurringState : luapay.OnlinePaymentState
---@field sort "agree"|"first"|"charge"

---@class luapay.Recurring : luapay.OnlinePayment
local Recurring = {}

---@async
---@param item luapay.RecurringAgreementItem
---@return luapay.RecurringState? item
---@return luapay.Fault? fault
function Recurring:agree(item) end

---@async
---@param item luapay.RecurringPaymentItem
---@return luapay.RecurringState? item
---@return luapay.Fault? fault
function Recurring:first(item) end

---@async
---@param item luapay.RecurringPaymentItem
---@return luapay.RecurringState? item
---@return luapay.Fault? fault
function Recurring:charge(item) end

--- Charges once more what was clearly declined.
---@async
---@param reference string
---@return luapay.RecurringState? item
---@return luapay.Fault? fault
function Recurring:retry(reference) end

---@async
---@param reference string
---@return luapay.RecurringState? item
---@return luapay.Fault? fault
function Recurring:terminate(reference) end
