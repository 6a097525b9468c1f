-- A caller that speaks to a pretend MobilePay Online as bare as a wire
-- does, and what most calls start from.

local json = require "luapay.sandbox.json"

local helper = {}

local REST = "/cardpassthrough-restapi/api"

helper.MERCHANT = "a0000000-0000-4000-8000-000000000001"
helper.FOREIGN = "a0000000-0000-4000-8000-000000000002"
helper.NOBODY = "00000000-0000-4000-8000-000000000000"
helper.NOW = "2024-01-01T00:00:00Z"

-- Sends "METHOD /v1/path" below the main prefix, or a whole path; returns
-- status, decoded body or its text, headers.
function helper.send(provider, line, body, headers)
  local method, path = line:match("^(%u+) (.*)$")
  local all = {
    ["x-ibm-client-id"] = "sandbox-client",
    ["x-ibm-client-secret"] = "sandbox-secret",
  }
  if body then all["content-type"] = "application/json" end
  for name, value in pairs(headers or {}) do
    all[name] = value or nil
  end
  local response = assert(provider:transport():send({
    method = method,
    headers = all,
    url = "https://localhost:1"
      .. (path:find("^/v%d/") and REST .. path or path),
    body = type(body) == "table" and json.encode(body) or body,
  }, 30))
  return response.status,
    json.decode(response.body) or response.body,
    response.headers
end

local function changed(args, changes)
  for name, value in pairs(changes or {}) do
    args[name] = value
    if value == helper.without then args[name] = nil end
  end
  return args
end

-- as a value among changes: leaves the name out
helper.without = {}

helper.CARDS = json.list {
  {
    name = "DANKORT",
    encryptedPanCallbackUrl = "https://psp.example/dankort",
  },
  {
    name = "VISA-DEBIT",
    encryptedPanCallbackUrl = "https://psp.example/visa",
    tokenCallbackUrl = "https://psp.example/visa-token",
  },
  {
    name = "MC-CREDIT",
    encryptedPanCallbackUrl = "https://psp.example/mc",
    tokenCallbackUrl = "https://psp.example/mc-token",
  },
}

-- The arguments of a payment of 100.00, changed as wanted.
function helper.payment(changes)
  return changed({
    merchantId = helper.MERCHANT,
    merchantName = "The Shop",
    merchantLogoUrl = "https://shop.example/logo.png",
    merchantOrderId = "order-1",
    merchantUrl = "https://shop.example",
    pspReferenceId = "ref-1",
    amount = 10000,
    currencyCode = "DKK",
    allowedCardTypes = helper.CARDS,
    publicKeyId = 7,
    redirectFromMobilePayUrl = "https://shop.example/done",
    failedPaymentCallbackUrl = "https://psp.example/failed",
  }, changes)
end

-- Those of a customer's payment on an agreement.
function helper.cit(changes)
  local args = helper.payment(changes)
  args.merchantId, args.merchantName = nil, nil
  return args
end

function helper.agreement(changes)
  return changed({
    merchantId = helper.MERCHANT,
    merchantName = "The Shop",
    merchantLogoUrl = "https://shop.example/logo.png",
    externalAgreementId = "agreement-1",
    merchantWebsiteUrl = "https://shop.example",
    recurringAgreementCallbackUrl = "https://psp.example/agreement",
    updateCardCallbackUrl = "https://psp.example/card",
  }, changes)
end

function helper.mit(changes)
  return changed({
    amount = 5000,
    currencyCode = "DKK",
    last4 = "3742",
    merchantOrderId = "month-1",
    merchantUrl = "https://shop.example",
    pspReferenceId = "mit-1",
  }, changes)
end

-- A part of a payment: helper.part("capture", 100, "key-1").
function helper.part(kind, amount, key)
  return {
    amount = amount,
    timestamp = helper.NOW,
    [kind .. "Identifier"] = key,
  }
end

-- A result that says no.
function helper.failure(code, changes)
  return changed({
    succeeded = false,
    reasonCode = code,
    reasonMessage = "no",
    acquirerVatNumber = "DK20016175",
    acquirerMerchantId = "1",
    acquirerPaymentReference = "2",
    threeDSecureUrl = code == 1008 and "https://3ds.example" or nil,
  }, changes)
end

-- A payment that a user has accepted: its id and its attempt's.
function helper.accepted(provider, changes, how)
  local _, made =
    helper.send(provider, "POST /v3/payments", helper.payment(changes))
  return made.paymentId, assert(provider:accept(made.paymentId, how))
end

-- Reports the result of an attempt.
function helper.patch(provider, payment, attempt, result)
  return helper.send(
    provider,
    ("PATCH /v1/payments/%s/authorizationattempts" .. "/%s"):format(
      payment,
      attempt
    ),
    result
  )
end

-- A payment that is authorised.
function helper.authorized(provider, changes, how)
  local payment, attempt = helper.accepted(provider, changes, how)
  assert(helper.patch(provider, payment, attempt, { succeeded = true }) == 204)
  return payment, attempt
end

return helper
