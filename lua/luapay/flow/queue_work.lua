-- queue_work.lua - hands one transaction of the queue to the user's function.

local fault = require "luapay.fault"
local guard = require "luapay.guard"
local items = require "luapay.flow.items"

local work = {}

work.looks = {}

-- Cut off in the middle: it is handed over once more.
function work.looks.handle()
  return "failed", { cut_off = true }
end

local function given_of(flow, trid, row)
  return {
    flow = flow.name,
    run = flow.run_name,
    reference = trid,
    step = "handle",
    provider_id = trid,
    details = { amount = row.amount, merchant = row.mobip_merchant_id },
  }
end

-- The entry to work with; with a fault, the one that is there.
local function begin(flow, trid, row)
  local entry, err = flow.journal:begin(given_of(flow, trid, row))
  if entry or err.code ~= "unsettled" then
    return entry, err, entry or err.entry
  end
  local left, why = flow.journal:orphans {
    flow = flow.name,
    run = flow.run_name,
    step = "handle",
    reference = trid,
    limit = 1,
  }
  if not (left and left[1]) then return nil, why or err, err.entry end
  local kept, no = flow.journal:finish(left[1], work.looks.handle())
  if not kept then return nil, no, err.entry end
  entry, err = flow.journal:begin(given_of(flow, trid, row))
  return entry, err, entry or err.entry
end

local function refusal(trid, message)
  return fault.new {
    kind = "handler",
    endpoint = "flow.queue",
    message = ("%s: %s"):format(trid, message),
  }
end

-- Calls the user's function; what it raises stops nothing.
local function hand_over(flow, trid, row, entry)
  if not flow.journal:holds(entry) then
    return nil, refusal(trid, "this worker stood still for too long")
  end
  local good, done, why =
    guard.call(flow.handle, row, { again = entry.attempt > 1 })
  if not good then
    return nil, refusal(trid, "the function raised: " .. tostring(done))
  elseif not done then
    return nil, refusal(trid, "not finished: " .. tostring(why))
  end
  return true
end

--- Hands one transaction over, unless that was done.
---@async
---@param flow table
---@param trid string
---@param row table
---@return luapay.FlowItem item
---@return luapay.JournalEntry|false|nil entry when it is finished
function work.one(flow, trid, row)
  local entry, err, there = begin(flow, trid, row)
  if not entry then
    local ended = there and (there.state == "pending" or there.state == "done")
    if ended then return items.result(trid, there), there end
    return items.result(trid, there, err)
  end
  local good, why = hand_over(flow, trid, row, entry)
  local state, outcome = "pending", { status = "handled" }
  if not good then
    state, outcome = "failed", { status = "not finished" }
  end
  local kept, no = flow.journal:finish(entry, state, outcome)
  if not kept then return items.result(trid, entry, no) end
  return items.result(trid, entry, why), good and entry
end

return work
