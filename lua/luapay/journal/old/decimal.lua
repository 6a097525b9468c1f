-- Exact sums of amounts in text, for stores that have no database to add
-- them up. Amounts have six decimals at most and are never negative.

local decimal = {}

local function parts(text)
  local whole, fraction = text:match "^(%d+)%.?(%d*)$"
  return whole, (fraction .. "000000"):sub(1, 6)
end

--- An amount in millionths, as digits: "12.5" is "12500000". Nil when the
--- text is no amount with six decimals at most.
---@param text string
---@return string?
function decimal.to_millionths(text)
  local whole, rest = text:match "^(%d+)%.?(%d*)$"
  if not whole or #rest > 6 then return nil end
  whole = whole:gsub("^0+", "")
  if #whole > 12 then return nil end
  local digits = (whole .. (rest .. "000000"):sub(1, 6)):gsub("^0+", "")
  return digits == "" and "0" or digits
end

--- The other way: "12500000" is "12.50", and "12000000" is "12".
---@param digits string
---@return string
function decimal.from_millionths(digits)
  local padded = ("0"):rep(7 - #digits) .. digits
  local whole, fraction = padded:sub(1, -7), padded:sub(-6)
  fraction = fraction:gsub("0+$", "")
  if fraction == "" then return whole end
  return ("%s.%s%s"):format(whole, fraction, #fraction == 1 and "0" or "")
end

--- The exact sum of two amounts; either may be nil.
---@param a? string
---@param b? string
---@return string?
function decimal.add(a, b)
  if not (a and b) then
    local one = a or b
    return one and decimal.from_millionths(decimal.to_millionths(one))
  end
  local whole_a, fraction_a = parts(a)
  local whole_b, fraction_b = parts(b)
  local fraction = tonumber(fraction_a) + tonumber(fraction_b)
  local carry = fraction >= 1000000 and 1 or 0
  local whole = tonumber(whole_a) + tonumber(whole_b) + carry
  return decimal.from_millionths(
    ("%.0f%06.0f"):format(whole, fraction % 1000000)
  )
end

return decimal
