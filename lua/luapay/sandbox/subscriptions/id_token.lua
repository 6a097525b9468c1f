-- What a pretend OpenID provider says of who has logged in, and by which
-- name it calls itself.

local id_token = {}

--- Where the provider is, for who asks: tests over HTTPS find it where they
--- have asked.
---@param state table
---@param request? table
---@return string
function id_token.base(state, request)
  local host = request and request.headers.host
  return state.options.public_url
    or host and "https://" .. host
    or "https://api.sandbox.mobilepay.dk"
end

--- By which name it calls itself.
function id_token.issuer(state, request)
  return state.options.issuer or id_token.base(state, request) .. "/merchant"
end

--- An id_token about a grant.
---@param state table
---@param grant table merchant, client, nonce
---@param more table claims beside the usual ones: c_hash or at_hash
---@param request? table
---@return string
function id_token.make(state, grant, more, request)
  local now = math.floor(state.clock:now())
  local claims = {
    iss = id_token.issuer(state, request),
    aud = grant.client,
    sub = "user-of-" .. grant.merchant,
    merchant_id = grant.merchant,
    nonce = grant.nonce,
    iat = now,
    exp = now + 300,
  }
  for name, value in pairs(more) do
    claims[name] = value
  end
  return state.identity.signer:sign(claims)
end

return id_token
