---@meta
-- The types of Mobip, made by `make meta`.

--- A client of Mobip.
---@class luapay.Mobip : luapay.Client
local Mobip = {}

---@class luapay.mobip.GetTokenArgs
--- Id of the account that uses the API.
---@field api_account_id string
--- Hours until the token ends; 1 if left out.
---@field api_ttl? string|integer
--- The account's secret key.
---@field api_secret_key string

---@class luapay.mobip.GetTokenResult
--- The session; gone after an hour of inactivity.
---@field access_token string
--- "0": all is well.
---@field return_code? string
--- What went wrong; present only when something did.
---@field return_message? string

--- Opens a session. The client does this by itself.
---@async
---@param args luapay.mobip.GetTokenArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.GetTokenResult? result
---@return luapay.Fault? fault
function Mobip:get_token(args, options) end

---@class luapay.mobip.SendPaymentRequestArgs
--- Price without tax, in minor units of the account's currency.
---@field item_amount_in_cents integer|luapay.Money
--- Total of the taxes, in minor units; the customer owes both.
---@field tax_amount integer|luapay.Money
--- Page to which the customer returns.
---@field redirect_url string
--- URL that is called when the customer has paid or not.
---@field call_back_url? string
--- Your own reference; comes back with the callback.
---@field track_id? string
--- What is sold.
---@field item_name string
--- The session; the client opens one and fills it in.
---@field access_token? string
--- Days between reminders; 0 if left out.
---@field retry_period? string|integer
--- Most reminders that are sent; 3 if left out.
---@field retry_attempts? string|integer
--- Days until the request ends; 365 if left out.
---@field transaction_ttl? string|integer
--- Language of the message and the form; EN if left out.
---@field language? "EN"|"FR"
--- The customer's name, to prefill the form.
---@field customer_name? string
--- Where the receipt goes; required for an SMS too.
---@field customer_email string
--- How the request is sent.
---@field media "SMS"|"EMAIL"
--- The customer's phone with + and country, for an SMS.
---@field customer_phone? string

---@class luapay.mobip.SendPaymentRequestResult
--- What went wrong; present only when something did.
---@field return_message? string
--- URL of the form on which the customer pays.
---@field url_checkout? string
--- Your own reference.
---@field track_id? string
--- URL of a picture of the QR code.
---@field url_qr? string
--- Picture of the QR code, a PNG as text, as received.
---@field raw_qr? string
--- The transaction; what is_valid takes.
---@field trid string|integer
--- "0": all is well.
---@field return_code? string

--- Asks a customer for money by SMS or e-mail.
---@async
---@param args luapay.mobip.SendPaymentRequestArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.SendPaymentRequestResult? result
---@return luapay.Fault? fault
function Mobip:send_payment_request(args, options) end

---@class luapay.mobip.CreateOneUseQrArgs
--- What is sold.
---@field item_name string
--- Language of the form; EN if left out.
---@field language? "EN"|"FR"
--- Your own reference.
---@field track_id? string
--- Total of the taxes, in minor units; the customer owes both.
---@field tax_amount_in_cents integer|luapay.Money
--- Price without tax, in minor units of the account's currency.
---@field item_amount_in_cents integer|luapay.Money
--- The customer's name, to prefill the form.
---@field customer_name? string
--- Where the receipt goes.
---@field customer_email? string
--- URL that is called when the customer has paid or not.
---@field call_back_url string
--- Page to which the customer returns.
---@field redirect_url string
--- Days until the code ends; 365 if left out.
---@field transaction_ttl? string|integer
--- The session; the client opens one and fills it in.
---@field access_token? string
--- The customer's phone with + and country.
---@field customer_phone? string

---@class luapay.mobip.CreateOneUseQrResult
--- "0": all is well.
---@field return_code? string
--- URL of a picture of the QR code.
---@field url_qr? string
--- What went wrong; present only when something did.
---@field return_message? string
--- The transaction; what is_valid takes.
---@field trid string|integer
--- URL of the form on which the customer pays.
---@field url_checkout? string

--- Makes a QR code with which one customer pays once.
---@async
---@param args luapay.mobip.CreateOneUseQrArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.CreateOneUseQrResult? result
---@return luapay.Fault? fault
function Mobip:create_one_use_qr(args, options) end

---@class luapay.mobip.LoginArgs
--- The session; the client opens one and fills it in.
---@field access_token? string

---@class luapay.mobip.LoginResult
--- "0": all is well.
---@field return_code? string
--- What went wrong; present only when something did.
---@field return_message? string

--- Tells whether the session is good; it opens none.
---@async
---@param args? luapay.mobip.LoginArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.LoginResult? result
---@return luapay.Fault? fault
function Mobip:login(args, options) end

---@class luapay.mobip.CancelTransactionArgs
--- The transaction, as it was returned when it was made.
---@field trid string|integer
--- The session; the client opens one and fills it in.
---@field access_token? string

---@class luapay.mobip.CancelTransactionResult
--- "0": all is well.
---@field return_code? string
--- What went wrong; present only when something did.
---@field return_message? string

--- Cancels a transaction.
---@async
---@param args luapay.mobip.CancelTransactionArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.CancelTransactionResult? result
---@return luapay.Fault? fault
function Mobip:cancel_transaction(args, options) end

---@class luapay.mobip.CreateReusableQrArgs
--- The session; the client opens one and fills it in.
---@field access_token? string
--- Price without tax, in minor units; EUR unless agreed.
---@field item_amount integer|luapay.Money
--- What is sold.
---@field item_name string
--- Total of the taxes, in minor units; the customer owes both.
---@field tax_amount integer|luapay.Money
--- URL of a picture; Mobip fetches and keeps it.
---@field item_photo string
--- URL of a video.
---@field item_video? string
--- A short text for the pop-up.
---@field item_message? string
--- The item's reference in your own system.
---@field item_reference? string
--- Category of the item.
---@field item_category? string
--- Brand of the item.
---@field item_brand? string

---@class luapay.mobip.CreateReusableQrResult
--- "0": all is well.
---@field return_code? string
--- The QR code; not a transaction, and no call takes it.
---@field qr_id string|integer
--- URL of a picture of the QR code.
---@field url_qr? string
--- URL of the form on which the customer pays.
---@field url_checkout? string
--- What went wrong; present only when something did.
---@field return_message? string

--- Makes a QR code with which any number of customers pay.
---@async
---@param args luapay.mobip.CreateReusableQrArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.CreateReusableQrResult? result
---@return luapay.Fault? fault
function Mobip:create_reusable_qr(args, options) end

---@class luapay.mobip.GetAccountArgs
--- Whether to return nothing but the documents asked for.
---@field document_only? boolean
--- The session; the client opens one and fills it in.
---@field access_token? string
--- User id of the account.
---@field uid string|integer
--- Names of the documents to return; none if left out.
---@field document_list? string[]

---@class luapay.mobip.GetAccountResult
--- "0": all is well.
---@field return_code? string
--- What went wrong; present only when something did.
---@field return_message? string
--- The account's attributes, a list or a map, as received.
---@field account_data? any

--- Returns an account by its user id.
---@async
---@param args luapay.mobip.GetAccountArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.GetAccountResult? result
---@return luapay.Fault? fault
function Mobip:get_account(args, options) end

---@class luapay.mobip.GetStatsArgs
--- Day of the statistics; left out, the whole month.
---@field day? string
--- The session; the client opens one and fills it in.
---@field access_token? string
--- Whether to make a file of them and return its URL.
---@field get_gz_file? boolean
--- Month of the statistics; left out, the current one.
---@field month_period? string

---@class luapay.mobip.GetStatsResult
--- URL of the file, kept for 24 hours, if one was asked for.
---@field url? string
--- What went wrong; present only when something did.
---@field return_message? string
--- "0": all is well.
---@field return_code? string
--- What the provider sent, as it is, where it is not JSON.
---@field content? string

--- Returns statistics, or as `content` what is not JSON.
---@async
---@param args? luapay.mobip.GetStatsArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.GetStatsResult? result
---@return luapay.Fault? fault
function Mobip:get_stats(args, options) end

---@class luapay.mobip.GetAccountByExternalIdArgs
--- The session; the client opens one and fills it in.
---@field access_token? string
--- The account's id in your own system.
---@field external_account_id string|integer
--- Whether to return nothing but the documents asked for.
---@field document_only? boolean
--- Names of the documents to return; none if left out.
---@field document_list? string[]

---@class luapay.mobip.GetAccountByExternalIdResult
--- "0": all is well.
---@field return_code? string
--- What went wrong; present only when something did.
---@field return_message? string
--- The account's attributes, a list or a map, as received.
---@field account_data? any

--- Returns an account by its id in your own system.
---@async
---@param args luapay.mobip.GetAccountByExternalIdArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.GetAccountByExternalIdResult? result
---@return luapay.Fault? fault
function Mobip:get_account_by_external_id(args, options) end

---@class luapay.mobip.UpdateAccountArgs.account_data
--- The account's id in your own system.
---@field External_AccountID? string|integer
--- Public key at the payment provider.
---@field Public_Payment_Provider_key? string
--- Private key at the payment provider.
---@field Private_Payment_Provider_key? string
--- Login at the payment provider.
---@field Payment_Provider_login? string

---@class luapay.mobip.UpdateAccountArgs
--- The session; the client opens one and fills it in.
---@field access_token? string
--- The attributes to set, by their names; JSON text goes as it is.
---@field account_data luapay.mobip.UpdateAccountArgs.account_data
--- User id of the account.
---@field uid string|integer

---@class luapay.mobip.UpdateAccountResult
--- "0": all is well.
---@field return_code? string
--- What went wrong; present only when something did.
---@field return_message? string

--- Sets attributes of an account.
---@async
---@param args luapay.mobip.UpdateAccountArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.UpdateAccountResult? result
---@return luapay.Fault? fault
function Mobip:update_account(args, options) end

---@class luapay.mobip.GetTransactionArgs
--- The session; the client opens one and fills it in.
---@field access_token? string
--- The transaction, as it was returned when it was made.
---@field trid string|integer

---@class luapay.mobip.GetTransactionResult
--- "0": all is well.
---@field return_code? string
--- All data of the transaction, a list or a map, as received.
---@field transaction_data? any
--- What went wrong; present only when something did.
---@field return_message? string

--- Returns all data of a transaction.
---@async
---@param args luapay.mobip.GetTransactionArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.GetTransactionResult? result
---@return luapay.Fault? fault
function Mobip:get_transaction(args, options) end

---@class luapay.mobip.GetInvoiceListArgs
--- The session; the client opens one and fills it in.
---@field access_token? string

---@class luapay.mobip.GetInvoiceListResult
--- "0": all is well.
---@field return_code? string
--- The invoices: invoice_id, invoice_date, amount.
---@field invoice_data? any
--- What went wrong; present only when something did.
---@field return_message? string

--- Returns the account's invoices, all at once.
---@async
---@param args? luapay.mobip.GetInvoiceListArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.GetInvoiceListResult? result
---@return luapay.Fault? fault
function Mobip:get_invoice_list(args, options) end

---@class luapay.mobip.GetInvoiceArgs
--- The invoice, as get_invoice_list returned it.
---@field invoice_id string|integer
--- The session; the client opens one and fills it in.
---@field access_token? string

---@class luapay.mobip.GetInvoiceResult
--- "0": all is well.
---@field return_code? string
--- What went wrong; present only when something did.
---@field return_message? string
--- The data of the invoice, a list or a map, as received.
---@field invoice_data? any

--- Returns one of the account's invoices.
---@async
---@param args luapay.mobip.GetInvoiceArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.GetInvoiceResult? result
---@return luapay.Fault? fault
function Mobip:get_invoice(args, options) end

---@class luapay.mobip.SetMobipTransactionsArgs
--- Transactions that are processed and leave the queue.
---@field trid_list (string|integer)[]
--- The session; the client opens one and fills it in.
---@field access_token? string

---@class luapay.mobip.SetMobipTransactionsResult
--- "0": all is well.
---@field return_code? string
--- Transactions that left the queue; compare with yours.
---@field removed_transactions_list? any

--- Takes processed transactions off the queue, for good.
---@async
---@param args luapay.mobip.SetMobipTransactionsArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.SetMobipTransactionsResult? result
---@return luapay.Fault? fault
function Mobip:set_mobip_transactions(args, options) end

---@class luapay.mobip.GetMobipTransactionsArgs
--- Most rows to return; all if left out.
---@field limit? string|integer
--- The session; the client opens one and fills it in.
---@field access_token? string

---@class luapay.mobip.GetMobipTransactionsResult
--- "0": all is well.
---@field return_code? string
--- Rows: id_flux, merchant_name, amount, fees and more.
---@field transactions_list? any

--- Returns transactions of the queue, which keeps them.
---@async
---@param args? luapay.mobip.GetMobipTransactionsArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.GetMobipTransactionsResult? result
---@return luapay.Fault? fault
function Mobip:get_mobip_transactions(args, options) end

---@class luapay.mobip.SetExternalInvoicesArgs.InvoicesLists.InvoicesList
--- The invoice.
---@field InvId? string|integer
--- Day of the invoice.
---@field InvDate? string
--- Day on which it is due.
---@field InvDueDate? string
--- What it is about.
---@field InvLbl? string
--- Its amount, in minor units.
---@field Amount_in_cents? integer|luapay.Money
--- One of the labels given to set_external_invoice_status.
---@field InvStatus? string

---@class luapay.mobip.SetExternalInvoicesArgs.InvoicesLists
--- The customer.
---@field CustomerId? string|integer
--- The customer's phone.
---@field CustomerPhone? string
--- The customer's e-mail address.
---@field CustomerEmail? string
--- What the customer owes, in minor units.
---@field CustomerBalance_in_cents? integer|luapay.Money
--- Day of that balance.
---@field CustomerBalance_Date? string
--- The customer's invoices.
---@field InvoicesList? luapay.mobip.SetExternalInvoicesArgs.InvoicesLists.InvoicesList[]

---@class luapay.mobip.SetExternalInvoicesArgs
--- Your own id of this import.
---@field BatchId? string|integer
--- Customers with their invoices; JSON text goes as it is.
---@field InvoicesLists luapay.mobip.SetExternalInvoicesArgs.InvoicesLists[]
--- The session; the client opens one and fills it in.
---@field access_token? string
--- The external system that the invoices come from.
---@field ExternalSourceId string|integer

---@class luapay.mobip.SetExternalInvoicesResult
--- "0": all is well.
---@field return_code? string
--- What went wrong; present only when something did.
---@field return_message? string

--- Imports the invoices of an external system.
---@async
---@param args luapay.mobip.SetExternalInvoicesArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.SetExternalInvoicesResult? result
---@return luapay.Fault? fault
function Mobip:set_external_invoices(args, options) end

---@class luapay.mobip.SetExternalInvoiceStatusArgs
--- The session; the client opens one and fills it in.
---@field access_token? string
--- The external system's label for: not due yet.
---@field pending string
--- The external system's label for: to be paid.
---@field due string
--- The external system's label for: paid.
---@field fully_paid string
--- The external system's label for: paid in part.
---@field partially_paid string
--- The external system that the invoices come from.
---@field ExternalSourceId string|integer

---@class luapay.mobip.SetExternalInvoiceStatusResult
--- "0": all is well.
---@field return_code? string
--- What went wrong; present only when something did.
---@field return_message? string

--- Says which label of an external system means what.
---@async
---@param args luapay.mobip.SetExternalInvoiceStatusArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.SetExternalInvoiceStatusResult? result
---@return luapay.Fault? fault
function Mobip:set_external_invoice_status(args, options) end

---@class luapay.mobip.GetExternalInvoicesArgs
--- The session; the client opens one and fills it in.
---@field access_token? string
--- Ids of the invoices to return; all if left out.
---@field InvoicesList? (string|integer)[]
--- The external system that the invoices come from.
---@field ExternalSourceId string|integer

---@class luapay.mobip.GetExternalInvoicesResult.InvoicesList.InvoicesList
--- The invoice.
---@field InvId? string|integer
--- Day of the invoice.
---@field InvDate? string
--- Day on which it is due.
---@field InvDueDate? string
--- What it is about.
---@field InvLbl? string
--- Its amount, in minor units.
---@field Amount_in_cents? string
--- One of the labels given to set_external_invoice_status.
---@field InvStatus? string

---@class luapay.mobip.GetExternalInvoicesResult.InvoicesList
--- The customer.
---@field CustomerId? string|integer
--- The customer's phone.
---@field CustomerPhone? string
--- The customer's e-mail address.
---@field CustomerEmail? string
--- What the customer owes, in minor units.
---@field CustomerBalance_in_cents? string
--- Day of that balance.
---@field CustomerBalance_Date? string
--- The customer's invoices.
---@field InvoicesList? luapay.mobip.GetExternalInvoicesResult.InvoicesList.InvoicesList[]

---@class luapay.mobip.GetExternalInvoicesResult
--- "0": all is well.
---@field return_code? string
--- What went wrong; present only when something did.
---@field return_message? string
--- The invoices, as received.
---@field InvoicesList? luapay.mobip.GetExternalInvoicesResult.InvoicesList[]

--- Returns invoices that were imported.
---@async
---@param args luapay.mobip.GetExternalInvoicesArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.GetExternalInvoicesResult? result
---@return luapay.Fault? fault
function Mobip:get_external_invoices(args, options) end

---@class luapay.mobip.GetExternalInvoicesStatusArgs
--- The external system that the invoices come from.
---@field ExternalSourceId string|integer
--- The session; the client opens one and fills it in.
---@field access_token? string

---@class luapay.mobip.GetExternalInvoicesStatusResult
--- "0": all is well.
---@field return_code? string
--- What went wrong; present only when something did.
---@field return_message? string
--- Which label means which status, as received.
---@field InvoiceStatusesList? any

--- Returns which label of an external system means what.
---@async
---@param args luapay.mobip.GetExternalInvoicesStatusArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.GetExternalInvoicesStatusResult? result
---@return luapay.Fault? fault
function Mobip:get_external_invoices_status(args, options) end

---@class luapay.mobip.IsValidArgs
--- The transaction, as it was returned when it was made.
---@field trid string|integer
--- The session; the client opens one and fills it in.
---@field access_token? string

---@class luapay.mobip.IsValidResult
--- "0": all is well.
---@field return_code? string
--- What went wrong; present only when something did.
---@field return_message? string
--- PAID, DENIED, PENDING, CANCELLED or ERROR.
---@field transaction_status string
--- Your own reference, or a list of the invoices paid.
---@field track_id? string
--- Why the transaction failed.
---@field reason? string
--- How the customer paid.
---@field payment_method? string
--- What was sold.
---@field desc? string
--- Whether the money went back to the customer.
---@field isRefunded? boolean
--- When, as received.
---@field transaction_datetime? string
--- The account's id in your own system.
---@field external_accountid? string|integer

--- Returns how a transaction stands; only PAID is paid.
---@async
---@param args luapay.mobip.IsValidArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.IsValidResult? result
---@return luapay.Fault? fault
function Mobip:is_valid(args, options) end

---@class luapay.mobip.ResendArgs
--- How the request is sent.
---@field media "SMS"|"EMAIL"
--- The transaction, as it was returned when it was made.
---@field trid string|integer
--- The session; the client opens one and fills it in.
---@field access_token? string

---@class luapay.mobip.ResendResult
--- "0": all is well.
---@field return_code? string
--- What went wrong; present only when something did.
---@field return_message? string

--- Sends a payment request once more.
---@async
---@param args luapay.mobip.ResendArgs
---@param options? luapay.CallOptions
---@return luapay.mobip.ResendResult? result
---@return luapay.Fault? fault
function Mobip:resend(args, options) end
