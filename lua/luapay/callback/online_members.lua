-- online_members.lua - what the callbacks of MobilePay Online share: their
-- ids, and cards, which are hidden.

local body = require "luapay.callback.body"
local card = require "luapay.callback.card"
local hidden = require "luapay.callback.hidden"
local request = require "luapay.callback.request"

local refuse = request.refuse

local members = {}

--- The ids that a callback may have, by the names that calls have for them.
---@param m table members by their names in lower case
---@return table
function members.ids(m)
  return {
    paymentId = body.id(m.paymentid),
    authorizationAttemptId = body.id(m.authorizationattemptid),
    agreementId = body.id(m.agreementid or m.recurringagreementid),
    publicKeyId = tonumber(body.id(m.publickeyid)),
    cardType = body.id(m.cardtype),
    cardDataType = body.id(m.carddatatype),
    tokenMethod = body.id(m.tokenmethod),
    maskedCardNumber = body.id(m.maskedcardnumber),
    cardIssuedInCountryCode = body.id(m.cardissuedincountrycode),
    isDelegatedAuthentication = m.isdelegatedauthentication == true or nil,
  }
end

--- Puts the card or the token of a callback into its event.
---@return boolean? done
---@return luapay.callback.Refusal? refusal
function members.add_card(fields, m, keys)
  if type(m.tokendata) == "table" then
    fields.token = hidden.new(m.tokendata)
    return true
  end
  local text = m.encryptedcarddata or m.carddata
  if type(text) ~= "string" or text == "" then
    return refuse(400, "body", "has no card")
  end
  if not keys then
    fields.encrypted = hidden.new(text)
    return true
  end
  local found, why = card.decrypt(keys, fields.publicKeyId, text)
  if not found then return refuse(400, "card", why) end
  fields.card = found
  return true
end

local SECRET = { encryptedcarddata = true, carddata = true, tokendata = true }

--- A copy without cards and tokens.
function members.without_cards(object)
  local raw = {}
  for name, value in pairs(object) do
    local is_secret = type(name) == "string" and SECRET[name:lower()]
    raw[name] = is_secret and "(hidden)" or value
  end
  return raw
end

return members
