-- Invoices: every portion is there in the end, as the journal says.

local acts = require "spec.simulation.acts"
local luapay = require "luapay"
local people = require "spec.simulation.people"
local sandbox = require "luapay.sandbox"

local invoices = {
  flow = "invoices",
  latest = 1800, -- an import may be queued
  horizon = 3700,
  moved_by_others = 1e6,
}

local function new_customer(i)
  return {
    CustomerId = "C-" .. i,
    CustomerBalance_in_cents = 100,
    CustomerBalance_Date = "2024-01-31",
    InvoicesList = {
      {
        InvId = "I-" .. i,
        InvDate = "2024-01-15",
        InvDueDate = "2024-02-15",
        Amount_in_cents = 100 * i,
        InvStatus = "open",
      },
    },
  }
end

function invoices.open(world)
  world.provider = sandbox.mobip { clock = world.clock }
  world.runs[1] = "day"
  world.references.day, world.lists = {}, { day = {} }
  for i = 1, world.random:between(1, 6) do
    world.lists.day[i] = new_customer(i)
  end
end

local function flow_of(transport, journal, random)
  return luapay.flow.invoices {
    client = luapay.mobip {
      api_account_id = "merchant",
      api_secret_key = "secret",
      transport = transport,
      random = random,
    },
    journal = journal,
    source = "erp",
    run = "day",
    portion = 3,
  }
end

function invoices.make(world, process)
  process.opened = process.opened or process.journal()
  return flow_of(
    process:wire(world.provider),
    process.opened,
    process:random()
  )
end

function invoices.meant()
  return 0
end

function invoices.books()
  return {}
end

function invoices.as_intended(_, item)
  return item.state == "done"
end

-- Its references are its own: they are learned from what it says. One that
-- was said stays known, although a later answer may be a fault.
local function learn(world, hand)
  local flow = hand:flow()
  local known = {}
  for _, reference in ipairs(world.references.day) do
    known[reference] = true
  end
  local good, err = pcall(function()
    for item in flow:items() do
      if not known[item.reference] then
        table.insert(world.references.day, item.reference)
      end
    end
  end)
  if not good and type(err) == "string" then error(err, 0) end
end

local function run(world, hand)
  acts.run(world, hand)
  learn(world, hand)
end

function invoices.follow(world, hand, item)
  people.settle(world, hand, item, function()
    return "absent"
  end)
end

invoices.acts = {
  { 30, run },
  { 12, acts.recover },
  { 2, acts.report },
}

function invoices.again(world, hand)
  hand:call("run", world.lists.day)
end

function invoices.at_rest(world)
  local own = flow_of(world.provider:transport(), luapay.journal.memory())
  local found = assert(own:compare(world.lists.day))
  if found.same ~= #world.lists.day then
    world:problem("%d of %d are there", found.same, #world.lists.day)
  end
end

return invoices
