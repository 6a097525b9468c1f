-- Amounts with two decimals, kept as a whole number of minor units: exact
-- on every Lua far beyond what the provider takes.

local decimal = require "luapay.sandbox.decimal"

local money = {}

local MOST = 214748364700

--- The amount that a text is.
---@param text string
---@return number? minor units, or nil
---@return string? why
function money.read(text)
  if not decimal.is(text) then return nil, "must be a number" end
  if not decimal.fits(text, 2) then
    return nil, "must have at most two decimals"
  end
  local minor = tonumber((decimal.round(text, 2):gsub("%.", "")))
  if minor < 0 or minor > MOST then return nil, "is out of range" end
  return minor
end

--- The text of an amount: "12.50".
---@param minor number
---@return string
function money.text(minor)
  local digits = ("%03.0f"):format(minor)
  return digits:sub(1, -3) .. "." .. digits:sub(-2)
end

return money
