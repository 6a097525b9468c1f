-- Recurring agreements, the payments on them, and the change of a card.

local helper = require "spec.online.helper"
local json = require "luapay.sandbox.json"
local sandbox = require "luapay.sandbox"

local send = helper.send
local RECURRING = "/v3/recurring"
local MIT = RECURRING .. "/payments/merchant-initiated"

describe("sandbox.mobilepay_online", function()
  local provider, agreement

  local function create(changes)
    local status, answer =
      send(provider, "POST " .. RECURRING, helper.agreement(changes))
    return status, answer.recurringAgreementId or answer
  end

  before_each(function()
    provider = sandbox.mobilepay_online()
    agreement = select(2, create())
  end)

  local function cit(changes, id)
    return send(
      provider,
      "POST "
        .. RECURRING
        .. "/payments/customer-initiated?agreementId="
        .. (id or agreement),
      helper.cit(changes)
    )
  end

  -- The agreement's first payment, authorised.
  local function activate(changes)
    local _, made = cit(changes)
    local attempt = assert(provider:accept(made.paymentId))
    assert(204 == helper.patch(provider, made.paymentId, attempt, {
      succeeded = true,
    }))
    return made.paymentId
  end

  local function mit(changes, id)
    local status, answer = send(
      provider,
      "POST " .. MIT .. "?agreementId=" .. (id or agreement),
      helper.mit(changes)
    )
    return status, answer.paymentId or answer
  end

  local function update(payment, result)
    return (send(provider, "PATCH " .. MIT .. "/" .. payment, result))
  end

  local function part(kind, payment, amount, key)
    return (
      send(
        provider,
        ("POST %s/%s/%ss"):format(MIT, payment, kind),
        helper.part(kind, amount, key)
      )
    )
  end

  local function told(number)
    local call = provider:callbacks()[number]
    return call and json.decode(call.body), call
  end

  describe("has an agreement that", function()
    it("is created, once for the same call", function()
      assert.equal("Created", provider:agreement(agreement).state)
      assert.equal(agreement, select(2, create()))
      assert.is_not.equal(
        agreement,
        select(2, create { externalAgreementId = "2" })
      )
    end)

    for _, case in ipairs {
      { "2000", helper.NOBODY },
      { "2010", helper.FOREIGN },
    } do
      it("is of no merchant with code " .. case[1], function()
        local status, answer = create { merchantId = case[2] }
        assert.same({ 409, case[1] }, { status, answer.code })
      end)
    end

    it("is shown with ten fields", function()
      local status, answer =
        send(provider, "GET " .. RECURRING .. "/" .. agreement)
      assert.equal(200, status)
      local expected = helper.agreement {
        recurringAgreementId = agreement,
        selfServiceUrl = json.null,
        accountVerificationPaymentId = json.null,
      }
      assert.same(expected, answer)
    end)

    it("is activated by its first authorised payment", function()
      local payment = activate()
      assert.equal("Activated", provider:agreement(agreement).state)
      assert.equal("DANKORT", provider:agreement(agreement).card.cardType)
      local card = told(1)
      assert.equal(agreement, card.AgreementId)
      assert.equal(payment, card.PaymentId)
      local state, call = told(2)
      assert.same({ AgreementId = agreement, State = "Activated" }, state)
      assert.equal("https://psp.example/agreement", call.url)
      activate { pspReferenceId = "ref-2" }
      assert.equal(3, #provider:callbacks())
    end)

    it("names itself as the diagrams do, if so wished", function()
      provider = sandbox.mobilepay_online {
        agreement_key = "recurringAgreementId",
      }
      agreement = select(2, create())
      activate()
      assert.equal(agreement, told(2).recurringAgreementId)
    end)

    it("remembers the payment that verified the account", function()
      assert.equal(409, (cit { isAccountVerification = true, amount = 101 }))
      local payment = activate {
        isAccountVerification = true,
        amount = 100,
        pspReferenceId = "v",
      }
      local _, answer = send(provider, "GET " .. RECURRING .. "/" .. agreement)
      assert.equal(payment, answer.accountVerificationPaymentId)
    end)

    it("is not activated by a payment that fails", function()
      local _, made = cit()
      local attempt = provider:accept(made.paymentId)
      helper.patch(provider, made.paymentId, attempt, helper.failure(1000))
      assert.equal("Created", provider:agreement(agreement).state)
      assert.equal(409, (mit()))
    end)

    it("is updated, and takes no bad card type", function()
      local path = "PATCH " .. RECURRING .. "/" .. agreement
      local status = send(provider, path, {
        updateCardCallbackUrl = "https://psp.example/new",
        merchantLogoUrl = json.null,
        allowedCardTypes = helper.CARDS,
      })
      assert.equal(204, status)
      local _, answer = send(provider, "GET " .. RECURRING .. "/" .. agreement)
      assert.equal("https://psp.example/new", answer.updateCardCallbackUrl)
      assert.equal("https://shop.example/logo.png", answer.merchantLogoUrl)
      local bad
      status, bad = send(provider, path, {
        allowedCardTypes = {
          { name = "AMEX", encryptedPanCallbackUrl = "https://x.example" },
        },
      })
      assert.same({ 409, "2040" }, { status, bad.code })
    end)

    it("is terminated by the PSP without a callback", function()
      activate()
      local before = #provider:callbacks()
      local path = "DELETE " .. RECURRING .. "?agreementId=" .. agreement
      assert.equal(200, (send(provider, path)))
      assert.equal(200, (send(provider, path)))
      assert.equal("Terminated", provider:agreement(agreement).state)
      assert.equal(before, #provider:callbacks())
      assert.equal(409, (mit()))
      assert.equal(409, (cit { pspReferenceId = "late" }))
    end)

    it("is terminated by the user with one", function()
      provider:terminate(agreement)
      assert.same({ AgreementId = agreement, State = "Terminated" }, (told(1)))
      assert.equal(409, (cit()))
    end)

    it("is needed for its payments", function()
      assert.equal(404, (cit(nil, helper.NOBODY)))
      assert.equal(404, (mit(nil, helper.NOBODY)))
      assert.equal(400, (cit(nil, "x")))
      assert.equal(
        404,
        (
          send(
            provider,
            "POST " .. RECURRING .. "/payments/customer-initiated",
            helper.cit()
          )
        )
      )
    end)
  end)

  describe("charges an agreement", function()
    before_each(function()
      activate()
    end)

    it("when the PSP has authorised it; then its parts", function()
      local status, payment = mit()
      assert.equal(200, status)
      assert.equal(409, part("capture", payment, 1, "early"))
      assert.equal(200, update(payment, { succeeded = true }))
      assert.equal(200, update(payment, { succeeded = true }))
      assert.equal(200, part("capture", payment, 4000, "c"))
      assert.equal(200, part("capture", payment, 4000, "c"))
      assert.equal(200, part("cancel", payment, 1000, "x"))
      assert.equal(409, part("cancel", payment, 1, "more"))
      assert.equal(200, part("refund", payment, 4000, "r"))
      assert.equal(409, part("refund", payment, 1, "more"))
      local all = provider:payment(payment)
      assert.same(
        { 5000, 4000, 1000, 4000 },
        { all.authorized, all.captured, all.cancelled, all.refunded }
      )
      assert.is_true(provider:check())
    end)

    it("at once, with autoCapture", function()
      local _, payment = mit { autoCapture = true }
      update(payment, { succeeded = true })
      assert.equal(5000, provider:payment(payment).captured)
    end)

    it("with another try after one that failed", function()
      local _, payment = mit()
      assert.equal(200, update(payment, helper.failure(1001)))
      assert.equal("failed", provider:payment(payment).state)
      -- 3DS is not supported here: no page is needed, and it has failed
      assert.equal(
        200,
        update(
          payment,
          helper.failure(1008, {
            threeDSecureUrl = helper.without,
          })
        )
      )
      assert.equal("failed", provider:payment(payment).state)
      assert.equal(200, update(payment, { succeeded = true }))
      assert.equal(409, update(payment, helper.failure(1001)))
      assert.equal(400, update(payment, helper.failure(1009)))
      assert.equal(400, update(payment, helper.failure(1010)))
      assert.is_true(provider:check())
    end)

    it("only with its card", function()
      assert.equal(409, (mit { last4 = "1111" }))
      assert.equal(400, (mit { last4 = "374" }))
    end)

    it("once for the same reference", function()
      local _, first = mit()
      local status, second = mit()
      assert.same({ 200, first }, { status, second })
      assert.equal(409, (mit { amount = 1 }))
    end)

    it("only in a currency that there is", function()
      local status, answer = mit { currencyCode = "XTS" }
      assert.same({ 409, "2050" }, { status, answer.code })
    end)

    it("and shows the charge, card types as bare names", function()
      local _, payment = mit()
      local status, answer =
        send(provider, ("GET %s/payments/%s/details"):format(MIT, payment))
      assert.equal(200, status)
      assert.same({
        merchantId = helper.MERCHANT,
        merchantName = "The Shop",
        merchantLogoUrl = "https://shop.example/logo.png",
        merchantOrderId = "month-1",
        merchantUrl = "https://shop.example",
        pspReferenceId = "mit-1",
        amount = 5000,
        currencyCode = "DKK",
        allowedCardTypes = { "DANKORT", "VISA-DEBIT", "MC-CREDIT" },
      }, answer)
    end)

    it("apart from the customer's own payments", function()
      local _, payment = mit()
      assert.equal(404, (send(provider, "GET /v3/payments/" .. payment)))
      assert.equal(
        404,
        update(provider:ledger()[1].payment, {
          succeeded = true,
        })
      )
    end)
  end)

  describe("changes an agreement's card", function()
    local payment

    local function confirm(result)
      return (
        send(
          provider,
          ("PATCH %s/%s/card/%s"):format(RECURRING, agreement, payment),
          result
        )
      )
    end

    local function number()
      return provider:agreement(agreement).card.number
    end

    before_each(function()
      activate()
      payment = provider:change_card(agreement, { last4 = "4444" })
    end)

    it("and tells the PSP, in camelCase", function()
      local body, call = told(3)
      assert.equal("card_update", call.kind)
      assert.equal("https://psp.example/card", call.url)
      assert.same(
        { agreement, payment, "MC-CREDIT", "555555XXXXXX4444", "MC S4C" },
        {
          body.agreementId,
          body.paymentId,
          body.cardType,
          body.maskedCardNumber,
          body.tokenMethod,
        }
      )
      assert.truthy(body.cardDataType)
      assert.truthy(body.tokenData)
    end)

    it("with the encrypted number where there is no token", function()
      provider:change_card(agreement, { last4 = "3742" })
      local body = told(4)
      assert.same({ 7, "DANKORT" }, { body.publicKeyId, body.cardType })
      assert.truthy(body.cardData)
      assert.is_nil(body.maskedCardNumber)
    end)

    it("when the PSP confirms it, and charges the new one", function()
      assert.equal("5019717010103742", number())
      assert.equal(204, confirm { succeeded = true })
      assert.equal(204, confirm { succeeded = true })
      assert.equal("5555555555554444", number())
      assert.equal(409, (mit()))
      assert.equal(200, (mit { last4 = "4444" }))
    end)

    it("not when the PSP rejects it", function()
      assert.equal(204, confirm(helper.failure(1003)))
      assert.equal("5019717010103742", number())
      assert.equal(409, confirm { succeeded = true })
    end)

    it("after 3DS", function()
      assert.equal(
        400,
        confirm(helper.failure(1008, {
          threeDSecureUrl = helper.without,
        }))
      )
      assert.equal(204, confirm(helper.failure(1008)))
      assert.equal("5019717010103742", number())
      assert.equal(204, confirm { succeeded = true })
      assert.equal("5555555555554444", number())
    end)

    it("not when nobody asked for it", function()
      payment = helper.NOBODY
      assert.equal(404, confirm { succeeded = true })
    end)
  end)
end)
