-- What a pretend Infobip does when it is asked: (state, args, caller) ->
-- response. The state is opened by infobip.lua.

local currency = require "luapay.sandbox.currency"
local decimal = require "luapay.sandbox.decimal"
local say = require "luapay.sandbox.infobip_answers"

local calls = {}

-- A reseller without a list of accounts manages them all.
local function manages(state, reseller, key)
  if not state.ledger:account(key) then return false end
  if not reseller.accounts then return true end
  for _, managed in ipairs(reseller.accounts) do
    if managed == key then return true end
  end
  return false
end

--- Opens a session.
function calls.login(state, args)
  local options = state.options
  local reseller = state.resellers[args.username]
  if reseller and reseller.password == args.password then
    local token = state.sessions:start(args.username)
    return say.login(options, reseller.verified ~= false, token)
  elseif options.bad_login == "unverified" then
    return say.login(options, false, nil)
  end
  return say.no(401, "UNAUTHORIZED", "Invalid login details")
end

-- What is booked for an amount: exact product with the rate, rounded half
-- to even at the minor unit of the account's currency. A currency that does
-- not exist has no documented status: 400; one without a rate is a 404.
local function convert(state, amount, from, to)
  local places = currency.places(from)
  if not places then
    return nil, say.no(400, "SVC0002", "Invalid currency: %1", from)
  end
  if
    not decimal.fits(amount, places)
    and state.options.too_precise == "refuse"
  then
    return nil, say.no(400, "SVC0002", "Too many decimals: %1", "ammount")
  end
  local rate = from == to and "1" or state.options.rates[from .. "/" .. to]
  if not rate then
    return nil,
      say.no(404, "NOT_FOUND", "No exchange rate from %1 to %2", from, to)
  end
  return decimal.round(decimal.multiply(amount, rate), currency.places(to))
end

local function next_id(state)
  local id = state.next_id
  state.next_id = decimal.add(id, "1")
  return id
end

--- Books a credit. An account that does not exist is one that the
--- reseller may not manage:
--- who may not look shall not learn what is there.
function calls.add_funds(state, args, caller)
  if not manages(state, caller.reseller, args.accountKey) then
    return say.no(401, "UNAUTHORIZED", "You may not manage this account")
  end
  if not decimal.is(args.ammount) then
    return say.no(400, "SVC0002", "Not a valid number: %1", "ammount")
  end
  local to = state.ledger:account(args.accountKey).currency
  local from = args.currencycode or to
  local booked, refusal = convert(state, args.ammount, from, to)
  if not booked then return refusal end
  local row = state.ledger:book {
    kind = "credit",
    transactionId = next_id(state),
    account = args.accountKey,
    reseller = caller.name,
    amount = args.ammount,
    currency = from,
    booked = booked,
    description = args.description,
    time = state.clock:now(),
  }
  return say.transaction(state.options, row.transactionId)
end

--- Undoes what was booked, not what was asked: no second conversion.
function calls.rollback_transaction(state, args, caller)
  local row, reversed = state.ledger:find(args.transactionId)
  if not row then
    return say.no(404, "NOT_FOUND", "Transaction not found")
  elseif not manages(state, caller.reseller, row.account) then
    return say.no(403, "FORBIDDEN", "You cannot manage this transaction")
  elseif caller.reseller.may_rollback == false then
    return say.no(401, "UNAUTHORIZED", "You may not roll back")
  elseif reversed and state.options.rollback_twice == "refuse" then
    return say.no(404, "NOT_FOUND", "Transaction not found")
  end
  state.ledger:book {
    kind = "rollback",
    transactionId = next_id(state),
    reverses = row.transactionId,
    account = row.account,
    reseller = caller.name,
    amount = decimal.negate(row.amount),
    currency = row.currency,
    booked = decimal.negate(row.booked),
    note = args.note,
    time = state.clock:now(),
  }
  return say.rolled_back(state.options, row.amount, row.currency)
end

return calls
