-- How a pretend MobilePay Subscriptions words its answers. There are three
-- shapes of errors: the usual one, that of refunds in camelCase, and that
-- of simulations; and for what is not there often no body at all.

local json = require "luapay.sandbox.json"

local say = {}

local NAMES = {
  [400] = { "BadRequest", "InputError" },
  [401] = { "Unauthorized", "AuthorizationError" },
  [403] = { "Forbidden", "AuthorizationError" },
  [404] = { "NotFound", "NotFoundError" },
  [405] = { "MethodNotAllowed", "InputError" },
  [409] = { "Conflict", "DomainError" },
  [412] = { "PreconditionFailed", "PreconditionError" },
  [415] = { "UnsupportedMediaType", "InputError" },
}

local function respond(status, body)
  return {
    status = status,
    body = json.encode(body),
    headers = { ["content-type"] = "application/json; charset=utf-8" },
  }
end

local function empty(status)
  return { status = status, body = "", headers = {} }
end

--- All went well. Without a result the body is empty.
---@param status integer
---@param result table|string|nil text is the body of a file
---@return table response
function say.yes(status, result)
  if result == nil then return empty(status) end
  if type(result) == "string" then
    local response = empty(status)
    response.headers["content-type"] = "application/pdf"
    response.body = result
    return response
  end
  return respond(status, result)
end

local shapes = {}

function shapes.usual(refusal, id)
  local name = NAMES[refusal.status] or NAMES[400]
  return {
    error = name[1],
    error_description = {
      message = refusal.text,
      error_type = name[2],
      error_code = refusal.code,
      correlation_id = id,
    },
  }
end

function shapes.refund(refusal, id)
  local name = NAMES[refusal.status] or NAMES[400]
  return {
    errorText = name[1],
    errorDetails = {
      message = refusal.text,
      errorType = name[2],
      errorCode = refusal.code,
      correlationId = id,
    },
  }
end

function shapes.simulation(refusal, id)
  return { code = refusal.code, message = refusal.text, correlationId = id }
end

function shapes.token(refusal)
  return { error = refusal.code, error_description = refusal.text }
end

--- No, and why.
---@param refusal table status, text, code
---@param request table
---@param state table
---@param shape? string
---@return table response
function say.no(refusal, request, state, shape)
  if refusal.status == 401 and shape ~= "token" then
    local response = empty(401)
    response.headers["www-authenticate"] = 'Bearer error="invalid_token"'
    return response
  elseif refusal.status == 404 and state.options.not_found_as == "empty" then
    return empty(404)
  end
  local id = request.headers.correlationid or state:id "correlation"
  return respond(refusal.status, shapes[shape or "usual"](refusal, id))
end

return say
