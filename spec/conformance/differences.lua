-- What luapay does on purpose otherwise than a catalogue of the providers'
-- documents says, and why. The first pattern that fits a difference
-- explains it. A difference reads "api.endpoint:field: facet".

local HTTPS = "callback URLs that are not https are refused by the provider"
local PATCH = "a JSON Patch here knows one operation: replace, on known paths"
local EMPTY = "a required text or id that is empty is a slip"
local GATEWAY = "older gateways ask for it; set on the client, else not sent"
local UNDER = "a list in one text, or JSON in a field: passed as a table"

return {
  -- who fills it in
  {
    "^mobilepay_subscriptions%..*:Authorization: missing",
    "made by the client's authentication",
  },
  { "^mobilepay_subscriptions%..*:x%-ibm%-client", GATEWAY },
  {
    "^mobilepay_subscriptions%.simulate_.*:authenticateduser: extra",
    "the provider's guide asks for it, the schema does not name it",
  },

  -- money and ids
  { ": type: string %-> id$", "digits or text, kept as they are" },
  { "^mobip%..*: type: string %-> list$", UNDER },
  { "^mobip%.update_account:account_data: type: array %-> object$", UNDER },
  { "^mobip%.update_account:account_data: choices", "they are its names" },
  {
    "^mobip%..*: type: array %-> any$",
    "a list or a map, passed on as it is",
  },
  { "^mobip%.get_stats:get_gz_file: choices", "true is sent as 1" },
  { "^mobip%.is_valid:isRefunded: type", 'the text "true" becomes true' },
  {
    "^mobip%.get_stats:.*: required: true %-> false",
    "may be empty: left out, it is sent with an empty value",
  },
  { "^mobip%.get_stats:.*: format: nil %-> ", "YYYY-MM-DD, YYYY-MM" },
  { "^mobip%..*_url: format: nil %-> url", "an URL has a scheme and a host" },
  { "^mobip%..*:item_.*: format: nil %-> url", "a URL, says the remark" },
  { "^mobip%..*: min: nil %-> 1$", EMPTY },

  -- limits from the providers' guides
  { "^infobip%..*: min: nil %-> 1$", EMPTY },
  {
    "^infobip%.add_funds:transactionId: type: integer|string %-> id",
    "digits or text, kept as they are",
  },
  {
    "^infobip%.rollback_transaction:currency: type: string %-> any",
    "may be an object, as in the answer about balances",
  },
  { "^infobip%.login: success", "any 2xx: the document names none" },
  { "^infobip%..*: format: nil %-> currency", "ISO 4217" },
  {
    "^mobilepay_%w+%.(.*):allowedCardTypes%[%]%.name: choices",
    "the codes that the guide lists",
  },
  { "merchantUrl: max: nil %-> 150", "said in prose" },
  { "publicKeyId: max", "32 bits" },
  { "update_merchant:%w+: ", "the limits of create_merchant" },
  { "create_merchant:countryCode: ", "two letters, or APAC" },
  {
    "update_authorization_attempt:reasonCode: choices",
    "the codes that confirm_card_update lists",
  },
  { ": format: nil %-> https$", HTTPS },
  { ": format: url %-> https$", HTTPS },
  { "redirectFromMobilePayUrl: format: nil %-> url", "fully qualified" },
  {
    "terminate_recurring_agreement:agreementId: required",
    "without it there is nothing to end",
  },
  { "simulate_user:phoneNumber: min", EMPTY },
  { "^mobilepay_online%..*:x%-ibm%-client.*: min: nil %-> 1$", EMPTY },
  {
    "^mobilepay_online%..*: min: 1 %-> nil$",
    "a choice or a URL is not empty",
  },

  -- JSON Patch
  { ":operations%[%]%.from: missing", PATCH },
  { ":operations%[%]%.", PATCH },
  { ":payments%[%]%.due_date: format", "a plain date, says the remark" },
  { ":payments%[%]%.grace_period_days: choices", "the same as its limits" },

  -- Subscriptions
  { ":links%[%]%.", "which links are needed is said in prose" },
  {
    "list_agreements:.*: nullable: true %-> false",
    "a query cannot say null: leave it out",
  },
  { "list_agreements:pageNumber: min", "pages start at 1" },
  { "list_agreements:pageSize: m", "1 to 2000, says the glossary" },
  { "list_agreements:status: min", EMPTY },
  { "mobile_phone_number: format", "digits with country" },
  { "list_agreements:pageNumber: max", "an int32" },
  { "description: max: nil %-> 60", "said by the guide" },
  { "set_callback_auth.*: min", EMPTY },
  { "set_callback_auth_oauth2:token_url: format", "a URL" },
  { "set_callback_auth_api_key:api_key: format", "token68, says the remark" },
  { "external_attachment_url: format", "a URL" },
  { "simulate_agreement_.*:status: ", "the words that the guide lists" },

  -- answers, statuses, repetition
  { "create_agreement: refusals: extra 412", "named among its errors" },
  {
    "^mobilepay_subscriptions%..*: refusals: extra 401$",
    "all calls carry the token; without 401 it would not be renewed",
  },
  {
    "^mobilepay_online%.create_.*: repeat",
    "said of all calls at once; without a key a repetition makes another",
  },
  {
    "^mobilepay_online%.initiate_.it_payment: repeat",
    "said of all calls at once, and money moves",
  },
  {
    "^mobilepay_online%.initiate_.it_payment:agreementId: required",
    "a payment of an agreement has one",
  },
  { "^mobilepay_online%.simulate_user: repeat", "moves the test on" },
  { "^mobip%.login: repeat", "its purpose is not documented" },
}
