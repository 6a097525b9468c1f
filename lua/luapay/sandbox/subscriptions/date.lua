-- Days and times as the provider writes them. Its working day is that of the
-- country, with summer time; a day is the number of days since 1970.

local moment = require "luapay.sandbox.online.date"

local date = {}

local DAY = 86400

--- Whether a text is a date and nothing else; and which day.
---@param text any
---@return integer? day
function date.day(text)
  if type(text) ~= "string" or not text:find "^%d%d%d%d%-%d%d%-%d%d$" then
    return nil
  end
  local seconds = moment.read(text .. "T00:00Z")
  return seconds and seconds / DAY
end

--- Whether a text is a date, or a date and a time.
function date.is(text)
  return date.day(text) ~= nil
    or (type(text) == "string" and moment.read(text) ~= nil)
end

-- Seconds by which the day of a country is ahead of UTC in winter.
local WINTER = { DK = 3600, FI = 7200 }

-- The last Sunday of a month, as a day; 1970 began on a Thursday.
local function last_sunday(year, month)
  local first_of_next = date.day(("%04d-%02d-01"):format(year, month + 1))
  local last = first_of_next - 1
  return last - (last + 4) % 7
end

-- Summer time in the European Union: from the last Sunday of March to that
-- of October, at 01:00 UTC.
local function is_summer(time)
  local year = tonumber((os.date("!%Y", math.floor(time))))
  local hour = 3600
  return time >= last_sunday(year, 3) * DAY + hour
    and time < last_sunday(year, 10) * DAY + hour
end

local function offset(time, country)
  return WINTER[country] + (is_summer(time) and 3600 or 0)
end

--- The day of a time in a country.
function date.day_of(time, country)
  return math.floor((time + offset(time, country)) / DAY)
end

--- The time of an hour of a day in a country.
function date.time(day, hour, country)
  local clock = day * DAY + hour * 3600
  local time = clock - WINTER[country]
  return clock - offset(time, country)
end

--- A day as a text.
function date.text(day)
  return os.date("!%Y-%m-%d", math.floor(day * DAY))
end

--- A time as a text, in UTC.
function date.moment(time)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(time))
end

return date
