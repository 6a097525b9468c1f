-- batch_settle.lua - settles payments that may have been asked for, and
-- those whose callbacks were lost.

local ask = require "luapay.flow.batch_ask"

local settle = {}

local function count(report, list)
  for _, item in ipairs(list) do
    local name = report[item[2]] and item[2] or "settled"
    report[name] = report[name] + 1
  end
end

--- Settles what nobody has written down.
---@async
---@param flow table
---@return table? report settled, planned, parked, unknown
---@return luapay.Fault? fault of the journal
function settle.run(flow)
  local report = { settled = 0, planned = 0, parked = 0, unknown = 0 }
  repeat
    local entries, err = flow.journal:orphans {
      flow = flow.name,
      run = flow.run_name,
      step = "request",
      limit = ask.PORTION,
    }
    if not entries then return nil, err end
    local list = ask.all(flow, entries)
    if list[1] then
      local lost, why = flow.journal:finish_all(list)
      if not lost then return nil, why end
    end
    count(report, list)
  until #entries < ask.PORTION
  return report
end

local PENDING = { "pending" }

--- Asks about payments that have not ended, as callbacks may be lost.
---@async
---@param flow table
---@return integer? moved
---@return luapay.Fault? fault of the journal
function settle.refresh(flow)
  local moved, batch = 0, {}
  local function flush()
    for _, item in ipairs(ask.all(flow, batch)) do
      local state = item[2]
      if state == "done" or state == "failed" and item[3].provider_id then
        local good, err =
          flow.journal:advance(item[1], PENDING, state, item[3])
        if good == nil then return nil, err end
        if good then moved = moved + 1 end
      end
    end
    batch = {}
    return true
  end
  local each = flow.journal:each {
    flow = flow.name,
    run = flow.run_name,
    step = "request",
    states = PENDING,
  }
  local entry, err = each()
  while entry do
    batch[#batch + 1] = entry
    if #batch == ask.PORTION then
      local good, why = flush()
      if not good then return nil, why end
    end
    entry, err = each()
  end
  if err then return nil, err end
  local good, why = flush()
  if not good then return nil, why end
  return moved
end

return settle
