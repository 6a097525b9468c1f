-- acquirer.lua - what an acquirer says, checked, and as MobilePay hears it.
-- The acquirer is functions of the user's: whatever they return or raise,
-- this is what becomes of it. Nothing here is written down.

local core = require "luapay.core"
local guard = require "luapay.guard"
local task = require "luapay.task"

local acquirer = {}

--- The rules of the option `acquirer`, by the functions that a flow needs.
---@param needed table<string, boolean>
---@param given table
---@param what string for messages
function acquirer.check(needed, given, what)
  local known = {
    authorise = true,
    charge = true,
    look_up = true,
    release = true,
    new_card = true,
  }
  for name, value in pairs(given) do
    if not known[name] then
      error(("%s: acquirer: no such function: %s"):format(what, name), 5)
    elseif type(value) ~= "function" then
      error(("%s: acquirer.%s: expected a function"):format(what, name), 5)
    end
  end
  for name in pairs(needed) do
    if not given[name] then
      error(("%s: acquirer.%s is required"):format(what, name), 5)
    end
  end
end

-- Codes that MobilePay knows; see doc/mobilepay_online.md.
local CODES = {
  [1000] = true,
  [1001] = true,
  [1003] = true,
  [1004] = true,
  [1005] = true,
  [1006] = true,
  [1007] = true,
  [1008] = true,
  [1009] = true,
  [1010] = true,
  [2000] = true,
  [2001] = true,
  [2002] = true,
  [3000] = true,
}

local IDS =
  { "acquirerVatNumber", "acquirerMerchantId", "acquirerPaymentReference" }

local REFUSED, TEMPORARY, TIMEOUT, SOFT = 2000, 2002, 3000, 1008
local BY_ISSUER = 2000 -- codes below need all of the acquirer's ids

-- A text that can be sent, of what the user's function has given; else nil.
local function text_of(value)
  if type(value) == "number" then return ("%.14g"):format(value) end
  if type(value) ~= "string" or value == "" then return nil end
  if value:find "%c" or not core.encode { value } then return nil end
  return value
end

-- Whether all of them are there.
local function add_ids(verdict, into)
  local all = true
  for _, name in ipairs(IDS) do
    into[name] = text_of(verdict[name])
    all = all and into[name] ~= nil
  end
  return into, all
end

-- MobilePay takes no report that lacks something: rather less is said than
-- nothing.
local function refused(verdict)
  local url = text_of(verdict.threeDSecureUrl)
  if url and not url:find "^https://[^%s/]" then url = nil end
  local report, named = add_ids(verdict, {
    succeeded = false,
    reasonMessage = text_of(verdict.reasonMessage) or "refused",
  })
  local code = tonumber(verdict.reasonCode)
  if url then code = SOFT end
  if code == SOFT and not url then code = nil end
  if not CODES[code] or code < BY_ISSUER and not named then code = REFUSED end
  report.reasonCode = code
  report.threeDSecureUrl = code == SOFT and url or nil
  return report
end

--- What MobilePay is to hear; nil when the acquirer has not said what
--- happened: the money may be reserved there.
---@param verdict any what the user's function has returned
---@return table? report
function acquirer.read(verdict)
  if type(verdict) ~= "table" then return nil end
  if verdict.approved == true then
    return (add_ids(verdict, { succeeded = true }))
  elseif verdict.approved == false or verdict.threeDSecureUrl then
    return refused(verdict)
  end
end

-- Codes that are those of a customer who is there.
local PRESENT = { [1009] = true, [1010] = true }

--- Makes a report of a charge of it, without a customer: changes it.
---@param report table
function acquirer.of_charge(report)
  report.threeDSecureUrl = nil
  if PRESENT[report.reasonCode] then report.reasonCode = REFUSED end
end

--- MobilePay must hear something in time, when nothing is known.
function acquirer.unknown()
  return {
    succeeded = false,
    reasonCode = TEMPORARY,
    reasonMessage = "the acquirer has not answered",
  }
end

--- Another attempt has the payment.
function acquirer.taken()
  return {
    succeeded = false,
    reasonCode = TEMPORARY,
    reasonMessage = "another attempt is under way",
  }
end

--- The card came too late to be authorised in time.
function acquirer.late()
  return {
    succeeded = false,
    reasonCode = TIMEOUT,
    reasonMessage = "too late to authorise",
  }
end

--- A report in a word.
function acquirer.word(report)
  if report.succeeded then return "Approved" end
  return report.threeDSecureUrl and "Challenged" or "Declined"
end

--- What the acquirer's functions get of a payment.
---@param main luapay.JournalEntry
---@param attempt string
---@return table
function acquirer.payment(main, attempt)
  return {
    reference = main.reference,
    paymentId = main.provider_id,
    authorizationAttemptId = attempt,
    amount = main.amount,
    currency = main.currency,
  }
end

--- Asks one of its functions; what it raises is no answer.
---@async
---@return table? report
function acquirer.ask(fn, payment, card)
  if not fn then return nil end
  local good, verdict = task.call_host(guard.call, fn, payment, card)
  return good and acquirer.read(verdict) or nil
end

--- Lets go of an authorisation that is not to be used.
---@async
---@return boolean released
function acquirer.release(functions, payment)
  if not functions.release then return false end
  local good, done = task.call_host(guard.call, functions.release, payment)
  return good and done == true
end

return acquirer
