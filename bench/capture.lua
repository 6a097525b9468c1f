-- Writes the request of the benchmark's call as our client makes it: a line
-- for each header, an empty line, and the body. Prints its path.
-- usage: capture.lua FILE
local call = require("bench.call")
local luapay = require("luapay")

local BASE = "https://localhost"
local sent

local function transport(request)
  sent = request
  local body = '{"transactionId":1}'
  if request.url:find("login") then
    body = '{"login":{"verified":true,"ibAuthCookie":"3f2c9a71d6e84b05"}}'
  end
  return { status = 200, headers = {}, body = body }
end

local infobip = luapay.infobip(call.settings(BASE, transport))
assert(infobip:add_funds(call.args()))

local names = {}
for name in pairs(sent.headers) do
  names[#names + 1] = name
end
table.sort(names)

local file = assert(io.open(arg[1], "wb"))
for _, name in ipairs(names) do
  file:write(name, ": ", sent.headers[name], "\n")
end
file:write("\n", sent.body)
file:close()
print((sent.url:sub(#BASE + 1)))
