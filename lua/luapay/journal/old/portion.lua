-- Methods of a journal for many entries, which several workers share: to
-- plan them, take a portion, take over what a dead worker has left.

local entries = require "luapay.journal.old.entry"
local fault = require "luapay.fault"

local portion = {}

-- An entry that is there already: was it planned with the same content?
local function verdict(known, entry)
  return known.fingerprint == entry.fingerprint and "same" or "different"
end

--- Writes down what is to be sent, for `take`. Safe to repeat.
---@async
---@param list table[] entries as for `begin`
---@param known? table gets the entries that are there already, by place
---@return string[]? verdicts "new", "same" (known with the same content) or
--- "different" (known with another: nothing was changed), one for each
---@return luapay.Fault? fault nothing was written down
function portion:plan(list, known)
  local now, new = self.clock(), {}
  for i, given in ipairs(list) do
    local entry, err = entries.new(given, now)
    if not entry then
      err.field = ("[%d].%s"):format(i, err.field)
      return nil, err
    end
    new[i] = entry
  end
  return self.commits:run(function(store)
    local verdicts = store:insert(new)
    for i, fresh in ipairs(verdicts) do
      verdicts[i] = "new"
      if not fresh then
        local one = new[i]
        local there = store:get(one.flow, one.run, one.reference, one.step)
        verdicts[i] = verdict(there, one)
        if known then known[i] = there end
      end
    end
    return verdicts
  end)
end

local function filter_of(given, states)
  return {
    flow = given.flow,
    run = given.run,
    step = given.step,
    reference = given.reference,
    states = states,
  }
end

local function take(journal, filter, limit)
  local now = journal.clock()
  return journal.commits:run(function(store)
    return store:take(
      filter,
      limit or 1,
      journal.worker,
      now + journal.lease,
      now
    )
  end)
end

--- Takes planned entries, to be sent now: they are "sent" from here on, and
--- this worker's until its lease ends.
---@async
---@param given table flow, and maybe run, step, limit (1)
---@return luapay.JournalEntry[]? entries an empty list: none is left
---@return luapay.Fault? fault nothing may be sent
function portion:take(given)
  local filter = filter_of(given, { "planned" })
  filter.send = true
  return take(self, filter, given.limit)
end

--- Takes entries whose outcome nobody has written down: of workers whose
--- lease has ended, and those that are unknown for long enough. They keep
--- their state; the provider must be asked before anything is sent.
---@async
---@param given table flow, and maybe run, step, reference, limit (100)
---@return luapay.JournalEntry[]? entries
---@return luapay.Fault? fault
function portion:orphans(given)
  local filter = filter_of(given, { "sent", "unknown" })
  filter.lease_before = self.clock()
  return take(self, filter, given.limit or 100)
end

--- Keeps an entry this worker's for one more lease: for work that takes
--- longer than one.
---@async
---@param entry luapay.JournalEntry in the state "sent" or "unknown"
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault code "lost": another worker has taken it over
function portion:renew(entry)
  local renewed = {}
  for name, value in pairs(entry) do
    renewed[name] = value
  end
  renewed.fence, renewed.lease_until = self.worker, self.clock() + self.lease
  local kept, err = self.commits:run(function(store)
    return store:save(renewed, entry.attempt, { "sent", "unknown" })
  end)
  if kept then -- durable: only now may it be relied upon
    entry.lease_until = renewed.lease_until
    return entry
  end
  return nil,
    err or fault.new {
      kind = "journal",
      code = "lost",
      endpoint = "journal",
      message = entry.reference .. ": another worker has taken it over",
      entry = entry,
    }
end

--- Moves an entry that the provider has ended, or somebody has settled; a
--- late or repeated word moves nothing.
---@async
---@param entry luapay.JournalEntry is changed when it has moved
---@param from string[] states it may be in
---@param state string
---@param outcome? table as of `finish`
---@return boolean? moved false: it is in another state
---@return luapay.Fault? fault
function portion:advance(entry, from, state, outcome)
  local now, kept = self.clock(), nil
  local moved, err = self.commits:run(function(store)
    kept = store:get(entry.flow, entry.run, entry.reference, entry.step)
    if not kept then return false end
    local attempt = kept.attempt
    entries.conclude(kept, state, outcome, now)
    return store:save(kept, attempt, from, true)
  end)
  if moved then entries.become(entry, kept) end -- durable by now
  return moved, err
end

return portion
