-- words.lua - what a field is, in words: for the help in the interpreter
-- and for the reference pages, so that both say the same.

local kinds = require "luapay.help.kinds"

local words = {}

local function choices_of(field, quote)
  local list = {}
  for i, choice in ipairs(field.choices) do
    list[i] = field.type == "string" and quote(choice) or choice
  end
  local last = table.remove(list)
  local all = list[1] and table.concat(list, ", ") .. " or " .. last or last
  return field.format and "or " .. all or all
end

local NOTES = {
  { "lines", "may have line breaks" },
  { "nullable", "or luapay.null" },
  { "secret", "secret" },
  { "key", "identifies the call when it is repeated; made if missing" },
}

-- Adds what is not nil.
local function add(parts, ...)
  for i = 1, select("#", ...) do
    local part = select(i, ...)
    if part then parts[#parts + 1] = part end
  end
end

local function add_notes(parts, field, quote)
  for _, note in ipairs(NOTES) do
    add(parts, field[note[1]] and note[2])
  end
  add(parts, field.preset and quote(field.preset) .. " if left out")
  if field.name == "CorrelationId" and field.location == "header" then
    add(parts, "made where none is given")
  end
end

--- What to pass, or what comes back: "text, 1 to 36 characters".
---@param field table of core.describe
---@param quote fun(text: string): string how names and values are shown
---@param result? boolean it is a field of a result
---@return string
function words.of(field, quote, result)
  local parts = {}
  local kind = result and kinds.result[field.type]
    or kinds.argument[field.type]
  if field.choices and not field.format then
    add(parts, choices_of(field, quote))
  else
    add(parts, kind(field))
    add(parts, field.choices and choices_of(field, quote))
  end
  add(parts, field.currency and "in the currency of " .. quote(field.currency))
  if not result then add_notes(parts, field, quote) end
  return table.concat(parts, ", ")
end

return words
