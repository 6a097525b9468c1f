-- The whole call: checks, encodes, sends, receives, decodes.
local call = require("bench.call")
local core = require("luapay.core")
local luapay = require("luapay")
local curl = require("luapay.transport.curl")

local at_once = tonumber(arg[4])
local infobip = luapay.infobip(call.settings(
  arg[1],
  curl.new({
    ca_file = arg[2],
    http_loopback = true,
  })
))

local function add_funds()
  local credit = assert(infobip:add_funds(call.args()))
  assert(credit.transactionId)
end

-- Yields the numbers up to count.
local function numbers(count)
  local n = 0
  return function()
    n = n + 1
    return n <= count and n or nil
  end
end

local function nothing() end

call.measure(core.now, function(count)
  if at_once == 1 then
    for _ = 1, count do
      add_funds()
    end
  else
    local options = { concurrency = at_once, each = nothing }
    luapay.map(numbers(count), options, add_funds)
  end
end)
