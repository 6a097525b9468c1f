-- The inputs of a request to a pretend Mobip: where they travel, and what
-- each must look like.

local json = require "luapay.sandbox.json"
local multipart = require "luapay.sandbox.multipart"

local inputs = {}

local function unescape(text)
  return (
    text:gsub("+", " "):gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)
  )
end

local function read_query(text)
  local found = {}
  for name, value in ((text or "") .. "&"):gmatch "([^&=]+)=?([^&]*)&" do
    found[unescape(name)] = unescape(value)
  end
  return found
end

-- What cannot be read counts as not there: the provider is asked about the
-- input that it misses, not about its bytes.
local function read_body(request)
  return multipart.read(request.headers["content-type"], request.body or "")
    or {}
end

--- The inputs of a request, as text by name. A POST has them in its body;
--- of a GET, the option `get_inputs` says where this provider looks.
---@param options table
---@param request table
---@return table<string, string>
function inputs.find(options, request)
  if request.method ~= "GET" or options.get_inputs == "multipart" then
    return read_body(request)
  end
  local found = read_query(request.query)
  if options.get_inputs == "both" then
    for name, value in pairs(read_body(request)) do
      found[name] = value
    end
  end
  return found
end

local function one_of(...)
  local allowed = {}
  for _, word in ipairs { ... } do
    allowed[word] = word
  end
  return function(text)
    return allowed[text]
  end
end

local function like(pattern)
  return function(text)
    return text:match(pattern)
  end
end

local function list(text)
  local items = {}
  for item in (text .. "|"):gmatch "([^|]*)|" do
    if item == "" then return nil end
    items[#items + 1] = item
  end
  return items
end

-- What an input is: from its text to its value, or nil when it is not.
local KINDS = {
  text = like "^.*$",
  whole = like "^%d+$",
  url = like "^%a[%w+.-]*://[^%s/].*$",
  email = like "^[^@%s]+@[^@%s]+$",
  phone = like "^%+?%d+$",
  date = like "^%d%d%d%d%-%d%d%-%d%d$",
  month = like "^%d%d%d%d%-%d%d$",
  language = one_of("EN", "FR"),
  media = one_of("SMS", "EMAIL"),
  list = list,
  json = function(text)
    local value = json.decode(text)
    return type(value) == "table" and value ~= json.null and value or nil
  end,
  flag = function(text)
    return (text == "1" or text == "true" or text == "on") and "1" or "0"
  end,
}

-- A map may come in brackets, as PHP has it: account_data[key]=value.
local function from_brackets(found, name)
  local map
  for key, value in pairs(found) do
    local inner = key:match("^" .. name .. "%[(.+)%]$")
    if inner then
      map = map or {}
      map[inner] = value
    end
  end
  return map
end

local function take(found, field)
  local text = found[field.name]
  if not text and field.brackets then
    local map = from_brackets(found, field.name)
    if map then return map end
  end
  if text == "" and field.may_be_empty then return text end
  if not text or text == "" then
    return nil, field.required and "Missing parameter: %1" or nil
  end
  local value = KINDS[field.kind or "text"](text)
  return value, value == nil and "Bad value: %1" or nil
end

local function ignored_in(found, fields)
  local known, ignored = { access_token = true }, {}
  for _, field in ipairs(fields) do
    known[field.name] = true
  end
  for name in pairs(found) do
    if not known[name:match "^[^%[]*"] then ignored[#ignored + 1] = name end
  end
  table.sort(ignored)
  return ignored
end

--- Reads the arguments of a request; keeps all inputs in it.
---@return table? args, or nil
---@return table? problem
---@return string[]? ignored names that the endpoint does not have
function inputs.read(request, endpoint, state)
  request.inputs = inputs.find(state.options, request)
  local args = {}
  for _, field in ipairs(endpoint.fields) do
    local value, problem = take(request.inputs, field)
    if problem then return nil, { text = problem, field = field.name } end
    args[field.name] = value
  end
  return args, nil, ignored_in(request.inputs, endpoint.fields)
end

return inputs
