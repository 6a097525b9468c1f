-- luapay.postgres: PostgreSQL through libpq. A real server, a real pooler,
-- and one that behaves badly.

local posix = require "spec.support.posix"
local servers = require "spec.support.postgres"

local found, pg = pcall(require, "luapay.postgres")
local server, why
if found then
  server, why = servers.server()
else
  why = pg
end

if not server then
  describe("luapay.postgres", function()
    pending("needs PostgreSQL: " .. tostring(why))
  end)
  return
end

local LONG = 20

local function soon(seconds)
  return pg.now() + (seconds or LONG)
end

local function connect(settings)
  local connection = pg.connect(settings, soon())
  local good, problem = connection:finish()
  assert(good, problem and problem.message)
  return connection
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

local function run(connection, statements, seconds)
  return connection:run(statements, soon(seconds))
end

-- The rows of one statement.
local function rows(connection, ...)
  local results, problem =
    run(connection, { { n = select("#", ...) - 1, ... } })
  assert(results, problem and problem.message)
  local list = results[1]
  list.affected = nil
  return list
end

local function shell(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

-- The Lua that runs this.
local function interpreter()
  local name = "lua5.4"
  for i = -1, -9, -1 do
    if arg and arg[i] and arg[i]:find "lua" then name = arg[i] end
  end
  return name
end

-- Asks again until it is so, or it takes too long.
local function becomes(so)
  local limit = soon()
  repeat
    if so() then return true end
    os.execute "sleep 0.01"
  until pg.now() > limit
  return false
end

local function is_gone(pid)
  return shell(("test -d /proc/%d || echo gone"):format(pid)) ~= ""
end

describe("luapay.postgres", function()
  local settings = assert(servers.database())
  local connection

  before_each(function()
    connection = connect(settings)
    rows(connection, "DROP TABLE IF EXISTS entries")
    rows(connection, "CREATE TABLE entries (id BIGINT PRIMARY KEY, t TEXT)")
  end)

  after_each(function()
    connection:close()
  end)

  local function ids()
    local list = {}
    local other = connect(settings)
    for i, row in ipairs(rows(other, "SELECT id FROM entries ORDER BY id")) do
      list[i] = row.id
    end
    other:close()
    return list
  end

  describe("values", function()
    it("come as they are: whole, fractions, truth, text, nothing", function()
      local row = rows(
        connection,
        "SELECT 7::smallint AS a, 8::int AS b, 9::bigint AS c, 0.5::float8 "
          .. "AS d, true AS e, false AS f, 12.50::numeric AS g, NULL AS h, "
          .. "E'\\n\\t€' AS i, '' AS j"
      )[1]
      assert.same({
        a = 7,
        b = 8,
        c = 9,
        d = 0.5,
        e = true,
        f = false,
        g = "12.50",
        i = "\n\t€",
        j = "",
      }, row)
      assert.equal("9", tostring(row.c))
    end)

    it("are exact, or text where this Lua has no such number", function()
      local row = rows(connection, "SELECT 9007199254740993 AS big")[1]
      assert.equal("9007199254740993", tostring(row.big))
    end)

    it("go as they are", function()
      local row = rows(
        connection,
        "SELECT $1::text AS a, $2::bigint AS b, $3::float8 AS c, "
          .. "$4::boolean AS d, $5::text AS e, $6::text AS f, $7::text AS g",
        'it\'s "€"\n',
        9007199254740991,
        0.1,
        true,
        nil,
        1e15,
        -0.25
      )[1]
      assert.same({
        a = 'it\'s "€"\n',
        b = 9007199254740991,
        c = 0.1,
        d = true,
        f = "1000000000000000",
        g = "-0.25",
      }, row)
    end)

    it("are written and read without the locale", function()
      local folder = shell("mktemp -d"):gsub("%s", "")
      shell(
        "localedef -i de_DE -f UTF-8 " .. folder .. "/de_DE.UTF-8 2>/dev/null"
      )
      local program = folder .. "/program.lua"
      local file = assert(io.open(program, "w"))
      file:write(([[
        if not os.setlocale("de_DE.UTF-8", "numeric") then
          print "no locale" os.exit()
        end
        local pg = require "luapay.postgres"
        local c = pg.connect({ database = %q, user = %q, host = %q },
          pg.now() + 20)
        assert(c:finish())
        local half = 1 / 2
        local r = assert(c:run({ { "SELECT $1::text AS t, 0.25::float8 AS f",
          half } }, pg.now() + 20))
        io.write(r[1][1].t, " ", tostring(r[1][1].f == half / 2))
      ]]):format(settings.database, settings.user, settings.host))
      file:close()
      local said = shell(
        ("LOCPATH=%s LUA_CPATH='%s' %s %s 2>&1"):format(
          folder,
          package.cpath,
          interpreter(),
          program
        )
      )
      shell("rm -rf " .. folder)
      assert.truthy(
        said == "0.5 true" or said:find "^no locale",
        "it says: " .. said
      )
    end)

    for what, value in pairs {
      ["a zero byte"] = "a\0b",
      ["no number"] = 0 / 0,
      ["infinity"] = math.huge,
      ["a table"] = {},
    } do
      it("cannot be " .. what .. ", and nothing is sent", function()
        local good, err = pcall(run, connection, {
          { "INSERT INTO entries VALUES (1)" },
          { "INSERT INTO entries VALUES ($1, $2)", 2, value },
        })
        assert.is_false(good)
        assert.truthy(
          tostring(err):find("parameter 2 of statement 2", 1, true)
        )
        assert.equal("idle", connection:state())
        assert.same({}, ids())
      end)
    end
  end)

  describe("statements that are run together", function()
    it("give a result each", function()
      local results = assert(run(connection, {
        { "BEGIN" },
        { "INSERT INTO entries VALUES ($1, 'a'), ($2, 'b')", 1, 2 },
        { "UPDATE entries SET t = 'c' WHERE id = $1 RETURNING id, t", 2 },
        { "DELETE FROM entries WHERE id > 5" },
        { "COMMIT" },
      }))
      assert.equal(5, #results)
      assert.same({ affected = 2 }, results[2])
      assert.same({ affected = 1, { id = 2, t = "c" } }, results[3])
      assert.same({ affected = 0 }, results[4])
      assert.same({ 1, 2 }, ids())
    end)

    it("are all undone when one fails, which is named", function()
      local results, problem = run(connection, {
        { "BEGIN" },
        { "INSERT INTO entries VALUES (1, 'a')" },
        { "INSERT INTO entries VALUES (1, 'b')" },
        { "INSERT INTO entries VALUES (2, 'b')" },
        { "COMMIT" },
      })
      assert.is_nil(results)
      assert.equal("server", problem.reason)
      assert.equal("sent", problem.phase)
      assert.equal("23505", problem.sqlstate)
      assert.equal("entries_pkey", problem.constraint)
      assert.equal(3, problem.statement)
      assert.equal("alive", problem.connection)
      assert.equal("idle", connection:state())
      assert.same({}, ids())
    end)

    it("are one transaction without BEGIN, too", function()
      local results, problem = run(connection, {
        { "INSERT INTO entries VALUES (1, 'a')" },
        { "INSERT INTO entries VALUES (1, 'b')" },
      })
      assert.is_nil(results)
      assert.equal("sent", problem.phase)
      assert.same({}, ids())
    end)

    it("may have the same text many times, with one that fails", function()
      local INSERT = "INSERT INTO entries VALUES ($1, $2) RETURNING id"
      local function run_of(third)
        return run(connection, {
          { "BEGIN" },
          { INSERT, 1, "a" },
          { INSERT, 2, nil, n = 2 },
          { INSERT, third, "c" },
          { "SELECT t FROM entries WHERE id = $1", 1 },
          { "SELECT t FROM entries WHERE id = $1", 2 },
          { INSERT, 4, "d" },
          { "COMMIT" },
        })
      end
      local results, problem = run_of(2)
      assert.is_nil(results)
      assert.equal(4, problem.statement)
      assert.same({}, ids())
      results = assert(run_of(3))
      assert.equal(8, #results)
      assert.equal(3, results[4][1].id)
      assert.equal("a", results[5][1].t)
      assert.same({ {}, affected = 1 }, results[6])
      assert.equal(4, results[7][1].id)
      assert.same({ 1, 2, 3, 4 }, ids())
      local WRONG = "SELECT nothing FROM nowhere"
      results, problem = run(connection, { { "BEGIN" }, { WRONG }, { WRONG } })
      assert.is_nil(results)
      assert.equal("42P01", problem.sqlstate)
      assert.equal(2, problem.statement)
      assert.equal("idle", connection:state())
      assert.same({ 1, 2, 3, 4 }, ids())
    end)

    it("may be a transaction in several parts", function()
      assert(run(connection, {
        { "BEGIN" },
        { "INSERT INTO entries VALUES (1, 'a')" },
      }))
      assert.equal("transaction", connection:state())
      assert.same({}, ids())
      assert(run(connection, { { "COMMIT" } }))
      assert.equal("idle", connection:state())
      assert.same({ 1 }, ids())
    end)

    it("may be thousands, with thousands of rows", function()
      local list = { { "BEGIN" } }
      for i = 1, 3000 do
        list[i + 1] =
          { "INSERT INTO entries VALUES ($1, $2)", i, ("x"):rep(200) }
      end
      list[3002] = { "COMMIT" }
      assert(run(connection, list))
      assert.equal(3000, #rows(connection, "SELECT * FROM entries"))
    end)

    it("are named nowhere on the server", function()
      assert.same({}, rows(connection, "SELECT * FROM pg_prepared_statements"))
    end)

    it("can be followed by others after a serialization failure", function()
      assert(run(connection, { { "INSERT INTO entries VALUES (1, 'a')" } }))
      local other = connect(settings)
      local begin = { "BEGIN ISOLATION LEVEL REPEATABLE READ" }
      assert(run(connection, { begin, { "SELECT * FROM entries" } }))
      assert(run(other, { { "UPDATE entries SET t = 'b'" } }))
      local results, problem =
        run(connection, { { "UPDATE entries SET t = 'c'" }, { "COMMIT" } })
      assert.is_nil(results)
      assert.equal("40001", problem.sqlstate)
      assert.equal("sent", problem.phase)
      assert.equal("alive", problem.connection)
      assert.equal("b", rows(connection, "SELECT t FROM entries")[1].t)
      other:close()
    end)

    it("say which of two that wait for each other has lost", function()
      assert(run(connection, { { "INSERT INTO entries VALUES (1), (2)" } }))
      local other = connect(settings)
      local LOCK = "SELECT * FROM entries WHERE id = $1 FOR UPDATE"
      assert(run(connection, { { "BEGIN" }, { LOCK, 1 } }))
      assert(run(other, { { "BEGIN" }, { LOCK, 2 } }))
      assert(connection:start({ { LOCK, 2 } }, soon()))
      local _, second = run(other, { { LOCK, 1 } })
      local _, first = connection:finish()
      local problem = first or second
      assert.equal("40P01", problem.sqlstate)
      assert.equal("sent", problem.phase)
      assert.is_true(not (first and second))
      other:close()
    end)
  end)

  describe("a deadline", function()
    it("that has passed sends nothing", function()
      local results, problem =
        run(connection, { { "INSERT INTO entries VALUES (1)" } }, -1)
      assert.is_nil(results)
      assert.equal("timeout", problem.reason)
      assert.equal("not_sent", problem.phase)
      assert.equal("idle", connection:state())
      assert.same({}, ids())
    end)

    it("ends the wait for a lock, and the statement at the server", function()
      local other = connect(settings)
      assert(run(other, { { "BEGIN" }, { "LOCK TABLE entries" } }))
      local pid = connection:info().process
      local results, problem = run(connection, {
        { "BEGIN" },
        { "INSERT INTO entries VALUES (1)" },
      }, 0.2)
      assert.is_nil(results)
      assert.equal("timeout", problem.reason)
      assert.equal("sent", problem.phase)
      assert.equal("dead", problem.connection)
      assert.equal("closed", connection:state())
      assert.is_true(becomes(function()
        return is_gone(pid)
      end))
      other:close()
    end)
  end)

  describe("a server that goes away", function()
    local function terminate(pid)
      local other = connect(settings)
      rows(other, "SELECT pg_terminate_backend($1)", pid)
      assert.is_true(becomes(function()
        return is_gone(pid)
      end))
      other:close()
    end

    it("while nobody asks it is noticed before anything is sent", function()
      terminate(connection:info().process)
      local results, problem =
        run(connection, { { "INSERT INTO entries VALUES (1)" } })
      assert.is_nil(results)
      assert.equal("lost", problem.reason)
      assert.equal("not_sent", problem.phase)
      assert.equal("57P01", problem.sqlstate)
      assert.equal("dead", problem.connection)
    end)

    it("in a transaction has undone it", function()
      assert(run(connection, {
        { "BEGIN" },
        { "INSERT INTO entries VALUES (1)" },
      }))
      local pid = connection:info().process
      assert(connection:start({ { "SELECT pg_sleep(60)" } }, soon()))
      terminate(pid)
      local results, problem = connection:finish()
      assert.is_nil(results)
      assert.equal("57P01", problem.sqlstate)
      assert.equal("sent", problem.phase)
      assert.same({}, ids())
    end)
  end)

  describe("a server that behaves badly", function()
    local port, pipe

    setup(function()
      port, pipe = servers.fake()
    end)

    teardown(function()
      pipe:close()
    end)

    local function at(behaviour)
      return {
        database = behaviour,
        user = "u",
        host = "127.0.0.1",
        port = port,
        sslmode = "disable",
      }
    end

    local TRANSACTION = { { "BEGIN" }, { "INSERT" }, { "COMMIT" } }
    -- stylua: ignore
    for behaviour, expected in pairs {
      hangs = "timeout committing",
      lost_at_commit = "lost committing",
      reset_at_commit = "lost committing",
      half_an_answer = "lost committing",
      pooler = "server committing 08P01",
      commit_warned = "server committing",
      gone_for_an_error = "server sent 40001",
      rolled_back = "server sent",
      garbage = "lost committing",
    } do
      it("that is " .. behaviour .. ": " .. expected, function()
        local bad = connect(at(behaviour))
        local results, p = run(bad, TRANSACTION, 0.5)
        assert.is_nil(results)
        local said = p.reason .. " " .. p.phase
        if p.sqlstate then said = said .. " " .. p.sqlstate end
        assert.equal(expected, said)
        bad:close()
      end)
    end

    it("proves nothing less when COMMIT was not sent", function()
      for _, behaviour in ipairs { "hangs", "lost_at_commit", "garbage" } do
        local bad = connect(at(behaviour))
        local _, problem = run(bad, { { "BEGIN" }, { "INSERT" } }, 0.5)
        assert.equal("sent", problem.phase)
        bad:close()
      end
    end)

    it("and has committed has committed", function()
      local bad = connect(at "committed_and_gone")
      local results, problem = run(bad, TRANSACTION)
      assert.is_nil(problem)
      assert.equal(3, #results)
      local _, next_problem = run(bad, TRANSACTION)
      assert.equal("not_sent", next_problem.phase)
      bad:close()
    end)

    it("is given up when it says nothing at all", function()
      local bad = pg.connect(at "mute", soon(0.2))
      local good, problem = bad:finish()
      assert.is_nil(good)
      assert.equal("timeout not_sent", problem.reason .. " " .. problem.phase)
      bad:close()
    end)
  end)

  describe("connecting", function()
    it("says what the server said, and not the password", function()
      local refused = with(settings, {
        database = "none such",
        password = "open sesame",
      })
      local bad = pg.connect(refused, soon())
      local good, problem = bad:finish()
      assert.is_nil(good)
      assert.equal("3D000", problem.sqlstate)
      assert.equal("connect", problem.reason)
      assert.equal("not_sent", problem.phase)
      assert.truthy(problem.message:find("none such", 1, true))
      assert.is_nil(problem.message:find("sesame", 1, true))
      assert.is_nil(tostring(bad):find("sesame", 1, true))
    end)

    it("says which host has no address", function()
      local bad =
        pg.connect(with(settings, { host = "no-such-host.invalid" }), soon())
      local good, problem = bad:finish()
      assert.is_nil(good)
      assert.equal("connect", problem.reason)
      assert.truthy(problem.message:find("no-such-host.invalid", 1, true))
    end)

    it("does not wait longer for a name server that is silent", function()
      local silent = require("socket").udp()
      if not silent:setsockname("127.0.0.77", 53) then
        return pending "needs root"
      end
      local program, names = os.tmpname(), os.tmpname()
      local file = assert(io.open(program, "w"))
      file:write [[
        local pg = require "luapay.postgres"
        local c = pg.connect({ database = "d", user = "u",
          host = "silent.example" }, pg.now() + 0.3)
        local good, problem = c:finish()
        io.write(problem.reason, " ", problem.phase, " ", problem.message)
      ]]
      file:close()
      file = assert(io.open(names, "w"))
      file:write "nameserver 127.0.0.77\n"
      file:close()
      local inner = table.concat {
        "mount --bind ",
        names,
        ' /etc/resolv.conf && LUA_CPATH="',
        package.cpath,
        '" timeout 10 ',
        interpreter(),
        " ",
        program,
      }
      local said = shell(("unshare --mount sh -c '%s' 2>&1"):format(inner))
      silent:close()
      os.remove(program)
      os.remove(names)
      if said:find "unshare" or said:find "mount" then
        return pending "needs root"
      end
      assert.truthy(said:find "^timeout not_sent .*silent%.example", said)
    end)

    for what, case in pairs {
      ["a misspelt setting"] = { { passwort = "x" }, "passwort" },
      ["no database"] = { { user = "x" }, "database" },
      ["a table"] = { { host = {} }, "host" },
      ["an empty text"] = { { host = "" }, "host" },
      ["a zero byte"] = { { user = "a\0b" }, "user" },
      ["half a port"] = { { port = 5432.5 }, "port" },
    } do
      it("raises for " .. what, function()
        local good, err = pcall(pg.connect, case[1], soon())
        assert.is_false(good)
        assert.truthy(tostring(err):find(case[2], 1, true), tostring(err))
      end)
    end

    it("refuses a read-only session where writes are asked for", function()
      local options = "-c default_transaction_read_only=on"
      local bad = pg.connect(
        with(
          settings,
          { options = options, target_session_attrs = "read-write" }
        ),
        soon()
      )
      local good, problem = bad:finish()
      assert.is_nil(good)
      assert.truthy(problem.message:find "read%-only")
    end)

    it("is not changed by the environment", function()
      local program = os.tmpname()
      local file = assert(io.open(program, "w"))
      file:write(([[
        local pg = require "luapay.postgres"
        local c = pg.connect({ database = %q, user = %q, host = %q },
          pg.now() + 20)
        local good, problem = c:finish()
        if not good then io.write(problem.message) os.exit() end
        local row = c:run({ { "SELECT current_setting('search_path') AS s, "
          .. "current_setting('application_name') AS a" } }, pg.now() + 20)
        io.write(row[1][1].s, " ", row[1][1].a)
      ]]):format(settings.database, settings.user, settings.host))
      file:close()
      local command = ("LUA_CPATH='%s' %s %s 2>&1"):format(
        package.cpath,
        interpreter(),
        program
      )
      local said = shell(
        "PGOPTIONS='-c search_path=elsewhere' PGHOST=nowhere.invalid "
          .. "PGPORT=1 PGDATABASE=none PGUSER=nobody PGAPPNAME=other "
          .. "PGHOSTADDR=192.0.2.1 PGSSLMODE=verify-full PGREQUIREPEER=x "
          .. "PGCHANNELBINDING=require PGCLIENTENCODING=LATIN1 "
          .. "PGTARGETSESSIONATTRS=standby PGPASSFILE=/none "
          .. command
      )
      assert.equal('"$user", public luapay', said)
      said = shell("PGSERVICE=x " .. command)
      assert.truthy(said:find("PGSERVICE", 1, true), said)
      os.remove(program)
    end)
  end)

  describe("steps", function()
    it("let many connections go on side by side", function()
      local all, results = {}, {}
      for i = 1, 5 do
        all[i] = pg.connect(settings, soon())
      end
      local waiting = { (table.unpack or unpack)(all) }
      local function go_on(done)
        while #waiting > 0 do
          pg.wait(waiting, LONG)
          for i = #waiting, 1, -1 do
            local value, problem = waiting[i]:step()
            assert.is_nil(problem)
            if value then done(table.remove(waiting, i), value) end
          end
        end
      end
      go_on(function() end)
      for i, each in ipairs(all) do
        assert(each:start({ { "SELECT $1::int AS n", i } }, soon()))
        local fd, direction, deadline = each:wants()
        assert.is_true(fd > 2 and deadline > pg.now())
        assert.truthy(direction == "read" or direction == "both")
        waiting[i] = each
      end
      go_on(function(each, value)
        results[#results + 1] = value[1][1].n
        each:close()
      end)
      table.sort(results)
      assert.same({ 1, 2, 3, 4, 5 }, results)
    end)

    it("are asked for one at a time", function()
      assert(connection:start({ { "SELECT 1" } }, soon()))
      assert.equal("busy", connection:state())
      assert.has_error(function()
        connection:start({ { "SELECT 1" } }, soon())
      end)
      assert(connection:finish())
      assert.is_nil(connection:wants())
    end)
  end)

  describe("a connection", function()
    it("is refused in a child, and goes on in the parent", function()
      assert(run(connection, {
        { "BEGIN" },
        { "INSERT INTO entries VALUES (1)" },
      }))
      local pid = posix.fork()
      if pid == 0 then
        local _, problem = connection:run({ { "COMMIT" } }, soon())
        local good = problem.reason == "forked"
          and problem.phase == "not_sent"
          and connection:state() == "forked"
        connection:close()
        connection = nil
        collectgarbage()
        posix.quit(good and 7 or 8)
      end
      assert.equal(7, posix.wait(pid))
      assert(run(connection, { { "COMMIT" } }))
      assert.same({ 1 }, ids())
    end)

    it("is closed any number of times, and then says so", function()
      connection:close()
      connection:close()
      local results, problem = run(connection, { { "SELECT 1" } })
      assert.is_nil(results)
      assert.equal("closed not_sent", problem.reason .. " " .. problem.phase)
      assert.equal("closed", connection:state())
      assert.is_nil(connection:info())
    end)

    it("that is closed in a transaction has undone it", function()
      assert(run(connection, {
        { "BEGIN" },
        { "INSERT INTO entries VALUES (1)" },
      }))
      connection:close()
      assert.same({}, ids())
    end)

    it("leaves its socket to no program that is started", function()
      local fd = shell "true"
        and connection:start({ { "SELECT 1" } }, soon())
        and connection:wants()
      assert(connection:finish())
      -- two shells: the first may have been given what popen opens
      local said = shell(("sh -c 'ls /proc/self/fd/%d 2>&1'"):format(fd))
      assert.truthy(said:find "No such file", said)
    end)
  end)

  describe("behind a pooler in transaction mode", function()
    local pipe, pooled

    setup(function()
      pipe = server:pooler()
      pooled = with(settings, { port = 6432 })
    end)

    teardown(function()
      pipe:close()
    end)

    it("works for many, over one connection to the server", function()
      local first, second = connect(pooled), connect(pooled)
      for i = 1, 20 do
        for n, each in ipairs { first, second } do
          assert(run(each, {
            { "BEGIN" },
            { "SELECT set_config('lock_timeout', '1000', true)" },
            { "INSERT INTO entries VALUES ($1, 'x')", i * 2 + n },
            { "INSERT INTO entries VALUES ($1, 'x')", 100 + i * 2 + n },
            { "COMMIT" },
          }))
        end
      end
      assert.equal(80, #ids())
      first:close()
      second:close()
    end)

    it("undoes what failed, and goes on", function()
      local first = connect(pooled)
      assert(run(first, { { "INSERT INTO entries VALUES (1)" } }))
      local _, problem = run(first, {
        { "BEGIN" },
        { "INSERT INTO entries VALUES (2)" },
        { "INSERT INTO entries VALUES (1)" },
        { "COMMIT" },
      })
      assert.equal("23505 sent", problem.sqlstate .. " " .. problem.phase)
      assert(run(first, { { "INSERT INTO entries VALUES (3)" } }))
      assert.same({ 1, 3 }, ids())
      first:close()
    end)

    it("does not know what the server did when that went away", function()
      local first = connect(pooled)
      local pid = rows(first, "SELECT pg_backend_pid() AS pid")[1].pid
      assert(first:start({
        { "BEGIN" },
        { "SELECT pg_sleep(60)" },
        { "COMMIT" },
      }, soon()))
      assert.is_true(becomes(function()
        return rows(
          connection,
          "SELECT 1 FROM pg_stat_activity WHERE pid = $1::int "
            .. "AND wait_event = 'PgSleep'",
          pid
        )[1]
      end))
      rows(connection, "SELECT pg_terminate_backend($1)", pid)
      assert.is_true(becomes(function()
        return is_gone(pid)
      end))
      local results, problem = first:finish()
      assert.is_nil(results)
      assert.equal("committing", problem.phase)
      first:close()
    end)
  end)

  describe("a server on the network", function()
    local own, folder, its

    setup(function()
      folder = shell("mktemp -d"):gsub("%s", "")
      shell("sh spec/support/certificates.sh " .. folder)
      local port = 20000 + (os.time() + #folder * 7) % 10000
      own =
        assert(servers.start(("-c fsync=off -h 127.0.0.1 -p %d"):format(port)))
      shell(([[cp %s/good.crt %s/good.key %s/ && cd %s &&
        { chown postgres good.key good.crt 2>/dev/null; chmod 600 good.key; }
      ]]):format(folder, folder, own.dir, own.dir))
      its = {
        database = "postgres",
        user = "luapay",
        host = own.dir,
        port = port,
      }
      local admin = connect(its)
      rows(
        admin,
        ("ALTER SYSTEM SET ssl_cert_file = '%s/good.crt'"):format(own.dir)
      )
      rows(
        admin,
        ("ALTER SYSTEM SET ssl_key_file = '%s/good.key'"):format(own.dir)
      )
      rows(admin, "ALTER SYSTEM SET ssl = on")
      admin:close()
      own:control "restart"
    end)

    teardown(function()
      own:close()
      shell("rm -rf " .. folder)
    end)

    it("that stands still lets no deadline pass", function()
      local first = connect(its)
      local second = connect(its)
      assert(run(first, { { "CREATE TABLE e (id INT)" } }))
      own:signal "STOP"
      local _, one = run(first, {
        { "BEGIN" },
        { "INSERT INTO e VALUES (1)" },
        { "COMMIT" },
      }, 0.2)
      local _, two = run(second, { { "BEGIN" }, { "SELECT 1" } }, 0.2)
      local _, three = pg.connect(its, soon(0.2)):finish()
      own:signal "CONT"
      assert.equal("timeout committing", one.reason .. " " .. one.phase)
      assert.equal("timeout sent", two.reason .. " " .. two.phase)
      assert.equal("timeout not_sent", three.reason .. " " .. three.phase)
    end)

    it("that is restarted is connected to again", function()
      local first = connect(its)
      own:control "restart -m immediate"
      local _, problem = run(first, { { "SELECT 1" } })
      assert.equal("lost not_sent", problem.reason .. " " .. problem.phase)
      local second = connect(its)
      assert.equal(1, rows(second, "SELECT 1 AS one")[1].one)
      second:close()
    end)

    local function secure(host, authority)
      return pg.connect(
        with(its, {
          host = host,
          sslmode = "verify-full",
          sslrootcert = folder .. "/" .. authority,
        }),
        soon()
      )
    end

    it("is taken over TLS when its certificate is for its name", function()
      local good = secure("localhost", "ca.crt")
      assert(good:finish())
      assert.is_true(good:info().tls)
      assert.equal(
        3000,
        #rows(good, "SELECT repeat('x', 500) FROM generate_series(1, 3000)")
      )
      good:close()
    end)

    it("is refused when another authority vouches for it", function()
      local good, problem = secure("localhost", "foreign.crt"):finish()
      assert.is_nil(good)
      assert.truthy(problem.message:find "certificate verify failed")
    end)

    it("is refused when its certificate is for another name", function()
      local bad = pg.connect(
        with(its, {
          host = "elsewhere.example",
          hostaddr = "127.0.0.1",
          sslmode = "verify-full",
          sslrootcert = folder .. "/ca.crt",
        }),
        soon()
      )
      local good, problem = bad:finish()
      assert.is_nil(good)
      assert.truthy(problem.message:find "does not match host name")
    end)
  end)
end)
