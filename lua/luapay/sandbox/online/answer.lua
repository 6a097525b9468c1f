-- How a pretend MobilePay Online words its answers. Of its error bodies
-- only the 409 is documented; a 400 or 404 is what its framework writes
-- and a 401 what its gateway does.

local json = require "luapay.sandbox.json"

local answer = {}

-- The documented codes.
local DOMAIN = {
  merchant_unknown = { "2000", "Merchant doesn't exist" },
  merchant_foreign = { "2010", "The merchant isn't created by you" },
  merchant_deleted = { "2020", "The merchant is deleted" },
  cards_missing = { "2030", "Allowed card types are not set" },
  card_invalid = {
    "2040",
    "One or more of the allowed card types are invalid",
  },
  currency_invalid = { "2050", "Currency code is invalid" },
  attempt_succeeded = {
    "2100",
    "A successful authorization already exists on the payment",
  },
  attempt_running = {
    "2101",
    "An authorization attempt is not patched yet, or 3DS is ongoing",
  },
}

-- Refusals that the provider has without saying their codes. These are the
-- sandbox's own: nothing may be built upon them.
local OWN = {
  fishing = "9000 The same reference with something else in it",
  fished = "9001 Too many payments of one order: permanent",
  unknown = "9010 No such thing, or not yours",
  merchant_taken = "9011 The externalId is another merchant's",
  ended = "9020 The payment has ended",
  not_authorized = "9021 There is no successful authorization",
  attempt_final = "9022 The authorization attempt has its result",
  attempt_other = "9023 Another authorization attempt succeeded",
  not_challenged = "9024 There is no 3DS to be finished",
  exceeds = "9030 More than there is",
  key_taken = "9031 The identifier was used for another amount",
  verification = "9040 An account verification is of 100 at most",
  agreement_created = "9050 The agreement is not activated",
  agreement_terminated = "9051 The agreement is terminated",
  card_mismatch = "9052 The card is not the agreement's",
  no_card = "9060 The user has no eligible card",
  too_young = "9061 The user is too young",
}
for name, text in pairs(OWN) do
  DOMAIN[name] = { text:match("^(%d+) (.*)$") }
end

local TITLES = {
  [400] = "One or more validation errors occurred.",
  [404] = "Not Found",
  [405] = "Method Not Allowed",
  [415] = "Unsupported Media Type",
  [429] = "Too Many Requests",
}

local function respond(status, body, kind)
  return {
    status = status,
    body = json.encode(body),
    headers = { ["content-type"] = kind or "application/json" },
  }
end

--- All went well. Without a result the body is empty.
---@param status integer
---@param result table?
---@return table response
function answer.ok(status, result)
  if result then return respond(status, result) end
  return { status = status, body = "", headers = {} }
end

-- What the caller said its request is called, if anything.
local function correlation_of(request)
  return request.headers.correlationid
end

--- No, and why: a domain error.
---@param name string one of the above
---@param request table
---@param spare string what to call a request that has no name
---@return table response
function answer.domain(name, request, spare)
  local known = DOMAIN[name]
  return respond(409, {
    code = known[1],
    message = known[2],
    correlationId = correlation_of(request) or spare,
  })
end

--- No, as the framework says it: ProblemDetails.
---@param problem table status, text, field, retry_after
---@param request table
---@return table response
function answer.problem(problem, request)
  local text = (problem.text or ""):gsub("%%1", problem.field or "it")
  local response = respond(problem.status, {
    type = "https://httpstatuses.com/" .. problem.status,
    title = TITLES[problem.status],
    status = problem.status,
    detail = not problem.field and problem.text or nil,
    errors = problem.field and { [problem.field] = json.list { text } },
    traceId = correlation_of(request),
  }, "application/problem+json")
  response.headers["retry-after"] = problem.retry_after
  return response
end

--- No, as the gateway says it: these are not the credentials.
---@return table response
function answer.gateway()
  return respond(401, {
    httpCode = "401",
    httpMessage = "Unauthorized",
    moreInformation = "Invalid client id or secret.",
  })
end

return answer
