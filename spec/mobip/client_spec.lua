-- A client and a pretend Mobip, the same in this process and over real
-- HTTPS, and wherever the provider looks for the inputs of a GET.

local helper = require "spec.mobip.helper"

local INVOICES = {
  {
    CustomerId = "custom_1",
    CustomerPhone = "0607922222",
    CustomerEmail = "custom1@email.com",
    CustomerBalance_in_cents = 3000,
    CustomerBalance_Date = "2023-01-03",
    InvoicesList = {
      {
        InvId = "inv_000",
        InvDate = "2023-01-01",
        InvDueDate = "2023-02-01",
        InvLbl = "Facture de ABC",
        Amount_in_cents = 35000,
        InvStatus = "status_1",
      },
      {
        InvId = "inv_002",
        InvDate = "2023-02-01",
        InvDueDate = "2023-03-01",
        InvLbl = "Facture de XYZ",
        Amount_in_cents = 33000,
        InvStatus = "status_2",
      },
    },
  },
}

local LABELS = {
  pending = "status_1",
  due = "status_2",
  fully_paid = "status_3",
  partially_paid = "status_4",
  ExternalSourceId = "books",
}

local DAYS = {
  { "lost answer", { fault = "lost_answer" }, outcome = "unknown", made = 1 },
  { "closed before", { fault = "closed" }, outcome = "unknown", made = 0 },
  { "half a JSON", { fault = "truncated" }, outcome = "unknown", made = 1 },
  { "garbage", { fault = "garbage" }, outcome = "unknown", made = 1 },
  { "500", { fault = "error" }, outcome = "unknown", made = 0 },
  {
    "too late",
    { fault = "delay", seconds = 2 },
    outcome = "unknown",
    made = 1,
  },
  { "late", { fault = "delay", seconds = 0.1 }, made = 1 },
}

local function suite(place, options)
  local name = ("luapay.mobip %s, GETs read as %s"):format(
    place,
    options.get_inputs
  )
  describe(name, function()
    local provider, way, merchant, platform

    setup(function()
      provider, way = helper.places[place](options)
    end)

    teardown(function()
      merchant:transport():close()
      if provider.stop then provider:stop() end
    end)

    before_each(function()
      provider:reset()
      merchant = helper.client(way, "merchant", { timeout = 1 })
      platform = helper.client(way, "platform")
    end)

    after_each(function()
      assert.is_true(provider:check())
      for _, request in ipairs(provider:requests()) do
        assert.same({}, request.ignored or {})
      end
    end)

    it("asks for money and is told how it stands", function()
      local asked = assert(merchant:send_payment_request(helper.ask()))
      assert.equal("order 1", asked.track_id)
      assert.equal("0", asked.return_code)
      local found = assert(merchant:is_valid { trid = asked.trid })
      assert.equal("PENDING", found.transaction_status)
      provider:pay(asked.trid)
      found = assert(merchant:is_valid { trid = asked.trid })
      assert.equal("PAID", found.transaction_status)
      assert.equal("order 1", found.track_id)
      assert.equal("Tea é", found.desc)
      assert.equal("EXT-1", found.external_accountid)
      assert.equal("15.00", provider:balance "1001")
    end)

    it("sends every argument as it is", function()
      local args = helper.ask {
        media = "SMS",
        customer_phone = "+33612345678",
        customer_name = "A & B = 100%; +\"'\\ Ω",
        retry_period = 2,
        retry_attempts = "4",
        transaction_ttl = 30,
        language = "FR",
      }
      local asked = assert(merchant:send_payment_request(args))
      local kept = provider:transactions()[1]
      assert.equal(asked.trid, kept.trid)
      for key, value in pairs(args) do
        assert.equal(tostring(value), kept[key], key)
      end
    end)

    it("cancels, resends and looks at a transaction", function()
      local one = assert(merchant:create_one_use_qr(helper.show()))
      assert(merchant:resend { trid = one.trid, media = "EMAIL" })
      assert.equal(1, provider:transactions()[1].resent)
      assert(merchant:cancel_transaction { trid = one.trid })
      local data =
        assert(merchant:get_transaction { trid = one.trid }).transaction_data
      assert.equal("CANCELLED", data.transaction_status)
      local again, fault = merchant:cancel_transaction { trid = one.trid }
      assert.is_nil(again)
      assert.equal("906", fault.code)
      assert.equal("failed", fault.outcome)
      assert.equal("The transaction is CANCELLED", fault.message)
    end)

    it("makes a QR code that is scanned many times", function()
      local qr = assert(merchant:create_reusable_qr {
        item_amount = 300,
        tax_amount = 0,
        item_name = "Coffee",
        item_photo = "https://shop.test/coffee.png",
      })
      local trid = provider:scan(qr.qr_id)
      provider:pay(trid)
      provider:pay(provider:scan(qr.qr_id))
      assert.equal("6.00", provider:balance "1001")
      assert(merchant:is_valid { trid = trid })
    end)

    it("looks at accounts, and updates one", function()
      assert(merchant:login())
      assert(platform:update_account {
        uid = "1001",
        account_data = {
          External_AccountID = "EXT-é",
          Private_Payment_Provider_key = "key-of-keys",
        },
      })
      local found = assert(merchant:get_account_by_external_id {
        external_account_id = "EXT-é",
        document_only = false,
        document_list = { "id_card", "bank_details" },
      }).account_data
      assert.equal("merchant_name", found[1].attribute_name)
      assert.equal("YmFuaw==", found[#found].attribute_value)
      found = assert(platform:get_account {
        uid = "1001",
        document_only = true,
        document_list = { "id_card" },
      }).account_data
      assert.equal(1, #found)
    end)

    it("may not do what only others may", function()
      local found, fault = merchant:get_account { uid = "1001" }
      assert.is_nil(found)
      assert.equal("904", fault.code)
      assert.equal("failed", fault.outcome)
    end)

    it("reads statistics and its invoices", function()
      local one = assert(merchant:create_one_use_qr(helper.show()))
      provider:pay(one.trid)
      assert.equal(one.trid, assert(merchant:get_stats()).stats[1].trid)
      assert.same({}, assert(merchant:get_stats { day = "2001-01-01" }).stats)
      local file =
        assert(merchant:get_stats { day = "2024-01-01", get_gz_file = true })
      assert.equal("https://app.mobip.test/stats/2024-01-01.gz", file.url)
      local list = assert(merchant:get_invoice_list()).invoice_data
      assert.equal("INV-2", list[2].invoice_id)
      local invoice = assert(merchant:get_invoice { invoice_id = "INV-2" })
      assert.equal("Fees of December", invoice.invoice_data.label)
    end)

    it("hands over invoices of another system", function()
      assert(merchant:set_external_invoice_status(LABELS))
      assert(merchant:set_external_invoices {
        ExternalSourceId = "books",
        BatchId = "batch-1",
        InvoicesLists = INVOICES,
      })
      local list = assert(merchant:get_external_invoices {
        ExternalSourceId = "books",
      }).InvoicesList
      assert.equal(2, #list)
      list = assert(merchant:get_external_invoices {
        ExternalSourceId = "books",
        InvoicesList = { "inv_002" },
      }).InvoicesList
      assert.equal(1, #list)
      assert.equal("33000", list[1].Amount_in_cents)
      assert.equal("due", list[1].MobipStatus)
      local statuses = assert(merchant:get_external_invoices_status {
        ExternalSourceId = "books",
      }).InvoiceStatusesList
      assert.same({ status = "due", label = "status_2" }, statuses[2])
    end)

    it("takes out of the queue what it has processed", function()
      local trids = {}
      for i = 1, 3 do
        trids[i] = assert(merchant:create_one_use_qr(helper.show())).trid
        provider:pay(trids[i])
      end
      local rows = assert(platform:get_mobip_transactions { limit = 2 })
      assert.equal(2, #rows.transactions_list)
      assert.equal(trids[2], rows.transactions_list[2].mobip_trid)
      local done = assert(platform:set_mobip_transactions {
        trid_list = { trids[1], trids[3] },
      })
      assert.same({ trids[1], trids[3] }, done.removed_transactions_list)
      assert.same({ trids[2] }, provider:queue())
    end)

    for _, case in ipairs(DAYS) do
      it("asks once on a day with " .. case[1], function()
        assert(merchant:login())
        case[2].at = "send_payment_request"
        provider:inject(case[2])
        local asked, fault = merchant:send_payment_request(helper.ask())
        assert.equal(case.outcome, fault and fault.outcome, tostring(fault))
        assert.equal(case.outcome == nil, asked ~= nil)
        assert.equal(case.made, #provider:transactions())
        assert.is_nil(tostring(fault):find("sandbox-session", 1, true))
      end)
    end

    it("asks again how it stands when the answer is lost", function()
      local one = assert(merchant:create_one_use_qr(helper.show()))
      provider:inject { at = "is_valid", fault = "lost_answer" }
      merchant = helper.client(way, "merchant", { timeout = 10 })
      assert(merchant:is_valid { trid = one.trid })
    end)
  end)
end

for place in pairs(helper.places) do
  for _, channel in ipairs { "query", "multipart" } do
    suite(place, { get_inputs = channel })
  end
end
