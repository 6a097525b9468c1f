-- online_payment.lua - payments of MobilePay Online: made, accepted by the
-- customer, authorised at your acquirer in time, captured in parts, cancelled
-- and refunded. Card data goes to your function and nowhere else.

local authorise = require "luapay.flow.card_authorise"
local base = require "luapay.flow.base"
local card_payment = require "luapay.flow.card_payment"
local card_recover = require "luapay.flow.card_recover"
local card_wait = require "luapay.flow.card_wait"
local parts = require "luapay.flow.card_parts"
local sums = require "luapay.flow.card_sums"

local Online = {}

--- Makes a payment that a customer accepts in MobilePay. No money moves yet.
---
--- `item`: `reference` (a text of your own, once in a run; also the
--- `pspReferenceId` unless that is given), and the arguments of
--- initiate_payment. Safe to repeat with the same item.
---@async
---@param item luapay.OnlinePaymentItem
---@return luapay.OnlinePaymentResult? result `redirect`: where to send the
--- customer; `state` is "pending"
---@return luapay.Fault? fault "argument": nothing was sent; outcome
--- "unknown": `recover`, or run it again later, finds out
function Online:run(item)
  local entry, err = card_payment.make(self, item, "payment")
  if not entry then return nil, err end
  return card_payment.result(entry)
end

--- Takes an event of luapay.callback.mobilepay_online. A card goes to your
--- `acquirer.authorise(payment, card)`, once for each attempt, and MobilePay
--- is told what came of it; a failed payment has failed.
---
--- `payment`: reference, paymentId, authorizationAttemptId, amount (decimal
--- text), currency. Your function returns `{ approved = true }`, `{ approved
--- = false, reasonCode =, reasonMessage = }` or `{ threeDSecureUrl = }`, with
--- acquirerVatNumber, acquirerMerchantId and acquirerPaymentReference. When
--- it returns nothing of that, or raises, nobody knows whether the money is
--- reserved: `acquirer.look_up(payment)` is asked, and without one the
--- attempt is parked and MobilePay told that it failed.
---@async
---@param event luapay.callback.Event
---@return table|false|nil result false: it is none of this flow's
---@return luapay.Fault? fault
function Online:on_callback(event)
  if event.api ~= "mobilepay_online" or not event.paymentId then
    return false
  end
  local entry, err = card_payment.by_id(self, event.paymentId)
  if not entry then return entry, err end
  if event.kind == "card" or event.kind == "token" then
    local attempt = event.authorizationAttemptId
    local card = event.card or event.token or event.encrypted
    return authorise.run(self, entry, attempt, card, event.time)
  elseif event.kind == "failed_payment" then
    local moved, why =
      card_payment.move(self, entry, { "pending" }, "failed", event.status)
    if moved == nil then return nil, why end
    return card_payment.result(entry)
  end
  return false
end

--- After a challenge (3-D Secure) of an attempt: `fn(payment)` authorises at
--- the acquirer and returns what `authorise` does; MobilePay is told.
---@async
---@param reference string
---@param attempt string
---@param fn fun(payment: table): table
---@return table? result
---@return luapay.Fault? fault
function Online:challenged(reference, attempt, fn)
  local entry, err = card_payment.get(self, reference)
  if not entry then return nil, err end
  return authorise.challenged(self, entry, attempt, fn)
end

--- Waits until a payment is authorised or has failed: looks into the
--- journal, which `on_callback` moves.
---@async
---@param reference string
---@return luapay.OnlinePaymentResult? result
---@return luapay.Fault? fault of kind "timeout" after `patience` seconds
function Online:await(reference)
  return card_wait(self, reference)
end

--- Tells MobilePay that your acquirer has captured: an amount, or all that
--- is left. Never more than was authorised, whoever else is at it. Safe to
--- repeat with the same `id`, which names the part.
---@async
---@param reference string
---@param options? { amount: string?, id: string? } decimal text
---@return table? part state "done", provider_id (the captureId), amount
---@return luapay.Fault? fault kind "argument" when it is too much;
--- "conflict" when it is not authorised; "unknown": `recover` settles it
function Online:capture(reference, options)
  return parts.take(self, reference, "capture", options)
end

--- Tells MobilePay that your acquirer has released an amount, or the rest:
--- see `capture`.
---@async
---@param reference string
---@param options? { amount: string?, id: string? }
---@return table? part
---@return luapay.Fault? fault
function Online:cancel(reference, options)
  return parts.take(self, reference, "cancel", options)
end

--- Tells MobilePay that your acquirer has refunded an amount, or all that
--- was captured: see `capture`. Never more than was captured.
---@async
---@param reference string
---@param options? { amount: string?, id: string? }
---@return table? part
---@return luapay.Fault? fault
function Online:refund(reference, options)
  return parts.take(self, reference, "refund", options)
end

--- What of a payment was captured, cancelled and refunded, what is unsettled
--- included; `captured` is what is certain of the first.
---@async
---@param reference string
---@return table? sums of luapay.Money: capture, cancel, refund, captured
---@return luapay.Fault? fault
function Online:sums(reference)
  local entry, err = card_payment.get(self, reference)
  if not entry then return nil, err end
  return sums.of(self, entry)
end

--- After a crash: repeats what MobilePay tells a repetition of, asks your
--- acquirer after what it was asked, tells MobilePay what it has not heard.
---@async
---@return table? report settled, parked, unknown, entries
---@return luapay.Fault? fault of the journal
function Online:recover()
  return card_recover.run(self)
end

local online_payment = {}

--- Its methods and options are also those of recurring.lua.
online_payment.methods = Online
online_payment.OPTIONS = {
  acquirer = { type = "table", required = true },
  window = { type = "number", positive = true, default = 20 },
  patience = { type = "number", positive = true, default = 2100 },
}

--- Makes a flow: `luapay.flow.online_payment{...}`.
---
--- `client` (MobilePay Online's), `journal`, and what all flows take;
--- `acquirer`: { authorise = fn, look_up = fn? }, see `on_callback`;
--- `window`: seconds after a card has come in which it is authorised, 20;
--- `patience`: seconds that `await` waits, 2100.
---@param options luapay.OnlinePaymentOptions
---@return luapay.OnlinePayment
local function new(_, options)
  return base.new("online_payment", Online, options, online_payment.OPTIONS)
end

return setmetatable(online_payment, { __call = new })
