-- The journal upon each of its stores, and what only some of them do.

local contract = require "spec.journal.contract"
local journal = require "luapay.journal"
local memory = require "luapay.journal.store.memory"

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
    for _, ending in ipairs { "", "-wal", "-shm", ".away", ".away-wal" } do
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
