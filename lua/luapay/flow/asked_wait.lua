-- asked_wait.lua - waits for what somebody was asked for: looks into the
-- journal, which callbacks move, and asks the provider, less and less often.

local asked = require "luapay.flow.asked"
local fault = require "luapay.fault"
local note = require "luapay.flow.asked_note"
local report = require "luapay.flow.asked_report"

local wait = {}

-- Worth asking again.
local PASSING = {
  timeout = true,
  transport = true,
  server = true,
  rate_limited = true,
  decode = true,
}

local OPEN = { sent = true, unknown = true }

-- One look: the entry, and whether that is what was waited for.
local function look(flow, kind, reference, reached)
  local entry, err = note.get(flow, kind, reference)
  if not entry then return nil, err end
  if OPEN[entry.state] then
    local settled, why = asked.settle(flow, kind, reference, entry.step)
    if not settled then return nil, why end
    entry, err = note.get(flow, kind, reference)
    if not entry then return nil, err end
  end
  if OPEN[entry.state] or reached(entry) then
    return entry, nil, not OPEN[entry.state]
  end
  local good, why = note.ask(flow, kind, entry)
  if not good and not PASSING[why.kind] then return nil, why end
  return entry, why, reached(entry)
end

local function given_up(flow, entry)
  local left = OPEN[entry.state]
  return fault.new {
    kind = "timeout",
    code = "waiting",
    endpoint = "flow." .. flow.name,
    outcome = left and "unknown" or "failed",
    message = ("%s is still %s"):format(
      entry.reference,
      note.result(entry).state
    ),
  }
end

-- One thing: its result, with a fault when patience has run out.
local function wait_for(flow, kind, reference, reached)
  local till, pause = flow.clock() + flow.patience, flow.pause
  while true do
    local entry, err, there = look(flow, kind, reference, reached)
    if not entry then
      local known = note.find(flow, kind, reference)
      if known then return note.result(known, err) end
      local state = err.code == "absent" and "not_tried" or "unknown"
      return { reference = reference, state = state, fault = err }
    end
    if there then return note.result(entry) end
    local left = till - flow.clock()
    if left <= 0 then return note.result(entry, given_up(flow, entry)) end
    local asked_for = err and err.retry_after or 0
    flow.sleep(math.min(math.max(pause, asked_for), left))
    pause = math.min(pause * 1.5, flow.longest_pause)
  end
end

-- The references of what has not ended.
local function open_ones(flow, kind)
  local list = {}
  local each = flow.journal:each {
    flow = flow.name,
    run = flow.run_name,
    step = kind.step,
    states = { "sent", "unknown", "pending" },
  }
  local entry, err = each()
  while entry do
    if kind.is_thing(entry) then list[#list + 1] = entry.reference end
    entry, err = each()
  end
  if err then return nil, err end
  return list
end

--- Waits for one reference, a list of them, or all that have not ended.
---@async
---@param flow table
---@param kind table
---@param which? string|string[]
---@param reached fun(entry: luapay.JournalEntry): boolean
---@return table? result or a report
---@return luapay.Fault? fault
function wait.await(flow, kind, which, reached)
  local one, err = type(which) == "string"
  local list = one and { which } or which
  if not list then
    list, err = open_ones(flow, kind)
    if not list then return nil, err end
  end
  return report.gather(flow, list, one, function(reference)
    return wait_for(flow, kind, reference, reached)
  end)
end

--- The options of all that wait.
wait.OPTIONS = {
  concurrency = { type = "number", positive = true, default = 16 },
  patience = { type = "number", positive = true, default = 600 },
  pause = { type = "number", positive = true, default = 2 },
  longest_pause = { type = "number", positive = true, default = 60 },
}

return wait
