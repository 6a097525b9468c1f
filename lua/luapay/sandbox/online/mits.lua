-- Payments that the merchant initiates on an active agreement, with the
-- customer absent. States: "open" -> "failed" (may be tried again) ->
-- "authorized".

local card_data = require "luapay.sandbox.online.card_data"
local json = require "luapay.sandbox.json"
local means = require "luapay.sandbox.online.means"
local money = require "luapay.sandbox.online.money"
local outcomes = require "luapay.sandbox.online.outcomes"
local references = require "luapay.sandbox.online.references"

local mits = {}

local NOT_ACTIVE = {
  Created = "agreement_created",
  Terminated = "agreement_terminated",
}

-- An agreement that may be charged with that card.
local function chargeable(world, args, caller)
  local agreement, refusal = world:own("agreements", args.agreementId, caller)
  if not agreement then return nil, refusal end
  local merchant
  merchant, refusal = world:merchant(agreement.merchantId, caller)
  if not merchant then return nil, refusal end
  if NOT_ACTIVE[agreement.state] then
    return nil, NOT_ACTIVE[agreement.state]
  end
  refusal = means.currency_problem(args.currencyCode)
  if not refusal and card_data.last4(agreement.card) ~= args.last4 then
    refusal = "card_mismatch" -- and the user is asked for a card update
  end
  return not refusal and agreement or nil, refusal
end

function mits.initiate(world, args, caller)
  local agreement, refusal = chargeable(world, args, caller)
  if not agreement then return nil, refusal end
  local known
  known, refusal = references.find(world, args.agreementId, args)
  if refusal then return nil, refusal end
  if known then return { paymentId = known.paymentId } end
  local mit = {
    psp = caller.psp,
    paymentId = world:id("mit"),
    state = "open",
    merchantId = agreement.merchantId,
  }
  for name, value in pairs(args) do
    mit[name] = value
  end
  world.mits[mit.paymentId] = mit
  references.keep(world, args.agreementId, args, mit)
  return { paymentId = mit.paymentId }
end

local SHOWN = {
  "merchantOrderId",
  "merchantUrl",
  "pspReferenceId",
  "amount",
  "currencyCode",
}

--- The card types are bare names here.
function mits.get(world, args, caller)
  local mit, refusal = world:own("mits", args.mitPaymentId, caller)
  if not mit then return nil, refusal end
  local agreement = world.agreements[mit.agreementId]
  local names = {}
  for i, kind in ipairs(agreement.allowedCardTypes) do
    names[i] = kind.name
  end
  local out = {
    merchantId = agreement.merchantId,
    merchantName = agreement.merchantName,
    merchantLogoUrl = agreement.merchantLogoUrl,
    allowedCardTypes = json.list(names),
  }
  for _, name in ipairs(SHOWN) do
    out[name] = mit[name]
  end
  return out
end

-- 3DS is not for payments without a customer; nor is invalidation.
local WITHOUT = { [1009] = true, [1010] = true, challenge = true }

--- The result of an authorization; a failed one may be tried again.
function mits.update(world, args, caller)
  local mit, refusal = world:own("mits", args.paymentId, caller)
  if not mit then return nil, refusal end
  local outcome
  outcome, refusal = outcomes.read(args, WITHOUT)
  if not outcome then return nil, refusal end
  if mit.state == "authorized" then
    return nil, outcome ~= "succeeded" and "attempt_final" or nil
  end
  if outcome == "succeeded" then
    money.authorize(world, mit, { id = mit.paymentId })
  else
    mit.state = "failed"
  end
end

return mits
