-- Mobip's queue: each transaction is handed over and taken off, whatever
-- dies in between, whatever stands before it. No money moves here.

local acts = require "spec.simulation.acts"
local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local queue = {
  flow = "queue",
  horizon = 2000, -- by then all are paid
  moved_by_others = 1e6,
}

local ASK = {
  item_amount_in_cents = 1250,
  tax_amount_in_cents = 250,
  item_name = "Tea",
  redirect_url = "https://shop.test/thanks",
  call_back_url = "https://shop.test/called",
}

local function client(account, transport, random)
  return luapay.mobip {
    api_account_id = account,
    api_secret_key = "secret",
    transport = transport,
    random = random,
  }
end

-- Mobip keeps what it has confirmed, or sends rows without a trid.
local function spoil(world)
  local random = world.random
  for _ = 1, random:between(0, 3) do
    world:after(random:number() * 1500, function()
      if world.calm then return end
      local keeps = random:chance(0.6)
      world:count(keeps and "queue: kept" or "queue: no trid")
      world.provider:inject {
        at = keeps and "set_mobip_transactions" or "get_mobip_transactions",
        fault = keeps and "kept" or "no_trid",
        rows = not keeps and 1 or nil,
        times = random:between(1, 2),
      }
    end)
  end
end

function queue.open(world)
  local random = world.random
  world.provider = sandbox.mobip { clock = world.clock }
  local merchant = client("merchant", world.provider:transport())
  world.runs[1] = ""
  world.references[""], world.lists = {}, { [""] = {} }
  world.calls, world.finished = {}, {}
  for i = 1, random:between(1, 6) do
    local trid = assert(merchant:create_one_use_qr(ASK)).trid
    world.references[""][i] = trid
    if random:chance(0.6) then
      world.provider:pay(trid)
    else
      world:after(random:number() * 1800, function()
        world.provider:pay(trid)
      end)
    end
  end
  world.limit = random:between(1, 4)
  spoil(world)
end

-- The user's function: it fails now and then, and is told when it may have
-- seen a transaction before.
local function handler(world, process)
  return function(row, about)
    process:live()
    local trid = row.mobip_trid
    local calls = (world.calls[trid] or 0) + 1
    world.calls[trid] = calls
    world:write("  handle %s, call %d", trid, calls)
    if calls > 1 and not about.again then
      world:problem("%s comes again as if for the first time", trid)
    end
    if world:strikes(0.1, "handler raises") then error "no" end
    if world:strikes(0.1, "handler says no") then return false, "no" end
    world.finished[trid] = true
    return true
  end
end

function queue.make(world, process, run)
  process.opened = process.opened or process.journal()
  return luapay.flow.queue {
    client = client(
      "platform",
      process:wire(world.provider),
      process:random()
    ),
    journal = process.opened,
    run = run,
    handle = handler(world, process),
    concurrency = world.random:between(1, 3),
    limit = world.limit,
  }
end

function queue.meant()
  return 0
end

function queue.books()
  return {}
end

function queue.as_intended(_, item)
  return item.state == "done" or item.accepted or false
end

local function run(_, hand)
  hand:call "run"
end

--- Mobip was asked, and takes it out of its queue.
function queue.follow(world, hand, item)
  local trid = item.reference
  local left = {}
  for _, other in ipairs(world.provider.state.queue) do
    if other ~= trid then left[#left + 1] = other end
  end
  world.provider.state.queue = left
  hand:call("accept", trid, { who = "a clerk", why = "Mobip has it out" })
end

queue.acts = {
  { 30, run },
  { 12, acts.recover },
  { 4, acts.get },
  { 2, acts.report },
  { 3, acts.follow },
}

-- A run takes as many as its limit says.
function queue.again(_, hand)
  for _ = 1, 6 do
    hand:call "run"
  end
end

function queue.at_rest(world)
  for _, trid in ipairs(world.references[""]) do
    local item = world.known["/" .. trid]
    if not world.finished[trid] then
      world:problem("%s was never finished", trid)
    elseif not item or (item.state ~= "done" and not item.accepted) then
      world:problem("%s is %s", trid, item and item.state or "not known")
    end
  end
  if world.provider:queue()[1] then
    world:problem("%s is still in the queue", world.provider:queue()[1])
  end
end

return queue
