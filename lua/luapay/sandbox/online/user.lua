-- What the user of the app does: accepts a payment with a card, rejects
-- it, changes the card of an agreement, terminates it.

local activation = require "luapay.sandbox.online.activation"
local attempts = require "luapay.sandbox.online.attempts"
local card_data = require "luapay.sandbox.online.card_data"
local handover = require "luapay.sandbox.online.handover"

local user = {}

-- The user's first card that fits, and the type that allows it.
local function pick(world, allowed, last4)
  for _, card in ipairs(world.options.cards) do
    for _, kind in ipairs(allowed) do
      if
        kind.name == card.cardType
        and (not last4 or card_data.last4(card) == last4)
      then
        return card, kind
      end
    end
  end
end

local BUSY = {
  accepted = "attempt_running",
  challenged = "attempt_running",
  authorized = "attempt_succeeded",
}

--- The user swipes.
---@param world table
---@param payment table
---@param how { last4: string?, phone: string? }
---@return table? attempt
---@return string? refusal
function user.accept(world, payment, how)
  if payment.state ~= "open" then
    return nil, BUSY[payment.state] or "ended"
  end
  if (payment.minimumMobilePayUserAge or 0) > world.options.user_age then
    return nil, "too_young"
  end
  local card, kind = pick(world, payment.allowedCardTypes, how.last4)
  if not card then return nil, "no_card" end
  local attempt = attempts.new(world, "attempt", card)
  payment.attempts[#payment.attempts + 1] = attempt
  payment.state = "accepted"
  handover.accepted(world, payment, attempt, kind, how.phone)
  return attempt
end

--- The user says no: no callback is made.
function user.reject(world, payment)
  if payment.state ~= "open" then
    return nil, BUSY[payment.state] or "ended"
  end
  payment.state = "rejected"
  world.open[payment.paymentId] = nil
  return true
end

--- The user asks for another card on an agreement.
---@return table? update
---@return string? refusal
function user.change_card(world, agreement, how)
  if agreement.state ~= "Activated" then
    return nil,
      agreement.state == "Created" and "agreement_created"
        or "agreement_terminated"
  end
  local card = pick(world, agreement.allowedCardTypes, how.last4)
  if not card then return nil, "no_card" end
  local update = attempts.new(world, "card", card)
  agreement.updates[update.id] = update
  handover.changed(world, agreement, update)
  return update
end

--- The user ends an agreement in the app; it ends whatever the PSP says.
function user.terminate(world, agreement)
  if agreement.state == "Terminated" then return true end
  agreement.state = "Terminated"
  activation.tell(world, agreement)
  return true
end

--- enter-phone-and-swipe: the provider wants a second between two calls.
function user.simulate(world, args)
  local now = world:now()
  if world.simulated and now - world.simulated < 1 then
    return nil,
      {
        status = 429,
        retry_after = "1",
        text = "At most one call a second",
      }
  end
  world.simulated = now
  local payment = world.payments[args.paymentId]
  if not payment then return nil, "unknown" end
  local attempt, refusal = user.accept(
    world,
    payment,
    { last4 = args.lastFourDigits, phone = args.phoneNumber }
  )
  return nil, not attempt and refusal or nil
end

return user
