-- agreement.lua - signs customers up at MobilePay Subscriptions: an
-- agreement is made, the customer sent on, and the answer waited for.

local act = require "luapay.flow.agreement_act"
local asked = require "luapay.flow.asked"
local base = require "luapay.flow.base"
local kind = require "luapay.flow.agreement_kind"
local note = require "luapay.flow.asked_note"
local wait = require "luapay.flow.asked_wait"

local Agreement = {}

--- Makes one agreement, or a list of them, for customers to accept.
---
--- An item: `reference` (a text of your own, once in a run) and the
--- arguments of create_agreement. The agreement is found again by its
--- `external_id`: give each its own, or none; then it is the reference, with
--- the run's name before it.
---
--- Returns for one item `{ reference, state, status, provider_id (the
--- agreement), redirect, one_off_payment_id }`: `state` is "pending" (send
--- the customer to `redirect`), or how it stands by now; for a list a
--- report: `items`, `counts` (by state). Otherwise nil and a fault, with
--- that in `fault.report`: "argument", "unsettled" or "incomplete" as with
--- one_off.lua; for one item that certainly failed, the fault of its call.
---
--- Safe to repeat with the same items, after a crash too: nobody is asked
--- twice, also when the answer was no. Where an answer was lost, MobilePay
--- is asked; then there may be no `redirect`: cancel it, and ask anew.
---@async
---@param given luapay.AgreementItem|luapay.AgreementItem[]
---@return luapay.AgreementResult|luapay.AgreementReport|nil
---@return luapay.Fault? fault
function Agreement:run(given)
  return asked.run(self, kind, given)
end

local function reached(entry)
  return entry.state ~= "pending"
end

--- Waits until the customer has answered: "accepted" (MobilePay also says
--- Active), "rejected", "expired" or "canceled". Looks into the journal,
--- which `on_callback` moves, and asks MobilePay, less and less often.
---@async
---@param which? string|string[] reference(s); all that have not ended
---@return luapay.AgreementResult|luapay.AgreementReport|nil
---@return luapay.Fault? fault kind "timeout" when `patience` seconds have
--- passed: wait again; the result so far is in `fault.report`
function Agreement:await(which)
  return wait.await(self, kind, which, reached)
end

--- Ends an agreement for good, whether it was accepted or not. Safe to
--- repeat.
---@async
---@param reference string
---@return luapay.AgreementResult? result its state is "canceled"
---@return luapay.Fault? fault kind "conflict": it has ended otherwise;
--- outcome "unknown": it may be canceled, so `recover`
function Agreement:cancel(reference)
  return act.cancel(self, reference)
end

--- A person says which agreement a parked one is. Safe to repeat.
---@async
---@param reference string
---@param agreementid string
---@return luapay.AgreementResult? result
---@return luapay.Fault? fault kind "journal", code "absent" or "settled"
function Agreement:identify(reference, agreementid)
  return note.identify(self, kind, reference, agreementid)
end

--- After a crash, and now and then: finds out by asking what became of
--- requests that may have been sent, and how all stand that nobody has
--- answered. All agreements are listed once where something is unknown.
--- Safe to repeat, and beside other workers.
---@async
---@return luapay.AskedRecovery? report
---@return luapay.Fault? fault of the journal
function Agreement:recover()
  return asked.recover(self, kind)
end

--- Takes an event of luapay.callback.mobilepay_subscriptions. A cancellation
--- is also taken after the acceptance.
---@async
---@param event luapay.callback.Event
---@return luapay.JournalEntry|false|nil entry false: it is about nothing
--- that this flow knows, or not yet: `await` and `recover` ask
---@return luapay.Fault? fault of the journal: let the callback come again
function Agreement:on_callback(event)
  return note.event(self, kind, event)
end

--- Makes a flow of sign-ups: `luapay.flow.agreement{...}`.
---
--- `client` (MobilePay Subscriptions'), `journal`, and what all flows take;
--- `concurrency` (16 side by side); `patience` (seconds that `await` waits:
--- 600), `pause` (seconds before it asks again: 2, then more and more) and
--- `longest_pause` (60).
---@param options luapay.AskedOptions
---@return luapay.Agreement
return function(options)
  return base.new("agreement", Agreement, options, wait.OPTIONS)
end
