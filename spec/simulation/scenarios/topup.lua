-- Top-ups, all or nothing or each for itself, some taken back later.

local acts = require "spec.simulation.acts"
local amounts = require "spec.simulation.amounts"
local invariants = require "spec.simulation.invariants"
local luapay = require "luapay"
local people = require "spec.simulation.people"
local sandbox = require "luapay.sandbox"

local topup = {
  flow = "topup",
  latest = 590, -- seconds: a person may say "absent" after 600
  horizon = 700,
}

local ACCOUNTS = {
  { "EUR-1", "EUR" },
  { "USD-1", "USD" },
  { "DKK-1", "DKK" },
  { "JPY-1", "JPY" },
}

local function new_amount(random, currency)
  if currency == "JPY" then return tostring(random:between(1, 9000)) end
  return random:one_of {
    { 3, ("%d.50"):format(random:between(1, 90)) },
    { 1, ("%d.01"):format(random:between(0, 9)) },
    { 1, tostring(random:between(1, 90)) },
  }
end

local function new_item(random, run, i)
  local account = ACCOUNTS[random:between(1, #ACCOUNTS)]
  local reference = "order-" .. i
  return {
    reference = reference,
    accountKey = account[1],
    amount = new_amount(random, account[2]),
    -- some are refused by the provider
    currencycode = random:chance(0.07) and "NOK" or account[2],
    description = invariants.key(run, reference),
  }
end

function topup.open(world)
  local random = world.random
  world.provider = sandbox.infobip { clock = world.clock }
  world.portal = luapay.infobip {
    username = "reseller",
    password = "secret",
    transport = world.provider:transport(),
  }
  world.lists, world.modes, world.meant = {}, {}, {}
  world.undone = {} -- runs: what a user has taken back is not all or nothing
  for n = 1, random:between(1, 2) do
    local run = n == 1 and random:chance(0.5) and "" or "run-" .. n
    world.runs[n] = run
    world.references[run], world.lists[run] = {}, {}
    world.modes[run] = random:one_of {
      { 1, "each" },
      { 1, "all_or_nothing" },
    }
    for i = 1, random:between(1, 4) do
      local item = new_item(random, run, i)
      world.lists[run][i] = item
      world.references[run][i] = item.reference
      world.meant[item.description] = amounts.read(item.amount)
    end
  end
end

function topup.make(world, process, run)
  local client = luapay.infobip {
    username = "reseller",
    password = "secret",
    transport = process:wire(world.provider),
    random = process:random(),
  }
  process.opened = process.opened or process.journal()
  return luapay.flow.topup {
    client = client,
    journal = process.opened,
    run = run,
    mode = world.modes[run],
    concurrency = world.modes[run] == "each" and world.random:between(1, 4)
      or nil,
  }
end

function topup.meant(world, key)
  return world.meant[key]
end

function topup.books(world)
  local books, by_id = {}, {}
  for _, row in ipairs(world.provider:ledger()) do
    local id = row.transactionId
    if row.kind == "credit" then
      local key = row.description
      books[key] = books[key] or { bookings = {} }
      by_id[id] = { moved = amounts.read(row.amount), returned = 0 }
      books[key].bookings[id] = by_id[id]
    else
      local credit = by_id[row.reverses]
      credit.returned = credit.returned + math.abs(amounts.read(row.amount))
    end
  end
  return books
end

function topup.as_intended(verb, item)
  if verb == "undo" then
    return item.state == "compensated" and item.money == "returned"
  end
  return item.state == "done" and item.money == "moved"
end

local function run_one(world, hand)
  if world.modes[hand.run] ~= "each" then return acts.run(world, hand) end
  return acts.run_one(world, hand)
end

-- The same reference with another amount: never both.
local run_changed = acts.run_other(function(world, item)
  item.amount = tostring(world.random:between(1, 99))
  local key = item.description
  world.meant[key] = math.max(world.meant[key], amounts.read(item.amount) or 0)
end)

local function run_other(world, hand)
  if world.modes[hand.run] == "each" then run_changed(world, hand) end
end

local run_bad = acts.run_bad {
  { "amount", "12.3456" },
  { "amount", 12 },
  { "amuont", "12" },
  { "accountKey", false },
  { "reference", "" },
}

local function undo(world, hand)
  world.undone[hand.run] = true
  local item = acts.any(world, world.lists[hand.run])
  if world.random:chance(0.5) then
    return hand:call("undo", item.reference, { note = "not wanted" })
  end
  hand:call("undo", item.reference)
end

-- The booking of a key that stands, and whether one was taken back.
local function find(world, key)
  local standing, returned
  local book = topup.books(world)[key]
  for id, booking in pairs(book and book.bookings or {}) do
    if booking.returned == 0 then
      standing = id
    else
      returned = id
    end
  end
  return standing, returned
end

-- Infobip has refused to take it back: it is reversed by hand.
local function reverse(world, id)
  assert(world.portal:rollback_transaction {
    transactionId = tonumber(id),
    note = "by hand",
  })
  invariants.observe(world)
end

--- A person does what the advice says.
function topup.follow(world, hand, item)
  local key = invariants.key(hand.run, item.reference)
  people.settle(world, hand, item, function()
    local standing, returned = find(world, key)
    if people.step(item) ~= "rollback" then
      local id = standing or returned
      if id then return "found", { provider_id = id } end
      return "absent"
    end
    if item.state == "done" and standing then
      reverse(world, standing)
      standing = nil
    end
    return standing and "absent" or "found", { step = "rollback" }
  end)
end

local function err(world, hand)
  local item = acts.any(world, world.lists[hand.run])
  local verb = world.random:chance(0.5) and "found" or "absent"
  people.err(world, hand, item.reference, verb, {
    provider_id = verb == "found" and "999999" or nil,
  })
end

topup.acts = {
  { 30, acts.run },
  { 12, run_one },
  { 4, run_other },
  { 4, run_bad },
  { 10, undo },
  { 5, acts.get },
  { 5, acts.await },
  { 12, acts.recover },
  { 2, acts.report },
  { 1, acts.discard },
  { 6, acts.follow },
  { 2, err },
}

function topup.again(world, hand)
  hand:call("run", world.lists[hand.run])
end

--- 10: all of a run moved, or none, or one needs a person.
function topup.at_rest(world)
  local good, broken = world.provider:check()
  if not good then world:problem("the provider's books: %s", broken[1]) end
  for _, run in ipairs(world.runs) do
    local standing, total, excused = 0, 0, world.undone[run]
    for _, reference in ipairs(world.references[run]) do
      local key = invariants.key(run, reference)
      local item = world.known[key]
      total = total + 1
      if invariants.now(world, key).standing > 0 then
        standing = standing + 1
      end
      if world:excuse(key) or (item and item.needs_person) then
        excused = true
      end
    end
    if
      world.modes[run] == "all_or_nothing"
      and standing > 0
      and standing < total
      and not excused
    then
      world:problem(
        "run %q is all or nothing, and %d of %d stand",
        run,
        standing,
        total
      )
    end
  end
end

return topup
