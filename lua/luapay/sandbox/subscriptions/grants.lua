-- The token endpoint of the pretend OpenID provider.

local id_token = require "luapay.sandbox.subscriptions.id_token"
local signer = require "luapay.sandbox.subscriptions.signer"

local function refuse(code, text)
  return nil, { status = 400, code = code, text = text }
end

local function is_known(state, args)
  local client = state.options.clients[args.client_id or ""]
  return client and client.secret == args.client_secret
end

local grants = {}

function grants.authorization_code(state, args)
  local grant = state.identity:take_code(args.code or "")
  if
    not grant
    or grant.client ~= args.client_id
    or grant.redirect_uri ~= args.redirect_uri
    or not args.code_verifier
    or signer.challenge(args.code_verifier) ~= grant.challenge
  then
    return nil
  end
  return grant, state.identity:new_refresh(grant)
end

function grants.refresh_token(state, args)
  return state.identity:use_refresh(args.refresh_token, args.client_id)
end

local function answer(state, grant, refresh, with_id, request)
  local access = state.identity:new_access(grant)
  local more = with_id and { at_hash = signer.half_hash(access) }
  return {
    access_token = access,
    refresh_token = refresh,
    token_type = "Bearer",
    expires_in = state.options.lifetime,
    scope = grant.scope,
    id_token = more and id_token.make(state, grant, more, request) or nil,
  }
end

--- Tokens for a code or for a refresh token.
return function(state, args, _, request)
  if not is_known(state, args) then
    return refuse("invalid_client", "The client is unknown.")
  end
  local use = grants[args.grant_type]
  if not use then
    return refuse("unsupported_grant_type", "There is no such grant type.")
  end
  local grant, refresh = use(state, args)
  if not grant then
    return refuse("invalid_grant", "The code or token is not valid.")
  end
  local first = args.grant_type == "authorization_code"
  return answer(state, grant, refresh, first, request)
end
