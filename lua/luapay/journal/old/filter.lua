-- A filter of entries as a condition of SQL, with its values bound.

local filter = {}

local EQUAL = { "flow", "run", "step", "reference", "provider_id" }

--- The condition, and its values: a list with `n`.
---@param given table see memory_match.lua
---@param after integer only those with a higher id
---@return string where
---@return table values
function filter.where(given, after)
  local parts, values = { "id > ?" }, { ("%.0f"):format(after), n = 1 }
  local function add(condition, value)
    parts[#parts + 1] = condition
    values.n = values.n + 1
    values[values.n] = value
  end
  for _, name in ipairs(EQUAL) do
    if given[name] ~= nil then add(name .. " = ?", given[name]) end
  end
  if given.states then
    parts[#parts + 1] = ("state IN (%s)"):format(
      ("?, "):rep(#given.states):sub(1, -3)
    )
    for _, state in ipairs(given.states) do
      values.n = values.n + 1
      values[values.n] = state
    end
  end
  if given.lease_before then
    add(
      "(lease_until IS NULL OR lease_until < ?)",
      ("%.3f"):format(given.lease_before)
    )
  end
  return table.concat(parts, " AND "), values
end

return filter
