-- The pretend providers behind nginx's Lua module, side by side: a path
-- says whose a request is. Their state lives in this module, that is in one
-- process: nginx must run with a single worker.
--
-- Beside the providers' own paths there are some for tests and curious
-- people, under /sandbox/: see nginx_admin.lua.

local admin = require "luapay.sandbox.nginx_admin"
local clock = require "luapay.sandbox.clock"
local json = require "luapay.sandbox.json"
local registry = require "luapay.sandbox.registry"
local sandbox = require "luapay.sandbox"

local ngx = _G.ngx
local glue = {}

local providers, served = {}, {}

-- The wall clock, but never backwards: books must be in order.
local function now()
  local last = 0
  return function()
    last = math.max(last, ngx.now())
    return last
  end
end

--- Opens the books; to be called from init_by_lua.
---@param options? table<string, table> of each provider, by its name
function glue.setup(options)
  options = options or {}
  local shared = clock.new(now())
  for _, name in ipairs(registry) do
    if sandbox[name] then
      local own = options[name] or {}
      own.clock = shared
      providers[name] = sandbox[name](own)
      served[#served + 1] = providers[name]
    end
  end
end

local function write(status, headers, text)
  ngx.status = status
  for name, value in pairs(headers) do
    ngx.header[name] = value
  end
  ngx.header.content_length = #text
  ngx.print(text)
end

local function write_json(status, value)
  write(status, { content_type = "application/json" }, json.encode(value))
end

local function read_body()
  ngx.req.read_body()
  return ngx.req.get_body_data() or ""
end

local function read_request()
  local headers = {}
  for name, value in pairs(ngx.req.get_headers(100)) do
    headers[name] = type(value) == "table" and table.concat(value, ", ")
      or value
  end
  return {
    method = ngx.req.get_method(),
    url = ngx.var.request_uri,
    headers = headers,
    body = read_body(),
  }
end

-- Part of an answer, if there is any, and then no connection any more.
local function hang_up(partial)
  if not partial then return ngx.exit(444) end
  ngx.header.content_length = #partial.body
  ngx.header.content_type = partial.headers["content-type"]
  ngx.print(partial.body:sub(1, math.floor(#partial.body / 2)))
  ngx.flush(true)
  return ngx.exit(444)
end

-- Whether a path is a provider's, known to it or not.
local function owns(provider, method, path)
  local endpoint, allow = provider.routes:find(method, path)
  if endpoint or allow then return true end
  local prefix = provider.definition.prefix
  return prefix and path:sub(1, #prefix) == prefix
end

local function find(request)
  local path = request.url:match("^[^?]*")
  for _, provider in ipairs(served) do
    if owns(provider, request.method, path) then return provider end
  end
  return served[1]
end

local function answer()
  local request = read_request()
  local response, failure = find(request):handle(request)
  local delay = (response or failure).delay
  if delay then ngx.sleep(delay) end
  if failure then return hang_up(failure.partial) end
  write(response.status, response.headers, response.body)
end

local function administer(name, action)
  local provider = providers[name]
  local act = provider and (admin[ngx.req.get_method()] or {})[action]
  if not act then return write_json(404, { message = "no such thing" }) end
  local text = read_body()
  local order, why = json.decode(text ~= "" and text or "{}")
  if type(order) ~= "table" then
    return write_json(400, { message = why or "not an object" })
  end
  local ok, result = pcall(act, provider, order)
  if not ok then return write_json(400, { message = tostring(result) }) end
  write_json(200, result)
end

--- Answers a request; to be called from content_by_lua.
function glue.serve()
  local name, action = ngx.var.uri:match("^/sandbox/([%l_]-)/?(%l+)$")
  if not name then return answer() end
  return administer(name ~= "" and name or registry[1], action)
end

return glue
