-- Days and times as the provider writes them. Its working day is a local
-- one; a day is the number of days since 1970.

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

--- The local day of a time.
function date.day_of(time, offset)
  return math.floor((time + offset) / DAY)
end

--- The time of an hour of a local day.
function date.time(day, hour, offset)
  return day * DAY + hour * 3600 - offset
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
