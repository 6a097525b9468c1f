-- Hands cards over to the PSP: the callbacks that follow a swipe.

local bodies = require "luapay.sandbox.online.bodies"

local handover = {}

local function call_back(world, payment, attempt, call)
  call.time = world:now()
  call.payment, call.attempt = payment.paymentId, attempt.id
  call.agreement = payment.agreement
  world.calls:add(call)
end

local function address(payment, attempt, phone)
  return {
    kind = "address",
    url = payment.addressCallbackUrl,
    body = bodies.address(payment, attempt, { phone = phone }),
  }
end

-- As a token where there is one and somebody wants it.
local function card(world, payment, attempt, card_type)
  if attempt.card.token and card_type.tokenCallbackUrl then
    return {
      kind = "token",
      url = card_type.tokenCallbackUrl,
      body = bodies.token(world, payment, attempt),
    }
  end
  return {
    kind = "card",
    url = card_type.encryptedPanCallbackUrl,
    body = bodies.card(world, payment, attempt),
  }
end

--- A payment was accepted: the address first, then the card.
---@param card_type table the one of allowedCardTypes that was picked
---@param phone string?
function handover.accepted(world, payment, attempt, card_type, phone)
  if payment.isCheckout and payment.addressCallbackUrl then
    call_back(world, payment, attempt, address(payment, attempt, phone))
  end
  local call = card(world, payment, attempt, card_type)
  call_back(world, payment, attempt, call)
end

--- The user wants another card on an agreement.
function handover.changed(world, agreement, update)
  world.calls:add {
    kind = "card_update",
    url = agreement.updateCardCallbackUrl,
    body = bodies.card_update(world, agreement, update),
    time = world:now(),
    payment = update.id,
    agreement = agreement.recurringAgreementId,
  }
end

return handover
