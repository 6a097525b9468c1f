-- What tests see of a pretend MobilePay Subscriptions, and how they log in.

local login = require "luapay.sandbox.subscriptions.login"
local page = require "luapay.sandbox.subscriptions.login_page"
local money = require "luapay.sandbox.subscriptions.money"

local look = {}

local function copy(thing)
  local out = {}
  for name, value in pairs(thing) do
    if type(value) ~= "table" then out[name] = value end
  end
  if thing.headers then
    out.headers = {}
    for name, value in pairs(thing.headers) do
      out.headers[name] = value
    end
  end
  return out
end

--- The callbacks that were made, oldest first: number, kind ("agreement",
--- "payment" or "refund"), method, url, headers, body (JSON text), time.
---@param after? integer only those with a higher number
---@return table[]
function look:callbacks(after)
  self.state:settle()
  local out = {}
  for number = (after or 0) + 1, #self.state.calls do
    out[#out + 1] = copy(self.state.calls[number])
  end
  return out
end

local function looker(things)
  return function(self, id)
    self.state:settle()
    local thing = self.state[things][id]
    local out = copy(thing or error("sandbox: no such id", 2))
    out.amount = thing.amount and money.text(thing.amount)
    return out
  end
end

--- What there is of an agreement, a payment of either type, or a refund.
look.agreement = looker "agreements"
look.payment = looker "payments"
look.refund = looker "refunds"

--- The time, in seconds since 1970.
---@return number
function look:now()
  return self.clock:now()
end

--- Checks the books; see books.lua for the rules.
---@return true? ok, or nil
---@return string[]? broken one sentence for each broken rule
function look:check()
  self.state:settle()
  return self.state.ledger:check(self.state.payments)
end

-- The grant of a merchant that has consented: the first, or the one named.
local function grant(self, merchant)
  return {
    merchant = merchant or self.state.options.merchant,
    client = self.state.options.client,
    scope = "openid offline_access subscriptions",
  }
end

--- An access token, without a login.
---@param merchant? string
---@return string
function look:access_token(merchant)
  return self.state.identity:new_access(grant(self, merchant))
end

--- A refresh token, without a login.
---@param merchant? string
---@return string
function look:refresh_token(merchant)
  return self.state.identity:new_refresh(grant(self, merchant))
end

--- The merchant opens the address of a login and consents, or does not.
---@param url string
---@param how? { merchant: string?, reject: boolean? }
---@return table answer what the browser brings back: code, id_token, state
function look:authorize(url, how)
  local host, query = url:match "^https://([^/]+)/[^?]*%?(.*)$"
  local asked = page.parameters(query)
  local merchant = how and how.merchant or self.state.options.merchant
  for id, one in pairs(self.state.merchants) do
    if asked.merchant_vat and one.vat == asked.merchant_vat then
      merchant = id
    end
  end
  if how and how.reject then merchant = nil end
  local request = { headers = { host = host } }
  return login.consent(self.state, asked, merchant, request)
end

--- The merchant withdraws its consent: no token of it is good any more.
function look:withdraw(merchant)
  self.state.identity:withdraw(merchant or self.state.options.merchant)
end

--- Signs with a new key; the old one is not published any more if so said.
function look:rotate_keys(forget)
  self.state.identity.signer:rotate(forget)
end

--- Changes id_tokens: fn(header, claims, key) before they are signed; what
--- it returns is the token. Without a function: as they should be.
function look:tamper(fn)
  self.state.identity.signer.tamper = fn
end

return look
