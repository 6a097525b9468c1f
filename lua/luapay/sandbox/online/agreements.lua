-- Recurring agreements and the customer's own payments on them. States:
-- "Created" -> "Activated" -> "Terminated".

local attempts = require "luapay.sandbox.online.attempts"
local json = require "luapay.sandbox.json"
local means = require "luapay.sandbox.online.means"
local payments = require "luapay.sandbox.online.payments"

local agreements = {}

local FIELDS = {
  "merchantId",
  "merchantName",
  "merchantLogoUrl",
  "externalAgreementId",
  "merchantWebsiteUrl",
  "selfServiceUrl",
  "recurringAgreementCallbackUrl",
  "updateCardCallbackUrl",
  "accountVerificationPaymentId",
}

-- The agreement that the same call has made, if any.
local function namesake(world, args, caller)
  for _, agreement in pairs(world.agreements) do
    if
      agreement.psp == caller.psp
      and agreement.state ~= "Terminated"
      and agreement.merchantId == args.merchantId
      and agreement.externalAgreementId == args.externalAgreementId
    then
      return agreement
    end
  end
end

function agreements.create(world, args, caller)
  local merchant, refusal = world:merchant(args.merchantId, caller)
  if not merchant then return nil, refusal end
  local agreement = namesake(world, args, caller)
  if not agreement then
    agreement = {
      psp = caller.psp,
      state = "Created",
      updates = {},
      recurringAgreementId = world:id("agreement"),
    }
    for name, value in pairs(args) do
      agreement[name] = value
    end
    world.agreements[agreement.recurringAgreementId] = agreement
  end
  return { recurringAgreementId = agreement.recurringAgreementId }
end

function agreements.get(world, args, caller)
  local agreement, refusal = world:own("agreements", args.agreementId, caller)
  if not agreement then return nil, refusal end
  local out = { recurringAgreementId = agreement.recurringAgreementId }
  for _, name in ipairs(FIELDS) do
    out[name] = agreement[name]
    if out[name] == nil then out[name] = json.null end
  end
  return out
end

function agreements.update(world, args, caller)
  local agreement, refusal =
    world:own("agreements", args.recurringAgreementId, caller)
  if not agreement then return nil, refusal end
  if agreement.state == "Terminated" then
    return nil, "agreement_terminated"
  end
  if args.allowedCardTypes then
    refusal = means.card_problem(args.allowedCardTypes)
    if refusal then return nil, refusal end
  end
  args.recurringAgreementId = nil
  for name, value in pairs(args) do
    agreement[name] = value
  end
end

--- The PSP's own doing: no callback. Again it is the same.
function agreements.terminate(world, args, caller)
  local agreement, refusal = world:own("agreements", args.agreementId, caller)
  if agreement then agreement.state = "Terminated" end
  return nil, refusal
end

local function payable(world, args, caller)
  local agreement, refusal = world:own("agreements", args.agreementId, caller)
  if not agreement then return nil, refusal end
  if agreement.state == "Terminated" then
    return nil, "agreement_terminated"
  end
  local merchant
  merchant, refusal = world:merchant(agreement.merchantId, caller)
  refusal = refusal
    or means.card_problem(args.allowedCardTypes)
    or means.currency_problem(args.currencyCode)
  if args.isAccountVerification and args.amount > 100 then
    refusal = refusal or "verification"
  end
  return merchant and not refusal and agreement or nil, refusal
end

--- A payment with the customer present; it goes the way of all payments.
function agreements.initiate_cit(world, args, caller)
  local agreement, refusal = payable(world, args, caller)
  if not agreement then return nil, refusal end
  args.merchantId = agreement.merchantId
  args.merchantName = agreement.merchantName
  args.agreement = agreement.recurringAgreementId
  return payments.start(world, args, caller)
end

--- The result of a card update that the user has asked for.
function agreements.confirm_card(world, args, caller)
  local agreement, refusal = world:own("agreements", args.agreementId, caller)
  local update = agreement and agreement.updates[args.paymentId]
  if not update then return nil, refusal or "unknown" end
  if agreement.state == "Terminated" then
    return nil, "agreement_terminated"
  end
  local changed
  changed, refusal = attempts.settle(world, update, args)
  if changed and update.state == "succeeded" then
    agreement.card = update.card
  end
  return nil, refusal
end

return agreements
