-- What the specs of a batch share: a provider with agreements, machines
-- upon one journal, rows, and machines that die.

local luapay = require "luapay"
local read = require("luapay.callback.subscriptions_events").read
local stores = require "luapay.journal.store.memory"
local subscriptions = require "spec.subscriptions.helper"

local helper = {}

--- A world: a provider with some agreements, a store that machines share.
function helper.world(agreements)
  local provider, client = subscriptions.open(nil, { account = "shop" })
  local world = { provider = provider, client = client, machines = 0 }
  world.store, world.agreements = stores.new(), {}
  for i = 1, agreements or 2 do
    world.agreements[i] = subscriptions.agree(provider, client)
  end
  return world
end

--- The n-th payment.
function helper.row(world, n, changes)
  local row = {
    reference = "P" .. n,
    agreement_id = world.agreements[n % #world.agreements + 1],
    amount = "12.50",
    due_date = world.provider:day(3),
    description = "January",
  }
  for name, value in pairs(changes or {}) do
    row[name] = value
    if value == subscriptions.without then row[name] = nil end
  end
  return row
end

helper.without = subscriptions.without

--- Rows 1 to n.
function helper.rows(world, n)
  local rows = {}
  for i = 1, n do
    rows[i] = helper.row(world, i)
  end
  return rows
end

--- An iterator over them.
function helper.each(list)
  local i = 0
  return function()
    i = i + 1
    return list[i]
  end
end

-- A machine that dies: from here on it writes nothing.
local function die(journal)
  journal.commit.run = function()
    error("dead", 0)
  end
  error("dead", 0)
end

-- A transport that dies with its machine at the n-th batch, before or after
-- the provider has acted.
local function mortal(world, death, journal)
  local inner = world.provider:transport()
  local left = death.at
  return {
    send = function(_, request, timeout)
      local meant = request.method == "POST"
        and request.url:find("/paymentrequests", 1, true)
      left = left - (meant and 1 or 0)
      if left == 0 and not death.after then die(journal) end
      local response, failure = inner:send(request, timeout)
      if left == 0 then die(journal) end
      return response, failure
    end,
    sleep = function(_, seconds)
      inner:sleep(seconds)
    end,
    now = function()
      return inner:now()
    end,
    close = function() end,
  }
end

--- Whether a program ended as its machine died.
function helper.dies(fn)
  local good, err = pcall(fn)
  return not good and tostring(err):find("dead", 1, true) ~= nil
end

--- A batch on a machine of its own. `options` may have `death`: at (which
--- request), after (the provider has acted).
function helper.machine(world, options)
  local given = { run = "january", concurrency = 1 }
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  world.machines = world.machines + 1
  local function now()
    return world.provider.clock:now()
  end
  world.journal = luapay.journal.memory {
    store = world.store,
    worker = "machine " .. world.machines,
    clock = { wall = now, boot = now },
  }
  given.journal = given.journal or world.journal
  given.client = world.client
  if given.death then
    given.client = luapay.mobilepay_subscriptions {
      transport = mortal(world, given.death, world.journal),
      account = "shop",
      access_token = world.provider:access_token(),
      provider_id = subscriptions.PROVIDER,
    }
    given.death = nil
  end
  return luapay.flow.subscription_batch(given)
end

--- How many requests for payments the provider was sent.
function helper.requests(world)
  local n = 0
  for _, request in ipairs(world.provider:requests()) do
    if request.endpoint == "request_payments" then n = n + 1 end
  end
  return n
end

--- "P1 Requested, P2 Requested": what the provider has, sorted.
function helper.booked(world)
  local list = {}
  for _, id in ipairs(world.agreements) do
    local page =
      assert(world.client:list_payment_requests { agreementid = id })
    for _, payment in ipairs(page) do
      list[#list + 1] = payment.external_id .. " " .. payment.status
    end
  end
  table.sort(list)
  return table.concat(list, ", ")
end

--- "pending asked", "parked unknown P"
function helper.of(item)
  return ("%s %s%s"):format(
    item.state,
    item.money,
    item.needs_person and " P" or ""
  )
end

--- "P1 pending, P2 failed": what the journal has, in the order of rows.
function helper.states(batch)
  local list = {}
  for item in batch:items() do
    list[#list + 1] = item.reference .. " " .. item.state
  end
  return table.concat(list, ", ")
end

--- The provider's callbacks since the last time, as events.
function helper.events(world)
  local events, last = {}, world.told or 0
  for _, call in ipairs(world.provider:callbacks(last)) do
    world.told = call.number
    local list = call.kind == "payment" and read(call.body)
    for _, event in ipairs(list or {}) do
      events[#events + 1] = event
    end
  end
  return events
end

return helper
