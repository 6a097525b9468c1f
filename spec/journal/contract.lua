-- What every journal does, whatever keeps it: run by journal_spec.lua upon
-- memory, SQLite and PostgreSQL.

local assert = require "luassert"
local busted = require "busted"
local task = require "luapay.task"

local after_each, before_each = busted.after_each, busted.before_each
local describe, it = busted.describe, busted.it

--- Describes a journal. `open(options)` opens one more worker's journal
--- upon the store of this test; `reset()` makes a new, empty store.
---@param what string
---@param open fun(options: table): luapay.Journal
---@param reset fun()
return function(what, open, reset)
  describe(what, function()
    local now, journal, other

    local function clock()
      return now
    end

    before_each(function()
      now = 1700000000
      reset()
      journal = open { worker = "one", clock = clock }
      other = open { worker = "other", clock = clock }
    end)

    after_each(function()
      journal:close()
      other:close()
    end)

    local function given(fields)
      local all = {
        flow = "shop",
        reference = "order-1",
        step = "credit",
        endpoint = "add_funds",
        args = { amount = "12.50" },
        amount = "12.50",
        currency = "EUR",
      }
      for name, value in pairs(fields or {}) do
        all[name] = value
      end
      return all
    end

    it("writes down what is about to be sent", function()
      local entry = assert(journal:begin(given {
        run = "may",
        idempotency_key = "k-1",
        details = { account = "EUR-1", lines = { 1, 2 } },
      }))
      assert.equal("sent", entry.state)
      local kept = assert(other:find { reference = "order-1" })
      assert.equal("sent", kept.state)
      assert.equal("may", kept.run)
      assert.equal("add_funds", kept.endpoint)
      assert.equal("k-1", kept.idempotency_key)
      assert.equal(1, kept.attempt)
      assert.equal("one", kept.worker)
      assert.equal("12.50", kept.amount)
      assert.equal("EUR", kept.currency)
      assert.equal(now, kept.created_at)
      assert.equal(now + 120, kept.lease_until)
      assert.same({ account = "EUR-1", lines = { 1, 2 } }, kept.details)
    end)

    it("writes down what was learned", function()
      local entry = assert(journal:begin(given()))
      now = now + 1.5
      assert(journal:finish(entry, "done", {
        provider_id = "12345678901234567890",
        status = "Booked",
        text = "æ ' \" ?",
      }))
      local kept = assert(other:find { provider_id = "12345678901234567890" })
      assert.equal("done", kept.state)
      assert.equal("Booked", kept.status)
      assert.equal("æ ' \" ?", kept.outcome.text)
      assert.equal(now, kept.updated_at)
      assert.is_nil(kept.lease_until)
    end)

    for _, case in ipairs {
      { state = "done", code = "known" },
      { state = "pending", code = "known" },
      { state = "compensated", code = "known" },
      { state = "unknown", code = "unsettled" },
      { state = "parked", code = "parked" },
    } do
      it("begins nothing twice that is " .. case.state, function()
        local entry = assert(journal:begin(given()))
        assert(journal:finish(entry, case.state))
        local again, err = other:begin(given())
        assert.is_nil(again)
        assert.equal("journal", err.kind)
        assert.equal("failed", err.outcome)
        assert.equal(case.code, err.code)
        assert.equal(case.state, err.entry.state)
      end)
    end

    it("begins nothing that another has begun", function()
      assert(journal:begin(given()))
      local _, err = other:begin(given())
      assert.equal("busy", err.code)
      now = now + 121
      _, err = other:begin(given())
      assert.equal("unsettled", err.code)
    end)

    it("begins nothing under a known name with other arguments", function()
      local entry = assert(journal:begin(given()))
      assert(journal:finish(entry, "done"))
      local _, err = other:begin(given { args = { amount = "12.51" } })
      assert.equal("conflict", err.code)
    end)

    it("begins anew what has failed, and counts", function()
      local entry = assert(journal:begin(given()))
      assert(journal:finish(entry, "failed", { why = "no rate" }))
      entry = assert(other:begin(given { args = { amount = "11" } }))
      assert.equal(2, entry.attempt)
      local kept = assert(journal:find { reference = "order-1" })
      assert.equal("other", kept.worker)
      assert.is_nil(kept.outcome)
    end)

    for _, case in ipairs {
      { what = "an empty reference", field = "reference", value = "" },
      { what = "a long flow", field = "flow", value = ("x"):rep(201) },
      { what = "a control character", field = "step", value = "a\0b" },
      { what = "no decimal", field = "amount", value = "1e3" },
      { what = "seven decimals", field = "amount", value = "1.1234567" },
    } do
      it("refuses " .. case.what, function()
        local entry, err = journal:begin(given { [case.field] = case.value })
        assert.is_nil(entry)
        assert.equal("argument", err.kind)
        assert.equal(case.field, err.field)
        assert.is_false(journal:find {})
      end)
    end

    it("plans, and says what it knows", function()
      local list = {
        given { reference = "a" },
        given { reference = "b" },
        given { reference = "a" },
      }
      assert.same({ "new", "new", "same" }, journal:plan(list))
      list[2].args = { amount = "13" }
      assert.same({ "same", "different", "same" }, other:plan(list))
    end)

    it("hands out each planned entry once, in order", function()
      local list = {}
      for i = 1, 25 do
        list[i] = given { reference = ("r%02d"):format(i) }
      end
      assert(journal:plan(list))
      local seen = {}
      for i = 1, 4 do
        local worker = i % 2 == 0 and journal or other
        local taken = assert(worker:take { flow = "shop", limit = 10 })
        for _, entry in ipairs(taken) do
          assert.equal("sent", entry.state)
          assert.equal(1, entry.attempt)
          seen[#seen + 1] = entry.reference
        end
      end
      assert.equal(25, #seen)
      for i, reference in ipairs(seen) do
        assert.equal(("r%02d"):format(i), reference)
      end
    end)

    it("hands out orphans when their lease is over, and not before", function()
      assert(journal:begin(given()))
      now = now + 119
      assert.same({}, other:orphans { flow = "shop" })
      now = now + 2
      local orphans = assert(other:orphans { flow = "shop" })
      assert.equal(1, #orphans)
      assert.equal("sent", orphans[1].state)
      assert.equal("other", orphans[1].worker)
      assert.same({}, journal:orphans { flow = "shop" })
    end)

    it("lets an unknown settle before it is handed out", function()
      local entry = assert(journal:begin(given()))
      assert(journal:finish(entry, "unknown"))
      now = now + 59
      assert.same({}, journal:orphans { flow = "shop" })
      now = now + 2
      assert.equal(1, #journal:orphans { flow = "shop" })
    end)

    it("lets nobody finish what was taken over", function()
      local entry = assert(journal:begin(given()))
      assert.is_true(journal:holds(entry))
      now = now + 121
      assert.is_false(journal:holds(entry))
      local taken = assert(other:orphans { flow = "shop" })[1]
      local done, err = journal:finish(entry, "done")
      assert.is_nil(done)
      assert.equal("lost", err.code)
      assert.equal("unknown", err.outcome)
      assert(other:finish(taken, "failed"))
      assert.equal("failed", journal:find({ flow = "shop" }).state)
    end)

    it("renews a lease, for its worker only", function()
      local entry = assert(journal:begin(given()))
      now = now + 100
      assert.equal(entry, journal:renew(entry))
      now = now + 100
      assert.same({}, other:orphans { flow = "shop" })
      assert.is_false(journal:holds(entry))
      now = now + 21
      assert.equal(1, #other:orphans { flow = "shop" })
      local lease = entry.lease_until
      local renewed, err = journal:renew(entry)
      assert.is_nil(renewed)
      assert.equal("lost", err.code)
      assert.equal(lease, entry.lease_until)
    end)

    it("moves what is pending, once and not backwards", function()
      local entry = assert(journal:begin(given()))
      assert(journal:finish(entry, "pending", { provider_id = "p" }))
      local found = assert(other:find { provider_id = "p" })
      local from = { "pending" }
      assert.is_true(other:advance(found, from, "done", { status = "Paid" }))
      assert.equal("Paid", found.status)
      assert.is_false(journal:advance(entry, from, "failed"))
      assert.equal("done", other:find({ provider_id = "p" }).state)
    end)

    it("reports what is open, with exact sums", function()
      for i, state in ipairs {
        "done",
        "unknown",
        "parked",
        "parked",
        "pending",
      } do
        local entry = assert(journal:begin(given {
          reference = "r" .. i,
          amount = "0.10",
        }))
        assert(journal:finish(entry, state))
      end
      now = now + 30
      local report = assert(other:report())
      local told = {}
      for i, group in ipairs(report) do
        told[i] = { group.state, group.count, group.amount, group.currency }
        assert.equal(30, group.age)
      end
      assert.same({
        { "parked", 2, "0.20", "EUR" },
        { "unknown", 1, "0.10", "EUR" },
        { "pending", 1, "0.10", "EUR" },
      }, told)
    end)

    it("adds up millions of amounts without a float", function()
      for i = 1, 3 do
        assert(journal:plan {
          given { reference = "r" .. i, amount = "999999999999.999999" },
        })
      end
      assert.equal("2999999999999.999997", journal:tally()[1].amount)
    end)

    it("takes a person's word for what is parked", function()
      local entry = assert(journal:begin(given()))
      assert(journal:finish(entry, "parked"))
      local settled = assert(journal:resolve("order-1", "done", {
        provider_id = "77",
        by = "Ann",
      }))
      assert.equal("done", settled.state)
      local kept = assert(other:find { provider_id = "77" })
      assert.equal("Ann", kept.outcome.by)
      local _, err = journal:resolve("order-1", "failed")
      assert.equal("absent", err.code)
    end)

    it("asks which one a person means", function()
      for _, step in ipairs { "credit", "rollback" } do
        local entry = assert(journal:begin(given { step = step }))
        assert(journal:finish(entry, "parked"))
      end
      local _, err = journal:resolve("order-1", "done")
      assert.equal("several", err.code)
      assert(journal:resolve("order-1", "done", { step = "credit" }))
      assert(journal:resolve("order-1", "failed"))
    end)

    it("reads on in portions, to the end", function()
      local list = {}
      for i = 1, 1200 do
        list[i] = given { reference = "r" .. i }
      end
      assert(journal:plan(list))
      local n = 0
      for entry in journal:each { flow = "shop" } do
        n = n + 1
        assert.equal("r" .. n, entry.reference)
      end
      assert.equal(1200, n)
    end)

    it("knows a key the second time, until it is forgotten", function()
      assert.is_true(journal:first "callback-1")
      assert.is_false(other:first "callback-1")
      now = now + 100
      assert.is_true(journal:first "callback-2")
      assert.equal(1, journal:forget(50))
      assert.is_true(other:first "callback-1")
      assert.is_false(other:first "callback-2")
    end)

    it("undoes what it was writing when something is raised", function()
      local good = pcall(function()
        journal.store:transact(function(store)
          assert(store:first("key", now))
          error("oops", 0)
        end)
      end)
      assert.is_false(good)
      assert.is_true(other:first "key")
    end)

    it("lets others come home when a write of theirs is raised", function()
      local transact, ended = journal.store.transact, {}
      local good, err = pcall(
        task.map,
        { 1, 2, 3 },
        { concurrency = 3 },
        function(i)
          assert(journal:begin(given { reference = "r" .. i }))
          journal.store.transact = function()
            error({ "oops" }, 0)
          end
          ended[i] = pcall(journal.first, journal, "key " .. i)
          journal.store.transact = transact
        end
      )
      if good then
        assert.same({ false, false, false }, ended)
      else -- plain Lua 5.1 cannot yield through pcall
        assert.truthy(tostring(err):find("yield", 1, true))
        journal.store.transact = transact
      end
      assert.is_nil(task.running())
      assert(journal:first "another")
    end)

    it("says of an entry only what is durable", function()
      local entry = assert(journal:begin(given()))
      local transact = journal.store.transact
      journal.store.transact = function()
        return nil, { kind = "journal", message = "no" }
      end
      local done, err = journal:finish(entry, "done", { provider_id = "p" })
      journal.store.transact = transact
      assert.is_nil(done)
      assert.equal("unknown", err.outcome)
      assert.equal("sent", entry.state)
      assert.is_nil(entry.provider_id)
      assert(journal:finish(entry, "done", { provider_id = "p" }))
      assert.equal("p", entry.provider_id)
    end)

    it("forgets what an attempt before had learned", function()
      local entry = assert(journal:begin(given()))
      local outcome = { provider_id = "p1", status = "Gone" }
      assert(journal:finish(entry, "failed", outcome))
      assert(journal:begin(given()))
      local kept = assert(other:find { reference = "order-1" })
      assert.is_nil(kept.provider_id)
      assert.is_nil(kept.status)
      assert.equal(2, kept.attempt)
    end)

    it("lets no text that cannot be kept stop others", function()
      local entry, err = journal:begin(given { details = { name = "\255" } })
      assert.is_nil(entry)
      assert.equal("argument", err.kind)
      entry = assert(journal:begin(given()))
      assert(journal:finish(entry, "done", {
        text = "\255",
        time = 0.1 + 0.2, -- no decimal exactly
        provider_id = "p1",
      }))
      local kept = assert(other:find { provider_id = "p1" })
      assert.equal("done", kept.state)
      assert.equal("0.3", kept.outcome.time)
    end)

    it("writes for many coroutines together", function()
      local commits, transact = 0, journal.store.transact
      journal.store.transact = function(...)
        commits = commits + 1
        return transact(...)
      end
      local items = {}
      for i = 1, 100 do
        items[i] = "r" .. i
      end
      task.map(items, { concurrency = 20 }, function(reference)
        local entry = assert(journal:begin(given { reference = reference }))
        assert(journal:finish(entry, "done"))
      end)
      assert.equal(10, commits)
      assert.equal(100, journal:tally()[1].count)
    end)
  end)
end
