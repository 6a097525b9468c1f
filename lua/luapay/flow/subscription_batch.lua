-- subscription_batch.lua - asks for many payments of agreements at MobilePay
-- Subscriptions: a million rows from any iterator, written down before they
-- are sent, and followed to their end. Memory does not grow with them.

local base = require "luapay.flow.base"
local batch_event = require "luapay.flow.batch_event"
local batch_plan = require "luapay.flow.batch_plan"
local batch_report = require "luapay.flow.batch_report"
local options_of = require "luapay.flow.batch_options"
local random = require "luapay.random"
local settle = require "luapay.flow.batch_settle"
local work = require "luapay.flow.batch_work"

local Batch = {}

--- Asks for all payments: settles what an earlier run has left open, writes
--- the rows down, sends them.
---
--- A row: `external_id` (your own id, once for each due date),
--- `agreement_id`, `amount`, `description`, and maybe `due_date` (2024-01-05;
--- without one: two days after the run was first started, for the whole run)
--- and `grace_period_days`. A list, or an iterator that ends with nil; it
--- must not wait for luapay's own calls.
---
--- Returns `{ state = "requested", counts, plan, items }` when the provider
--- has taken them all in: `counts` by state of the journal, `plan` as of
--- `plan`, `items(filter)` an iterator over all (see `items`). Otherwise nil
--- and a fault, with that in `fault.report`:
---   "argument"    rows are bad, and nothing was sent: `field` is
---                 rows[17].amount, `report.bad_rows` lists the first 100
---   "unsettled"   outcome "unknown": some may have been asked for; run
---                 again, or `recover`, when the journal's `settle` seconds
---                 have passed
---   "incomplete"  outcome "failed": some were refused, or could not be sent:
---                 `fault.cause` is why it stopped
---   "journal"     it could not be written down
---
--- Safe to repeat with the same rows, after a crash or on another machine:
--- what was asked for is not asked for again.
---@async
---@param rows luapay.BatchRow[]|fun(): luapay.BatchRow?
---@return luapay.BatchReport? report
---@return luapay.Fault? fault
function Batch:run(rows)
  local settled, err = settle.run(self)
  if not settled then return nil, err end
  local plan
  plan, err = self:plan(rows)
  if not plan then return nil, err end
  return batch_report.conclude(self, plan, select(2, work.run(self)))
end

--- Writes rows down, and sends nothing. Safe to repeat.
---@async
---@param rows luapay.BatchRow[]|fun(): luapay.BatchRow?
---@return luapay.BatchPlan? plan rows, planned, known (from an earlier time),
--- bad, bad_rows (the first 100: row, field, message), long_ids (those of
--- more than 30 characters, of which bank statements show the first 30)
---@return luapay.Fault? fault kind "argument": see `run`; `report` is the
--- plan. Some rows may be written down; nothing is sent unless `work` is
--- called
function Batch:plan(rows)
  return batch_plan.run(self, rows, random.uuid())
end

--- Sends what is planned, beside other workers if there are any.
---@async
---@return luapay.BatchReport? report
---@return luapay.Fault? fault as of `run`
function Batch:work()
  return batch_report.conclude(self, nil, select(2, work.run(self)))
end

--- After a crash or an unknown outcome: asks the provider which payments it
--- has. Those that it has not are planned again, and sent by `work`. Safe to
--- repeat, and beside other workers.
---@async
---@return luapay.BatchRecovery? report settled, planned, parked, unknown
---@return luapay.Fault? fault of the journal
function Batch:recover()
  return settle.run(self)
end

--- Asks about payments that have not ended, for callbacks that were lost:
--- one call for each agreement.
---@async
---@return integer? moved how many have ended
---@return luapay.Fault? fault of the journal
function Batch:refresh()
  return settle.refresh(self)
end

--- Plans again what was refused before the provider took it in, or could not
--- be sent in time: after you have changed what was wrong.
---@async
---@return integer? planned
---@return luapay.Fault? fault of the journal
function Batch:retry()
  return batch_event.retry(self)
end

--- Takes an event of luapay.callback.mobilepay_subscriptions: the payment is
--- done when it is Executed, and failed when it is Failed, Rejected or
--- Declined. A repeated or late event moves nothing.
---@async
---@param event luapay.callback.Event
---@return luapay.JournalEntry|false|nil entry false: it is about nothing
--- that this flow knows, or not yet (let it come again, or `refresh`)
---@return luapay.Fault? fault of the journal: let the callback come again
function Batch:on_callback(event)
  return batch_event.take(self, event)
end

--- How the run stands, at any time, from any process.
---@async
---@return luapay.BatchReport? report its `state` is "planned" (some are yet
--- to be sent), "unsettled", "requested" (some have not ended) or "ended"
---@return luapay.Fault? fault of the journal
function Batch:report()
  return batch_report.new(self)
end

--- All payments of the run, or those in some states of the journal.
---@param states? string[] { "failed", "parked" }
---@return async fun(): luapay.BatchItem?, luapay.Fault?
function Batch:items(states)
  return batch_report.items(self, states)
end

--- Makes a batch: `luapay.flow.subscription_batch{...}`.
---
--- `client` (MobilePay Subscriptions'), `journal`, `run` (required: the name
--- of this batch), and what all flows take; `country` ("DK" or "FI": limits
--- and currency), `limit` (another one: "60000.00"), `currency`; `portion`
--- (payments of a request: 500, at most 2000), `concurrency` (requests side
--- by side: 4), `bad_rows` ("refuse" all, or "skip" the bad ones),
--- `on_bad_row(row, field, message)`, `attempts` (times that a request is
--- tried that certainly did nothing: 3), `utc_offset` (seconds by which the
--- provider's day is ahead of UTC: 3600).
---@param options luapay.BatchOptions
---@return luapay.Batch
return function(options)
  local self = base.new("subscription_batch", Batch, options, options_of.ALL)
  options_of.check(self)
  return self
end
