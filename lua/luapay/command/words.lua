-- words.lua - the arguments of a call from the words of a command line:
-- name=value, name:=JSON, links[1].rel=value.

local core = require "luapay.core"
local json = require "luapay.command.json"
local options = require "luapay.options"

local words = {}

local function field_of(fields, name)
  for _, field in ipairs(fields or {}) do
    if field.name == name or field.alias == name then return field end
  end
end

local function names_of(fields)
  local known = {}
  for _, field in ipairs(fields or {}) do
    known[field.name] = true
    if field.alias then known[field.alias] = true end
  end
  return known
end

-- A text as the field wants it; what does not fit stays text, and is refused
-- by the table with a better sentence.
local function from_text(field, text)
  local kind = field and field.type
  local is_minor = kind == "money" and field.unit ~= "decimal"
  if kind == "integer" or is_minor then
    local is_whole = text:find "^[+-]?%d+$" and #text <= 15
    return is_whole and tonumber(text) or text
  elseif kind == "boolean" then
    if text == "true" then return true end
    if text == "false" then return false end
  elseif kind == "list" or kind == "object" or kind == "any" then
    if text:find "^%s*[%[{]" then return json.read(text) end
  end
  return text
end

-- Numbers of JSON whose digits were kept, as their fields want them.
local function fit(field, value)
  if type(value) == "string" and field then
    if field.type == "integer" then return from_text(field, value) end
  elseif type(value) == "table" and value ~= core.null and field then
    local fitted = {}
    for name, inner in pairs(value) do
      local own = field.element
      if type(name) == "string" or field.type == "object" then
        own = field_of(field.fields, name)
      elseif field.fields then
        own = { type = "object", fields = field.fields }
      end
      fitted[name] = fit(own, inner)
    end
    return fitted
  end
  return value
end

--- Arguments of JSON, for an endpoint.
---@param endpoint table
---@param args table
---@return table
function words.fit(endpoint, args)
  return fit({ type = "object", fields = endpoint.params }, args)
end

-- "links[1].rel" as { "links", 1, "rel" }
local function steps_of(path)
  local steps, rest = {}, path
  while rest ~= "" do
    local name, tail = rest:match "^([^%[%].]+)(.*)$"
    local number, after = rest:match "^%[(%d+)%](.*)$"
    if name then
      steps[#steps + 1], rest = name, tail
    elseif number and steps[1] and tonumber(number) > 0 then
      steps[#steps + 1], rest = tonumber(number), after
    elseif rest:sub(1, 1) == "." and steps[1] and rest ~= "." then
      rest = rest:sub(2)
      if rest:find "^[%[.]" then return nil end
    else
      return nil
    end
  end
  return steps[1] and steps or nil
end

local function put(args, steps, value)
  local into = args
  for i = 1, #steps - 1 do
    if into[steps[i]] == nil then into[steps[i]] = {} end
    into = into[steps[i]]
    if type(into) ~= "table" then return false end
  end
  if into[steps[#steps]] ~= nil then return false end
  into[steps[#steps]] = value
  return true
end

local function find_field(endpoint, steps)
  local field = { type = "object", fields = endpoint.params }
  for _, step in ipairs(steps) do
    if type(step) == "number" then
      field = field.element or { type = "object", fields = field.fields }
    else
      local inner = field_of(field.fields, step)
      if not inner then return nil, step, field.fields end
      field = inner
    end
  end
  return field
end

local function read_word(endpoint, word, args)
  local path, mark, text = word:match "^([^=]-)(:?=)(.*)$"
  local steps = path and steps_of(path)
  if not steps then
    return ("expected name=value, got %q"):format(word:sub(1, 40))
  end
  local field, missing, fields = find_field(endpoint, steps)
  if not field and fields then
    local hint = options.suggest(missing, names_of(fields))
    return ("%s has no argument %s%s"):format(endpoint.id, path, hint)
  elseif field and field.secret then
    return (
      "%s is a secret, and others can read the words of a command: "
      .. "pass it by --input FILE, or --input - and the standard input"
    ):format(path)
  end
  local value, why
  if mark == ":=" then
    value, why = json.read(text)
    if value == nil then return ("%s: %s"):format(path, why) end
    value = fit(field, value)
  else
    value = from_text(field, text)
    if type(value) == "table" then value = fit(field, value) end
    if value == nil then return path .. ": expected JSON" end
  end
  if not put(args, steps, value) then return path .. " is said twice" end
end

--- Puts words into arguments.
---@param endpoint table of core.describe, with its `id`
---@param list string[]
---@param args table
---@return string? problem
function words.read(endpoint, list, args)
  for _, word in ipairs(list) do
    local problem = read_word(endpoint, word, args)
    if problem then return problem end
  end
  return nil
end

return words
