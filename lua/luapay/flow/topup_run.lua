-- topup_run.lua - how a top-up runs: one item, each for itself, or together.

local credit = require "luapay.flow.topup_credit"
local group = require "luapay.flow.topup_group"
local progress = require "luapay.flow.progress"
local task = require "luapay.task"
local topup_items = require "luapay.flow.topup_items"
local topup_report = require "luapay.flow.topup_report"

local run = {}

local COUNTED = { credited = "done", failed = "failed" }

--- Credits side by side; after a failure of one, no further of a group.
function run.all(self, items, report, held)
  local told = progress.new(self.on_progress, {
    total = #items,
    now = self.clock,
  })
  local stop = false
  local n = self.concurrency or (held and 1 or 16)
  task.map(items, { concurrency = n }, function(item, index)
    if stop then return end
    if held then group.keep(self, held) end
    local kept = report.items[index]
    local done, err, entry = credit.take(self, item, held)
    local good = topup_report.put(kept, done or entry, err)
    if held and not good then stop = true end
    told:add { [COUNTED[kept.state] or "unknown"] = 1 }
  end)
  told:report(true)
  return not stop
end

-- Brings a report up to what the journal says.
local function read(self, report)
  for _, kept in ipairs(report.items) do
    local entry, err = group.find(self, kept.reference, "credit")
    if entry == nil then return nil, err end
    topup_report.put(kept, entry)
  end
  return true
end

-- Puts what became of a rollback into its item.
local function teller(report)
  local by = {}
  for _, kept in ipairs(report.items) do
    by[kept.reference] = kept
  end
  return function(reference, state, err)
    local kept = by[reference]
    kept.state, kept.rollback_fault = state or "unknown", err
  end
end

-- The same items were given before: how did that end?
local function come_again(self, report, err)
  local known = err.entry
  if not known or err.code ~= "known" then
    return topup_report.break_off(report, err)
  end
  local good, why = read(self, report)
  if not good then return topup_report.break_off(report, why) end
  if known.state == "pending" then
    group.settle(self, known, self.note, teller(report))
  end
  return topup_report.conclude(report, "together")
end

-- Another worker has taken the run over: what it has done meanwhile counts.
local function give_up(self, report, why)
  why.outcome = "unknown"
  if not read(self, report) then
    for _, kept in ipairs(report.items) do
      kept.state = "unknown"
    end
  end
  return topup_report.break_off(report, why)
end

--- Credits all items, or none.
function run.together(self, items, report)
  local held, err = group.open(self, items)
  if not held then return come_again(self, report, err) end
  if run.all(self, items, report, held) then
    local good, why =
      self.journal:finish(held, "done", { status = "credited" })
    if not good then return give_up(self, report, why) end
  elseif not group.unwind(self, held, self.note, teller(report)) then
    return give_up(self, report, select(2, credit.lost(held)))
  end
  return topup_report.conclude(report, "together")
end

--- Credits one item: its entry, or the fault of its call.
function run.one(self, item)
  local good, refusal = topup_items.check(self.client, { item })
  if not good then return nil, refusal end
  local report = topup_report.new { item }
  run.all(self, { item }, report)
  local kept = report.items[1]
  local done, err = topup_report.conclude(report)
  if done then return kept end
  if err.kind ~= "unsettled" and kept.fault then
    return topup_report.break_off(report, kept.fault)
  end
  return nil, err
end

return run
