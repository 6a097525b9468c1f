-- Points in time as RFC 3339 writes them. Seconds may be missing, as they
-- are in the provider's own example; without an offset it is UTC.

local date = {}

-- Days since 1970 of a day of the Gregorian calendar.
local function days(year, month, day)
  local shift = month > 2 and 0 or 1
  local y = year - shift
  local era = math.floor(y / 400)
  local of_era = y - era * 400
  local of_year = math.floor((153 * (month - 3 + shift * 12) + 2) / 5)
    + day
    - 1
  return era * 146097
    + of_era * 365
    + math.floor(of_era / 4)
    - math.floor(of_era / 100)
    + of_year
    - 719468
end

local LENGTHS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function is_day(year, month, day)
  local length = LENGTHS[month]
  local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  if month == 2 and leap then length = 29 end
  return length ~= nil and day >= 1 and day <= length
end

local function offset_of(zone)
  if zone == "" or zone == "Z" then return 0 end
  local sign, hours, minutes = zone:match("^([+-])(%d%d):(%d%d)$")
  if not sign then return nil end
  local seconds = hours * 3600 + minutes * 60
  return sign == "-" and -seconds or seconds
end

--- Seconds since 1970, or nil.
---@param text string
---@return number?
function date.read(text)
  local year, month, day, hour, minute, rest =
    text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d)(.*)$")
  if not year then return nil end
  local second, zone = rest:match("^:(%d%d)%.?%d*(.*)$")
  local offset = offset_of(zone or rest)
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  hour, minute, second =
    tonumber(hour), tonumber(minute), tonumber(second or 0)
  if
    not offset
    or not is_day(year, month, day)
    or hour > 23
    or minute > 59
    or second > 60
  then
    return nil
  end
  return days(year, month, day) * 86400
    + hour * 3600
    + minute * 60
    + second
    - offset
end

return date
