-- Calls a flow's public verb as a program would, and checks what comes back:
-- by the contract of flows and the books, never by how a flow is written.

local invariants = require "spec.simulation.invariants"

local verbs = {}

-- What each verb of a flow wants, where it is not that money moves.
local WANTS = {
  undo = "returned",
  refund = "returned",
  capture = "captured",
  cancel = "nothing",
  terminate = "nothing",
  found = "nothing",
  absent = "nothing",
  accept = "nothing",
  reopen = "nothing",
  discard = "nothing",
  get = "nothing",
  recover = "nothing",
  report = "nothing",
}

-- Verbs whose value says that every item is as intended.
local PROMISES = { run = true, run_one = true, await = true }

local function is_item(value)
  return type(value) == "table" and value.reference ~= nil and value.state
end

--- The items that a value or a fault holds.
function verbs.items(value)
  if type(value) ~= "table" then return {} end
  if is_item(value) then return { value } end
  return value.items or value.first or {}
end

local function items_of(value, fault)
  if value then return verbs.items(value) end
  if type(fault) ~= "table" then return {} end
  if fault.report then return verbs.items(fault.report) end
  return verbs.items(fault.item)
end

local function check_fault(world, name, fault)
  if type(fault) ~= "table" or type(fault.kind) ~= "string" then
    return world:problem("%s: nil and %s", name, tostring(fault))
  end
  if fault.outcome ~= "failed" and fault.outcome ~= "unknown" then
    world:problem(
      "%s: fault %s has outcome %s",
      name,
      tostring(fault),
      tostring(fault.outcome)
    )
  end
end

local function describe(value, fault)
  if value == nil then
    return ("fault %s/%s/%s: %s"):format(
      tostring(fault and fault.kind),
      tostring(fault and fault.code),
      tostring(fault and fault.outcome),
      tostring(fault)
    )
  end
  if is_item(value) then
    return ("%s %s/%s"):format(value.reference, value.state, value.money)
  end
  return tostring(value)
end

-- "run and await return a value only if every item is as intended".
local function check_promise(world, name, value)
  if not PROMISES[name] then return end
  for _, item in ipairs(verbs.items(value)) do
    local good = world.scenario.as_intended(name, item)
    if item.needs_person or not good then
      world:problem(
        "%s: %s returned a value, and the item is %s/%s%s",
        item.reference,
        name,
        item.state,
        item.money,
        item.needs_person and " and needs a person" or ""
      )
    end
  end
end

-- Outcome "failed": for every item not as intended, nothing will come.
local function check_failed(world, name, fault, items, call)
  local wanted = WANTS[name] or "moved"
  if fault.outcome ~= "failed" or wanted == "nothing" then return end
  if fault.kind == "argument" then return end -- this call sent nothing
  for _, item in ipairs(items) do
    if not world.scenario.as_intended(name, item) then
      local key = invariants.key(item.run, item.reference)
      invariants.claim(world, key, name, wanted, call)
    end
  end
  if not items[1] and call.asked then
    invariants.claim(world, call.asked, name, wanted, call)
  end
end

-- 11: what was refused sent nothing; of a list that is so when the whole list
-- was refused. To see what is left of a payment it may have been read.
local function check_silent(world, name, fault, requests)
  if fault.kind ~= "argument" then return end
  local whole = (fault.field or ""):find "^items%["
  local wrong = whole and requests.sent > 0
    or name ~= "run" and requests.changing > 0
  if wrong then
    world:problem(
      "%s: refused as argument, but %d requests were sent",
      name,
      requests.sent
    )
  end
end

--- Calls `flow:name(...)` inside a process.
---@param world table
---@param process table
---@param flow table
---@param name string
---@return any value
---@return any fault
function verbs.call(world, process, flow, name, ...)
  local began, sent = world:now(), process.sent
  local changing = process.changing
  world:count("verb " .. name)
  world:write("%s calls %s", process.name, name)
  process.calling = name
  local value, fault = flow[name](flow, ...)
  process.calling = nil
  process:live()
  invariants.observe(world)
  world:write("%s: %s gives %s", process.name, name, describe(value, fault))
  world.scenario_now = process
  local items = items_of(value, fault)
  for _, item in ipairs(items) do
    if not item.run then item.run = flow.run_name or "" end
    world:write(
      "  %s %s/%s%s",
      item.reference,
      tostring(item.state),
      tostring(item.money),
      item.needs_person and " needs a person" or ""
    )
    invariants.item(world, item, began, name)
  end
  if value ~= nil then
    check_promise(world, name, value)
  elseif name ~= "on_callback" or fault ~= nil then
    check_fault(world, name, fault)
    local first = ...
    local asked = type(first) == "string"
      and invariants.key(process.run, first)
    if type(fault) == "table" then
      check_failed(world, name, fault, items, {
        process = process,
        began = began,
        asked = asked,
      })
      check_silent(world, name, fault, {
        sent = process.sent - sent,
        changing = process.changing - changing,
      })
      world:count(
        ("fault %s/%s"):format(
          tostring(fault.kind),
          tostring(fault.code or fault.outcome)
        )
      )
    end
  end
  if world.check_all then world.check_all(name) end
  return value, fault
end

return verbs
