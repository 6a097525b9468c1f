-- agreement.lua - signs customers up at MobilePay Subscriptions: an agreement
-- is made, the customer sent on, and the answer waited for. It moves no
-- money; a payment that is made with a sign-up is an item of one_off.

local act = require "luapay.flow.kit.act"
local decimal = require "luapay.decimal"
local kit = require "luapay.flow.kit"
local subscriptions = require "luapay.flow.subscriptions"

local step = kit.step

local PAGE = 2000
local DAY = 86400

local ARGS = {
  "country_code",
  "currency",
  "expiration_timeout_minutes",
  "links",
  "plan",
  "amount",
  "description",
  "next_payment_date",
  "frequency",
  "mobile_phone_number",
  "one_off_payment",
  "disable_notification_management",
  "notifications_on",
  "retention_period_hours",
}

local kind = {
  name = "agreement",
  api = "mobilepay_subscriptions",
  main = "create",
  intended = { pending = true, done = true },
  horizon = 3600, -- lists lag
  fields = { external_id = "string" },
  secrets = { "mobile_phone_number" },
  uncompared = {
    "links",
    "expiration_timeout_minutes",
    "retention_period_hours",
    "mobile_phone_number",
  },
  options = { one_off = { type = "table" } },
}

for _, name in ipairs(ARGS) do
  kind.fields[name] = "any"
end
kind.fields.amount = "money"
kind.fields.one_off_payment = "table"

function kind.awaited(item)
  return item.state == "done" and item.provider_status == "Accepted"
end

function kind.make(flow, what)
  local one_off = flow.one_off
  if not one_off then return end
  if one_off.name ~= "one_off" then
    error(what .. ": one_off: expected a luapay.flow.one_off", 4)
  elseif one_off.journal ~= flow.journal then
    error(what .. ": one_off: expected one with the same journal", 4)
  end
end

-- ---- a sign-up

-- The payment that is made with it: amounts are decimal text or
-- luapay.money, as everywhere.
local function one_off_of(flow, item)
  local given = item.one_off_payment
  if not given then return nil end
  local amount, problem = kit.items.amount(given.amount, item.currency)
  if not amount then return nil, "one_off_payment.amount", problem end
  if not flow.one_off then
    return nil,
      "one_off_payment",
      "needs the flow's option one_off: it is followed by that flow"
  end
  local payment = {}
  for name, value in pairs(given) do
    payment[name] = value
  end
  payment.amount = amount
  return payment
end

function kind.want(flow, item, given)
  local id, problem = subscriptions.external_id(flow, item)
  if not id then return nil, "external_id", problem end
  local _, other = subscriptions.currency(item, given)
  if other then return nil, "currency", other end
  local one_off, field, message = one_off_of(flow, item)
  if field then return nil, field, message end
  local args = { external_id = id }
  for _, name in ipairs(ARGS) do
    args[name] = item[name]
  end
  args.one_off_payment = one_off
  if one_off then one_off.external_id = one_off.external_id or id end
  return {
    endpoint = "create_agreement",
    currency = item.currency,
    external_id = id,
    unique = id,
    args = args,
    details = one_off and { one_off_run = flow.one_off.run_name } or nil,
    links = one_off and {
      {
        book = flow.one_off.book,
        reference = item.reference,
        run = flow.one_off.run_name,
      },
    } or nil,
    guard = one_off and kind.begin_guard or nil,
  }
end

-- ---- reading

local function read(flow, id)
  return flow.client:get_agreement({ agreementid = id }, flow.call)
end

local function ask_create(flow, entry)
  local found, err = read(flow, entry.provider_id)
  if not found then return nil, err end
  return { status = found.status }
end

-- All agreements, whatever their status: none can slip from one list into
-- another meanwhile. Pages move while they are read, so it is read twice.
local function scan(flow, memo)
  if memo.agreements then return memo.agreements end
  local read_at, by, seen = flow.journal:now(), {}, {}
  for _ = 1, 2 do
    local page, err = flow.client:list_agreements(
      { pageNumber = 1, pageSize = PAGE },
      flow.call
    )
    while page do
      for _, agreement in ipairs(page.items()) do
        local id = agreement.external_id
        if id and not seen[agreement.id] then
          seen[agreement.id] = true
          by[id] = by[id] or {}
          table.insert(by[id], agreement)
        end
      end
      page, err = page.next()
    end
    if err then return nil, err end
  end
  memo.agreements = { by = by, read_at = read_at }
  return memo.agreements
end

local function same_amount(a, b)
  if a == nil or b == nil then return true end
  return decimal.compare(tostring(a), tostring(b)) == 0
end

-- An older one of the same id is another one; the provider's day may begin
-- some hours off.
local function fits(entry, agreement)
  local args, made = entry.details.args, agreement.date_created
  local since = os.date("!%Y-%m-%d", math.floor(entry.created_at - DAY))
  return agreement.plan == args.plan
    and agreement.currency == args.currency
    and same_amount(agreement.amount, args.amount)
    and (type(made) ~= "string" or made:sub(1, 10) >= since)
end

local function find_create(flow, entry, memo)
  local list, err = scan(flow, memo)
  if not list then return nil, err end
  local found = { read_at = list.read_at }
  for _, agreement in ipairs(list.by[entry.external_id] or {}) do
    if fits(entry, agreement) then
      found[#found + 1] =
        { provider_id = agreement.id, status = agreement.status }
    end
  end
  return found
end

local ENDED = { Rejected = true, Expired = true }

local function ask_cancel(flow, _, _, record)
  local found, err = read(flow, step.main(record).provider_id)
  if not found then return nil, err end
  local told = { status = found.status }
  if found.status == "Canceled" then return { state = "done", main = told } end
  if not ENDED[found.status] then return false end
  return { state = "failed", status = found.status, main = told }
end

-- ---- the payment made with it, in the one_off flow

local function links_of(flow, entry)
  local args = entry.details.args
  if not args.one_off_payment or not flow.one_off then return nil end
  return {
    {
      book = flow.one_off.book,
      reference = entry.reference,
      run = entry.details.one_off_run,
    },
  }
end

-- The payment as the one_off flow would have asked for it.
local function payment_of(main)
  local args = main.details.args
  local payment, agreement = args.one_off_payment, main.provider_id
  return {
    endpoint = "create_agreement",
    fingerprint = step.print {
      agreementid = agreement,
      amount = payment.amount,
      external_id = payment.external_id,
    },
    amount = payment.amount,
    currency = args.currency,
    external_id = payment.external_id,
    details = {
      signup = true,
      args = {
        agreementid = agreement,
        amount = payment.amount,
        description = payment.description,
        external_id = payment.external_id,
      },
    },
  }
end

-- Both are written down in one transaction: the payment may be there as soon
-- as the sign-up is sent, and is not there when that has failed. Pure.
local function conclude_link(flow, item, main, now)
  local entry = step.main(item)
  if entry and not entry.details.signup then return end -- see begin_guard
  local bound = entry and entry.details.args.agreementid
  if main.state == "failed" then
    local open = entry and kit.money.OPEN[entry.state]
    if open and not bound then item:set(entry, { state = "failed" }) end
    return
  elseif main.state == "planned" or bound then
    return
  end
  flow.one_off.kind.adopt(item, payment_of(main), {
    provider_id = (main.outcome or {}).one_off_payment_id,
    now = now,
  })
end

-- Nothing else may have the payment's reference: it would not be followed.
function kind.begin_guard(flow, _, want, _, all)
  local other = all and all[2] and step.main(all[2])
  if not other or other.details.signup then return nil end
  local field = "one_off_payment"
  return step.fault(flow, {
    kind = "argument",
    field = want.index and ("items[%d].%s"):format(want.index, field) or field,
    message = "the flow one_off knows another payment of this reference",
  })
end

kind.steps = {
  create = {
    words = {
      Pending = "pending",
      Accepted = "done",
      Active = "done",
      Rejected = "closed",
      Expired = "closed",
      Canceled = "closed",
    },
    turns = {
      ["done>closed"] = { plain = true }, -- no money hangs on it
      ["closed>done"] = {},
    },
    args = function(_, entry, secret)
      return secret or entry.details.args
    end,
    keep = function(_, result)
      return {
        provider_id = result.id,
        status = "Pending",
        keep = {
          redirect = subscriptions.redirect(result),
          one_off_payment_id = result.one_off_payment_id,
        },
      }
    end,
    ask = ask_create,
    find = find_create,
    links = links_of,
    conclude_link = conclude_link,
    together = function()
      return "agreements"
    end,
  },
  cancel = {
    horizon = false,
    ask = ask_cancel,
    repeats = true,
    after = function(flow, item, entry, told, now)
      if entry.state ~= "done" or told.main then return end
      local main = step.main(item)
      step.learn(flow, item, main, { status = "Canceled", read = true }, now)
    end,
  },
}

kind.events = {
  agreement = {
    id = "agreement_id",
    external = true,
    told = subscriptions.told,
    could_be = function(_, entry, told)
      return entry.external_id == told.external_id
    end,
  },
}

function kind.view(_, item, main)
  local outcome = main.outcome or {}
  item.redirect = outcome.redirect
  item.external_id = main.external_id
  item.one_off_payment_id = outcome.one_off_payment_id
  if item.provider_status == "Active" then
    item.provider_status = "Accepted"
  end
end

-- ---- verbs of its own

kind.verbs = {}

local LIVE = { pending = true, done = true }

local function guard(flow, item)
  local main = step.main(item)
  if LIVE[main.state] then return nil end
  local open = kit.money.OPEN[main.state]
  local word = main.status or main.state
  return step.fault(flow, {
    kind = open and "unsettled" or "incomplete",
    code = open and (main.state == "parked" and "parked" or "unknown")
      or word:lower(),
    outcome = open and "unknown" or "failed",
    message = ("%s is %s: it cannot be canceled"):format(item.reference, word),
  })
end

--- Ends an agreement for good, whether it was accepted or not. Safe to
--- repeat.
---@async
---@param reference string
---@return luapay.FlowItem? item it is canceled, now or before
---@return luapay.Fault? fault "incomplete": it has ended otherwise;
--- "unsettled": it may be canceled: recover, or cancel again
function kind.verbs:cancel(reference)
  kit.check_reference(self, "cancel", reference)
  local record, err = step.stored(self, reference)
  if not record then return nil, err end
  local main = step.main(record)
  if kit.money.OPEN[main.state] and main.state ~= "parked" then
    local _, why = kit.settle.one(self, reference, record.run, kind.main)
    if why then return nil, why end
    record = self.book:get(reference, record.run) or record
    main = step.main(record)
  end
  local function reached(item)
    return item.provider_status == "Canceled" and item.state == "closed"
  end
  local item = kit.report.item(self, record)
  if reached(item) then return item end
  return act.take(self, reference, {
    step = "cancel",
    run = record.run,
    endpoint = "cancel_agreement",
    fingerprint = step.print { main.provider_id },
    details = { args = { agreementid = main.provider_id } },
    guard = guard,
  }, reached)
end

--- Makes a flow of sign-ups: `luapay.flow.agreement{...}`.
---
--- What all flows take, and `one_off`: a luapay.flow.one_off with the same
--- journal, where items have a `one_off_payment`; the payment is then an item
--- of it under the same reference.
---
--- An item has `reference` and the arguments of create_agreement. MobilePay
--- finds it by its `external_id`: give each its own, or none; then it is the
--- reference, with the run's name before it. Where an answer was lost there
--- may be no `redirect`: cancel it, and ask anew.
return kit.define(kind)
