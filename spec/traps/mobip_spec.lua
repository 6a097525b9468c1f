-- Where Mobip's document leads astray: what luapay does, each under the id
-- that it has in doc/traps.md.

local helper = require "spec.traps.helper"
local luapay = require "luapay"
local mobips = require "spec.mobip.helper"
local picture = require "luapay.mobip.picture"
local png = require("luapay.sandbox.mobip.picture").png
local status = require "luapay.mobip.status"

local interpret, prepare, refused, with =
  helper.interpret, helper.prepare, helper.refused, helper.with

local SEND = "mobip.send_payment_request"
local ONE_USE = "mobip.create_one_use_qr"
local REUSABLE = "mobip.create_reusable_qr"

local function coffee(changes)
  return with({
    item_amount = 300,
    tax_amount = 60,
    item_name = "Coffee",
    item_photo = "https://shop.test/coffee.png",
  }, changes)
end

local function ask(changes)
  return with(mobips.ask(), changes)
end
local function show(changes)
  return with(mobips.show(), changes)
end

-- The inputs of a call as they go out.
local function parts(id, args, settings)
  return helper.parts(assert(prepare(id, args, settings)).body)
end

local TOKEN = '{"return_code":"0","access_token":"t"}'

describe("Mobip:", function()
  it("M-1: asks for a token in a body, then in the query", function()
    for way, count in pairs { query = 3, multipart = 2 } do
      local provider, mobip = mobips.open { get_inputs = way }
      assert(mobip:get_invoice_list())
      assert.equal(count, #provider:requests())
    end
  end)

  it("M-1: sends a GET's inputs as it is told to", function()
    local args = { trid = "T1" }
    local by_query = assert(prepare("mobip.is_valid", args, { query = true }))
    assert.equal("/api/2.0/mobip/is_valid?trid=T1", by_query.target)
    assert.is_nil(by_query.body)
    local by_body = assert(prepare("mobip.is_valid", args))
    assert.equal("/api/2.0/mobip/is_valid", by_body.target)
    assert.same({ trid = "T1" }, helper.parts(by_body.body))
  end)

  for _, case in ipairs {
    { "M-2", "get_token", "mobip" },
    { "M-3", "is_valid", "mobip" },
    { "M-4", "get_invoice_list", "mobip" },
    { "M-5", "set_external_invoice_status", "mobip" },
    { "M-5", "get_external_invoices_status", "mobip" },
    { "M-35", "set_mobip_transactions", "neosystems" },
  } do
    local path = ("/api/2.0/%s/%s"):format(case[3], case[2])
    it(case[1] .. ": calls " .. path .. ", by that name", function()
      assert.equal(path, helper.row("mobip." .. case[2]).path)
      assert.is_function(select(2, mobips.open())[case[2]])
    end)
  end

  for _, case in ipairs {
    { SEND, ask(), "item_amount_in_cents", "tax_amount" },
    { ONE_USE, show(), "item_amount_in_cents", "tax_amount_in_cents" },
    { REUSABLE, coffee(), "item_amount", "tax_amount" },
  } do
    local id, args, item, tax = case[1], case[2], case[3], case[4]
    it("M-6, M-8: names " .. item .. " and " .. tax .. " in " .. id, function()
      local sent = parts(id, args)
      assert.equal(tostring(args[item]), sent[item])
      assert.equal(tostring(args[tax]), sent[tax])
      local wrong = tax == "tax_amount" and "tax_amount_in_cents"
        or "tax_amount"
      assert.equal(wrong, refused(id, with(args, { [wrong] = 1 })))
    end)
  end

  it("M-7: takes the tax for a tax: the payer owes price and tax", function()
    local provider, mobip = mobips.open()
    local trid = assert(mobip:create_one_use_qr(show())).trid
    provider:pay(trid)
    assert.equal("15.00", provider:balance "1001")
    local doc = helper.row(ONE_USE).params.tax_amount_in_cents.doc
    assert.truthy(doc:find("owes both", 1, true))
  end)

  for _, case in ipairs {
    { 300 },
    { luapay.money("3.00", "EUR"), "EUR" },
    { luapay.money("300", "XPF"), "XPF" },
  } do
    it("M-8, M-9: sends " .. tostring(case[1]) .. " as 300", function()
      local sent = parts(
        REUSABLE,
        coffee { item_amount = case[1] },
        { currency = case[2] }
      )
      assert.equal("300", sent.item_amount)
    end)
  end

  for _, bad in ipairs { 3.5, "300", "3.00", true } do
    it(
      "M-9: refuses an amount of " .. type(bad) .. ": " .. tostring(bad),
      function()
        for name in pairs { item_amount = 1, tax_amount = 1 } do
          assert.equal(name, refused(REUSABLE, coffee { [name] = bad }))
        end
      end
    )
  end

  it("M-10: sends no currency; there is no field for one", function()
    assert.equal("currency", refused(REUSABLE, coffee { currency = "EUR" }))
    local dollars = coffee { item_amount = luapay.money("3.00", "USD") }
    for _, currency in ipairs { false, "EUR" } do
      local settings = { currency = currency or nil }
      assert.equal("item_amount", refused(REUSABLE, dollars, settings))
    end
    local sent = parts(REUSABLE, dollars, { currency = "USD" })
    assert.same({
      item_amount = "300",
      tax_amount = "60",
      item_name = "Coffee",
      item_photo = "https://shop.test/coffee.png",
    }, sent)
  end)

  it("M-11: asks for an e-mail address where Mobip does", function()
    for _, media in ipairs { "SMS", "EMAIL" } do
      local args = ask { media = media, customer_email = false }
      assert.equal("customer_email", refused(SEND, args))
    end
    assert.is_nil(refused(ONE_USE, show()))
  end)

  it("M-12: leaves an SMS without a phone to Mobip", function()
    local _, mobip = mobips.open { sms_without_phone = "send" }
    assert(mobip:send_payment_request(ask { media = "SMS" }))
    _, mobip = mobips.open()
    local _, fault = mobip:send_payment_request(ask { media = "SMS" })
    assert.same({ "refused", "failed" }, { fault.kind, fault.outcome })
  end)

  it("M-13: keeps the + of a phone, and adds none", function()
    for _, phone in ipairs { "+33612345678", "0607922222" } do
      local sent = parts(SEND, ask { customer_phone = phone })
      assert.equal(phone, sent.customer_phone)
    end
    local target = assert(
      prepare("mobip.is_valid", { trid = "+33" }, { query = true })
    ).target
    assert.truthy(target:find("?trid=%2B33", 1, true))
  end)

  it("M-14: asks for a call_back_url where Mobip does", function()
    assert.is_nil(refused(SEND, ask { call_back_url = false }))
    local args = show { call_back_url = false }
    assert.equal("call_back_url", refused(ONE_USE, args))
    args = coffee { call_back_url = "https://shop.test/told" }
    assert.equal("call_back_url", refused(REUSABLE, args))
  end)

  for _, name in ipairs {
    "retry_period",
    "retry_attempts",
    "transaction_ttl",
  } do
    it("M-15: takes " .. name .. " as a number and as text", function()
      for _, value in ipairs { 7, "7" } do
        assert.equal("7", parts(SEND, ask { [name] = value })[name])
      end
      for _, bad in ipairs { 7.5, "7 days", true } do
        assert.equal(name, refused(SEND, ask { [name] = bad }))
      end
    end)
  end

  it("M-15: does so with api_ttl and limit", function()
    for _, value in ipairs { 7, "7" } do
      local sent = parts("mobip.get_mobip_transactions", { limit = value })
      assert.equal("7", sent.limit)
      local args =
        { api_account_id = "a", api_secret_key = "b", api_ttl = value }
      assert.equal("7", parts("mobip.get_token", args).api_ttl)
    end
  end)

  it("M-16: leaves Mobip's defaults to Mobip", function()
    local given, count = ask(), 0
    for name in pairs(parts(SEND, given)) do
      assert.truthy(given[name], name)
      count = count + 1
    end
    assert.equal(8, count)
    local args = { api_account_id = "a", api_secret_key = "b" }
    assert.is_nil(parts("mobip.get_token", args).api_ttl)
  end)

  it("M-17: takes language and media in any case", function()
    local sent = parts(SEND, ask { language = "fr", media = "Sms" })
    assert.same({ "FR", "SMS" }, { sent.language, sent.media })
    assert.equal("language", refused(SEND, ask { language = "DE" }))
    assert.equal("media", refused(SEND, ask { media = "FAX" }))
  end)

  for _, code in ipairs { '"0"', "0", '"0 "' } do
    it("M-18: takes a return_code of " .. code .. " for a yes", function()
      assert(
        interpret("mobip.login", 200, ('{"return_code":%s}'):format(code))
      )
    end)
  end

  for _, code in ipairs { '"12"', "12", '"-1"' } do
    it("M-18: takes a return_code of " .. code .. " for a no", function()
      local text = ('{"return_code":%s}'):format(code)
      local _, fault = interpret("mobip.login", 200, text)
      assert.same({ "refused", "failed" }, { fault.kind, fault.outcome })
      assert.equal((code:gsub('"', "")), fault.code)
    end)
  end

  for _, code in ipairs { '""', '"00"', '"OK"', '"ERR"', "[]", "1.5" } do
    it("M-18: takes a return_code of " .. code .. " for neither", function()
      local text = ('{"return_code":%s}'):format(code)
      local _, fault = interpret("mobip.login", 200, text)
      assert.same({ "refused", "unknown" }, { fault.kind, fault.outcome })
    end)
  end

  it("M-18: does not know what an answer without a code means", function()
    for _, text in ipairs { "{}", '{"return_code":null,"trid":"T1"}' } do
      local _, fault = interpret(SEND, 200, text)
      assert.same({ "decode", "unknown" }, { fault.kind, fault.outcome })
    end
  end)

  it("M-18: takes blanks off a code, and only 0 for a yes", function()
    assert(interpret("mobip.login", 200, { return_code = " 0" }))
    for _, code in ipairs { "0A1", "0E5", "0x0" } do
      local _, fault = interpret("mobip.login", 200, { return_code = code })
      assert.equal(code, fault and fault.code)
    end
  end)

  it("M-19: passes codes on, and is told which end a token", function()
    for codes, done in pairs { [{}] = false, [{ "903" }] = true } do
      local provider, mobip = mobips.open(nil, { token_codes = codes })
      assert(mobip:login())
      provider:inject { at = "login", fault = "session_expired" }
      local good, fault = mobip:login()
      assert.equal(done, good ~= nil)
      assert.equal(not done and "903" or nil, fault and fault.code)
    end
  end)

  it("M-20: needs no return_message", function()
    local _, fault = interpret("mobip.login", 200, { return_code = "7" })
    assert.equal("7", fault.code)
    assert.truthy(#fault.message > 0)
    for name, row in pairs {
      get_token = helper.row "mobip.get_token",
      is_valid = helper.row "mobip.is_valid",
    } do
      assert.is_nil(row.result.return_message.required, name)
    end
  end)

  for _, case in ipairs {
    { "PENDING", false },
    { "PAID", true },
    { "DENIED", false },
    { "CANCELLED", false },
    { "ERROR", false },
  } do
    it("M-21: takes return_code 0 for no payment: " .. case[1], function()
      local found = assert(interpret("mobip.is_valid", 200, {
        return_code = "0",
        transaction_status = case[1],
      }))
      assert.equal(case[1], found.transaction_status)
      assert.equal(case[2], status.is_paid(found))
    end)
  end

  it("M-22: passes a status on that it does not know", function()
    local found = assert(interpret("mobip.is_valid", 200, {
      return_code = "0",
      transaction_status = "PROCESSED",
    }))
    assert.equal("PROCESSED", found.transaction_status)
    assert.is_false(status.is_paid(found))
    assert.is_false(status.is_final(found))
  end)

  for _, case in ipairs {
    { '"true"', true },
    { "true", true },
    { '"false"', false },
    { "false", false },
    { '""', false },
    { '"TRUE"', true },
    { '"yes"', true },
    { '"1"', true },
    { "1", true },
    { '"0"', false },
    { '"No"', false },
    { "null", nil },
  } do
    it("M-23: reads isRefunded = " .. case[1], function()
      local text = '{"return_code":"0","transaction_status":"PAID",'
        .. '"isRefunded":%s}'
      local found =
        assert(interpret("mobip.is_valid", 200, text:format(case[1])))
      assert.equal(case[2], found.isRefunded)
      assert.equal(case[2] or false, status.is_refunded(found))
      assert.equal(not case[2], status.is_paid(found))
    end)
  end

  it("M-23: makes no yes and no no of another word", function()
    local found = assert(interpret("mobip.is_valid", 200, {
      return_code = "0",
      transaction_status = "PAID",
      isRefunded = "perhaps",
    }))
    assert.equal("perhaps", found.isRefunded)
    assert.is_false(status.is_refunded(found))
  end)

  it("M-24: spells the outside id as each call does", function()
    assert.truthy(
      helper.row("mobip.get_account_by_external_id").params.external_account_id
    )
    assert.truthy(helper.row("mobip.is_valid").result.external_accountid)
    local sent = parts("mobip.update_account", {
      uid = "1",
      account_data = { External_AccountID = "E" },
    })
    assert.equal('{"External_AccountID":"E"}', sent.account_data)
  end)

  it("M-26, M-27: leaves the URLs that you give as they are", function()
    local provider, mobip = mobips.open()
    local url = "https://shop.test/told/order-17?a=b"
    local asked = ask { call_back_url = url, redirect_url = "app://x/y" }
    local trid = assert(mobip:send_payment_request(asked)).trid
    local kept = provider:transactions()[1]
    assert.same(
      { url, "app://x/y" },
      { kept.call_back_url, kept.redirect_url }
    )
    provider:pay(trid)
    assert.equal(url, provider:callbacks()[1].url:sub(1, #url))
  end)

  for _, bad in ipairs { "shop.test/x", "/x", "https://", "", "x y://z" } do
    it("M-27: refuses what has no scheme and host: " .. bad, function()
      for name in pairs { redirect_url = 1, call_back_url = 1 } do
        assert.equal(name, refused(SEND, ask { [name] = bad }))
      end
    end)
  end

  for _, form in ipairs { "base64", "data_uri", "latin1", "bytes" } do
    it("M-28: makes a picture of raw_qr as " .. form, function()
      local _, mobip = mobips.open { raw_qr = form }
      local made = assert(mobip:send_payment_request(ask()))
      assert.equal(png, picture.decode(made.raw_qr))
    end)
  end

  it("M-28: keeps raw_qr as it came, and says when it is none", function()
    local found = assert(interpret(SEND, 200, {
      return_code = "0",
      trid = "T1",
      raw_qr = "R0lGODlh",
    }))
    assert.equal("R0lGODlh", found.raw_qr)
    local _, fault = picture.decode(found.raw_qr)
    assert.equal("decode", fault.kind)
  end)

  it("M-29: sends day and month_period, empty when not given", function()
    local id = "mobip.get_stats"
    assert.same({ day = "", month_period = "" }, parts(id, {}))
    local sent = parts(id, { day = "2024-01-31" })
    assert.same({ day = "2024-01-31", month_period = "" }, sent)
    assert.equal("day", refused(id, { day = "31.01.2024" }))
    assert.equal("month_period", refused(id, { month_period = "2024-13" }))
  end)

  for _, case in ipairs {
    { '{"return_code":"0","url":"https://x"}', "url", "https://x" },
    { '{"total":5}', "total", 5 },
    { "<stats/>", "content", "<stats/>" },
    { "a;b\n1;2", "content", "a;b\n1;2" },
  } do
    it("M-30: gives the statistics that come: " .. case[2], function()
      local transport = helper.scripted { TOKEN, case[1] }
      local mobip = mobips.client({ transport = transport }, "merchant")
      assert.equal(case[3], assert(mobip:get_stats())[case[2]])
    end)
  end

  it("M-31, M-32: says true with 1 and false with 0", function()
    for value, text in pairs { [true] = "1", [false] = "0" } do
      local sent = parts("mobip.get_stats", { get_gz_file = value })
      assert.equal(text, sent.get_gz_file)
      local args = { uid = "1", document_only = value }
      sent = parts("mobip.get_account", args)
      assert.equal(text, sent.document_only)
    end
    assert.is_nil(parts("mobip.get_account", { uid = "1" }).document_only)
    local args = { get_gz_file = "on" }
    assert.equal("get_gz_file", refused("mobip.get_stats", args))
  end)

  it("M-33: puts pipes between the names of documents", function()
    local sent = parts("mobip.get_account", {
      uid = "1",
      document_list = { "id_card", "bank details" },
    })
    assert.equal("id_card|bank details", sent.document_list)
  end)

  it("M-34: refuses what would break a list with pipes", function()
    local ID = "mobip.set_mobip_transactions"
    for field, list in pairs {
      ["trid_list"] = {},
      ["trid_list[1]"] = { "" },
      ["trid_list[2]"] = { "a", "b|c" },
    } do
      assert.equal(field, refused(ID, { trid_list = list }))
    end
    assert.equal(
      "InvoicesList[1]",
      refused("mobip.get_external_invoices", {
        ExternalSourceId = "e",
        InvoicesList = { "|" },
      })
    )
  end)

  it("M-35, M-36: takes off the queue only what it is told to", function()
    local provider, mobip, way = mobips.open()
    local platform = mobips.client(way, "platform")
    local trid = assert(mobip:create_one_use_qr(show())).trid
    provider:pay(trid)
    for _ = 1, 2 do
      local rows = assert(platform:get_mobip_transactions()).transactions_list
      assert.equal(trid, rows[1].mobip_trid)
    end
    local done = assert(platform:set_mobip_transactions {
      trid_list = { trid, "T404" },
    })
    assert.same({ trid }, done.removed_transactions_list)
    assert.same({}, provider:queue())
  end)

  it("M-36: leaves the rows of the queue as they come", function()
    local rows = { { id_flux = "1", odd = { a = "b" } } }
    local found = interpret("mobip.get_mobip_transactions", 200, {
      return_code = "0",
      transactions_list = rows,
    })
    assert.same(rows, assert(found).transactions_list)
  end)

  it("M-37: sends account_data as JSON in one field", function()
    local sent = parts("mobip.update_account", {
      uid = "1",
      account_data = { Payment_Provider_login = 'a"b' },
    })
    assert.equal('{"Payment_Provider_login":"a\\"b"}', sent.account_data)
  end)

  it("M-37: sends brackets in a request of your own", function()
    local _, mobip, way = mobips.open()
    local platform = mobips.client(way, "platform")
    local body = '--x\r\nContent-Disposition: form-data; name="uid"\r\n\r\n'
      .. "1001\r\n--x\r\nContent-Disposition: form-data; "
      .. 'name="account_data[External_AccountID]"\r\n\r\nE-9\r\n--x--\r\n'
    local response = assert(platform:request {
      method = "POST",
      path = "/api/2.0/mobip/update_account",
      headers = { ["content-type"] = "multipart/form-data; boundary=x" },
      body = body,
    })
    assert.equal("0", response.answer.return_code)
    assert(mobip:get_account_by_external_id { external_account_id = "E-9" })
  end)

  it("M-38: knows the four attributes, letter for letter", function()
    local ID = "mobip.update_account"
    for _, name in ipairs { "currency", "External_AccountId" } do
      local args = { uid = "1", account_data = { [name] = "x" } }
      assert.equal("account_data." .. name, refused(ID, args))
      local sent = parts(ID, args, { lenient = true })
      assert.equal(('{"%s":"x"}'):format(name), sent.account_data)
    end
  end)

  it("M-38: hides the private key of an account", function()
    local _, mobip = mobips.open()
    local shown = assert(mobip:update_account({
      uid = "1",
      account_data = { Private_Payment_Provider_key = "hush" },
    }, { dry_run = true }))
    assert.is_nil(shown.body:find("hush", 1, true))
  end)

  it("M-38: hides it in JSON of the caller's own, too", function()
    local _, mobip = mobips.open()
    local shown = assert(mobip:update_account({
      uid = "1",
      account_data = '{"Private_Payment_Provider_key":"hush"}',
    }, { dry_run = true }))
    assert.is_nil(shown.body:find("hush", 1, true))
  end)

  for _, case in ipairs {
    { "get_account", "account_data" },
    { "get_transaction", "transaction_data" },
    { "get_invoice_list", "invoice_data" },
    { "get_mobip_transactions", "transactions_list" },
    { "get_external_invoices", "InvoicesList" },
    { "get_external_invoices_status", "InvoiceStatusesList" },
  } do
    it("M-39: takes a list or a map from " .. case[1], function()
      for _, value in ipairs { "[]", "{}", '["a"]', '{"1":"a"}' } do
        local text = ('{"return_code":"0","%s":%s}'):format(case[2], value)
        local found = assert(interpret("mobip." .. case[1], 200, text))
        local inner = found[case[2]]
        assert.equal(value:find "a" and "a", inner[1] or inner["1"] or nil)
      end
    end)
  end

  local INVOICES = {
    {
      CustomerId = "custom_1",
      CustomerBalance_in_cents = -3000,
      CustomerBalance_Date = "2023-01-03",
      InvoicesList = {
        {
          InvId = "inv_000",
          InvDate = "2023-01-01",
          InvDueDate = "2023-02-01",
          Amount_in_cents = 35000,
          InvStatus = "status_1",
        },
      },
    },
  }

  local function invoices(list, settings)
    return parts("mobip.set_external_invoices", {
      BatchId = "b",
      ExternalSourceId = "books",
      InvoicesLists = list,
    }, settings)
  end

  it("M-40, M-41, M-43, M-44: writes invoices as JSON", function()
    assert.equal(
      '[{"CustomerId":"custom_1","CustomerBalance_in_cents":"-3000",'
        .. '"CustomerBalance_Date":"2023-01-03","InvoicesList":['
        .. '{"InvId":"inv_000","InvDate":"2023-01-01",'
        .. '"InvDueDate":"2023-02-01","Amount_in_cents":"35000",'
        .. '"InvStatus":"status_1"}]}]',
      invoices(INVOICES).InvoicesLists
    )
  end)

  for _, case in ipairs {
    { "M-40: sends another key", '[{"CustomerId":"c","Invoices":[]}]' },
    { "M-41: sends trailing blanks", '[{"CustomerBalance_Date ":"x"}]' },
    { "M-43: sends an object", '{"InvoicesLists":[{"CustomerId":"c"}]}' },
  } do
    it(case[1] .. ", given as JSON text", function()
      assert.equal(case[2], invoices(case[2]).InvoicesLists)
    end)
  end

  it("M-40, M-41: sends other names when it does not check", function()
    local list = { { ["CustomerBalance_in_cents "] = "1" } }
    local sent = invoices(list, { lenient = true })
    assert.equal('[{"CustomerBalance_in_cents ":"1"}]', sent.InvoicesLists)
  end)

  it("M-41: takes the blanks off the names of an answer", function()
    local found = assert(interpret("mobip.get_external_invoices", 200, {
      return_code = "0",
      InvoicesList = {
        {
          ["CustomerBalance_Date "] = "2023-01-03",
          InvoicesList = { { ["Amount_in_cents "] = "35000" } },
        },
      },
    })).InvoicesList[1]
    assert.equal("2023-01-03", found.CustomerBalance_Date)
    assert.equal("35000", found.InvoicesList[1].Amount_in_cents)
  end)

  it("M-42, M-45: spells each name as its call does", function()
    for id, names in pairs {
      ["mobip.set_external_invoices"] = {
        params = { "BatchId", "InvoicesLists", "ExternalSourceId" },
      },
      ["mobip.get_external_invoices"] = {
        params = { "InvoicesList", "ExternalSourceId" },
        result = { "InvoicesList" },
      },
      ["mobip.get_external_invoices_status"] = {
        params = { "ExternalSourceId" },
        result = { "InvoiceStatusesList" },
      },
    } do
      local row = helper.row(id)
      for list, all in pairs(names) do
        for _, name in ipairs(all) do
          assert.truthy(row[list][name], id .. ": " .. name)
        end
      end
    end
  end)

  it("M-42: asks for invoices by ids with pipes", function()
    local sent = parts("mobip.get_external_invoices", {
      ExternalSourceId = "books",
      InvoicesList = { "inv_000", "inv_002" },
    })
    assert.equal("inv_000|inv_002", sent.InvoicesList)
  end)

  it("M-44: takes what is owed as whole minor units", function()
    for _, bad in ipairs { 1.5, "1.50" } do
      local field = refused("mobip.set_external_invoices", {
        ExternalSourceId = "books",
        InvoicesLists = { { CustomerBalance_in_cents = bad } },
      })
      assert.equal("InvoicesLists[1].CustomerBalance_in_cents", field)
    end
  end)

  it("M-46: sends the labels of your system as they are", function()
    local labels = {
      pending = "à venir",
      due = "status_2",
      fully_paid = "payé",
      partially_paid = "4",
      ExternalSourceId = "books",
    }
    assert.same(labels, parts("mobip.set_external_invoice_status", labels))
  end)

  it("M-48: calls login when told to, and with a token", function()
    local provider, mobip = mobips.open()
    assert(mobip:get_invoice_list())
    assert.equal(0, #mobips.asked(provider, "login"))
    assert.same({ return_code = "0" }, assert(mobip:login()))
    assert.equal(1, #mobips.asked(provider, "login"))
  end)

  it("M-49: tells a lack of rights by Mobip's own code", function()
    local _, mobip, way = mobips.open()
    local _, fault = mobip:get_account { uid = "1001" }
    assert.same({ "refused", "904" }, { fault.kind, fault.code })
    assert(mobips.client(way, "platform"):get_account { uid = "1001" })
    assert(mobip:get_account_by_external_id { external_account_id = "EXT-1" })
  end)

  it("M-50: gives a qr_id, which is no trid", function()
    local _, mobip = mobips.open()
    local qr = assert(mobip:create_reusable_qr(coffee()))
    assert.is_nil(qr.trid)
    assert.equal("qr_id", refused("mobip.is_valid", { qr_id = qr.qr_id }))
    local _, fault = mobip:is_valid { trid = qr.qr_id }
    assert.equal("905", fault.code)
  end)

  for name, args in pairs {
    send_payment_request = ask(),
    create_one_use_qr = show(),
    create_reusable_qr = coffee(),
    resend = { trid = "TR00000001", media = "SMS" },
    set_external_invoices = {
      ExternalSourceId = "books",
      InvoicesLists = INVOICES,
    },
    cancel_transaction = { trid = "TR00000001" },
    set_mobip_transactions = { trid_list = { "TR00000001" } },
  } do
    it("M-51: never sends twice: " .. name, function()
      local provider, mobip = mobips.open(nil, { retries = 5 })
      assert(mobip:login())
      provider:inject { at = name, fault = "lost_answer", times = 9 }
      local done, fault = mobip[name](mobip, args)
      assert.is_nil(done)
      assert.equal("unknown", fault.outcome)
      assert.equal(1, #mobips.asked(provider, name))
    end)
  end

  it("M-51: sends again what ends in the same state", function()
    local again = {}
    for _, row in ipairs(luapay.endpoints()) do
      if
        row.api == "mobip"
        and row.method == "POST"
        and row.safe_to_repeat
      then
        again[#again + 1] = row.name
      end
    end
    table.sort(again)
    assert.same({ "set_external_invoice_status", "update_account" }, again)
  end)

  for _, case in ipairs {
    { "idle", { api_ttl = 24 }, {}, 3481 },
    { "old", {}, { 1000, 1000, 1000 }, 481 },
  } do
    it("M-52: renews a token before it is too " .. case[1], function()
      local provider, mobip = mobips.open(nil, case[2])
      assert(mobip:login())
      for _, seconds in ipairs(case[3]) do
        provider:advance(seconds)
        assert(mobip:login())
      end
      assert.equal(2, #mobips.asked(provider, "get_token"))
      provider:advance(case[4])
      assert(mobip:send_payment_request(ask()))
      assert.equal(3, #mobips.asked(provider, "get_token"))
    end)
  end

  it("M-52: sends a POST again only for a code it was told", function()
    for codes, count in pairs { [{}] = 0, [{ 903 }] = 1 } do
      local provider, mobip = mobips.open(nil, { token_codes = codes })
      assert(mobip:login())
      provider:inject {
        at = "send_payment_request",
        fault = "session_expired",
      }
      mobip:send_payment_request(ask())
      assert.equal(count, #provider:transactions())
    end
  end)

  it("M-53: shows no secret, though they stand in URLs", function()
    local seen = {}
    local function see(event)
      for name, value in pairs(event) do
        seen[#seen + 1] = name .. "=" .. tostring(value)
      end
    end
    local hooks = { on_request = see, on_response = see, on_fault = see }
    hooks.get_inputs = "query"
    local provider, mobip = mobips.open(nil, hooks)
    assert(mobip:get_invoice_list())
    provider:inject { at = "is_valid", fault = "garbage", times = 9 }
    local _, fault = mobip:is_valid { trid = "T1" }
    see { tostring(fault), tostring(mobip) }
    see(assert(mobip:get_token({
      api_account_id = "merchant",
      api_secret_key = "secret",
    }, { dry_run = true })))
    local text = table.concat(seen, "\n")
    assert.truthy(text:find("api_account_id=merchant", 1, true))
    assert.is_nil(text:find("api_secret_key=secret", 1, true))
    assert.is_nil(text:find("sandbox-session", 1, true))
  end)

  it("M-56: leaves a track_id as it is, or out", function()
    assert.is_nil(parts(SEND, ask { track_id = false }).track_id)
    local odd = "inv_1|inv_2, 3;{}"
    assert.equal(odd, parts(SEND, ask { track_id = odd }).track_id)
    for _, value in ipairs { odd, { "inv_1", "inv_2" } } do
      local found = assert(interpret("mobip.is_valid", 200, {
        return_code = "0",
        transaction_status = "PAID",
        track_id = value,
      }))
      assert.same(value, found.track_id)
    end
  end)
end)
