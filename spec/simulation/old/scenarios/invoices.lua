-- Invoices: every portion is there in the end, as the journal says.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local invoices = {}

function invoices.open(world)
  world.provider = sandbox.mobip { clock = world.clock }
  world.customers, world.total = {}, world.random:between(1, 8)
  for i = 1, world.total do
    world.customers[i] = {
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
end

local function flow(world, machine, transport)
  return luapay.flow.invoices {
    client = luapay.mobip {
      api_account_id = "merchant",
      api_secret_key = "secret",
      transport = transport or machine:wire(world.provider),
      random = machine and machine:random(),
    },
    journal = machine and machine.journal or luapay.journal.memory(),
    source = "erp",
    run = "day",
    portion = 3,
  }
end

function invoices.run(world, machine)
  local report, err = flow(world, machine):run(world.customers)
  world:tell("run: %s", tostring(report and "ok" or err))
  if not report then return end
  local found = assert(
    flow(world, nil, world.provider:transport()):compare(world.customers)
  )
  if found.same ~= world.total then
    world.bug = "all was called done, and is not there"
  end
end

function invoices.recover(world, machine)
  local report, err = flow(world, machine):recover()
  world:tell("recover: %s", tostring(report and "ok" or err))
end

function invoices.check(world, entries)
  local problems = {}
  for _, entry in ipairs(entries) do
    if entry.state ~= "done" then
      problems[#problems + 1] = entry.reference .. " is " .. entry.state
    end
  end
  local own = flow(world, nil, world.provider:transport())
  local found = assert(own:compare(world.customers))
  if found.same ~= world.total then
    problems[#problems + 1] = ("%d of %d are there"):format(
      found.same,
      world.total
    )
  end
  return problems
end

return invoices
