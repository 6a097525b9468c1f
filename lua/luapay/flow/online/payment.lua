-- payment.lua - what the flows over MobilePay Online share: the fields of a
-- payment, its words, and what is done with one.

local act = require "luapay.flow.kit.act"
local acquirer = require "luapay.flow.online.acquirer"
local attempts = require "luapay.flow.online.attempt"
local core = require "luapay.core"
local kit = require "luapay.flow.kit"
local parts = require "luapay.flow.online.part"
local step = require "luapay.flow.kit.step"

local payment = {}

--- Arguments of the calls that make a payment.
payment.FIELDS = {
  amount = "money",
  currencyCode = "string",
  merchantId = "string",
  merchantName = "string",
  merchantLogoUrl = "string",
  merchantUrl = "string",
  merchantOrderId = "string",
  pspReferenceId = "string",
  publicKeyId = "number",
  allowedCardTypes = "table",
  redirectFromMobilePayUrl = "string",
  failedPaymentCallbackUrl = "any",
  isCheckout = "boolean",
  addressCallbackUrl = "any",
  deliveryAddressAllowed = "any",
  deliveryAddressDisallowedReasonCode = "any",
  deliveryLimitedTo = "any",
  validUntil = "any",
  autoCapture = "boolean",
  preferVisaPartOfVisaDankort = "boolean",
  customerLanguageCode = "any",
  minimumMobilePayUserAge = "any",
  isAccountVerification = "boolean",
  last4 = "string",
}

payment.SECRETS = { "last4" }

payment.UNCOMPARED = {
  "allowedCardTypes",
  "failedPaymentCallbackUrl",
  "addressCallbackUrl",
  "merchantLogoUrl",
  "merchantUrl",
  "redirectFromMobilePayUrl",
  "validUntil",
  "publicKeyId",
  "last4",
}

--- The options of both flows.
payment.OPTIONS = {
  acquirer = { type = "table", required = true },
  window = { type = "number", positive = true, default = 20 },
  later = { type = "function" },
  patience = { type = "number", positive = true, default = 2100 },
}

--- Checks an acquirer, and adds what is made of the options.
---@param flow table
---@param what string
---@param needed table<string, boolean>
function payment.make(flow, what, needed)
  acquirer.check(needed, flow.acquirer, what)
  flow.later = flow.later or attempts.later
end

--- What an item asks for: see kit.
---@param item table its amount is decimal text
---@param endpoint string
---@param args table what goes to the call beside the item's own fields
---@return table? want
---@return string? field
---@return string? message
function payment.want(item, endpoint, args)
  if item.amount == nil then return nil, "amount", "is required" end
  local currency = item.currencyCode
  if type(currency) ~= "string" then
    return nil, "currencyCode", "is required"
  end
  local money, err = core.money(item.amount, currency)
  if not money then return nil, "amount", err.message end
  if money.minor <= 0 then return nil, "amount", "must be above 0" end
  for name in pairs(payment.FIELDS) do
    if args[name] == nil then args[name] = item[name] end
  end
  args.amount = money.minor
  args.pspReferenceId = item.pspReferenceId or item.reference
  return {
    endpoint = endpoint,
    amount = money.decimal,
    currency = money.currency,
    external_id = args.pspReferenceId,
    unique = args.pspReferenceId,
    args = args,
  }
end

local LATE = { person = "late" }

--- The spec of the step that makes a payment. MobilePay Online has no word
--- that could be asked for: these are luapay's.
payment.INITIATE = {
  effect = "asks",
  horizon = false,
  found = "pending",
  words = {
    Initiated = "pending",
    Reserved = "pending",
    Declined = "closed",
    Expired = "closed",
    Failed = "closed",
    Invalidated = "closed",
  },
  ranks = { Initiated = 1, Reserved = 2 },
  turns = { ["closed>done"] = LATE },
  args = function(_, entry, secret)
    return secret or entry.details.args
  end,
  keep = function(_, result)
    return {
      provider_id = result.paymentId,
      status = "Initiated",
      keep = {
        redirect = result.redirectToMobilePayUrl,
        redirect_app = result.redirectToMobilePayAppUrl,
      },
    }
  end,
  advice = {
    lost = "Look for this pspReferenceId at MobilePay. If the payment is "
      .. "there, call found(reference, { provider_id = its id }); if not, "
      .. "absent(reference): then it may be made again.",
  },
}

-- ---- ending what nobody has paid yet

local SUCCEEDED, NOT_YET = "2100", "2101"

local function end_main(flow, item, entry, told, now)
  if entry.state ~= "done" or told.state and told.state ~= "done" then
    return
  end
  local main = step.main(item)
  if main.state ~= "pending" then return end
  step.learn(flow, item, main, { status = "Invalidated", read = true }, now)
  attempts.end_reports(item)
end

-- That an attempt has succeeded is no refusal: the payment is reserved.
local function not_ended(_, item, entry, err)
  if tostring(err.code) ~= SUCCEEDED or attempts.live(item) then return end
  item:set(entry, { state = "parked", outcome = { person = "reserved" } })
end

-- The same of a repetition: what an attempt has reserved was not ended before,
-- and cannot be now.
local function not_ended_again(item, entry, err)
  if tostring(err.code) ~= SUCCEEDED then return false end
  local reserved = attempts.live(item)
  item:set(entry, {
    state = reserved and "failed" or "parked",
    outcome = { person = not reserved and "reserved" or nil },
  })
  return true
end

payment.INVALIDATE = {
  effect = "releases",
  whole = true,
  horizon = false,
  repeats = true,
  after = end_main,
  after_failure = not_ended,
  refused_again = not_ended_again,
  advice = {
    reserved = "MobilePay says that an attempt has succeeded, and no "
      .. "acquirer has said so. Ask the acquirer, and release the "
      .. "reservation there; then call absent(reference, { step = "
      .. '"invalidate" }).',
  },
}

--- Specs of all steps behind the making of a payment.
payment.steps = { invalidate = payment.INVALIDATE }
for _, list in ipairs { attempts.steps, parts.steps } do
  for name, spec in pairs(list) do
    payment.steps[name] = spec
  end
end

local function guard(flow, item)
  local main = step.main(item)
  local free = main.state == "pending" and main.status ~= "Reserved"
  if free and not attempts.live(item) then return nil end
  local word = main.status or main.state
  local other = attempts.live(item)
  local open = kit.money.OPEN[main.state] and main
    or other and kit.money.OPEN[other.state] and other
  return step.fault(flow, {
    kind = open and "unsettled" or "incomplete",
    code = open and (open.state == "parked" and "parked" or "unknown")
      or word:lower(),
    outcome = "unknown",
    message = ("%s is %s: an attempt may have reserved it"):format(
      item.reference,
      word
    ),
  })
end

local function invalidate(flow, reference)
  local record, err = step.stored(flow, reference)
  if not record then return nil, err end
  local main = step.main(record)
  local item = kit.report.item(flow, record)
  if main.details.sort == "agree" then
    return nil,
      step.fault(flow, {
        kind = "argument",
        field = "reference",
        message = "is an agreement: terminate it",
      })
  end
  if main.state == "closed" then return item end
  local done, why = act.take(flow, reference, {
    step = "invalidate",
    run = record.run,
    endpoint = "invalidate_payment",
    fingerprint = step.print { main.provider_id },
    amount = main.amount,
    currency = main.currency,
    details = { args = { paymentId = main.provider_id } },
    guard = guard,
  }, function(now)
    return now.state == "closed"
  end)
  if why and tostring(why.code) == NOT_YET then
    why.outcome = "unknown" -- an attempt is under way
  end
  return done, why
end

-- ---- verbs of both flows

payment.verbs = {}

--- Tells MobilePay that your acquirer has captured a part. Never more than
--- is reserved, whoever else is at it. Safe to repeat with the same `id`.
---@async
---@param reference string
---@param part { id: string, amount: string|luapay.Money|"all" } `id` names
--- the part; "all" is what is left when it is written down
---@return luapay.FlowItem? item its `parts` has the part
---@return luapay.Fault? fault "argument": it is too much, nothing was sent;
--- "incomplete": it is not reserved, or MobilePay refused; "unsettled":
--- recover settles it
function payment.verbs:capture(reference, part)
  return parts.take(self, "capture", reference, part)
end

--- Tells MobilePay that your acquirer has released a part, or the rest: see
--- `capture`. Without a part: ends a payment that nobody has paid yet.
---@async
---@param reference string
---@param part? { id: string, amount: string|luapay.Money|"all" }
---@return luapay.FlowItem? item
---@return luapay.Fault? fault
function payment.verbs:cancel(reference, part)
  kit.check_reference(self, "cancel", reference)
  if part == nil then return invalidate(self, reference) end
  return parts.take(self, "cancel", reference, part)
end

--- Tells MobilePay that your acquirer has refunded a part: see `capture`.
--- Never more than was captured.
---@async
---@param reference string
---@param part { id: string, amount: string|luapay.Money|"all" }
---@return luapay.FlowItem? item
---@return luapay.Fault? fault
function payment.verbs:refund(reference, part)
  return parts.take(self, "refund", reference, part)
end

--- After a challenge (3-D Secure) of an attempt: `authorise(payment)`
--- authorises at the acquirer, once, and MobilePay hears of it.
---@async
---@param reference string
---@param given { attempt: string, authorise: fun(payment: table): table }
---@return luapay.FlowItem? item it is reserved
---@return luapay.Fault? fault
function payment.verbs:challenged(reference, given)
  kit.check_reference(self, "challenged", reference)
  given = kit.check(self, "challenged", given, {
    attempt = { type = "string", required = true },
    authorise = { type = "function", required = true },
  })
  local record, err = step.stored(self, reference)
  if not record then return nil, err end
  local attempt = step.find(record, "attempt:" .. given.attempt)
  if not attempt or attempt.status ~= "Challenged" then
    return nil,
      step.fault(self, {
        kind = "argument",
        field = "attempt",
        message = "is not one that was challenged",
      })
  end
  local now, why = attempts.take(
    self,
    record,
    "challenge",
    given.attempt,
    { fn = given.authorise }
  )
  local item = kit.report.item(self, now, why)
  if item.provider_status == "Reserved" then return item end
  local no = kit.report.fault_of(self, item)
  if no.kind == "timeout" then
    no.kind, no.code = "incomplete", "declined"
  end
  return nil, no
end

--- What the item of a payment has beside what all have.
function payment.view(item, main, record)
  local outcome = main.outcome or {}
  item.redirect, item.redirect_app = outcome.redirect, outcome.redirect_app
  item.parts = parts.list(record)
end

--- Whether what a payment waits for has come about.
function payment.is_reserved(item)
  return item.provider_status == "Reserved" and not kit.money.OPEN[item.state]
    or item.money == "moved"
    or item.money == "returned"
end

local function words_of(_, event)
  return { status = event.status, reason = event.text }
end

--- The rules of the events of payments.
payment.events = {
  card = { id = "paymentId", told = words_of, act = attempts.on_card },
  token = { id = "paymentId", told = words_of, act = attempts.on_card },
  failed_payment = {
    id = "paymentId",
    told = words_of,
    act = attempts.on_expiry,
  },
}

return payment
