-- What scenarios of one-off payments, sign-ups and refunds have in common:
-- a client on a machine, callbacks that find their way, believing results.

local events = require "luapay.callback.subscriptions_events"
local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local asked = {}

asked.PROVIDER = "f0000000-0000-4000-8000-000000000001"

--- Makes the provider, and a good wire for what was there before.
function asked.open(world)
  world.provider = sandbox.mobilepay_subscriptions { clock = world.clock }
  world.refresh = world.provider:refresh_token()
  world.told = {}
  return luapay.mobilepay_subscriptions {
    transport = world.provider:transport(),
    environment = "sandbox",
    refresh_token = world.provider:refresh_token(),
    client_id = "sandbox-client",
    client_secret = "sandbox-secret",
    provider_id = asked.PROVIDER,
  }
end

--- What create_agreement takes.
function asked.offer(external_id)
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

--- A client on a machine. Its token is not what is looked at here.
function asked.client(world, machine)
  return luapay.mobilepay_subscriptions {
    transport = machine:wire(world.provider),
    environment = "sandbox",
    refresh_token = world.provider:refresh_token(),
    client_id = "sandbox-client",
    client_secret = "sandbox-secret",
    provider_id = asked.PROVIDER,
    random = machine:random(),
  }
end

--- Brings callbacks to whatever machine lives.
function asked.watch(world, flow)
  local last = 0
  world:watch(function()
    local list = world.provider:callbacks(last)
    last = last + #list
    return list
  end, function(call)
    local machine = world.machine
    if not machine or machine.dead then return false end
    local taken = true
    local co = coroutine.create(function()
      for _, event in ipairs(assert(events.read(call.body))) do
        local entry = flow(world, machine):on_callback(event)
        taken = taken and entry ~= nil
      end
    end)
    local good, err = coroutine.resume(co)
    if not good and type(err) ~= "table" then world.bug = err end
    return good and taken
  end)
end

--- Remembers ends that were told: they must stay.
function asked.believe(world, result, ends)
  if ends[result.state] then world.told[result.reference] = result.state end
end

--- What was told as an end must be in the journal in the end.
function asked.check_told(world, entries, step, problems)
  for _, entry in ipairs(entries) do
    local told = world.told[entry.reference]
    local word = (entry.status or entry.state):lower()
    if told and entry.step:find("^" .. step) and told ~= word then
      problems[#problems + 1] = ("%s was called %s, and is %s"):format(
        entry.reference,
        told,
        word
      )
    end
  end
end

return asked
