-- Calls with or without a journal: BASE CA JOURNAL|- AT-ONCE WARM-UP COUNT.
-- With "fsync" for a base: how often a second this file system lets a write
-- reach the disk, by an empty transaction of the journal's own kind.
local call = require "bench.call"
local core = require "luapay.core"
local luapay = require "luapay"
local step = require "luapay.flow.step"

local path, at_once = arg[3], tonumber(arg[4])

local function open_journal()
  return assert(luapay.journal.sqlite { path = path })
end

if arg[1] == "fsync" then
  local journal, count = open_journal(), tonumber(arg[6])
  local began = core.now()
  for i = 1, count do
    assert(journal:first("key " .. i))
  end
  print(("%.0f"):format(count / (core.now() - began)))
  os.exit(0)
end

local infobip = luapay.infobip(
  call.settings(
    arg[1],
    luapay.transport.curl { ca_file = arg[2], http_loopback = true }
  )
)

local flow = { name = "bench", run = "", client = infobip }
if path ~= "-" then flow.journal = open_journal() end

local function keep(result)
  return { provider_id = result.transactionId }
end

local function bare()
  assert(infobip:add_funds(call.args()))
end

local function journalled(number)
  local args = call.args()
  assert(step.take(flow, {
    reference = "order-" .. number,
    step = "credit",
    method = "add_funds",
    args = args,
    amount = args.amount,
    currency = args.currencycode,
    keep = keep,
  }))
end

local number = 0
local function numbers(count)
  local last = number + count
  return function()
    if number == last then return nil end
    number = number + 1
    return number
  end
end

call.measure(core.now, function(count)
  luapay.map(
    numbers(count),
    { concurrency = at_once, each = function() end },
    flow.journal and journalled or bare
  )
end)
