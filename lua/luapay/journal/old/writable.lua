-- What every store can keep: JSON. What is none would fail the writes of
-- others, and what it says must not be lost for it: it is kept as text.

local core = require "luapay.core"

local function plain(value, depth)
  local kind = type(value)
  if kind == "table" and depth < 20 then
    local copy = {}
    for name, field in pairs(value) do
      copy[plain(name, 20)] = plain(field, depth + 1)
    end
    if core.encode(copy) then return copy end
  elseif kind == "number" then
    return core.encode(value) and value or ("%.14g"):format(value)
  elseif kind == "boolean" or (kind == "string" and core.encode(value)) then
    return value
  end
  return ("(a %s that cannot be written)"):format(kind)
end

--- The same, where it can be written; else what of it can.
---@param outcome table
---@return table
return function(outcome)
  if core.encode(outcome) then return outcome end
  local kept = plain(outcome, 1)
  return type(kept) == "table" and kept or { unwritable = kept }
end
