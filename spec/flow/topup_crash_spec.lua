-- A top-up whose machine dies, and what another one makes of it; and what a
-- person makes of what is parked.

local helper = require "spec.flow.topup_helper"

local balances, machine = helper.balances, helper.machine
local states, three = helper.states, helper.three

local CREDIT, ROLLBACK = "/funds", "/rollbackTransaction"
local LONG = 1000 -- seconds: more than any lease

local function die(world, death, options)
  options = options or {}
  options.death = death
  local doomed = machine(world, options)
  assert.has_error(function()
    doomed:run(three())
  end)
end

describe("a top-up that a crash cuts off", function()
  local world, provider

  before_each(function()
    world = helper.world()
    provider = world.provider
  end)

  local function state_of(reference, step)
    local entry =
      world.journal:find { reference = reference, step = step or "credit" }
    return entry and entry.state
  end

  it("rolls back on recover what was credited", function()
    die(world, { at = 3, path = CREDIT })
    assert.equal("110.00 120.00 100.00", balances(world))
    provider:advance(LONG)
    local report = assert(machine(world):recover())
    assert.equal(1, report.parked)
    assert.equal("100.00 100.00 100.00", balances(world))
    assert.equal("compensated", state_of "a")
    assert.equal("compensated", state_of "b")
    assert.equal("parked", state_of "c")
    assert.equal("pending", state_of("a", "group"))
  end)

  it("does not recover what may still be under way", function()
    die(world, { at = 3, path = CREDIT })
    assert(machine(world):recover())
    assert.equal("110.00 120.00 100.00", balances(world))
    local report, err = machine(world):run(three())
    assert.is_nil(report)
    assert.equal("busy", err.code)
  end)

  for _, after in ipairs { false, true } do
    it(
      "parks what may have been sent, "
        .. (after and "and was" or "and was not"),
      function()
        die(world, { at = 2, path = CREDIT, after = after })
        provider:advance(LONG)
        local _, err = machine(world):run(three())
        assert.equal("unsettled", err.kind)
        assert.equal(
          "a rolled_back, b unknown, c not_tried",
          states(err.report)
        )
        assert.equal(after and "120.00" or "100.00", provider:balance "USD-1")
      end
    )
  end

  it("goes on where it stopped when it is run again", function()
    local fail = true
    local topup = machine(world, {
      on_progress = function()
        if fail then error "dead" end
      end,
    })
    assert.has_error(function()
      topup:run(three())
    end)
    fail = false
    provider:advance(LONG)
    local report = assert(machine(world):run(three()))
    assert.equal("a credited, b credited, c credited", states(report))
    assert.equal("110.00 120.00 130.00", balances(world))
    assert.equal(3, #provider:ledger())
  end)

  it("is completed on recover when nothing was missing", function()
    local topup = machine(world, {
      on_progress = function()
        error "dead"
      end,
    })
    assert.has_error(function()
      topup:run(three())
    end)
    provider:advance(LONG)
    machine(world):recover()
    assert.equal("done", state_of("a", "group"))
    assert.equal("110.00 120.00 130.00", balances(world))
  end)

  it("takes back the rest when it died while taking back", function()
    provider:inject {
      at = "add_funds",
      skip = 2,
      fault = "error",
      status = 404,
    }
    die(world, { at = 2, path = ROLLBACK })
    provider:advance(LONG)
    local report = assert(machine(world):recover())
    assert.equal(1, report.parked)
    assert.equal("pending", state_of "a")
    assert.equal("parked", state_of("a", "rollback"))
    assert.equal("compensated", state_of "b")
    assert.equal("110.00 100.00 100.00", balances(world))
  end)

  it("parks what each for itself has left, and sends the rest", function()
    die(
      world,
      { at = 2, path = CREDIT, after = true },
      { mode = "each", concurrency = 1 }
    )
    provider:advance(LONG)
    local _, err = machine(world, { mode = "each" }):run(three())
    assert.equal("unsettled", err.kind)
    assert.equal("a credited, b unknown, c credited", states(err.report))
    assert.equal("110.00 120.00 130.00", balances(world))
  end)

  it("stops when its machine has stood still for too long", function()
    local topup = machine(world)
    local begin = topup.journal.begin
    local slow = setmetatable({
      begin = function(journal, given)
        local entry, err = begin(journal, given)
        if given.reference == "b" then
          provider:advance(LONG)
          machine(world):recover()
        end
        return entry, err
      end,
    }, { __index = topup.journal })
    topup.journal = slow
    local report, err = topup:run(three())
    assert.is_nil(report)
    assert.equal("lost", err.code)
    assert.equal("unknown", err.outcome)
    assert.equal("100.00 100.00 100.00", balances(world))
    assert.equal("rolled_back", err.report.items[1].state)
  end)

  it("may take longer than a lease", function()
    local topup = machine(world)
    provider:inject {
      at = "add_funds",
      fault = "delay",
      seconds = 20,
      times = 99,
    }
    local items = {}
    for i = 1, 12 do
      items[i] = helper.item("i" .. i, "EUR-1", "1.00", "EUR")
    end
    assert(topup:run(items))
    assert.equal("112.00", provider:balance "EUR-1")
  end)

  describe("and a person", function()
    -- b is parked; c was not tried; a is rolled back
    before_each(function()
      provider:inject { at = "add_funds", skip = 1, fault = "lost_answer" }
      machine(world):run(three())
    end)

    it("finds the credit: recover takes it back", function()
      local id = provider:ledger()[2].transactionId
      assert(world.journal:resolve("b", "done", { provider_id = id }))
      machine(world):recover()
      assert.equal("100.00 100.00 100.00", balances(world))
      assert.equal("compensated", state_of("a", "group"))
      local _, err = machine(world):run(three())
      assert.equal("rolled_back", err.kind)
      assert.equal("failed", err.outcome)
    end)

    it("finds no credit: nothing is left", function()
      assert(world.journal:resolve("b", "failed"))
      local _, err = machine(world):run(three())
      assert.equal("rolled_back", err.kind)
      assert.equal("compensated", state_of("a", "group"))
    end)
  end)
end)

describe("undo", function()
  local world, provider, topup

  before_each(function()
    world = helper.world()
    provider = world.provider
    topup = machine(world)
    assert(topup:run(three()))
  end)

  it("takes one credit back, once", function()
    for _ = 1, 2 do
      local item = assert(topup:undo("b", "unwanted"))
      assert.equal("rolled_back", item.state)
    end
    assert.equal("110.00 100.00 130.00", balances(world))
    assert.equal("unwanted", provider:ledger()[4].note)
    local _, err = topup:run(three())
    assert.equal("a credited, b rolled_back, c credited", states(err.report))
  end)

  it("may be tried again after a refusal", function()
    provider:inject {
      at = "rollback_transaction",
      fault = "error",
      status = 404,
    }
    local item, err = topup:undo "b"
    assert.is_nil(item)
    assert.equal("not_found", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal("rollback_failed", err.report.items[1].state)
    assert.truthy(topup:undo "b")
    assert.equal("110.00 100.00 130.00", balances(world))
  end)

  for _, found in ipairs { "done", "failed" } do
    it(
      "is parked when it is unknown, until a person finds: " .. found,
      function()
        provider:inject {
          at = "rollback_transaction",
          fault = found == "done" and "lost_answer" or "closed",
        }
        for _ = 1, 2 do
          local item, err = topup:undo "b"
          assert.is_nil(item)
          assert.equal("unsettled", err.kind)
          assert.equal("unknown", err.outcome)
        end
        assert(world.journal:resolve("b", found))
        assert(topup:recover())
        assert.equal("rolled_back", assert(topup:undo "b").state)
        assert.equal("110.00 100.00 130.00", balances(world))
      end
    )
  end

  it("leaves alone what was not credited, or is not known", function()
    local item, err = topup:undo "nobody"
    assert.is_nil(item)
    assert.equal("absent", err.code)
    provider:inject { at = "add_funds", fault = "lost_answer" }
    topup:run(helper.item("x", "EUR-1", "1.00", "EUR"))
    item, err = topup:undo "x"
    assert.is_nil(item)
    assert.equal("unsettled", err.code)
    assert.equal(4, #provider:ledger())
  end)

  it("is gone through with after a crash", function()
    local doomed =
      machine(world, { death = { at = 1, path = ROLLBACK, after = true } })
    assert.has_error(function()
      doomed:undo "b"
    end)
    provider:advance(LONG)
    local other = machine(world)
    assert.equal(1, assert(other:recover()).parked)
    assert(world.journal:resolve("b", "done"))
    assert(other:recover())
    assert.equal("rolled_back", assert(other:undo "b").state)
    assert.equal("110.00 100.00 130.00", balances(world))
  end)
end)
