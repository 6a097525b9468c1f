-- failure.lua - what went wrong, in words of ours. They name the host
-- and what to check; never the path, the query, a header or the body of a
-- request, where secrets may be.

local failures = {}

local function failure(kind, phase, message)
  return { kind = kind, phase = phase, message = message }
end

--- A request that is not sent.
function failures.refusal(message)
  return failure("transport", "before_send", message)
end

--- The time was over before anything was sent.
function failures.late(origin)
  return failure(
    "timeout",
    "before_send",
    origin.text .. ": too late to be sent, nothing was sent"
  )
end

-- What nginx says, and what we say: the first that is found in it.
local BEFORE = {
  { "no resolver", "nginx.conf names no `resolver`" },
  { "could not be resolved", "the host name cannot be resolved" },
  { "host mismatch", "the server's certificate is for another host" },
  {
    "certificate",
    "the server's certificate is not trusted; check"
      .. " lua_ssl_trusted_certificate and the clock",
  },
  {
    "handshake",
    "the TLS handshake failed; check lua_ssl_protocols and"
      .. " whether the server wants a client certificate",
  },
  {
    "^%d+:",
    "the server's certificate is not trusted; check"
      .. " lua_ssl_trusted_certificate and the clock",
  },
  { "", "cannot connect; check host, port and firewall" },
}

--- No connection: nothing was sent.
---@param origin table
---@param why string in nginx's words
function failures.before(origin, why)
  if why == "timeout" then
    return failure(
      "timeout",
      "before_send",
      origin.text
        .. ": no connection in time, nothing was sent; check host and firewall"
    )
  end
  for _, case in ipairs(BEFORE) do
    if why:find(case[1]) then
      local message = ("%s: %s (%s)"):format(origin.text, case[2], why)
      return failure("transport", "before_send", message)
    end
  end
end

--- A success for what the server does not have: it may be the answer to an
--- earlier request.
function failures.early(origin, status)
  local message = (
    "%s: the server answered before all of the request was" .. " sent (%d)"
  ):format(origin.text, status)
  return failure("transport", "after_send", message)
end

local CLOSED = "the server closed the connection without an answer"

--- Something may have been sent.
---@param origin table
---@param why string
---@param doing string
function failures.after(origin, why, doing)
  if why == "timeout" then
    local message = origin.text .. ": no complete answer in time"
    return failure("timeout", "after_send", message)
  elseif why == "closed" and doing == "waiting" then
    why = CLOSED
  elseif not why:find " " or why:find "^connection " then
    why = ("the connection broke while %s (%s)"):format(doing, why)
  end
  return failure("transport", "after_send", origin.text .. ": " .. why)
end

return failures
