-- queue.lua - works off Mobip's queue of paid transactions (NEOSYSTEMS):
-- hands each to a function of the user's, and acknowledges, which takes it
-- off the queue for good, only what that function has finished.

local acknowledge = require "luapay.flow.queue_acknowledge"
local base = require "luapay.flow.base"
local items = require "luapay.flow.items"
local progress = require "luapay.flow.progress"
local recover = require "luapay.flow.recover"
local task = require "luapay.task"
local work = require "luapay.flow.queue_work"

local Queue = {}

-- The rows that this run has not seen; those that no trid can be read of
-- are told, and stay in the queue.
local function fresh(self, list, seen, report)
  local rows = {}
  for _, row in ipairs(list) do
    local trid = type(row) == "table" and row[self.trid_field]
    if type(trid) == "number" then trid = ("%.0f"):format(trid) end
    if type(trid) ~= "string" or trid == "" then
      report.unreadable = report.unreadable + 1
    elseif not seen[trid] then
      seen[trid] = true
      rows[#rows + 1] = { trid = trid, row = row }
    end
  end
  return rows
end

local function work_all(self, rows, report, told)
  local finished, first = {}, #report.items
  local function one(each, index)
    local item, entry = work.one(self, each.trid, each.row)
    report.items[first + index] = item
    if entry then finished[#finished + 1] = { entry = entry, item = item } end
    told:add { [entry and "done" or "failed"] = 1 }
  end
  if self.concurrency > 1 then
    task.map(rows, { concurrency = self.concurrency }, one)
  else
    for index, each in ipairs(rows) do
      one(each, index)
    end
  end
  return finished
end

-- Fetches until nothing new comes. What stays in the queue must not hide
-- what comes behind it.
local function work_off(self, report)
  local seen, stay = {}, 0
  local told = progress.new(self.on_progress, { now = self.clock })
  while true do
    local list, err = acknowledge.fetch(self, self.limit + stay)
    if not list then return nil, err end
    report.unreadable = 0
    local rows = fresh(self, list, seen, report)
    if not rows[1] then break end
    local finished = work_all(self, rows, report, told)
    acknowledge.all(self, finished)
    stay = stay + #rows - #finished
    if #list < self.limit then break end
  end
  told:report(true)
  return items.conclude(self, report)
end

--- Works off the queue: hands each transaction to `handle`, acknowledges
--- what it has finished, until nothing new comes.
---
--- At least once, and effectively once: what was finished before, by any
--- worker, is acknowledged and not handed over again. Only what was cut off
--- in the middle by a crash, or has failed, comes again; then the function's
--- second argument has `again = true`.
---@async
---@return table? report `items` (reference: the trid; state "done":
--- finished and acknowledged), `counts`, `unreadable` (rows without a trid)
---@return luapay.Fault? fault "incomplete" (with the report): some are not
--- finished, or could not be acknowledged ("pending"): they come again
function Queue:run()
  return work_off(self, { items = {}, unreadable = 0 })
end

--- After a crash: what a dead worker had in hand may be handed over again,
--- and what was finished is acknowledged.
---@async
---@return table? report settled, parked, unknown, entries, acknowledged
---@return luapay.Fault? fault of the journal
function Queue:recover()
  local report, err = recover.run(self, work.looks)
  if not report then return nil, err end
  local count, why = acknowledge.left(self)
  if not count then return nil, why end
  report.acknowledged = count
  return report
end

local OPTIONS = {
  handle = { type = "function", required = true },
  limit = { type = "number", positive = true, default = 100 },
  concurrency = { type = "number", positive = true, default = 1 },
  trid_field = { type = "string", default = "mobip_trid" },
}

--- Makes a flow: `luapay.flow.queue{...}`.
---
--- `client` (Mobip's, of an account with that right), `journal`, and what
--- all flows take; `handle(transaction, about)`: yours; true when its work
--- is done for good, false and why when not; in less time than the journal's
--- lease. `limit`: transactions fetched at a time, 100; `concurrency`:
--- functions side by side, 1; `trid_field`: where a row has its trid.
---@param options luapay.QueueOptions
---@return luapay.Queue
return function(options)
  return base.new("queue", Queue, options, OPTIONS)
end
