-- custom.lua - a transport out of a function of the user's: whatever sends
-- requests in the host at hand. See luapay.Transport.

local core = require "luapay.core"

local custom = {}

local Custom = {}
Custom.__index = Custom

function Custom:send(request, timeout)
  local response, failure = self.exchange(request, timeout)
  if response then
    response.headers = response.headers or {}
    response.body = response.body or ""
    return response
  end
  return nil,
    failure or {
      kind = "transport",
      phase = "after_send",
      message = "the transport has not said what went wrong",
    }
end

function Custom:sleep(seconds)
  if self.nap then return self.nap(seconds) end
  error(
    "the transport is a function: to wait, luapay needs a table with"
      .. " `send` and `sleep`",
    2
  )
end

Custom.now = core.now

--- There is nothing to close; the function is the user's.
function Custom.close() end

--- Takes a transport as it is; makes one of a function.
---@param given luapay.Transport|luapay.Exchange
---@return luapay.Transport
function custom.from(given)
  if type(given) == "function" then
    return setmetatable({ exchange = given }, Custom)
  end
  return given
end

return custom
