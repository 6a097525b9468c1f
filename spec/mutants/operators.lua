-- Small bugs that can be made in any line of code. Each operator takes the
-- text of a line and gives all lines that it makes of it, in order.

local operators = {}

-- Comments and quoted text are hidden by blanks of the same length, so that
-- an operator changes only code.
local function hide(line, language)
  local function blanks(text)
    return (" "):rep(#text)
  end
  local shown =
    line:gsub('\\"', blanks):gsub('"[^"]*"', blanks):gsub("'[^']*'", blanks)
  if language == "lua" then return (shown:gsub("%-%-.*$", blanks)) end
  if shown:find "^%s*#" or shown:find "^%s*%*" then return blanks(line) end
  return (shown:gsub("/%*.-%*/", blanks):gsub("/%*.*$", blanks))
end

-- Replaces what `pattern` finds in code, one place at a time.
local function replacer(pattern, to)
  return function(line, shown)
    local out, at = {}, 1
    while true do
      local first, last = shown:find(pattern, at)
      if not first then return out end
      local made = type(to) == "function" and to(line:sub(first, last)) or to
      if made then
        out[#out + 1] = line:sub(1, first - 1) .. made .. line:sub(last + 1)
      end
      at = last + 1
    end
  end
end

local function number_up(text)
  return tostring(math.floor(tonumber(text)) + 1)
end

-- Drops a call that stands for itself.
local function drop_call(line, shown)
  if
    shown:find "^%s+[%w_%.:]+%b()%s*;?%s*$"
    and not shown:find "^%s*return"
    and not shown:find "^%s*error"
  then
    return { (line:gsub("%S.*$", "")) }
  end
  return {}
end

-- Drops an assignment to what is there already.
local function drop_assignment(line, shown)
  if
    shown:find "^%s+[%w_%.%[%]>%-]+ = .*[^,{(]%s*;?%s*$"
    and not shown:find "^%s*local"
    and not shown:find " function"
    and not shown:find "[,%{]%s*$"
  then
    return { (line:gsub("%S.*$", "")) }
  end
  return {}
end

local LUA = {
  { "== to ~=", replacer(" == ", " ~= ") },
  { "~= to ==", replacer(" ~= ", " == ") },
  { "< to <=", replacer(" < ", " <= ") },
  { "<= to <", replacer(" <= ", " < ") },
  { "> to >=", replacer(" > ", " >= ") },
  { ">= to >", replacer(" >= ", " > ") },
  { "and to or", replacer(" and ", " or ") },
  { "or to and", replacer(" or ", " and ") },
  { "drop not", replacer("not ", "") },
  { "true to false", replacer("%f[%w]true%f[%W]", "false") },
  { "false to true", replacer("%f[%w]false%f[%W]", "true") },
  { "+ to -", replacer(" %+ ", " - ") },
  { "- to +", replacer(" %- ", " + ") },
  { "one more", replacer("%f[%w_%.]%d+%f[^%w_%.]", number_up) },
  { "drop call", drop_call },
  { "drop assignment", drop_assignment },
}

local C = {
  { "== to !=", replacer(" == ", " != ") },
  { "!= to ==", replacer(" != ", " == ") },
  { "< to <=", replacer(" < ", " <= ") },
  { "<= to <", replacer(" <= ", " < ") },
  { "> to >=", replacer(" > ", " >= ") },
  { ">= to >", replacer(" >= ", " > ") },
  { "&& to ||", replacer(" && ", " || ") },
  { "|| to &&", replacer(" || ", " && ") },
  { "drop !", replacer("!%f[%w(]", "") },
  { "+ to -", replacer(" %+ ", " - ") },
  { "- to +", replacer(" %- ", " + ") },
  { "return 1 to 0", replacer("return 1;", "return 0;") },
  { "return 0 to 1", replacer("return 0;", "return 1;") },
  { "drop call", drop_call },
  { "drop assignment", drop_assignment },
}

--- All bugs that can be made in one line: operator's name and new line.
---@param line string
---@param language string "lua" or "c"
---@return table[] list of { operator, line }
function operators.of(line, language)
  local out = {}
  local shown = hide(line, language)
  for _, operator in ipairs(language == "lua" and LUA or C) do
    for _, made in ipairs(operator[2](line, shown)) do
      if made ~= line then out[#out + 1] = { operator[1], made } end
    end
  end
  return out
end

return operators
