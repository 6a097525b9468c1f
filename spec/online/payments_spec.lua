local sandbox = require "luapay.sandbox"
local helper = require "spec.online.helper"
local json = require "luapay.sandbox.json"

local send, patch = helper.send, helper.patch

describe("sandbox.mobilepay_online", function()
  local provider

  before_each(function()
    provider = sandbox.mobilepay_online()
  end)

  local function initiate(changes)
    return send(provider, "POST /v3/payments", helper.payment(changes))
  end

  local function state(payment)
    return provider:payment(payment).state
  end

  local function invalidate(payment)
    local status, answer =
      send(provider, "PUT /v1/payments/" .. payment .. "/invalidate")
    return status, answer.code or answer
  end

  describe("initiates a payment", function()
    it("and says where to send the user", function()
      local status, answer = initiate()
      assert.equal(200, status)
      assert.truthy(
        answer.redirectToMobilePayUrl:find(answer.paymentId, 1, true)
      )
      assert.truthy(answer.redirectToMobilePayAppUrl)
      assert.same({}, provider:ledger())
      assert.same({}, provider:callbacks())
    end)

    for _, case in ipairs {
      { "an unknown merchant", { merchantId = helper.NOBODY }, "2000" },
      { "another PSP's merchant", { merchantId = helper.FOREIGN }, "2010" },
      { "no card types", { allowedCardTypes = json.list {} }, "2030" },
      {
        "card types left out",
        { allowedCardTypes = helper.without },
        "2030",
      },
      {
        "a card type that is none",
        {
          allowedCardTypes = {
            {
              name = "AMEX",
              encryptedPanCallbackUrl = "https://x.example",
            },
          },
        },
        "2040",
      },
      { "a currency that is none", { currencyCode = "XTS" }, "2050" },
    } do
      it("but not with " .. case[1], function()
        local status, answer, headers = initiate(case[2])
        assert.equal(409, status)
        assert.equal(case[3], answer.code)
        assert.equal("string", type(answer.message))
        assert.truthy(answer.correlationId:find("^%x+%-%x+%-%x+%-%x+%-%x+$"))
        assert.equal("application/json", headers["content-type"])
      end)
    end

    it("but not of a deleted merchant", function()
      send(provider, "DELETE /v1/merchants/" .. helper.MERCHANT)
      local status, answer = initiate()
      assert.same({ 409, "2020" }, { status, answer.code })
    end)

    for _, case in ipairs {
      { "amount", -1 },
      { "amount", "1" },
      { "amount", json.number "1.5" },
      { "amount", json.null },
      { "amount", helper.without },
      { "merchantId", "x" },
      { "merchantLogoUrl", "http://x.example" },
      { "merchantUrl", ("x"):rep(151) },
      { "publicKeyId", "seven" },
      { "redirectFromMobilePayUrl", "done.html" },
      { "validUntil", "tomorrow" },
      { "autoCapture", "yes" },
      { "minimumMobilePayUserAge", 151 },
      { "pspReferenceId", "" },
      { "deliveryAddressDisallowedReasonCode", 6 },
      { "failedPaymentCallbackUrl", "http://psp.example" },
    } do
      it(
        ("but not when %s is %s"):format(case[1], tostring(case[2])),
        function()
          local status, answer = initiate { [case[1]] = case[2] }
          assert.equal(400, status)
          assert.equal(400, answer.status)
          assert.truthy(answer.errors[case[1]], json.encode(answer))
        end
      )
    end

    it("and the same once more is the same payment", function()
      local _, first = initiate()
      local status, second = initiate()
      assert.equal(200, status)
      assert.same(first, second)
    end)

    it("but not another under the same reference", function()
      initiate()
      local status = initiate { amount = 1 }
      assert.equal(409, status)
    end)

    it("but never a fourth of one order", function()
      for i = 1, 3 do
        assert.equal(200, (initiate { pspReferenceId = "r" .. i }))
      end
      provider:advance(86400)
      assert.equal(409, (initiate { pspReferenceId = "r4" }))
      assert.equal(409, (initiate { pspReferenceId = "r4" }))
      assert.equal(200, (initiate { pspReferenceId = "r1" }))
      assert.equal(
        200,
        (initiate { pspReferenceId = "r5", merchantOrderId = "order-2" })
      )
    end)

    it("and shows it, by the fields of its document", function()
      local _, made = initiate { preferVisaPartOfVisaDankort = true }
      local status, answer =
        send(provider, "GET /v3/payments/" .. made.paymentId)
      assert.equal(200, status)
      local expected = helper.payment {
        failedPaymentCallbackUrl = helper.without,
        preferVisaPartOfVisaDankort = true,
      }
      assert.same(expected, answer)
    end)

    it("and shows it to nobody else", function()
      local _, made = initiate()
      assert.equal(
        404,
        (
          send(provider, "GET /v3/payments/" .. made.paymentId, nil, {
            ["x-ibm-client-id"] = "other-client",
            ["x-ibm-client-secret"] = "other-secret",
          })
        )
      )
    end)
  end)

  describe("authorizes a payment", function()
    it("when the PSP says that an attempt succeeded", function()
      local payment, attempt = helper.accepted(provider)
      assert.equal("accepted", state(payment))
      assert.equal(
        204,
        (patch(provider, payment, attempt, { succeeded = true }))
      )
      assert.equal("authorized", state(payment))
      assert.same({
        {
          number = 1,
          kind = "authorization",
          payment = payment,
          merchant = helper.MERCHANT,
          amount = 10000,
          currency = "DKK",
          id = attempt,
          time = provider.clock:now(),
        },
      }, provider:ledger())
      assert.is_true(provider:check())
    end)

    it("once, however often it is said", function()
      local payment, attempt = helper.authorized(provider)
      assert.equal(
        204,
        (patch(provider, payment, attempt, { succeeded = true }))
      )
      assert.equal(
        409,
        (patch(provider, payment, attempt, helper.failure(2000)))
      )
      assert.equal(1, #provider:ledger())
    end)

    it("with another card when the first was refused", function()
      local payment, first = helper.accepted(provider)
      assert.equal(
        204,
        (patch(provider, payment, first, helper.failure(1001)))
      )
      assert.equal("open", state(payment))
      local second = assert(provider:accept(payment, { last4 = "1111" }))
      assert.is_not.equal(first, second)
      patch(provider, payment, second, { succeeded = true })
      assert.equal("authorized", state(payment))
      assert.equal(
        409,
        (patch(provider, payment, first, { succeeded = true }))
      )
      assert.equal(1, #provider:ledger())
    end)

    it("after 3DS, which takes its own time", function()
      local payment, attempt = helper.accepted(provider)
      provider:advance(34 * 60)
      assert.equal(
        204,
        (patch(provider, payment, attempt, helper.failure(1008)))
      )
      assert.equal("challenged", state(payment))
      provider:advance(15 * 60)
      assert.equal(
        204,
        (patch(provider, payment, attempt, helper.failure(1009)))
      )
      assert.equal("challenged", state(payment))
      assert.equal(
        204,
        (patch(provider, payment, attempt, { succeeded = true }))
      )
      assert.equal("authorized", state(payment))
    end)

    it("not after 3DS that failed", function()
      local payment, attempt = helper.accepted(provider)
      patch(provider, payment, attempt, helper.failure(1008))
      assert.equal(
        204,
        (patch(provider, payment, attempt, helper.failure(1000)))
      )
      assert.equal("open", state(payment))
      assert.same({}, provider:ledger())
    end)

    it("and hears of no end of 3DS that has not begun", function()
      local payment, attempt = helper.accepted(provider)
      assert.equal(
        409,
        (patch(provider, payment, attempt, helper.failure(1009)))
      )
    end)

    it("and captures it at once, if that was wished", function()
      local payment = helper.authorized(provider, { autoCapture = true })
      assert.equal(10000, provider:payment(payment).captured)
      assert.equal(2, #provider:ledger())
      assert.is_true(provider:check())
    end)

    it("and keeps the currency by its letters", function()
      helper.authorized(provider, { currencyCode = "978" })
      assert.equal("EUR", provider:ledger()[1].currency)
    end)

    for _, case in ipairs {
      { "no reason", "reasonCode", { succeeded = false } },
      {
        "no words",
        "reasonMessage",
        helper.failure(2000, { reasonMessage = helper.without }),
      },
      { "code 1002", "reasonCode", helper.failure(1002) },
      {
        "a null as code",
        "reasonCode",
        { succeeded = true, reasonCode = json.null },
      },
      {
        "no acquirer's VAT number",
        "acquirerVatNumber",
        helper.failure(1000, { acquirerVatNumber = helper.without }),
      },
      {
        "no acquirer's merchant",
        "acquirerMerchantId",
        helper.failure(1010, { acquirerMerchantId = helper.without }),
      },
      {
        "no acquirer's reference",
        "acquirerPaymentReference",
        helper.failure(1007, { acquirerPaymentReference = helper.without }),
      },
      {
        "no page for 3DS",
        "threeDSecureUrl",
        helper.failure(1008, { threeDSecureUrl = helper.without }),
      },
      { "no result", "succeeded", {} },
    } do
      it("not with " .. case[1], function()
        local payment, attempt = helper.accepted(provider)
        local status, answer = patch(provider, payment, attempt, case[3])
        assert.equal(400, status)
        assert.truthy(answer.errors[case[2]], json.encode(answer))
        assert.equal("accepted", state(payment))
      end)
    end

    it("without an acquirer where the error was not his", function()
      for _, code in ipairs { 2000, 2001, 2002, 3000 } do
        local payment, attempt = helper.accepted(
          provider,
          { pspReferenceId = "r" .. code, merchantOrderId = "o" .. code }
        )
        assert.equal(204, (patch(provider, payment, attempt, {
          succeeded = false,
          reasonCode = code,
          reasonMessage = "no",
        })))
      end
    end)

    it("and sees that a result was late", function()
      local payment, attempt = helper.accepted(provider)
      provider:advance(33)
      patch(provider, payment, attempt, { succeeded = true })
      assert.is_true(provider:payment(payment).attempts[1].late)
    end)
  end)

  describe("invalidates a payment", function()
    it("that nobody has accepted; then nobody can", function()
      local _, made = initiate()
      assert.same({ 200, "" }, { invalidate(made.paymentId) })
      local attempt, why = provider:accept(made.paymentId)
      assert.is_nil(attempt)
      assert.equal("ended", why)
      assert.same({}, provider:callbacks())
      assert.same({ 200, "" }, { invalidate(made.paymentId) })
    end)

    it("but not one that is authorized", function()
      assert.same({ 409, "2100" }, {
        invalidate(helper.authorized(provider)),
      })
    end)

    it("but one whose attempt runs only after code 1010", function()
      local payment, attempt = helper.accepted(provider)
      assert.same({ 409, "2101" }, { invalidate(payment) })
      patch(provider, payment, attempt, helper.failure(1010))
      assert.same({ 200, "" }, { invalidate(payment) })
      assert.equal("invalidated", state(payment))
    end)

    it("but not while 3DS is running", function()
      local payment, attempt = helper.accepted(provider)
      patch(provider, payment, attempt, helper.failure(1008))
      assert.same({ 409, "2101" }, { invalidate(payment) })
    end)
  end)

  describe("lets a payment expire", function()
    it("after 35 minutes, and says so", function()
      local _, made = initiate()
      provider:advance(35 * 60 - 1)
      assert.same({}, provider:callbacks())
      provider:advance(1)
      assert.equal("expired", state(made.paymentId))
      local calls = provider:callbacks()
      assert.equal(1, #calls)
      assert.equal("https://psp.example/failed", calls[1].url)
      local told = json.decode(calls[1].body)
      assert.same({
        Code = "100",
        Reason = "Payment expired",
        PaymentId = made.paymentId,
      }, told)
      assert.equal(1, #provider:callbacks())
    end)

    it("in silence, when it was not said whom to tell", function()
      initiate { failedPaymentCallbackUrl = json.null }
      provider:advance(3600)
      assert.same({}, provider:callbacks())
    end)

    it("when it was said to, minutes alone will do", function()
      local _, made = initiate { validUntil = "2024-01-01T01:05+01:00" }
      provider:advance(5 * 60 - 1)
      assert.equal("open", state(made.paymentId))
      provider:advance(1)
      assert.equal("expired", state(made.paymentId))
    end)

    it("with its attempt: a result that comes then is refused", function()
      local payment, attempt = helper.accepted(provider)
      provider:advance(35 * 60)
      assert.equal(
        409,
        (patch(provider, payment, attempt, { succeeded = true }))
      )
      assert.same({}, provider:ledger())
    end)

    it("never, once it is authorized", function()
      local payment = helper.authorized(provider)
      provider:advance(86400)
      assert.equal("authorized", state(payment))
    end)

    it("and not when the user has rejected it", function()
      local _, made = initiate()
      assert.is_true(provider:reject(made.paymentId))
      provider:advance(86400)
      assert.same({}, provider:callbacks())
      assert.equal("rejected", state(made.paymentId))
    end)
  end)

  it("updates where a user comes back to", function()
    local _, made = initiate()
    local path = "PATCH /v1/payments/" .. made.paymentId
    assert.equal(204, (send(provider, path, {
      redirectFromMobilePayUrl = "https://shop.example/elsewhere",
      reservationExpireTimestamp = "2024-01-08T00:00:00.0000000+00:00",
    })))
    local seen = provider:payment(made.paymentId)
    assert.equal(
      "https://shop.example/elsewhere",
      seen.redirectFromMobilePayUrl
    )
    assert.equal(
      "2024-01-08T00:00:00.0000000+00:00",
      seen.reservationExpireTimestamp
    )
    assert.equal(
      400,
      (
        send(
          provider,
          path,
          { reservationExpireTimestamp = "2024-02-30T00:00:00Z" }
        )
      )
    )
    provider:advance(3600)
    assert.equal(409, (send(provider, path, {})))
  end)
end)
