---@meta
-- The types of luapay.callback.

--- A request as a web server has it. Names of headers in any case; a value
--- may be a list where a header came several times.
---@class luapay.callback.Request
---@field method string
---@field path? string without the query
---@field query? string|table<string, string|string[]|boolean>
---@field url? string instead of path and query
---@field headers? table<string, string|string[]>
---@field body? string
---@field too_long? boolean the body was not read, as it is too long
---@field client_verify? string nginx's $ssl_client_verify
---@field client_name? string nginx's $ssl_client_s_dn: "CN=name,O=..."

---@class luapay.callback.Reply
---@field status integer
---@field headers table<string, string> lower-case names
---@field body string

--- Why a request is refused; nothing of what was sent is in it.
---@class luapay.callback.Refusal
---@field status integer of the reply
---@field code string the check that failed
---@field message string
---@field headers? table<string, string>
---@field fault? luapay.Fault

--- What a provider tells. Beside these it has the provider's ids by their
--- wire names: see doc/callbacks.md.
---@class luapay.callback.Event
---@field api string "mobilepay_subscriptions"
---@field kind luapay.callback.Kind
---@field id? string by which it is known when it comes again
---@field object string what it is about: "mobip:link:TR1"
---@field status? string in one spelling: Accepted, Canceled
---@field status_code? integer
---@field text? string the provider's words, or what the code means
---@field final boolean whether this is the end
---@field whose "nobody"|"user"|"merchant"|"provider"|"unknown" doing it is
---@field time number when it came, seconds since 1970
---@field verified boolean whether its sender is known
---@field rank? integer of its status
---@field stale? boolean it came late: what is known is ahead of it
---@field known? string the status that is ahead of a stale one
---@field contradicts? string another end, which came before this one
---@field raw? table what was sent, with cards and tokens hidden
---@field amount? string exact decimal text: "12.50"
---@field currency? string
---@field card? luapay.callback.Card
---@field token? luapay.callback.Hidden what `tokenData` holds
---@field encrypted? luapay.callback.Hidden the card as it came: base64
---@field [string] any

---@alias luapay.callback.Kind
---| "payment" # Subscriptions
---| "one_off_payment" # Subscriptions
---| "agreement" # Subscriptions, Online
---| "refund" # Subscriptions
---| "card" # Online: an encrypted card for a payment
---| "token" # Online: a network's token for a payment
---| "card_update" # Online: another card for an agreement
---| "address" # Online: of a checkout
---| "failed_payment" # Online
---| "link" # Mobip
---| "buy" # Infobip

--- Handles an event: true when that is done and durable, and maybe what the
--- reply shall have; false and a fault when it cannot be done now (503).
---@alias luapay.callback.Handler async fun(event: luapay.callback.Event): boolean?, table|luapay.Fault|nil

--- A store of what was seen: see luapay.callback.seen.
---@class luapay.callback.Seen
local Seen = {}

--- True for the first call with a key, then false; atomic.
---@async
---@param key string
---@param seconds number how long to remember it
---@return boolean? first
---@return luapay.Fault? fault
function Seen:first(key, seconds) end

--- Whether `first` was called with a key.
---@async
---@param key string
---@return boolean? has
---@return luapay.Fault? fault
function Seen:has(key) end

--- A true value for one caller, false for the others, until it is released
--- or the time is over; atomic.
---@async
---@param key string
---@param seconds number
---@return any mine
---@return luapay.Fault? fault
function Seen:claim(key, seconds) end

--- Ends a claim, but not that of somebody who came after its time was over.
---@async
---@param key string
---@param mine any what `claim` has returned
function Seen:release(key, mine) end

--- Moves a thing to a state, unless it is ahead of that.
---@async
---@param key string
---@param rank integer
---@param state string
---@param is_final boolean
---@param seconds number how long to remember it
---@return boolean? moved
---@return string|luapay.Fault|nil known the state that stays
---@return integer? rank of the state that stays
function Seen:advance(key, rank, state, is_final, seconds) end

--- What every receiver takes.
---@class luapay.callback.Options
--- Stores which events have been handled: a store, or a journal. `false`:
--- every event is given each time; the handler knows repeats by `event.id`.
---@field seen luapay.callback.Seen|luapay.Journal|false
--- Told one line for each request that is refused, and for what is odd;
--- `ngx.log` inside nginx unless said otherwise, else nobody.
---@field log? fun(line: string)
--- Told the events that came late, instead of the handler; true when that
--- is done.
---@field on_stale? fun(event: luapay.callback.Event): boolean?
--- Told what a handler has raised.
---@field on_error? fun(err: any, event: luapay.callback.Event)
--- Bytes of a body; 1048576.
---@field max_body? integer
--- Seconds to remember what was seen; a week.
---@field keep? number
--- Seconds that a handler may take; 60.
---@field lease? number
---@field concurrency? integer events of a list that are handled side by side
--- Seconds since 1970; `os.time`.
---@field clock? fun(): number

---@class luapay.callback.SubscriptionsOptions : luapay.callback.Options
---@field basic? { user_name: string, password: string }
---@field api_key? string the whole Authorization header
---@field oauth2? luapay.callback.Oauth2Options
--- Nobody is asked who calls: for a URL that only MobilePay knows. Its
--- events have `verified = false`.
---@field anonymous? boolean

---@class luapay.callback.Oauth2Options
---@field client_id string
---@field client_secret string
--- The path of the token endpoint; unless said otherwise every request with
--- a form asks for a token.
---@field token_path? string
--- Seconds that a token lives; 3600.
---@field lifetime? number
--- Named with the token.
---@field scope? string

---@class luapay.callback.OnlineOptions : luapay.callback.Options
--- The common name of MobilePay's client certificate, or a list of names.
--- `false`: nobody is asked who calls.
---@field client_name string|string[]|false
--- Your private keys by the number that MobilePay gave each: PEM, or keys of
--- `luapay.crypto`. Without them cards stay encrypted.
---@field keys? table<integer, string|userdata>

---@class luapay.callback.MobipOptions : luapay.callback.Options
--- Asked how a transaction stands.
---@field client luapay.Mobip
--- The trid of a transaction, from your own reference in `hint.path`,
--- `hint.track_id` or `hint.fields`; nil when there is none.
---@field find async fun(hint: luapay.callback.Hint): string?

--- What a call back says, which may be anybody's.
---@class luapay.callback.Hint
---@field resp_code string
---@field track_id? string
---@field path? string
---@field fields table<string, string> of query and form, lower-case names

---@class luapay.callback.InfobipOptions : luapay.callback.Options
--- The name of the field with the account; "ChID", in any case.
---@field parameter? string

---@class luapay.callback.Receiver
---@field api string
local Receiver = {}

--- Checks a request; gives what it tells and was not told before, and marks
--- it as seen.
---@async
---@param request luapay.callback.Request
---@return luapay.callback.Reply reply
---@return luapay.callback.Event[] events
---@return luapay.Fault? problem of kind "callback"
function Receiver:receive(request) end

--- Checks a request; calls `fn` for what it tells and was not handled
--- before, and marks it as seen when `fn` has returned true.
---@async
---@param request luapay.callback.Request
---@param fn async fun(event: luapay.callback.Event): boolean?, table?
---@return luapay.callback.Reply reply
---@return luapay.callback.Event[] events those that were handled now
---@return luapay.Fault? problem of kind "callback"
function Receiver:handle(request, fn) end

--- In nginx's content_by_lua: handles the request that is there.
---@async
---@param fn async fun(event: luapay.callback.Event): boolean?, table?
function Receiver:nginx(fn) end

--- A value that does not print.
---@class luapay.callback.Hidden
local Hidden = {}

--- The value; raises when it was wiped.
---@return any
function Hidden:open() end

--- Moves it into an object that outlives the handler; wipe that one.
---@return luapay.callback.Hidden
function Hidden:take() end

---@return boolean
function Hidden:is_wiped() end

function Hidden:wipe() end

--- A decrypted card that does not print.
---@class luapay.callback.Card
local Card = {}

--- Its numbers, digit for digit, as text that Lua cannot wipe.
---@return luapay.callback.CardNumbers
function Card:open() end

--- The last four digits.
---@return string
function Card:last4() end

--- Moves it into an object that outlives the handler; wipe that one.
---@return luapay.callback.Card
function Card:take() end

---@return boolean
function Card:is_wiped() end

function Card:wipe() end

---@class luapay.callback.CardNumbers
---@field cardNumber string
---@field expiryMonth string
---@field expiryYear string
---@field timestampticks string

--- Makes callbacks of MobilePay Subscriptions: what is given is put over
--- what is usual, `false` leaves a name out.
---@class luapay.callback.SubscriptionsMaker
---@field payment fun(self, given: table?): luapay.callback.Request
---@field one_off_payment fun(self, given: table?): luapay.callback.Request
---@field payments fun(self, list: table[]): luapay.callback.Request
---@field agreement fun(self, given: table?): luapay.callback.Request
---@field refund fun(self, given: table?): luapay.callback.Request
---@field token_request fun(self): luapay.callback.Request

--- Makes callbacks of MobilePay Online; `card` among what is given changes
--- the numbers of a card.
---@class luapay.callback.OnlineMaker
---@field card fun(self, given: table?): luapay.callback.Request
---@field token fun(self, given: table?): luapay.callback.Request
---@field card_update fun(self, given: table?): luapay.callback.Request
---@field address fun(self, given: table?): luapay.callback.Request
---@field failed_payment fun(self, given: table?): luapay.callback.Request
---@field agreement fun(self, given: table?): luapay.callback.Request

--- `resp_code`, `track_id`, `path`.
---@class luapay.callback.MobipMaker
---@field link fun(self, given: table?): luapay.callback.Request

--- `ChID`, `path`.
---@class luapay.callback.InfobipMaker
---@field buy fun(self, given: table?): luapay.callback.Request
