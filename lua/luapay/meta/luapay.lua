---@meta
-- The types of what all clients share. For editors: never required.

--- null, where a provider tells it from absent: luapay.null.
---@alias luapay.Null lightuserdata

--- An exact amount: luapay.money, luapay.minor.
---@class luapay.Money
---@field currency string "EUR"
---@field decimal string "12.50"
---@field minor integer|string 1250; text beyond what a Lua number holds
---@operator add(luapay.Money): luapay.Money
---@operator sub(luapay.Money): luapay.Money
---@operator unm: luapay.Money

--- What went wrong, as a value; `tostring` makes a sentence of it.
---@class luapay.Fault
---@field kind luapay.FaultKind
---@field outcome "failed"|"unknown" "failed": certainly nothing was done
---@field message string
---@field endpoint? string "infobip.add_funds"
---@field api? string "infobip"
---@field field? string the argument that is wrong: "links[2].href"
---@field status? integer of HTTP
---@field code? string|integer the provider's own
---@field phase? "before_send"|"after_send" of an exchange that failed
---@field attempts? integer that were made before the exchange was given up
---@field retry_after? number seconds that the server asks for
---@field busy_until? number time of day until which a worker may be at it
---@field correlation_id? string by which the provider finds the call
---@field idempotency_key? string by which the provider recognises a repetition
---@field body? string of the answer to `client:request`
---@field report? table of a flow: what happened to each item
---@field entry? luapay.JournalEntry of a journal, or of a flow

---@alias luapay.FaultKind
---| "argument" # refused here, nothing was sent
---| "auth" # not logged in, or not let in
---| "permission" # logged in, but not allowed to
---| "not_found" # there is no such thing
---| "conflict" # not in this state, or not twice
---| "refused" # refused for another reason
---| "rate_limited" # too many calls
---| "redirect" # an answer that points elsewhere is not followed
---| "server" # the server failed
---| "timeout" # no answer in time
---| "transport" # the connection could not be made, or died
---| "decode" # an answer that cannot be read
---| "callback" # what a provider sent was refused, or not handled
---| "journal" # an entry may not be begun, or could not be written
---| "handler" # a function of yours has raised, or said no
---| "incomplete" # of a flow: a part of it certainly failed
---| "unsettled" # of a flow: a person has to look at it

--- What is to be sent. Other keys are none of a transport's business.
---@class luapay.Request
---@field method string
---@field url string
---@field headers table<string, string>
---@field body? string
---@field timings? boolean the response is to have them, where that is known
--- By the transport's clock: the latest moment at which the first byte may be
--- sent. Later, the exchange fails "before_send".
---@field send_by? number
--- It moves money, and a repetition of it would, too: a connection that was
--- kept is used only when it is alive and silent for sure.
---@field once? boolean

---@class luapay.Response
---@field status integer
---@field headers table<string, string> lower-case names
---@field body string
---@field timings? luapay.Timings

--- Seconds since the exchange began, at the end of each step.
---@class luapay.Timings
---@field name_lookup number
---@field connect number
---@field tls number
---@field first_byte number
---@field total number

--- Why an exchange has no response.
---@class luapay.Failure
---@field kind "timeout"|"transport"
---@field phase "before_send"|"after_send" "before_send": no byte has left
---@field message string a sentence without secrets

--- A transport as a function of yours: (request, timeout) -> response, or
--- nil and a failure.
---@alias luapay.Exchange
---| async fun(r: luapay.Request, s: number): luapay.Response?, luapay.Failure?

--- Sends requests; `send` and `sleep` may yield.
---@class luapay.Transport
local Transport = {}

--- Sends one request, once.
---@async
---@param request luapay.Request
---@param timeout number seconds for all of it, connecting included
---@return luapay.Response? response
---@return luapay.Failure? failure
function Transport:send(request, timeout) end

---@async
---@param seconds number
function Transport:sleep(seconds) end

--- Seconds on a clock that never goes back.
---@return number
function Transport:now() end

function Transport:close() end

--- Of luapay.transport.curl, for a host with an event loop of its own: a list
--- of what to watch, `{ fd =, events = "r", "w" or "rw" }`.
---@return { fd: integer, events: string }[]
function Transport:fds() end

--- Of luapay.transport.curl: seconds until `step` is wanted although nothing
--- has happened to the `fds`, or nil.
---@return number?
function Transport:timeout() end

--- Of luapay.transport.curl: does what can be done without waiting.
function Transport:step() end

--- Of luapay.transport.curl and nginx: see luapay.TransportStats.
---@return luapay.TransportStats
function Transport:stats() end

--- What a transport has done since it was made. nginx does not say what is
--- optional here.
---@class luapay.TransportStats
---@field under_way? number exchanges, now
---@field opened number connections
---@field refused number connections that could not be opened
---@field kept? number connections that wait for their next use, now
---@field reused number times that one of those was used
---@field closed table<string, number> connections, by reason: see
--- doc/transports.md
---@field name_lookups? number
---@field handshakes number of TLS
---@field resumed? number of those, resumptions of an earlier session
---@field bytes_in number of answers, without TLS
---@field bytes_out number of requests, without TLS

--- Optional: does work that goes on when the caller's request is gone.
---@param work async fun()
---@return boolean? begun nil: not now; the caller does it itself
function Transport:apart(work) end

--- What every client has beside the methods of its API.
---@class luapay.Client
local Client = {}

--- Checks the arguments of a call as the call would, and sends nothing.
---@param name string of the method
---@param args table
---@return true? good
---@return luapay.Fault? fault of kind "argument"
function Client:check(name, args) end

--- Sends a request that the tables do not know, once, signed.
---@async
---@param given luapay.RawRequest
---@return luapay.RawResponse? response
---@return luapay.Fault? fault
function Client:request(given) end

--- An endpoint as a table.
---@param name string of the method
---@return luapay.Endpoint
function Client:describe(name) end

--- What to pass to a method and what comes back, as text.
---@param name? string of the method; all of them if left out
---@return string
function Client:help(name) end

---@return luapay.Transport
function Client:transport() end

--- A page of a list: it also has `items()`, all its elements, and `next()`,
--- the next page, or nil behind the last one.
---@class luapay.Page
---@field number integer of this page

---@class luapay.RawRequest
---@field method string
---@field path string below the host, with what stands in front of /api
---@field query? table<string, string|number>
---@field headers? table<string, string>
---@field body? string|table a table is sent as JSON
---@field host? integer position among the API's hosts, 1
---@field timeout? number seconds

---@class luapay.RawResponse
---@field status integer
---@field headers table<string, string>
---@field body string
---@field answer? any the body, decoded, if it is JSON

--- An endpoint's row: luapay.endpoints(), client:describe "name".
---@class luapay.Endpoint
---@field api string
---@field name string
---@field title? string the provider's heading
---@field method string
---@field path string with {name} for each argument in it
---@field host integer position among the API's hosts
---@field doc string
---@field body? "form"|"multipart"|"json"
---@field answer "object"|"list"|"nothing"|"bytes"|"either"
---@field root? string where the result may be wrapped
---@field repeat "once"|"read"|"safe"|"keyed" what sending it twice would do
---@field safe_to_repeat boolean
---@field open? boolean needs no authentication
---@field test_only? boolean it is in the test environment only
---@field success integer[] statuses; empty: any 2xx
---@field params luapay.Field[]
---@field result luapay.Field[]
---@field rules { field: string, within: string?, says: string }[]
---@field refusals luapay.Refusal[]

---@class luapay.Field
---@field name string
---@field type luapay.FieldType
---@field doc? string
---@field alias? string the right spelling of a misspelt name
---@field json_name? string in a JSON body, where it differs
---@field location? "body"|"path"|"query"|"header"|"whole"
---@field format? string
---@field style? "one_zero"|"joined"|"json"
---@field separator? string of a joined list
---@field unit? "decimal"|"minor"|"text"|"cents" of money
---@field currency? string the field with the currency of the money
---@field digits? integer most decimals
---@field min? number of a value, a length, a count
---@field max? number
---@field choices? string[]
---@field preset? string what is sent when it is left out
---@field required? boolean
---@field nullable? boolean
---@field secret? boolean
---@field signed? boolean
---@field client? boolean it may be set once, on the client
---@field signature? boolean the authentication fills it in
---@field key? boolean it is the idempotency key
---@field lines? boolean
---@field sent_empty? boolean
---@field trim? boolean
---@field fields? luapay.Field[]
---@field element? luapay.Field of a list of plain values

---@alias luapay.FieldType
---| "string"
---| "integer"
---| "number"
---| "money"
---| "boolean"
---| "id"
---| "object"
---| "list"
---| "any"

---@class luapay.Refusal
---@field status integer
---@field code? string
---@field kind luapay.FaultKind
---@field doc? string
