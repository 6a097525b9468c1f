-- Agreements of MobilePay Online and charges without the customer: a
-- reference is charged once at the acquirer, whatever happens, and again only
-- by `retry` after a clear decline.

local acts = require "spec.simulation.acts"
local amounts = require "spec.simulation.amounts"
local bank = require "spec.simulation.bank"
local invariants = require "spec.simulation.invariants"
local luapay = require "luapay"
local online = require "spec.simulation.scenarios.online_payment"
local online_helper = require "spec.online.helper"
local people = require "spec.simulation.people"
local sandbox = require "luapay.sandbox"

local recurring = {
  flow = "recurring",
  latest = 30,
  horizon = 700,
  moved_by_others = 1e6,
}

local CUSTOMER = "customer-7"

local function customer()
  local item = online_helper.agreement()
  item.reference, item.externalAgreementId = CUSTOMER, CUSTOMER
  return item
end

local function first_payment()
  local item = online_helper.payment()
  item.merchantId, item.merchantName = nil, nil
  item.reference, item.pspReferenceId = "first", "first"
  item.agreement, item.amount = CUSTOMER, "12.00"
  item.allowedCardTypes = {
    { name = "DANKORT", encryptedPanCallbackUrl = "https://psp.example/c" },
  }
  return item
end

local function month(random, number)
  local reference = "month-" .. number
  local item = online_helper.mit { merchantOrderId = reference }
  item.reference, item.pspReferenceId = reference, reference
  item.agreement = CUSTOMER
  item.amount = ("%d.%02d"):format(
    random:between(1, 90),
    random:between(0, 99)
  )
  return item
end

function recurring.open(world)
  local random = world.random
  world.provider = sandbox.mobilepay_online { clock = world.clock }
  world.bank = bank.new(world)
  world.bank.charges = true
  world.runs[1] = ""
  world.references[""] = { CUSTOMER, "first" }
  world.lists = { [""] = {} }
  world.meant_by = { [CUSTOMER] = 0, first = amounts.read "12.00" }
  for i = 1, random:between(1, 3) do
    local item = month(random, i)
    world.lists[""][i] = item
    world.references[""][i + 2] = item.reference
    world.meant_by[item.reference] = amounts.read(item.amount)
  end
  online.users(world, 0.9, 30)
  online.watch(world, recurring.make)
end

function recurring.make(world, process, run)
  process.opened = process.opened or process.journal()
  return luapay.flow.recurring {
    client = online.client(world, process),
    journal = process.opened,
    run = run,
    acquirer = world.bank:functions(process),
    concurrency = world.random:between(1, 3),
  }
end

function recurring.meant(world, key)
  return world.meant_by[key:match "/(.*)$"]
end

function recurring.books(world)
  local books, state = {}, world.provider.state
  local function add(name, id, booking)
    local key = invariants.key("", name)
    books[key] = books[key] or { bookings = {} }
    books[key].bookings[id] = booking
  end
  for id, payment in pairs(state.payments) do
    add(payment.pspReferenceId, id, online.booking(world, id, payment))
  end
  for id, mit in pairs(state.mits) do
    local booking = online.booking(world, id, mit)
    -- nobody but the acquirer brings this about
    if mit.state == "failed" or world.bank:declined(mit.pspReferenceId) then
      booking.live = false
    end
    add(mit.pspReferenceId, id, booking)
  end
  for id, agreement in pairs(state.agreements) do
    add(agreement.externalAgreementId, id, { live = false })
  end
  return books
end

-- Money is in payments; an agreement has none.
function recurring.as_intended(verb, item)
  if verb == "charge" or verb == "run" or verb == "run_one" then
    return item.provider_status == "Reserved" or item.state == "done"
  end
  return item.state == "pending" or item.state == "done"
end

local function agree(_, hand)
  hand:call("agree", customer())
end

local function first(_, hand)
  hand:call("first", first_payment())
end

-- From the sign-up to the charges, as far as it goes.
local function all(world, hand)
  agree(world, hand)
  if not hand:call("first", first_payment()) then return end
  for _ = 1, 20 do
    world:sleep(30)
    local item = hand:call("get", CUSTOMER, { refresh = false })
    if item and item.state == "done" then break end
  end
  for _, item in ipairs(world.lists[""]) do
    hand:call("charge", item)
  end
end

local function charge(world, hand)
  hand:call("charge", acts.any(world, world.lists[""]))
end

local function retry(world, hand)
  local reference = acts.any(world, world.lists[""]).reference
  -- what was said of the attempts before is not said of this one
  world.claims[invariants.key("", reference)] = nil
  hand:call("retry", reference)
end

local function terminate(world, hand)
  if world.random:chance(0.2) then hand:call("terminate", CUSTOMER) end
end

--- A person asks MobilePay and the acquirer, and does what the advice says.
function recurring.follow(world, hand, item)
  if item.advice:find("externalAgreementId", 1, true) then
    return people.settle(world, hand, item, function()
      for id, one in pairs(world.provider.state.agreements) do
        if one.externalAgreementId == CUSTOMER then
          return "found", { provider_id = id }
        end
      end
      return "absent"
    end)
  end
  if item.advice:find("pspReferenceId", 1, true) then
    return people.settle(world, hand, item, function()
      for _, things in ipairs { "payments", "mits" } do
        for id, one in pairs(world.provider.state[things]) do
          if one.pspReferenceId == item.reference then
            return "found", { provider_id = id }
          end
        end
      end
      return "absent"
    end)
  end
  online.follow(world, hand, item)
end

recurring.acts = {
  { 30, all },
  { 4, agree },
  { 4, first },
  { 16, charge },
  { 12, acts.run },
  { 6, retry },
  { 3, terminate },
  { 8, online.part "capture" },
  { 3, online.part "cancel" },
  { 4, online.part "refund" },
  { 4, acts.get },
  { 4, acts.await },
  { 12, acts.recover },
  { 2, acts.report },
  { 6, acts.follow },
}

function recurring.again(world, hand)
  hand:call("run", world.lists[hand.run])
end

recurring.at_rest = online.at_rest

return recurring
