-- refunds.lua - gives money of payments back at MobilePay Subscriptions: never
-- more than was paid, and each followed to its end. All refunds of a payment
-- are decided one after the other, whoever asks for them.

local core = require "luapay.core"
local decimal = require "luapay.decimal"
local kit = require "luapay.flow.kit"
local subscriptions = require "luapay.flow.subscriptions"

local step = kit.step
local add, compare, sub = decimal.add, decimal.compare, decimal.sub

local DAY = 86400
local HOURS = 3600

local kind = {
  name = "refunds",
  api = "mobilepay_subscriptions",
  main = "refund",
  intended = { pending = true, done = true },
  horizon = 4 * HOURS, -- declining one may take three
  fields = {
    agreementid = "string",
    paymentid = "string",
    amount = "any", -- decimal text, luapay.money, or "all"
    currency = "string",
    external_id = "string",
    status_callback_url = "string",
    payment_type = "string",
    paid_on = "string",
  },
  options = {
    days = { type = "number", positive = true, default = 90 },
    patience = { type = "number", positive = true, default = 4 * HOURS },
  },
}

function kind.awaited(item)
  return item.money == "returned"
end

-- ---- what is asked for

local TYPES = { Regular = true, OneOff = true }

-- Decimal text; or "all", which is what is left when it is written down.
local function amount_of(item)
  if item.amount == nil then
    return nil, 'is required: decimal text, or "all" for what is left'
  elseif item.amount == "all" then
    return "all"
  end
  local amount, problem = kit.items.amount(item.amount)
  if not amount then return nil, problem .. ', or "all" for what is left' end
  if compare(amount, "0") <= 0 then return nil, "must be above 0" end
  return amount
end

function kind.want(flow, item)
  local id, problem = subscriptions.external_id(flow, item)
  if not id then return nil, "external_id", problem end
  local amount, wrong = amount_of(item)
  if not amount then return nil, "amount", wrong end
  local currency, other = subscriptions.currency(item, item)
  if other then return nil, "currency", other end
  if item.payment_type and not TYPES[item.payment_type] then
    return nil, "payment_type", "expected Regular or OneOff"
  elseif item.paid_on and not item.paid_on:find "^%d%d%d%d%-%d%d%-%d%d" then
    return nil, "paid_on", "expected a date like 2026-12-31"
  end
  local args = {
    agreementid = item.agreementid,
    paymentid = item.paymentid,
    amount = amount ~= "all" and amount or nil,
    external_id = id,
    status_callback_url = item.status_callback_url,
  }
  return {
    endpoint = "request_refund",
    amount = args.amount,
    currency = currency,
    external_id = id,
    unique = id .. "\0" .. tostring(item.paymentid),
    subject = item.paymentid,
    args = args,
    compared = { item.agreementid, item.paymentid, amount, id },
    all = amount == "all",
    of = { payment_type = item.payment_type, paid_on = item.paid_on },
  }
end

-- ---- what is left of a payment

local function refuse(flow, field, message)
  return step.fault(flow, {
    kind = "argument",
    field = field,
    message = message,
  })
end

local function read_payment(flow, want)
  local args =
    { agreementid = want.args.agreementid, paymentid = want.args.paymentid }
  if want.of.payment_type == "OneOff" then
    return flow.client:get_one_off_payment(args, flow.call)
  end
  return flow.client:get_payment_request(args, flow.call)
end

-- Whether it was paid so long ago that it is certainly over: a payment may
-- be executed some days after it was due, and the day is not ours.
local function is_over(flow, payment, want)
  local date = payment.due_date or want.of.paid_on
  if type(date) ~= "string" then return false end
  local days = flow.days + (tonumber(payment.grace_period_days) or 0) + 1
  local first =
    os.date("!%Y-%m-%d", math.floor(flow.journal:now() - days * DAY))
  return date:sub(1, 10) < first
end

local PAID = { Executed = true, Captured = true }

-- An amount of an answer as decimal text.
local function text_of(amount)
  local money = amount ~= nil and core.money(amount, "DKK")
  return money and money.decimal or nil
end

-- MobilePay's refunds: their sum, and by what to know them. One without an
-- amount is all that was left.
local function read_refunds(flow, want)
  local list, err = flow.client:list_refunds({
    agreementid = want.args.agreementid,
    paymentid = want.args.paymentid,
  }, flow.call)
  if not list then return nil, err end
  local sum, seen, all = "0", {}, false
  for _, refund in ipairs(list) do
    seen[refund.id] = true
    if refund.externalId then seen[refund.externalId] = true end
    if refund.status ~= "Declined" then
      local amount = text_of(refund.amount)
      if amount then
        sum = add(sum, amount)
      else
        all = true
      end
    end
  end
  return { sum = sum, seen = seen, all = all }
end

-- What MobilePay says is left. Nothing is decided here: others may be asking
-- for refunds at the same time.
local function read_left(flow, want)
  local payment, err = read_payment(flow, want)
  if not payment then return { refused = err } end
  if not PAID[payment.status] then
    local what = "the payment is %s: nothing was paid"
    return {
      refused = refuse(
        flow,
        "paymentid",
        what:format(tostring(payment.status))
      ),
    }
  elseif is_over(flow, payment, want) then
    local what = "the payment is more than %d days old"
    return { refused = refuse(flow, "paymentid", what:format(flow.days)) }
  end
  local refunds, why = read_refunds(flow, want)
  if not refunds then return { refused = why } end
  local paid = text_of(payment.amount)
  local left = refunds.all and "0" or sub(paid, refunds.sum)
  return { paid = paid, left = left, seen = refunds.seen }
end

local AGAIN = { planned = true, failed = true }

function kind.before(flow, want)
  local record, err = flow.book:get(want.reference)
  if record == nil then return nil, err end
  local main = record and step.main(record)
  if main and not AGAIN[main.state] then return {} end -- not sent now
  return read_left(flow, want)
end

local COUNTED = {
  sent = true,
  unknown = true,
  parked = true,
  pending = true,
  done = true,
}

-- What the journal knows of other refunds of the payment, in any run, that
-- MobilePay has not shown.
local function asked_for(item, seen)
  local sum = "0"
  for _, entry in ipairs(item.others) do
    local own = entry.reference == item.reference and entry.run == item.run
    local shown = seen[entry.provider_id or ""]
      or seen[entry.external_id or ""]
    if COUNTED[entry.state] and not own and not shown then
      sum = add(sum, entry.amount or "0")
    end
  end
  return sum
end

local BEYOND = "%s is more than what is left: %s of %s"

-- Decides in the transaction that writes it down, while no other refund of
-- the payment can be decided. Pure.
function kind.guard(flow, item, want)
  local context = want.context
  if not context.left then
    return context.refused
      or step.fault(flow, {
        kind = "unsettled",
        code = "unknown",
        outcome = "unknown",
        message = want.reference .. ": it was settled meanwhile: run again",
      })
  end
  local rest = sub(context.left, asked_for(item, context.seen))
  if compare(rest, "0") < 0 then rest = "0" end
  if want.all then
    if compare(rest, "0") == 0 then
      return refuse(flow, "amount", "nothing is left of the payment")
    end
    want.amount, want.details.args.amount = rest, rest
  elseif compare(want.amount, rest) > 0 then
    return refuse(
      flow,
      "amount",
      BEYOND:format(want.amount, rest, context.paid)
    )
  end
end

-- ---- reading

local function list_of(flow, entry, memo)
  local args = entry.details.args
  local key = "refunds of " .. args.paymentid
  if memo and memo[key] then return memo[key] end
  local read_at = flow.journal:now()
  local list, err = flow.client:list_refunds({
    agreementid = args.agreementid,
    paymentid = args.paymentid,
  }, flow.call)
  if not list then return nil, err end
  local kept = { list = list, read_at = read_at }
  if memo then memo[key] = kept end
  return kept
end

local function ask(flow, entry, memo)
  local kept, err = list_of(flow, entry, memo)
  if not kept then return nil, err end
  for _, refund in ipairs(kept.list) do
    if refund.id == entry.provider_id then
      local amount = text_of(refund.amount)
      return {
        status = refund.status,
        amount = subscriptions.amount(refund.status, amount),
      }
    end
  end
  return false -- not to be seen yet
end

local function find(flow, entry, memo)
  local kept, err = list_of(flow, entry, memo)
  if not kept then return nil, err end
  local found = { read_at = kept.read_at }
  for _, refund in ipairs(kept.list) do
    if refund.externalId == entry.external_id then
      found[#found + 1] = {
        provider_id = refund.id,
        status = refund.status,
        amount = text_of(refund.amount),
      }
    end
  end
  return found
end

kind.steps = {
  refund = {
    effect = "returns",
    words = { Requested = "pending", Issued = "done", Declined = "closed" },
    turns = { ["closed>done"] = {} },
    keep = function(_, result)
      return { provider_id = result.id, status = "Requested" }
    end,
    ask = ask,
    find = find,
    together = function(entry)
      return entry.subject
    end,
  },
}

kind.events = {
  refund = {
    id = "refund_id",
    external = true,
    told = subscriptions.told,
    could_be = function(_, entry, told)
      return entry.external_id == told.external_id
    end,
  },
}

function kind.view(_, item, main)
  local args = main.details.args
  item.external_id = main.external_id
  item.agreementid, item.paymentid = args.agreementid, args.paymentid
end

--- Makes a flow of refunds: `luapay.flow.refunds{...}`.
---
--- What all flows take, and `days`, after which a payment cannot be refunded:
--- 90.
---
--- An item has `reference`, `agreementid`, `paymentid`, `amount` (decimal
--- text, luapay.money, or "all": what is left when it is sent), and maybe
--- `payment_type` ("Regular" unless it is "OneOff"), `paid_on` (a date, where
--- it is a one-off: MobilePay does not say), `external_id`,
--- `status_callback_url`, `currency` (for reports). MobilePay finds it by its
--- `external_id`: give each of a payment its own, or none; then it is the
--- reference, with the run's name before it.
return kit.define(kind)
