/*
** api_mobilepay_online.c - MobilePay Online for payment service providers:
** rows, no code. Money is in minor units throughout.
*/
#include "api.h"

/* clang-format off */

#define MOST_INT32 2147483647

#define CLIENT_ID \
  { .name = "x-ibm-client-id", .type = PAY_STRING, .place = PAY_HEADER, \
    .flags = PAY_REQUIRED | PAY_CLIENT, .min = 1, \
    .doc = "Your client's id; set once, on the client." }

#define CLIENT_SECRET \
  { .name = "x-ibm-client-secret", .type = PAY_STRING, \
    .place = PAY_HEADER, .min = 1, \
    .flags = PAY_REQUIRED | PAY_CLIENT | PAY_SECRET, \
    .doc = "Your client's secret; set once, on the client." }

#define CORRELATION_ID \
  { .name = "CorrelationId", .type = PAY_STRING, .place = PAY_HEADER, \
    .doc = "Ties MobilePay's logs to yours." }

#define MERCHANT_ID \
  { .name = "merchantId", .type = PAY_STRING, .format = PAY_UUID, \
    .place = PAY_PATH, .flags = PAY_REQUIRED, .doc = "The merchant." }

#define PAYMENT_ID \
  { .name = "paymentId", .type = PAY_STRING, .format = PAY_UUID, \
    .place = PAY_PATH, .flags = PAY_REQUIRED, .doc = "The payment." }

#define AGREEMENT_ID \
  { .name = "agreementId", .type = PAY_STRING, .format = PAY_UUID, \
    .place = PAY_PATH, .flags = PAY_REQUIRED, .doc = "The agreement." }

#define AGREEMENT_ID_IN_QUERY \
  { .name = "agreementId", .type = PAY_STRING, .format = PAY_UUID, \
    .place = PAY_QUERY, .flags = PAY_REQUIRED, \
    .doc = "The agreement that the payment is of." }

#define PARTIAL_AMOUNT \
  { .name = "amount", .type = PAY_MONEY, .unit = PAY_MINOR, \
    .flags = PAY_REQUIRED, \
    .doc = "How much, in minor units; less than all will do." }

#define TIMESTAMP \
  { .name = "timestamp", .type = PAY_STRING, .format = PAY_DATE_TIME, \
    .flags = PAY_REQUIRED, .doc = "When it happened at your side." }

#define MERCHANT_URL \
  { .name = "merchantUrl", .type = PAY_STRING, .flags = PAY_REQUIRED, \
    .min = 1, .max = 150, .doc = "The shop's address, for the receipt." }

#define MERCHANT_LOGO_URL \
  { .name = "merchantLogoUrl", .type = PAY_STRING, .format = PAY_HTTPS, \
    .flags = PAY_REQUIRED, .min = 1, \
    .doc = "The shop's logo: a public PNG or JPG of 250x250 pixels." }

#define MERCHANT_ORDER_ID \
  { .name = "merchantOrderId", .type = PAY_STRING, .flags = PAY_REQUIRED, \
    .min = 1, .doc = "The shop's order; at most 3 payments each." }

#define AMOUNT \
  { .name = "amount", .type = PAY_MONEY, .unit = PAY_MINOR, \
    .flags = PAY_REQUIRED, .currency = "currencyCode", \
    .doc = "How much, in minor units: 495 is 4.95." }

#define CURRENCY_CODE \
  { .name = "currencyCode", .type = PAY_STRING, .flags = PAY_REQUIRED, \
    .choices = currencies, .money = { "amount" }, \
    .doc = "Currency of the amount, by ISO 4217 code or number." }

#define ALLOWED_CARD_TYPES(flag) \
  { .name = "allowedCardTypes", .type = PAY_LIST, .fields = card_type, \
    .flags = flag, .doc = "Cards that may pay, and who hears of each." }

#define PUBLIC_KEY_ID \
  { .name = "publicKeyId", .type = PAY_INTEGER, .flags = PAY_REQUIRED, \
    .max = MOST_INT32, \
    .doc = "Your public key, with which card data comes encrypted." }

#define REDIRECT_URL(flag) \
  { .name = "redirectFromMobilePayUrl", .type = PAY_STRING, \
    .format = PAY_URL, .flags = flag, \
    .doc = "Where the user comes back to, a URL or an app's." }

#define FAILED_CALLBACK_URL \
  { .name = "failedPaymentCallbackUrl", .type = PAY_STRING, \
    .format = PAY_HTTPS, .flags = PAY_NULLABLE, \
    .doc = "URL that hears when the payment runs out of time." }

#define VALID_UNTIL \
  { .name = "validUntil", .type = PAY_STRING, .format = PAY_DATE_TIME, \
    .flags = PAY_NULLABLE, \
    .doc = "When the payment ends; left out, MobilePay decides." }

#define AUTO_CAPTURE \
  { .name = "autoCapture", .type = PAY_BOOLEAN, \
    .doc = "Whether it counts as captured once it is authorized." }

#define PREFER_VISA \
  { .name = "preferVisaPartOfVisaDankort", .type = PAY_BOOLEAN, \
    .doc = "Whether the Visa part of a Visa/Dankort goes first." }

#define LANGUAGE \
  { .name = "customerLanguageCode", .type = PAY_STRING, \
    .flags = PAY_NULLABLE, .choices = languages, \
    .doc = "Language of the page that the user sees." }

#define MINIMUM_AGE \
  { .name = "minimumMobilePayUserAge", .type = PAY_INTEGER, \
    .flags = PAY_NULLABLE, .max = 150, \
    .doc = "Years; the payment fails when the user is younger." }

#define SUCCEEDED \
  { .name = "succeeded", .type = PAY_BOOLEAN, .flags = PAY_REQUIRED, \
    .doc = "Whether it went well; if not, say why." }

#define REASON_CODE(codes) \
  { .name = "reasonCode", .type = PAY_INTEGER, .choices = codes, \
    .doc = "Why not: 1xxx refused, 2xxx error, 3000 timeout." }

#define REASON_MESSAGE \
  { .name = "reasonMessage", .type = PAY_STRING, .flags = PAY_NULLABLE, \
    .doc = "Why not, in words." }

#define THREE_D_SECURE_URL \
  { .name = "threeDSecureUrl", .type = PAY_STRING, .format = PAY_HTTPS, \
    .flags = PAY_NULLABLE, \
    .doc = "Where the user proves to be the holder of the card." }

#define ACQUIRER_VAT_NUMBER \
  { .name = "acquirerVatNumber", .type = PAY_STRING, \
    .flags = PAY_NULLABLE, \
    .doc = "The acquirer's VAT number with country: DK20016175." }

#define ACQUIRER_MERCHANT_ID \
  { .name = "acquirerMerchantId", .type = PAY_STRING, \
    .flags = PAY_NULLABLE, .doc = "The shop's id at the acquirer." }

#define ACQUIRER_PAYMENT_REFERENCE \
  { .name = "acquirerPaymentReference", .type = PAY_STRING, \
    .flags = PAY_NULLABLE, .doc = "The payment's id at the acquirer." }

#define REDIRECT_RESULTS \
  { .name = "redirectToMobilePayUrl", .type = PAY_STRING, \
    .doc = "Page to which the user is sent." }, \
  { .name = "redirectToMobilePayAppUrl", .type = PAY_STRING, \
    .doc = "The same, for the app on this device." }

static const char *const billing_currencies[] = {
  "DKK", "EUR", "SEK", "NOK", NULL };

static const char *const currencies[] = {
  "DKK", "EUR", "NOK", "SEK", "USD", "GBP",
  "208", "978", "578", "752", "840", "826", NULL };

static const char *const more_countries[] = { "APAC", NULL };
static const char *const languages[] = { "DA", "EN", "FI", NULL };

static const char *const card_names[] = {
  "MC-DEBIT", "MC-CREDIT", "MTRO-DEBIT", "ELEC-DEBIT", "VISA-DEBIT",
  "VISA-CREDIT", "DANKORT", NULL };

static const char *const no_delivery_reasons[] = {
  "1", "2", "3", "4", "5", NULL };

static const char *const reason_codes[] = {
  "1000", "1001", "1003", "1004", "1005", "1006", "1007", "1008", "1009",
  "1010", "2000", "2001", "2002", "3000", NULL };

/* 3-D Secure and invalidation do not exist where no user is there. */
static const char *const mit_reason_codes[] = {
  "1000", "1001", "1003", "1004", "1005", "1006", "1007", "1008", "2000",
  "2001", "2002", "3000", NULL };

static const struct pay_field country = {
  .name = "", .type = PAY_STRING, .format = PAY_COUNTRY,
  .doc = "A country's two letters." };

static const struct pay_field one_card_name = {
  .name = "", .type = PAY_STRING, .doc = "Name of a card type." };

static const struct pay_field card_type[] = {
  { .name = "name", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .choices = card_names, .doc = "Name of the card type." },
  { .name = "encryptedPanCallbackUrl", .type = PAY_STRING,
    .format = PAY_HTTPS, .flags = PAY_REQUIRED, .min = 1,
    .doc = "URL that gets the encrypted card number." },
  { .name = "tokenCallbackUrl", .type = PAY_STRING, .format = PAY_HTTPS,
    .flags = PAY_NULLABLE,
    .doc = "URL that gets the token of a tokenized card." },
  { .name = NULL }
};

static const struct pay_field only_client_args[] = {
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  { .name = NULL }
};

static const struct pay_field merchant_id_args[] = {
  MERCHANT_ID,
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  { .name = NULL }
};

static const struct pay_field payment_id_args[] = {
  PAYMENT_ID,
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  { .name = NULL }
};

static const struct pay_field agreement_id_args[] = {
  AGREEMENT_ID,
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  { .name = NULL }
};

static const struct pay_field merchant[] = {
  { .name = "merchantId", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The merchant." },
  { .name = "externalId", .type = PAY_STRING,
    .doc = "The merchant's id in your own system." },
  { .name = "name", .type = PAY_STRING, .doc = "The merchant's name." },
  { .name = "billingCurrency", .type = PAY_STRING,
    .doc = "Currency in which MobilePay bills the merchant." },
  { .name = "countryCode", .type = PAY_STRING,
    .doc = "Country of the merchant." },
  { .name = "vatNumber", .type = PAY_STRING, .doc = "VAT number." },
  { .name = "merchantCategoryCode", .type = PAY_INTEGER,
    .doc = "Trade of the merchant, by ISO 18245." },
  { .name = "platformId", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "Platform through which the merchant came." },
  { .name = NULL }
};

static const struct pay_field list_merchants_result[] = {
  { .name = "merchants", .type = PAY_LIST, .fields = merchant,
    .doc = "All merchants, without pages." },
  { .name = NULL }
};

/* null and empty text change nothing */
static const struct pay_field update_merchant_args[] = {
  MERCHANT_ID,
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  { .name = "externalId", .type = PAY_STRING, .flags = PAY_NULLABLE,
    .doc = "The merchant's id in your own system." },
  { .name = "merchantCategoryCode", .type = PAY_INTEGER,
    .flags = PAY_NULLABLE, .min = 1, .max = 9999,
    .doc = "Trade of the merchant, by ISO 18245." },
  { .name = "name", .type = PAY_STRING, .flags = PAY_NULLABLE, .max = 255,
    .doc = "The merchant's name, which users see." },
  { .name = "billingCurrency", .type = PAY_STRING, .flags = PAY_NULLABLE,
    .choices = billing_currencies,
    .doc = "Currency in which MobilePay bills the merchant." },
  { .name = "countryCode", .type = PAY_STRING, .format = PAY_COUNTRY,
    .flags = PAY_NULLABLE, .choices = more_countries,
    .doc = "Country of the merchant, or APAC." },
  { .name = "vatNumber", .type = PAY_STRING, .flags = PAY_NULLABLE,
    .doc = "VAT number." },
  { .name = "platformId", .type = PAY_STRING, .format = PAY_UUID,
    .flags = PAY_NULLABLE,
    .doc = "Platform through which the merchant came." },
  { .name = NULL }
};

static const struct pay_field create_merchant_args[] = {
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  { .name = "billingCurrency", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .choices = billing_currencies,
    .doc = "Currency in which MobilePay bills the merchant." },
  { .name = "countryCode", .type = PAY_STRING, .format = PAY_COUNTRY,
    .flags = PAY_REQUIRED, .min = 1, .choices = more_countries,
    .doc = "Country of the merchant, or APAC." },
  { .name = "externalId", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .min = 1, .doc = "The merchant's id in your own system." },
  { .name = "merchantCategoryCode", .type = PAY_INTEGER,
    .flags = PAY_REQUIRED, .min = 1, .max = 9999,
    .doc = "Trade of the merchant, by ISO 18245." },
  { .name = "name", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .min = 1, .max = 255, .doc = "The merchant's name, which users see." },
  { .name = "vatNumber", .type = PAY_STRING, .flags = PAY_NULLABLE,
    .doc = "VAT number; give it, later versions demand it." },
  { .name = "platformId", .type = PAY_STRING, .format = PAY_UUID,
    .flags = PAY_NULLABLE,
    .doc = "Platform through which the merchant came." },
  { .name = NULL }
};

static const struct pay_field create_merchant_result[] = {
  { .name = "merchantId", .type = PAY_STRING, .format = PAY_UUID,
    .flags = PAY_REQUIRED, .doc = "The merchant." },
  { .name = NULL }
};

#define PAYMENT_FIELDS \
  { .name = "merchantId", .type = PAY_STRING, .format = PAY_UUID, \
    .doc = "The merchant." }, \
  { .name = "merchantName", .type = PAY_STRING, \
    .doc = "The merchant's name, which users see." }, \
  { .name = "merchantLogoUrl", .type = PAY_STRING, \
    .doc = "The shop's logo." }, \
  { .name = "merchantOrderId", .type = PAY_STRING, \
    .doc = "The shop's order." }, \
  { .name = "merchantUrl", .type = PAY_STRING, \
    .doc = "The shop's address." }, \
  { .name = "pspReferenceId", .type = PAY_STRING, \
    .doc = "Your own reference." }, \
  { .name = "amount", .type = PAY_MONEY, .unit = PAY_MINOR, \
    .doc = "How much, in minor units." }, \
  { .name = "currencyCode", .type = PAY_STRING, \
    .doc = "Currency of the amount." }

static const struct pay_field get_payment_result[] = {
  PAYMENT_FIELDS,
  { .name = "allowedCardTypes", .type = PAY_LIST, .fields = card_type,
    .doc = "Cards that may pay." },
  { .name = "preferVisaPartOfVisaDankort", .type = PAY_BOOLEAN,
    .doc = "Whether the Visa part of a Visa/Dankort goes first." },
  { .name = "publicKeyId", .type = PAY_INTEGER, .doc = "Your public key." },
  { .name = "redirectFromMobilePayUrl", .type = PAY_STRING,
    .doc = "Where the user comes back to." },
  { .name = "deliveryAddressAllowed", .type = PAY_BOOLEAN,
    .doc = "Whether goods may go to an address." },
  { .name = "deliveryAddressDisallowedReasonCode", .type = PAY_INTEGER,
    .doc = "Why not." },
  { .name = NULL }
};

static const struct pay_field update_payment_args[] = {
  PAYMENT_ID,
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  { .name = "reservationExpireTimestamp", .type = PAY_STRING,
    .format = PAY_DATE_TIME, .flags = PAY_NULLABLE,
    .doc = "When the reservation ends; given when authorized, or longer." },
  REDIRECT_URL(PAY_NULLABLE),
  { .name = NULL }
};

static const struct pay_field cancel_args[] = {
  PAYMENT_ID,
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  PARTIAL_AMOUNT,
  { .name = "cancelIdentifier", .type = PAY_STRING, .min = 1,
    .flags = PAY_REQUIRED | PAY_KEY,
    .doc = "By it the provider recognises a repeated cancel." },
  TIMESTAMP,
  { .name = NULL }
};

static const struct pay_field cancel_result[] = {
  { .name = "cancelId", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The cancel." },
  { .name = NULL }
};

#define CAPTURE_IDENTIFIER \
  { .name = "captureIdentifier", .type = PAY_STRING, .min = 1, \
    .flags = PAY_REQUIRED | PAY_KEY, \
    .doc = "By it the provider recognises a repeated capture." }

static const struct pay_field capture_payment_args[] = {
  PAYMENT_ID,
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  PARTIAL_AMOUNT,
  CAPTURE_IDENTIFIER,
  TIMESTAMP,
  { .name = "authorizationAttemptId", .type = PAY_STRING,
    .format = PAY_UUID, .flags = PAY_NULLABLE,
    .doc = "The attempt that succeeded." },
  { .name = NULL }
};

static const struct pay_field capture_mit_payment_args[] = {
  PAYMENT_ID,
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  PARTIAL_AMOUNT,
  CAPTURE_IDENTIFIER,
  TIMESTAMP,
  { .name = NULL }
};

static const struct pay_field capture_result[] = {
  { .name = "captureId", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The capture." },
  { .name = NULL }
};

static const struct pay_field refund_args[] = {
  PAYMENT_ID,
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  PARTIAL_AMOUNT,
  { .name = "refundIdentifier", .type = PAY_STRING, .min = 1,
    .flags = PAY_REQUIRED | PAY_KEY,
    .doc = "By it the provider recognises a repeated refund." },
  TIMESTAMP,
  { .name = NULL }
};

static const struct pay_field refund_result[] = {
  { .name = "refundId", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The refund." },
  { .name = NULL }
};

static const struct pay_field initiate_payment_args[] = {
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  ALLOWED_CARD_TYPES(PAY_REQUIRED),
  AMOUNT,
  CURRENCY_CODE,
  { .name = "merchantId", .type = PAY_STRING, .format = PAY_UUID,
    .flags = PAY_REQUIRED, .doc = "The merchant." },
  MERCHANT_LOGO_URL,
  { .name = "merchantName", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .min = 1, .doc = "The merchant's name, which users see." },
  MERCHANT_ORDER_ID,
  MERCHANT_URL,
  { .name = "pspReferenceId", .type = PAY_STRING, .min = 1,
    .flags = PAY_REQUIRED | PAY_KEY,
    .doc = "Your reference: the same, for a merchant, is a repetition." },
  PUBLIC_KEY_ID,
  REDIRECT_URL(PAY_REQUIRED),
  FAILED_CALLBACK_URL,
  { .name = "isCheckout", .type = PAY_BOOLEAN,
    .doc = "Whether the user's address is asked for too." },
  { .name = "addressCallbackUrl", .type = PAY_STRING, .format = PAY_HTTPS,
    .flags = PAY_NULLABLE,
    .doc = "URL that gets the address, for a checkout." },
  { .name = "deliveryAddressAllowed", .type = PAY_BOOLEAN,
    .flags = PAY_NULLABLE,
    .doc = "Whether goods may go to an address, for a checkout." },
  { .name = "deliveryAddressDisallowedReasonCode", .type = PAY_INTEGER,
    .flags = PAY_NULLABLE, .choices = no_delivery_reasons,
    .doc = "Why not: 1 unsaid, 2 no goods, 3 pick-up, 4, 5 parcel shop." },
  { .name = "deliveryLimitedTo", .type = PAY_LIST, .element = &country,
    .flags = PAY_NULLABLE,
    .doc = "Countries to which goods may go; empty, to all." },
  VALID_UNTIL,
  AUTO_CAPTURE,
  PREFER_VISA,
  LANGUAGE,
  MINIMUM_AGE,
  { .name = NULL }
};

static const struct pay_rule initiate_payment_rules[] = {
  { .field = "addressCallbackUrl", .demand = PAY_NEEDED,
    .when = { { .field = "isCheckout", .is = "true" } } },
  { .field = "deliveryAddressAllowed", .demand = PAY_NEEDED,
    .when = { { .field = "isCheckout", .is = "true" } } },
  { .field = "deliveryAddressDisallowedReasonCode", .demand = PAY_NEEDED,
    .when = { { .field = "isCheckout", .is = "true" },
              { .field = "deliveryAddressAllowed", .is = "false" } } },
  { .field = NULL }
};

static const struct pay_field initiate_result[] = {
  { .name = "paymentId", .type = PAY_STRING, .format = PAY_UUID,
    .flags = PAY_REQUIRED, .doc = "The payment." },
  REDIRECT_RESULTS,
  { .name = NULL }
};

static const struct pay_field initiate_mit_result[] = {
  { .name = "paymentId", .type = PAY_STRING, .format = PAY_UUID,
    .flags = PAY_REQUIRED, .doc = "The payment." },
  { .name = NULL }
};

static const struct pay_field update_authorization_attempt_args[] = {
  PAYMENT_ID,
  { .name = "authorizationAttemptId", .type = PAY_STRING,
    .format = PAY_UUID, .place = PAY_PATH, .flags = PAY_REQUIRED,
    .doc = "The attempt, as the callback with the card named it." },
  CORRELATION_ID,
  CLIENT_ID,
  CLIENT_SECRET,
  REASON_CODE(reason_codes),
  REASON_MESSAGE,
  SUCCEEDED,
  ACQUIRER_VAT_NUMBER,
  ACQUIRER_MERCHANT_ID,
  ACQUIRER_PAYMENT_REFERENCE,
  THREE_D_SECURE_URL,
  { .name = NULL }
};

#define FAILURE_RULES \
  { .field = "reasonCode", .demand = PAY_NEEDED, \
    .when = { { .field = "succeeded", .is = "false" } } }, \
  { .field = "reasonMessage", .demand = PAY_NEEDED, \
    .when = { { .field = "succeeded", .is = "false" } } }, \
  { .field = "acquirerVatNumber", .demand = PAY_NEEDED, \
    .when = { { .field = "reasonCode", .from = 1000, .to = 1999 } } }, \
  { .field = "acquirerMerchantId", .demand = PAY_NEEDED, \
    .when = { { .field = "reasonCode", .from = 1000, .to = 1999 } } }, \
  { .field = "acquirerPaymentReference", .demand = PAY_NEEDED, \
    .when = { { .field = "reasonCode", .from = 1000, .to = 1999 } } }

static const struct pay_rule attempt_rules[] = {
  FAILURE_RULES,
  { .field = "threeDSecureUrl", .demand = PAY_NEEDED,
    .when = { { .field = "reasonCode", .from = 1008, .to = 1008 } } },
  { .field = NULL }
};

static const struct pay_rule mit_rules[] = {
  FAILURE_RULES,
  { .field = NULL }
};

static const struct pay_field create_recurring_agreement_args[] = {
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  { .name = "externalAgreementId", .type = PAY_STRING,
    .flags = PAY_REQUIRED, .min = 1,
    .doc = "The agreement's id in your own system." },
  { .name = "merchantId", .type = PAY_STRING, .format = PAY_UUID,
    .flags = PAY_REQUIRED, .doc = "The merchant." },
  { .name = "merchantLogoUrl", .type = PAY_STRING, .format = PAY_HTTPS,
    .flags = PAY_REQUIRED,
    .doc = "The shop's logo: a public PNG or JPG of 250x250 pixels." },
  { .name = "merchantName", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .min = 1, .doc = "The merchant's name, which users see." },
  { .name = "merchantWebsiteUrl", .type = PAY_STRING, .format = PAY_URL,
    .flags = PAY_REQUIRED, .doc = "The shop's address." },
  { .name = "recurringAgreementCallbackUrl", .type = PAY_STRING,
    .format = PAY_HTTPS, .flags = PAY_REQUIRED,
    .doc = "URL that hears of the agreement's states." },
  { .name = "updateCardCallbackUrl", .type = PAY_STRING,
    .format = PAY_HTTPS, .flags = PAY_REQUIRED,
    .doc = "URL that gets a new card; answer by confirm_card_update." },
  { .name = "selfServiceUrl", .type = PAY_STRING, .format = PAY_HTTPS,
    .flags = PAY_NULLABLE,
    .doc = "Page on which the user manages the agreement." },
  { .name = NULL }
};

static const struct pay_field create_recurring_agreement_result[] = {
  { .name = "recurringAgreementId", .type = PAY_STRING, .format = PAY_UUID,
    .flags = PAY_REQUIRED, .doc = "The agreement." },
  { .name = NULL }
};

static const struct pay_field get_recurring_agreement_result[] = {
  { .name = "recurringAgreementId", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The agreement." },
  { .name = "merchantId", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The merchant." },
  { .name = "merchantName", .type = PAY_STRING,
    .doc = "The merchant's name." },
  { .name = "merchantLogoUrl", .type = PAY_STRING,
    .doc = "The shop's logo." },
  { .name = "externalAgreementId", .type = PAY_STRING,
    .doc = "The agreement's id in your own system." },
  { .name = "merchantWebsiteUrl", .type = PAY_STRING,
    .doc = "The shop's address." },
  { .name = "selfServiceUrl", .type = PAY_STRING,
    .doc = "Page on which the user manages the agreement." },
  { .name = "recurringAgreementCallbackUrl", .type = PAY_STRING,
    .doc = "URL that hears of the agreement's states." },
  { .name = "updateCardCallbackUrl", .type = PAY_STRING,
    .doc = "URL that gets a new card." },
  { .name = "accountVerificationPaymentId", .type = PAY_STRING,
    .format = PAY_UUID, .doc = "Payment by which the card was verified." },
  { .name = NULL }
};

static const struct pay_field get_mit_payment_details_args[] = {
  { .name = "mitPaymentId", .type = PAY_STRING, .format = PAY_UUID,
    .place = PAY_PATH, .flags = PAY_REQUIRED, .doc = "The payment." },
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  { .name = NULL }
};

static const struct pay_field get_mit_payment_details_result[] = {
  PAYMENT_FIELDS,
  { .name = "allowedCardTypes", .type = PAY_LIST,
    .element = &one_card_name, .doc = "Names of the cards that may pay." },
  { .name = NULL }
};

static const struct pay_field update_recurring_agreement_args[] = {
  { .name = "recurringAgreementId", .type = PAY_STRING, .format = PAY_UUID,
    .place = PAY_PATH, .flags = PAY_REQUIRED, .doc = "The agreement." },
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  { .name = "merchantLogoUrl", .type = PAY_STRING, .format = PAY_HTTPS,
    .flags = PAY_NULLABLE,
    .doc = "The shop's logo: a public PNG or JPG of 250x250 pixels." },
  { .name = "merchantWebsiteUrl", .type = PAY_STRING, .format = PAY_URL,
    .flags = PAY_NULLABLE, .doc = "The shop's address." },
  { .name = "selfServiceUrl", .type = PAY_STRING, .format = PAY_HTTPS,
    .flags = PAY_NULLABLE,
    .doc = "Page on which the user manages the agreement." },
  { .name = "recurringAgreementCallbackUrl", .type = PAY_STRING,
    .format = PAY_HTTPS, .flags = PAY_NULLABLE,
    .doc = "URL that hears of the agreement's states." },
  { .name = "updateCardCallbackUrl", .type = PAY_STRING,
    .format = PAY_HTTPS, .flags = PAY_NULLABLE,
    .doc = "URL that gets a new card; answer by confirm_card_update." },
  ALLOWED_CARD_TYPES(PAY_NULLABLE),
  { .name = NULL }
};

static const struct pay_field terminate_recurring_agreement_args[] = {
  { .name = "agreementId", .type = PAY_STRING, .format = PAY_UUID,
    .place = PAY_QUERY, .flags = PAY_REQUIRED, .doc = "The agreement." },
  CORRELATION_ID,
  CLIENT_ID,
  CLIENT_SECRET,
  { .name = NULL }
};

static const struct pay_field confirm_card_update_args[] = {
  AGREEMENT_ID,
  { .name = "paymentId", .type = PAY_STRING, .format = PAY_UUID,
    .place = PAY_PATH, .flags = PAY_REQUIRED,
    .doc = "The payment that the callback with the card named." },
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  SUCCEEDED,
  REASON_CODE(reason_codes),
  REASON_MESSAGE,
  THREE_D_SECURE_URL,
  ACQUIRER_VAT_NUMBER,
  ACQUIRER_MERCHANT_ID,
  ACQUIRER_PAYMENT_REFERENCE,
  { .name = NULL }
};

static const struct pay_field update_mit_payment_args[] = {
  PAYMENT_ID,
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  SUCCEEDED,
  REASON_CODE(mit_reason_codes),
  REASON_MESSAGE,
  ACQUIRER_VAT_NUMBER,
  ACQUIRER_MERCHANT_ID,
  ACQUIRER_PAYMENT_REFERENCE,
  { .name = NULL }
};

#define PSP_REFERENCE \
  { .name = "pspReferenceId", .type = PAY_STRING, .flags = PAY_REQUIRED, \
    .min = 1, .doc = "Your own reference; a new one for each payment." }

static const struct pay_field initiate_cit_payment_args[] = {
  AGREEMENT_ID_IN_QUERY,
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  ALLOWED_CARD_TYPES(PAY_REQUIRED),
  AMOUNT,
  CURRENCY_CODE,
  MERCHANT_LOGO_URL,
  MERCHANT_ORDER_ID,
  MERCHANT_URL,
  PSP_REFERENCE,
  PUBLIC_KEY_ID,
  REDIRECT_URL(PAY_REQUIRED),
  FAILED_CALLBACK_URL,
  VALID_UNTIL,
  AUTO_CAPTURE,
  PREFER_VISA,
  LANGUAGE,
  { .name = "isAccountVerification", .type = PAY_BOOLEAN,
    .doc = "Whether it only verifies the card: at most 100 minor units." },
  MINIMUM_AGE,
  { .name = NULL }
};

static const struct pay_rule initiate_cit_payment_rules[] = {
  { .field = "amount", .demand = PAY_AT_MOST, .most = 100,
    .when = { { .field = "isAccountVerification", .is = "true" } } },
  { .field = NULL }
};

static const struct pay_field initiate_mit_payment_args[] = {
  AGREEMENT_ID_IN_QUERY,
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  AMOUNT,
  CURRENCY_CODE,
  { .name = "last4", .type = PAY_STRING, .min = 4, .max = 4,
    .flags = PAY_REQUIRED | PAY_SECRET,
    .doc = "Last 4 digits of the agreement's card, as far as you know." },
  MERCHANT_ORDER_ID,
  MERCHANT_URL,
  PSP_REFERENCE,
  AUTO_CAPTURE,
  { .name = NULL }
};

static const struct pay_field platform[] = {
  { .name = "platformId", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The platform." },
  { .name = "name", .type = PAY_STRING, .doc = "Its name." },
  { .name = NULL }
};

#define PLATFORM_NAME \
  { .name = "name", .type = PAY_STRING, .flags = PAY_REQUIRED, \
    .min = 3, .max = 120, .doc = "Name of the platform." }

static const struct pay_field create_platform_args[] = {
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  PLATFORM_NAME,
  { .name = NULL }
};

static const struct pay_field create_platform_result[] = {
  { .name = "platformId", .type = PAY_STRING, .format = PAY_UUID,
    .flags = PAY_REQUIRED, .doc = "The platform." },
  { .name = NULL }
};

static const struct pay_field update_platform_args[] = {
  { .name = "platformId", .type = PAY_STRING, .format = PAY_UUID,
    .place = PAY_PATH, .flags = PAY_REQUIRED, .doc = "The platform." },
  CLIENT_ID,
  CLIENT_SECRET,
  CORRELATION_ID,
  PLATFORM_NAME,
  { .name = NULL }
};

static const struct pay_field simulate_user_args[] = {
  PAYMENT_ID,
  CORRELATION_ID,
  { .name = "phoneNumber", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .min = 1, .doc = "Phone of the test user." },
  { .name = "lastFourDigits", .type = PAY_STRING,
    .flags = PAY_NULLABLE | PAY_SECRET,
    .doc = "The first card that ends so pays." },
  { .name = NULL }
};

static const struct pay_field create_credentials_args[] = {
  CORRELATION_ID,
  { .name = NULL }
};

/* Business rules all come as 409; its code says which. */
#define DOMAIN_REFUSAL \
  { .status = 409, .kind = "refused", \
    .doc = "A rule of MobilePay's forbids it." }

static const struct pay_refusal domain_refusals[] = {
  DOMAIN_REFUSAL,
  { .status = 0 }
};

static const struct pay_refusal initiate_refusals[] = {
  { .status = 409, .code = "2000", .kind = "not_found",
    .doc = "There is no such merchant." },
  { .status = 409, .code = "2010", .kind = "permission",
    .doc = "The merchant belongs to another provider." },
  { .status = 409, .code = "2020", .kind = "not_found",
    .doc = "The merchant was deleted." },
  { .status = 409, .code = "2030", .kind = "refused",
    .doc = "The allowed card types are missing." },
  { .status = 409, .code = "2040", .kind = "refused",
    .doc = "One of the allowed card types does not exist." },
  { .status = 409, .code = "2050", .kind = "refused",
    .doc = "The currency is not supported." },
  DOMAIN_REFUSAL,
  { .status = 0 }
};

static const struct pay_refusal invalidate_refusals[] = {
  { .status = 409, .code = "2100", .kind = "conflict",
    .doc = "An attempt has succeeded; cancel or refund instead." },
  { .status = 409, .code = "2101", .kind = "conflict",
    .doc = "An attempt is open; end it with reason 1010, then again." },
  DOMAIN_REFUSAL,
  { .status = 0 }
};

static const int ok[] = { 200, 0 };
static const int no_content[] = { 204, 0 };

enum { MAIN, SIMULATION, CREDENTIALS }; /* hosts */

static const struct pay_endpoint endpoints[] = {
  { .name = "delete_merchant",
    .title = "Delete merchant",
    .method = "DELETE",
    .path = "/api/v1/merchants/{merchantId}",
    .answer = PAY_NOTHING,
    .args = merchant_id_args,
    .success = no_content,
    .refusals = domain_refusals,
    .repeat = PAY_SAFE,
    .doc = "Deletes a merchant, for good." },
  { .name = "get_merchant",
    .title = "Get merchant",
    .method = "GET",
    .path = "/api/v1/merchants/{merchantId}",
    .args = merchant_id_args,
    .result = merchant,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_READ,
    .doc = "Returns a merchant." },
  { .name = "update_merchant",
    .title = "Update merchant",
    .method = "PATCH",
    .path = "/api/v1/merchants/{merchantId}",
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = update_merchant_args,
    .success = no_content,
    .refusals = domain_refusals,
    .repeat = PAY_SAFE,
    .doc = "Changes what is given of a merchant." },
  { .name = "list_merchants",
    .title = "Get merchants",
    .method = "GET",
    .path = "/api/v1/merchants",
    .args = only_client_args,
    .result = list_merchants_result,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_READ,
    .doc = "Returns all merchants." },
  { .name = "create_merchant",
    .title = "Create merchant",
    .method = "POST",
    .path = "/api/v1/merchants",
    .body = PAY_JSON,
    .args = create_merchant_args,
    .result = create_merchant_result,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_ONCE,
    .doc = "Registers a merchant." },
  { .name = "get_payment",
    .title = "Get payment",
    .method = "GET",
    .path = "/api/v3/payments/{paymentId}",
    .args = payment_id_args,
    .result = get_payment_result,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_READ,
    .doc = "Returns a payment as it was initiated." },
  { .name = "update_payment",
    .title = "Update payment",
    .method = "PATCH",
    .path = "/api/v1/payments/{paymentId}",
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = update_payment_args,
    .success = no_content,
    .refusals = domain_refusals,
    .repeat = PAY_SAFE,
    .doc = "Tells when the reservation of a payment ends." },
  { .name = "cancel_payment",
    .title = "Cancel payment",
    .method = "POST",
    .path = "/api/v1/payments/{paymentId}/cancels",
    .body = PAY_JSON,
    .args = cancel_args,
    .result = cancel_result,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_KEYED,
    .doc = "Tells that a reservation was released, or part of it." },
  { .name = "capture_payment",
    .title = "Capture payment",
    .method = "POST",
    .path = "/api/v1/payments/{paymentId}/captures",
    .body = PAY_JSON,
    .args = capture_payment_args,
    .result = capture_result,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_KEYED,
    .doc = "Tells that a reservation was captured, or part of it." },
  { .name = "refund_payment",
    .title = "Refund payment",
    .method = "POST",
    .path = "/api/v1/payments/{paymentId}/refunds",
    .body = PAY_JSON,
    .args = refund_args,
    .result = refund_result,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_KEYED,
    .doc = "Tells that captured money was refunded, or part of it." },
  { .name = "initiate_payment",
    .title = "Initiate payment",
    .method = "POST",
    .path = "/api/v3/payments",
    .body = PAY_JSON,
    .args = initiate_payment_args,
    .rules = initiate_payment_rules,
    .result = initiate_result,
    .success = ok,
    .refusals = initiate_refusals,
    .repeat = PAY_KEYED,
    .doc = "Starts a payment that a user accepts in MobilePay." },
  { .name = "invalidate_payment",
    .title = "Invalidate payment",
    .method = "PUT",
    .path = "/api/v1/payments/{paymentId}/invalidate",
    .answer = PAY_NOTHING,
    .args = payment_id_args,
    .success = ok,
    .refusals = invalidate_refusals,
    .repeat = PAY_SAFE,
    .doc = "Ends a payment that nobody has paid yet." },
  { .name = "create_recurring_agreement",
    .title = "Create agreement",
    .method = "POST",
    .path = "/api/v3/recurring",
    .body = PAY_JSON,
    .args = create_recurring_agreement_args,
    .result = create_recurring_agreement_result,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_ONCE,
    .doc = "Makes an agreement; its first payment activates it." },
  { .name = "get_recurring_agreement",
    .title = "Get agreement",
    .method = "GET",
    .path = "/api/v3/recurring/{agreementId}",
    .args = agreement_id_args,
    .result = get_recurring_agreement_result,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_READ,
    .doc = "Returns an agreement." },
  { .name = "get_mit_payment_details",
    .title = "Get MIT payment details",
    .method = "GET",
    .path = "/api/v3/recurring/payments/merchant-initiated/payments"
            "/{mitPaymentId}/details",
    .args = get_mit_payment_details_args,
    .result = get_mit_payment_details_result,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_READ,
    .doc = "Returns a payment that the merchant initiated." },
  { .name = "update_recurring_agreement",
    .title = "Update agreement",
    .method = "PATCH",
    .path = "/api/v3/recurring/{recurringAgreementId}",
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = update_recurring_agreement_args,
    .success = no_content,
    .refusals = domain_refusals,
    .repeat = PAY_SAFE,
    .doc = "Changes what is given of an agreement." },
  { .name = "confirm_card_update",
    .title = "Confirm or reject card update",
    .method = "PATCH",
    .path = "/api/v3/recurring/{agreementId}/card/{paymentId}",
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = confirm_card_update_args,
    .rules = attempt_rules,
    .success = no_content,
    .refusals = domain_refusals,
    .repeat = PAY_SAFE,
    .doc = "Tells whether an agreement's new card is good." },
  { .name = "update_mit_payment",
    .title = "Update MIT payment",
    .method = "PATCH",
    .path = "/api/v3/recurring/payments/merchant-initiated/{paymentId}",
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = update_mit_payment_args,
    .rules = mit_rules,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_SAFE,
    .doc = "Tells whether the merchant's payment was authorized." },
  { .name = "cancel_mit_payment",
    .title = "Cancel MIT payment",
    .method = "POST",
    .path = "/api/v3/recurring/payments/merchant-initiated/{paymentId}"
            "/cancels",
    .body = PAY_JSON,
    .args = cancel_args,
    .result = cancel_result,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_KEYED,
    .doc = "Tells that a reservation was released, or part of it." },
  { .name = "capture_mit_payment",
    .title = "Capture MIT payment",
    .method = "POST",
    .path = "/api/v3/recurring/payments/merchant-initiated/{paymentId}"
            "/captures",
    .body = PAY_JSON,
    .args = capture_mit_payment_args,
    .result = capture_result,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_KEYED,
    .doc = "Tells that a reservation was captured, or part of it." },
  { .name = "initiate_cit_payment",
    .title = "Initiate CIT payment",
    .method = "POST",
    .path = "/api/v3/recurring/payments/customer-initiated",
    .body = PAY_JSON,
    .args = initiate_cit_payment_args,
    .rules = initiate_cit_payment_rules,
    .result = initiate_result,
    .success = ok,
    .refusals = initiate_refusals,
    .repeat = PAY_ONCE,
    .doc = "Starts an agreement's payment that the user accepts." },
  { .name = "initiate_mit_payment",
    .title = "Initiate MIT payment",
    .method = "POST",
    .path = "/api/v3/recurring/payments/merchant-initiated",
    .body = PAY_JSON,
    .args = initiate_mit_payment_args,
    .result = initiate_mit_result,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_ONCE,
    .doc = "Starts an agreement's payment that no user accepts." },
  { .name = "refund_mit_payment",
    .title = "Refund MIT payment",
    .method = "POST",
    .path = "/api/v3/recurring/payments/merchant-initiated/{paymentId}"
            "/refunds",
    .body = PAY_JSON,
    .args = refund_args,
    .result = refund_result,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_KEYED,
    .doc = "Tells that captured money was refunded, or part of it." },
  { .name = "list_platforms",
    .title = "Get platforms",
    .method = "GET",
    .path = "/api/v1/psp/platforms",
    .answer = PAY_A_LIST,
    .args = only_client_args,
    .result = platform,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_READ,
    .doc = "Returns all platforms." },
  { .name = "create_platform",
    .title = "Register platform",
    .method = "POST",
    .path = "/api/v1/psp/platforms",
    .body = PAY_JSON,
    .args = create_platform_args,
    .result = create_platform_result,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_ONCE,
    .doc = "Registers a platform." },
  { .name = "update_platform",
    .title = "Update platform",
    .method = "PATCH",
    .path = "/api/v1/psp/platforms/{platformId}",
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = update_platform_args,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_SAFE,
    .doc = "Renames a platform." },
  { .name = "simulate_user",
    .title = "Simulate user behavior",
    .method = "POST",
    .path = "/api/v1/product/payments/simulation/enter-phone-and-swipe"
            "/{paymentId}",
    .host = SIMULATION,
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = simulate_user_args,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_ONCE,
    .open = 1,
    .test_only = 1,
    .doc = "Lets a test user accept a payment, at most one a second." },
  { .name = "get_credentials",
    .title = "Get Credentials",
    .method = "GET",
    .path = "/api/v1/credentials",
    .host = CREDENTIALS,
    .args = only_client_args,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_READ,
    .doc = "Returns whose credentials these are, and if they are active." },
  { .name = "terminate_recurring_agreement",
    .title = "Terminate agreement",
    .method = "DELETE",
    .path = "/api/v3/recurring",
    .answer = PAY_NOTHING,
    .args = terminate_recurring_agreement_args,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_SAFE,
    .doc = "Ends an agreement." },
  { .name = "update_authorization_attempt",
    .title = "Update payment authorization",
    .method = "PATCH",
    .path = "/api/v1/payments/{paymentId}/authorizationattempts"
            "/{authorizationAttemptId}",
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = update_authorization_attempt_args,
    .rules = attempt_rules,
    .success = no_content,
    .refusals = domain_refusals,
    .repeat = PAY_SAFE,
    .doc = "Tells whether the acquirer authorized a user's payment." },
  { .name = "create_credentials",
    .title = "Create Credentials",
    .method = "POST",
    .path = "/api/v1/credentials",
    .host = CREDENTIALS,
    .args = create_credentials_args,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_ONCE,
    .open = 1,
    .doc = "Returns a new client id and secret; keep them safe." },
  { .name = "rotate_secret",
    .title = "Update secret",
    .method = "PATCH",
    .path = "/api/v1/credentials/secret",
    .host = CREDENTIALS,
    .args = only_client_args,
    .success = ok,
    .refusals = domain_refusals,
    .repeat = PAY_ONCE,
    .doc = "Returns a new secret, and ends the present one." },
  { .name = NULL }
};

static const struct pay_host hosts[] = {
  [MAIN] = {
    .production = "https://api.mobilepay.dk/cardpassthrough-restapi",
    .sandbox = "https://api.sandbox.mobilepay.dk/cardpassthrough-restapi" },
  [SIMULATION] = {
    .sandbox = "https://api.sandbox.mobilepay.dk"
               "/cardpassthrough-regressiontester-restapi" },
  [CREDENTIALS] = {
    .production = "https://api.mobilepay.dk"
                  "/cardpassthrough-kongonboarding-restapi",
    .sandbox = "https://api.sandbox.mobilepay.dk"
               "/cardpassthrough-kongonboarding-restapi" },
  { .production = NULL }
};

static const struct pay_error_shape errors[] = {
  { .code = "code", .message = "message",
    .correlation_id = "correlationId" },
  { .message = "detail", .correlation_id = "traceId" },
  { .message = "title", .correlation_id = "traceId" },
  { .code = "httpCode", .message = "moreInformation" },
  { .message = NULL }
};

const struct pay_api pay_mobilepay_online = {
  .name = "mobilepay_online",
  .title = "MobilePay Online",
  .hosts = hosts,
  .errors = errors,
  .endpoints = endpoints,
  .doc = "Card payments accepted in MobilePay, for service providers."
};
