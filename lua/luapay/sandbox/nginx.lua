-- A pretend provider behind nginx's Lua module. Its state lives in this
-- module, that is in one process: nginx must run with a single worker.
--
-- Beside the provider's own paths there are some for tests and curious
-- people, which answer with JSON:
--   GET  /sandbox/ledger, accounts, requests, check
--   POST /sandbox/inject (an order), advance ({"seconds":60}), clear, reset

local json = require "luapay.sandbox.json"
local sandbox = require "luapay.sandbox"

local ngx = _G.ngx
local glue = {}

local provider

-- The wall clock, but never backwards: books must be in order.
local function now()
  local last = 0
  return function()
    last = math.max(last, ngx.now())
    return last
  end
end

--- Opens the books; to be called from init_by_lua.
---@param options? table of `sandbox.infobip`
function glue.setup(options)
  options = options or {}
  options.clock = now()
  provider = sandbox.infobip(options)
end

local function write(status, headers, text)
  ngx.status = status
  for name, value in pairs(headers) do ngx.header[name] = value end
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
    method = ngx.req.get_method(), url = ngx.var.request_uri,
    headers = headers, body = read_body(),
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

local function answer()
  local response, failure = provider:handle(read_request())
  local delay = (response or failure).delay
  if delay then ngx.sleep(delay) end
  if failure then return hang_up(failure.partial) end
  write(response.status, response.headers, response.body)
end

local admin = { GET = {}, POST = {} }

function admin.GET.ledger() return json.list(provider:ledger()) end
function admin.GET.accounts() return provider:accounts() end
function admin.GET.requests() return json.list(provider:requests()) end

function admin.GET.check()
  local ok, broken = provider:check()
  return { ok = ok or false, broken = json.list(broken or {}) }
end

-- What needs a connection that is never made cannot be done by who has
-- already accepted it.
function admin.POST.inject(order)
  if order.fault == "refuse" or order.fault == "unreachable" then
    error("sandbox: only in-process; for a refused connection, stop the "
      .. "server", 0)
  end
  return provider:inject(order)
end

function admin.POST.advance(order)
  if type(order.seconds) ~= "number" then
    error("sandbox: how many seconds?", 0)
  end
  provider:advance(order.seconds)
  return {}
end

function admin.POST.clear() provider:clear() return {} end
function admin.POST.reset() provider:reset() return {} end

local function administer(name)
  local act = (admin[ngx.req.get_method()] or {})[name]
  if not act then return write_json(404, { message = "no such thing" }) end
  local text = read_body()
  local order, why = json.decode(text ~= "" and text or "{}")
  if type(order) ~= "table" then
    return write_json(400, { message = why or "not an object" })
  end
  local ok, result = pcall(act, order)
  if not ok then return write_json(400, { message = tostring(result) }) end
  write_json(200, result)
end

--- Answers a request; to be called from content_by_lua.
function glue.serve()
  local name = ngx.var.uri:match("^/sandbox/(%l+)$")
  if name then return administer(name) end
  return answer()
end

return glue
