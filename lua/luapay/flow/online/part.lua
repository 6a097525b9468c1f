-- part.lua - captures, cancellations and refunds of a reserved payment, in
-- parts: MobilePay hears what your acquirer has done. The check of the sum
-- and the entry are one transaction: of two parts that do not both fit,
-- exactly one passes.

local act = require "luapay.flow.kit.act"
local core = require "luapay.core"
local decimal = require "luapay.decimal"
local kit = require "luapay.flow.kit"
local step = require "luapay.flow.kit.step"

local parts = {}

local add, compare, sub = decimal.add, decimal.compare, decimal.sub
local OPEN = kit.money.OPEN

local VERBS = {
  capture = { key = "captureIdentifier", id = "captureId" },
  cancel = { key = "cancelIdentifier", id = "cancelId" },
  refund = { key = "refundIdentifier", id = "refundId" },
}

local EFFECTS = { capture = "moves", cancel = "releases", refund = "returns" }

local ADVICE = "MobilePay refuses what your acquirer has done. Reverse it at "
  .. "the acquirer, or repeat it with what MobilePay takes; then call "
  .. "accept(reference, { who, why })."

--- The specs of the steps.
parts.steps = {}
for verb, names in pairs(VERBS) do
  parts.steps[verb] = {
    effect = EFFECTS[verb],
    horizon = false,
    repeats = true, -- by its identifier
    refused = true,
    keep = function(_, result)
      return { state = "done", provider_id = result[names.id] }
    end,
    advice = { refused = ADVICE },
  }
end

-- What of a payment was captured, cancelled and refunded. What may have come
-- about counts, until it is known that it did not.
local function sums_of(item)
  local sums = { capture = "0", cancel = "0", refund = "0", captured = "0" }
  for _, entry in ipairs(item.entries) do
    local verb = entry.step:match "^(%l+):"
    if VERBS[verb] and (OPEN[entry.state] or entry.state == "done") then
      sums[verb] = add(sums[verb], entry.amount)
      if verb == "capture" and entry.state == "done" then
        sums.captured = add(sums.captured, entry.amount)
      end
    end
  end
  return sums
end

local function left(main, sums, verb)
  if verb == "refund" then return sub(sums.captured, sums.refund) end
  return sub(sub(main.amount, sums.capture), sums.cancel)
end

local function refuse(flow, field, message)
  return step.fault(flow, {
    kind = "argument",
    field = field,
    message = message,
  })
end

local function not_reserved(flow, item, main)
  local open = OPEN[main.state]
  local word = main.status or main.state
  return step.fault(flow, {
    kind = open and "unsettled" or "incomplete",
    code = open and (main.state == "parked" and "parked" or "unknown")
      or word:lower(),
    outcome = open and "unknown" or "failed",
    message = ("%s is %s, not reserved"):format(item.reference, word),
  })
end

-- Whether anything is reserved still, a person is to find out.
local function has_expired(flow, item)
  return step.fault(flow, {
    kind = "unsettled",
    code = "parked",
    outcome = "unknown",
    message = item.reference
      .. " has expired, says MobilePay: a person must settle that first",
  })
end

local TOO_MUCH = "%s is more than what is left to %s: %s"

-- Decides in the transaction that writes it down. Pure.
local function guard_of(verb, amount)
  return function(flow, item, want)
    local main, sums = step.main(item), sums_of(item)
    local reserved = main.state == "pending" and main.status == "Reserved"
    -- what was captured can be given back also when the rest has expired
    local captured = verb == "refund" and compare(sums.captured, "0") > 0
    if not (reserved or captured) then
      return not_reserved(flow, item, main)
    end
    local expiry = step.find(item, "expiry")
    if expiry and expiry.state == "parked" and verb ~= "refund" then
      return has_expired(flow, item)
    end
    local rest = left(main, sums, verb)
    local wanted = amount == "all" and rest or amount
    if compare(rest, "0") <= 0 then
      return refuse(flow, "amount", "nothing is left to " .. verb)
    elseif compare(wanted, rest) > 0 then
      return refuse(flow, "amount", TOO_MUCH:format(wanted, verb, rest))
    end
    want.amount = wanted
    want.details.args.amount = core.money(wanted, main.currency).minor
  end
end

-- An amount of the payment's currency, "all", or why not.
local function amount_of(given, currency)
  if given == "all" then return "all" end
  local text, problem = kit.items.amount(given, currency)
  if not text then return nil, problem .. ', or "all"' end
  local money, why = core.money(text, currency)
  if not money then return nil, why.message end
  if money.minor <= 0 then return nil, "must be above 0" end
  return money.decimal
end

local RULES = {
  id = { type = "string", required = true },
  amount = { type = "any", required = true },
}

--- Takes a part: see online_payment.lua. Safe to repeat with the same id.
---@async
---@param flow table
---@param verb "capture"|"cancel"|"refund"
---@param reference string
---@param given { id: string, amount: string|luapay.Money|"all" }
---@return luapay.FlowItem? item
---@return luapay.Fault? fault
function parts.take(flow, verb, reference, given)
  kit.check_reference(flow, verb, reference)
  given = kit.check(flow, verb, given, RULES)
  if not given.id:find "^[%w%-_.]+$" or #given.id > 60 then
    return nil,
      refuse(flow, "id", "expected at most 60 letters, digits, - _ and .")
  end
  local record, err = step.stored(flow, reference)
  if not record then return nil, err end
  local main = step.main(record)
  local amount, problem = amount_of(given.amount, main.currency)
  if not amount then return nil, refuse(flow, "amount", problem) end
  local method = main.details.sort == "charge" and verb .. "_mit_payment"
    or verb .. "_payment"
  return act.take(flow, reference, {
    step = ("%s:%s"):format(verb, given.id),
    run = record.run,
    endpoint = method,
    fingerprint = step.print { verb, amount },
    currency = main.currency,
    details = {
      args = {
        paymentId = main.provider_id,
        timestamp = os.date(
          "!%Y-%m-%dT%H:%M:%SZ",
          math.floor(flow.journal:now())
        ),
        [VERBS[verb].key] = reference .. "/" .. given.id,
      },
    },
    guard = guard_of(verb, amount),
  }, function(_, entry)
    return entry ~= nil and entry.state == "done"
  end)
end

--- The parts of a payment, for its item.
---@param record table
---@return table[]
function parts.list(record)
  local list = {}
  for _, entry in ipairs(record.entries) do
    local verb, id = entry.step:match "^(%l+):(.+)$"
    if VERBS[verb] then
      list[#list + 1] = {
        verb = verb,
        id = id,
        amount = entry.amount,
        state = entry.state,
        provider_id = entry.provider_id,
      }
    end
  end
  return list
end

return parts
