-- online_events.lua - the bodies of MobilePay Online: cards, tokens,
-- addresses, failed payments, states of agreements, new cards. Names are in
-- PascalCase here and in camelCase there: their case does not count.

local body = require "luapay.callback.body"
local codes = require "luapay.callback.codes"
local event = require "luapay.callback.event"
local members = require "luapay.callback.online_members"
local request = require "luapay.callback.request"

local refuse = request.refuse

local API = "mobilepay_online"

local events = {}

local EXPIRED = 100 -- the only code that is documented
local ACCEPTED = { sort = "payment", status = "Accepted" }

local function about(object, id, mark, status, sort)
  return {
    object = object .. ":" .. id,
    mark = mark,
    status = status,
    sort = sort,
  }
end

local readers = {}

-- Each attempt is one of its own, and the state is the payment's.
local function read_card(kind, m, keys)
  local fields = members.ids(m)
  if not fields.paymentId or not fields.authorizationAttemptId then
    return refuse(400, "body", "has no payment or attempt")
  end
  local good, refusal = members.add_card(fields, m, keys)
  if not good then return nil, refusal end
  local mark = "card:" .. fields.authorizationAttemptId
  local what =
    about("payment", fields.paymentId, mark, ACCEPTED.status, ACCEPTED.sort)
  return event.new(API, kind, what, fields)
end

function readers.card(m, keys)
  return read_card("card", m, keys)
end

function readers.token(m, keys)
  return read_card("token", m, keys)
end

function readers.card_update(m, keys)
  local fields = members.ids(m)
  if not fields.paymentId or not fields.agreementId then
    return refuse(400, "body", "has no agreement or payment")
  end
  local good, refusal = members.add_card(fields, m, keys)
  if not good then return nil, refusal end
  local mark = "card_update:" .. fields.paymentId
  local what = about("agreement", fields.agreementId, mark)
  return event.new(API, "card_update", what, fields)
end

function readers.address(m)
  local fields = members.ids(m)
  if not fields.paymentId or type(m.addresses) ~= "table" then
    return refuse(400, "body", "has no payment or addresses")
  end
  fields.addresses = m.addresses
  fields.emailAddress = body.id(m.emailaddress)
  fields.phoneNumber = body.id(m.phonenumber)
  local mark = "address:" .. (fields.authorizationAttemptId or "")
  local what = about("payment", fields.paymentId, mark)
  return event.new(API, "address", what, fields)
end

function readers.failed_payment(m)
  local fields = members.ids(m)
  if not fields.paymentId then return refuse(400, "body", "has no payment") end
  local word = codes.number(m.code) == EXPIRED and "Expired" or "Failed"
  local what = about("payment", fields.paymentId, nil, word, "payment")
  what.code, what.text = m.code, body.id(m.reason)
  return event.new(API, "failed_payment", what, fields)
end

function readers.agreement(m)
  local fields = members.ids(m)
  local state = body.id(m.state)
  if not fields.agreementId or not state then
    return refuse(400, "body", "has no agreement or state")
  end
  local what = about("agreement", fields.agreementId, nil, state)
  return event.new(API, "agreement", what, fields)
end

-- Which callback this is: the same name of a type means two bodies in the
-- provider's documents, so its members decide.
local function sort(m)
  if m.addresses ~= nil then return "address" end
  if m.encryptedcarddata ~= nil then return "card" end
  if m.authorizationattemptid ~= nil and m.tokendata ~= nil then
    return "token"
  end
  if m.carddata ~= nil or m.tokendata ~= nil then return "card_update" end
  if m.state ~= nil then return "agreement" end
  if m.code ~= nil then return "failed_payment" end
end

--- Reads the body of a callback.
---@param text string
---@param keys table?
---@return luapay.callback.Event[]? events
---@return luapay.callback.Refusal? refusal
function events.read(text, keys)
  local object, refusal, is_list = body.decode(text)
  if not object then return nil, refusal end
  if is_list then return refuse(400, "body", "is a list") end
  local folded
  folded, refusal = body.fold(object)
  if not folded then return nil, refusal end
  local name = sort(folded)
  if not name then return refuse(400, "body", "is of no known kind") end
  local made
  made, refusal = readers[name](folded, keys)
  if not made then return nil, refusal end
  made.raw = members.without_cards(object)
  return { made }
end

return events
