-- raw.lua - a request that the tables do not know, with all that a call
-- has but checks: authentication, deadline, outcomes, hooks.

local core = require "luapay.core"
local exchange = require "luapay.exchange"
local fault = require "luapay.fault"
local header = require "luapay.header"
local json = require "luapay.json"
local options = require "luapay.options"

local raw = {}

local RULES = {
  method = { type = "string", required = true },
  path = { type = "string", required = true },
  query = { type = "table" },
  headers = { type = "table" },
  body = { type = "any" },
  host = { type = "number", default = 1 },
  timeout = { type = "number", positive = true },
}

local HARMLESS = { GET = true, HEAD = true, OPTIONS = true }

local function refuse(field, message)
  return nil, { kind = "argument", field = field, message = message }
end

-- What is behind the host's name and cannot be taken for a part of it, nor
-- lead out of the path where the API is.
local function check_path(path, query)
  if path:sub(1, 1) ~= "/" then
    return refuse("path", 'must begin with "/"')
  elseif path:find "[^\33-\126]" or path:find '[\\"<>^`{|}#]' then
    return refuse(
      "path",
      "must have no blanks and nothing that a URL escapes as %XX"
    )
  elseif path:gsub("%%%x%x", ""):find("%", 1, true) then
    return refuse("path", "must have %XX behind each %")
  elseif query and path:find("?", 1, true) then
    return refuse("path", 'must have no "?" beside a query')
  end
  for segment in path:match("^[^?]*"):gmatch "[^/]+" do
    local plain = segment:gsub("%%2[eE]", ".")
    if plain == "." or plain == ".." then
      return refuse("path", "must have no . and .. in it")
    end
  end
  return true
end

local SCALAR = { string = true, number = true, boolean = true }

-- Sorted, so that the same query is the same text.
local function query_of(pairs_of_query)
  local list = {}
  for name, value in next, pairs_of_query or {} do
    if type(name) ~= "string" then
      return refuse("query", "expected names that are text")
    elseif not SCALAR[type(value)] then
      return refuse("query." .. name, "expected text, a number or a boolean")
    end
    local text = type(value) == "string" and value or core.encode(value)
    if not text then return refuse("query." .. name, "is no number") end
    list[#list + 1] = core.escape(name) .. "=" .. core.escape(text)
  end
  table.sort(list)
  return list[1] and "?" .. table.concat(list, "&") or ""
end

local function body_of(given, headers)
  if type(given) == "string" or given == nil then return given end
  if type(given) ~= "table" then
    return refuse("body", "expected text, or a table for JSON")
  end
  local body, refusal = core.encode(given)
  if body then
    headers["content-type"] = headers["content-type"] or "application/json"
  end
  return body, refusal
end

local function build(inner, given)
  local base = inner.bases[given.host]
  local headers = {}
  local problem = header.add(headers, given.headers or {})
  if not base then
    return refuse("host", "the API has no such host here")
  elseif not given.method:find "^%u+$" or given.method == "CONNECT" then
    return refuse("method", 'expected a method like "GET", in capitals')
  elseif problem then
    return refuse("headers", problem)
  end
  local good, refusal = check_path(given.path, given.query)
  if not good then return nil, refusal end
  local query, body
  query, refusal = query_of(given.query)
  if not query then return nil, refusal end
  body, refusal = body_of(given.body, headers)
  if refusal then return nil, refusal end
  return {
    endpoint = inner.api .. ".request",
    method = given.method,
    url = base .. given.path .. query,
    headers = headers,
    body = body,
  }
end

-- Statuses say here what they say in HTTP; there is no row that knows more.
local function read(endpoint, response)
  local status = response.status
  if status >= 200 and status <= 299 then
    local answer = response.body ~= "" and json.decode(response.body) or nil
    return {
      status = status,
      headers = response.headers,
      body = response.body,
      answer = answer,
    }
  end
  local refused = status >= 400 and status < 499 and status ~= 408
  return nil,
    fault.new({
      kind = refused and "refused" or "server",
      outcome = (refused or endpoint.harmless) and "failed" or "unknown",
      status = status,
      message = ("answered with %d"):format(status),
      body = response.body,
    }, endpoint.id)
end

--- Sends a request of the caller's own making, once.
---@async
---@param inner table what the client keeps
---@param given table method, path, query, headers, body (text, or a table
--- for JSON), host (position, 1), timeout
---@return table? response status, headers, body, and `answer` if it is JSON
---@return luapay.Fault? fault
function raw.send(inner, given)
  given = options.check("luapay: client:request", given, RULES)
  local endpoint = {
    id = inner.api .. ".request",
    harmless = HARMLESS[given.method],
    once = not HARMLESS[given.method] or nil,
  }
  local request, refusal = build(inner, given)
  if not request then return nil, fault.new(refusal, endpoint.id) end
  local deadline = inner.transport:now() + (given.timeout or inner.timeout)
  local signed, err = inner.auth.sign(request, deadline)
  if not signed then return nil, err end
  local response, failure = exchange.run(inner, endpoint, request, deadline)
  if not response then return nil, failure end
  return read(endpoint, response)
end

return raw
