-- fill.lua - a callback's values: what is given, over what is usual.

--- A table of the defaults with what is given put over them; `false` leaves
--- a name out.
---@param given? table
---@param defaults table
---@return table
return function(given, defaults)
  local out = {}
  for _, source in ipairs { defaults, given or {} } do
    for name, value in pairs(source) do
      out[name] = value
    end
  end
  for name, value in pairs(out) do
    if value == false then out[name] = nil end
  end
  return out
end
