---@meta
-- The types of luapay.flow.

--- One credit of a top-up: `reference` and the arguments of add_funds.
---@class luapay.TopupItem
---@field reference string a text of your own, once in a run
---@field accountKey string
---@field ammount? string|number|luapay.Money
---@field amount? string|number|luapay.Money the same, spelt right
---@field currencycode? string
---@field description string

---@class luapay.TopupReport
---@field state "credited"|"rolled_back"|"unsettled"
---@field items luapay.TopupEntry[] in the order of the items

--- What is known of one item's money.
---@class luapay.TopupEntry
---@field reference string
---@field accountKey string
---@field state luapay.TopupState
---@field transactionId? string|integer
---@field fault? luapay.Fault of the credit
---@field rollback_fault? luapay.Fault

---@alias luapay.TopupState
---| "not_tried" # nothing was sent
---| "credited" # booked, and to stay
---| "failed" # certainly not booked
---| "unknown" # may be booked: ask the provider
---| "rolled_back" # booked, then reversed
---| "rollback_failed" # booked and still there: the reversal was refused
---| "rollback_unknown" # booked; whether it was reversed is not known

--- How far long work has come; other counts are the flow's own.
---@class luapay.Progress
---@field done integer
---@field failed integer
---@field unknown integer
---@field total? integer items, where that is known
---@field seconds number since it began
---@field rate number items a second
---@field left? number seconds, where the total is known
---@field over boolean the last one
