-- hooks.lua - tells the host what goes on: on_request, on_response,
-- on_retry, on_fault. Nothing secret is in what they are told, and a hook
-- that raises hurts nobody.

local hooks = {}

--- The rules of their options: see luapay.options.
hooks.options = {
  on_request = { type = "function" },
  on_response = { type = "function" },
  on_retry = { type = "function" },
  on_fault = { type = "function" },
}

-- Secrets may stand in a query; nothing else of the address is one.
local function event_of(request, attempt)
  return {
    endpoint = request.endpoint,
    method = request.method,
    url = request.url:match "^[^?]*",
    correlation_id = request.correlation_id,
    attempt = attempt,
    bytes_sent = request.body and #request.body or 0,
  }
end

--- Before an attempt.
function hooks.request(hook, request, attempt)
  pcall(hook, event_of(request, attempt))
end

--- After an attempt: `status`, `bytes_received` and `timings`, or
--- `failure` (kind, phase, message).
function hooks.response(hook, request, attempt, response, failure)
  local event = event_of(request, attempt)
  if response then
    event.status = response.status
    event.bytes_received = #response.body
    event.timings = response.timings
  else
    event.failure = failure
  end
  pcall(hook, event)
end

--- Before the wait for another attempt: `delay` seconds.
function hooks.retry(hook, request, attempt, delay)
  local event = event_of(request, attempt)
  event.delay = delay
  pcall(hook, event)
end

--- When a call ends in a fault.
function hooks.fault(hook, fault)
  pcall(hook, fault)
end

return hooks
