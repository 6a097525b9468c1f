-- The body of a request, as strictly read as a provider would: its content
-- type, its encoding, each parameter once, none missing. Names are matched
-- letter for letter; a name that the endpoint does not have is ignored, as
-- a real server does, and reported to who reads the log of requests.

local json = require "luapay.sandbox.json"

local body = {}

local function refuse(status, what, field)
  return nil, { status = status, text = what, field = field }
end

-- Well-formed UTF-8: shortest forms, no surrogates, nothing above U+10FFFF.
local function is_utf8(text)
  local at = 1
  while at <= #text do
    local b, c = text:byte(at, at + 1)
    local more = b < 0x80 and 0
      or b >= 0xC2 and b < 0xE0 and 1
      or b >= 0xE0 and b < 0xF0 and 2
      or b >= 0xF0 and b < 0xF5 and 3
    if not more then return false end
    if not text:find("^" .. ("[\128-\191]"):rep(more), at + 1) then
      return false
    end
    if
      (b == 0xE0 and c < 0xA0)
      or (b == 0xED and c > 0x9F)
      or (b == 0xF0 and c < 0x90)
      or (b == 0xF4 and c > 0x8F)
    then
      return false
    end
    at = at + more + 1
  end
  return true
end

local function unescape(text)
  local rest = text:gsub("%%%x%x", "")
  if rest:find("%", 1, true) then return nil end
  text = text:gsub("+", " "):gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end)
  return is_utf8(text) and text or nil
end

local function read_form(text)
  local found = {}
  if text == "" then return found end
  for pair in (text .. "&"):gmatch("([^&]*)&") do
    local name, value = pair:match("^([^=]+)=(.*)$")
    name, value = name and unescape(name), value and unescape(value)
    if not name or not value then
      return refuse(400, "The form is not well encoded")
    end
    if found[name] then return refuse(400, "Given twice: %1", name) end
    found[name] = value
  end
  return found
end

local function read_json(text)
  if not is_utf8(text) then return refuse(400, "The body is not UTF-8") end
  local found, why = json.decode(text, json.number)
  if
    type(found) ~= "table"
    or json.is_number(found)
    or found == json.null
    or not text:find("^%s*{")
  then
    return refuse(400, "The body is no JSON object: " .. (why or "other"))
  end
  return found
end

local READERS = {
  ["application/x-www-form-urlencoded"] = { name = "form", read = read_form },
  ["application/json"] = { name = "json", read = read_json },
}

-- The reader for a content type; only UTF-8 is spoken here.
local function reader_for(content_type)
  local kind, rest = (content_type or ""):lower():match("^([^;%s]+)%s*(.*)$")
  local charset = rest and rest:match('^;%s*charset="?([%w-]+)"?%s*$')
  if rest ~= "" and charset ~= "utf-8" then return nil end
  return READERS[kind]
end

-- One value as text, or nil and what is wrong with it. JSON numbers are
-- taken where the field is one, with the digits that were sent.
local function take(value, field)
  if value == json.null then value = nil end
  if value == nil and not field.required then return nil end
  if json.is_number(value) and field.number then value = value.text end
  if type(value) ~= "string" or (value == "" and field.required) then
    return refuse(400, "Missing or of the wrong type: %1")
  end
  if value:find("%c") then return refuse(400, "Control character in %1") end
  return value
end

-- Fields by their own names, whatever they are called on this wire.
local function pick(found, fields, wire)
  local args, ignored, known = {}, {}, {}
  for _, field in ipairs(fields) do
    local name = field[wire] or field.name
    local value, problem = take(found[name], field)
    if problem then
      problem.field = name
      return nil, problem
    end
    args[field.name], known[name] = value, true
  end
  for name in pairs(found) do
    if not known[name] then ignored[#ignored + 1] = name end
  end
  table.sort(ignored)
  return args, nil, ignored
end

--- Reads the arguments of a request.
---@param request table with lower-case header names
---@param fields table[] the endpoint's: name, required, number, json
---@return table? args by the fields' names, as text
---@return table? problem status, text and field of the refusal
---@return string[]? ignored names that the endpoint does not have
function body.read(request, fields)
  local reader = reader_for(request.headers["content-type"])
  if not reader then return refuse(415, "Unsupported content type") end
  local found, problem = reader.read(request.body or "")
  if not found then return nil, problem end
  return pick(found, fields, reader.name)
end

--- The same, of an endpoint.
function body.read_for(request, endpoint)
  return body.read(request, endpoint.fields)
end

return body
