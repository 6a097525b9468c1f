-- Lua values as text, and back: between a spec and a program that it runs.
local literal = {}

local function write(out, value)
  local kind = type(value)
  if kind == "string" then
    out[#out + 1] = ("%q"):format(value):gsub("\r", "\\r"):gsub("%z", "\\0")
  elseif kind == "number" then
    out[#out + 1] = ("%.17g"):format(value)
  elseif kind == "table" then
    out[#out + 1] = "{"
    for key, one in pairs(value) do
      out[#out + 1] = "["
      write(out, key)
      out[#out + 1] = "]="
      write(out, one)
      out[#out + 1] = ","
    end
    out[#out + 1] = "}"
  else
    out[#out + 1] = tostring(value)
  end
end

--- Strings, numbers, booleans, nil, and tables of them.
---@return string
function literal.write(value)
  local out = {}
  write(out, value)
  return table.concat(out)
end

--- What was written.
function literal.read(text)
  return assert((loadstring or load)("return " .. text))()
end

return literal
