-- Which entries in memory a filter means.

local match = {}

--- Whether a list has this value.
function match.is_one_of(list, value)
  for _, item in ipairs(list) do
    if item == value then return true end
  end
  return false
end

local EQUAL = { "flow", "run", "step", "reference", "provider_id" }

--- Whether an entry is one that the filter means.
function match.fits(entry, filter)
  for _, name in ipairs(EQUAL) do
    local wanted = filter[name]
    if wanted ~= nil and entry[name] ~= wanted then return false end
  end
  if filter.states and not match.is_one_of(filter.states, entry.state) then
    return false
  end
  local before = filter.lease_before
  return not before or (entry.lease_until or 0) < before
end

return match
