/*
** api_mobilepay_subscriptions.c - MobilePay Subscriptions: rows, no code.
** Money is a decimal number, of the agreement's currency.
*/
#include "api.h"

/* clang-format off */

#define MOST_INT32 2147483647

#define IBM_CLIENT_ID \
  { .name = "x-ibm-client-id", .type = PAY_STRING, .place = PAY_HEADER, \
    .flags = PAY_CLIENT, .min = 1, \
    .doc = "Your gateway id, where one is asked for; set on the client." }

#define IBM_CLIENT_SECRET \
  { .name = "x-ibm-client-secret", .type = PAY_STRING, \
    .place = PAY_HEADER, .flags = PAY_CLIENT | PAY_SECRET, .min = 1, \
    .doc = "Your gateway secret, where one is asked for." }

#define CORRELATION_ID \
  { .name = "CorrelationId", .type = PAY_STRING, .place = PAY_HEADER, \
    .doc = "Ties MobilePay's logs to yours; a UUID." }

/* Of every call: a row of the end, so that a list reads well. */
#define HEADERS \
  CORRELATION_ID, \
  IBM_CLIENT_ID, \
  IBM_CLIENT_SECRET

#define PROVIDER_ID \
  { .name = "providerid", .type = PAY_STRING, .format = PAY_UUID, \
    .place = PAY_PATH, .flags = PAY_REQUIRED | PAY_CLIENT, \
    .doc = "Your subscription provider; set once, on the client." }

#define AGREEMENT_ID \
  { .name = "agreementid", .type = PAY_STRING, .format = PAY_UUID, \
    .place = PAY_PATH, .flags = PAY_REQUIRED, .doc = "The agreement." }

#define PAYMENT_ID \
  { .name = "paymentid", .type = PAY_STRING, .format = PAY_UUID, \
    .place = PAY_PATH, .flags = PAY_REQUIRED, .doc = "The payment." }

#define TEST_USER \
  { .name = "authenticateduser", .type = PAY_STRING, \
    .place = PAY_HEADER, .flags = PAY_REQUIRED | PAY_CLIENT, .min = 1, \
    .doc = "The test user who acts; may be set on the client." }

#define PATCH_VALUE(values) \
  { .name = "value", .type = PAY_ANY, .by = "path", .variants = values, \
    .flags = PAY_REQUIRED | PAY_NULLABLE, \
    .doc = "The new value, like the field's; an amount goes as text." }

#define PATCH_FROM \
  { .name = "from", .type = PAY_STRING, .flags = PAY_NULLABLE, \
    .doc = "In the schema; replace has no use for it." }

#define PATCH_PATH(paths) \
  { .name = "path", .type = PAY_STRING, .flags = PAY_REQUIRED, \
    .choices = paths, .doc = "What to replace." }

#define PATCH_OP \
  { .name = "op", .type = PAY_STRING, .flags = PAY_REQUIRED, \
    .choices = patch_ops, .preset = "replace", \
    .doc = "What to do: replace, the only one there is." }

#define OPERATIONS(rows) \
  { .name = "operations", .type = PAY_LIST, .place = PAY_WHOLE, \
    .flags = PAY_REQUIRED, .min = 1, .fields = rows, \
    .doc = "The changes, each { path = , value = }." }

#define ONE_OFF_AMOUNT(text) \
  { .name = "amount", .type = PAY_MONEY, .currency = "currency", \
    .digits = 2, .flags = PAY_REQUIRED, .min = 0.01, .max = MOST_INT32, \
    .doc = text }

#define EXTERNAL_ID \
  { .name = "external_id", .type = PAY_STRING, .flags = PAY_REQUIRED, \
    .max = 64, \
    .doc = "Your own id; 30 characters show on bank statements." }

#define LINKS(rows, flag, text) \
  { .name = "links", .type = PAY_LIST, .flags = flag, .fields = rows, \
    .doc = text }

static const char *const patch_ops[] = { "replace", NULL };
static const char *const provider_paths[] = {
  "/payment_status_callback_url", NULL };
static const char *const agreement_paths[] = {
  "/amount", "/plan", "/description", "/next_payment_date", "/frequency",
  "/external_id", "/success-callback", "/cancel-callback",
  "/cancel-redirect", "/disable_notification_management", NULL };
static const char *const payment_paths[] = { "/amount", NULL };
static const char *const countries[] = { "DK", "FI", NULL };
static const char *const currencies[] = { "DKK", "EUR", NULL };
static const char *const frequencies[] = {
  "0", "1", "2", "4", "12", "26", "52", "365", NULL };
static const char *const agreement_links[] = {
  "user-redirect", "success-callback", "cancel-callback",
  "cancel-redirect", NULL };
static const char *const one_off_links[] = { "user-redirect", NULL };
static const char *const decisions[] = { "Accepted", "Rejected", NULL };
static const char *const canceled[] = { "Canceled", NULL };

static const struct pay_field provider_id_args[] = {
  PROVIDER_ID,
  HEADERS,
  { .name = NULL }
};

static const struct pay_field agreement_id_args[] = {
  PROVIDER_ID,
  AGREEMENT_ID,
  HEADERS,
  { .name = NULL }
};

static const struct pay_field payment_id_args[] = {
  PROVIDER_ID,
  AGREEMENT_ID,
  PAYMENT_ID,
  HEADERS,
  { .name = NULL }
};

static const struct pay_field attachment_args[] = {
  PROVIDER_ID,
  PAYMENT_ID,
  HEADERS,
  { .name = NULL }
};

static const struct pay_field get_merchant_args[] = {
  HEADERS,
  { .name = NULL }
};

static const struct pay_field link[] = {
  { .name = "rel", .type = PAY_STRING,
    .doc = "What the link is for: mobile-pay is where the user goes." },
  { .name = "href", .type = PAY_STRING, .doc = "The URL." },
  { .name = NULL }
};

static const struct pay_field credentials[] = {
  { .name = "key", .type = PAY_STRING, .flags = PAY_SECRET,
    .doc = "User name, client id or API key of callbacks." },
  { .name = "password", .type = PAY_STRING, .flags = PAY_SECRET,
    .doc = "Password or client secret of callbacks." },
  { .name = "scheme", .type = PAY_STRING,
    .doc = "How callbacks authenticate." },
  { .name = "scope", .type = PAY_STRING, .doc = "Scope of the token." },
  { .name = NULL }
};

static const struct pay_field get_provider_result[] = {
  { .name = "credentials", .type = PAY_OBJECT, .fields = credentials,
    .doc = "How callbacks authenticate." },
  { .name = "payment_status_callback_url", .type = PAY_STRING,
    .doc = "URL that hears how payments went." },
  { .name = "name", .type = PAY_STRING, .doc = "Name that users see." },
  { .name = "payment_source_account_id", .type = PAY_STRING,
    .format = PAY_UUID, .doc = "Account of the payments." },
  { .name = "customer_service", .type = PAY_STRING,
    .doc = "Where users get help." },
  { .name = "faq", .type = PAY_STRING, .doc = "Page of questions." },
  { .name = "homepage", .type = PAY_STRING, .doc = "Home page." },
  { .name = "portal", .type = PAY_STRING,
    .doc = "Page on which users serve themselves." },
  { .name = "external_account_number", .type = PAY_STRING,
    .doc = "Number of the bank account." },
  { .name = "status", .type = PAY_INTEGER,
    .doc = "State of the provider: 0, 2, 3 or 4." },
  { .name = "address", .type = PAY_STRING, .doc = "Street address." },
  { .name = "zip_code", .type = PAY_STRING, .doc = "Postal code." },
  { .name = "city", .type = PAY_STRING, .doc = "City." },
  { .name = NULL }
};

static const struct pay_field new_status_url = {
  .name = "", .type = PAY_STRING, .format = PAY_HTTPS,
  .doc = "Who hears how payments went." };

static const struct pay_variant provider_values[] = {
  { "/payment_status_callback_url", &new_status_url },
  { NULL, NULL }
};

static const struct pay_field provider_operation[] = {
  PATCH_VALUE(provider_values),
  PATCH_PATH(provider_paths),
  PATCH_OP,
  PATCH_FROM,
  { .name = NULL }
};

static const struct pay_field update_provider_args[] = {
  PROVIDER_ID,
  HEADERS,
  OPERATIONS(provider_operation),
  { .name = NULL }
};

static const struct pay_field set_callback_auth_oauth2_args[] = {
  PROVIDER_ID,
  HEADERS,
  { .name = "client_id", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .min = 1, .doc = "MobilePay's client id at your token server." },
  { .name = "client_secret", .type = PAY_STRING, .min = 1,
    .flags = PAY_REQUIRED | PAY_SECRET,
    .doc = "MobilePay's client secret at your token server." },
  { .name = "token_url", .type = PAY_STRING, .format = PAY_URL,
    .flags = PAY_REQUIRED,
    .doc = "Your token server; called with Basic authentication." },
  { .name = "scope", .type = PAY_STRING, .flags = PAY_NULLABLE,
    .doc = "Scope of the token." },
  { .name = NULL }
};

static const struct pay_field set_callback_auth_api_key_args[] = {
  PROVIDER_ID,
  HEADERS,
  { .name = "api_key", .type = PAY_STRING, .format = PAY_TOKEN68,
    .flags = PAY_REQUIRED | PAY_SECRET,
    .doc = "The whole Authorization header of callbacks, as it is." },
  { .name = NULL }
};

static const struct pay_field set_callback_auth_basic_args[] = {
  PROVIDER_ID,
  HEADERS,
  { .name = "password", .type = PAY_STRING, .min = 1,
    .flags = PAY_REQUIRED | PAY_SECRET, .doc = "Password of callbacks." },
  { .name = "user_name", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .min = 1, .doc = "User name of callbacks." },
  { .name = NULL }
};

static const struct pay_field agreement_link[] = {
  { .name = "rel", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .choices = agreement_links, .doc = "What the link is for." },
  { .name = "href", .type = PAY_STRING, .format = PAY_URL,
    .flags = PAY_REQUIRED,
    .doc = "The URL; a callback's uses port 80 or 443." },
  { .name = NULL }
};

static const struct pay_field one_off_link[] = {
  { .name = "rel", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .choices = one_off_links, .doc = "What the link is for." },
  { .name = "href", .type = PAY_STRING, .format = PAY_URL,
    .flags = PAY_REQUIRED, .doc = "Where the user comes back to." },
  { .name = NULL }
};

static const struct pay_field one_off_payment[] = {
  ONE_OFF_AMOUNT("How much, in the agreement's currency."),
  EXTERNAL_ID,
  { .name = "description", .type = PAY_STRING, .flags = PAY_NULLABLE,
    .max = 60, .doc = "What it is for, as the user sees it." },
  { .name = "expiration_timeout_minutes", .type = PAY_INTEGER,
    .flags = PAY_NULLABLE, .min = 1, .max = 181440,
    .doc = "Minutes that the user has; a day if left out." },
  { .name = NULL }
};

static const struct pay_field create_agreement_args[] = {
  PROVIDER_ID,
  HEADERS,
  { .name = "country_code", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .choices = countries, .doc = "Country: DK with DKK, FI with EUR." },
  { .name = "currency", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .choices = currencies, .money = { "amount" },
    .doc = "Currency: DKK in DK, EUR in FI." },
  { .name = "expiration_timeout_minutes", .type = PAY_INTEGER,
    .flags = PAY_REQUIRED, .min = 1, .max = 181440,
    .doc = "Minutes that the user has to accept." },
  LINKS(agreement_link, PAY_REQUIRED,
    "Where the user comes back to, and who hears of the answer."),
  { .name = "plan", .type = PAY_STRING, .flags = PAY_REQUIRED, .max = 30,
    .doc = "Name of the plan, as the user sees it." },
  { .name = "external_id", .type = PAY_STRING,
    .flags = PAY_NULLABLE | PAY_KEY,
    .max = 64, .doc = "Your own id of the agreement." },
  { .name = "amount", .type = PAY_MONEY, .currency = "currency",
    .digits = 2, .flags = PAY_NULLABLE,
    .doc = "Price of a period; left out, it varies." },
  { .name = "description", .type = PAY_STRING, .flags = PAY_NULLABLE,
    .max = 60, .doc = "What it is for, as the user sees it." },
  { .name = "next_payment_date", .type = PAY_STRING, .format = PAY_DATE_TIME,
    .flags = PAY_NULLABLE, .doc = "Time of the next payment; not used." },
  { .name = "frequency", .type = PAY_INTEGER, .flags = PAY_NULLABLE,
    .choices = frequencies,
    .doc = "Payments a year; 0, as if left out, is any." },
  { .name = "mobile_phone_number", .type = PAY_STRING,
    .format = PAY_PHONE, .flags = PAY_NULLABLE,
    .doc = "The user's phone with country, to prefill the page." },
  { .name = "one_off_payment", .type = PAY_OBJECT,
    .fields = one_off_payment,
    .doc = "A payment that the user makes at once." },
  { .name = "disable_notification_management", .type = PAY_BOOLEAN,
    .flags = PAY_NULLABLE,
    .doc = "Whether the user may not turn notifications off." },
  { .name = "notifications_on", .type = PAY_BOOLEAN,
    .flags = PAY_NULLABLE,
    .doc = "Whether the user is told of payments; yes if left out." },
  { .name = "retention_period_hours", .type = PAY_INTEGER, .max = 24,
    .doc = "Hours before which the user cannot cancel." },
  { .name = NULL }
};

static const struct pay_rule create_agreement_rules[] = {
  { .field = "currency", .demand = PAY_EQUALS, .value = "DKK",
    .when = { { .field = "country_code", .is = "DK" } } },
  { .field = "currency", .demand = PAY_EQUALS, .value = "EUR",
    .when = { { .field = "country_code", .is = "FI" } } },
  { .field = "links", .demand = PAY_HOLDS, .member = "rel",
    .value = "user-redirect" },
  { .field = "links", .demand = PAY_HOLDS, .member = "rel",
    .value = "success-callback" },
  { .field = "links", .demand = PAY_HOLDS, .member = "rel",
    .value = "cancel-callback" },
  { .within = "links", .field = "href", .demand = PAY_STARTS,
    .value = "https://",
    .when = { { .field = "rel", .is = "cancel-redirect" } } },
  { .field = NULL }
};

static const struct pay_field create_agreement_result[] = {
  { .name = "id", .type = PAY_STRING, .format = PAY_UUID,
    .flags = PAY_REQUIRED, .doc = "The agreement." },
  { .name = "one_off_payment_id", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The payment made at once, if one was asked for." },
  LINKS(link, 0, "mobile-pay is where the user goes."),
  { .name = NULL }
};

static const struct pay_field list_agreements_args[] = {
  PROVIDER_ID,
  { .name = "pageNumber", .type = PAY_INTEGER, .place = PAY_QUERY,
    .flags = PAY_REQUIRED, .min = 1, .max = MOST_INT32,
    .doc = "Which page, from 1." },
  { .name = "status", .type = PAY_STRING, .place = PAY_QUERY, .min = 1,
    .doc = "Only those: Accepted, Pending, Rejected, Expired, Canceled." },
  { .name = "pageSize", .type = PAY_INTEGER, .place = PAY_QUERY,
    .min = 1, .max = 2000, .doc = "Agreements on a page; say it." },
  HEADERS,
  { .name = NULL }
};

static const struct pay_field agreement[] = {
  { .name = "id", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The agreement." },
  { .name = "date_created", .type = PAY_STRING, .doc = "When it was made." },
  { .name = "date_accepted", .type = PAY_STRING,
    .doc = "When the user accepted." },
  { .name = "date_canceled", .type = PAY_STRING,
    .doc = "When it was canceled." },
  { .name = "external_id", .type = PAY_STRING, .doc = "Your own id." },
  { .name = "amount", .type = PAY_MONEY,
    .doc = "Price of a period, as decimal text." },
  { .name = "currency", .type = PAY_STRING, .doc = "Its currency." },
  { .name = "next_payment_date", .type = PAY_STRING,
    .doc = "Day of the next payment." },
  { .name = "frequency", .type = PAY_INTEGER, .doc = "Payments a year." },
  { .name = "plan", .type = PAY_STRING, .doc = "Name of the plan." },
  { .name = "description", .type = PAY_STRING, .doc = "What it is for." },
  { .name = "status", .type = PAY_STRING,
    .doc = "Pending, Accepted, Rejected, Expired or Canceled." },
  { .name = "country_code", .type = PAY_STRING, .doc = "Country." },
  LINKS(link, 0, "Its links."),
  { .name = "expiration_timeout_minutes", .type = PAY_INTEGER,
    .doc = "Minutes that the user has to accept." },
  { .name = NULL }
};

static const struct pay_field list_agreements_result[] = {
  { .name = "page_size", .type = PAY_INTEGER,
    .doc = "Agreements on a page." },
  { .name = "agreements", .type = PAY_LIST, .fields = agreement,
    .doc = "The agreements; fewer than a page holds: the last." },
  { .name = NULL }
};

static const struct pay_field new_price = {
  .name = "", .type = PAY_MONEY, .unit = PAY_TEXT, .digits = 2,
  .flags = PAY_NULLABLE, .doc = "Price of a period." };

static const struct pay_field new_plan = {
  .name = "", .type = PAY_STRING, .min = 1, .max = 30,
  .doc = "Name of the plan." };

static const struct pay_field new_description = {
  .name = "", .type = PAY_STRING, .flags = PAY_NULLABLE, .max = 60,
  .doc = "What it is for." };

static const struct pay_field new_payment_date = {
  .name = "", .type = PAY_STRING, .format = PAY_DATE_TIME,
  .flags = PAY_NULLABLE, .doc = "When the next payment is." };

static const struct pay_field new_frequency = {
  .name = "", .type = PAY_ID, .flags = PAY_NULLABLE,
  .choices = frequencies, .doc = "Payments a year, as text or not." };

static const struct pay_field new_external_id = {
  .name = "", .type = PAY_STRING, .flags = PAY_NULLABLE, .max = 64,
  .doc = "Your own id." };

static const struct pay_field new_callback = {
  .name = "", .type = PAY_STRING, .format = PAY_URL,
  .doc = "Who hears of it." };

static const struct pay_field new_cancel_redirect = {
  .name = "", .type = PAY_STRING, .format = PAY_HTTPS,
  .flags = PAY_NULLABLE, .doc = "Where the user cancels." };

static const struct pay_field new_switch = {
  .name = "", .type = PAY_BOOLEAN, .flags = PAY_NULLABLE,
  .doc = "Yes or no." };

static const struct pay_variant agreement_values[] = {
  { "/amount", &new_price },
  { "/plan", &new_plan },
  { "/description", &new_description },
  { "/next_payment_date", &new_payment_date },
  { "/frequency", &new_frequency },
  { "/external_id", &new_external_id },
  { "/success-callback", &new_callback },
  { "/cancel-callback", &new_callback },
  { "/cancel-redirect", &new_cancel_redirect },
  { "/disable_notification_management", &new_switch },
  { NULL, NULL }
};

static const struct pay_field agreement_operation[] = {
  PATCH_VALUE(agreement_values),
  PATCH_PATH(agreement_paths),
  PATCH_OP,
  PATCH_FROM,
  { .name = NULL }
};

static const struct pay_field update_agreement_args[] = {
  PROVIDER_ID,
  AGREEMENT_ID,
  HEADERS,
  OPERATIONS(agreement_operation),
  { .name = NULL }
};

static const struct pay_field payment[] = {
  { .name = "agreement_id", .type = PAY_STRING, .format = PAY_UUID,
    .flags = PAY_REQUIRED, .doc = "The agreement that pays." },
  { .name = "amount", .type = PAY_MONEY, .digits = 2,
    .flags = PAY_REQUIRED, .min = 0.01, .max = MOST_INT32,
    .doc = "How much, in the agreement's currency." },
  { .name = "description", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .max = 60, .doc = "What it is for, as the user sees it." },
  { .name = "due_date", .type = PAY_STRING, .format = PAY_DATE,
    .flags = PAY_REQUIRED, .doc = "Day of the payment: in 2 to 126 days." },
  { .name = "external_id", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .max = 64, .doc = "Your own id; another one for each due date." },
  { .name = "next_payment_date", .type = PAY_STRING, .format = PAY_DATE_TIME,
    .flags = PAY_NULLABLE, .doc = "Time of the next payment; not used." },
  { .name = "grace_period_days", .type = PAY_INTEGER,
    .flags = PAY_NULLABLE, .min = 1, .max = 3,
    .doc = "Days on which it is tried; 1 if left out." },
  { .name = NULL }
};

static const struct pay_field request_payments_args[] = {
  PROVIDER_ID,
  HEADERS,
  { .name = "payments", .type = PAY_LIST, .place = PAY_WHOLE,
    .flags = PAY_REQUIRED, .min = 1, .max = 2000, .fields = payment,
    .doc = "The payments, at most 2000." },
  { .name = NULL }
};

static const struct pay_field pending_payment[] = {
  { .name = "payment_id", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The payment." },
  { .name = "external_id", .type = PAY_STRING, .doc = "Your own id." },
  { .name = NULL }
};

static const struct pay_field rejected_payment[] = {
  { .name = "external_id", .type = PAY_STRING, .doc = "Your own id." },
  { .name = "error_description", .type = PAY_STRING,
    .doc = "What is wrong with it." },
  { .name = NULL }
};

static const struct pay_field request_payments_result[] = {
  { .name = "pending_payments", .type = PAY_LIST,
    .fields = pending_payment,
    .doc = "Taken in, not yet good: callbacks tell." },
  { .name = "rejected_payments", .type = PAY_LIST,
    .fields = rejected_payment, .doc = "Turned down for their form." },
  { .name = NULL }
};

static const struct pay_field new_amount = {
  .name = "", .type = PAY_MONEY, .unit = PAY_TEXT, .digits = 2,
  .min = 0.01, .max = MOST_INT32, .doc = "How much, less than at first." };

static const struct pay_variant payment_values[] = {
  { "/amount", &new_amount },
  { NULL, NULL }
};

static const struct pay_field payment_operation[] = {
  PATCH_VALUE(payment_values),
  PATCH_PATH(payment_paths),
  PATCH_OP,
  PATCH_FROM,
  { .name = NULL }
};

static const struct pay_field update_payment_request_args[] = {
  PROVIDER_ID,
  AGREEMENT_ID,
  PAYMENT_ID,
  HEADERS,
  OPERATIONS(payment_operation),
  { .name = NULL }
};

static const struct pay_field request_one_off_payment_args[] = {
  PROVIDER_ID,
  AGREEMENT_ID,
  HEADERS,
  ONE_OFF_AMOUNT("How much, in the agreement's currency."),
  { .name = "description", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .max = 60, .doc = "What it is for, as the user sees it." },
  EXTERNAL_ID,
  LINKS(one_off_link, PAY_NULLABLE, "Where the user comes back to."),
  { .name = "auto_reserve", .type = PAY_BOOLEAN,
    .doc = "Whether to reserve without asking; needs approval." },
  { .name = "expiration_timeout_minutes", .type = PAY_INTEGER,
    .flags = PAY_NULLABLE, .min = 1, .max = 181440,
    .doc = "Minutes that the user has; a day if left out." },
  { .name = NULL }
};

static const struct pay_field request_one_off_payment_result[] = {
  { .name = "id", .type = PAY_STRING, .format = PAY_UUID,
    .flags = PAY_REQUIRED, .doc = "The payment." },
  LINKS(link, 0, "mobile-pay is where the user goes."),
  { .name = NULL }
};

static const struct pay_field line = {
  .name = "", .type = PAY_STRING, .doc = "A line." };

#define SIGNED_MONEY(wire, text) \
  { .name = wire, .type = PAY_MONEY, .flags = PAY_NULLABLE | PAY_SIGNED, \
    .doc = text }

#define DAY(wire, text) \
  { .name = wire, .type = PAY_STRING, .format = PAY_DATE_TIME, \
    .flags = PAY_NULLABLE, .doc = text }

#define TEXT(wire, text) \
  { .name = wire, .type = PAY_STRING, .flags = PAY_NULLABLE, .doc = text }

static const struct pay_field article[] = {
  TEXT("article_number", "Number of the article."),
  { .name = "article_description", .type = PAY_STRING,
    .flags = PAY_REQUIRED, .doc = "What it is." },
  { .name = "quantity", .type = PAY_NUMBER,
    .flags = PAY_NULLABLE | PAY_SIGNED, .doc = "How many units." },
  TEXT("unit", "Unit of the quantity."),
  SIGNED_MONEY("price_per_unit", "Price of one unit."),
  { .name = "vat_rate", .type = PAY_NUMBER,
    .flags = PAY_NULLABLE | PAY_SIGNED, .doc = "VAT, in percent." },
  SIGNED_MONEY("total_vat_amount", "VAT of all units."),
  SIGNED_MONEY("total_price_including_vat", "Price of all, with VAT."),
  { .name = NULL }
};

static const struct pay_field attachment_details[] = {
  { .name = "document_title", .type = PAY_STRING, .flags = PAY_NULLABLE,
    .max = 60, .doc = "Title of the document." },
  { .name = "hide_payment_point_address", .type = PAY_BOOLEAN,
    .doc = "Whether your address stays out." },
  TEXT("consumer_name", "Name of the consumer."),
  { .name = "consumer_address_lines", .type = PAY_LIST, .element = &line,
    .flags = PAY_NULLABLE, .doc = "Address of the consumer." },
  TEXT("consumer_phone_number", "Phone of the consumer."),
  TEXT("merchant_contact_name", "Whom to ask."),
  { .name = "delivery_address_lines", .type = PAY_LIST, .element = &line,
    .flags = PAY_NULLABLE, .doc = "Where it was delivered." },
  DAY("delivery_date", "Day of the delivery."),
  TEXT("invoice_number", "Number of the invoice."),
  TEXT("merchant_order_number", "Number of your order."),
  TEXT("buyer_order_number", "Number of the buyer's order."),
  DAY("issue_date", "Day of the invoice."),
  DAY("due_date", "Day on which it is due."),
  DAY("order_date", "Day of the order."),
  { .name = "payment_reference", .type = PAY_STRING,
    .flags = PAY_NULLABLE, .max = 60, .doc = "Reference of the payment." },
  { .name = "comment", .type = PAY_STRING,
    .flags = PAY_NULLABLE | PAY_LINES, .doc = "A remark." },
  { .name = "price_reduction", .type = PAY_MONEY, .flags = PAY_NULLABLE,
    .max = MOST_INT32, .doc = "What is taken off." },
  SIGNED_MONEY("price_discount", "Discount."),
  { .name = "bonus", .type = PAY_MONEY, .flags = PAY_NULLABLE,
    .max = MOST_INT32, .doc = "Bonus." },
  SIGNED_MONEY("total_amount_ex_vat", "Total without VAT."),
  SIGNED_MONEY("total_vat_amount", "VAT of the total."),
  { .name = "total_amount", .type = PAY_MONEY, .flags = PAY_REQUIRED,
    .max = MOST_INT32, .doc = "Total, with VAT." },
  { .name = "articles", .type = PAY_LIST, .flags = PAY_NULLABLE,
    .fields = article, .doc = "What was bought." },
  { .name = NULL }
};

static const struct pay_field update_payment_attachment_args[] = {
  PROVIDER_ID,
  PAYMENT_ID,
  HEADERS,
  { .name = "external_attachment_url", .type = PAY_STRING,
    .format = PAY_URL, .flags = PAY_NULLABLE,
    .doc = "URL of a document of yours." },
  { .name = "generate_pdf", .type = PAY_BOOLEAN,
    .doc = "Whether MobilePay makes a PDF of the details." },
  { .name = "attachment_details", .type = PAY_OBJECT,
    .fields = attachment_details, .doc = "What the document says." },
  { .name = NULL }
};

static const struct pay_rule update_payment_attachment_rules[] = {
  { .field = "external_attachment_url", .demand = PAY_UNWANTED,
    .when = { { .field = "generate_pdf", .is = "true" } } },
  { .field = NULL }
};

/* Not the names that the update takes. */
static const struct pay_field article_result[] = {
  { .name = "article_number", .type = PAY_STRING,
    .doc = "Number of the article." },
  { .name = "article_description", .type = PAY_STRING,
    .doc = "What it is." },
  { .name = "quantity", .type = PAY_NUMBER, .doc = "How many units." },
  { .name = "unit", .type = PAY_STRING, .doc = "Unit of the quantity." },
  { .name = "price_per_unit", .type = PAY_MONEY,
    .doc = "Price of one unit." },
  { .name = "vat_rate", .type = PAY_NUMBER, .doc = "VAT, in percent." },
  { .name = "total_vat_amount", .type = PAY_MONEY,
    .doc = "VAT of all units." },
  { .name = "total_article_amount", .type = PAY_MONEY,
    .doc = "Price of all, with VAT." },
  { .name = NULL }
};

static const struct pay_field attachment_details_result[] = {
  { .name = "document_title", .type = PAY_STRING,
    .doc = "Title of the document." },
  { .name = "hide_payment_point_address", .type = PAY_BOOLEAN,
    .doc = "Whether your address stays out." },
  { .name = "consumer_name", .type = PAY_STRING,
    .doc = "Name of the consumer." },
  { .name = "consumer_address_lines", .type = PAY_LIST, .element = &line,
    .doc = "Address of the consumer." },
  { .name = "alias", .type = PAY_STRING, .doc = "Phone of the consumer." },
  { .name = "payment_point_name", .type = PAY_STRING, .doc = "Your name." },
  { .name = "payment_point_address_lines", .type = PAY_LIST,
    .element = &line, .doc = "Your address." },
  { .name = "merchant_cvr", .type = PAY_STRING,
    .doc = "Your company number." },
  { .name = "merchant_contact_name", .type = PAY_STRING,
    .doc = "Whom to ask." },
  { .name = "delivery_address_lines", .type = PAY_LIST, .element = &line,
    .doc = "Where it was delivered." },
  { .name = "delivery_date", .type = PAY_STRING,
    .doc = "Day of the delivery." },
  { .name = "invoice_number", .type = PAY_STRING,
    .doc = "Number of the invoice." },
  { .name = "merchant_order_id", .type = PAY_STRING,
    .doc = "Number of your order." },
  { .name = "buyer_id", .type = PAY_STRING,
    .doc = "Number of the buyer's order." },
  { .name = "issue_date", .type = PAY_STRING, .doc = "Day of the invoice." },
  { .name = "due_date", .type = PAY_STRING,
    .doc = "Day on which it is due." },
  { .name = "order_date", .type = PAY_STRING, .doc = "Day of the order." },
  { .name = "payment_reference", .type = PAY_STRING,
    .doc = "Reference of the payment." },
  { .name = "comment", .type = PAY_STRING, .doc = "A remark." },
  { .name = "price_deduction", .type = PAY_MONEY,
    .doc = "What is taken off." },
  { .name = "discount", .type = PAY_MONEY, .doc = "Discount." },
  { .name = "bonus", .type = PAY_MONEY, .doc = "Bonus." },
  { .name = "total_ex_vat", .type = PAY_MONEY,
    .doc = "Total without VAT." },
  { .name = "total_vat_amount", .type = PAY_MONEY,
    .doc = "VAT of the total." },
  { .name = "total_amount", .type = PAY_MONEY, .doc = "Total, with VAT." },
  { .name = "articles", .type = PAY_LIST, .fields = article_result,
    .doc = "What was bought." },
  { .name = "country_code", .type = PAY_INTEGER,
    .doc = "Country, as a number: 0, 1 or 2." },
  { .name = NULL }
};

static const struct pay_field get_payment_attachment_result[] = {
  { .name = "external_attachment_url", .type = PAY_STRING,
    .doc = "URL of a document of yours." },
  { .name = "generate_pdf", .type = PAY_BOOLEAN,
    .doc = "Whether MobilePay makes a PDF of the details." },
  { .name = "attachment_details", .type = PAY_OBJECT,
    .fields = attachment_details_result,
    .doc = "What the document says; names differ from the update's." },
  { .name = NULL }
};

static const struct pay_field refund[] = {
  { .name = "id", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The refund." },
  { .name = "amount", .type = PAY_MONEY,
    .doc = "How much, as decimal text." },
  { .name = "currency", .type = PAY_STRING, .doc = "Its currency." },
  { .name = "status", .type = PAY_STRING,
    .doc = "Requested, Issued or Declined." },
  { .name = "externalId", .type = PAY_STRING, .doc = "Your own id." },
  { .name = "paymentTransactionId", .type = PAY_STRING,
    .doc = "The transaction of the payment." },
  { .name = NULL }
};

static const struct pay_field request_refund_args[] = {
  PROVIDER_ID,
  AGREEMENT_ID,
  PAYMENT_ID,
  HEADERS,
  { .name = "amount", .type = PAY_MONEY, .digits = 2,
    .flags = PAY_NULLABLE, .min = 0.01, .max = MOST_INT32,
    .doc = "How much; left out, all that is left of the payment." },
  { .name = "status_callback_url", .type = PAY_STRING,
    .format = PAY_HTTPS, .flags = PAY_NULLABLE,
    .doc = "URL that hears whether the money went back." },
  { .name = "external_id", .type = PAY_STRING,
    .flags = PAY_NULLABLE | PAY_KEY,
    .doc = "Your own id; comes back with the callback." },
  { .name = NULL }
};

static const struct pay_field request_refund_result[] = {
  { .name = "id", .type = PAY_STRING, .format = PAY_UUID,
    .flags = PAY_REQUIRED, .doc = "The refund." },
  { .name = "amount", .type = PAY_MONEY,
    .doc = "How much, as decimal text." },
  { .name = "status_callback_url", .type = PAY_STRING,
    .doc = "URL that hears whether the money went back." },
  { .name = "external_id", .type = PAY_STRING, .doc = "Your own id." },
  { .name = NULL }
};

/* In this answer alone names start with a capital. */
static const struct pay_field subscription_provider[] = {
  { .name = "SubscriptionProviderId", .type = PAY_STRING,
    .format = PAY_UUID, .doc = "The provider; what providerid takes." },
  { .name = "Name", .type = PAY_STRING, .doc = "Name that users see." },
  { .name = "HomepageUrl", .type = PAY_STRING, .doc = "Home page." },
  { .name = "CustomerServiceEmail", .type = PAY_STRING,
    .doc = "Where users get help." },
  { .name = "SelfServicePortalUrl", .type = PAY_STRING,
    .doc = "Page on which users serve themselves." },
  { .name = "FaqUrl", .type = PAY_STRING, .doc = "Page of questions." },
  { .name = "Status", .type = PAY_STRING, .doc = "State of the provider." },
  { .name = "Address", .type = PAY_STRING, .doc = "Street address." },
  { .name = "ZipCode", .type = PAY_STRING, .doc = "Postal code." },
  { .name = "City", .type = PAY_STRING, .doc = "City." },
  { .name = NULL }
};

static const struct pay_field get_merchant_result[] = {
  { .name = "Id", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The merchant." },
  { .name = "SubscriptionProviders", .type = PAY_LIST,
    .fields = subscription_provider, .doc = "The merchant's providers." },
  { .name = NULL }
};

static const struct pay_field payment_request[] = {
  { .name = "id", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The payment." },
  { .name = "agreement_id", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The agreement." },
  { .name = "amount", .type = PAY_MONEY,
    .doc = "How much, as decimal text." },
  { .name = "due_date", .type = PAY_STRING, .doc = "Day of the payment." },
  { .name = "status", .type = PAY_STRING, .doc = "How it stands." },
  { .name = "external_id", .type = PAY_STRING, .doc = "Your own id." },
  { .name = "external_agreement_id", .type = PAY_STRING,
    .doc = "Your own id of the agreement." },
  { .name = "next_payment_date", .type = PAY_STRING,
    .doc = "Day of the next payment." },
  { .name = "description", .type = PAY_STRING, .doc = "What it is for." },
  { .name = "payment_transaction_id", .type = PAY_STRING,
    .doc = "The transaction of the payment." },
  { .name = "grace_period_days", .type = PAY_INTEGER,
    .doc = "Days on which it is tried." },
  { .name = NULL }
};

static const struct pay_field one_off[] = {
  { .name = "id", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The payment." },
  { .name = "agreement_id", .type = PAY_STRING, .format = PAY_UUID,
    .doc = "The agreement." },
  { .name = "currency", .type = PAY_STRING, .doc = "Its currency." },
  { .name = "amount", .type = PAY_MONEY,
    .doc = "How much, as decimal text." },
  { .name = "description", .type = PAY_STRING, .doc = "What it is for." },
  { .name = "status", .type = PAY_STRING,
    .doc = "Requested, Reserved, Captured, Rejected, Expired, Canceled." },
  { .name = "external_id", .type = PAY_STRING, .doc = "Your own id." },
  { .name = "payment_transaction_id", .type = PAY_STRING,
    .doc = "The transaction of the payment." },
  { .name = "expiration_timeout_minutes", .type = PAY_INTEGER,
    .doc = "Minutes that the user has." },
  { .name = NULL }
};

static const struct pay_field simulate_agreement_decision_args[] = {
  { .name = "id", .type = PAY_STRING, .format = PAY_UUID,
    .place = PAY_PATH, .flags = PAY_REQUIRED, .doc = "The agreement." },
  TEST_USER,
  HEADERS,
  { .name = "status", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .choices = decisions, .doc = "What the user decides." },
  { .name = "notifications_on", .type = PAY_BOOLEAN,
    .doc = "Whether the user is told of payments." },
  { .name = NULL }
};

static const struct pay_field simulated_operation[] = {
  PATCH_VALUE(NULL),
  { .name = "path", .type = PAY_STRING, .flags = PAY_REQUIRED, .min = 1,
    .doc = "What to replace." },
  PATCH_OP,
  { .name = NULL }
};

static const struct pay_field simulate_one_off_decision_args[] = {
  AGREEMENT_ID,
  PAYMENT_ID,
  TEST_USER,
  HEADERS,
  OPERATIONS(simulated_operation),
  { .name = NULL }
};

static const struct pay_field simulate_agreement_cancel_args[] = {
  AGREEMENT_ID,
  TEST_USER,
  HEADERS,
  { .name = "status", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .choices = canceled, .preset = "Canceled",
    .doc = "What becomes of it: Canceled." },
  { .name = NULL }
};

static const struct pay_field simulate_payment_reject_args[] = {
  PAYMENT_ID,
  TEST_USER,
  HEADERS,
  { .name = NULL }
};

#define WRONG_DATA \
  { .status = 400, .kind = "refused", .doc = "The data are not valid." }

#define NO_ACCESS \
  { .status = 401, .kind = "auth", .renew = 1, \
    .doc = "The access token is gone, or the consent is withdrawn." }

#define NOT_YOURS \
  { .status = 403, .kind = "permission", \
    .doc = "It belongs to another provider." }

#define NOT_THERE \
  { .status = 404, .kind = "not_found", .doc = "There is no such thing." }

#define NO_ID \
  { .status = 405, .kind = "refused", \
    .doc = "The path lacks an id, or the method does not exist." }

#define RULED_OUT \
  { .status = 409, .kind = "conflict", \
    .doc = "A rule of MobilePay's forbids it." }

#define PRECONDITION \
  { .status = 412, .kind = "conflict", \
    .doc = "It is not in a state that allows this." }

static const struct pay_refusal usual_refusals[] = {
  WRONG_DATA, NO_ACCESS, RULED_OUT, { .status = 0 } };

static const struct pay_refusal found_refusals[] = {
  WRONG_DATA, NO_ACCESS, NOT_THERE, RULED_OUT, { .status = 0 } };

static const struct pay_refusal changed_refusals[] = {
  WRONG_DATA, NO_ACCESS, NO_ID, RULED_OUT, { .status = 0 } };

static const struct pay_refusal canceled_refusals[] = {
  WRONG_DATA, NO_ACCESS, NO_ID, RULED_OUT, PRECONDITION, { .status = 0 } };

static const struct pay_refusal batch_refusals[] = {
  WRONG_DATA, NO_ACCESS, RULED_OUT, PRECONDITION, { .status = 0 } };

static const struct pay_refusal create_agreement_refusals[] = {
  WRONG_DATA, NO_ACCESS, RULED_OUT, PRECONDITION, { .status = 0 } };

static const struct pay_refusal one_off_refusals[] = {
  WRONG_DATA, NO_ACCESS, NOT_THERE, RULED_OUT, PRECONDITION,
  { .status = 0 } };

static const struct pay_refusal one_off_canceled_refusals[] = {
  WRONG_DATA, NO_ACCESS, NOT_THERE, NO_ID, RULED_OUT, { .status = 0 } };

static const struct pay_refusal attachment_refusals[] = {
  WRONG_DATA, NO_ACCESS, NOT_YOURS, NOT_THERE, RULED_OUT, { .status = 0 } };

static const struct pay_refusal attachment_deleted_refusals[] = {
  WRONG_DATA, NO_ACCESS, NOT_YOURS, RULED_OUT, { .status = 0 } };

static const struct pay_refusal list_refunds_refusals[] = {
  NO_ACCESS, RULED_OUT, { .status = 0 } };

static const struct pay_refusal get_merchant_refusals[] = {
  NO_ACCESS, NOT_THERE, RULED_OUT, { .status = 0 } };

static const struct pay_refusal decision_refusals[] = {
  WRONG_DATA, NO_ACCESS, NOT_YOURS, NOT_THERE, RULED_OUT, PRECONDITION,
  { .status = 0 } };

static const struct pay_refusal simulation_refusals[] = {
  NO_ACCESS, NOT_YOURS, NOT_THERE, RULED_OUT, { .status = 0 } };

static const struct pay_refusal reject_refusals[] = {
  NO_ACCESS, NOT_YOURS, RULED_OUT, { .status = 0 } };

static const int ok[] = { 200, 0 };
static const int created[] = { 201, 0 };
static const int accepted[] = { 202, 0 };
static const int no_content[] = { 204, 0 };
static const int no_content_or_ok[] = { 204, 200, 0 }; /* 200 until 2023 */

enum { MAIN, SIMULATION }; /* hosts */

static const struct pay_endpoint endpoints[] = {
  { .name = "get_provider",
    .title = "Get configuration details.",
    .method = "GET",
    .path = "/api/providers/{providerid}",
    .args = provider_id_args,
    .result = get_provider_result,
    .success = ok,
    .refusals = found_refusals,
    .repeat = PAY_READ,
    .doc = "Returns how your subscription provider is set up." },
  { .name = "update_provider",
    .title = "Update subscription provider's details.",
    .method = "PATCH",
    .path = "/api/providers/{providerid}",
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = update_provider_args,
    .success = no_content,
    .refusals = usual_refusals,
    .repeat = PAY_SAFE,
    .doc = "Says which URL hears how payments went." },
  { .name = "set_callback_auth_oauth2",
    .title = "Change REST callback authentication scheme to OAuth2.",
    .method = "PUT",
    .path = "/api/providers/{providerid}/auth/oauth2",
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = set_callback_auth_oauth2_args,
    .success = no_content,
    .refusals = usual_refusals,
    .repeat = PAY_SAFE,
    .doc = "Lets callbacks authenticate with a token of your server." },
  { .name = "set_callback_auth_api_key",
    .title = "Change REST callback authentication scheme to Api Key.",
    .method = "PUT",
    .path = "/api/providers/{providerid}/auth/apikey",
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = set_callback_auth_api_key_args,
    .success = no_content,
    .refusals = usual_refusals,
    .repeat = PAY_SAFE,
    .doc = "Lets callbacks authenticate with a key." },
  { .name = "set_callback_auth_basic",
    .title = "Change REST callback authentication scheme to Basic.",
    .method = "PUT",
    .path = "/api/providers/{providerid}/auth/basic",
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = set_callback_auth_basic_args,
    .success = no_content,
    .refusals = usual_refusals,
    .repeat = PAY_SAFE,
    .doc = "Lets callbacks authenticate with a user name and password." },
  { .name = "create_agreement",
    .title = "Create a new Subscriptions agreement.",
    .method = "POST",
    .path = "/api/providers/{providerid}/agreements",
    .body = PAY_JSON,
    .args = create_agreement_args,
    .rules = create_agreement_rules,
    .result = create_agreement_result,
    .success = created,
    .refusals = create_agreement_refusals,
    .repeat = PAY_ONCE,
    .doc = "Asks a user to agree to recurring payments." },
  { .name = "list_agreements",
    .title = "Get the list of Subscriptions agreements.",
    .method = "GET",
    .path = "/api/providers/{providerid}/agreements",
    .answer = PAY_A_LIST,
    .args = list_agreements_args,
    .result = list_agreements_result,
    .success = ok,
    .refusals = usual_refusals,
    .repeat = PAY_READ,
    .doc = "Returns agreements, page by page." },
  { .name = "update_agreement",
    .title = "Update subscription agreement details.",
    .method = "PATCH",
    .path = "/api/providers/{providerid}/agreements/{agreementid}",
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = update_agreement_args,
    .success = no_content,
    .refusals = changed_refusals,
    .repeat = PAY_SAFE,
    .doc = "Changes an agreement." },
  { .name = "cancel_agreement",
    .title = "Cancel subscription agreement.",
    .method = "DELETE",
    .path = "/api/providers/{providerid}/agreements/{agreementid}",
    .answer = PAY_NOTHING,
    .args = agreement_id_args,
    .success = no_content,
    .refusals = canceled_refusals,
    .repeat = PAY_SAFE,
    .doc = "Ends an agreement for good, its reservations too." },
  { .name = "request_payments",
    .title = "Request a payment batch for later execution.",
    .method = "POST",
    .path = "/api/providers/{providerid}/paymentrequests",
    .body = PAY_JSON,
    .args = request_payments_args,
    .result = request_payments_result,
    .success = accepted,
    .refusals = batch_refusals,
    .repeat = PAY_ONCE,
    .doc = "Requests payments of agreements, at most 2000 at a time." },
  { .name = "update_payment_request",
    .title = "Update a pending payment request.",
    .method = "PATCH",
    .path = "/api/providers/{providerid}/agreements/{agreementid}"
            "/paymentrequests/{paymentid}",
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = update_payment_request_args,
    .success = no_content,
    .refusals = changed_refusals,
    .repeat = PAY_SAFE,
    .doc = "Lowers a payment's amount, measured by the first one." },
  { .name = "decline_payment_request",
    .title = "Decline a 'pending' subscriptions payment.",
    .method = "DELETE",
    .path = "/api/providers/{providerid}/agreements/{agreementid}"
            "/paymentrequests/{paymentid}",
    .answer = PAY_NOTHING,
    .args = payment_id_args,
    .success = no_content,
    .refusals = found_refusals,
    .repeat = PAY_SAFE,
    .doc = "Takes a payment back before it is executed." },
  { .name = "request_one_off_payment",
    .title = "Request one-off payment on an existing agreement.",
    .method = "POST",
    .path = "/api/providers/{providerid}/agreements/{agreementid}"
            "/oneoffpayments",
    .body = PAY_JSON,
    .args = request_one_off_payment_args,
    .result = request_one_off_payment_result,
    .success = accepted,
    .refusals = one_off_refusals,
    .repeat = PAY_ONCE,
    .doc = "Asks a user with an agreement for one more payment." },
  { .name = "cancel_one_off_payment",
    .title = "Cancel a requested/reserved one-off payment.",
    .method = "DELETE",
    .path = "/api/providers/{providerid}/agreements/{agreementid}"
            "/oneoffpayments/{paymentid}",
    .answer = PAY_NOTHING,
    .args = payment_id_args,
    .success = no_content,
    .refusals = one_off_canceled_refusals,
    .repeat = PAY_SAFE,
    .doc = "Releases a one-off payment that was not captured." },
  { .name = "update_payment_attachment",
    .title = "Update payment attachment.",
    .method = "PUT",
    .path = "/api/providers/{providerid}/payments/{paymentid}/attachment",
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = update_payment_attachment_args,
    .rules = update_payment_attachment_rules,
    .success = no_content_or_ok,
    .refusals = attachment_refusals,
    .repeat = PAY_SAFE,
    .doc = "Attaches an invoice to a payment, in place of another." },
  { .name = "list_refunds",
    .title = "Get refunds.",
    .method = "GET",
    .path = "/api/providers/{providerid}/agreements/{agreementid}"
            "/payments/{paymentid}/refunds",
    .answer = PAY_A_LIST,
    .args = payment_id_args,
    .result = refund,
    .success = ok,
    .refusals = list_refunds_refusals,
    .repeat = PAY_READ,
    .doc = "Returns the refunds of a payment." },
  { .name = "request_refund",
    .title = "Request a new refund.",
    .method = "POST",
    .path = "/api/providers/{providerid}/agreements/{agreementid}"
            "/payments/{paymentid}/refunds",
    .body = PAY_JSON,
    .args = request_refund_args,
    .result = request_refund_result,
    .success = accepted,
    .refusals = usual_refusals,
    .repeat = PAY_ONCE,
    .doc = "Gives money of a payment back; callbacks tell how it went." },
  { .name = "get_merchant",
    .title = "Get merchant's information and a list of subscription"
             " providers.",
    .method = "GET",
    .path = "/api/merchants/me",
    .args = get_merchant_args,
    .result = get_merchant_result,
    .success = ok,
    .refusals = get_merchant_refusals,
    .repeat = PAY_READ,
    .doc = "Returns your merchant and its subscription providers." },
  { .name = "get_agreement",
    .title = "Get the details of subscription agreement.",
    .method = "GET",
    .path = "/api/providers/{providerid}/agreements/{agreementid}",
    .args = agreement_id_args,
    .result = agreement,
    .success = ok,
    .refusals = found_refusals,
    .repeat = PAY_READ,
    .doc = "Returns an agreement." },
  { .name = "list_payment_requests",
    .title = "Get a list of agreement's payments.",
    .method = "GET",
    .path = "/api/providers/{providerid}/agreements/{agreementid}"
            "/paymentrequests",
    .answer = PAY_A_LIST,
    .args = agreement_id_args,
    .result = payment_request,
    .success = ok,
    .refusals = found_refusals,
    .repeat = PAY_READ,
    .doc = "Returns the payments of an agreement." },
  { .name = "get_payment_request",
    .title = "Get single payment details.",
    .method = "GET",
    .path = "/api/providers/{providerid}/agreements/{agreementid}"
            "/paymentrequests/{paymentid}",
    .args = payment_id_args,
    .result = payment_request,
    .success = ok,
    .refusals = found_refusals,
    .repeat = PAY_READ,
    .doc = "Returns a payment of an agreement." },
  { .name = "list_one_off_payments",
    .title = "Get a list of one-off payments by agreement id.",
    .method = "GET",
    .path = "/api/providers/{providerid}/agreements/{agreementid}"
            "/oneoffpayments",
    .answer = PAY_A_LIST,
    .args = agreement_id_args,
    .result = one_off,
    .success = ok,
    .refusals = found_refusals,
    .repeat = PAY_READ,
    .doc = "Returns the one-off payments of an agreement." },
  { .name = "get_one_off_payment",
    .title = "Get single one-off payment details.",
    .method = "GET",
    .path = "/api/providers/{providerid}/agreements/{agreementid}"
            "/oneoffpayments/{paymentid}",
    .args = payment_id_args,
    .result = one_off,
    .success = ok,
    .refusals = found_refusals,
    .repeat = PAY_READ,
    .doc = "Returns a one-off payment." },
  { .name = "capture_one_off_payment",
    .title = "Capture reserved one-off payment.",
    .method = "POST",
    .path = "/api/providers/{providerid}/agreements/{agreementid}"
            "/oneoffpayments/{paymentid}/capture",
    .answer = PAY_NOTHING,
    .args = payment_id_args,
    .success = no_content,
    .refusals = found_refusals,
    .repeat = PAY_ONCE,
    .doc = "Takes the money of a reserved one-off payment, all of it." },
  { .name = "get_payment_attachment",
    .title = "Get payment attachment details.",
    .method = "GET",
    .path = "/api/providers/{providerid}/payments/{paymentid}/attachment",
    .args = attachment_args,
    .result = get_payment_attachment_result,
    .success = ok,
    .refusals = attachment_refusals,
    .repeat = PAY_READ,
    .doc = "Returns the attachment of a payment." },
  { .name = "delete_payment_attachment",
    .title = "Delete payment attachment.",
    .method = "DELETE",
    .path = "/api/providers/{providerid}/payments/{paymentid}/attachment",
    .answer = PAY_NOTHING,
    .args = attachment_args,
    .success = no_content,
    .refusals = attachment_deleted_refusals,
    .repeat = PAY_SAFE,
    .doc = "Takes the attachment of a payment away." },
  { .name = "get_payment_attachment_pdf",
    .title = "Get payment attachment file.",
    .method = "GET",
    .path = "/api/providers/{providerid}/payments/{paymentid}/attachment"
            "/pdf",
    .answer = PAY_BYTES,
    .args = attachment_args,
    .success = ok,
    .refusals = attachment_refusals,
    .repeat = PAY_READ,
    .doc = "Returns the attachment of a payment as PDF, in `content`." },
  { .name = "simulate_agreement_decision",
    .title = "Accept/Reject agreement.",
    .method = "PATCH",
    .path = "/api/agreements/v1/{id}",
    .host = SIMULATION,
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = simulate_agreement_decision_args,
    .success = no_content,
    .refusals = decision_refusals,
    .repeat = PAY_ONCE,
    .test_only = 1,
    .doc = "Lets a test user accept or reject an agreement." },
  { .name = "simulate_one_off_decision",
    .title = "Accept/Reject one off payment.",
    .method = "PATCH",
    .path = "/api/users/v1/me/agreements/{agreementid}/oneoffpayments"
            "/{paymentid}",
    .host = SIMULATION,
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = simulate_one_off_decision_args,
    .success = ok,
    .refusals = simulation_refusals,
    .repeat = PAY_ONCE,
    .test_only = 1,
    .doc = "Lets a test user accept or reject a one-off payment." },
  { .name = "simulate_agreement_cancel",
    .title = "Cancel agreement.",
    .method = "PATCH",
    .path = "/api/users/v1/me/agreements/{agreementid}",
    .host = SIMULATION,
    .body = PAY_JSON,
    .answer = PAY_NOTHING,
    .args = simulate_agreement_cancel_args,
    .success = no_content,
    .refusals = simulation_refusals,
    .repeat = PAY_ONCE,
    .test_only = 1,
    .doc = "Lets a test user cancel an agreement." },
  { .name = "simulate_payment_reject",
    .title = "Reject payment.",
    .method = "DELETE",
    .path = "/api/users/me/payments/{paymentid}",
    .host = SIMULATION,
    .answer = PAY_NOTHING,
    .args = simulate_payment_reject_args,
    .success = no_content,
    .refusals = reject_refusals,
    .repeat = PAY_ONCE,
    .test_only = 1,
    .doc = "Lets a test user reject a payment." },
  { .name = NULL }
};

static const struct pay_host hosts[] = {
  [MAIN] = {
    .production = "https://api.mobilepay.dk/subscriptions",
    .sandbox = "https://api.sandbox.mobilepay.dk/subscriptions" },
  [SIMULATION] = {
    .sandbox = "https://api.sandbox.mobilepay.dk/recurringpayments-restapi"
  },
  { .production = NULL }
};

/* Refunds answer in camelCase, simulations flat, a later facade in
   PascalCase, and the gateway as it likes. */
static const struct pay_error_shape errors[] = {
  { .code = "error_description.error_code",
    .other_code = "error",
    .message = "error_description.message",
    .correlation_id = "error_description.correlation_id" },
  { .code = "errorDetails.errorCode",
    .message = "errorDetails.message",
    .correlation_id = "errorDetails.correlationId" },
  { .message = "errorText" },
  { .code = "StatusCode", .message = "StatusText" },
  { .code = "error", .message = "error_description" },
  { .code = "code", .message = "message",
    .correlation_id = "correlationId" },
  { .message = "detail", .correlation_id = "traceId" },
  { .message = "title", .correlation_id = "traceId" },
  { .message = NULL }
};

const struct pay_api pay_mobilepay_subscriptions = {
  .name = "mobilepay_subscriptions",
  .title = "MobilePay Subscriptions",
  .hosts = hosts,
  .errors = errors,
  .endpoints = endpoints,
  .doc = "Recurring and one-off payments of users who agreed to them."
};
