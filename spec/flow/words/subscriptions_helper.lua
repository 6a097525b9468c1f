-- A pretend MobilePay Subscriptions, a journal, and flows upon them.

local luapay = require "luapay"
local subscriptions = require "spec.subscriptions.helper"

local helper = {}

local function merged(...)
  local all = {}
  for _, list in ipairs { ... } do
    for name, value in pairs(list) do
      all[name] = value
    end
  end
  return all
end

function helper.open()
  local provider, client = subscriptions.open()
  local agreement = subscriptions.agree(provider, client)
  local world = { provider = provider, client = client, agreement = agreement }
  local function now()
    return provider:now()
  end
  local journal = luapay.journal.memory { clock = { wall = now, boot = now } }

  --- A flow of one more worker.
  function world.flow(name, more)
    return luapay.flow[name](merged({
      client = client,
      journal = journal,
      run = "",
      sleep = function(seconds)
        provider:advance(seconds)
      end,
    }, more or {}))
  end

  function world.batch(more)
    return world.flow("subscription_batch", merged({ run = "b" }, more or {}))
  end

  -- What items of each flow are.
  local items = {}

  function items.subscription_batch()
    return {
      agreement_id = agreement,
      amount = "12.50",
      due_date = provider:day(3),
      description = "January",
    }
  end

  function items.one_off()
    return {
      agreementid = agreement,
      amount = "25.00",
      currency = "DKK",
      description = "A towel",
      links = { { rel = "user-redirect", href = "https://gym.example/" } },
    }
  end

  function items.agreement()
    return subscriptions.offer {
      external_id = subscriptions.without,
      expiration_timeout_minutes = 10,
    }
  end

  -- of a payment that was executed
  function items.refunds()
    if not world.payment then
      world.payment = subscriptions.request(provider, client, agreement)
      provider:go_to(3, 3.5)
    end
    return {
      agreementid = agreement,
      paymentid = world.payment,
      amount = "5.00",
      currency = "DKK",
      status_callback_url = "https://gym.example/refunds",
    }
  end

  --- An item "a" of a flow.
  function world.item(name, changes)
    return merged(items[name](), { reference = "a" }, changes or {})
  end

  --- The endpoint that makes what an item asks for.
  world.makes = {
    subscription_batch = "request_payments",
    one_off = "request_one_off_payment",
    agreement = "create_agreement",
    refunds = "request_refund",
  }

  --- Runs the item "a"; gives the flow, "a", and the provider's id.
  function world.run(name, changes, more)
    local flow = name == "subscription_batch" and world.batch(more)
      or world.flow(name, more)
    local item, err = flow:run_one(world.item(name, changes))
    item = item or err.item
    return flow, "a", item and item.provider_id
  end

  --- The provider changes its mind, whatever it has said before.
  function world.say(id, word)
    local state = provider.state
    local thing = state.payments[id]
      or state.agreements[id]
      or state.refunds[id]
    thing.status = word
  end

  --- An event that is as good as its sender.
  function world.event(kind, id, status, more)
    local event = { api = "mobilepay_subscriptions", kind = kind }
    event[kind == "one_off_payment" and "payment_id" or kind .. "_id"] = id
    event.status, event.verified = status, true
    return merged(event, more or {})
  end
  return world
end

return helper
