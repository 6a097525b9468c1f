-- A caller that speaks to a provider as bare as a wire does: what these
-- specs send is not made by the code that they are not about.

local json = require "luapay.sandbox.json"

local helper = {}

local FORM = "application/x-www-form-urlencoded"
local PATHS = {
  login = "/1/customerProfile/login",
  add_funds = "/1/customerProfile/payments/funds",
  rollback_transaction = "/1/customerProfile/payments/rollbackTransaction",
}

local function escape(text)
  return (
    tostring(text):gsub("[^%w]", function(char)
      return ("%%%02X"):format(char:byte())
    end)
  )
end

function helper.form(args)
  local out = {}
  for name, value in pairs(args) do
    out[#out + 1] = name .. "=" .. escape(value)
  end
  return table.concat(out, "&")
end

-- request{ "add_funds", body = text or table, ... } as a transport gets it
function helper.request(call)
  local body = call.body
  if type(body) == "table" then body = helper.form(body) end
  return {
    method = call.method or "POST",
    body = body,
    url = "https://localhost:1"
      .. (PATHS[call[1]] or call[1])
      .. (call.query or ""),
    headers = {
      ["content-type"] = call.content_type or FORM,
      authorization = call.authorization
        or call.token and "IBSSO " .. call.token
        or nil,
    },
  }
end

-- What the answer means: status, decoded body; or nil, failure.
function helper.send(provider, call)
  local response, failure =
    provider:transport():send(helper.request(call), call.timeout or 30)
  if not response then return nil, failure end
  return response.status, json.decode(response.body) or response.body
end

function helper.login(provider, username, password)
  local _, answer = helper.send(provider, {
    "login",
    body = {
      username = username or "reseller",
      password = password or "secret",
    },
  })
  return answer.login and answer.login.ibAuthCookie or answer.ibAuthCookie
end

-- The arguments of a credit of 12.50 to EUR-1, changed as wanted.
function helper.credit(changes)
  local args = {
    accountKey = "EUR-1",
    ammount = "12.50",
    description = "card payment",
  }
  for name, value in pairs(changes or {}) do
    args[name] = value or nil
  end
  return args
end

return helper
