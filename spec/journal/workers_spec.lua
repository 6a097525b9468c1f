-- Several processes upon one journal in a database.

local journal = require "luapay.journal"
local postgres = require "spec.support.postgres"
local recount = require "spec.journal.recount"

local lowest = 0
while arg[lowest - 1] do
  lowest = lowest - 1
end
local LUA = arg[lowest] -- the interpreter of these specs

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

-- Starts a process of worker.lua; its output is read from what comes back.
local function start(store, name, act, options, more)
  local words = {
    more and more.environment or "",
    "LUA_PATH=" .. quoted(package.path),
    "LUA_CPATH=" .. quoted(package.cpath),
    "exec",
    quoted(LUA),
    "spec/journal/worker.lua",
    store,
    name,
    act,
  }
  for _, list in ipairs { options, more and more.options or {} } do
    for key, value in pairs(list) do
      words[#words + 1] = quoted(key .. "=" .. value)
    end
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

local function open(store, options, more)
  local all = {}
  for _, list in ipairs { options, more or {} } do
    for name, value in pairs(list) do
      all[name] = value
    end
  end
  local opened = assert(journal[store](all))
  return opened:book { flow = "shop" }, opened
end

local function plan(book, count)
  local references = {}
  for i = 1, count do
    references[i] = "r" .. i
  end
  assert(book:change_many(references, function(items)
    for _, item in ipairs(items) do
      item:add { step = "pay", state = "planned", amount = "1" }
    end
    return true
  end))
end

-- A folder with a German locale in it, or nil where none can be made.
local function german()
  local folder = os.tmpname()
  os.remove(folder)
  local made = capture(
    ("mkdir %s && localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 2>&1;"):format(
      folder,
      folder
    ) .. (" test -d %s/de_DE.UTF-8 && echo made"):format(folder)
  )
  return made:find "made\n$" and folder or nil, folder
end

local function describe_store(store, what, make)
  describe("processes on a journal in " .. what, function()
    local options, book, opened

    before_each(function()
      options = make()
      book, opened = open(store, options)
    end)

    after_each(function()
      opened:close()
    end)

    it("never get the same entry", function()
      plan(book, 400)
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
      for item in book:items() do
        assert.equal(1, item.entries[1].attempt)
      end
      recount(opened, "shop")
    end)

    it("take over what a dead one had, when its lease is over", function()
      plan(book, 8)
      local had = lines_of(
        start(store, "dead", "die", options, { options = { lease = 1 } })
      )
      assert.same({ "r1", "r2", "r3", "r4", "r5" }, had)
      assert.equal(3, #assert(book:take { limit = 10 }))
      local orphans
      local patience = os.time() + 10
      repeat
        orphans = assert(book:orphans())
        if not orphans[1] then os.execute "sleep 0.1" end
      until orphans[1] or os.time() > patience
      assert.equal(5, #orphans)
      for i, entry in ipairs(orphans) do
        assert.equal(had[i], entry.reference)
        assert.equal("sent", entry.state)
        assert.equal(opened.worker, entry.worker)
      end
    end)

    it("open a new one at the same time", function()
      local fresh, pipes = make(), {}
      for i = 1, 6 do
        pipes[i] = start(store, "w" .. i, "open", fresh)
      end
      for _, pipe in ipairs(pipes) do
        assert.same({ "opened" }, lines_of(pipe))
      end
    end)

    it("bind a provider's id once", function()
      local pipes, seen, count = {}, {}, 0
      for i = 1, 3 do
        pipes[i] = start(store, "w" .. i .. "-", "own", options)
      end
      for _, pipe in ipairs(pipes) do
        for _, number in ipairs(lines_of(pipe)) do
          assert.truthy(number:find "^%d+$", number)
          assert.is_nil(seen[number], number)
          seen[number], count = true, count + 1
        end
      end
      assert.equal(20, count)
    end)

    it("agree on leases, whatever the locale of one of them", function()
      local folder, made = german()
      finally(function()
        os.execute("rm -rf " .. made)
      end)
      if not folder then return pending "no German locale can be made here" end
      local short, other = open(store, options, { lease = 0.05 })
      plan(book, 2)
      assert(book:take { limit = 1 }) -- r1, alive
      assert(short:take { limit = 1 }) -- r2, and its worker stops
      other:close()
      os.execute "sleep 0.1"
      local lines = lines_of(start(store, "german", "comma", options, {
        environment = "LOCPATH=" .. folder,
        options = { locale = "de_DE.UTF-8" },
      }))
      assert.same({ "r2", "de_DE.UTF-8" }, lines)
      assert.same({}, book:orphans()) -- it is the German's by now
      assert.equal(1, #book:get("r1").entries)
    end)
  end)
end

local files = {}

describe_store("sqlite", "SQLite", function()
  local path = os.tmpname()
  os.remove(path)
  files[#files + 1] = path
  return { path = path }
end)

teardown(function()
  for _, name in ipairs(files) do
    for _, ending in ipairs { "", "-wal", "-shm", "-count" } do
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
