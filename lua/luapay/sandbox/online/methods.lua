-- What a pretend MobilePay Online has beside what all providers have: the
-- user's hands, the callbacks, and a look at what is there.

local expiry = require "luapay.sandbox.online.expiry"
local user = require "luapay.sandbox.online.user"

local methods = {}

-- Something by its id, after time has done its work; an id that is not
-- there is a bug of the test.
local function find(self, things, id)
  expiry.tick(self.state)
  local thing = self.state[things][id]
  if not thing then
    error(("sandbox: no such id in %s: %s"):format(things, tostring(id)), 3)
  end
  return thing
end

--- The user swipes: an authorization attempt starts and callbacks are made.
---@param payment_id string
---@param how? { last4: string?, phone: string? }
---@return string? attempt_id
---@return string? refusal "no_card", "too_young", "ended"...
function methods:accept(payment_id, how)
  local payment = find(self, "payments", payment_id)
  local attempt, refusal = user.accept(self.state, payment, how or {})
  return attempt and attempt.id, refusal
end

--- The user rejects a payment.
---@return boolean? done
---@return string? refusal
function methods:reject(payment_id)
  return user.reject(self.state, find(self, "payments", payment_id))
end

--- The user wants another card on an agreement.
---@param agreement_id string
---@param how? { last4: string? }
---@return string? payment_id for confirm_card_update
---@return string? refusal
function methods:change_card(agreement_id, how)
  local agreement = find(self, "agreements", agreement_id)
  local update, refusal = user.change_card(self.state, agreement, how or {})
  return update and update.id, refusal
end

--- The user ends an agreement.
function methods:terminate(agreement_id)
  return user.terminate(self.state, find(self, "agreements", agreement_id))
end

--- MobilePay approves new credentials.
---@param client_id string
function methods:approve(client_id)
  find(self, "clients", client_id).active = true
end

--- The callbacks that were made; see callbacks.lua.
---@param after? integer only those with a higher number
---@return table[]
function methods:callbacks(after)
  expiry.tick(self.state)
  return self.state.calls:copies(after)
end

--- Makes a callback once more.
---@param number integer
---@return table call
function methods:repeat_callback(number)
  return self.state.calls:again(number)
end

--- Nobody has taken a card callback in time: its attempt is over, and the
--- user may accept again.
---@param number integer
function methods:fail_callback(number)
  local call = assert(self.state.calls:find(number), "no such callback")
  local payment = find(self, "payments", call.payment)
  for _, attempt in ipairs(payment.attempts) do
    if attempt.id == call.attempt and attempt.state == "pending" then
      attempt.state, payment.state = "undelivered", "open"
    end
  end
end

-- A copy of plain values.
local function copy(thing)
  local out = {}
  for name, value in pairs(thing) do
    if type(value) ~= "table" then out[name] = value end
  end
  return out
end

--- What there is of a payment or an MIT payment: what it was initiated
--- with, its `state`, its `attempts` (id, state, late), and its totals
--- (authorized, captured, cancelled, refunded).
---@param payment_id string
---@return table
function methods:payment(payment_id)
  local payment = self.state.mits[payment_id]
    or find(self, "payments", payment_id)
  local out = copy(payment)
  for name, amount in pairs(self.state.ledger:totals(payment_id)) do
    out[name] = amount
  end
  out.attempts = {}
  for i, attempt in ipairs(payment.attempts or {}) do
    out.attempts[i] = copy(attempt)
  end
  return out
end

--- What there is of an agreement: its `state`, the `card` it is charged to
--- (cardType, number...).
---@param agreement_id string
---@return table
function methods:agreement(agreement_id)
  local agreement = find(self, "agreements", agreement_id)
  local out = copy(agreement)
  out.card = agreement.card and copy(agreement.card)
  return out
end

return methods
