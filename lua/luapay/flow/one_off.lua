-- one_off.lua - one-off payments at MobilePay Subscriptions: asked for,
-- waited for until they are reserved, then captured in time, or let go. A
-- payment is captured whole, and once.

local act = require "luapay.flow.kit.act"
local decimal = require "luapay.decimal"
local kit = require "luapay.flow.kit"
local subscriptions = require "luapay.flow.subscriptions"

local step = kit.step

local KEPT = 6 * 86400 + 23 * 3600 + 45 * 60 -- seconds of a reservation

local kind = {
  name = "one_off",
  api = "mobilepay_subscriptions",
  main = "request",
  intended = { pending = true, done = true },
  horizon = 3600, -- 202 only takes in, and lists lag
  fields = {
    agreementid = "string",
    amount = "money",
    currency = "string",
    description = "string",
    external_id = "string",
    links = "table",
    auto_reserve = "boolean",
    expiration_timeout_minutes = "any",
  },
  uncompared = { "links", "expiration_timeout_minutes" },
}

local REACHED = { Reserved = true, Captured = true }

function kind.awaited(item)
  return REACHED[item.provider_status] or false
end

function kind.want(flow, item, given)
  local id, problem = subscriptions.external_id(flow, item)
  if not id then return nil, "external_id", problem end
  local currency, other = subscriptions.currency(item, given)
  if other then return nil, "currency", other end
  if item.amount == nil then return nil, "amount", "is required" end
  if decimal.compare(item.amount, "0") <= 0 then
    return nil, "amount", "must be above 0"
  end
  return {
    endpoint = "request_one_off_payment",
    amount = item.amount,
    currency = currency,
    external_id = id,
    unique = id .. "\0" .. tostring(item.agreementid),
    args = {
      agreementid = item.agreementid,
      amount = item.amount,
      description = item.description,
      external_id = id,
      links = item.links,
      auto_reserve = item.auto_reserve,
      expiration_timeout_minutes = item.expiration_timeout_minutes,
    },
  }
end

-- ---- reading

local function read(flow, entry, id)
  return flow.client:get_one_off_payment({
    agreementid = entry.details.args.agreementid,
    paymentid = id,
  }, flow.call)
end

local function told_of(payment)
  return { status = payment.status, amount = payment.amount }
end

-- What is read of a payment that is known.
local function reading(payment)
  return {
    status = payment.status,
    amount = subscriptions.amount(payment.status, payment.amount),
  }
end

local function ask_request(flow, entry)
  local payment, err = read(flow, entry, entry.provider_id)
  if not payment then return nil, err end
  return reading(payment)
end

-- Asked for with a sign-up of which it is not known yet what came of it.
local function unknown_agreement(flow, entry)
  return step.fault(flow, {
    kind = "unsettled",
    code = "unknown",
    outcome = "unknown",
    message = entry.reference
      .. ": what became of its sign-up is not known: the flow agreement must"
      .. " recover",
  })
end

-- The payments of the agreement that a lost request may have made.
local function find_request(flow, entry, memo)
  local args = entry.details.args
  if not args.agreementid then return nil, unknown_agreement(flow, entry) end
  local key = "one_offs of " .. args.agreementid
  if not memo[key] then
    local read_at = flow.journal:now()
    local list, err = flow.client:list_one_off_payments({
      agreementid = args.agreementid,
    }, flow.call)
    if not list then
      if err.kind ~= "not_found" then return nil, err end
      return { person = "no_agreement" }
    end
    memo[key] = { list = list, read_at = read_at }
  end
  local found = { read_at = memo[key].read_at }
  for _, payment in ipairs(memo[key].list) do
    if payment.external_id == entry.external_id then
      local told = told_of(payment)
      told.provider_id = payment.id
      found[#found + 1] = told
    end
  end
  return found
end

-- Whether the payment has come to where a step leads: it is read. What is
-- still live may be on its way; the step acts once, so it may be repeated.
local LIVE = { Requested = true, Reserved = true }

local function leads_to(word)
  return function(flow, _, _, record)
    local main = step.main(record)
    local payment, err = read(flow, main, main.provider_id)
    if not payment then return nil, err end
    local told = reading(payment)
    if payment.status == word then return { state = "done", main = told } end
    if LIVE[payment.status] then return false end
    return { state = "failed", status = payment.status, main = told }
  end
end

-- What a step has come to is the payment's own word as well.
local function brings(word)
  return function(flow, item, entry, told, now)
    if entry.state ~= "done" or told.main then return end
    local main = step.main(item)
    step.learn(flow, item, main, { status = word, read = true }, now)
  end
end

-- When a reservation was made MobilePay does not say: at the earliest when
-- it was sent, or last seen without one.
local function note_reservation(_, item, entry, told, now)
  local outcome = {}
  for name, value in pairs(entry.outcome or {}) do
    outcome[name] = value
  end
  if told.status == "Requested" and told.read then
    outcome.free_at = now
  elseif told.status == "Reserved" and not outcome.reserved_from then
    outcome.reserved_from = outcome.free_at
      or entry.sent_at
      or entry.created_at
  else
    return
  end
  item:set(entry, { outcome = outcome })
end

local CLOSED = { person = "late" }

kind.steps = {
  request = {
    effect = "moves",
    words = {
      Requested = "pending",
      Reserved = "pending",
      Captured = "done",
      Rejected = "closed",
      Expired = "closed",
      Canceled = "closed",
      Declined = "closed",
    },
    ranks = { Requested = 1, Reserved = 2 },
    turns = { ["closed>done"] = CLOSED },
    keep = function(_, result)
      return {
        provider_id = result.id,
        status = "Requested",
        keep = { redirect = subscriptions.redirect(result) },
      }
    end,
    ask = ask_request,
    find = find_request,
    after = note_reservation,
    advice = {
      no_agreement = "MobilePay knows the agreement no more. Find out there "
        .. "whether the payment is: then call found(reference, { "
        .. "provider_id = its id }); if not, absent(reference).",
      late = "It was captured after it had ended. Deliver, or refund it; "
        .. "then call accept(reference, { who, why }).",
    },
  },
  capture = {
    effect = "moves",
    whole = true,
    horizon = false,
    ask = leads_to "Captured",
    repeats = true,
    after = brings "Captured",
  },
  cancel = {
    effect = "releases",
    whole = true,
    horizon = false,
    ask = leads_to "Canceled",
    repeats = true,
    after = brings "Canceled",
  },
}

local function fits(_, entry, told)
  return entry.external_id == told.external_id
end

local RULE = {
  id = "payment_id",
  external = true,
  told = subscriptions.told,
  could_be = fits,
}

kind.events = { one_off_payment = RULE, payment = RULE }

function kind.view(_, item, main)
  local outcome = main.outcome or {}
  item.redirect = outcome.redirect
  item.external_id = main.external_id
  item.agreementid = main.details.args.agreementid
  if main.status == "Reserved" and outcome.reserved_from then
    item.capture_by = math.floor(outcome.reserved_from + KEPT)
  end
end

-- ---- verbs of its own

kind.verbs = {}

local function refusal(flow, item, main, wanted)
  local open = kit.money.OPEN[main.state]
  local word = main.status or main.state
  return step.fault(flow, {
    kind = open and "unsettled" or "incomplete",
    code = open and (main.state == "parked" and "parked" or "unknown")
      or word:lower(),
    outcome = open and "unknown" or "failed",
    message = ("%s is %s, not %s"):format(item.reference, word, wanted),
  })
end

local function guard_of(words, wanted)
  return function(flow, item)
    local main = step.main(item)
    if main.state == "pending" and words[main.status] then return nil end
    return refusal(flow, item, main, wanted)
  end
end

-- The item as MobilePay has it now, before a step is taken.
local function known(flow, verb, reference)
  kit.check_reference(flow, verb, reference)
  local record, err = step.stored(flow, reference)
  if not record then return nil, err end
  local main = step.main(record)
  if kit.money.OPEN[main.state] and main.state ~= "parked" then
    local _, why = kit.settle.one(flow, reference, record.run, kind.main)
    if why then return nil, why end
    record, err = step.stored(flow, reference)
    if not record then return nil, err end
    main = step.main(record)
  end
  if main.state == "pending" and main.status == "Requested" then
    local now, why = kit.settle.read(flow, record, {})
    if not now then
      why.item = kit.report.item(flow, record)
      return nil, why
    end
    record = now
  end
  return record
end

local function take(flow, record, name, endpoint, guard, reached)
  local main = step.main(record)
  local args = {
    agreementid = main.details.args.agreementid,
    paymentid = main.provider_id,
  }
  local done, err = act.take(flow, record.reference, {
    step = name,
    run = record.run,
    endpoint = endpoint,
    fingerprint = step.print { main.provider_id },
    amount = main.amount,
    currency = main.currency,
    details = { args = args },
    guard = guard,
  }, reached)
  if done or err.kind ~= "incomplete" or not main.provider_id then
    return done, err
  end
  -- a refusal may come of an older attempt that has acted: it is read
  local now = flow.book:get(record.reference, record.run)
  now = now and kit.settle.read(flow, now, {})
  local item = now and kit.report.item(flow, now)
  if item and reached(item) then return item end
  err.item = item or err.item
  return nil, err
end

local function is(word)
  return function(item)
    return item.provider_status == word
  end
end

--- Takes the money of a reserved payment, all of it, once. Safe to repeat.
---@async
---@param reference string
---@return luapay.FlowItem? item it is captured, now or before
---@return luapay.Fault? fault "incomplete": it is not reserved, or MobilePay
--- refused; "unsettled": it may be captured: recover, or capture again
function kind.verbs:capture(reference)
  local record, err = known(self, "capture", reference)
  if not record then return nil, err end
  local item = kit.report.item(self, record)
  if item.provider_status == "Captured" and item.state == "done" then
    return item
  end
  return take(
    self,
    record,
    "capture",
    "capture_one_off_payment",
    guard_of({ Reserved = true }, "reserved"),
    is "Captured"
  )
end

--- Lets go of a payment that was not captured. Safe to repeat.
---@async
---@param reference string
---@return luapay.FlowItem? item it is canceled, now or before
---@return luapay.Fault? fault "incomplete": it has ended otherwise;
--- "unsettled": it may be canceled: recover, or cancel again
function kind.verbs:cancel(reference)
  local record, err = known(self, "cancel", reference)
  if not record then return nil, err end
  local item = kit.report.item(self, record)
  if item.provider_status == "Canceled" and item.state == "closed" then
    return item
  end
  return take(
    self,
    record,
    "cancel",
    "cancel_one_off_payment",
    guard_of(LIVE, "requested or reserved"),
    is "Canceled"
  )
end

--- The reservations that end within so many seconds: capture or cancel them.
---@async
---@param seconds number
---@return luapay.FlowItem[]? items
---@return luapay.Fault? fault the journal cannot be read
function kind.verbs:due(seconds)
  if type(seconds) ~= "number" then
    error("flow.one_off:due: expected seconds, a number", 2)
  end
  local list, till = {}, self.journal:now() + seconds
  local good, err = pcall(function()
    for record in self.book:items { states = { "pending" } } do
      local item = kit.report.item(self, record)
      if item.capture_by and item.capture_by < till then
        list[#list + 1] = item
      end
    end
  end)
  if good then return list end
  return nil, err
end

-- What is written of a payment that was asked for elsewhere: its request was
-- the agreement's. Pure: for use in a change.
function kind.adopt(item, want, given)
  local main = step.main(item)
  if main and (not main.details.signup or main.details.args.agreementid) then
    return main
  end
  local fields = {
    step = kind.main,
    state = given.provider_id and "pending" or "unknown",
    due_at = given.provider_id == nil and given.now or nil,
    status = given.provider_id and "Requested" or nil,
    provider_id = given.provider_id,
    endpoint = want.endpoint,
    fingerprint = want.fingerprint,
    amount = want.amount,
    currency = want.currency,
    external_id = want.external_id,
    details = want.details,
    seen_at = given.now,
    outcome = given.reserved_at and { free_at = given.reserved_at } or nil,
  }
  if not main then return item:add(fields) end
  -- its sign-up was sent before it was known
  fields.step, fields.fault = nil, step.NONE
  fields.due_at = fields.due_at or step.NONE
  item:set(main, fields)
  return main
end

--- Takes over a payment that was asked for with a sign-up, or by a program
--- that knew no journal. Sends nothing. Safe to repeat.
---@async
---@param item table as for `run`
---@param options? { provider_id: string?, reserved_at: number? } its id; it
--- is looked for where that is not known; and the earliest moment of its
--- reservation, seconds since 1970
---@return luapay.FlowItem? item
---@return luapay.Fault? fault
function kind.verbs:adopt(item, options)
  local given = kit.check(self, "adopt", options, {
    provider_id = { type = "string" },
    reserved_at = { type = "number", positive = true },
  })
  local want, refused = kit.items.want(self, item)
  if not want then return nil, refused end
  local record, err = self.book:change(want.reference, function(one, now)
    local main = step.main(one)
    if main and main.fingerprint ~= want.fingerprint then
      return nil,
        step.objection(self, main, "conflict", "is known with other content", {
          outcome = "unknown",
        })
    end
    kind.adopt(one, want, {
      provider_id = given.provider_id,
      reserved_at = given.reserved_at,
      now = now,
    })
    return step.record(one)
  end)
  if not record then return nil, err end
  return self:get(want.reference)
end

--- Makes a flow of one-off payments: `luapay.flow.one_off{...}`.
---
--- What all flows take. An item has `reference`, the arguments of
--- request_one_off_payment (`amount`: decimal text or luapay.money), and maybe
--- `currency`, for reports. MobilePay finds it by its `external_id`: give each
--- payment of an agreement its own, or none; then it is the reference, with
--- the run's name before it.
return kit.define(kind)
