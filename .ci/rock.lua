-- Uses the installed rock: loads every part from the tree it was put in, and
-- makes one call.
local share, lib = arg[1], arg[2]

local luapay = require("luapay")
require("luapay.transport.curl")
require("luapay.flow.topup")
local sandbox = require("luapay.sandbox")

-- Where a module of this name is found.
local function found(name, path)
  for place in path:gmatch("[^;]+") do
    local file = place:gsub("%?", (name:gsub("%.", "/")))
    local handle = io.open(file)
    if handle then
      handle:close()
      return file
    end
  end
  return "nowhere"
end

local function expect(name, path, tree)
  local file = found(name, path)
  assert(file:sub(1, #tree) == tree, name .. " comes from " .. file)
end

expect("luapay", package.path, share)
expect("luapay.core", package.cpath, lib)
expect("luapay.curl", package.cpath, lib)
assert(#luapay.endpoints() >= 3, "the tables are not all there")

local provider = sandbox.infobip()
local infobip = luapay.infobip({
  username = "nobody",
  password = "wrong",
  transport = provider:transport(),
})
local _, fault = infobip:rollback_transaction({
  transactionId = 1,
  note = "nothing to take back",
})
assert(fault and fault.kind == "auth", tostring(fault))
