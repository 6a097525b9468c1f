-- luapay.mobilepay_online against its sandbox, in this process and over
-- real HTTPS: every endpoint, and what is known of the money on bad days.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"
local server = require "luapay.sandbox.server"
local helper = require "spec.online.helper"

local function in_process()
  local provider = sandbox.mobilepay_online()
  return provider,
    { transport = provider:transport(), base_url = "https://localhost:1" }
end

local function over_https()
  local made = assert(server.start())
  return made.mobilepay_online,
    {
      base_url = made.base_url,
      transport = luapay.transport.curl { ca_file = made.ca_file },
    },
    made
end

-- A list of this project's own JSON has a metatable; arguments have none.
local function plain(value)
  if type(value) ~= "table" then return value end
  local out = {}
  for name, item in pairs(value) do
    out[name] = plain(item)
  end
  return out
end

local NEAR = "in this process"

for name, open in pairs {
  [NEAR] = in_process,
  ["over HTTPS"] = over_https,
} do
  describe("luapay.mobilepay_online " .. name, function()
    local provider, options, online, running

    setup(function()
      provider, options, running = open()
      options.client_id, options.client_secret =
        "sandbox-client", "sandbox-secret"
      options.timeout = 8
    end)

    teardown(function()
      options.transport:close()
      if running then running:stop() end
    end)

    before_each(function()
      provider:reset()
      -- a new one each time: a client remembers the keys that it has used
      online = luapay.mobilepay_online(options)
    end)

    local function initiate(changes)
      local args = plain(helper.payment(changes))
      return assert(online:initiate_payment(args)).paymentId
    end

    local function accepted(changes)
      local payment = initiate(changes)
      return payment, provider:accept(payment)
    end

    local function authorized(changes)
      local payment, attempt = accepted(changes)
      assert(online:update_authorization_attempt {
        paymentId = payment,
        authorizationAttemptId = attempt,
        succeeded = true,
      })
      return payment
    end

    local function part(kind, payment, amount, key)
      local args = helper.part(kind, amount, key)
      args.paymentId = payment
      return online[kind .. "_payment"](online, args)
    end

    it("takes a payment from its start to its refund", function()
      local payment, attempt = accepted()
      assert(online:update_authorization_attempt {
        paymentId = payment,
        authorizationAttemptId = attempt,
        succeeded = true,
      })
      assert(online:update_payment {
        paymentId = payment,
        reservationExpireTimestamp = "2024-01-08T00:00:00Z",
      })
      local seen = assert(online:get_payment { paymentId = payment })
      assert.equal(10000, seen.amount)
      assert.equal("DANKORT", seen.allowedCardTypes[1].name)
      assert.truthy(assert(part("capture", payment, 7000, "c")).captureId)
      assert.truthy(assert(part("cancel", payment, 3000, "x")).cancelId)
      assert.truthy(assert(part("refund", payment, 100, "r")).refundId)
      local all = provider:payment(payment)
      assert.same(
        { 10000, 7000, 3000, 100 },
        { all.authorized, all.captured, all.cancelled, all.refunded }
      )
      assert.is_true(provider:check())
    end)

    it("simulates a user, invalidates a payment", function()
      local payment = initiate()
      assert(online:simulate_user {
        paymentId = payment,
        phoneNumber = "+4512345678",
      })
      local call = provider:callbacks()[1]
      assert.equal(payment, call.payment)
      local done, fault = online:invalidate_payment { paymentId = payment }
      assert.is_nil(done)
      assert.same(
        { "2101", 409, "failed" },
        { fault.code, fault.status, fault.outcome }
      )
      assert(online:update_authorization_attempt {
        paymentId = payment,
        authorizationAttemptId = call.attempt,
        succeeded = false,
        reasonCode = 1010,
        reasonMessage = "invalidated",
        acquirerVatNumber = "DK20016175",
        acquirerMerchantId = "1",
        acquirerPaymentReference = "2",
      })
      assert(online:invalidate_payment { paymentId = payment })
    end)

    it("keeps merchants and platforms", function()
      local platform = assert(online:create_platform { name = "Shops" })
      assert(online:update_platform {
        platformId = platform.platformId,
        name = "More shops",
      })
      assert.equal("More shops", assert(online:list_platforms())[1].name)
      local merchant = assert(online:create_merchant {
        externalId = "shop-2",
        name = "Gedekid og Smoothies",
        billingCurrency = "DKK",
        countryCode = "DK",
        merchantCategoryCode = 1234,
        platformId = platform.platformId,
      })
      assert(online:update_merchant {
        merchantId = merchant.merchantId,
        name = "Another",
      })
      assert.equal("Another", assert(online:get_merchant(merchant)).name)
      assert(online:delete_merchant(merchant))
      assert.equal(1, #assert(online:list_merchants()).merchants)
      local made, fault = online:initiate_payment(
        plain(helper.payment { merchantId = merchant.merchantId })
      )
      assert.is_nil(made)
      assert.same({ "2020", "failed" }, { fault.code, fault.outcome })
    end)

    it("shows and changes credentials", function()
      assert.is_true(assert(online:get_credentials()).active)
      local new = assert(online:create_credentials())
      assert.truthy(new.clientId)
      assert.truthy(assert(online:rotate_secret()).clientSecret)
      local list, fault = online:list_merchants()
      assert.is_nil(list)
      assert.same(
        { "auth", "failed", 401 },
        { fault.kind, fault.outcome, fault.status }
      )
    end)

    it("charges an agreement and changes its card", function()
      local agreement = assert(
        online:create_recurring_agreement(helper.agreement())
      ).recurringAgreementId
      local first = helper.cit()
      first.agreementId = agreement
      local cit = assert(online:initiate_cit_payment(plain(first)))
      assert(online:update_authorization_attempt {
        paymentId = cit.paymentId,
        authorizationAttemptId = provider:accept(cit.paymentId),
        succeeded = true,
      })
      local args = helper.mit()
      args.agreementId = agreement
      local mit = assert(online:initiate_mit_payment(args)).paymentId
      assert(online:update_mit_payment {
        paymentId = mit,
        succeeded = true,
      })
      for _, step in ipairs {
        { "capture", 3000 },
        { "cancel", 2000 },
        { "refund", 1 },
      } do
        local body = helper.part(step[1], step[2], "key")
        body.paymentId = mit
        assert(online[step[1] .. "_mit_payment"](online, body))
      end
      assert.same(
        { "DANKORT", "VISA-DEBIT", "MC-CREDIT" },
        assert(online:get_mit_payment_details {
          mitPaymentId = mit,
        }).allowedCardTypes
      )
      local id = { agreementId = agreement }
      assert.equal(
        "The Shop",
        assert(online:get_recurring_agreement(id)).merchantName
      )
      assert(online:update_recurring_agreement {
        recurringAgreementId = agreement,
        selfServiceUrl = "https://shop.example/self",
      })
      assert(online:confirm_card_update {
        agreementId = agreement,
        paymentId = provider:change_card(agreement, { last4 = "1111" }),
        succeeded = true,
      })
      assert.equal("VISA-DEBIT", provider:agreement(agreement).card.cardType)
      assert(online:terminate_recurring_agreement(id))
      local late, fault = online:initiate_mit_payment(args)
      assert.is_nil(late)
      assert.equal("failed", fault.outcome)
      assert.is_true(provider:check())
    end)

    -- What money may do twice, the key keeps from it: the client asks again
    -- by itself, and learns what has happened.
    -- Far away, waiting takes its time: only some are tried there.
    for _, case in ipairs {
      { "a lost answer", { fault = "lost_answer" }, far = true },
      { "a connection closed before", { fault = "closed" } },
      { "an answer cut in the middle", { fault = "cut" }, far = true },
      { "a 503, booked", { fault = "error", status = 503, booked = true } },
      { "two lost answers", { fault = "lost_answer", times = 2 } },
      { "an answer after 3 s", { fault = "delay", seconds = 3 } },
      { "a request that arrives twice", { fault = "duplicate" } },
    } do
      if case.far or name == NEAR then
        it("captures once on a day with " .. case[1], function()
          local payment = authorized()
          case[2].at = "capture_payment"
          provider:inject(case[2])
          assert(part("capture", payment, 4000, "key"))
          assert.equal(4000, provider:payment(payment).captured)
          assert.equal(2, #provider:ledger())
          assert.is_true(provider:check())
        end)
      end
    end

    it("knows not what happened when all answers are lost", function()
      local payment = authorized()
      provider:inject {
        at = "capture_payment",
        fault = "lost_answer",
        times = 3,
      }
      local captured, fault = part("capture", payment, 4000, "key")
      assert.is_nil(captured)
      assert.equal("unknown", fault.outcome)
      assert.equal(3, fault.attempts)
      assert.equal(4000, provider:payment(payment).captured)
      -- by the same key, it can be asked
      assert(part("capture", payment, 4000, "key"))
      assert.equal(4000, provider:payment(payment).captured)
    end)

    it("is told of a refusal once, and that nothing was done", function()
      local payment = authorized()
      local before = #provider:requests()
      local captured, fault = part("capture", payment, 10001, "key")
      assert.is_nil(captured)
      assert.same({ "failed", 409 }, { fault.outcome, fault.status })
      assert.equal(before + 1, #provider:requests())
      assert.equal(1, #provider:ledger())
    end)

    it("authorizes once on a day with a lost answer", function()
      provider:inject {
        at = "update_authorization_attempt",
        fault = "lost_answer",
      }
      local payment = authorized { autoCapture = true }
      assert.equal(10000, provider:payment(payment).captured)
      assert.equal(2, #provider:ledger())
    end)

    it("starts a payment once on a day with a lost answer", function()
      provider:inject { at = "initiate_payment", fault = "lost_answer" }
      local payment = initiate()
      assert.equal("open", provider:payment(payment).state)
      assert.equal(2, #provider:requests())
      assert.equal(payment, initiate())
      assert.same({}, provider:ledger())
    end)

    it("has its secret in no fault", function()
      provider:inject { fault = "session_expired" }
      local _, fault = online:list_merchants { CorrelationId = "mine" }
      for _, value in pairs(fault) do
        assert.is_nil(tostring(value):find("sandbox-secret", 1, true))
      end
      assert.is_nil(tostring(online):find("sandbox-secret", 1, true))
    end)
  end)
end
