-- Refunds of a few payments: each given back once, and never more than was
-- paid, by any run.

local acts = require "spec.simulation.acts"
local amounts = require "spec.simulation.amounts"
local invariants = require "spec.simulation.invariants"
local luapay = require "luapay"
local subscriptions = require "spec.simulation.subscriptions"

local refunds = {
  flow = "refunds",
  horizon = 14500,
  moved_by_others = 1e6,
  only_returns = true,
}

local PAID = 20 -- of each payment

local function pay(world, agreement, i)
  local whose = {
    agreementid = agreement,
    amount = PAID,
    external_id = "payment-" .. i,
    description = "A towel",
    auto_reserve = true,
  }
  local made = assert(world.own:request_one_off_payment(whose))
  local id = { agreementid = agreement, paymentid = made.id }
  assert(world.own:capture_one_off_payment(id))
  return id
end

function refunds.open(world)
  local random = world.random
  subscriptions.open(world)
  local agreement = subscriptions.agree(world, "ann")
  local payments = {}
  for i = 1, random:between(1, 2) do
    payments[i] = pay(world, agreement, i)
  end
  world.payments = payments
  world.lists, world.run_of, world.meant_by = {}, {}, {}
  for n = 1, random:between(1, 2) do
    local run = n == 1 and "" or "june"
    world.runs[n] = run
    world.lists[run], world.references[run] = {}, {}
    for i = 1, random:between(1, 4) do
      local whose = acts.any(world, payments)
      local reference = ("refund-%d-%d"):format(n, i)
      local amount = random:chance(0.2) and "all"
        or ("%d.%d0"):format(random:between(1, 12), random:between(0, 9))
      world.references[run][i] = reference
      world.run_of[reference] = run
      world.meant_by[reference] = amount == "all" and PAID * amounts.SCALE
        or amounts.read(amount)
      world.lists[run][i] = {
        reference = reference,
        external_id = reference,
        agreementid = whose.agreementid,
        paymentid = whose.paymentid,
        payment_type = "OneOff",
        amount = amount,
        status_callback_url = "https://gym.example/refunds",
      }
    end
  end
  subscriptions.users(world, function()
    for id, refund in pairs(world.provider.state.refunds) do
      if refund.status == "Requested" and random:chance(0.2) then
        world.provider:decline_refund(id)
      end
    end
  end)
  subscriptions.watch(world, function(process)
    return refunds.make(world, process, "")
  end)
end

function refunds.make(world, process, run)
  process.opened = process.opened or process.journal()
  return luapay.flow.refunds {
    client = subscriptions.client(world, process),
    journal = process.opened,
    run = run,
    concurrency = world.random:between(1, 4),
    patience = 120,
  }
end

function refunds.meant(world, key)
  return world.meant_by[key:match "/(.*)$"]
end

function refunds.word(sums)
  if sums.returned > 0 then return "returned" end
  return sums.live and "asked" or "none"
end

local function all(world)
  world.provider.state:settle()
  local list = {}
  for id, refund in pairs(world.provider.state.refunds) do
    list[#list + 1] = { id = id, refund = refund }
  end
  table.sort(list, function(a, b)
    return a.id < b.id
  end)
  return list
end

function refunds.books(world)
  local books = {}
  for _, one in ipairs(all(world)) do
    local name, refund = one.refund.external_id, one.refund
    local key = invariants.key(world.run_of[name] or "?", name)
    books[key] = books[key] or { bookings = {} }
    books[key].bookings[one.id] = {
      returned = refund.status == "Issued" and subscriptions.units(
        refund.amount
      ) or 0,
      live = refund.status == "Requested",
    }
  end
  return books
end

function refunds.as_intended(verb, item)
  if verb == "await" then return item.money == "returned" end
  return (item.state == "pending" or item.state == "done")
    and item.money ~= "unknown"
end

local run_other = acts.run_other(function(world, item)
  item.amount = tostring(world.random:between(1, 12))
  world.meant_by[item.reference] =
    math.max(world.meant_by[item.reference], amounts.read(item.amount))
end)

function refunds.follow(world, hand, item)
  subscriptions.follow(world, hand, item, function()
    local ids = {}
    for _, one in ipairs(all(world)) do
      if one.refund.external_id == item.reference then
        ids[#ids + 1] = one.id
      end
    end
    return ids
  end)
end

refunds.acts = acts.join(acts.common(), {
  { 4, run_other },
  {
    4,
    acts.run_bad {
      { "amount", 12 },
      { "amount", false },
      { "amuont", "1" },
      { "paymentid", false },
    },
  },
})

function refunds.again(world, hand)
  hand:call("run", world.lists[hand.run])
end

function refunds.at_rest(world)
  local good, broken = world.provider:check()
  if not good then world:problem("the provider's books: %s", broken[1]) end
  for _, one in ipairs(all(world)) do
    if one.refund.status == "Declined" and not one.refund.declined then
      world:problem(
        "%s was more than what was left, and asked for",
        one.refund.external_id
      )
    end
  end
end

return refunds
