-- Batches of subscription payments: each is asked for once, and what
-- MobilePay makes of it is known in the end.

local luapay = require "luapay"
local read = require("luapay.callback.subscriptions_events").read
local sandbox = require "luapay.sandbox"

local batch = {}

local PROVIDER = "f0000000-0000-4000-8000-000000000001"

local function client(world, transport)
  return luapay.mobilepay_subscriptions {
    transport = transport,
    environment = "sandbox",
    refresh_token = world.provider:refresh_token(),
    client_id = "sandbox-client",
    client_secret = "sandbox-secret",
    provider_id = PROVIDER,
    random = function()
      return world.random:number()
    end,
  }
end

local function agree(world, own, number)
  local made = assert(own:create_agreement {
    country_code = "DK",
    currency = "DKK",
    plan = "Gold",
    external_id = "A" .. number,
    amount = "99.50",
    expiration_timeout_minutes = 10,
    links = {
      { rel = "user-redirect", href = "https://gym.example/back" },
      { rel = "success-callback", href = "https://gym.example/yes" },
      { rel = "cancel-callback", href = "https://gym.example/no" },
    },
  })
  assert(world.provider:accept(made.id))
  return made.id
end

local function new_row(world, number, agreements)
  local random = world.random
  local id = number
  if number > 1 and random:chance(0.1) then id = number - 1 end
  return {
    external_id = "P" .. id,
    agreement_id = agreements[random:between(1, #agreements)],
    amount = ("%d.50"):format(random:between(1, 90)),
    due_date = random:chance(0.9) and world.provider:day(
      random:between(3, 6) + (id ~= number and 10 or 0)
    ) or nil,
    description = "Gold",
  }
end

local function flow(world, machine)
  return luapay.flow.subscription_batch {
    client = client(world, machine:wire(world.provider)),
    journal = machine.journal,
    run = "january",
    portion = world.portion,
    concurrency = world.random:between(1, 4),
    bad_rows = "skip",
  }
end

local function crashes(machine, work)
  local co = coroutine.create(work)
  local good, value = coroutine.resume(co)
  if good then return value end
  if type(value) == "table" and value.crash then
    machine.dead = true
    return nil
  end
  error(value, 0)
end

-- The merchant's server takes callbacks while its machine lives.
local function take(world, callback)
  local machine = world.machine
  if not machine or machine.dead then return false end
  return crashes(machine, function()
    for _, event in ipairs(read(callback.body) or {}) do
      local entry = flow(world, machine):on_callback(event)
      if entry == nil or entry == false then return false end
    end
    return true
  end) or false
end

local function new_callbacks(world)
  local list = {}
  for _, call in ipairs(world.provider:callbacks(world.told)) do
    world.told = call.number
    if call.kind == "payment" then list[#list + 1] = call end
  end
  return list
end

function batch.open(world)
  local random = world.random
  world.provider = sandbox.mobilepay_subscriptions { clock = world.clock }
  world.told = 0
  local own = client(world, world.provider:transport())
  local agreements = {}
  for i = 1, random:between(1, 3) do
    agreements[i] = agree(world, own, i)
  end
  world.portion = random:between(1, 5)
  world.rows = {}
  for i = 1, random:between(1, 12) do
    world.rows[i] = new_row(world, i, agreements)
  end
  world:watch(function()
    return new_callbacks(world)
  end, function(callback)
    return take(world, callback)
  end)
  if random:chance(0.3) then
    world:after(random:between(1, 600), function()
      world.provider:cancel(agreements[1])
      world:tell "a user cancels"
    end)
  end
end

function batch.run(world, machine)
  local own = flow(world, machine)
  local report, err = own:run(world.rows)
  world:tell("run: %s", tostring(report and report.state or err))
  if not report and not err.report then return end
  if world.calm and err and err.kind == "argument" then
    world.bug = tostring(err)
  end
  -- weeks go by, while the machine takes callbacks or does not
  if report and not world.calm and world.random:chance(0.7) then
    world:pass(world.random:between(1, 8) * 86400)
  elseif world.calm and not world.later then
    world.later = true
    world:pass(20 * 86400)
    world:tell("refresh: %s", tostring(own:refresh()))
  end
end

function batch.recover(world, machine)
  local report, err = flow(world, machine):recover()
  world:tell(
    "recover: %s",
    report
        and ("%d settled, %d to send"):format(report.settled, report.planned)
      or tostring(err)
  )
end

-- What the provider has, by the flow's references.
local function booked(world)
  local list = {}
  for id in pairs(world.provider.state.payments) do
    local payment = world.provider:payment(id)
    local name = payment.external_id .. "/" .. payment.due_date
    list[name] = list[name] or {}
    table.insert(list[name], payment)
  end
  return list
end

local ENDS = {
  Executed = "done",
  Failed = "failed",
  Declined = "failed",
  Rejected = "failed",
}

local function judge(entry, there)
  if #there > 1 then return ("is there %d times"):format(#there) end
  local payment = there[1]
  if not payment then
    return entry.state ~= "failed"
      and entry.state ~= "parked"
      and "is not there"
  elseif entry.state == "parked" then
    return nil
  elseif entry.provider_id ~= payment.id then
    return "has another id there"
  elseif entry.amount ~= payment.amount then
    return "has another amount there"
  elseif (ENDS[payment.status] or "pending") ~= entry.state then
    return "is " .. payment.status .. " there"
  end
end

-- A few rows stand twice, and are refused then.
local function distinct(list)
  local seen, n = {}, 0
  for _, row in ipairs(list) do
    local name = row.external_id .. "/" .. tostring(row.due_date)
    if not seen[name] then n = n + 1 end
    seen[name] = true
  end
  return n
end

function batch.check(world, entries)
  local problems, there = {}, booked(world)
  local ok, broken = world.provider:check()
  if not ok then problems = broken end
  local rows = 0
  for _, entry in ipairs(entries) do
    if entry.step == "request" then
      rows = rows + 1
      local problem = judge(entry, there[entry.reference] or {})
      if problem then
        problems[#problems + 1] = ("%s is %s, but %s"):format(
          entry.reference,
          entry.state,
          problem
        )
      end
      there[entry.reference] = nil
    end
  end
  for reference in pairs(there) do
    problems[#problems + 1] = reference .. " is there, but not in the journal"
  end
  local wanted = distinct(world.rows)
  if rows ~= wanted then
    problems[#problems + 1] = ("%d rows, %d entries"):format(wanted, rows)
  end
  return problems
end

return batch
