-- The callbacks: when, where to, and their bodies key by key.

local helper = require "spec.online.helper"
local json = require "luapay.sandbox.json"
local sandbox = require "luapay.sandbox"

local send = helper.send

local function keys(object)
  local names = {}
  for name in pairs(object) do
    names[#names + 1] = name
  end
  table.sort(names)
  return table.concat(names, " ")
end

describe("sandbox.mobilepay_online calls back", function()
  local provider

  before_each(function()
    provider = sandbox.mobilepay_online()
  end)

  -- The callbacks after a swipe, each with its decoded body.
  local function swipe(changes, how)
    local payment, attempt = helper.accepted(provider, changes, how)
    local calls = provider:callbacks()
    for _, call in ipairs(calls) do
      call.told = json.decode(call.body)
    end
    return calls, payment, attempt
  end

  it("with an encrypted card, in PascalCase", function()
    local calls, payment, attempt = swipe()
    assert.equal(1, #calls)
    assert.equal("card", calls[1].kind)
    assert.equal("POST", calls[1].method)
    assert.equal("https://psp.example/dankort", calls[1].url)
    assert.same({ ["content-type"] = "application/json" }, calls[1].headers)
    local told = calls[1].told
    assert.truthy(told.EncryptedCardData:find "^[%w+/]+=*$")
    told.EncryptedCardData = nil
    assert.same({
      PaymentId = payment,
      AuthorizationAttemptId = attempt,
      PublicKeyId = 7,
      CardType = "DANKORT",
    }, told)
  end)

  it("with a card as the given encrypt hides it", function()
    local seen
    provider = sandbox.mobilepay_online {
      encrypt = function(key, text)
        seen = { key, text }
        return "aGlkZGVu"
      end,
    }
    local calls = swipe()
    assert.equal("aGlkZGVu", calls[1].told.EncryptedCardData)
    assert.equal(7, seen[1])
    -- 2024-01-01 in ticks: digits that no float has
    assert.equal(
      '{"encryptedCardData":{"cardNumber":5019717010103742,'
        .. '"expiryMonth":12,"expiryYear":28},'
        .. '"timestampticks":638396640000000000}',
      seen[2]
    )
  end)

  it("with Visa's token, in camelCase", function()
    local calls, payment, attempt = swipe(nil, { last4 = "1111" })
    assert.equal("token", calls[1].kind)
    assert.equal("https://psp.example/visa-token", calls[1].url)
    local told = calls[1].told
    assert.equal(
      "authorizationAttemptId cardIssuedInCountryCode cardType "
        .. "isDelegatedAuthentication maskedCardNumber paymentId tokenData "
        .. "tokenMethod",
      keys(told)
    )
    assert.equal(payment, told.paymentId)
    assert.equal(attempt, told.authorizationAttemptId)
    assert.equal("VISA-DEBIT", told.cardType)
    assert.equal("411111XXXXXX1111", told.maskedCardNumber)
    assert.equal("VTS", told.tokenMethod)
    local data = told.tokenData
    assert.equal(
      "cryptogramInfo paymentInstrument tokenInfo vPaymentDataID",
      keys(data)
    )
    assert.equal("cryptogram eci", keys(data.cryptogramInfo))
    assert.equal("1111", data.paymentInstrument.last4)
    assert.equal("VISA", data.paymentInstrument.paymentType.cardBrand)
    assert.same({ month = "11", year = "2027" }, data.tokenInfo.expirationDate)
  end)

  it("with Mastercard's token, which is another", function()
    local calls = swipe(nil, { last4 = "4444" })
    local told = calls[1].told
    assert.equal(
      "authorizationAttemptId cardIssuedInCountryCode cardType "
        .. "maskedCardNumber paymentId tokenData tokenMethod",
      keys(told)
    )
    assert.equal("MC S4C", told.tokenMethod)
    assert.equal("dynamicData eci token", keys(told.tokenData))
    assert.equal(
      "paymentAccountReference paymentToken tokenExpirationMonth "
        .. "tokenExpirationYear",
      keys(told.tokenData.token)
    )
    assert.equal(
      "dynamicDataType dynamicDataValue",
      keys(told.tokenData.dynamicData)
    )
  end)

  it("with the number itself when nobody wants its token", function()
    local calls = swipe({
      allowedCardTypes = {
        {
          name = "VISA-DEBIT",
          encryptedPanCallbackUrl = "https://psp.example/visa",
          tokenCallbackUrl = json.null,
        },
      },
    })
    assert.equal("card", calls[1].kind)
    assert.equal("https://psp.example/visa", calls[1].url)
    assert.equal("VISA-DEBIT", calls[1].told.CardType)
  end)

  it("shows eight digits of a card, if so wished", function()
    provider = sandbox.mobilepay_online { mask_head = 8 }
    local calls = swipe(nil, { last4 = "1111" })
    assert.equal("41111111XXXX1111", calls[1].told.maskedCardNumber)
  end)

  it("with the address of a checkout before the card", function()
    local calls, payment, attempt = swipe({
      isCheckout = true,
      addressCallbackUrl = "https://psp.example/address",
      deliveryAddressAllowed = true,
    }, { phone = "+4587654321" })
    assert.equal(2, #calls)
    assert.same({ "address", "card" }, { calls[1].kind, calls[2].kind })
    assert.equal("https://psp.example/address", calls[1].url)
    local told = calls[1].told
    assert.equal(
      "Addresses AuthorizationAttemptId EmailAddress "
        .. "EmailAddressValidationMethod EmailAddressValidationStatus "
        .. "PaymentId PhoneNumber PhoneNumberValidationMethod "
        .. "PhoneNumberValidationStatus",
      keys(told)
    )
    assert.same(
      { payment, attempt, "+4587654321" },
      { told.PaymentId, told.AuthorizationAttemptId, told.PhoneNumber }
    )
    assert.equal(1, #told.Addresses)
    assert.equal("2100", told.Addresses[1].PostalCode)
  end)

  it("gives a checkout more time", function()
    local _, made = send(
      provider,
      "POST /v3/payments",
      helper.payment {
        isCheckout = true,
        addressCallbackUrl = "https://psp.example/address",
      }
    )
    provider:advance(49 * 60)
    assert.truthy(provider:accept(made.paymentId))
  end)

  it("with a new attempt when a callback was not taken", function()
    local calls, payment, first = swipe()
    provider:fail_callback(calls[1].number)
    assert.equal(409, (helper.patch(provider, payment, first, {
      succeeded = true,
    })))
    local second = assert(provider:accept(payment))
    assert.is_not.equal(first, second)
    assert.equal(2, #provider:callbacks())
    assert.equal(1, #provider:callbacks(1))
    assert.equal(204, (helper.patch(provider, payment, second, {
      succeeded = true,
    })))
  end)

  it("twice with the same, when the network fails", function()
    local calls = swipe()
    local again = provider:repeat_callback(calls[1].number)
    assert.equal(calls[1].body, again.body)
    assert.equal(calls[1].url, again.url)
    assert.equal(2, #provider:callbacks())
  end)

  it("not for who is too young, or has no such card", function()
    local _, made = send(
      provider,
      "POST /v3/payments",
      helper.payment { minimumMobilePayUserAge = 31 }
    )
    assert.same({ nil, "too_young" }, { provider:accept(made.paymentId) })
    _, made = send(
      provider,
      "POST /v3/payments",
      helper.payment { pspReferenceId = "2" }
    )
    assert.same(
      { nil, "no_card" },
      { provider:accept(made.paymentId, { last4 = "0000" }) }
    )
    assert.same({}, provider:callbacks())
  end)

  it("when the simulated user swipes, at most once a second", function()
    local _, made = send(provider, "POST /v3/payments", helper.payment())
    local line = "POST /cardpassthrough-regressiontester-restapi/api/v1"
      .. "/product/payments/simulation/enter-phone-and-swipe/"
      .. made.paymentId
    local body = { phoneNumber = "+4512345678", lastFourDigits = "1111" }
    local nobody =
      { ["x-ibm-client-id"] = false, ["x-ibm-client-secret"] = false }
    assert.equal(200, (send(provider, line, body, nobody)))
    assert.equal("token", provider:callbacks()[1].kind)
    local status, _, headers = send(provider, line, body, nobody)
    assert.equal(429, status)
    assert.equal("1", headers["retry-after"])
    provider:advance(1)
    assert.equal(409, (send(provider, line, body, nobody)))
    assert.is_nil(json.encode(provider:requests()):find("12345678", 1, true))
  end)
end)
