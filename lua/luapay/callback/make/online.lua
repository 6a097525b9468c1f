-- online.lua - makes the callbacks of MobilePay Online. The cards are
-- invented; they are encrypted with the public half of a receiver's key.

local cards = require "luapay.callback.make.cards"
local core = require "luapay.core"
local fill = require "luapay.callback.make.fill"
local random = require "luapay.random"

local make = {}

local Maker = {}
Maker.__index = Maker

local function request(self, value)
  return {
    method = "POST",
    path = "/callbacks",
    headers = { ["Content-Type"] = "application/json" },
    body = assert(core.encode(value)),
    client_verify = self.names and "SUCCESS" or "NONE",
    client_name = self.names and "CN=" .. (next(self.names)) or nil,
  }
end

-- What is said of the card does not go into the body as it is.
local function split(given)
  local rest, card = {}, nil
  for name, value in pairs(given or {}) do
    if name == "card" then
      card = value
    else
      rest[name] = value
    end
  end
  return rest, card
end

--- The encrypted card of an accepted payment; `card` changes its numbers.
---@param given? table
---@return luapay.callback.Request
function Maker:card(given)
  local rest, card = split(given)
  return request(
    self,
    fill(rest, {
      EncryptedCardData = cards.encrypt(self.key, card),
      PaymentId = random.uuid(),
      AuthorizationAttemptId = random.uuid(),
      PublicKeyId = self.number,
      CardType = "DANKORT",
    })
  )
end

--- The token of an accepted payment; `tokenMethod` is "VTS" or "MC S4C".
---@param given? table
---@return luapay.callback.Request
function Maker:token(given)
  local defaults = cards.token(given and given.tokenMethod)
  defaults.paymentId = random.uuid()
  defaults.authorizationAttemptId = random.uuid()
  return request(self, fill(given, defaults))
end

--- A new card of an agreement: encrypted, or a token with `tokenMethod`.
---@param given? table
---@return luapay.callback.Request
function Maker:card_update(given)
  local rest, card = split(given)
  local defaults = { publicKeyId = self.number, cardType = "DANKORT" }
  if rest.tokenMethod then
    defaults = cards.token(rest.tokenMethod)
    defaults.cardDataType = "Token"
  else
    defaults.cardData = cards.encrypt(self.key, card)
    defaults.cardDataType = "EncryptedPan"
  end
  defaults.agreementId, defaults.paymentId = random.uuid(), random.uuid()
  return request(self, fill(rest, defaults))
end

--- The address of a checkout.
---@param given? table
---@return luapay.callback.Request
function Maker:address(given)
  return request(
    self,
    fill(given, {
      PaymentId = random.uuid(),
      AuthorizationAttemptId = random.uuid(),
      Addresses = {
        {
          FirstName = "Jens",
          Surname = "Hansen",
          AddressLine1 = "Blomstervej 23",
          PostalCode = "2100",
          City = "Aarhus",
          CountryCode = "DK",
        },
      },
      EmailAddress = "jens@example.com",
      PhoneNumber = "+4512345678",
    })
  )
end

--- A payment that nobody completed in time.
---@param given? table
---@return luapay.callback.Request
function Maker:failed_payment(given)
  return request(
    self,
    fill(given, {
      Code = "100",
      Reason = "Payment expired",
      PaymentId = random.uuid(),
    })
  )
end

--- The state of an agreement, activated unless said otherwise.
---@param given? table
---@return luapay.callback.Request
function Maker:agreement(given)
  return request(
    self,
    fill(given, { AgreementId = random.uuid(), State = "Activated" })
  )
end

--- Makes a maker.
---@param receiver luapay.callback.Receiver
function make.new(receiver)
  local number, key
  if receiver.reader.keys then
    number, key = next(receiver.reader.keys)
  end
  return setmetatable({
    names = receiver.reader.names,
    number = number or 1,
    key = key,
  }, Maker)
end

return make
