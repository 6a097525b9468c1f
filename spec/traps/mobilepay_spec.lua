-- Where MobilePay's documents lead astray: what luapay does, each under
-- the id that it has in doc/traps.md. Callbacks are the sandbox's here: who
-- receives them is specified in callbacks_spec.lua.

local core = require "luapay.core"
local helper = require "spec.traps.helper"
local json = require "luapay.sandbox.json"
local luapay = require "luapay"
local onlines = require "spec.online.helper"
local sandbox = require "luapay.sandbox"
local subscribers = require "spec.subscriptions.helper"

local interpret, prepare, refused, with =
  helper.interpret, helper.prepare, helper.refused, helper.with

local ONLINE = "mobilepay_online."
local SUBSCRIPTIONS = "mobilepay_subscriptions."
local UUID = "f0000000-0000-4000-8000-000000000001"
local OTHER = "f0000000-0000-4000-8000-000000000002"
local SIGNED = { ["x-ibm-client-id"] = "i", ["x-ibm-client-secret"] = "s" }

-- Arguments as a caller writes them: no list of the sandbox's own.
local function plain(value)
  if type(value) ~= "table" then return value end
  local out = {}
  for name, inner in pairs(value) do
    out[name] = plain(inner)
  end
  return out
end

local function online_client(transport, changes)
  return luapay.mobilepay_online(with({
    client_id = "sandbox-client",
    client_secret = "sandbox-secret",
    transport = transport,
  }, changes))
end

-- The callbacks of a kind, decoded.
local function told(provider, kind)
  local out = {}
  for _, call in ipairs(provider:callbacks()) do
    if call.kind == kind then out[#out + 1] = json.decode(call.body) end
  end
  return out
end

-- A MobilePay Online in which a user has swiped with these cards.
local function swiped(changes, how)
  local provider = sandbox.mobilepay_online()
  local payment, attempt = onlines.accepted(provider, changes, how)
  return provider, payment, attempt
end

describe("MobilePay Online:", function()
  for id, row in pairs {
    get_payment = { "GET", "/api/v3/payments/{paymentId}", 200 },
    update_payment = { "PATCH", "/api/v1/payments/{paymentId}", 204 },
    initiate_payment = { "POST", "/api/v3/payments", 200 },
    invalidate_payment = {
      "PUT",
      "/api/v1/payments/{paymentId}/invalidate",
      200,
    },
    create_merchant = { "POST", "/api/v1/merchants", 200 },
    update_platform = {
      "PATCH",
      "/api/v1/psp/platforms/{platformId}",
      200,
    },
    create_recurring_agreement = { "POST", "/api/v3/recurring", 200 },
    terminate_recurring_agreement = { "DELETE", "/api/v3/recurring", 200 },
  } do
    it("P-1: calls " .. row[1] .. " " .. row[2] .. " for " .. id, function()
      local found = helper.row(ONLINE .. id)
      assert.same(row, { found.method, found.path, found.success[1] })
    end)
  end

  it("P-1: takes any 2xx for a yes", function()
    for _, status in ipairs { 200, 201, 202, 204 } do
      assert(interpret(ONLINE .. "update_platform", status, ""))
      local id = ONLINE .. "create_merchant"
      local made = assert(interpret(id, status, { merchantId = UUID }))
      assert.equal(UUID, made.merchantId)
    end
  end)

  for environment, at in pairs { production = "", sandbox = ".sandbox" } do
    it("P-2: knows the hosts of " .. environment, function()
      local transport, log = helper.scripted { "{}" }
      local online = online_client(transport, { environment = environment })
      online:list_merchants()
      online:get_credentials()
      local base = "https://api" .. at .. ".mobilepay.dk/cardpassthrough-"
      assert.equal(base .. "restapi/api/v1/merchants", log[1].url)
      local credentials = "kongonboarding-restapi/api/v1/credentials"
      assert.equal(base .. credentials, log[2].url)
      local _, fault =
        online:simulate_user { paymentId = UUID, phoneNumber = "+4512345678" }
      if environment == "production" then
        assert.same({ "environment", 2 }, { fault.field, #log })
      else
        local simulation = base .. "regressiontester-restapi/api/v1/product/"
        assert.equal(simulation, log[3].url:sub(1, #simulation))
      end
    end)
  end

  for id, args in pairs {
    initiate_cit_payment = onlines.cit { agreementId = UUID },
    initiate_mit_payment = onlines.mit { agreementId = UUID },
    terminate_recurring_agreement = { agreementId = UUID },
  } do
    it("P-3: has the agreement in the query of " .. id, function()
      local request = assert(prepare(ONLINE .. id, plain(args), SIGNED))
      local query = request.target:match "%?(.*)$"
      assert.equal("agreementId=" .. UUID, query)
      assert.is_nil((request.body or ""):find("agreementId", 1, true))
    end)
  end

  it("P-3: has payments twice in the path of a charge's details", function()
    local id = ONLINE .. "get_mit_payment_details"
    local request = assert(prepare(id, { mitPaymentId = UUID }, SIGNED))
    assert.equal(
      "/api/v3/recurring/payments/merchant-initiated/payments/"
        .. UUID
        .. "/details",
      request.target
    )
  end)

  it("P-4: is told of a card in PascalCase", function()
    local provider, payment, attempt = swiped()
    local card = told(provider, "card")[1]
    assert.same({ payment, attempt, "DANKORT", 7 }, {
      card.PaymentId,
      card.AuthorizationAttemptId,
      card.CardType,
      card.PublicKeyId,
    })
    assert.is_nil(card.paymentId)
  end)

  it("P-4: is told of an address in PascalCase", function()
    local provider, payment = swiped {
      isCheckout = true,
      addressCallbackUrl = "https://psp.example/address",
      deliveryAddressAllowed = true,
    }
    assert.equal(payment, told(provider, "address")[1].PaymentId)
  end)

  it("P-4: is told of the end of a payment's time in PascalCase", function()
    local provider = sandbox.mobilepay_online()
    local _, made =
      onlines.send(provider, "POST /v3/payments", onlines.payment())
    provider:advance(36 * 60)
    local failed = told(provider, "failed")[1]
    assert.same({ made.paymentId, "100" }, { failed.PaymentId, failed.Code })
  end)

  for last4, method in pairs { ["1111"] = "VTS", ["4444"] = "MC S4C" } do
    it("P-4: is told of a token in camelCase: " .. method, function()
      local provider, payment, attempt = swiped(nil, { last4 = last4 })
      local token = told(provider, "token")[1]
      assert.same({ payment, attempt, method }, {
        token.paymentId,
        token.authorizationAttemptId,
        token.tokenMethod,
      })
      assert.is_nil(token.PaymentId)
    end)
  end

  it("P-5: is told of another card by another body", function()
    local provider = sandbox.mobilepay_online()
    local _, made =
      onlines.send(provider, "POST /v3/recurring", onlines.agreement())
    local id = made.recurringAgreementId
    local _, first = onlines.send(
      provider,
      "POST /v3/recurring/payments/customer-initiated?agreementId=" .. id,
      onlines.cit()
    )
    local attempt = assert(provider:accept(first.paymentId))
    onlines.patch(provider, first.paymentId, attempt, { succeeded = true })
    local payment = provider:change_card(id, { last4 = "3742" })
    local update = told(provider, "card_update")[1]
    assert.same({ id, payment, "EncryptedPan" }, {
      update.agreementId,
      update.paymentId,
      update.cardDataType,
    })
    assert.truthy(update.cardData)
    assert.is_nil(update.EncryptedCardData)
    assert.truthy(told(provider, "card")[1].EncryptedCardData)
  end)

  -- a Lua without integers prints less of a number than it holds
  local function digits_of(value)
    local exact = type(value) == "number" and value < 2 ^ 53
    return exact and ("%.0f"):format(value) or tostring(value)
  end

  for _, digits in ipairs { "638396640000000001", "5019717010103742" } do
    it("P-6: keeps each digit of " .. digits, function()
      local text = ('{"paymentId":"p","odd":{"number":%s}}'):format(digits)
      local found = assert(interpret(ONLINE .. "get_payment", 200, text))
      assert.equal(digits, digits_of(found.odd.number))
      local transport = helper.scripted { text }
      local got = online_client(transport):request {
        method = "GET",
        path = "/api/v9/x",
      }
      assert.equal(digits, digits_of(assert(got).answer.odd.number))
    end)
  end

  for _, case in ipairs {
    { 1010, "1010" },
    { core.money("10.10", "DKK"), "1010" },
    { core.money("0.29", "DKK"), "29" },
  } do
    it("P-7: sends " .. tostring(case[1]) .. " as " .. case[2], function()
      local args = plain(onlines.payment { amount = case[1] })
      local body =
        assert(prepare(ONLINE .. "initiate_payment", args, SIGNED)).body
      assert.equal(case[2], body:match '"amount":([^,]*),')
    end)
  end

  for _, bad in ipairs { 10.10, "10.10", "1010" } do
    it("P-7: refuses an amount that could be meant either way", function()
      local args = plain(onlines.payment { amount = bad })
      assert.equal(
        "amount",
        refused(ONLINE .. "initiate_payment", args, SIGNED)
      )
    end)
  end

  it("P-17: has what the shorter list of calls leaves out", function()
    for id, name in pairs {
      initiate_payment = "allowedCardTypes",
      update_authorization_attempt = "succeeded",
      terminate_recurring_agreement = "agreementId",
    } do
      assert.truthy(helper.row(ONLINE .. id).params[name], id)
    end
    local codes = {}
    local row = helper.row(ONLINE .. "update_authorization_attempt")
    for _, code in ipairs(row.params.reasonCode.choices) do
      codes[code] = true
    end
    assert.is_true(codes["1001"] and codes["1003"] and codes["3000"])
    assert.is_nil(codes["1002"])
  end)
end)

local function offer(changes)
  return with(subscribers.offer { providerid = UUID }, changes)
end

local function pay(changes)
  return {
    providerid = UUID,
    payments = {
      with({
        agreement_id = OTHER,
        amount = "12.50",
        description = "Month",
        due_date = "2024-01-04",
        external_id = "P-1",
      }, changes),
    },
  }
end

local function one_off(changes)
  return with({
    providerid = UUID,
    agreementid = OTHER,
    amount = "80.00",
    external_id = "O-1",
    description = "Towel",
  }, changes)
end

local function refund(changes)
  return with({
    providerid = UUID,
    agreementid = OTHER,
    paymentid = UUID,
    external_id = "R-1",
  }, changes)
end

local function change(path, value, op)
  return {
    providerid = UUID,
    agreementid = OTHER,
    paymentid = UUID,
    operations = { { path = path, value = value, op = op } },
  }
end

local DKK = { currency = "DKK" }

describe("MobilePay Subscriptions:", function()
  for _, case in ipairs {
    { "10.10", "10.10" },
    { 10.10, "10.1" },
    { 10, "10" },
    { core.money("10.10", "DKK"), "10.10" },
    { "0.29", "0.29" },
  } do
    it("P-7: sends " .. tostring(case[1]) .. " as " .. case[2], function()
      local args = pay { amount = case[1] }
      local body =
        assert(prepare(SUBSCRIPTIONS .. "request_payments", args, DKK)).body
      assert.equal(case[2], body:match '"amount":([^,]*),')
    end)
  end

  it("P-7: gives an amount as decimal text, however it came", function()
    for _, text in ipairs { "10.1", '"10.1"' } do
      local found = assert(
        interpret(
          SUBSCRIPTIONS .. "get_agreement",
          200,
          ('{"amount":%s}'):format(text)
        )
      )
      assert.equal("10.1", found.amount)
    end
  end)

  for as, codes in pairs { number = { 0, 40002 }, text = { "0", "40002" } } do
    it("P-8: may be told a status_code as " .. as, function()
      for _, active in ipairs { "Accepted", "Active" } do
        local provider, client = subscribers.open {
          status_code_as = as,
          accepted_as = active,
        }
        local id = subscribers.agree(provider, client)
        assert(provider:cancel(id))
        local events = subscribers.told(provider, "agreement")
        assert.same({ active, codes[1], "Canceled", codes[2] }, {
          events[1].status,
          events[1].status_code,
          events[2].status,
          events[2].status_code,
        })
        local found = assert(client:get_agreement { agreementid = id })
        assert.equal("Canceled", found.status)
      end
    end)
  end

  it("P-8: passes a status on as it is, there and back", function()
    for _, word in ipairs { "Active", "Canceled", "Cancelled" } do
      local id = SUBSCRIPTIONS .. "list_agreements"
      local args = { providerid = UUID, pageNumber = 1, status = word }
      local target = assert(prepare(id, args)).target
      assert.truthy(target:find("status=" .. word, 1, true))
      id = SUBSCRIPTIONS .. "get_agreement"
      assert.equal(word, interpret(id, 200, { status = word }).status)
    end
  end)

  it("P-9: is told of payments in lists, of all else alone", function()
    local provider, client = subscribers.open()
    local agreement = subscribers.agree(provider, client)
    local payment = subscribers.request(provider, client, agreement)
    provider:go_to(3, 3.5)
    assert(client:request_refund {
      agreementid = agreement,
      paymentid = payment,
      status_callback_url = "https://gym.example/refunds",
    })
    provider:advance(10)
    local events = subscribers.told(provider, "payment")[1]
    assert.same({ 1, payment }, { #events, events[1].payment_id })
    local event = subscribers.told(provider, "refund")[1]
    assert.equal(payment, event.payment_id)
    event = subscribers.told(provider, "agreement")[1]
    assert.equal(agreement, event.agreement_id)
  end)

  it("P-10: takes external_id, lists externalId", function()
    local asked = helper.row(SUBSCRIPTIONS .. "request_refund")
    assert.truthy(asked.params.external_id)
    assert.truthy(asked.result.external_id)
    local listed = helper.row(SUBSCRIPTIONS .. "list_refunds").result
    assert.truthy(listed.externalId and listed.paymentTransactionId)
    local text = '[{"id":"r","externalId":"R-1","amount":"1.00"}]'
    local found = interpret(SUBSCRIPTIONS .. "list_refunds", 200, text)
    assert.equal("R-1", assert(found)[1].externalId)
  end)

  for _, text in ipairs {
    '{"error":"E","error_description":{"message":"m","correlation_id":"c",'
      .. '"error_code":"7"}}',
    '{"errorText":"E","errorDetails":{"message":"m","correlationId":"c",'
      .. '"errorCode":"7"}}',
    '{"code":"7","message":"m","correlationId":"c"}',
  } do
    it("P-10: reads an error of the shape " .. text:sub(1, 14), function()
      local _, fault = interpret(SUBSCRIPTIONS .. "request_refund", 400, text)
      assert.same({ "refused", "7", "m", "c" }, {
        fault.kind,
        fault.code,
        fault.message,
        fault.correlation_id,
      })
    end)
  end

  it("P-11: reads a list of pages and a page, a merchant too", function()
    for _, how in ipairs { "list", "object" } do
      local provider, client = subscribers.open {
        list_as = how,
        merchant_as = how,
      }
      local id = subscribers.agree(provider, client)
      local page = assert(client:list_agreements { pageNumber = 1 })
      assert.equal(id, page[1].agreements[1].id)
      assert.equal("string", type(assert(client:get_merchant()).Id))
    end
  end)

  it("P-12: takes 202 for taken in; what became of it comes later", function()
    local provider, client = subscribers.open()
    local agreement = subscribers.agree(provider, client)
    local payment = subscribers.request(provider, client, agreement)
    assert(provider:decline(payment))
    provider:advance(120)
    local event = subscribers.told(provider, "payment")[1][1]
    assert.same({ "Declined", 50006 }, { event.status, event.status_code })
    local found = assert(client:get_payment_request {
      agreementid = agreement,
      paymentid = payment,
    })
    assert.equal("Declined", found.status)
    local row = helper.row(SUBSCRIPTIONS .. "request_payments")
    assert.truthy(row.result.pending_payments.doc:find "not yet good")
  end)

  it("P-13: replaces, on the paths that there are", function()
    local id = SUBSCRIPTIONS .. "update_payment_request"
    local operation = '[{"value":"10.01","path":"/amount","op":"replace"}]'
    for _, value in ipairs { "10.01", core.money("10.01", "DKK") } do
      local request = assert(prepare(id, change("/amount", value), DKK))
      assert.equal(operation, request.body)
    end
    local at = "operations[1]."
    assert.equal(at .. "op", refused(id, change("/amount", "1", "add")))
    for _, path in ipairs { "amount", "/due_date", "/" } do
      assert.equal(at .. "path", refused(id, change(path, "1")))
    end
  end)

  it("P-13: leaves it to MobilePay what a decrease is", function()
    local provider, client = subscribers.open()
    local agreement = subscribers.agree(provider, client)
    local payment = subscribers.request(provider, client, agreement)
    local function set(amount)
      local args = change("/amount", amount)
      args.agreementid, args.paymentid = agreement, payment
      return client:update_payment_request(args)
    end
    assert(set "10.00")
    assert(set "12.00") -- more than now, less than at first
    local done, fault = set "12.51"
    assert.is_nil(done)
    assert.equal("failed", fault.outcome)
  end)

  it("P-14: has the key alone in the header of callbacks", function()
    local provider, client = subscribers.open()
    assert(client:set_callback_auth_api_key { api_key = "abc.DEF-123=" })
    subscribers.agree(provider, client)
    local headers = subscribers.told(provider, "agreement").headers
    assert.equal("abc.DEF-123=", headers.authorization)
    local id = SUBSCRIPTIONS .. "set_callback_auth_api_key"
    local args = { providerid = UUID, api_key = "Bearer abc" }
    assert.equal("api_key", refused(id, args))
  end)

  it("P-15: asks for a description, for no links and no URL", function()
    local id = SUBSCRIPTIONS .. "request_one_off_payment"
    assert.is_nil(refused(id, one_off()))
    for _, text in ipairs { false, ("x"):rep(61) } do
      assert.equal("description", refused(id, one_off { description = text }))
    end
    local sixty = ("é"):rep(60)
    assert.is_nil(refused(id, one_off { description = sixty }))
    assert.is_nil(refused(SUBSCRIPTIONS .. "request_refund", refund()))
  end)

  it("P-16: sends an external_id of up to 64 characters whole", function()
    local id = SUBSCRIPTIONS .. "request_payments"
    local long = ("x"):rep(64)
    local body = assert(prepare(id, pay { external_id = long })).body
    assert.truthy(body:find('"' .. long .. '"', 1, true))
    local field = refused(id, pay { external_id = long .. "x" })
    assert.equal("payments[1].external_id", field)
  end)

  it("P-17: has the fields and calls that samples leave out", function()
    local create = helper.row(SUBSCRIPTIONS .. "create_agreement").params
    assert.truthy(create.links.fields and create.one_off_payment.fields)
    local id = SUBSCRIPTIONS .. "update_payment_attachment"
    assert.truthy(helper.row(id).params.attachment_details.fields)
    id = SUBSCRIPTIONS .. "update_agreement"
    local operation = helper.row(id).params.operations.fields
    assert.equal("value", operation[1].name)
    local row = helper.row(SUBSCRIPTIONS .. "capture_one_off_payment")
    assert.same({ "POST", 204 }, { row.method, row.success[1] })
    local args = offer { currency = "SEK" }
    assert.equal(
      "currency",
      refused(SUBSCRIPTIONS .. "create_agreement", args)
    )
  end)

  for set, got in pairs {
    merchant_order_number = "merchant_order_id",
    buyer_order_number = "buyer_id",
    price_reduction = "price_deduction",
    price_discount = "discount",
    total_amount_ex_vat = "total_ex_vat",
  } do
    it("P-18: sets " .. set .. ", which comes back as " .. got, function()
      local put = {
        providerid = UUID,
        paymentid = OTHER,
        generate_pdf = true,
        attachment_details = { total_amount = "1", [set] = "1.00" },
      }
      local id = SUBSCRIPTIONS .. "update_payment_attachment"
      assert.truthy(prepare(id, put).body:find('"' .. set .. '":', 1, true))
      put.attachment_details[got] = "1.00"
      assert.equal("attachment_details." .. got, refused(id, put))
      id = SUBSCRIPTIONS .. "get_payment_attachment"
      local found =
        assert(interpret(id, 200, { attachment_details = { [got] = "1.00" } }))
      assert.equal("1.00", found.attachment_details[got])
    end)
  end

  it("P-18: has an article's total under two names, too", function()
    local function article(id, list)
      local row = helper.row(SUBSCRIPTIONS .. id)[list].attachment_details
      local names = {}
      for _, field in ipairs(row.fields) do
        if field.name == "articles" then
          for _, inner in ipairs(field.fields) do
            names[inner.name] = true
          end
        end
      end
      return names
    end
    local put = article("update_payment_attachment", "params")
    assert.is_true(put.total_price_including_vat)
    assert.is_nil(put.total_article_amount)
    local got = article("get_payment_attachment", "result")
    assert.is_true(got.total_article_amount)
    assert.is_nil(got.total_price_including_vat)
  end)

  for id, args in pairs {
    request_payments = pay,
    request_one_off_payment = one_off,
    request_refund = refund,
  } do
    it("P-19: refuses nothing at all as an amount: " .. id, function()
      for _, nothing in ipairs { "0.00", 0, "0.009", "-1" } do
        local field = refused(SUBSCRIPTIONS .. id, args { amount = nothing })
        assert.truthy(field and field:find "amount$", tostring(nothing))
      end
      assert.is_nil(refused(SUBSCRIPTIONS .. id, args { amount = "0.01" }))
    end)
  end

  it("P-19: lets an agreement cost nothing", function()
    local id = SUBSCRIPTIONS .. "create_agreement"
    assert.is_nil(refused(id, offer { amount = "0.00" }))
  end)

  it("P-20: has Bearer before the token", function()
    local transport, log = helper.scripted { '{"Id":"m"}' }
    local client = luapay.mobilepay_subscriptions {
      access_token = "token.of.mine",
      provider_id = UUID,
      transport = transport,
    }
    assert(client:get_merchant())
    assert.equal("Bearer token.of.mine", log[1].headers.authorization)
  end)
end)
