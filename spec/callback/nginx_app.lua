-- What nginx_spec.lua runs inside nginx: receivers, and a book in a shared
-- dict of what their handlers were called for.

local callback = require "luapay.callback"

local ngx = _G.ngx
local app = {}

local USER = { user_name = "mobilepay", password = "secret" }

local seen = callback.seen.dict(ngx.shared.seen)

app.subscriptions = callback.mobilepay_subscriptions {
  basic = USER,
  seen = seen,
  max_body = 100000,
}

app.online = callback.mobilepay_online {
  client_name = "callbacks.mobilepay.example",
  seen = seen,
}

app.infobip = callback.infobip { seen = seen }

--- Notes an event; an `external_id` says how.
function app.note(event)
  local how = event.external_id
  if how == "slow" then ngx.sleep(0.3) end
  local count = ngx.shared.book:incr(event.object, 1, 0)
  if how == "twice" then return count == 2 end
  return true
end

--- How often a handler was called for an object.
function app.count()
  ngx.print(ngx.shared.book:get(ngx.var.arg_object) or 0)
end

--- Sends a user on to a page.
function app.buy(event)
  local location = "/top-up?account=" .. event.ChID
  return true, { status = 303, headers = { location = location } }
end

return app
