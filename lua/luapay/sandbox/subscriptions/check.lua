-- Whether the values of a JSON body are what an endpoint asks for.

local json = require "luapay.sandbox.json"
local kinds = require "luapay.sandbox.subscriptions.kinds"

local check

local function is_list(value)
  return type(value) == "table"
    and value ~= json.null
    and not json.is_number(value)
    and (value[1] ~= nil or next(value) == nil)
end

local nested = {}

function nested.list(value, rule)
  if not is_list(value) then return nil, "must be a list" end
  local out = json.list {}
  for i, item in ipairs(value) do
    local good, why
    if rule.fields then
      good, why = check(item, rule.fields)
      why = why and why.text
    else
      good, why = kinds.text(item, {})
    end
    if not good then return nil, why end
    out[i] = good
  end
  return out
end

function nested.object(value, rule)
  local good, why = check(value, rule.fields)
  return good, why and why.text
end

-- "amount" as the framework writes it: "The Amount field is required."
local function title(name)
  return (
    ("_" .. name):gsub("_(%l)", function(letter)
      return letter:upper()
    end)
  )
end

--- Checks one value.
---@return any value to be used, or nil
---@return string? why not; nil when there is just nothing
local function one(value, rule)
  if value == json.null or value == nil or value == "" and rule.required then
    if not rule.required then return nil end
    return nil, ("The %s field is required."):format(title(rule.name))
  end
  local read = nested[rule.kind] or kinds[rule.kind]
  local good, why = read(value, rule)
  if good == nil and not why:find "^The " then
    why = ("The field %s %s."):format(title(rule.name), why)
  end
  return good, why
end

--- Checks the values of an object.
---@param object any
---@param fields table[] name, kind, required, min, max, choices, fields
---@return table? values by the fields' names
---@return table? problem field, text
---@return string[]? ignored names that no field has
function check(object, fields)
  if
    type(object) ~= "table"
    or object == json.null
    or json.is_number(object)
    or object[1] ~= nil
  then
    return nil, { text = "The body is no JSON object." }
  end
  local values, known, ignored = {}, {}, {}
  for _, rule in ipairs(fields) do
    local value, why = one(object[rule.name], rule)
    if why then return nil, { field = rule.name, text = why } end
    values[rule.name], known[rule.name] = value, true
  end
  for name in pairs(object) do
    if not known[name] then ignored[#ignored + 1] = name end
  end
  table.sort(ignored)
  return values, nil, ignored
end

return { object = check, one = one, is_list = is_list }
