-- one_off_kind.lua - what a one-off payment is to asked.lua.

local asked_items = require "luapay.flow.asked_items"
local asked = require "luapay.flow.asked"
local match = require "luapay.flow.asked_match"

local KEPT = 6 * 86400 + 23 * 3600 + 45 * 60 -- seconds of a reservation

local kind = {
  step = "request",
  method = "request_one_off_payment",
  args = {
    "agreementid",
    "amount",
    "description",
    "external_id",
    "links",
    "auto_reserve",
    "expiration_timeout_minutes",
  },
  own = { currency = "string" },
  within = "agreementid",
  first = "Requested",
  states = {
    Requested = "pending",
    Reserved = "pending",
    Captured = "done",
    Rejected = "compensated",
    Expired = "compensated",
    Canceled = "compensated",
    Declined = "compensated",
  },
  ranks = { Requested = 1, Reserved = 2 },
  events = { one_off_payment = true, payment = true },
  id = "payment_id",
}

function kind.is_thing(entry)
  return entry.step == "request"
end

--- What stands in the journal for an item.
function kind.given(flow, item)
  local args = asked_items.args(flow, kind, item)
  return {
    reference = item.reference,
    step = "request",
    method = kind.method,
    args = args,
    amount = asked_items.amount(item.amount),
    currency = item.currency,
    details = {
      agreementid = args.agreementid,
      external_id = args.external_id,
      amount = asked_items.amount(item.amount),
      description = args.description,
    },
    state = "pending",
    keep = function(result)
      return {
        provider_id = result.id,
        status = "Requested",
        redirect = match.redirect(result),
      }
    end,
  }
end

function kind.take(flow, item)
  return asked.take(flow, kind, kind.given(flow, item))
end

-- When a reservation was made is not told, only that it is there: it was
-- not there when the entry was last written.
function kind.enrich(entry, status, outcome)
  if status == "Reserved" and not outcome.capture_by then
    outcome.capture_by = math.floor(entry.updated_at + KEPT)
  elseif status ~= "Reserved" then
    outcome.capture_by = nil
  end
end

--- A payment as MobilePay has it.
function kind.get(flow, details, id)
  return flow.client:get_one_off_payment({
    agreementid = details.agreementid,
    paymentid = id,
  }, flow.call)
end

function kind.ask(flow, entry)
  local found, err = kind.get(flow, entry.details, entry.provider_id)
  if not found then return nil, err end
  return found.status
end

-- A capture that was taken for failed may have acted late.
function kind.after(flow, entry, status)
  if status ~= "Captured" then return true end
  local capture, err = flow.journal:find {
    flow = flow.name,
    run = entry.run,
    reference = entry.reference,
    step = "capture",
  }
  if not capture then return not err, err end
  local moved, why = flow.journal:advance(
    capture,
    { "failed", "unknown" },
    "done",
    { status = "Captured" }
  )
  return moved ~= nil, why
end

kind.looks = {}

local NOT_THERE = "The agreement is not at MobilePay any more. Find out "
  .. "whether the payment is, and resolve this as done or as failed."

function kind.looks.request(flow, entry)
  local details, found = entry.details, {}
  local list, err = flow.client:list_one_off_payments({
    agreementid = details.agreementid,
  }, flow.call)
  if not list then
    if err.kind ~= "not_found" then return nil, err end
    return "parked", { advice = NOT_THERE }
  end
  for _, payment in ipairs(list) do
    if
      payment.external_id == details.external_id
      and match.same_amount(payment.amount, details.amount)
    then
      found[#found + 1] = payment
    end
  end
  return match.judge(flow, kind, entry, found)
end

-- Whether the payment has come to where a step leads.
local function leads_to(status)
  return function(flow, entry)
    local found, err = kind.get(flow, entry.details, entry.details.paymentid)
    if not found then return nil, err end
    local done = found.status == status
    return done and "done" or "failed", { status = found.status }
  end
end

kind.looks.capture = leads_to "Captured"
kind.looks.cancel = leads_to "Canceled"

return kind
