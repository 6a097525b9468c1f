-- make gateway: starts it, and says where to click. Enter or Ctrl-C ends it.
-- GATEWAY_PORT (8080) and GATEWAY_PASSWORD (a random one) may be set.

package.path = (arg[0]:match "^(.*/)" or "./") .. "?.lua;" .. package.path

local launch = require "launch"

local function stop(why)
  io.stderr:write("no gateway: ", why, "\n")
  os.exit(1)
end

local port = os.getenv "GATEWAY_PORT" or "8080"
local number = port:find "^%d+$" and tonumber(port) or 0
if number < 1 or number > 65535 then
  stop("GATEWAY_PORT: expected a number from 1 to 65535, got " .. port)
end

local gateway, why = launch.start {
  port = number,
  password = os.getenv "GATEWAY_PASSWORD",
}
if not gateway then
  if why:find "port %d" then why = why .. "; GATEWAY_PORT=8081 is another" end
  stop(why)
end
print(([[
A client of Infobip presses BUY: %s/buy?ChID=ch-1001
The operator's page:             %s/operator
  name: operator, password: %s
Enter ends it.]]):format(gateway.address, gateway.address, gateway.password))
io.stdout:flush()
io.read()
gateway:stop()
