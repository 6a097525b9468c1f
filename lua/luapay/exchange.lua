-- exchange.lua - sends a prepared request until there is an answer to keep,
-- or no point in going on. What may do harm twice is sent once.

local core = require "luapay.core"
local fault = require "luapay.fault"
local hooks = require "luapay.hooks"
local retry = require "luapay.retry"

local exchange = {}

local FULL, EARNED = retry.budget, retry.earned

--- What a failed exchange says of the money.
---@param endpoint table
---@param failure luapay.Failure
---@param attempts integer
---@return luapay.Fault
function exchange.failed(endpoint, failure, attempts)
  local harmless = endpoint.harmless or failure.phase == "before_send"
  return fault.new({
    kind = failure.kind,
    outcome = harmless and "failed" or "unknown",
    message = failure.message,
    phase = failure.phase,
    attempts = attempts,
  }, endpoint.id)
end

local function too_late(endpoint, attempts)
  return exchange.failed(endpoint, {
    kind = "timeout",
    phase = "before_send",
    message = "the deadline passed before anything was sent",
  }, attempts)
end

-- Whose worker stood still (a machine suspended, a process stopped) may not
-- send any more: by then somebody else may have taken it over.
local function is_stale(by_boot)
  return core.boottime() >= by_boot
end

-- The same for transports that look at it before the first byte: by their
-- clock.
local function last_moment(by_boot, now, deadline)
  return math.min(deadline, now + by_boot - core.boottime())
end

-- The same, told to the hooks.
local function send_hooked(inner, request, attempt, timeout)
  if inner.on_request then
    hooks.request(inner.on_request, request, attempt)
  end
  request.timings = inner.on_response and true or nil
  local response, failure = inner.transport:send(request, timeout)
  if inner.on_response then
    hooks.response(inner.on_response, request, attempt, response, failure)
  end
  return response, failure
end

-- The wait before another attempt, when there is to be one.
local function next_delay(inner, endpoint, request, response, attempt)
  local delay = retry.delay(
    endpoint.repeatable and inner.transport.sleeps ~= false,
    response,
    attempt,
    request.policy or inner.policy,
    inner.random,
    os.time()
  )
  if not delay then return nil end
  if inner.budget < 1 then return nil end
  inner.budget = inner.budget - 1
  return delay
end

-- An earlier attempt that was lost may have been acted upon, even when the
-- last one never left.
local function worse(one, other)
  return other and other.phase ~= "before_send" and other or one
end

-- Whether an attempt that is not the last may have been acted upon. What a
-- later one is told then says nothing of it: a second cancellation is
-- refused because the first one was done.
local function leaves_doubt(response, failure)
  if response then return response.status >= 500 end
  return failure.phase ~= "before_send"
end

--- Sends a request, and again where that is safe and there is time.
---@async
---@param inner table what the client keeps
---@param endpoint table
---@param request luapay.Request
---@param deadline number by the transport's clock
---@param brief? boolean of a success status and body are enough; hooks see
--- all of it
---@return luapay.Response|true|nil response true: the two that follow
---@return luapay.Fault|integer|nil fault or the status
---@return string? body
function exchange.run(inner, endpoint, request, deadline, brief)
  local transport, hooked = inner.transport, inner.hooked
  local now, attempt = transport:now(), 1
  if now >= deadline then return nil, too_late(endpoint, 0) end
  local by_boot = request.send_by
  request.send_by = by_boot and last_moment(by_boot, now, deadline) or deadline
  request.once = endpoint.once
  local patience = endpoint.repeatable and inner.policy.patience
  local lost
  while true do
    local left = deadline - now
    if patience and patience < left then left = patience end
    if by_boot and is_stale(by_boot) then
      if lost then return nil, exchange.failed(endpoint, lost, attempt - 1) end
      return nil, too_late(endpoint, attempt - 1)
    end
    local response, failure, body
    if hooked then
      response, failure = send_hooked(inner, request, attempt, left)
    else
      response, failure, body = transport:send(request, left, brief)
    end
    if response and (response == true or response.status < 400) then
      if inner.budget < FULL then inner.budget = inner.budget + EARNED end
      return response, failure, body
    end
    lost = worse(failure, lost)
    local delay = next_delay(inner, endpoint, request, response, attempt)
    now = transport:now()
    if not delay or now + delay >= deadline then
      if response then return response end
      return nil, exchange.failed(endpoint, lost, attempt)
    end
    request.doubt = request.doubt or leaves_doubt(response, failure)
    if inner.on_retry then
      hooks.retry(inner.on_retry, request, attempt, delay)
    end
    transport:sleep(delay)
    now, attempt = transport:now(), attempt + 1
  end
end

return exchange
