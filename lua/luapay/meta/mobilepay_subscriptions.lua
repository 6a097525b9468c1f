---@meta
-- The types of MobilePay Subscriptions, made by `make meta`.

--- A client of MobilePay Subscriptions.
---@class luapay.MobilepaySubscriptions : luapay.Client
local MobilepaySubscriptions = {}

---@class luapay.mobilepay_subscriptions.GetProviderArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

---@class luapay.mobilepay_subscriptions.GetProviderResult.credentials
--- User name, client id or API key of callbacks.
---@field key? string
--- Password or client secret of callbacks.
---@field password? string
--- How callbacks authenticate.
---@field scheme? string
--- Scope of the token.
---@field scope? string

---@class luapay.mobilepay_subscriptions.GetProviderResult
--- How callbacks authenticate.
---@field credentials? luapay.mobilepay_subscriptions.GetProviderResult.credentials
--- URL that hears how payments went.
---@field payment_status_callback_url? string
--- Name that users see.
---@field name? string
--- Account of the payments.
---@field payment_source_account_id? string
--- Where users get help.
---@field customer_service? string
--- Page of questions.
---@field faq? string
--- Home page.
---@field homepage? string
--- Page on which users serve themselves.
---@field portal? string
--- Number of the bank account.
---@field external_account_number? string
--- State of the provider: 0, 2, 3 or 4.
---@field status? integer
--- Street address.
---@field address? string
--- Postal code.
---@field zip_code? string
--- City.
---@field city? string

--- Returns how your subscription provider is set up.
---@async
---@param args? luapay.mobilepay_subscriptions.GetProviderArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_subscriptions.GetProviderResult? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:get_provider(args, options) end

---@class luapay.mobilepay_subscriptions.UpdateProviderArgs.operations
--- The new value, like the field's; an amount goes as text.
---@field value any|luapay.Null
--- What to replace.
---@field path "/payment_status_callback_url"
--- What to do: replace, the only one there is.
---@field op? "replace"
--- In the schema; replace has no use for it.
---@field from? string|luapay.Null

---@class luapay.mobilepay_subscriptions.UpdateProviderArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string
--- The changes, each { path = , value = }.
---@field operations luapay.mobilepay_subscriptions.UpdateProviderArgs.operations[]

--- Says which URL hears how payments went.
---@async
---@param args luapay.mobilepay_subscriptions.UpdateProviderArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:update_provider(args, options) end

---@class luapay.mobilepay_subscriptions.SetCallbackAuthOauth2Args
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string
--- MobilePay's client id at your token server.
---@field client_id string
--- MobilePay's client secret at your token server.
---@field client_secret string
--- Your token server; called with Basic authentication.
---@field token_url string
--- Scope of the token.
---@field scope? string|luapay.Null

--- Lets callbacks authenticate with a token of your server.
---@async
---@param args luapay.mobilepay_subscriptions.SetCallbackAuthOauth2Args
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:set_callback_auth_oauth2(args, options) end

---@class luapay.mobilepay_subscriptions.SetCallbackAuthApiKeyArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string
--- The whole Authorization header of callbacks, as it is.
---@field api_key string

--- Lets callbacks authenticate with a key.
---@async
---@param args luapay.mobilepay_subscriptions.SetCallbackAuthApiKeyArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:set_callback_auth_api_key(args, options) end

---@class luapay.mobilepay_subscriptions.SetCallbackAuthBasicArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string
--- Password of callbacks.
---@field password string
--- User name of callbacks.
---@field user_name string

--- Lets callbacks authenticate with a user name and password.
---@async
---@param args luapay.mobilepay_subscriptions.SetCallbackAuthBasicArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:set_callback_auth_basic(args, options) end

---@alias luapay.mobilepay_subscriptions.CreateAgreementArgs.links.rel
---| "user-redirect"
---| "success-callback"
---| "cancel-callback"
---| "cancel-redirect"

---@class luapay.mobilepay_subscriptions.CreateAgreementArgs.links
--- What the link is for.
---@field rel luapay.mobilepay_subscriptions.CreateAgreementArgs.links.rel
--- The URL; a callback's uses port 80 or 443.
---@field href string

---@class luapay.mobilepay_subscriptions.CreateAgreementArgs.one_off_payment
--- How much, in the agreement's currency.
---@field amount string|number|luapay.Money
--- Your own id; 30 characters show on bank statements.
---@field external_id string
--- What it is for, as the user sees it.
---@field description? string|luapay.Null
--- Minutes that the user has; a day if left out.
---@field expiration_timeout_minutes? integer|luapay.Null

---@class luapay.mobilepay_subscriptions.CreateAgreementArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string
--- Country: DK with DKK, FI with EUR.
---@field country_code "DK"|"FI"
--- Currency: DKK in DK, EUR in FI.
---@field currency "DKK"|"EUR"
--- Minutes that the user has to accept.
---@field expiration_timeout_minutes integer
--- Where the user comes back to, and who hears of the answer.
---@field links luapay.mobilepay_subscriptions.CreateAgreementArgs.links[]
--- Name of the plan, as the user sees it.
---@field plan string
--- Your own id of the agreement.
---@field external_id? string|luapay.Null
--- Price of a period; left out, it varies.
---@field amount? string|number|luapay.Money|luapay.Null
--- What it is for, as the user sees it.
---@field description? string|luapay.Null
--- Time of the next payment; not used.
---@field next_payment_date? string|luapay.Null
--- Payments a year; 0, as if left out, is any.
---@field frequency? integer|luapay.Null
--- The user's phone with country, to prefill the page.
---@field mobile_phone_number? string|luapay.Null
--- A payment that the user makes at once.
---@field one_off_payment? luapay.mobilepay_subscriptions.CreateAgreementArgs.one_off_payment
--- Whether the user may not turn notifications off.
---@field disable_notification_management? boolean|luapay.Null
--- Whether the user is told of payments; yes if left out.
---@field notifications_on? boolean|luapay.Null
--- Hours before which the user cannot cancel.
---@field retention_period_hours? integer

---@class luapay.mobilepay_subscriptions.CreateAgreementResult.links
--- What the link is for: mobile-pay is where the user goes.
---@field rel? string
--- The URL.
---@field href? string

---@class luapay.mobilepay_subscriptions.CreateAgreementResult
--- The agreement.
---@field id string
--- The payment made at once, if one was asked for.
---@field one_off_payment_id? string
--- mobile-pay is where the user goes.
---@field links? luapay.mobilepay_subscriptions.CreateAgreementResult.links[]

--- Asks a user to agree to recurring payments.
---@async
---@param args luapay.mobilepay_subscriptions.CreateAgreementArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_subscriptions.CreateAgreementResult? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:create_agreement(args, options) end

---@class luapay.mobilepay_subscriptions.ListAgreementsArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- Which page, from 1.
---@field pageNumber integer
--- Only those: Accepted, Pending, Rejected, Expired, Canceled.
---@field status? string
--- Agreements on a page; say it.
---@field pageSize? integer
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

---@class luapay.mobilepay_subscriptions.ListAgreementsResult.agreements.links
--- What the link is for: mobile-pay is where the user goes.
---@field rel? string
--- The URL.
---@field href? string

---@class luapay.mobilepay_subscriptions.ListAgreementsResult.agreements
--- The agreement.
---@field id? string
--- When it was made.
---@field date_created? string
--- When the user accepted.
---@field date_accepted? string
--- When it was canceled.
---@field date_canceled? string
--- Your own id.
---@field external_id? string
--- Price of a period, as decimal text.
---@field amount? string
--- Its currency.
---@field currency? string
--- Day of the next payment.
---@field next_payment_date? string
--- Payments a year.
---@field frequency? integer
--- Name of the plan.
---@field plan? string
--- What it is for.
---@field description? string
--- Pending, Accepted, Rejected, Expired or Canceled.
---@field status? string
--- Country.
---@field country_code? string
--- Its links.
---@field links? luapay.mobilepay_subscriptions.ListAgreementsResult.agreements.links[]
--- Minutes that the user has to accept.
---@field expiration_timeout_minutes? integer

---@class luapay.mobilepay_subscriptions.ListAgreementsResult
--- Agreements on a page.
---@field page_size? integer
--- The agreements; fewer than a page holds: the last.
---@field agreements? luapay.mobilepay_subscriptions.ListAgreementsResult.agreements[]

---@class luapay.mobilepay_subscriptions.ListAgreementsPage : luapay.Page
---@field [integer] luapay.mobilepay_subscriptions.ListAgreementsResult
---@field items fun(): luapay.mobilepay_subscriptions.ListAgreementsResult.agreements[]
---@field next async fun(): luapay.mobilepay_subscriptions.ListAgreementsPage?, luapay.Fault?

--- Returns agreements, page by page.
---@async
---@param args luapay.mobilepay_subscriptions.ListAgreementsArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_subscriptions.ListAgreementsPage? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:list_agreements(args, options) end

---@alias luapay.mobilepay_subscriptions.UpdateAgreementArgs.operations.path
---| "/amount"
---| "/plan"
---| "/description"
---| "/next_payment_date"
---| "/frequency"
---| "/external_id"
---| "/success-callback"
---| "/cancel-callback"
---| "/cancel-redirect"
---| "/disable_notification_management"

---@class luapay.mobilepay_subscriptions.UpdateAgreementArgs.operations
--- The new value, like the field's; an amount goes as text.
---@field value any|luapay.Null
--- What to replace.
---@field path luapay.mobilepay_subscriptions.UpdateAgreementArgs.operations.path
--- What to do: replace, the only one there is.
---@field op? "replace"
--- In the schema; replace has no use for it.
---@field from? string|luapay.Null

---@class luapay.mobilepay_subscriptions.UpdateAgreementArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The agreement.
---@field agreementid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string
--- The changes, each { path = , value = }.
---@field operations luapay.mobilepay_subscriptions.UpdateAgreementArgs.operations[]

--- Changes an agreement.
---@async
---@param args luapay.mobilepay_subscriptions.UpdateAgreementArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:update_agreement(args, options) end

---@class luapay.mobilepay_subscriptions.CancelAgreementArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The agreement.
---@field agreementid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

--- Ends an agreement for good, its reservations too.
---@async
---@param args luapay.mobilepay_subscriptions.CancelAgreementArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:cancel_agreement(args, options) end

---@class luapay.mobilepay_subscriptions.RequestPaymentsArgs.payments
--- The agreement that pays.
---@field agreement_id string
--- How much, in the agreement's currency.
---@field amount string|number|luapay.Money
--- What it is for, as the user sees it.
---@field description string
--- Day of the payment: in 2 to 126 days.
---@field due_date string
--- Your own id; another one for each due date.
---@field external_id string
--- Time of the next payment; not used.
---@field next_payment_date? string|luapay.Null
--- Days on which it is tried; 1 if left out.
---@field grace_period_days? integer|luapay.Null

---@class luapay.mobilepay_subscriptions.RequestPaymentsArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string
--- The payments, at most 2000.
---@field payments luapay.mobilepay_subscriptions.RequestPaymentsArgs.payments[]

---@class luapay.mobilepay_subscriptions.RequestPaymentsResult.pending_payments
--- The payment.
---@field payment_id? string
--- Your own id.
---@field external_id? string

---@class luapay.mobilepay_subscriptions.RequestPaymentsResult.rejected_payments
--- Your own id.
---@field external_id? string
--- What is wrong with it.
---@field error_description? string

---@class luapay.mobilepay_subscriptions.RequestPaymentsResult
--- Taken in, not yet good: callbacks tell.
---@field pending_payments? luapay.mobilepay_subscriptions.RequestPaymentsResult.pending_payments[]
--- Turned down for their form.
---@field rejected_payments? luapay.mobilepay_subscriptions.RequestPaymentsResult.rejected_payments[]

--- Requests payments of agreements, at most 2000 at a time.
---@async
---@param args luapay.mobilepay_subscriptions.RequestPaymentsArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_subscriptions.RequestPaymentsResult? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:request_payments(args, options) end

---@class luapay.mobilepay_subscriptions.UpdatePaymentRequestArgs.operations
--- The new value, like the field's; an amount goes as text.
---@field value any|luapay.Null
--- What to replace.
---@field path "/amount"
--- What to do: replace, the only one there is.
---@field op? "replace"
--- In the schema; replace has no use for it.
---@field from? string|luapay.Null

---@class luapay.mobilepay_subscriptions.UpdatePaymentRequestArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The agreement.
---@field agreementid string
--- The payment.
---@field paymentid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string
--- The changes, each { path = , value = }.
---@field operations luapay.mobilepay_subscriptions.UpdatePaymentRequestArgs.operations[]

--- Lowers a payment's amount, measured by the first one.
---@async
---@param args luapay.mobilepay_subscriptions.UpdatePaymentRequestArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:update_payment_request(args, options) end

---@class luapay.mobilepay_subscriptions.DeclinePaymentRequestArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The agreement.
---@field agreementid string
--- The payment.
---@field paymentid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

--- Takes a payment back before it is executed.
---@async
---@param args luapay.mobilepay_subscriptions.DeclinePaymentRequestArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:decline_payment_request(args, options) end

---@class luapay.mobilepay_subscriptions.RequestOneOffPaymentArgs.links
--- What the link is for.
---@field rel "user-redirect"
--- Where the user comes back to.
---@field href string

---@alias luapay.mobilepay_subscriptions.RequestOneOffPaymentArgs.links
---| luapay.mobilepay_subscriptions.RequestOneOffPaymentArgs.links[]
---| luapay.Null

---@class luapay.mobilepay_subscriptions.RequestOneOffPaymentArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The agreement.
---@field agreementid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string
--- How much, in the agreement's currency.
---@field amount string|number|luapay.Money
--- What it is for, as the user sees it.
---@field description string
--- Your own id; 30 characters show on bank statements.
---@field external_id string
--- Where the user comes back to.
---@field links? luapay.mobilepay_subscriptions.RequestOneOffPaymentArgs.links
--- Whether to reserve without asking; needs approval.
---@field auto_reserve? boolean
--- Minutes that the user has; a day if left out.
---@field expiration_timeout_minutes? integer|luapay.Null

---@class luapay.mobilepay_subscriptions.RequestOneOffPaymentResult.links
--- What the link is for: mobile-pay is where the user goes.
---@field rel? string
--- The URL.
---@field href? string

---@class luapay.mobilepay_subscriptions.RequestOneOffPaymentResult
--- The payment.
---@field id string
--- mobile-pay is where the user goes.
---@field links? luapay.mobilepay_subscriptions.RequestOneOffPaymentResult.links[]

--- Asks a user with an agreement for one more payment.
---@async
---@param args luapay.mobilepay_subscriptions.RequestOneOffPaymentArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_subscriptions.RequestOneOffPaymentResult? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:request_one_off_payment(args, options) end

---@class luapay.mobilepay_subscriptions.CancelOneOffPaymentArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The agreement.
---@field agreementid string
--- The payment.
---@field paymentid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

--- Releases a one-off payment that was not captured.
---@async
---@param args luapay.mobilepay_subscriptions.CancelOneOffPaymentArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:cancel_one_off_payment(args, options) end

---@class luapay.mobilepay_subscriptions.UpdatePaymentAttachmentArgs.attachment_details.articles
--- Number of the article.
---@field article_number? string|luapay.Null
--- What it is.
---@field article_description string
--- How many units.
---@field quantity? number|string|luapay.Null
--- Unit of the quantity.
---@field unit? string|luapay.Null
--- Price of one unit.
---@field price_per_unit? string|number|luapay.Money|luapay.Null
--- VAT, in percent.
---@field vat_rate? number|string|luapay.Null
--- VAT of all units.
---@field total_vat_amount? string|number|luapay.Money|luapay.Null
--- Price of all, with VAT.
---@field total_price_including_vat? string|number|luapay.Money|luapay.Null

---@alias luapay.mobilepay_subscriptions.UpdatePaymentAttachmentArgs.attachment_details.articles
---| luapay.mobilepay_subscriptions.UpdatePaymentAttachmentArgs.attachment_details.articles[]
---| luapay.Null

---@class luapay.mobilepay_subscriptions.UpdatePaymentAttachmentArgs.attachment_details
--- Title of the document.
---@field document_title? string|luapay.Null
--- Whether your address stays out.
---@field hide_payment_point_address? boolean
--- Name of the consumer.
---@field consumer_name? string|luapay.Null
--- Address of the consumer.
---@field consumer_address_lines? string[]|luapay.Null
--- Phone of the consumer.
---@field consumer_phone_number? string|luapay.Null
--- Whom to ask.
---@field merchant_contact_name? string|luapay.Null
--- Where it was delivered.
---@field delivery_address_lines? string[]|luapay.Null
--- Day of the delivery.
---@field delivery_date? string|luapay.Null
--- Number of the invoice.
---@field invoice_number? string|luapay.Null
--- Number of your order.
---@field merchant_order_number? string|luapay.Null
--- Number of the buyer's order.
---@field buyer_order_number? string|luapay.Null
--- Day of the invoice.
---@field issue_date? string|luapay.Null
--- Day on which it is due.
---@field due_date? string|luapay.Null
--- Day of the order.
---@field order_date? string|luapay.Null
--- Reference of the payment.
---@field payment_reference? string|luapay.Null
--- A remark.
---@field comment? string|luapay.Null
--- What is taken off.
---@field price_reduction? string|number|luapay.Money|luapay.Null
--- Discount.
---@field price_discount? string|number|luapay.Money|luapay.Null
--- Bonus.
---@field bonus? string|number|luapay.Money|luapay.Null
--- Total without VAT.
---@field total_amount_ex_vat? string|number|luapay.Money|luapay.Null
--- VAT of the total.
---@field total_vat_amount? string|number|luapay.Money|luapay.Null
--- Total, with VAT.
---@field total_amount string|number|luapay.Money
--- What was bought.
---@field articles? luapay.mobilepay_subscriptions.UpdatePaymentAttachmentArgs.attachment_details.articles

---@class luapay.mobilepay_subscriptions.UpdatePaymentAttachmentArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The payment.
---@field paymentid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string
--- URL of a document of yours.
---@field external_attachment_url? string|luapay.Null
--- Whether MobilePay makes a PDF of the details.
---@field generate_pdf? boolean
--- What the document says.
---@field attachment_details? luapay.mobilepay_subscriptions.UpdatePaymentAttachmentArgs.attachment_details

--- Attaches an invoice to a payment, in place of another.
---@async
---@param args luapay.mobilepay_subscriptions.UpdatePaymentAttachmentArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:update_payment_attachment(args, options) end

---@class luapay.mobilepay_subscriptions.ListRefundsArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The agreement.
---@field agreementid string
--- The payment.
---@field paymentid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

---@class luapay.mobilepay_subscriptions.ListRefundsResult
--- The refund.
---@field id? string
--- How much, as decimal text.
---@field amount? string
--- Its currency.
---@field currency? string
--- Requested, Issued or Declined.
---@field status? string
--- Your own id.
---@field externalId? string
--- The transaction of the payment.
---@field paymentTransactionId? string

--- Returns the refunds of a payment.
---@async
---@param args luapay.mobilepay_subscriptions.ListRefundsArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_subscriptions.ListRefundsResult[]? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:list_refunds(args, options) end

---@class luapay.mobilepay_subscriptions.RequestRefundArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The agreement.
---@field agreementid string
--- The payment.
---@field paymentid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string
--- How much; left out, all that is left of the payment.
---@field amount? string|number|luapay.Money|luapay.Null
--- URL that hears whether the money went back.
---@field status_callback_url? string|luapay.Null
--- Your own id; comes back with the callback.
---@field external_id? string|luapay.Null

---@class luapay.mobilepay_subscriptions.RequestRefundResult
--- The refund.
---@field id string
--- How much, as decimal text.
---@field amount? string
--- URL that hears whether the money went back.
---@field status_callback_url? string
--- Your own id.
---@field external_id? string

--- Gives money of a payment back; callbacks tell how it went.
---@async
---@param args luapay.mobilepay_subscriptions.RequestRefundArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_subscriptions.RequestRefundResult? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:request_refund(args, options) end

---@class luapay.mobilepay_subscriptions.GetMerchantArgs
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

---@class luapay.mobilepay_subscriptions.GetMerchantResult.SubscriptionProviders
--- The provider; what providerid takes.
---@field SubscriptionProviderId? string
--- Name that users see.
---@field Name? string
--- Home page.
---@field HomepageUrl? string
--- Where users get help.
---@field CustomerServiceEmail? string
--- Page on which users serve themselves.
---@field SelfServicePortalUrl? string
--- Page of questions.
---@field FaqUrl? string
--- State of the provider.
---@field Status? string
--- Street address.
---@field Address? string
--- Postal code.
---@field ZipCode? string
--- City.
---@field City? string

---@class luapay.mobilepay_subscriptions.GetMerchantResult
--- The merchant.
---@field Id? string
--- The merchant's providers.
---@field SubscriptionProviders? luapay.mobilepay_subscriptions.GetMerchantResult.SubscriptionProviders[]

--- Returns your merchant and its subscription providers.
---@async
---@param args? luapay.mobilepay_subscriptions.GetMerchantArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_subscriptions.GetMerchantResult? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:get_merchant(args, options) end

---@class luapay.mobilepay_subscriptions.GetAgreementArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The agreement.
---@field agreementid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

---@class luapay.mobilepay_subscriptions.GetAgreementResult.links
--- What the link is for: mobile-pay is where the user goes.
---@field rel? string
--- The URL.
---@field href? string

---@class luapay.mobilepay_subscriptions.GetAgreementResult
--- The agreement.
---@field id? string
--- When it was made.
---@field date_created? string
--- When the user accepted.
---@field date_accepted? string
--- When it was canceled.
---@field date_canceled? string
--- Your own id.
---@field external_id? string
--- Price of a period, as decimal text.
---@field amount? string
--- Its currency.
---@field currency? string
--- Day of the next payment.
---@field next_payment_date? string
--- Payments a year.
---@field frequency? integer
--- Name of the plan.
---@field plan? string
--- What it is for.
---@field description? string
--- Pending, Accepted, Rejected, Expired or Canceled.
---@field status? string
--- Country.
---@field country_code? string
--- Its links.
---@field links? luapay.mobilepay_subscriptions.GetAgreementResult.links[]
--- Minutes that the user has to accept.
---@field expiration_timeout_minutes? integer

--- Returns an agreement.
---@async
---@param args luapay.mobilepay_subscriptions.GetAgreementArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_subscriptions.GetAgreementResult? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:get_agreement(args, options) end

---@class luapay.mobilepay_subscriptions.ListPaymentRequestsArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The agreement.
---@field agreementid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

---@class luapay.mobilepay_subscriptions.ListPaymentRequestsResult
--- The payment.
---@field id? string
--- The agreement.
---@field agreement_id? string
--- How much, as decimal text.
---@field amount? string
--- Day of the payment.
---@field due_date? string
--- How it stands.
---@field status? string
--- Your own id.
---@field external_id? string
--- Your own id of the agreement.
---@field external_agreement_id? string
--- Day of the next payment.
---@field next_payment_date? string
--- What it is for.
---@field description? string
--- The transaction of the payment.
---@field payment_transaction_id? string
--- Days on which it is tried.
---@field grace_period_days? integer

--- Returns the payments of an agreement.
---@async
---@param args luapay.mobilepay_subscriptions.ListPaymentRequestsArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_subscriptions.ListPaymentRequestsResult[]? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:list_payment_requests(args, options) end

---@class luapay.mobilepay_subscriptions.GetPaymentRequestArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The agreement.
---@field agreementid string
--- The payment.
---@field paymentid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

---@class luapay.mobilepay_subscriptions.GetPaymentRequestResult
--- The payment.
---@field id? string
--- The agreement.
---@field agreement_id? string
--- How much, as decimal text.
---@field amount? string
--- Day of the payment.
---@field due_date? string
--- How it stands.
---@field status? string
--- Your own id.
---@field external_id? string
--- Your own id of the agreement.
---@field external_agreement_id? string
--- Day of the next payment.
---@field next_payment_date? string
--- What it is for.
---@field description? string
--- The transaction of the payment.
---@field payment_transaction_id? string
--- Days on which it is tried.
---@field grace_period_days? integer

--- Returns a payment of an agreement.
---@async
---@param args luapay.mobilepay_subscriptions.GetPaymentRequestArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_subscriptions.GetPaymentRequestResult? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:get_payment_request(args, options) end

---@class luapay.mobilepay_subscriptions.ListOneOffPaymentsArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The agreement.
---@field agreementid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

---@class luapay.mobilepay_subscriptions.ListOneOffPaymentsResult
--- The payment.
---@field id? string
--- The agreement.
---@field agreement_id? string
--- Its currency.
---@field currency? string
--- How much, as decimal text.
---@field amount? string
--- What it is for.
---@field description? string
--- Requested, Reserved, Captured, Rejected, Expired, Canceled.
---@field status? string
--- Your own id.
---@field external_id? string
--- The transaction of the payment.
---@field payment_transaction_id? string
--- Minutes that the user has.
---@field expiration_timeout_minutes? integer

--- Returns the one-off payments of an agreement.
---@async
---@param args luapay.mobilepay_subscriptions.ListOneOffPaymentsArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_subscriptions.ListOneOffPaymentsResult[]? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:list_one_off_payments(args, options) end

---@class luapay.mobilepay_subscriptions.GetOneOffPaymentArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The agreement.
---@field agreementid string
--- The payment.
---@field paymentid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

---@class luapay.mobilepay_subscriptions.GetOneOffPaymentResult
--- The payment.
---@field id? string
--- The agreement.
---@field agreement_id? string
--- Its currency.
---@field currency? string
--- How much, as decimal text.
---@field amount? string
--- What it is for.
---@field description? string
--- Requested, Reserved, Captured, Rejected, Expired, Canceled.
---@field status? string
--- Your own id.
---@field external_id? string
--- The transaction of the payment.
---@field payment_transaction_id? string
--- Minutes that the user has.
---@field expiration_timeout_minutes? integer

--- Returns a one-off payment.
---@async
---@param args luapay.mobilepay_subscriptions.GetOneOffPaymentArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_subscriptions.GetOneOffPaymentResult? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:get_one_off_payment(args, options) end

---@class luapay.mobilepay_subscriptions.CaptureOneOffPaymentArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The agreement.
---@field agreementid string
--- The payment.
---@field paymentid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

--- Takes the money of a reserved one-off payment, all of it.
---@async
---@param args luapay.mobilepay_subscriptions.CaptureOneOffPaymentArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:capture_one_off_payment(args, options) end

---@class luapay.mobilepay_subscriptions.GetPaymentAttachmentArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The payment.
---@field paymentid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

---@class luapay.mobilepay_subscriptions.GetPaymentAttachmentResult.attachment_details.articles
--- Number of the article.
---@field article_number? string
--- What it is.
---@field article_description? string
--- How many units.
---@field quantity? number
--- Unit of the quantity.
---@field unit? string
--- Price of one unit.
---@field price_per_unit? string
--- VAT, in percent.
---@field vat_rate? number
--- VAT of all units.
---@field total_vat_amount? string
--- Price of all, with VAT.
---@field total_article_amount? string

---@class luapay.mobilepay_subscriptions.GetPaymentAttachmentResult.attachment_details
--- Title of the document.
---@field document_title? string
--- Whether your address stays out.
---@field hide_payment_point_address? boolean
--- Name of the consumer.
---@field consumer_name? string
--- Address of the consumer.
---@field consumer_address_lines? string[]
--- Phone of the consumer.
---@field alias? string
--- Your name.
---@field payment_point_name? string
--- Your address.
---@field payment_point_address_lines? string[]
--- Your company number.
---@field merchant_cvr? string
--- Whom to ask.
---@field merchant_contact_name? string
--- Where it was delivered.
---@field delivery_address_lines? string[]
--- Day of the delivery.
---@field delivery_date? string
--- Number of the invoice.
---@field invoice_number? string
--- Number of your order.
---@field merchant_order_id? string
--- Number of the buyer's order.
---@field buyer_id? string
--- Day of the invoice.
---@field issue_date? string
--- Day on which it is due.
---@field due_date? string
--- Day of the order.
---@field order_date? string
--- Reference of the payment.
---@field payment_reference? string
--- A remark.
---@field comment? string
--- What is taken off.
---@field price_deduction? string
--- Discount.
---@field discount? string
--- Bonus.
---@field bonus? string
--- Total without VAT.
---@field total_ex_vat? string
--- VAT of the total.
---@field total_vat_amount? string
--- Total, with VAT.
---@field total_amount? string
--- What was bought.
---@field articles? luapay.mobilepay_subscriptions.GetPaymentAttachmentResult.attachment_details.articles[]
--- Country, as a number: 0, 1 or 2.
---@field country_code? integer

---@class luapay.mobilepay_subscriptions.GetPaymentAttachmentResult
--- URL of a document of yours.
---@field external_attachment_url? string
--- Whether MobilePay makes a PDF of the details.
---@field generate_pdf? boolean
--- What the document says; names differ from the update's.
---@field attachment_details? luapay.mobilepay_subscriptions.GetPaymentAttachmentResult.attachment_details

--- Returns the attachment of a payment.
---@async
---@param args luapay.mobilepay_subscriptions.GetPaymentAttachmentArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_subscriptions.GetPaymentAttachmentResult? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:get_payment_attachment(args, options) end

---@class luapay.mobilepay_subscriptions.DeletePaymentAttachmentArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The payment.
---@field paymentid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

--- Takes the attachment of a payment away.
---@async
---@param args luapay.mobilepay_subscriptions.DeletePaymentAttachmentArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:delete_payment_attachment(args, options) end

---@class luapay.mobilepay_subscriptions.GetPaymentAttachmentPdfArgs
--- Your subscription provider; set once, on the client.
---@field providerid? string
--- The payment.
---@field paymentid string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

--- Returns the attachment of a payment as PDF, in `content`.
---@async
---@param args luapay.mobilepay_subscriptions.GetPaymentAttachmentPdfArgs
---@param options? luapay.CallOptions
---@return { content: string }? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:get_payment_attachment_pdf(args, options) end

---@class luapay.mobilepay_subscriptions.SimulateAgreementDecisionArgs
--- The agreement.
---@field id string
--- The test user who acts; may be set on the client.
---@field authenticateduser? string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string
--- What the user decides.
---@field status "Accepted"|"Rejected"
--- Whether the user is told of payments.
---@field notifications_on? boolean

--- Lets a test user accept or reject an agreement.
---@async
---@param args luapay.mobilepay_subscriptions.SimulateAgreementDecisionArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:simulate_agreement_decision(args, options) end

---@class luapay.mobilepay_subscriptions.SimulateOneOffDecisionArgs.operations
--- The new value, like the field's; an amount goes as text.
---@field value any|luapay.Null
--- What to replace.
---@field path string
--- What to do: replace, the only one there is.
---@field op? "replace"

---@class luapay.mobilepay_subscriptions.SimulateOneOffDecisionArgs
--- The agreement.
---@field agreementid string
--- The payment.
---@field paymentid string
--- The test user who acts; may be set on the client.
---@field authenticateduser? string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string
--- The changes, each { path = , value = }.
---@field operations luapay.mobilepay_subscriptions.SimulateOneOffDecisionArgs.operations[]

--- Lets a test user accept or reject a one-off payment.
---@async
---@param args luapay.mobilepay_subscriptions.SimulateOneOffDecisionArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:simulate_one_off_decision(args, options) end

---@class luapay.mobilepay_subscriptions.SimulateAgreementCancelArgs
--- The agreement.
---@field agreementid string
--- The test user who acts; may be set on the client.
---@field authenticateduser? string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string
--- What becomes of it: Canceled.
---@field status? "Canceled"

--- Lets a test user cancel an agreement.
---@async
---@param args luapay.mobilepay_subscriptions.SimulateAgreementCancelArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:simulate_agreement_cancel(args, options) end

---@class luapay.mobilepay_subscriptions.SimulatePaymentRejectArgs
--- The payment.
---@field paymentid string
--- The test user who acts; may be set on the client.
---@field authenticateduser? string
--- Ties MobilePay's logs to yours; a UUID.
---@field CorrelationId? string
--- Your gateway id, where one is asked for; set on the client.
---@field ["x-ibm-client-id"]? string
--- Your gateway secret, where one is asked for.
---@field ["x-ibm-client-secret"]? string

--- Lets a test user reject a payment.
---@async
---@param args luapay.mobilepay_subscriptions.SimulatePaymentRejectArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepaySubscriptions:simulate_payment_reject(args, options) end
