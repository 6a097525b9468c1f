-- make gateway: starts it, and says where to click. Enter or Ctrl-C ends it.
-- GATEWAY_PORT (8080) and GATEWAY_PASSWORD (a random one) may be set.

package.path = (arg[0]:match "^(.*/)" or "./") .. "?.lua;" .. package.path

local launch = require "launch"

local gateway = launch.start {
  port = tonumber(os.getenv "GATEWAY_PORT"),
  password = os.getenv "GATEWAY_PASSWORD",
}
print(([[
A client of Infobip presses BUY: %s/buy?ChID=ch-1001
The operator's page:             %s/operator
  name: operator, password: %s
Enter ends it.]]):format(gateway.address, gateway.address, gateway.password))
io.stdout:flush()
io.read()
gateway:stop()
