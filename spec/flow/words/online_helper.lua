-- A pretend MobilePay Online, an acquirer, and payments of both flows.

local cards = require "spec.flow.online_helper"
local online = require "spec.online.helper"

local helper = {}

helper.APPROVED = { approved = true, acquirerPaymentReference = "A1" }
helper.DECLINED = cards.DECLINED
helper.CHALLENGED = {
  threeDSecureUrl = "https://bank.example/prove",
  acquirerVatNumber = "DK20016175",
  acquirerMerchantId = "M1",
  acquirerPaymentReference = "A0",
}

--- An acquirer that says nothing.
function helper.silence() end

function helper.open()
  local world = cards.open()
  local provider = world.provider
  world.charges = 0
  function world.acquirer.charge()
    world.charges = world.charges + 1
    if type(world.verdict) == "function" then return world.verdict() end
    return world.verdict
  end

  function world.inject(at, fault, status, body)
    provider:inject { at = at, fault = fault, status = status, body = body }
  end

  --- A payment "a" that is made.
  function world.made(options)
    local flow = world.flow("online_payment", options)
    local item, err = flow:run_one(cards.item { reference = "a" })
    return flow, "a", item and item.provider_id, err
  end

  --- Its customer swipes, and the acquirer says this.
  function world.paid(verdict)
    local flow, reference, id = world.made()
    world.verdict = verdict or helper.APPROVED
    assert(flow:on_callback(world.card(id)))
    return flow, reference, id
  end

  --- An agreement "b" that is made.
  function world.agreed()
    local flow = world.flow "recurring"
    local item = online.agreement()
    item.reference, item.externalAgreementId = "b", nil
    local made = flow:agree(item)
    return flow, "b", made and made.provider_id
  end

  function world.agreement_says(id, word)
    return {
      api = "mobilepay_online",
      kind = "agreement",
      agreementId = id,
      status = word,
      verified = true,
    }
  end

  --- Its first payment "f".
  function world.first()
    local flow = world.agreed()
    local item = cards.item { merchantId = false, merchantName = false }
    item.reference, item.agreement = "f", "b"
    local made = flow:first(item)
    return flow, "f", made and made.provider_id
  end

  --- The agreement is active.
  function world.activated()
    local flow, _, id = world.first()
    world.verdict = helper.APPROVED
    assert(flow:on_callback(world.card(id)))
    return flow
  end

  function world.month()
    local item = online.mit()
    item.pspReferenceId, item.amount = nil, "50.00"
    item.reference, item.agreement = "c", "b"
    return item
  end

  --- A charge "c", of which the acquirer says this.
  function world.charged(verdict)
    local flow = world.activated()
    world.verdict = verdict or helper.APPROVED
    flow:charge(world.month())
    return flow, "c"
  end
  return world
end

return helper
