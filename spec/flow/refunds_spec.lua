-- Refunds: each asked for once, never more than was paid, followed to its
-- end.

local events = require "luapay.callback.subscriptions_events"
local helper = require "spec.subscriptions.helper"
local luapay = require "luapay"

describe("luapay.flow.refunds", function()
  local provider, client, agreement, payment, journal

  local function flow(changes)
    local options = {
      client = client,
      journal = journal,
      sleep = function(seconds)
        provider:advance(seconds)
      end,
    }
    for name, value in pairs(changes or {}) do
      options[name] = value
    end
    return luapay.flow.refunds(options)
  end

  local function order(reference, amount, changes)
    local item = {
      reference = reference,
      agreementid = agreement,
      paymentid = payment,
      amount = amount or "all",
      currency = "DKK",
      status_callback_url = "https://gym.example/refunds",
    }
    for name, value in pairs(changes or {}) do
      item[name] = value
      if value == helper.without then item[name] = nil end
    end
    return item
  end

  local function list()
    return client:list_refunds {
      agreementid = agreement,
      paymentid = payment,
    }
  end

  local function stored(reference)
    return assert(flow():get(reference, { refresh = false }))
  end

  local function look(item)
    return { item.state, item.money, item.provider_status, item.amount }
  end

  before_each(function()
    provider, client = helper.open()
    agreement = helper.agree(provider, client)
    payment = helper.request(provider, client, agreement) -- of 12.50
    provider:go_to(3, 3.5)
    local function now()
      return provider:now()
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
  end)

  it("asks, and follows each to its end", function()
    local refunds = flow { concurrency = 1 }
    local report = assert(refunds:run { order("a", "5.00"), order "b" })
    assert.same(
      { "pending", "asked", "Requested", "5.00" },
      look(report.items[1])
    )
    assert.same(
      { "pending", "asked", "Requested", "7.50" },
      look(report.items[2])
    )
    provider:decline_refund(report.items[1].provider_id)
    local told, err = refunds:await()
    assert.is_nil(told)
    assert.same({ "incomplete", "declined" }, { err.kind, err.code })
    assert.same({ "closed", "none", "Declined", "5.00" }, look(stored "a"))
    assert.same({ "done", "returned", "Issued", "7.50" }, look(stored "b"))
    assert.equal("7.50", stored("b").returned)
    assert.is_nil((refunds:run_one(order("a", "5.00"))))
    assert(refunds:run_one(order "b"))
    assert.equal(2, #list())
    assert.is_true(provider:check())
  end)

  it("gives back no more than is left", function()
    local refunds = flow()
    assert(refunds:run_one(order("a", "10.00")))
    local item, err = refunds:run_one(order("b", "2.51"))
    assert.is_nil(item)
    assert.same(
      { "argument", "amount", "failed" },
      { err.kind, err.field, err.outcome }
    )
    assert.same({ "failed", "none" }, { err.item.state, err.item.money })
    assert.matches("2.50 of 12.50", err.message)
    assert.equal(1, #list())
  end)

  for _, concurrency in ipairs { 1, 8 } do
    it(
      "gives the first back of two that exceed, of " .. concurrency,
      function()
        local _, err = flow({ concurrency = concurrency }):run {
          order("c", "7.00"),
          order("d", "7.00"),
        }
        assert.equal("argument", err.kind)
        assert.same({ pending = 1, failed = 1 }, err.report.states)
        assert.equal(1, #list())
        -- again: the same one fits, and the same one does not
        assert.is_nil((flow():run { order("c", "7.00"), order("d", "7.00") }))
        assert.equal(1, #list())
      end
    )
  end

  it("counts what may be on its way, in any run", function()
    provider:inject { at = "request_refund", fault = "closed" }
    local _, err = flow():run_one(order("a", "10.00"))
    assert.equal("unknown", err.outcome)
    _, err = flow({ run = "another" }):run_one(order("b", "5.00"))
    assert.equal("amount", err.field)
    assert.matches("2.50 of 12.50", err.message)
    assert.equal(0, #list())
  end)

  it("refuses when nothing is left", function()
    assert(flow():run_one(order "a"))
    local _, err = flow():run_one(order "b")
    assert.same({ "argument", "amount" }, { err.kind, err.field })
  end)

  it("keeps what all was, when it is run again", function()
    assert(flow():run_one(order("a", "2.50")))
    local item = assert(flow():run_one(order "b"))
    assert.equal("10.00", item.amount)
    item = assert(flow():run_one(order "b"))
    assert.equal("10.00", item.amount)
    assert.equal(2, #list())
  end)

  for _, case in ipairs {
    { "was acted upon", "lost_answer" },
    { "was not acted upon", "closed" },
  } do
    it("finds out whether a lost one " .. case[1], function()
      provider:inject { at = "request_refund", fault = case[2] }
      local item, err = flow():run_one(order "a")
      assert.is_nil(item)
      assert.equal("unsettled", err.kind)
      assert.same({ "unknown", "unknown", nil, "12.50" }, look(err.item))
      provider:advance(61)
      item = flow():run_one(order "a")
      if case[2] == "closed" then
        assert.is_nil(item) -- absence is no proof before the horizon
        provider:advance(4 * 3600)
        assert(flow():recover())
        assert.same({ "failed", "none", nil, "12.50" }, look(stored "a"))
        assert(flow():run_one(order "a"))
      end
      assert.equal("returned", assert(flow():await "a").money)
      assert.equal(1, #list())
      assert.equal(12.5, tonumber(list()[1].amount))
    end)
  end

  it("is not asked for again while its list lags", function()
    provider:inject { at = "request_refund", fault = "lost_answer" }
    provider:inject {
      at = "list_refunds",
      fault = "lag",
      seconds = 90,
      times = 99,
    }
    flow():run_one(order "a")
    for _ = 1, 3 do
      provider:advance(61)
      flow():run_one(order "a")
    end
    provider:clear()
    assert(flow():run_one(order "a"))
    assert.equal(1, #list())
  end)

  it("parks what fits twice, until a person says which it is", function()
    provider:inject { at = "request_refund", fault = "lost_answer" }
    flow():run_one(order("a", "5.00"))
    assert(client:request_refund {
      agreementid = agreement,
      paymentid = payment,
      amount = "5.00",
      external_id = "a",
      status_callback_url = "https://gym.example/refunds",
    })
    provider:advance(61)
    local item, err = flow():run_one(order("a", "5.00"))
    assert.is_nil(item)
    assert.same({ "parked", "unknown", nil, "5.00" }, look(err.item))
    assert.equal(2, #err.item.candidates)
    item = assert(flow():found("a", { provider_id = list()[1].id }))
    assert.is_false(item.needs_person)
    assert.equal(list()[1].id, item.provider_id)
  end)

  it("says how much was given back where that is another amount", function()
    local refunds = flow()
    local item = assert(refunds:run_one(order("a", "10.00")))
    assert.is_true(refunds:on_callback {
      api = "mobilepay_subscriptions",
      kind = "refund",
      refund_id = item.provider_id,
      status = "Issued",
      amount = "4.00",
      verified = true,
    })
    item = stored "a"
    assert.same(
      { "returned", "4.00", true },
      { item.money, item.returned, item.needs_person }
    )
    assert.equal("4.00", refunds:report().money.returned.sums.DKK)
    provider:advance(10)
    item = assert(refunds:get "a") -- MobilePay itself says 10.00
    assert.same(
      { "returned", "10.00", false },
      { item.money, item.returned, item.needs_person }
    )
  end)

  it("takes callbacks once", function()
    local refunds = flow()
    assert(refunds:run_one(order "a"))
    local from = #provider:callbacks()
    provider:advance(10)
    local issued = events.read(provider:callbacks(from)[1].body)[1]
    issued.verified = true
    for _ = 1, 2 do
      assert.is_true(refunds:on_callback(issued))
      assert.same({ "done", "returned", "Issued", "12.50" }, look(stored "a"))
    end
  end)

  it("refuses a payment that is too old, or was not paid", function()
    local due = helper.request(provider, client, agreement, {
      external_id = "next",
      due_date = provider:day(4),
    })
    local _, err = flow():run_one(order("a", nil, { paymentid = due }))
    assert.same({ "argument", "paymentid" }, { err.kind, err.field })
    provider:advance(94 * 86400)
    assert.truthy(flow({ days = 365 }):run_one(order("b", "1.00")))
    _, err = flow():run_one(order("c", "1.00"))
    assert.equal("paymentid", err.field)
    assert.matches("90 days", err.message)
    assert(flow():run_one(order("b", "1.00"))) -- what is known is known
  end)

  it("gives a one-off payment back", function()
    local id = helper.one_off(client, agreement)
    assert(provider:accept(id))
    assert(client:capture_one_off_payment {
      agreementid = agreement,
      paymentid = id,
    })
    local item = order("a", nil, { paymentid = id, payment_type = "OneOff" })
    assert(flow():run_one(item))
    assert.equal("returned", assert(flow():await "a").money)
  end)

  it("does not use a reference for another payment", function()
    assert(flow():run_one(order("a", "1.00")))
    local id = helper.one_off(client, agreement)
    local _, err = flow():run_one(order("a", "1.00", { paymentid = id }))
    assert.same({ "conflict", "unknown" }, { err.code, err.outcome })
  end)

  for what, case in pairs {
    ["no amount"] = { { amount = helper.without }, "amount" },
    ["a misspelt amount"] = {
      { amount = helper.without, amuont = "1.00" },
      "amuont",
    },
    ["a misspelt all"] = { { amount = "All" }, "amount" },
    ["a number for an amount"] = { { amount = 5 }, "amount" },
    ["nothing"] = { { amount = "0.00" }, "amount" },
    ["less than nothing"] = { { amount = "-5.00" }, "amount" },
    ["half a cent"] = { { amount = "1.005" }, "amount" },
    ["another type"] = { { payment_type = "x" }, "payment_type" },
    ["a day that is none"] = { { paid_on = "soon" }, "paid_on" },
  } do
    it("refuses " .. what .. ", and sends nothing", function()
      local before = #provider:requests()
      local item, err = flow():run_one(order("a", nil, case[1]))
      assert.is_nil(item)
      assert.equal("argument", err.kind)
      assert.equal(case[2], err.field:match "[%w_]+$")
      assert.equal(before, #provider:requests())
    end)
  end

  it("says nothing of a refund that it could not look up", function()
    provider:inject { at = "list_refunds", fault = "error" }
    local item, err = flow():run_one(order "a")
    assert.is_nil(item)
    assert.equal("failed", err.outcome) -- nothing was asked for
    assert.equal(0, #list())
    assert(flow():run_one(order "a"))
  end)
end)
