-- What the provider hands over of a card: encrypted, masked, as a token.
-- The cards are invented.

local json = require "luapay.sandbox.json"

local card_data = {}

-- "sandbox: not encrypted, as no encrypt was given", in base64.
local PLACEHOLDER = "c2FuZGJveDogbm90IGVuY3J5cHRlZCwgYXMgbm8gZW5jcnlwdCB3"
  .. "YXMgZ2l2ZW4="

-- .NET counts 100 ns since the year 1: 18 digits, more than a float has.
local function ticks(now)
  return json.number(("%.0f0000000"):format(math.floor(now) + 62135596800))
end

--- The card as the PSP's public key hides it; see the option `encrypt`.
---@return string base64
function card_data.encrypted(world, public_key_id, card)
  local encrypt = world.options.encrypt
  if not encrypt then return PLACEHOLDER end
  return encrypt(
    public_key_id,
    json.encode {
      timestampticks = ticks(world:now()),
      encryptedCardData = {
        cardNumber = json.number(card.number),
        expiryMonth = card.expiryMonth,
        expiryYear = card.expiryYear,
      },
    }
  )
end

--- The last four digits of a card.
---@return string
function card_data.last4(card)
  return card.number:sub(-4)
end

--- The number with X for the digits in the middle.
---@param card table
---@param head integer how many digits to show first
---@return string
function card_data.masked(card, head)
  return card.number:sub(1, head)
    .. ("X"):rep(#card.number - head - 4)
    .. card_data.last4(card)
end

local function visa(card, id)
  return {
    vPaymentDataID = "sandbox-" .. id,
    cryptogramInfo = { cryptogram = "c2FuZGJveC1jcnlwdG9ncmFt", eci = "07" },
    paymentInstrument = {
      last4 = card_data.last4(card),
      paymentType = { cardBrand = "VISA" },
      paymentAccountReference = "V0010013000000000000000000000",
    },
    tokenInfo = {
      token = "4000009990000003",
      last4 = "0003",
      expirationDate = {
        month = ("%02d"):format(card.expiryMonth),
        year = ("20%02d"):format(card.expiryYear),
      },
    },
  }
end

local function mastercard(card)
  return {
    token = {
      paymentToken = "5200009990000009",
      tokenExpirationMonth = ("%02d"):format(card.expiryMonth),
      tokenExpirationYear = ("%02d"):format(card.expiryYear),
      paymentAccountReference = "500100000000000000000000000FF",
    },
    dynamicData = {
      dynamicDataType = "CARD_APPLICATION_CRYPTOGRAM_SHORT_FORM",
      dynamicDataValue = "c2FuZGJveC1jcnlwdG9ncmFt",
    },
    eci = "06",
  }
end

--- The token in the place of a card.
---@param card table its `token` is the method: "VTS" or "MC S4C"
---@param id string what it is for
---@return table
function card_data.token(card, id)
  return card.token == "VTS" and visa(card, id) or mastercard(card)
end

return card_data
