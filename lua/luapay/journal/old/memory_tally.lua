-- Counts and exact sums of entries in memory, by what they have in common.

local decimal = require "luapay.journal.old.decimal"

local GROUPED = { "flow", "run", "step", "state", "currency" }

local function key_of(entry)
  local key = ""
  for _, name in ipairs(GROUPED) do
    key = key .. (entry[name] or "") .. "\0"
  end
  return key
end

local function new_group(entry)
  local group = { count = 0, oldest = entry.created_at }
  for _, name in ipairs(GROUPED) do
    group[name] = entry[name]
  end
  return group
end

--- Groups as `store:tally` gives them.
---@param list luapay.JournalEntry[]
---@return table[]
return function(list)
  local groups, by_key = {}, {}
  for _, entry in ipairs(list) do
    local key = key_of(entry)
    local group = by_key[key]
    if not group then
      group = new_group(entry)
      by_key[key], groups[#groups + 1] = group, group
    end
    group.count = group.count + 1
    group.amount = decimal.add(group.amount, entry.amount)
    group.oldest = math.min(group.oldest, entry.created_at)
  end
  return groups
end
