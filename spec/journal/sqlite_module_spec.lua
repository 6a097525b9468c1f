-- luapay.sqlite: statements here and now, and in the connection's thread.
local core = require "luapay.core"
local posix = require "spec.support.posix"
local sqlite = require "luapay.sqlite"

describe("luapay.sqlite", function()
  local path, connection

  before_each(function()
    path = os.tmpname()
    connection = assert(sqlite.open(path))
  end)
  after_each(function()
    connection:close()
    os.execute("rm -f " .. path .. "*")
  end)

  local function run(...)
    return connection:run({ ... }, 5, 5)
  end

  -- The same in the thread, waited for here.
  local function run_apart(list, seconds)
    local results, problem = connection:start(list, seconds or 5, 5)
    if not results then return nil, problem end
    repeat
      core.sleep(0.001)
      results, problem = connection:step()
    until results ~= false
    return results, problem
  end

  it("gives back what it was given, byte for byte", function()
    local text = ("a\0b%s%s"):format("\195\182", ("x"):rep(100000))
    local results = assert(run({
      "SELECT $1 AS text, $2 AS whole, $3 AS part, $4 AS flag, $5 AS absent",
      text,
      12345678901,
      0.5,
      true,
      nil,
      n = 5,
    }))
    local row = results[1][1]
    assert.equal(text, row.text)
    assert.equal(12345678901, row.whole)
    assert.equal("12345678901", ("%.0f"):format(row.whole))
    assert.equal(0.5, row.part)
    assert.equal(1, row.flag)
    assert.is_nil(row.absent)
    assert.equal(0, results[1].affected)
  end)

  it("runs a list, and says how many rows each has changed", function()
    local results = assert(
      run(
        { "CREATE TABLE t (a TEXT)" },
        { "INSERT INTO t VALUES ($1), ($2)", "x", "y", n = 2 },
        { "UPDATE t SET a = $1 WHERE a = $2", "z", "x", n = 2 },
        { "INSERT INTO t VALUES ('w') RETURNING a" },
        { "SELECT a FROM t ORDER BY a" }
      )
    )
    assert.same({ 2, 1, 1 }, {
      results[2].affected,
      results[3].affected,
      results[4].affected,
    })
    assert.equal("w", results[4][1].a)
    assert.same({ { a = "w" }, { a = "y" }, { a = "z" }, affected = 0 }, {
      results[5][1],
      results[5][2],
      results[5][3],
      affected = results[5].affected,
    })
  end)

  it("keeps many different statements apart", function()
    for round = 1, 2 do
      for i = 1, 200 do
        local results = assert(run { "SELECT " .. i .. " AS n" })
        assert.equal(i, results[1][1].n, round)
      end
    end
  end)

  it("rolls back after an error, before it says so", function()
    assert(run { "CREATE TABLE t (a TEXT PRIMARY KEY)" })
    assert(run({ "BEGIN IMMEDIATE" }, { "INSERT INTO t VALUES ('x')" }))
    local results, problem = run { "INSERT INTO t VALUES ('x')" }
    assert.is_nil(results)
    assert.same(
      { "exists", "sent", 1 },
      { problem.reason, problem.phase, problem.statement }
    )
    assert.same(0, #assert(run { "SELECT * FROM t" })[1])
    assert(run { "BEGIN IMMEDIATE" }) -- it is in none
  end)

  it("says which statement is none, and runs no other", function()
    local results, problem = run(
      { "CREATE TABLE t (a TEXT)" },
      { "NO SUCH THING" },
      { "CREATE TABLE u (a TEXT)" }
    )
    assert.is_nil(results)
    assert.same({ "server", 2 }, { problem.reason, problem.statement })
    assert.matches("syntax error", problem.message)
    local names = assert(run { "SELECT name FROM sqlite_master" })[1]
    assert.same({ "t" }, { names[1].name, names[2] })
    assert.equal("server", select(2, run({ "SELECT 1", "x", n = 1 })).reason)
  end)

  it("waits for another who writes, as long as it is told", function()
    local other = assert(sqlite.open(path))
    assert(other:run({ { "BEGIN IMMEDIATE" } }, 5, 5))
    for _, times in ipairs { { 5, 0.02 }, { 0.02, 5 } } do
      local results, problem =
        connection:run({ { "BEGIN IMMEDIATE" } }, times[1], times[2])
      assert.is_nil(results)
      assert.equal("busy", problem.reason)
    end
    assert(connection:start({ { "BEGIN IMMEDIATE" } }, 60, 60))
    core.sleep(0.05)
    assert.is_false(connection:step())
    assert(other:run({ { "ROLLBACK" } }, 5, 5))
    other:close()
    local results
    repeat
      results = connection:step()
    until results ~= false
    assert.equal(1, #results)
  end)

  local ENDLESS = {
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
      .. "SELECT COUNT(*) FROM n",
  }

  for what, act in pairs {
    ["here and now"] = function()
      return connection:run({ ENDLESS }, 0.05, 5)
    end,
    ["in its thread"] = function()
      return run_apart({ ENDLESS }, 0.05)
    end,
  } do
    it("ends by the time that it has, " .. what, function()
      local results, problem = act()
      assert.is_nil(results)
      assert.same({ "timeout", "sent" }, { problem.reason, problem.phase })
      assert(run { "SELECT 1" })
    end)
  end

  it("keeps a transaction over several lists, wherever they run", function()
    assert(run_apart { { "CREATE TABLE t (a TEXT)" }, { "BEGIN IMMEDIATE" } })
    assert(run { "INSERT INTO t VALUES ('x')" })
    assert.equal("x", assert(run_apart { { "SELECT a FROM t" } })[1][1].a)
    assert(run { "ROLLBACK" })
    assert.is_nil(assert(run_apart { { "SELECT a FROM t" } })[1][1])
  end)

  it("is closed at once, or when its thread comes back", function()
    assert(connection:start({ { "BEGIN IMMEDIATE" }, ENDLESS }, 60, 60))
    core.sleep(0.02)
    connection:close()
    for _ = 1, 1000 do
      if connection:is_closed() then break end
      core.sleep(0.005)
    end
    assert.is_true(connection:is_closed())
    assert.equal("closed", select(2, run { "SELECT 1" }).reason)
    local other = assert(sqlite.open(path))
    assert(other:run({ { "BEGIN IMMEDIATE" } }, 5, 0.01)) -- no lock is left
    other:close()
    assert.is_true(other:is_closed())
    other:close()
  end)

  it("may be collected while its thread is at work", function()
    for _ = 1, 20 do
      local one = assert(sqlite.open(path))
      one:start({ ENDLESS }, 60, 60)
    end
    collectgarbage()
    collectgarbage()
    assert(run { "SELECT 1" })
  end)

  it("does one thing at a time", function()
    assert(connection:start({ ENDLESS }, 0.1, 0))
    assert.has_error(function()
      run { "SELECT 1" }
    end)
  end)

  it("is left alone by a child", function()
    assert(run({ "CREATE TABLE t (a TEXT)" }, { "BEGIN IMMEDIATE" }))
    local child = posix.fork()
    if child == 0 then
      local results, problem = run { "SELECT 1" }
      connection:close()
      posix.quit(results == nil and problem.reason == "forked" and 7 or 8)
    end
    assert.equal(7, posix.wait(child))
    assert(run({ "INSERT INTO t VALUES ('x')" }, { "COMMIT" }))
  end)

  for what, wrong in pairs {
    ["no list"] = 7,
    ["no statement"] = { 7 },
    ["no text"] = { { 7 } },
    ["a table for a value"] = { { "SELECT $1", {}, n = 1 } },
  } do
    it("raises for " .. what, function()
      assert.has_error(function()
        connection:run(wrong, 1, 1)
      end)
      assert(run { "SELECT 1" })
    end)
  end
end)
