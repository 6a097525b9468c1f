-- card.lua - card data as MobilePay encrypts it for a PSP: RSA-OAEP with
-- SHA-256. The plain text stays in memory of libcrypto's, which is wiped;
-- its numbers become text of Lua's only when they are asked for.

local crypto = require "luapay.crypto"

local card = {}

local Card = {}
Card.__index = Card
Card.__metatable = false

local secrets = setmetatable({}, { __mode = "k" })

function Card.__tostring()
  return "card (hidden)"
end

local function secret_of(self)
  local secret = secrets[self]
  if not secret then error("callback: the card was wiped", 3) end
  return secret
end

local function new(secret)
  local self = setmetatable({}, Card)
  secrets[self] = secret
  return self
end

--- The numbers of the card, digit for digit, as text: `cardNumber`,
--- `expiryMonth`, `expiryYear`, `timestampticks`. Lua cannot wipe text: let
--- go of it soon, and put it nowhere.
---@return luapay.callback.CardNumbers
function Card:open()
  local secret = secret_of(self)
  return {
    cardNumber = secret:number "cardNumber",
    expiryMonth = secret:number "expiryMonth",
    expiryYear = secret:number "expiryYear",
    timestampticks = secret:number "timestampticks",
  }
end

--- The last four digits: these may be shown.
---@return string
function Card:last4()
  return (secret_of(self):number("cardNumber", 4))
end

--- Whether it was wiped.
---@return boolean
function Card:is_wiped()
  return secrets[self] == nil
end

--- Moves the card into a new object, which is not wiped when the handler
--- has returned: whoever takes it wipes it.
---@return luapay.callback.Card
function Card:take()
  local taken = new(secret_of(self))
  secrets[self] = nil
  return taken
end

--- Wipes the card; any number of times.
function Card:wipe()
  local secret = secrets[self]
  secrets[self] = nil
  if secret then secret:close() end
end

--- Makes the keys of a receiver: by the number that MobilePay gave each.
---@param given table<integer, string|userdata> PEM, or luapay.crypto's keys
---@return table<integer, userdata>
function card.keys(given)
  local keys = {}
  for number, key in pairs(given) do
    if type(number) ~= "number" then
      error("callback: keys: expected a key by the number of each", 5)
    end
    if type(key) == "string" then
      local made, why = crypto.private_key(key)
      if not made then
        error(("callback: keys[%d]: %s"):format(number, why), 5)
      end
      key = made
    end
    keys[number] = key
  end
  return keys
end

--- Decrypts a card.
---@param keys table<integer, userdata>
---@param number integer? which key
---@param text string base64
---@return luapay.callback.Card? card
---@return string? why there is none; says nothing of the text
function card.decrypt(keys, number, text)
  local key = number and keys[number]
  if not key then return nil, "there is no key of that number" end
  local bytes = crypto.base64_decode(text)
  local secret = bytes and key:decrypt_secret(bytes)
  if not secret then return nil, "cannot be decrypted" end
  if not secret:number "cardNumber" then
    secret:close()
    return nil, "has no number in it"
  end
  return new(secret)
end

return card
