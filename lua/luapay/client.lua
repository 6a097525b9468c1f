-- client.lua - clients and their methods, made from the tables. Nothing is
-- sent when a client is made.

local call = require "luapay.call"
local check_options = require("luapay.options").check
local core = require "luapay.core"
local fault = require "luapay.fault"
local inners = require "luapay.inner"
local raw = require "luapay.raw"
local page = require "luapay.page"
local row = require "luapay.row"

local client = {}

local make_call = call.make

local CALL_OPTIONS = {
  timeout = { type = "number", positive = true },
  retries = { type = "number" },
  idempotency_key = { type = "string" },
  headers = { type = "table" },
  dry_run = { type = "boolean" },
  send_by = { type = "number" }, -- by core.boottime; later nothing is sent
}

-- What belongs to a client, out of sight of whoever prints one.
local inner_of = setmetatable({}, { __mode = "k" })

-- A call with options, or of pages.
local function make(inner, endpoint, args, given)
  local timeout = inner.timeout
  if given then
    check_options("luapay: a call", given, CALL_OPTIONS)
    timeout = given.timeout or timeout
  end
  local deadline = inner.transport:now() + timeout
  local asked = endpoint.page and page.args(args)
  local result, err = call.make(inner, endpoint, args, deadline, given)
  if not (result and asked) or (given and given.dry_run) then
    return result, err
  end
  return page.wrap(result, endpoint, asked, function(following)
    return make(inner, endpoint, following, given)
  end)
end

-- A method for an endpoint. Its row is looked up when it is first named.
local function method_of(api, name)
  local endpoint = row.find(api, name)
  if not endpoint then return nil end
  return function(self, args, given)
    local inner = inner_of[self]
    if not inner then
      error("call it with a colon: client:" .. name .. "{...}", 2)
    end
    args = args or {}
    if given or endpoint.page then
      return make(inner, endpoint, args, given)
    end
    local deadline = inner.transport:now() + inner.timeout
    return make_call(inner, endpoint, args, deadline)
  end
end

-- What every client has beside its endpoints.
local Client = {}

--- Checks the arguments of a call as the call would, and sends nothing.
---@param name string of the endpoint, "add_funds"
---@param args table
---@return true? good
---@return luapay.Fault? fault of kind "argument"
function Client:check(name, args)
  local inner = inner_of[self]
  local id = inner.api .. "." .. tostring(name)
  local number = core.find(id)
    or error(inner.api .. " has no endpoint " .. tostring(name), 2)
  local request, refusal = core.prepare(number, args, inner.settings)
  if request then return true end
  return nil, fault.new(refusal, id)
end

--- Sends a request that the tables do not know: see raw.lua.
---@async
---@param given table method, path, query, headers, body, host, timeout
---@return table? response
---@return luapay.Fault? fault
function Client:request(given)
  return raw.send(inner_of[self], given)
end

--- What a client is for: `api`, `environment`, `account` (whose money it
--- moves: the option of that name, or API, environment and merchant), and
--- `timeout` (seconds of a call that names none).
---@return table about
function Client:about()
  local inner = inner_of[self]
  return {
    api = inner.api,
    environment = inner.environment,
    account = inner.account,
    timeout = inner.timeout,
  }
end

--- An endpoint as a table: what to pass, what comes back, what it refuses.
---@param name string
---@return luapay.Endpoint
function Client:describe(name)
  local number = core.find(inner_of[self].api .. "." .. tostring(name))
  if number then return core.describe(number) end
  error(inner_of[self].api .. " has no endpoint " .. tostring(name), 2)
end

--- What to pass to an endpoint and what comes back, as text to be read;
--- without a name, the list of endpoints.
---@param name? string
---@return string
function Client:help(name)
  local help = require "luapay.help"
  local api = inner_of[self].api
  return name and help.endpoint(api, name) or help.api(api)
end

--- The transport: its clock, its sleep, its `close`.
---@return luapay.Transport
function Client:transport()
  local transport = inner_of[self].transport
  return transport.given or transport
end

-- One metatable for each API; its methods are made when first used.
local classes = {}

local function class_of(api)
  if classes[api] then return classes[api] end
  local methods = setmetatable({}, {
    __index = function(methods, name)
      local method = Client[name]
        or method_of(api, name)
        or error(("luapay.%s has no method '%s'"):format(api, name), 2)
      methods[name] = method
      return method
    end,
  })
  classes[api] = {
    __index = methods,
    __name = "luapay.Client",
    __tostring = function(self)
      return ("luapay.%s (%s)"):format(api, inner_of[self].bases[1])
    end,
  }
  return classes[api]
end

--- Makes a client. Nothing is sent.
---@param name string of the API
---@param scheme table of its authentication: a file of luapay.auth
---@param given table its options
---@return luapay.Client
function client.new(name, scheme, given)
  local options = check_options("luapay." .. name, given, inners.rules(scheme))
  local kept = inners.new(name, scheme, options)
  local function call_own(method, args, deadline)
    return call.make(kept, row.find(name, method), args, deadline)
  end
  kept.auth = scheme.new(options, kept.transport, call_own, kept.settings)
  local self = setmetatable({}, class_of(name))
  inner_of[self] = kept
  return self
end

return client
