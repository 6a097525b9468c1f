-- client.lua - clients and their methods, made from the tables. Nothing is
-- sent when a client is made.

local call = require "luapay.call"
local check_options = require("luapay.options").check
local core = require "luapay.core"
local custom = require "luapay.transport.custom"
local fault = require "luapay.fault"

local client = {}

local OPTIONS = {
  base_url = { type = "string" },
  transport = { type = "any", required = true },
  timeout = { type = "number", positive = true, default = 30 },
  retries = { type = "number", default = 2 },
  random = { type = "function", default = math.random },
}

local CALL_OPTIONS = { timeout = { type = "number", positive = true } }

-- What belongs to a client, out of sight of whoever prints one.
local inner_of = setmetatable({}, { __mode = "k" })

local function deadline_of(inner, given)
  local timeout = inner.timeout
  if given then
    timeout = check_options("luapay: a call", given, CALL_OPTIONS).timeout
      or timeout
  end
  return inner.transport:now() + timeout
end

-- A method for an endpoint. Its row is looked up when it is first named.
local function method_of(api, name)
  local endpoint = call.endpoint(api, name)
  if not endpoint then return nil end
  return function(self, args, given)
    local inner = inner_of[self]
    if not inner then
      error("call it with a colon: client:" .. name .. "{...}", 2)
    end
    return call.make(inner, endpoint, args or {}, deadline_of(inner, given))
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
  local endpoint = call.endpoint(inner.api, name)
    or error(inner.api .. " has no endpoint " .. tostring(name), 2)
  local request, refusal = core.prepare(endpoint.number, args, inner.settings)
  if request then return true end
  return nil, fault.new(refusal, endpoint.id)
end

--- The transport: its clock, its sleep, its `close`.
---@return luapay.Transport
function Client:transport()
  return inner_of[self].transport
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

local function bases_of(api, base_url)
  if not base_url then
    local bases = {}
    for i, host in ipairs(api.hosts) do
      bases[i] = host.production
    end
    return bases
  end
  if not (base_url .. "/"):match "^https?://[^/?#@%s]+/[^?#%s]*$" then
    error(
      ("luapay.%s: base_url: expected https://host[:port][/path]"):format(
        api.name
      ),
      4
    )
  end
  return { (base_url:gsub("/+$", "")) }
end

local function find_api(name)
  for position = 1, math.huge do
    local api = core.api(position)
    if not api or api.name == name then return api end
  end
end

local function with(rules, more)
  local all = {}
  for name, rule in pairs(rules) do
    all[name] = rule
  end
  for name, rule in pairs(more) do
    all[name] = rule
  end
  return all
end

--- Makes a client. Nothing is sent.
---@param name string of the API
---@param scheme table of its authentication: a file of luapay.auth
---@param given table its options
---@return luapay.Client
function client.new(name, scheme, given)
  local options =
    check_options("luapay." .. name, given, with(OPTIONS, scheme.options))
  local transport = custom.from(options.transport)
  local inner = {
    api = name,
    bases = bases_of(find_api(name), options.base_url),
    transport = transport,
    timeout = options.timeout,
    settings = scheme.settings(options),
    policy = { retries = options.retries, base = 0.5, cap = 8 },
    random = options.random,
  }
  inner.auth = scheme.new(options, transport, function(method, args, deadline)
    return call.make(inner, call.endpoint(name, method), args, deadline)
  end)
  local self = setmetatable({}, class_of(name))
  inner_of[self] = inner
  return self
end

return client
