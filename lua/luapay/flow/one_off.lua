-- one_off.lua - one-off payments at MobilePay Subscriptions: asked for,
-- waited for until they are reserved, then captured in time, or canceled.

local act = require "luapay.flow.one_off_act"
local asked = require "luapay.flow.asked"
local base = require "luapay.flow.base"
local kind = require "luapay.flow.one_off_kind"
local note = require "luapay.flow.asked_note"
local wait = require "luapay.flow.asked_wait"

local OneOff = {}

--- Asks for one payment, or for a list of them. No money moves yet.
---
--- An item: `reference` (a text of your own, once in a run), the arguments of
--- request_one_off_payment, and maybe `currency` (for reports). The payment
--- is found again by its `external_id`: give each of an agreement its own, or
--- none; then it is the reference, with the run's name before it.
---
--- Returns for one item `{ reference, state, status, provider_id, redirect,
--- capture_by }`: `state` is "requested" (send the customer to `redirect`),
--- or how it stands by now; for a list a report: `items`, `counts` (by
--- state). Otherwise nil and a fault, with that in `fault.report`:
---   "argument"    nothing was sent: `field` is items[2].amount
---   "unsettled"   outcome "unknown": `recover` asks about it, later; what is
---                 parked needs a person: see `identify`
---   "incomplete"  outcome "failed": some were refused
--- and for one item that certainly failed, the fault of its call.
---
--- Safe to repeat with the same items, after a crash too: nobody is asked
--- twice, also when the answer was no.
---@async
---@param given luapay.OneOffItem|luapay.OneOffItem[]
---@return luapay.OneOffResult|luapay.OneOffReport|nil
---@return luapay.Fault? fault
function OneOff:run(given)
  return asked.run(self, kind, given)
end

local function reached(entry)
  return entry.state ~= "pending" or entry.status ~= "Requested"
end

--- Waits until the customer has decided: "reserved", or "rejected",
--- "expired", "canceled". Looks into the journal, which `on_callback` moves,
--- and asks MobilePay, less and less often.
---@async
---@param which? string|string[] reference(s); all that have not ended
---@return luapay.OneOffResult|luapay.OneOffReport|nil
---@return luapay.Fault? fault kind "timeout" when `patience` seconds have
--- passed: wait again; the result so far is in `fault.report`
function OneOff:await(which)
  return wait.await(self, kind, which, reached)
end

--- Takes the money of a reserved payment, all of it, once. Safe to repeat.
---@async
---@param reference string
---@return luapay.OneOffResult? result its state is "captured"
---@return luapay.Fault? fault outcome "unknown": it may be captured, so
--- `recover`, or capture again later; kind "conflict": it is not reserved
function OneOff:capture(reference)
  return act.capture(self, reference)
end

--- Lets go of a payment that was not captured. Safe to repeat.
---@async
---@param reference string
---@return luapay.OneOffResult? result its state is "canceled"
---@return luapay.Fault? fault kind "conflict": it has ended otherwise
function OneOff:cancel(reference)
  return act.cancel(self, reference)
end

--- Reservations that have to be captured or canceled soon: those that may
--- be over within so many seconds, the first that was asked for first.
---@async
---@param seconds number
---@return luapay.OneOffResult[]? list
---@return luapay.Fault? fault of the journal
function OneOff:due(seconds)
  return act.due(self, seconds)
end

--- Takes over a payment that was asked for elsewhere, as with the sign-up of
--- an agreement. Safe to repeat. Nothing is sent.
---@async
---@param item luapay.OneOffItem as it was asked for: reference,
--- agreementid, amount, external_id
---@param paymentid string
---@return luapay.OneOffResult? result
---@return luapay.Fault? fault
function OneOff:adopt(item, paymentid)
  return act.adopt(self, item, paymentid)
end

--- A person says which payment a parked one is. Safe to repeat.
---@async
---@param reference string
---@param paymentid string
---@return luapay.OneOffResult? result
---@return luapay.Fault? fault kind "journal", code "absent" or "settled"
function OneOff:identify(reference, paymentid)
  return note.identify(self, kind, reference, paymentid)
end

--- After a crash, and now and then: finds out by asking what became of
--- requests, captures and cancellations that may have been sent, and how
--- all stand that have not ended. Safe to repeat, and beside other workers.
---@async
---@return luapay.AskedRecovery? report
---@return luapay.Fault? fault of the journal
function OneOff:recover()
  return asked.recover(self, kind)
end

--- Takes an event of luapay.callback.mobilepay_subscriptions.
---@async
---@param event luapay.callback.Event
---@return luapay.JournalEntry|false|nil entry false: it is about nothing
--- that this flow knows, or not yet: `await` and `recover` ask
---@return luapay.Fault? fault of the journal: let the callback come again
function OneOff:on_callback(event)
  return note.event(self, kind, event)
end

--- Makes a flow of one-off payments: `luapay.flow.one_off{...}`.
---
--- `client` (MobilePay Subscriptions'), `journal`, and what all flows take;
--- `concurrency` (16 side by side); `patience` (seconds that `await` waits:
--- 600), `pause` (seconds before it asks again: 2, then more and more) and
--- `longest_pause` (60).
---@param options luapay.AskedOptions
---@return luapay.OneOff
return function(options)
  return base.new("one_off", OneOff, options, wait.OPTIONS)
end
