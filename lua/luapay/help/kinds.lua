-- kinds.lua - the types of fields in words: what an argument has to be, and
-- what a result is.

local FORMATS = {
  uuid = "a UUID",
  date = "a date (2023-05-31)",
  month = "a month (2023-05)",
  ["date-time"] = "a date and time (2023-05-31T12:00:00Z)",
  url = "a URL",
  https = "an https URL",
  currency = "a currency code (EUR)",
  country = "a country code (DK)",
  digits = "a whole number, or its digits as text",
  phone = "a phone number (+4512345678)",
  day = "a date, with or without a time",
  token68 = "letters, digits and -._~+/",
}

-- "1 to 36 characters", or nil where there is no bound to speak of.
local function span(min, max, one, many)
  if not min and not max then return nil end
  local unit = many and " " .. ((max or min) == 1 and one or many) or ""
  if min and min == max then return "exactly " .. min .. unit end
  if min and max then return ("%s to %s%s"):format(min, max, unit) end
  if max then return ("at most %s%s"):format(max, unit) end
  return ("at least %s%s"):format(min, unit)
end

local function length_of(field)
  local min, max = field.min, field.max
  if min == 1 and not max then return "not empty" end
  return span(min, max, "character", "characters")
end

local function range_of(field)
  if field.signed and not field.min then
    return field.max and "at most " .. field.max or "may be negative"
  end
  if not field.min and not field.max then return "0 or more" end
  return span(field.min or 0, field.max)
end

local KINDS = {}

local function always(text)
  return function()
    return text
  end
end

KINDS.id = always "an id: text or a whole number"
KINDS.boolean = always "true or false"
KINDS.any = always "whatever JSON can say"

function KINDS.string(field)
  local format = FORMATS[field.format]
  if format and not field.max then return format end
  return format or "text", length_of(field)
end

function KINDS.integer(field)
  return "a whole number", range_of(field)
end

function KINDS.number(field)
  return 'a decimal (0.25, or "0.25")', range_of(field)
end

function KINDS.object(field)
  return field.fields and "a table" or "a table of anything"
end

function KINDS.list(field)
  local of = field.element and KINDS[field.element.type](field.element)
  return of and "a list, each " .. of or "a list of tables",
    span(field.min, field.max, "element", "elements")
end

local MINOR = { minor = true, cents = true }

function KINDS.money(field)
  local minor = MINOR[field.unit]
  return minor and "money in minor units (1250)" or 'money ("12.50")',
    range_of(field),
    not minor and field.digits and ("at most %d decimals"):format(field.digits)
end

-- What comes back has no bounds worth telling; text keeps its digits.
local RESULTS = {
  string = function(field)
    local format = FORMATS[field.format]
    return field.format ~= "digits" and format or "text"
  end,
  number = always "a number",
  integer = always "a whole number",
  money = function(field)
    return field.unit == "minor" and "money in minor units (1250)"
      or field.unit == "cents" and 'money in minor units, as text ("1250")'
      or 'money, as text ("12.50")'
  end,
  list = function(field)
    return (KINDS.list(field))
  end,
}

return { argument = KINDS, result = RESULTS }
