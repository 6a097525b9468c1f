---@meta
-- The types of luapay.flow.subscription_batch.

---@class luapay.BatchOptions
---@field client luapay.MobilepaySubscriptions
---@field journal luapay.Journal
---@field run string the name of this batch
---@field country? "DK"|"FI" whose limits and currency; DK
---@field currency? string another one
---@field limit? string another one, "60000.00"
---@field portion? integer payments of a request: 500, at most 2000
---@field concurrency? integer requests side by side: 4
---@field bad_rows? "refuse"|"skip"
---@field on_bad_row? fun(row: integer, field: string, message: string)
---@field attempts? integer of a request that certainly did nothing: 3
---@field utc_offset? number seconds by which the day is ahead of UTC: 3600
---@field call? luapay.CallOptions of each call
---@field clock? fun(): number seconds since 1970
---@field sleep? fun(seconds: number)
---@field on_progress? fun(progress: luapay.BatchProgress)

---@class luapay.BatchProgress: luapay.Progress
---@field planned? integer rows written down, while they are planned

---@class luapay.Batch
local Batch = {}

---@async
---@param rows luapay.BatchRow[]|fun(): luapay.BatchRow?
---@return luapay.BatchReport? report
---@return luapay.Fault? fault
function Batch:run(rows) end

---@async
---@param rows luapay.BatchRow[]|fun(): luapay.BatchRow?
---@return luapay.BatchPlan? plan
---@return luapay.Fault? fault
function Batch:plan(rows) end

---@async
---@return luapay.BatchReport? report
---@return luapay.Fault? fault
function Batch:work() end

---@async
---@return luapay.BatchRecovery? report
---@return luapay.Fault? fault
function Batch:recover() end

---@async
---@return integer? moved
---@return luapay.Fault? fault
function Batch:refresh() end

---@async
---@return integer? planned
---@return luapay.Fault? fault
function Batch:retry() end

---@async
---@param event luapay.callback.Event
---@return luapay.JournalEntry|false|nil entry
---@return luapay.Fault? fault
function Batch:on_callback(event) end

---@async
---@return luapay.BatchReport? report
---@return luapay.Fault? fault
function Batch:report() end

---@param states? string[]
---@return async fun(): luapay.BatchItem?, luapay.Fault?
function Batch:items(states) end

---@class luapay.BatchRow
---@field external_id string your own id, once for each due date
---@field agreement_id string
---@field amount string|number|luapay.Money
---@field description string
---@field due_date? string 2024-01-05; two days after the run was started
---@field grace_period_days? integer

---@class luapay.BatchReport
---@field state "planned"|"unsettled"|"requested"|"ended"
---@field counts table<luapay.JournalState, integer>
---@field plan? luapay.BatchPlan
---@field items fun(states?: string[]): async fun(): luapay.BatchItem?, luapay.Fault?

---@class luapay.BatchPlan
---@field rows integer
---@field planned integer new ones
---@field known integer from an earlier time
---@field bad integer
---@field bad_rows { row: integer, field: string, message: string }[] the first 100
---@field long_ids integer ids of which bank statements show the beginning

---@class luapay.BatchItem
---@field reference string
---@field external_id string
---@field agreement_id string
---@field due_date string
---@field amount string
---@field currency string
---@field state luapay.JournalState
---@field status? string the provider's word
---@field provider_id? string the payment's
---@field status_code? integer
---@field text? string why
---@field fault? table what the journal keeps of one
---@field advice? string to a person

---@class luapay.BatchRecovery
---@field settled integer the provider has them
---@field planned integer it has them not: to be sent
---@field parked integer for a person
---@field unknown integer it could not be asked, or not yet
