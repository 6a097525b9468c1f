-- A pretend MobilePay Online v1: PSPs with their merchants, payments that
-- a user accepts, authorises and whose money is captured, cancelled and
-- refunded, and recurring agreements. Where the provider's documents are
-- silent, the choice is an option, named below with its reason.

local answer = require "luapay.sandbox.online.answer"
local clients = require "luapay.sandbox.online.clients"
local world = require "luapay.sandbox.online.world"

local online = {
  name = "mobilepay_online",
  secret = { ["x-ibm-client-secret"] = true, phoneNumber = true },
}

local MERCHANT = "a0000000-0000-4000-8000-000000000001"
local FOREIGN = "a0000000-0000-4000-8000-000000000002"

local function merchant(psp, name)
  return {
    psp = psp,
    name = name,
    externalId = "shop",
    billingCurrency = "DKK",
    countryCode = "DK",
    vatNumber = "DK11102248",
    merchantCategoryCode = 5999,
  }
end

online.defaults = {
  -- "other" is there so that a foreign merchant exists
  psps = {
    psp = { clientId = "sandbox-client", secret = "sandbox-secret" },
    other = { clientId = "other-client", secret = "other-secret" },
  },
  merchants = {
    [MERCHANT] = merchant("psp", "The Shop"),
    [FOREIGN] = merchant("other", "The Other Shop"),
  },
  -- the user's, in the order of liking; `token` is the scheme's method for
  -- card types that have a tokenCallbackUrl
  cards = {
    {
      cardType = "DANKORT",
      number = "5019717010103742",
      expiryMonth = 12,
      expiryYear = 28,
    },
    {
      cardType = "VISA-DEBIT",
      number = "4111111111111111",
      expiryMonth = 11,
      expiryYear = 27,
      token = "VTS",
    },
    {
      cardType = "MC-CREDIT",
      number = "5555555555554444",
      expiryMonth = 10,
      expiryYear = 29,
      token = "MC S4C",
    },
  },
  user_age = 30,
  -- (publicKeyId, plaintext) -> base64, with the PSP's public key; without
  -- it, the encrypted card is a base64 text that says so
  encrypt = false,
  lifetime = 35 * 60, -- seconds of a payment; 10 minutes since 2024
  unknown_as = 404, -- or 409: both are on record
  same_pair = "answer", -- the same initiation again; or "refuse"
  agreement_key = "AgreementId", -- in callbacks; or "recurringAgreementId"
  mask_head = 6, -- digits before the X of a card; 8 since 2025
}

online.open = world.open
online.admit = clients.admit
online.problem = answer.problem
online.read = require "luapay.sandbox.online.read"
online.endpoints = require "luapay.sandbox.online.endpoints"
online.methods = require "luapay.sandbox.online.methods"

--- The gateway takes the credentials for wrong, once.
function online.expire(state)
  state.doubting = true
end

return online
