---@meta
-- The types of luapay.sandbox.

--- A pretend provider in this process, or one on a sandbox server. It also
-- has the methods of its own that doc/sandbox.md lists.
---@class luapay.sandbox.Provider
---@field [string] any
local Provider = {}

--- A transport to this provider, in this process, on its clock.
---@return luapay.Transport
function Provider:transport() end

--- Answers one request.
---@param request luapay.Request
---@return luapay.Response? response
---@return luapay.Failure? failure
function Provider:handle(request) end

--- Orders bad days.
---@param order luapay.sandbox.Order
---@return table? point its `times` counts down to 0
function Provider:inject(order) end

--- Forgets the faults that have not struck yet.
function Provider:clear() end

--- Back to the first day; the clock goes on.
function Provider:reset() end

--- Lets simulated time pass.
---@param seconds number
function Provider:advance(seconds) end

--- What was asked, oldest first, without secrets.
---@return luapay.sandbox.LogEntry[]
function Provider:requests() end

--- All bookings, oldest first.
---@return table[]
function Provider:ledger() end

--- Checks the books.
---@return true? ok
---@return string[]? broken one sentence for each broken rule
function Provider:check() end

---@class luapay.sandbox.Order
---@field fault luapay.sandbox.FaultName
---@field at? string a method's name; any if left out
---@field times? integer 1
---@field skip? integer calls to spare first, 0
---@field booked? boolean whether the provider acts
---@field seconds? number of a delay, or by which a list lags
---@field rows? integer of a page, a batch, a queue
---@field external_id? string of the row that is refused
---@field status? integer
---@field body? string
---@field headers? table<string, string>

---@alias luapay.sandbox.FaultName
---| "closed"
---| "cut"
---| "delay"
---| "duplicate"
---| "error"
---| "garbage"
---| "kept"
---| "lag"
---| "lost_answer"
---| "moved"
---| "no_trid"
---| "partial"
---| "refuse"
---| "refuse_row"
---| "session_expired"
---| "short"
---| "truncated"
---| "unnamed"
---| "unreachable"

---@class luapay.sandbox.LogEntry
---@field number integer
---@field time number
---@field method string
---@field path string
---@field query? string
---@field endpoint? string
---@field headers table<string, string>
---@field args? table
---@field ignored? string[] names that the endpoint does not have
---@field fault? string
---@field status? integer
---@field failure? string

--- The pretend providers over real HTTPS on this machine.
---@class luapay.sandbox.Server
---@field base_url string "https://localhost:<port>"
---@field ca_file string the CA to trust, PEM
---@field port integer
---@field infobip luapay.sandbox.Provider
---@field mobip luapay.sandbox.Provider
---@field mobilepay_online luapay.sandbox.Provider
---@field mobilepay_subscriptions luapay.sandbox.Provider
local Server = {}

--- Ends the server and removes its folder; any number of times.
function Server:stop() end

--- What nginx has to complain about.
---@return string
function Server:log() end
