-- client.lua - clients and their methods, made from the tables. Nothing is
-- sent when a client is made.

local call = require "luapay.call"
local check_options = require("luapay.options").check
local core = require "luapay.core"
local custom = require "luapay.transport.custom"
local fault = require "luapay.fault"
local hooks = require "luapay.hooks"
local idempotency = require "luapay.idempotency"
local raw = require "luapay.raw"
local retry = require "luapay.retry"
local row = require "luapay.row"

local client = {}

local OPTIONS = {
  environment = {
    type = "string",
    default = "production",
    choices = { production = true, sandbox = true },
  },
  base_url = { type = "string" },
  transport = { type = "any", required = true },
  timeout = { type = "number", positive = true },
  retries = { type = "number" },
  validate = { type = "boolean", default = true },
  random = { type = "function", default = math.random },
}

local CALL_OPTIONS = {
  timeout = { type = "number", positive = true },
  retries = { type = "number" },
  idempotency_key = { type = "string" },
  headers = { type = "table" },
  dry_run = { type = "boolean" },
}

-- What belongs to a client, out of sight of whoever prints one.
local inner_of = setmetatable({}, { __mode = "k" })

local function make(inner, endpoint, args, given)
  local timeout = inner.timeout
  if given then
    check_options("luapay: a call", given, CALL_OPTIONS)
    timeout = given.timeout or timeout
  end
  local deadline = inner.transport:now() + timeout
  return call.make(inner, endpoint, args or {}, deadline, given)
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
    return make(inner, endpoint, args, given)
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
  local endpoint = row.find(inner.api, name)
    or error(inner.api .. " has no endpoint " .. tostring(name), 2)
  local request, refusal = core.prepare(endpoint.number, args, inner.settings)
  if request then return true end
  return nil, fault.new(refusal, endpoint.id)
end

--- Sends a request that the tables do not know: see raw.lua.
---@async
---@param given table method, path, query, headers, body, host, timeout
---@return table? response
---@return luapay.Fault? fault
function Client:request(given)
  return raw.send(inner_of[self], given)
end

--- An endpoint as a table: what to pass, what comes back, what it refuses.
---@param name string
---@return luapay.Endpoint
function Client:describe(name)
  local number = core.find(inner_of[self].api .. "." .. tostring(name))
  if number then return core.describe(number) end
  error(inner_of[self].api .. " has no endpoint " .. tostring(name), 2)
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

local function check_base(api, base_url)
  if (base_url .. "/"):match "^https?://[^/?#@%s]+/[^?#%s]*$" then return end
  local what = "luapay.%s: base_url: expected https://host[:port][/path]"
  error(what:format(api), 4)
end

-- An address for each of the API's hosts, in their order. `base_url` stands
-- for the name of every host; the paths under which they serve stay.
local function bases_of(api, environment, base_url)
  local bases = {}
  for i, host in ipairs(api.hosts) do
    local address = host[environment]
    if base_url then
      address = (host.production or host.sandbox):gsub(
        "^https://[^/]+",
        (base_url:gsub("/+$", ""):gsub("%%", "%%%%"))
      )
    end
    bases[i] = address or false
  end
  return bases
end

local function find_api(name)
  for position = 1, math.huge do
    local api = core.api(position)
    if not api or api.name == name then return api end
  end
end

local function rules_of(scheme)
  local all = {}
  for _, rules in ipairs { OPTIONS, hooks.options, scheme.options } do
    for name, rule in pairs(rules) do
      all[name] = rule
    end
  end
  return all
end

local function policy_of(scheme, retries)
  local policy = {}
  for name, value in pairs(scheme.policy or retry.policy) do
    policy[name] = value
  end
  policy.retries = retries or policy.retries
  return policy
end

local function settings_of(scheme, options)
  local settings = scheme.settings(options)
  if options.validate then return settings end
  settings = settings or {}
  settings.lenient = true
  return settings
end

-- What a client keeps; see call.lua and exchange.lua for who looks at it.
local function new_inner(name, scheme, options)
  local api = find_api(name)
  if options.base_url then check_base(name, options.base_url) end
  local inner = {
    api = name,
    environment = options.environment,
    bases = bases_of(api, options.environment, options.base_url),
    transport = custom.from(options.transport),
    timeout = options.timeout or scheme.timeout or 30,
    settings = settings_of(scheme, options),
    policy = policy_of(scheme, options.retries),
    budget = retry.budget(),
    keys = idempotency.new(),
    random = options.random,
  }
  for hook in pairs(hooks.options) do
    inner[hook] = options[hook]
    inner.hooked = inner.hooked or options[hook] ~= nil
  end
  return inner
end

--- Makes a client. Nothing is sent.
---@param name string of the API
---@param scheme table of its authentication: a file of luapay.auth
---@param given table its options
---@return luapay.Client
function client.new(name, scheme, given)
  local options = check_options("luapay." .. name, given, rules_of(scheme))
  local inner = new_inner(name, scheme, options)
  local function call_own(method, args, deadline)
    return call.make(inner, row.find(name, method), args, deadline)
  end
  inner.auth = scheme.new(options, inner.transport, call_own, inner.settings)
  local self = setmetatable({}, class_of(name))
  inner_of[self] = inner
  return self
end

return client
