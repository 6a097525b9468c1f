-- shared.lua - the tokens of several workers, which use up each other's
-- refresh tokens unless they share them.

local share = require "luapay.auth.session.share"

local oidc_shared = {}

-- What another worker has got: "<when to renew>\n<its end>\n<refresh
-- token>\n<access token>". A refresh token may be used up once there is a
-- newer one, so that is taken in any case.
local function adopt(kept, text)
  local renew_at, ends, refresh, access =
    text:match "^(%S+)\n(%S+)\n([^\n]*)\n([^\n]+)$"
  if not access then return false end
  if refresh ~= "" and type(kept.refresh) == "string" then
    kept.refresh = refresh
  end
  renew_at, ends = tonumber(renew_at), tonumber(ends)
  if access == kept.refused or kept.transport:now() >= renew_at then
    return false
  end
  kept.access, kept.renew_at, kept.ends = access, renew_at, ends
  return true
end

local function pack(kept)
  local refresh = type(kept.refresh) == "string" and kept.refresh or ""
  return ("%.3f\n%.3f\n%s\n%s"):format(
    kept.renew_at,
    kept.ends,
    refresh,
    kept.access
  )
end

--- Lets a renewal share what it keeps, when the client was told to.
---@param kept table see renewal.lua
function oidc_shared.begin(kept)
  local options, given = kept.options, kept.refresh
  kept.shared = share.new(options, kept.transport, {
    "mobilepay_subscriptions",
    options.client_id,
    options.client_secret,
    type(given) == "string" and given or "",
  })
  if not kept.shared then return end
  function kept.adopt(text)
    return adopt(kept, text)
  end
  kept.work = kept.shared:around(kept.work, kept.adopt, function()
    return pack(kept)
  end)
end

return oidc_shared
