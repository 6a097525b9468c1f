-- asked_items.lua - the items of flows in which somebody is asked for
-- something: all are checked before the first is sent.

local core = require "luapay.core"
local fault = require "luapay.fault"

local items = {}

local LONGEST = 200 -- bytes of a reference, as of the journal
local LONGEST_ID = 64 -- characters of an external_id

--- A fault of kind "argument" about one field of one item.
---@param flow table
---@param index integer
---@param field string
---@param message string
---@return nil
---@return luapay.Fault fault
function items.refuse(flow, index, field, message)
  return nil,
    fault.new {
      kind = "argument",
      endpoint = "flow." .. flow.name,
      field = ("items[%d].%s"):format(index, field),
      message = message,
    }
end

local refuse = items.refuse

--- By what the provider tells the thing from others: the caller's own id,
--- or one of run and reference.
---@param flow table
---@param item table
---@return string
function items.external_id(flow, item)
  if item.external_id then return item.external_id end
  if flow.run_name == "" then return item.reference end
  return flow.run_name .. ":" .. item.reference
end

--- The arguments of the call that an item stands for.
---@param flow table
---@param kind table see asked.lua
---@param item table
---@return table
function items.args(flow, kind, item)
  local args = {}
  for _, name in ipairs(kind.args) do
    args[name] = item[name]
  end
  args.external_id = items.external_id(flow, item)
  return args
end

--- An amount as exact decimal text; nil for what is none.
---@param value any
---@return string?
function items.amount(value)
  local money = value and core.money(value, "DKK")
  if type(value) == "userdata" then money = value end
  return money and money.decimal
end

local function check_reference(flow, item, index, seen)
  local reference = item.reference
  if type(reference) ~= "string" or reference == "" then
    return refuse(flow, index, "reference", "expected a text of your own")
  elseif #reference > LONGEST or reference:find "[%z\1-\31]" then
    local what = "expected at most %d bytes, without control characters"
    return refuse(flow, index, "reference", what:format(LONGEST))
  elseif seen[reference] then
    local what = "stands at items[%d] too"
    return refuse(flow, index, "reference", what:format(seen[reference]))
  end
  seen[reference] = index
  return true
end

-- What the provider has is found again by it, so it must be one item's.
local function check_external_id(flow, kind, item, index, seen)
  local id = items.external_id(flow, item)
  if not item.external_id and #id > LONGEST_ID then
    return refuse(
      flow,
      index,
      "external_id",
      ("give one of at most %d characters: the reference is too long"):format(
        LONGEST_ID
      )
    )
  end
  local key = tostring(id) .. "\0" .. tostring(item[kind.within])
  if seen[key] then
    local what = "stands at items[%d] too: nothing could tell them apart"
    return refuse(flow, index, "external_id", what:format(seen[key]))
  end
  seen[key] = index
  return true
end

-- Fields that are the flow's own, not the call's.
local function check_own(flow, kind, item, index)
  local known = { reference = "string", external_id = "string" }
  for _, name in ipairs(kind.args) do
    known[name] = "any"
  end
  for name, type_of in pairs(kind.own or {}) do
    known[name] = type_of
  end
  for name, value in pairs(item) do
    local wanted = known[name]
    if not wanted then
      return refuse(flow, index, tostring(name), "no such field")
    elseif wanted ~= "any" and type(value) ~= wanted then
      return refuse(flow, index, name, "expected a " .. wanted)
    end
  end
  return true
end

local function check_item(flow, kind, item, index)
  local good, err = check_own(flow, kind, item, index)
  if not good then return nil, err end
  good, err = flow.client:check(kind.method, items.args(flow, kind, item))
  if not good then return refuse(flow, index, err.field, err.message) end
  local field, what
  if kind.rule then
    field, what = kind.rule(flow, item)
  end
  if field then return refuse(flow, index, field, what) end
  return true
end

--- Refuses items that could not be sent, or not be told apart.
---@param flow table
---@param kind table
---@param list table[]
---@return true? good
---@return luapay.Fault? fault of kind "argument"; its field: items[2].amount
function items.check(flow, kind, list)
  local references, ids = {}, {}
  for index, item in ipairs(list) do
    if type(item) ~= "table" then
      error(("flow.%s: items[%d]: expected a table"):format(flow.name, index))
    end
    local good, err = check_reference(flow, item, index, references)
    if good then
      good, err = check_item(flow, kind, item, index)
    end
    if good then
      good, err = check_external_id(flow, kind, item, index, ids)
    end
    if not good then return nil, err end
  end
  return true
end

return items
