/*
** api_mobip.c - Mobip and its NEOSYSTEMS queue: rows, no code.
*/
#include "api.h"

/* clang-format off */

#define ACCESS_TOKEN \
  { .name = "access_token", .type = PAY_STRING, .min = 1, \
    .flags = PAY_REQUIRED | PAY_SECRET | PAY_SIGNATURE, \
    .doc = "The session; the client opens one and fills it in." }

#define TRID \
  { .name = "trid", .type = PAY_ID, .flags = PAY_REQUIRED, .min = 1, \
    .doc = "The transaction, as it was returned when it was made." }

#define EXTERNAL_SOURCE \
  { .name = "ExternalSourceId", .type = PAY_ID, .flags = PAY_REQUIRED, \
    .min = 1, .doc = "The external system that the invoices come from." }

#define DOCUMENT_ONLY \
  { .name = "document_only", .type = PAY_BOOLEAN, .style = PAY_ONE_ZERO, \
    .doc = "Whether to return nothing but the documents asked for." }

#define DOCUMENT_LIST \
  { .name = "document_list", .type = PAY_LIST, .style = PAY_JOINED, \
    .separator = '|', .element = &document_name, \
    .doc = "Names of the documents to return; none if left out." }

#define RETURN_CODE \
  { .name = "return_code", .type = PAY_STRING, \
    .doc = "\"0\": all is well." }

#define RETURN_MESSAGE \
  { .name = "return_message", .type = PAY_STRING, \
    .doc = "What went wrong; present only when something did." }

#define URL_QR \
  { .name = "url_qr", .type = PAY_STRING, \
    .doc = "URL of a picture of the QR code." }

#define URL_CHECKOUT \
  { .name = "url_checkout", .type = PAY_STRING, \
    .doc = "URL of the form on which the customer pays." }

static const char *const languages[] = { "EN", "FR", NULL };
static const char *const media[] = { "SMS", "EMAIL", NULL };

static const struct pay_field document_name = {
  .name = "", .type = PAY_STRING, .min = 1, .doc = "Name of a document." };

static const struct pay_field one_trid = {
  .name = "", .type = PAY_ID, .min = 1, .doc = "A transaction." };

static const struct pay_field one_invoice = {
  .name = "", .type = PAY_ID, .min = 1, .doc = "An invoice." };

static const struct pay_field only_token_args[] = {
  ACCESS_TOKEN,
  { .name = NULL }
};

static const struct pay_field only_trid_args[] = {
  TRID,
  ACCESS_TOKEN,
  { .name = NULL }
};

static const struct pay_field code_result[] = {
  RETURN_CODE,
  RETURN_MESSAGE,
  { .name = NULL }
};

static const struct pay_field get_token_args[] = {
  { .name = "api_account_id", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .min = 1, .doc = "Id of the account that uses the API." },
  { .name = "api_ttl", .type = PAY_STRING, .format = PAY_DIGITS,
    .doc = "Hours until the token ends; 1 if left out." },
  { .name = "api_secret_key", .type = PAY_STRING, .min = 1,
    .flags = PAY_REQUIRED | PAY_SECRET,
    .doc = "The account's secret key." },
  { .name = NULL }
};

static const struct pay_field get_token_result[] = {
  { .name = "access_token", .type = PAY_STRING,
    .flags = PAY_REQUIRED | PAY_SECRET,
    .doc = "The session; gone after an hour of inactivity." },
  RETURN_CODE,
  RETURN_MESSAGE,
  { .name = NULL }
};

static const struct pay_field send_payment_request_args[] = {
  { .name = "item_amount_in_cents", .type = PAY_MONEY, .unit = PAY_MINOR,
    .flags = PAY_REQUIRED,
    .doc = "Price without tax, in minor units of the account's currency." },
  { .name = "tax_amount", .type = PAY_MONEY, .unit = PAY_MINOR,
    .flags = PAY_REQUIRED,
    .doc = "Total of the taxes, in minor units; the customer owes both." },
  { .name = "redirect_url", .type = PAY_STRING, .format = PAY_URL,
    .flags = PAY_REQUIRED,
    .doc = "Page to which the customer returns." },
  { .name = "call_back_url", .type = PAY_STRING, .format = PAY_URL,
    .doc = "URL that is called when the customer has paid or not." },
  { .name = "track_id", .type = PAY_STRING,
    .doc = "Your own reference; comes back with the callback." },
  { .name = "item_name", .type = PAY_STRING, .flags = PAY_REQUIRED, .min = 1,
    .doc = "What is sold." },
  ACCESS_TOKEN,
  { .name = "retry_period", .type = PAY_STRING, .format = PAY_DIGITS,
    .doc = "Days between reminders; 0 if left out." },
  { .name = "retry_attempts", .type = PAY_STRING, .format = PAY_DIGITS,
    .doc = "Most reminders that are sent; 3 if left out." },
  { .name = "transaction_ttl", .type = PAY_STRING, .format = PAY_DIGITS,
    .doc = "Days until the request ends; 365 if left out." },
  { .name = "language", .type = PAY_STRING, .choices = languages,
    .doc = "Language of the message and the form; EN if left out." },
  { .name = "customer_name", .type = PAY_STRING,
    .doc = "The customer's name, to prefill the form." },
  { .name = "customer_email", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .min = 1, .doc = "Where the receipt goes; required for an SMS too." },
  { .name = "media", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .choices = media, .doc = "How the request is sent." },
  { .name = "customer_phone", .type = PAY_STRING,
    .doc = "The customer's phone with + and country, for an SMS." },
  { .name = NULL }
};

static const struct pay_field send_payment_request_result[] = {
  RETURN_MESSAGE,
  URL_CHECKOUT,
  { .name = "track_id", .type = PAY_STRING, .doc = "Your own reference." },
  URL_QR,
  { .name = "raw_qr", .type = PAY_STRING,
    .doc = "Picture of the QR code, a PNG as text, as received." },
  { .name = "trid", .type = PAY_ID, .flags = PAY_REQUIRED,
    .doc = "The transaction; what is_valid takes." },
  RETURN_CODE,
  { .name = NULL }
};

static const struct pay_field create_one_use_qr_args[] = {
  { .name = "item_name", .type = PAY_STRING, .flags = PAY_REQUIRED, .min = 1,
    .doc = "What is sold." },
  { .name = "language", .type = PAY_STRING, .choices = languages,
    .doc = "Language of the form; EN if left out." },
  { .name = "track_id", .type = PAY_STRING, .doc = "Your own reference." },
  { .name = "tax_amount_in_cents", .type = PAY_MONEY, .unit = PAY_MINOR,
    .flags = PAY_REQUIRED,
    .doc = "Total of the taxes, in minor units; the customer owes both." },
  { .name = "item_amount_in_cents", .type = PAY_MONEY, .unit = PAY_MINOR,
    .flags = PAY_REQUIRED,
    .doc = "Price without tax, in minor units of the account's currency." },
  { .name = "customer_name", .type = PAY_STRING,
    .doc = "The customer's name, to prefill the form." },
  { .name = "customer_email", .type = PAY_STRING,
    .doc = "Where the receipt goes." },
  { .name = "call_back_url", .type = PAY_STRING, .format = PAY_URL,
    .flags = PAY_REQUIRED,
    .doc = "URL that is called when the customer has paid or not." },
  { .name = "redirect_url", .type = PAY_STRING, .format = PAY_URL,
    .flags = PAY_REQUIRED,
    .doc = "Page to which the customer returns." },
  { .name = "transaction_ttl", .type = PAY_STRING, .format = PAY_DIGITS,
    .doc = "Days until the code ends; 365 if left out." },
  ACCESS_TOKEN,
  { .name = "customer_phone", .type = PAY_STRING,
    .doc = "The customer's phone with + and country." },
  { .name = NULL }
};

static const struct pay_field create_one_use_qr_result[] = {
  RETURN_CODE,
  URL_QR,
  RETURN_MESSAGE,
  { .name = "trid", .type = PAY_ID, .flags = PAY_REQUIRED,
    .doc = "The transaction; what is_valid takes." },
  URL_CHECKOUT,
  { .name = NULL }
};

static const struct pay_field create_reusable_qr_args[] = {
  ACCESS_TOKEN,
  { .name = "item_amount", .type = PAY_MONEY, .unit = PAY_MINOR,
    .flags = PAY_REQUIRED,
    .doc = "Price without tax, in minor units; EUR unless agreed." },
  { .name = "item_name", .type = PAY_STRING, .flags = PAY_REQUIRED, .min = 1,
    .doc = "What is sold." },
  { .name = "tax_amount", .type = PAY_MONEY, .unit = PAY_MINOR,
    .flags = PAY_REQUIRED,
    .doc = "Total of the taxes, in minor units; the customer owes both." },
  { .name = "item_photo", .type = PAY_STRING, .format = PAY_URL,
    .flags = PAY_REQUIRED,
    .doc = "URL of a picture; Mobip fetches and keeps it." },
  { .name = "item_video", .type = PAY_STRING, .format = PAY_URL,
    .doc = "URL of a video." },
  { .name = "item_message", .type = PAY_STRING, .flags = PAY_LINES,
    .doc = "A short text for the pop-up." },
  { .name = "item_reference", .type = PAY_STRING,
    .doc = "The item's reference in your own system." },
  { .name = "item_category", .type = PAY_STRING,
    .doc = "Category of the item." },
  { .name = "item_brand", .type = PAY_STRING, .doc = "Brand of the item." },
  { .name = NULL }
};

static const struct pay_field create_reusable_qr_result[] = {
  RETURN_CODE,
  { .name = "qr_id", .type = PAY_ID, .flags = PAY_REQUIRED,
    .doc = "The QR code; not a transaction, and no call takes it." },
  URL_QR,
  URL_CHECKOUT,
  RETURN_MESSAGE,
  { .name = NULL }
};

static const struct pay_field get_account_args[] = {
  DOCUMENT_ONLY,
  ACCESS_TOKEN,
  { .name = "uid", .type = PAY_ID, .flags = PAY_REQUIRED, .min = 1,
    .doc = "User id of the account." },
  DOCUMENT_LIST,
  { .name = NULL }
};

static const struct pay_field account_result[] = {
  RETURN_CODE,
  RETURN_MESSAGE,
  { .name = "account_data", .type = PAY_ANY,
    .doc = "The account's attributes, a list or a map, as received." },
  { .name = NULL }
};

static const struct pay_field get_stats_args[] = {
  { .name = "day", .type = PAY_STRING, .format = PAY_DATE,
    .flags = PAY_SENT_EMPTY,
    .doc = "Day of the statistics; left out, the whole month." },
  ACCESS_TOKEN,
  { .name = "get_gz_file", .type = PAY_BOOLEAN, .style = PAY_ONE_ZERO,
    .doc = "Whether to make a file of them and return its URL." },
  { .name = "month_period", .type = PAY_STRING, .format = PAY_MONTH,
    .flags = PAY_SENT_EMPTY,
    .doc = "Month of the statistics; left out, the current one." },
  { .name = NULL }
};

static const struct pay_field get_stats_result[] = {
  { .name = "url", .type = PAY_STRING,
    .doc = "URL of the file, kept for 24 hours, if one was asked for." },
  RETURN_MESSAGE,
  RETURN_CODE,
  { .name = NULL }
};

static const struct pay_field get_account_by_external_id_args[] = {
  ACCESS_TOKEN,
  { .name = "external_account_id", .type = PAY_ID, .flags = PAY_REQUIRED,
    .min = 1, .doc = "The account's id in your own system." },
  DOCUMENT_ONLY,
  DOCUMENT_LIST,
  { .name = NULL }
};

static const struct pay_field account_attributes[] = {
  { .name = "External_AccountID", .type = PAY_ID,
    .doc = "The account's id in your own system." },
  { .name = "Public_Payment_Provider_key", .type = PAY_STRING,
    .doc = "Public key at the payment provider." },
  { .name = "Private_Payment_Provider_key", .type = PAY_STRING,
    .flags = PAY_SECRET, .doc = "Private key at the payment provider." },
  { .name = "Payment_Provider_login", .type = PAY_STRING,
    .doc = "Login at the payment provider." },
  { .name = NULL }
};

static const struct pay_field update_account_args[] = {
  ACCESS_TOKEN,
  { .name = "account_data", .type = PAY_OBJECT, .style = PAY_JSON_TEXT,
    .flags = PAY_REQUIRED, .fields = account_attributes,
    .doc = "The attributes to set, by their names; JSON text goes as it is." },
  { .name = "uid", .type = PAY_ID, .flags = PAY_REQUIRED, .min = 1,
    .doc = "User id of the account." },
  { .name = NULL }
};

static const struct pay_field get_transaction_args[] = {
  ACCESS_TOKEN,
  TRID,
  { .name = NULL }
};

static const struct pay_field get_transaction_result[] = {
  RETURN_CODE,
  { .name = "transaction_data", .type = PAY_ANY,
    .doc = "All data of the transaction, a list or a map, as received." },
  RETURN_MESSAGE,
  { .name = NULL }
};

static const struct pay_field get_invoice_list_result[] = {
  RETURN_CODE,
  { .name = "invoice_data", .type = PAY_ANY,
    .doc = "The invoices: invoice_id, invoice_date, amount." },
  RETURN_MESSAGE,
  { .name = NULL }
};

static const struct pay_field get_invoice_args[] = {
  { .name = "invoice_id", .type = PAY_ID, .flags = PAY_REQUIRED, .min = 1,
    .doc = "The invoice, as get_invoice_list returned it." },
  ACCESS_TOKEN,
  { .name = NULL }
};

static const struct pay_field get_invoice_result[] = {
  RETURN_CODE,
  RETURN_MESSAGE,
  { .name = "invoice_data", .type = PAY_ANY,
    .doc = "The data of the invoice, a list or a map, as received." },
  { .name = NULL }
};

static const struct pay_field set_mobip_transactions_args[] = {
  { .name = "trid_list", .type = PAY_LIST, .style = PAY_JOINED,
    .separator = '|', .element = &one_trid, .flags = PAY_REQUIRED, .min = 1,
    .doc = "Transactions that are processed and leave the queue." },
  ACCESS_TOKEN,
  { .name = NULL }
};

static const struct pay_field set_mobip_transactions_result[] = {
  RETURN_CODE,
  { .name = "removed_transactions_list", .type = PAY_ANY,
    .doc = "Transactions that left the queue; compare with yours." },
  { .name = NULL }
};

static const struct pay_field get_mobip_transactions_args[] = {
  { .name = "limit", .type = PAY_STRING, .format = PAY_DIGITS,
    .doc = "Most rows to return; all if left out." },
  ACCESS_TOKEN,
  { .name = NULL }
};

static const struct pay_field get_mobip_transactions_result[] = {
  RETURN_CODE,
  { .name = "transactions_list", .type = PAY_ANY,
    .doc = "Rows: id_flux, merchant_name, amount, fees and more." },
  { .name = NULL }
};

static const struct pay_field external_invoice[] = {
  { .name = "InvId", .type = PAY_ID, .doc = "The invoice." },
  { .name = "InvDate", .type = PAY_STRING, .format = PAY_DATE,
    .doc = "Day of the invoice." },
  { .name = "InvDueDate", .type = PAY_STRING, .format = PAY_DATE,
    .doc = "Day on which it is due." },
  { .name = "InvLbl", .type = PAY_STRING, .doc = "What it is about." },
  { .name = "Amount_in_cents", .type = PAY_MONEY, .unit = PAY_CENTS,
    .flags = PAY_SIGNED, .doc = "Its amount, in minor units." },
  { .name = "InvStatus", .type = PAY_STRING,
    .doc = "One of the labels given to set_external_invoice_status." },
  { .name = NULL }
};

static const struct pay_field external_customer[] = {
  { .name = "CustomerId", .type = PAY_ID, .doc = "The customer." },
  { .name = "CustomerPhone", .type = PAY_STRING,
    .doc = "The customer's phone." },
  { .name = "CustomerEmail", .type = PAY_STRING,
    .doc = "The customer's e-mail address." },
  { .name = "CustomerBalance_in_cents", .type = PAY_MONEY,
    .unit = PAY_CENTS, .flags = PAY_SIGNED,
    .doc = "What the customer owes, in minor units." },
  { .name = "CustomerBalance_Date", .type = PAY_STRING, .format = PAY_DATE,
    .doc = "Day of that balance." },
  { .name = "InvoicesList", .type = PAY_LIST, .flags = PAY_TRIM,
    .fields = external_invoice, .doc = "The customer's invoices." },
  { .name = NULL }
};

static const struct pay_field set_external_invoices_args[] = {
  { .name = "BatchId", .type = PAY_ID, .min = 1,
    .doc = "Your own id of this import." },
  { .name = "InvoicesLists", .type = PAY_LIST, .style = PAY_JSON_TEXT,
    .flags = PAY_REQUIRED, .fields = external_customer,
    .doc = "Customers with their invoices; JSON text goes as it is." },
  ACCESS_TOKEN,
  EXTERNAL_SOURCE,
  { .name = NULL }
};

static const struct pay_field set_external_invoice_status_args[] = {
  ACCESS_TOKEN,
  { .name = "pending", .type = PAY_STRING, .flags = PAY_REQUIRED, .min = 1,
    .doc = "The external system's label for: not due yet." },
  { .name = "due", .type = PAY_STRING, .flags = PAY_REQUIRED, .min = 1,
    .doc = "The external system's label for: to be paid." },
  { .name = "fully_paid", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .min = 1, .doc = "The external system's label for: paid." },
  { .name = "partially_paid", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .min = 1, .doc = "The external system's label for: paid in part." },
  EXTERNAL_SOURCE,
  { .name = NULL }
};

static const struct pay_field get_external_invoices_args[] = {
  ACCESS_TOKEN,
  { .name = "InvoicesList", .type = PAY_LIST, .style = PAY_JOINED,
    .separator = '|', .element = &one_invoice,
    .doc = "Ids of the invoices to return; all if left out." },
  EXTERNAL_SOURCE,
  { .name = NULL }
};

static const struct pay_field get_external_invoices_result[] = {
  RETURN_CODE,
  RETURN_MESSAGE,
  { .name = "InvoicesList", .type = PAY_LIST, .flags = PAY_TRIM,
    .fields = external_customer, .doc = "The invoices, as received." },
  { .name = NULL }
};

static const struct pay_field get_external_invoices_status_args[] = {
  EXTERNAL_SOURCE,
  ACCESS_TOKEN,
  { .name = NULL }
};

static const struct pay_field get_external_invoices_status_result[] = {
  RETURN_CODE,
  RETURN_MESSAGE,
  { .name = "InvoiceStatusesList", .type = PAY_ANY,
    .doc = "Which label means which status, as received." },
  { .name = NULL }
};

static const struct pay_field is_valid_result[] = {
  RETURN_CODE,
  RETURN_MESSAGE,
  { .name = "transaction_status", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .doc = "PAID, DENIED, PENDING, CANCELLED or ERROR." },
  { .name = "track_id", .type = PAY_STRING,
    .doc = "Your own reference, or a list of the invoices paid." },
  { .name = "reason", .type = PAY_STRING,
    .doc = "Why the transaction failed." },
  { .name = "payment_method", .type = PAY_STRING,
    .doc = "How the customer paid." },
  { .name = "desc", .type = PAY_STRING, .doc = "What was sold." },
  { .name = "isRefunded", .type = PAY_BOOLEAN,
    .doc = "Whether the money went back to the customer." },
  { .name = "transaction_datetime", .type = PAY_STRING,
    .doc = "When, as received." },
  { .name = "external_accountid", .type = PAY_ID,
    .doc = "The account's id in your own system." },
  { .name = NULL }
};

static const struct pay_field resend_args[] = {
  { .name = "media", .type = PAY_STRING, .flags = PAY_REQUIRED,
    .choices = media, .doc = "How the request is sent." },
  TRID,
  ACCESS_TOKEN,
  { .name = NULL }
};

static const struct pay_endpoint endpoints[] = {
  { .name = "get_token",
    .method = "GET",
    .path = "/api/2.0/mobip/get_token",
    .body = PAY_MULTIPART,
    .args = get_token_args,
    .result = get_token_result,
    .repeat = PAY_SAFE,
    .open = 1,
    .incomplete = "auth",
    .doc = "Opens a session. The client does this by itself." },
  { .name = "send_payment_request",
    .method = "POST",
    .path = "/api/2.0/mobip/send_payment_request",
    .body = PAY_MULTIPART,
    .args = send_payment_request_args,
    .result = send_payment_request_result,
    .repeat = PAY_ONCE, .any_bytes = 1,
    .doc = "Asks a customer for money by SMS or e-mail." },
  { .name = "create_one_use_qr",
    .method = "POST",
    .path = "/api/2.0/mobip/create_one_use_qr",
    .body = PAY_MULTIPART,
    .args = create_one_use_qr_args,
    .result = create_one_use_qr_result,
    .repeat = PAY_ONCE,
    .doc = "Makes a QR code with which one customer pays once." },
  { .name = "login",
    .method = "POST",
    .path = "/api/2.0/mobip/login",
    .body = PAY_MULTIPART,
    .args = only_token_args,
    .result = code_result,
    .repeat = PAY_ONCE,
    .doc = "Tells whether the session is good; it opens none." },
  { .name = "cancel_transaction",
    .method = "POST",
    .path = "/api/2.0/mobip/cancel_transaction",
    .body = PAY_MULTIPART,
    .args = only_trid_args,
    .result = code_result,
    .repeat = PAY_ONCE,
    .doc = "Cancels a transaction." },
  { .name = "create_reusable_qr",
    .method = "POST",
    .path = "/api/2.0/mobip/create_reusable_qr",
    .body = PAY_MULTIPART,
    .args = create_reusable_qr_args,
    .result = create_reusable_qr_result,
    .repeat = PAY_ONCE,
    .doc = "Makes a QR code with which any number of customers pay." },
  { .name = "get_account",
    .method = "GET",
    .path = "/api/2.0/mobip/get_account",
    .body = PAY_MULTIPART,
    .args = get_account_args,
    .result = account_result,
    .repeat = PAY_READ,
    .doc = "Returns an account by its user id." },
  { .name = "get_stats",
    .method = "GET",
    .path = "/api/2.0/mobip/get_stats",
    .body = PAY_MULTIPART,
    .answer = PAY_EITHER,
    .args = get_stats_args,
    .result = get_stats_result,
    .repeat = PAY_READ,
    .doc = "Returns statistics, or as `content` what is not JSON." },
  { .name = "get_account_by_external_id",
    .method = "GET",
    .path = "/api/2.0/mobip/get_account_by_external_id",
    .body = PAY_MULTIPART,
    .args = get_account_by_external_id_args,
    .result = account_result,
    .repeat = PAY_READ,
    .doc = "Returns an account by its id in your own system." },
  { .name = "update_account",
    .method = "POST",
    .path = "/api/2.0/mobip/update_account",
    .body = PAY_MULTIPART,
    .args = update_account_args,
    .result = code_result,
    .repeat = PAY_SAFE,
    .doc = "Sets attributes of an account." },
  { .name = "get_transaction",
    .method = "GET",
    .path = "/api/2.0/mobip/get_transaction",
    .body = PAY_MULTIPART,
    .args = get_transaction_args,
    .result = get_transaction_result,
    .repeat = PAY_READ,
    .doc = "Returns all data of a transaction." },
  { .name = "get_invoice_list",
    .method = "GET",
    .path = "/api/2.0/mobip/get_invoice_list",
    .body = PAY_MULTIPART,
    .args = only_token_args,
    .result = get_invoice_list_result,
    .repeat = PAY_READ,
    .doc = "Returns the account's invoices, all at once." },
  { .name = "get_invoice",
    .method = "GET",
    .path = "/api/2.0/mobip/get_invoice",
    .body = PAY_MULTIPART,
    .args = get_invoice_args,
    .result = get_invoice_result,
    .repeat = PAY_READ,
    .doc = "Returns one of the account's invoices." },
  { .name = "set_mobip_transactions",
    .method = "POST",
    .path = "/api/2.0/neosystems/set_mobip_transactions",
    .body = PAY_MULTIPART,
    .args = set_mobip_transactions_args,
    .result = set_mobip_transactions_result,
    .repeat = PAY_ONCE,
    .doc = "Takes processed transactions off the queue, for good." },
  { .name = "get_mobip_transactions",
    .method = "GET",
    .path = "/api/2.0/neosystems/get_mobip_transactions",
    .body = PAY_MULTIPART,
    .args = get_mobip_transactions_args,
    .result = get_mobip_transactions_result,
    .repeat = PAY_READ,
    .doc = "Returns transactions of the queue, which keeps them." },
  { .name = "set_external_invoices",
    .method = "POST",
    .path = "/api/2.0/mobip/set_external_invoices",
    .body = PAY_MULTIPART,
    .args = set_external_invoices_args,
    .result = code_result,
    .repeat = PAY_ONCE,
    .doc = "Imports the invoices of an external system." },
  { .name = "set_external_invoice_status",
    .method = "POST",
    .path = "/api/2.0/mobip/set_external_invoice_status",
    .body = PAY_MULTIPART,
    .args = set_external_invoice_status_args,
    .result = code_result,
    .repeat = PAY_SAFE,
    .doc = "Says which label of an external system means what." },
  { .name = "get_external_invoices",
    .method = "GET",
    .path = "/api/2.0/mobip/get_external_invoices",
    .body = PAY_MULTIPART,
    .args = get_external_invoices_args,
    .result = get_external_invoices_result,
    .repeat = PAY_READ,
    .doc = "Returns invoices that were imported." },
  { .name = "get_external_invoices_status",
    .method = "GET",
    .path = "/api/2.0/mobip/get_external_invoices_status",
    .body = PAY_MULTIPART,
    .args = get_external_invoices_status_args,
    .result = get_external_invoices_status_result,
    .repeat = PAY_READ,
    .doc = "Returns which label of an external system means what." },
  { .name = "is_valid",
    .method = "GET",
    .path = "/api/2.0/mobip/is_valid",
    .body = PAY_MULTIPART,
    .args = only_trid_args,
    .result = is_valid_result,
    .repeat = PAY_READ,
    .doc = "Returns how a transaction stands; only PAID is paid." },
  { .name = "resend",
    .method = "POST",
    .path = "/api/2.0/mobip/resend",
    .body = PAY_MULTIPART,
    .args = resend_args,
    .result = code_result,
    .repeat = PAY_ONCE,
    .doc = "Sends a payment request once more." },
  { .name = NULL }
};

static const struct pay_host hosts[] = {
  { .production = "https://app.mobip.fr" }, { .production = NULL }
};

static const struct pay_error_shape errors[] = {
  { .code = "return_code", .message = "return_message" },
  { .message = "message" },
  { .message = NULL }
};

const struct pay_api pay_mobip = {
  .name = "mobip",
  .title = "Mobip",
  .hosts = hosts,
  .errors = errors,
  .ok_field = "return_code",
  .endpoints = endpoints,
  .doc = "Payment requests by SMS, e-mail and QR code; invoices."
};
