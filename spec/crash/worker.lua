-- A worker, to be killed: it settles what a dead worker has left, and goes
-- on until nothing is open. Run by crash.lua as worker.lua ORDER (see
-- work.lua). What it was told it writes into "known" beside the order:
-- "reference state id kind number time": the kind of the fault, the number
-- of its process.

local core = require "luapay.core"
local luapay = require "luapay"
local work = require "spec.crash.work"

local order = dofile(arg[1])
local journal = work.journal(order)
local flow, items = work.flow(order, journal)
local known = assert(io.open(order.dir .. "/known", "a"))

local function note(item)
  local fault = item.fault
  known:write(
    ("%s %s %s %s %d %.6f\n"):format(
      item.reference,
      item.state,
      tostring(item.provider_id or fault and fault.provider_id),
      fault and fault.kind or "-",
      core.process(),
      core.boottime()
    )
  )
  known:flush()
end

local function take(item)
  local got, fault = flow:run_one(item)
  if fault and fault.kind == "argument" then error(tostring(fault)) end
  note(got or fault.item)
end

local function run()
  if order.by_one then
    luapay.map(items, { concurrency = 4, each = function() end }, take)
    return
  end
  local report, fault = flow:run(items)
  if fault and fault.kind == "argument" then error(tostring(fault)) end
  report = report or fault.report
  for _, item in ipairs(report and report.items or {}) do
    note(item)
  end
end

local OPEN = { "planned", "sent", "unknown" }

-- What another worker holds is waited for until its lease is over.
local function is_open()
  local report = flow:report()
  if not report then return true end
  for _, state in ipairs(OPEN) do
    if report.states[state] then return true end
  end
  return report.total < #items
end

repeat
  flow:recover()
  run()
  local open = is_open()
  if open then core.sleep(0.2) end
until not open
journal:close()
print "complete"
