-- A batch of subscription payments: what is asked for, refused and followed;
-- machines that die, answers that are lost, a provider that does not answer.

local day = require "luapay.flow.subscription_batch.day"
local faults = require "luapay.fault"
local helper = require "spec.flow.subscription_batch_helper"

local machine, row, rows = helper.machine, helper.row, helper.rows
local booked, of, states = helper.booked, helper.of, helper.states

local LONG = 4000 -- seconds: leases and the horizon are over
local ALL = "P1 Requested, P2 Requested, P3 Requested, P4 Requested"
local PENDING = "P1 pending, P2 pending, P3 pending, P4 pending"

describe("luapay.flow.subscription_batch", function()
  local world, provider

  before_each(function()
    world = helper.world()
    provider = world.provider
  end)

  it("asks for all payments, in portions", function()
    local batch = machine(world, { portion = 3, concurrency = 2 })
    local report = assert(batch:run(rows(world, 7)))
    assert.equal(7, report.total)
    assert.same({ pending = 7 }, report.states)
    assert.same(
      { asked = { count = 7, sums = { DKK = "87.50" } } },
      report.money
    )
    assert.equal(3, helper.requests(world))
    for i, item in ipairs(report.items) do
      assert.equal("pending asked", of(item))
      assert.equal("12.50", item.amount)
      assert.equal("P" .. i, item.reference)
      assert.equal("P" .. i, item.external_id)
      assert.is_string(item.provider_id)
    end
    assert.same(report.states, batch:report().states)
  end)

  it("takes rows from an iterator", function()
    local report = assert(machine(world):run(helper.each(rows(world, 5))))
    assert.equal(5, report.total)
    assert.same({}, report.first)
    assert.equal(5, select(2, booked(world):gsub("Requested", "")))
  end)

  it("asks for one payment, too", function()
    local item = assert(machine(world):run_one(row(world, 1)))
    assert.equal("pending asked", of(item))
    assert.equal("P1 Requested", booked(world))
  end)

  it("asks for nothing twice when it is run again", function()
    assert(machine(world):run(rows(world, 4)))
    assert(machine(world):run(rows(world, 5)))
    assert(machine(world):run(helper.each(rows(world, 5))))
    assert.equal(2, helper.requests(world))
  end)

  it("gives rows without a day the first one that MobilePay takes", function()
    local undated = row(world, 1, { due_date = helper.without })
    local item = assert(machine(world):run { undated }).items[1]
    assert.equal(provider:day(2), item.due_date)
    provider:advance(86400)
    assert(machine(world):run { undated }) -- the same row on another day
    assert.equal(1, helper.requests(world))
  end)

  it("knows a row again when its day is over", function()
    assert(machine(world):run(rows(world, 2)))
    provider:advance(10 * 86400)
    assert(machine(world):run(rows(world, 2)) == nil)
    local list = rows(world, 2)
    list[1].due_date = provider:day(-7)
    list[2].due_date = provider:day(-7)
    assert.is_truthy(machine(world):run(list))
    assert.equal(1, helper.requests(world))
  end)

  it("follows each payment to its end", function()
    local batch = machine(world)
    local list = assert(batch:run(rows(world, 3))).items
    provider:go_to(1, 0)
    provider:fail(list[2].provider_id)
    assert(provider:decline(list[3].provider_id))
    provider:go_to(2, 4)
    local events = helper.events(world)
    for _, event in ipairs(events) do
      assert.is_true(batch:on_callback(event))
    end
    assert.equal("P1 done, P2 pending, P3 closed", states(batch))
    provider:go_to(1, 1)
    for _, event in ipairs(helper.events(world)) do
      assert.is_true(batch:on_callback(event))
    end
    for _, event in ipairs(events) do -- repeated, and late
      assert.is_true(batch:on_callback(event))
    end
    assert.equal("P1 done, P2 closed, P3 closed", states(batch))
    local report = batch:report()
    assert.same({ DKK = "12.50" }, report.money.moved.sums)
    local failed = {}
    for item in batch:items { states = { "closed" } } do
      failed[#failed + 1] = item.provider_status .. ": " .. item.reason
    end
    assert.equal("Failed", failed[1]:sub(1, 6))
    assert.equal("Declined: Declined by system.", failed[2])
  end)

  it("asks about payments whose callbacks were lost", function()
    local batch = machine(world)
    assert(batch:run(rows(world, 3)))
    assert(batch:recover())
    assert.equal("P1 pending, P2 pending, P3 pending", states(batch))
    provider:go_to(3, 4)
    assert(batch:recover())
    assert.equal("P1 done, P2 done, P3 done", states(batch))
    assert.equal("done moved", of(assert(batch:await "P1")))
  end)

  it("takes many events in one commit", function()
    local batch = machine(world)
    assert(batch:run(rows(world, 5)))
    provider:go_to(3, 4)
    local events = helper.events(world)
    assert.equal(5, #events)
    local taken = batch:on_callback(events)
    assert.same({ true, true, true, true, true }, taken)
    assert.same({ done = 5 }, batch:report().states)
  end)

  it("lets what it does not know be", function()
    local batch = machine(world)
    assert.is_true(batch:on_callback {
      api = "mobilepay_subscriptions",
      kind = "payment",
      payment_id = "b0000000-0000-4000-8000-000000000099",
      status = "Executed",
    })
    assert.is_true(batch:on_callback {
      api = "mobilepay_subscriptions",
      kind = "agreement",
      agreement_id = world.agreements[1],
      status = "Accepted",
    })
  end)

  it("tells the accepted from the rejected, and from the unnamed", function()
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
    local list = err.report.items
    assert.equal("too odd", list[1].fault.message)
    assert.equal("unknown unknown", of(list[2]))
  end)

  it("sends what one name has of two days apart", function()
    local list = {
      row(world, 1),
      row(world, 2, { external_id = "P1", due_date = provider:day(4) }),
      row(world, 3),
    }
    local batch = machine(world)
    assert(batch:run(list))
    assert.equal(2, helper.requests(world))
    assert.equal("P1 pending, P2 pending, P3 pending", states(batch))
  end)

  it("sends all rows but the one that MobilePay refuses", function()
    provider:inject {
      fault = "refuse_row",
      at = "request_payments",
      external_id = "P5",
      times = 99,
    }
    local batch = machine(world, { portion = 20 })
    local _, err = batch:run(rows(world, 16))
    assert.equal("incomplete", err.kind)
    assert.equal("failed", err.outcome)
    assert.same({ pending = 15, failed = 1 }, err.report.states)
    assert.equal("failed none", of(err.report.items[5]))
    assert.is_true(helper.requests(world) <= 10)
  end)

  it("says how far it has come", function()
    local last
    local batch = machine(world, {
      portion = 2,
      on_progress = function(progress)
        last = progress
      end,
    })
    assert(batch:run(rows(world, 5)))
    assert.equal("send", last.phase)
    assert.equal(5, last.total)
    assert.equal(5, last.states.pending)
    assert.is_true(last.over)
  end)

  describe("refuses, and sends nothing for,", function()
    for _, case in ipairs {
      { "no amount", "amount", { amount = "0" } },
      { "none at all", "amount", { amount = helper.without } },
      { "a number", "amount", { amount = 12.5 } },
      { "half an øre", "amount", { amount = "1.005" } },
      { "too much", "amount", { amount = "300000.01" } },
      { "no reference", "reference", { reference = 7 } },
      { "a line break", "reference", { reference = "a\nb" } },
      {
        "a name that is too long",
        "external_id",
        { reference = ("x"):rep(65) },
      },
      { "a bad agreement", "agreement_id", { agreement_id = "x" } },
      { "a long text", "description", { description = ("x"):rep(61) } },
      { "a day that is none", "due_date", { due_date = "2024-02-30" } },
      { "a typo", "amuont", { amuont = "1" } },
      { "tomorrow", "due_date", {}, 1 },
      { "a day too far away", "due_date", {}, 127 },
    } do
      for _, shape in ipairs { "a list", "an iterator" } do
        it(case[1] .. ", in " .. shape, function()
          if case[4] then case[3].due_date = provider:day(case[4]) end
          local list = { row(world, 1), row(world, 2, case[3]) }
          local batch = machine(world)
          local given = shape == "a list" and list or helper.each(list)
          local report, err = batch:run(given)
          assert.is_nil(report)
          assert.equal("argument", err.kind)
          assert.equal("failed", err.outcome)
          assert.equal("items[2]." .. case[2], err.field)
          assert.equal(0, helper.requests(world))
          assert.equal(0, batch:report().total)
          -- and the next run does not send the good ones of it either
          assert(batch:run { row(world, 3) })
          assert.equal("P3 Requested", booked(world))
        end)
      end
    end

    it("nothing at all, and says what an amount must be", function()
      for _, amount in ipairs { "0", "0.00", "-1" } do
        local _, err =
          machine(world):run { row(world, 1, { amount = amount }) }
        assert.matches("must be above 0$", err.message)
      end
    end)

    it("a reference that stands twice", function()
      for _, given in ipairs {
        { row(world, 1), row(world, 1) },
        helper.each { row(world, 1), row(world, 1) },
      } do
        local _, err = machine(world):run(given)
        assert.equal("items[2].reference", err.field)
      end
      assert.equal(0, helper.requests(world))
    end)

    it("a reference that stands far apart in an iterator", function()
      local i = 0
      local _, err = machine(world):run(function()
        i = i + 1
        if i == 900 then return row(world, 7) end
        return i <= 1200 and row(world, i) or nil
      end)
      assert.equal("items[900].reference", err.field)
      assert.equal(0, helper.requests(world))
    end)

    it("Danish amounts in Finland", function()
      local batch = machine(world, { country = "FI" })
      local _, err = batch:run { row(world, 1, { amount = "2000.01" }) }
      assert.equal("must be at most 2000.00 EUR", err.message)
    end)
  end)

  it("does not send a row that is known with other content", function()
    assert(machine(world):run(rows(world, 1)))
    local _, err = machine(world):run { row(world, 1, { amount = "13" }) }
    assert.equal("conflict", err.code)
    assert.equal(1, helper.requests(world))
  end)

  it("skips bad rows where it is told to, and says so", function()
    local list, bad = rows(world, 4), {}
    list[2].amount = "-1"
    local batch = machine(world, {
      bad_rows = "skip",
      on_bad_row = function(number, field)
        bad[#bad + 1] = number .. field
      end,
    })
    local _, err = batch:run(helper.each(list))
    assert.equal("argument", err.kind)
    assert.equal("failed", err.outcome)
    assert.same({ "2amount" }, bad)
    assert.equal("P2", err.report.first[1].reference)
    assert.equal("P1 pending, P3 pending, P4 pending", states(batch))
  end)

  it("sends nothing when a part of it could not be written", function()
    local batch = machine(world)
    local run, changes = world.journal.commit.run, 0
    world.journal.commit.run = function(self, job)
      if not job.only_reads then changes = changes + 1 end
      if changes ~= 2 then return run(self, job) end
      return nil,
        faults.new {
          kind = "journal",
          code = "unwritten",
          outcome = "unknown",
          message = "the disk is full",
        }
    end
    local _, err = batch:run(helper.each(rows(world, 501)))
    assert.equal("unwritten", err.code)
    assert.equal(0, helper.requests(world))
    assert.equal(0, batch:report().total)
  end)

  it("leaves nothing of what it has refused", function()
    local batch, list = machine(world), rows(world, 501)
    list[501].amount = "-1"
    local _, err = batch:run(helper.each(list))
    assert.equal("items[501].amount", err.field)
    assert.same({}, world.store.entries)
  end)

  it("names all bad rows before it refuses them", function()
    local list, bad = rows(world, 6), {}
    list[2].amount, list[5].due_date = "-1", "soon"
    local batch = machine(world, {
      on_bad_row = function(number, field)
        bad[#bad + 1] = number .. field
      end,
    })
    local _, err = batch:run(helper.each(list))
    assert.equal("items[2].amount", err.field)
    assert.truthy(err.message:find("1 more", 1, true))
    assert.same({ "2amount", "5due_date" }, bad)
    assert.equal(0, helper.requests(world))
  end)

  it("does not send what has become due while it was planned", function()
    local batch = machine(world)
    assert(batch:plan(rows(world, 2)))
    assert.same({ planned = 2 }, batch:report().states)
    provider:go_to(3, 1)
    local _, err = batch:work()
    assert.equal("incomplete", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal(0, helper.requests(world))
    assert.equal("P1 failed, P2 failed", states(batch))
  end)

  it("drops what was planned when it is told to", function()
    local batch = machine(world)
    assert(batch:plan(rows(world, 2)))
    assert.equal(0, assert(batch:discard()).total)
    assert(batch:work())
    assert.equal(0, helper.requests(world))
  end)

  it("raises for options that cannot be", function()
    for _, options in ipairs {
      { portion = 2001 },
      { portion = 1.5 },
      { portion = 0 },
      { concurrency = 0 },
      { attempts = 0 },
      { limit = "much" },
      { country = "SE" },
      { bad_rows = "hide" },
      { utc_offset = 3600 },
    } do
      assert.has_error(function()
        machine(world, options)
      end)
    end
  end)

  it("asks before it believes that a payment was taken back", function()
    local batch = machine(world)
    local item = assert(batch:run(rows(world, 1))).items[1]
    provider:go_to(3, 4)
    assert(batch:recover())
    local event = {
      api = "mobilepay_subscriptions",
      kind = "payment",
      payment_id = item.provider_id,
      external_id = "P1",
      status = "Failed",
      amount = "5.00",
    }
    assert.is_true(batch:on_callback(event)) -- the read says Executed
    assert.equal("done moved", of(batch:get "P1"))
    assert.equal("12.50", batch:get("P1").moved)
    provider:inject {
      fault = "error",
      at = "get_payment_request",
      status = 500,
      times = 9,
    }
    assert.is_true(batch:on_callback(event)) -- nobody can be asked
    item = batch:get("P1", { refresh = false })
    assert.equal("done unknown", of(item))
    provider:clear()
    assert(batch:recover())
    assert.equal("done moved", of(batch:get "P1"))
  end)
end)

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
    local what = after and "after" or "before"
    it("goes on when its machine dies " .. what .. " it acts", function()
      local death = { at = 2, after = after }
      local doomed = machine(world, { portion = 2, death = death })
      assert.is_true(helper.dies(function()
        doomed:run(rows(world, 4))
      end))
      local _, err = machine(world):run(rows(world, 4))
      assert.equal("unsettled", err.kind) -- maybe it is still at it
      assert.equal("busy", err.code)
      provider:advance(LONG)
      local batch = machine(world)
      assert(batch:run(rows(world, 4)))
      assert.equal(PENDING, states(batch))
      provider:go_to(3, 4)
      assert.equal((ALL:gsub("Requested", "Executed")), booked(world))
    end)
  end

  for _, wrap in ipairs { rows, helper.each } do
    local what = wrap == rows and "a list" or "an iterator"
    it(
      "knows of what was sent before when it cannot go on: " .. what,
      function()
        local doomed = machine(world, { death = { at = 1, after = true } })
        assert.is_true(helper.dies(function()
          doomed:run(rows(world, 2))
        end))
        local list = rows(world, 4)
        local given = wrap == rows and list or helper.each(list)
        for writes = 1, 4 do
          local batch, left = machine(world), writes
          local journal = world.journal
          local transact = journal.store.transact
          journal.store = setmetatable({
            transact = function(store, reads, fn, options)
              left = left - 1
              if left >= 0 then return transact(store, reads, fn, options) end
              transact(store, reads, function(access)
                fn(access) -- and nothing of it is written
              end, options)
              return nil, { reason = "full", message = "disk full" }
            end,
          }, { __index = journal.store })
          local _, err = batch:run(given)

          assert.equal("unknown", err.outcome)
          given = wrap == rows and list or helper.each(list)
        end
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
    assert.same({ unknown = 4 }, err.report.states)
    provider:advance(LONG)
    assert(batch:recover())
    assert.same({ pending = 2, failed = 2 }, batch:report().states)
    assert(batch:run(rows(world, 4)))
    assert.equal(PENDING, states(batch))
    assert.equal(3, helper.requests(world))
  end)

  it("does not take for absent what the list may not have yet", function()
    inject("lost_answer", 1)
    provider:inject {
      fault = "lag",
      at = "list_payment_requests",
      seconds = 90,
      times = 99,
    }
    local batch = machine(world)
    batch:run(rows(world, 2))
    provider:advance(70)
    batch:run(rows(world, 2))
    assert(batch:recover())
    assert.equal("P1 unknown, P2 unknown", states(batch))
    provider:advance(60)
    assert(batch:run(rows(world, 2)))
    assert.equal("P1 pending, P2 pending", states(batch))
    assert.equal(1, helper.requests(world))
  end)

  it("keeps for a person what is there with another amount", function()
    inject("lost_answer", 1, { booked = false })
    local batch = machine(world)
    batch:run(rows(world, 2))
    assert(world.client:request_payments {
      payments = {
        {
          external_id = "P1",
          agreement_id = row(world, 1).agreement_id,
          amount = "99.00",
          due_date = provider:day(3),
          description = "January",
        },
      },
    })
    provider:advance(LONG)
    assert(batch:recover())
    assert.equal("P1 parked, P2 failed", states(batch))
    local item = batch:get "P1"
    assert.truthy(item.advice)
    -- as the advice says
    item = assert(batch:found("P1", { provider_id = item.candidates[1] }))
    assert.equal("pending asked", of(item))
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
    assert(batch:recover())
    assert.equal("P1 unknown, P2 unknown", states(batch))
  end)

  it("stops when nobody is there, and can be run again", function()
    inject("refuse", 100)
    local batch = machine(world, { portion = 1 })
    local _, err = batch:run(helper.each(rows(world, 6)))
    assert.equal("failed", err.outcome)
    assert.same({ failed = 3, planned = 3 }, err.report.states)
    provider:clear()
    assert(batch:run(helper.each(rows(world, 6))))
    assert.same({ pending = 6 }, batch:report().states)
  end)

  it("tries again what never left", function()
    inject("refuse", 2)
    local batch = machine(world, { attempts = 3 })
    assert(batch:run(rows(world, 2)))
    assert.equal("P1 pending, P2 pending", states(batch))
  end)

  it("stops after some answers in a row that were lost", function()
    inject("lost_answer", 100)
    local batch = machine(world, { portion = 1, attempts = 2 })
    local _, err = batch:run(helper.each(rows(world, 4)))
    assert.equal("unsettled", err.kind)
    assert.same({ unknown = 2, planned = 2 }, err.report.states)
  end)

  it(
    "plans what was refused again, when told to, never what was closed",
    function()
      inject("error", 3, { status = 400, body = "no" })
      local batch = machine(world)
      local _, err = batch:run(rows(world, 2))
      assert.equal("incomplete", err.kind)
      assert.equal("P1 failed, P2 failed", states(batch))
      assert.same({ planned = 2 }, assert(batch:retry()).states)
      assert(batch:work())
      assert.equal("P1 pending, P2 pending", states(batch))
      assert(provider:decline(batch:get("P1").provider_id))
      assert(batch:recover())
      assert.same({ closed = 1, pending = 1 }, assert(batch:retry()).states)
    end
  )

  it(
    "is bound to the first payment when the second one is declined",
    function()
      local batch = machine(world)
      inject("lost_answer", 1, { booked = false })
      batch:run(rows(world, 1))
      provider:advance(LONG)
      assert(batch:run(rows(world, 1))) -- taken for absent, and sent again
      local second = batch:get "P1"
      -- now the first one turns up after all, and the second is declined
      assert(world.client:request_payments {
        payments = {
          {
            external_id = "P1",
            agreement_id = second.agreement_id,
            amount = "12.50",
            due_date = second.due_date,
            description = "January",
          },
        },
      })
      assert(provider:decline(second.provider_id))
      assert(batch:on_callback {
        api = "mobilepay_subscriptions",
        kind = "payment",
        payment_id = second.provider_id,
        external_id = "P1",
        status = "Declined",
        status_code = 50004,
      })
      local item = batch:get "P1"
      assert.not_equal(second.provider_id, item.provider_id)
      assert.equal("pending asked", of(item))
    end
  )
end)

describe("the day of a country", function()
  -- UTC, and whether it is the next day already there
  for _, case in ipairs {
    { "2026-01-15T22:59:59", "DK", "2026-01-15" },
    { "2026-01-15T23:00:00", "DK", "2026-01-16" },
    { "2026-01-15T22:00:00", "FI", "2026-01-16" },
    { "2026-07-15T21:59:59", "DK", "2026-07-15" },
    { "2026-07-15T22:00:00", "DK", "2026-07-16" },
    { "2026-07-15T21:00:00", "FI", "2026-07-16" },
    { "2026-03-28T22:59:59", "DK", "2026-03-28" },
    { "2026-03-29T22:00:00", "DK", "2026-03-30" }, -- summer time has begun
    { "2026-10-24T22:00:00", "DK", "2026-10-25" },
    { "2026-10-25T22:30:00", "DK", "2026-10-25" }, -- and ended
    { "2024-02-28T23:00:00", "DK", "2024-02-29" },
    { "2026-12-31T23:00:00", "DK", "2027-01-01" },
  } do
    it(("is, at %s in %s, %s"):format(case[1], case[2], case[3]), function()
      local y, m, d, hour, min, sec =
        case[1]:match "(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+)"
      local seconds = day.number(("%s-%s-%s"):format(y, m, d)) * 86400
        + hour * 3600
        + min * 60
        + sec
      assert.equal(case[3], day.text(day.of(seconds, case[2])))
    end)
  end

  it("is none that the calendar does not have", function()
    for _, text in ipairs { "2025-02-29", "2024-13-01", "2024-1-1", 7 } do
      assert.is_nil(day.number(text))
    end
  end)
end)
