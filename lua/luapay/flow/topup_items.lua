-- topup_items.lua - the items of a top-up: all are checked before the first
-- is sent.

local fault = require "luapay.fault"

local items = {}

local ARGS =
  { "accountKey", "ammount", "amount", "currencycode", "description" }

local LONGEST = 200 -- bytes of a reference, as of the journal

--- The arguments of add_funds that an item holds.
function items.args(item)
  local args = {}
  for _, name in ipairs(ARGS) do
    args[name] = item[name]
  end
  return args
end

local function number_text(value)
  if value % 1 == 0 then return ("%.0f"):format(value) end
  local text = ("%.14g"):format(value)
  return tonumber(text) == value and text or ("%.17g"):format(value)
end

--- The amount of an item as decimal text.
function items.amount(item)
  local amount = item.amount or item.ammount
  if type(amount) == "number" then return number_text(amount) end
  return type(amount) == "string" and amount or amount.decimal
end

--- A fault of kind "argument" about one field of one item.
function items.refuse(index, field, message)
  return nil,
    fault.new {
      kind = "argument",
      endpoint = "flow.topup",
      field = ("items[%d].%s"):format(index, field),
      message = message,
    }
end

local refuse = items.refuse

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

local function check_reference(reference, index, seen)
  if type(reference) ~= "string" or reference == "" then
    return refuse(index, "reference", "expected a text of your own")
  elseif #reference > LONGEST or reference:find "[%z\1-\31]" then
    return refuse(
      index,
      "reference",
      ("expected at most %d bytes, without control characters"):format(LONGEST)
    )
  elseif seen[reference] then
    return refuse(
      index,
      "reference",
      ("stands at items[%d] too"):format(seen[reference])
    )
  end
  seen[reference] = index
  return true
end

--- Refuses items that could not be sent, or not be told apart.
function items.check(client, list)
  local seen = {}
  for index, item in ipairs(list) do
    local good, err = check_reference(item.reference, index, seen)
    if good then
      good, err = check_names(item, index)
    end
    if not good then return nil, err end
    good, err = client:check("add_funds", items.args(item))
    if not good then return refuse(index, err.field, err.message) end
  end
  return true
end

return items
