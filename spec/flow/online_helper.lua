-- What the specs of MobilePay Online's flows start from.

local journal = require "luapay.journal"
local luapay = require "luapay"
local memory = require "luapay.journal.memory"
local online = require "spec.online.helper"
local sandbox = require "luapay.sandbox"

local helper = {}

--- A provider, a store, and what makes flows upon them.
function helper.open()
  local provider = sandbox.mobilepay_online()
  local store = memory.new()
  local world = { provider = provider, store = store, asked = {} }

  world.client = luapay.mobilepay_online {
    client_id = "sandbox-client",
    client_secret = "sandbox-secret",
    transport = provider:transport(),
    retries = 0,
  }

  -- An acquirer that says `verdict`, which a spec sets.
  world.verdict = { approved = true, acquirerPaymentReference = "A1" }
  world.acquirer = {
    authorise = function(payment, card)
      table.insert(world.asked, { payment = payment, card = card })
      if type(world.verdict) == "function" then return world.verdict() end
      return world.verdict
    end,
  }

  --- A flow of one more worker.
  function world.flow(name, options)
    local all = {
      client = world.client,
      acquirer = world.acquirer,
      journal = journal.memory {
        store = store,
        clock = function()
          return provider.clock:now()
        end,
      },
    }
    for field, value in pairs(options or {}) do
      all[field] = value
    end
    return luapay.flow[name](all)
  end

  --- The event of the card that a customer has paid with.
  function world.card(payment_id)
    local attempt = assert(provider:accept(payment_id))
    return {
      api = "mobilepay_online",
      kind = "card",
      paymentId = payment_id,
      authorizationAttemptId = attempt,
      card = { number = "5019717010103742" },
      time = provider.clock:now(),
    }
  end
  return world
end

--- A payment to be made.
function helper.item(changes)
  local item = online.payment(changes)
  item.pspReferenceId = nil
  item.reference = item.reference or "order-1"
  item.allowedCardTypes = {
    {
      name = "DANKORT",
      encryptedPanCallbackUrl = "https://psp.example/dankort",
    },
  }
  return item
end

return helper
