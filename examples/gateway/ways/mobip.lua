-- Paying with Mobip: a link by e-mail, and its QR code.

local luapay = require "luapay"

local ngx = _G.ngx

local Mobip = {}

--- Asks for a payment. Safe to repeat.
---@return luapay.FlowItem? item
---@return luapay.Fault? fault
function Mobip:ask(order, address)
  return self.link:run_one {
    reference = order.reference,
    media = "EMAIL",
    item_name = "Top-up of " .. order.account.name,
    price = luapay.money(order.amount, order.currency),
    customer_email = order.email,
    redirect_url = ("%s/orders/%s"):format(address, order.reference),
    call_back_url = ("%s/callbacks/mobip/%s"):format(address, order.reference),
  }
end

--- The payment of an order as the journal has it, or nil.
function Mobip:payment(reference)
  return self.known(self.link, reference)
end

--- Asks Mobip how a payment stands.
function Mobip:refresh(order)
  return self.link:get(order.reference)
end

--- Takes a callback: a hint, which the receiver asks Mobip about. It answers
--- the request; `follow(order)` does what comes after.
function Mobip:callback(order, follow)
  local payment = self:payment(order.reference) or {}
  local receiver = luapay.callback.mobip {
    client = self.link.client,
    seen = luapay.callback.seen.dict(ngx.shared.seen),
    find = function()
      return payment.provider_id
    end,
  }
  receiver:nginx(function(event)
    local taken, fault = self.link:on_callback(event)
    if not taken then return false, fault end
    return follow(order)
  end)
end

--- Settles what a crash has left open.
function Mobip:recover()
  return self.link:recover()
end

--- Where the customer pays, and the picture of it.
function Mobip:page(payment)
  return payment.url_checkout, payment.raw_qr
end

local mobip = {}

--- Makes it. `known` and `with`: see desk.lua.
function mobip.new(known, journal, with)
  local client = luapay.mobip(with {
    api_account_id = "merchant",
    api_secret_key = "secret",
  })
  return setmetatable({
    known = known,
    link = luapay.flow.payment_link {
      client = client,
      journal = journal,
      currency = "EUR",
    },
  }, { __index = Mobip })
end

return mobip
