-- Payment links at Mobip: asked for once, followed until Mobip says PAID.

local luapay = require "luapay"
local mobip = require "spec.mobip.helper"

local TRID = { "lost_answer", "closed", "error" }

local function link(reference, changes)
  local item = {
    reference = reference,
    price = "12.50",
    tax = "2.50",
    item_name = "Tea é",
    media = "EMAIL",
    customer_email = "payer@shop.test",
    redirect_url = "https://shop.test/thanks",
    call_back_url = "https://shop.test/told",
  }
  for name, value in pairs(changes or {}) do
    item[name] = value
    if value == false then item[name] = nil end
  end
  return item
end

describe("luapay.flow.payment_link", function()
  local provider, way, journal, flow

  local function machine(more)
    local options = {
      client = mobip.client(way, "merchant"),
      journal = journal,
      currency = "EUR",
      sleep = function(seconds)
        provider:advance(seconds)
      end,
    }
    for name, value in pairs(more or {}) do
      options[name] = value
      if value == false then options[name] = nil end
    end
    return luapay.flow.payment_link(options)
  end

  before_each(function()
    local _
    provider, _, way = mobip.open()
    local function now()
      return provider.clock:now()
    end
    journal = luapay.journal.memory {
      clock = {
        wall = now,
        boot = now,
        boot_id = function()
          return "one"
        end,
      },
    }
    flow = machine()
  end)

  -- Something happens while others sleep.
  local function while_waiting(after, fn)
    local slept = 0
    return machine {
      sleep = function(seconds)
        provider:advance(seconds)
        slept = slept + seconds
        if fn and slept >= after then
          fn()
          fn = nil
        end
      end,
    }
  end

  local function asked(endpoint)
    return #mobip.asked(provider, endpoint)
  end

  local function event(trid, status, more)
    local told = {
      api = "mobip",
      kind = "link",
      trid = trid,
      status = status,
      verified = true,
    }
    for name, value in pairs(more or {}) do
      told[name] = value
    end
    return told
  end

  describe("run_one", function()
    it("makes a request, and sends its message", function()
      local item = assert(flow:run_one(link "order-1"))
      assert.same(
        { "pending", "asked", "PENDING", "15.00", "EUR", false, false },
        {
          item.state,
          item.money,
          item.provider_status,
          item.amount,
          item.currency,
          item.ended,
          item.needs_person,
        }
      )
      local made = provider:transactions()[1]
      assert.equal(made.trid, item.provider_id)
      assert.truthy(item.url_checkout)
      assert.equal("order-1", made.track_id)
      assert.equal("payer@shop.test", provider:messages()[1].to)
    end)

    it("makes a code to show where no media is given", function()
      local item = assert(flow:run_one(link("table-7", { media = false })))
      assert.truthy(item.url_qr)
      assert.same({}, provider:messages())
      local bytes, err = flow:png(item)
      assert.is_nil(bytes)
      assert.matches("url_qr", err.message)
    end)

    it("takes luapay.money, and its currency", function()
      local item = assert(machine({ currency = false }):run_one(link("a", {
        price = luapay.money("1250", "JPY"),
        tax = luapay.money("0", "JPY"),
      })))
      assert.same({ "1250", "JPY" }, { item.amount, item.currency })
    end)

    for what, case in pairs {
      ["no reference"] = { { reference = false }, "reference" },
      ["no price"] = { { price = false }, "price" },
      ["a number for a price"] = { { price = 12.5 }, "price" },
      ["half a cent"] = { { price = "12.505" }, "price" },
      ["nothing to pay"] = { { price = "0.00", tax = "0" }, "price" },
      ["a price below 0"] = { { price = "-1.00" }, "price" },
      ["a tax in another currency"] = {
        { tax = luapay.money("1.00", "USD") },
        "tax",
      },
      ["a stranger's field"] = { { colour = "red" }, "colour" },
      ["a misspelt field"] = { { pirce = "1.00" }, "pirce" },
      ["a medium that is none"] = { { media = "PIGEON" }, "media" },
      ["an address without a scheme"] = {
        { redirect_url = "shop.test" },
        "redirect_url",
      },
    } do
      it("refuses " .. what .. ", and sends nothing", function()
        local item, err = flow:run_one(link("a", case[1]))
        assert.is_nil(item)
        assert.equal("argument", err.kind)
        assert.equal("failed", err.outcome)
        assert.equal(case[2], err.field:match "[%w_]+$")
        assert.same({}, provider:requests())
      end)
    end

    it("refuses decimal text without a currency", function()
      local _, err = machine({ currency = false }):run_one(link "a")
      assert.equal("argument", err.kind)
      assert.matches("currency", err.message)
    end)

    it("says that a refusal has done nothing, and sends anew", function()
      provider:inject { at = "send_payment_request", fault = "refuse" }
      local item, err = flow:run_one(link "a")
      assert.is_nil(item)
      assert.equal("incomplete", err.kind)
      assert.equal("failed", err.outcome)
      assert.same({ "failed", "none" }, { err.item.state, err.item.money })
      assert(flow:run_one(link "a"))
      assert.equal(1, #provider:transactions())
    end)
  end)

  describe("run", function()
    it("makes each once, however often it is called", function()
      local list = { link "a", link "b" }
      assert(flow:run(list))
      local report = assert(flow:run(list))
      assert.same({ pending = 2 }, report.states)
      assert.same({ count = 2, sums = { EUR = "30.00" } }, report.money.asked)
      assert.truthy(report.items[2].url_checkout)
      assert.equal(2, #provider:transactions())
    end)

    it("tells what failed from what was made", function()
      provider:inject { at = "send_payment_request", fault = "refuse" }
      local report, err =
        machine({ concurrency = 1 }):run { link "a", link "b" }
      assert.is_nil(report)
      assert.equal("incomplete", err.kind)
      assert.same({ failed = 1, pending = 1 }, err.report.states)
      assert.truthy(flow:run { link "a", link "b" })
      assert.equal(2, #provider:transactions())
    end)

    it("sends nothing of a list with a bad item", function()
      local report, err = flow:run { link "a", link("b", { price = "x" }) }
      assert.is_nil(report)
      assert.equal("items[2].price", err.field)
      assert.equal(0, asked "send_payment_request")
      assert(flow:run { link "a" })
      assert.equal(1, asked "send_payment_request")
    end)

    it("refuses two requests that nothing could tell apart", function()
      local _, err = flow:run {
        link("a", { track_id = "same" }),
        link("b", { track_id = "same" }),
      }
      assert.equal("argument", err.kind)
      assert.same({}, provider:requests())
    end)

    it("refuses the same reference with another price", function()
      assert(flow:run_one(link "a"))
      local item, err = flow:run_one(link("a", { price = "99.00" }))
      assert.is_nil(item)
      assert.equal("conflict", err.code)
      assert.equal("unknown", err.outcome)
      assert.equal("15.00", err.item.amount)
      assert.equal(1, #provider:transactions())
    end)

    it("does not compare addresses and days", function()
      assert(flow:run_one(link "a"))
      assert(flow:run_one(link("a", {
        redirect_url = "https://new.test/",
        transaction_ttl = 3,
      })))
      assert.equal(1, #provider:transactions())
    end)
  end)

  for _, fault in ipairs(TRID) do
    describe("a request that is lost by " .. fault, function()
      local made

      before_each(function()
        provider:inject {
          at = "send_payment_request",
          fault = fault,
          booked = fault ~= "closed" or nil,
        }
        for _ = 1, 2 do
          local item, err = flow:run_one(link "order-1")
          assert.is_nil(item)
          assert.equal("unsettled", err.kind)
          assert.equal("unknown", err.outcome)
          item = err.item
          assert.same(
            { "parked", "unknown", false, true },
            { item.state, item.money, item.ended, item.needs_person }
          )
          assert.matches("track_id", item.advice)
        end
        made = provider:transactions()[1]
      end)

      it("is not made again", function()
        assert(flow:recover())
        provider:advance(1000000)
        assert(flow:recover())
        flow:run_one(link "order-1")
        assert.equal(1, asked "send_payment_request")
      end)

      it("may be made again when a person says it is not there", function()
        local item, err = flow:absent("order-1", { who = "ann" })
        assert.is_nil(item)
        assert.equal("early", err.code)
        provider:advance(601)
        item = assert(flow:absent("order-1", { who = "ann" }))
        assert.same({ "failed", "none" }, { item.state, item.money })
        assert(flow:run_one(link "order-1"))
        assert.equal(2, asked "send_payment_request")
      end)

      if fault == "closed" then return end

      it("goes on when a person has found it", function()
        local item = assert(flow:found("order-1", { provider_id = made.trid }))
        assert.same({ "pending", "asked" }, { item.state, item.money })
        provider:pay(made.trid)
        item = assert(flow:await "order-1")
        assert.same({ "done", "moved" }, { item.state, item.money })
      end)

      it("is not what another track_id says", function()
        local other = assert(flow:run_one(link "order-2"))
        local item, err =
          flow:found("order-1", { provider_id = other.provider_id })
        assert.is_nil(item)
        assert.equal("provider_id", err.field)
        item = assert(flow:get("order-1", { refresh = false }))
        assert.equal("parked", item.state)
      end)

      it("is bound by the callback that names its track_id", function()
        provider:pay(made.trid)
        assert.is_true(flow:on_callback(event(made.trid, "PAID", {
          track_id = "order-1",
        })))
        local item = assert(flow:get("order-1", { refresh = false }))
        assert.same(
          { "done", "moved", made.trid, false },
          { item.state, item.money, item.provider_id, item.needs_person }
        )
      end)
    end)
  end

  describe("await", function()
    local trid

    before_each(function()
      trid = assert(flow:run_one(link "order-1")).provider_id
    end)

    it("waits until Mobip says PAID, and asks ever less often", function()
      local waiting = while_waiting(600, function()
        provider:pay(trid)
      end)
      local item = assert(waiting:await "order-1")
      assert.same({ "PAID", "done", "moved", "15.00", true }, {
        item.provider_status,
        item.state,
        item.money,
        item.moved,
        item.ended,
      })
      local count = asked "is_valid"
      assert.truthy(count < 20, count)
    end)

    it("gives up on a card that was denied; the link stays open", function()
      local waiting = while_waiting(5, function()
        provider:deny(trid, "no money")
      end)
      local item, err = waiting:await "order-1"
      assert.is_nil(item)
      assert.same(
        { "timeout", "denied", "unknown" },
        { err.kind, err.code, err.outcome }
      )
      assert.same({ "pending", "asked", "DENIED", "no money" }, {
        err.item.state,
        err.item.money,
        err.item.provider_status,
        err.item.reason,
      })
    end)

    for _, case in ipairs {
      { "cancel", "CANCELLED", "cancelled" },
      { "fail", "ERROR", "error" },
    } do
      it("ends with a fault when it is " .. case[2], function()
        local waiting = while_waiting(5, function()
          provider[case[1]](provider, trid, "why")
        end)
        local item, err = waiting:await "order-1"
        assert.is_nil(item)
        assert.same(
          { "incomplete", case[3], "failed" },
          { err.kind, err.code, err.outcome }
        )
        assert.same(
          { "closed", "none", true },
          { err.item.state, err.item.money, err.item.ended }
        )
        local again, why = flow:run_one(link "order-1")
        assert.is_nil(again) -- and is not made again
        assert.equal("incomplete", why.kind)
        assert.equal(1, #provider:transactions())
      end)
    end

    it("has patience, and no more", function()
      local item, err = flow:await("order-1", { patience = 100 })
      assert.is_nil(item)
      assert.same(
        { "timeout", "waiting", "unknown" },
        { err.kind, err.code, err.outcome }
      )
      assert.equal(100, provider.clock:now() - 1704067200)
    end)

    it("bears bad days", function()
      provider:inject { at = "is_valid", fault = "error", times = 6 }
      local waiting = while_waiting(30, function()
        provider:pay(trid)
      end)
      assert.equal("moved", assert(waiting:await "order-1").money)
    end)

    it("is not reached by what was given back", function()
      provider:pay(trid)
      provider:refund(trid)
      local item, err = flow:await "order-1"
      assert.is_nil(item)
      assert.same(
        { "compensated", "returned", "REFUNDED" },
        { err.item.state, err.item.money, err.item.provider_status }
      )
    end)

    it("waits for all that is open", function()
      local other = assert(flow:run_one(link "order-2")).provider_id
      local report = assert(while_waiting(10, function()
        provider:pay(trid)
        provider:pay(other)
      end):await())
      assert.same({ done = 2 }, report.states)
    end)
  end)

  describe("cancel", function()
    local trid

    before_each(function()
      trid = assert(flow:run_one(link "order-1")).provider_id
    end)

    it("ends a link, once", function()
      for _ = 1, 2 do
        local item = assert(flow:cancel "order-1")
        assert.same(
          { "CANCELLED", "closed", "none" },
          { item.provider_status, item.state, item.money }
        )
      end
      assert.equal(1, asked "cancel_transaction")
    end)

    it("asks when its answer is lost", function()
      provider:inject { at = "cancel_transaction", fault = "lost_answer" }
      assert.equal("CANCELLED", assert(flow:cancel "order-1").provider_status)
    end)

    it("refuses what is paid, and says so", function()
      provider:pay(trid)
      local item, err = flow:cancel "order-1"
      assert.is_nil(item)
      assert.equal("moved", err.item.money)
      assert.equal("PAID", err.item.provider_status)
    end)

    for what, bad in pairs {
      ["a lost request"] = { fault = "closed" },
      ["a refusal"] = {
        fault = "error",
        status = 200,
        body = '{"return_code":"7","return_message":"not now"}',
      },
    } do
      it(
        "leaves it unknown after " .. what .. ", until that is clear",
        function()
          bad.at = "cancel_transaction"
          provider:inject(bad)
          local item, err = flow:cancel "order-1"
          assert.is_nil(item)
          assert.equal("unsettled", err.kind)
          assert.equal("unknown", err.outcome)
          assert.equal("unknown", err.item.money)
          provider:advance(300)
          assert(flow:recover())
          item = assert(flow:get("order-1", { refresh = false }))
          assert.equal("unknown", item.money) -- it may still be on its way
          provider:advance(400)
          assert(flow:recover())
          item = assert(flow:get("order-1", { refresh = false }))
          assert.same({ "pending", "asked" }, { item.state, item.money })
          assert.equal("closed", assert(flow:cancel "order-1").state)
        end
      )
    end

    it("needs a person when it is paid all the same", function()
      assert(flow:cancel "order-1")
      provider:pay_late(trid)
      assert.is_true(flow:on_callback(event(trid, "PAID")))
      local item = assert(flow:get("order-1", { refresh = false }))
      assert.same(
        { "done", "moved", true },
        { item.state, item.money, item.needs_person }
      )
      assert.matches("accept", item.advice)
      item = assert(flow:accept("order-1", { who = "ann", why = "sent" }))
      assert.same(
        { "done", "moved", false },
        { item.state, item.money, item.needs_person }
      )
    end)

    it("knows no reference that was never given", function()
      local item, err = flow:cancel "nobody"
      assert.is_nil(item)
      assert.equal("absent", err.code)
      assert.equal("failed", err.outcome)
    end)
  end)

  describe("resend", function()
    before_each(function()
      assert(flow:run_one(link "order-1"))
    end)

    it("sends the message once more for each call", function()
      assert(flow:resend("order-1", { media = "EMAIL" }))
      provider:inject { at = "resend", fault = "lost_answer" }
      local item, err = flow:resend("order-1", { media = "EMAIL" })
      assert.is_nil(item)
      assert.equal("unknown", err.outcome)
      assert.same(
        { "pending", "asked", false },
        { err.item.state, err.item.money, err.item.needs_person }
      )
      assert(flow:resend("order-1", { media = "EMAIL" }))
      assert.equal(4, #provider:messages())
    end)

    it("refuses what has ended", function()
      assert(flow:cancel "order-1")
      local item, err = flow:resend("order-1", { media = "EMAIL" })
      assert.is_nil(item)
      assert.same({ "incomplete", "failed" }, { err.kind, err.outcome })
      assert.equal(1, #provider:messages())
    end)

    it("raises without a medium", function()
      assert.has_error(function()
        flow:resend("order-1", "EMAIL")
      end)
      assert.has_error(function()
        flow:resend "order-1"
      end)
    end)
  end)

  describe("on_callback", function()
    local trid

    before_each(function()
      trid = assert(flow:run_one(link "order-1")).provider_id
    end)

    local function state()
      local item = assert(flow:get("order-1", { refresh = false }))
      return item.provider_status .. " " .. item.state .. " " .. item.money
    end

    it("moves it, and never back", function()
      for _, case in ipairs {
        { "DENIED", "DENIED pending asked" },
        { "PAID", "PAID done moved", provider.pay },
        { "PENDING", "PAID done moved" },
        { "CANCELLED", "PAID done moved" }, -- Mobip says that it is paid
        { "REFUNDED", "REFUNDED compensated returned", provider.refund },
        { "PAID", "REFUNDED compensated returned" },
        { "PENDING", "REFUNDED compensated returned" },
      } do
        if case[3] then case[3](provider, trid) end
        assert.is_true(flow:on_callback(event(trid, case[1])))
        assert.equal(case[2], state())
      end
    end)

    it("says unknown while Mobip cannot say which end is true", function()
      provider:pay(trid)
      assert.is_true(flow:on_callback(event(trid, "PAID")))
      provider:inject { at = "is_valid", fault = "error" }
      assert.is_true(flow:on_callback(event(trid, "CANCELLED")))
      local item = assert(flow:get("order-1", { refresh = false }))
      assert.same({ "unknown", false }, { item.money, item.ended })
      assert.equal("moved", assert(flow:get "order-1").money)
    end)

    it("parks it where Mobip takes PAID back", function()
      assert.is_true(flow:on_callback(event(trid, "PAID")))
      provider:cancel(trid)
      assert.is_true(flow:on_callback(event(trid, "CANCELLED")))
      local item = assert(flow:get("order-1", { refresh = false }))
      assert.same(
        { "parked", true, "unknown" },
        { item.state, item.needs_person, item.money }
      )
    end)

    it("keeps a word that is new for a person", function()
      assert.is_true(flow:on_callback(event(trid, "FROZEN")))
      local item = assert(flow:get("order-1", { refresh = false }))
      assert.same(
        { "unknown", true, "FROZEN" },
        { item.money, item.needs_person, item.provider_status }
      )
      local taught = machine { words = { FROZEN = "pending" } }
      assert.is_true(taught:on_callback(event(trid, "FROZEN")))
      assert.equal("FROZEN pending asked", state())
    end)

    it("takes what is none of its own", function()
      assert.is_true(flow:on_callback { api = "mobip", kind = "other" })
      assert.is_true(flow:on_callback(event("TR9", "PAID")))
      assert.equal("PENDING pending asked", state())
    end)

    it("goes on in the run in which it was begun", function()
      local other = machine { run = "evening" }
      assert.is_true(other:on_callback(event(trid, "PAID")))
      assert.equal("PAID done moved", state())
      assert.same({}, assert(other:report()).states)
    end)
  end)

  it("has a picture, after a restart too", function()
    assert(flow:run_one(link "order-1"))
    local again = assert(machine():run_one(link "order-1"))
    assert.equal("\137PNG", assert(flow:png(again)):sub(1, 4))
    assert.truthy(assert(flow:text(again)):find "\226\150\136")
  end)

  it("recover asks about all that is pending", function()
    local trid = assert(flow:run_one(link "order-1")).provider_id
    provider:pay(trid)
    local report = assert(machine():recover())
    assert.same({ done = 1 }, report.states)
    assert.same({ EUR = "15.00" }, report.money.moved.sums)
  end)

  for what, options in pairs {
    ["a client of another API"] = {
      client = luapay.infobip {
        username = "u",
        password = "p",
        transport = function() end,
      },
    },
    ["a currency that is none"] = { currency = "EURO" },
    ["a clock"] = { clock = os.time },
    ["an idempotency key"] = { call = { idempotency_key = "k" } },
    ["a call longer than half the lease"] = { call = { timeout = 61 } },
    ["a misspelt option"] = { patiance = 9 },
  } do
    it("is not made with " .. what, function()
      assert.has_error(function()
        machine(options)
      end)
    end)
  end
end)
