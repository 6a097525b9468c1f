-- Methods of a journal for those who look: what is open, unknown, parked;
-- and for the person who found out. Also small keys, for what arrives.

local fault = require "luapay.fault"

local look = {}

local PAGE = 500 -- entries read at a time

local function refuse(message, code)
  return nil,
    fault.new {
      kind = "journal",
      code = code,
      endpoint = "journal",
      message = message,
    }
end

-- Reading waits for nobody, so that it also works in an iterator.
local function list(journal, filter, after, limit)
  return journal.store:transact(function(store)
    return store:list(filter, after, limit)
  end)
end

--- The first entry that fits.
---@async
---@param filter table flow, run, reference, step, states,
--- provider_id
---@return luapay.JournalEntry|false|nil entry false: there is none
---@return luapay.Fault? fault
function look:find(filter)
  local found, err = list(self, filter, 0, 1)
  if not found then return nil, err end
  return found[1] or false
end

--- All entries that fit, in the order they were written down, read in
--- portions. The function returns nil at the end, and nil and a fault when
--- the store cannot be read.
---@param filter table
---@return async fun(): luapay.JournalEntry?, luapay.Fault?
function look:each(filter)
  local page, at, last = {}, 0, 0
  return function()
    at = at + 1
    if not page[at] then
      if at > 1 and at <= PAGE then return nil end
      local err
      page, err = list(self, filter, last, PAGE)
      if not page then
        page = {}
        return nil, err
      end
      at = 1
    end
    local entry = page[at]
    if entry then last = entry.id end
    return entry
  end
end

--- How many there are: in each state, of each flow, run and step.
---@async
---@param filter? table
---@return table[]? groups { flow, run, step, state, currency,
--- count, amount (exact sum, decimal text), oldest (seconds since 1970) }
---@return luapay.Fault? fault
function look:tally(filter)
  return self.store:transact(function(store)
    return store:tally(filter or {})
  end)
end

local URGENT = { parked = 1, unknown = 2, sent = 3, pending = 4 }

--- What is not settled: parked first (a person must act), then unknown,
--- sent and pending. Each group says how old its oldest is.
---@async
---@param filter? table
---@return table[]? groups as of `tally`, with `age` in seconds
---@return luapay.Fault? fault
function look:report(filter)
  local groups, err = self:tally(filter)
  if not groups then return nil, err end
  local open, now = {}, self.clock()
  for _, group in ipairs(groups) do
    if URGENT[group.state] then
      group.age = math.max(0, now - group.oldest)
      open[#open + 1] = group
    end
  end
  table.sort(open, function(a, b)
    if a.state ~= b.state then return URGENT[a.state] < URGENT[b.state] end
    if a.oldest ~= b.oldest then return a.oldest < b.oldest end
    return a.flow .. a.run .. a.step < b.flow .. b.run .. b.step
  end)
  return open
end

local FOUND_OUT = { done = true, failed = true }
local UNSETTLED = { "parked", "unknown" }

--- Writes down what a person found out about a parked or unknown entry.
---@async
---@param reference string
---@param state "done"|"failed"
---@param details? table who, how, the provider's id (`provider_id`); with
--- `flow`, `run` or `step` where the reference alone fits several
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault code "absent", "several" or "settled"
function look:resolve(reference, state, details)
  details = details or {}
  if not FOUND_OUT[state] then
    error('journal: resolve: expected "done" or "failed"', 2)
  end
  local found, err = list(self, {
    reference = reference,
    flow = details.flow,
    run = details.run,
    step = details.step,
    states = UNSETTLED,
  }, 0, 2)
  if not found then return nil, err end
  if not found[1] then
    return refuse("nothing parked or unknown: " .. reference, "absent")
  elseif found[2] then
    return refuse("name flow, run and step: " .. reference, "several")
  end
  local moved, why = self:advance(found[1], UNSETTLED, state, details)
  if moved == nil then return nil, why end
  if not moved then return refuse("settled meanwhile", "settled") end
  return found[1]
end

--- Whether this key comes for the first time, ever; it is remembered.
---@async
---@param key string
---@return boolean? first
---@return luapay.Fault? fault
function look:first(key)
  local now = self.clock()
  return self.commits:run(function(store)
    return store:first(key, now)
  end)
end

--- Forgets keys of `first` that are older than some seconds.
---@async
---@param age number
---@return integer? forgotten
---@return luapay.Fault? fault
function look:forget(age)
  local before = self.clock() - age
  return self.commits:run(function(store)
    return store:forget(before)
  end)
end

return look
