-- Reads JSON text, as RFC 8259 has it and not a byte more. What becomes of
-- numbers, lists and null is the caller's choice.

local reader = {}

local MAX_DEPTH = 32

local ESCAPES = {
  ['"'] = '"',
  ["\\"] = "\\",
  ["/"] = "/",
  b = "\b",
  f = "\f",
  n = "\n",
  r = "\r",
  t = "\t",
}

local value -- of the functions below: (state, position, depth) -> value, next

local function fail(at, what)
  error({ json = ("%s at character %d"):format(what, at) }, 0)
end

local function skip(state, at)
  return state.text:find("[^ \t\r\n]", at) or #state.text + 1
end

-- A code point as UTF-8
local function utf8_bytes(code)
  if code < 0x80 then return string.char(code) end
  local tail, first, room = {}, 0x80, 0x40
  repeat
    table.insert(tail, 1, string.char(0x80 + code % 0x40))
    code = (code - code % 0x40) / 0x40
    first, room = first + room, room / 2
  until code < room
  return string.char(first + code) .. table.concat(tail)
end

-- The four digits of \uXXXX, and maybe those of its other half.
local function read_unicode(text, at)
  local hex = text:match("^%x%x%x%x", at) or fail(at, "bad \\u escape")
  local code = tonumber(hex, 16)
  if code < 0xD800 or code > 0xDFFF then return utf8_bytes(code), at + 4 end
  local low = text:match("^\\u([dD][c-fC-F]%x%x)", at + 4)
  if code > 0xDBFF or not low then fail(at, "half a surrogate pair") end
  code = 0x10000 + (code - 0xD800) * 0x400 + tonumber(low, 16) - 0xDC00
  return utf8_bytes(code), at + 10
end

local function read_string(state, at)
  local text, out = state.text, {}
  at = at + 1
  while true do
    local plain = text:match('^[^%c"\\]*', at)
    out[#out + 1] = plain
    at = at + #plain
    local char = text:sub(at, at)
    if char == '"' then return table.concat(out), at + 1 end
    local escaped = text:sub(at + 1, at + 1)
    if char == "\127" then
      out[#out + 1], at = char, at + 1
    elseif char ~= "\\" then
      fail(at, "text without its end")
    elseif escaped == "u" then
      out[#out + 1], at = read_unicode(text, at + 2)
    else
      out[#out + 1] = ESCAPES[escaped] or fail(at, "bad escape")
      at = at + 2
    end
  end
end

local function read_number(state, at)
  local text = state.text:match("^[%d.eE+-]+", at)
  local whole, rest = text:match("^%-?(%d+)(.*)$")
  rest = rest and rest:gsub("^%.%d+", ""):gsub("^[eE][+-]?%d+$", "")
  if rest ~= "" or whole:find("^0%d") then fail(at, "bad number") end
  return state.number(text), at + #text
end

local function read_list(state, at, depth)
  local items = state.list({})
  at = skip(state, at + 1)
  if state.text:sub(at, at) == "]" then return items, at + 1 end
  while true do
    items[#items + 1], at = value(state, at, depth)
    at = skip(state, at)
    local char = state.text:sub(at, at)
    if char == "]" then return items, at + 1 end
    at = char == "," and at + 1 or fail(at, "expected , or ]")
  end
end

local function read_name(state, at, object)
  at = skip(state, at)
  if state.text:sub(at, at) ~= '"' then fail(at, "expected a name") end
  local name, after = read_string(state, at)
  if object[name] ~= nil then fail(at, "repeated name") end
  after = skip(state, after)
  if state.text:sub(after, after) ~= ":" then fail(after, "expected :") end
  return name, after + 1
end

local function read_object(state, at, depth)
  local object, name = {}
  if state.text:find("^[ \t\r\n]*}", at + 1) then
    return object, state.text:find("}", at, true) + 1
  end
  repeat
    name, at = read_name(state, at + 1, object)
    object[name], at = value(state, at, depth)
    at = skip(state, at)
    local char = state.text:sub(at, at)
    if char ~= "," and char ~= "}" then fail(at, "expected , or }") end
  until char == "}"
  return object, at + 1
end

local function read_word(state, at)
  local word = state.text:match("^%l+", at)
  if word == "true" then return true, at + 4 end
  if word == "false" then return false, at + 5 end
  if word == "null" then return state.null, at + 4 end
  return fail(at, "expected a value")
end

function value(state, at, depth)
  if depth > MAX_DEPTH then fail(at, "nested too deep") end
  at = skip(state, at)
  local char = state.text:sub(at, at)
  if char == '"' then return read_string(state, at) end
  if char == "{" then return read_object(state, at, depth + 1) end
  if char == "[" then return read_list(state, at, depth + 1) end
  if char:find("[%d-]") then return read_number(state, at) end
  return read_word(state, at)
end

--- Reads one JSON value and nothing after it.
---@param text string
---@param make { number: function, list: function, null: any }
---@return any value, or nil
---@return string? why not
function reader.read(text, make)
  local state = {
    text = text,
    number = make.number,
    list = make.list,
    null = make.null,
  }
  local ok, found, at = pcall(value, state, 1, 0)
  if ok and skip(state, at) > #text then return found end
  if ok then return nil, "text after the value at character " .. at end
  if type(found) ~= "table" then error(found, 0) end
  return nil, found.json
end

return reader
