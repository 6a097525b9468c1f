-- Sign-ups: each customer is asked once, and what was answered is known.
-- They move no money.

local acts = require "spec.simulation.acts"
local invariants = require "spec.simulation.invariants"
local luapay = require "luapay"
local subscriptions = require "spec.simulation.subscriptions"

local agreement = {
  flow = "agreement",
  horizon = 3700,
  moved_by_others = 1e6,
}

local function all(world)
  world.provider.state:settle()
  local list = {}
  for id, one in pairs(world.provider.state.agreements) do
    list[#list + 1] = { id = id, name = one.external_id, status = one.status }
  end
  table.sort(list, function(a, b)
    return a.id < b.id
  end)
  return list
end

function agreement.open(world)
  local random = world.random
  subscriptions.open(world)
  world.lists, world.run_of = {}, {}
  for n = 1, random:between(1, 2) do
    local run = n == 1 and "" or "june"
    world.runs[n] = run
    world.lists[run], world.references[run] = {}, {}
    for i = 1, random:between(1, 3) do
      local reference = ("customer-%d-%d"):format(n, i)
      local item = subscriptions.offer(reference)
      item.reference = reference
      world.references[run][i], world.lists[run][i] = reference, item
      world.run_of[reference] = run
    end
  end
  subscriptions.users(world, function()
    for _, one in ipairs(all(world)) do
      local will = random:number()
      if one.status == "Pending" and will < 0.5 then
        world.provider:accept(one.id)
      elseif one.status == "Pending" and will < 0.7 then
        world.provider:reject(one.id)
      elseif one.status == "Accepted" and will < 0.1 then
        world.provider:cancel(one.id)
      end
    end
  end)
  subscriptions.watch(world, function(process)
    return agreement.make(world, process, "")
  end)
end

function agreement.make(world, process, run)
  process.opened = process.opened or process.journal()
  return luapay.flow.agreement {
    client = subscriptions.client(world, process),
    journal = process.opened,
    run = run,
    concurrency = world.random:between(1, 4),
    patience = 300,
  }
end

function agreement.meant(world, key)
  return world.run_of[key:match "/(.*)$"] and 0
end

local ENDED = { Rejected = true, Expired = true, Canceled = true }

--- Agreements stand or do not: no money is in them.
function agreement.books(world)
  local books = {}
  for _, one in ipairs(all(world)) do
    local key = invariants.key(world.run_of[one.name] or "?", one.name)
    books[key] = books[key] or { bookings = {} }
    books[key].bookings[one.id] = { live = not ENDED[one.status] }
  end
  return books
end

function agreement.word()
  return "none"
end

function agreement.as_intended(verb, item)
  if verb == "await" then return item.provider_status == "Accepted" end
  if verb == "cancel" then return item.state == "closed" end
  return item.state == "pending" or item.state == "done"
end

local function cancel(world, hand)
  hand:call("cancel", acts.any_reference(world, hand))
end

function agreement.follow(world, hand, item)
  subscriptions.follow(world, hand, item, function()
    local ids = {}
    for _, one in ipairs(all(world)) do
      if one.name == item.reference then ids[#ids + 1] = one.id end
    end
    return ids
  end)
end

agreement.acts = acts.join(acts.common(), {
  { 5, cancel },
  {
    4,
    acts.run_other(function(_, item)
      item.plan = "Silver"
    end),
  },
  {
    4,
    acts.run_bad {
      { "plan", false },
      { "plann", "Gold" },
      { "country_code", "SE" },
    },
  },
})

function agreement.again(world, hand)
  hand:call("run", world.lists[hand.run])
end

return agreement
