-- refunds_left.lua - what is left of a payment: what was paid, less what
-- MobilePay and the journal know of refunds.

local core = require "luapay.core"
local fault = require "luapay.fault"
local items = require "luapay.flow.asked_items"

local left = {}

local DAY = 86400

local function minor(amount)
  return core.money(items.amount(amount), "DKK").minor
end

-- A fault about a field of an item: nothing was sent.
function left.refuse(field, message)
  return nil,
    fault.new {
      kind = "argument",
      endpoint = "flow.refunds",
      field = field,
      message = message,
    }
end

local function payment_of(flow, item)
  local args = { agreementid = item.agreementid, paymentid = item.paymentid }
  if item.payment_type == "OneOff" then
    return flow.client:get_one_off_payment(args, flow.call)
  end
  return flow.client:get_payment_request(args, flow.call)
end

-- Whether it was paid so long ago that it is certainly over: a payment may
-- be executed some days after it was due, and the day is not ours.
local function is_over(flow, payment, item)
  local date = payment.due_date or item.paid_on
  if type(date) ~= "string" then return false end
  local days = flow.days + (tonumber(payment.grace_period_days) or 0) + 1
  local first = os.date("!%Y-%m-%d", math.floor(flow.clock() - days * DAY))
  return date:sub(1, 10) < first
end

local PAID = { Executed = true, Captured = true }

-- What was paid, in minor units.
local function paid(flow, item)
  local payment, err = payment_of(flow, item)
  if not payment then return nil, err end
  if not PAID[payment.status] then
    local what = "the payment is %s: nothing was paid"
    return left.refuse("paymentid", what:format(tostring(payment.status)))
  elseif is_over(flow, payment, item) then
    local what = "the payment is more than %d days old"
    return left.refuse("paymentid", what:format(flow.days))
  end
  return minor(payment.amount)
end

-- The provider's refunds: their sum in minor units, and by what to know
-- them. One without an amount is all that was left.
local function known(flow, item)
  local list, err = flow.client:list_refunds({
    agreementid = item.agreementid,
    paymentid = item.paymentid,
  }, flow.call)
  if not list then return nil, err end
  local sum, seen, all = 0, {}, false
  for _, refund in ipairs(list) do
    seen[refund.id] = true
    if refund.externalId then seen[refund.externalId] = true end
    if refund.status ~= "Declined" then
      if items.amount(refund.amount) then
        sum = sum + minor(refund.amount)
      else
        all = true
      end
    end
  end
  return { sum = sum, seen = seen, all = all }
end

--- What MobilePay says is left.
---@async
---@return table? said paid, left (minor units), seen (ids)
---@return luapay.Fault? fault
function left.at_provider(flow, item)
  local whole, err = paid(flow, item)
  if not whole then return nil, err end
  local refunds, why = known(flow, item)
  if not refunds then return nil, why end
  local rest = refunds.all and 0 or math.max(0, whole - refunds.sum)
  return { paid = whole, left = rest, seen = refunds.seen }
end

-- May have been, or will be, given back.
local COUNTED = { "sent", "unknown", "parked", "pending", "done" }

--- What the journal knows of other refunds of a payment, in any run, that
--- MobilePay has not said.
---@async
---@param entry luapay.JournalEntry not counted itself
---@param said table of `at_provider`
---@return integer? minor
---@return luapay.Fault? fault of the journal
function left.in_journal(flow, entry, said)
  local each = flow.journal:each {
    flow = flow.name,
    step = entry.step,
    states = COUNTED,
  }
  local sum = 0
  local other, err = each()
  while other do
    local seen = said.seen[other.provider_id or ""]
      or said.seen[other.details.external_id]
    if other.id ~= entry.id and not seen then
      sum = sum + minor(other.amount)
    end
    other, err = each()
  end
  if err then return nil, err end
  return sum
end

return left
