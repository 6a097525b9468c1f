-- Exact decimals as text: "12.50", "-3", of any length. A sum has as many
-- digits behind its point as the longer of its parts, so "10.00" and "2.50"
-- are "12.50". No float and no locale is near it. It knows no other file.

local decimal = {}

local byte = string.byte

local CHUNK = 12 -- digits that a double adds exactly

-- Sign, digits before the point without leading zeros, digits behind it.
local function split(text)
  if type(text) ~= "string" then return nil end
  local sign, whole, rest = text:match "^(%-?)(%d+)(.*)$"
  if not whole then return nil end
  local fraction = rest == "" and "" or rest:match "^%.(%d+)$"
  if not fraction then return nil end
  return sign == "-", whole:match "^0*(%d+)$", fraction
end

local function read(text)
  local negative, whole, fraction = split(text)
  if negative == nil then
    error("decimal: expected a decimal like 12.50, got " .. tostring(text), 3)
  end
  return negative, whole, fraction
end

-- The digits of two numbers, in columns of the same place.
local function align(whole_a, fraction_a, whole_b, fraction_b)
  local scale = math.max(#fraction_a, #fraction_b)
  local a = whole_a .. fraction_a .. ("0"):rep(scale - #fraction_a)
  local b = whole_b .. fraction_b .. ("0"):rep(scale - #fraction_b)
  local length = math.max(#a, #b)
  return ("0"):rep(length - #a) .. a, ("0"):rep(length - #b) .. b, scale
end

-- Adds (or, with `sign` -1, takes the smaller `b` from `a`), in columns.
local function combine(a, b, sign)
  local parts, carry, last = {}, 0, #a
  while last > 0 do
    local first = math.max(1, last - CHUNK + 1)
    local width = last - first + 1
    local one = 10 ^ width
    local value = tonumber(a:sub(first, last))
      + sign * tonumber(b:sub(first, last))
      + carry
    carry = value < 0 and -1 or value >= one and 1 or 0
    local digits = ("%.0f"):format(value - carry * one)
    table.insert(parts, 1, ("0"):rep(width - #digits) .. digits)
    last = first - 1
  end
  return (carry > 0 and "1" or "") .. table.concat(parts)
end

local function write(negative, digits, scale)
  local whole = digits:sub(1, #digits - scale):match "^0*(%d*)$"
  local fraction = scale > 0 and "." .. digits:sub(-scale) or ""
  if whole == "" then whole = "0" end
  if not digits:find "[1-9]" then negative = false end
  return (negative and "-" or "") .. whole .. fraction
end

-- Nearly all amounts are short: a double holds them, as whole numbers of
-- their last place, exactly.
local SHORT, EXACT = 15, 2 ^ 53
local POWERS = {}
for i = 0, SHORT do
  POWERS[i] = 10 ^ i
end

-- The value in units of the last place, and the digits behind the point; nil
-- for what is long, or no decimal.
local function short(text)
  if type(text) ~= "string" or #text > SHORT then return nil end
  local value, scale, first = 0, nil, 1
  if byte(text, 1) == 45 then first = 2 end
  for i = first, #text do
    local b = byte(text, i)
    if b >= 48 and b <= 57 then
      value = value * 10 + (b - 48)
    elseif b == 46 and i > first and i < #text and not scale then
      scale = #text - i
    else
      return nil
    end
  end
  if first > #text then return nil end
  return first == 2 and -value or value, scale or 0
end

--- Whether a value is the text of a decimal.
---@param value any
---@return boolean
function decimal.is(value)
  return short(value) ~= nil or split(value) ~= nil
end

-- The sum in units of the last place, and the digits behind the point.
local function short_sum(a, b, sign)
  local value_a, scale_a = short(a)
  local value_b, scale_b = short(b)
  if not (value_a and value_b) then return nil end
  local scale = scale_a
  if scale_b > scale_a then
    scale, value_a = scale_b, value_a * POWERS[scale_b - scale_a]
  else
    value_b = value_b * POWERS[scale_a - scale_b]
  end
  local value = value_a + sign * value_b
  local is_exact = value_a < EXACT and value_a > -EXACT and value_b < EXACT
  if
    not is_exact
    or value_b <= -EXACT
    or value >= EXACT
    or value <= -EXACT
  then
    return nil
  end
  return value, scale
end

local function write_short(value, scale)
  local sign = value < 0 and "-" or ""
  local digits = ("%.0f"):format(value < 0 and -value or value)
  if scale == 0 then return value == 0 and "0" or sign .. digits end
  if #digits <= scale then
    digits = ("0"):rep(scale + 1 - #digits) .. digits
  end
  return sign .. digits:sub(1, -scale - 1) .. "." .. digits:sub(-scale)
end

local function sum(a, b, turned)
  local value, places = short_sum(a, b, turned and -1 or 1)
  if value then return write_short(value, places) end
  local negative_a, whole_a, fraction_a = read(a)
  local negative_b, whole_b, fraction_b = read(b)
  if turned then negative_b = not negative_b end
  local x, y, scale = align(whole_a, fraction_a, whole_b, fraction_b)
  if negative_a == negative_b then
    return write(negative_a, combine(x, y, 1), scale)
  elseif x < y then
    return write(negative_b, combine(y, x, -1), scale)
  end
  return write(negative_a, combine(x, y, -1), scale)
end

--- The sum of two decimals.
---@param a string
---@param b string
---@return string
function decimal.add(a, b)
  return sum(a, b, false)
end

--- What is left of one when another is taken from it.
---@param a string
---@param b string
---@return string
function decimal.sub(a, b)
  return sum(a, b, true)
end

--- -1, 0 or 1: whether the first is less, the same (1.5 and 1.50 are), more.
---@param a string
---@param b string
---@return integer
function decimal.compare(a, b)
  local value = short_sum(a, b, -1)
  if value then return value < 0 and -1 or value > 0 and 1 or 0 end
  local difference = sum(a, b, true)
  if not difference:find "[1-9]" then return 0 end
  return difference:find "^%-" and -1 or 1
end

--- The same without its sign.
---@param a string
---@return string
function decimal.abs(a)
  local _, whole, fraction = read(a)
  return whole .. (fraction ~= "" and "." .. fraction or "")
end

--- Whether it is 0, in whatever spelling.
---@param a string
---@return boolean
function decimal.is_zero(a)
  read(a)
  return not a:find "[1-9]"
end

return decimal
