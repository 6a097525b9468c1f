/*
** api_infobip.c - Infobip External Payments: rows, no code.
*/
#include "api.h"

/* clang-format off */

static const struct pay_field login_args[] = {
  { .name = "username", .type = PAY_STRING, .flags = PAY_REQUIRED, .min = 1,
    .doc = "The reseller's user name." },
  { .name = "password", .type = PAY_STRING, .flags = PAY_REQUIRED | PAY_SECRET,
    .min = 1,
    .doc = "The reseller's password." },
  { .name = NULL }
};

static const struct pay_field login_result[] = {
  { .name = "verified", .type = PAY_BOOLEAN,
    .doc = "Whether the user has confirmed the account." },
  { .name = "ibAuthCookie", .type = PAY_STRING,
    .flags = PAY_REQUIRED | PAY_SECRET, .min = 1,
    .doc = "The session, for the Authorization header of other calls." },
  { .name = NULL }
};

static const struct pay_refusal login_refusals[] = {
  { .status = 400, .kind = "auth",
    .doc = "The user name and the password were not accepted." },
  { .status = 401, .kind = "auth",
    .doc = "The user name and the password were not accepted." },
  { .status = 403, .kind = "auth",
    .doc = "The user name and the password were not accepted." },
  { .status = 0 }
};

static const struct pay_field add_funds_args[] = {
  { .name = "accountKey", .type = PAY_STRING, .flags = PAY_REQUIRED, .min = 1,
    .doc = "The client's account whose balance changes." },
  { .name = "ammount", .alias = "amount", .type = PAY_MONEY,
    .unit = PAY_DECIMAL, .flags = PAY_REQUIRED | PAY_SIGNED,
    .currency = "currencycode",
    .doc = "The value to add; a negative one is taken off." },
  { .name = "currencycode", .json_name = "currencyCode", .type = PAY_STRING,
    .format = PAY_CURRENCY, .money = { "ammount", "amount" },
    .doc = "Currency of the value; left out, it is the client's own." },
  { .name = "description", .type = PAY_STRING, .flags = PAY_REQUIRED, .min = 1,
    .doc = "What the transaction is for." },
  { .name = NULL }
};

static const struct pay_field add_funds_result[] = {
  { .name = "transactionId", .type = PAY_ID, .flags = PAY_REQUIRED,
    .doc = "The booking; what rollback_transaction takes." },
  { .name = NULL }
};

/* 401 and 403 mean the reverse of what HTTP says. */
static const struct pay_refusal add_funds_refusals[] = {
  { .status = 400, .kind = "refused",
    .doc = "The amount is not a valid number." },
  { .status = 401, .kind = "permission",
    .doc = "The reseller may not manage this account." },
  { .status = 403, .kind = "auth", .renew = 1,
    .doc = "The reseller is not logged in." },
  { .status = 404, .kind = "not_found",
    .doc = "There is no such account, or no exchange rate." },
  { .status = 0 }
};

static const struct pay_field rollback_args[] = {
  { .name = "transactionId", .type = PAY_ID, .flags = PAY_REQUIRED,
    .doc = "The booking to reverse, as add_funds returned it." },
  { .name = "note", .type = PAY_STRING, .flags = PAY_REQUIRED, .min = 1,
    .doc = "Why it is rolled back." },
  { .name = NULL }
};

static const struct pay_field rollback_result[] = {
  { .name = "ammount", .alias = "amount", .type = PAY_MONEY,
    .doc = "The value rolled back, as decimal text." },
  { .name = "currency", .type = PAY_ANY,
    .doc = "The transaction's currency." },
  { .name = NULL }
};

static const struct pay_refusal rollback_refusals[] = {
  { .status = 401, .kind = "permission",
    .doc = "The reseller may not roll this transaction back." },
  { .status = 403, .kind = "permission",
    .doc = "The reseller cannot manage this transaction." },
  { .status = 404, .kind = "not_found",
    .doc = "There is no such transaction." },
  { .status = 0 }
};

static const struct pay_endpoint endpoints[] = {
  { .name = "login", .title = "customerProfile/login", .method = "POST",
    .path = "/1/customerProfile/login", .body = PAY_FORM, .args = login_args,
    .root = "login", .result = login_result, .refusals = login_refusals,
    .repeat = PAY_SAFE, .open = 1, .incomplete = "auth",
    .doc = "Opens a session. The client does this by itself." },
  { .name = "add_funds", .title = "customerProfile/payments/funds",
    .method = "POST", .path = "/1/customerProfile/payments/funds",
    .body = PAY_FORM, .args = add_funds_args, .result = add_funds_result,
    .refusals = add_funds_refusals, .repeat = PAY_ONCE,
    .doc = "Credits a client's account." },
  { .name = "rollback_transaction",
    .title = "customerProfile/payments/rollbackTransaction", .method = "POST",
    .path = "/1/customerProfile/payments/rollbackTransaction",
    .body = PAY_FORM, .args = rollback_args, .result = rollback_result,
    .refusals = rollback_refusals, .repeat = PAY_ONCE,
    .doc = "Reverses a booking made by add_funds." },
  { .name = NULL }
};

static const struct pay_host hosts[] = {
  { .production = "https://oneapi.infobip.com" }, { .production = NULL }
};

static const struct pay_error_shape errors[] = {
  { .code = "requestError.serviceException.messageId",
    .message = "requestError.serviceException.text",
    .variables = "requestError.serviceException.variables" },
  { .code = "requestError.policyException.messageId",
    .message = "requestError.policyException.text",
    .variables = "requestError.policyException.variables" },
  { .message = NULL }
};

const struct pay_api pay_infobip = {
  .name = "infobip",
  .title = "Infobip External Payments",
  .hosts = hosts,
  .errors = errors,
  .error_mark = "requestError",
  .endpoints = endpoints,
  .doc = "Credits a client's account and rolls a transaction back."
};
