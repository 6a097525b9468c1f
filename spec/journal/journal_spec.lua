-- The journal upon each of its stores, and what only some of them do.

local contract = require "spec.journal.contract"
local journal = require "luapay.journal"
local memory = require "luapay.journal.store.memory"
local postgres = require "spec.support.postgres"

local function with(options, more)
  local all = {}
  for _, list in ipairs { options, more or {} } do
    for name, value in pairs(list) do
      all[name] = value
    end
  end
  return all
end

local store
contract("a journal in memory", function(options)
  return journal.memory(with(options, { store = store }))
end, function()
  store = memory.new()
end)

local files = {}

local function new_file()
  local path = os.tmpname()
  os.remove(path)
  files[#files + 1] = path
  return path
end

teardown(function()
  for _, name in ipairs(files) do
    for _, ending in ipairs {
      "",
      "-wal",
      "-shm",
      "-count",
      ".away",
      ".away-wal",
    } do
      os.remove(name .. ending)
    end
  end
end)

local path
contract("a journal in SQLite", function(options)
  return assert(journal.sqlite(with(options, { path = path })))
end, function()
  path = new_file()
end)

-- Where PostgreSQL is missing these specs are pending; in CI they fail.
describe("with a PostgreSQL", function()
  local server, why = postgres.server()
  if not server then
    assert(not os.getenv "CI", why)
    return pending(why)
  end
  local database = assert(postgres.database())

  -- quicker than one more database
  local function empty()
    local opened = assert(journal.postgres(database))
    assert(opened.store.driver:transaction {
      {
        "TRUNCATE luapay_entries, luapay_sums, luapay_settlements, "
          .. "luapay_events, luapay_keys, luapay_plans, luapay_restorations "
          .. "RESTART IDENTITY",
      },
    })
    opened:close()
  end

  contract("a journal in PostgreSQL", function(options)
    return assert(journal.postgres(with(options, database)))
  end, empty, { server_clock = true })
end)
