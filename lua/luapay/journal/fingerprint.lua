-- A short text that tells the arguments of one call from those of another.

local core = require "luapay.core"

-- Whatever stands for the decimal point in the host's locale, is one.
local function number_text(value)
  return (("%.17g"):format(value):gsub("[^%w+-]+", "."))
end

local write

local function by_text(a, b)
  return tostring(a) < tostring(b)
end

local function sorted_names(value)
  local names, mixed = {}, false
  for name in pairs(value) do
    names[#names + 1] = name
    mixed = mixed or type(name) ~= "string"
  end
  table.sort(names, mixed and by_text or nil)
  return names
end

local function write_table(value, out)
  out[#out + 1] = "{"
  for _, name in ipairs(sorted_names(value)) do
    out[#out + 1] = tostring(name) .. "="
    write(value[name], out)
  end
  out[#out + 1] = "}"
end

function write(value, out)
  local kind = type(value)
  if kind == "table" and not getmetatable(value) then
    return write_table(value, out)
  end
  local text = kind == "number" and number_text(value) or tostring(value)
  -- no format: in Lua 5.1 its texts end at a byte of 0
  out[#out + 1] = kind:sub(1, 1) .. ":" .. #text .. ":" .. text .. ";"
end

--- The same for the same arguments, in every process, every Lua and every
--- locale.
---@param args table
---@return string 16 hexadecimal digits
return function(args)
  local out = {}
  write(args, out)
  return core.fingerprint(table.concat(out))
end
