-- Payments of MobilePay Online with an acquirer that may say nothing: at most
-- one authorisation of a payment stands there, and what was captured and
-- refunded is what MobilePay has.

local acts = require "spec.simulation.acts"
local amounts = require "spec.simulation.amounts"
local bank = require "spec.simulation.bank"
local callback = require "luapay.callback"
local callbacks = require "spec.simulation.callbacks"
local invariants = require "spec.simulation.invariants"
local luapay = require "luapay"
local payment_helper = require "spec.online.helper"
local people = require "spec.simulation.people"
local sandbox = require "luapay.sandbox"

local online = {
  flow = "online_payment",
  latest = 30,
  horizon = 700,
  moved_by_others = 1e6,
}

function online.client(world, process)
  return luapay.mobilepay_online {
    client_id = "sandbox-client",
    client_secret = "sandbox-secret",
    transport = process:wire(world.provider),
    random = process:random(),
  }
end

local function new_item(random, reference)
  local item = payment_helper.payment()
  item.reference, item.pspReferenceId = reference, reference
  item.merchantOrderId = reference
  item.amount = ("%d.%02d"):format(
    random:between(1, 90),
    random:between(0, 99)
  )
  item.allowedCardTypes = {
    {
      name = "DANKORT",
      encryptedPanCallbackUrl = "https://psp.example/dankort",
    },
  }
  return item
end

--- Users swipe, reject, change their mind.
---@param swipes? number how probable it is that one swipes
---@param times? integer how often they look at it
function online.users(world, swipes, times)
  local random = world.random
  for _ = 1, times or random:between(3, 10) do
    world:after(random:number() * 2000, function()
      for id, payment in pairs(world.provider.state.payments) do
        if payment.state == "open" and random:chance(swipes or 0.6) then
          world.provider:accept(id)
        elseif payment.state == "open" and random:chance(0.1) then
          world.provider:reject(id)
        end
      end
    end)
  end
end

--- Brings callbacks. MobilePay's certificate is seen by nginx, or is not.
function online.watch(world, make)
  local last = 0
  callbacks.watch(world, function()
    local list = world.provider:callbacks(last)
    if list[1] then last = list[#list].number end
    return list
  end, function(process, request)
    local flow = make(world, process, "")
    request.client_verify = "SUCCESS"
    request.client_name = "CN=mobilepay.example"
    local receiver = callback.mobilepay_online {
      seen = false,
      client_name = "mobilepay.example",
    }
    local reply, _, problem = receiver:handle(request, function(event)
      return flow:on_callback(event)
    end)
    if problem then world:write("  %s", tostring(problem)) end
    return reply.status
  end)
end

function online.open(world)
  local random = world.random
  world.provider = sandbox.mobilepay_online { clock = world.clock }
  world.bank = bank.new(world)
  world.lists, world.meant_by, world.run_of = {}, {}, {}
  for n = 1, random:between(1, 2) do
    local run = n == 1 and "" or "june"
    world.runs[n] = run
    world.lists[run], world.references[run] = {}, {}
    for i = 1, random:between(1, 2) do
      local reference = ("shirt-%d-%d"):format(n, i)
      local item = new_item(random, reference)
      world.references[run][i], world.lists[run][i] = reference, item
      world.run_of[reference] = run
      world.meant_by[reference] = amounts.read(item.amount)
    end
  end
  online.users(world)
  online.watch(world, online.make)
end

function online.make(world, process, run)
  process.opened = process.opened or process.journal()
  return luapay.flow.online_payment {
    client = online.client(world, process),
    journal = process.opened,
    run = run,
    acquirer = world.bank:functions(process),
    concurrency = world.random:between(1, 3),
  }
end

function online.meant(world, key)
  return world.meant_by[key:match "/(.*)$"]
end

local ENDED = { expired = true, invalidated = true, rejected = true }

-- A payment: what was captured, what is still reserved or may be.
local function booking(world, id, payment)
  local totals = world.provider.state.ledger:totals(id)
  local rest = totals.authorized - totals.captured - totals.cancelled
  return {
    moved = totals.captured * amounts.SCALE / 100,
    returned = totals.refunded * amounts.SCALE / 100,
    live = rest > 0
      or (totals.authorized == 0 and not ENDED[payment.state])
      or world.bank:standing(payment.pspReferenceId) > 0 and rest > 0,
  }
end

online.booking = booking

function online.books(world)
  local books = {}
  for id, payment in pairs(world.provider.state.payments) do
    local name = payment.pspReferenceId
    local key = invariants.key(world.run_of[name] or "?", name)
    books[key] = books[key] or { bookings = {} }
    books[key].bookings[id] = booking(world, id, payment)
  end
  return books
end

local WHOLE = { pending = true, done = true, compensated = true }

function online.as_intended(verb, item)
  if verb == "run" or verb == "run_one" then
    return WHOLE[item.state] and item.money ~= "unknown"
  elseif verb == "await" then
    return item.provider_status == "Reserved" or item.state == "done"
  end
  return true
end

local function part(verb)
  return function(world, hand)
    local random = world.random
    hand:call(verb, acts.any_reference(world, hand), {
      id = verb .. random:between(1, 2),
      amount = random:chance(0.4) and "all"
        or ("%d.50"):format(random:between(0, 30)),
    })
  end
end

online.part = part

local function end_it(world, hand)
  hand:call("cancel", acts.any_reference(world, hand))
end

-- 2: at most one authorisation of a reference stands at the acquirer. One
-- more is there until it is released, or a person has been called.
function online.check_bank(world)
  for _, run in ipairs(world.runs) do
    for _, reference in ipairs(world.references[run]) do
      local item = world.known[invariants.key(run, reference)]
      local n = world.bank:standing(reference)
      if n > 1 and not (item and item.needs_person) then
        world:problem("%s has %d authorisations at the acquirer", reference, n)
      end
    end
  end
end

--- A person asks MobilePay and the acquirer, and does what the advice says.
function online.follow(world, hand, item)
  people.settle(world, hand, item, function()
    local step = people.step(item)
    if item.advice:find("accept", 1, true) then return "accept" end
    if item.advice:find("pspReferenceId", 1, true) then
      for id, payment in pairs(world.provider.state.payments) do
        if payment.pspReferenceId == item.reference then
          return "found", { provider_id = id }
        end
      end
      return "absent"
    end
    world.bank:release(item.reference)
    return "absent",
      item.advice:find('step = "', 1, true) and {
        step = step,
      } or nil
  end)
end

online.acts = acts.join(acts.common(), {
  { 12, part "capture" },
  { 4, part "cancel" },
  { 6, part "refund" },
  { 3, end_it },
  {
    4,
    acts.run_other(function(world, item)
      item.amount = tostring(world.random:between(1, 99))
      world.meant_by[item.reference] =
        math.max(world.meant_by[item.reference], amounts.read(item.amount))
    end),
  },
  {
    4,
    acts.run_bad {
      { "amount", 1200 },
      { "amount", "12.345" },
      { "amuont", "1" },
      { "allowedCardTypes", false },
    },
  },
})

function online.again(world, hand)
  hand:call("run", world.lists[hand.run])
end

function online.at_rest(world)
  local good, broken = world.provider:check()
  if not good then world:problem("the provider's books: %s", broken[1]) end
  online.check_bank(world)
end

return online
