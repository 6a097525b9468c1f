-- KB of memory of a call in flight, beyond those of its open connection:
-- 1000 at once beside 32, at a server that takes its time.
-- usage: flight.lua base ca-file KB-of-a-connection
local call = require("bench.call")
local luapay = require("luapay")
local curl = require("luapay.transport.curl")

local CONNECTION = tonumber(arg[3])

local infobip = luapay.infobip(call.settings(
  arg[1],
  curl.new({
    ca_file = arg[2],
    http_loopback = true,
  })
))

local function peak()
  for line in io.lines("/proc/self/status") do
    local kb = line:match("^VmHWM:%s*(%d+)")
    if kb then return tonumber(kb) end
  end
end

local function run(at_once)
  local n = 0
  luapay.map(function()
    n = n + 1
    return n <= at_once * 3 and n or nil
  end, {
    concurrency = at_once,
    each = function(_, _, fault)
      assert(not fault, fault)
    end,
  }, function()
    return infobip:add_funds(call.args())
  end)
  return peak()
end

local few = run(32)
local many = run(1000)
print(("%.2f"):format((many - few) / (1000 - 32) - CONNECTION))
