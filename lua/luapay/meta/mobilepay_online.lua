---@meta
-- The types of MobilePay Online, made by `make meta`.

--- A client of MobilePay Online.
---@class luapay.MobilepayOnline : luapay.Client
local MobilepayOnline = {}

---@class luapay.mobilepay_online.DeleteMerchantArgs
--- The merchant.
---@field merchantId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string

--- Deletes a merchant, for good.
---@async
---@param args luapay.mobilepay_online.DeleteMerchantArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepayOnline:delete_merchant(args, options) end

---@class luapay.mobilepay_online.GetMerchantArgs
--- The merchant.
---@field merchantId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string

---@class luapay.mobilepay_online.GetMerchantResult
--- The merchant.
---@field merchantId? string
--- The merchant's id in your own system.
---@field externalId? string
--- The merchant's name.
---@field name? string
--- Currency in which MobilePay bills the merchant.
---@field billingCurrency? string
--- Country of the merchant.
---@field countryCode? string
--- VAT number.
---@field vatNumber? string
--- Trade of the merchant, by ISO 18245.
---@field merchantCategoryCode? integer
--- Platform through which the merchant came.
---@field platformId? string

--- Returns a merchant.
---@async
---@param args luapay.mobilepay_online.GetMerchantArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.GetMerchantResult? result
---@return luapay.Fault? fault
function MobilepayOnline:get_merchant(args, options) end

---@class luapay.mobilepay_online.UpdateMerchantArgs
--- The merchant.
---@field merchantId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- The merchant's id in your own system.
---@field externalId? string|luapay.Null
--- Trade of the merchant, by ISO 18245.
---@field merchantCategoryCode? integer|luapay.Null
--- The merchant's name, which users see.
---@field name? string|luapay.Null
--- Currency in which MobilePay bills the merchant.
---@field billingCurrency? "DKK"|"EUR"|"SEK"|"NOK"|luapay.Null
--- Country of the merchant, or APAC.
---@field countryCode? string|luapay.Null
--- VAT number.
---@field vatNumber? string|luapay.Null
--- Platform through which the merchant came.
---@field platformId? string|luapay.Null

--- Changes what is given of a merchant.
---@async
---@param args luapay.mobilepay_online.UpdateMerchantArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepayOnline:update_merchant(args, options) end

---@class luapay.mobilepay_online.ListMerchantsArgs
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string

---@class luapay.mobilepay_online.ListMerchantsResult.merchants
--- The merchant.
---@field merchantId? string
--- The merchant's id in your own system.
---@field externalId? string
--- The merchant's name.
---@field name? string
--- Currency in which MobilePay bills the merchant.
---@field billingCurrency? string
--- Country of the merchant.
---@field countryCode? string
--- VAT number.
---@field vatNumber? string
--- Trade of the merchant, by ISO 18245.
---@field merchantCategoryCode? integer
--- Platform through which the merchant came.
---@field platformId? string

---@class luapay.mobilepay_online.ListMerchantsResult
--- All merchants, without pages.
---@field merchants? luapay.mobilepay_online.ListMerchantsResult.merchants[]

--- Returns all merchants.
---@async
---@param args? luapay.mobilepay_online.ListMerchantsArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.ListMerchantsResult? result
---@return luapay.Fault? fault
function MobilepayOnline:list_merchants(args, options) end

---@class luapay.mobilepay_online.CreateMerchantArgs
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- Currency in which MobilePay bills the merchant.
---@field billingCurrency "DKK"|"EUR"|"SEK"|"NOK"
--- Country of the merchant, or APAC.
---@field countryCode string
--- The merchant's id in your own system.
---@field externalId string
--- Trade of the merchant, by ISO 18245.
---@field merchantCategoryCode integer
--- The merchant's name, which users see.
---@field name string
--- VAT number; give it, later versions demand it.
---@field vatNumber? string|luapay.Null
--- Platform through which the merchant came.
---@field platformId? string|luapay.Null

---@class luapay.mobilepay_online.CreateMerchantResult
--- The merchant.
---@field merchantId string

--- Registers a merchant.
---@async
---@param args luapay.mobilepay_online.CreateMerchantArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.CreateMerchantResult? result
---@return luapay.Fault? fault
function MobilepayOnline:create_merchant(args, options) end

---@class luapay.mobilepay_online.GetPaymentArgs
--- The payment.
---@field paymentId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string

---@class luapay.mobilepay_online.GetPaymentResult.allowedCardTypes
--- Name of the card type.
---@field name string
--- URL that gets the encrypted card number.
---@field encryptedPanCallbackUrl string
--- URL that gets the token of a tokenized card.
---@field tokenCallbackUrl? string

---@class luapay.mobilepay_online.GetPaymentResult
--- The merchant.
---@field merchantId? string
--- The merchant's name, which users see.
---@field merchantName? string
--- The shop's logo.
---@field merchantLogoUrl? string
--- The shop's order.
---@field merchantOrderId? string
--- The shop's address.
---@field merchantUrl? string
--- Your own reference.
---@field pspReferenceId? string
--- How much, in minor units.
---@field amount? integer
--- Currency of the amount.
---@field currencyCode? string
--- Cards that may pay.
---@field allowedCardTypes? luapay.mobilepay_online.GetPaymentResult.allowedCardTypes[]
--- Whether the Visa part of a Visa/Dankort goes first.
---@field preferVisaPartOfVisaDankort? boolean
--- Your public key.
---@field publicKeyId? integer
--- Where the user comes back to.
---@field redirectFromMobilePayUrl? string
--- Whether goods may go to an address.
---@field deliveryAddressAllowed? boolean
--- Why not.
---@field deliveryAddressDisallowedReasonCode? integer

--- Returns a payment as it was initiated.
---@async
---@param args luapay.mobilepay_online.GetPaymentArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.GetPaymentResult? result
---@return luapay.Fault? fault
function MobilepayOnline:get_payment(args, options) end

---@class luapay.mobilepay_online.UpdatePaymentArgs
--- The payment.
---@field paymentId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- When the reservation ends; given when authorized, or longer.
---@field reservationExpireTimestamp? string|luapay.Null
--- Where the user comes back to, a URL or an app's.
---@field redirectFromMobilePayUrl? string|luapay.Null

--- Tells when the reservation of a payment ends.
---@async
---@param args luapay.mobilepay_online.UpdatePaymentArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepayOnline:update_payment(args, options) end

---@class luapay.mobilepay_online.CancelPaymentArgs
--- The payment.
---@field paymentId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- How much, in minor units; less than all will do.
---@field amount integer|luapay.Money
--- By it the provider recognises a repeated cancel.
---@field cancelIdentifier? string
--- When it happened at your side.
---@field timestamp string

---@class luapay.mobilepay_online.CancelPaymentResult
--- The cancel.
---@field cancelId? string

--- Tells that a reservation was released, or part of it.
---@async
---@param args luapay.mobilepay_online.CancelPaymentArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.CancelPaymentResult? result
---@return luapay.Fault? fault
function MobilepayOnline:cancel_payment(args, options) end

---@class luapay.mobilepay_online.CapturePaymentArgs
--- The payment.
---@field paymentId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- How much, in minor units; less than all will do.
---@field amount integer|luapay.Money
--- By it the provider recognises a repeated capture.
---@field captureIdentifier? string
--- When it happened at your side.
---@field timestamp string
--- The attempt that succeeded.
---@field authorizationAttemptId? string|luapay.Null

---@class luapay.mobilepay_online.CapturePaymentResult
--- The capture.
---@field captureId? string

--- Tells that a reservation was captured, or part of it.
---@async
---@param args luapay.mobilepay_online.CapturePaymentArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.CapturePaymentResult? result
---@return luapay.Fault? fault
function MobilepayOnline:capture_payment(args, options) end

---@class luapay.mobilepay_online.RefundPaymentArgs
--- The payment.
---@field paymentId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- How much, in minor units; less than all will do.
---@field amount integer|luapay.Money
--- By it the provider recognises a repeated refund.
---@field refundIdentifier? string
--- When it happened at your side.
---@field timestamp string

---@class luapay.mobilepay_online.RefundPaymentResult
--- The refund.
---@field refundId? string

--- Tells that captured money was refunded, or part of it.
---@async
---@param args luapay.mobilepay_online.RefundPaymentArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.RefundPaymentResult? result
---@return luapay.Fault? fault
function MobilepayOnline:refund_payment(args, options) end

---@alias luapay.mobilepay_online.InitiatePaymentArgs.allowedCardTypes.name
---| "MC-DEBIT"
---| "MC-CREDIT"
---| "MTRO-DEBIT"
---| "ELEC-DEBIT"
---| "VISA-DEBIT"
---| "VISA-CREDIT"
---| "DANKORT"

---@class luapay.mobilepay_online.InitiatePaymentArgs.allowedCardTypes
--- Name of the card type.
---@field name luapay.mobilepay_online.InitiatePaymentArgs.allowedCardTypes.name
--- URL that gets the encrypted card number.
---@field encryptedPanCallbackUrl string
--- URL that gets the token of a tokenized card.
---@field tokenCallbackUrl? string|luapay.Null

---@alias luapay.mobilepay_online.InitiatePaymentArgs.currencyCode
---| "DKK"
---| "EUR"
---| "NOK"
---| "SEK"
---| "USD"
---| "GBP"
---| "208"
---| "978"
---| "578"
---| "752"
---| "840"
---| "826"

---@class luapay.mobilepay_online.InitiatePaymentArgs
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- Cards that may pay, and who hears of each.
---@field allowedCardTypes luapay.mobilepay_online.InitiatePaymentArgs.allowedCardTypes[]
--- How much, in minor units: 495 is 4.95.
---@field amount integer|luapay.Money
--- Currency of the amount, by ISO 4217 code or number.
---@field currencyCode luapay.mobilepay_online.InitiatePaymentArgs.currencyCode
--- The merchant.
---@field merchantId string
--- The shop's logo: a public PNG or JPG of 250x250 pixels.
---@field merchantLogoUrl string
--- The merchant's name, which users see.
---@field merchantName string
--- The shop's order; at most 3 payments each.
---@field merchantOrderId string
--- The shop's address, for the receipt.
---@field merchantUrl string
--- Your reference: the same, for a merchant, is a repetition.
---@field pspReferenceId? string
--- Your public key, with which card data comes encrypted.
---@field publicKeyId integer
--- Where the user comes back to, a URL or an app's.
---@field redirectFromMobilePayUrl string
--- URL that hears when the payment runs out of time.
---@field failedPaymentCallbackUrl? string|luapay.Null
--- Whether the user's address is asked for too.
---@field isCheckout? boolean
--- URL that gets the address, for a checkout.
---@field addressCallbackUrl? string|luapay.Null
--- Whether goods may go to an address, for a checkout.
---@field deliveryAddressAllowed? boolean|luapay.Null
--- Why not: 1 unsaid, 2 no goods, 3 pick-up, 4, 5 parcel shop.
---@field deliveryAddressDisallowedReasonCode? integer|luapay.Null
--- Countries to which goods may go; empty, to all.
---@field deliveryLimitedTo? string[]|luapay.Null
--- When the payment ends; left out, MobilePay decides.
---@field validUntil? string|luapay.Null
--- Whether it counts as captured once it is authorized.
---@field autoCapture? boolean
--- Whether the Visa part of a Visa/Dankort goes first.
---@field preferVisaPartOfVisaDankort? boolean
--- Language of the page that the user sees.
---@field customerLanguageCode? "DA"|"EN"|"FI"|luapay.Null
--- Years; the payment fails when the user is younger.
---@field minimumMobilePayUserAge? integer|luapay.Null

---@class luapay.mobilepay_online.InitiatePaymentResult
--- The payment.
---@field paymentId string
--- Page to which the user is sent.
---@field redirectToMobilePayUrl? string
--- The same, for the app on this device.
---@field redirectToMobilePayAppUrl? string

--- Starts a payment that a user accepts in MobilePay.
---@async
---@param args luapay.mobilepay_online.InitiatePaymentArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.InitiatePaymentResult? result
---@return luapay.Fault? fault
function MobilepayOnline:initiate_payment(args, options) end

---@class luapay.mobilepay_online.InvalidatePaymentArgs
--- The payment.
---@field paymentId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string

--- Ends a payment that nobody has paid yet.
---@async
---@param args luapay.mobilepay_online.InvalidatePaymentArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepayOnline:invalidate_payment(args, options) end

---@class luapay.mobilepay_online.CreateRecurringAgreementArgs
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- The agreement's id in your own system.
---@field externalAgreementId string
--- The merchant.
---@field merchantId string
--- The shop's logo: a public PNG or JPG of 250x250 pixels.
---@field merchantLogoUrl string
--- The merchant's name, which users see.
---@field merchantName string
--- The shop's address.
---@field merchantWebsiteUrl string
--- URL that hears of the agreement's states.
---@field recurringAgreementCallbackUrl string
--- URL that gets a new card; answer by confirm_card_update.
---@field updateCardCallbackUrl string
--- Page on which the user manages the agreement.
---@field selfServiceUrl? string|luapay.Null

---@class luapay.mobilepay_online.CreateRecurringAgreementResult
--- The agreement.
---@field recurringAgreementId string

--- Makes an agreement; its first payment activates it.
---@async
---@param args luapay.mobilepay_online.CreateRecurringAgreementArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.CreateRecurringAgreementResult? result
---@return luapay.Fault? fault
function MobilepayOnline:create_recurring_agreement(args, options) end

---@class luapay.mobilepay_online.GetRecurringAgreementArgs
--- The agreement.
---@field agreementId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string

---@class luapay.mobilepay_online.GetRecurringAgreementResult
--- The agreement.
---@field recurringAgreementId? string
--- The merchant.
---@field merchantId? string
--- The merchant's name.
---@field merchantName? string
--- The shop's logo.
---@field merchantLogoUrl? string
--- The agreement's id in your own system.
---@field externalAgreementId? string
--- The shop's address.
---@field merchantWebsiteUrl? string
--- Page on which the user manages the agreement.
---@field selfServiceUrl? string
--- URL that hears of the agreement's states.
---@field recurringAgreementCallbackUrl? string
--- URL that gets a new card.
---@field updateCardCallbackUrl? string
--- Payment by which the card was verified.
---@field accountVerificationPaymentId? string

--- Returns an agreement.
---@async
---@param args luapay.mobilepay_online.GetRecurringAgreementArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.GetRecurringAgreementResult? result
---@return luapay.Fault? fault
function MobilepayOnline:get_recurring_agreement(args, options) end

---@class luapay.mobilepay_online.GetMitPaymentDetailsArgs
--- The payment.
---@field mitPaymentId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string

---@class luapay.mobilepay_online.GetMitPaymentDetailsResult
--- The merchant.
---@field merchantId? string
--- The merchant's name, which users see.
---@field merchantName? string
--- The shop's logo.
---@field merchantLogoUrl? string
--- The shop's order.
---@field merchantOrderId? string
--- The shop's address.
---@field merchantUrl? string
--- Your own reference.
---@field pspReferenceId? string
--- How much, in minor units.
---@field amount? integer
--- Currency of the amount.
---@field currencyCode? string
--- Names of the cards that may pay.
---@field allowedCardTypes? string[]

--- Returns a payment that the merchant initiated.
---@async
---@param args luapay.mobilepay_online.GetMitPaymentDetailsArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.GetMitPaymentDetailsResult? result
---@return luapay.Fault? fault
function MobilepayOnline:get_mit_payment_details(args, options) end

---@alias luapay.mobilepay_online.UpdateRecurringAgreementArgs.allowedCardTypes.name
---| "MC-DEBIT"
---| "MC-CREDIT"
---| "MTRO-DEBIT"
---| "ELEC-DEBIT"
---| "VISA-DEBIT"
---| "VISA-CREDIT"
---| "DANKORT"

---@class luapay.mobilepay_online.UpdateRecurringAgreementArgs.allowedCardTypes
--- Name of the card type.
---@field name luapay.mobilepay_online.UpdateRecurringAgreementArgs.allowedCardTypes.name
--- URL that gets the encrypted card number.
---@field encryptedPanCallbackUrl string
--- URL that gets the token of a tokenized card.
---@field tokenCallbackUrl? string|luapay.Null

---@alias luapay.mobilepay_online.UpdateRecurringAgreementArgs.allowedCardTypes
---| luapay.mobilepay_online.UpdateRecurringAgreementArgs.allowedCardTypes[]
---| luapay.Null

---@class luapay.mobilepay_online.UpdateRecurringAgreementArgs
--- The agreement.
---@field recurringAgreementId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- The shop's logo: a public PNG or JPG of 250x250 pixels.
---@field merchantLogoUrl? string|luapay.Null
--- The shop's address.
---@field merchantWebsiteUrl? string|luapay.Null
--- Page on which the user manages the agreement.
---@field selfServiceUrl? string|luapay.Null
--- URL that hears of the agreement's states.
---@field recurringAgreementCallbackUrl? string|luapay.Null
--- URL that gets a new card; answer by confirm_card_update.
---@field updateCardCallbackUrl? string|luapay.Null
--- Cards that may pay, and who hears of each.
---@field allowedCardTypes? luapay.mobilepay_online.UpdateRecurringAgreementArgs.allowedCardTypes

--- Changes what is given of an agreement.
---@async
---@param args luapay.mobilepay_online.UpdateRecurringAgreementArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepayOnline:update_recurring_agreement(args, options) end

---@class luapay.mobilepay_online.ConfirmCardUpdateArgs
--- The agreement.
---@field agreementId string
--- The payment that the callback with the card named.
---@field paymentId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- Whether it went well; if not, say why.
---@field succeeded boolean
--- Why not: 1xxx refused, 2xxx error, 3000 timeout.
---@field reasonCode? integer
--- Why not, in words.
---@field reasonMessage? string|luapay.Null
--- Where the user proves to be the holder of the card.
---@field threeDSecureUrl? string|luapay.Null
--- The acquirer's VAT number with country: DK20016175.
---@field acquirerVatNumber? string|luapay.Null
--- The shop's id at the acquirer.
---@field acquirerMerchantId? string|luapay.Null
--- The payment's id at the acquirer.
---@field acquirerPaymentReference? string|luapay.Null

--- Tells whether an agreement's new card is good.
---@async
---@param args luapay.mobilepay_online.ConfirmCardUpdateArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepayOnline:confirm_card_update(args, options) end

---@class luapay.mobilepay_online.UpdateMitPaymentArgs
--- The payment.
---@field paymentId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- Whether it went well; if not, say why.
---@field succeeded boolean
--- Why not: 1xxx refused, 2xxx error, 3000 timeout.
---@field reasonCode? integer
--- Why not, in words.
---@field reasonMessage? string|luapay.Null
--- The acquirer's VAT number with country: DK20016175.
---@field acquirerVatNumber? string|luapay.Null
--- The shop's id at the acquirer.
---@field acquirerMerchantId? string|luapay.Null
--- The payment's id at the acquirer.
---@field acquirerPaymentReference? string|luapay.Null

--- Tells whether the merchant's payment was authorized.
---@async
---@param args luapay.mobilepay_online.UpdateMitPaymentArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepayOnline:update_mit_payment(args, options) end

---@class luapay.mobilepay_online.CancelMitPaymentArgs
--- The payment.
---@field paymentId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- How much, in minor units; less than all will do.
---@field amount integer|luapay.Money
--- By it the provider recognises a repeated cancel.
---@field cancelIdentifier? string
--- When it happened at your side.
---@field timestamp string

---@class luapay.mobilepay_online.CancelMitPaymentResult
--- The cancel.
---@field cancelId? string

--- Tells that a reservation was released, or part of it.
---@async
---@param args luapay.mobilepay_online.CancelMitPaymentArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.CancelMitPaymentResult? result
---@return luapay.Fault? fault
function MobilepayOnline:cancel_mit_payment(args, options) end

---@class luapay.mobilepay_online.CaptureMitPaymentArgs
--- The payment.
---@field paymentId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- How much, in minor units; less than all will do.
---@field amount integer|luapay.Money
--- By it the provider recognises a repeated capture.
---@field captureIdentifier? string
--- When it happened at your side.
---@field timestamp string

---@class luapay.mobilepay_online.CaptureMitPaymentResult
--- The capture.
---@field captureId? string

--- Tells that a reservation was captured, or part of it.
---@async
---@param args luapay.mobilepay_online.CaptureMitPaymentArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.CaptureMitPaymentResult? result
---@return luapay.Fault? fault
function MobilepayOnline:capture_mit_payment(args, options) end

---@alias luapay.mobilepay_online.InitiateCitPaymentArgs.allowedCardTypes.name
---| "MC-DEBIT"
---| "MC-CREDIT"
---| "MTRO-DEBIT"
---| "ELEC-DEBIT"
---| "VISA-DEBIT"
---| "VISA-CREDIT"
---| "DANKORT"

---@class luapay.mobilepay_online.InitiateCitPaymentArgs.allowedCardTypes
--- Name of the card type.
---@field name luapay.mobilepay_online.InitiateCitPaymentArgs.allowedCardTypes.name
--- URL that gets the encrypted card number.
---@field encryptedPanCallbackUrl string
--- URL that gets the token of a tokenized card.
---@field tokenCallbackUrl? string|luapay.Null

---@alias luapay.mobilepay_online.InitiateCitPaymentArgs.currencyCode
---| "DKK"
---| "EUR"
---| "NOK"
---| "SEK"
---| "USD"
---| "GBP"
---| "208"
---| "978"
---| "578"
---| "752"
---| "840"
---| "826"

---@class luapay.mobilepay_online.InitiateCitPaymentArgs
--- The agreement that the payment is of.
---@field agreementId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- Cards that may pay, and who hears of each.
---@field allowedCardTypes luapay.mobilepay_online.InitiateCitPaymentArgs.allowedCardTypes[]
--- How much, in minor units: 495 is 4.95.
---@field amount integer|luapay.Money
--- Currency of the amount, by ISO 4217 code or number.
---@field currencyCode luapay.mobilepay_online.InitiateCitPaymentArgs.currencyCode
--- The shop's logo: a public PNG or JPG of 250x250 pixels.
---@field merchantLogoUrl string
--- The shop's order; at most 3 payments each.
---@field merchantOrderId string
--- The shop's address, for the receipt.
---@field merchantUrl string
--- Your own reference; a new one for each payment.
---@field pspReferenceId string
--- Your public key, with which card data comes encrypted.
---@field publicKeyId integer
--- Where the user comes back to, a URL or an app's.
---@field redirectFromMobilePayUrl string
--- URL that hears when the payment runs out of time.
---@field failedPaymentCallbackUrl? string|luapay.Null
--- When the payment ends; left out, MobilePay decides.
---@field validUntil? string|luapay.Null
--- Whether it counts as captured once it is authorized.
---@field autoCapture? boolean
--- Whether the Visa part of a Visa/Dankort goes first.
---@field preferVisaPartOfVisaDankort? boolean
--- Language of the page that the user sees.
---@field customerLanguageCode? "DA"|"EN"|"FI"|luapay.Null
--- Whether it only verifies the card: at most 100 minor units.
---@field isAccountVerification? boolean
--- Years; the payment fails when the user is younger.
---@field minimumMobilePayUserAge? integer|luapay.Null

---@class luapay.mobilepay_online.InitiateCitPaymentResult
--- The payment.
---@field paymentId string
--- Page to which the user is sent.
---@field redirectToMobilePayUrl? string
--- The same, for the app on this device.
---@field redirectToMobilePayAppUrl? string

--- Starts an agreement's payment that the user accepts.
---@async
---@param args luapay.mobilepay_online.InitiateCitPaymentArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.InitiateCitPaymentResult? result
---@return luapay.Fault? fault
function MobilepayOnline:initiate_cit_payment(args, options) end

---@alias luapay.mobilepay_online.InitiateMitPaymentArgs.currencyCode
---| "DKK"
---| "EUR"
---| "NOK"
---| "SEK"
---| "USD"
---| "GBP"
---| "208"
---| "978"
---| "578"
---| "752"
---| "840"
---| "826"

---@class luapay.mobilepay_online.InitiateMitPaymentArgs
--- The agreement that the payment is of.
---@field agreementId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- How much, in minor units: 495 is 4.95.
---@field amount integer|luapay.Money
--- Currency of the amount, by ISO 4217 code or number.
---@field currencyCode luapay.mobilepay_online.InitiateMitPaymentArgs.currencyCode
--- Last 4 digits of the agreement's card, as far as you know.
---@field last4 string
--- The shop's order; at most 3 payments each.
---@field merchantOrderId string
--- The shop's address, for the receipt.
---@field merchantUrl string
--- Your own reference; a new one for each payment.
---@field pspReferenceId string
--- Whether it counts as captured once it is authorized.
---@field autoCapture? boolean

---@class luapay.mobilepay_online.InitiateMitPaymentResult
--- The payment.
---@field paymentId string

--- Starts an agreement's payment that no user accepts.
---@async
---@param args luapay.mobilepay_online.InitiateMitPaymentArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.InitiateMitPaymentResult? result
---@return luapay.Fault? fault
function MobilepayOnline:initiate_mit_payment(args, options) end

---@class luapay.mobilepay_online.RefundMitPaymentArgs
--- The payment.
---@field paymentId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- How much, in minor units; less than all will do.
---@field amount integer|luapay.Money
--- By it the provider recognises a repeated refund.
---@field refundIdentifier? string
--- When it happened at your side.
---@field timestamp string

---@class luapay.mobilepay_online.RefundMitPaymentResult
--- The refund.
---@field refundId? string

--- Tells that captured money was refunded, or part of it.
---@async
---@param args luapay.mobilepay_online.RefundMitPaymentArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.RefundMitPaymentResult? result
---@return luapay.Fault? fault
function MobilepayOnline:refund_mit_payment(args, options) end

---@class luapay.mobilepay_online.ListPlatformsArgs
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string

---@class luapay.mobilepay_online.ListPlatformsResult
--- The platform.
---@field platformId? string
--- Its name.
---@field name? string

--- Returns all platforms.
---@async
---@param args? luapay.mobilepay_online.ListPlatformsArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.ListPlatformsResult[]? result
---@return luapay.Fault? fault
function MobilepayOnline:list_platforms(args, options) end

---@class luapay.mobilepay_online.CreatePlatformArgs
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- Name of the platform.
---@field name string

---@class luapay.mobilepay_online.CreatePlatformResult
--- The platform.
---@field platformId string

--- Registers a platform.
---@async
---@param args luapay.mobilepay_online.CreatePlatformArgs
---@param options? luapay.CallOptions
---@return luapay.mobilepay_online.CreatePlatformResult? result
---@return luapay.Fault? fault
function MobilepayOnline:create_platform(args, options) end

---@class luapay.mobilepay_online.UpdatePlatformArgs
--- The platform.
---@field platformId string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- Name of the platform.
---@field name string

--- Renames a platform.
---@async
---@param args luapay.mobilepay_online.UpdatePlatformArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepayOnline:update_platform(args, options) end

---@class luapay.mobilepay_online.SimulateUserArgs
--- The payment.
---@field paymentId string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- Phone of the test user.
---@field phoneNumber string
--- The first card that ends so pays.
---@field lastFourDigits? string|luapay.Null

--- Lets a test user accept a payment, at most one a second.
---@async
---@param args luapay.mobilepay_online.SimulateUserArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepayOnline:simulate_user(args, options) end

---@class luapay.mobilepay_online.GetCredentialsArgs
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string

--- Returns whose credentials these are, and if they are active.
---@async
---@param args? luapay.mobilepay_online.GetCredentialsArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepayOnline:get_credentials(args, options) end

---@class luapay.mobilepay_online.TerminateRecurringAgreementArgs
--- The agreement.
---@field agreementId string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string

--- Ends an agreement.
---@async
---@param args luapay.mobilepay_online.TerminateRecurringAgreementArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepayOnline:terminate_recurring_agreement(args, options) end

---@class luapay.mobilepay_online.UpdateAuthorizationAttemptArgs
--- The payment.
---@field paymentId string
--- The attempt, as the callback with the card named it.
---@field authorizationAttemptId string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Why not: 1xxx refused, 2xxx error, 3000 timeout.
---@field reasonCode? integer
--- Why not, in words.
---@field reasonMessage? string|luapay.Null
--- Whether it went well; if not, say why.
---@field succeeded boolean
--- The acquirer's VAT number with country: DK20016175.
---@field acquirerVatNumber? string|luapay.Null
--- The shop's id at the acquirer.
---@field acquirerMerchantId? string|luapay.Null
--- The payment's id at the acquirer.
---@field acquirerPaymentReference? string|luapay.Null
--- Where the user proves to be the holder of the card.
---@field threeDSecureUrl? string|luapay.Null

--- Tells whether the acquirer authorized a user's payment.
---@async
---@param args luapay.mobilepay_online.UpdateAuthorizationAttemptArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepayOnline:update_authorization_attempt(args, options) end

---@class luapay.mobilepay_online.CreateCredentialsArgs
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string

--- Returns a new client id and secret; keep them safe.
---@async
---@param args? luapay.mobilepay_online.CreateCredentialsArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepayOnline:create_credentials(args, options) end

---@class luapay.mobilepay_online.RotateSecretArgs
--- Your client's id; set once, on the client.
---@field ["x-ibm-client-id"]? string
--- Your client's secret; set once, on the client.
---@field ["x-ibm-client-secret"]? string
--- Ties MobilePay's logs to yours.
---@field CorrelationId? string

--- Returns a new secret, and ends the present one.
---@async
---@param args? luapay.mobilepay_online.RotateSecretArgs
---@param options? luapay.CallOptions
---@return table? result
---@return luapay.Fault? fault
function MobilepayOnline:rotate_secret(args, options) end
