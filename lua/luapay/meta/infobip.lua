---@meta
-- The types of Infobip External Payments, made by `make meta`.

--- A client of Infobip External Payments.
---@class luapay.Infobip : luapay.Client
local Infobip = {}

---@class luapay.infobip.LoginArgs
--- The reseller's user name.
---@field username string
--- The reseller's password.
---@field password string

---@class luapay.infobip.LoginResult
--- Whether the user has confirmed the account.
---@field verified? boolean
--- The session, for the Authorization header of other calls.
---@field ibAuthCookie string

--- Opens a session. The client does this by itself.
---@async
---@param args luapay.infobip.LoginArgs
---@param options? luapay.CallOptions
---@return luapay.infobip.LoginResult? result
---@return luapay.Fault? fault
function Infobip:login(args, options) end

---@class luapay.infobip.AddFundsArgs
--- The client's account whose balance changes.
---@field accountKey string
--- The value to add; a negative one is taken off.
---@field ammount? string|number|luapay.Money
---@field amount? string|number|luapay.Money
--- Currency of the value; left out, it is the client's own.
---@field currencycode? string
--- What the transaction is for.
---@field description string

---@class luapay.infobip.AddFundsResult
--- The booking; what rollback_transaction takes.
---@field transactionId string|integer

--- Credits a client's account.
---@async
---@param args luapay.infobip.AddFundsArgs
---@param options? luapay.CallOptions
---@return luapay.infobip.AddFundsResult? result
---@return luapay.Fault? fault
function Infobip:add_funds(args, options) end

---@class luapay.infobip.RollbackTransactionArgs
--- The booking to reverse, as add_funds returned it.
---@field transactionId string|integer
--- Why it is rolled back.
---@field note string

---@class luapay.infobip.RollbackTransactionResult
--- The value rolled back, as decimal text.
---@field ammount? string
---@field amount? string
--- The transaction's currency.
---@field currency? any

--- Reverses a booking made by add_funds.
---@async
---@param args luapay.infobip.RollbackTransactionArgs
---@param options? luapay.CallOptions
---@return luapay.infobip.RollbackTransactionResult? result
---@return luapay.Fault? fault
function Infobip:rollback_transaction(args, options) end
