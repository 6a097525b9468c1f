-- page.lua - the reference page of one API, from the tables.

local examples = dofile "doc/generate/examples.lua"
local options = dofile "doc/generate/options.lua"
local outline = require "luapay.help.outline"
local text = dofile "doc/generate/text.lua"
local words = require "luapay.help.words"

local code = text.code

local page = {}

local TEST_ONLY = "Only in the provider's test environment:"
  .. ' `environment = "sandbox"`.\n'

local function field_rows(rows, result)
  local out = {}
  for i, row in ipairs(rows) do
    local name = code(row.path)
    if row.field.alias then name = name .. " or " .. code(row.field.alias) end
    if not result and outline.is_required(row.field) then
      name = "**" .. name .. "**"
    end
    out[i] = { name, words.of(row.field, code, result), row.field.doc or "" }
  end
  return out
end

local function add_arguments(add, endpoint)
  local rows = outline.params(endpoint)
  if rows[1] then
    add(text.table({ "argument", "is", "meaning" }, field_rows(rows)))
  else
    add "It takes no arguments.\n"
  end
  local rules = {}
  for _, rule in ipairs(endpoint.rules) do
    local field = (rule.within and rule.within .. "[]." or "") .. rule.field
    rules[#rules + 1] = ("- %s %s\n"):format(code(field), rule.says)
  end
  if rules[1] then add(table.concat(rules)) end
end

local function add_result(add, endpoint)
  local answer = outline.answer(endpoint)
  if answer then
    add(text.wrap("Returns: " .. answer:gsub("^%u", string.lower)))
  end
  local rows = outline.result(endpoint)
  if rows[1] then
    add(text.table({ "result", "is", "meaning" }, field_rows(rows, true)))
  end
  local pages = outline.pages(endpoint)
  if pages then add(text.wrap(pages)) end
end

local function add_refusals(add, endpoint)
  local rows = {}
  for i, r in ipairs(outline.refusals(endpoint)) do
    rows[i] =
      { r.statuses, r.code and code(r.code) or "", code(r.kind), r.doc }
  end
  if not rows[1] then return end
  add(text.table({ "status", "code", "kind of fault", "meaning" }, rows))
end

local function add_example(add, endpoint, data)
  local call = assert(data.calls[endpoint.name], endpoint.name)
  local from = examples.origins(data, endpoint.name)
  if from then add(text.wrap(from)) end
  add("```lua\n" .. call.code .. "```\n")
end

local function prefix_of(api, endpoint)
  local host = api.hosts[endpoint.host]
  return (host.production or host.sandbox):match "^https://[^/]+(.*)$"
end

local function add_endpoint(add, api, endpoint, data)
  add("## " .. endpoint.name .. "\n")
  add(text.wrap(endpoint.doc))
  local wire = endpoint.method
    .. " "
    .. prefix_of(api, endpoint)
    .. endpoint.path
  local title = endpoint.title or endpoint.path
  local known = endpoint.path:sub(-#title) == title
  add(code(wire) .. (known and "" or " · " .. title) .. "\n")
  if endpoint.test_only then add(TEST_ONLY) end
  if endpoint.open then add "Needs no authentication.\n" end
  add_example(add, endpoint, data)
  add_arguments(add, endpoint)
  add_result(add, endpoint)
  add_refusals(add, endpoint)
  add(text.wrap(outline.again(endpoint, code)))
end

local function add_methods(add, endpoints)
  local rows = {}
  for i, endpoint in ipairs(endpoints) do
    local link = ("[%s](#%s)"):format(code(endpoint.name), endpoint.name)
    rows[i] = { link, endpoint.doc }
  end
  add(text.table({ "method", "what it does" }, rows))
end

-- The arguments that belong to the client, each once.
local function add_client_arguments(add, endpoints)
  local rows, seen = {}, {}
  for _, endpoint in ipairs(endpoints) do
    for _, row in ipairs(outline.client(endpoint)) do
      if not seen[row.path] then
        seen[row.path] = true
        rows[#rows + 1] = row
      end
    end
  end
  if not rows[1] then return end
  add(
    text.wrap(
      "These arguments are filled in from the client's options and"
        .. " its session, and are not repeated below:"
    )
  )
  add(text.table({ "argument", "is", "meaning" }, field_rows(rows, true)))
end

local function add_hosts(add, api)
  local rows, seen = {}, {}
  for _, host in ipairs(api.hosts) do
    for _, environment in ipairs { "production", "sandbox" } do
      local name = host[environment]
        and host[environment]:match "^https://[^/]+"
      local id = name and environment .. name
      if id and not seen[id] then
        seen[id] = true
        rows[#rows + 1] = { code('"' .. environment .. '"'), code(name) }
      end
    end
  end
  add(text.table({ "environment", "host" }, rows))
end

local TABLES = {
  CALL = "luapay.CallOptions",
  CURL = "luapay.CurlOptions",
  EVENT = "luapay.Event",
  NGINX = "luapay.NginxOptions",
  OPTIONS = "luapay.ClientOptions",
}

--- A page that is written by hand but for tables of options: <OPTIONS> alone
--- on a line stands for one.
---@param path string
---@return string
function page.fill(path)
  local classes = options.classes()
  return (
    text.read(path):gsub("<(%u+)>\n", function(mark)
      local class = classes[assert(TABLES[mark], mark)]
      return options.table(class, mark == "EVENT" and "field")
    end)
  )
end

--- The text of a page.
---@param api table core.api
---@param endpoints table[] core.describe, in their order
---@param data table of doc/examples
---@return string
function page.make(api, endpoints, data)
  local parts = {}
  local function add(s)
    parts[#parts + 1] = s
  end
  add("# " .. api.title .. "\n")
  add(text.wrap(api.doc))
  add(text.wrap(data.intro))
  add "## The client\n"
  local class = options.classes()[data.options]
  add(options.table(class))
  add(
    text.wrap(
      (class[1].optional and "" or "Required options are bold. ")
        .. data.more
        .. " Every client also takes the options in"
        .. " [clients.md](clients.md)."
    )
  )
  add_hosts(add, api)
  add_client_arguments(add, endpoints)
  add "The examples below run as they stand, behind these lines:\n"
  add("```lua\n" .. data.start .. "```\n")
  for _, section in ipairs(data.sections or {}) do
    add("## " .. section.title .. "\n")
    add(text.wrap(section.text))
    add("```lua\n" .. section.code .. "```\n")
    if section.options then
      add(options.table(options.classes()[section.options]))
    end
  end
  add "## Methods\n"
  add_methods(add, endpoints)
  add(
    text.wrap(
      "Required arguments are bold. A call returns a table, or `nil`"
        .. " and a [fault](faults.md)."
    )
  )
  for _, endpoint in ipairs(endpoints) do
    add_endpoint(add, api, endpoint, data)
  end
  return table.concat(parts, "\n")
end

return page
