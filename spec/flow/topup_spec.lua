-- Credits, all or nothing or each for itself: what is left at the provider
-- after each way in which it can go wrong.

local helper = require "spec.flow.topup_helper"

local balances, item = helper.balances, helper.item
local machine, states, three = helper.machine, helper.states, helper.three

describe("a top-up, all or nothing,", function()
  local world, provider, topup

  before_each(function()
    world = helper.world()
    provider = world.provider
    topup = machine(world, { note = "sorry" })
  end)

  it("credits all", function()
    local report, err = topup:run(three())
    assert.is_nil(err)
    assert.equal("credited", report.state)
    assert.equal("a credited, b credited, c credited", states(report))
    assert.same({ credited = 3 }, report.counts)
    assert.truthy(report.items[3].transactionId)
    assert.equal("110.00 120.00 130.00", balances(world))
  end)

  it("rolls back what was done, the last one first", function()
    provider:inject {
      at = "add_funds",
      skip = 2,
      fault = "error",
      status = 404,
      body = "",
    }
    local report, err = topup:run(three())
    assert.is_nil(report)
    assert.equal("rolled_back", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal("a rolled_back, b rolled_back, c failed", states(err.report))
    assert.equal("100.00 100.00 100.00", balances(world))
    local ledger = provider:ledger()
    assert.equal(4, #ledger)
    assert.equal("USD-1", ledger[3].account)
    assert.equal("EUR-1", ledger[4].account)
    assert.equal("sorry", ledger[4].note)
    assert.equal("not_found", err.report.items[3].fault.kind)
  end)

  it("does not send what comes after a failure", function()
    provider:inject { at = "add_funds", fault = "error", status = 404 }
    local _, err = topup:run(three())
    assert.equal("a failed, b not_tried, c not_tried", states(err.report))
    assert.same({}, provider:ledger())
  end)

  it("rolls back what was credited beside a failure", function()
    provider:inject { at = "add_funds", fault = "error", status = 404 }
    topup = machine(world, { concurrency = 3 })
    local _, err = topup:run(three())
    assert.equal("rolled_back", err.kind)
    assert.equal("a failed, b rolled_back, c rolled_back", states(err.report))
    assert.equal("100.00 100.00 100.00", balances(world))
  end)

  for _, case in ipairs {
    { "was booked", "lost_answer", "100.00 120.00 100.00" },
    { "was not booked", "closed", "100.00 100.00 100.00" },
  } do
    it("never sends a lost credit again: it " .. case[1], function()
      provider:inject { at = "add_funds", skip = 1, fault = case[2] }
      for _ = 1, 3 do
        local report, err = topup:run(three())
        assert.is_nil(report)
        assert.equal("unsettled", err.kind)
        assert.equal("unknown", err.outcome)
        assert.equal(
          "a rolled_back, b unknown, c not_tried",
          states(err.report)
        )
        assert.truthy(tostring(err):find("b is unknown", 1, true))
        assert.equal(case[3], balances(world))
        provider:advance(1000)
        topup:recover()
      end
      assert.is_true(provider:check())
    end)
  end

  for _, case in ipairs {
    {
      "is refused",
      { fault = "error", status = 404, body = "" },
      "rollback_failed",
      "110.00 100.00 100.00",
    },
    {
      "has no answer",
      { fault = "lost_answer" },
      "rollback_unknown",
      "100.00 100.00 100.00",
    },
  } do
    it(
      "is loud when a rollback " .. case[1] .. ", and rolls the others back",
      function()
        provider:inject {
          at = "add_funds",
          skip = 2,
          fault = "error",
          status = 404,
        }
        local order = case[2]
        order.at, order.skip = "rollback_transaction", 1
        provider:inject(order)
        local _, err = topup:run(three())
        assert.equal("unsettled", err.kind)
        assert.equal("unknown", err.outcome)
        assert.equal(
          "a " .. case[3] .. ", b rolled_back, c failed",
          states(err.report)
        )
        assert.truthy(tostring(err):find("a is " .. case[3], 1, true))
        assert.truthy(err.report.items[1].rollback_fault)
        assert.equal(case[4], balances(world))
      end
    )
  end

  it("sends nothing again for items that it has credited", function()
    topup:run(three())
    local report = assert(topup:run(three()))
    assert.equal("a credited, b credited, c credited", states(report))
    assert.truthy(report.items[1].transactionId)
    assert.equal("110.00 120.00 130.00", balances(world))
  end)

  it("does not credit again what it has rolled back", function()
    provider:inject { at = "add_funds", skip = 2, fault = "refuse" }
    topup:run(three())
    local report, err = topup:run(three())
    assert.is_nil(report)
    assert.equal("rolled_back", err.kind)
    assert.equal("100.00 100.00 100.00", balances(world))
  end)

  it("may be tried again when nothing came about", function()
    provider:inject { at = "add_funds", fault = "refuse" }
    local report, err = topup:run(three())
    assert.is_nil(report)
    assert.equal("rolled_back", err.kind)
    assert.truthy(topup:run(three()))
    assert.equal("110.00 120.00 130.00", balances(world))
  end)

  it("refuses other items under the reference of a run", function()
    topup:run(three())
    local items = three()
    items[3].amount = "31.00"
    local report, err = topup:run(items)
    assert.is_nil(report)
    assert.equal("journal", err.kind)
    assert.equal("conflict", err.code)
    assert.equal("110.00 120.00 130.00", balances(world))
  end)

  it("rolls back nothing that another run has credited", function()
    machine(world, { mode = "each" }):run { three()[2] }
    local report, err = topup:run(three())
    assert.is_nil(report)
    assert.equal("rolled_back", err.kind)
    assert.equal("conflict", err.report.items[2].fault.code)
    assert.equal("100.00 120.00 100.00", balances(world))
  end)

  for _, case in ipairs {
    {
      "no reference",
      function(items)
        items[2].reference = nil
      end,
      "items[2].reference",
    },
    {
      "a reference twice",
      function(items)
        items[3].reference = "a"
      end,
      "items[3].reference",
    },
    {
      "a reference that is too long",
      function(items)
        items[1].reference = ("x"):rep(201)
      end,
      "items[1].reference",
    },
    {
      "a bad amount",
      function(items)
        items[3].amount = "30.001"
      end,
      "items[3].amount",
    },
    {
      "a stranger's field",
      function(items)
        items[1].colour = "red"
      end,
      "items[1].colour",
    },
  } do
    it("refuses " .. case[1] .. " before anything is sent", function()
      local items = three()
      case[2](items)
      local report, err = topup:run(items)
      assert.is_nil(report)
      assert.equal("argument", err.kind)
      assert.equal(case[3], err.field)
      assert.same({}, provider:requests())
      assert.same({}, world.journal:tally())
    end)
  end

  it("credits nobody when there is nobody", function()
    local report = topup:run {}
    assert.equal("credited", report.state)
    assert.same({}, report.items)
  end)
end)

describe("a top-up, each for itself,", function()
  local world, provider, topup

  before_each(function()
    world = helper.world()
    provider = world.provider
    topup = machine(world, { mode = "each", concurrency = 2 })
  end)

  it("credits the others when one fails", function()
    provider:inject { at = "add_funds", skip = 1, fault = "refuse" }
    local report, err = topup:run(three())
    assert.is_nil(report)
    assert.equal("incomplete", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal("a credited, b failed, c credited", states(err.report))
    assert.same({ credited = 2, failed = 1 }, err.report.counts)
  end)

  it("sends what failed when it is run again, and nothing else", function()
    provider:inject { at = "add_funds", skip = 1, fault = "refuse" }
    topup:run(three())
    assert.truthy(topup:run(three()))
    assert.equal("110.00 120.00 130.00", balances(world))
    assert.equal(3, #provider:ledger())
  end)

  it("parks what is unknown, with what a person needs", function()
    provider:inject { at = "add_funds", fault = "lost_answer" }
    local _, err = topup:run(three())
    assert.equal("unsettled", err.kind)
    assert.equal("unknown", err.outcome)
    local entry = world.journal:find { states = { "parked" } }
    assert.equal("10.00", entry.amount)
    assert.equal("EUR", entry.currency)
    assert.equal("EUR-1", entry.details.accountKey)
    assert.equal("Top-up a", entry.details.description)
    assert.equal("transport", entry.outcome.fault.kind)
    assert.truthy(entry.outcome.fault.correlation_id)
    assert.truthy(entry.outcome.advice:find("transactionId", 1, true))
  end)

  it("tells how far it has come", function()
    local last
    topup = machine(world, {
      mode = "each",
      on_progress = function(told)
        last = told
      end,
    })
    topup:run(three())
    assert.equal(3, last.done)
    assert.equal(3, last.total)
    assert.is_true(last.over)
  end)

  it("takes an amount in any shape, and one that is taken off", function()
    local luapay = require "luapay"
    local off = item("d", "EUR-1", "-1.50", "EUR")
    local report = assert(topup:run {
      item("a", "EUR-1", 2.5, "EUR"),
      item("b", "EUR-1", 3, "EUR"),
      item("c", "EUR-1", luapay.money("4.00", "EUR"), "EUR"),
      off,
    })
    assert.same({ credited = 4 }, report.counts)
    assert.equal("108.00", provider:balance "EUR-1")
    local groups = world.journal:tally { step = "credit" }
    assert.equal("9.50", groups[1].amount)
  end)
end)

describe("a top-up of one item", function()
  local world = helper.world()
  local topup = machine(world)

  it("returns its entry", function()
    local entry = assert(topup:run(item("x", "EUR-1", "1.00", "EUR")))
    assert.equal("credited", entry.state)
    assert.equal("101.00", world.provider:balance "EUR-1")
  end)

  it("returns the fault of its call", function()
    local entry, err = topup:run(item("y", "EUR-2", "1.00", "EUR"))
    assert.is_nil(entry)
    assert.equal("infobip.add_funds", err.endpoint)
    assert.equal("failed", err.outcome)
    assert.equal("failed", err.report.items[1].state)
    entry, err = topup:run(item("z", "EUR-1", "x", "EUR"))
    assert.is_nil(entry)
    assert.equal("items[1].amount", err.field)
  end)

  it("is unknown, and stays so, when its answer is lost", function()
    world.provider:inject { at = "add_funds", fault = "lost_answer" }
    for _ = 1, 2 do
      local entry, err = topup:run(item("w", "EUR-1", "1.00", "EUR"))
      assert.is_nil(entry)
      assert.equal("unknown", err.outcome)
    end
    assert.equal("102.00", world.provider:balance "EUR-1")
  end)
end)
