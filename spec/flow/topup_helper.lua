-- What the specs of a top-up share: a provider, machines upon one journal,
-- and machines that die.

local fault = require "luapay.fault"
local luapay = require "luapay"
local sandbox = require "luapay.sandbox"
local stores = require "luapay.journal.store.memory"

local helper = {}

--- An item of a top-up.
function helper.item(reference, account, amount, currency)
  return {
    reference = reference,
    accountKey = account or "EUR-1",
    amount = amount or "10.00",
    currencycode = currency or "EUR",
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

--- "a done moved E, b parked unknown -P": E ended, P a person.
function helper.text(report)
  local list = {}
  for i, item in ipairs(report.items or report.first) do
    list[i] = helper.of(item)
  end
  return table.concat(list, ", ")
end

function helper.of(item)
  local marks = (item.ended and "E" or "") .. (item.needs_person and "P" or "")
  return ("%s %s %s%s"):format(
    item.reference,
    item.state,
    item.money,
    marks ~= "" and " " .. marks or ""
  )
end

--- A world: a provider, and a store that machines share.
function helper.world()
  return { provider = sandbox.infobip(), store = stores.new(), machines = 0 }
end

-- A machine that dies: from here on it writes nothing, and its program is
-- at its end.
local function die(journal)
  journal.commit.run = function()
    error("dead", 0)
  end
  error("dead", 0)
end

-- A transport that dies with its machine at the n-th call of an endpoint,
-- before or after the provider has acted.
local function mortal(world, death, journal)
  local inner = world.provider:transport()
  local left = death.at
  return {
    send = function(_, request, timeout)
      local meant = request.url:find(death.path, 1, true)
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

--- A journal that can be broken: `journal.broken = "read"`, or "write" for
--- what is written beside a sending ("known": only for outcomes).
local function breakable(journal)
  local commit = journal.commit
  local run = commit.run
  function commit.run(self, job)
    local broken = journal.broken
    local known = job.known ~= nil
    local hit = broken == "read"
      or broken == "write" and not job.only_reads
      or broken == "known" and known
    if not hit then return run(self, job) end
    return nil,
      fault.new {
        kind = "journal",
        code = broken == "read" and "unreadable" or "unwritten",
        outcome = "unknown",
        endpoint = "journal",
        message = "the disk is gone",
        provider_id = known and job.known.provider_id or nil,
        result = known and job.known.result or nil,
      }
  end
  return journal
end

--- Whether a program ended as its machine died.
function helper.dies(fn)
  local good, err = pcall(fn)
  return not good and tostring(err):find("dead", 1, true) ~= nil
end

-- A transport that does something else between an answer and its reader.
local function late(world, fn)
  local inner = world.provider:transport()
  return {
    send = function(_, request, timeout)
      local response, failure = inner:send(request, timeout)
      fn(request)
      return response, failure
    end,
    sleep = inner.sleep,
    now = function()
      return inner:now()
    end,
    close = function() end,
  }
end

--- A flow on a machine of its own. `options` may have `death`: at (which
--- call), path, after (the provider has acted); `late`: called with the
--- request when the provider has answered.
function helper.machine(world, options)
  local given = {}
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  world.machines = world.machines + 1
  local function now()
    return world.provider.clock:now()
  end
  world.journal = breakable(luapay.journal.memory {
    store = world.store,
    worker = "machine " .. world.machines,
    clock = { wall = now, boot = now },
  })
  given.journal = given.journal or world.journal
  given.client = luapay.infobip {
    username = "reseller",
    password = "secret",
    account = given.account,
    transport = given.death and mortal(world, given.death, world.journal)
      or given.late and late(world, given.late)
      or world.provider:transport(),
  }
  given.death, given.account, given.late = nil, nil, nil
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
