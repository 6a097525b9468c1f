-- The journal's way to PostgreSQL: transactions, connections, servers.

local core = require "luapay.core"
local nginxes = require "spec.support.nginx"
local posix = require "spec.support.posix"
local postgres = require "luapay.journal.store.sql.postgres"
local servers = require "spec.support.postgres"

local server, why
if pcall(require, "luapay.postgres") then
  server, why = servers.server()
else
  why = "no libpq"
end

if not server then
  describe("the journal's driver for PostgreSQL", function()
    pending("needs PostgreSQL: " .. tostring(why))
  end)
  return
end

local function with(settings, more)
  local copy = {}
  for name, value in pairs(settings) do
    copy[name] = value
  end
  for name, value in pairs(more) do
    copy[name] = value
  end
  return copy
end

local function open(settings, prepare)
  local driver, problem = postgres.open(settings, prepare)
  assert(driver, problem and problem.message)
  return driver
end

local function soon(seconds)
  return { deadline = core.now() + (seconds or 20) }
end

describe("the journal's driver for PostgreSQL", function()
  local settings = assert(servers.database())
  local driver

  before_each(function()
    driver = open(settings)
    assert(driver:transaction {
      { "DROP TABLE IF EXISTS entries" },
      { "CREATE TABLE entries (id BIGINT PRIMARY KEY, t TEXT)" },
    })
  end)

  after_each(function()
    driver:close()
  end)

  local function ids(of)
    local results = assert((of or driver):transaction({
      { "SELECT id FROM entries ORDER BY id" },
    }, { only_reads = true }))
    local list = {}
    for i, row in ipairs(results[1]) do
      list[i] = row.id
    end
    return list
  end

  local INSERT = "INSERT INTO entries VALUES ($1, 'x')"

  -- Ends the server's processes that serve this database.
  local function terminate()
    local other = open(with(settings, { database = "postgres" }))
    assert(other:transaction {
      {
        "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity "
          .. "WHERE datname = $1",
        settings.database,
      },
    })
    other:close()
    -- what the server has said is there when its process is gone
    os.execute "sleep 0.05"
  end

  describe("a transaction", function()
    it("of a list gives a result for each statement", function()
      local results = assert(driver:transaction {
        { INSERT, 1 },
        { "SELECT id, t FROM entries" },
      })
      assert.equal(2, #results)
      assert.equal(1, results[1].affected)
      assert.same({ id = 1, t = "x" }, results[2][1])
      assert.same({ 1 }, ids())
    end)

    it("of a function commits when that returns something", function()
      local value, more = driver:transaction(function(tx)
        tx:run(INSERT, 1)
        tx:run_all { { INSERT, 2 }, { INSERT, 3 } }
        return "done", "more"
      end)
      assert.equal("done", value)
      assert.equal("more", more)
      assert.same({ 1, 2, 3 }, ids())
    end)

    it("may commit with its last statements", function()
      local value = driver:transaction(function(tx)
        local found = tx:run "SELECT count(*) AS n FROM entries"
        tx:last { { INSERT, found[1].n + 1 } }
        assert.has_error(function()
          tx:run "SELECT 1"
        end)
        return true
      end)
      assert.is_true(value)
      assert.same({ 1 }, ids())
    end)

    it("leaves nothing behind when its function returns nothing", function()
      local value, more = driver:transaction(function(tx)
        tx:run(INSERT, 1)
        return nil, "why"
      end)
      assert.is_nil(value)
      assert.equal("why", more)
      assert.same({}, ids())
    end)

    it("leaves nothing behind when its function raises", function()
      local raised = {}
      local good, err = pcall(driver.transaction, driver, function(tx)
        tx:run(INSERT, 1)
        error(raised)
      end)
      assert.is_false(good)
      assert.equal(raised, err)
      assert.same({}, ids())
    end)

    it("says what of it failed, and whether it may go well later", function()
      assert(driver:transaction { { INSERT, 1 } })
      local value, problem = driver:transaction { { INSERT, 1 } }
      assert.is_nil(value)
      assert.equal("exists", problem.reason)
      assert.equal("sent", problem.phase)
      assert.is_false(problem.is_final)
      value, problem = driver:transaction { { "SELECT nothing FROM nowhere" } }
      assert.is_nil(value)
      assert.equal("42P01", problem.sqlstate)
      assert.is_true(problem.is_final)
    end)

    it("is what it is, whatever the database's own settings", function()
      assert(driver:transaction {
        {
          ("ALTER DATABASE %s SET default_transaction_isolation "):format(
            settings.database
          ) .. "= serializable",
        },
        {
          ("ALTER DATABASE %s SET synchronous_commit = off"):format(
            settings.database
          ),
        },
        {
          ("ALTER DATABASE %s SET default_transaction_read_only = on"):format(
            settings.database
          ),
        },
      })
      local other = open(with(settings, { target_session_attrs = "any" }))
      local results, problem = other:transaction {
        {
          "SELECT current_setting('transaction_isolation') AS i, "
            .. "current_setting('synchronous_commit') AS s",
        },
        { INSERT, 1 },
      }
      other:close()
      assert(driver:transaction {
        { ("ALTER DATABASE %s RESET ALL"):format(settings.database) },
      })
      assert.is_nil(problem)
      assert.same({ i = "read committed", s = "on" }, results[1][1])
    end)

    it("works in a schema of its own", function()
      assert(driver:transaction { { 'CREATE SCHEMA "a ""b"' } })
      local other = open(with(settings, { schema = 'a "b' }))
      assert(other:transaction { { "CREATE TABLE entries (id BIGINT)" } })
      assert(other:transaction { { "INSERT INTO entries VALUES (9)" } })
      assert.same({ 9 }, ids(other))
      assert.same({}, ids())
      other:close()
    end)

    it("ends at its deadline, and the connection stays good", function()
      local other = open(settings)
      local value, problem
      assert(other:transaction(function(tx)
        tx:run "LOCK TABLE entries"
        value, problem = driver:transaction({ { INSERT, 1 } }, soon(0.2))
        return true
      end))
      assert.is_nil(value)
      assert.equal("timeout", problem.reason)
      assert.equal("sent", problem.phase)
      assert.same({}, ids())
      other:close()
    end)
  end)

  describe("a connection", function()
    it("that was lost while nobody used it is replaced", function()
      terminate()
      assert(driver:transaction { { INSERT, 1 } })
      assert.same({ 1 }, ids())
    end)

    it("that is lost within a transaction has undone it", function()
      local value, problem = driver:transaction(function(tx)
        tx:run(INSERT, 1)
        terminate()
        tx:run(INSERT, 2)
        return true
      end)
      assert.is_nil(value)
      assert.equal("lost", problem.reason)
      assert.equal("57P01", problem.sqlstate)
      assert.is_falsy(problem.is_final)
      assert.is_truthy(problem.phase ~= "committing")
      assert.same({}, ids())
    end)

    it("is prepared once, or refused", function()
      local calls, answer = 0, true
      local other = open(settings, function(tx)
        calls = calls + 1
        tx:run "SELECT 1"
        return answer, { message = "not this one" }
      end)
      ids(other)
      ids(other)
      assert.equal(1, calls)
      terminate()
      answer = nil
      local value, problem = other:transaction { { INSERT, 1 } }
      assert.is_nil(value)
      assert.equal("not this one", problem.message)
      assert.equal(2, calls)
      other:close()
      assert.same({}, ids())
    end)

    it("of the parent is left to it by a child", function()
      assert(driver:transaction { { INSERT, 1 } })
      local pid = posix.fork()
      if pid == 0 then
        local good = driver:transaction { { INSERT, 2 } }
        driver:close()
        posix.quit(good and 7 or 8)
      end
      assert.equal(7, posix.wait(pid))
      assert(driver:transaction { { INSERT, 3 } })
      assert.same({ 1, 2, 3 }, ids())
    end)
  end)

  describe("of several servers", function()
    local port, pipe

    setup(function()
      port, pipe = servers.fake()
    end)

    teardown(function()
      pipe:close()
    end)

    local function both(database)
      local real = server:database(database)
      return with(real, {
        host = { "127.0.0.1", real.host },
        port = { port, 5432 },
        sslmode = "disable",
      })
    end

    it("takes one that can be written to", function()
      local other = open(both "standby")
      assert(other:transaction { { "CREATE TABLE t (id INT)" } })
      other:close()
    end)

    it("leaves one that has become read-only", function()
      local other = open(both "became_read_only")
      local value, problem =
        other:transaction { { "CREATE TABLE t (id INT)" } }
      assert.is_nil(value)
      assert.equal("read_only", problem.reason)
      assert.equal("sent", problem.phase)
      assert.is_false(problem.is_final)
      assert(other:transaction { { "CREATE TABLE t (id INT)" } })
      other:close()
    end)

    it("passes over one that says nothing", function()
      local other = open(with(both "mute", { connect_timeout = 0.3 }))
      assert(other:transaction { { "CREATE TABLE t (id INT)" } })
      other:close()
    end)
  end)

  describe("behind a pooler in transaction mode", function()
    it("works as without", function()
      local pipe = server:pooler()
      local pooled = with(settings, { port = 6432 })
      local first, second = open(pooled), open(pooled)
      for i = 1, 10 do
        assert(first:transaction(function(tx)
          tx:run(INSERT, i)
          return true
        end))
        assert(second:transaction { { INSERT, 100 + i } })
      end
      assert.equal(20, #ids(second))
      first:close()
      second:close()
      pipe:close()
    end)
  end)

  describe("in nginx", function()
    local missing = nginxes.missing()
    if missing then
      pending("needs nginx: " .. missing)
      return
    end

    it("lets the worker go on while the server takes its time", function()
      local nginx = nginxes.start {
        locations = ([[
          location = /run { content_by_lua_block {
            require("luapay.transport.nginx").new()
            local postgres = require "luapay.journal.store.sql.postgres"
            local now = require("luapay.core").now
            local driver, problem = postgres.open {
              database = "%s", user = "luapay", host = "%s" }
            if not driver then return ngx.print(problem.message) end
            local naps = 0
            local thread = ngx.thread.spawn(function()
              while naps < 1000 do
                ngx.sleep(0.001)
                naps = naps + 1
              end
            end)
            local results = driver:transaction { { "SELECT pg_sleep(0.3)" } }
            local during = naps
            local _, late = driver:transaction(
              { { "SELECT pg_sleep(60)" } }, { deadline = now() + 0.3 })
            ngx.thread.kill(thread)
            ngx.print(tostring(results ~= nil), " ", tostring(during > 9), " ",
              late.reason, " ", tostring(naps > during + 9))
          } }]]):format(settings.database, settings.host),
      }
      local status, body = nginx:post "/run"
      local log = nginx:log()
      nginx:stop()
      assert.equal(200, status, log)
      assert.equal("true true timeout true", body)
    end)
  end)

  describe("options", function()
    for what, case in pairs {
      ["another machine without its authority"] = {
        { host = "db.example" },
        "sslrootcert",
      },
      ["ports for other hosts"] = {
        { host = { "/a", "/b" }, port = { 1, 2, 3 } },
        "port",
      },
      ["no host at all"] = { { host = {} }, "host" },
      ["a host that is none"] = { { host = 5 }, "host" },
    } do
      it("raise for " .. what, function()
        local good, err = pcall(postgres.open, with(settings, case[1]))
        assert.is_false(good)
        assert.truthy(tostring(err):find(case[2], 1, true), tostring(err))
      end)
    end

    it("that reach nobody are said to", function()
      local nobody, problem =
        postgres.open(with(settings, { host = "127.0.0.1", port = 1 }))
      assert.is_nil(nobody)
      assert.equal("connect", problem.reason)
      assert.equal("not_sent", problem.phase)
      assert.is_nil(problem.is_final)
    end)
  end)
end)
