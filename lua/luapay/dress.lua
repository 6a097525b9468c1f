-- dress.lua - what a call gets beside its arguments: an idempotency key, a
-- correlation id, headers of the caller's; and how a request may be shown.

local core = require "luapay.core"
local fault = require "luapay.fault"
local idempotency = require "luapay.idempotency"
local random = require "luapay.random"

local dress = {}

--- The arguments with what is made where none is given.
---@param endpoint table
---@param args table
---@param given? table the options of this call
---@return table
function dress.args(endpoint, args, given)
  if endpoint.key then
    args =
      idempotency.with_key(args, endpoint.key, given and given.idempotency_key)
  end
  if endpoint.correlation and args[endpoint.correlation] == nil then
    local copy = {}
    for name, value in pairs(args) do
      copy[name] = value
    end
    copy[endpoint.correlation] = random.uuid()
    return copy
  end
  return args
end

local function refuse(endpoint, field, message)
  return fault.new(
    { kind = "argument", field = field, message = message },
    endpoint.id
  )
end

--- The fault for an endpoint that is not where the client calls.
function dress.absent(inner, endpoint)
  return refuse(
    endpoint,
    "environment",
    ("is %q, where the provider has no such endpoint"):format(
      inner.environment
    )
  )
end

local function add_headers(endpoint, request, headers)
  for name, value in pairs(headers) do
    if
      type(name) ~= "string"
      or type(value) ~= "string"
      or (name .. value):find "%c"
    then
      return refuse(
        endpoint,
        "headers",
        "expected names and values without control characters"
      )
    end
    request.headers[name] = value
  end
end

-- A key that comes back with another content would be taken for a
-- repetition, and its payment would silently not be made.
local function check_key(inner, endpoint, request, args)
  local key = endpoint.key and args[endpoint.key]
  if type(key) ~= "string" then return nil end
  request.idempotency_key = key
  if not endpoint.keyed then return nil end -- only a reference
  local content = request.url .. "\n" .. (request.body or "")
  local scope = endpoint.id .. "\n" .. tostring(args.merchantId)
  if inner.keys:admits(scope, key, content) then return nil end
  return refuse(
    endpoint,
    endpoint.key,
    "this key was used for another content; a new payment needs a new key"
  )
end

--- Completes a prepared request. Returns a fault, or nothing.
---@return luapay.Fault? refusal
function dress.request(inner, endpoint, request, args, given)
  request.correlation_id = endpoint.correlation and args[endpoint.correlation]
    or request.correlation_id
  if given then
    if given.retries then
      request.policy = setmetatable(
        { retries = given.retries },
        { __index = inner.policy }
      )
    end
    if given.headers then
      local refusal = add_headers(endpoint, request, given.headers)
      if refusal then return refusal end
    end
  end
  if given and given.dry_run then return nil end -- no key is used up
  return check_key(inner, endpoint, request, args)
end

--- The request as it may be shown: what a dry run returns.
---@param inner table
---@param endpoint table
---@param args table
---@return table
function dress.shown(inner, endpoint, args)
  local redacting = setmetatable(
    { redact = true },
    { __index = inner.settings }
  )
  local base = inner.bases[endpoint.host]
  return core.prepare(endpoint.number, args, redacting, base)
end

return dress
