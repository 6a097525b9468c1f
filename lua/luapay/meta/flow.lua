---@meta
-- The types of luapay.flow: what all flows have in common.

---@class luapay.FlowOptions
---@field client luapay.Client of the flow's API
---@field journal luapay.Journal
---@field run? string names a piece of work; references are unique in it; ""
---@field call? luapay.FlowCallOptions of every call
---@field words? table<string, "pending"|"done"|"closed"> new ones, taught
---@field concurrency? integer calls side by side, 8
---@field pause? number seconds before `await` asks, 2; then 1.5 times as long
---@field longest_pause? number seconds, 60
---@field patience? number seconds that `await` waits, 600
---@field horizon? number seconds after which what is not found is absent
---@field on_progress? fun(progress: luapay.Progress)
---@field sleep? fun(seconds: number) the transport's

---@class luapay.FlowCallOptions
---@field timeout? number seconds; at most half the journal's lease
---@field retries? integer
---@field headers? table<string, string>

---@alias luapay.FlowState
---| "planned" # written, not sent
---| "sent" # may have left; its worker's until the lease ends
---| "pending" # the provider has it and has not ended it
---| "done" # it came about, and stays
---| "closed" # ended without coming about: declined, expired, cancelled
---| "failed" # certainly nothing was done; the next run may send it
---| "unknown" # may have been done: the provider can be asked
---| "parked" # may have been done: only a person can tell
---| "compensated" # it came about, and all of it was taken back

---@alias luapay.FlowMoney
---| "none" # nothing moved, and nothing is asked for
---| "asked" # nothing moved; a live request or reservation may bring it
---| "moved" # some moved, and not all came back
---| "returned" # some moved, and all of it came back
---| "unknown" # luapay cannot prove which of the others is true

--- What is known of one item. A flow's own fields are beside these.
---@class luapay.FlowItem
---@field reference string yours
---@field run string
---@field amount? string decimal text: what it asks for
---@field currency? string
---@field state luapay.FlowState of the main step, or of a later one that is
--- open
---@field step string whose state that is
---@field money luapay.FlowMoney as of `seen_at`
---@field moved? string decimal text: what certainly has moved
---@field returned? string decimal text: what certainly has come back
---@field open? string at most so much may have moved or come back besides
---@field ended boolean what was asked for has come to its end
---@field needs_person boolean
---@field purged? true nothing can be done with it any more
---@field advice? string to the person who is needed: what to do
---@field provider_status? string the provider's last word
---@field reason? string why, by the provider
---@field code? integer|string the provider's
---@field seen_at? number seconds since 1970
---@field provider_id? string
---@field provider_amount? string decimal text: the amount that the provider
--- has, where it is another one than was asked for
---@field candidates? string[] ids that fit and cannot be told apart
---@field fault? luapay.Fault of the last call about it

---@class luapay.FlowReport
---@field flow string
---@field run string
---@field total integer
---@field states table<luapay.FlowState, integer>
---@field money table<luapay.FlowMoney, luapay.FlowSums>
---@field needs_person integer
---@field not_as_intended? integer of what was run or waited for
---@field items? luapay.FlowItem[] in the order of the list that was given
---@field first? luapay.FlowItem[] the first 100 not as intended, else

---@class luapay.FlowSums
---@field count integer
---@field sums table<string, string> exact, by currency: of what moved or came
--- back, else of what is asked for

--- How far long work has come.
---@class luapay.Progress
---@field phase "plan"|"send"|"settle"|"wait"
---@field states table<string, integer>
---@field total? integer items, where that is known
---@field seconds number since it began
---@field rate number items a second
---@field left? number seconds, where the total is known
---@field over boolean the last one

--- What every flow does: see doc/flows.md.
---@class luapay.Flow
local Flow = {}

---@async
---@param items table[]|fun(): table?
---@return luapay.FlowReport? report
---@return luapay.Fault? fault `report` is in it
function Flow:run(items) end

---@async
---@param item table
---@return luapay.FlowItem? item
---@return luapay.Fault? fault `item` is in it
function Flow:run_one(item) end

---@async
---@param reference string
---@param options? { refresh: boolean? }
---@return luapay.FlowItem? item however it stands
---@return luapay.Fault? fault
function Flow:get(reference, options) end

---@async
---@param reference? string
---@param options? { patience: number?, pause: number?, longest_pause: number? }
---@return luapay.FlowItem|luapay.FlowReport|nil
---@return luapay.Fault? fault
function Flow:await(reference, options) end

---@async
---@param options? { runs: "mine"|"all"? }
---@return luapay.FlowReport? report
---@return luapay.Fault? fault
function Flow:recover(options) end

---@async
---@return luapay.FlowReport? report
---@return luapay.Fault? fault
function Flow:report() end

---@async
---@return luapay.FlowReport? report
---@return luapay.Fault? fault
function Flow:discard() end

---@async
---@param filter? { states: luapay.FlowState[]?, money: luapay.FlowMoney[]?, needs_person: boolean? }
---@return fun(): luapay.FlowItem?
function Flow:items(filter) end

---@async
---@param reference string
---@param options? { provider_id: string?, step: string?, who: string?, why: string? }
---@return luapay.FlowItem? item
---@return luapay.Fault? fault
function Flow:found(reference, options) end

---@async
---@param reference string
---@param options? { step: string?, who: string?, why: string? }
---@return luapay.FlowItem? item
---@return luapay.Fault? fault
function Flow:absent(reference, options) end

---@async
---@param reference string
---@param options { who: string, why: string }
---@return luapay.FlowItem? item
---@return luapay.Fault? fault
function Flow:accept(reference, options) end

---@async
---@param reference string
---@param options { step: string?, who: string, why: string }
---@return luapay.FlowItem? item
---@return luapay.Fault? fault
function Flow:reopen(reference, options) end

---@async
---@param event luapay.callback.Event|luapay.callback.Event[]
---@return boolean|boolean[] taken
---@return luapay.Fault? fault beside false: let the event come again
function Flow:on_callback(event) end
