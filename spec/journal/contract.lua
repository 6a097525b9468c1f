-- What every journal does, whatever keeps it: run by journal_spec.lua upon
-- memory, SQLite and PostgreSQL.

local Machine = require "spec.journal.machine"
local assert = require "luassert"
local busted = require "busted"
local fault = require "luapay.fault"
local recount = require "spec.journal.recount"
local task = require "luapay.task"

local after_each, before_each = busted.after_each, busted.before_each
local describe, it = busted.describe, busted.it

local NONE = require("luapay.journal").NONE

--- Describes a journal. `open(options)` opens one more worker's journal
--- upon the store of this test; `reset()` makes a new, empty store.
---@param what string
---@param open fun(options: table): luapay.Journal
---@param reset fun()
---@param traits? { server_clock: boolean? } leases go by the server's clock
return function(what, open, reset, traits)
  traits = traits or {}
  describe(what, function()
    local machine, journals, journal, book, other

    -- The journal of one more worker, and a book in it.
    local function worker(options, book_options)
      local all = { clock = machine:clock(), patience = 1 }
      for name, value in pairs(options or {}) do
        all[name] = value
      end
      local opened = open(all)
      journals[#journals + 1] = opened
      local given = { flow = "shop" }
      for name, value in pairs(book_options or {}) do
        given[name] = value
      end
      return opened:book(given), opened
    end

    before_each(function()
      machine, journals = Machine.new(), {}
      reset()
      book, journal = worker { worker = "one" }
      other = worker { worker = "other" }
    end)

    after_each(function()
      for _, opened in ipairs(journals) do
        opened:close()
      end
    end)

    local function send(of, reference, fields)
      return of:change(reference, function(item)
        local known = item:entry "credit"
        if known then return item:send(known) end
        local given = {
          step = "credit",
          state = "sent",
          amount = "12.50",
          currency = "EUR",
        }
        for name, value in pairs(fields or {}) do
          given[name] = value
        end
        return item:add(given)
      end)
    end

    local function set(of, entry, fields)
      return of:change(entry.reference, function(item)
        return item:set(item:entry(entry.step), fields)
      end, { run = entry.run })
    end

    local function plan(of, references, token)
      return of:change_many(references, function(items)
        for _, item in ipairs(items) do
          item:add {
            step = "credit",
            state = "planned",
            amount = "1.00",
            currency = "EUR",
            plan = token,
          }
        end
        return true
      end)
    end

    local function names(list)
      local found = {}
      for i, entry in ipairs(list) do
        found[i] = entry.reference
      end
      return table.concat(found, " ")
    end

    describe("a change", function()
      it("writes what it adds, and others read it", function()
        local sent = assert(book:change("order-1", function(item, now)
          assert.equal("order-1", item.reference)
          assert.equal(machine.now, now)
          assert.same({}, item.entries)
          assert.is_nil(item.summary)
          return item:add {
            step = "credit",
            state = "sent",
            endpoint = "infobip.add_funds",
            idempotency_key = "k-1",
            fingerprint = "f-1",
            amount = "12.50",
            currency = "EUR",
            external_id = "x-1",
            details = { account = "EUR-1", lines = { 1, 2 } },
          }
        end))
        local item = assert(other:get "order-1")
        local entry = item.entries[1]
        assert.equal(sent.id, entry.id)
        assert.equal("", entry.account)
        assert.equal("shop", entry.flow)
        assert.equal("", entry.run)
        assert.is_true(entry.main)
        assert.equal("sent", entry.state)
        assert.equal("infobip.add_funds", entry.endpoint)
        assert.equal("k-1", entry.idempotency_key)
        assert.equal("f-1", entry.fingerprint)
        assert.equal(1, entry.attempt)
        assert.equal("one", entry.worker)
        assert.equal("12.50", entry.amount)
        assert.equal("EUR", entry.currency)
        assert.equal("x-1", entry.external_id)
        assert.equal(machine.now, entry.created_at)
        assert.equal(machine.now, entry.sent_at)
        assert.same({ account = "EUR-1", lines = { 1, 2 } }, entry.details)
        assert.equal("sent", item.summary.state)
      end)

      it("sets fields, and erases them", function()
        local entry = assert(send(book, "r1"))
        machine:pass(1.5)
        set(book, entry, {
          state = "done",
          provider_id = "12345678901234567890",
          status = "Booked",
          code = 70003,
          reason = "æ ' \" ?",
          seen_at = machine.now - 1,
          outcome = { paid = true, n = 3 },
          fault = { kind = "timeout" },
          candidates = { "1", "2" },
        })
        local kept = other:get("r1").entries[1]
        assert.equal("done", kept.state)
        assert.equal("12345678901234567890", kept.provider_id)
        assert.equal("Booked", kept.status)
        assert.equal(70003, kept.code)
        assert.equal("æ ' \" ?", kept.reason)
        assert.equal(machine.now - 1, kept.seen_at)
        assert.same({ paid = true, n = 3 }, kept.outcome)
        assert.same({ kind = "timeout" }, kept.fault)
        assert.same({ "1", "2" }, kept.candidates)
        assert.equal(machine.now, kept.updated_at)
        assert.equal(machine.now - 1.5, kept.created_at)
        set(book, kept, { fault = NONE, code = "A1", seen_at = NONE })
        kept = other:get("r1").entries[1]
        assert.is_nil(kept.fault)
        assert.is_nil(kept.seen_at)
        assert.equal("A1", kept.code)
        assert.equal("Booked", kept.status)
      end)

      it("that returns a fault, or false, writes nothing", function()
        for _, value in ipairs { false, "nil" } do
          local result, err = book:change("r1", function(item)
            item:add { step = "credit", state = "sent" }
            if value == "nil" then return nil, fault.new { kind = "x" } end
            return value
          end)
          if value == "nil" then
            assert.is_nil(result)
            assert.equal("x", err.kind)
          else
            assert.is_false(result)
          end
        end
        assert.is_false(book:get "r1")
        assert.equal(0, book:report().total)
      end)

      it("sees what is there, and all of an item", function()
        assert(send(book, "r1"))
        assert(book:change("r1", function(item)
          item:add { step = "refund:1", state = "sent", amount = "1" }
          return true
        end))
        assert(other:change("r1", function(item)
          assert.equal("credit", item.entries[1].step)
          assert.equal("refund:1", item.entries[2].step)
          assert.is_true(item.entries[1].main)
          assert.is_false(item.entries[2].main)
          assert.equal("sent", item.summary.state)
          return true
        end))
      end)

      it("writes several items together, or none", function()
        local done = book:change_many({ "a", "b" }, function(items)
          items[1]:add { step = "credit", state = "sent" }
          items[2]:add { step = "credit", state = "sent" }
          return nil
        end)
        assert.is_nil(done)
        assert.is_false(book:get "a")
        assert(plan(book, { "b", "a" }))
        assert.equal("b", book:get("b").reference)
        assert.equal("a", book:get("a").reference)
      end)

      it("writes into several books together", function()
        local second = journal:book { flow = "gift", run = "may" }
        assert(journal:change({
          { book = book, reference = "r1" },
          { book = second, reference = "r1" },
        }, function(items)
          items[1]:add { step = "credit", state = "sent" }
          items[2]:add { step = "give", state = "planned" }
          return true
        end))
        assert.equal("credit", book:get("r1").entries[1].step)
        assert.equal("give", second:get("r1").entries[1].step)
        assert.equal("may", second:get("r1").run)
      end)

      it("tells accounts, flows and runs apart", function()
        local may = journal:book { flow = "shop", run = "may" }
        local bank = journal:book { flow = "shop", account = "bank" }
        assert(send(book, "r1"))
        assert.is_false(may:get "r1")
        assert.is_false(bank:get "r1")
        assert(send(bank, "r1", { provider_id = "p1" }))
        assert.is_false(book:by_provider_id "p1")
        assert.equal(1, #book:orphans { runs = "all" } + 1)
        assert.equal(1, bank:report().total)
        assert.equal(0, may:report().total)
        assert(may:change("r1", function(item)
          assert.equal("", item.run)
          return item:add { step = "more", state = "planned" }
        end, { run = "" }))
        assert.equal(2, #book:get("r1").entries)
      end)

      it("removes what was planned and never sent", function()
        assert(plan(book, { "a" }))
        assert(book:change("a", function(item)
          item:drop(item:entry "credit")
          return true
        end))
        assert.is_false(book:get "a")
        assert.equal(0, book:report().total)
        local entry = assert(send(book, "a"))
        assert.has_error(function()
          book:change("a", function(item)
            item:drop(item:entry(entry.step))
            return true
          end)
        end)
      end)

      for _, case in ipairs {
        { what = "an empty reference", reference = "" },
        { what = "a long reference", reference = ("x"):rep(201) },
        { what = "a control character", reference = "a\0b" },
        { what = "no UTF-8", reference = "a\255" },
      } do
        it("refuses " .. case.what, function()
          local done, err = book:change(case.reference, function()
            error "not reached"
          end)
          assert.is_nil(done)
          assert.equal("argument", err.kind)
          assert.equal("reference", err.field)
        end)
      end

      it("refuses a reference that is there twice", function()
        local done, err = book:change_many({ "a", "b", "a" }, function()
          return true
        end)
        assert.is_nil(done)
        assert.equal("[3].reference", err.field)
      end)

      for _, fields in ipairs {
        { stat = "done" },
        { state = "gone" },
        { amount = "1e3" },
        { amount = 12 },
        { details = "text" },
        { worker = "me" },
      } do
        it("raises for " .. next(fields), function()
          local entry = assert(send(book, "r1"))
          assert.has_error(function()
            set(book, entry, fields)
          end)
          assert.equal("sent", book:get("r1").entries[1].state)
          assert(set(book, entry, { state = "done" }))
        end)
      end

      it("lets no text that cannot be kept stop others", function()
        local entry = assert(send(book, "r1"))
        assert(set(book, entry, {
          state = "done",
          status = "a\255",
          reason = "a\0b",
          provider_id = "p1",
          outcome = { text = "\255", time = 0.1 + 0.2 },
        }))
        local kept = other:by_provider_id("p1").entries[1]
        assert.equal("done", kept.state)
        assert.equal("a\\0b", kept.reason)
        assert.truthy(kept.status:find "cannot be written")
        assert.equal("0.3", kept.outcome.time)
      end)

      it("keeps amounts as they are, however long or small", function()
        for i, amount in ipairs {
          "0.000000001",
          "-12.50",
          "123456789012345678901234567890.12",
          "1000",
        } do
          assert(send(book, "r" .. i, { amount = amount }))
          assert.equal(amount, other:get("r" .. i).entries[1].amount)
        end
      end)
    end)

    describe("a lease", function()
      it("is for one worker, and over in time", function()
        local entry = assert(send(book, "r1"))
        local function left()
          return other:change("r1", function(item)
            return { item:leased(item:entry "credit") }
          end)[1]
        end
        assert.is_true(math.abs(left() - 120) < 1)
        machine:pass(119)
        assert.same({}, other:orphans())
        machine:pass(2)
        assert.is_nil(left())
        local orphans = assert(other:orphans())
        assert.equal("r1", names(orphans))
        assert.equal("sent", orphans[1].state)
        assert.equal("other", orphans[1].worker)
        assert.equal(1, orphans[1].attempt)
        assert.same({}, book:orphans())
        assert(book:change("r1", function(item)
          assert.is_false(item:mine(item:entry "credit", entry))
          assert.is_true(item:mine(item:entry "credit", orphans[1]))
          return true
        end))
      end)

      it("goes by a clock that nobody sets", function()
        if traits.server_clock then return end
        assert(send(book, "r1"))
        machine.now = machine.now + 1e6
        assert.same({}, other:orphans())
        machine.now = machine.now - 2e6
        machine:pass(121)
        assert.equal(1, #other:orphans())
      end)

      it("counts for sending during its first half only", function()
        local entry = assert(send(book, "r1"))
        assert.is_true(book:holds(entry))
        assert.equal(machine.boot + 60, book:send_by(entry))
        machine:pass(59)
        assert.is_true(book:holds(entry))
        machine:pass(1)
        assert.is_false(book:holds(entry))
        -- nor does an entry that was only read let anybody send
        assert.is_false(book:holds(book:get("r1").entries[1]))
      end)

      it("can be renewed, by its worker", function()
        local entry = assert(send(book, "r1"))
        machine:pass(100)
        assert.equal(entry, book:renew(entry))
        assert.is_true(book:holds(entry))
        machine:pass(100)
        assert.same({}, other:orphans())
        machine:pass(21)
        assert.equal(1, #other:orphans())
        local renewed, err = book:renew(entry)
        assert.is_nil(renewed)
        assert.equal("lost", err.code)
        assert.equal("unknown", err.outcome)
      end)

      it("ends when a state is set", function()
        local entry = assert(send(book, "r1"))
        assert(set(book, entry, { state = "unknown" }))
        local orphans = assert(other:orphans())
        assert.equal("unknown", orphans[1].state)
        assert.equal(1, #orphans)
        assert.same({}, book:orphans())
      end)

      it("lets an unknown wait until it is due", function()
        local entry = assert(send(book, "r1"))
        local due = machine.now + 60
        assert(set(book, entry, { state = "unknown", due_at = due }))
        assert.is_true(math.abs(other:get("r1").entries[1].due_at - due) < 1)
        machine:pass(59)
        assert.same({}, other:orphans())
        machine:pass(2)
        assert.equal(1, #other:orphans())
        assert.is_nil(other:get("r1").entries[1].due_at)
      end)

      it("can hand out an unknown before it is due", function()
        local entry = assert(send(book, "r1"))
        assert(send(book, "r2"))
        assert(set(book, entry, {
          state = "unknown",
          due_at = machine.now + 60,
        }))
        assert.equal("r1", names(other:orphans { early = true }))
        assert.same({}, other:orphans { early = true }) -- leased by now
      end)

      it("hands out no more orphans than asked for", function()
        for i = 1, 4 do
          local entry = assert(send(book, "r" .. i))
          if i > 1 then assert(set(book, entry, { state = "unknown" })) end
        end
        assert.equal("r2 r3", names(other:orphans { limit = 2 }))
        assert.equal("r4", names(other:orphans { limit = 2 }))
      end)

      it("hands out each orphan once in a recovery", function()
        for i = 1, 7 do
          local entry = assert(send(book, "r" .. i))
          assert(set(book, entry, { state = "unknown" }))
        end
        local last, seen = nil, {}
        repeat
          local orphans = assert(book:orphans { limit = 3, after = last })
          for _, entry in ipairs(orphans) do
            seen[#seen + 1] = entry
            last = entry.id
            assert(set(book, entry, { state = "unknown" }))
          end
        until #orphans == 0
        assert.equal("r1 r2 r3 r4 r5 r6 r7", names(seen))
      end)

      it("hands out orphans of one reference, or of all runs", function()
        local may = worker(nil, { run = "may" })
        for _, of in ipairs { book, may } do
          for i = 1, 2 do
            local entry = assert(send(of, "r" .. i))
            assert(set(of, entry, { state = "unknown" }))
          end
        end
        assert.equal("r2", names(book:orphans { reference = "r2" }))
        assert.equal("r1", names(book:orphans { step = "credit" }))
        assert.equal(
          "r1",
          names(book:orphans {
            reference = "r1",
            run = "may",
          })
        )
        assert.equal("r2", names(book:orphans { runs = "all" }))
      end)

      it("is judged by a machine that has restarted after watching", function()
        assert(send(book, "r1"))
        machine:restart()
        local third = worker { worker = "third" }
        if traits.server_clock then
          machine:pass(121)
          assert.equal(1, #third:orphans())
          return
        end
        assert.same({}, third:orphans())
        machine:pass(100)
        third = worker { worker = "fourth" } -- processes come and go
        assert.same({}, third:orphans())
        machine:pass(21)
        assert.equal("r1", names(third:orphans()))
      end)
    end)

    describe("the age of a request", function()
      it("counts from the last moment at which it may have left", function()
        local entry = assert(send(book, "r1"))
        machine:pass(10)
        assert.equal(0, book:age(entry))
        set(book, entry, { state = "unknown" })
        machine:pass(100)
        assert.equal(100, other:age(other:get("r1").entries[1]))
        machine.now = machine.now + 1e6
        assert.equal(100, other:age(other:get("r1").entries[1]))
        assert(other:change("r1", function(item)
          assert.equal(100, item:age(item:entry "credit"))
          return true
        end))
      end)

      it("counts from its deadline when its worker died", function()
        assert(send(book, "r1"))
        machine:pass(121)
        local orphan = assert(other:orphans())[1]
        assert.equal(61, other:age(orphan))
      end)

      it("counts from the new deadline of one that was renewed", function()
        local entry = assert(send(book, "r1"))
        machine:pass(50)
        assert(book:renew(entry))
        machine:pass(121)
        local orphan = assert(other:orphans())[1]
        assert.equal(61, other:age(orphan))
      end)

      it("counts anew for the next attempt", function()
        local entry = assert(send(book, "r1"))
        set(book, entry, { state = "failed" })
        machine:pass(1000)
        assert.equal(2, assert(send(book, "r1")).attempt)
        set(book, entry, { state = "unknown" })
        machine:pass(5)
        assert.equal(5, book:age(book:get("r1").entries[1]))
      end)

      it("is what this machine has seen, when another sent it", function()
        local entry = assert(send(book, "r1"))
        set(book, entry, { state = "unknown" })
        machine:restart()
        local third = worker { worker = "third" }
        machine:pass(1000)
        assert.equal(0, third:age(third:get("r1").entries[1]))
        assert.equal(1, #third:orphans())
        machine:pass(50)
        assert.equal(50, third:age(third:get("r1").entries[1]))
      end)
    end)

    describe("the age that a change asks for", function()
      it("counts from then on, also when the change is refused", function()
        local entry = assert(send(book, "r1"))
        set(book, entry, { state = "unknown" })
        machine:restart()
        local third = worker { worker = "third" }
        local function absent(seconds)
          return third:change("r1", function(item)
            local kept = item:entry "credit"
            item:set(kept, { state = "failed" })
            if item:age(kept) < seconds then return false end
            return kept
          end)
        end
        assert.is_false(absent(600))
        machine:pass(599)
        assert.is_false(absent(600))
        assert.equal("unknown", third:get("r1").entries[1].state)
        machine:pass(1)
        assert.equal("failed", assert(absent(600)).state)
      end)
    end)

    describe("a plan", function()
      it("counts when all is there, and not before", function()
        assert(book:plan "t1")
        assert(plan(book, { "a", "b" }, "t1"))
        assert.same({}, book:take())
        assert.is_false(other:get "a")
        assert.equal(0, book:report().total)
        for _ in book:items() do
          error "none"
        end
        assert(plan(book, { "c" }, "t1"))
        assert(book:plan_done "t1")
        assert(book:plan_done "t1")
        assert.equal(3, book:report().total)
        assert.same({ EUR = "3.00" }, book:report().money.none.sums)
        assert.equal("a b c", names(other:take()))
        recount(journal, "shop")
      end)

      it("that is taken back was never there", function()
        local failed = assert(send(book, "b"))
        set(book, failed, { state = "failed" })
        assert(book:plan "t1")
        assert(plan(book, { "a", "c" }, "t1"))
        assert(book:change("b", function(item)
          return item:set(
            item:entry "credit",
            { state = "planned", plan = "t1" }
          )
        end))
        assert.equal(3, book:plan_off "t1")
        assert.is_false(book:get "a")
        assert.equal("failed", book:get("b").entries[1].state)
        assert.equal(1, book:get("b").entries[1].attempt)
        assert.same({ failed = 1 }, book:report().states)
        local done, err = book:plan_done "t1"
        assert.is_nil(done)
        assert.equal("settled", err.code)
        done, err = plan(book, { "d" }, "t1")
        assert.is_nil(done)
        assert.equal("settled", err.code)
        recount(journal, "shop")
      end)

      it("is dropped with all that is planned", function()
        assert(book:plan "t1")
        assert(plan(book, { "a" }, "t1"))
        assert(plan(book, { "b" }))
        assert(send(book, "c"))
        assert.equal(2, book:discard())
        assert.same({ sent = 1 }, book:report().states)
        assert.is_nil((book:plan_done "t1"))
        assert.same({}, book:take())
        recount(journal, "shop")
      end)

      it("lets one of its items be sent at once", function()
        assert(book:plan "t1")
        assert(plan(book, { "a", "b" }, "t1"))
        assert(send(other, "a"))
        assert.same({ sent = 1 }, book:report().states)
        assert(book:plan_done "t1")
        assert.same({ sent = 1, planned = 1 }, book:report().states)
        assert.equal("b", names(book:take()))
        recount(journal, "shop")
      end)
    end)

    describe("take", function()
      it("hands out each planned entry once, in order", function()
        local references = {}
        for i = 1, 25 do
          references[i] = ("r%02d"):format(26 - i)
        end
        assert(plan(book, references))
        local seen = {}
        for i = 1, 4 do
          local taken = assert((i % 2 == 0 and book or other):take {
            limit = 10,
          })
          for _, entry in ipairs(taken) do
            assert.equal("sent", entry.state)
            assert.equal(1, entry.attempt)
            assert.equal(i % 2 == 0 and "one" or "other", entry.worker)
            seen[#seen + 1] = entry
          end
        end
        assert.equal(table.concat(references, " "), names(seen))
        recount(journal, "shop")
      end)

      it("takes one step, or one plan", function()
        assert(plan(book, { "a", "b" }))
        assert(book:change("a", function(item)
          return item:add { step = "more", state = "planned" }
        end))
        assert(book:plan "t1")
        assert(plan(book, { "c" }, "t1"))
        assert(book:plan_done "t1")
        assert.equal("a", names(book:take { step = "more" }))
        assert.equal("c", names(book:take { plan = "t1" }))
        assert.equal("a b", names(book:take()))
      end)
    end)

    describe("the sums", function()
      it("say what is there, exactly, by currency", function()
        for i, case in ipairs {
          { "done", "EUR", "0.10" },
          { "done", "EUR", "0.2" },
          { "done", "JPY", "1000" },
          { "parked", "EUR", "99999999999999999999.99" },
          { "parked", "EUR", "0.01" },
          { "unknown", nil, "5" },
        } do
          local entry = assert(send(book, "r" .. i, {
            currency = case[2],
            amount = case[3],
          }))
          if not case[2] then entry = set(book, entry, { currency = NONE }) end
          set(book, entry, { state = case[1] })
        end
        local report = assert(other:report())
        assert.equal(6, report.total)
        assert.same({ done = 3, parked = 2, unknown = 1 }, report.states)
        assert.same({
          count = 3,
          sums = { EUR = "0.30", JPY = "1000" },
        }, report.money.moved)
        assert.same({
          count = 3,
          sums = { EUR = "100000000000000000000.00" },
        }, report.money.unknown)
        assert.equal(2, report.needs_person)
        assert.equal(3, report.open)
        recount(journal, "shop")
      end)

      it("are those of all runs, when asked for", function()
        local may = worker(nil, { run = "may" })
        assert(send(book, "r1"))
        assert(send(may, "r1"))
        assert.equal(1, book:report().total)
        assert.equal(2, book:report({ runs = "all" }).total)
      end)

      it("are the same as a recount, whatever happens", function()
        local states =
          { "planned", "pending", "done", "closed", "failed", "parked" }
        local seed = 7
        local function random(n)
          seed = (seed * 16807) % 2147483647
          return seed % n + 1
        end
        for _ = 1, 150 do
          local of = random(2) == 1 and book or other
          local reference = "r" .. random(12)
          assert(of:change(reference, function(item)
            local entry = item.entries[1]
            if not entry then
              return item:add {
                step = "credit",
                state = states[random(#states)],
                amount = random(1000) .. "." .. random(9),
                currency = random(3) == 1 and "JPY" or "EUR",
              }
            elseif entry.state == "planned" and entry.attempt == 0 then
              if random(3) == 1 then
                item:drop(entry)
                return true
              end
              return item:send(entry)
            end
            return item:set(entry, { state = states[1 + random(5)] })
          end))
        end
        recount(journal, "shop")
      end)

      it("follow what the flow's own function says", function()
        local function appraise(entries)
          return {
            state = entries[#entries].state,
            money = #entries > 1 and "returned" or "moved",
            moved = entries[1].amount,
            returned = entries[2] and entries[2].amount,
            sum = (entries[2] or entries[1]).amount,
            ended = true,
            needs_person = false,
          }
        end
        local own = worker(nil, { appraise = appraise })
        assert(own:change("r1", function(item)
          return item:add {
            step = "credit",
            state = "done",
            amount = "5.00",
            currency = "EUR",
          }
        end))
        assert.same(
          { moved = { count = 1, sums = { EUR = "5.00" } } },
          own:report().money
        )
        assert(own:change("r1", function(item)
          return item:add { step = "back", state = "sent", amount = "4.00" }
        end))
        assert.same(
          { returned = { count = 1, sums = { EUR = "4.00" } } },
          own:report().money
        )
        assert.same({ sent = 1 }, own:report().states)
        local item = own:get "r1"
        assert.equal("5.00", item.summary.moved)
        assert.equal("4.00", item.summary.returned)
        -- whatever it says: what was sent has not ended
        assert.is_false(item.summary.ended)
      end)
    end)

    describe("reading", function()
      it("finds an item by its provider's id, whatever its run", function()
        local may = worker(nil, { run = "may" })
        local entry = assert(send(may, "r1"))
        set(may, entry, { state = "done", provider_id = "p1" })
        local item = assert(book:by_provider_id "p1")
        assert.equal("r1", item.reference)
        assert.equal("may", item.run)
        assert.is_false(book:by_provider_id "p2")
      end)

      it("finds the items of a name that is not unique", function()
        assert(send(book, "r1", { external_id = "x" }))
        assert(send(book, "r2", { external_id = "x" }))
        assert(send(book, "r3", { external_id = "y" }))
        assert(book:change("r1", function(item)
          return item:add { step = "more", state = "sent", external_id = "x" }
        end))
        assert.equal("r1 r2", names(book:by_external_id "x"))
        assert.same({}, book:by_external_id "z")
      end)

      it("goes through all items, in order, in portions", function()
        for portion = 0, 8 do
          local references = {}
          for i = 1, 50 do
            references[i] = ("r%d"):format(portion * 50 + i)
          end
          assert(plan(book, references))
        end
        local n = 0
        for item in book:items() do
          n = n + 1
          assert.equal("r" .. n, item.reference)
        end
        assert.equal(450, n)
        n = 0
        for _ in book:items { limit = 5 } do
          n = n + 1
        end
        assert.equal(5, n)
      end)

      it("takes no time that is none for when it was restored", function()
        for _, since in ipairs { 0 / 0, math.huge, -1, 1.8e12, "1" } do
          assert.error_matches(function()
            journal:restored { since = since, who = "Ann" }
          end, "restored: since: expected seconds")
        end
        assert(send(book, "r1"))
      end)

      it("goes through those that fit", function()
        for i, state in ipairs { "done", "parked", "unknown", "done" } do
          set(book, assert(send(book, "r" .. i)), { state = state })
        end
        local function all(given)
          local list = {}
          for item in book:items(given) do
            list[#list + 1] = item
          end
          return names(list)
        end
        assert.equal("r1 r4", all { states = { "done" } })
        assert.equal("r2 r3", all { states = { "parked", "unknown" } })
        assert.equal("r1 r4", all { money = { "moved" } })
        assert.equal("r1 r2 r3 r4", all { money = { "moved", "unknown" } })
        assert.equal("r2", all { needs_person = true })
        assert.equal("r1 r3 r4", all { needs_person = false })
        assert.equal("r2 r3", all { ended = false })
        assert.equal("r1", all { ended = true, limit = 1 })
      end)

      it("raises when it cannot go on", function()
        for i = 1, 3 do
          assert(send(book, "r" .. i))
        end
        local good, err = pcall(function()
          local transact = journal.store.transact
          journal.store.transact = function()
            return nil, { message = "no", is_final = true }
          end
          local ran, raised = pcall(function()
            for _ in book:items() do
              error "not reached"
            end
          end)
          journal.store.transact = transact
          if not ran then error(raised, 0) end
        end)
        assert.is_false(good)
        assert.equal("unreadable", err.code)
        assert.equal("unknown", err.outcome)
      end)
    end)

    describe("reading a whole journal", function()
      local third

      before_each(function()
        third = worker({ worker = "third" }, { flow = "till", run = "may" })
        assert(send(book, "a"))
        assert(send(third, "a"))
        assert(send(third, "b"))
      end)

      local function listed(given)
        local list = {}
        for item in journal:items(given) do
          list[#list + 1] = item.flow .. " " .. item.reference
        end
        return list
      end

      it("goes through the items of all books", function()
        assert.same({ "shop a", "till a", "till b" }, listed())
        assert.same({ "till a", "till b" }, listed { flow = "till" })
        assert.same({ "shop a", "till a" }, listed { reference = "a" })
        assert.same({ "till a", "till b" }, listed { run = "may" })
        assert.same({}, listed { states = { "done" } })
        assert.same({ "shop a" }, listed { limit = 1 })
      end)

      it("says until when a worker has an entry", function()
        local item = journal:items { reference = "b" }()
        local entry = item.entries[1]
        assert.truthy(entry.held_until > journal:now() + journal.lease - 10)
        assert.is_true(entry.held_until <= journal:now() + journal.lease + 1)
      end)

      it("says what all items come to", function()
        local count = 0
        for _, group in ipairs(assert(journal:groups())) do
          count = count + group.count
        end
        assert.equal(3, count)
      end)

      it("says who has settled what, newest first", function()
        for _, verb in ipairs { "found", "reopen" } do
          assert(third:change("b", function(item)
            item:note(item:entry "credit", { verb = verb, who = "Ann" })
            return true
          end))
        end
        local notes = assert(journal:settlements())
        assert.equal("reopen", notes[1].verb)
        assert.equal("found", notes[2].verb)
        assert.equal("till", notes[2].flow)
        assert.equal(1, #assert(journal:settlements { limit = 1 }))
      end)
    end)

    describe("a provider's id", function()
      it("has one owner", function()
        set(book, send(book, "r1"), { state = "done", provider_id = "p1" })
        assert(send(other, "r2"))
        assert(other:change("r2", function(item)
          local reference, run = item:owner "p1"
          assert.equal("r1", reference)
          assert.equal("", run)
          assert.is_nil(item:owner "p2")
          return true
        end))
        assert(other:change("r1", function(item)
          assert.is_nil(item:owner "p1")
          return true
        end))
      end)

      it("has one owner also within one transaction", function()
        assert(send(book, "r1"))
        assert(send(book, "r2"))
        local bound = {}
        task.map({ "r1", "r2" }, {}, function(reference)
          local done = book:change(reference, function(item)
            if item:owner "p1" then return false end
            item:set(item:entry "credit", { provider_id = "p1" })
            return reference
          end)
          if done then bound[#bound + 1] = done end
        end)
        assert.equal(1, #bound)
      end)

      it("has one owner also within one change", function()
        assert(book:change_many({ "r1", "r2" }, function(items)
          items[1]:add { step = "credit", state = "pending" }
          items[1]:set(items[1]:entry "credit", { provider_id = "p1" })
          assert.equal("r1", (items[2]:owner "p1"))
          assert.is_nil(items[1]:owner "p1")
          return true
        end))
      end)
    end)

    describe("a subject", function()
      it("shows all entries that have it", function()
        local may = worker(nil, { run = "may" })
        assert(send(book, "r1", { subject = "pay-1" }))
        assert(send(may, "r2", { subject = "pay-1" }))
        assert(send(may, "r3", { subject = "pay-2" }))
        local function of(subject)
          return names(book:change("r9", function(item)
            return item.others
          end, { subject = subject }))
        end
        assert.equal("r1 r2", of "pay-1")
        assert.equal("", of "pay-3")
        assert.equal("r1 r2 r3", of { "pay-1", "pay-2" })
      end)

      it("lets exactly one of two fit", function()
        local fitted = 0
        task.map({ "a", "b" }, {}, function(reference)
          local added = book:change(reference, function(item)
            if #item.others > 0 then return false end
            return item:add {
              step = "refund",
              state = "sent",
              subject = "pay-1",
            }
          end, { subject = "pay-1" })
          if added then fitted = fitted + 1 end
        end)
        assert.equal(1, fitted)
      end)
    end)

    it("keeps who settled what, and overwrites nothing", function()
      local entry = assert(send(book, "r1"))
      for i, verb in ipairs { "found", "reopen" } do
        machine:pass(1)
        assert(book:change("r1", function(item)
          local kept = item:entry "credit"
          item:note(kept, {
            verb = verb,
            who = "Ann",
            why = "the portal",
            before = { state = kept.state },
            after = { state = "done", n = i },
          })
          return item:set(kept, { state = "done" })
        end))
      end
      local notes = assert(other:settlements "r1")
      assert.equal(2, #notes)
      assert.equal("found", notes[1].verb)
      assert.equal("Ann", notes[1].who)
      assert.equal("the portal", notes[1].why)
      assert.equal(entry.step, notes[1].step)
      assert.same({ state = "sent" }, notes[1].before)
      assert.same({ state = "done", n = 2 }, notes[2].after)
      assert.is_true(math.abs(notes[2].at - machine.now) < 0.001)
    end)

    describe("an unbound event", function()
      it("is there for the item that it was for, once", function()
        assert(book:add_event("p1", { status = "Paid", n = 1 }))
        assert(other:add_event("p1", { status = "Refunded" }))
        assert(other:add_event("p2", { status = "Other" }))
        assert(send(book, "r1"))
        local events
        assert(book:change("r1", function(item)
          events = item:events "p1"
          return true
        end))
        assert.same({
          { status = "Paid", n = 1 },
          { status = "Refunded" },
        }, events)
        assert(book:change("r1", function(item)
          assert.same({}, item:events "p1")
          assert.equal(1, #item:events "p2")
          return false
        end) == false)
        assert(book:change("r1", function(item)
          assert.equal(1, #item:events "p2")
          return true
        end))
      end)

      it("can be kept by a change", function()
        assert(book:change("r1", function(item)
          item:keep_event("p1", { a = 1 })
          return true
        end))
        assert(other:change("r1", function(item)
          assert.same({ { a = 1 } }, item:events "p1")
          return true
        end))
      end)

      it("goes when it is old, or one of too many", function()
        assert(book:add_event("old", { n = 0 }))
        machine:pass(31 * 86400)
        for i = 1, 3 do
          assert(book:add_event("p" .. i, { n = i }))
        end
        assert(book:change("r1", function(item)
          assert.same({}, item:events "old")
          assert.equal(1, #item:events "p1")
          return true
        end))
      end)
    end)

    describe("a key", function()
      it("comes for the first time once, until it is forgotten", function()
        assert.is_true(journal:first "callback-1")
        assert.is_false(other.journal:first "callback-1")
        machine:pass(100)
        assert.is_true(journal:first "callback-2")
        assert.equal(1, journal:forget(50))
        assert.is_true(other.journal:first "callback-1")
        assert.is_false(other.journal:first "callback-2")
      end)

      it("has a value that can be changed", function()
        assert.is_false(journal:kept "k")
        assert(journal:keep("k", "1"))
        assert(other.journal:keep("k", "2"))
        assert.equal("2", journal:kept "k")
        assert.equal(
          "2+",
          journal:change_values({ "k", "n" }, function(get, put)
            assert.is_nil(get "n")
            put("k", get "k" .. "+")
            put("n", "1")
            return get "k"
          end)
        )
        assert.equal("2+", other.journal:kept "k")
        assert(journal:change_values({ "k" }, function(_, put)
          put("k", false)
          return true
        end))
        assert.is_false(other.journal:kept "k")
      end)
    end)

    describe("many coroutines", function()
      it("write together", function()
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
          local entry = assert(send(book, reference))
          assert(set(book, entry, { state = "done" }))
        end)
        assert.equal(10, commits)
        assert.same({ done = 100 }, book:report().states)
        recount(journal, "shop")
      end)

      it("write into one item, one after the other", function()
        local steps = {}
        for i = 1, 10 do
          steps[i] = "step:" .. i
        end
        task.map(steps, {}, function(step)
          assert(book:change("r1", function(item)
            return item:add {
              step = step,
              state = "sent",
              details = { had = #item.entries },
            }
          end))
        end)
        local seen = {}
        for _, entry in ipairs(book:get("r1").entries) do
          seen[entry.details.had] = true
          assert.equal("number", type(entry.id))
        end
        for i = 0, 9 do
          assert.is_true(seen[i])
        end
      end)

      it("give all who added an entry its id", function()
        local ids = {}
        task.map({ 1, 2, 3 }, {}, function(i)
          local entry = assert(book:change("r1", function(item)
            local known = item:entry "credit"
            return known and item:set(known, { status = "s" .. i })
              or item:add { step = "credit", state = "sent" }
          end))
          ids[i] = entry.id
        end)
        assert.equal(book:get("r1").entries[1].id, ids[1])
        assert.equal(ids[1], ids[3])
      end)

      it("do not take others with them when they raise", function()
        local ended = {}
        local good = pcall(task.map, { 1, 2, 3 }, {}, function(i)
          local reached = book:change("r" .. i, function(item)
            if i == 2 then error("oops", 0) end
            return item:add { step = "credit", state = "sent" }
          end)
          ended[i] = reached and true
        end)
        assert.is_false(good)
        assert.same({ true, nil, true }, { ended[1], ended[2], ended[3] })
        assert.is_table(book:get "r1")
        assert.is_false(book:get "r2")
      end)
    end)

    it("knows ids of any length", function()
      local long, x = {}, 7
      for i = 1, 20000 do -- nothing that could be packed
        x = x * 16807 % 2147483647
        long[i] = string.char(33 + x % 90)
      end
      local id = "é" .. table.concat(long)
      local entry = assert(send(book, "r1"))
      assert(book:add_event(id, { n = 1 }))
      assert(book:change("r1", function(item)
        item:set(item:entry "credit", {
          state = "done",
          provider_id = id,
          external_id = id .. "x",
          subject = id .. "s",
        })
        assert.same({ { n = 1 } }, item:events(id))
        return true
      end, {
        known = { reference = "r1", step = "credit", provider_id = id },
        subject = id .. "s",
      }))
      assert.equal(entry.id, other:by_provider_id(id).entries[1].id)
      assert.is_false(other:by_provider_id(id .. "y"))
      assert.equal("r1", other:by_external_id(id .. "x")[1].reference)
      assert(other:change("r2", function(item)
        assert.equal("r1", item:owner(id))
        assert.equal("r1", item.others[1].reference)
        return false
      end, { subject = id .. "s" }) == false)
      assert.is_true(journal:first(id))
      assert.is_false(journal:first(id))
      assert(journal:keep(id .. "k", "v"))
      assert.equal("v", journal:kept(id .. "k"))
    end)

    describe("a purge", function()
      local DAY = 86400

      local function ended(reference, state, more)
        local entry = assert(send(book, reference, more))
        return set(book, entry, {
          state = state,
          status = "Booked",
          provider_id = "p-" .. reference,
        })
      end

      it("keeps of what has ended what it came to", function()
        ended("r1", "done", {
          fingerprint = "f",
          external_id = "x-1",
          subject = "s-1",
          details = { args = { name = "Ann" }, sort = "first" },
        })
        assert(book:change("r1", function(item)
          local entry = item:add { step = "rollback", state = "done" }
          item:note(entry, { verb = "found", who = "Bob" })
          return true
        end))
        local before = other:get "r1"
        machine:pass(2 * DAY)
        assert.same(
          { purged = 1, forgotten = 0 },
          assert(journal:purge { older = DAY })
        )
        assert.same(
          { purged = 0, forgotten = 0 },
          assert(journal:purge { older = DAY })
        )
        local item = assert(other:get "r1")
        local entry = item.entries[1]
        assert.equal(1, #item.entries)
        assert.equal("done", entry.state)
        assert.equal("f", entry.fingerprint)
        assert.equal("12.50", entry.amount)
        assert.equal("Booked", entry.status)
        assert.same({ args = {}, sort = "first" }, entry.details)
        assert.is_true(item.summary.purged)
        for _, name in ipairs { "state", "money", "moved", "ended_at" } do
          assert.equal(before.summary[name], item.summary[name])
        end
        assert.equal("r1", other:by_provider_id("p-r1").reference)
        assert.equal("r1", other:by_external_id("x-1")[1].reference)
        assert.equal("Bob", other:settlements("r1")[1].who)
        assert.same({ done = 1 }, other:report().states)
        recount(journal, "shop")
      end)

      it("lets nothing change of it any more", function()
        local entry = ended("r1", "closed")
        machine:pass(2 * DAY)
        assert(journal:purge { older = DAY })
        for _, change in ipairs {
          function(item)
            return item:send(item:entry "credit")
          end,
          function(item)
            return item:set(item:entry "credit", { state = "pending" })
          end,
          function(item)
            return item:add { step = "refund", state = "sent" }
          end,
        } do
          local done, err = other:change("r1", change)
          assert.is_nil(done)
          assert.same({ "journal", "settled" }, { err.kind, err.code })
        end
        assert.equal(entry.attempt, other:get("r1").entries[1].attempt)
        assert.same({}, assert(other:take()))
        assert.same({}, assert(other:orphans()))
      end)

      it("leaves what is open, needs somebody, or has just ended", function()
        ended("old", "done")
        assert(send(book, "sent"))
        ended("pending", "pending")
        ended("parked", "parked")
        plan(book, { "planned" })
        machine:pass(2 * DAY)
        ended("new", "done")
        assert.equal(1, assert(journal:purge { older = DAY }).purged)
        for item in book:items() do
          local is_old = item.reference == "old"
          assert.equal(is_old, item.summary.purged, item.reference)
        end
        recount(journal, "shop")
      end)

      it("leaves what has failed, for it may be sent again", function()
        ended("r1", "failed", { details = { args = { 1 } } })
        machine:pass(2 * DAY)
        assert.equal(0, assert(journal:purge { older = DAY }).purged)
        assert.same({ args = { 1 } }, other:get("r1").entries[1].details)
        assert.equal(2, assert(send(other, "r1")).attempt)
        machine:pass(400 * DAY) -- it is open again
        local far = { older = DAY, forget = 365 * DAY }
        assert.equal(0, assert(journal:purge(far)).forgotten)
        assert(set(other, other:get("r1").entries[1], { state = "failed" }))
        machine:pass(400 * DAY)
        assert.equal(1, assert(journal:purge(far)).forgotten)
        assert.is_false(other:get "r1")
        recount(journal, "shop")
      end)

      it("forgets all of it, and only when that is said", function()
        ended("r1", "done")
        machine:pass(400 * DAY)
        assert(journal:purge { older = DAY })
        assert.is_table(other:get "r1")
        assert.same(
          { purged = 0, forgotten = 1 },
          assert(journal:purge { older = DAY, forget = 365 * DAY })
        )
        assert.is_false(other:get "r1")
        assert.equal(0, other:report().total)
        assert.equal(0, #other:settlements "r1")
        recount(journal, "shop")
      end)

      it("goes on until all is done, or as far as is said", function()
        local references = {}
        for i = 1, 230 do
          references[i] = "r" .. i
        end
        plan(book, references, nil)
        assert(book:change_many(references, function(items)
          for _, item in ipairs(items) do
            item:set(item.entries[1], { state = "done" })
          end
          return true
        end))
        local second = worker({}, { flow = "another", account = "a" })
        assert(send(second, "r1"))
        assert(set(second, second:get("r1").entries[1], { state = "done" }))
        machine:pass(2 * DAY)
        local one = assert(journal:purge { older = DAY, flow = "another" })
        assert.equal(1, one.purged)
        one = assert(journal:purge { older = DAY, limit = 150 })
        assert.equal(150, one.purged)
        assert.equal(80, assert(journal:purge { older = DAY }).purged)
        assert.equal(230, other:report().total)
        recount(journal, "shop")
      end)

      it("lets a plan that is done go, and none that is open", function()
        assert(book:plan "done")
        assert(book:plan_done "done")
        assert(book:plan "open")
        plan(book, { "r1" }, "open")
        machine:pass(2 * DAY)
        assert(journal:purge { older = DAY })
        assert.is_false(other:get "r1")
        assert(book:plan_done "open")
        assert.is_table(other:get "r1")
      end)

      for _, wrong in ipairs {
        {},
        { older = 0 },
        { older = "1" },
        { older = 0 / 0 },
        { older = math.huge },
        { older = 10, forget = 10 },
        { older = 10, flow = 7 },
        { older = 10, limit = 0 },
        { older = 10, olderr = 1 },
        7,
      } do
        it("raises for wrong options", function()
          assert.has_error(function()
            journal:purge(wrong)
          end)
        end)
      end
    end)

    describe("a database that is away", function()
      local transact

      local function fail(problem, times)
        transact = transact or journal.store.transact
        local left = times or math.huge
        journal.store.transact = function(...)
          if left > 0 then
            left = left - 1
            return nil, problem
          end
          return transact(...)
        end
      end

      local function heal()
        journal.store.transact = transact
      end

      after_each(function()
        transact = nil
      end)

      it("is tried again", function()
        fail({ message = "busy", reason = "busy" }, 3)
        assert(send(book, "r1"))
        assert.equal(1, other:get("r1").entries[1].attempt)
      end)

      it("lets nothing be sent, and each has a fault of its own", function()
        fail { message = "away", reason = "lost" }
        local faults = {}
        task.map({ "a", "b" }, {}, function(reference)
          local entry, err = send(book, reference)
          assert.is_nil(entry)
          faults[#faults + 1] = err
        end)
        assert.equal("unreadable", faults[1].code)
        assert.equal("unknown", faults[1].outcome)
        assert.not_equal(faults[1], faults[2])
      end)

      it("loses no outcome that is known", function()
        local entry = assert(send(book, "r1"))
        fail { message = "away", reason = "lost" }
        journal.outcome_patience = 0.01
        local known = {
          reference = "r1",
          step = "credit",
          provider_id = "p-77",
          result = { transactionId = "p-77" },
        }
        local done, err = book:change("r1", function(item)
          local kept = item:entry "credit"
          if not item:mine(kept, entry) then return false end
          return item:set(kept, { state = "done", provider_id = "p-77" })
        end, { known = known })
        assert.is_nil(done)
        assert.equal("journal", err.kind)
        assert.equal("unwritten", err.code)
        assert.equal("unknown", err.outcome)
        assert.equal("p-77", err.provider_id)
        assert.same({ transactionId = "p-77" }, err.result)
        assert.truthy(tostring(err):find("p-77", 1, true))
        assert.same({ known }, journal:unwritten())
        heal()
        assert(send(book, "r2")) -- and before it, what was kept
        assert.same({}, journal:unwritten())
        assert.equal("done", other:by_provider_id("p-77").entries[1].state)
      end)

      it("may have written all the same, and then it is found", function()
        local calls = 0
        transact = journal.store.transact
        journal.store.transact = function(...)
          calls = calls + 1
          local good, problem = transact(...)
          if calls == 1 then
            return nil,
              { message = "cut", reason = "lost", phase = "committing" }
          end
          return good, problem
        end
        local runs = 0
        local entry = assert(book:change("r1", function(item)
          runs = runs + 1
          return item:add { step = "credit", state = "sent" }
        end))
        heal()
        assert.equal(1, runs)
        assert.equal("sent", entry.state)
        assert.equal(1, #other:get("r1").entries)
        calls = 0
        journal.store.transact = function(...)
          calls = calls + 1
          local good, problem = transact(...)
          if calls == 1 then
            return nil,
              { message = "cut", reason = "lost", phase = "committing" }
          end
          return good, problem
        end
        assert.is_true(journal:first "key")
        heal()
        assert.is_false(journal:first "key")
      end)

      it("or may not have written, and then it is written", function()
        fail({ message = "cut", reason = "lost", phase = "committing" }, 1)
        assert(send(book, "r1"))
        assert.equal(1, other:get("r1").entries[1].attempt)
      end)

      it(
        "is not taken for what an earlier process of its name wrote",
        function()
          assert(send(worker { worker = "shop" }, "r1"))
          book, journal = worker { worker = "shop" } -- started anew
          fail({ message = "cut", reason = "lost", phase = "committing" }, 1)
          assert(book:change("r1", function(item)
            return item:set(item:entry "credit", { state = "done" })
          end))
          heal()
          assert.equal("done", other:get("r1").entries[1].state)
        end
      )
    end)

    it("refuses to go on in another process", function()
      journal.process = journal.process + 1 -- as after a fork
      local entry, err = send(book, "r1")
      journal.process = journal.process - 1
      assert.is_nil(entry)
      assert.equal("unreadable", err.code)
      assert.truthy(err.message:find "fork")
      assert(send(book, "r1"))
    end)

    for _, options in ipairs {
      {},
      { flow = "" },
      { flow = "x", rum = "" },
      { flow = "x", run = 7 },
      { flow = "x", account = "a\n" },
    } do
      it("raises for wrong options of a book", function()
        assert.has_error(function()
          journal:book(options)
        end)
      end)
    end
  end)
end
