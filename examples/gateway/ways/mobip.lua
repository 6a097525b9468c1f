-- Paying with Mobip: a link by e-mail, and its QR code.

local luapay = require "luapay"

local ngx = _G.ngx

local Mobip = {}

--- Asks for a payment. Safe to repeat.
---@return table? asked
---@return luapay.Fault? fault
function Mobip:ask(order, address)
  return self.link:run {
    reference = order.reference,
    media = "EMAIL",
    item_name = "Top-up of " .. order.account.name,
    item_amount_in_cents = luapay.money(order.amount, order.currency).minor,
    tax_amount = 0,
    customer_email = order.email,
    redirect_url = ("%s/orders/%s"):format(address, order.reference),
    call_back_url = ("%s/callbacks/mobip/%s"):format(address, order.reference),
  }
end

--- What the journal has of a payment. What was never paid has failed; only
--- what was given back is compensated.
function Mobip:entry(reference)
  local entry = self.find {
    flow = "payment_link",
    reference = reference,
    step = "request",
  }
  if not entry then return nil end
  if entry.state == "compensated" and entry.status ~= "REFUNDED" then
    entry.state = "failed"
  end
  return entry
end

--- Asks Mobip how a payment stands.
function Mobip:look(order)
  return self.link:look(order.reference)
end

--- Takes a callback: a hint, which the receiver asks Mobip about. It answers
--- the request; `follow(order)` does what comes after.
function Mobip:callback(order, follow)
  local entry = self:entry(order.reference) or {}
  local receiver = luapay.callback.mobip {
    client = self.link.client,
    seen = luapay.callback.seen.dict(ngx.shared.seen),
    find = function()
      return entry.provider_id
    end,
  }
  receiver:nginx(function(event)
    local moved, fault = self.link:on_callback(event)
    if moved == nil then return nil, fault end
    return follow(order)
  end)
end

--- Settles what a crash has left open.
function Mobip:recover()
  return self.link:recover()
end

--- Where the customer pays, and the picture of it.
function Mobip:page(entry)
  local known = entry.outcome or {}
  return known.url_checkout, known.raw_qr
end

local mobip = {}

--- Makes it. `find` and `with`: see desk.lua.
function mobip.new(find, journal, with)
  local client = luapay.mobip(with {
    api_account_id = "merchant",
    api_secret_key = "secret",
  })
  return setmetatable({
    find = find,
    link = luapay.flow.payment_link { client = client, journal = journal },
  }, { __index = Mobip })
end

return mobip
