-- A store of the journal that forgets everything when the process ends: for
-- specs. It shows what a store is; see sql.lua for those that last.

local match = require "luapay.journal.old.memory_match"
local tally = require "luapay.journal.old.memory_tally"

local memory = {}

local Store = {}
Store.__index = Store

local function copy(value)
  if type(value) ~= "table" then return value end
  local twin = {}
  for name, field in pairs(value) do
    twin[name] = copy(field)
  end
  return twin
end

local function key_of(entry)
  return table.concat(
    { entry.flow, entry.run, entry.reference, entry.step },
    "\0"
  )
end

-- Replaces an entry, and remembers how it was in case the work raises.
local function put(store, id, entry)
  local before, undo = store.entries[id], store.undo
  undo[#undo + 1] = function()
    store.entries[id] = before
  end
  store.entries[id] = entry
end

local function note(store, name, key, value)
  local before, undo = store[name][key], store.undo
  undo[#undo + 1] = function()
    store[name][key] = before
  end
  store[name][key] = value
end

--- All or nothing, and nobody else meanwhile.
---@param work fun(store: table): any, any
---@return any, any
function Store:transact(work)
  self.undo = {}
  local good, value, err = pcall(work, self)
  if good then return value, err end
  for i = #self.undo, 1, -1 do
    self.undo[i]()
  end
  error(value, 0)
end

function Store:insert(list)
  local fresh = {}
  for i, entry in ipairs(list) do
    local key = key_of(entry)
    fresh[i] = self.keys[key] == nil
    if fresh[i] then
      self.last = self.last + 1
      entry.id = self.last
      note(self, "keys", key, entry.id)
      put(self, entry.id, copy(entry))
    end
  end
  return fresh
end

function Store:get(flow, run, reference, step)
  local id = self.keys[table.concat({ flow, run, reference, step }, "\0")]
  return id and copy(self.entries[id])
end

function Store:save(entry, attempt, states)
  local kept = self.entries[entry.id]
  if not kept or kept.attempt ~= attempt then return false end
  if not match.is_one_of(states, kept.state) then return false end
  if entry.fence and kept.worker ~= entry.fence then return false end
  local new = copy(entry)
  new.fence = nil
  put(self, entry.id, new)
  return true
end

function Store:list(filter, after, limit)
  local found = {}
  for id = after + 1, self.last do
    if #found >= limit then break end
    local entry = self.entries[id]
    if entry and match.fits(entry, filter) then
      found[#found + 1] = copy(entry)
    end
  end
  return found
end

function Store:take(filter, limit, worker, lease_until, now)
  local taken = self:list(filter, 0, limit)
  for _, entry in ipairs(taken) do
    entry.worker, entry.lease_until, entry.updated_at =
      worker, lease_until, now
    if filter.send then
      entry.state, entry.attempt = "sent", entry.attempt + 1
    end
    put(self, entry.id, copy(entry))
  end
  return taken
end

function Store:tally(filter)
  return tally(self:list(filter, 0, self.last))
end

function Store:first(key, now)
  if self.seen[key] then return false end
  note(self, "seen", key, { at = now })
  return true
end

function Store:keep(key, value, now)
  note(self, "seen", key, { at = now, value = value })
end

function Store:kept(key)
  local seen = self.seen[key]
  return seen and seen.value
end

function Store:forget(before)
  local n = 0
  for key, seen in pairs(self.seen) do
    if seen.at < before then
      note(self, "seen", key, nil)
      n = n + 1
    end
  end
  return n
end

function Store:close() end

--- Makes a store. Several journals may share one, as machines a database.
---@return table
function memory.new()
  return setmetatable({
    entries = {},
    keys = {},
    seen = {},
    undo = {},
    last = 0,
  }, Store)
end

return memory
