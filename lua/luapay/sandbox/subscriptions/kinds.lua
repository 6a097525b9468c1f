-- The kinds of values that bodies have. Each returns what is used, or nil
-- and what it should have been. Numbers may stand in quotes: the provider's
-- own samples have them so.

local date = require "luapay.sandbox.subscriptions.date"
local json = require "luapay.sandbox.json"
local money = require "luapay.sandbox.subscriptions.money"

local HEX = "^"
  .. ("%x"):rep(8)
  .. ("%-" .. ("%x"):rep(4)):rep(3)
  .. "%-"
  .. ("%x"):rep(12)
  .. "$"

local function digits(value)
  if json.is_number(value) then return value.text end
  return type(value) == "string" and value or nil
end

local kinds = {}

function kinds.text(value, rule)
  if type(value) ~= "string" then return nil, "must be text" end
  local _, length = value:gsub("[^\128-\191]", "")
  if rule.max and length > rule.max then
    return nil, "must be at most " .. rule.max .. " characters"
  end
  if rule.choices and not rule.choices[value] then
    return nil, "is none of the known values"
  end
  return value
end

function kinds.uuid(value)
  if type(value) == "string" and value:find(HEX) then return value:lower() end
  return nil, "must be a UUID"
end

function kinds.whole(value, rule)
  local text = digits(value)
  local number = text and text:find "^%-?%d+$" and tonumber(text)
  if not number then return nil, "must be a whole number" end
  if
    (rule.min and number < rule.min)
    or (rule.max and number > rule.max)
    or (rule.choices and not rule.choices[number])
  then
    return nil, "is out of range"
  end
  return number
end

function kinds.money(value, rule)
  local amount, why = money.read(digits(value))
  if amount and amount < (rule.min or 0) then return nil, "is out of range" end
  return amount, why
end

-- A number that is kept as it was written.
function kinds.number(value)
  local text = digits(value)
  if text and tonumber(text) then return json.number(text) end
  return nil, "must be a number"
end

function kinds.boolean(value)
  if type(value) == "boolean" then return value end
  return nil, "must be true or false"
end

function kinds.date(value)
  if date.day(value) then return value end
  return nil, "must be a date: yyyy-MM-dd"
end

function kinds.day(value)
  if date.is(value) then return value end
  return nil, "must be a date or a date and time"
end

function kinds.url(value)
  if type(value) == "string" and value:find "^https?://[^/%s]+%S*$" then
    return value
  end
  return nil, "must be a URL"
end

function kinds.https(value)
  if not kinds.url(value) then return nil, "must be a URL" end
  if value:find "^https://" then return value end
  return nil, "The hyperlink reference must use https scheme"
end

return kinds
