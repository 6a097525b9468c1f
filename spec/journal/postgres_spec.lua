-- A journal in PostgreSQL: what becomes of it when connections end, the
-- server is restarted, restored or set up in its own way.

local journal = require "luapay.journal"
local postgres = require "spec.support.postgres"
local recount = require "spec.journal.recount"
local task = require "luapay.task"

local function with(...)
  local all = {}
  for _, list in ipairs { ... } do
    for name, value in pairs(list) do
      all[name] = value
    end
  end
  return all
end

local function send(book, reference)
  return book:change(reference, function(item)
    if item:entry "credit" then return false end
    return item:add {
      step = "credit",
      state = "sent",
      amount = "12.50",
      currency = "EUR",
    }
  end)
end

local function finish(book, entry)
  return book:change(entry.reference, function(item)
    local kept = item:entry "credit"
    if not item:mine(kept, entry) then return false end
    return item:set(kept, { state = "done", provider_id = entry.reference })
  end, {
    known = {
      reference = entry.reference,
      step = "credit",
      provider_id = entry.reference,
    },
  })
end

describe("a journal in PostgreSQL", function()
  local server, why = postgres.start "-c fsync=off -c wal_level=replica"
  if not server then
    assert(not os.getenv "CI", why)
    return pending(why)
  end
  teardown(function()
    server:close()
  end)

  local options, opened, book, others

  local function start(more)
    local words = "-k %s -h '' -c max_connections=40 -c fsync=off %s"
    local command = ('-o "%s" '):format(words:format(server.dir, more or ""))
    server:control(command .. "start >/dev/null")
  end

  local function open(more)
    local made = assert(journal.postgres(with(options, more or {})))
    others[#others + 1] = made
    return made:book { flow = "shop" }, made
  end

  before_each(function()
    options, others = server:database(), {}
    book, opened = open()
  end)

  after_each(function()
    for _, made in ipairs(others) do
      made:close()
    end
  end)

  local function sql(of, text, ...)
    return assert(of.store.driver:transaction {
      { text, n = select("#", ...), ... },
    })
  end

  -- Ends all connections to the database but the one that says so.
  local function cut_by(other)
    sql(
      other,
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        .. "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
  end

  local function cut()
    local _, other = open()
    cut_by(other)
    other:close()
  end

  it("begins and finishes over a new connection", function()
    local entry = assert(send(book, "r1"))
    cut()
    assert(finish(book, entry))
    cut()
    assert(send(book, "r2"))
    assert.equal("done", book:get("r1").entries[1].state)
    assert.equal(1, book:get("r2").entries[1].attempt)
    recount(opened, "shop")
  end)

  it("loses nothing when connections end all the time", function()
    local numbers = {}
    for i = 1, 60 do
      numbers[i] = i
    end
    local killer = select(2, open())
    task.map(numbers, { concurrency = 6 }, function(i)
      if i % 7 == 0 then
        sql(
          killer,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            .. "WHERE datname = current_database() "
            .. "AND pid <> pg_backend_pid()"
        )
      end
      local entry = assert(send(book, "r" .. i))
      assert(finish(book, entry))
    end)
    assert.same({ done = 60 }, book:report().states)
    recount(opened, "shop")
  end)

  it("keeps what is known while the server is away", function()
    local entry = assert(send(book, "r1"))
    server:control "stop -m immediate"
    opened.patience, opened.outcome_patience = 0.1, 0.1
    local sent, err = send(book, "r2")
    assert.is_nil(sent)
    assert.equal("unreadable", err.code)
    local done
    done, err = finish(book, entry)
    assert.is_nil(done)
    assert.equal("unwritten", err.code)
    assert.equal("r1", err.provider_id)
    start()
    opened.patience = 10
    assert(send(book, "r2"))
    assert.same({}, opened:unwritten())
    assert.equal("done", book:get("r1").entries[1].state)
  end)

  it("goes on with a server that was restarted", function()
    local entry = assert(send(book, "r1"))
    server:control "stop -m immediate"
    start()
    assert(finish(book, entry))
    assert.equal("done", book:get("r1").entries[1].state)
  end)

  it("works whatever the database's own settings are", function()
    for _, setting in ipairs {
      "default_transaction_isolation = 'serializable'",
      "synchronous_commit = off",
      "standard_conforming_strings = off",
      "DateStyle = 'German'",
    } do
      sql(
        opened,
        ('ALTER DATABASE "%s" SET %s'):format(options.database, setting)
      )
    end
    local one, two = open(), open()
    for i = 1, 20 do
      local entry = assert(send(i % 2 == 0 and one or two, "r" .. i))
      assert(finish(i % 2 == 0 and one or two, entry))
    end
    assert.same({ done = 20 }, one:report().states)
    recount(opened, "shop")
  end)

  it("works behind a pooler in transaction mode", function()
    local pipe = server:pooler()
    local pooled = { port = 6432 }
    local one, two = open(pooled), open(pooled)
    for i = 1, 20 do
      local entry = assert(send(i % 2 == 0 and one or two, "r" .. i))
      assert(finish(i % 2 == 0 and one or two, entry))
    end
    assert.same({ done = 20 }, one:report().states)
    recount(opened, "shop")
    for _, made in ipairs(others) do
      made:close()
    end
    pipe:close()
  end)

  it("works for a user with few rights", function()
    sql(opened, "DROP ROLE IF EXISTS shop")
    sql(opened, "CREATE ROLE shop LOGIN")
    sql(opened, "GRANT ALL ON ALL TABLES IN SCHEMA public TO shop")
    sql(opened, "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO shop")
    local mine = open { user = "shop" }
    assert(finish(mine, assert(send(mine, "r1"))))
    sql(opened, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM shop")
    sql(opened, "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM shop")
  end)

  it("is refused when its tables are of another luapay", function()
    sql(opened, "UPDATE luapay_schema SET version = 1")
    local made, err = journal.postgres(options)
    assert.is_nil(made)
    assert.truthy(err.message:find "version 1, this luapay knows 3")
  end)

  it("tells no password when it cannot connect", function()
    local made, err = journal.postgres(
      with(options, { database = "nowhere", password = "s3cret-word" })
    )
    assert.is_nil(made)
    assert.equal("unreadable", err.code)
    assert.is_nil(tostring(err):find("s3cret", 1, true))
  end)

  -- The server recovers as from a backup: on a timeline of its own.
  local function restore()
    server:control "stop -m fast"
    local data = server.dir .. "/data/"
    local file = data .. "recovery.signal"
    os.execute(
      ("touch %s; chown --reference=%sbase %s"):format(file, data, file)
    )
    start "-c restore_command=/bin/false"
    local made, err
    for _ = 1, 100 do
      made, err = journal.postgres(options)
      if made then break end
      os.execute "sleep 0.1"
    end
    assert(made, err)
    made:close()
  end

  it("sends nothing after a restored backup, until that is known", function()
    local entry = assert(send(book, "r1"))
    restore()
    local sent, err = send(book, "r2")
    assert.is_nil(sent)
    assert.equal("restored", err.code)
    assert.equal("unknown", err.outcome)
    assert.same({}, assert(book:take()))
    local another = open() -- nor does one that is opened now
    assert.equal("restored", select(2, send(another, "r2")).code)
    assert(finish(book, entry)) -- what is known is written all the same
    assert(opened:restored { since = 1700000000, who = "Ann" })
    assert(another:change("r2", function(item)
      assert.equal(1700000000, item.restored_since)
      return item:add { step = "credit", state = "sent" }
    end))
  end)

  it("notices that all of the cluster was put back", function()
    local other, its = open()
    assert(send(other, "r0"))
    server:control "stop -m fast"
    local data = server.dir .. "/data"
    os.execute(("cp -a %s %s.kept"):format(data, data))
    start()
    assert(send(book, "r1"))
    server:control "stop -m fast"
    os.execute(("rm -rf %s; mv %s.kept %s"):format(data, data, data))
    start()
    local sent, err = send(book, "r1")
    assert.is_nil(sent)
    assert.same({ "restored", "unknown" }, { err.code, err.outcome })
    assert.truthy(err.message:find("put back", 1, true))
    -- and one that had written nothing since knows it from this one
    sent, err = send(other, "r1")
    assert.is_nil(sent)
    assert.equal("restored", err.code)
    assert(its:restored { since = 1700000000, who = "Ann" })
    for i, of in ipairs { book, other } do
      assert(of:change("r" .. i, function(item)
        assert.equal(1700000000, item.restored_since)
        return item:add { step = "credit", state = "sent" }
      end))
    end
  end)

  it("is read by who may only read", function()
    assert(send(book, "r1"))
    sql(opened, "DROP ROLE IF EXISTS reader")
    sql(opened, "CREATE ROLE reader LOGIN")
    sql(opened, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    local mine = open { user = "reader" }
    assert.equal(1, mine:report().total)
    assert.equal("sent", mine:get("r1").entries[1].state)
    sql(opened, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM reader")
  end)

  it("goes on after a fail-over to a synchronous standby", function()
    local mine = open { standby = "synchronous" }
    assert(send(mine, "r1"))
    restore()
    assert(send(mine, "r2"))
    assert(send(book, "r3")) -- and it has been noted
  end)

  describe("sends nothing when", function()
    local other

    before_each(function()
      assert(send(book, "r1"))
      other = select(2, open())
    end)

    local function refused()
      local sent, err = send(book, "r1")
      assert.is_nil(sent)
      assert.same({ "journal", "unknown" }, { err.kind, err.outcome })
      return err.message
    end

    it("its tables are gone, over a new connection, too", function()
      sql(other, "DROP SCHEMA public CASCADE")
      sql(other, "CREATE SCHEMA public")
      refused()
      cut_by(other)
      assert.truthy(refused():find("tables are not there any more", 1, true))
    end)

    it("its tables were made anew", function()
      sql(other, "DROP SCHEMA public CASCADE")
      sql(other, "CREATE SCHEMA public")
      cut_by(other)
      open()
      assert.truthy(refused():find("another journal", 1, true))
    end)

    it("its search path leads elsewhere", function()
      sql(other, "CREATE SCHEMA elsewhere")
      sql(
        other,
        ('ALTER DATABASE "%s" SET search_path = elsewhere'):format(
          options.database
        )
      )
      cut_by(other)
      assert.truthy(refused():find("search path", 1, true))
      -- nor does one begin that is opened now
      local made, err = journal.postgres(options)
      assert.is_nil(made)
      assert.truthy(err.message:find("journal in the schema public", 1, true))
      -- but by its name
      assert.equal(
        "sent",
        open({ schema = "public" }):get("r1").entries[1].state
      )
      sql(
        other,
        ('ALTER DATABASE "%s" RESET search_path'):format(options.database)
      )
    end)
  end)

  it("does not warn of a fail-over where no standby is", function()
    assert.is_nil(opened.warning)
  end)

  it("is not taken for another database by what it says", function()
    assert(send(book, "r1"))
    sql(opened, "UPDATE luapay_schema SET database = '7/16384/00000001'")
    local mine = open { standby = "synchronous" }
    local _, err = send(mine, "r2")
    assert.equal("restored", err.code)
  end)

  for _, wrong in ipairs {
    { database = "x", user = "y", standby = "hot" },
    { database = "x", user = "y", lease = -1 },
    { database = 7, user = "y" },
    {},
  } do
    it("raises for wrong options", function()
      assert.has_error(function()
        journal.postgres(wrong)
      end)
    end)
  end
end)
