-- A pretend Mobip, a journal, and flows upon them.

local luapay = require "luapay"
local mobip = require "spec.mobip.helper"

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

--- A request for 15.00 by e-mail.
function helper.link()
  return {
    reference = "a",
    price = "12.50",
    tax = "2.50",
    item_name = "Tea",
    media = "EMAIL",
    customer_email = "payer@shop.test",
    redirect_url = "https://shop.test/thanks",
    call_back_url = "https://shop.test/told",
  }
end

--- A customer with one invoice.
function helper.customer()
  return {
    CustomerId = "7",
    CustomerBalance_in_cents = 4990,
    CustomerBalance_Date = "2024-01-31",
    InvoicesList = {
      {
        InvId = "1",
        InvDate = "2024-01-15",
        InvDueDate = "2024-02-15",
        InvLbl = "January",
        Amount_in_cents = 4990,
        InvStatus = "open",
      },
    },
  }
end

function helper.open()
  local provider, merchant, way = mobip.open()
  local world = { provider = provider, merchant = merchant }
  local function now()
    return provider.clock:now()
  end
  local journal = luapay.journal.memory { clock = { wall = now, boot = now } }

  local function options_of(account, more)
    return merged({
      client = mobip.client(way, account),
      journal = journal,
      sleep = function(seconds)
        provider:advance(seconds)
      end,
    }, more or {})
  end

  function world.links(more)
    local own = merged({ currency = "EUR" }, more or {})
    return luapay.flow.payment_link(options_of("merchant", own))
  end

  function world.queue(more)
    local own = merged({
      handle = function()
        return true
      end,
    }, more or {})
    return luapay.flow.queue(options_of("platform", own))
  end

  function world.invoices()
    local own = { source = "erp", run = "day" }
    return luapay.flow.invoices(options_of("merchant", own))
  end

  --- A link that is asked for; `then_do(trid)`.
  function world.link(then_do)
    local flow = world.links()
    local item = assert(flow:run_one(helper.link()))
    if then_do then
      then_do(item.provider_id)
      flow:get "a"
    end
    return flow, "a", item.provider_id
  end

  --- A transaction that was paid, so that it is in the queue.
  function world.paid()
    local trid = assert(merchant:create_one_use_qr(mobip.show())).trid
    provider:pay(trid)
    return trid
  end

  --- A call back about a link, which the receiver has verified.
  function world.event(trid, status)
    return {
      api = "mobip",
      kind = "link",
      trid = trid,
      status = status,
      verified = true,
    }
  end
  return world
end

return helper
