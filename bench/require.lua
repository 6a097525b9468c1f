-- How long require "luapay" takes, in milliseconds.
local now = require("socket").gettime

local began = now()
require("luapay")
print(("%.3f"):format((now() - began) * 1000))
