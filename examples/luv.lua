-- Calls of luapay inside a program that runs on libuv (luv): three credits
-- side by side, and a clock that ticks meanwhile. The provider is a pretend
-- one on this machine. Needs Debian's lua-luv, nginx and openssl.

local luapay = require "luapay"
local server = require "luapay.sandbox.server"
local uv = require "luv"

local provider = assert(server.start())

local transport
local handles = {} -- of libuv: one for each socket, and a timer

-- libuv must not watch a socket that `step` may close, so watching ends
-- before it and begins anew after it.
local function ignore()
  for i = #handles, 1, -1 do
    handles[i]:close()
    handles[i] = nil
  end
end

local function watch()
  ignore()
  local function step()
    ignore()
    transport:step()
    watch()
  end
  for i, socket in ipairs(transport:fds()) do
    handles[i] = uv.new_poll(socket.fd)
    handles[i]:start(socket.events, step)
  end
  local seconds = transport:timeout()
  if seconds then
    local timer = uv.new_timer()
    timer:start(math.ceil(seconds * 1000), 0, step)
    handles[#handles + 1] = timer
  end
end

transport = luapay.transport.curl {
  ca_file = provider.ca_file,
  suspend = function()
    watch() -- a call has begun
    coroutine.yield()
  end,
}

local infobip = luapay.infobip {
  base_url = provider.base_url,
  username = "reseller",
  password = "secret",
  transport = transport,
}

local left, ticks = 3, 0
local clock = uv.new_timer()
clock:start(0, 5, function()
  ticks = ticks + 1
end)

for i = 1, left do
  local credit = coroutine.wrap(function()
    local result, err = infobip:add_funds {
      accountKey = "EUR-1",
      amount = "12.50",
      description = "Order " .. i,
    }
    print("order " .. i, result and result.transactionId or err)
    left = left - 1
    if left == 0 then clock:close() end
  end)
  credit()
end

uv.run()
transport:close()
provider:stop()
print(("the clock ticked: %s"):format(ticks > 0 and "yes" or "no"))
