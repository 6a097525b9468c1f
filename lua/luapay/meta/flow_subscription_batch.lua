---@meta
-- The types of luapay.flow.subscription_batch.

---@class luapay.BatchOptions : luapay.FlowOptions
---@field client luapay.MobilepaySubscriptions
---@field run string the name of this batch
---@field country? "DK"|"FI" whose limit, currency and day; DK
---@field currency? string another one
---@field limit? string another one, "60000.00"
---@field portion? integer payments of a request: 500, at most 2000
---@field concurrency? integer requests side by side: 4
---@field attempts? integer requests in a row that nobody answers: 3
---@field bad_rows? "refuse"|"skip"
---@field on_bad_row? fun(number: integer, field: string, message: string)

---@class luapay.Batch : luapay.Flow
local Batch = {}

---@async
---@param rows luapay.BatchRow[]|fun(): luapay.BatchRow?
---@return luapay.FlowReport? report
---@return luapay.Fault? fault
function Batch:run(rows) end

---@async
---@param rows luapay.BatchRow[]|fun(): luapay.BatchRow?
---@return luapay.FlowReport? report
---@return luapay.Fault? fault
function Batch:plan(rows) end

---@async
---@return luapay.FlowReport? report
---@return luapay.Fault? fault
function Batch:work() end

---@async
---@return luapay.FlowReport? report
---@return luapay.Fault? fault
function Batch:retry() end

---@class luapay.BatchRow
---@field reference string a text of your own, once in a run
---@field agreement_id string
---@field amount string|luapay.Money
---@field description string
---@field due_date? string 2024-01-05; the first that MobilePay takes
---@field external_id? string the reference unless given
---@field grace_period_days? integer
