-- batch_day.lua - days of payments: texts like 2024-01-05, and numbers of
-- days since 1970.

local day = {}

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

--- The text of a day.
---@param number integer
---@return string
function day.text(number)
  return os.date("!%Y-%m-%d", math.floor(number * 86400))
end

--- The day on which a moment falls.
---@param seconds number since 1970
---@param offset number seconds by which the day is ahead of UTC
---@return integer
function day.of(seconds, offset)
  return math.floor((seconds + offset) / 86400)
end

return day
