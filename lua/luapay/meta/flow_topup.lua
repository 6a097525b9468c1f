---@meta
-- The types of luapay.flow.topup.

---@class luapay.TopupOptions : luapay.FlowOptions
---@field client luapay.Infobip
---@field mode? "all_or_nothing"|"each" all or nothing unless said otherwise
---@field concurrency? integer credits side by side: 1, or 8 for "each"
---@field note? string of a rollback

--- One credit: `reference` and the arguments of add_funds.
---@class luapay.TopupItem
---@field reference string a text of your own, once in a run
---@field accountKey string
---@field amount string|luapay.Money a negative one is taken off
---@field ammount? string|luapay.Money the same, as Infobip spells it
---@field currencycode? string
---@field description string

---@class luapay.Topup : luapay.Flow
local Topup = {}

---@async
---@param items luapay.TopupItem[]|fun(): luapay.TopupItem?
---@return luapay.FlowReport? report
---@return luapay.Fault? fault
function Topup:run(items) end

---@async
---@param item luapay.TopupItem
---@return luapay.FlowItem? item
---@return luapay.Fault? fault
function Topup:run_one(item) end

---@async
---@param reference string
---@param options? { note: string? }
---@return luapay.FlowItem? item
---@return luapay.Fault? fault
function Topup:undo(reference, options) end
