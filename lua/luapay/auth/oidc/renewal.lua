-- renewal.lua - an access token that is there when needed: renewed
-- ahead of its end, once for many calls, and when it was refused. What is
-- kept is reached through closures only, where nothing prints it.

local fault = require "luapay.fault"
local gate = require "luapay.auth.session.gate"
local http = require "luapay.auth.oidc.http"

local sharing = require "luapay.auth.oidc.shared"

local renewal = {}

local LIFETIME = 300 -- seconds, where the provider says none

local function refused(code, message)
  return nil,
    fault.new({ kind = "auth", code = code, message = message }, "oidc.token")
end

-- What of a fresh answer the host is told; it may keep the table.
local function copy(tokens)
  return setmetatable({
    access_token = tokens.access_token,
    refresh_token = tokens.refresh_token,
    expires_in = tokens.expires_in,
    scope = tokens.scope,
    id_token = tokens.id_token,
  }, {
    __tostring = function()
      return "luapay: tokens"
    end,
  })
end

-- Has the host store what a renewal gave. What it could not store is given
-- to it again before the next call. Whether nothing is left to store.
local function store(kept)
  if not kept.unstored then return true end
  local good, done = pcall(kept.options.on_tokens, copy(kept.unstored))
  if good and done ~= false then kept.unstored = nil end
  return kept.unstored == nil
end

-- The old refresh token is of no use once there is a new one: that must be
-- stored before anything is done with it, or a crash would be the end of the
-- merchant's consent.
local function stored(kept)
  if store(kept) or not kept.unstored.refresh_token then return true end
  return refused(
    "not_stored",
    "the new refresh token could not be stored: on_tokens has failed"
  )
end

-- The old refresh token stays until a new one is here.
local function keep(kept, tokens, asked_at)
  local lasts = tokens.expires_in or LIFETIME
  kept.access = tokens.access_token
  kept.ends = asked_at + lasts
  kept.renew_at = kept.ends - math.min(kept.options.refresh_ahead, lasts / 2)
  kept.lost = nil
  if type(tokens.refresh_token) ~= "string" then
    tokens.refresh_token = nil
  elseif type(kept.refresh) == "string" then
    kept.refresh = tokens.refresh_token
  end
  if kept.options.on_tokens then kept.unstored = tokens end
  return stored(kept)
end

-- One that the provider knows no more is not sent again.
local function refresh_token(kept)
  local token = kept.refresh
  if kept.unstored and kept.unstored.refresh_token then
    token = kept.unstored.refresh_token
  elseif type(token) == "function" then
    token = token()
  end
  if type(token) ~= "string" or token == "" then
    return refused("no_refresh_token", "there is no refresh token")
  elseif token == kept.dead then
    return refused(
      "invalid_grant",
      "the refresh token was refused: the merchant must consent anew"
    )
  end
  return token
end

local LOST = "; it may have used up the refresh token, which is kept: "
  .. "the next call tries it again"
local GONE = "the refresh token was refused after a renewal whose answer was "
  .. "lost, and a newer one with it: the merchant must consent anew"

-- Asks once. What is said of a failure stands in it.
local function ask(kept, token, url, deadline)
  local asked_at = kept.transport:now()
  local tokens, err = http.tokens(kept.transport, url, {
    grant_type = "refresh_token",
    refresh_token = token,
    client_id = kept.options.client_id,
    client_secret = kept.options.client_secret,
  }, deadline, true)
  if tokens then return keep(kept, tokens, asked_at) end
  if err.code == "invalid_grant" then
    kept.dead = token
    if kept.lost == token then err.message = GONE end
  elseif err.phase ~= "before_send" and not http.is_refusal(err.status) then
    kept.lost = token
    err.message = err.message .. LOST
  end
  return nil, err
end

-- Where a token is refused, another process may have stored a newer one.
local function renew(kept, deadline)
  local token, err = refresh_token(kept)
  if not token then return nil, err end
  local url
  url, err = kept.metadata:token_endpoint(deadline)
  if not url then return nil, err end
  local renewed
  renewed, err = ask(kept, token, url, deadline)
  if renewed or err.code ~= "invalid_grant" then return renewed, err end
  if kept.shared and kept.shared:take(kept.adopt) then return true end
  local newer = refresh_token(kept)
  if not newer then return nil, err end
  return ask(kept, newer, url, deadline)
end

local function token(kept, deadline)
  local safe, why = stored(kept)
  if not safe then return nil, why end
  if kept.shared and not kept.looked then
    kept.looked = true
    kept.shared:take(kept.adopt)
  end
  local now = kept.transport:now()
  if kept.access and now < kept.renew_at then return kept.access end
  if kept.access and now < kept.ends then
    -- ahead of its end, a token is good though its renewal failed
    kept.gate:ahead(deadline, kept.ends, kept.work)
    now = kept.transport:now()
    if kept.access and now < kept.ends then return kept.access end
  end
  local renewed, err
  repeat -- what a call has waited for may be refused to another by now
    renewed, err = kept.gate:run(deadline, kept.work)
  until kept.access or not renewed
  if kept.access and renewed then return kept.access end
  return nil, err
end

--- Makes the renewal of one client.
---@param options table refresh_token (text, or a function that returns
--- it), access_token, client_id, client_secret, refresh_ahead, on_tokens
---@param metadata table of the provider: see metadata.lua
---@param transport luapay.Transport
---@return table renewal `token(deadline)` returns an access token, or nil
--- and a fault; `forget(token)` lets go of one that was refused
function renewal.new(options, metadata, transport)
  local kept = {
    options = options,
    metadata = metadata,
    transport = transport,
    gate = gate.new(transport),
    refresh = options.refresh_token,
    access = options.access_token,
    renew_at = math.huge,
    ends = math.huge,
  }
  function kept.work(deadline)
    return renew(kept, deadline)
  end
  sharing.begin(kept)
  return {
    token = function(deadline)
      return token(kept, deadline)
    end,
    -- one that came since stays
    forget = function(refused_token)
      if refused_token ~= kept.access then return end
      kept.refused, kept.access = kept.access, nil
    end,
  }
end

return renewal
