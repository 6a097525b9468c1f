-- custom.lua - a transport out of a function of the user's: whatever sends
-- requests in the host at hand. See luapay.Transport.

local core = require "luapay.core"

local custom = {}

local Custom = {}
Custom.__index = Custom

function Custom:send(request, timeout)
  return self.exchange(request, timeout)
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

function Custom:close() end

--- Takes a transport as it is; makes one of a function.
---@param given luapay.Transport|fun(request: luapay.Request, timeout: number): luapay.Response?, luapay.Failure?
---@return luapay.Transport
function custom.from(given)
  if type(given) == "function" then
    return setmetatable({ exchange = given }, Custom)
  end
  return given
end

return custom
