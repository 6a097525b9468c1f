-- The arguments of a request: ids from the path, ids from the query, and a
-- JSON body. Names that the endpoint does not have are ignored, as a real
-- server does, and reported to who reads the log of requests.

local check = require "luapay.sandbox.online.check"
local json = require "luapay.sandbox.json"

local UUID = { kind = "uuid", required = true }

local function refuse(status, what, field)
  return nil, { status = status, text = what, field = field }
end

-- Ids from the path and from the query; one may be left out of a query.
local function read_ids(request, endpoint)
  local args = {}
  local function take(name, text)
    local id, why = check(text, UUID)
    if not id then return refuse(400, "%1 " .. why, name) end
    args[name] = id
    return true
  end
  for name, text in pairs(request.params) do
    local ok, problem = take(name, text)
    if not ok then return nil, problem end
  end
  for name, text in (request.query or ""):gmatch("([^&=]+)=([^&]*)") do
    if name == endpoint.query then
      local ok, problem = take(name, text)
      if not ok then return nil, problem end
    end
  end
  return args
end

local function read_json(request)
  local kind = (request.headers["content-type"] or ""):lower()
  if
    not kind:find("^application/json$")
    and not kind:find('^application/json;%s*charset="?utf%-8"?%s*$')
  then
    return refuse(415, "Only application/json is understood")
  end
  local text = request.body or ""
  local body = json.decode(text, json.number)
  if type(body) ~= "table" or not text:find("^%s*{") then
    return refuse(400, "The body is no JSON object")
  end
  return body
end

local function take_body(body, fields, args)
  local known, ignored = {}, {}
  for _, rule in ipairs(fields) do
    local value, why = check(body[rule.name], rule)
    if why then return refuse(400, "%1 " .. why, rule.name) end
    args[rule.name], known[rule.name] = value, true
  end
  for name in pairs(body) do
    if not known[name] then ignored[#ignored + 1] = name end
  end
  table.sort(ignored)
  return args, nil, ignored
end

--- Reads the arguments of a request.
---@param request table
---@param endpoint table its `fields` and `query`
---@return table? args
---@return table? problem status, text and field of the refusal
---@return string[]? ignored
return function(request, endpoint)
  local args, problem = read_ids(request, endpoint)
  if not args or not endpoint.fields then return args, problem, {} end
  local body
  body, problem = read_json(request)
  if not body then return nil, problem end
  return take_body(body, endpoint.fields, args)
end
