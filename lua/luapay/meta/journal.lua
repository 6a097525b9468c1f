---@meta
-- The types of luapay.journal. For editors: never required.

---@alias luapay.JournalState
---| "planned" # not sent; may be sent
---| "sent" # may have left; its outcome is not written down
---| "pending" # the provider has it and has not ended it
---| "done" # it came about, and is to stay
---| "failed" # certainly nothing was done; may be tried again
---| "unknown" # may have been done: the provider must be asked
---| "parked" # nobody can be asked but a person
---| "compensated" # it came about, and was taken back

---@class luapay.JournalEntry
---@field id integer
---@field flow string
---@field run string
---@field reference string
---@field step string
---@field state luapay.JournalState
---@field endpoint? string
---@field idempotency_key? string
---@field fingerprint string of the arguments
---@field attempt integer
---@field worker? string
---@field lease_until? number seconds since 1970
---@field created_at number
---@field updated_at number
---@field amount? string decimal text
---@field currency? string
---@field provider_id? string the provider's id of what was made
---@field status? string the provider's word
---@field details? table what a person or `recover` needs
---@field outcome? table what was learned

---@class luapay.JournalFilter
---@field flow? string
---@field run? string
---@field step? string
---@field reference? string
---@field provider_id? string
---@field states? luapay.JournalState[]

---@class luapay.JournalTally
---@field flow string
---@field run string
---@field step string
---@field state luapay.JournalState
---@field currency? string
---@field count integer
---@field amount? string exact sum, decimal text
---@field oldest number seconds since 1970
---@field age? number seconds, in a report

--- See book.lua, portion.lua and look.lua for the methods.
---@class luapay.Journal
---@field worker string
---@field lease number seconds
---@field settle number seconds
---@field clock fun(): number
local Journal = {}

---@async
---@param given table
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault
function Journal:begin(given) end

---@async
---@param entry luapay.JournalEntry
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault
function Journal:renew(entry) end

---@async
---@param entry luapay.JournalEntry
---@param state luapay.JournalState
---@param outcome? table
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault
function Journal:finish(entry, state, outcome) end

---@async
---@param list table[] { entry, state, outcome }
---@return luapay.JournalEntry[]? lost
---@return luapay.Fault? fault
function Journal:finish_all(list) end

---@param entry luapay.JournalEntry
---@return boolean
function Journal:holds(entry) end

---@async
---@param list table[]
---@return string[]? verdicts
---@return luapay.Fault? fault
function Journal:plan(list) end

---@async
---@param given { flow: string, run: string?, step: string?, limit: integer? }
---@return luapay.JournalEntry[]? entries
---@return luapay.Fault? fault
function Journal:take(given) end

---@async
---@param given { flow: string, run: string?, step: string?, limit: integer? }
---@return luapay.JournalEntry[]? entries
---@return luapay.Fault? fault
function Journal:orphans(given) end

---@async
---@param entry luapay.JournalEntry
---@param from luapay.JournalState[]
---@param state luapay.JournalState
---@param outcome? table
---@return boolean? moved
---@return luapay.Fault? fault
function Journal:advance(entry, from, state, outcome) end

---@async
---@param filter luapay.JournalFilter
---@return luapay.JournalEntry|false|nil entry
---@return luapay.Fault? fault
function Journal:find(filter) end

---@param filter luapay.JournalFilter
---@return async fun(): luapay.JournalEntry?, luapay.Fault?
function Journal:each(filter) end

---@async
---@param filter? luapay.JournalFilter
---@return luapay.JournalTally[]? groups
---@return luapay.Fault? fault
function Journal:tally(filter) end

---@async
---@param filter? luapay.JournalFilter
---@return luapay.JournalTally[]? groups
---@return luapay.Fault? fault
function Journal:report(filter) end

---@async
---@param reference string
---@param state "done"|"failed"
---@param details? table
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault
function Journal:resolve(reference, state, details) end

---@async
---@param key string
---@return boolean? first
---@return luapay.Fault? fault
function Journal:first(key) end

---@async
---@param age number seconds
---@return integer? forgotten
---@return luapay.Fault? fault
function Journal:forget(age) end

function Journal:close() end
