-- The call that every program of the benchmark makes, and how each of them
-- is asked to make it: PROGRAM base ca-file request-file at-once warm-up
-- count. It prints two lines: calls, seconds and seconds of CPU of the
-- warm-up, which opens the connections, and of what counts.

local call = {}

local DESCRIPTION = "Order 2024-118-00417: prepaid balance for the spring "
  .. "campaign, 25 000 messages to Croatia, Slovenia and Austria; "
  .. "invoice R-77120, paid by bank transfer on 14 March, "
  .. "approved by the sales desk in Zagreb"

--- The arguments, a new table each time, as a program would make them.
function call.args()
  return {
    accountKey = "8F0792F86035A9F4290821F1EE6BC06A",
    amount = "1249.50",
    currencycode = "EUR",
    description = DESCRIPTION,
  }
end

--- What the benchmark's client is made with.
function call.settings(base, transport)
  return {
    username = "bench",
    password = "bench",
    base_url = base,
    transport = transport,
  }
end

--- Runs a program's work as it was asked to on the command line.
---@param now fun(): number seconds
---@param work fun(count: integer)
function call.measure(now, work)
  for i = 5, 6 do
    local count = tonumber(arg[i])
    local began, cpu = now(), os.clock()
    work(count)
    print(("%d %.6f %.6f"):format(count, now() - began, os.clock() - cpu))
  end
end

return call
