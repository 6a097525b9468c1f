-- mobilepay_online.lua - MobilePay Online knows its callers by two headers.
-- They are arguments that belong to the client: nothing is to be renewed.

local mobilepay_online = {}

--- What a client of this scheme is given: see `luapay.mobilepay_online`.
--- Who has no credentials yet leaves both out: create_credentials and
--- simulate_user go without.
mobilepay_online.options = {
  client_id = { type = "string" },
  client_secret = { type = "string" },
}

--- What the provider advises: no answer in 2 s counts as none; 1 s between
--- attempts, two more of them. A 409 is final.
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
    error(
      "luapay.mobilepay_online: client_id and client_secret go together",
      4
    )
  end
  if not options.client_id then return nil end
  return {
    ["x-ibm-client-id"] = options.client_id,
    ["x-ibm-client-secret"] = options.client_secret,
  }
end

--- Makes the scheme of one client: the headers are there already.
---@return { sign: function, forget: function }
function mobilepay_online.new()
  return {
    sign = function()
      return true
    end,
    forget = function() end,
  }
end

return mobilepay_online
