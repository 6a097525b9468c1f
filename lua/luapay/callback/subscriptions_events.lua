-- subscriptions_events.lua - the bodies of MobilePay Subscriptions: payments
-- come as a list, an agreement or a refund as an object. What comes the
-- other way round is read as well.

local body = require "luapay.callback.body"
local core = require "luapay.core"
local event = require "luapay.callback.event"
local request = require "luapay.callback.request"

local refuse = request.refuse

local API = "mobilepay_subscriptions"

local events = {}

-- An exact decimal, however it was written; nil where there is none, false
-- for what is no amount. Both currencies of MobilePay have two decimals, so
-- an amount without its currency can be read as well.
local function amount_of(members)
  local amount, currency = members.amount, members.currency
  if amount == nil then return nil end
  if type(amount) ~= "number" and type(amount) ~= "string" then
    return false
  end
  local money = type(currency) == "string" and core.money(amount, currency)
    or core.money(amount, "DKK")
  return money and money.decimal or false
end

-- Text as it stands; an id that is a number becomes text.
local function take(into, members, names)
  for _, name in ipairs(names) do
    into[name] = body.id(members[name])
  end
  return into
end

local function is_text(value)
  return type(value) == "string" and value ~= "" and value or nil
end

local function about(members, object, id)
  return {
    object = object .. ":" .. id,
    status = body.id(members.status),
    code = members.status_code,
    text = is_text(members.status_text),
  }
end

local readers = {}

-- The states of a payment of a type that is not known are not known either.
local SORTS = { regular = "payment", oneoff = "one_off_payment" }

function readers.payment(m)
  local word = is_text(m.payment_type) or "regular"
  local sort = SORTS[word:lower()] or "payment of another type"
  local fields = take({ amount = amount_of(m) }, m, {
    "payment_id",
    "agreement_id",
    "external_id",
    "currency",
    "payment_date",
    "payment_type",
  })
  local what = about(m, "payment", fields.payment_id)
  what.sort = sort
  local kind = sort == "one_off_payment" and sort or "payment"
  return event.new(API, kind, what, fields)
end

function readers.agreement(m)
  local fields = take({}, m, { "agreement_id", "external_id", "timestamp" })
  local what = about(m, "agreement", fields.agreement_id)
  return event.new(API, "agreement", what, fields)
end

function readers.refund(m)
  local fields = take({ amount = amount_of(m) }, m, {
    "refund_id",
    "payment_id",
    "agreement_id",
    "external_id",
    "currency",
  })
  local what = about(m, "refund", fields.refund_id)
  return event.new(API, "refund", what, fields)
end

-- The id that only this kind has decides; a refund names its payment, and
-- a payment its agreement.
local function sort(members)
  for _, name in ipairs { "refund", "payment", "agreement" } do
    if body.id(members[name .. "_id"]) then return name end
  end
end

local function read_one(object)
  local members, refusal = body.fold(object)
  if not members then return nil, refusal end
  local name = sort(members)
  if not name then return refuse(400, "body", "has no id that is known") end
  if not body.id(members.status) then
    return refuse(400, "body", "has no status")
  end
  local made = readers[name](members)
  if made.amount == false then
    return refuse(400, "body", "has an amount that is none")
  end
  made.raw = object
  return made
end

--- Reads the body of a callback. What is good of a list is read, also beside
--- what is not: one bad element must not hold back the payments of others.
---@param text string
---@return luapay.callback.Event[]? events
---@return luapay.callback.Refusal? refusal also beside events
function events.read(text)
  local value, refusal, is_list = body.decode(text)
  if not value then return nil, refusal end
  local list, bad = {}, nil
  for i, object in ipairs(is_list and value or { value }) do
    local made
    made, refusal = read_one(object)
    if made then
      list[#list + 1] = made
    elseif not bad then
      bad = refusal
      if is_list then
        bad.message = ("element %d %s"):format(i, bad.message)
      end
    end
  end
  return (list[1] or not bad) and list or nil, bad
end

return events
