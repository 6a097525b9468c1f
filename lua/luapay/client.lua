-- client.lua - the order of the steps of one call, and nothing else:
-- prepare, sign, send, interpret. Methods are made from the tables.
-- Nothing is sent when a client is made; no coroutine is made around a
-- call: the transport may yield, to whoever runs it.

local core = require "luapay.core"
local fault = require "luapay.fault"
local json = require "luapay.json"
local check_options = require("luapay.options").check
local custom = require "luapay.transport.custom"
local retry = require "luapay.retry"

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

-- The little of an endpoint's row that a call looks at.
local function endpoint_of(api, name)
  local number = core.find(api .. "." .. name)
  if not number then return nil end
  local row = core.describe(number)
  return {
    id = api .. "." .. name,
    number = number,
    open = row.open,
    harmless = row["repeat"] == "read" or row["repeat"] == "safe",
  }
end

-- What a failed exchange says of the money.
local function failed(endpoint, failure, attempts)
  local harmless = endpoint.harmless or failure.phase == "before_send"
  return fault.new({
    kind = failure.kind,
    outcome = harmless and "failed" or "unknown",
    message = failure.message,
    phase = failure.phase,
    attempts = attempts,
  }, endpoint.id)
end

-- Sends until there is an answer to keep, or no point in going on.
local function exchange(inner, endpoint, request, deadline)
  local transport = inner.transport
  for attempt = 1, math.huge do
    local left = deadline - transport:now()
    local response, failure = transport:send(request, left)
    local delay = retry.delay(
      endpoint.harmless,
      response,
      attempt,
      inner.policy,
      inner.random
    )
    if not delay or transport:now() + delay >= deadline then
      if response then return response end
      return nil, failed(endpoint, failure, attempt)
    end
    transport:sleep(delay)
  end
end

-- From the text of an answer to what the caller gets.
local function read(endpoint, response)
  local answer, problem
  if response.body ~= "" then
    answer, problem = json.decode(response.body)
  end
  local result, refusal =
    core.interpret(endpoint.number, response.status, answer, problem)
  if result then return result end
  refusal.retry_after = tonumber(response.headers["retry-after"])
  return nil, fault.new(refusal, endpoint.id)
end

local function attempt(inner, endpoint, request, deadline)
  if not endpoint.open then
    local signed, refusal = inner.auth.sign(request, deadline)
    if not signed then return nil, refusal end
  end
  if inner.transport:now() >= deadline then
    return nil,
      failed(endpoint, {
        kind = "timeout",
        phase = "before_send",
        message = "the deadline passed before anything was sent",
      }, 0)
  end
  local response, failure = exchange(inner, endpoint, request, deadline)
  if not response then return nil, failure end
  return read(endpoint, response)
end

-- One call. A refusal for want of a session says that nothing was done, so
-- the request goes once more with a new one.
local function call(inner, endpoint, args, deadline)
  local request, refusal = core.prepare(endpoint.number, args, inner.settings)
  if not request then return nil, fault.new(refusal, endpoint.id) end
  request.endpoint = endpoint.id
  request.url = inner.bases[request.host] .. request.target
  local result, err = attempt(inner, endpoint, request, deadline)
  if err and err.renew then
    inner.auth.forget(request)
    result, err = attempt(inner, endpoint, request, deadline)
    if err then err.renew = nil end
  end
  return result, err
end

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
  local endpoint = endpoint_of(api, name)
  if not endpoint then return nil end
  return function(self, args, given)
    local inner = inner_of[self]
    if not inner then
      error("call it with a colon: client:" .. name .. "{...}", 2)
    end
    return call(inner, endpoint, args or {}, deadline_of(inner, given))
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
  local endpoint = endpoint_of(inner.api, name)
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
  if not base_url:match "^https?://[^/?#@%s]+[^?#%s]*$" then
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
    return call(inner, endpoint_of(name, method), args, deadline)
  end)
  local self = setmetatable({}, class_of(name))
  inner_of[self] = inner
  return self
end

return client
