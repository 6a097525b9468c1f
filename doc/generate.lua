-- generate.lua - writes the reference pages (doc/) and the editor's types
-- (lua/luapay/meta/) from the tables, and the table of currencies from the
-- list of ISO 4217. Run from the top of the project.

local core = require "luapay.core"
local currencies = dofile "doc/generate/currencies.lua"
local page = dofile "doc/generate/page.lua"
local text = dofile "doc/generate/text.lua"
local types = dofile "doc/generate/types.lua"

local generate = {}

local function endpoints_of(api)
  local list = {}
  for number = 1, math.huge do
    local endpoint = core.describe(number)
    if not endpoint then return list end
    if endpoint.api == api then list[#list + 1] = endpoint end
  end
end

--- The APIs, with their `endpoints`.
function generate.apis()
  local apis = {}
  for position = 1, math.huge do
    local api = core.api(position)
    if not api then return apis end
    api.endpoints = endpoints_of(api.name)
    apis[position] = api
  end
end

--- All files that are generated: text by path.
---@return table<string, string>
function generate.files()
  local files = { ["csrc/currency.c"] = currencies.make() }
  for _, name in ipairs { "clients", "transports" } do
    files["doc/" .. name .. ".md"] =
      page.fill("doc/generate/" .. name .. ".md")
  end
  for _, api in ipairs(generate.apis()) do
    local data = dofile("doc/examples/" .. api.name .. ".lua")
    files["doc/" .. api.name .. ".md"] = page.make(api, api.endpoints, data)
    files["lua/luapay/meta/" .. api.name .. ".lua"] =
      types.make(api, api.endpoints)
  end
  return files
end

function generate.write()
  for path, content in pairs(generate.files()) do
    text.write(path, content)
  end
end

return generate
