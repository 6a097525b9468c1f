-- Payment links: each is made once, and called paid when it is.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local links = {}

function links.open(world)
  world.provider = sandbox.mobip { clock = world.clock }
  world.items, world.decided = {}, {}
  for i = 1, world.random:between(1, 4) do
    world.items[i] = {
      reference = "order-" .. i,
      item_amount_in_cents = 1250,
      tax_amount = 250,
      item_name = "Tea",
      media = "EMAIL",
      customer_email = "payer@shop.test",
      redirect_url = "https://shop.test/thanks",
    }
  end
end

local function flow(world, machine)
  return luapay.flow.payment_link {
    client = luapay.mobip {
      api_account_id = "merchant",
      api_secret_key = "secret",
      transport = machine:wire(world.provider),
      random = machine:random(),
    },
    journal = machine.journal,
    concurrency = world.random:between(1, 3),
  }
end

local FATES = { { 4, "pay" }, { 1, "deny" }, { 1, "cancel" }, { 1, "wait" } }

-- Customers make up their minds, each once.
local function decide(world)
  for _, row in ipairs(world.provider:transactions()) do
    if not world.decided[row.trid] then
      local fate = world.random:one_of(FATES)
      world.decided[row.trid] = fate
      world:after(world.random:between(1, 90), function()
        local now = world.provider:transactions()
        for _, again in ipairs(now) do
          local open = again.trid == row.trid and again.status == "PENDING"
          if open and fate ~= "wait" then
            world.provider[fate](world.provider, row.trid)
          end
        end
      end)
    end
  end
end

local function status_of(world, trid)
  for _, row in ipairs(world.provider:transactions()) do
    if row.trid == trid then return row.status end
  end
end

function links.run(world, machine)
  local own = flow(world, machine)
  local report, err = own:run(world.items)
  world:tell("run: %s", tostring(report and "ok" or err))
  decide(world)
  for index, item in ipairs(world.items) do
    local ended = own:await(item.reference, { patience = 100 })
    local paid = ended and status_of(world, ended.provider_id) == "PAID"
    if ended and ended.paid ~= paid then
      world.bug = item.reference .. " was called what it is not"
    end
    if not ended and index == 1 then
      local gone, why = own:cancel(item.reference)
      world:tell("cancel: %s", tostring(gone and gone.status or why))
    end
  end
end

function links.recover(world, machine)
  local report, err = flow(world, machine):recover()
  world:tell("recover: %s", tostring(report and "ok" or err))
end

-- Which status Mobip may have for a state of a request.
local THERE = {
  done = { PAID = true },
  pending = { PENDING = true },
  compensated = { DENIED = true, CANCELLED = true, ERROR = true },
}

local function judge(entry, rows)
  if #rows > 1 then return "was made twice" end
  if entry.state == "parked" then return nil end
  if not entry.provider_id then return rows[1] and "was made" or nil end
  local row = rows[1]
  if not row or row.trid ~= entry.provider_id then
    return "is another one there"
  end
  local there = THERE[entry.state]
  return not (there and there[row.status]) and "is " .. row.status or nil
end

function links.check(world, entries)
  local ok, problems = world.provider:check()
  if ok then problems = {} end
  local made = {}
  for _, row in ipairs(world.provider:transactions()) do
    made[row.track_id] = made[row.track_id] or {}
    table.insert(made[row.track_id], row)
  end
  for _, entry in ipairs(entries) do
    if entry.step == "request" then
      local problem = judge(entry, made[entry.reference] or {})
      if problem then
        problems[#problems + 1] = ("%s is %s, but %s"):format(
          entry.reference,
          entry.state,
          problem
        )
      end
      made[entry.reference] = nil
    end
  end
  for reference in pairs(made) do
    problems[#problems + 1] = reference .. " is not in the journal"
  end
  return problems
end

return links
