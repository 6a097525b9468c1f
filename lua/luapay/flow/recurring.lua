-- recurring.lua - recurring payments of MobilePay Online: an agreement, a
-- first payment that the customer accepts, then payments that you initiate.

local agreements = require "luapay.flow.recurring_agreement"
local authorise = require "luapay.flow.card_authorise"
local base = require "luapay.flow.base"
local card_payment = require "luapay.flow.card_payment"
local online_payment = require "luapay.flow.online_payment"

local Recurring = {}

-- What stands behind a payment is the same: capture, cancel, refund, sums,
-- challenged, await, recover.
for name, method in pairs(online_payment.methods) do
  Recurring[name] = method
end
Recurring.run = nil

--- Makes an agreement. It is "created" until its first payment activates it.
---
--- `item`: `reference`, and the arguments of create_recurring_agreement;
--- `externalAgreementId` is the reference unless given. Safe to repeat. One
--- whose answer was lost is parked: MobilePay cannot be asked without its id.
---@async
---@param item luapay.RecurringAgreementItem
---@return table? agreement reference, state, status, provider_id
---@return luapay.Fault? fault
function Recurring:agree(item)
  return agreements.make(self, item)
end

local function with_agreement(self, item)
  local agreement, err = agreements.get(self, item.agreement)
  if not agreement then return nil, err end
  local copy = {}
  for name, value in pairs(item) do
    if name ~= "agreement" then copy[name] = value end
  end
  copy.agreementId = agreement.provider_id
  return copy
end

--- Makes a payment that the customer accepts in MobilePay; the first one
--- activates the agreement. Its card comes by callback, as with
--- online_payment.lua. Safe to repeat with the same item.
---
--- `item`: `reference`, `agreement` (its reference), and the arguments of
--- initiate_cit_payment. One whose answer was lost is parked.
---@async
---@param item luapay.RecurringPaymentItem
---@return luapay.OnlinePaymentResult? result `redirect`
---@return luapay.Fault? fault
function Recurring:first(item)
  local args, err = with_agreement(self, item)
  if not args then return nil, err end
  local entry, why = card_payment.make(self, args, "cit")
  if not entry then return nil, why end
  return card_payment.result(entry)
end

local function attempt_of(self, entry)
  local number = 0
  local each = self.journal:each {
    flow = self.name,
    run = self.run_name,
    reference = entry.reference,
  }
  local found, err = each()
  while found do
    local told = tonumber(found.step:match "^patch:mit%-(%d+)$")
    number = math.max(number, told or 0)
    found, err = each()
  end
  if err then return nil, err end
  return "mit-" .. number + 1
end

--- Takes a payment without the customer: tells MobilePay, has
--- `acquirer.charge(payment)` authorise it with the card on file, and tells
--- MobilePay what came of it. Safe to repeat with the same item: one that is
--- authorised is not charged again; one that was declined is tried again.
---
--- `item`: `reference`, `agreement` (its reference), and the arguments of
--- initiate_mit_payment. One whose answer was lost is parked, and so is a
--- charge of which the acquirer has not said what became of it.
---@async
---@param item luapay.RecurringPaymentItem
---@return table? result state "authorised", or "pending" with `verdict`
---@return luapay.Fault? fault
function Recurring:charge(item)
  local args, err = with_agreement(self, item)
  if not args then return nil, err end
  local entry, why = card_payment.make(self, args, "mit")
  if not entry then return nil, why end
  if entry.state ~= "pending" then return card_payment.result(entry) end
  local attempt, no = attempt_of(self, entry)
  if not attempt then return nil, no end
  return authorise.run(self, entry, attempt)
end

--- Takes an event of luapay.callback.mobilepay_online: cards and failed
--- payments as online_payment.lua, states of agreements, and new cards, which
--- go to `acquirer.new_card(about, card)`.
---@async
---@param event luapay.callback.Event
---@return table|false|nil result false: it is none of this flow's
---@return luapay.Fault? fault
function Recurring:on_callback(event)
  if event.api ~= "mobilepay_online" then return false end
  if event.kind == "agreement" then return agreements.event(self, event) end
  if event.kind == "card_update" then
    return agreements.new_card(self, event)
  end
  return online_payment.methods.on_callback(self, event)
end

--- Ends an agreement. Safe to repeat.
---@async
---@param reference string
---@return table? agreement
---@return luapay.Fault? fault
function Recurring:terminate(reference)
  return agreements.terminate(self, reference)
end

--- How an agreement stands, by the journal, which callbacks move.
---@async
---@param reference string
---@return table? agreement
---@return luapay.Fault? fault
function Recurring:agreement(reference)
  local entry, err = agreements.get(self, reference)
  if not entry then return nil, err end
  return agreements.result(entry)
end

--- Makes a flow: `luapay.flow.recurring{...}`.
---
--- As `online_payment`; `acquirer`: { authorise =, charge =, new_card =,
--- look_up =? }.
---@param options luapay.OnlinePaymentOptions
---@return luapay.Recurring
return function(options)
  return base.new("recurring", Recurring, options, online_payment.OPTIONS)
end
