-- What opening a TLS connection costs with a CA file of one's own: ms of
-- CPU, and KB of memory while it is open. Prints both.
-- usage: opening.lua base ca-file
local call = require("bench.call")
local luapay = require("luapay")
local curl = require("luapay.transport.curl")

local COUNT = 200

local infobip = luapay.infobip(call.settings(
  arg[1],
  curl.new({
    ca_file = arg[2],
  })
))

local function resident()
  local file = assert(io.open("/proc/self/statm"))
  local text = file:read("*a")
  file:close()
  return tonumber(text:match("^%d+ (%d+)")) * 4
end

-- So many calls at once: each needs a connection of its own.
local function run(at_once)
  local list = {}
  for i = 1, at_once do
    list[i] = i
  end
  local began = os.clock()
  luapay.map(list, {
    concurrency = at_once,
    each = function(_, _, fault)
      assert(not fault, fault)
    end,
  }, function()
    return infobip:add_funds(call.args())
  end)
  return os.clock() - began
end

run(1)
collectgarbage()
local before = resident()
local opening = run(COUNT)
local kb = (resident() - before) / (COUNT - 1)
local again = run(COUNT)
print(("%.3f %.1f"):format((opening - again) / (COUNT - 1) * 1000, kb))
