-- The Authorization header of callbacks, as a provider has asked for it.

local base64 = require "luapay.sandbox.subscriptions.base64"

local schemes = {}

function schemes.basic(auth)
  return "Basic " .. base64(auth.key .. ":" .. auth.password)
end

function schemes.apikey(auth)
  return auth.key
end

function schemes.oauth2(auth, state)
  local token = state.options.callback_token
  if type(token) == "function" then token = token(auth) end
  return "Bearer " .. token
end

--- The header, or nil where nothing was asked for.
---@param auth table? scheme, key, password
---@param state table
---@return string?
return function(auth, state)
  return auth and schemes[auth.scheme](auth, state)
end
