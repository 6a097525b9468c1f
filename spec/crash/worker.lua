-- A worker on a batch of subscription payments, to be killed: it settles
-- what a dead worker has left, and goes on. Run by crash.lua:
-- worker.lua ORDER, a file that returns base_url, ca_file, token, journal
-- ("sqlite" or "postgres"), options (the journal's), run, rows (a list).

local luapay = require "luapay"

local order = dofile(arg[1])

local options = { lease = 4 }
for name, value in pairs(order.options) do
  options[name] = value
end
local journal = assert(luapay.journal[order.journal](options))

local batch = luapay.flow.subscription_batch {
  client = luapay.mobilepay_subscriptions {
    base_url = order.base_url,
    transport = luapay.transport.curl { ca_file = order.ca_file },
    access_token = order.token,
    provider_id = order.provider_id,
    timeout = 1.5,
  },
  journal = journal,
  run = order.run,
  portion = 10,
  concurrency = 4,
  horizon = 3, -- the sandbox has no lag
}

-- What another worker holds is waited for until its lease is over.
local function is_open()
  local states = assert(batch:report()).states
  return states.planned or states.sent or states.unknown
end

repeat
  assert(batch:recover())
  local _, fault = batch:run(order.rows)
  if fault and fault.kind == "argument" then error(tostring(fault)) end
  local open = is_open()
  if open then os.execute "sleep 0.3" end
until not open
journal:close()
print "complete"
