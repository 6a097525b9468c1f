-- mobilepay_online.lua - MobilePay Online knows its callers by two headers.
-- They are arguments that belong to the client: nothing is to be renewed.

local fault = require "luapay.fault"

local mobilepay_online = {}

--- The options that say whose money it is: the first that is given.
mobilepay_online.merchant = { "client_id" }

local ID, SECRET = "x-ibm-client-id", "x-ibm-client-secret"

--- What a client of this scheme is given: see `luapay.mobilepay_online`.
--- Who has no credentials yet leaves both out: create_credentials and
--- simulate_user go without, and a call may have its own.
mobilepay_online.options = {
  client_id = { type = "string" },
  client_secret = { type = "string" },
}

--- What the provider advises: an answer that takes more than 2 s is none,
--- 1 s between attempts, two more of them. A domain error, 409, is final:
--- asked again, it would say the same.
mobilepay_online.policy = {
  patience = 2,
  retries = 2,
  base = 1,
  cap = 1,
  fixed = true,
  again = { [500] = true },
}

--- The two headers, under their wire names.
---@param options table checked options
---@return table?
function mobilepay_online.settings(options)
  if (options.client_id == nil) ~= (options.client_secret == nil) then
    local message = "client_id and client_secret go together"
    error("luapay.mobilepay_online: " .. message, 5)
  end
  if not options.client_id then return nil end
  return { [ID] = options.client_id, [SECRET] = options.client_secret }
end

--- Makes the scheme of one client.
---@param options table checked options
---@return { sign: function, forget: function }
function mobilepay_online.new(options)
  local auth = {}

  --- Requests of the tables have their headers already, those of the
  --- caller's own making have not.
  ---@return boolean? signed
  ---@return luapay.Fault? fault nothing of the request was sent
  function auth.sign(request)
    local headers = request.headers
    headers[ID] = headers[ID] or options.client_id
    headers[SECRET] = headers[SECRET] or options.client_secret
    if headers[ID] and headers[SECRET] then return true end
    return nil,
      fault.new({
        kind = "auth",
        message = "the client has no client_id and client_secret",
      }, request.endpoint)
  end

  function auth.forget() end

  return auth
end

return mobilepay_online
