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
  if rule.type == "string" and value == "" then return "must not be empty" end
  if rule.choices and not rule.choices[value] then
    return "expected one of: " .. names_of(rule.choices)
  end
  return nil
end

--- Raises unless every option is known and of its type. A rule is
--- `{ type =, required =, positive =, choices =, default = }`.
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
        ("%s: no such option: %s (there are: %s)"):format(
          what,
          tostring(name),
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
