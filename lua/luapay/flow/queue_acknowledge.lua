-- queue_acknowledge.lua - reads Mobip's queue, and takes off it what is
-- finished. Both may be repeated: what was taken off does not come back.

local acknowledge = {}

local PORTION = 100

-- A list, or what PHP makes of one with gaps.
local function in_order(found)
  if type(found) ~= "table" then return {} end
  local keys, list = {}, {}
  for key in pairs(found) do
    if tonumber(key) then keys[#keys + 1] = key end
  end
  table.sort(keys, function(a, b)
    return tonumber(a) < tonumber(b)
  end)
  for i, key in ipairs(keys) do
    list[i] = found[key]
  end
  return list
end

--- The first transactions of the queue.
---@return table[]? rows
---@return luapay.Fault? fault
function acknowledge.fetch(flow, limit)
  local result, err = flow.client:get_mobip_transactions(
    { limit = ("%d"):format(limit) },
    flow.call
  )
  if not result then return nil, err end
  return in_order(result.transactions_list)
end

-- Which of them the provider says it has taken off.
local function removed_by(result)
  local removed = {}
  for _, trid in ipairs(in_order(result.removed_transactions_list)) do
    removed[tostring(trid)] = true
  end
  return removed
end

-- One call for some of them.
local function send(flow, list)
  local trids = {}
  for i, each in ipairs(list) do
    trids[i] = each.entry.reference
  end
  local result, err =
    flow.client:set_mobip_transactions({ trid_list = trids }, flow.call)
  if not result then return nil, err end
  local removed = removed_by(result)
  for _, each in ipairs(list) do
    local there = removed[each.entry.reference] or false
    local moved, why = flow.journal:advance(
      each.entry,
      { "pending" },
      "done",
      { status = "acknowledged", removed = there }
    )
    if moved == nil then return nil, why end
    each.item.state, each.item.status = "done", "acknowledged"
    each.item.removed = there
  end
  return true
end

--- Acknowledges what is finished; what could not be is finished all the
--- same, and comes again.
---@async
---@param flow table
---@param finished { entry: luapay.JournalEntry, item: table }[]
---@return boolean good
---@return luapay.Fault? fault
function acknowledge.all(flow, finished)
  for first = 1, #finished, PORTION do
    local list = {}
    for i = first, math.min(first + PORTION - 1, #finished) do
      list[#list + 1] = finished[i]
    end
    local good, err = send(flow, list)
    if not good then
      for i = first, #finished do
        finished[i].item.fault = err
      end
      return false, err
    end
  end
  return true
end

--- Acknowledges what was finished before, and not acknowledged.
---@async
---@return integer? count
---@return luapay.Fault? fault
function acknowledge.left(flow)
  local finished = {}
  local each = flow.journal:each {
    flow = flow.name,
    run = flow.run_name,
    step = "handle",
    states = { "pending" },
  }
  local entry, err = each()
  while entry do
    finished[#finished + 1] = { entry = entry, item = {} }
    entry, err = each()
  end
  if err then return nil, err end
  local good, why = acknowledge.all(flow, finished)
  if not good then return nil, why end
  return #finished
end

return acknowledge
