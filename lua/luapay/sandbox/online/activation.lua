-- What becomes of an agreement: activated by its first authorised payment,
-- terminated by the user or the PSP.

local bodies = require "luapay.sandbox.online.bodies"

local activation = {}

--- Tells the PSP the agreement's state.
function activation.tell(world, agreement)
  world.calls:add {
    kind = "agreement",
    url = agreement.recurringAgreementCallbackUrl,
    body = bodies.agreement(world, agreement),
    time = world:now(),
    agreement = agreement.recurringAgreementId,
  }
end

--- A payment of an agreement was authorised with a card.
function activation.by(world, payment, attempt)
  local agreement = world.agreements[payment.agreement]
  if payment.isAccountVerification then
    agreement.accountVerificationPaymentId = payment.paymentId
  end
  if agreement.state ~= "Created" then return end
  agreement.state, agreement.card = "Activated", attempt.card
  agreement.publicKeyId = payment.publicKeyId
  agreement.allowedCardTypes = agreement.allowedCardTypes
    or payment.allowedCardTypes
  activation.tell(world, agreement)
end

return activation
