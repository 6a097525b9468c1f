-- Several processes upon one journal in a database.

local journal = require "luapay.journal"
local postgres = require "spec.support.postgres"

local lowest = 0
while arg[lowest - 1] do
  lowest = lowest - 1
end
local LUA = arg[lowest] -- the interpreter of these specs

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- Starts a process of worker.lua; its output is read from what comes back.
local function start(store, name, act, options)
  local words = {
    "LUA_PATH=" .. quoted(package.path),
    "LUA_CPATH=" .. quoted(package.cpath),
    "exec",
    quoted(LUA),
    "spec/journal/worker.lua",
    store,
    name,
    act,
  }
  for key, value in pairs(options) do
    words[#words + 1] = quoted(key .. "=" .. value)
  end
  return assert(io.popen(table.concat(words, " ") .. " 2>&1"))
end

local function lines_of(pipe)
  local lines = {}
  for line in pipe:lines() do
    lines[#lines + 1] = line
  end
  pipe:close()
  return lines
end

local function plan(store, options, count)
  local book = assert(journal[store](options))
  local list = {}
  for i = 1, count do
    list[i] = { flow = "shop", reference = "r" .. i, step = "pay" }
  end
  assert(book:plan(list))
  return book
end

local function describe_store(store, what, make)
  describe("processes on a journal in " .. what, function()
    local options

    before_each(function()
      options = make()
    end)

    it("never get the same entry", function()
      local book = plan(store, options, 400)
      local pipes = {}
      for i = 1, 3 do
        pipes[i] = start(store, "w" .. i, "claim", options)
      end
      local seen, count = {}, 0
      for _, pipe in ipairs(pipes) do
        for _, reference in ipairs(lines_of(pipe)) do
          assert.truthy(reference:find "^r%d+$", reference)
          assert.is_nil(seen[reference], reference)
          seen[reference], count = true, count + 1
        end
      end
      assert.equal(400, count)
      for entry in book:each { flow = "shop" } do
        assert.equal(1, entry.attempt)
      end
      book:close()
    end)

    it("take over what a dead one had, when its lease is over", function()
      local book = plan(store, options, 8)
      local had = lines_of(start(store, "dead", "die", options))
      assert.same({ "r1", "r2", "r3", "r4", "r5" }, had)
      local now = book.clock()
      book.clock = function()
        return now
      end
      assert.equal(3, #assert(book:take { flow = "shop", limit = 10 }))
      assert.same({}, book:orphans { flow = "shop" })
      now = now + 90
      local orphans = assert(book:orphans { flow = "shop" })
      assert.equal(5, #orphans)
      for i, entry in ipairs(orphans) do
        assert.equal(had[i], entry.reference)
        assert.equal("sent", entry.state)
      end
      book:close()
    end)

    it("open a new one at the same time", function()
      local pipes = {}
      for i = 1, 6 do
        pipes[i] = start(store, "w" .. i, "open", options)
      end
      for _, pipe in ipairs(pipes) do
        assert.same({ "opened" }, lines_of(pipe))
      end
    end)
  end)
end

local files = {}

describe_store("sqlite", "SQLite", function()
  files[#files + 1] = os.tmpname()
  return { path = files[#files] }
end)

teardown(function()
  for _, name in ipairs(files) do
    for _, ending in ipairs { "", "-wal", "-shm" } do
      os.remove(name .. ending)
    end
  end
end)

local server, why = postgres.server()
if server then
  describe_store("postgres", "PostgreSQL", function()
    return assert(postgres.database())
  end)
else
  assert(not os.getenv "CI", why)
  pending(why)
end

-- All other connections end; comes back when they have.
local function cut(book)
  pcall(book.store.transact, book.store, function(store)
    store.connection:query(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        .. "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
  end)
end

describe("a journal in PostgreSQL that is cut off", function()
  if not server then return end
  local options, book, other
  local given = { flow = "shop", reference = "r1", step = "pay" }

  before_each(function()
    options = assert(postgres.database())
    book = assert(journal.postgres(options))
    other = assert(journal.postgres(options))
  end)

  after_each(function()
    book:close()
    other:close()
  end)

  it("begins nothing, and is there again the next time", function()
    cut(other)
    local entry, err = book:begin(given)
    assert.is_nil(entry)
    assert.equal("journal", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal("sent", assert(book:begin(given)).state)
    assert.equal(1, assert(other:find { reference = "r1" }).attempt)
  end)

  it("says when it cannot know whether it was written", function()
    local _, err = book.store:transact(function(store)
      store:first("key", 1)
      cut(other)
      return true
    end)
    assert.equal("commit_unknown", err.code)
  end)

  it("tells no password when it cannot connect", function()
    local opened, err = journal.postgres {
      database = "nowhere",
      user = "luapay",
      password = "s3cret-word",
      host = options.host,
    }
    assert.is_nil(opened)
    assert.equal("failed", err.outcome)
    assert.is_nil(tostring(err):find("s3cret", 1, true))
  end)
end)
