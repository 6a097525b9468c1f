-- journal.lua - a store of what was seen, in a journal: it outlives the
-- process, and is one for all who share the database. A key can only be
-- taken once (`first`), which decides between two who come together.

local random = require "luapay.random"
local states = require "luapay.callback.states"

local journals = {}

local Store = {}
Store.__index = Store

-- The work of a transaction: a boolean, so that nil means that it failed.
local function run(self, work)
  local journal = self.journal
  local now = journal.clock()
  return journal.commits:run(function(store)
    return work(store, now)
  end)
end

-- Takes a key and puts a value beside it.
local function take(store, key, value, now)
  if not store:first(key, now) then return false end
  store:keep(key .. ":is", value, now)
  return true
end

local function value_of(store, key)
  return store:kept(key .. ":is")
end

-- A commit whose end is not known is looked for: by a mark that nobody else
-- makes.
function Store:first(key)
  local mark = random.uuid()
  local first, why = run(self, function(store, now)
    return take(store, "seen:" .. key, mark, now)
  end)
  if first == nil and why.code == "commit_unknown" then
    local is_ours = run(self, function(store)
      return value_of(store, "seen:" .. key) == mark
    end)
    if is_ours then return true end
  end
  return first, why
end

function Store:has(key)
  return run(self, function(store)
    return value_of(store, "seen:" .. key) ~= nil
  end)
end

-- Claims are counted. Who takes the next number has the claim, once the
-- time of the last one is over.
function Store:claim(key, seconds)
  local base = "claim:" .. key
  return run(self, function(store, now)
    local known = store:kept(base) or "0 0"
    local number, ends = known:match "^(%d+) (%d+)$"
    if tonumber(ends) > now then return false end
    number = ("%.0f"):format(tonumber(number) + 1)
    if not store:first(base .. ":" .. number, now) then return false end
    local until_then = ("%.0f"):format(math.ceil(now + seconds))
    store:keep(base, number .. " " .. until_then, now)
    return number
  end)
end

function Store:release(key, number)
  local base = "claim:" .. key
  return run(self, function(store, now)
    local known = store:kept(base)
    if known and known:match "^%d+" == number then
      store:keep(base, number .. " 0", now)
    end
    return true
  end)
end

function Store:advance(key, rank, state, is_final)
  local base, known, place = "state:" .. key .. ":", nil, rank
  local moved, why = run(self, function(store, now)
    local added = take(store, base .. rank, state, now)
    for above = states.TOP, rank + 1, -1 do
      known, place = value_of(store, base .. above), above
      if known then return false end
    end
    place = rank
    known = not added and is_final and value_of(store, base .. rank) or nil
    return known == nil or known == state
  end)
  if moved == nil then return nil, why end
  return moved, known, place
end

--- Makes a store. A journal forgets its keys when `journal:forget(age)` is
--- called: not sooner than the provider stops to repeat itself.
---@param journal luapay.Journal
function journals.new(journal)
  return setmetatable({ journal = journal }, Store)
end

return journals
