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

-- An exact decimal, however it was written; nil for what is none.
local function amount_of(members)
  local amount, currency = members.amount, members.currency
  if type(amount) ~= "number" and type(amount) ~= "string" then return nil end
  if type(currency) ~= "string" then return nil end
  local money = core.money(amount, currency)
  return money and money.decimal
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

function readers.payment(m)
  local word = is_text(m.payment_type)
  local is_one_off = word and word:lower() == "oneoff"
  local fields = take({ amount = amount_of(m) }, m, {
    "payment_id",
    "agreement_id",
    "external_id",
    "currency",
    "payment_date",
    "payment_type",
  })
  return event.new(
    API,
    is_one_off and "one_off_payment" or "payment",
    about(m, "payment", fields.payment_id),
    fields
  )
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
  made.raw = object
  return made
end

--- Reads the body of a callback: all of it, or nothing.
---@param text string
---@return luapay.callback.Event[]? events
---@return luapay.callback.Refusal? refusal
function events.read(text)
  local value, refusal, is_list = body.decode(text)
  if not value then return nil, refusal end
  local objects = is_list and value or { value }
  if body.has_gap(objects) then
    return refuse(400, "body", "has nothing in its list")
  end
  local list = {}
  for i, object in ipairs(objects) do
    list[i], refusal = read_one(object)
    if not list[i] then return nil, refusal end
  end
  return list
end

return events
