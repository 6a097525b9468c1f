-- Calls of luapay inside a program that runs on cqueues: three credits side
-- by side, and a clock that ticks meanwhile. The provider is a pretend one
-- on this machine. Needs Debian's lua-cqueues, nginx and openssl.

local condition = require "cqueues.condition"
local cqueues = require "cqueues"
local luapay = require "luapay"
local server = require "luapay.sandbox.server"

local provider = assert(server.start())
local loop = cqueues.new()
local begun = condition.new()
local waiting = {} -- coroutine of a call -> what it waits for

local transport = luapay.transport.curl {
  ca_file = provider.ca_file,
  suspend = function(co)
    waiting[co] = waiting[co] or condition.new()
    begun:signal() -- there is more to watch
    waiting[co]:wait()
  end,
  wake = function(co)
    waiting[co]:signal()
  end,
}

local infobip = luapay.infobip {
  base_url = provider.base_url,
  username = "reseller",
  password = "secret",
  transport = transport,
}

local left, ticks = 3, 0

for i = 1, left do
  loop:wrap(function()
    local result, err = infobip:add_funds {
      accountKey = "EUR-1",
      amount = "12.50",
      description = "Order " .. i,
    }
    print("order " .. i, result and result.transactionId or err)
    left = left - 1
    if left == 0 then begun:signal() end
  end)
end

-- cqueues must not watch a socket that `step` may close: it forgets all of
-- them before a step.
loop:wrap(function()
  local unpack = table.unpack or unpack
  while left > 0 do
    local sockets = transport:fds()
    local what = { begun }
    for _, socket in ipairs(sockets) do
      what[#what + 1] = { pollfd = socket.fd, events = socket.events }
    end
    what[#what + 1] = transport:timeout() -- a number of seconds, or nil
    cqueues.poll(unpack(what))
    for _, socket in ipairs(sockets) do
      cqueues.cancel(socket.fd)
    end
    transport:step()
  end
end)

loop:wrap(function()
  while left > 0 do
    ticks = ticks + 1
    cqueues.sleep(0.005)
  end
end)

assert(loop:loop())
transport:close()
provider:stop()
print(("the clock ticked: %s"):format(ticks > 0 and "yes" or "no"))
