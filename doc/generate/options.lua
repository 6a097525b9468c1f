-- options.lua - the options of clients, read from where an editor reads
-- them: lua/luapay/meta/options.lua.

local text = dofile "doc/generate/text.lua"

local PATH = "lua/luapay/meta/options.lua"

local options = {}

--- The classes of a file of types: `parent` and, in their order, fields with
--- `name`, `optional`, `type` and `doc`.
---@param path? string
---@return table<string, table>
function options.classes(path)
  local classes, class, doc = {}, nil, {}
  for line in text.read(path or PATH):gmatch "([^\n]*)\n" do
    local name, parent = line:match "^%-%-%-@class (%S+)%s*:?%s*(%S*)"
    local field, mark, kind = line:match "^%-%-%-@field ([%w_]+)(%??) (.+)$"
    if name then
      class = { parent = parent ~= "" and parent or nil }
      classes[name], doc = class, {}
    elseif field then
      class[#class + 1] = {
        name = field,
        optional = mark == "?",
        type = kind,
        doc = table.concat(doc, " "),
      }
      doc = {}
    else
      doc[#doc + 1] = line:match "^%-%-%- ?([^@].*)$"
      if line == "" then doc = {} end
    end
  end
  return classes
end

--- A class' fields as a table of Markdown; options that are required are
--- bold.
function options.table(class, head)
  local rows = {}
  for i, field in ipairs(class) do
    local name = text.code(field.name)
    rows[i] = {
      (field.optional or head) and name or "**" .. name .. "**",
      text.code(field.type),
      field.doc,
    }
  end
  return text.table({ head or "option", "type", "meaning" }, rows)
end

return options
