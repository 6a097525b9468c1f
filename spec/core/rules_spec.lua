-- What one argument asks of another, and the oddities of the providers'
-- documents that the rows take care of.

local core = require "luapay.core"

local UUID = "37b8450b-579b-489d-8698-c7800c65934c"
local ONLINE = { ["x-ibm-client-id"] = "id", ["x-ibm-client-secret"] = "s" }

local function prepare(id, args, settings)
  return core.prepare(assert(core.find(id), id), args, settings)
end

local function interpret(id, status, answer)
  if type(answer) == "table" then answer = assert(core.encode(answer)) end
  return core.interpret(assert(core.find(id), id), status, answer)
end

local function with(args, changes)
  local all = {}
  for name, value in pairs(args) do
    all[name] = value
  end
  for name, value in pairs(changes or {}) do
    if value == core.null then value = nil end
    all[name] = value
  end
  return all
end

local function refused(field, message, request, fault)
  assert.is_nil(request)
  assert.equal(field, fault.field)
  assert.equal(message, fault.message)
end

local attempt = {
  paymentId = UUID,
  authorizationAttemptId = UUID,
  succeeded = false,
  reasonCode = 1008,
  reasonMessage = "3-D Secure, please",
  acquirerVatNumber = "DK20016175",
  acquirerMerchantId = "m",
  acquirerPaymentReference = "r",
  threeDSecureUrl = "https://acs.example.com/",
}

local ATTEMPT = "mobilepay_online.update_authorization_attempt"

describe("a failed authorization", function()
  it("passes with all that is asked for", function()
    assert(prepare(ATTEMPT, attempt, ONLINE))
  end)

  for _, case in ipairs {
    { "reasonCode", "is required when succeeded is false" },
    { "reasonMessage", "is required when succeeded is false" },
    { "acquirerVatNumber", "is required when reasonCode is 1000 to 1999" },
    { "acquirerMerchantId", "is required when reasonCode is 1000 to 1999" },
    {
      "acquirerPaymentReference",
      "is required when reasonCode is 1000 to 1999",
    },
    { "threeDSecureUrl", "is required when reasonCode is 1008" },
  } do
    it("asks for " .. case[1], function()
      local args = with(attempt, { [case[1]] = core.null })
      refused(case[1], case[2], prepare(ATTEMPT, args, ONLINE))
    end)
  end

  it("takes null for absent", function()
    local args = with(attempt)
    args.reasonMessage = core.null
    refused(
      "reasonMessage",
      "is required when succeeded is false",
      prepare(ATTEMPT, args, ONLINE)
    )
  end)

  it("asks an error for no acquirer", function()
    assert(prepare(ATTEMPT, {
      paymentId = UUID,
      authorizationAttemptId = UUID,
      succeeded = false,
      reasonCode = 2002,
      reasonMessage = "later",
    }, ONLINE))
  end)

  it("has no reason when it succeeded", function()
    local request = assert(prepare(ATTEMPT, {
      paymentId = UUID,
      authorizationAttemptId = UUID,
      succeeded = true,
    }, ONLINE))
    assert.equal('{"succeeded":true}', request.body)
  end)

  it("knows no 1002, and no 1009 without a user", function()
    local args = with(attempt, { reasonCode = 1002 })
    assert.is_nil((prepare(ATTEMPT, args, ONLINE)))
    local mit = with(attempt, { reasonCode = 1009 })
    mit.authorizationAttemptId, mit.threeDSecureUrl = nil, nil
    local _, fault =
      prepare("mobilepay_online.update_mit_payment", mit, ONLINE)
    assert.equal("reasonCode", fault.field)
  end)
end)

local payment = {
  allowedCardTypes = {
    {
      name = "VISA-DEBIT",
      encryptedPanCallbackUrl = "https://psp.example.com/pan",
    },
  },
  amount = 495,
  currencyCode = "DKK",
  merchantId = UUID,
  merchantLogoUrl = "https://no-logo.png",
  merchantName = "Shop",
  merchantOrderId = "order",
  merchantUrl = "https://shop.example.com",
  pspReferenceId = "ref",
  publicKeyId = 1,
  redirectFromMobilePayUrl = "https://shop.example.com/back",
}

local INITIATE = "mobilepay_online.initiate_payment"

describe("a checkout", function()
  local checkout = with(payment, {
    isCheckout = true,
    addressCallbackUrl = "https://psp.example.com/address",
    deliveryAddressAllowed = false,
    deliveryAddressDisallowedReasonCode = 2,
  })

  it("passes with all that is asked for", function()
    assert(prepare(INITIATE, checkout, ONLINE))
    assert(prepare(INITIATE, payment, ONLINE))
  end)

  for _, case in ipairs {
    { "addressCallbackUrl", "is required when isCheckout is true" },
    { "deliveryAddressAllowed", "is required when isCheckout is true" },
    {
      "deliveryAddressDisallowedReasonCode",
      "is required when isCheckout is true and deliveryAddressAllowed"
        .. " is false",
    },
  } do
    it("asks for " .. case[1], function()
      local args = with(checkout, { [case[1]] = core.null })
      refused(case[1], case[2], prepare(INITIATE, args, ONLINE))
    end)
  end
end)

describe("an account verification", function()
  local cit = with(payment, {
    merchantId = core.null,
    merchantName = core.null,
    agreementId = UUID,
    isAccountVerification = true,
  })
  local CIT = "mobilepay_online.initiate_cit_payment"

  it("is of 100 minor units at most", function()
    assert(prepare(CIT, with(cit, { amount = 100 }), ONLINE))
    local message = "must be at most 100 when isAccountVerification is true"
    local args = with(cit, { amount = 101 })
    refused("amount", message, prepare(CIT, args, ONLINE))
    args = with(cit, { amount = core.money("1.01", "DKK") })
    refused("amount", message, prepare(CIT, args, ONLINE))
    args.isAccountVerification = false
    assert(prepare(CIT, args, ONLINE))
  end)
end)

describe("money", function()
  it("is refused in another currency, by number too", function()
    for _, code in ipairs { "EUR", "eur", "978" } do
      local args = with(payment, {
        amount = core.money("4.95", "DKK"),
        currencyCode = code,
      })
      refused(
        "amount",
        "is in DKK, but currencyCode says EUR",
        prepare(INITIATE, args, ONLINE)
      )
    end
    local args = with(payment, {
      amount = core.money("4.95", "DKK"),
      currencyCode = "208",
    })
    assert(prepare(INITIATE, args, ONLINE))
  end)

  it("is refused in another currency inside an object", function()
    local args = {
      providerid = UUID,
      country_code = "DK",
      currency = "DKK",
      expiration_timeout_minutes = 5,
      plan = "p",
      links = {
        { rel = "user-redirect", href = "app://u" },
        { rel = "success-callback", href = "https://x.example.com" },
        { rel = "cancel-callback", href = "https://x.example.com" },
      },
      one_off_payment = {
        amount = core.money("1", "EUR"),
        external_id = "e",
      },
    }
    refused(
      "one_off_payment.amount",
      "is in EUR, but currency says DKK",
      prepare("mobilepay_subscriptions.create_agreement", args)
    )
  end)

  it("stays whole in minor units, decimal elsewhere", function()
    local found =
      assert(interpret("mobilepay_online.get_payment", 200, { amount = 495 }))
    assert.equal(495, found.amount)
    found = assert(
      interpret(
        "mobilepay_subscriptions.get_agreement",
        200,
        { amount = 10.1 }
      )
    )
    assert.equal("10.1", found.amount)
  end)
end)

describe("an agreement", function()
  local agreement = {
    providerid = UUID,
    country_code = "FI",
    currency = "EUR",
    expiration_timeout_minutes = 5,
    plan = "p",
    links = {
      { rel = "user-redirect", href = "app://u" },
      { rel = "success-callback", href = "https://x.example.com" },
      { rel = "cancel-callback", href = "https://x.example.com" },
      { rel = "cancel-redirect", href = "https://x.example.com" },
    },
  }
  local CREATE = "mobilepay_subscriptions.create_agreement"

  it("is in DKK in DK, in EUR in FI", function()
    assert(prepare(CREATE, agreement))
    refused(
      "currency",
      "must be DKK when country_code is DK",
      prepare(CREATE, with(agreement, { country_code = "dk" }))
    )
    refused(
      "currency",
      "must be EUR when country_code is FI",
      prepare(CREATE, with(agreement, { currency = "dkk" }))
    )
  end)

  for i, rel in ipairs {
    "user-redirect",
    "success-callback",
    "cancel-callback",
  } do
    it("has a link to its " .. rel, function()
      local links = {}
      for n, link in ipairs(agreement.links) do
        if n ~= i then links[#links + 1] = link end
      end
      refused(
        "links",
        "must have an element whose rel is " .. rel,
        prepare(CREATE, with(agreement, { links = links }))
      )
    end)
  end

  it("goes back over https when canceled", function()
    local links = {}
    for n, link in ipairs(agreement.links) do
      links[n] = with(link, n == 4 and { href = "http://x.example.com" })
    end
    refused(
      "links[4].href",
      "must start with https:// when rel is cancel-redirect",
      prepare(CREATE, with(agreement, { links = links }))
    )
  end)
end)

describe("a JSON Patch", function()
  local UPDATE = "mobilepay_subscriptions.update_agreement"

  local function update(operations)
    return prepare(UPDATE, {
      providerid = UUID,
      agreementid = UUID,
      operations = operations,
    }, { currency = "DKK" })
  end

  it("replaces where nothing is said, and amounts go as text", function()
    local request = assert(update {
      { path = "/amount", value = core.money("10.01", "DKK") },
      { path = "/amount", value = 10 },
      { path = "/frequency", value = 12, op = "replace" },
      { path = "/plan", value = "x", from = "" },
    })
    assert.equal(
      '[{"value":"10.01","path":"/amount","op":"replace"},'
        .. '{"value":"10","path":"/amount","op":"replace"},'
        .. '{"value":12,"path":"/frequency","op":"replace"},'
        .. '{"value":"x","path":"/plan","op":"replace","from":""}]',
      request.body
    )
  end)

  for path, values in pairs {
    ["/amount"] = { "1,50", "-5", "", {}, true, "1.234", -1, "1e3" },
    ["/frequency"] = { "3", 3, {}, "", 1.5 },
    ["/plan"] = { "", ("x"):rep(31), 1, {}, core.null },
    ["/success-callback"] = { "", "gym.example", 1, {}, core.null },
    ["/cancel-callback"] = { "", "gym.example", 1, {}, core.null },
    ["/cancel-redirect"] = { "http://gym.example/" },
    ["/next_payment_date"] = { "2026-02-28", "2026-02-28T00:00:00" },
    ["/disable_notification_management"] = { "true", 1 },
    ["/external_id"] = { ("x"):rep(65), 1 },
  } do
    it("checks " .. path .. " like the field that it replaces", function()
      for _, value in ipairs(values) do
        local request, fault = update { { path = path, value = value } }
        assert.is_nil(request, tostring(value))
        assert.equal("operations[1].value", fault.field)
      end
    end)
  end

  it("takes a frequency as text, too, and clears what may be null", function()
    local request = assert(update {
      { path = "/FREQUENCY", value = "12" },
      { path = "/amount", value = core.null },
      { path = "/description", value = core.null },
    })
    assert.truthy(
      request.body:find('"value":"12","path":"/frequency"', 1, true)
    )
    assert.truthy(request.body:find('"value":null,"path":"/amount"', 1, true))
  end)

  it("knows its paths and its one operation", function()
    local _, fault = update { { path = "/status", value = "x" } }
    assert.equal("operations[1].path", fault.field)
    _, fault = update { { path = "amount", value = "1" } }
    assert.equal("operations[1].path", fault.field)
    _, fault = update { { path = "/plan", value = "x", op = "add" } }
    assert.equal("operations[1].op", fault.field)
  end)

  it("sends payments' callbacks to https only", function()
    refused(
      "operations[1].value",
      'expected an https URL (https://host/path), got "http://x"',
      prepare("mobilepay_subscriptions.update_provider", {
        providerid = UUID,
        operations = {
          { path = "/payment_status_callback_url", value = "http://x" },
        },
      })
    )
  end)
end)

describe("an attachment", function()
  it("is a PDF or a URL", function()
    local args = {
      providerid = UUID,
      paymentid = UUID,
      generate_pdf = true,
      external_attachment_url = "https://x.example.com",
    }
    local UPDATE = "mobilepay_subscriptions.update_payment_attachment"
    refused(
      "external_attachment_url",
      "must be left out when generate_pdf is true",
      prepare(UPDATE, args)
    )
    args.generate_pdf = false
    assert(prepare(UPDATE, args))
  end)
end)

describe("Mobip", function()
  it("M-6, M-8: names taxes and prices otherwise each time", function()
    local _, fault = prepare("mobip.create_reusable_qr", {
      item_amount_in_cents = 100,
      tax_amount = 0,
      item_name = "x",
      item_photo = "https://x.example.com/x.png",
    })
    assert.equal("item_amount_in_cents", fault.field)
    assert.truthy(fault.message:find "^no such field")
  end)

  it("M-9: takes whole minor units, no float and no text", function()
    for _, amount in ipairs { 1.5, "100", true } do
      local _, fault = prepare("mobip.create_reusable_qr", {
        item_amount = amount,
        tax_amount = 0,
        item_name = "x",
        item_photo = "https://x.example.com/x.png",
      })
      assert.equal("item_amount", fault.field)
    end
  end)

  it("M-17: takes a language in any case, sends the provider's", function()
    local request = assert(prepare("mobip.resend", {
      media = "sms",
      trid = 5,
      access_token = "t",
    }))
    assert.truthy(request.body:find('"media"\r\n\r\nSMS\r\n', 1, true))
  end)

  it("M-18: takes 0 as text and as a number, and misses none", function()
    assert(interpret("mobip.login", 200, { return_code = "0" }))
    assert(interpret("mobip.login", 200, { return_code = 0 }))
    local _, fault = interpret("mobip.login", 200, { return_code = "17" })
    assert.equal("refused", fault.kind)
    assert.equal("17", fault.code)
    _, fault = interpret("mobip.login", 200, { hello = 1 })
    assert.equal("decode", fault.kind)
  end)

  it("M-23: reads isRefunded as a boolean", function()
    local found = assert(interpret("mobip.is_valid", 200, {
      return_code = "0",
      transaction_status = "PAID",
      isRefunded = "true",
    }))
    assert.is_true(found.isRefunded)
  end)

  it("M-29: sends what is not said of statistics empty", function()
    local request = assert(
      prepare(
        "mobip.get_stats",
        { access_token = "t", get_gz_file = true },
        { query = true }
      )
    )
    assert.truthy(
      request.target:find(
        "?day=&access_token=t&get_gz_file=1&month_period=",
        1,
        true
      )
    )
  end)

  it("M-30: keeps statistics that are no JSON, or have no code", function()
    local found = assert(interpret("mobip.get_stats", 200, "<stats/>"))
    assert.equal("<stats/>", found.content)
    found = assert(interpret("mobip.get_stats", 200, { total = 5 }))
    assert.equal(5, found.total)
    local _, fault = interpret("mobip.get_stats", 200, { return_code = "9" })
    assert.equal("9", fault.code)
  end)

  it("M-32, M-33: says false as 0, and joins documents by a pipe", function()
    local request = assert(prepare("mobip.get_account", {
      uid = 7,
      document_only = false,
      document_list = { "kbis", "id card" },
    }, { query = true }))
    assert.equal(
      "/api/2.0/mobip/get_account?document_only=0&uid=7"
        .. "&document_list=kbis%7Cid%20card",
      request.target
    )
  end)

  it("M-34: refuses a pipe in an id, and an empty list", function()
    local ACKNOWLEDGE = "mobip.set_mobip_transactions"
    local _, fault = prepare(ACKNOWLEDGE, { trid_list = { "a|b" } })
    assert.equal("trid_list[1]", fault.field)
    _, fault = prepare(ACKNOWLEDGE, { trid_list = {} })
    assert.equal("trid_list", fault.field)
  end)

  it("M-40, M-44: writes invoices as JSON, amounts in quotes", function()
    local request = assert(prepare("mobip.set_external_invoices", {
      ExternalSourceId = "erp",
      InvoicesLists = {
        {
          CustomerId = "custom_1",
          CustomerBalance_in_cents = 3000,
          InvoicesList = {
            { InvId = "inv_000", Amount_in_cents = 35000 },
          },
        },
      },
    }))
    assert.truthy(
      request.body:find(
        '[{"CustomerId":"custom_1","CustomerBalance_in_cents":"3000",'
          .. '"InvoicesList":[{"InvId":"inv_000",'
          .. '"Amount_in_cents":"35000"}]}]',
        1,
        true
      )
    )
  end)

  it("M-40, M-41: sends the names as published when told to", function()
    local request = assert(prepare("mobip.set_external_invoices", {
      ExternalSourceId = "erp",
      InvoicesLists = {
        { CustomerId = "c", ["CustomerBalance_in_cents "] = "3000" },
      },
    }, { lenient = true }))
    assert.truthy(
      request.body:find(
        '[{"CustomerId":"c","CustomerBalance_in_cents ":"3000"}]',
        1,
        true
      )
    )
  end)

  it("M-41: takes the blanks off the names of an answer", function()
    local found = assert(interpret("mobip.get_external_invoices", 200, {
      return_code = "0",
      InvoicesList = {
        {
          ["CustomerBalance_in_cents "] = "3000",
          ["CustomerBalance_Date  "] = "2023-01-03",
          CustomerId = "c",
          InvoicesList = { { ["InvDate "] = "2023-01-01" } },
        },
      },
    }))
    assert.same({
      CustomerBalance_in_cents = "3000",
      CustomerBalance_Date = "2023-01-03",
      CustomerId = "c",
      InvoicesList = { { InvDate = "2023-01-01" } },
    }, found.InvoicesList[1])
  end)
end)

describe("MobilePay", function()
  it("reads pages that come as a list, or as one object", function()
    local LIST = "mobilepay_subscriptions.list_agreements"
    local page = { page_size = 2, agreements = { { id = UUID } } }
    assert.same({ page }, (interpret(LIST, 200, with(page))))
    assert.same({ page }, (interpret(LIST, 200, { with(page) })))
  end)

  it("reads a merchant that comes in a list of one", function()
    local ME = "mobilepay_subscriptions.get_merchant"
    assert.same({ Id = UUID }, (interpret(ME, 200, { Id = UUID })))
    assert.same({ Id = UUID }, (interpret(ME, 200, { { Id = UUID } })))
  end)

  for _, case in ipairs {
    {
      {
        error = "BadRequest",
        error_description = {
          message = "request.Name is required",
          error_type = "InputError",
          correlation_id = "c",
        },
      },
      "BadRequest",
      "request.Name is required",
      "c",
    },
    {
      {
        error = "BadRequest",
        error_description = { message = "m", error_code = "10105" },
      },
      "10105",
      "m",
    },
    {
      {
        errorText = "Bad",
        errorDetails = {
          message = "m",
          errorCode = "7",
          correlationId = "c",
        },
      },
      "7",
      "m",
      "c",
    },
    { { errorText = "Bad" }, nil, "Bad" },
    { { StatusCode = 104, StatusText = "too much" }, "104", "too much" },
    {
      { error = "invalid_grant", error_description = "gone" },
      "invalid_grant",
      "gone",
    },
    { { message = "m", correlationId = "c" }, nil, "m", "c" },
    { { title = "Bad Request", detail = "d", traceId = "t" }, nil, "d", "t" },
    { { title = "Bad Request", traceId = "t" }, nil, "Bad Request", "t" },
  } do
    it("says why in its way: " .. case[3], function()
      local _, fault =
        interpret("mobilepay_subscriptions.request_refund", 400, case[1])
      assert.equal("refused", fault.kind)
      assert.equal("failed", fault.outcome)
      assert.equal(case[2], fault.code)
      assert.equal(case[3], fault.message)
      assert.equal(case[4], fault.correlation_id)
    end)
  end

  for code, kind in pairs {
    ["2000"] = "not_found",
    ["2010"] = "permission",
    ["2020"] = "not_found",
    ["2030"] = "refused",
    ["2040"] = "refused",
    ["2050"] = "refused",
    ["9999"] = "refused",
  } do
    it("tells its rule " .. code .. " by 409", function()
      local _, fault = interpret(INITIATE, 409, {
        code = code,
        message = "m",
        correlationId = "c",
      })
      assert.equal(kind, fault.kind)
      assert.equal(code, fault.code)
      assert.equal("c", fault.correlation_id)
    end)
  end

  it("says what to do about an attempt that is open", function()
    local _, fault =
      interpret("mobilepay_online.invalidate_payment", 409, { code = "2101" })
    assert.equal("conflict", fault.kind)
    assert.truthy(fault.message:find "1010")
  end)
end)
