-- Payments of MobilePay Online with an acquirer that may say nothing: what
-- the journal says was captured, cancelled and refunded is what MobilePay
-- has, and the acquirer is asked once for each attempt.

local helper = require "spec.flow.online_helper"
local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local online = {}

function online.open(world)
  local random = world.random
  world.provider = sandbox.mobilepay_online { clock = world.clock }
  world.authorised, world.cards, world.items = {}, {}, {}
  for i = 1, random:between(1, 3) do
    world.items[i] = helper.item {
      reference = "order-" .. i,
      merchantOrderId = "order-" .. i,
      amount = random:between(1, 90) * 100,
    }
  end
end

-- Says yes, no, or nothing although the money is reserved.
local function acquirer(world, machine)
  local function authorise(payment)
    machine:live()
    local attempt = payment.authorizationAttemptId
    world.authorised[attempt] = (world.authorised[attempt] or 0) + 1
    if world:strikes(0.1, "acquirer says nothing") then return nil end
    return { approved = true, acquirerPaymentReference = attempt }
  end
  return { authorise = authorise }
end

local function flow(world, machine)
  return luapay.flow.online_payment {
    client = luapay.mobilepay_online {
      client_id = "sandbox-client",
      client_secret = "sandbox-secret",
      transport = machine:wire(world.provider),
      random = machine:random(),
    },
    journal = machine.journal,
    acquirer = acquirer(world, machine),
  }
end

-- The customer swipes, and the card comes: late, or twice.
function online.swipe(world, payments, made)
  local cards = world.cards
  if not cards[made.provider_id] then
    local attempt = world.provider:accept(made.provider_id)
    if not attempt then return end
    cards[made.provider_id] = {
      api = "mobilepay_online",
      kind = "card",
      paymentId = made.provider_id,
      authorizationAttemptId = attempt,
      card = {},
    }
  end
  for _ = 1, world.random:between(1, 2) do
    payments:on_callback(cards[made.provider_id])
  end
end

local function settle(payments, reference)
  payments:capture(reference, { amount = "0.40", id = "a" })
  payments:capture(reference, { amount = "0.30", id = "b" })
  payments:refund(reference, { amount = "0.20", id = "r" })
  payments:cancel(reference)
end

function online.run(world, machine)
  local payments = flow(world, machine)
  for _, item in ipairs(world.items) do
    local made, err = payments:run(item)
    world:tell("%s: %s", item.reference, tostring(made and made.state or err))
    if made and made.state == "pending" then
      online.swipe(world, payments, made)
    end
    if made then settle(payments, item.reference) end
  end
end

function online.recover(world, machine)
  local report, err = flow(world, machine):recover()
  world:tell("recover: %s", tostring(report and report.settled or err))
end

-- What the journal has of a payment in a step, in minor units.
local function total(entries, reference, what)
  local sum = 0
  for _, entry in ipairs(entries) do
    local is_of = entry.step:find("^" .. what .. ":")
    if entry.reference == reference and is_of and entry.state == "done" then
      local money = assert(luapay.money(entry.amount, entry.currency))
      sum = sum + money.minor
    end
  end
  return sum
end

local TOTALS =
  { capture = "captured", cancel = "cancelled", refund = "refunded" }

function online.check(world, entries)
  local ok, problems = world.provider:check()
  if ok then problems = {} end
  for attempt, times in pairs(world.authorised) do
    if times > 1 then
      problems[#problems + 1] = ("%s was authorised %d times"):format(
        attempt,
        times
      )
    end
  end
  for _, entry in ipairs(entries) do
    if entry.step == "initiate" and entry.provider_id then
      local there = world.provider:payment(entry.provider_id)
      for what, name in pairs(TOTALS) do
        local here = total(entries, entry.reference, what)
        local their = tonumber(there[name] or 0)
        if here ~= their then
          problems[#problems + 1] = ("%s: %s is %d here, %d there"):format(
            entry.reference,
            name,
            here,
            their
          )
        end
      end
    end
  end
  return problems
end

return online
