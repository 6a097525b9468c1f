-- Calls with or without a journal: BASE CA JOURNAL|- AT-ONCE WARM-UP COUNT.
-- With "fsync" for a base: how often a second this file system lets a write
-- reach the disk, by an empty transaction of the journal's own kind.
local call = require "bench.call"
local core = require "luapay.core"
local luapay = require "luapay"

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

local journal = path ~= "-" and open_journal()
local book = journal and journal:book { flow = "bench" }

local function bare()
  assert(infobip:add_funds(call.args()))
end

-- What a flow does with one call: durable before it leaves, and afterwards.
local function journalled(number)
  local args, reference = call.args(), "order-" .. number
  local sent = assert(book:change(reference, function(item)
    if item:entry "credit" then return false end
    return item:add {
      step = "credit",
      state = "sent",
      endpoint = "infobip.add_funds",
      amount = args.amount,
      currency = args.currencycode,
      details = args,
    }
  end))
  local result = assert(infobip:add_funds(args))
  local id = result.transactionId
  assert(book:change(reference, function(item)
    local kept = item:entry "credit"
    if not item:mine(kept, sent) then return false end
    return item:set(kept, { state = "done", provider_id = id })
  end, {
    known = { reference = reference, step = "credit", provider_id = id },
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
    { concurrency = at_once, ahead = at_once, each = function() end },
    journal and journalled or bare
  )
end)
