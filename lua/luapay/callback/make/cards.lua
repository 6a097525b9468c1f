-- cards.lua - cards that are invented: encrypted as the provider does it,
-- and as tokens of both kinds.

local crypto = require "luapay.crypto"
local fill = require "luapay.callback.make.fill"

local cards = {}

local unpack = table.unpack or unpack

local PLAIN = '{"timestampticks":%s,"encryptedCardData":'
  .. '{"cardNumber":%s,"expiryMonth":%s,"expiryYear":%s}}'

--- A card as the provider encrypts it: base64.
---@param key userdata? of the receiver
---@param given? table cardNumber, expiryMonth, expiryYear, timestampticks
---@return string
function cards.encrypt(key, given)
  if not key then return crypto.base64_encode "there is no key" end
  local card = fill(given, {
    cardNumber = "5019717010103742",
    expiryMonth = "12",
    expiryYear = "28",
    timestampticks = "638396640000000001",
  })
  local text = PLAIN:format(unpack {
    card.timestampticks,
    card.cardNumber,
    card.expiryMonth,
    card.expiryYear,
  })
  return crypto.base64_encode(assert(key:encrypt(text)))
end

local VISA = {
  vPaymentDataID = "0123",
  cryptogramInfo = { cryptogram = "c3BlYw==", eci = "07" },
  paymentInstrument = {
    last4 = "1111",
    paymentType = { cardBrand = "VISA" },
    paymentAccountReference = "V0010013000000000000000000000",
  },
  tokenInfo = {
    token = "4000009990000003",
    last4 = "0003",
    expirationDate = { month = "11", year = "2027" },
  },
}

local MASTERCARD = {
  token = {
    paymentToken = "5200009990000009",
    tokenExpirationMonth = "11",
    tokenExpirationYear = "27",
    paymentAccountReference = "500100000000000000000000000FF",
  },
  dynamicData = {
    dynamicDataType = "CARD_APPLICATION_CRYPTOGRAM_SHORT_FORM",
    dynamicDataValue = "c3BlYw==",
  },
  eci = "06",
}

--- What is said of a tokenised card.
---@param method? string "VTS" or "MC S4C"
---@return table
function cards.token(method)
  local is_visa = method ~= "MC S4C"
  return {
    cardType = is_visa and "VISA-DEBIT" or "MC-DEBIT",
    cardIssuedInCountryCode = "DK",
    maskedCardNumber = is_visa and "411111XXXXXX1111" or "555555XXXXXX4444",
    tokenMethod = is_visa and "VTS" or "MC S4C",
    tokenData = is_visa and VISA or MASTERCARD,
    isDelegatedAuthentication = is_visa or nil,
  }
end

return cards
