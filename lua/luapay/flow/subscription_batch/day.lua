-- day.lua - days of payments: texts like 2024-01-05, and numbers of days
-- since 1970. MobilePay's day is that of the country, with the summer time
-- of the European Union.

local day = {}

local DAY, HOUR = 86400, 3600

local BEFORE = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 }

-- Days since 1970 of a date of the Gregorian calendar.
local function count(y, m, d)
  local leap = y % 4 == 0 and (y % 100 ~= 0 or y % 400 == 0)
  local years = y - 1
  local leaps = math.floor(years / 4)
    - math.floor(years / 100)
    + math.floor(years / 400)
  return (y - 1970) * 365
    + leaps
    - 477
    + BEFORE[m]
    + d
    - 1
    + (leap and m > 2 and 1 or 0)
end

--- The text of a day.
---@param number integer
---@return string
function day.text(number)
  return os.date("!%Y-%m-%d", math.floor(number * DAY))
end

--- The number of a day; nil when the text is no day.
---@param text any
---@return integer? day
function day.number(text)
  if type(text) ~= "string" then return nil end
  local y, m, d = text:match "^(%d%d%d%d)%-(%d%d)%-(%d%d)$"
  if not y then return nil end
  y, m, d = tonumber(y), tonumber(m), tonumber(d)
  if not BEFORE[m] or d < 1 or d > 31 then return nil end
  local number = count(y, m, d)
  return day.text(number) == text and number or nil
end

-- Seconds by which the day of a country is ahead of UTC in winter.
local WINTER = { DK = HOUR, FI = 2 * HOUR }

-- The last Sunday of a month of 31 days; 1970 began on a Thursday.
local function last_sunday(year, month)
  local last = count(year, month, 31)
  return last - (last + 4) % 7
end

-- From the last Sunday of March to that of October, at 01:00 UTC.
local function is_summer(seconds)
  local year = tonumber((os.date("!%Y", math.floor(seconds))))
  return seconds >= last_sunday(year, 3) * DAY + HOUR
    and seconds < last_sunday(year, 10) * DAY + HOUR
end

--- The day on which a moment falls in a country.
---@param seconds number since 1970
---@param country "DK"|"FI"
---@return integer
function day.of(seconds, country)
  local ahead = WINTER[country] + (is_summer(seconds) and HOUR or 0)
  return math.floor((seconds + ahead) / DAY)
end

return day
