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
