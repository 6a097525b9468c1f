-- The bodies of callbacks, key by key as the provider has them: PascalCase
-- for encrypted cards, addresses and failures, camelCase for tokens.

local card_data = require "luapay.sandbox.online.card_data"
local json = require "luapay.sandbox.json"

local bodies = {}

-- A payment on an agreement names it, too; under which key is not known.
local function name_agreement(world, body, payment, pascal)
  if not payment.agreement then return body end
  local key = world.options.agreement_key
  if not pascal then key = key:gsub("^%u", string.lower) end
  body[key] = payment.agreement
  return body
end

--- The encrypted card of an accepted payment.
function bodies.card(world, payment, attempt)
  return name_agreement(world, {
    EncryptedCardData = card_data.encrypted(
      world,
      payment.publicKeyId,
      attempt.card
    ),
    PaymentId = payment.paymentId,
    AuthorizationAttemptId = attempt.id,
    PublicKeyId = payment.publicKeyId,
    CardType = attempt.card.cardType,
  }, payment, true)
end

-- What payments and card updates say of a tokenised card.
local function add_token(world, body, card, id)
  body.cardType = card.cardType
  body.cardIssuedInCountryCode = card.country or "DK"
  body.maskedCardNumber = card_data.masked(card, world.options.mask_head)
  body.tokenMethod = card.token
  body.tokenData = card_data.token(card, id)
  if card.token == "VTS" then body.isDelegatedAuthentication = true end
  return body
end

--- The token of an accepted payment.
function bodies.token(world, payment, attempt)
  return name_agreement(
    world,
    add_token(world, {
      paymentId = payment.paymentId,
      authorizationAttemptId = attempt.id,
    }, attempt.card, attempt.id),
    payment,
    false
  )
end

--- The address of a checkout, always before the card.
function bodies.address(payment, attempt, user)
  local address = {
    FirstName = "Jens",
    Surname = "Hansen",
    Attention = "",
    CompanyName = "",
    AddressLine1 = "Blomstervej 23",
    AddressLine2 = "",
    PostalCode = "2100",
    City = "Aarhus",
    CountryCode = "DK",
    IsCustomerOfficialAddress = true,
    IsBillingAddress = true,
    IsDeliveryAddress = true,
    AddressValidationMethod = "DaWa",
    AddressValidationStatus = "NotValidated",
  }
  for name, value in pairs(user.address or {}) do
    address[name] = value
  end
  return {
    PaymentId = payment.paymentId,
    AuthorizationAttemptId = attempt.id,
    Addresses = json.list { address },
    EmailAddress = user.email or "jens@example.com",
    EmailAddressValidationMethod = "EmailEnteredTwice",
    EmailAddressValidationStatus = "Validated",
    PhoneNumber = user.phone or "+4512345678",
    PhoneNumberValidationMethod = "SMSChallenge",
    PhoneNumberValidationStatus = "Validated",
  }
end

--- The end of a payment that nobody completed in time. The code is text.
function bodies.failed(payment)
  return {
    Code = "100",
    Reason = "Payment expired",
    PaymentId = payment.paymentId,
  }
end

--- The new state of an agreement.
function bodies.agreement(world, agreement)
  return {
    [world.options.agreement_key] = agreement.recurringAgreementId,
    State = agreement.state,
  }
end

--- The new card of an agreement.
function bodies.card_update(world, agreement, update)
  local body = {
    agreementId = agreement.recurringAgreementId,
    paymentId = update.id,
    cardType = update.card.cardType,
  }
  if update.card.token then
    body.cardDataType = "Token"
    return add_token(world, body, update.card, update.id)
  end
  body.publicKeyId = agreement.publicKeyId
  body.cardDataType = "EncryptedPan"
  body.cardData =
    card_data.encrypted(world, agreement.publicKeyId, update.card)
  return body
end

return bodies
