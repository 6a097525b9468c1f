-- What workers work on, and what is compared in the end: made from an ORDER,
-- a file that returns dir, port, token, agreements, day, journal ("sqlite" or
-- "postgres"), options (the journal's), flow, run, size, by_one.

local core = require "luapay.core"
local luapay = require "luapay"

local work = {}

local LEASE = 3 -- seconds
local CALL = { timeout = 1.4 } -- below half of it
local HORIZON = 2.5 -- seconds; nothing of this provider comes later

-- Each has its own wire: only this process's number is in its address.
local function base_url(order)
  return ("http://127.0.0.1:%d/%d"):format(order.port, core.process())
end

local flows = {}

function flows.topup(order, options)
  options.mode = "each"
  options.client = luapay.infobip {
    username = "reseller",
    password = "secret",
    base_url = base_url(order),
    transport = luapay.transport.curl { http_loopback = true },
  }
  return luapay.flow.topup(options),
    function(reference)
      return {
        accountKey = "EUR-1",
        amount = "0.25",
        description = reference,
      }
    end
end

local function mobilepay(order)
  return luapay.mobilepay_subscriptions {
    provider_id = "f0000000-0000-4000-8000-000000000001",
    access_token = order.token,
    base_url = base_url(order),
    transport = luapay.transport.curl { http_loopback = true },
  }
end

function flows.one_off(order, options)
  options.client, options.horizon = mobilepay(order), HORIZON
  return luapay.flow.one_off(options),
    function(reference, i)
      return {
        agreementid = order.agreements[i % #order.agreements + 1],
        amount = "12.50",
        currency = "DKK",
        description = "Crash",
        external_id = reference,
        links = { { rel = "user-redirect", href = "https://gym.example/x" } },
      }
    end
end

function flows.subscription_batch(order, options)
  options.client, options.horizon = mobilepay(order), HORIZON
  options.portion = 5
  return luapay.flow.subscription_batch(options),
    function(reference, i)
      return {
        agreement_id = order.agreements[i % #order.agreements + 1],
        amount = "12.50",
        due_date = order.day,
        description = "Crash",
        external_id = reference,
      }
    end
end

--- The names of the flows that there are.
work.FLOWS = { "topup", "subscription_batch", "one_off" }

--- Opens the journal of an order; waits while its server is away.
function work.journal(order)
  local options = { lease = LEASE, patience = 20, outcome_patience = 40 }
  for name, value in pairs(order.options) do
    options[name] = value
  end
  local till = core.boottime() + 60
  while true do
    local journal, err = luapay.journal[order.journal](options)
    if journal then return journal end
    if core.boottime() > till then error(tostring(err)) end
    core.sleep(0.05)
  end
end

--- The flow of an order, and its items.
---@return table flow
---@return table[] items
function work.flow(order, journal)
  local flow, item_of = flows[order.flow](order, {
    journal = journal,
    run = order.run,
    call = CALL,
    concurrency = 4,
  })
  local items = {}
  for i = 1, order.size do
    local reference = ("%s-%d"):format(order.run, i)
    items[i] = item_of(reference, i)
    items[i].reference = reference
  end
  return flow, items
end

return work
