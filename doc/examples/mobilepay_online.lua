-- mobilepay_online.lua - the examples of doc/mobilepay_online.md: see
-- generate/examples.lua.

local CARDS = [[
  allowedCardTypes = {
    {
      name = "DANKORT",
      encryptedPanCallbackUrl = "https://psp.example/dankort",
    },
  },
]]

local INITIATE = [[
  merchantId = "a0000000-0000-4000-8000-000000000001",
  merchantName = "The Shop",
  merchantLogoUrl = "https://shop.example/logo.png",
  merchantUrl = "https://shop.example",
  merchantOrderId = "order-17",
  pspReferenceId = "payment-17",
  amount = 10000, -- 100.00
  currencyCode = "DKK",
]] .. CARDS .. [[
  publicKeyId = 7,
  redirectFromMobilePayUrl = "https://shop.example/done",
}
]]

local AGREE = [[
  merchantId = "a0000000-0000-4000-8000-000000000001",
  merchantName = "The Shop",
  merchantLogoUrl = "https://shop.example/logo.png",
  merchantWebsiteUrl = "https://shop.example",
  externalAgreementId = "agreement-17",
  recurringAgreementCallbackUrl = "https://psp.example/agreement",
  updateCardCallbackUrl = "https://psp.example/card",
}
]]

local CIT = [[
  agreementId = agreement.recurringAgreementId,
  merchantLogoUrl = "https://shop.example/logo.png",
  merchantUrl = "https://shop.example",
  merchantOrderId = "order-17",
  pspReferenceId = "first-17",
  amount = 10000, -- 100.00
  currencyCode = "DKK",
]] .. CARDS .. [[
  publicKeyId = 7,
  redirectFromMobilePayUrl = "https://shop.example/done",
}
]]

local MIT = [[
  agreementId = agreement.recurringAgreementId,
  merchantUrl = "https://shop.example",
  merchantOrderId = "month-2",
  pspReferenceId = "month-2-17",
  last4 = "3742",
  amount = 5000, -- 50.00
  currencyCode = "DKK",
}
]]

-- A part of a payment's money.
local function part(verb, method, of, id)
  return ([[
local %s, fault = online:%s {
  paymentId = %s.paymentId,
  amount = 2500, -- 25.00
  timestamp = "2024-01-02T10:00:00Z",
  %sIdentifier = "%s",
}
]]):format(verb, method, of, verb, id)
end

return {
  options = "luapay.MobilepayOnlineOptions",
  intro = "For payment service providers: a payment is initiated, the user"
    .. " accepts it in the app, card data come to a callback, the provider"
    .. " reports the result of the authorization, and captures, cancels and"
    .. " refunds parts of it. Amounts are whole numbers of minor units.",
  more = "An answer that takes more than 2 seconds is none, and what is safe"
    .. " to repeat is sent up to 2 more times, a second apart: so the"
    .. " provider advises.",
  start = [[
local luapay = require "luapay"
local provider = require("luapay.sandbox").mobilepay_online()

local online = luapay.mobilepay_online {
  environment = "sandbox",
  client_id = "sandbox-client",
  client_secret = "sandbox-secret",
  transport = provider:transport(),
}
]],
  things = {
    merchant = {
      from = "create_merchant",
      code = [[
local merchant = assert(online:create_merchant {
  externalId = "shop-2",
  name = "Another Shop",
  billingCurrency = "DKK",
  countryCode = "DK",
  vatNumber = "DK11102248",
  merchantCategoryCode = 5999,
})
]],
    },
    platform = {
      from = "create_platform",
      code = [[
local platform = assert(online:create_platform { name = "Shops" })
]],
    },
    payment = {
      from = "initiate_payment",
      code = "local payment = assert(online:initiate_payment {\n"
        .. INITIATE:gsub("}\n$", "})\n"),
    },
    attempt = {
      needs = { "payment" },
      says = "`attempt` is the id that comes with the card data when the user"
        .. " has accepted.",
      code = [[
local attempt = assert(provider:accept(payment.paymentId))
]],
    },
    authorized = {
      needs = { "attempt" },
      code = [[
assert(online:update_authorization_attempt {
  paymentId = payment.paymentId,
  authorizationAttemptId = attempt,
  succeeded = true,
})
]],
    },
    captured = {
      needs = { "authorized" },
      code = [[
assert(online:capture_payment {
  paymentId = payment.paymentId,
  amount = 5000,
  timestamp = "2024-01-02T10:00:00Z",
})
]],
    },
    agreement = {
      from = "create_recurring_agreement",
      code = "local agreement = assert(online:create_recurring_agreement {\n"
        .. AGREE:gsub("}\n$", "})\n"),
    },
    active = {
      needs = { "agreement" },
      code = "local first = assert(online:initiate_cit_payment {\n"
        .. CIT:gsub("}\n$", "})\n")
        .. [[
assert(online:update_authorization_attempt {
  paymentId = first.paymentId,
  authorizationAttemptId = provider:accept(first.paymentId),
  succeeded = true,
})
]],
    },
    mit = {
      needs = { "active" },
      from = "initiate_mit_payment",
      code = "local mit = assert(online:initiate_mit_payment {\n"
        .. MIT:gsub("}\n$", "})\n"),
    },
    reserved = {
      needs = { "mit" },
      code = [[
assert(online:update_mit_payment {
  paymentId = mit.paymentId,
  succeeded = true,
})
]],
    },
    mit_captured = {
      needs = { "reserved" },
      code = [[
assert(online:capture_mit_payment {
  paymentId = mit.paymentId,
  amount = 5000,
  timestamp = "2024-01-02T10:00:00Z",
})
]],
    },
    update = {
      needs = { "active" },
      says = "`update` is the payment id that comes to the agreement's"
        .. " `updateCardCallbackUrl`.",
      code = [[
local update =
  assert(provider:change_card(agreement.recurringAgreementId))
]],
    },
  },
  calls = {
    create_merchant = {
      code = [[
local merchant, fault = online:create_merchant {
  externalId = "shop-2",
  name = "Another Shop",
  billingCurrency = "DKK",
  countryCode = "DK",
  vatNumber = "DK11102248",
  merchantCategoryCode = 5999,
}
]],
    },
    get_merchant = {
      needs = { "merchant" },
      code = [[
local found, fault = online:get_merchant {
  merchantId = merchant.merchantId,
}
]],
    },
    update_merchant = {
      needs = { "merchant" },
      code = [[
local done, fault = online:update_merchant {
  merchantId = merchant.merchantId,
  name = "The Other Shop",
}
]],
    },
    delete_merchant = {
      needs = { "merchant" },
      code = [[
local done, fault = online:delete_merchant {
  merchantId = merchant.merchantId,
}
]],
    },
    list_merchants = {
      code = [[
local list, fault = online:list_merchants()
]],
    },
    initiate_payment = {
      code = "local payment, fault = online:initiate_payment {\n" .. INITIATE,
    },
    get_payment = {
      needs = { "payment" },
      code = [[
local found, fault = online:get_payment { paymentId = payment.paymentId }
]],
    },
    update_payment = {
      needs = { "payment", "authorized" },
      code = [[
local done, fault = online:update_payment {
  paymentId = payment.paymentId,
  reservationExpireTimestamp = "2024-01-08T00:00:00Z",
}
]],
    },
    update_authorization_attempt = {
      needs = { "payment", "attempt" },
      code = [[
local done, fault = online:update_authorization_attempt {
  paymentId = payment.paymentId,
  authorizationAttemptId = attempt,
  succeeded = true,
}
]],
    },
    capture_payment = {
      needs = { "payment", "authorized" },
      code = part("capture", "capture_payment", "payment", "capture-17"),
    },
    cancel_payment = {
      needs = { "payment", "authorized" },
      code = part("cancel", "cancel_payment", "payment", "cancel-17"),
    },
    refund_payment = {
      needs = { "payment", "captured" },
      code = part("refund", "refund_payment", "payment", "refund-17"),
    },
    invalidate_payment = {
      needs = { "payment" },
      code = [[
local done, fault = online:invalidate_payment {
  paymentId = payment.paymentId,
}
]],
    },
    create_recurring_agreement = {
      code = "local agreement, fault = online:create_recurring_agreement {\n"
        .. AGREE,
    },
    get_recurring_agreement = {
      needs = { "agreement" },
      code = [[
local found, fault = online:get_recurring_agreement {
  agreementId = agreement.recurringAgreementId,
}
]],
    },
    update_recurring_agreement = {
      needs = { "agreement" },
      code = [[
local done, fault = online:update_recurring_agreement {
  recurringAgreementId = agreement.recurringAgreementId,
  selfServiceUrl = "https://shop.example/self",
}
]],
    },
    terminate_recurring_agreement = {
      needs = { "agreement", "active" },
      code = [[
local done, fault = online:terminate_recurring_agreement {
  agreementId = agreement.recurringAgreementId,
}
]],
    },
    confirm_card_update = {
      needs = { "agreement", "update" },
      code = [[
local done, fault = online:confirm_card_update {
  agreementId = agreement.recurringAgreementId,
  paymentId = update,
  succeeded = true,
}
]],
    },
    initiate_cit_payment = {
      needs = { "agreement" },
      code = "local payment, fault = online:initiate_cit_payment {\n" .. CIT,
    },
    initiate_mit_payment = {
      needs = { "agreement", "active" },
      code = "local mit, fault = online:initiate_mit_payment {\n" .. MIT,
    },
    get_mit_payment_details = {
      needs = { "mit" },
      code = [[
local found, fault = online:get_mit_payment_details {
  mitPaymentId = mit.paymentId,
}
]],
    },
    update_mit_payment = {
      needs = { "mit" },
      code = [[
local done, fault = online:update_mit_payment {
  paymentId = mit.paymentId,
  succeeded = true,
}
]],
    },
    capture_mit_payment = {
      needs = { "mit", "reserved" },
      code = part("capture", "capture_mit_payment", "mit", "capture-18"),
    },
    cancel_mit_payment = {
      needs = { "mit", "reserved" },
      code = part("cancel", "cancel_mit_payment", "mit", "cancel-18"),
    },
    refund_mit_payment = {
      needs = { "mit", "mit_captured" },
      code = part("refund", "refund_mit_payment", "mit", "refund-18"),
    },
    create_platform = {
      code = [[
local platform, fault = online:create_platform { name = "Shops" }
]],
    },
    list_platforms = {
      code = [[
local list, fault = online:list_platforms()
]],
    },
    update_platform = {
      needs = { "platform" },
      code = [[
local done, fault = online:update_platform {
  platformId = platform.platformId,
  name = "More shops",
}
]],
    },
    simulate_user = {
      needs = { "payment" },
      code = [[
local done, fault = online:simulate_user {
  paymentId = payment.paymentId,
  phoneNumber = "+4512345678",
}
]],
    },
    create_credentials = {
      code = [[
local credentials, fault = online:create_credentials()
]],
    },
    get_credentials = {
      code = [[
local state, fault = online:get_credentials()
]],
    },
    rotate_secret = {
      code = [[
local credentials, fault = online:rotate_secret()
]],
    },
  },
}
