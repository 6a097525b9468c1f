-- Credits, all or nothing: what is left at the provider after each way in
-- which it can go wrong.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"
local topup = luapay.flow.topup

local function item(reference, account, amount, currency)
  return {
    reference = reference,
    accountKey = account,
    amount = amount,
    currencycode = currency,
    description = "Top-up " .. reference,
  }
end

local function three()
  return {
    item("a", "EUR-1", "10.00", "EUR"),
    item("b", "USD-1", "20.00", "USD"),
    item("c", "DKK-1", "30.00", "DKK"),
  }
end

local function states(report)
  local list = {}
  for i, entry in ipairs(report.items) do
    list[i] = entry.reference .. " " .. entry.state
  end
  return table.concat(list, ", ")
end

describe("topup.credit_all", function()
  local provider, infobip

  before_each(function()
    provider = sandbox.infobip()
    infobip = luapay.infobip {
      username = "reseller",
      password = "secret",
      transport = provider:transport(),
    }
  end)

  local function balances()
    return provider:balance "EUR-1"
      .. " "
      .. provider:balance "USD-1"
      .. " "
      .. provider:balance "DKK-1"
  end

  it("credits all", function()
    local report, err = topup.credit_all(infobip, three())
    assert.is_nil(err)
    assert.equal("credited", report.state)
    assert.equal("a credited, b credited, c credited", states(report))
    assert.truthy(report.items[3].transactionId)
    assert.equal("110.00 120.00 130.00", balances())
  end)

  it("rolls back what was done, the last one first", function()
    provider:inject {
      at = "add_funds",
      skip = 2,
      fault = "error",
      status = 404,
      body = "",
    }
    local report, err = topup.credit_all(infobip, three(), { note = "sorry" })
    assert.is_nil(report)
    assert.equal("rolled_back", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal("a rolled_back, b rolled_back, c failed", states(err.report))
    assert.equal("100.00 100.00 100.00", balances())
    local ledger = provider:ledger()
    assert.equal(4, #ledger)
    assert.equal("USD-1", ledger[3].account)
    assert.equal("EUR-1", ledger[4].account)
    assert.equal("sorry", ledger[4].note)
    assert.equal("not_found", err.report.items[3].fault.kind)
  end)

  it("does not send what comes after a failure", function()
    provider:inject { at = "add_funds", fault = "error", status = 404 }
    local _, err = topup.credit_all(infobip, three())
    assert.equal("a failed, b not_tried, c not_tried", states(err.report))
    assert.same({}, provider:ledger())
  end)

  for _, case in ipairs {
    { "was booked", "lost_answer", "100.00 120.00 100.00" },
    { "was not booked", "closed", "100.00 100.00 100.00" },
  } do
    it("never sends a lost credit again: it " .. case[1], function()
      provider:inject { at = "add_funds", skip = 1, fault = case[2] }
      local report, err = topup.credit_all(infobip, three())
      assert.is_nil(report)
      assert.equal("unsettled", err.kind)
      assert.equal("unknown", err.outcome)
      assert.equal("a rolled_back, b unknown, c not_tried", states(err.report))
      assert.truthy(tostring(err):find("b is unknown", 1, true))
      assert.equal(case[3], balances())
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
        local _, err = topup.credit_all(infobip, three())
        assert.equal("unsettled", err.kind)
        assert.equal("unknown", err.outcome)
        assert.equal(
          "a " .. case[3] .. ", b rolled_back, c failed",
          states(err.report)
        )
        assert.truthy(tostring(err):find("a is " .. case[3], 1, true))
        assert.truthy(err.report.items[1].rollback_fault)
        assert.equal(case[4], balances())
      end
    )
  end

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
      local report, err = topup.credit_all(infobip, items)
      assert.is_nil(report)
      assert.equal("argument", err.kind)
      assert.equal(case[3], err.field)
      assert.same({}, provider:requests())
    end)
  end

  it("credits nobody when there is nobody", function()
    assert.same(
      { state = "credited", items = {} },
      topup.credit_all(infobip, {})
    )
  end)
end)

describe("topup.credit", function()
  local provider = sandbox.infobip()
  local infobip = luapay.infobip {
    username = "reseller",
    password = "secret",
    transport = provider:transport(),
  }

  it("credits one and returns its entry", function()
    local entry =
      assert(topup.credit(infobip, item("x", "EUR-1", "1.00", "EUR")))
    assert.equal("credited", entry.state)
    assert.equal("101.00", provider:balance "EUR-1")
  end)

  it("returns the fault of its call", function()
    local entry, err = topup.credit(infobip, item("y", "EUR-2", "1.00", "EUR"))
    assert.is_nil(entry)
    assert.equal("infobip.add_funds", err.endpoint)
    entry, err = topup.credit(infobip, item("z", "EUR-1", "x", "EUR"))
    assert.is_nil(entry)
    assert.equal("items[1].amount", err.field)
  end)
end)
