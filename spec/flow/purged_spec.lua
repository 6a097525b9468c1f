-- What was purged is not done again, and nothing can be done with it.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local DAY = 86400

describe("a purged item of a flow", function()
  local provider, journal, topup, offset

  local function item(reference, amount)
    return {
      reference = reference,
      accountKey = "EUR-1",
      amount = amount or "10.00",
      currencycode = "EUR",
      description = "Top-up " .. reference,
    }
  end

  before_each(function()
    provider, offset = sandbox.infobip(), 0
    local function now()
      return 1700000000 + offset
    end
    journal = luapay.journal.memory { clock = { wall = now, boot = now } }
    topup = luapay.flow.topup {
      client = luapay.infobip {
        username = "reseller",
        password = "secret",
        transport = provider:transport(),
      },
      journal = journal,
    }
    assert(topup:run { item "one", item "two" })
    assert(topup:undo("two", { note = "sent back" }))
    provider:inject { at = "add_funds", fault = "lost_answer" }
    assert(not topup:run { item "three" })
    offset = offset + 100 * DAY
    assert.equal(2, assert(journal:purge { older = 90 * DAY }).purged)
  end)

  it("is not sent again", function()
    local booked = #provider:ledger()
    local got = assert(topup:run_one(item "one"))
    assert.same({ "done", "moved", "10.00" }, {
      got.state,
      got.money,
      got.moved,
    })
    assert.is_true(got.purged)
    local again, err = topup:run_one(item "two")
    assert.is_nil(again)
    assert.same({ "incomplete", "compensated" }, { err.kind, err.item.state })
    assert.equal("returned", err.item.money)
    again, err = topup:run_one(item("one", "11.00"))
    assert.is_nil(again)
    assert.equal("conflict", err.code)
    assert.equal(booked, #provider:ledger())
  end)

  it("is in the report as before", function()
    local report = assert(topup:report())
    assert.equal("10.00", report.money.moved.sums.EUR)
    assert.equal("10.00", report.money.returned.sums.EUR)
    assert.equal(1, report.needs_person)
  end)

  it("lets nothing be done with it", function()
    local booked = #provider:ledger()
    for _, verb in ipairs { "undo", "found", "absent", "reopen" } do
      local done, err = topup[verb](topup, "one", {
        who = verb ~= "undo" and "Ann" or nil,
        why = verb ~= "undo" and "a letter" or nil,
      })
      assert.is_nil(done, verb)
      assert.same({ "journal", "settled" }, { err.kind, err.code }, verb)
    end
    assert.equal(booked, #provider:ledger())
    assert(topup:accept("one", { who = "Ann", why = "seen" }))
    assert.equal("done", assert(topup:get "one").state)
    assert(topup:recover())
  end)

  it("is none that needs a person", function()
    local parked = assert(topup:get "three")
    assert.is_nil(parked.purged)
    assert.truthy(parked.advice)
    assert.equal("failed", assert(topup:absent("three", { who = "A" })).state)
    assert.equal("done", assert(topup:run_one(item "three")).state)
  end)
end)
