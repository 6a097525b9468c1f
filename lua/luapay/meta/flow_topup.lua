---@meta
-- The types of luapay.flow.topup.

---@class luapay.TopupOptions
---@field client luapay.Infobip
---@field journal luapay.Journal
---@field mode? "all_or_nothing"|"each" all or nothing unless said otherwise
---@field concurrency? integer credits side by side: 1, or 16 for "each"
---@field note? string of a rollback
---@field run? string a name for what belongs together
---@field call? luapay.CallOptions of each call
---@field clock? fun(): number seconds since 1970
---@field sleep? fun(seconds: number)
---@field on_progress? fun(progress: luapay.Progress)

---@class luapay.Topup
local Topup = {}

---@async
---@param items luapay.TopupItem|luapay.TopupItem[]
---@return luapay.TopupReport|luapay.TopupEntry|nil
---@return luapay.Fault? fault
function Topup:run(items) end

---@async
---@param reference string
---@param note? string
---@return luapay.TopupEntry? entry
---@return luapay.Fault? fault
function Topup:undo(reference, note) end

---@async
---@return luapay.TopupRecovery? report
---@return luapay.Fault? fault
function Topup:recover() end

--- One credit of a top-up: `reference` and the arguments of add_funds.
---@class luapay.TopupItem
---@field reference string a text of your own, once in a run
---@field accountKey string
---@field ammount? string|number|luapay.Money
---@field amount? string|number|luapay.Money the same, spelt right
---@field currencycode? string
---@field description string

---@class luapay.TopupReport
---@field state "credited"|"rolled_back"|"incomplete"|"unsettled"
---@field items luapay.TopupEntry[] in the order of the items
---@field counts table<luapay.TopupState, integer>

--- What is known of one item's money.
---@class luapay.TopupEntry
---@field reference string
---@field accountKey string
---@field state luapay.TopupState
---@field transactionId? string
---@field fault? luapay.Fault of the credit
---@field rollback_fault? luapay.Fault

---@alias luapay.TopupState
---| "not_tried" # nothing was sent
---| "credited" # booked, and to stay
---| "failed" # certainly not booked
---| "unknown" # may be booked: a person has to look
---| "rolled_back" # booked, then reversed
---| "rollback_failed" # booked and still there: the reversal was refused
---| "rollback_unknown" # booked; whether it was reversed is not known

---@class luapay.TopupRecovery
---@field settled integer
---@field parked integer for a person
---@field unknown integer not at their end yet
---@field entries luapay.JournalEntry[] that were settled or parked
---@field rollbacks { reference: string, state?: luapay.TopupState, rollback_fault?: luapay.Fault }[] of runs that were cut off
