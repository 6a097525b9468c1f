-- A batch on bad days: machines that die, answers that are lost, a provider
-- that does not answer.

local helper = require "spec.flow.subscription_batch_helper"

local machine, row, rows = helper.machine, helper.row, helper.rows
local booked, states = helper.booked, helper.states

local LONG = 1000 -- seconds: more than any lease
local ALL = "P1 Requested, P2 Requested, P3 Requested, P4 Requested"

describe("a batch on bad days", function()
  local world, provider

  before_each(function()
    world = helper.world()
    provider = world.provider
  end)

  local function inject(fault, times, more)
    local order = { fault = fault, at = "request_payments", times = times }
    for name, value in pairs(more or {}) do
      order[name] = value
    end
    provider:inject(order)
  end

  for _, after in ipairs { false, true } do
    it(
      "goes on when its machine dies "
        .. (after and "after" or "before")
        .. " the provider acts",
      function()
        local death = { at = 2, after = after }
        local doomed = machine(world, { portion = 2, death = death })
        assert.has_error(function()
          doomed:run(rows(world, 4))
        end)
        local _, err = machine(world):run(rows(world, 4))
        assert.equal("unsettled", err.kind) -- maybe it is still at it
        provider:advance(LONG)
        local batch = machine(world)
        assert(batch:run(rows(world, 4)))
        assert.equal(
          "P1 pending, P2 pending, P3 pending, P4 pending",
          states(batch)
        )
        assert.equal(2, helper.requests(world))
        provider:go_to(3, 4)
        assert.equal((ALL:gsub("Requested", "Executed")), booked(world))
      end
    )
  end

  it("asks what became of a lost answer, and sends what is missing", function()
    inject("lost_answer", 1)
    inject("lost_answer", 1, { booked = false })
    local batch = machine(world, { portion = 2 })
    local _, err = batch:run(rows(world, 4))
    assert.equal("unsettled", err.kind)
    assert.equal("unknown", err.outcome)
    assert.same({ unknown = 4 }, err.report.counts)
    provider:advance(LONG)
    local settled = assert(batch:recover())
    assert.equal(2, settled.settled)
    assert.equal(2, settled.planned)
    assert(batch:work())
    assert.equal(
      "P1 pending, P2 pending, P3 pending, P4 pending",
      states(batch)
    )
    assert.equal(3, helper.requests(world))
  end)

  it("does not ask before the provider may have acted", function()
    inject("lost_answer", 1, { booked = false })
    local batch = machine(world)
    batch:run(rows(world, 2))
    assert.equal(0, assert(batch:recover()).planned)
    assert.equal("P1 unknown, P2 unknown", states(batch))
  end)

  it("keeps for a person what is there with another amount", function()
    inject("lost_answer", 1, { booked = false })
    local batch = machine(world)
    batch:run(rows(world, 2))
    assert(world.client:request_payments {
      payments = { row(world, 1, { amount = "99.00" }) },
    })
    provider:advance(LONG)
    assert.equal(1, assert(batch:recover()).parked)
    assert.equal("P1 parked, P2 planned", states(batch))
    assert.is_string(batch:items()().advice)
  end)

  it("leaves it for later when the provider cannot be asked", function()
    inject("lost_answer", 1)
    local batch = machine(world)
    batch:run(rows(world, 2))
    provider:advance(LONG)
    provider:inject {
      fault = "error",
      at = "list_payment_requests",
      times = 10,
      status = 500,
    }
    assert.equal(2, assert(batch:recover()).unknown)
  end)

  it("stops when nobody is there, and can be run again", function()
    inject("refuse", 100)
    local batch = machine(world, { portion = 1 })
    local _, err = batch:run(rows(world, 4))
    assert.equal("incomplete", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal("transport", err.cause.kind)
    assert.same({ planned = 4 }, err.report.counts)
    provider:clear()
    assert(batch:run(rows(world, 4)))
    assert.equal(ALL, booked(world))
  end)

  it("stops after some answers in a row that were lost", function()
    inject("lost_answer", 100)
    local batch = machine(world, { portion = 1, attempts = 2 })
    local _, err = batch:run(rows(world, 4))
    assert.equal("unsettled", err.kind)
    assert.same({ planned = 2, unknown = 2 }, err.report.counts)
  end)

  it("tries again later what was refused, when told to", function()
    inject("error", 1, { status = 400, body = "no" })
    local batch = machine(world)
    local _, err = batch:run(rows(world, 2))
    assert.equal("incomplete", err.kind)
    assert.equal("P1 failed, P2 failed", states(batch))
    assert.equal(2, batch:retry())
    assert(batch:work())
    assert.equal("P1 pending, P2 pending", states(batch))
  end)
end)
