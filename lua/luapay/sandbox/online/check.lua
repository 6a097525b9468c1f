-- Whether a value of a JSON body is what a rule (see rules.lua) asks for.

local date = require "luapay.sandbox.online.date"
local json = require "luapay.sandbox.json"

local HEX = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x"
  .. "%x%x%x%x%x%x$"
local MOST = 2 ^ 53 -- what every Lua counts exactly

-- Each returns the value to be used, or nil and what it should have been.
local kinds = {}

function kinds.text(value)
  if type(value) ~= "string" then return nil, "must be text" end
  return value
end

function kinds.uuid(value)
  if type(value) ~= "string" or not value:find(HEX) then
    return nil, "must be a UUID"
  end
  return value:lower()
end

function kinds.url(value)
  if type(value) ~= "string" or not value:find("^%a[%w+.-]*:[^%s]+$") then
    return nil, "must be a fully qualified URL"
  end
  return value
end

function kinds.https(value)
  if type(value) ~= "string" or not value:find("^https://[^/%s]+[^%s]*$") then
    return nil, "must be an https URL"
  end
  return value
end

function kinds.moment(value)
  if type(value) ~= "string" or not date.read(value) then
    return nil, "must be a date and a time"
  end
  return value
end

function kinds.integer(value)
  local digits = json.is_number(value) and value.text:match("^%-?%d+$")
  local number = digits and tonumber(digits)
  if not number or number >= MOST or number <= -MOST then
    return nil, "must be a whole number"
  end
  return number
end

function kinds.boolean(value)
  if type(value) ~= "boolean" then return nil, "must be true or false" end
  return value
end

local function is_list(value)
  return type(value) == "table"
    and not json.is_number(value)
    and value ~= json.null
    and (next(value) == nil or value[1] ~= nil)
end

function kinds.texts(value)
  local good = is_list(value)
  for _, item in ipairs(good and value or {}) do
    good = good and type(item) == "string"
  end
  if not good then return nil, "must be a list of texts" end
  return value
end

local function is_card(card)
  if type(card) ~= "table" or type(card.name) ~= "string" then return false end
  if card.tokenCallbackUrl == json.null then card.tokenCallbackUrl = nil end
  return kinds.https(card.encryptedPanCallbackUrl)
    and (card.tokenCallbackUrl == nil or kinds.https(card.tokenCallbackUrl))
end

-- Whether the names are those of cards is the domain's business.
function kinds.cards(value)
  if not is_list(value) then return nil, "must be a list" end
  for _, card in ipairs(value) do
    if not is_card(card) then return nil, "needs names and https addresses" end
  end
  return value
end

-- A number's own bounds, or those of a text's length in characters.
local function bounded(value, rule)
  local size = value
  if type(value) == "string" then size = #value:gsub("[\128-\191]", "") end
  if rule.min and size < rule.min or rule.max and size > rule.max then
    return nil, "is out of bounds"
  end
  if rule.choices and not rule.choices[value] then
    return nil, "is none of the known ones"
  end
  return value
end

--- Checks one value.
---@param value any as decoded; nil when it is not there
---@param rule table
---@return any value to be used, or nil
---@return string? why not; nil when there is just nothing
return function(value, rule)
  if value == json.null and rule.nullable then value = nil end
  if value == nil then return nil, rule.required and "is required" or nil end
  local good, why = kinds[rule.kind](value)
  if good == nil then return nil, why end
  if good == "" then return nil, rule.required and "is required" or nil end
  return bounded(good, rule)
end
