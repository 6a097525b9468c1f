-- request.lua - the text of a request, of HTTP/1.1. Nothing that would
-- smuggle a line gets through. Pure functions; wrong types raise.

local nginx_request = {}

local MOST = 60 -- headers
local SMALL = 65536 -- bytes of a body
local CACHED = 200 -- names

-- What a transport must decide itself, or two sides disagree on framing.
local OURS = {
  ["content-length"] = true,
  ["transfer-encoding"] = true,
  connection = true,
  expect = true,
  upgrade = true,
  te = true,
  trailer = true,
  ["accept-encoding"] = true,
  host = true,
}

local NONE = {}

local LENGTHS = { POST = true, PUT = true, PATCH = true }

-- The characters of a token, as HTTP has it.
local TOKEN = "^[%w!#$%%&'*+.^_`|~-]+$"

local names, count = {}, 0 -- as written -> in lower case

local parts = {} -- of the one head that is being written

-- A name in lower case, or nil if it cannot be one.
local function lower_of(name)
  local lower = names[name]
  if lower then return lower end
  if not name:find(TOKEN) then return nil end
  if count >= CACHED then
    names, count = {}, 0
  end
  names[name], count = name:lower(), count + 1
  return names[name]
end

-- Tabs are the only control characters that a value may have.
local function is_value(value)
  return value:find "^%C*$" or value:gsub("\t", ""):find "^%C*$"
end

local function check_types(request)
  if type(request) ~= "table" then error("send: no request", 4) end
  if type(request.url) ~= "string" then error("send: no URL", 4) end
  if type(request.method) ~= "string" then error("send: no method", 4) end
  local body, headers = request.body, request.headers
  if body ~= nil and type(body) ~= "string" then
    error("send: the body must be a string", 4)
  end
  if headers ~= nil and type(headers) ~= "table" then
    error("send: the headers must be a table", 4)
  end
end

-- Adds lines; returns how many parts there are now, or nil and a refusal.
local function add_headers(n, headers)
  local accept, lines = false, 0
  for name, value in pairs(headers) do
    if type(name) ~= "string" or type(value) ~= "string" then
      error("send: names and values of headers must be strings", 4)
    end
    local lower = lower_of(name)
    if not lower then
      return nil, "a header's name has a character that is not allowed"
    elseif not is_value(value) then
      return nil, "a header's value has a line break or control character"
    elseif OURS[lower] then
      return nil, "the request sets a header that is the transport's to set"
    end
    accept = accept or lower == "accept"
    parts[n + 1], parts[n + 2] = name, ": "
    parts[n + 3], parts[n + 4] = value, "\r\n"
    n, lines = n + 4, lines + 1
  end
  if lines > MOST then return nil, "the request has too many headers" end
  if accept then return n end
  parts[n + 1] = "Accept: */*\r\n"
  return n + 1
end

local function check_method(method, body)
  local known = LENGTHS[method] or method == "GET" or method:find(TOKEN)
  if not known or method == "CONNECT" then
    return "the method is none"
  elseif body and method == "HEAD" then
    return "a HEAD has no body"
  end
end

--- The text of a request, with its body or without one that is large.
---@param request luapay.Request
---@param parse fun(url: string): table?, string see url.lua
---@return table? origin
---@return string text, or what is wrong
---@return string? body what is to follow, when that is large
function nginx_request.write(request, parse)
  check_types(request)
  local method, body = request.method, request.body
  local origin, target = parse(request.url)
  if not origin then return nil, target end
  local wrong = check_method(method, body)
  if wrong then return nil, wrong end
  parts[1], parts[2], parts[3] = method, " ", target
  parts[4], parts[5], parts[6] =
    " HTTP/1.1\r\nHost: ", origin.authority, "\r\n"
  local n = 6
  n, wrong = add_headers(n, request.headers or NONE)
  if not n then return nil, wrong end
  if body or LENGTHS[method] then
    parts[n + 1] = "Content-Length: "
    parts[n + 2] = body and #body or 0
    parts[n + 3] = "\r\n"
    n = n + 3
  end
  parts[n + 1], parts[n + 2] = "\r\n", nil
  if not body or #body > SMALL then
    return origin, table.concat(parts, "", 1, n + 1), body
  end
  parts[n + 2] = body
  local text = table.concat(parts, "", 1, n + 2)
  parts[n + 2] = nil
  return origin, text
end

return nginx_request
