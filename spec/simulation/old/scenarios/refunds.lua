-- Refunds of a few payments: each given back once, and never more than was
-- paid.

local asked = require "spec.simulation.old.asked"
local luapay = require "luapay"

local refunds = {}

local PAID = 20 -- of each payment

local function flow(world, machine)
  return luapay.flow.refunds {
    client = asked.client(world, machine),
    journal = machine.journal,
    concurrency = world.random:between(1, 4),
    patience = 120,
  }
end

function refunds.open(world)
  local client, random = asked.open(world), world.random
  local made = assert(client:create_agreement(asked.offer "ann"))
  assert(world.provider:accept(made.id))
  world.payments, world.items = {}, {}
  for i = 1, random:between(1, 2) do
    local payment = assert(client:request_one_off_payment {
      agreementid = made.id,
      amount = PAID,
      external_id = "payment-" .. i,
      description = "A towel",
      auto_reserve = true,
    })
    local whose = { agreementid = made.id, paymentid = payment.id }
    assert(client:capture_one_off_payment(whose))
    world.payments[i] = whose
  end
  for i = 1, random:between(1, 6) do
    local whose = world.payments[random:between(1, #world.payments)]
    world.items[i] = {
      reference = "refund-" .. i,
      agreementid = whose.agreementid,
      paymentid = whose.paymentid,
      payment_type = "OneOff",
      amount = not random:chance(0.2) and random:between(1, 12) or nil,
      status_callback_url = "https://gym.example/refunds",
    }
  end
  world.list = function(whose)
    return assert(client:list_refunds(whose))
  end
  asked.watch(world, flow)
end

local ENDS = { issued = true, declined = true }

local function tell(world, what, result, err)
  local report = result or err.report
  world:tell("%s: %s", what, tostring(err or "well"))
  for _, item in ipairs(report and report.items or {}) do
    world:tell("  %s %s", item.reference, item.state)
    asked.believe(world, item, ENDS)
  end
end

function refunds.run(world, machine)
  local own = flow(world, machine)
  tell(world, "run", own:run(world.items))
  tell(world, "await", own:await())
end

function refunds.recover(world, machine)
  world:tell("recover: %s", tostring(flow(world, machine):recover()))
end

-- Of one payment: what there is, and the journal has it.
local function check_payment(list, known, problems)
  local sum, seen = 0, {}
  for _, refund in ipairs(list) do
    local entry = known[refund.id]
    local id = tostring(refund.externalId)
    if refund.status == "Issued" then sum = sum + tonumber(refund.amount) end
    if seen[id] then problems[#problems + 1] = id .. " is there twice" end
    seen[id] = true
    if refund.status == "Declined" then
      problems[#problems + 1] = id .. " was more than what was left"
    end
    if not entry then
      problems[#problems + 1] = id .. " is not in the journal"
    elseif entry.status ~= refund.status then
      problems[#problems + 1] = id .. " is " .. refund.status
    end
    known[refund.id] = nil
  end
  if sum > PAID then problems[#problems + 1] = "too much was given back" end
end

function refunds.check(world, entries)
  local problems, known = {}, {}
  local ok, broken = world.provider:check()
  if not ok then problems = broken end
  for _, entry in ipairs(entries) do
    if entry.provider_id then known[entry.provider_id] = entry end
    if entry.state == "parked" or entry.state == "pending" then
      problems[#problems + 1] = entry.reference .. " is " .. entry.state
    end
  end
  for _, whose in ipairs(world.payments) do
    check_payment(world.list(whose), known, problems)
  end
  for _, entry in pairs(known) do
    problems[#problems + 1] = entry.reference .. " is not at the provider"
  end
  asked.check_told(world, entries, "refund", problems)
  return problems
end

return refunds
