-- luapay.flow.online_payment: from the customer's swipe to the last refund.

local core = require "luapay.core"
local helper = require "spec.flow.online_helper"
local luapay = require "luapay"

describe("luapay.flow.online_payment", function()
  local world, flow

  before_each(function()
    world = helper.open()
    flow = world.flow "online_payment"
  end)

  local function pay()
    local made = assert(flow:run(helper.item()))
    assert(flow:on_callback(world.card(made.provider_id)))
    return made
  end

  local function text(reference)
    local sums = assert(flow:sums(reference or "order-1"))
    return ("%s %s %s"):format(
      sums.capture.decimal,
      sums.cancel.decimal,
      sums.refund.decimal
    )
  end

  it("makes a payment, and says where to send the customer", function()
    local made = assert(flow:run(helper.item()))
    assert.equal("pending", made.state)
    assert.truthy(made.redirect:find(made.provider_id, 1, true))
    assert.same(made, flow:run(helper.item())) -- not another one
  end)

  it("sends nothing that is wrong, and says what", function()
    local made, err = flow:run(helper.item { amount = -5 })
    assert.is_nil(made)
    assert.equal("argument", err.kind)
    assert.equal("amount", err.field)
    assert.same({}, world.provider:requests())
  end)

  it("takes the card to the acquirer, and tells MobilePay", function()
    local made = pay()
    assert.equal("authorised", flow:await("order-1").state)
    assert.equal(1, #world.asked)
    assert.same({
      reference = "order-1",
      paymentId = made.provider_id,
      authorizationAttemptId = world.asked[1].payment.authorizationAttemptId,
      amount = "100.00",
      currency = "DKK",
    }, world.asked[1].payment)
    assert.equal("5019717010103742", world.asked[1].card.number)
    assert.equal("authorized", world.provider:payment(made.provider_id).state)
  end)

  it("asks the acquirer once, however often a card comes", function()
    local made = assert(flow:run(helper.item()))
    local event = world.card(made.provider_id)
    assert(flow:on_callback(event))
    assert(flow:on_callback(event))
    assert(world.flow("online_payment"):on_callback(event))
    assert.equal(1, #world.asked)
  end)

  it("keeps no card data", function()
    pay()
    for _, entry in pairs(world.store.entries) do
      local kept = assert(core.encode(entry.details or { 1 }))
        .. assert(core.encode(entry.outcome or { 1 }))
      assert.is_nil(kept:find("5019717010103742", 1, true))
    end
  end)

  it("tells why a card was declined, and takes another", function()
    world.verdict = {
      approved = false,
      reasonCode = 1001,
      reasonMessage = "no money",
      acquirerVatNumber = "DK20016175",
      acquirerMerchantId = "M1",
      acquirerPaymentReference = "A0",
    }
    local made = assert(flow:run(helper.item()))
    local said = assert(flow:on_callback(world.card(made.provider_id)))
    assert.equal("Declined", said.verdict)
    assert.equal("pending", said.state)
    world.verdict = { approved = true }
    said = assert(flow:on_callback(world.card(made.provider_id)))
    assert.equal("Approved", said.verdict)
    assert.equal("authorised", said.state)
  end)

  it("goes the way of a challenge", function()
    world.verdict = {
      threeDSecureUrl = "https://bank.example/prove",
      acquirerVatNumber = "DK20016175",
      acquirerMerchantId = "M1",
      acquirerPaymentReference = "A0",
    }
    local made = assert(flow:run(helper.item()))
    local event = world.card(made.provider_id)
    local said = assert(flow:on_callback(event))
    assert.equal("Challenged", said.verdict)
    said = assert(
      flow:challenged("order-1", event.authorizationAttemptId, function()
        return { approved = true }
      end)
    )
    assert.equal("authorised", said.state)
  end)

  it("does not trouble the acquirer with a card that came long ago", function()
    local made = assert(flow:run(helper.item()))
    local event = world.card(made.provider_id)
    event.time = event.time - 21
    local said = assert(flow:on_callback(event))
    assert.equal("Declined", said.verdict)
    assert.equal(0, #world.asked)
  end)

  for _, case in ipairs {
    {
      "raises",
      function()
        error "no line"
      end,
    },
    {
      "says nothing",
      function()
        return nil
      end,
    },
    {
      "says nonsense",
      function()
        return { approved = "yes" }
      end,
    },
  } do
    it("parks an attempt when the acquirer " .. case[1], function()
      world.verdict = case[2]
      local made = assert(flow:run(helper.item()))
      local event = world.card(made.provider_id)
      local said = assert(flow:on_callback(event))
      assert.equal("Declined", said.verdict)
      local report = assert(flow.journal:report())
      assert.equal("parked", report[1].state)
      assert.equal("100", report[1].amount)
      assert(flow:on_callback(event) == nil)
      assert.equal(1, #world.asked)
    end)
  end

  it("asks after what the acquirer has not said", function()
    world.verdict = function()
      error "no line"
    end
    world.acquirer.look_up = function()
      return { approved = true }
    end
    local made = assert(flow:run(helper.item()))
    local said = assert(flow:on_callback(world.card(made.provider_id)))
    assert.equal("authorised", said.state)
  end)

  it("captures in parts, cancels the rest, refunds", function()
    pay()
    assert(flow:capture("order-1", { amount = "30.00", id = "shipment-1" }))
    assert(flow:capture("order-1", { amount = "20.00", id = "shipment-2" }))
    assert.equal("50.00", assert(flow:cancel("order-1")).amount)
    assert(flow:refund("order-1", { amount = "10.00", id = "return-1" }))
    assert.equal("40.00", assert(flow:refund("order-1")).amount)
    assert.equal("50.00 50.00 50.00", text())
    assert(world.provider:check())
  end)

  it("takes no part twice", function()
    pay()
    local part = { amount = "30.00", id = "shipment-1" }
    local first = assert(flow:capture("order-1", part))
    assert.same(first, assert(flow:capture("order-1", part)))
    assert.equal("30.00 0.00 0.00", text())
  end)

  for _, case in ipairs {
    { "capture", { amount = "100.01", id = "x" } },
    { "cancel", { amount = "70.01", id = "x" } },
    { "refund", { amount = "30.01", id = "x" } },
    { "capture", { amount = "0", id = "x" } },
  } do
    it(("refuses to %s %s"):format(case[1], case[2].amount), function()
      pay()
      assert(flow:capture("order-1", { amount = "30.00", id = "a" }))
      local before = #world.provider:requests()
      local part, err = flow[case[1]](flow, "order-1", case[2])
      assert.is_nil(part)
      assert.equal("argument", err.kind)
      assert.equal("amount", err.field)
      assert.equal(before, #world.provider:requests())
    end)
  end

  it("never exceeds what was authorised, side by side", function()
    pay()
    local ids = { "a", "b", "c", "d", "e", "f" }
    luapay.map(ids, { concurrency = 6 }, function(id)
      return flow:capture("order-1", { amount = "30.00", id = id })
    end)
    local sums = assert(flow:sums "order-1")
    assert.is_true(sums.capture <= luapay.money("100.00", "DKK"))
    assert(world.provider:check())
  end)

  it("captures nothing that is not authorised", function()
    assert(flow:run(helper.item()))
    local part, err = flow:capture "order-1"
    assert.is_nil(part)
    assert.equal("conflict", err.kind)
    part, err = flow:capture "nobody"
    assert.is_nil(part)
    assert.equal("absent", err.code)
  end)

  it("counts a capture whose answer was lost, and settles it", function()
    pay()
    world.provider:inject { at = "capture_payment", fault = "lost_answer" }
    local part, err =
      flow:capture("order-1", { amount = "80.00", id = "shipment-1" })
    assert.is_nil(part)
    assert.equal("unknown", err.outcome)
    part, err = flow:capture("order-1", { amount = "30.00", id = "b" })
    assert.is_nil(part)
    assert.equal("argument", err.kind)
    world.provider:advance(61)
    local report = assert(flow:recover())
    assert.equal(1, report.settled)
    assert.equal("80.00", flow:sums("order-1").captured.decimal)
    assert(world.provider:check())
  end)

  it("goes on after a crash between the acquirer and MobilePay", function()
    local made = assert(flow:run(helper.item()))
    local event = world.card(made.provider_id)
    world.client.update_authorization_attempt = function()
      error { crash = true }
    end
    pcall(flow.on_callback, flow, event)
    world.client.update_authorization_attempt = nil
    world.provider:advance(121)
    local other = world.flow "online_payment"
    assert(other:recover())
    assert.equal("authorised", other:await("order-1").state)
    assert.equal(1, #world.asked)
  end)

  it("makes a payment once, though the answer was lost", function()
    local name = "initiate_payment"
    world.provider:inject { at = name, fault = "lost_answer" }
    local made, err = flow:run(helper.item())
    assert.is_nil(made)
    assert.equal("unknown", err.outcome)
    world.provider:advance(61)
    assert(flow:recover())
    assert.equal("pending", assert(flow:run(helper.item())).state)
  end)

  it("hears that a payment has run out of time", function()
    local made = assert(flow:run(helper.item()))
    local event = {
      api = "mobilepay_online",
      kind = "failed_payment",
      paymentId = made.provider_id,
      status = "Expired",
    }
    assert.equal("failed", assert(flow:on_callback(event)).state)
    assert.equal("failed", assert(flow:await("order-1")).state)
  end)

  it("gives up waiting when patience is over", function()
    assert(flow:run(helper.item()))
    local hasty = world.flow("online_payment", { patience = 30 })
    local none, err = hasty:await "order-1"
    assert.is_nil(none)
    assert.equal("timeout", err.kind)
  end)

  it("leaves alone what is not its own", function()
    assert.is_false(flow:on_callback { api = "mobip", kind = "link" })
    assert.is_false(flow:on_callback {
      api = "mobilepay_online",
      kind = "card",
      paymentId = "nobody",
    })
  end)
end)
