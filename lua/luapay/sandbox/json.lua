-- JSON for the sandbox's own use. It keeps the digits of numbers: an
-- amount of 20 digits and a 64-bit id must come and go unharmed on every
-- Lua, LuaJIT included, and be refused for what they are, not for what a
-- float makes of them. Strict: a repeated name is an error.

local json = {}

local Number = {
  __tostring = function(self)
    return self.text
  end,
}
local List = {}

--- A name's value that is null.
json.null = setmetatable({}, {
  __tostring = function()
    return "null"
  end,
})

--- A number written with exactly these digits.
---@param text string
---@return table
function json.number(text)
  return setmetatable({ text = text }, Number)
end

---@param value any
---@return boolean
function json.is_number(value)
  return getmetatable(value) == Number
end

--- Marks a table as a list, so that an empty one is written as [].
---@param items table
---@return table items
function json.list(items)
  return setmetatable(items, List)
end

local NAMED = {
  ['"'] = '\\"',
  ["\\"] = "\\\\",
  ["\n"] = "\\n",
  ["\r"] = "\\r",
  ["\t"] = "\\t",
}

local function escape(char)
  return NAMED[char] or ("\\u%04x"):format(char:byte())
end

local function quote(text)
  return '"' .. text:gsub('[%c"\\]', escape) .. '"'
end

local function write_list(items)
  local out = {}
  for i, item in ipairs(items) do
    out[i] = json.encode(item)
  end
  return "[" .. table.concat(out, ",") .. "]"
end

-- Names in order, so that the same answer is always the same text.
local function write_object(object)
  local names, out = {}, {}
  for name in pairs(object) do
    names[#names + 1] = name
  end
  table.sort(names)
  for i, name in ipairs(names) do
    out[i] = quote(name) .. ":" .. json.encode(object[name])
  end
  return "{" .. table.concat(out, ",") .. "}"
end

--- Writes a value as JSON text.
---@param value any text, boolean, number, `json.number`, null, list, table
---@return string
function json.encode(value)
  local kind = type(value)
  if kind == "string" then return quote(value) end
  if kind == "number" then
    return value % 1 == 0 and ("%.0f"):format(value) or ("%.14g"):format(value)
  end
  if kind ~= "table" or value == json.null or json.is_number(value) then
    return tostring(value)
  end
  if getmetatable(value) == List or value[1] ~= nil then
    return write_list(value)
  end
  return write_object(value)
end

--- Reads JSON text.
---@param text string
---@param number? fun(text: string): any what a number becomes: by default
--- a Lua number; `json.number` keeps its digits
---@return any value, or nil
---@return string? why not
function json.decode(text, number)
  return require("luapay.sandbox.json_reader").read(
    text,
    { number = number or tonumber, list = json.list, null = json.null }
  )
end

return json
