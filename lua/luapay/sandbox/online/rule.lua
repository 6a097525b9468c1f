-- How a rule is written: rule.text "name", rule.maybe_text("name", { max =
-- 3 }). A rule has a name, a kind (see check.lua) and maybe required,
-- nullable, min, max (of a number, or of a length in characters) and choices.

local rule = {}

local function maker(kind, flags)
  return function(name, more)
    local made = { name = name, kind = kind }
    for key, value in pairs(flags) do
      made[key] = value
    end
    for key, value in pairs(more or {}) do
      made[key] = value
    end
    return made
  end
end

local KINDS = "text uuid url https moment integer boolean cards texts"

for kind in KINDS:gmatch "%a+" do
  rule[kind] = maker(kind, { required = true })
  rule["maybe_" .. kind] = maker(kind, { nullable = true })
  rule["plain_" .. kind] = maker(kind, {})
end

--- Several lists of rules as one.
---@param ... table[]
---@return table[]
function rule.join(...)
  local all = {}
  for _, list in ipairs { ... } do
    for _, item in ipairs(list) do
      all[#all + 1] = item
    end
  end
  return all
end

return rule
