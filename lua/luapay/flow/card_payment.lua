-- card_payment.lua - makes a payment of MobilePay Online, and finds it in
-- the journal. What it is worth, and to whom, stands in its first entry.

local core = require "luapay.core"
local fault = require "luapay.fault"
local kinds = require "luapay.flow.card_kinds"
local step = require "luapay.flow.step"

local card_payment = {}

-- No card data, and nothing else that is secret, goes into the journal.
local SECRET = { last4 = true }

local ADVICE = "Look for this pspReferenceId at MobilePay. If the payment is "
  .. "there, resolve it as done with its id as provider_id; if not, as "
  .. "failed: then it may be made again."

local function kept_args(args)
  local kept = {}
  for name, value in pairs(args) do
    if not SECRET[name] then kept[name] = value end
  end
  return kept
end

--- A fault of these flows.
function card_payment.fault(flow, kind, message, more)
  local fields = more or {}
  fields.kind, fields.message = kind, message
  fields.endpoint = "flow." .. flow.name
  return nil, fault.new(fields)
end

--- What an answer to the making of a payment leaves in the journal.
function card_payment.keep(result)
  return {
    provider_id = result.paymentId,
    status = "Initiated",
    redirect = result.redirectToMobilePayUrl,
    redirect_app = result.redirectToMobilePayAppUrl,
  }
end

--- The first step of a payment.
---@param item table reference, and the arguments of the method
---@param kind string of card_kinds.lua
---@return table? given see step.lua
---@return luapay.Fault? fault of kind "argument"
function card_payment.given(flow, item, kind)
  local args = {}
  for name, value in pairs(item) do
    if name ~= "reference" then args[name] = value end
  end
  args.pspReferenceId = args.pspReferenceId or item.reference
  local method = kinds[kind].initiate
  local good, refusal = flow.client:check(method, args)
  if not good then return nil, refusal end
  local money, err = core.minor(args.amount, args.currencyCode)
  if not money then return nil, fault.new(err) end
  return {
    reference = item.reference,
    step = "initiate",
    method = method,
    args = kept_args(args),
    sent_args = args,
    amount = money.decimal,
    currency = money.currency,
    details = { kind = kind, args = kept_args(args) },
    state = "pending",
    unknown = kinds[kind].again and "unknown" or "parked",
    advice = ADVICE,
    keep = card_payment.keep,
  }
end

--- What a caller is told of a payment.
---@param entry luapay.JournalEntry
---@return table
function card_payment.result(entry)
  local outcome = entry.outcome or {}
  return {
    reference = entry.reference,
    state = entry.state == "done" and "authorised" or entry.state,
    status = entry.status,
    provider_id = entry.provider_id,
    amount = entry.amount,
    currency = entry.currency,
    redirect = outcome.redirect,
    redirect_app = outcome.redirect_app,
  }
end

--- Makes a payment, once.
---@async
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault
function card_payment.make(flow, item, kind)
  local given, refusal = card_payment.given(flow, item, kind)
  if not given then return nil, refusal end
  local entry, err = flow.journal:begin(step.entry(flow, given))
  if entry then
    given.args = given.sent_args
    return step.send(flow, entry, given)
  elseif err.code == "known" then
    return err.entry
  end
  return nil, err
end

--- The first entry of a payment, by its reference.
---@async
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault code "absent" when it was not made
function card_payment.get(flow, reference)
  local entry, err = flow.journal:find {
    flow = flow.name,
    run = flow.run_name,
    reference = reference,
    step = "initiate",
  }
  if entry and entry.provider_id then return entry end
  if entry == nil then return nil, err end
  return card_payment.fault(
    flow,
    "journal",
    tostring(reference) .. ": no payment of it is known",
    { code = entry and "unsettled" or "absent", entry = entry or nil }
  )
end

--- The same by MobilePay's id; false when it is none of this flow's.
---@async
function card_payment.by_id(flow, id)
  return flow.journal:find {
    flow = flow.name,
    step = "initiate",
    provider_id = tostring(id),
  }
end

--- Writes down how a payment stands now, beside what was known.
---@async
function card_payment.move(flow, entry, from, state, status)
  local outcome = { status = status }
  for name, value in pairs(entry.outcome or {}) do
    if outcome[name] == nil then outcome[name] = value end
  end
  return flow.journal:advance(entry, from, state, outcome)
end

return card_payment
