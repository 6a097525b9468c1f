-- Agreements of MobilePay Online and charges without the customer: the
-- acquirer charges once for each attempt that is not parked, and what was
-- captured is what MobilePay has.

local luapay = require "luapay"
local online = require "spec.online.helper"
local payments = require "spec.simulation.old.scenarios.online_payment"
local sandbox = require "luapay.sandbox"

local recurring = {}

function recurring.open(world)
  world.provider = sandbox.mobilepay_online { clock = world.clock }
  world.authorised, world.cards = {}, {}
  world.months = world.random:between(1, 4)
end

local function flow(world, machine)
  local function approve(payment)
    machine:live()
    local name = payment.reference .. "/" .. payment.authorizationAttemptId
    world.authorised[name] = (world.authorised[name] or 0) + 1
    if world:strikes(0.1, "acquirer says nothing") then return nil end
    return { approved = true, acquirerPaymentReference = name }
  end
  return luapay.flow.recurring {
    client = luapay.mobilepay_online {
      client_id = "sandbox-client",
      client_secret = "sandbox-secret",
      transport = machine:wire(world.provider),
      random = machine:random(),
    },
    journal = machine.journal,
    acquirer = { authorise = approve, charge = approve },
  }
end

local function customer()
  local item = online.agreement()
  item.reference, item.externalAgreementId = "customer-7", nil
  return item
end

local function first_payment()
  local item = online.payment()
  item.merchantId, item.merchantName, item.pspReferenceId = nil, nil, nil
  item.reference, item.agreement = "first", "customer-7"
  item.allowedCardTypes = {
    { name = "DANKORT", encryptedPanCallbackUrl = "https://psp.example/c" },
  }
  return item
end

local function month(number)
  local item = online.mit { merchantOrderId = "month-" .. number }
  item.pspReferenceId = nil
  item.reference, item.agreement = "month-" .. number, "customer-7"
  return item
end

function recurring.run(world, machine)
  local charges = flow(world, machine)
  if not charges:agree(customer()) then return end
  local first, err = charges:first(first_payment())
  world:tell("first: %s", tostring(first and first.state or err))
  if first and first.state == "pending" then
    payments.swipe(world, charges, first)
  end
  for number = 1, world.months do
    local charged, why = charges:charge(month(number))
    world:tell(
      "month %d: %s",
      number,
      tostring(charged and charged.state or why)
    )
    charges:capture("month-" .. number)
    charges:refund("month-" .. number, { amount = "1.00", id = "r" })
  end
end

function recurring.recover(world, machine)
  flow(world, machine):recover()
end

recurring.check = payments.check

return recurring
