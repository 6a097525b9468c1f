-- Batches of subscription payments: each is asked for once, whatever part of
-- a request is taken, named or refused, and what MobilePay makes of it is
-- known in the end.

local acts = require "spec.simulation.acts"
local amounts = require "spec.simulation.amounts"
local invariants = require "spec.simulation.invariants"
local luapay = require "luapay"
local subscriptions = require "spec.simulation.subscriptions"

local batch = {
  flow = "subscription_batch",
  horizon = 5 * 86400, -- the horizon, and the days on which they are due
  moved_by_others = 1e7,
}

local function new_row(world, reference)
  local random = world.random
  return {
    reference = reference,
    external_id = reference,
    agreement_id = acts.any(world, world.agreements),
    amount = ("%d.%02d"):format(random:between(1, 90), random:between(0, 99)),
    due_date = random:chance(0.8) and world.provider:day(random:between(3, 6))
      or nil,
    description = "Gold",
  }
end

-- Users and MobilePay decide about what is under way.
local function decide(world)
  local random = world.random
  for _, payment in ipairs(subscriptions.payments(world, "Regular")) do
    local will = random:number()
    if will < 0.05 then
      world.provider:reject(payment.id)
    elseif will < 0.1 then
      world.provider:decline(payment.id)
    elseif will < 0.2 then
      world.provider:fail(payment.id, random:between(1, 20))
    end
  end
end

-- Requests of which a part is taken, or named, or nothing for one row.
local function spoil_requests(world)
  local random = world.random
  if random:chance(0.4) then return end
  for _ = 1, random:between(1, 3) do
    world:after(random:number() * 600, function()
      if world.calm then return end
      local fault = random:one_of {
        { 1, "partial" },
        { 1, "unnamed" },
        { 1, "refuse_row" },
      }
      world:count("batch: " .. fault)
      local run = acts.any(world, world.runs)
      world.provider:inject {
        at = "request_payments",
        fault = fault,
        rows = fault ~= "refuse_row" and random:between(0, 2) or nil,
        external_id = fault == "refuse_row"
            and acts.any(world, world.references[run])
          or nil,
        times = random:between(1, 6),
      }
    end)
  end
end

function batch.open(world)
  local random = world.random
  subscriptions.open(world)
  world.agreements = {}
  for i = 1, random:between(1, 2) do
    world.agreements[i] = subscriptions.agree(world, "ann-" .. i)
  end
  world.portion = random:between(1, 4)
  world.lists, world.run_of, world.meant_by = {}, {}, {}
  for n = 1, random:between(1, 2) do
    local run = n == 1 and "january" or "june"
    world.runs[n] = run
    world.lists[run], world.references[run] = {}, {}
    for i = 1, random:between(1, 5) do
      local reference = ("gold-%d-%d"):format(n, i)
      local row = new_row(world, reference)
      world.references[run][i], world.lists[run][i] = reference, row
      world.run_of[reference] = run
      world.meant_by[reference] = amounts.read(row.amount)
    end
  end
  for _ = 1, random:between(0, 4) do
    world:after(random:number() * 86400, function()
      decide(world)
    end)
  end
  spoil_requests(world)
  subscriptions.watch(world, function(process)
    return batch.make(world, process, "january")
  end)
end

function batch.make(world, process, run)
  process.opened = process.opened or process.journal()
  return luapay.flow.subscription_batch {
    client = subscriptions.client(world, process),
    journal = process.opened,
    run = run,
    portion = world.portion,
    concurrency = world.random:between(1, 3),
  }
end

function batch.meant(world, key)
  return world.meant_by[key:match "/(.*)$"]
end

local LIVE =
  { Requested = true, Valid = true, Created = true, Suspended = true }

function batch.books(world)
  local books = {}
  world.provider.state:settle()
  for _, payment in ipairs(subscriptions.payments(world, "Regular")) do
    local run = world.run_of[payment.name]
    local key = invariants.key(run or "?", payment.name)
    books[key] = books[key] or { bookings = {} }
    books[key].bookings[payment.id] = {
      moved = subscriptions.units(payment.totals.paid),
      returned = subscriptions.units(payment.totals.refunded),
      live = LIVE[payment.status] or false,
    }
  end
  return books
end

function batch.as_intended(verb, item)
  if verb == "await" then return item.provider_status == "Executed" end
  return (item.state == "pending" or item.state == "done")
    and item.money ~= "unknown"
end

local function plan(world, hand)
  hand:call("plan", world.lists[hand.run])
end

local function work(_, hand)
  hand:call "work"
end

local function retry(_, hand)
  hand:call "retry"
end

function batch.follow(world, hand, item)
  subscriptions.follow(world, hand, item, function()
    local ids = {}
    for _, one in ipairs(subscriptions.payments(world, "Regular")) do
      if one.name == item.reference then ids[#ids + 1] = one.id end
    end
    return ids
  end)
end

batch.acts = acts.join(acts.common(), {
  { 6, plan },
  { 10, work },
  { 4, retry },
  {
    4,
    acts.run_other(function(world, row)
      row.amount = tostring(world.random:between(1, 99))
      world.meant_by[row.reference] =
        math.max(world.meant_by[row.reference], amounts.read(row.amount))
    end),
  },
  {
    4,
    acts.run_bad {
      { "amount", 12 },
      { "amount", "0" },
      { "amuont", "1" },
      { "agreement_id", false },
      { "due_date", "2024-02-30" },
    },
  },
})

function batch.again(world, hand)
  hand:call("run", world.lists[hand.run])
end

function batch.at_rest(world)
  local good, broken = world.provider:check()
  if not good then world:problem("the provider's books: %s", broken[1]) end
end

return batch
