-- The journal: what was intended, sent and learned. An entry is durable
-- before its request leaves, and its outcome is written down afterwards;
-- whatever happens in between, the next to look knows what may have moved.

local Commits = require "luapay.journal.old.commits"
local entries = require "luapay.journal.old.entry"
local fault = require "luapay.fault"
local look = require "luapay.journal.old.look"
local objection = require "luapay.journal.old.objection"
local portion = require "luapay.journal.old.portion"

local Journal = {}

function Journal:__index(name)
  return Journal[name] or portion[name] or look[name]
end

local function refusal(code, message, known)
  return nil,
    fault.new {
      kind = "journal",
      code = code,
      endpoint = "journal",
      message = ("%s/%s: %s"):format(known.reference, known.step, message),
      entry = known,
    }
end

local OPEN = { "sent", "unknown" }

-- An entry is sent anew with what is known now; its history stays.
local function claim(journal, store, known, new, now)
  local attempt = known.attempt
  new.id, new.created_at = known.id, known.created_at
  new.state, new.attempt = "sent", attempt + 1
  new.worker, new.lease_until = journal.worker, now + journal.lease
  if not store:save(new, attempt, { "planned", "failed" }) then
    return refusal("busy", "another worker has it", known)
  end
  return new
end

--- Writes down that a request is about to leave. Comes back when that is
--- durable; only then may it be sent. Safe to repeat: a second one is
--- refused.
---@async
---@param given table flow, reference, step, and maybe run, endpoint, args,
--- idempotency_key, amount, currency, provider_id, details
---@return luapay.JournalEntry? entry its state is "sent"
---@return luapay.Fault? fault kind "journal", outcome "failed": nothing may
--- be sent; with a `code` ("known", "conflict", "busy", "unsettled",
--- "parked") the entry that is there stands in `fault.entry`
function Journal:begin(given)
  local now = self.clock()
  local new, err = entries.new(given, now)
  if not new then return nil, err end
  return self.commits:run(function(store)
    new.state, new.attempt = "sent", 1
    new.worker, new.lease_until = self.worker, now + self.lease
    if store:insert({ new })[1] then return new end
    local known = store:get(new.flow, new.run, new.reference, new.step)
    local code, why = objection(known, new, now)
    if code then return refusal(code, why, known) end
    return claim(self, store, known, new, now)
  end)
end

local function lost(entry)
  return refusal("lost", "another worker has taken it over", entry)
end

-- Durable: only now do the caller's entries say so.
local function settle(list, new, saved)
  local gone = {}
  for i, item in ipairs(list) do
    new[i].fence = nil
    if saved[i] then
      entries.become(item[1], new[i])
    else
      gone[#gone + 1] = item[1]
    end
  end
  return gone
end

--- Writes down how requests ended that this worker began or claimed.
---@async
---@param list table[] { entry, state, outcome }: `outcome` is a table
--- without secrets; its `provider_id` and `status` become the entry's
---@return table[]? lost the entries that others have taken over meanwhile
---@return luapay.Fault? fault outcome "unknown": nothing is written down
function Journal:finish_all(list)
  local now, new = self.clock(), {}
  for i, item in ipairs(list) do
    new[i] = entries.copy(item[1])
    entries.conclude(new[i], item[2], item[3], now, self.settle)
    new[i].fence = self.worker
  end
  local saved, err = self.commits:run(function(store)
    local saved = {}
    for i, entry in ipairs(new) do
      saved[i] = store:save(entry, entry.attempt, OPEN, true)
    end
    return saved
  end)
  if saved then return settle(list, new, saved) end
  err.outcome = "unknown"
  return nil, err
end

--- Writes down how one request ended: see `finish_all`.
---@async
---@param entry luapay.JournalEntry from `begin`, `take` or `orphans`
---@param state string one of luapay.JournalState
---@param outcome? table
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault outcome "unknown"
function Journal:finish(entry, state, outcome)
  local gone, err = self:finish_all { { entry, state, outcome } }
  if not gone then return nil, err end
  if gone[1] then
    local _, taken = lost(entry)
    taken.outcome = "unknown"
    return nil, taken
  end
  return entry
end

--- Whether there is time enough left to send what an entry stands for:
--- half its lease. A machine that has stood still since must not send:
--- another may have taken the entry over.
---@param entry luapay.JournalEntry
---@return boolean
function Journal:holds(entry)
  return self.clock() + self.lease / 2 <= entry.lease_until
end

--- Closes the store.
function Journal:close()
  self.store:close()
end

Journal.__close = Journal.close

local book = {}

--- Makes a journal upon a store.
---@param store table see memory.lua
---@param options table checked: worker, lease, settle, clock
---@return luapay.Journal
function book.new(store, options)
  return setmetatable({
    store = store,
    commits = Commits.new(store),
    worker = options.worker,
    lease = options.lease,
    settle = options.settle,
    clock = options.clock,
  }, Journal)
end

return book
