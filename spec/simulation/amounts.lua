-- Amounts as whole numbers of ten-thousandths, so that the books can be
-- added without the library's own money.

local amounts = {}

local SCALE = 10000

--- "12.5" as 125000; nil for what is no amount.
function amounts.read(text)
  if text == nil then return nil end
  local sign, whole, fraction = tostring(text):match "^(%-?)(%d+)%.?(%d*)$"
  if not whole then return nil end
  fraction = (fraction .. "0000"):sub(1, 4)
  local units = tonumber(whole) * SCALE + tonumber(fraction)
  return sign == "-" and -units or units
end

--- 125000 as "12.5".
function amounts.text(units)
  local sign = units < 0 and "-" or ""
  units = math.abs(units)
  local text = ("%s%d.%04d"):format(
    sign,
    math.floor(units / SCALE),
    units % SCALE
  )
  return (text:gsub("0+$", ""):gsub("%.$", ""))
end

amounts.SCALE = SCALE

return amounts
