-- One-off payments: asked for once, captured once if the customer wants,
-- some let go.

local asked = require "spec.simulation.old.asked"
local luapay = require "luapay"

local one_off = {}

local function flow(world, machine)
  return luapay.flow.one_off {
    client = asked.client(world, machine),
    journal = machine.journal,
    concurrency = world.random:between(1, 4),
    patience = 240,
  }
end

-- Customers decide, sooner or later; some do not.
local function decide(world, client, agreement)
  local list = assert(client:list_one_off_payments { agreementid = agreement })
  for _, payment in ipairs(list) do
    local will = world.will[payment.id] or world.random:number()
    world.will[payment.id] = will
    if payment.status == "Requested" and will < 0.6 then
      world.provider:accept(payment.id)
    elseif payment.status == "Requested" and will < 0.8 then
      world.provider:reject(payment.id)
    end
  end
end

function one_off.open(world)
  local client, random = asked.open(world), world.random
  local made = assert(client:create_agreement(asked.offer "ann"))
  assert(world.provider:accept(made.id))
  world.items, world.will = {}, {}
  for i = 1, random:between(1, 5) do
    world.items[i] = {
      reference = "order-" .. i,
      agreementid = made.id,
      amount = random:between(1, 90),
      description = "A towel",
      expiration_timeout_minutes = random:between(5, 60),
      auto_reserve = random:chance(0.3) or nil,
    }
  end
  world.list = function()
    return assert(client:list_one_off_payments { agreementid = made.id })
  end
  for _ = 1, 40 do
    world:after(random:between(1, 2000), function()
      decide(world, client, made.id)
    end)
  end
  asked.watch(world, flow)
end

local ENDS =
  { captured = true, rejected = true, expired = true, canceled = true }

function one_off.run(world, machine)
  local own = flow(world, machine)
  local result, err = own:run(world.items)
  world:tell("run: %s", tostring(err or "well"))
  for _, item in ipairs((result or err.report).items) do
    asked.believe(world, item, ENDS)
  end
  result, err = own:await()
  world:tell("await: %s", tostring(err or "well"))
  for _, item in ipairs((result or err.report or { items = {} }).items) do
    asked.believe(world, item, ENDS)
    if item.state == "reserved" then
      local name = world.random:chance(0.8) and "capture" or "cancel"
      local done, why = own[name](own, item.reference)
      world:tell("%s: %s", name, tostring(done and done.state or why))
      if done then asked.believe(world, done, ENDS) end
    end
  end
end

function one_off.recover(world, machine)
  world:tell("recover: %s", tostring(flow(world, machine):recover()))
end

local function capture_of(entries, reference)
  for _, entry in ipairs(entries) do
    if entry.reference == reference and entry.step == "capture" then
      return entry.state
    end
  end
end

function one_off.check(world, entries)
  local problems, known, seen = {}, {}, {}
  local ok, broken = world.provider:check()
  if not ok then problems = broken end
  for _, entry in ipairs(entries) do
    if entry.provider_id then known[entry.provider_id] = entry end
    if entry.state == "parked" then
      problems[#problems + 1] = entry.reference .. " is parked"
    end
  end
  for _, payment in ipairs(world.list()) do
    local id, entry = payment.external_id, known[payment.id]
    if seen[id] then problems[#problems + 1] = id .. " is there twice" end
    seen[id] = true
    local is_open = entry and entry.state == "pending"
    if not entry then
      problems[#problems + 1] = id .. " is not in the journal"
    elseif not is_open and entry.status ~= payment.status then
      problems[#problems + 1] = id .. " is " .. payment.status
    end
    local captured = capture_of(entries, id) == "done"
    if captured ~= (payment.status == "Captured") then
      problems[#problems + 1] = id .. ": its capture is told wrongly"
    end
  end
  asked.check_told(world, entries, "request", problems)
  return problems
end

return one_off
