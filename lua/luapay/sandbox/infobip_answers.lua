-- How a pretend Infobip words its answers.

local json = require "luapay.sandbox.json"

local say = {}

local function respond(status, answer)
  return {
    status = status,
    body = json.encode(answer),
    headers = { ["content-type"] = "application/json; charset=utf-8" },
  }
end

--- No, and why: the message numbers %1, %2 stand for the variables.
---@param status integer
---@param id string
---@param text string
---@param ... string variables
---@return table response
function say.no(status, id, text, ...)
  return respond(status, {
    requestError = {
      serviceException = {
        messageId = id,
        text = text,
        variables = json.list { ... },
      },
      policyException = json.null,
    },
  })
end

--- The answer to a login.
---@param options table login_shape, verified_as
---@param verified boolean
---@param token string? nil when nobody is logged in
---@return table response
function say.login(options, verified, token)
  local answer = { verified = verified, ibAuthCookie = token }
  if options.verified_as == "text" then
    answer.verified = tostring(verified)
  end
  if options.login_shape == "nested" then answer = { login = answer } end
  return respond(200, answer)
end

-- "12.50" as the number 12.50; JSON has no leading zeros.
local function number(text)
  return json.number((text:gsub("^(%-?)0+(%d)", "%1%2")))
end

--- The answer to a credit.
---@param options table id_as
---@param id string
---@return table response
function say.transaction(options, id)
  return respond(200, {
    transactionId = options.id_as == "text" and id or number(id),
  })
end

--- The answer to a rollback.
---@param options table currency_as
---@param amount string
---@param code string
---@return table response
function say.rolled_back(options, amount, code)
  local currency = code
  if options.currency_as == "object" then
    currency = { id = 1, currencyName = code, symbol = code }
  end
  return respond(200, { ammount = number(amount), currency = currency })
end

return say
