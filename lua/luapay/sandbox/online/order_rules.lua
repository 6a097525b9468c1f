-- What the bodies of requests that start payments must be.

local R = require "luapay.sandbox.online.rule"

local rules = {}

-- Card types and currencies are looked at by the domain, not here: they
-- have codes of their own.
local ORDER = {
  R.integer("amount", { min = 0 }),
  R.text "currencyCode",
  R.text "merchantOrderId",
  R.text("merchantUrl", { max = 150 }),
  R.text "pspReferenceId",
  R.plain_boolean "autoCapture",
}

local REDIRECTED = {
  R.maybe_cards "allowedCardTypes",
  R.https "merchantLogoUrl",
  R.integer("publicKeyId", { max = 2 ^ 31 - 1 }),
  R.url "redirectFromMobilePayUrl",
  R.maybe_https "failedPaymentCallbackUrl",
  R.maybe_moment "validUntil",
  R.plain_boolean "preferVisaPartOfVisaDankort",
  R.maybe_text(
    "customerLanguageCode",
    { choices = { DA = true, EN = true, FI = true } }
  ),
  R.maybe_integer("minimumMobilePayUserAge", { min = 0, max = 150 }),
}

rules.initiate_payment = R.join(ORDER, REDIRECTED, {
  R.uuid "merchantId",
  R.text "merchantName",
  R.plain_boolean "isCheckout",
  R.maybe_https "addressCallbackUrl",
  R.maybe_boolean "deliveryAddressAllowed",
  R.maybe_integer("deliveryAddressDisallowedReasonCode", { min = 1, max = 5 }),
  R.maybe_texts "deliveryLimitedTo",
})

rules.initiate_cit_payment =
  R.join(ORDER, REDIRECTED, { R.plain_boolean "isAccountVerification" })

rules.initiate_mit_payment =
  R.join(ORDER, { R.text("last4", { min = 4, max = 4 }) })

return rules
