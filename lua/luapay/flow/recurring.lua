-- recurring.lua - recurring payments of MobilePay Online: an agreement, a
-- first payment that the customer accepts, then payments that you initiate. A
-- reference is charged once: only `retry`, after a clear decline, tries anew.

local acquirer = require "luapay.flow.online.acquirer"
local act = require "luapay.flow.kit.act"
local attempts = require "luapay.flow.online.attempt"
local items = require "luapay.flow.kit.items"
local kit = require "luapay.flow.kit"
local payment = require "luapay.flow.online.payment"
local step = require "luapay.flow.kit.step"

-- Which of the three an item is; the verbs put it there.
local SORT = {}

local AGREEMENT = {
  "merchantId",
  "merchantLogoUrl",
  "merchantName",
  "merchantWebsiteUrl",
  "recurringAgreementCallbackUrl",
  "updateCardCallbackUrl",
  "selfServiceUrl",
}

local kind = {
  name = "recurring",
  api = "mobilepay_online",
  main = "initiate",
  fields = { [SORT] = "string", agreement = "string" },
  secrets = payment.SECRETS,
  uncompared = payment.UNCOMPARED,
  options = payment.OPTIONS,
  steps = {},
  events = {},
  verbs = {},
  after_person = attempts.after_person,
  settled = attempts.settled,
  recover = attempts.recover,
}

for _, list in ipairs { payment.FIELDS, payment.steps, payment.events } do
  local into = list == payment.FIELDS and kind.fields
    or list == payment.steps and kind.steps
    or kind.events
  for name, value in pairs(list) do
    into[name] = value
  end
end
for name, verb in pairs(payment.verbs) do
  kind.verbs[name] = verb
end
for _, name in ipairs(AGREEMENT) do
  kind.fields[name] = "any"
end
kind.fields.externalAgreementId = "string"

function kind.make(flow, what)
  payment.make(flow, what, { authorise = true, charge = true })
end

-- ---- what an item asks for

local sorts = {}

function sorts.agree(_, item)
  local args =
    { externalAgreementId = item.externalAgreementId or item.reference }
  for _, name in ipairs(AGREEMENT) do
    args[name] = item[name]
  end
  return {
    endpoint = "create_recurring_agreement",
    external_id = args.externalAgreementId,
    args = args,
  }
end

-- A payment is of an agreement of this flow, by its reference.
local function of_agreement(flow, item, endpoint)
  if item.agreement == nil then return nil, "agreement", "is required" end
  local record, err = flow.book:get(item.agreement)
  if record == nil then return nil, "agreement", tostring(err) end
  local main = record and step.main(record)
  if not main or main.details.sort ~= "agree" or not main.provider_id then
    return nil, "agreement", "no agreement of this reference is known"
  elseif main.state == "closed" then
    return nil, "agreement", "has ended"
  end
  return payment.want(item, endpoint, { agreementId = main.provider_id })
end

function sorts.first(flow, item)
  return of_agreement(flow, item, "initiate_cit_payment")
end

function sorts.charge(flow, item)
  return of_agreement(flow, item, "initiate_mit_payment")
end

function kind.want(flow, item)
  local sort = item[SORT] or "charge"
  item[SORT] = nil
  local want, field, message = sorts[sort](flow, item)
  if not want then return nil, field, message end
  want.details = { sort = sort }
  return want
end

-- ---- steps

kind.sorts = {
  agree = {
    horizon = false,
    found = "pending",
    words = {
      Created = "pending",
      Activated = "done",
      Terminated = "closed",
    },
    turns = {
      ["done>closed"] = { plain = true },
      ["closed>done"] = { late = true }, -- it was activated before it ended
    },
    keep = function(_, result)
      return { provider_id = result.recurringAgreementId, status = "Created" }
    end,
    advice = {
      lost = "Look for this externalAgreementId at MobilePay. If the "
        .. "agreement is there, call found(reference, { provider_id = its id "
        .. "}); if not, absent(reference): then it may be made again.",
    },
  },
  first = payment.INITIATE,
  charge = payment.INITIATE,
}

local function terminated(flow, item, entry, told, now)
  if entry.state ~= "done" or told.state and told.state ~= "done" then
    return
  end
  local main = step.main(item)
  step.learn(flow, item, main, { status = "Terminated", read = true }, now)
end

kind.steps.terminate = { horizon = false, repeats = true, after = terminated }
kind.steps.confirm = { quiet = true, horizon = false, repeats = true }

-- ---- events of agreements

kind.events.agreement = {
  id = "agreementId",
  told = function(_, event)
    return { status = event.status }
  end,
}

-- A new card goes to the acquirer; no money moves. MobilePay must have its
-- answer first.
local function new_card(flow, event, record)
  local main = step.main(record)
  local card = event.card or event.token or event.encrypted
  local taken = type(card) == "table" and type(card.take) == "function"
  if taken then card = card:take() end
  flow.later(function()
    local report = acquirer.ask(flow.acquirer.new_card, {
      agreementId = event.agreementId,
      paymentId = event.paymentId,
    }, card) or acquirer.unknown()
    if taken then card:wipe() end
    local args = {
      agreementId = event.agreementId,
      paymentId = event.paymentId,
    }
    for name, value in pairs(report) do
      args[name] = value
    end
    step.take(flow, record.reference, {
      step = "confirm:" .. event.paymentId,
      run = main.run,
      endpoint = "confirm_card_update",
      fingerprint = step.print { event.paymentId },
      details = { args = args },
    })
  end)
  return true
end

kind.events.card_update = {
  id = "agreementId",
  told = function()
    return {}
  end,
  act = new_card,
}

-- ---- items

local function sort_of(record)
  local main = step.main(record)
  return main and main.details.sort
end

function kind.view(_, item, main, record)
  item.sort = main.details.sort
  if item.sort ~= "agree" then payment.view(item, main, record) end
end

function kind.intended(item)
  if item.sort == "charge" then return payment.is_reserved(item) end
  return item.state == "pending"
    or item.state == "done"
    or item.state == "compensated"
end

function kind.awaited(item)
  if item.sort == "agree" then return item.state == "done" end
  return payment.is_reserved(item)
end

-- ---- charging

local function numbered(record)
  local last, number = nil, 0
  for _, entry in ipairs(record.entries) do
    local found = tonumber(entry.step:match "^attempt:mit%-(%d+)$")
    if found and found > number then
      last, number = entry, found
    end
  end
  return number, last
end

-- A charge that MobilePay knows goes to the acquirer, once.
local function charge(flow, record, before)
  local number = numbered(record)
  local id = "mit-" .. (before and number + 1 or math.max(number, 1))
  local secret = { fn = flow.acquirer.charge }
  return attempts.take(flow, record, "attempt", id, secret, before)
end

--- After a charge was made known to MobilePay: see kit.
function kind.follow(flow, record, err)
  if err or sort_of(record) ~= "charge" then return record, err end
  local main = step.main(record)
  local waits = main.state == "pending" and main.status ~= "Reserved"
  if not waits then return record, err end
  return charge(flow, record)
end

local verbs = kind.verbs

local function sorted(item, sort)
  local copy = {}
  for name, value in pairs(item) do
    copy[name] = value
  end
  copy[SORT] = sort
  return copy
end

local function check_item(flow, verb, item)
  if type(item) ~= "table" then
    error(("flow.%s:%s: expected an item"):format(flow.name, verb), 3)
  end
end

--- Makes an agreement. It is Created until its first payment activates it.
--- One whose answer was lost is parked: MobilePay cannot be asked without
--- its id. Safe to repeat with the same item.
---@async
---@param item luapay.RecurringAgreementItem
---@return luapay.FlowItem? item
---@return luapay.Fault? fault
function verbs:agree(item)
  check_item(self, "agree", item)
  return items.run_one(self, sorted(item, "agree"))
end

--- Makes a payment that the customer accepts in MobilePay; the first one
--- activates the agreement. Its card comes by callback. Safe to repeat with
--- the same item.
---@async
---@param item luapay.RecurringPaymentItem
---@return luapay.FlowItem? item `redirect`
---@return luapay.Fault? fault
function verbs:first(item)
  check_item(self, "first", item)
  return items.run_one(self, sorted(item, "first"))
end

--- Takes a payment without the customer: makes it known to MobilePay, has
--- `acquirer.charge(payment)` authorise it with the card on file, and tells
--- MobilePay. The same as `run_one`; `run` charges a list. A reference is
--- charged once: called again, it says how that one stands.
---@async
---@param item luapay.RecurringPaymentItem
---@return luapay.FlowItem? item it is reserved
---@return luapay.Fault? fault "incomplete": declined; "unsettled": the
--- acquirer may have it
function verbs:charge(item)
  check_item(self, "charge", item)
  return items.run_one(self, sorted(item, "charge"))
end

-- Only after a clear decline. Pure.
local function reopen(flow)
  return function(item)
    local main = step.main(item)
    local _, last = numbered(item)
    local declined = main.state == "closed" and main.status == "Declined"
    if declined and last and last.state == "closed" then
      item:set(main, { state = "pending", status = "Initiated" })
      return nil
    end
    local OPEN = kit.money.OPEN
    local open = OPEN[main.state] and main
      or last and OPEN[last.state] and last
    return step.fault(flow, {
      kind = open and "unsettled" or "incomplete",
      code = open and (open.state == "parked" and "parked" or "unknown")
        or (main.status or main.state):lower(),
      outcome = "unknown",
      message = ("%s is %s: only what was declined is charged again"):format(
        item.reference,
        open and open.state or main.status or main.state
      ),
    })
  end
end

--- Charges once more what was clearly declined.
---@async
---@param reference string
---@return luapay.FlowItem? item it is reserved
---@return luapay.Fault? fault
function verbs:retry(reference)
  kit.check_reference(self, "retry", reference)
  local record, err = step.stored(self, reference)
  if not record then
    return nil, err
  elseif sort_of(record) ~= "charge" then
    return nil,
      step.fault(self, {
        kind = "argument",
        field = "reference",
        message = "is not a charge",
      })
  end
  local now, why = charge(self, record, reopen(self))
  local item = kit.report.item(self, now, why)
  if payment.is_reserved(item) and not item.needs_person then return item end
  return nil, kit.report.fault_of(self, item)
end

--- Ends an agreement. Safe to repeat.
---@async
---@param reference string
---@return luapay.FlowItem? item
---@return luapay.Fault? fault
function verbs:terminate(reference)
  kit.check_reference(self, "terminate", reference)
  local record, err = step.stored(self, reference)
  if not record then return nil, err end
  local main = step.main(record)
  if main.details.sort ~= "agree" then
    return nil,
      step.fault(self, {
        kind = "argument",
        field = "reference",
        message = "is not an agreement",
      })
  end
  if main.state == "closed" then return kit.report.item(self, record) end
  return act.take(self, reference, {
    step = "terminate",
    run = record.run,
    endpoint = "terminate_recurring_agreement",
    fingerprint = step.print { main.provider_id },
    details = { args = { agreementId = main.provider_id } },
    guard = function(flow, item)
      local agreement = step.main(item)
      if agreement.state == "pending" or agreement.state == "done" then
        return nil
      end
      return step.fault(flow, {
        kind = "unsettled",
        code = "unknown",
        outcome = "unknown",
        message = ("%s is %s"):format(item.reference, agreement.state),
      })
    end,
  }, function(item)
    return item.state == "closed"
  end)
end

--- Makes a flow: `luapay.flow.recurring{...}`.
---
--- As online_payment; `acquirer` has `charge(payment)`, too, which authorises
--- with the card on file, and maybe `new_card(about, card)`.
return kit.define(kind)
