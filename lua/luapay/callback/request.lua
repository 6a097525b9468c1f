-- request.lua - what a web server hands over, made uniform: names of
-- headers in lower case, one value each, a body that is not too long.

local request = {}

--- Says no: the status of the reply, the check that failed, and what about
--- it. Nothing of what was sent is in it.
---@return nil
---@return luapay.callback.Refusal
function request.refuse(status, code, message, headers)
  return nil,
    { status = status, code = code, message = message, headers = headers }
end

local refuse = request.refuse

-- One header's value; false when there are several, as none can be chosen.
local function single(value)
  if type(value) ~= "table" then return value end
  return #value == 1 and value[1] or false
end

local function read_headers(given)
  local headers = {}
  for name, value in pairs(type(given) == "table" and given or {}) do
    if type(name) == "string" then
      name, value = name:lower(), single(value)
      if headers[name] ~= nil or type(value) ~= "string" then value = false end
      headers[name] = value
    end
  end
  return headers
end

--- Text as it was before it was escaped for a form.
---@param text string
---@return string
function request.unescape(text)
  return (
    text:gsub("+", " "):gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)
  )
end

local unescape = request.unescape

-- A "?" that begins a second query: the provider may append one to an
-- address that has a query already.
local function split(text)
  return (text:gsub("%?([%a_]+=)", "&%1"))
end

-- Adds the pairs of a form or a query; the first of a name counts.
local function add_pairs(fields, text)
  for pair in split(text):gmatch "[^&]+" do
    local name, value = pair:match "^([^=]*)=(.*)$"
    name = unescape(name or pair):lower()
    if fields[name] == nil then fields[name] = unescape(value or "") end
  end
end

-- As web servers hand it over: a table, with lists for what is repeated.
local function add_table(fields, given)
  for name, value in pairs(given) do
    value = type(value) == "table" and value[1] or value
    if type(name) == "string" and type(value) == "string" then
      fields[name:lower()] = value
    end
  end
end

--- The fields of the query, and of the body where that is a form, by their
--- names in lower case.
---@param from table a request
---@return table<string, string>
function request.fields(from)
  local fields = {}
  if type(from.query) == "table" then
    add_table(fields, from.query)
  elseif type(from.query) == "string" then
    add_pairs(fields, from.query)
  end
  local kind = from.headers["content-type"] or ""
  if kind:lower():find "^application/x%-www%-form%-urlencoded" then
    add_pairs(fields, from.body)
  end
  return fields
end

-- The path and the query: as they are, or out of a URL, as the sandbox's
-- callbacks have it.
local function address(given)
  local path, query = given.path, given.query
  if type(given.url) == "string" and path == nil and query == nil then
    local rest = given.url:gsub("^%a[%w+.-]*://[^/?#]*", "")
    path, query = rest:match "^([^?#]*)%??([^#]*)"
  end
  return type(path) == "string" and path or nil, query
end

--- Reads a request.
---@param given luapay.callback.Request
---@param most integer bytes of a body
---@return table? request
---@return luapay.callback.Refusal? refusal
function request.read(given, most)
  local body = given.body == nil and "" or given.body
  if type(given.method) ~= "string" then
    return refuse(400, "method", "there is none")
  elseif type(body) ~= "string" then
    return refuse(400, "body", "is not text")
  elseif #body > most or given.too_long then
    return refuse(413, "size", "the body is too long")
  end
  local path, query = address(given)
  return {
    method = given.method:upper(),
    path = path,
    query = query,
    headers = read_headers(given.headers),
    body = body,
    client_verify = given.client_verify,
    client_name = given.client_name,
  }
end

return request
