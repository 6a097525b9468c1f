-- What the scenarios at MobilePay Subscriptions have in common: a provider
-- with agreements, clients, callbacks through a receiver, lists that lag.

local acts = require "spec.simulation.acts"
local amounts = require "spec.simulation.amounts"
local callback = require "luapay.callback"
local callbacks = require "spec.simulation.callbacks"
local luapay = require "luapay"
local people = require "spec.simulation.people"
local sandbox = require "luapay.sandbox"

local subscriptions = {}

local PROVIDER = "f0000000-0000-4000-8000-000000000001"

local function options(world, transport)
  return {
    transport = transport,
    environment = "sandbox",
    refresh_token = world.provider:refresh_token(),
    client_id = "sandbox-client",
    client_secret = "sandbox-secret",
    provider_id = PROVIDER,
  }
end

--- What create_agreement takes.
function subscriptions.offer(external_id)
  return {
    country_code = "DK",
    currency = "DKK",
    plan = "Gold",
    external_id = external_id,
    amount = "99.50",
    expiration_timeout_minutes = 10,
    links = {
      { rel = "user-redirect", href = "https://gym.example/back" },
      { rel = "success-callback", href = "https://gym.example/yes" },
      { rel = "cancel-callback", href = "https://gym.example/no" },
    },
  }
end

--- A client in a process.
function subscriptions.client(world, process)
  local given = options(world, process:wire(world.provider))
  given.random = process:random()
  return luapay.mobilepay_subscriptions(given)
end

-- Lists that lag, and pages that move: for a while, on bad days.
local LISTS = {
  "list_agreements",
  "list_payment_requests",
  "list_one_off_payments",
  "list_refunds",
}

local function spoil_lists(world)
  local random = world.random
  if random:chance(0.5) then return end
  for _ = 1, random:between(1, 4) do
    world:after(random:number() * 1800, function()
      if world.calm then return end
      local order = {
        at = acts.any(world, LISTS),
        fault = "lag",
        seconds = random:number() * world.lag,
        times = random:between(1, 4),
      }
      if order.at == "list_agreements" and random:chance(0.5) then
        order.fault, order.seconds = "moved", nil
        order.rows = random:one_of { { 1, 1 }, { 1, -1 } }
      end
      world:count("lists: " .. order.fault)
      world.provider:inject(order)
    end)
  end
end

-- Half of the merchants have set up who calls them.
local function set_credentials(world)
  world.known_caller = world.random:chance(0.6)
  if not world.known_caller then return end
  assert(world.own:set_callback_auth_basic {
    user_name = "mobilepay",
    password = "hunter2",
  })
end

--- Makes the provider, and a good wire to it.
function subscriptions.open(world, more)
  local given = more or {}
  given.clock = world.clock
  world.provider = sandbox.mobilepay_subscriptions(given)
  world.own =
    luapay.mobilepay_subscriptions(options(world, world.provider:transport()))
  -- a request may be late, and then a list, together within the horizon
  world.lag, world.latest = 1500, 1500
  set_credentials(world)
  spoil_lists(world)
end

--- An agreement that the user has accepted; its id.
function subscriptions.agree(world, name)
  local made = assert(world.own:create_agreement(subscriptions.offer(name)))
  assert(world.provider:accept(made.id))
  return made.id
end

--- Brings the callbacks to `flow_of(process)`, through a receiver.
function subscriptions.watch(world, flow_of)
  local last = 0
  callbacks.watch(world, function()
    local list = world.provider:callbacks(last)
    last = last + #list
    return list
  end, function(process, request)
    local flow = flow_of(process)
    local receiver = callback.mobilepay_subscriptions {
      seen = false,
      basic = world.known_caller and {
        user_name = "mobilepay",
        password = "hunter2",
      } or nil,
      anonymous = not world.known_caller or nil,
    }
    local reply, _, problem = receiver:handle(request, function(event)
      return flow:on_callback(event)
    end)
    if problem then world:write("  %s", tostring(problem)) end
    return reply.status
  end)
end

--- Lets the users do what `act(random)` says, now and then.
function subscriptions.users(world, act)
  for _ = 1, world.random:between(3, 12) do
    world:after(world.random:number() * 2400, function()
      act(world.random)
    end)
  end
end

--- The payments of a type, by external_id.
function subscriptions.payments(world, type)
  local out = {}
  for id, payment in pairs(world.provider.state.payments) do
    if payment.type == type then
      out[#out + 1] = {
        id = id,
        name = payment.external_id,
        status = payment.status,
        totals = world.provider.state.ledger:totals(id),
      }
    end
  end
  table.sort(out, function(a, b)
    return a.id < b.id
  end)
  return out
end

--- Øre as units.
function subscriptions.units(minor)
  return minor * amounts.SCALE / 100
end

--- What a person does about a payment that may be there: `find(name)` gives
--- the ids that the portal shows.
function subscriptions.follow(world, hand, item, find)
  people.settle(world, hand, item, function()
    if item.advice:find("accept", 1, true) then return "accept" end
    local ids = find()
    if #ids > 0 then return "found", { provider_id = ids[1] } end
    return "absent"
  end)
end

return subscriptions
