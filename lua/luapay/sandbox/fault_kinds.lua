-- The kinds of bad days: what the provider has done and what its caller
-- sees. `booked` is whether the provider acts when the order does not say;
-- `acts` marks those that make no sense when it does not; `before` is a
-- step to take first; `run(point, response)` makes what the caller sees.
-- Of those with `at` the endpoints named there know themselves: while they
-- act, the order is `state.order`.

-- A failure as transports report it.
local function fail(phase, message, more)
  local failure = more or {}
  failure.kind = failure.kind or "transport"
  failure.phase, failure.message = phase, message
  return nil, failure
end

local function answer(point, response, status, body)
  local headers = { ["content-type"] = "text/html; charset=utf-8" }
  for name, value in pairs(point.headers or {}) do
    headers[name] = value
  end
  response = response or {}
  return {
    status = point.status or status or response.status,
    headers = headers,
    body = point.body or body or "",
  }
end

local HTML = "<html><head><title>%s</title></head><body>%s</body></html>"
local INTERNAL = HTML:format("500 Internal Server Error", "Sorry!")
local GATEWAY = HTML:format("504 Gateway Time-out", "No answer in time.")

local kinds = {}

-- Nobody listens: no byte leaves. In this process only.
kinds.refuse = {
  booked = false,
  run = function()
    return fail("before_send", "connection refused")
  end,
}

-- Packets vanish: the connection is never made, the caller's time runs out
-- before a byte leaves. In this process only.
kinds.unreachable = {
  booked = false,
  run = function()
    return fail(
      "before_send",
      "no connection in time",
      { kind = "timeout", delay = math.huge }
    )
  end,
}

-- The answer comes `seconds` late. Not booked: it is a gateway's 504.
kinds.delay = {
  run = function(point, response)
    response = response or answer(point, nil, 504, GATEWAY)
    response.delay = point.seconds
    return response
  end,
}

-- An error status (500) with HTML, or what `status`, `body`, `headers` say.
kinds.error = {
  booked = false,
  run = function(point)
    return answer(point, nil, 500, INTERNAL)
  end,
}

-- The provider acts, then the connection dies: no byte of the answer.
kinds.lost_answer = {
  run = function()
    return fail("after_send", "connection closed before the answer")
  end,
}

-- The connection dies when the request is there but not acted upon. The
-- caller cannot tell it from a lost answer.
kinds.closed = {
  booked = false,
  run = function()
    return fail("after_send", "connection closed before the answer")
  end,
}

-- The connection dies in the middle of the answer's body.
kinds.cut = {
  acts = true,
  run = function(_, response)
    return fail(
      "after_send",
      "connection closed in the middle of the answer",
      { partial = response }
    )
  end,
}

-- A whole answer of the right status whose body is half a JSON.
kinds.truncated = {
  acts = true,
  run = function(_, response)
    response.body = response.body:sub(1, math.floor(#response.body / 2))
    return response
  end,
}

-- A 200 with a body that nobody expects (or with `body`).
kinds.garbage = {
  run = function(point, response)
    return answer(point, response, 200, "\255\254<!doctype html>\0 {]")
  end,
}

-- The session is gone when the request arrives; the answer is the
-- provider's own.
kinds.session_expired = {
  acts = true,
  before = "expire",
  run = function(_, response)
    return response
  end,
}

-- The request arrives twice (a proxy has repeated it), and is acted upon
-- twice; the caller sees the second answer.
kinds.duplicate = {
  acts = true,
  before = "act",
  run = function(_, response)
    return response
  end,
}

local function as_it_is(_, response)
  return response
end

local function known_to(...)
  local at = {}
  for _, name in ipairs { ... } do
    at[name] = true
  end
  return { acts = true, at = at, run = as_it_is }
end

-- The list does not have yet what is younger than `seconds`: its pages are
-- shorter than asked for, too.
kinds.lag = known_to(
  "list_agreements",
  "list_payment_requests",
  "list_one_off_payments",
  "list_refunds"
)

-- The pages have moved since the one before: this one begins `rows` later
-- (what is in between is on no page), or earlier (it comes again).
kinds.moved = known_to "list_agreements"

-- The page has only `rows` of its rows, though more follow.
kinds.short = known_to "list_agreements"

-- Of a batch the first `rows` are taken, and nothing is said of the others.
kinds.partial = known_to "request_payments"

-- All of a batch is taken; the answer names only the first `rows`.
kinds.unnamed = known_to "request_payments"

-- A batch with the row that has this `external_id` is refused as a whole.
kinds.refuse_row = known_to "request_payments"

-- What is acknowledged is confirmed, and stays in the queue.
kinds.kept = known_to "set_mobip_transactions"

-- The first `rows` of the queue have no trid.
kinds.no_trid = known_to "get_mobip_transactions"

return kinds
