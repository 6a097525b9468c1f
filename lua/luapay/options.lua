-- options.lua - checks what a constructor is given. A wrong option is a bug
-- of the caller's program, so it raises, and says which and why.

local options = {}

local function names_of(known)
  local names = {}
  for name in pairs(known) do
    names[#names + 1] = name
  end
  table.sort(names)
  return table.concat(names, ", ")
end

local function problem_of(value, rule)
  if value == nil then return rule.required and "is required" or nil end
  if rule.type == "any" then return nil end
  if type(value) ~= rule.type then
    return ("expected a %s, got a %s"):format(rule.type, type(value))
  end
  if rule.positive and not (value > 0 and value < math.huge) then
    return "expected a number above 0"
  end
  if rule.least and not (value >= rule.least and value < math.huge) then
    return ("expected a number, %d or more"):format(rule.least)
  end
  if rule.whole and value % 1 ~= 0 then return "expected a whole number" end
  if rule.type == "string" and value == "" and not rule.empty then
    return "must not be empty"
  end
  if rule.choices and not rule.choices[value] then
    return "expected one of: " .. names_of(rule.choices)
  end
  return nil
end

-- How many letters must be changed, added or dropped to make one of another.
local function distance(a, b)
  local row = {}
  for j = 0, #b do
    row[j] = j
  end
  for i = 1, #a do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #b do
      local same = a:byte(i) == b:byte(j) and 0 or 1
      local best = math.min(row[j] + 1, row[j - 1] + 1, diagonal + same)
      diagonal, row[j] = row[j], best
    end
  end
  return row[#b]
end

--- "; did you mean NAME?" for a misspelt name, or "".
---@param name any
---@param known table<string, any>
---@return string
function options.suggest(name, known)
  local best, least
  if type(name) ~= "string" or #name > 60 then return "" end
  for other in pairs(known) do
    local far = distance(name:lower(), other:lower())
    if not least or far < least or (far == least and other < best) then
      best, least = other, far
    end
  end
  if not best or least > math.max(1, math.floor(#name / 3)) then return "" end
  return ("; did you mean %s?"):format(best)
end

--- Raises unless every option is known and of its type. A rule is `{ type =,
--- required =, positive =, least =, whole =, empty = (text may be ""),
--- choices =, default = }`.
---@param what string who is asking, for the message
---@param given table?
---@param known table<string, table> a rule for each option
---@param level? integer whose fault it is: 3, the caller of the caller
---@return table checked a copy, with defaults filled in
function options.check(what, given, known, level)
  level = level or 3
  if type(given) ~= "table" then
    error(what .. ": expected a table of options", level)
  end
  for name in pairs(given) do
    if not known[name] then
      error(
        ("%s: no such option: %s%s (there are: %s)"):format(
          what,
          tostring(name),
          options.suggest(name, known),
          names_of(known)
        ),
        level
      )
    end
  end
  local checked = {}
  for name, rule in pairs(known) do
    local problem = problem_of(given[name], rule)
    if problem then
      error(("%s: %s: %s"):format(what, name, problem), level)
    end
    checked[name] = given[name]
    if checked[name] == nil then checked[name] = rule.default end
  end
  return checked
end

return options
