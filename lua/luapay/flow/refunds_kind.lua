-- refunds_kind.lua - what a refund is to asked.lua. Its step has the
-- payment's id in its name, so that the journal finds all of a payment.

local asked = require "luapay.flow.asked"
local asked_items = require "luapay.flow.asked_items"
local core = require "luapay.core"
local left = require "luapay.flow.refunds_left"
local match = require "luapay.flow.asked_match"
local note = require "luapay.flow.asked_note"
local send = require "luapay.flow.refunds_send"
local step = require "luapay.flow.step"

local kind = {
  method = "request_refund",
  args = {
    "agreementid",
    "paymentid",
    "amount",
    "status_callback_url",
    "external_id",
  },
  own = { payment_type = "string", paid_on = "string", currency = "string" },
  within = "paymentid",
  first = "Requested",
  states = {
    Requested = "pending",
    Issued = "done",
    Declined = "compensated",
  },
  ranks = { Requested = 1 },
  events = { refund = true },
  id = "refund_id",
}

function kind.is_thing()
  return true
end

local TYPES = { Regular = true, OneOff = true }

function kind.rule(_, item)
  if item.payment_type and not TYPES[item.payment_type] then
    return "payment_type", "expected Regular or OneOff"
  elseif item.paid_on and not item.paid_on:find "^%d%d%d%d%-%d%d%-%d%d" then
    return "paid_on", "expected a date like 2026-12-31"
  end
end

local function given_of(flow, item, amount)
  local args = asked_items.args(flow, kind, item)
  args.amount = amount
  return {
    reference = item.reference,
    step = "refund:" .. item.paymentid,
    method = kind.method,
    args = args,
    amount = amount,
    currency = item.currency,
    details = {
      agreementid = item.agreementid,
      paymentid = item.paymentid,
      external_id = args.external_id,
      amount = amount,
    },
    state = "pending",
    keep = function(result)
      return { provider_id = result.id, status = "Requested" }
    end,
  }
end

local AGAIN = { planned = true, failed = true }

-- What stands in the journal already, or nil and nil.
local function before(flow, item)
  local known, err = note.find(flow, kind, item.reference)
  if known == nil then return nil, err end
  if not known then return nil end
  if known.step ~= "refund:" .. item.paymentid then
    local what = "stands for a refund of another payment"
    return nil, select(2, left.refuse("reference", what))
  end
  if known.state == "sent" or known.state == "unknown" then
    local settled, why = asked.settle(flow, kind, item.reference, known.step)
    if not settled then return known, why end
    return note.find(flow, kind, item.reference)
  end
  return known
end

local SETTLED = { done = true, pending = true, compensated = true }

--- Asks for a refund, once, if so much is left.
function kind.take(flow, item)
  local known, err = before(flow, item)
  if err then return nil, err, known end
  local amount, said = asked_items.amount(item.amount), nil
  if known and not AGAIN[known.state] then
    amount = amount or known.amount -- it was all that was left then
  else
    said, err = left.at_provider(flow, item)
    if not said then return nil, err end
    if not amount and said.left == 0 then
      return left.refuse("amount", "nothing is left of the payment")
    end
  end
  local given =
    given_of(flow, item, amount or core.minor(said.left, "DKK").decimal)
  local entry, refusal = flow.journal:begin(step.entry(flow, given))
  if entry then
    return send(flow, entry, given, said or { left = 0, paid = 0, seen = {} })
  end
  local there = refusal.entry
  if refusal.code == "known" and SETTLED[there.state] then return there end
  return nil, refusal, there
end

local function list_of(flow, details)
  return flow.client:list_refunds({
    agreementid = details.agreementid,
    paymentid = details.paymentid,
  }, flow.call)
end

function kind.ask(flow, entry)
  local list, err = list_of(flow, entry.details)
  if not list then return nil, err end
  for _, refund in ipairs(list) do
    if refund.id == entry.provider_id then return refund.status end
  end
  return entry.status -- not to be seen yet
end

kind.looks = {}

function kind.looks.refund(flow, entry)
  local details, found = entry.details, {}
  local list, err = list_of(flow, details)
  if not list then return nil, err end
  for _, refund in ipairs(list) do
    if
      refund.externalId == details.external_id
      and match.same_amount(refund.amount, details.amount)
    then
      found[#found + 1] = refund
    end
  end
  return match.judge(flow, kind, entry, found)
end

return kind
