-- Exact decimal arithmetic on text: "12.50" + "0.005" is "12.505".
-- A provider's books must add up to the last digit, on every Lua, for any
-- amount that a test thinks of; a float cannot do that beyond 2^53 and not
-- even for 0.1. Numbers here are short, so digit by digit is fast enough,
-- and the sandbox stays plain Lua.

local decimal = {}

local MAX_LENGTH = 60 -- characters of an amount; keeps bad input cheap

-- "-12.50" -> true, "1250", 2
local function parse(text)
  local sign, whole, fraction = text:match("^(%-?)(%d+)%.?(%d*)$")
  assert(whole, "not a decimal")
  return sign == "-", whole .. fraction, #fraction
end

-- The inverse of parse; there is no minus zero and no useless leading zero.
local function build(negative, digits, scale)
  digits = ("0"):rep(scale + 1 - #digits) .. digits
  local whole = digits:sub(1, #digits - scale):gsub("^0+(%d)", "%1")
  local text = whole
  if scale > 0 then text = whole .. "." .. digits:sub(-scale) end
  if negative and digits:find("[1-9]") then text = "-" .. text end
  return text
end

-- Both with as many digits, so that comparing texts compares numbers.
local function align(a, b)
  local n = math.max(#a, #b)
  return ("0"):rep(n - #a) .. a, ("0"):rep(n - #b) .. b
end

-- a + sign * b, digit by digit; for sign -1, a must not be less than b
local function combine(a, b, sign)
  local out, carry = {}, 0
  for i = #a, 1, -1 do
    local d = a:byte(i) - 48 + sign * (b:byte(i) - 48) + carry
    carry = d >= 10 and 1 or d < 0 and -1 or 0
    out[i] = string.char(d - 10 * carry + 48)
  end
  return (carry == 1 and "1" or "") .. table.concat(out)
end

--- Whether a text is a plain decimal: digits, maybe a minus before and a
--- point with digits after; no exponent, no grouping, no blanks.
---@param text any
---@return boolean
function decimal.is(text)
  if type(text) ~= "string" or #text > MAX_LENGTH then return false end
  return text:find("^%-?%d+$") ~= nil or text:find("^%-?%d+%.%d+$") ~= nil
end

---@param a string
---@param b string
---@return string sum with the finer of the two scales
function decimal.add(a, b)
  local aneg, adigits, ascale = parse(a)
  local bneg, bdigits, bscale = parse(b)
  local scale = math.max(ascale, bscale)
  adigits, bdigits = align(
    adigits .. ("0"):rep(scale - ascale),
    bdigits .. ("0"):rep(scale - bscale)
  )
  if aneg == bneg then
    return build(aneg, combine(adigits, bdigits, 1), scale)
  elseif adigits >= bdigits then
    return build(aneg, combine(adigits, bdigits, -1), scale)
  end
  return build(bneg, combine(bdigits, adigits, -1), scale)
end

---@param a string
---@return string
function decimal.negate(a)
  local negative, digits, scale = parse(a)
  return build(not negative, digits, scale)
end

---@param a string
---@param b string
---@return string product with all its digits
function decimal.multiply(a, b)
  local aneg, adigits, ascale = parse(a)
  local bneg, bdigits, bscale = parse(b)
  local out = {}
  for i = 1, #adigits + #bdigits do
    out[i] = 0
  end
  for i = #adigits, 1, -1 do
    local carry, x = 0, adigits:byte(i) - 48
    for j = #bdigits, 1, -1 do
      local d = out[i + j] + x * (bdigits:byte(j) - 48) + carry
      out[i + j] = d % 10
      carry = (d - d % 10) / 10
    end
    out[i] = carry
  end
  for i = 1, #out do
    out[i] = string.char(out[i] + 48)
  end
  return build(aneg ~= bneg, table.concat(out), ascale + bscale)
end

--- Rounds half to even, the rule that favours nobody over many bookings.
---@param a string
---@param places integer digits after the point, padded with zeros
---@return string
function decimal.round(a, places)
  local negative, digits, scale = parse(a)
  if scale <= places then
    return build(negative, digits .. ("0"):rep(places - scale), places)
  end
  local keep = #digits - (scale - places)
  local head, tail = "0" .. digits:sub(1, keep), digits:sub(keep + 1)
  local half = "5" .. ("0"):rep(#tail - 1)
  local odd = head:byte(-1) % 2 == 1
  if tail > half or (tail == half and odd) then
    head = combine(head, ("0"):rep(#head - 1) .. "1", 1)
  end
  return build(negative, head, places)
end

--- Whether nothing is lost by writing `a` with so many places.
---@param a string
---@param places integer
---@return boolean
function decimal.fits(a, places)
  local _, digits, scale = parse(a)
  return scale <= places or not digits:sub(places - scale):find("[1-9]")
end

--- Whether two decimals are the same number: "1.50" and "1.5" are.
---@param a string
---@param b string
---@return boolean
function decimal.equal(a, b)
  return not decimal.add(a, decimal.negate(b)):find("[1-9]")
end

return decimal
