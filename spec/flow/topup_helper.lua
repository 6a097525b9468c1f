-- What the specs of a top-up share: a provider, machines upon one journal,
-- and machines that die.

local luapay = require "luapay"
local memory = require "luapay.journal.memory"
local sandbox = require "luapay.sandbox"

local helper = {}

--- An item of a top-up.
function helper.item(reference, account, amount, currency)
  return {
    reference = reference,
    accountKey = account,
    amount = amount,
    currencycode = currency,
    description = "Top-up " .. reference,
  }
end

--- Three of them.
function helper.three()
  return {
    helper.item("a", "EUR-1", "10.00", "EUR"),
    helper.item("b", "USD-1", "20.00", "USD"),
    helper.item("c", "DKK-1", "30.00", "DKK"),
  }
end

--- "a credited, b failed".
function helper.states(report)
  local list = {}
  for i, entry in ipairs(report.items) do
    list[i] = entry.reference .. " " .. entry.state
  end
  return table.concat(list, ", ")
end

--- A world: a provider, and a store that machines share.
function helper.world()
  return { provider = sandbox.infobip(), store = memory.new(), machines = 0 }
end

-- A transport that dies with its machine at the n-th call of an endpoint,
-- before or after the provider has acted.
local function mortal(world, death)
  local inner = world.provider:transport()
  local left = death.at
  return {
    send = function(_, request, timeout)
      local meant = request.url:find(death.path, 1, true)
      left = left - (meant and 1 or 0)
      if left == 0 and not death.after then error "dead" end
      local response, failure = inner:send(request, timeout)
      if left == 0 then error "dead" end
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

--- A flow on a machine of its own. `options` may have `death`: at (which
--- call), path, after (the provider has acted).
function helper.machine(world, options)
  local given = {}
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  world.machines = world.machines + 1
  world.journal = luapay.journal.memory {
    store = world.store,
    worker = "machine " .. world.machines,
    clock = function()
      return world.provider.clock:now()
    end,
  }
  given.journal = given.journal or world.journal
  given.client = luapay.infobip {
    username = "reseller",
    password = "secret",
    transport = given.death and mortal(world, given.death)
      or world.provider:transport(),
  }
  given.death = nil
  return luapay.flow.topup(given)
end

--- "110.00 100.00 100.00"
function helper.balances(world)
  local provider = world.provider
  return provider:balance "EUR-1"
    .. " "
    .. provider:balance "USD-1"
    .. " "
    .. provider:balance "DKK-1"
end

return helper
