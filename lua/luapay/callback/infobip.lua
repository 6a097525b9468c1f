-- infobip.lua - the BUY button: Infobip redirects a user to your gateway
-- and says with a ChID whose account it is. That comes from a browser, so
-- it says who wants to pay, and proves nothing.

local event = require "luapay.callback.event"
local request = require "luapay.callback.request"

local refuse = request.refuse

local provider = {}

provider.OPTIONS = {
  parameter = { type = "string", default = "ChID" },
}

local LONGEST = 128

--- Makes what reads a request: events, or nil and a refusal.
---@param options table
---@return table
function provider.new(options)
  local name = options.parameter
  local key = name:lower()
  local reader = {
    methods = { GET = true, POST = true },
    parameter = name,
    verified = false,
  }
  function reader.read(from)
    local id = request.fields(from)[key]
    if not id or #id > LONGEST or not id:find "^[%w._~+/=:@-]+$" then
      return refuse(400, "ChID", "there is none, or it is none")
    end
    local about = { object = "account:" .. id, mark = false }
    local made = event.new("infobip", "buy", about, { ChID = id })
    return { made }
  end
  return reader
end

return provider
