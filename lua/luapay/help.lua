-- help.lua - the tables as text for whoever sits at the interpreter:
-- print(luapay.mobip), client:help "is_valid". It only makes strings.

local core = require "luapay.core"
local outline = require "luapay.help.outline"
local words = require "luapay.help.words"

local help = {}

local WIDTH = 79

-- Words in lines that begin with `indent`, the first with `first`.
local function wrap(text, indent, first)
  local lines, line = {}, first or indent
  local empty = true
  for word in text:gmatch "%S+" do
    if not empty and #line + 1 + #word > WIDTH then
      lines[#lines + 1] = line
      line, empty = indent, true
    end
    line, empty = line .. (empty and "" or " ") .. word, false
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

local function quote(text)
  return '"' .. text .. '"'
end

local function plain(text)
  return (text:gsub("`", ""))
end

local function find_api(name)
  for position = 1, math.huge do
    local api = core.api(position)
    if not api or api.name == name then return api end
  end
end

local function each_endpoint(api, use)
  for number = 1, math.huge do
    local endpoint = core.describe(number)
    if not endpoint then return end
    if endpoint.api == api then use(endpoint) end
  end
end

-- "  name     text", the text beside the names or, behind a long name,
-- below it.
local function entry(name, text, column)
  local indent = (" "):rep(column)
  local first = "  " .. name
  if #first + 2 > column then return first .. "\n" .. wrap(text, indent) end
  return wrap(text, indent, first .. indent:sub(#first + 1))
end

--- The methods of an API, a line or two each.
---@param name string
---@return string
function help.api(name)
  local api = find_api(name) or error("luapay: no API " .. tostring(name), 2)
  local lines = {
    ("luapay.%s { ... }: a client of %s"):format(name, api.title),
    wrap(api.doc or "", "  "),
    "",
  }
  each_endpoint(name, function(endpoint)
    lines[#lines + 1] = entry(endpoint.name, endpoint.doc, 32)
  end)
  lines[#lines + 1] = '\n  client:help "' .. 'name" says what to pass.'
  return table.concat(lines, "\n")
end

-- A row's name and what the field is, then what it means.
local function field_lines(row, result)
  local field, inset = row.field, ("  "):rep(row.depth)
  local name = inset .. field.name
  if field.alias then name = name .. " (" .. field.alias .. ")" end
  if outline.is_required(field) and not result then name = name .. " *" end
  local text = words.of(field, quote, result)
  if not field.doc then return entry(name, text, 28) end
  return entry(name, text, 28) .. "\n" .. wrap(field.doc, (" "):rep(28))
end

local function add_fields(lines, title, rows, result)
  if not rows[1] then return end
  lines[#lines + 1] = "\n" .. title
  for _, row in ipairs(rows) do
    lines[#lines + 1] = field_lines(row, result)
  end
end

local function add_rules(lines, endpoint)
  for _, rule in ipairs(endpoint.rules) do
    local field = (rule.within and rule.within .. "[]." or "") .. rule.field
    lines[#lines + 1] = wrap(field .. " " .. rule.says, "    ", "  ")
  end
end

local function add_refusals(lines, endpoint)
  if not endpoint.refusals[1] then return end
  lines[#lines + 1] = "\nRefusals:"
  for _, r in ipairs(outline.refusals(endpoint)) do
    local name = r.statuses .. (r.code and " " .. r.code or "")
    lines[#lines + 1] = entry(name, r.kind .. ": " .. r.doc, 28)
  end
end

local function add_result(lines, endpoint)
  local answer = outline.answer(endpoint)
  if answer then lines[#lines + 1] = wrap(plain(answer), "  ") end
  for _, row in ipairs(outline.result(endpoint)) do
    lines[#lines + 1] = field_lines(row, true)
  end
  local pages = outline.pages(endpoint)
  if pages then lines[#lines + 1] = wrap(plain(pages), "  ") end
end

--- What to pass to a method, and what comes back.
---@param api string
---@param name string of the endpoint
---@return string
function help.endpoint(api, name)
  local number = core.find(api .. "." .. tostring(name))
  if not number then
    error(("luapay.%s has no method '%s'"):format(api, tostring(name)), 2)
  end
  local endpoint = core.describe(number)
  local lines = {
    ("%s:%s { ... }"):format(api, name),
    wrap(endpoint.doc, "  "),
  }
  if endpoint.test_only then
    lines[#lines + 1] = "  In the provider's test environment only."
  end
  add_fields(lines, "Pass (* required):", outline.params(endpoint))
  add_rules(lines, endpoint)
  add_fields(lines, "From the client:", outline.client(endpoint), true)
  lines[#lines + 1] = "\nComes back:"
  add_result(lines, endpoint)
  add_refusals(lines, endpoint)
  lines[#lines + 1] = "\n" .. wrap(outline.again(endpoint, quote), "")
  return table.concat(lines, "\n")
end

return help
