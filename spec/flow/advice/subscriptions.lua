-- Every advice of batches, one-off payments, agreements and refunds.

local subscriptions = require "spec.flow.words.subscriptions_helper"

local WHO = { who = "ann", why = "seen at MobilePay" }

local function open()
  local world = subscriptions.open()
  world.sending = { capture_one_off_payment = true, cancel_agreement = true }
  for _, endpoint in pairs(world.makes) do
    world.sending[endpoint] = true
  end
  return world
end

local function context(world, name, flow, id)
  return { world = world, name = name, flow = flow, reference = "a", id = id }
end

local LISTS = {
  subscription_batch = "list_payment_requests",
  one_off = "list_one_off_payments",
}

-- The provider has what an item asks for, made by another program.
local function make(world, name, changes)
  local item = world.item(name, changes)
  item.reference, item.external_id = nil, "a"
  item.currency = name == "agreement" and item.currency or nil
  local args = item
  if name == "subscription_batch" then args = { payments = { item } } end
  local made = assert(world.client[world.makes[name]](world.client, args))
  return made.id or made.pending_payments[1].payment_id
end

-- Lost, with so many at the provider that fit, or that fit but for this.
local function lost(name, count, changes)
  return function()
    local world = open()
    world.item(name) -- what it needs is there before
    world.provider:inject { at = world.makes[name], fault = "closed" }
    local flow = world.run(name)
    local id
    for _ = 1, count do
      id = make(world, name, changes)
    end
    world.provider:advance(61)
    assert(flow:recover())
    return context(world, name, flow, id)
  end
end

local function without_agreement(name, fault)
  return function()
    local world = open()
    world.provider:inject { at = world.makes[name], fault = fault }
    local flow = world.run(name)
    world.provider:inject { at = LISTS[name], fault = "error", status = 404 }
    world.provider:advance(61)
    assert(flow:recover())
    local id
    for key in pairs(world.provider.state.payments) do
      id = key
    end
    return context(world, name, flow, id)
  end
end

-- The provider says these words, one after the other.
local function says(name, ...)
  local list = { ... }
  return function()
    local world = open()
    local flow, _, id = world.run(name)
    for _, word in ipairs(list) do
      world.say(id, word)
      assert(flow:get "a")
    end
    return context(world, name, flow, id)
  end
end

local function reversed()
  local world = open()
  local flow, _, id = world.run "subscription_batch"
  world.say(id, "Executed")
  assert(flow:get "a")
  world.say(id, "Rejected")
  assert(flow:on_callback(world.event("payment", id, "Rejected")))
  return context(world, "subscription_batch", flow, id)
end

local function other_amount_moved()
  local world = open()
  local flow, _, id = world.run "subscription_batch"
  local event = world.event("payment", id, "Executed", { amount = "10.00" })
  assert(flow:on_callback(event))
  return context(world, "subscription_batch", flow, id)
end

-- A person has named another id than the one that is bound.
local function two_ids(name)
  return function()
    local world = open()
    local flow, _, bound = world.run(name)
    local id = make(world, name)
    assert(flow:found("a", { provider_id = id, who = "bob" }))
    local c = context(world, name, flow, id)
    c.bound = bound
    return c
  end
end

local function found(c)
  return assert(c.flow:found("a", { provider_id = c.id, who = "ann" }))
end

local function found_bound(c)
  return assert(c.flow:found("a", { provider_id = c.bound, who = "ann" }))
end

local function absent(c)
  return assert(c.flow:absent("a", { who = "ann" }))
end

local function accept(c)
  return assert(c.flow:accept("a", WHO))
end

local function taught(c)
  local more = { words = { Paused = "pending" } }
  c.flow = c.name == "subscription_batch" and c.world.batch(more)
    or c.world.flow(c.name, more)
  assert(c.flow:get "a")
end

local ASKED, NONE = "pending | asked | n | n", "failed | none | y | n"

local cases = {
  {
    "another amount executed",
    other_amount_moved,
    "accept",
    accept,
    "done | moved | y | n",
  },
  {
    "executed, and taken back",
    reversed,
    "accept",
    accept,
    "parked | unknown | n | n",
  },
  { "executed, and taken back", reversed, "absent", absent, NONE },
  {
    "captured after it ended",
    says("one_off", "Canceled", "Captured"),
    "accept",
    accept,
    "done | moved | y | n",
  },
  {
    "captured, and taken back",
    says("one_off", "Captured", "Canceled"),
    "accept",
    accept,
    "parked | unknown | n | n",
  },
  {
    "several agreements",
    lost("agreement", 2),
    "found",
    found,
    "pending | none | n | n",
  },
  { "several agreements", lost("agreement", 2), "absent", absent, NONE },
}

local function add(...)
  cases[#cases + 1] = { ... }
end

for _, name in ipairs { "subscription_batch", "one_off", "refunds" } do
  local many = lost(name, 2)
  local row = name == "refunds" and "done | returned | y | n" or ASKED
  add(name .. ": several", many, "found", found, row)
  add(name .. ": several", many, "absent", absent, NONE)
  local other = lost(name, 1, { amount = "4.00" })
  add(name .. ": another amount", other, "found", found, row)
  add(name .. ": another amount", other, "absent", absent, NONE)
end

for _, name in ipairs { "subscription_batch", "one_off" } do
  local there = without_agreement(name, "lost_answer")
  local not_there = without_agreement(name, "closed")
  add(name .. ": without an agreement", there, "found", found, ASKED)
  add(name .. ": without an agreement", not_there, "absent", absent, NONE)
  local two = two_ids(name)
  add(name .. ": two ids", two, "found", found, ASKED)
  add(name .. ": two ids", two, "found", found_bound, ASKED)
end

for _, name in ipairs {
  "subscription_batch",
  "one_off",
  "agreement",
  "refunds",
} do
  local row = name == "agreement" and "pending | none | n | n" or ASKED
  add(name .. ": a new word", says(name, "Paused"), "get", taught, row)
end

return cases
