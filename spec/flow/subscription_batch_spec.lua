-- A batch of subscription payments: what is asked for, refused and followed.

local helper = require "spec.flow.subscription_batch_helper"
local luapay = require "luapay"

local machine, row, rows = helper.machine, helper.row, helper.rows
local booked, states = helper.booked, helper.states

describe("luapay.flow.subscription_batch", function()
  local world, provider

  before_each(function()
    world = helper.world()
    provider = world.provider
  end)

  it("asks for all payments, in portions", function()
    local batch = machine(world, { portion = 3, concurrency = 2 })
    local report = assert(batch:run(rows(world, 7)))
    assert.equal("requested", report.state)
    assert.same({ pending = 7 }, report.counts)
    assert.equal(7, report.plan.planned)
    assert.equal(3, helper.requests(world))
    local seen = 0
    for item in report.items() do
      seen = seen + 1
      assert.equal("pending", item.state)
      assert.equal("12.50", item.amount)
      assert.equal("P" .. seen, item.external_id)
      assert.is_string(item.provider_id)
    end
    assert.equal(7, seen)
  end)

  it("takes rows from an iterator", function()
    local n = 0
    assert(machine(world):run(function()
      n = n + 1
      return n <= 5 and row(world, n) or nil
    end))
    assert.equal(5, select(2, booked(world):gsub("Requested", "")))
  end)

  it("asks for nothing twice when it is run again", function()
    assert(machine(world):run(rows(world, 4)))
    local report = assert(machine(world):run(rows(world, 5)))
    assert.equal(4, report.plan.known)
    assert.equal(1, report.plan.planned)
    assert.equal(2, helper.requests(world))
  end)

  it("gives rows without a day one day, for the whole run", function()
    local function undated(n)
      return row(world, n, { due_date = helper.without })
    end
    local first = provider:day(2)
    assert(machine(world):run { undated(1) })
    provider:advance(86400)
    local _, err = machine(world):run { undated(1) }
    assert.is_nil(err)
    assert.equal(1, helper.requests(world))
    assert.equal(first, machine(world):items()().due_date)
  end)

  it("follows each payment to its end", function()
    local batch = machine(world)
    assert(batch:run(rows(world, 3)))
    provider:go_to(1, 0)
    local items = batch:items()
    items()
    provider:fail(items().provider_id)
    assert(provider:decline(items().provider_id))
    provider:go_to(2, 4)
    local events = helper.events(world)
    for _, event in ipairs(events) do
      batch:on_callback(event)
    end
    assert.equal("P1 done, P2 pending, P3 failed", states(batch))
    provider:go_to(1, 1)
    for _, event in ipairs(helper.events(world)) do
      batch:on_callback(event)
    end
    for _, event in ipairs(events) do -- repeated, and late
      batch:on_callback(event)
    end
    assert.equal("P1 done, P2 failed, P3 failed", states(batch))
    local report = batch:report()
    assert.equal("ended", report.state)
    local failed = {}
    for item in report.items { "failed" } do
      failed[#failed + 1] = item.status .. ": " .. item.text
    end
    assert.equal("Failed", failed[1]:sub(1, 6))
    assert.equal("Declined: Declined by system.", failed[2])
  end)

  it("asks about payments whose callbacks were lost", function()
    local batch = machine(world)
    assert(batch:run(rows(world, 3)))
    assert.equal(0, batch:refresh())
    provider:go_to(3, 4)
    assert.equal(3, batch:refresh())
    assert.equal("P1 done, P2 done, P3 done", states(batch))
  end)

  it("writes many events down together, within map", function()
    local batch = machine(world)
    assert(batch:run(rows(world, 5)))
    provider:go_to(3, 4)
    local events = helper.events(world)
    assert.equal(5, #events)
    local transactions, transact = 0, world.store.transact
    world.store.transact = function(...)
      transactions = transactions + 1
      return transact(...)
    end
    luapay.map(events, nil, function(event)
      return batch:on_callback(event)
    end)
    assert.same({ done = 5 }, batch:report().counts)
    assert.equal(5 + 1 + 1, transactions) -- five looked up, one write, a count
  end)

  it("leaves events alone that are about nothing it knows", function()
    local batch = machine(world)
    assert.is_false(batch:on_callback {
      api = "mobilepay_subscriptions",
      kind = "payment",
      payment_id = "b0000000-0000-4000-8000-000000000099",
      status = "Executed",
    })
    assert.is_false(batch:on_callback {
      api = "mobilepay_subscriptions",
      kind = "agreement",
      agreement_id = world.agreements[1],
      status = "Accepted",
    })
  end)

  it("tells the accepted from the rejected", function()
    provider:inject {
      fault = "error",
      at = "request_payments",
      status = 202,
      body = '{"pending_payments":[],"rejected_payments":'
        .. '[{"external_id":"P1","error_description":"too odd"}]}',
      headers = { ["content-type"] = "application/json" },
    }
    local batch = machine(world)
    local _, err = batch:run(rows(world, 2))
    assert.equal("unsettled", err.kind)
    assert.equal("unknown", err.outcome)
    assert.equal("P1 failed, P2 unknown", states(batch))
    assert.equal("too odd", batch:items()().text)
  end)

  it("sends the same external_id of two days apart", function()
    local list = {
      row(world, 1),
      row(world, 1, { due_date = provider:day(4) }),
      row(world, 2),
    }
    local batch = machine(world)
    assert(batch:run(list))
    assert.equal(2, helper.requests(world))
    assert.equal("P1 pending, P1 pending, P2 pending", states(batch))
  end)

  it("tells how far it has come", function()
    local told = {}
    local batch = machine(world, {
      portion = 2,
      on_progress = function(progress)
        told[#told + 1] = progress
      end,
    })
    assert(batch:run(rows(world, 5)))
    local last = told[#told]
    assert.equal(5, last.total)
    assert.equal(5, last.done)
    assert.is_true(last.over)
  end)

  describe("refuses, and sends nothing for,", function()
    local near, far = 0, 127
    for _, case in ipairs {
      { "no amount", "amount", { amount = "0" } },
      { "half an øre", "amount", { amount = "1.005" } },
      { "too much", "amount", { amount = "300000.01" } },
      { "no external_id", "external_id", { external_id = 7 } },
      { "a line break", "external_id", { external_id = "a\nb" } },
      { "a bad agreement", "agreement_id", { agreement_id = "x" } },
      { "a long text", "description", { description = ("x"):rep(61) } },
      { "a day that is none", "due_date", { due_date = "2024-02-30" } },
      { "a typo", "amuont", { amuont = "1" } },
      { "today", "due_date", {}, near },
      { "a day too far away", "due_date", {}, far },
    } do
      it(case[1], function()
        if case[4] then case[3].due_date = provider:day(case[4]) end
        local list = { row(world, 1), row(world, 2, case[3]) }
        local report, err = machine(world):run(list)
        assert.is_nil(report)
        assert.equal("argument", err.kind)
        assert.equal("rows[2]." .. case[2], err.field)
        assert.equal(1, err.report.bad)
        assert.equal(0, helper.requests(world))
      end)
    end

    it("an external_id that stands twice on a day", function()
      local list = { row(world, 1), row(world, 1) }
      local _, err = machine(world):run(list)
      assert.equal("rows[2].external_id", err.field)
      assert.equal(0, helper.requests(world))
    end)

    it("a row that is known with another amount", function()
      assert(machine(world):run(rows(world, 1)))
      local _, err = machine(world):run { row(world, 1, { amount = "13" }) }
      assert.equal("rows[1].external_id", err.field)
      assert.equal(1, helper.requests(world))
    end)

    it("Danish amounts in Finland", function()
      local batch = machine(world, { country = "FI" })
      local _, err = batch:run { row(world, 1, { amount = "2000.01" }) }
      assert.equal("must be at most 2000.00 EUR", err.message)
    end)
  end)

  it("skips bad rows where it is told to", function()
    local list, bad = rows(world, 4), {}
    list[2].amount = "-1"
    local batch = machine(world, {
      bad_rows = "skip",
      on_bad_row = function(number, field)
        bad[#bad + 1] = number .. field
      end,
    })
    local _, err = batch:run(list)
    assert.equal("incomplete", err.kind)
    assert.equal("failed", err.outcome)
    assert.same({ "2amount" }, bad)
    assert.equal(2, err.report.plan.bad_rows[1].row)
    assert.equal("P1 pending, P3 pending, P4 pending", states(batch))
  end)

  it("counts ids that bank statements cut off", function()
    local list = {
      row(world, 1, { external_id = ("x"):rep(31) }),
      row(world, 2, { external_id = ("ø"):rep(30) }),
    }
    assert.equal(1, assert(machine(world):run(list)).plan.long_ids)
  end)

  it("does not send what has become due while it was planned", function()
    local batch = machine(world)
    assert(batch:plan(rows(world, 2)))
    provider:go_to(3, 1)
    local _, err = batch:work()
    assert.equal("incomplete", err.kind)
    assert.equal(0, helper.requests(world))
    assert.equal("due_date must be at least 1 day ahead", batch:items()().text)
    assert.equal("P1 failed, P2 failed", states(batch))
  end)

  it("refuses options that cannot be", function()
    for _, options in ipairs {
      { portion = 2001 },
      { portion = 1.5 },
      { limit = "much" },
      { country = "SE" },
      { bad_rows = "hide" },
    } do
      assert.has_error(function()
        machine(world, options)
      end)
    end
  end)

  it("is found again by who looks into the provider", function()
    assert(machine(world):run(rows(world, 2)))
    assert.equal("P1 Requested, P2 Requested", booked(world))
  end)
end)
