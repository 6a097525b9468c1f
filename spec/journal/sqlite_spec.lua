-- A journal in a file: what becomes of it when the file, the disk, the
-- process or the machine does not do as it should.

local core = require "luapay.core"
local journal = require "luapay.journal"
local posix = require "spec.support.posix"
local sqlite = require "luapay.sqlite"

local files = {}

local function new_path()
  local path = os.tmpname()
  os.remove(path)
  files[#files + 1] = path
  return path
end

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

describe("a journal in a file", function()
  local path, opened, book

  local function open(options)
    local all = { path = path, patience = 1, busy_timeout = 0.01 }
    for name, value in pairs(options or {}) do
      all[name] = value
    end
    return journal.sqlite(all)
  end

  before_each(function()
    path = new_path()
    opened = assert(open())
    book = opened:book { flow = "shop" }
  end)

  after_each(function()
    opened:close()
    for _, name in ipairs(files) do
      os.execute("rm -f " .. name .. "*")
    end
  end)

  local function send(of, reference)
    return of:change(reference, function(item)
      return item:add { step = "credit", state = "sent" }
    end)
  end

  local function finish(of, entry)
    return of:change(entry.reference, function(item)
      local kept = item:entry "credit"
      if not item:mine(kept, entry) then return false end
      return item:set(kept, { state = "done", provider_id = "p-1" })
    end, {
      known = {
        reference = entry.reference,
        step = "credit",
        provider_id = "p-1",
      },
    })
  end

  describe("a backup", function()
    it("is the journal as it is, while a worker writes", function()
      local copy = new_path()
      assert(send(book, "order-1"))
      assert(opened:backup(copy))
      assert(send(book, "order-2"))
      local other = assert(journal.sqlite { path = copy })
      local list = {}
      for item in other:items() do
        list[#list + 1] = item.reference
      end
      assert.same({ "order-1" }, list)
      -- what was written since is lacking: nothing is sent from it
      local sent, err = send(other:book { flow = "shop" }, "order-3")
      assert.is_nil(sent)
      assert.equal("restored", err.code)
      other:close()
    end)

    it("is readable for its owner only", function()
      local copy = new_path()
      assert(opened:backup(copy))
      assert.is_true(core.is_private(copy))
    end)

    it("overwrites nothing", function()
      local copy = new_path()
      assert(opened:backup(copy))
      local good, err = opened:backup(copy)
      assert.is_nil(good)
      assert.truthy(err.message:find("there is such a file", 1, true))
      assert(core.is_private(copy))
    end)

    it("says why it cannot be made, and leaves nothing", function()
      local good, err = opened:backup "/nowhere/at/all"
      assert.is_nil(good)
      assert.truthy(err.message:find "No such file")
    end)
  end)

  it("does not send when its tables have been emptied", function()
    assert(send(book, "a"))
    local other = assert(sqlite.open(path))
    for _, name in ipairs { "entries", "sums", "schema" } do
      assert(other:run({ { "DELETE FROM luapay_" .. name } }, 5, 5))
    end
    other:close()
    local good, fault = send(book, "a")
    assert.is_nil(good)
    assert.same({ "journal", "unknown" }, { fault.kind, fault.outcome })
    assert.matches("tables have been emptied", fault.message, 1, true)
  end)

  it("says what SQLite finds wrong on the way to a row", function()
    local made, fault = open { path = "/dev/null" }
    assert.is_nil(made)
    assert.matches("cannot be opened: .*disk I/O error", fault.message)
  end)

  it("is there again when it is opened again", function()
    assert(send(book, "r1"))
    opened:close()
    opened = assert(open())
    book = opened:book { flow = "shop" }
    assert.equal("sent", book:get("r1").entries[1].state)
  end)

  it("is for its owner only", function()
    assert(send(book, "r1"))
    for _, ending in ipairs { "", "-wal", "-shm", "-count" } do
      local rights = capture("ls -l " .. path .. ending):sub(1, 10)
      assert.equal("-rw-------", rights)
    end
  end)

  it("says plainly that it cannot be opened", function()
    path = "/nowhere/at/all.db"
    local made, err = open()
    assert.is_nil(made)
    assert.equal("journal", err.kind)
    assert.equal("unreadable", err.code)
    assert.truthy(err.message:find("/nowhere/at/all.db", 1, true))
  end)

  it("is refused on a file system of other machines, too", function()
    local file_system = core.file_system
    core.file_system = function() -- luacheck: ignore
      return "nfs"
    end
    local made, err = open()
    core.file_system = file_system -- luacheck: ignore
    assert.is_nil(made)
    assert.truthy(err.message:find("(nfs)", 1, true))
  end)

  for _, version in ipairs { 1, 99 } do
    it("is refused with the tables of version " .. version, function()
      assert(opened.store.driver:transaction(function(tx)
        tx:run("UPDATE luapay_schema SET version = " .. version)
        return true
      end))
      local made, err = open()
      assert.is_nil(made)
      assert.truthy(err.message:find("version " .. version, 1, true))
    end)
  end

  -- Each is done to the file while the journal is open.
  for what, act in pairs {
    ["was removed"] = "rm %s",
    ["was replaced by a copy"] = "cp %s %s.new && mv %s.new %s",
    ["lost its log"] = "rm %s-wal",
  } do
    it("sends nothing when it " .. what, function()
      local entry = assert(send(book, "r1"))
      os.execute((act:gsub("%%s", path)))
      local sent, err = send(book, "r2")
      assert.is_nil(sent)
      assert.equal("unreadable", err.code)
      assert.truthy(err.message:find "removed or replaced")
      assert.is_nil((book:take()))
      -- and what is known is not lost without a word
      opened.outcome_patience = 0.5
      local done
      done, err = finish(book, entry)
      assert.is_nil(done)
      assert.equal("unwritten", err.code)
      assert.equal("p-1", err.provider_id)
      assert.equal(1, #opened:unwritten())
    end)
  end

  it("that is a restored copy sends nothing until that is known", function()
    local entry = assert(send(book, "r1"))
    opened:close()
    os.execute(
      ("cp %s %s.backup; mv %s.backup %s"):format(path, path, path, path)
    )
    opened = assert(open { worker = opened.worker })
    book = opened:book { flow = "shop" }
    local sent, err = send(book, "r2")
    assert.is_nil(sent)
    assert.equal("restored", err.code)
    assert.equal("unknown", err.outcome)
    assert.truthy(err.message:find("journal:restored", 1, true))
    assert.equal("done", assert(finish(book, entry)).state) -- this may be
    assert(opened:restored { since = 1700000000, who = "Ann" })
    assert(book:change("r2", function(item)
      assert.equal(1700000000, item.restored_since)
      return item:add { step = "credit", state = "sent" }
    end))
    for _, wrong in ipairs { {}, { since = 1 }, { who = "Ann" } } do
      assert.has_error(function()
        opened:restored(wrong)
      end)
    end
  end)

  -- A process that opens it, sends `reference`, and is killed.
  local function crash(reference)
    local child = posix.fork()
    if child == 0 then
      local mine = assert(open { worker = "child" })
      local sent = send(mine:book { flow = "shop" }, reference)
      if sent then os.execute "kill -9 $PPID" end
      posix.quit(1)
    end
    assert.equal(-1, posix.wait(child)) -- it did not end by itself
  end

  -- Each brings back what was there before r2, or lets go of r2.
  for what, act in pairs {
    ["was put back byte for byte"] = "cat %s.backup > %s; rm -f %s-wal",
    ["was removed and put back"] = "rm %s %s-wal; cp %s.backup %s",
    ["lost its log"] = "rm %s-wal %s-shm",
    ["was moved without its log"] = "rm %s-wal %s-count",
  } do
    it("sends nothing when, while nobody had it, it " .. what, function()
      assert(send(book, "r1"))
      opened:close()
      os.execute(("cp %s %s.backup"):format(path, path))
      crash "r2"
      os.execute((act:gsub("%%s", path)))
      opened = assert(open())
      assert.truthy(opened.warning:find("journal:restored", 1, true))
      book = opened:book { flow = "shop" }
      local sent, err = send(book, "r2")
      assert.is_nil(sent)
      assert.same({ "restored", "unknown" }, { err.code, err.outcome })
      assert(opened:restored { since = 1700000000, who = "Ann" })
      assert(send(book, "r3"))
      opened:close()
      opened = assert(open())
      assert(send(opened:book { flow = "shop" }, "r4"))
    end)
  end

  it("sends nothing when it is put back while it is open", function()
    os.execute(("cp %s %s.backup"):format(path, path))
    assert(send(book, "r1"))
    opened.store.driver:transaction(function(tx)
      tx:run "COMMIT"
      tx:run "PRAGMA wal_checkpoint(TRUNCATE)"
      tx:run "BEGIN"
      return true
    end)
    os.execute(("cat %s.backup > %s"):format(path, path))
    local other = open()
    local sent, err
    if other then
      sent, err = send(other:book { flow = "shop" }, "r1")
      other:close()
    end
    assert.is_nil(sent)
    assert.truthy(not other or err.code == "restored")
  end)

  it("goes on after a crash that lost nothing", function()
    opened:close()
    crash "r1"
    opened = assert(open())
    assert.is_nil(opened.warning)
    book = opened:book { flow = "shop" }
    assert.equal("child", book:get("r1").entries[1].worker)
    assert(send(book, "r2"))
  end)

  it("begins anew where all of it was removed", function()
    assert(send(book, "r1"))
    opened:close()
    os.execute(("rm -f %s*"):format(path))
    opened = assert(open())
    assert(send(opened:book { flow = "shop" }, "r1"))
  end)

  it("is refused by a second name, which would have its own log", function()
    assert(send(book, "r1"))
    os.execute(("ln %s %s.link"):format(path, path))
    local made, err = journal.sqlite { path = path .. ".link" }
    assert.is_nil(made)
    assert.truthy(err.message:find("hard link", 1, true))
  end)

  it("sends nothing when commits cannot be counted beside it", function()
    assert(send(book, "r1"))
    os.execute(("rm %s-count; mkdir %s-count"):format(path, path))
    local sent, err = send(book, "r2")
    os.execute(("rmdir %s-count"):format(path))
    assert.is_nil(sent)
    assert.same({ "restored", "unknown" }, { err.code, err.outcome })
  end)

  it("is the same by a link, and until that leads elsewhere", function()
    local link = path .. ".link"
    os.execute(("ln -s %s %s"):format(path, link))
    local other = assert(journal.sqlite { path = link, patience = 0.05 })
    local its = other:book { flow = "shop" }
    assert(send(its, "r1"))
    assert.equal("sent", book:get("r1").entries[1].state)
    os.execute(
      ("cp %s %s.new; ln -sf %s.new %s"):format(path, path, path, link)
    )
    local sent, err = send(its, "r2")
    assert.is_nil(sent)
    assert.truthy(err.message:find "removed or replaced")
    other:close()
  end)

  it("that cannot be written to sends nothing", function()
    opened.store.driver:transaction(function(tx)
      tx:run "PRAGMA query_only = ON"
      return false
    end)
    local entry, err = send(book, "r1")
    assert.is_nil(entry)
    assert.equal("read_only", err.reason)
    assert.is_false(book:get "r1")
  end)

  it("that another process locks sends nothing, and goes on after", function()
    local other = assert(open())
    local connection = other.store.driver.connection
    assert(connection:run({ { "BEGIN IMMEDIATE" } }, 5, 5))
    local entry, err = send(book, "r1")
    assert.is_nil(entry)
    assert.equal("unreadable", err.code)
    assert.equal("busy", err.reason)
    assert(connection:run({ { "ROLLBACK" } }, 5, 5))
    assert(send(book, "r1"))
    other:close()
  end)

  it("whose roll-back fails leaves no lock behind", function()
    local driver = opened.store.driver
    local connection = driver.connection
    driver.connection = setmetatable({}, {
      __index = function(_, name)
        return function(_, list, ...)
          if name == "run" and list[1][1] == "ROLLBACK" then
            return nil, { reason = "busy", message = "database is locked" }
          end
          return connection[name](connection, list, ...)
        end
      end,
    })
    local done = driver:transaction(function(tx)
      tx:run "SELECT 1"
      return false
    end)
    assert.is_false(done)
    assert.is_true(connection:is_closed())
    local other = assert(open())
    assert(send(other:book { flow = "shop" }, "r1"))
    other:close()
    assert(book:get "r1")
  end)

  it("on a full disk keeps what is known, and writes it first", function()
    local entry = assert(send(book, "r1"))
    local driver = opened.store.driver
    local function limit(pages)
      local statement = { "PRAGMA max_page_count = " .. pages }
      assert(driver.connection:run({ statement }, 5, 5))
    end
    limit(1)
    opened.outcome_patience = 0.5
    local big = ("x"):rep(100000)
    local done, err = book:change(
      "r1",
      function(item)
        return item:set(item:entry "credit", {
          state = "done",
          provider_id = "p-1",
          outcome = { text = big },
        })
      end,
      { known = { reference = "r1", step = "credit", provider_id = "p-1" } }
    )
    assert.is_nil(done)
    assert.equal("unwritten", err.code)
    assert.equal("full", err.reason)
    -- of what is new it is certain that nothing was sent
    for _, case in ipairs { { "r1", "unknown" }, { "r2", "failed" } } do
      done, err = book:change(case[1], function(item)
        local known = item:entry "credit"
        local details = { text = big }
        if known then return item:set(known, { details = details }) end
        return item:add {
          step = "credit",
          state = "sent",
          details = details,
        }
      end)
      assert.is_nil(done)
      assert.same({ "unwritten", case[2] }, { err.code, err.outcome })
    end
    limit(1000000)
    assert.equal(
      "done",
      (function()
        book:report()
        return book:get("r1").entries[1].state
      end)()
    )
    assert.same({}, opened:unwritten())
    assert.equal(entry.id, book:by_provider_id("p-1").entries[1].id)
  end)

  it("is refused in a child, and goes on in the parent", function()
    local child = posix.fork()
    if child == 0 then
      local sent, err = send(book, "r1")
      local refused = sent == nil and err.message:find "fork" ~= nil
      opened:close() -- leaves the parent's alone
      posix.quit(refused and 7 or 8)
    end
    assert.equal(7, posix.wait(child))
    assert(send(book, "r1"))
    assert.equal(1, book:get("r1").entries[1].attempt)
  end)

  it("finds an entry by what a flow asks for without a scan", function()
    local plans = {}
    local function plan_of(sql)
      local list = {}
      opened.store.driver:transaction(function(tx)
        for _, row in ipairs(tx:run("EXPLAIN QUERY PLAN " .. sql)) do
          list[#list + 1] = row.detail
        end
        return false
      end)
      plans[#plans + 1] = table.concat(list, "; ")
      return plans[#plans]
    end
    local head = "SELECT id FROM luapay_entries WHERE "
    for _, where in ipairs {
      "reference = 'r' AND flow = 'f' AND account = '' AND run = ''",
      "provider_id = 'p' AND flow = 'f' AND account = ''",
      "external_id = 'p' AND flow = 'f' AND account = ''",
      "subject = 'p' AND flow = 'f' AND account = ''",
      "flow = 'f' AND account = '' AND run = '' AND id > 0 "
        .. "AND state IN ('planned', 'sent', 'unknown') "
        .. "AND state = 'planned' ORDER BY luapay_entries.id LIMIT 9",
      "flow = 'f' AND account = '' AND run = '' AND id > 0 "
        .. "AND state IN ('planned', 'sent', 'unknown') "
        .. "AND state <> 'planned' ORDER BY luapay_entries.id",
      "flow = 'f' AND account = '' AND run = '' AND id > 0 AND main = 1 "
        .. "AND item_state IN ('pending') AND item_ended = 0",
      "flow = 'f' AND account = '' AND run = '' AND id > 0 AND main = 1 "
        .. "AND item_person = 1",
      "flow = 'f' AND item_ended_at < 7 AND item_purgeable = 1 "
        .. "ORDER BY item_ended_at LIMIT 9",
      "flow = 'f' AND item_ended_at < 7 AND item_ended = 1 "
        .. "AND item_purgeable = 0 AND item_person = 0 "
        .. "ORDER BY item_ended_at LIMIT 9",
    } do
      assert.truthy(plan_of(head .. where):find "USING.* INDEX", where)
    end
  end)

  for _, wrong in ipairs {
    { path = 7 },
    { path = "x", lease = 0 },
    { path = "x", leese = 1 },
    { path = ":memory:" },
    { path = "file:x" },
    { path = "x\0y" },
    { path = "x", lease = "120" },
    {},
  } do
    it("raises for wrong options", function()
      assert.has_error(function()
        journal.sqlite(wrong)
      end)
    end)
  end
end)
