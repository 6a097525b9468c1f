-- What a pretend MobilePay Subscriptions has beside what all providers
-- have: the user's and MobilePay's hands, the merchant's on the login page,
-- the callbacks, and a look at what is there.

local date = require "luapay.sandbox.subscriptions.date"
local life = require "luapay.sandbox.subscriptions.agreement_life"
local look = require "luapay.sandbox.subscriptions.look"
local payment_life = require "luapay.sandbox.subscriptions.payment_life"
local simulation = require "luapay.sandbox.subscriptions.simulation"

local methods = {}
for name, method in pairs(look) do
  methods[name] = method
end

-- Something by its id, after time has done its work; an id that is not
-- there is a bug of the test.
local function find(self, id, ...)
  self.state:settle()
  for _, things in ipairs { ... } do
    local thing = self.state[things][id]
    if thing then return thing end
  end
  error("sandbox: no such id: " .. tostring(id), 3)
end

-- What was done, or nil and why it cannot be.
local function done(_, refusal)
  if refusal then return nil, refusal.text end
  return true
end

local function decide(state, thing, accepted)
  if thing.type == "Regular" then
    if accepted then error("sandbox: nobody accepts a payment", 3) end
    return done(simulation.reject(state, thing))
  elseif thing.type == "OneOff" then
    return done(simulation.decide_one_off(state, thing, accepted))
  end
  return done(simulation.decide(state, thing, accepted))
end

--- The user accepts an agreement or a one-off payment.
---@param id string
---@return boolean? done
---@return string? refusal
function methods:accept(id)
  return decide(self.state, find(self, id, "agreements", "payments"), true)
end

--- The user rejects an agreement, a one-off payment or a payment.
function methods:reject(id)
  return decide(self.state, find(self, id, "agreements", "payments"), false)
end

--- The user ends an agreement.
function methods:cancel(agreement_id)
  local agreement = find(self, agreement_id, "agreements")
  return done(simulation.cancel(self.state, agreement))
end

--- MobilePay ends an agreement: the user is gone.
function methods:cancel_by_system(agreement_id)
  life.cancel(self.state, find(self, agreement_id, "agreements"), "system")
end

--- MobilePay declines a payment (code 50006 unless said otherwise).
---@return boolean? done
---@return string? refusal
function methods:decline(payment_id, code)
  local payment = find(self, payment_id, "payments")
  if payment.type ~= "Regular" or not payment_life.is_pending(payment) then
    return nil, "The payment is not pending."
  end
  payment_life.finish(self.state, payment, "Declined", code or 50006)
  return true
end

--- A payment will not go through when it is tried: so many times, or ever.
---@param payment_id string
---@param times? integer
function methods:fail(payment_id, times)
  find(self, payment_id, "payments").failures = times or math.huge
end

--- A refund that is under way will be declined (60005 unless said so).
function methods:decline_refund(refund_id, code)
  find(self, refund_id, "refunds").declined = code or 60005
end

--- The user of an agreement has no card that works, or has one again.
function methods:lose_card(agreement_id, found)
  find(self, agreement_id, "agreements").no_card = not found or nil
end

--- The user of an agreement may not pay (50009), or may again.
function methods:block_user(agreement_id, free)
  find(self, agreement_id, "agreements").user_inactive = not free or nil
end

--- A date so many days from today, as text: `provider:day(2)`.
---@param days integer
---@return string
function methods:day(days)
  local country = self.state.options.country
  return date.text(date.day_of(self.clock:now(), country) + days)
end

--- Lets time pass until an hour of a day: `provider:go_to(2, 3.5)`.
---@param days integer from today
---@param hour number of the local day
function methods:go_to(days, hour)
  local country = self.state.options.country
  local now = self.clock:now()
  local day = date.day_of(now, country) + days
  self:advance(math.max(0, date.time(day, hour, country) - now))
  self.state:settle()
end

return methods
