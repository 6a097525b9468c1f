-- The user's hands: for the four calls of the test environment, and for a
-- test's own. Each returns nil, or nil and why it cannot be.

local fields = require "luapay.sandbox.subscriptions.fields"
local life = require "luapay.sandbox.subscriptions.agreement_life"
local one_offs = require "luapay.sandbox.subscriptions.one_offs"
local patch = require "luapay.sandbox.subscriptions.patch"
local payment_life = require "luapay.sandbox.subscriptions.payment_life"

local simulation = {}

local function refuse(status, text)
  return nil, { status = status, text = text }
end

--- The user accepts or rejects a pending agreement.
function simulation.decide(state, agreement, accepted)
  if agreement.status ~= "Pending" then
    return refuse(412, "The agreement is not pending.")
  end
  local act = accepted and life.accept or life.reject
  act(state, agreement)
end

--- The user accepts or rejects a one-off payment.
function simulation.decide_one_off(state, payment, accepted)
  if payment.status ~= "Requested" then
    return refuse(409, "The payment is not requested.")
  end
  local agreement = state.agreements[payment.agreement]
  if agreement.status ~= "Accepted" then
    return refuse(409, "The agreement is not active.")
  elseif accepted and agreement.no_card then
    return refuse(409, "The user has no card.")
  end
  local act = accepted and one_offs.reserve or one_offs.reject
  act(state, payment)
end

--- The user ends an agreement, unless it is too early for that.
function simulation.cancel(state, agreement)
  if agreement.status ~= "Accepted" then
    return refuse(409, "The agreement is not active.")
  elseif state:now() < agreement.accepted + agreement.retention then
    return refuse(409, "The retention period has not passed.")
  end
  life.cancel(state, agreement, "user")
end

local VISIBLE = { Created = true, Suspended = true }

--- The user rejects a payment that is seen in the app.
function simulation.reject(state, payment)
  if not VISIBLE[payment.status] then
    return refuse(409, "The payment cannot be rejected.")
  end
  payment_life.finish(state, payment, "Rejected", 50001)
end

-- As endpoints.

local function agreement_of(state, id)
  local agreement = state.agreements[id]
  if agreement then return agreement end
  return refuse(404, "The agreement was not found.")
end

local function payment_of(state, id, type)
  local payment = state.payments[id]
  if payment and payment.type == type then return payment end
  return refuse(404, "The payment was not found.")
end

function simulation.agreement_decision(state, args)
  local agreement, refusal = agreement_of(state, args.id)
  if not agreement then return nil, refusal end
  local accepted = args.body.status == "Accepted"
  return simulation.decide(state, agreement, accepted)
end

function simulation.one_off_decision(state, args)
  local payment, refusal = payment_of(state, args.paymentid, "OneOff")
  if not payment then return nil, refusal end
  if payment.agreement ~= args.agreementid then
    return refuse(404, "The payment was not found.")
  end
  local changes
  changes, refusal = patch.read(args.list, fields.decision_paths)
  if not changes then return nil, refusal end
  local last = changes[#changes].value
  return simulation.decide_one_off(state, payment, last ~= "Rejected")
end

function simulation.agreement_cancel(state, args)
  local agreement, refusal = agreement_of(state, args.agreementid)
  if not agreement then return nil, refusal end
  return simulation.cancel(state, agreement)
end

function simulation.payment_reject(state, args)
  local payment = state.payments[args.paymentid]
  if not payment or payment.type ~= "Regular" then
    return refuse(409, "The payment was not found.")
  end
  return simulation.reject(state, payment)
end

return simulation
