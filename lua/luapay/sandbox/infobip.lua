-- A pretend Infobip: resellers top up the accounts that they manage and
-- roll transactions back. Where the provider's document is silent, the
-- choice is an option, named below with its reason.

local calls = require "luapay.sandbox.infobip_calls"
local ledger = require "luapay.sandbox.ledger"
local say = require "luapay.sandbox.infobip_answers"
local session = require "luapay.sandbox.session"

local infobip = { name = "infobip", secret = { password = true } }

infobip.defaults = {
  -- "other" is there so that a foreign account and transaction exist
  resellers = {
    reseller = {
      password = "secret",
      accounts = { "EUR-1", "USD-1", "DKK-1", "JPY-1" },
    },
    other = { password = "secret", accounts = { "EUR-2" } },
  },
  accounts = {
    ["EUR-1"] = { currency = "EUR", balance = "100.00" },
    ["USD-1"] = { currency = "USD", balance = "100.00" },
    ["DKK-1"] = { currency = "DKK", balance = "100.00" },
    ["JPY-1"] = { currency = "JPY", balance = "100" },
    ["EUR-2"] = { currency = "EUR", balance = "100.00" },
  },
  -- "from/to": what one unit of `from` is in `to`. No rate is made of
  -- others, not even an inverse: a quotient would not be exact.
  rates = {
    ["EUR/USD"] = "1.0850",
    ["USD/EUR"] = "0.9217",
    ["EUR/DKK"] = "7.4604",
    ["DKK/EUR"] = "0.1340",
    ["USD/DKK"] = "6.8760",
  },
  session_idle = 3600, -- seconds; the provider's successor has an hour
  login_shape = "nested", -- {"login":{...}}; "flat" as in the document
  verified_as = "boolean", -- or "text"
  bad_login = "401", -- or "unverified": 200, not verified, no cookie
  first_id = "1000001", -- of transactions; text, as it may be beyond 2^53
  id_as = "number", -- or "text"
  currency_as = "code", -- or "object", as the provider's balance has it
  too_precise = "refuse", -- 12.345 EUR; or "round" (half to even)
  rollback_twice = "refuse", -- 404: it is gone; or "reverse" once more
}

-- Accounts of one's own come with a reseller who manages them all.
local function resellers_of(options)
  if rawget(options, "accounts") and not rawget(options, "resellers") then
    return { reseller = { password = "secret" } }
  end
  return options.resellers
end

--- Opens the state of one pretend Infobip.
---@param options table
---@param clock table
---@param before? table the state before a reset
---@return table state
function infobip.open(options, clock, before)
  local sessions = session.new(clock, options.session_idle)
  -- a token of before must not come to life again
  if before then sessions.count = before.sessions.count end
  return {
    options = options,
    clock = clock,
    next_id = options.first_id,
    resellers = resellers_of(options),
    ledger = ledger.new(options.accounts),
    sessions = sessions,
  }
end

local function token_of(request)
  return (request.headers.authorization or ""):match("^IBSSO (%S+)$")
end

--- Who is calling? All but login need a session.
---@return table? caller name and reseller, or nil
---@return table? refusal
function infobip.admit(state, endpoint, request)
  if endpoint.public then return {} end
  local name = state.sessions:use(token_of(request))
  if not name then return nil, say.no(403, "SVC0003", "Not logged in") end
  return { name = name, reseller = state.resellers[name] }
end

--- Refuses what is no good request.
---@param problem table status, text, field
---@return table response
function infobip.problem(problem)
  return say.no(problem.status, "SVC0002", problem.text, problem.field)
end

--- Ends the session of a request.
function infobip.expire(state, request)
  state.sessions:stop(token_of(request))
end

-- What this provider has beside what all have.
infobip.methods = {}

--- All accounts by key: currency, opening, balance.
---@return table<string, table>
function infobip.methods:accounts()
  return self.state.ledger:accounts()
end

--- One account's balance, for example "112.50"; or nil.
---@param key string
---@return string?
function infobip.methods:balance(key)
  local account = self.state.ledger:account(key)
  return account and account.balance
end

infobip.endpoints = {
  {
    name = "login",
    public = true,
    run = calls.login,
    method = "POST",
    path = "/1/customerProfile/login",
    fields = {
      { name = "username", required = true },
      { name = "password", required = true },
    },
  },
  {
    name = "add_funds",
    run = calls.add_funds,
    method = "POST",
    path = "/1/customerProfile/payments/funds",
    fields = {
      { name = "accountKey", required = true },
      { name = "ammount", required = true, number = true },
      { name = "currencycode", json = "currencyCode" },
      { name = "description", required = true },
    },
  },
  {
    name = "rollback_transaction",
    run = calls.rollback_transaction,
    method = "POST",
    path = "/1/customerProfile/payments/rollbackTransaction",
    fields = {
      { name = "transactionId", required = true, number = true },
      { name = "note", required = true },
    },
  },
}

return infobip
