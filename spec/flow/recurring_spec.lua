-- luapay.flow.recurring: an agreement, its first payment, and those that
-- follow without the customer.

local helper = require "spec.flow.online_helper"
local online = require "spec.online.helper"

describe("luapay.flow.recurring", function()
  local world, flow, charges

  before_each(function()
    world, charges = helper.open(), 0
    world.acquirer.charge = function()
      charges = charges + 1
      if type(world.verdict) == "function" then return world.verdict() end
      return world.verdict
    end
    world.acquirer.new_card = function(_, card)
      world.new_card = card
      return world.verdict
    end
    flow = world.flow "recurring"
  end)

  local function agree()
    local item = online.agreement()
    item.reference, item.externalAgreementId = "customer-7", nil
    return assert(flow:agree(item))
  end

  local function first()
    local item = helper.item()
    item.merchantId, item.merchantName = nil, nil
    item.reference, item.agreement = "first", "customer-7"
    return assert(flow:first(item))
  end

  local function month(changes)
    local item = online.mit(changes)
    item.pspReferenceId = nil
    item.reference, item.agreement = "month-2", "customer-7"
    return item
  end

  local function state(id, name)
    return {
      api = "mobilepay_online",
      kind = "agreement",
      agreementId = id,
      status = name,
    }
  end

  -- An agreement with an authorised first payment.
  local function activated()
    local made = agree()
    local payment = first()
    assert(flow:on_callback(world.card(payment.provider_id)))
    assert(flow:on_callback(state(made.provider_id, "Activated")))
    return made
  end

  it("is activated by its first payment", function()
    local made = agree()
    assert.equal("created", made.state)
    assert.same(made, agree())
    local payment = first()
    assert.truthy(payment.redirect)
    local said = assert(flow:on_callback(world.card(payment.provider_id)))
    assert.equal("authorised", said.state)
    assert(flow:on_callback(state(made.provider_id, "Activated")))
    assert.equal("activated", flow:agreement("customer-7").state)
  end)

  it("refuses a payment of an agreement that is not known", function()
    local item = month()
    item.agreement = "nobody"
    local charged, err = flow:charge(item)
    assert.is_nil(charged)
    assert.equal("absent", err.code)
    assert.equal(0, charges)
  end)

  it("charges without the customer, once", function()
    activated()
    local charged = assert(flow:charge(month()))
    assert.equal("authorised", charged.state)
    assert.equal("authorised", assert(flow:charge(month())).state)
    assert.equal(1, charges)
    assert(flow:capture("month-2", { amount = "20.00", id = "a" }))
    assert(flow:capture "month-2")
    assert(flow:refund("month-2", { amount = "50.00", id = "r" }))
    assert(world.provider:check())
  end)

  it("charges again what was declined", function()
    activated()
    world.verdict = {
      approved = false,
      reasonCode = 1001,
      acquirerVatNumber = "DK20016175",
      acquirerMerchantId = "M1",
      acquirerPaymentReference = "A0",
    }
    local charged = assert(flow:charge(month()))
    assert.equal("Declined", charged.verdict)
    assert.equal("pending", charged.state)
    world.verdict = { approved = true }
    assert.equal("authorised", assert(flow:charge(month())).state)
    assert.equal(2, charges)
  end)

  it("parks a payment whose making was lost, and makes no other", function()
    activated()
    local name = "initiate_mit_payment"
    world.provider:inject { at = name, fault = "lost_answer" }
    local charged, err = flow:charge(month())
    assert.is_nil(charged)
    assert.equal("unknown", err.outcome)
    charged, err = flow:charge(month())
    assert.is_nil(charged)
    assert.equal("parked", err.code)
    assert.equal(0, charges)
    local made = 0
    for _, request in ipairs(world.provider:requests()) do
      if request.endpoint == name then made = made + 1 end
    end
    assert.equal(1, made)
  end)

  it("does not charge again what the acquirer may have charged", function()
    activated()
    world.verdict = function()
      error "no line"
    end
    local charged = assert(flow:charge(month()))
    assert.equal("Declined", charged.verdict)
    local parked = assert(flow.journal:find { states = { "parked" } })
    assert.equal("authorise:mit-1", parked.step)
  end)

  it("keeps the last digits of no card", function()
    activated()
    assert(flow:charge(month()))
    for _, entry in pairs(world.store.entries) do
      local args = entry.details and entry.details.args or {}
      assert.is_nil(args.last4)
    end
  end)

  it("takes a new card to the acquirer, and confirms it", function()
    local made = activated()
    local update =
      assert(world.provider:change_card(made.provider_id, { last4 = "3742" }))
    local event = {
      api = "mobilepay_online",
      kind = "card_update",
      agreementId = made.provider_id,
      paymentId = update,
      token = { last4 = "1111" },
    }
    assert(flow:on_callback(event))
    assert.same({ last4 = "1111" }, world.new_card)
    assert(flow:on_callback(event))
    assert(world.provider:check())
  end)

  it("ends an agreement, and lets no late word revive it", function()
    local made = activated()
    assert.equal("terminated", assert(flow:terminate "customer-7").state)
    assert(flow:on_callback(state(made.provider_id, "Activated")))
    assert.equal("terminated", flow:agreement("customer-7").state)
  end)

  it("parks an agreement whose making was lost", function()
    world.provider:inject {
      at = "create_recurring_agreement",
      fault = "lost_answer",
    }
    local item = online.agreement()
    item.reference, item.externalAgreementId = "customer-7", nil
    local made, err = flow:agree(item)
    assert.is_nil(made)
    assert.equal("unknown", err.outcome)
    made, err = flow:agree(item)
    assert.is_nil(made)
    assert.equal("parked", err.code)
  end)

  it("leaves alone what is not its own", function()
    assert.is_false(flow:on_callback { api = "mobip", kind = "link" })
    assert.is_false(flow:on_callback(state("nobody", "Activated")))
  end)
end)
