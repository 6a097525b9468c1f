-- currencies.lua - writes csrc/currency.c from the list of ISO 4217.

local text = dofile "doc/generate/text.lua"

local HEAD = [[
/*
** currency.c - the currencies of ISO 4217 as of %s, sorted by code.
** Written by make doc from doc/generate/currencies.txt: change that.
*/
#include "money.h"

/* clang-format off */
const struct pay_currency pay_currencies[] = {
]]

local TAIL = [[
};
/* clang-format on */

const size_t pay_currency_count =
    sizeof(pay_currencies) / sizeof(pay_currencies[0]);
]]

local currencies = {}

--- The list: code, number, digits, ended.
---@return table[] rows sorted by code
---@return string date as of which they are so
function currencies.read()
  local list = text.read "doc/generate/currencies.txt"
  local rows = {}
  for line in list:gmatch "[^\n]+" do
    local code, number, digits, ended =
      line:match "^(%u%u%u) (%d%d%d) (%d) ?(%S*)$"
    if code then
      rows[#rows + 1] = {
        code = code,
        number = tonumber(number),
        digits = tonumber(digits),
        ended = ended ~= "" and ended or nil,
      }
    elseif line:sub(1, 1) ~= "#" then
      error("currencies.txt: " .. line)
    end
  end
  return rows, list:match "as of (%d+%-%d+%-%d+)"
end

--- The text of csrc/currency.c.
---@return string
function currencies.make()
  local rows, date = currencies.read()
  local lines = {}
  for i, row in ipairs(rows) do
    lines[i] = ('  { "%s", %d, %d, %d },\n'):format(
      row.code,
      row.number,
      row.digits,
      row.ended and 1 or 0
    )
  end
  return HEAD:format(date) .. table.concat(lines) .. TAIL
end

return currencies
