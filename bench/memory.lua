-- Whether memory grows with the number of calls. Prints by how many KB the
-- resident set, and by how many bytes Lua's own count, is larger after a
-- million calls than after a hundred thousand.
-- usage: memory.lua base ca-file [from to]
local call = require("bench.call")
local luapay = require("luapay")
local curl = require("luapay.transport.curl")

local from = tonumber(arg[3]) or 100000
local to = tonumber(arg[4]) or 1000000

local infobip = luapay.infobip(call.settings(
  arg[1],
  curl.new({
    ca_file = arg[2],
    http_loopback = true,
  })
))

-- The resident set in KB, without what waits for collection.
local function resident()
  local file = assert(io.open("/proc/self/statm"))
  local text = file:read("*a")
  file:close()
  return tonumber(text:match("^%d+ (%d+)")) * 4
end

local function measure()
  for _ = 1, 4 do
    collectgarbage()
  end
  local counted = collectgarbage("count")
  return resident(), math.floor(counted * 1024 + 0.5)
end

local options = {
  concurrency = 32,
  each = function(_, _, fault)
    assert(not fault, fault)
  end,
}

local function run(count)
  local n = 0
  luapay.map(
    function()
      n = n + 1
      return n <= count and n or nil
    end,
    options,
    function()
      return infobip:add_funds(call.args())
    end
  )
end

-- Twice, and measured: what the second needs once is there, too.
run(from / 2)
measure()
run(from / 2)
local resident_before, counted_before = measure()
run(to - from)
local resident_after, counted_after = measure()
print(
  ("%.0f %.0f"):format(
    resident_after - resident_before,
    counted_after - counted_before
  )
)
