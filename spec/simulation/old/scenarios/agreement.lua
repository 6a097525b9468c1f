-- Sign-ups: each customer is asked once, and what was answered is known.

local asked = require "spec.simulation.old.asked"
local luapay = require "luapay"

local agreement = {}

local function flow(world, machine)
  return luapay.flow.agreement {
    client = asked.client(world, machine),
    journal = machine.journal,
    concurrency = world.random:between(1, 4),
    patience = 300,
  }
end

local function decide(world)
  for _, one in ipairs(world.list()) do
    local will = world.will[one.id] or world.random:number()
    world.will[one.id] = will
    if one.status == "Pending" and will < 0.8 then
      world.provider[will < 0.6 and "accept" or "reject"](
        world.provider,
        one.id
      )
    elseif one.status == "Accepted" and will < 0.1 then
      world.provider:cancel(one.id)
    end
  end
end

function agreement.open(world)
  local client, random = asked.open(world), world.random
  world.items, world.will = {}, {}
  for i = 1, random:between(1, 5) do
    world.items[i] = asked.offer(nil)
    world.items[i].reference = "customer-" .. i
  end
  world.list = function()
    local args = { pageNumber = 1, pageSize = 100 }
    return assert(client:list_agreements(args)).items()
  end
  for _ = 1, 20 do
    world:after(random:between(1, 2000), function()
      decide(world)
    end)
  end
  asked.watch(world, flow)
end

local ENDS = { rejected = true, expired = true, canceled = true }

function agreement.run(world, machine)
  local own = flow(world, machine)
  for _, name in ipairs { "run", "await" } do
    local given = name == "run" and world.items or nil
    local result, err = own[name](own, given)
    world:tell("%s: %s", name, tostring(err or "well"))
    for _, item in ipairs((result or err.report or { items = {} }).items) do
      asked.believe(world, item, ENDS)
    end
  end
end

function agreement.recover(world, machine)
  world:tell("recover: %s", tostring(flow(world, machine):recover()))
end

-- Only a callback tells of what follows an acceptance; it may still come.
local function agrees(entry, one)
  return entry.status == one.status
    or entry.status == "Accepted" and one.status == "Canceled"
end

function agreement.check(world, entries)
  local problems, known, seen = {}, {}, {}
  for _, entry in ipairs(entries) do
    if entry.provider_id then known[entry.provider_id] = entry end
    if entry.state == "parked" then
      problems[#problems + 1] = entry.reference .. " is parked"
    end
  end
  for _, one in ipairs(world.list()) do
    local id, entry = one.external_id, known[one.id]
    if seen[id] then problems[#problems + 1] = id .. " is there twice" end
    seen[id] = true
    if not entry then
      problems[#problems + 1] = id .. " is not in the journal"
    elseif entry.state ~= "pending" and not agrees(entry, one) then
      problems[#problems + 1] = id .. " is " .. one.status
    end
  end
  asked.check_told(world, entries, "create", problems)
  return problems
end

return agreement
