---@meta
-- The types of luapay.journal. For editors: never required.

---@alias luapay.JournalState
---| "planned" # not sent; may be sent, replaced, discarded
---| "sent" # may have left; its worker's until the lease ends
---| "pending" # the provider has it and has not ended it
---| "done" # it came about as intended, and stays
---| "closed" # ended without coming about: declined, expired, cancelled
---| "failed" # certainly nothing was done; may be sent again
---| "unknown" # may have been done: the provider can be asked
---| "parked" # may have been done: only a person can tell
---| "compensated" # it came about, and all of it was taken back

--- What is known of one step of an item. The first that was added is the
--- item's main step.
---@class luapay.JournalEntry
---@field id integer
---@field account string
---@field flow string
---@field run string
---@field reference string
---@field step string
---@field main boolean
---@field state luapay.JournalState
---@field attempt integer how often it was sent
---@field worker? string who has sent it, or taken it over
---@field endpoint? string
---@field idempotency_key? string
---@field fingerprint? string of what was asked for
---@field amount? string decimal text
---@field currency? string
---@field provider_id? string the provider's id of what was made
---@field external_id? string a name of it that may not be unique
---@field subject? string what it has in common with others
---@field status? string the provider's word
---@field code? integer|string
---@field reason? string
---@field details? table what was asked for
---@field outcome? table what was learned
---@field fault? table of the last call about it; no secret
---@field candidates? table ids that fit and cannot be told apart
---@field plan? string token of the plan that it belongs to
---@field created_at number seconds since 1970, as all that follow
---@field updated_at number
---@field sent_at? number
---@field seen_at? number when the provider's word was true
---@field due_at? number when an unknown is to be asked about
---@field held_until? number of a view: when its lease will be over
---@field send_by? number until when it may leave, by core.boottime()
---@field summary? luapay.journal.Summary of a main entry
---@field op? string mark of the transaction that wrote it last
---@field lease_until? number by `lease_clock`
---@field lease_clock? string a boot id, or "server"
---@field lease_seconds? number
---@field due_until? number by `lease_clock`
---@field watch? string since when a lease of another clock was watched
---@field clocks? table<string, number> when it may last have left, by boot id

--- What all entries of an item say together: see option `appraise`.
---@class luapay.journal.Summary
---@field state luapay.JournalState
---@field step string
---@field money "none"|"asked"|"moved"|"returned"|"unknown"
---@field moved? string decimal text, as those that follow
---@field returned? string
---@field open? string
---@field sum? string what it adds to the sums of its word of money
---@field needs_person boolean
---@field ended boolean
---@field ended_at? number seconds since 1970
---@field purgeable boolean whether a purge may make it small
---@field purged boolean nothing about it changes any more

--- An item as it was read. Its entries are the caller's to keep.
---@class luapay.journal.View
---@field account string
---@field flow string
---@field reference string
---@field run string
---@field entries luapay.JournalEntry[] oldest first
---@field summary luapay.journal.Summary

--- The clocks of a machine. All of them may be replaced in specs.
---@class luapay.journal.Clock
---@field wall fun(): number seconds since 1970
---@field boot fun(): number seconds since the machine has started
---@field boot_id string|fun(): string names that start
---@field sleep fun(seconds: number)

--- The name of an item.
---@class luapay.journal.Key
---@field account string
---@field flow string
---@field run string
---@field reference string

--- An item inside of a change.
---@class luapay.journal.Item: luapay.journal.Key
---@field entries luapay.JournalEntry[] oldest first
---@field summary? luapay.journal.Summary as it was before this change
---@field others? luapay.JournalEntry[] with the option `subject`
---@field restored_since? number entries written after it may be missing
---@field now number seconds since 1970
local Item = {}

---@param step string
---@return luapay.JournalEntry?
function Item:entry(step) end

---@param fields table
---@return luapay.JournalEntry
function Item:add(fields) end

---@param entry luapay.JournalEntry
---@param fields table
---@return luapay.JournalEntry
function Item:set(entry, fields) end

---@param entry luapay.JournalEntry
---@return luapay.JournalEntry
function Item:send(entry) end

---@param entry luapay.JournalEntry
---@return luapay.JournalEntry
function Item:hold(entry) end

---@param entry luapay.JournalEntry
function Item:drop(entry) end

---@param entry luapay.JournalEntry
---@return number? seconds
function Item:leased(entry) end

---@param entry luapay.JournalEntry
---@param was luapay.JournalEntry
---@return boolean
function Item:mine(entry, was) end

---@param entry luapay.JournalEntry
---@return number seconds
function Item:age(entry) end

---@param provider_id string
---@return string? reference
---@return string? run
function Item:owner(provider_id) end

---@param entry luapay.JournalEntry
---@param note { verb: string, who: string?, why: string? }
function Item:note(entry, note) end

---@param id string
---@param event table
function Item:keep_event(id, event) end

---@param id string
---@return table[]
function Item:events(id) end

--- What one flow of one account has in the journal. See book.lua, read.lua.
---@class luapay.journal.Book
---@field journal luapay.Journal
---@field account string
---@field flow string
---@field run string
---@field NONE table a field that is set to this is erased
local Book = {}

---@async
---@param reference string
---@param fn fun(item: luapay.journal.Item, now: number): any, any
---@param options? { run: string?, known: table?, subject: string|string[]? }
---@return any value
---@return luapay.Fault? fault
function Book:change(reference, fn, options) end

---@async
---@param references string[]
---@param fn fun(items: luapay.journal.Item[], now: number): any, any
---@param options? { run: string?, known: table?, subject: string|string[]? }
---@return any value
---@return luapay.Fault? fault
function Book:change_many(references, fn, options) end

---@async
---@param given? { limit: integer?, step: string?, plan: string? }
---@return luapay.JournalEntry[]? entries
---@return luapay.Fault? fault
function Book:take(given) end

---@async
---@param given? table limit, step, reference, run, runs, early, after
---@return luapay.JournalEntry[]? entries
---@return luapay.Fault? fault
function Book:orphans(given) end

---@async
---@param entry luapay.JournalEntry
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault
function Book:renew(entry) end

---@async
---@param entry luapay.JournalEntry
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault
function Book:keep(entry) end

---@param entry luapay.JournalEntry
---@return boolean
function Book:holds(entry) end

---@param entry luapay.JournalEntry
---@return number? by core.boottime(); nil where the clocks are replaced
function Book:send_by(entry) end

---@param entry luapay.JournalEntry
---@return number seconds
function Book:age(entry) end

---@async
---@param token string
---@return true?
---@return luapay.Fault? fault
function Book:plan(token) end

---@async
---@param token string
---@return true?
---@return luapay.Fault? fault
function Book:plan_done(token) end

---@async
---@param token string
---@return integer? dropped
---@return luapay.Fault? fault
function Book:plan_off(token) end

---@async
---@return integer? dropped
---@return luapay.Fault? fault
function Book:discard() end

---@async
---@param id string
---@param event table
---@return true?
---@return luapay.Fault? fault
function Book:add_event(id, event) end

---@async
---@param reference string
---@param run? string
---@return luapay.journal.View|false|nil item
---@return luapay.Fault? fault
function Book:get(reference, run) end

---@async
---@param id string
---@return luapay.journal.View|false|nil item
---@return luapay.Fault? fault
function Book:by_provider_id(id) end

---@async
---@param id string
---@return luapay.journal.View[]? items
---@return luapay.Fault? fault
function Book:by_external_id(id) end

---@param given? table states, money (lists), needs_person, runs, limit
---@return async fun(): luapay.journal.View?
function Book:items(given) end

---@async
---@param given? { runs: "mine"|"all" }
---@return table? report
---@return luapay.Fault? fault
function Book:report(given) end

---@async
---@param reference string
---@param run? string
---@return table[]? notes
---@return luapay.Fault? fault
function Book:settlements(reference, run) end

--- See luapay.journal for how one is opened.
---@class luapay.Journal
---@field worker string
---@field lease number seconds
---@field clocks luapay.journal.Clock
---@field warning? string of the opening: entries are missing, or a fail-over
--- would lose some
local Journal = {}

---@param options { account: string?, flow: string, run: string?, appraise: function? }
---@return luapay.journal.Book
function Journal:book(options) end

---@async
---@param list table[] { book, reference, run? }
---@param fn fun(items: luapay.journal.Item[], now: number): any, any
---@param options? table
---@return any value
---@return luapay.Fault? fault
function Journal:change(list, fn, options) end

---@async
---@param names string[]
---@param fn fun(get: function, set: function, now: number, lease: table): any, any
---@return any value
---@return luapay.Fault? fault
function Journal:change_values(names, fn) end

---@async
---@param key string
---@return boolean? first
---@return luapay.Fault? fault
function Journal:first(key) end

---@async
---@param key string
---@return string|false|nil value
---@return luapay.Fault? fault
function Journal:kept(key) end

---@async
---@param key string
---@param value string
---@return true?
---@return luapay.Fault? fault
function Journal:keep(key, value) end

---@async
---@param age number seconds
---@return integer? forgotten
---@return luapay.Fault? fault
function Journal:forget(age) end

---@class luapay.journal.Purge
---@field older number seconds since it has ended
---@field forget? number seconds after which all of it goes
---@field flow? string only what this flow has
---@field limit? integer items at most

---@async
---@param given luapay.journal.Purge
---@return { purged: integer, forgotten: integer }?
---@return luapay.Fault? fault
function Journal:purge(given) end

---@async
---@param given { since: number, who: string, complete: boolean? }
---@return true?
---@return luapay.Fault? fault
function Journal:restored(given) end

---@param path string
---@return true?
---@return luapay.Fault?
function Journal:backup(path) end

---@param given? table
---@return async fun(): luapay.journal.View?
function Journal:items(given) end

---@async
---@return table[]? groups
---@return luapay.Fault? fault
function Journal:groups() end

---@async
---@param given? { limit: integer? }
---@return table[]? notes
---@return luapay.Fault? fault
function Journal:settlements(given) end

---@return table[]
function Journal:unwritten() end

---@return number seconds since 1970
function Journal:now() end

function Journal:close() end
