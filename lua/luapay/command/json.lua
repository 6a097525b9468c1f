-- json.lua - JSON for people and programs at a shell: names in order, two
-- spaces a level. Numbers are read with all their digits.

local core = require "luapay.core"
local strict = require "luapay.sandbox.json"

local json = {}

-- Whole numbers that every Lua has exactly; of all others the digits.
local function number(text)
  local is_whole = text:find "^-?%d+$" and #text <= 15
  return is_whole and tonumber(text) or text
end

local function without_marks(value)
  if value == strict.null then return core.null end
  if type(value) ~= "table" then return value end
  local plain = {}
  for name, inner in pairs(value) do
    plain[name] = without_marks(inner)
  end
  return plain
end

--- Reads a text. Decimals become text ("12.50"), so that none loses a
--- digit; null is luapay.null.
---@param text string
---@return any? value
---@return string? why there is none
function json.read(text)
  local value, why = strict.decode((text:gsub("^\239\187\191", "", 1)), number)
  if value == nil then return nil, why or "not JSON" end
  return without_marks(value)
end

local function is_list(value, fields)
  if value[1] ~= nil then return true end
  return next(value) == nil and fields == "list"
end

local write

local function write_members(value, fields, indent)
  local names, out = {}, {}
  for name, inner in pairs(value) do
    if type(name) == "string" and type(inner) ~= "function" then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  for i, name in ipairs(names) do
    local field = type(fields) == "table" and fields[name]
    out[i] = ("%s  %s: %s"):format(
      indent,
      core.encode(name),
      write(value[name], field, indent .. "  ")
    )
  end
  if not out[1] then return "{}" end
  return "{\n" .. table.concat(out, ",\n") .. "\n" .. indent .. "}"
end

local function write_list(value, fields, indent)
  local out = {}
  local each = type(fields) == "table" and fields.each or nil
  for i, inner in ipairs(value) do
    out[i] = indent .. "  " .. write(inner, each, indent .. "  ")
  end
  if not out[1] then return "[]" end
  return "[\n" .. table.concat(out, ",\n") .. "\n" .. indent .. "]"
end

function write(value, fields, indent)
  if type(value) == "string" then
    -- what is not UTF-8 is no JSON: its bytes are shown
    return core.encode(value)
      or core.encode((value:gsub("[\128-\255]", function(byte)
        return ("\\x%02x"):format(byte:byte())
      end)))
      or '""'
  end
  if value == core.null or type(value) ~= "table" then
    return core.encode(value) or '"' .. tostring(value) .. '"'
  end
  if is_list(value, fields) then return write_list(value, fields, indent) end
  return write_members(value, fields, indent)
end

--- Writes a value, without a line end.
---@param value any
---@param fields? any "list" where an empty table is a list; { name = ... }
--- says so of the fields of an object
---@return string
function json.write(value, fields)
  return write(value, fields, "")
end

return json
