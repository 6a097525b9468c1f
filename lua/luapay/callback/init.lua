-- callback - what the providers send us: checked, read, each once. One
-- receiver for each provider; it takes a request from any web server.

local receiver = require "luapay.callback.receiver"
local seen = require "luapay.callback.seen"

local callback = {
  --- Stores of what was seen: `seen.memory()`, `seen.dict(ngx.shared.x)`,
  --- `seen.journal(journal)`.
  seen = seen,
}

--- A receiver of MobilePay Subscriptions.
---@param options luapay.callback.SubscriptionsOptions
---@return luapay.callback.Receiver
function callback.mobilepay_subscriptions(options)
  local name = "mobilepay_subscriptions"
  local provider = require "luapay.callback.mobilepay_subscriptions"
  return receiver.new(name, provider, options)
end

--- A receiver of MobilePay Online.
---@param options luapay.callback.OnlineOptions
---@return luapay.callback.Receiver
function callback.mobilepay_online(options)
  local provider = require "luapay.callback.mobilepay_online"
  return receiver.new("mobilepay_online", provider, options)
end

--- A receiver of Mobip.
---@param options luapay.callback.MobipOptions
---@return luapay.callback.Receiver
function callback.mobip(options)
  local provider = require "luapay.callback.mobip"
  return receiver.new("mobip", provider, options)
end

--- A receiver of Infobip's redirect.
---@param options luapay.callback.InfobipOptions
---@return luapay.callback.Receiver
function callback.infobip(options)
  local provider = require "luapay.callback.infobip"
  return receiver.new("infobip", provider, options)
end

--- Makers of test callbacks: see luapay.callback.make.
---@param of luapay.callback.Receiver
---@return table
function callback.make(of)
  return require("luapay.callback.make").new(of)
end

return callback
