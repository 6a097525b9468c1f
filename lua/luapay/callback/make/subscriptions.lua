-- subscriptions.lua - makes the callbacks of MobilePay Subscriptions.

local core = require "luapay.core"
local crypto = require "luapay.crypto"
local fill = require "luapay.callback.make.fill"
local random = require "luapay.random"

local make = {}

local Maker = {}
Maker.__index = Maker

local function request(self, value)
  local scheme = self.scheme and self.list[self.scheme] or self.list[1]
  return {
    method = "POST",
    path = "/callbacks",
    headers = {
      ["Content-Type"] = "application/json",
      Authorization = scheme and scheme.header(),
    },
    body = assert(core.encode(value)),
  }
end

local function payment(given)
  local is_one_off = given and given.payment_type == "OneOff"
  return fill(given, {
    agreement_id = random.uuid(),
    payment_id = random.uuid(),
    amount = "12.50",
    currency = "DKK",
    payment_date = "2026-01-15",
    status = is_one_off and "Reserved" or "Executed",
    status_text = core.null,
    status_code = 0,
    external_id = "PMT000023",
    payment_type = "Regular",
  })
end

--- Payments in one callback: a list of tables, each of which changes what
--- an executed payment has.
---@param list table[]
---@return luapay.callback.Request
function Maker:payments(list)
  local value = {}
  for i, given in ipairs(list) do
    value[i] = payment(given)
  end
  return request(self, value)
end

--- One payment, in a list of one, as it comes.
---@param given? table
---@return luapay.callback.Request
function Maker:payment(given)
  return self:payments { given or {} }
end

--- One one-off payment, reserved unless said otherwise.
---@param given? table
---@return luapay.callback.Request
function Maker:one_off_payment(given)
  return self:payments { fill(given, { payment_type = "OneOff" }) }
end

--- An agreement, accepted unless said otherwise.
---@param given? table
---@return luapay.callback.Request
function Maker:agreement(given)
  return request(
    self,
    fill(given, {
      agreement_id = random.uuid(),
      status = "Accepted",
      status_text = core.null,
      status_code = 0,
      external_id = "AGGR00068",
      timestamp = "2026-01-15T12:00:00Z",
    })
  )
end

--- A refund, issued unless said otherwise.
---@param given? table
---@return luapay.callback.Request
function Maker:refund(given)
  return request(
    self,
    fill(given, {
      refund_id = random.uuid(),
      agreement_id = random.uuid(),
      payment_id = random.uuid(),
      amount = "12.50",
      currency = "DKK",
      status = "Issued",
      status_text = core.null,
      status_code = 0,
      external_id = "RFD00001",
    })
  )
end

--- The request for a token, where the receiver has `oauth2`.
---@return luapay.callback.Request
function Maker:token_request()
  local oauth2 = assert(self.list.oauth2, "callback.make: there is no oauth2")
  return {
    method = "POST",
    path = oauth2.tokens.path or "/token",
    headers = {
      ["Content-Type"] = "application/x-www-form-urlencoded",
      Authorization = "Basic " .. crypto.base64_encode(oauth2.client()),
    },
    body = "grant_type=client_credentials",
  }
end

--- Makes a maker.
---@param receiver luapay.callback.Receiver
function make.new(receiver)
  return setmetatable({ list = receiver.reader.credentials }, Maker)
end

return make
