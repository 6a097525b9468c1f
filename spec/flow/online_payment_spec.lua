-- luapay.flow.online_payment: from the customer's swipe to the last refund.

local core = require "luapay.core"
local helper = require "spec.flow.online_helper"
local luapay = require "luapay"

local look = helper.look

describe("luapay.flow.online_payment", function()
  local world, flow

  before_each(function()
    world = helper.open()
    flow = world.flow "online_payment"
  end)

  local function stored()
    return assert(flow:get("order-1", { refresh = false }))
  end

  local function begin()
    return assert(flow:run_one(helper.item()))
  end

  local function pay()
    local made = begin()
    assert.is_true(flow:on_callback(world.card(made.provider_id)))
    return made
  end

  -- Parts of an item: "capture 30.00 done, ..."
  local function parts()
    local list = {}
    for i, part in ipairs(stored().parts) do
      list[i] = ("%s %s %s"):format(part.verb, part.amount, part.state)
    end
    return table.concat(list, ", ")
  end

  it("makes a payment, and says where to send the customer", function()
    local made = begin()
    assert.same({ "pending", "asked", "Initiated", false }, look(made))
    assert.equal("100.00", made.amount)
    assert.truthy(made.redirect:find(made.provider_id, 1, true))
    assert.equal(made.provider_id, begin().provider_id) -- not another one
    assert.equal(1, world.count "initiate_payment")
  end)

  for what, case in pairs {
    ["a number for an amount"] = { { amount = 10000 }, "amount" },
    ["an amount below 0"] = { { amount = "-5.00" }, "amount" },
    ["half an øre"] = { { amount = "1.005" }, "amount" },
    ["no currency"] = { { currencyCode = false }, "currencyCode" },
    ["a misspelt field"] = { { amuont = "1.00" }, "amuont" },
  } do
    it("refuses " .. what .. ", and sends nothing", function()
      local made, err = flow:run_one(helper.item(case[1]))
      assert.is_nil(made)
      assert.equal("argument", err.kind)
      assert.equal(case[2], err.field:match "[%w_]+$")
      assert.same({}, world.provider:requests())
    end)
  end

  it("parks a payment whose making was lost, and makes no other", function()
    world.provider:inject { at = "initiate_payment", fault = "lost_answer" }
    for _ = 1, 2 do
      local made, err = flow:run_one(helper.item())
      assert.is_nil(made)
      assert.equal("unknown", err.outcome)
      assert.same({ "parked", "unknown", nil, true }, look(err.item))
    end
    assert(flow:recover())
    assert.equal(1, world.count "initiate_payment")
  end)

  it("takes the card to the acquirer, and tells MobilePay", function()
    local made = pay()
    local item = assert(flow:await "order-1")
    assert.same({ "pending", "asked", "Reserved", false }, look(item))
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

  it("answers the event before the acquirer is asked", function()
    local work = {}
    flow = world.flow("online_payment", {
      later = function(fn)
        work[#work + 1] = fn
      end,
    })
    local made = begin()
    assert.is_true(flow:on_callback(world.card(made.provider_id)))
    assert.equal(0, #world.asked)
    assert.same({ "sent", "unknown" }, { stored().state, stored().money })
    work[1]()
    assert.equal("Reserved", stored().provider_status)
  end)

  it("asks the acquirer once, however often a card comes", function()
    local made = begin()
    local event = world.card(made.provider_id)
    assert.is_true(flow:on_callback(event))
    assert.is_true(flow:on_callback(event))
    assert.is_true(world.flow("online_payment"):on_callback(event))
    local other = world.flow("online_payment", { run = "another" })
    assert.is_true(other:on_callback(event))
    assert.equal(1, #world.asked)
    assert.equal(1, world.count "update_authorization_attempt")
  end)

  it("keeps no card data", function()
    pay()
    local record = flow.book:get "order-1"
    local kept = assert(core.encode(record.entries))
    assert.is_nil(kept:find("5019717010103742", 1, true))
  end)

  it("reports a decline without a code of MobilePay's as 2000", function()
    for _, code in ipairs { "none", 7, "05" } do
      world.verdict = { approved = false, reasonCode = code }
      local made = begin()
      assert.is_true(flow:on_callback(world.card(made.provider_id)))
      local said
      for _, request in ipairs(world.provider:requests()) do
        if request.endpoint == "update_authorization_attempt" then
          said = request
        end
      end
      assert.equal(2000, said.args.reasonCode)
    end
  end)

  it("says why a card was declined, and takes another", function()
    world.verdict = helper.DECLINED
    local made = begin()
    assert.is_true(flow:on_callback(world.card(made.provider_id)))
    assert.same({ "pending", "asked", "Initiated", false }, look(stored()))
    world.verdict = { approved = true }
    assert.is_true(flow:on_callback(world.card(made.provider_id)))
    assert.same({ "pending", "asked", "Reserved", false }, look(stored()))
    assert.equal(2, #world.asked)
  end)

  it("goes the way of a challenge", function()
    world.verdict = {
      threeDSecureUrl = "https://bank.example/prove",
      acquirerVatNumber = "DK20016175",
      acquirerMerchantId = "M1",
      acquirerPaymentReference = "A0",
    }
    local made = begin()
    local event = world.card(made.provider_id)
    assert.is_true(flow:on_callback(event))
    assert.same({ "pending", "asked", "Initiated", false }, look(stored()))
    local asked = 0
    for _ = 1, 2 do
      local item = assert(flow:challenged("order-1", {
        attempt = event.authorizationAttemptId,
        authorise = function()
          asked = asked + 1
          return { approved = true }
        end,
      }))
      assert.equal("Reserved", item.provider_status)
    end
    assert.equal(1, asked)
    local _, err = flow:challenged("order-1", {
      attempt = "nobody",
      authorise = function() end,
    })
    assert.same({ "argument", "attempt" }, { err.kind, err.field })
  end)

  it("does not take a card that came long ago to the acquirer", function()
    local made = begin()
    local event = world.card(made.provider_id)
    event.time = event.time - 21
    assert.is_true(flow:on_callback(event))
    assert.equal(0, #world.asked)
    assert.equal(1, world.count "update_authorization_attempt")
    assert.same({ "pending", "asked", "Initiated", false }, look(stored()))
  end)

  for what, silence in pairs(helper.SILENCE) do
    describe("when the acquirer " .. what, function()
      local made, event

      before_each(function()
        world.verdict = silence
        made = begin()
        event = world.card(made.provider_id)
      end)

      it("parks the attempt, and asks no more", function()
        assert.is_true(flow:on_callback(event))
        local item = stored()
        assert.same({ "parked", "unknown", "Initiated", true }, look(item))
        assert.matches("acquirer", item.advice)
        assert.is_true(flow:on_callback(event))
        assert(flow:recover())
        assert.equal(1, #world.asked)
        assert.equal(1, world.count "update_authorization_attempt")
      end)

      it("takes no second card meanwhile, and tells MobilePay so", function()
        assert.is_true(flow:on_callback(event))
        world.verdict = { approved = true }
        assert.is_true(flow:on_callback(world.card(made.provider_id)))
        assert.equal(1, #world.asked)
        assert.equal(2, world.count "update_authorization_attempt")
        -- a person has released it: the next swipe is free
        world.provider:advance(700)
        local item = assert(flow:absent("order-1", { who = "ann" }))
        assert.same({ "pending", "asked", "Initiated", false }, look(item))
        assert.is_true(flow:on_callback(world.card(made.provider_id)))
        assert.equal("Reserved", stored().provider_status)
        assert.equal(2, #world.asked)
      end)

      it("asks after it where it can", function()
        world.acquirer.look_up = function()
          return { approved = true }
        end
        assert.is_true(flow:on_callback(event))
        assert.same({ "pending", "asked", "Reserved", false }, look(stored()))
      end)
    end)
  end

  it("goes on after a crash between the acquirer and MobilePay", function()
    local made = begin()
    local event = world.card(made.provider_id)
    world.provider:inject {
      at = "update_authorization_attempt",
      fault = "closed",
    }
    assert.is_true(flow:on_callback(event))
    assert.same({ "unknown", "asked", "Initiated", false }, look(stored()))
    world.provider:advance(130)
    assert(world.flow("online_payment"):recover())
    assert.same({ "pending", "asked", "Reserved", false }, look(stored()))
    assert.equal(1, #world.asked)
  end)

  it("asks no acquirer after a crash in the middle of it", function()
    if _VERSION == "Lua 5.1" and not rawget(_G, "jit") then return end
    local made = begin()
    world.verdict = coroutine.yield
    local cut = coroutine.wrap(function()
      flow:on_callback(world.card(made.provider_id))
    end)
    cut() -- and the worker is gone
    world.verdict = { approved = true }
    world.provider:advance(130)
    assert(world.flow("online_payment"):recover())
    assert.same({ "parked", "unknown", "Initiated", true }, look(stored()))
    assert.equal(1, #world.asked)
  end)

  describe("an approval that MobilePay does not take", function()
    before_each(function()
      world.provider:inject {
        at = "update_authorization_attempt",
        fault = "error",
        status = 409,
        body = '{"code":"1","message":"no"}',
      }
    end)

    it("needs a person, and its money is asked for", function()
      pay()
      local item = stored()
      assert.same({ "parked", "asked", "Initiated", true }, look(item))
      assert.matches("Release", item.advice)
      world.provider:advance(700)
      item = assert(flow:absent("order-1", { who = "ann" }))
      assert.same({ "pending", "asked", "Initiated", false }, look(item))
    end)

    it("is released by the acquirer where that can", function()
      world.releases()
      pay()
      assert.equal(1, #world.released)
      assert.same({ "pending", "asked", "Initiated", false }, look(stored()))
    end)
  end)

  describe("a payment that expires", function()
    it("has ended where nobody has paid", function()
      local made = begin()
      assert.is_true(flow:on_callback(world.expired(made.provider_id)))
      assert.same({ "closed", "none", "Expired", false }, look(stored()))
      local item, err = flow:await "order-1"
      assert.is_nil(item)
      assert.same(
        { "incomplete", "expired", "failed" },
        { err.kind, err.code, err.outcome }
      )
      -- a swipe that comes after it is not taken to the acquirer
      assert.is_true(flow:on_callback {
        api = "mobilepay_online",
        kind = "card",
        paymentId = made.provider_id,
        authorizationAttemptId = "late",
        card = {},
      })
      assert.equal(0, #world.asked)
      assert.same({ "closed", "none", "Expired", false }, look(stored()))
    end)

    it("needs a person where the acquirer holds a reservation", function()
      world.provider:inject {
        at = "update_authorization_attempt",
        fault = "closed",
      }
      local made = pay()
      assert.is_true(flow:on_callback(world.expired(made.provider_id)))
      local item = stored()
      assert.is_true(item.needs_person)
      assert.equal("asked", item.money)
      assert.matches(
        'absent(reference, { step = "expiry" })',
        item.advice,
        1,
        true
      )
      -- released by hand: of a word of MobilePay's nothing can come late
      item = assert(flow:absent("order-1", { step = "expiry" }))
      assert.is_false(item.needs_person)
      assert.same({ "closed", "none", "Expired", false }, look(stored()))
    end)

    it("is reserved still where a person finds that after all", function()
      local made = begin()
      world.verdict = nil
      local event = world.card(made.provider_id)
      assert.is_true(flow:on_callback(event))
      assert.is_true(flow:on_callback(world.expired(made.provider_id)))
      world.provider:advance(700)
      local attempt = "attempt:" .. event.authorizationAttemptId
      for _, name in ipairs { attempt, "expiry" } do
        assert(flow:absent("order-1", { step = name, who = "ann" }))
      end
      assert.same({ "closed", "none", "Expired", false }, look(stored()))
      local why = { who = "ann", why = "it was another one" }
      assert.equal("unknown", assert(flow:reopen("order-1", why)).money)
      assert(flow:found("order-1", { step = attempt, who = "ann" }))
      local item = stored()
      assert.same({ "parked", "asked", true }, {
        item.state,
        item.money,
        item.needs_person,
      })
      assert.matches("expiry", item.advice)
      assert(flow:absent("order-1", { step = "expiry", who = "ann" }))
      assert.same({ "closed", "none", "Expired", false }, look(stored()))
    end)

    it("is released by nobody where some of it was captured", function()
      world.releases()
      local made = pay()
      assert(flow:capture("order-1", { id = "a", amount = "30.00" }))
      assert.is_true(flow:on_callback(world.expired(made.provider_id)))
      assert(flow:recover())
      assert.same({}, world.released)
      assert.same({ "parked", "moved", "Reserved", true }, look(stored()))
      -- what a person is to settle is not captured meanwhile
      local _, err = flow:capture("order-1", { id = "b", amount = "30.00" })
      assert.same({ "unsettled", "parked" }, { err.kind, err.code })
      assert.equal(1, world.count "capture_payment")
      -- what was captured can be given back, now and later
      assert(flow:refund("order-1", { id = "c", amount = "10.00" }))
      assert(flow:absent("order-1", { step = "expiry", who = "ann" }))
      assert.same({ "done", "moved", "Expired", false }, look(stored()))
      local item = assert(flow:refund("order-1", { id = "d", amount = "all" }))
      assert.same({ "returned", "30.00" }, { item.money, item.returned })
      _, err = flow:refund("order-1", { id = "e", amount = "all" })
      assert.equal("amount", err.field)
    end)

    it("is not believed where anybody may have said so", function()
      world.releases()
      local made = pay()
      local event = world.expired(made.provider_id)
      event.verified = false
      local taken, err = flow:on_callback(event)
      assert.is_false(taken)
      assert.same(
        { "unsettled", "unverified", "unknown" },
        { err.kind, err.code, err.outcome }
      )
      assert.same({}, world.released)
      assert.same({ "pending", "asked", "Reserved", false }, look(stored()))
      event.verified = true -- who has checked it says so
      assert.is_true(flow:on_callback(event))
      assert.same({ "closed", "none", "Expired", false }, look(stored()))
    end)

    it("is no news where all of it was let go", function()
      local made = pay()
      assert(flow:cancel("order-1", { id = "a", amount = "all" }))
      assert.is_true(flow:on_callback(world.expired(made.provider_id)))
      assert.same({ "closed", "none", "Reserved", false }, look(stored()))
    end)

    it("leaves alone what was approved during a release", function()
      local made = begin()
      world.provider:inject {
        at = "update_authorization_attempt",
        fault = "error",
        status = 409,
        body = "{}",
      }
      world.acquirer.release = function(payment)
        table.insert(world.released, payment.authorizationAttemptId)
        if #world.released == 1 then -- another worker is faster
          assert(world.flow("online_payment"):recover())
          local calls = world.provider:callbacks()
          world.provider:fail_callback(calls[#calls].number)
          flow:on_callback(world.card(made.provider_id))
        end
        return true
      end
      assert.is_true(flow:on_callback(world.card(made.provider_id)))
      assert.equal(world.released[1], world.released[2])
      assert.equal(2, #world.asked)
      assert.same({ "pending", "asked", "Reserved", false }, look(stored()))
      -- it is there still, and is released when the payment expires
      assert.is_true(flow:on_callback(world.expired(made.provider_id)))
      assert.equal(3, #world.released)
      assert.same({ "closed", "none", "Expired", false }, look(stored()))
    end)

    it("takes no card from anybody", function()
      local made = begin()
      local event = world.card(made.provider_id)
      event.verified = false
      assert.is_false((flow:on_callback(event)))
      assert.equal(0, #world.asked)
    end)

    it("is released where the acquirer can", function()
      world.releases()
      local made = pay()
      assert.is_true(flow:on_callback(world.expired(made.provider_id)))
      assert.equal(1, #world.released)
      assert.same({ "closed", "none", "Expired", false }, look(stored()))
    end)
  end)

  describe("parts", function()
    it("that came too fast may come again, without a person", function()
      pay()
      world.provider:inject {
        at = "capture_payment",
        fault = "error",
        status = 429,
        body = "{}",
      }
      local half = { id = "half", amount = "50.00" }
      local item, err = flow:capture("order-1", half)
      assert.is_nil(item)
      assert.is_false(err.item.needs_person)
      assert.equal("50.00", assert(flow:capture("order-1", half)).moved)
    end)

    it("are captured, the rest is cancelled, some is refunded", function()
      pay()
      local item = assert(
        flow:capture("order-1", { id = "shipment-1", amount = "30.00" })
      )
      assert.same({ "pending", "moved", "Reserved", false }, look(item))
      assert.equal("30.00", item.moved)
      assert(flow:capture("order-1", {
        id = "shipment-2",
        amount = luapay.money("20.00", "DKK"),
      }))
      item = assert(flow:cancel("order-1", { id = "rest", amount = "all" }))
      assert.same({ "done", "moved" }, { item.state, item.money })
      assert.equal("50.00", item.moved)
      item =
        assert(flow:refund("order-1", { id = "return-1", amount = "10.00" }))
      assert.same(
        { "done", "moved", "10.00" },
        { item.state, item.money, item.returned }
      )
      item = assert(flow:refund("order-1", { id = "all", amount = "all" }))
      assert.same(
        { "compensated", "returned", "50.00" },
        { item.state, item.money, item.returned }
      )
      assert.equal(
        "capture 30.00 done, capture 20.00 done, cancel 50.00 done, "
          .. "refund 10.00 done, refund 40.00 done",
        parts()
      )
      assert(world.provider:check())
    end)

    it("that are all released leave nothing moved", function()
      pay()
      local item = assert(flow:cancel("order-1", { id = "x", amount = "all" }))
      assert.same({ "closed", "none" }, { item.state, item.money })
    end)

    it("are taken once each", function()
      pay()
      local part = { id = "shipment-1", amount = "30.00" }
      assert(flow:capture("order-1", part))
      assert(flow:capture("order-1", part))
      assert.equal("capture 30.00 done", parts())
      local item, err =
        flow:capture("order-1", { id = "shipment-1", amount = "31.00" })
      assert.is_nil(item)
      assert.same({ "conflict", "unknown" }, { err.code, err.outcome })
      assert.equal(1, world.count "capture_payment")
    end)

    for _, case in ipairs {
      { "capture", "100.01" },
      { "cancel", "70.01" },
      { "refund", "30.01" },
      { "capture", "0" },
      { "capture", "-1.00" },
      { "capture", "1.005" },
      { "refund", "everything" },
      { "capture", 30 },
      { "capture", luapay.money("1.00", "EUR") },
    } do
      local title = "refuse to " .. case[1] .. " " .. tostring(case[2])
      it(title, function()
        pay()
        assert(flow:capture("order-1", { id = "a", amount = "30.00" }))
        local before = #world.provider:requests()
        local item, err =
          flow[case[1]](flow, "order-1", { id = "x", amount = case[2] })
        assert.is_nil(item)
        assert.same(
          { "argument", "amount", "failed" },
          { err.kind, err.field, err.outcome }
        )
        assert.equal(before, #world.provider:requests())
      end)
    end

    for what, part in pairs {
      ["an absent amount"] = { id = "x" },
      ["a misspelt amount"] = { id = "x", amuont = "30.00" },
      ["no id"] = { amount = "30.00" },
      ["text in place of the part"] = "10.00",
    } do
      it("raise for " .. what, function()
        pay()
        for _, verb in ipairs { "capture", "refund", "cancel" } do
          assert.has_error(function()
            flow[verb](flow, "order-1", part)
          end)
        end
        assert.equal("", parts())
      end)
    end

    it("never exceed what was reserved, side by side", function()
      pay()
      local ids = { "a", "b", "c", "d", "e", "f" }
      luapay.map(ids, { concurrency = 6 }, function(id)
        return flow:capture("order-1", { id = id, amount = "30.00" })
      end)
      assert.equal("90.00", stored().moved)
      assert.equal(3, world.count "capture_payment")
      assert(world.provider:check())
    end)

    it("pass one of two that do not both fit", function()
      pay()
      local results = luapay.map({ "a", "b" }, nil, function(id)
        return flow:capture("order-1", { id = id, amount = "60.00" })
      end)
      local good = 0
      for _, one in ipairs(results) do
        if one.result then good = good + 1 end
      end
      assert.equal(1, good)
    end)

    it("are not taken of what is not reserved", function()
      begin()
      local item, err = flow:capture("order-1", { id = "a", amount = "all" })
      assert.is_nil(item)
      assert.same({ "incomplete", "failed" }, { err.kind, err.outcome })
      item, err = flow:capture("nobody", { id = "a", amount = "all" })
      assert.is_nil(item)
      assert.same({ "absent", "failed" }, { err.code, err.outcome })
    end)

    for _, fault in ipairs { "lost_answer", "closed" } do
      it("whose answer was " .. fault .. " count, and are settled", function()
        pay()
        world.provider:inject { at = "capture_payment", fault = fault }
        local item, err =
          flow:capture("order-1", { id = "shipment-1", amount = "80.00" })
        assert.is_nil(item)
        assert.same({ "unsettled", "unknown" }, { err.kind, err.outcome })
        assert.equal("unknown", err.item.money)
        item, err = flow:capture("order-1", { id = "b", amount = "30.00" })
        assert.is_nil(item)
        assert.equal("argument", err.kind)
        world.provider:advance(61)
        assert(flow:recover())
        assert.equal("80.00", stored().moved)
        assert(world.provider:check())
      end)
    end

    it("that are refused when repeated stay unknown", function()
      pay()
      world.provider:inject { at = "capture_payment", fault = "lost_answer" }
      flow:capture("order-1", { id = "a", amount = "80.00" })
      world.provider:inject {
        at = "capture_payment",
        fault = "error",
        status = 409,
        body = "{}",
      }
      world.provider:advance(61)
      assert(flow:recover())
      local item = stored()
      assert.same({ "unknown", "unknown" }, { item.state, item.money })
      local _, err = flow:refund("order-1", { id = "r", amount = "80.00" })
      assert.equal("argument", err.kind) -- not captured, as far as is known
      world.provider:advance(61)
      assert(flow:recover())
      assert.equal("80.00", stored().moved)
    end)

    it("that MobilePay refuses need a person", function()
      pay()
      world.provider:inject {
        at = "capture_payment",
        fault = "error",
        status = 409,
        body = "{}",
      }
      local item, err = flow:capture("order-1", { id = "a", amount = "80.00" })
      assert.is_nil(item)
      assert.equal("asked", err.item.money)
      assert.is_true(err.item.needs_person)
      assert.matches("acquirer", err.item.advice)
    end)
  end)

  describe("cancel without a part", function()
    it("ends what nobody has paid", function()
      begin()
      for _ = 1, 2 do
        local item = assert(flow:cancel "order-1")
        assert.same({ "closed", "none", "Invalidated", false }, look(item))
      end
      assert.equal(1, world.count "invalidate_payment")
    end)

    it("refuses what is reserved", function()
      pay()
      local item, err = flow:cancel "order-1"
      assert.is_nil(item)
      assert.equal("unknown", err.outcome)
      assert.equal("asked", err.item.money)
      assert.equal(0, world.count "invalidate_payment")
    end)

    it("parks it where MobilePay knows of an attempt", function()
      begin()
      world.provider:inject {
        at = "invalidate_payment",
        fault = "error",
        status = 409,
        body = '{"code":"2100","message":"an attempt has succeeded"}',
      }
      local item, err = flow:cancel "order-1"
      assert.is_nil(item)
      assert.equal("unknown", err.outcome)
      assert.is_true(err.item.needs_person)
    end)
  end)

  it("takes what is none of its own", function()
    assert.is_true(flow:on_callback { api = "mobip", kind = "link" })
    assert.is_true(flow:on_callback {
      api = "mobilepay_online",
      kind = "card",
      paymentId = "nobody",
      authorizationAttemptId = "x",
    })
    assert.equal(0, #world.asked)
  end)

  for what, options in pairs {
    ["no acquirer"] = { acquirer = {} },
    ["an acquirer's function that is none"] = {
      acquirer = { authorise = function() end, relaese = function() end },
    },
    ["a client of another API"] = {
      client = luapay.mobip {
        api_account_id = "a",
        api_secret_key = "s",
        transport = function() end,
      },
    },
  } do
    it("is not made with " .. what, function()
      assert.has_error(function()
        world.flow("online_payment", options)
      end)
    end)
  end

  describe("what an acquirer has said", function()
    local IDS = {
      acquirerVatNumber = "DK20016175",
      acquirerMerchantId = "M1",
      acquirerPaymentReference = "A0",
    }

    local function heard(verdict)
      world.verdict = verdict
      local made = begin()
      assert.is_true(flow:on_callback(world.card(made.provider_id)))
      for _, entry in ipairs(flow.book:get("order-1").entries) do
        if entry.step:find "^report:" then
          assert.equal("done", entry.state)
          return entry.details.args, world.provider:payment(made.provider_id)
        end
      end
    end

    local function no(changes, ids)
      local verdict = { approved = false, reasonMessage = "no" }
      for _, list in ipairs { changes, ids and IDS or {} } do
        for name, value in pairs(list) do
          verdict[name] = value
        end
      end
      return verdict
    end

    local HTTPS = "https://bank.example/3ds"
    for what, case in pairs {
      ["a code without the acquirer's ids"] = {
        no { reasonCode = 1001 },
        2000,
      },
      ["a code with them"] = { no({ reasonCode = 1001 }, true), 1001 },
      ["a code in text"] = { no({ reasonCode = "1001" }, true), 1001 },
      ["a code that nobody knows"] = { no({ reasonCode = 1 }, true), 2000 },
      ["a challenge"] = { no({ threeDSecureUrl = HTTPS }, true), 1008 },
      ["one without ids"] = { no { threeDSecureUrl = HTTPS }, 2000 },
      ["one without https"] = { no({ threeDSecureUrl = "bank" }, true), 2000 },
      ["one by its code alone"] = { no({ reasonCode = 1008 }, true), 2000 },
      ["a reason in two lines"] = { no { reasonMessage = "a\nb" }, 2000 },
    } do
      it("MobilePay hears: " .. what, function()
        local report, payment = heard(case[1])
        assert.equal(case[2], report.reasonCode)
        assert.not_equal("pending", payment.attempts[1].state)
      end)
    end

    it("is approved whatever its ids are", function()
      local report = heard {
        approved = true,
        acquirerPaymentReference = {},
        acquirerMerchantId = "a\nb",
        acquirerVatNumber = 17,
      }
      assert.is_nil(report.acquirerPaymentReference)
      assert.is_nil(report.acquirerMerchantId)
      assert.equal("17", report.acquirerVatNumber)
      assert.same({ "pending", "asked", "Reserved", false }, look(stored()))
    end)
  end)
end)
