-- The money: what happens to an order, and what follows from what. All that
-- must not be forgotten stands in the journal; this file keeps nothing.

local desk = require "desk"
local luapay = require "luapay"
local uuid = require("luapay.random").uuid

local ngx = _G.ngx
local shop = { actions = {} }

local LEAST, MOST = luapay.money("1.00", "EUR"), luapay.money("500.00", "EUR")

--- Who has arrived by the BUY button.
function shop.arrival()
  local receiver = luapay.callback.infobip { seen = false }
  local _, events = receiver:receive {
    method = "GET",
    path = ngx.var.uri,
    query = ngx.var.args,
    headers = {},
    body = "",
  }
  return events[1] and desk.account(events[1].ChID)
end

--- A name for an order that nobody can guess.
function shop.new_reference()
  return uuid()
end

local function problem_of(amount, fields)
  local email = fields.email or ""
  if not amount or amount < LEAST or amount > MOST then
    return "An amount is a number like 25.00, from 1.00 to 500.00."
  elseif not email:find "^[^%s@]+@[^%s@]+%.[^%s@]+$" or #email > 200 then
    return "An e-mail address looks like you@example.com."
  elseif not desk.ways[fields.method] then
    return "Choose how to pay."
  end
end

--- Makes an order, and asks for its payment.
---@return string? reference
---@return string? problem for the customer
function shop.order(account, fields)
  local amount = luapay.money(fields.amount or "", account.currency)
  local problem = problem_of(amount, fields)
  if problem then return nil, problem end
  local order, fault = desk.write {
    reference = fields.reference,
    account = account,
    amount = amount.decimal,
    email = fields.email,
    way = fields.method,
  }
  if not order and fault then
    ngx.log(ngx.ERR, tostring(fault))
    return nil, "The order could not be written down. Nothing was charged."
  elseif not order then
    return nil, "This form was sent before, with something else in it."
  end
  local asked, why = order.way:ask(order, desk.settings.address)
  -- what is unknown, or was asked before, has a page that tells
  if asked or why.outcome == "unknown" then return order.reference end
  ngx.log(ngx.WARN, tostring(why))
  return nil, "The payment could not be begun. Nothing was charged; try again."
end

-- Credits what is paid. The journal sees to it that this is done once, from
-- whichever worker it is called.
local function credit(order)
  local done, fault = desk.topup:run_one {
    reference = order.reference,
    accountKey = order.account.key,
    amount = order.amount,
    currencycode = order.currency,
    description = "Order " .. order.reference,
  }
  if not done then ngx.log(ngx.WARN, tostring(fault)) end
  return done, fault
end

-- What follows from how a payment stands: credited when its money has moved,
-- rolled back when it was returned. True when nothing is left to do now.
local function follow(order)
  local reference = order.reference
  local payment = order.way:payment(reference)
  local credited = desk.credit(reference)
  if not payment then return true end
  if payment.money == "moved" and not credited then
    credit(order)
  elseif
    payment.money == "returned"
    and credited
    and credited.money == "moved"
    and not credited.needs_person -- refused: the operator's
  then
    desk.topup:undo(reference, { note = "the payment was given back" })
  end
  return true
end

--- Takes a provider's callback. Returns false when there is no such order.
function shop.callback(name, reference)
  local order = desk.order(reference)
  if not order or order.way ~= desk.ways[name] then return false end
  order.way:callback(order, follow)
  return true
end

--- Looks after an order whose callback may be late, or never come.
function shop.look_after(order)
  local payment = order.way:payment(order.reference)
  if payment and payment.money ~= "returned" and payment.state ~= "closed" then
    order.way:refresh(order)
    follow(order)
  end
end

--- The operator has found a credit whose answer was lost.
function shop.actions.booked(reference, fields)
  return desk.topup:found(reference, {
    provider_id = fields.transactionId,
    who = "operator",
  })
end

--- The operator has made sure that it is not there, and never will be.
function shop.actions.absent(reference)
  local good, fault = desk.topup:absent(reference, { who = "operator" })
  if not good then return nil, fault end
  return shop.actions.again(reference)
end

--- Credits once more what certainly was not credited.
function shop.actions.again(reference)
  local order = desk.order(reference)
  local payment = order and order.way:payment(reference)
  if payment and payment.money == "moved" then return credit(order) end
  return nil, "It is not paid."
end

--- Rolls a top-up back. The payment stays where it is.
function shop.actions.undo(reference)
  return desk.topup:undo(reference, { note = "rolled back by the operator" })
end

--- Settles what a crash or a lost answer has left open.
function shop.recover()
  for _, part in ipairs { desk.ways.mobip, desk.ways.mobilepay, desk.topup } do
    local good, fault = part:recover()
    if not good then ngx.log(ngx.ERR, tostring(fault)) end
  end
  for order in desk.orders() do
    follow(order)
  end
end

return shop
