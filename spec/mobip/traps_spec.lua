-- What one has to know of Mobip that its document does not say, or says
-- otherwise: each is a way to lose money or time.

local helper = require "spec.mobip.helper"
local picture = require "luapay.mobip.picture"
local pretend = require "luapay.sandbox.mobip.picture"
local status = require "luapay.mobip.status"

describe("a call of Mobip that went well", function()
  local provider, mobip, trid

  before_each(function()
    provider, mobip = helper.open()
    trid = assert(mobip:send_payment_request(helper.ask())).trid
  end)

  local function look()
    return assert(mobip:is_valid { trid = trid })
  end

  for _, case in ipairs {
    { "PENDING", false, false },
    { "PAID", true, true, "pay" },
    { "DENIED", false, true, "deny" },
    { "CANCELLED", false, true, "cancel" },
    { "ERROR", false, true, "fail" },
  } do
    it("is no payment in itself: " .. case[1], function()
      if case[4] then provider[case[4]](provider, trid) end
      local found = look()
      assert.equal("0", found.return_code)
      assert.equal(case[1], found.transaction_status)
      assert.equal(case[2], status.is_paid(found))
      assert.equal(case[3], status.is_final(found))
    end)
  end

  it("is no payment any more after a refund", function()
    provider:pay(trid)
    provider:refund(trid)
    local found = look()
    assert.equal("PAID", found.transaction_status)
    assert.is_true(status.is_refunded(found))
    assert.is_false(status.is_paid(found))
  end)

  it("may tell a status that nobody knows", function()
    local odd = { transaction_status = "AUTHORIZED" }
    assert.is_false(status.is_paid(odd))
    assert.is_false(status.is_final(odd))
  end)
end)

describe("isRefunded", function()
  for _, case in ipairs {
    { "true", true },
    { true, true },
    { "false", false },
    { "1", false },
    { "", false },
    { nil, false },
    { false, false },
  } do
    it(("%q means %s"):format(tostring(case[1]), tostring(case[2])), function()
      local found = { transaction_status = "PAID", isRefunded = case[1] }
      assert.equal(case[2], status.is_refunded(found))
      assert.equal(not case[2], status.is_paid(found))
    end)
  end
end)

describe("raw_qr", function()
  for _, form in ipairs { "base64", "data_uri", "latin1", "bytes" } do
    it("is a PNG, whether written as " .. form, function()
      local _, mobip = helper.open { raw_qr = form }
      local asked = assert(mobip:send_payment_request(helper.ask()))
      assert.equal(pretend.png, picture.decode(asked.raw_qr))
      assert.equal(pretend.as(form), asked.raw_qr)
    end)
  end

  it("is a PNG when it is its bytes", function()
    assert.equal(pretend.png, picture.decode(pretend.png))
  end)

  it("may be broken into lines", function()
    local lines = pretend.as("base64"):gsub(("."):rep(76), "%0\r\n")
    assert.equal(pretend.png, picture.decode(lines))
  end)

  it("may be missing", function()
    local _, mobip = helper.open { raw_qr = "none" }
    assert.is_nil(assert(mobip:send_payment_request(helper.ask())).raw_qr)
  end)

  for _, text in ipairs {
    "",
    "null",
    "R0lGODlhAQABAAAAACw=",
    "iVBORw0KGg=",
    "iVBORw0KG",
    "iVBO=w0KGgo=",
    "\137PNG",
    "\200\201",
  } do
    it(("is no picture: %q"):format(text), function()
      local bytes, err = picture.decode(text)
      assert.is_nil(bytes)
      assert.equal("decode", err.kind)
      assert.equal("raw_qr", err.field)
    end)
  end

  it("is text, or the program has a bug", function()
    assert.has_error(function()
      picture.decode(nil)
    end)
  end)
end)

describe("an answer of Mobip", function()
  for _, code in ipairs { "text", "number" } do
    it("may have its code as " .. code, function()
      local provider, mobip = helper.open { code_as = code }
      assert(mobip:login())
      local found, err = mobip:is_valid { trid = "TR1" }
      assert.is_nil(found)
      assert.equal("905", err.code)
      assert.equal("No such transaction", err.message)
      assert.is_true(provider:check())
    end)
  end

  for _, http in ipairs { "ok", "http" } do
    it("may refuse with any HTTP status: " .. http, function()
      local _, mobip = helper.open { error_status = http }
      local found, err = mobip:get_account { uid = "1001" }
      assert.is_nil(found)
      assert.equal("904", err.code)
      assert.equal("failed", err.outcome)
      assert.equal(http == "ok" and 200 or 403, err.status)
    end)
  end

  it("may say no without a reason", function()
    local body = '{"return_code":"7"}'
    local mobip = helper.client({
      transport = function(request)
        local token = request.url:find "get_token"
          and '{"return_code":"0","access_token":"t"}'
        return { status = 200, headers = {}, body = token or body }
      end,
    }, "merchant")
    local found, err = mobip:set_mobip_transactions { trid_list = { "T" } }
    assert.is_nil(found)
    assert.equal("7", err.code)
    assert.equal("failed", err.outcome)
    body = "{}"
    found, err = mobip:set_mobip_transactions { trid_list = { "T" } }
    assert.is_nil(found)
    assert.equal("decode", err.kind)
    assert.equal("unknown", err.outcome)
  end)

  it("may have a map where a list is said to be", function()
    local _, mobip = helper.open { arrays = "map" }
    local found = assert(mobip:get_invoice_list()).invoice_data
    assert.equal("INV-1", found["1"].invoice_id)
  end)

  it("may be XML where statistics are asked for", function()
    local provider, mobip = helper.open { stats_as = "xml" }
    provider:pay(assert(mobip:create_one_use_qr(helper.show())).trid)
    local found = assert(mobip:get_stats { month_period = "2024-01" })
    assert.truthy(found.content:find "^<%?xml.*TR00000001")
  end)
end)

describe("what is sent to Mobip", function()
  local function sent(name, args)
    local provider, mobip = helper.open()
    assert(mobip[name](mobip, args))
    local asked = helper.asked(provider, name)
    return asked[#asked].args, provider
  end

  it("has the period of statistics even when it is empty", function()
    local args = sent "get_stats"
    assert.equal("", args.day)
    assert.equal("", args.month_period)
  end)

  it("leaves what is not given to the provider", function()
    local args = sent("send_payment_request", helper.ask())
    for _, name in ipairs { "retry_period", "transaction_ttl", "language" } do
      assert.is_nil(args[name])
    end
  end)

  it("has its names without the blanks of the example", function()
    local args = sent("set_external_invoices", {
      ExternalSourceId = "books",
      InvoicesLists = {
        {
          CustomerId = "c",
          CustomerBalance_in_cents = -100,
          CustomerBalance_Date = "2023-01-03",
          InvoicesList = {},
        },
      },
    })
    assert.same({
      CustomerId = "c",
      CustomerBalance_in_cents = "-100",
      CustomerBalance_Date = "2023-01-03",
      InvoicesList = {},
    }, args.InvoicesLists[1])
  end)

  -- the example in the document is no JSON, so its shape is a guess
  for _, text in ipairs {
    '[{"CustomerId":"c","CustomerBalance_in_cents ":"-1"}]',
    '{"InvoicesLists":[{"CustomerId":"c","Invoices":[]}]}',
  } do
    it("is JSON of the caller's own: " .. text, function()
      local shown = assert(select(2, helper.open()):set_external_invoices({
        ExternalSourceId = "books",
        InvoicesLists = text,
      }, { dry_run = true }))
      assert.truthy(shown.body:find(text, 1, true))
    end)
  end

  it("is no JSON that is none", function()
    local _, mobip = helper.open()
    local _, err = mobip:set_external_invoices {
      ExternalSourceId = "books",
      InvoicesLists = "invoices",
    }
    assert.equal("InvoicesLists", err.field)
  end)

  for _, case in ipairs {
    { "set_mobip_transactions", { trid_list = {} }, "trid_list" },
    { "set_mobip_transactions", { trid_list = { "a|b" } }, "trid_list[1]" },
    { "set_mobip_transactions", { trid_list = { "a", "" } }, "trid_list[2]" },
    {
      "get_external_invoices",
      { ExternalSourceId = "s", InvoicesList = { "|" } },
      "InvoicesList[1]",
    },
    {
      "update_account",
      { uid = "1", account_data = { merchant_name = "x" } },
      "account_data.merchant_name",
    },
  } do
    it(("is never a bad %s of %s"):format(case[3], case[1]), function()
      local provider, mobip = helper.open()
      local found, err = mobip[case[1]](mobip, case[2])
      assert.is_nil(found)
      assert.equal("argument", err.kind)
      assert.equal(case[3], err.field)
      assert.same({}, provider:requests())
    end)
  end
end)
