-- make way: through which files of flow/ one item goes, and how often it
-- comes to another one. A top-up of one item, and a batch of one row.

local way = {}

-- What a function visits while it runs: files of flow/ in the order in which
-- they were first come to, and how often another one was come to.
function way.of(fn)
  local files, seen, visits, last = {}, {}, 0, nil
  local function hook()
    local source = debug.getinfo(2, "S").source
    local file = source:match "^@.*lua/luapay/(flow/.*)$"
    if not file then return end
    if not seen[file] then
      seen[file] = true
      files[#files + 1] = file
    end
    if file ~= last then
      visits, last = visits + 1, file
    end
  end
  -- workers of a map are coroutines: each needs its hook
  local create = coroutine.create
  -- luacheck: push ignore 122
  coroutine.create = function(body)
    local co = create(body)
    debug.sethook(co, hook, "c")
    return co
  end
  debug.sethook(hook, "c")
  local good, err = pcall(fn)
  debug.sethook()
  coroutine.create = create
  -- luacheck: pop
  assert(good, err)
  return files, visits
end

local function topup()
  local luapay = require "luapay"
  local provider = require("luapay.sandbox").infobip()
  local flow = luapay.flow.topup {
    client = luapay.infobip {
      username = "reseller",
      password = "secret",
      transport = provider:transport(),
    },
    journal = luapay.journal.memory(),
    mode = "each",
  }
  local function item(reference)
    return {
      reference = reference,
      accountKey = "EUR-1",
      amount = "1.00",
      currencycode = "EUR",
      description = reference,
    }
  end
  assert(flow:run_one(item "warm")) -- files are loaded, a session is open
  return function()
    assert(flow:run { item "a" })
  end
end

local function batch()
  local helper = require "spec.flow.subscription_batch_helper"
  local world = helper.world(1)
  local flow = helper.machine(world)
  assert(flow:run_one(helper.row(world, 1)))
  return function()
    assert(flow:run(helper.each { helper.row(world, 2) }))
  end
end

way.TOPUP, way.BATCH = topup, batch

if arg and arg[0] and arg[0]:find "way%.lua$" then
  for _, one in ipairs {
    { "one item of a top-up", topup },
    { "one row of a batch", batch },
  } do
    local files, visits = way.of(one[2]())
    print(("%s: %d files, %d visits"):format(one[1], #files, visits))
    for _, file in ipairs(files) do
      print("  " .. file)
    end
  end
end

return way
