-- Whether memory grows with the number of calls: prints the slope of the
-- resident set, in MB per million calls.
-- usage: memory.lua base ca-file at-once warm-up count
local call = require("bench.call")
local luapay = require("luapay")
local curl = require("luapay.transport.curl")

local EVERY = 5000
local at_once, warm_up = tonumber(arg[3]), tonumber(arg[4])
local total = warm_up + tonumber(arg[5])

local infobip = luapay.infobip(call.settings(
  arg[1],
  curl.new({
    ca_file = arg[2],
    http_loopback = true,
  })
))

-- The resident set in pages of 4 KB, without what waits for collection.
local function pages()
  collectgarbage()
  collectgarbage()
  local file = assert(io.open("/proc/self/statm"))
  local text = file:read("*a")
  file:close()
  return tonumber(text:match("^%d+ (%d+)"))
end

-- By least squares.
local function slope(samples)
  local n, sx, sy, sxx, sxy = #samples, 0, 0, 0, 0
  for _, sample in ipairs(samples) do
    local x, y = sample[1], sample[2]
    sx, sy, sxx, sxy = sx + x, sy + y, sxx + x * x, sxy + x * y
  end
  return (n * sxy - sx * sy) / (n * sxx - sx * sx)
end

local samples = {}

-- Yields the numbers up to total, and looks at the memory now and then.
local n = 0
local function numbers()
  n = n + 1
  if n > total then return nil end
  if n > warm_up and n % EVERY == 0 then
    samples[#samples + 1] = { n, pages() }
  end
  return n
end

luapay.map(numbers, {
  concurrency = at_once,
  each = function(_, _, fault)
    assert(not fault, fault)
  end,
}, function()
  return infobip:add_funds(call.args())
end)

print(("%.3f"):format(slope(samples) * 4096 / 1e6 * 1e6))
