-- Bare steps upon an API without keys and without a look-up: every account
-- is credited once, or a person is told.

local base = require "luapay.flow.base"
local books = require "spec.simulation.old.books"
local luapay = require "luapay"
local recover = require "luapay.flow.recover"
local sandbox = require "luapay.sandbox"
local step = require "luapay.flow.step"

local credits = {}

local ACCOUNTS = { "EUR-1", "USD-1", "DKK-1" }

function credits.open(world)
  local random = world.random
  world.provider = sandbox.infobip { clock = world.clock }
  world.items = {}
  for i = 1, random:between(1, 6) do
    world.items[i] = {
      reference = "order-" .. i,
      accountKey = ACCOUNTS[random:between(1, #ACCOUNTS)],
      amount = ("%d.50"):format(random:between(1, 90)),
      -- some are refused by the provider
      currencycode = random:chance(0.1) and "NOK" or nil,
      description = "order-" .. i,
    }
  end
end

--- A client on a machine, for scenarios with Infobip.
function credits.client(world, machine)
  return luapay.infobip {
    username = "reseller",
    password = "secret",
    transport = machine:wire(world.provider),
    random = machine:random(),
  }
end

local function given(item)
  return {
    reference = item.reference,
    step = "credit",
    method = "add_funds",
    args = {
      accountKey = item.accountKey,
      amount = item.amount,
      currencycode = item.currencycode,
      description = item.description,
    },
    unknown = "parked",
    keep = function(result)
      return { provider_id = result.transactionId }
    end,
  }
end

local function flow(world, machine)
  return base.new("credits", {}, {
    client = credits.client(world, machine),
    journal = machine.journal,
  })
end

function credits.run(world, machine)
  local bare, n = flow(world, machine), world.random:between(1, 4)
  luapay.map(world.items, { concurrency = n }, function(item)
    local entry, err = step.take(bare, given(item))
    world:tell("%s: %s", item.reference, tostring(entry and "done" or err))
  end)
end

function credits.recover(world, machine)
  recover.run(flow(world, machine), {})
end

--- Compares an Infobip's ledger with the credits in the journal.
function credits.check(world, entries)
  local ok, problems = world.provider:check()
  if ok then problems = {} end
  local booked, undone = {}, {}
  for _, row in ipairs(world.provider:ledger()) do
    if row.kind == "credit" then
      table.insert(
        booked,
        { reference = row.description, id = row.transactionId }
      )
    else
      undone[row.reverses] = true
    end
  end
  books.compare(problems, {
    entries = entries,
    step = "credit",
    booked = booked,
    undone = undone,
  })
  return problems
end

return credits
