-- The arguments of a request: ids from the path, what the query says, and
-- a JSON body that is an object or a list.

local body = require "luapay.sandbox.body"
local check = require "luapay.sandbox.subscriptions.check"
local json = require "luapay.sandbox.json"
local kinds = require "luapay.sandbox.subscriptions.kinds"

local function refuse(status, text, field)
  return nil, { status = status, text = text, field = field }
end

local KINDS = {
  ["application/json"] = true,
  ["text/json"] = true,
  ["application/json-patch+json"] = true,
}

local function read_json(request)
  local kind, rest = (request.headers["content-type"] or "")
    :lower()
    :match "^([^;%s]+)(.*)$"
  local charset = rest and rest:match '^%s*;%s*charset="?([%w-]+)"?%s*$'
  if not KINDS[kind] or (rest ~= "" and charset ~= "utf-8") then
    return refuse(415, "Only application/json is understood.")
  end
  local value, why = json.decode(request.body or "", json.number)
  if type(value) ~= "table" or value == json.null or json.is_number(value) then
    return refuse(400, "The body is no JSON: " .. (why or "a bare value"))
  end
  return value
end

local function unescape(text)
  return (
    text:gsub("+", " "):gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)
  )
end

local function read_query(query)
  local found = {}
  for name, value in (query or ""):gmatch "([^&=]+)=([^&]*)" do
    found[unescape(name)] = unescape(value)
  end
  return found
end

-- All {parts} of a path are ids.
local function read_path(params)
  local args = {}
  for name, text in pairs(params) do
    args[name] = kinds.uuid(text)
    if not args[name] then
      return refuse(400, ("The value '%s' is not valid."):format(text), name)
    end
  end
  return args
end

--- Reads the arguments of a request: by name those of path and query, in
--- `body` what the body says, in `list` the elements of one that is a list.
---@param request table
---@param endpoint table its fields, list, form
---@return table? args
---@return table? problem
---@return string[]? ignored
return function(request, endpoint)
  if endpoint.form then return body.read(request, endpoint.form) end
  local args, problem = read_path(request.params)
  if not args then return nil, problem end
  args.query = read_query(request.query)
  if not endpoint.fields and not endpoint.list then return args, nil, {} end
  local value
  value, problem = read_json(request)
  if not value then return nil, problem end
  if endpoint.list then
    args.list = value
    if check.is_list(value) and value[1] ~= nil then return args, nil, {} end
    return refuse(400, "The body must be a list with something in it.")
  end
  local ignored
  args.body, problem, ignored = check.object(value, endpoint.fields)
  if args.body then return args, nil, ignored end
  problem.status = 400
  return nil, problem
end
