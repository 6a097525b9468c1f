-- dress.lua - what a call gets beside its arguments: an idempotency key, a
-- correlation id, headers of the caller's; and how a request may be shown.

local core = require "luapay.core"
local fault = require "luapay.fault"
local header = require "luapay.header"
local random = require "luapay.random"

local dress = {}

--- What is made for a call where its arguments have none: a key, a
--- correlation id. The arguments are the caller's, and stay as they are.
---@param endpoint table
---@param args table
---@param given? table the options of this call
---@return table<string, string> made by the names of the arguments
function dress.made(endpoint, args, given)
  local key, correlation = endpoint.key, endpoint.correlation
  local made = {}
  if key and rawget(args, key) == nil then
    made[key] = given and given.idempotency_key or random.uuid()
  end
  if correlation and rawget(args, correlation) == nil then
    made[correlation] = random.uuid()
  end
  return made
end

local NONE = {}

-- An argument, or what was made for it.
local function value_of(args, made, name)
  local value = rawget(args, name)
  if value == nil then return (made or NONE)[name] end
  return value
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

-- A key that comes back with another content would be taken for a
-- repetition, and its payment would silently not be made.
local function check_key(inner, endpoint, request, args, made)
  local key = endpoint.key and value_of(args, made, endpoint.key)
  if type(key) ~= "string" then return nil end
  request.idempotency_key = key
  if not endpoint.keyed then return nil end -- only a reference
  local content = request.url .. "\n" .. (request.body or "")
  local scope = endpoint.id .. "\n" .. tostring(rawget(args, "merchantId"))
  if inner.keys:admits(scope, key, content) then return nil end
  return refuse(
    endpoint,
    endpoint.key,
    "this key was used for another content; a new payment needs a new key"
  )
end

--- Completes a prepared request. Returns a fault, or nothing.
---@return luapay.Fault? refusal
function dress.request(inner, endpoint, request, args, made, given)
  request.correlation_id = endpoint.correlation
      and value_of(args, made, endpoint.correlation)
    or request.correlation_id
  if given then
    request.send_by = given.send_by
    if given.retries then
      request.policy = setmetatable(
        { retries = given.retries },
        { __index = inner.policy }
      )
    end
    if given.headers then
      local problem = header.add(request.headers, given.headers)
      if problem then return refuse(endpoint, "headers", problem) end
    end
  end
  if given and given.dry_run then return nil end -- no key is used up
  return check_key(inner, endpoint, request, args, made)
end

--- The request as it may be shown: what a dry run returns.
---@param inner table
---@param endpoint table
---@param args table
---@param made? table
---@return table
function dress.shown(inner, endpoint, args, made)
  local redacting = setmetatable(
    { redact = true },
    { __index = inner.settings }
  )
  local base = inner.bases[endpoint.host]
  return core.prepare(endpoint.number, args, redacting, base, made)
end

return dress
