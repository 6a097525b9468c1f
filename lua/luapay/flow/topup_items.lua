-- topup_items.lua - the items of a top-up: all are checked before the first
-- is sent.

local fault = require "luapay.fault"

local items = {}

local ARGS =
  { "accountKey", "ammount", "amount", "currencycode", "description" }

--- The arguments of add_funds that an item holds.
function items.args(item)
  local args = {}
  for _, name in ipairs(ARGS) do
    args[name] = item[name]
  end
  return args
end

local function refuse(index, field, message)
  return nil,
    fault.new {
      kind = "argument",
      endpoint = "flow.topup",
      field = ("items[%d].%s"):format(index, field),
      message = message,
    }
end

local function check_names(item, index)
  local known = { reference = true }
  for _, name in ipairs(ARGS) do
    known[name] = true
  end
  for name in pairs(item) do
    if not known[name] then
      return refuse(index, tostring(name), "no such field")
    end
  end
  return true
end

--- Refuses items that could not be sent, or not be told apart.
---@param client luapay.Infobip
---@param list luapay.TopupItem[]
---@return true? good
---@return luapay.Fault? fault of kind "argument"; its field: items[2].amount
function items.check(client, list)
  local seen = {}
  for index, item in ipairs(list) do
    local reference = item.reference
    if type(reference) ~= "string" or reference == "" then
      return refuse(index, "reference", "expected a text of your own")
    elseif seen[reference] then
      return refuse(
        index,
        "reference",
        ("stands at items[%d] too"):format(seen[reference])
      )
    end
    seen[reference] = index
    local known, stranger = check_names(item, index)
    if not known then return nil, stranger end
    local good, err = client:check("add_funds", items.args(item))
    if not good then return refuse(index, err.field, err.message) end
  end
  return true
end

return items
