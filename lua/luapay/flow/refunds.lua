-- refunds.lua - gives money of payments back at MobilePay Subscriptions, in
-- bulk: never more than was paid, and each followed to its end.

local asked = require "luapay.flow.asked"
local base = require "luapay.flow.base"
local kind = require "luapay.flow.refunds_kind"
local note = require "luapay.flow.asked_note"
local wait = require "luapay.flow.asked_wait"

local Refunds = {}

--- Asks for one refund, or for a list of them.
---
--- An item: `reference` (a text of your own, once in a run), `agreementid`,
--- `paymentid`, and maybe `amount` (all that is left when absent),
--- `payment_type` ("Regular" unless it is "OneOff"), `paid_on` (a date, where
--- it is a one-off: MobilePay does not tell it), `external_id`,
--- `status_callback_url`, `currency` (for reports). A refund is found again
--- by its `external_id`: give each of a payment its own, or none; then it is
--- the reference, with the run's name before it.
---
--- What was paid, and what MobilePay and the journal know of refunds, is
--- added up before each is sent. Returns for one item `{ reference, state,
--- status, provider_id, amount }`: `state` is "requested", or how it stands
--- by now ("issued", "declined"); for a list a report: `items`, `counts` (by
--- state). Otherwise nil and a fault, with that in `fault.report`:
--- "argument", "unsettled" or "incomplete" as with one_off.lua; for one item
--- that certainly failed, the fault of its call, or of kind "argument".
---
--- Safe to repeat with the same items, after a crash too: none is asked for
--- twice, also when it was declined.
---@async
---@param given luapay.RefundItem|luapay.RefundItem[]
---@return luapay.RefundResult|luapay.RefundReport|nil
---@return luapay.Fault? fault
function Refunds:run(given)
  return asked.run(self, kind, given)
end

local function reached(entry)
  return entry.state ~= "pending"
end

--- Waits until refunds are "issued" or "declined". Looks into the journal,
--- which `on_callback` moves, and asks MobilePay, less and less often.
---@async
---@param which? string|string[] reference(s); all that have not ended
---@return luapay.RefundResult|luapay.RefundReport|nil
---@return luapay.Fault? fault kind "timeout" when `patience` seconds have
--- passed: wait again; the result so far is in `fault.report`
function Refunds:await(which)
  return wait.await(self, kind, which, reached)
end

--- A person says which refund a parked one is. Safe to repeat.
---@async
---@param reference string
---@param refundid string
---@return luapay.RefundResult? result
---@return luapay.Fault? fault kind "journal", code "absent" or "settled"
function Refunds:identify(reference, refundid)
  return note.identify(self, kind, reference, refundid)
end

--- After a crash, and now and then: finds out by asking what became of
--- refunds that may have been sent, and how all stand that have not ended.
--- Safe to repeat, and beside other workers.
---@async
---@return luapay.AskedRecovery? report
---@return luapay.Fault? fault of the journal
function Refunds:recover()
  return asked.recover(self, kind)
end

--- Takes an event of luapay.callback.mobilepay_subscriptions.
---@async
---@param event luapay.callback.Event
---@return luapay.JournalEntry|false|nil entry false: it is about nothing
--- that this flow knows, or not yet: `await` and `recover` ask
---@return luapay.Fault? fault of the journal: let the callback come again
function Refunds:on_callback(event)
  return note.event(self, kind, event)
end

local OPTIONS = { days = { type = "number", positive = true, default = 90 } }
for name, rule in pairs(wait.OPTIONS) do
  OPTIONS[name] = rule
end
-- one that MobilePay declines itself may take three hours
OPTIONS.patience = { type = "number", positive = true, default = 4 * 3600 }

--- Makes a flow of refunds: `luapay.flow.refunds{...}`.
---
--- `client` (MobilePay Subscriptions'), `journal`, and what all flows take;
--- `days` (after which a payment cannot be refunded: 90); `concurrency` (16
--- side by side); `patience` (seconds that `await` waits: 4 hours), `pause`
--- (seconds before it asks again: 2, then more and more), `longest_pause`
--- (60).
---@param options luapay.RefundsOptions
---@return luapay.Refunds
return function(options)
  return base.new("refunds", Refunds, options, OPTIONS)
end
