-- The outside world, pretended: the page on which a customer pays, and the
-- wire that brings the provider's callback. Not part of a gateway: leave
-- this file out of yours.

local json = require "cjson.safe"
local nginx = require "luapay.transport.nginx"
local pages = require "pages"
local web = require "web"

local ngx = _G.ngx
local pretend = {}

local settings

-- Tells the sandbox what the customer does: see doc/sandbox.md.
local function tell(provider, method, ...)
  local transport = nginx.new {}
  local response, failure = transport:send({
    method = "POST",
    url = ("%s/sandbox/%s/call"):format(settings.base_url, provider),
    headers = { ["content-type"] = "application/json" },
    body = json.encode { method = method, args = { ... } },
  }, 10)
  if not response then return nil, failure.message end
  local answer = json.decode(response.body) or {}
  if response.status ~= 200 then return nil, answer.message end
  return answer.result or true
end

-- The last callback that was brought, of those that have numbers.
local brought = 0

-- Plays the wire: each callback that the provider makes, to this gateway.
local function bring(provider)
  local made = tell(provider, "callbacks", brought)
  for _, callback in ipairs(type(made) == "table" and made or {}) do
    brought = callback.number or brought
    for name, value in pairs(callback.headers or {}) do
      ngx.req.set_header(name, value)
    end
    local path, query = callback.url:match "^https?://[^/]+([^?]*)%??(.*)$"
    ngx.location.capture(path, {
      method = ngx["HTTP_" .. callback.method],
      args = query,
      body = callback.body,
    })
  end
end

local PAYER = [[
<div class="card"><h1>You are the customer's phone</h1>
<p class="soft">A pretend page of the payment provider: the only one here
that a real gateway does not have.</p>
{{buttons}}</div>
]]

local BUTTON = [[
<form method="post" action="/pretend/{provider}/{id}/{action}">
<input type="hidden" name="token" value="{token}">
<p><button>{label}</button></p></form>
]]

local ACTIONS = {
  mobip = {
    { "pay", "Pay" },
    { "deny", "My bank says no" },
    { "cancel", "Cancel" },
    { "refund", "The shop gives the money back" },
  },
  mobilepay = { { "accept", "Accept" }, { "reject", "Reject" } },
}

local SANDBOX = { mobip = "mobip", mobilepay = "mobilepay_subscriptions" }

local function show(provider, id)
  if not id:find "^[%w%-]+$" then id = "nothing" end
  local buttons = {}
  for i, action in ipairs(ACTIONS[provider]) do
    buttons[i] = web.fill(BUTTON, {
      provider = provider,
      id = id,
      action = action[1],
      label = action[2],
      token = web.token("pretend/" .. id),
    })
  end
  web.send(
    200,
    pages.page(
      "Your phone",
      web.fill(PAYER, { buttons = table.concat(buttons) })
    )
  )
end

local function act(provider, id, action)
  local fields = web.form(function()
    return "pretend/" .. id
  end)
  local known = {}
  for _, one in ipairs(ACTIONS[provider] or {}) do
    known[one[1]] = true
  end
  if not fields or not known[action] then
    return web.send(403, pages.message("Not done", "This form is not ours."))
  end
  local good, why = tell(SANDBOX[provider], action, id)
  bring(SANDBOX[provider])
  local said = good and "Go back to the shop's page."
    or "The provider says: " .. tostring(why)
  web.send(good and 200 or 409, pages.message(good and "Done" or "No", said))
end

--- Adds its pages to the gateway's.
function pretend.setup(given, routes)
  settings = given
  routes.GET["^/pretend/pay/([%w%-]+)$"] = function(trid)
    show("mobip", trid)
  end
  routes.GET["^/pretend/mobilepay/$"] = function()
    show("mobilepay", ngx.var.arg_id or "")
  end
  routes.POST["^/pretend/(%l+)/([%w%-]+)/(%l+)$"] = act
end

return pretend
