-- Mobip's queue: each transaction is handed over and taken off, whatever
-- dies in between.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local queue = {}

local ASK = {
  item_amount_in_cents = 1250,
  tax_amount_in_cents = 250,
  item_name = "Tea",
  redirect_url = "https://shop.test/thanks",
  call_back_url = "https://shop.test/told",
}

local function client(account, transport, random)
  return luapay.mobip {
    api_account_id = account,
    api_secret_key = "secret",
    transport = transport,
    random = random,
  }
end

function queue.open(world)
  world.provider = sandbox.mobip { clock = world.clock }
  world.trids, world.calls, world.yes = {}, {}, {}
  local merchant = client("merchant", world.provider:transport())
  for i = 1, world.random:between(1, 6) do
    world.trids[i] = assert(merchant:create_one_use_qr(ASK)).trid
    world.provider:pay(world.trids[i])
  end
  world.concurrency = world.random:between(1, 3)
  world.limit = world.random:between(1, 4)
end

-- The user's function: it fails now and then, and must be told when it has
-- seen a transaction before.
local function handler(world)
  return function(row, about)
    local trid = row.mobip_trid
    local calls = (world.calls[trid] or 0) + 1
    world.calls[trid] = calls
    world:tell("  handle %s, call %d", trid, calls)
    if calls > 1 and not about.again then
      world.bug = trid .. " comes again as if for the first time"
    elseif
      world.yes[trid]
      and world.counts["crash before a write"] == nil
      and world.counts["crash after a write"] == nil
      and world.counts["database away"] == nil
      and world.counts["machine stands still"] == nil
    then
      world.bug = trid .. " was finished, and nothing has died"
    end
    if world:strikes(0.1, "handler raises") then error "no" end
    if world:strikes(0.1, "handler says no") then return false, "no" end
    world.yes[trid] = (world.yes[trid] or 0) + 1
    return true
  end
end

local function flow(world, machine)
  return luapay.flow.queue {
    client = client(
      "platform",
      machine:wire(world.provider),
      machine:random()
    ),
    journal = machine.journal,
    handle = handler(world),
    concurrency = world.concurrency,
    limit = world.limit,
  }
end

function queue.run(world, machine)
  local report, err = flow(world, machine):run()
  world:tell("run: %s", tostring(report and "ok" or err))
end

function queue.recover(world, machine)
  local report, err = flow(world, machine):recover()
  world:tell("recover: %s", tostring(report and "ok" or err))
end

function queue.check(world, entries)
  local ok, problems = world.provider:check()
  if ok then problems = {} end
  local by = {}
  for _, entry in ipairs(entries) do
    by[entry.reference] = entry
  end
  for _, trid in ipairs(world.trids) do
    local entry = by[trid]
    if not world.yes[trid] then
      problems[#problems + 1] = trid .. " was never finished"
    elseif not entry or entry.state ~= "done" then
      problems[#problems + 1] = trid .. " is not done in the journal"
    elseif world.yes[trid] > entry.attempt then
      problems[#problems + 1] = trid .. " was finished too often"
    end
  end
  for _, trid in ipairs(world.provider:queue()) do
    problems[#problems + 1] = trid .. " is still in the queue"
  end
  return problems
end

return queue
