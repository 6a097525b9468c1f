-- Refunds: each asked for once, never more than was paid, followed to its
-- end.

local events = require "luapay.callback.subscriptions_events"
local helper = require "spec.subscriptions.helper"
local journal = require "luapay.journal"
local luapay = require "luapay"
local memory = require "luapay.journal.memory"

describe("luapay.flow.refunds", function()
  local provider, client, agreement, payment, store

  local function flow(changes)
    local options = {
      client = client,
      journal = journal.memory {
        store = store,
        clock = function()
          return provider:now()
        end,
      },
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
      amount = amount,
      status_callback_url = "https://gym.example/refunds",
    }
    for name, value in pairs(changes or {}) do
      item[name] = value
    end
    return item
  end

  local function list()
    return client:list_refunds {
      agreementid = agreement,
      paymentid = payment,
    }
  end

  before_each(function()
    provider, client = helper.open()
    agreement = helper.agree(provider, client)
    payment = helper.request(provider, client, agreement) -- of 12.50
    provider:go_to(3, 3.5)
    store = memory.new()
  end)

  it("asks, and follows each to its end", function()
    local refunds = flow { concurrency = 1 }
    local report = assert(refunds:run { order("a", "5.00"), order("b") })
    assert.same({ requested = 2 }, report.counts)
    assert.equal("7.50", report.items[2].amount)
    provider:decline_refund(report.items[1].provider_id)
    report = assert(refunds:await())
    assert.same({ declined = 1, issued = 1 }, report.counts)
    assert.equal("declined", report.items[1].state)
    assert.equal("declined", assert(refunds:run(order("a", "5.00"))).state)
    assert.equal("issued", assert(refunds:run(order "b")).state)
    assert.equal(2, #list())
    assert.is_true(provider:check())
  end)

  it("gives back no more than is left, also side by side", function()
    local refunds = flow()
    assert(refunds:run(order("a", "10.00")))
    local result, err = refunds:run(order("b", "2.51"))
    assert.is_nil(result)
    assert.equal("argument", err.kind)
    assert.equal("amount", err.field)
    assert.equal("failed", err.outcome)
    local _, both = refunds:run { order("c", "2.00"), order("d", "2.00") }
    assert.equal("incomplete", both.kind)
    local sum = 0
    for _, refund in ipairs(list()) do
      sum = sum + tonumber(refund.amount)
    end
    assert.is_true(sum <= 12.5)
  end)

  it("counts what may be on its way", function()
    provider:inject { at = "request_refund", fault = "closed" }
    local _, err = flow():run(order("a", "10.00"))
    assert.equal("unknown", err.outcome)
    _, err = flow { run = "another" }:run(order("b", "5.00"))
    assert.equal("amount", err.field)
    assert.truthy(err.message:find("2.50 of 12.50", 1, true))
    assert.equal(0, #list())
  end)

  it("refuses when nothing is left", function()
    assert(flow():run(order "a"))
    local _, err = flow():run(order "b")
    assert.equal("amount", err.field)
  end)

  for _, case in ipairs {
    { "was acted upon", "lost_answer" },
    { "was not acted upon", "closed" },
  } do
    it("finds out whether a lost one " .. case[1], function()
      provider:inject { at = "request_refund", fault = case[2] }
      local _, err = flow():run(order "a")
      assert.equal("unsettled", err.kind)
      provider:advance(61)
      assert.truthy(flow():run(order "a"))
      assert.equal("issued", assert(flow():await "a").state)
      assert.equal(1, #list())
      assert.equal(12.5, tonumber(list()[1].amount))
    end)
  end

  it("takes callbacks once", function()
    local refunds = flow()
    assert(refunds:run(order "a"))
    local from = #provider:callbacks()
    provider:advance(10)
    local issued = events.read(provider:callbacks(from)[1].body)[1]
    for _ = 1, 2 do
      local entry = assert(refunds:on_callback(issued))
      assert.equal("done", entry.state)
    end
  end)

  it("refuses a payment that is too old, or was not paid", function()
    local due = helper.request(provider, client, agreement, {
      external_id = "next",
      due_date = provider:day(4),
    })
    local _, err = flow():run(order("a", nil, { paymentid = due }))
    assert.equal("paymentid", err.field)
    provider:advance(94 * 86400)
    assert.truthy(flow { days = 365 }:run(order "b"))
    _, err = flow():run(order "c")
    assert.equal("paymentid", err.field)
    assert.truthy(err.message:find("90 days", 1, true))
  end)

  it("gives a one-off payment back", function()
    local id = helper.one_off(client, agreement)
    assert(provider:accept(id))
    assert(client:capture_one_off_payment {
      agreementid = agreement,
      paymentid = id,
    })
    local item = order("a", nil, { paymentid = id, payment_type = "OneOff" })
    assert(flow():run(item))
    assert.equal("issued", assert(flow():await "a").state)
  end)

  it("does not use a reference for another payment", function()
    assert(flow():run(order("a", "1.00")))
    local id = helper.one_off(client, agreement)
    local _, err = flow():run(order("a", nil, { paymentid = id }))
    assert.equal("reference", err.field)
  end)

  for _, case in ipairs {
    { "a bad amount", { amount = "1.005" }, "items[1].amount" },
    { "another type", { payment_type = "x" }, "items[1].payment_type" },
    { "no date", { paid_on = "soon" }, "items[1].paid_on" },
  } do
    it("refuses " .. case[1] .. " before anything is sent", function()
      local before = #provider:requests()
      local result, err = flow():run { order("a", nil, case[2]) }
      assert.is_nil(result)
      assert.equal(case[3], err.field)
      assert.equal(before, #provider:requests())
    end)
  end
end)
