-- make.lua - makes requests as the providers send them, for specs of your
-- handlers: with the credentials, the certificate and the key of a receiver
-- of yours. What is left out of a callback has a sensible value.

local make = {}

local of = {}

function of.mobilepay_subscriptions(receiver)
  return require("luapay.callback.make.subscriptions").new(receiver)
end

function of.mobilepay_online(receiver)
  return require("luapay.callback.make.online").new(receiver)
end

function of.mobip()
  return require("luapay.callback.make.query").mobip()
end

function of.infobip(receiver)
  return require("luapay.callback.make.query").infobip(receiver)
end

--- Makes a maker for a receiver.
---@param receiver luapay.callback.Receiver
---@return any maker luapay.callback.SubscriptionsMaker and so on
function make.new(receiver)
  local maker = type(receiver) == "table" and of[receiver.api]
  if not maker then error("callback.make: expected a receiver", 3) end
  return maker(receiver)
end

return make
