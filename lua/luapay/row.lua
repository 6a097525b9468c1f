-- row.lua - the little of an endpoint's row that a call looks at.

local core = require "luapay.core"

local row = {}

-- The first parameter for which `is` holds.
local function find(params, is)
  for _, param in ipairs(params) do
    if is(param) then return param.name end
  end
  return nil
end

local function is_key(param)
  return param.key
end

local function is_correlation(param)
  return param.location == "header" and param.name == "CorrelationId"
end

local function is_page(param)
  return param.name == "pageNumber"
end

local function is_list(field)
  return field.type == "list"
end

--- Looks an endpoint up.
---@param api string
---@param name string
---@return table? endpoint nil when there is none of that name
function row.find(api, name)
  local number = core.find(api .. "." .. name)
  if not number then return nil end
  local all = core.describe(number)
  local again = all["repeat"]
  local key = find(all.params, is_key)
  local correlation = find(all.params, is_correlation)
  return {
    id = api .. "." .. name,
    number = number,
    host = all.host,
    open = all.open,
    bytes = all.answer == "bytes",
    any_bytes = all.any_bytes,
    either = all.answer == "either",
    harmless = all.harmless,
    repeatable = again ~= "once",
    once = again == "once" and not all.harmless or nil,
    key = key,
    keyed = again == "keyed",
    correlation = correlation,
    dressed = (key or correlation) and true,
    page = find(all.params, is_page),
    page_items = find(all.result, is_list),
  }
end

return row
