-- raw.lua - a request that the tables do not know, with all that a call
-- has but checks: authentication, deadline, outcomes, hooks.

local core = require "luapay.core"
local exchange = require "luapay.exchange"
local fault = require "luapay.fault"
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

local function query_of(pairs_of_query)
  local list = {}
  for name, value in pairs(pairs_of_query or {}) do
    list[#list + 1] = core.escape(tostring(name))
      .. "="
      .. core.escape(tostring(value))
  end
  table.sort(list)
  return list[1] and "?" .. table.concat(list, "&") or ""
end

local function build(inner, given)
  local headers = {}
  for name, value in pairs(given.headers or {}) do
    headers[name] = value
  end
  local body = given.body
  if type(body) == "table" then
    local refusal
    body, refusal = core.encode(body)
    if not body then return nil, refusal end
    headers["content-type"] = headers["content-type"] or "application/json"
  end
  return {
    endpoint = inner.api .. ".request",
    method = given.method,
    url = inner.bases[given.host] .. given.path .. query_of(given.query),
    headers = headers,
    body = body,
  }
end

-- Statuses say here what they say in HTTP; there is no row that knows more.
local function judge(endpoint, response)
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
  }
  local request, refusal = build(inner, given)
  if not request then return nil, fault.new(refusal, endpoint.id) end
  local deadline = inner.transport:now() + (given.timeout or inner.timeout)
  local signed, err = inner.auth.sign(request, deadline)
  if not signed then return nil, err end
  local response, failure = exchange.run(inner, endpoint, request, deadline)
  if not response then return nil, failure end
  return judge(endpoint, response)
end

return raw
