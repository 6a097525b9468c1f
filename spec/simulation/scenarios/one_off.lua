-- One-off payments: asked for once, captured once if the customer wants,
-- some let go.

local acts = require "spec.simulation.acts"
local amounts = require "spec.simulation.amounts"
local invariants = require "spec.simulation.invariants"
local luapay = require "luapay"
local subscriptions = require "spec.simulation.subscriptions"

local one_off = {
  flow = "one_off",
  horizon = 3700,
  moved_by_others = 1e6, -- the users', and a word may be old
}

function one_off.open(world)
  local random = world.random
  subscriptions.open(world)
  local agreement = subscriptions.agree(world, "ann")
  world.lists, world.meant_by = {}, {}
  for n = 1, random:between(1, 2) do
    local run = n == 1 and "" or "june"
    world.runs[n] = run
    world.lists[run], world.references[run] = {}, {}
    for i = 1, random:between(1, 3) do
      local reference = ("towel-%d-%d"):format(n, i)
      world.references[run][i] = reference
      local amount = ("%d.%02d"):format(
        random:between(1, 90),
        random:between(0, 99)
      )
      world.meant_by[reference] = amounts.read(amount)
      world.lists[run][i] = {
        reference = reference,
        external_id = reference,
        agreementid = agreement,
        amount = amount,
        description = "A towel",
        expiration_timeout_minutes = random:between(5, 60),
        auto_reserve = random:chance(0.3) or nil,
      }
    end
  end
  world.run_of = {}
  for run, list in pairs(world.references) do
    for _, reference in ipairs(list) do
      world.run_of[reference] = run
    end
  end
  subscriptions.users(world, function()
    for _, payment in ipairs(subscriptions.payments(world, "OneOff")) do
      local will = random:number()
      if payment.status == "Requested" and will < 0.5 then
        world.provider:accept(payment.id)
      elseif payment.status == "Requested" and will < 0.7 then
        world.provider:reject(payment.id)
      end
    end
  end)
  subscriptions.watch(world, function(process)
    return one_off.make(world, process, "")
  end)
end

function one_off.make(world, process, run)
  process.opened = process.opened or process.journal()
  return luapay.flow.one_off {
    client = subscriptions.client(world, process),
    journal = process.opened,
    run = run,
    concurrency = world.random:between(1, 4),
    patience = 240,
  }
end

function one_off.meant(world, key)
  return world.meant_by[key:match "/(.*)$"]
end

local LIVE = { Requested = true, Reserved = true }

function one_off.books(world)
  local books = {}
  world.provider.state:settle()
  for _, payment in ipairs(subscriptions.payments(world, "OneOff")) do
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

local STATES = { pending = true, done = true }

function one_off.as_intended(verb, item)
  local word = item.provider_status
  if verb == "capture" then return item.money == "moved" end
  if verb == "cancel" then return item.state == "closed" end
  if verb == "await" then return word == "Reserved" or word == "Captured" end
  return STATES[item.state] and item.money ~= "unknown"
end

local function capture(world, hand)
  hand:call("capture", acts.any_reference(world, hand))
end

local function cancel(world, hand)
  hand:call("cancel", acts.any_reference(world, hand))
end

local function due(world, hand)
  local list, fault = hand:call("due", 86400)
  if not list and fault.kind ~= "journal" then
    world:problem("due: %s", tostring(fault))
  end
end

local run_other = acts.run_other(function(world, item)
  item.amount = tostring(world.random:between(1, 99))
  world.meant_by[item.reference] =
    math.max(world.meant_by[item.reference], amounts.read(item.amount))
end)

local function find(world, reference)
  local ids = {}
  for _, payment in ipairs(subscriptions.payments(world, "OneOff")) do
    if payment.name == reference then ids[#ids + 1] = payment.id end
  end
  return ids
end

function one_off.follow(world, hand, item)
  subscriptions.follow(world, hand, item, function()
    return find(world, item.reference)
  end)
end

one_off.acts = acts.join(acts.common(), {
  { 14, capture },
  { 5, cancel },
  { 2, due },
  { 4, run_other },
  {
    4,
    acts.run_bad {
      { "amount", 12 },
      { "amount", "0" },
      { "amuont", "12" },
      { "agreementid", false },
    },
  },
})

function one_off.again(world, hand)
  hand:call("run", world.lists[hand.run])
end

function one_off.at_rest(world)
  local good, broken = world.provider:check()
  if not good then world:problem("the provider's books: %s", broken[1]) end
end

return one_off
