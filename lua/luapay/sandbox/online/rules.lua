-- What the bodies of requests must be, but for those that start payments.

local R = require "luapay.sandbox.online.rule"

local rules = {}

local BILLING =
  { choices = { DKK = true, EUR = true, SEK = true, NOK = true } }

rules.create_merchant = {
  R.text("name", { max = 255 }),
  R.text "externalId",
  R.text "countryCode",
  R.text("billingCurrency", BILLING),
  R.integer("merchantCategoryCode", { min = 1, max = 9999 }),
  R.maybe_text "vatNumber",
  R.maybe_uuid "platformId",
}

rules.update_merchant = {
  R.maybe_text("name", { max = 255 }),
  R.maybe_text "externalId",
  R.maybe_text "countryCode",
  R.maybe_text("billingCurrency", BILLING),
  R.maybe_integer("merchantCategoryCode", { min = 1, max = 9999 }),
  R.maybe_text "vatNumber",
  R.maybe_uuid "platformId",
}

rules.platform = { R.text("name", { min = 3, max = 120 }) }

rules.update_payment = {
  R.maybe_moment "reservationExpireTimestamp",
  R.maybe_url "redirectFromMobilePayUrl",
}

-- capture, cancel, refund
function rules.part(key, more)
  return R.join({
    R.integer("amount", { min = 1 }),
    R.text(key),
    R.moment "timestamp",
  }, more or {})
end

rules.attempt_of_capture = { R.maybe_uuid "authorizationAttemptId" }

-- of an MIT payment, for which there is no 3DS
rules.mit_outcome = {
  R.boolean "succeeded",
  R.plain_integer "reasonCode",
  R.maybe_text "reasonMessage",
  R.maybe_text "acquirerVatNumber",
  R.maybe_text "acquirerMerchantId",
  R.maybe_text "acquirerPaymentReference",
}

-- of an authorization attempt or a card update
rules.outcome = R.join(rules.mit_outcome, { R.maybe_url "threeDSecureUrl" })

rules.create_agreement = {
  R.text "externalAgreementId",
  R.uuid "merchantId",
  R.text "merchantName",
  R.https "merchantLogoUrl",
  R.url "merchantWebsiteUrl",
  R.https "recurringAgreementCallbackUrl",
  R.https "updateCardCallbackUrl",
  R.maybe_https "selfServiceUrl",
}

rules.update_agreement = {
  R.maybe_https "merchantLogoUrl",
  R.maybe_url "merchantWebsiteUrl",
  R.maybe_https "selfServiceUrl",
  R.maybe_https "recurringAgreementCallbackUrl",
  R.maybe_https "updateCardCallbackUrl",
  R.maybe_cards "allowedCardTypes",
}

rules.simulate_user = { R.text "phoneNumber", R.maybe_text "lastFourDigits" }

return rules
