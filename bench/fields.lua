-- How long checking, encoding and reading take for a call of 25 fields:
-- microseconds for prepare and interpret together, without a transport.
local core = require("luapay.core")

local INITIATE = assert(core.find("mobilepay_online.initiate_payment"))
local CALLS, ROUNDS = 20000, 9
local ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"

local function url(path)
  return "https://shop.example/" .. path
end

local args = {
  ["x-ibm-client-id"] = "b5f8a2c4d1e07936",
  ["x-ibm-client-secret"] = "9d1c73e6a5b84f20",
  allowedCardTypes = {
    { name = "DANKORT", encryptedPanCallbackUrl = url("card") },
    { name = "VISA-DEBIT", encryptedPanCallbackUrl = url("card") },
  },
  amount = 49500,
  currencyCode = "DKK",
  merchantId = ID,
  merchantLogoUrl = url("logo.png"),
  merchantName = "Shop",
  merchantOrderId = "order-17",
  merchantUrl = url(""),
  pspReferenceId = "psp-17",
  publicKeyId = 12,
  redirectFromMobilePayUrl = url("back"),
  failedPaymentCallbackUrl = url("failed"),
  isCheckout = true,
  addressCallbackUrl = url("address"),
  deliveryAddressAllowed = true,
  validUntil = "2026-12-24T18:00:00Z",
  autoCapture = false,
  preferVisaPartOfVisaDankort = true,
  customerLanguageCode = "EN",
  minimumMobilePayUserAge = 18,
}

local ANSWER = ('{"paymentId":"%s","redirectToMobilePayUrl":'):format(ID)
  .. '"https://pay.example/x"}'

local function count(fields)
  local n = 0
  for _, value in pairs(fields) do
    n = n + (type(value) == "table" and count(value) or 1)
  end
  return n
end

local times = {}
for round = 1, ROUNDS do
  local began = os.clock()
  for _ = 1, CALLS do
    assert(core.prepare(INITIATE, args))
    assert(core.interpret(INITIATE, 200, ANSWER))
  end
  times[round] = (os.clock() - began) / CALLS * 1e6
end
table.sort(times)
print(("%d %.3f"):format(count(args), times[(ROUNDS + 1) / 2]))
