-- http.lua - what is said to an OpenID provider: two documents are
-- read from it, and its token endpoint is asked. Over the transport of the
-- client; nothing is sent twice.

local core = require "luapay.core"
local fault = require "luapay.fault"

local http = {}

-- Sends, and reads the JSON of the answer. `harmless` is whether it can be
-- asked once more.
local function send(transport, request, deadline, harmless)
  local left = deadline - transport:now()
  local response, failure
  if left > 0 then
    response, failure = transport:send(request, left)
  else
    failure = {
      kind = "timeout",
      phase = "before_send",
      message = "the deadline passed before anything was sent",
    }
  end
  if response then return response.status, (core.decode(response.body)) end
  local safe = harmless or failure.phase == "before_send"
  return nil,
    fault.new({
      kind = failure.kind,
      phase = failure.phase,
      outcome = safe and "failed" or "unknown",
      message = failure.message,
    }, request.endpoint)
end

--- Whether a status says that nothing was done.
---@param status? integer
---@return boolean
function http.is_refusal(status)
  return status ~= nil and status >= 400 and status <= 499 and status ~= 408
end

-- The fault for an answer that is of no use.
local function useless(endpoint, status, answer, harmless)
  local refused = http.is_refusal(status)
  local said = type(answer) == "table" and answer or {}
  return fault.new({
    kind = status < 400 and "decode" or refused and "auth" or "server",
    outcome = (refused or harmless) and "failed" or "unknown",
    status = status,
    code = type(said.error) == "string" and said.error or nil,
    message = type(said.error_description) == "string"
        and said.error_description
      or ("answered with %d and nothing of use"):format(status),
  }, endpoint)
end

--- Reads a JSON document.
---@async
---@param transport luapay.Transport
---@param url string
---@param deadline number
---@param endpoint string for faults: "oidc.keys"
---@return table? document
---@return luapay.Fault? fault
function http.get(transport, url, deadline, endpoint)
  local status, answer = send(transport, {
    endpoint = endpoint,
    method = "GET",
    url = url,
    headers = { accept = "application/json" },
  }, deadline, true)
  if not status then return nil, answer end
  if status == 200 and type(answer) == "table" then return answer end
  return nil, useless(endpoint, status, answer, true)
end

local function form_of(fields)
  local parts = {}
  for name, value in pairs(fields) do
    parts[#parts + 1] = name .. "=" .. core.escape(value)
  end
  table.sort(parts)
  return table.concat(parts, "&")
end

-- A token goes into a header: nothing that would end it.
local function is_token(text)
  return type(text) == "string" and text:find "^[%w%-._~+/=]+$" ~= nil
end
http.is_token = is_token

-- What a token endpoint must say to be of use.
local function is_whole(answer)
  if type(answer) ~= "table" or not is_token(answer.access_token) then
    return false
  end
  local kind = answer.token_type
  return kind == nil or (type(kind) == "string" and kind:lower() == "bearer")
end

--- Asks for tokens.
---@async
---@param transport luapay.Transport
---@param url string
---@param fields table<string, string> of the form
---@param deadline number
---@param harmless boolean whether it can be asked once more
---@return table? tokens as the provider names them
---@return luapay.Fault? fault
function http.tokens(transport, url, fields, deadline, harmless)
  local endpoint = "oidc.token"
  local status, answer = send(transport, {
    endpoint = endpoint,
    method = "POST",
    url = url,
    headers = {
      accept = "application/json",
      ["content-type"] = "application/x-www-form-urlencoded",
    },
    body = form_of(fields),
  }, deadline, harmless)
  if not status then return nil, answer end
  if status ~= 200 or not is_whole(answer) then
    return nil, useless(endpoint, status, answer, harmless)
  end
  answer.expires_in = tonumber(answer.expires_in)
  -- one of the provider's own samples spells it so
  answer.id_token = answer.id_token or answer["id-token"]
  return answer
end

return http
