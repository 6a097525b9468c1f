-- luapay.flow.recurring: an agreement, its first payment, and those that
-- follow without the customer.

local core = require "luapay.core"
local helper = require "spec.flow.online_helper"
local online = require "spec.online.helper"

local look = helper.look

describe("luapay.flow.recurring", function()
  local world, flow, charges

  before_each(function()
    world, charges = helper.open(), {}
    world.acquirer.charge = function(payment)
      charges[#charges + 1] = payment
      if type(world.verdict) == "function" then return world.verdict() end
      return world.verdict
    end
    world.acquirer.new_card = function(_, card)
      world.new_card = card
      return world.verdict
    end
    flow = world.flow "recurring"
  end)

  local function agreement()
    local item = online.agreement()
    item.reference, item.externalAgreementId = "customer-7", nil
    return item
  end

  local function agree()
    return assert(flow:agree(agreement()))
  end

  local function first()
    local item = helper.item { merchantId = false, merchantName = false }
    item.reference, item.agreement = "first", "customer-7"
    return assert(flow:first(item))
  end

  local function month(changes)
    local item = online.mit()
    item.pspReferenceId, item.amount = nil, "50.00"
    item.reference, item.agreement = "month-2", "customer-7"
    for name, value in pairs(changes or {}) do
      item[name] = value
    end
    return item
  end

  local function state(id, name)
    return {
      api = "mobilepay_online",
      kind = "agreement",
      agreementId = id,
      status = name,
      verified = true,
    }
  end

  local function stored(reference)
    return assert(flow:get(reference or "month-2", { refresh = false }))
  end

  -- An agreement with a reserved first payment.
  local function activated()
    local made = agree()
    local payment = first()
    assert.is_true(flow:on_callback(world.card(payment.provider_id)))
    assert.is_true(flow:on_callback(state(made.provider_id, "Activated")))
    return made
  end

  it("charges by an acquirer that yields to a scheduler", function()
    activated()
    local list = { month(), month { reference = "month-3" } }
    function world.verdict()
      coroutine.yield()
      return { approved = true, acquirerPaymentReference = "A2" }
    end
    local report
    local host = coroutine.create(function()
      report = assert(flow:run(list))
    end)
    repeat
      assert(coroutine.resume(host))
    until coroutine.status(host) == "dead"
    assert.same({ pending = 2 }, report.states)
    assert.equal(2, #charges)
  end)

  it("is activated by its first payment", function()
    local made = agree()
    assert.same({ "pending", "none", "Created", false }, look(made))
    assert.equal(made.provider_id, agree().provider_id)
    assert.equal(1, world.count "create_recurring_agreement")
    local payment = first()
    assert.truthy(payment.redirect)
    assert.is_true(flow:on_callback(world.card(payment.provider_id)))
    assert.same(
      { "pending", "asked", "Reserved", false },
      look(stored "first")
    )
    assert.is_true(flow:on_callback(state(made.provider_id, "Activated")))
    local item = assert(flow:await "customer-7")
    assert.same({ "done", "none", "Activated", false }, look(item))
  end)

  for what, agreed in pairs { ["not known"] = "nobody", ["none"] = "first" } do
    it("refuses a payment of an agreement that is " .. what, function()
      activated()
      local item, err = flow:charge(month { agreement = agreed })
      assert.is_nil(item)
      assert.same({ "argument", "agreement" }, { err.kind, err.field })
      assert.equal(0, #charges)
    end)
  end

  it("charges without the customer, once", function()
    activated()
    for _ = 1, 3 do
      local item = assert(flow:charge(month()))
      assert.same({ "pending", "asked", "Reserved", false }, look(item))
    end
    assert(world.flow("recurring"):run { month() })
    assert.equal(1, #charges)
    assert.equal("50.00", charges[1].amount)
    assert(flow:capture("month-2", { id = "a", amount = "20.00" }))
    local item = assert(flow:capture("month-2", { id = "b", amount = "all" }))
    assert.same({ "done", "moved" }, { item.state, item.money })
    item = assert(flow:refund("month-2", { id = "r", amount = "50.00" }))
    assert.equal("returned", item.money)
    assert(world.provider:check())
    assert(flow:charge(month()))
    assert.equal(1, #charges)
  end)

  it("charges a list", function()
    activated()
    local report = assert(flow:run {
      month(),
      month { reference = "month-3", merchantOrderId = "order-3" },
    })
    assert.same({ pending = 2 }, report.states)
    assert.equal(2, #charges)
  end)

  it("charges again only by retry, and only what was declined", function()
    activated()
    world.verdict = helper.DECLINED
    for _ = 1, 2 do
      local item, err = flow:charge(month())
      assert.is_nil(item)
      assert.same(
        { "incomplete", "declined", "failed" },
        { err.kind, err.code, err.outcome }
      )
      assert.same({ "closed", "none", "Declined", false }, look(err.item))
    end
    assert.equal(1, #charges)
    local item, err = flow:retry "month-2"
    assert.is_nil(item)
    assert.equal("declined", err.code)
    assert.equal(2, #charges)
    world.verdict = { approved = true }
    item = assert(flow:retry "month-2")
    assert.same({ "pending", "asked", "Reserved", false }, look(item))
    assert.equal(3, #charges)
    item, err = flow:retry "month-2"
    assert.is_truthy(item or err)
    assert.equal(3, #charges)
    item, err = flow:retry "customer-7"
    assert.is_nil(item)
    assert.equal("argument", err.kind)
    item, err = flow:retry "nobody"
    assert.is_nil(item)
    assert.equal("absent", err.code)
  end)

  it("parks a payment whose making was lost, and makes no other", function()
    activated()
    world.provider:inject {
      at = "initiate_mit_payment",
      fault = "lost_answer",
    }
    for _ = 1, 2 do
      local item, err = flow:charge(month())
      assert.is_nil(item)
      assert.same({ "unsettled", "unknown" }, { err.kind, err.outcome })
      assert.same({ "parked", "unknown", nil, true }, look(err.item))
    end
    assert.equal(0, #charges)
    assert.equal(1, world.count "initiate_mit_payment")
  end)

  for what, silence in pairs(helper.SILENCE) do
    describe("when the acquirer " .. what, function()
      before_each(function()
        activated()
        world.verdict = silence
        local item, err = flow:charge(month())
        assert.is_nil(item)
        assert.same({ "unsettled", "unknown" }, { err.kind, err.outcome })
        assert.same({ "parked", "unknown", "Initiated", true }, look(err.item))
        world.verdict = { approved = true }
      end)

      it("does not charge again, whoever asks", function()
        flow:charge(month())
        flow:retry "month-2"
        world.flow("recurring"):charge(month())
        assert(flow:recover())
        assert.equal(1, #charges)
      end)

      it("reserves what a person has found there", function()
        local item = assert(flow:found("month-2", { who = "ann" }))
        assert.same({ "pending", "asked", "Reserved", false }, look(item))
        assert.equal(1, #charges)
      end)

      it("reserves what a person has found after all", function()
        world.provider:advance(700)
        assert(flow:absent("month-2", { who = "ann" }))
        local why = { who = "ann", why = "it was another one" }
        local item = assert(flow:reopen("month-2", why))
        assert.same({ "parked", "unknown" }, { item.state, item.money })
        item = assert(flow:found("month-2", { who = "ann" }))
        assert.same({ "pending", "asked", "Reserved", false }, look(item))
        assert.equal(1, #charges)
      end)

      it("is not charged by who goes on from a person's word", function()
        world.provider:advance(700)
        local person = world.flow "recurring"
        local change = person.book.change
        function person.book.change(...)
          person.book.change = function()
            error("dead", 0)
          end
          return change(...)
        end
        pcall(person.absent, person, "month-2", { who = "ann" })
        local item, err = flow:charge(month())
        assert.is_nil(item)
        assert.same({ "incomplete", "declined" }, { err.kind, err.code })
        assert.equal(1, #charges)
      end)

      it("may be charged anew where a person found nothing", function()
        world.provider:advance(700)
        local item = assert(flow:absent("month-2", { who = "ann" }))
        assert.same({ "closed", "none", "Declined", false }, look(item))
        assert(flow:retry "month-2")
        assert.equal(2, #charges)
      end)
    end)
  end

  for _, fault in ipairs { "lost_answer", "closed" } do
    it("charges once though MobilePay's answer was " .. fault, function()
      activated()
      world.provider:inject { at = "update_mit_payment", fault = fault }
      local item, err = flow:charge(month())
      assert.is_nil(item)
      assert.same({ "unsettled", "unknown" }, { err.kind, err.outcome })
      assert.same({ "unknown", "asked" }, { err.item.state, err.item.money })
      flow:charge(month())
      world.provider:advance(130)
      assert(flow:recover())
      assert.same({ "pending", "asked", "Reserved", false }, look(stored()))
      assert(flow:charge(month()))
      assert.equal(1, #charges)
    end)
  end

  it("calls a person where MobilePay refuses to hear of it again", function()
    activated()
    world.provider:inject { at = "update_mit_payment", fault = "closed" }
    assert.is_nil(flow:charge(month()))
    world.provider:inject {
      at = "update_mit_payment",
      fault = "error",
      status = 409,
    }
    world.provider:advance(130)
    assert(flow:recover())
    local item = stored()
    assert.same(
      { "parked", "asked", true },
      { item.state, item.money, item.needs_person }
    )
    assert.truthy(item.advice:find("Release the reservation", 1, true))
  end)

  it("waits until MobilePay has heard of it", function()
    activated()
    world.provider:inject {
      at = "update_mit_payment",
      fault = "closed",
      times = 9,
    }
    assert.is_nil(flow:charge(month()))
    local item, err = flow:await("month-2", { patience = 1 })
    assert.is_nil(item)
    assert.equal("unknown", err.outcome)
  end)

  it("has ended an agreement, whatever comes late", function()
    local made = activated()
    assert(flow:terminate "customer-7")
    assert.is_true(flow:on_callback(state(made.provider_id, "Activated")))
    local item = stored "customer-7"
    assert.same({ "closed", "none", "Terminated", false }, look(item))
    assert.is_true(item.ended)
  end)

  it("charges once though a second worker charges meanwhile", function()
    if _VERSION == "Lua 5.1" and not rawget(_G, "jit") then return end
    activated()
    world.verdict = coroutine.yield
    local one = coroutine.wrap(function()
      return flow:charge(month())
    end)
    one() -- the acquirer is slow
    local item, err = world.flow("recurring"):charge(month())
    assert.is_nil(item)
    assert.same({ "unsettled", "unknown" }, { err.kind, err.outcome })
    assert.equal(0, world.count "update_mit_payment")
    assert.equal("Reserved", one({ approved = true }).provider_status)
    assert.equal(1, #charges)
  end)

  it("keeps the last digits of no card", function()
    activated()
    assert(flow:charge(month()))
    local kept = assert(core.encode(flow.book:get("month-2").entries))
    assert.is_nil(kept:find("last4", 1, true))
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
    assert.is_true(flow:on_callback(event))
    assert.same({ last4 = "1111" }, world.new_card)
    assert.is_true(flow:on_callback(event))
    assert.equal(1, world.count "confirm_card_update")
    assert(world.provider:check())
  end)

  it("ends an agreement, and lets no late word revive it", function()
    local made = activated()
    for _ = 1, 2 do
      local item = assert(flow:terminate "customer-7")
      assert.same({ "closed", "none", "Terminated", false }, look(item))
    end
    assert.is_true(flow:on_callback(state(made.provider_id, "Activated")))
    assert.equal("closed", stored("customer-7").state)
    assert.equal(1, world.count "terminate_recurring_agreement")
    local _, err = flow:charge(month { reference = "month-9" })
    assert.equal("agreement", err.field)
    _, err = flow:terminate "first"
    assert.equal("argument", err.kind)
  end)

  it("parks an agreement whose making was lost", function()
    world.provider:inject {
      at = "create_recurring_agreement",
      fault = "lost_answer",
    }
    for _ = 1, 2 do
      local made, err = flow:agree(agreement())
      assert.is_nil(made)
      assert.same({ "unsettled", "unknown" }, { err.kind, err.outcome })
      assert.same({ "parked", "none", nil, true }, look(err.item))
    end
    assert.equal(1, world.count "create_recurring_agreement")
  end)

  it("takes what is none of its own", function()
    assert.is_true(flow:on_callback { api = "mobip", kind = "link" })
    assert.is_true(flow:on_callback(state("nobody", "Activated")))
  end)

  it("cancels no agreement as if it were a payment", function()
    agree()
    local _, err = flow:cancel "customer-7"
    assert.same({ "argument", "reference" }, { err.kind, err.field })
    assert.matches("terminate", err.message)
    assert.equal(0, world.count "invalidate_payment")
  end)

  it("does not keep why a charge was declined once it is approved", function()
    activated()
    world.verdict = helper.DECLINED
    local _, err = flow:charge(month())
    assert.equal("no money", err.item.reason)
    world.verdict = { approved = true, acquirerPaymentReference = "A2" }
    local item = assert(flow:retry "month-2")
    assert.is_nil(item.reason)
    assert.is_nil(item.code)
  end)

  it("says that a retry waits for a person where the acquirer does", function()
    activated()
    world.verdict = helper.SILENCE["says nothing"]
    flow:charge(month())
    for _, verb in ipairs { "retry", "cancel" } do
      local item, err = flow[verb](flow, "month-2")
      assert.is_nil(item)
      assert.same(
        { "unsettled", "parked", "unknown" },
        { err.kind, err.code, err.outcome }
      )
    end
    assert.equal(1, #charges)
  end)

  it("does not believe that an agreement has ended from anybody", function()
    local made = activated()
    local event = state(made.provider_id, "Terminated")
    event.verified = false
    local taken, err = flow:on_callback(event)
    assert.is_false(taken)
    assert.equal("unverified", err.code)
    assert.equal("done", stored("customer-7").state)
  end)

  it(
    "tells MobilePay of a decline by a code that charges do not have",
    function()
      activated()
      world.verdict = {}
      for name, value in pairs(helper.DECLINED) do
        world.verdict[name] = value
      end
      world.verdict.reasonCode = 1009
      flow:charge(month())
      local found
      for _, entry in ipairs(flow.book:get("month-2").entries) do
        if entry.step:find "^report:" then found = entry end
      end
      assert.same(
        { "done", 2000 },
        { found.state, found.details.args.reasonCode }
      )
    end
  )
end)
