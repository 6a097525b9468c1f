-- journal.lua - a store of what was seen, in a journal: it outlives the
-- process, and is one for all who share the database. Each decision is one
-- transaction of the keys that it depends on.

local states = require "luapay.callback.states"

local journals = {}

local Store = {}
Store.__index = Store

-- A decision that is a boolean; nil and a fault when there is none.
local function decide(self, names, fn)
  local decision, err = self.journal:change_values(names, function(...)
    return { fn(...) }
  end)
  if not decision then return nil, err end
  return (table.unpack or unpack)(decision)
end

function Store:first(key)
  key = "seen:" .. key
  return decide(self, { key }, function(get, set)
    if get(key) then return false end
    set(key, "1")
    return true
  end)
end

function Store:has(key)
  key = "seen:" .. key
  return decide(self, { key }, function(get)
    return get(key) ~= nil
  end)
end

-- Claims are counted: who has the last number has the claim, until its time
-- is over or it is given back. Its time goes by the journal's clock of
-- leases, which nobody sets; one of another clock (the machine has started
-- anew since) lasts its whole length once more.
function Store:claim(key, seconds)
  key = "claim:" .. key
  return decide(self, { key }, function(get, set, _, lease)
    local known = get(key) or "0 0 "
    local number, ends, clock = known:match "^(%d+) (%d+) (.*)$"
    local until_then = ("%.0f"):format((lease.now + seconds) * 1000)
    local is_over = ends == "0"
    if clock == lease.clock then
      is_over = tonumber(ends) <= lease.now * 1000
    elseif not is_over then
      set(key, table.concat({ number, until_then, lease.clock }, " "))
    end
    if not is_over then return false end
    number = ("%.0f"):format(tonumber(number) + 1)
    set(key, table.concat({ number, until_then, lease.clock }, " "))
    return number
  end)
end

function Store:release(key, number)
  key = "claim:" .. key
  return decide(self, { key }, function(get, set)
    local known = get(key)
    if known and known:match "^%d+" == number then
      set(key, number .. " 0 ")
    end
    return true
  end)
end

function Store:advance(key, rank, state, is_final)
  local names = {}
  for at = rank, states.TOP do
    names[#names + 1] = "state:" .. key .. ":" .. at
  end
  return decide(self, names, function(get, set)
    local mine = get(names[1])
    if not mine then set(names[1], state) end
    for at = #names, 2, -1 do
      local above = get(names[at])
      if above then return false, above, rank + at - 1 end
    end
    if not mine or not is_final or mine == state then return true end
    return false, mine, rank
  end)
end

--- Makes a store. A journal forgets its keys when `journal:forget(age)` is
--- called: not sooner than the provider stops to repeat itself.
---@param journal luapay.Journal
function journals.new(journal)
  return setmetatable({ journal = journal }, Store)
end

return journals
