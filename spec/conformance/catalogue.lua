-- Reads an independent catalogue of endpoints, a JSON list, and brings its
-- ways of writing things down to one.

local json = require "cjson"

local catalogue = {}

local function is(value)
  return value ~= nil and value ~= json.null
end

local function sorted_keys(map)
  local list = {}
  for key in pairs(map) do
    list[#list + 1] = tostring(key)
  end
  table.sort(list)
  return list
end

-- A list of allowed values, or a map of them to their meanings.
local function choices_of(param)
  local given = is(param.allowed_values) and param.allowed_values or param.enum
  if not is(given) then return nil end
  if #given == 0 then return sorted_keys(given) end
  local list = {}
  for i, value in ipairs(given) do
    list[i] = type(value) == "number" and ("%d"):format(value) or value
  end
  table.sort(list)
  return list
end

local fields_of

local function children_of(param)
  for _, name in ipairs { "fields", "item_fields", "properties" } do
    if is(param[name]) then return fields_of(param[name]) end
  end
  if is(param.items) and type(param.items) == "table" then
    return fields_of(param.items)
  end
  return nil
end

-- "decimal text", "secret", "absolute URL": what the remarks say of form.
local function remark_of(param)
  local text = is(param.constraints) and param.constraints or ""
  if text:find "^decimal text" then return "digits" end
  if text:find "^absolute URL" then return "url" end
  return nil
end

local function field_of(param, location)
  local schema = is(param.schema)
      and type(param.schema) == "table"
      and param.schema
    or {}
  local function get(name)
    if is(param[name]) then return param[name] end
    return is(schema[name]) and schema[name] or nil
  end
  local text = is(param.constraints) and param.constraints or ""
  return {
    name = param.name,
    location = location,
    type = get "type",
    required = get "required" == true,
    nullable = get "nullable" == true,
    secret = text:find "^secret" ~= nil,
    min = get "minimum" or get "minLength",
    max = get "maximum" or get "maxLength",
    choices = choices_of(param),
    format = get "format" or remark_of(param),
    separator = get "list_separator",
    fields = children_of(param),
  }
end

function fields_of(params, location)
  local list = {}
  for i, param in ipairs(params) do
    list[i] = field_of(param, location)
  end
  return list
end

local function append(list, params, location)
  for _, param in ipairs(is(params) and params or {}) do
    list[#list + 1] = field_of(param, location)
  end
end

-- The body of an endpoint that takes a bare list: the list's elements.
local function whole_of(entry)
  local body = is(entry.body_params) and entry.body_params or {}
  if body[1] and is(body[1].array_of) then return body[1].array_of end
  if entry.request_body_kind == "array of objects" then return body end
  return nil
end

local function params_of(entry)
  local list = {}
  append(list, entry.params, "body")
  append(list, entry.path_params, "path")
  append(list, entry.query_params, "query")
  append(list, entry.header_params, "header")
  local whole = whole_of(entry)
  if whole then
    list[#list + 1] = {
      location = "whole",
      type = "array",
      required = true,
      nullable = false,
      fields = fields_of(whole),
    }
  else
    append(list, entry.body_params, "body")
  end
  return list
end

local function result_of(entry)
  local fields = is(entry.returns) and entry.returns or entry.response_fields
  if not is(fields) then return {}, false end
  if fields[1] and is(fields[1].array_of) then
    return fields_of(fields[1].array_of), true
  end
  return fields_of(fields), false
end

local function hosts_of(entry)
  local given = is(entry.base_urls) and entry.base_urls
    or { production = entry.base_url }
  if not given[1] then
    return is(given.production) and given.production or nil,
      is(given.sandbox) and given.sandbox or nil
  end
  local production, sandbox
  for _, url in ipairs(given) do
    url = type(url) == "table" and url.url or url
    if url:find("sandbox", 1, true) then
      sandbox = url
    else
      production = url
    end
  end
  return production, sandbox
end

-- Statuses that mean a refusal; failures of the server are none.
local function refusals_of(entry)
  local seen = {}
  for _, err in ipairs(is(entry.errors) and entry.errors or {}) do
    local status = err
    if type(err) == "table" then status = err.status or err.http end
    status = tonumber(status)
    if status and status < 500 then seen[status] = true end
  end
  return seen
end

local function statuses_of(entry)
  local given = entry.success_status
  if type(given) == "table" then given = given[1] end
  return type(given) == "number" and ("%d"):format(given) or nil
end

--- Reads a catalogue: a map of "api.name" to an entry.
function catalogue.read(path)
  local file = assert(io.open(path, "rb"))
  local entries = json.decode(file:read "*a")
  file:close()
  local map, order = {}, {}
  for i, entry in ipairs(entries) do
    local id = entry.api .. "." .. entry.name
    local result, listed = result_of(entry)
    local production, sandbox = hosts_of(entry)
    order[i] = id
    map[id] = {
      method = entry.method,
      path = entry.path,
      title = is(entry.title) and entry.title or nil,
      production = production,
      sandbox = sandbox,
      success = statuses_of(entry),
      refusals = refusals_of(entry),
      idempotency = is(entry.idempotency) and entry.idempotency or nil,
      params = params_of(entry),
      result = result,
      listed = listed,
    }
  end
  return map, order
end

return catalogue
