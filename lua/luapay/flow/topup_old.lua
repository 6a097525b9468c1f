-- topup.lua - credits accounts at Infobip: all or nothing, or each for
-- itself. A credit whose outcome is unknown is parked for a person and never
-- sent again, and a rollback that failed is never passed over.

local base = require "luapay.flow.base"
local run = require "luapay.flow.topup_run"
local settle = require "luapay.flow.topup_settle"
local topup_items = require "luapay.flow.topup_items"
local topup_report = require "luapay.flow.topup_report"
local undo = require "luapay.flow.topup_undo"

local Topup = {}

--- Credits one item, or a list of them.
---
--- An item: `reference` (a text of your own, once in a run), and the
--- arguments of add_funds. All are checked before anything is sent.
---
--- Returns, for one item, its entry `{ reference, accountKey, state,
--- transactionId }`; for a list a report: `state = "credited"`, `items` (an
--- entry for each, in order), `counts` (by state). Otherwise nil and a
--- fault, with the report in `fault.report`:
---   "rolled_back"  outcome "failed": nothing is left of it
---   "incomplete"   outcome "failed", mode "each": some were not credited
---   "unsettled"    outcome "unknown": a person has to look at an item
---   "journal"      by its outcome: it could not be written down, or another
---                  worker is at it
--- and for one item that certainly failed, the fault of its call.
---
--- Safe to repeat with the same items, after a crash too: what was credited
--- is not credited again. All or nothing goes on where it stopped, if
--- nothing was taken back; what was rolled back stays so.
function Topup:run(items)
  if items.reference ~= nil or items.accountKey ~= nil then
    return run.one(self, items)
  end
  local good, refusal = topup_items.check(self.client, items)
  if not good then return nil, refusal end
  local report = topup_report.new(items)
  if self.mode == "all_or_nothing" and items[2] then
    return run.together(self, items, report)
  end
  run.all(self, items, report)
  return topup_report.conclude(report)
end

--- Takes one credit back, at any time later. Safe to repeat.
--- back: a person has to look; kind "journal" with a `code`: nothing was
--- sent ("absent": it was not credited; "unsettled", "busy": it is not known
--- yet whether it was); otherwise that of the call: it is still credited
function Topup:undo(reference, note)
  return undo(self, reference, note)
end

--- After a crash: settles what was under way. What may have been sent is
--- parked; an all-or-nothing run that was cut off is completed if nothing
--- was missing, and rolled back otherwise, once it is nobody's any more
--- (the journal's `lease`). Also after a person has resolved what was
--- parked. Safe to repeat, and beside other workers.
function Topup:recover()
  return settle(self)
end

local OPTIONS = {
  mode = {
    type = "string",
    choices = { all_or_nothing = true, each = true },
    default = "all_or_nothing",
  },
  concurrency = { type = "number", positive = true },
  note = { type = "string" },
}

--- Makes a top-up: `luapay.flow.topup{...}`.
---
--- `client` (Infobip's), `journal`, and what all flows take; `mode`:
--- "all_or_nothing" (unless said otherwise) or "each"; `concurrency`: credits
--- side by side (all or nothing: 1, so that none follows a failure; each:
--- 16); `note`: of a rollback.
return function(options)
  return base.new("topup", Topup, options, OPTIONS)
end
