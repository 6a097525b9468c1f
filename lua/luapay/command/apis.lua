-- apis.lua - `luapay apis` and `luapay describe`: what the tables say.

local clients = require "luapay.command.clients"
local core = require "luapay.core"
local help = require "luapay.help"
local json = require "luapay.command.json"
local luapay = require "luapay"
local options = require "luapay.options"

local apis = {}

local JSON = { "--json", "Print JSON." }

local function api_rows()
  local rows = {}
  for position, name in ipairs(clients.apis()) do
    local about = core.api(position)
    rows[position] = {
      name = name,
      title = about.title,
      about = about.doc,
      endpoints = {},
    }
    rows[name] = rows[position]
  end
  for _, endpoint in ipairs(luapay.endpoints()) do
    local into = rows[endpoint.api].endpoints
    into[#into + 1] = endpoint.name
  end
  return rows
end

local function list(given, shell)
  local rows = api_rows()
  for _, name in ipairs(clients.apis()) do
    rows[name] = nil
  end
  if given.json then
    shell:say("%s", json.write(rows))
    return shell.DONE
  end
  local cells = {}
  for i, row in ipairs(rows) do
    cells[i] =
      { shell:paint("bold", row.name), #row.endpoints .. " calls", row.title }
  end
  shell:lines(shell.columns(cells))
  shell:note "luapay describe API lists its calls."
  return shell.DONE
end

--- The names of all endpoints, "infobip.add_funds", as keys of a table.
---@return table<string, true>
function apis.names()
  local known = {}
  for _, endpoint in ipairs(luapay.endpoints()) do
    known[endpoint.api .. "." .. endpoint.name] = true
  end
  return known
end

--- The sentence for a name that no endpoint has.
---@param name string
---@param known table<string, any>
---@return string
function apis.unknown(name, known)
  local hint = options.suggest(name, known)
  if hint == "" then
    local api = name:match "^[^.]+" or name
    hint = known[api .. "."] and "" or "; luapay apis lists the APIs"
  end
  return ("there is no %s%s"):format(name, hint)
end

-- The environment and the options by which an API is called.
local function credentials(name)
  local rows, names = {}, {}
  local rules = clients.rules(name)
  for option, rule in pairs(rules) do
    local is_text = rule.type ~= "table" and rule.type ~= "function"
    if is_text then names[#names + 1] = option end
  end
  table.sort(names)
  for i, option in ipairs(names) do
    rows[i] = {
      option .. (rules[option].required and " *" or ""),
      ("LUAPAY_%s_%s"):format(name, option):upper(),
    }
  end
  return rows
end

local function describe_api(name, given, shell)
  if given.json then
    local found = {}
    for _, endpoint in ipairs(luapay.endpoints()) do
      if endpoint.api == name then found[#found + 1] = endpoint end
    end
    shell:say("%s", json.write(found))
    return shell.DONE
  end
  local text = help.api(name):gsub("\n\n  client:help.*$", "")
  shell:say("%s", text)
  shell:say("\nIn the configuration, below [%s], or in the environment:", name)
  shell:lines(shell.columns(credentials(name), "  "))
  shell:say("\nluapay describe %s.NAME says what to pass.", name)
  return shell.DONE
end

local function describe(given, shell)
  local name = given.name
  local known = apis.names()
  for _, api in ipairs(clients.apis()) do
    if api == name then return describe_api(name, given, shell) end
    known[api] = true
  end
  local number = core.find(name)
  if not number then return shell:refuse("%s", apis.unknown(name, known)) end
  if given.json then
    shell:say("%s", json.write(core.describe(number)))
    return shell.DONE
  end
  local api, endpoint = name:match "^([^.]+)%.(.+)$"
  local text = help.endpoint(api, endpoint):gsub("^[^\n]+", name, 1)
  shell:say("%s", text)
  return shell.DONE
end

apis.list = {
  name = "apis",
  summary = "Lists the APIs.",
  options = { JSON },
  examples = { "luapay apis" },
  run = list,
}

apis.describe = {
  name = "describe",
  summary = "Says what an API, or a call of it, takes and returns.",
  arguments = {
    {
      "name",
      "API or API.CALL, as infobip.add_funds.",
      complete = "calls and apis",
    },
  },
  options = { JSON },
  examples = {
    "luapay describe infobip",
    "luapay describe infobip.add_funds",
    "luapay describe infobip.add_funds --json",
  },
  run = describe,
}

return apis
