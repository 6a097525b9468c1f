-- types.lua - the types of one API's arguments, results and methods, for
-- editors that understand LuaCATS.

local outline = require "luapay.help.outline"
local text = dofile "doc/generate/text.lua"

local types = {}

-- "mobilepay_online" -> "MobilepayOnline"
function types.class_name(name)
  return (("_" .. name):gsub("_(%w)", string.upper))
end

local MONEY = "string|number|luapay.Money"
local MINOR = "integer|luapay.Money"

local ARGUMENTS = {
  integer = "integer",
  number = "number|string",
  boolean = "boolean",
  id = "string|integer",
  any = "any",
}

local RESULTS = {
  string = "string",
  integer = "integer",
  number = "number",
  boolean = "boolean",
  id = "string|integer",
  any = "any",
}

local function literals(field)
  local list = {}
  for i, choice in ipairs(field.choices) do
    list[i] = field.type == "string" and '"' .. choice .. '"' or choice
  end
  return table.concat(list, "|")
end

function ARGUMENTS.string(field)
  if field.choices and not field.format then return literals(field) end
  return field.format == "digits" and "string|integer" or "string"
end

function ARGUMENTS.money(field)
  local minor = field.unit == "minor" or field.unit == "cents"
  return minor and MINOR or MONEY
end

function RESULTS.money(field)
  return field.unit == "minor" and "integer" or "string"
end

-- The type of a field; `class` is that of what it consists of.
local function type_of(field, kinds, class)
  if field.fields then
    return field.type == "list" and class .. "[]" or class
  elseif field.type == "object" then
    return "table"
  elseif field.type == "list" then
    local of = field.element and type_of(field.element, kinds) or "any"
    return (of:find "|" and "(" .. of .. ")" or of) .. "[]"
  end
  local kind = kinds[field.type]
  return type(kind) == "function" and kind(field) or kind
end

local function field_name(name)
  if name:find "^[%a_][%w_]*$" then return name end
  return ('["%s"]'):format(name)
end

local function field_line(name, kind, optional)
  local mark = optional and "?" or ""
  return ("---@field %s%s %s"):format(field_name(name), mark, kind)
end

local function add_field(add, name, field, kind, optional)
  if field.doc then add(text.wrap(field.doc, "--- ")) end
  add(field_line(name, kind, optional) .. "\n")
end

-- A list of choices that is too long for the line of its field gets a name,
-- declared before.
local function shorten(add, kind, field, inner, optional)
  local line = field_line(field.name, kind, optional)
  if #line <= 79 or not kind:find "|" then return kind end
  add("---@alias " .. inner .. "\n")
  for one in kind:gmatch "[^|]+" do
    add("---| " .. one .. "\n")
  end
  add "\n"
  return inner
end

-- Declares what the fields consist of, then the class with the fields.
local function add_class(add, class, fields, kinds, is_optional)
  local kind_of = {}
  for _, field in ipairs(fields) do
    local inner = class .. "." .. field.name
    if field.fields then
      add_class(add, inner, field.fields, kinds, is_optional)
    end
    local kind = type_of(field, kinds, inner)
    if kinds == ARGUMENTS and field.nullable then
      kind = kind .. "|luapay.Null"
    end
    kind_of[field] = shorten(add, kind, field, inner, is_optional(field))
  end
  add(("---@class %s\n"):format(class))
  for _, field in ipairs(fields) do
    add_field(add, field.name, field, kind_of[field], is_optional(field))
    if field.alias then
      add_field(add, field.alias, {}, kind_of[field], true)
    end
  end
  add "\n"
end

local function is_optional_argument(field)
  return field.alias
    or field.client
    or field.signature
    or not outline.is_required(field)
end

local function is_optional_result(field)
  return not field.required
end

local CONTENT = {
  name = "content",
  type = "string",
  doc = "What the provider sent, as it is, where it is not JSON.",
}

local RETURNS = { nothing = "table", bytes = "{ content: string }" }

-- The type of what a method returns; declares it where it is needed.
local function result_of(add, endpoint, class)
  if RETURNS[endpoint.answer] then return RETURNS[endpoint.answer] end
  if not endpoint.result[1] then return "table" end
  local name = class .. "Result"
  if endpoint.answer == "either" then
    table.insert(endpoint.result, CONTENT)
  end
  add_class(add, name, endpoint.result, RESULTS, is_optional_result)
  return endpoint.answer == "list" and name .. "[]" or name
end

-- The elements of a page: the first list of the result.
local function items_of(endpoint)
  for _, field in ipairs(endpoint.result) do
    if field.type == "list" then return field.name end
  end
end

local function add_page(add, endpoint, class, result)
  local name = class .. "Page"
  local element = result:gsub("%[%]$", "")
  add(("---@class %s : luapay.Page\n"):format(name))
  add(("---@field [integer] %s\n"):format(element))
  add(("---@field items fun(): %s.%s[]\n"):format(element, items_of(endpoint)))
  add(("---@field next async fun(): %s?, luapay.Fault?\n\n"):format(name))
  return name
end

local function is_optional_table(endpoint)
  local rows = outline.params(endpoint)
  return not (rows[1] and outline.is_required(rows[1].field))
end

local function add_method(add, owner, endpoint, class, result)
  if outline.pages(endpoint) then
    result = add_page(add, endpoint, class, result)
  end
  add(text.wrap(endpoint.doc, "--- "))
  add "---@async\n"
  local mark = is_optional_table(endpoint) and "?" or ""
  add(("---@param args%s %sArgs\n"):format(mark, class))
  add "---@param options? luapay.CallOptions\n"
  add(("---@return %s? result\n"):format(result))
  add "---@return luapay.Fault? fault\n"
  add(("function %s:%s(args, options) end\n\n"):format(owner, endpoint.name))
end

--- The text of a file of types.
---@param api table core.api
---@param endpoints table[] core.describe, in their order
---@return string
function types.make(api, endpoints)
  local parts = {}
  local function add(s)
    parts[#parts + 1] = s
  end
  local owner = types.class_name(api.name)
  local prefix = "luapay." .. api.name .. "."
  add(
    "---@meta\n-- The types of " .. api.title .. ", made by `make meta`.\n\n"
  )
  add(
    ("--- A client of %s.\n---@class luapay.%s : luapay.Client\n"):format(
      api.title,
      owner
    )
  )
  add(("local %s = {}\n\n"):format(owner))
  for _, endpoint in ipairs(endpoints) do
    local class = prefix .. types.class_name(endpoint.name)
    add_class(
      add,
      class .. "Args",
      endpoint.params,
      ARGUMENTS,
      is_optional_argument
    )
    local result = result_of(add, endpoint, class)
    add_method(add, owner, endpoint, class, result)
  end
  return (table.concat(parts):gsub("\n+$", "\n"))
end

return types
