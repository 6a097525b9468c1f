-- A gateway in nginx: who comes for what. An account's owner presses BUY and
-- arrives with a ChID, orders, pays; the callback arrives, the payment is
-- confirmed, the account is credited once.

local desk = require "desk"
local json = require "cjson.safe"
local operator = require "operator"
local pages = require "pages"
local pretend = require "pretend"
local shop = require "shop"
local views = require "views"
local web = require "web"

local ngx = _G.ngx
local gateway = {}

local routes = { GET = {}, POST = {} }

local function not_found()
  web.send(404, pages.message("Not found", "There is nothing here."))
end

local function forged()
  web.send(
    403,
    pages.message(
      "This form is not ours",
      "It has expired, or another site has sent it. Nothing was done."
    )
  )
end

local function about_order(fields)
  return "order/" .. (fields.channel or "") .. "/" .. (fields.reference or "")
end

-- The form; a reference is made with it, so that a second click on its
-- button is the same order.
local function show_form(account, typed)
  typed = typed or {}
  local fields = {
    channel = account.channel,
    reference = typed.reference or shop.new_reference(),
  }
  web.send(
    typed.problem and 422 or 200,
    pages.buy {
      name = account.name,
      account = account.key,
      currency = account.currency,
      channel = account.channel,
      amount = typed.amount or "",
      email = typed.email or "",
      problem = typed.problem,
      reference = fields.reference,
      token = web.token(about_order(fields)),
    }
  )
end

routes.GET["^/buy$"] = function()
  local account = shop.arrival()
  if not account then return not_found() end
  show_form(account)
end

routes.POST["^/orders$"] = function()
  local fields = web.form(about_order)
  if not fields then return forged() end
  local account = desk.account(fields.channel)
  if not account then return not_found() end
  local order, problem = shop.order(account, fields)
  if not order then
    fields.problem = problem
    return show_form(account, fields)
  end
  return ngx.redirect("/orders/" .. order, 303)
end

routes.GET["^/orders/(%x[%x-]+)$"] = function(reference)
  local order = desk.order(reference)
  if not order then return not_found() end
  shop.look_after(order)
  web.send(200, pages.order(views.order(order)))
end

-- What a provider tells. Who it is and whether it is true is the receiver's
-- business; what it means for the order is the shop's.
routes.GET["^/callbacks/(%l+)/(.*)$"] = function(provider, reference)
  if not shop.callback(provider, reference) then not_found() end
end
routes.POST["^/callbacks/(%l+)/(.*)$"] = routes.GET["^/callbacks/(%l+)/(.*)$"]

local function refuse_operator()
  web.send(401, pages.message("Who are you?", "This page has a password."))
end

routes.GET["^/operator$"] = function()
  if not web.is_operator() then return refuse_operator() end
  web.send(200, operator.page(views.today()))
end

routes.POST["^/operator/(%l+)$"] = function(action)
  if not web.is_operator() then return refuse_operator() end
  local act = shop.actions[action]
  if not act then return not_found() end
  local fields = web.form(function(sent)
    return "operator/" .. action .. "/" .. (sent.reference or "")
  end)
  if not fields then return forged() end
  local good, why = act(fields.reference, fields)
  if good then return ngx.redirect("/operator", 303) end
  web.send(409, pages.message("Not done", tostring(why)))
end

--- Reads the settings; before the workers start.
function gateway.setup(path)
  local file = assert(io.open(path, "rb"))
  local settings = assert(json.decode(file:read "*a"))
  file:close()
  web.secret, web.password = settings.secret, settings.password
  desk.settings = settings
  pretend.setup(settings, routes)
end

--- In each worker: now and then, settles what a crash or a lost answer has
--- left open. The journal sees to it that workers do not do it twice.
function gateway.start()
  assert(ngx.timer.every(10, function(premature)
    if premature then return end
    desk.open()
    shop.recover()
  end))
end

--- Answers one request.
function gateway.serve()
  desk.open()
  local path = ngx.var.uri
  for pattern, route in pairs(routes[ngx.req.get_method()] or {}) do
    if path:find(pattern) then return route(path:match(pattern)) end
  end
  not_found()
end

return gateway
