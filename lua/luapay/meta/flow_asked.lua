---@meta
-- The types of the flows over MobilePay Subscriptions in which somebody is
-- asked for something; what all flows have is in flow.lua.

--- `reference`, and the arguments of request_one_off_payment.
---@class luapay.OneOffItem
---@field reference string a text of your own, once in a run
---@field agreementid string
---@field amount string|luapay.Money
---@field currency? string for reports
---@field description? string
---@field external_id? string by which MobilePay finds it; the reference
---@field links? table[]
---@field auto_reserve? boolean
---@field expiration_timeout_minutes? integer

---@class luapay.OneOffState : luapay.FlowItem
---@field agreementid string
---@field external_id string
---@field redirect? string send the customer there
---@field capture_by? number seconds since 1970: its reservation may end then

---@class luapay.OneOff : luapay.Flow
local OneOff = {}

---@async
---@param reference string
---@return luapay.OneOffState? item
---@return luapay.Fault? fault
function OneOff:capture(reference) end

---@async
---@param reference string
---@return luapay.OneOffState? item
---@return luapay.Fault? fault
function OneOff:cancel(reference) end

---@async
---@param seconds number
---@return luapay.OneOffState[]? items whose reservation ends within these
---@return luapay.Fault? fault
function OneOff:due(seconds) end

---@async
---@param item luapay.OneOffItem
---@param options? { provider_id: string?, reserved_at: number? }
---@return luapay.OneOffState? item
---@return luapay.Fault? fault
function OneOff:adopt(item, options) end

--- `reference`, and the arguments of create_agreement.
---@class luapay.AgreementItem
---@field reference string a text of your own, once in a run
---@field country_code "DK"|"FI"
---@field currency string
---@field plan string
---@field expiration_timeout_minutes integer
---@field links table[]
---@field amount? string|luapay.Money
---@field external_id? string by which MobilePay finds it; the reference
---@field description? string
---@field next_payment_date? string
---@field frequency? integer
---@field mobile_phone_number? string
---@field one_off_payment? table an item of the flow one_off, too

---@class luapay.AgreementOptions : luapay.FlowOptions
---@field client luapay.MobilepaySubscriptions
---@field one_off? luapay.OneOff with the same journal

---@class luapay.AgreementState : luapay.FlowItem
---@field external_id string
---@field redirect? string send the customer there
---@field one_off_payment_id? string

---@class luapay.Agreement : luapay.Flow
local Agreement = {}

---@async
---@param reference string
---@return luapay.AgreementState? item
---@return luapay.Fault? fault
function Agreement:cancel(reference) end

--- What is to be given back.
---@class luapay.RefundItem
---@field reference string a text of your own, once in a run
---@field agreementid string
---@field paymentid string
---@field amount string|luapay.Money|"all" all: what is left when it is sent
---@field currency? string for reports
---@field payment_type? "Regular"|"OneOff"
---@field paid_on? string a date, of a one-off payment
---@field external_id? string by which MobilePay finds it; the reference
---@field status_callback_url? string

---@class luapay.RefundsOptions : luapay.FlowOptions
---@field client luapay.MobilepaySubscriptions
---@field days? number after which a payment cannot be refunded, 90

---@class luapay.Refunds : luapay.Flow
