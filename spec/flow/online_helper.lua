-- What the specs of MobilePay Online's flows start from.

local luapay = require "luapay"
local online = require "spec.online.helper"
local sandbox = require "luapay.sandbox"

local helper = {}

--- A provider, a journal, and what makes flows upon them.
function helper.open()
  local provider = sandbox.mobilepay_online()
  local world = { provider = provider, asked = {}, released = {} }

  world.client = luapay.mobilepay_online {
    client_id = "sandbox-client",
    client_secret = "sandbox-secret",
    transport = provider:transport(),
    retries = 0,
  }

  local function now()
    return provider.clock:now()
  end

  world.journal = luapay.journal.memory {
    clock = {
      wall = now,
      boot = now,
      boot_id = function()
        return "one"
      end,
    },
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
      journal = world.journal,
      sleep = function(seconds)
        provider:advance(seconds)
      end,
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
      verified = true,
    }
  end

  --- The event of a payment that was not completed in time.
  function world.expired(payment_id)
    return {
      api = "mobilepay_online",
      kind = "failed_payment",
      paymentId = payment_id,
      status = "Expired",
      status_code = 100,
      verified = true,
    }
  end

  --- Has the acquirer release what is not to be used.
  function world.releases()
    world.acquirer.release = function(payment)
      table.insert(world.released, payment.authorizationAttemptId)
      return true
    end
  end

  --- How many requests an endpoint has had.
  function world.count(endpoint)
    local n = 0
    for _, request in ipairs(provider:requests()) do
      if request.endpoint == endpoint then n = n + 1 end
    end
    return n
  end
  return world
end

--- A verdict that says no.
helper.DECLINED = {
  approved = false,
  reasonCode = 1001,
  reasonMessage = "no money",
  acquirerVatNumber = "DK20016175",
  acquirerMerchantId = "M1",
  acquirerPaymentReference = "A0",
}

--- What acquirers do instead of answering.
helper.SILENCE = {
  ["raises"] = function()
    error "no line"
  end,
  ["says nothing"] = function()
    return nil
  end,
  ["says nonsense"] = function()
    return { approved = "yes" }
  end,
}

--- How an item stands.
function helper.look(item)
  return { item.state, item.money, item.provider_status, item.needs_person }
end

--- A payment to be made.
function helper.item(changes)
  local item = online.payment()
  item.pspReferenceId = nil
  item.reference, item.amount = "order-1", "100.00"
  item.allowedCardTypes = {
    {
      name = "DANKORT",
      encryptedPanCallbackUrl = "https://psp.example/dankort",
    },
  }
  for name, value in pairs(changes or {}) do
    item[name] = value
    if value == false then item[name] = nil end
  end
  return item
end

return helper
