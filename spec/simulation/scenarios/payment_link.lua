-- Payment links: each is made once; payers pay, are denied, give up, pay
-- after the end; merchants give money back elsewhere.

local acts = require "spec.simulation.acts"
local amounts = require "spec.simulation.amounts"
local callback = require "luapay.callback"
local callbacks = require "spec.simulation.callbacks"
local invariants = require "spec.simulation.invariants"
local luapay = require "luapay"
local people = require "spec.simulation.people"
local sandbox = require "luapay.sandbox"

local links = {
  flow = "payment_link",
  latest = 590,
  horizon = 700,
  moved_by_others = 1e6,
}

local function client(transport, random)
  return luapay.mobip {
    api_account_id = "merchant",
    api_secret_key = "secret",
    transport = transport,
    random = random,
  }
end

local function new_item(random, reference)
  return {
    reference = reference,
    track_id = reference,
    price = ("%d.%02d"):format(random:between(1, 90), random:between(0, 99)),
    tax = ("%d.50"):format(random:between(0, 9)),
    item_name = "Tea",
    media = random:chance(0.7) and "EMAIL" or nil,
    customer_email = "payer@shop.test",
    redirect_url = "https://shop.test/thanks",
    call_back_url = "https://shop.test/called/" .. reference,
  }
end

local function owed(item)
  return amounts.read(item.price) + amounts.read(item.tax)
end

-- What payers and merchants do, now and then.
local function live(world)
  local random = world.random
  for _, row in ipairs(world.provider:transactions()) do
    local will = random:number()
    if row.status == "PENDING" then
      if will < 0.4 then
        world.provider:pay(row.trid)
      elseif will < 0.5 then
        world.provider:deny(row.trid)
      elseif will < 0.6 then
        world.provider:cancel(row.trid)
      elseif will < 0.65 then
        world.provider:fail(row.trid)
      end
    elseif row.status == "PAID" and not row.refunded and will < 0.15 then
      world.provider:refund(row.trid)
    elseif row.status == "CANCELLED" and will < 0.1 then
      -- the provider takes back its own final word
      world:count "paid after the end"
      world.turned[row.track_id] = world:now()
      world.provider:pay_late(row.trid)
    end
  end
end

local function find_trid(world, path)
  local reference = path:match "/called/([^?]+)"
  for _, row in ipairs(world.provider:transactions()) do
    if row.track_id == reference then return row.trid end
  end
end

local function watch(world)
  callbacks.watch(world, function()
    return world.provider:callbacks()
  end, function(process, request)
    local flow = links.make(world, process, "")
    local receiver = callback.mobip {
      seen = false,
      client = client(process:wire(world.provider)),
      find = function(hint)
        return find_trid(world, hint.path)
      end,
    }
    local reply, _, problem = receiver:handle(request, function(event)
      return flow:on_callback(event)
    end)
    if problem then world:write("  %s", tostring(problem)) end
    return reply.status
  end)
end

function links.open(world)
  local random = world.random
  world.provider = sandbox.mobip { clock = world.clock }
  world.lists, world.meant_by, world.run_of = {}, {}, {}
  world.turned = {}
  for n = 1, random:between(1, 2) do
    local run = n == 1 and "" or "june"
    world.runs[n] = run
    world.lists[run], world.references[run] = {}, {}
    for i = 1, random:between(1, 3) do
      local reference = ("tea-%d-%d"):format(n, i)
      local item = new_item(random, reference)
      world.references[run][i], world.lists[run][i] = reference, item
      world.run_of[reference] = run
      world.meant_by[reference] = owed(item)
    end
  end
  for _ = 1, random:between(3, 12) do
    world:after(random:number() * 2400, function()
      live(world)
    end)
  end
  watch(world)
end

function links.make(world, process, run)
  process.opened = process.opened or process.journal()
  return luapay.flow.payment_link {
    client = client(process:wire(world.provider), process:random()),
    journal = process.opened,
    run = run,
    currency = "EUR",
    concurrency = world.random:between(1, 3),
  }
end

function links.meant(world, key)
  return world.meant_by[key:match "/(.*)$"]
end

function links.books(world)
  local books = {}
  for _, row in ipairs(world.provider:transactions()) do
    local key = invariants.key(world.run_of[row.track_id] or "?", row.track_id)
    local sum = (tonumber(row.item_amount) + tonumber(row.tax_amount))
    local moved = row.status == "PAID" and sum * amounts.SCALE / 100 or 0
    books[key] = books[key] or { bookings = {} }
    books[key].bookings[row.trid] = {
      moved = moved,
      returned = row.refunded and moved or 0,
      live = row.status == "PENDING" or row.status == "DENIED",
    }
  end
  return books
end

--- Claims that the provider has broken are not held against the flow.
function links.turned_at(world, key)
  return world.turned[key:match "/(.*)$"]
end

function links.as_intended(verb, item)
  if verb == "cancel" then return item.state == "closed" end
  if verb == "await" then return item.money == "moved" end
  if verb == "resend" then return true end
  return (item.state == "pending" or item.state == "done")
    and item.money ~= "unknown"
end

local function cancel(world, hand)
  hand:call("cancel", acts.any_reference(world, hand))
end

local function resend(world, hand)
  hand:call("resend", acts.any_reference(world, hand), { media = "EMAIL" })
end

local run_other = acts.run_other(function(world, item)
  item.price = tostring(world.random:between(1, 99))
  world.meant_by[item.reference] =
    math.max(world.meant_by[item.reference], owed(item))
end)

function links.follow(world, hand, item)
  people.settle(world, hand, item, function()
    if item.advice:find("accept", 1, true) then return "accept" end
    for _, row in ipairs(world.provider:transactions()) do
      if row.track_id == item.reference then
        return "found", { provider_id = row.trid }
      end
    end
    return "absent"
  end)
end

local function err(world, hand)
  people.err(world, hand, acts.any_reference(world, hand), "found", {
    provider_id = "T-NO-SUCH",
  })
end

links.acts = acts.join(acts.common(), {
  { 6, cancel },
  { 3, resend },
  { 4, run_other },
  { 2, err },
  {
    4,
    acts.run_bad {
      { "price", 12 },
      { "price", "12.345" },
      { "prise", "12" },
      { "redirect_url", false },
    },
  },
})

function links.again(world, hand)
  hand:call("run", world.lists[hand.run])
end

function links.at_rest(world)
  local good, broken = world.provider:check()
  if not good then world:problem("the provider's books: %s", broken[1]) end
end

return links
