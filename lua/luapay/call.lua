-- call.lua - the order of the steps of one call, and nothing else: prepare,
-- sign, send, interpret. No coroutine is made around a call: the transport
-- may yield, to whoever runs it.

local core = require "luapay.core"
local fault = require "luapay.fault"
local json = require "luapay.json"
local retry = require "luapay.retry"

local call = {}

--- The little of an endpoint's row that a call looks at.
---@param api string
---@param name string
---@return table? endpoint nil when there is none of that name
function call.endpoint(api, name)
  local number = core.find(api .. "." .. name)
  if not number then return nil end
  local row = core.describe(number)
  return {
    id = api .. "." .. name,
    number = number,
    open = row.open,
    harmless = row["repeat"] == "read" or row["repeat"] == "safe",
  }
end

-- What a failed exchange says of the money.
local function failed(endpoint, failure, attempts)
  local harmless = endpoint.harmless or failure.phase == "before_send"
  return fault.new({
    kind = failure.kind,
    outcome = harmless and "failed" or "unknown",
    message = failure.message,
    phase = failure.phase,
    attempts = attempts,
  }, endpoint.id)
end

-- Sends until there is an answer to keep, or no point in going on.
local function exchange(inner, endpoint, request, deadline)
  local transport = inner.transport
  for attempt = 1, math.huge do
    local left = deadline - transport:now()
    local response, failure = transport:send(request, left)
    local delay = retry.delay(
      endpoint.harmless,
      response,
      attempt,
      inner.policy,
      inner.random
    )
    if not delay or transport:now() + delay >= deadline then
      if response then return response end
      return nil, failed(endpoint, failure, attempt)
    end
    transport:sleep(delay)
  end
end

-- From the text of an answer to what the caller gets.
local function read(endpoint, response)
  local answer, problem
  if response.body ~= "" then
    answer, problem = json.decode(response.body)
  end
  local result, refusal =
    core.interpret(endpoint.number, response.status, answer, problem)
  if result then return result end
  refusal.retry_after = tonumber(response.headers["retry-after"])
  return nil, fault.new(refusal, endpoint.id)
end

local function attempt(inner, endpoint, request, deadline)
  if not endpoint.open then
    local signed, refusal = inner.auth.sign(request, deadline)
    if not signed then return nil, refusal end
  end
  if inner.transport:now() >= deadline then
    return nil,
      failed(endpoint, {
        kind = "timeout",
        phase = "before_send",
        message = "the deadline passed before anything was sent",
      }, 0)
  end
  local response, failure = exchange(inner, endpoint, request, deadline)
  if not response then return nil, failure end
  return read(endpoint, response)
end

--- Makes one call. A refusal for want of a session says that nothing was
--- done, so the request goes once more with a new one.
---@async
---@param inner table what the client keeps: see client.lua
---@param endpoint table
---@param args table
---@param deadline number by the transport's clock
---@return table? result
---@return luapay.Fault? fault
function call.make(inner, endpoint, args, deadline)
  local request, refusal = core.prepare(endpoint.number, args, inner.settings)
  if not request then return nil, fault.new(refusal, endpoint.id) end
  request.endpoint = endpoint.id
  request.url = inner.bases[request.host] .. request.target
  local result, err = attempt(inner, endpoint, request, deadline)
  if err and err.renew then
    inner.auth.forget(request)
    result, err = attempt(inner, endpoint, request, deadline)
    if err then err.renew = nil end
  end
  return result, err
end

return call
