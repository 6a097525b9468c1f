-- Payments of agreements, from the batch to the callback.

local sandbox = require "luapay.sandbox"
local helper = require "spec.subscriptions.helper"

describe("a payment", function()
  local provider, client, agreement

  before_each(function()
    provider, client = helper.open()
    agreement = helper.agree(provider, client)
  end)

  local function get(id)
    return assert(client:get_payment_request {
      agreementid = agreement,
      paymentid = id,
    })
  end

  local function request(changes)
    return helper.request(provider, client, agreement, changes)
  end

  local function told()
    return helper.told(provider, "payment")[1]
  end

  it("is Requested, then Valid, Created, and Executed on its day", function()
    local id = request { due_date = provider:day(20) }
    assert.equal("Requested", get(id).status)
    provider:advance(120)
    assert.equal("Valid", get(id).status)
    provider:go_to(12, 0)
    assert.equal("Created", get(id).status)
    provider:go_to(8, 3.2)
    assert.equal("Created", get(id).status)
    assert.is_nil(told())
    provider:go_to(0, 3.3)
    assert.equal("Executed", get(id).status)
    assert.is_truthy(get(id).payment_transaction_id)
    assert.same({
      { "execution", "12.50", id },
    }, {
      {
        provider:ledger()[1].kind,
        provider:ledger()[1].amount,
        provider:ledger()[1].payment,
      },
    })
    assert(provider:check())
  end)

  it("is told in a list, within two minutes", function()
    local id = request()
    provider:go_to(3, 3.3)
    assert.equal(1, #helper.told(provider, "payment"))
    local list = told()
    assert.equal(1, #list)
    assert.equal(
      "https://merchant.example/payments",
      helper.told(provider, "payment").url
    )
    local event = list[1]
    -- what is null has no type
    assert.equal("nil", tostring(event.status_text):gsub("null", "nil"))
    event.status_text = nil
    assert.same({
      agreement_id = agreement,
      payment_id = id,
      amount = "12.50",
      currency = "DKK",
      payment_date = "2024-01-04",
      status = "Executed",
      status_code = 0,
      external_id = "PMT000023",
      payment_type = "Regular",
    }, event)
  end)

  it("is refused for its form, one by one", function()
    local answer = select(
      2,
      helper.send(provider, "POST /paymentrequests", {
        helper.payment(provider, agreement),
        helper.payment(provider, agreement, {
          external_id = "no amount",
          amount = helper.without,
        }),
        helper.payment(provider, agreement, {
          external_id = "bad date",
          due_date = "2024-02-30",
        }),
        helper.payment(provider, agreement, {
          external_id = "too much grace",
          grace_period_days = 4,
        }),
        helper.payment(provider, "nonsense", { external_id = "no id" }),
        "not a payment",
      })
    )
    assert.equal(1, #answer.pending_payments)
    assert.equal("PMT000023", answer.pending_payments[1].external_id)
    assert.equal(5, #answer.rejected_payments)
    assert.equal("no amount", answer.rejected_payments[1].external_id)
    assert.equal(
      "The Amount field is required.",
      answer.rejected_payments[1].error_description
    )
    assert.matches("DueDate", answer.rejected_payments[2].error_description)
  end)

  for _, case in ipairs {
    { "tomorrow", 1, 50011 },
    { "today", 0, 50011 },
    { "in 127 days", 127, 50012 },
  } do
    it("is taken in and declined later when due " .. case[1], function()
      local id = request { due_date = provider:day(case[2]) }
      provider:advance(240)
      assert.equal("Declined", get(id).status)
      assert.equal("Declined", told()[1].status)
      assert.equal(case[3], told()[1].status_code)
      assert.is_truthy(told()[1].status_text:find "[Dd]ue date")
    end)
  end

  it("is good from the day after tomorrow to 126 days ahead", function()
    local first = request { due_date = provider:day(2) }
    local last = request { due_date = provider:day(126) }
    provider:go_to(127, 0)
    assert.equal("Executed", get(first).status)
    assert.equal("Executed", get(last).status)
  end)

  it("counts days by the local clock", function()
    -- 23:30 in UTC is half past midnight of the next day
    provider:advance(23.5 * 3600)
    assert.equal("2024-01-02", provider:day(0))
    local id = request { due_date = "2024-01-03" }
    provider:advance(240)
    assert.equal("Declined", get(id).status)
  end)

  it("is declined when there is another of its id on that day", function()
    local first = request()
    local again = request()
    local other = request { external_id = "another" }
    local later = request { due_date = provider:day(4) }
    provider:advance(240)
    assert.equal("Created", get(first).status)
    assert.equal("Declined", get(again).status)
    assert.equal("Created", get(other).status)
    assert.equal("Created", get(later).status)
    assert.equal(50004, told()[1].status_code)
    assert.equal(1, #told())
  end)

  it("may come again when the first one was taken back", function()
    local first = request()
    provider:advance(120)
    assert(client:decline_payment_request {
      agreementid = agreement,
      paymentid = first,
    })
    local again = request()
    provider:go_to(3, 4)
    assert.equal("Executed", get(again).status)
  end)

  it("is one a day, whatever its id, if so asked", function()
    provider, client = helper.open { one_a_day = true }
    agreement = helper.agree(provider, client)
    request()
    local other = request { external_id = "another" }
    provider:advance(240)
    assert.equal("Declined", get(other).status)
  end)

  for what, case in pairs {
    ["has not been accepted"] = {
      50003,
      function()
        return assert(client:create_agreement(helper.offer())).id
      end,
    },
    ["was canceled"] = {
      50005,
      function()
        assert(client:cancel_agreement { agreementid = agreement })
        return agreement
      end,
    },
    ["is not there"] = {
      50010,
      function()
        return helper.NOBODY
      end,
    },
    ["is of a user who may not pay"] = {
      50009,
      function()
        provider:block_user(agreement)
        return agreement
      end,
    },
  } do
    it("is declined when its agreement " .. what, function()
      local id = helper.request(provider, client, case[2]())
      provider:advance(240)
      assert.equal(case[1], told()[1].status_code)
      assert.equal("Declined", told()[1].status)
      assert.equal(id, told()[1].payment_id)
      assert(provider:check())
    end)
  end

  it("has a limit in each country", function()
    local good = request { amount = "60000.00", external_id = "good" }
    local bad = request { amount = "60000.01", external_id = "bad" }
    provider:advance(240)
    assert.equal("Created", get(good).status)
    assert.equal("Declined", get(bad).status)
    assert.equal(50006, told()[1].status_code)
  end)

  it("is Suspended and tried again until it is Executed", function()
    local id = request()
    provider:advance(120)
    provider:fail(id, 2)
    provider:go_to(3, 3.5)
    assert.equal("Suspended", get(id).status)
    provider:go_to(0, 7)
    assert.equal("Suspended", get(id).status)
    provider:go_to(0, 13.6)
    assert.equal("Executed", get(id).status)
    assert.equal(1, #helper.told(provider, "payment"))
  end)

  it("has Failed after the last minute of its grace", function()
    local id = request { grace_period_days = 2 }
    provider:advance(120)
    provider:fail(id)
    provider:go_to(3, 23.99)
    assert.equal("Suspended", get(id).status)
    provider:go_to(1, 23.97)
    assert.equal("Suspended", get(id).status)
    provider:go_to(0, 23.99)
    assert.equal("Failed", get(id).status)
    provider:advance(120)
    assert.equal("Failed", told()[1].status)
    assert.equal(50000, told()[1].status_code)
    assert.same({}, provider:ledger())
    assert(provider:check())
  end)

  it("is declined by the merchant, once", function()
    local id = request()
    local which = { agreementid = agreement, paymentid = id }
    assert(client:decline_payment_request(which))
    assert.equal("Declined", get(id).status)
    local _, err = client:decline_payment_request(which)
    assert.equal("conflict", err.kind)
    provider:go_to(4, 0)
    assert.equal("Declined", get(id).status)
    assert.equal(50002, told()[1].status_code)
    assert.equal(1, #told())
  end)

  it("is rejected by the user, who has seen it", function()
    local id = request { due_date = provider:day(20) }
    provider:advance(120)
    local _, err = client:simulate_payment_reject { paymentid = id }
    assert.equal(409, err.status)
    provider:go_to(12, 1)
    assert(client:simulate_payment_reject { paymentid = id })
    assert.equal("Rejected", get(id).status)
    provider:advance(120)
    assert.equal(50001, told()[1].status_code)
    assert.equal("Rejected by user.", told()[1].status_text)
  end)

  it("is declined by the system for a reason of its own", function()
    local id = request()
    assert(provider:decline(id))
    assert.is_nil((provider:decline(id)))
    provider:advance(120)
    assert.equal(50006, told()[1].status_code)
  end)

  for who, status in pairs { user = "Rejected", merchant = "Declined" } do
    it("ends with an agreement that the " .. who .. " cancels", function()
      local id = request()
      provider:advance(120)
      if who == "user" then
        assert(provider:cancel(agreement))
      else
        assert(client:cancel_agreement { agreementid = agreement })
      end
      assert.equal(status, get(id).status)
      provider:advance(120)
      assert.equal(50005, told()[1].status_code)
      assert.equal(status, told()[1].status)
    end)
  end

  local function lower(id, value)
    return client:update_payment_request {
      agreementid = agreement,
      paymentid = id,
      operations = { { path = "/amount", value = value } },
    }
  end

  it("can be lowered, measured by the first amount", function()
    local id = request()
    assert(lower(id, "5.00"))
    assert(lower(id, "10.01"))
    local _, err = lower(id, "12.50")
    assert.equal("refused", err.kind)
    assert.equal(400, err.status)
    provider:go_to(3, 4)
    assert.equal("10.01", provider:payment(id).amount)
    assert.equal("10.01", provider:ledger()[1].amount)
    assert(provider:check())
    _, err = lower(id, "1.00")
    assert.equal("conflict", err.kind)
  end)

  it("is in the list of its agreement, oldest first", function()
    local ids = {}
    for i = 1, 3 do
      ids[i] = request { external_id = "P" .. i }
    end
    helper.one_off(client, agreement)
    local list =
      assert(client:list_payment_requests { agreementid = agreement })
    assert.equal(3, #list)
    for i = 1, 3 do
      assert.equal(ids[i], list[i].id)
    end
    assert.equal("AGGR00068", list[1].external_agreement_id)
    assert.equal("12.5", (list[1].amount:gsub("0$", "")))
  end)

  it("of another agreement is not found", function()
    local id = request()
    agreement = helper.agree(provider, client)
    local _, err = client:get_payment_request {
      agreementid = agreement,
      paymentid = id,
    }
    assert.equal("not_found", err.kind)
  end)
end)

describe("a batch of payments", function()
  it("may have come in though the answer was lost", function()
    local provider, client = helper.open()
    local agreement = helper.agree(provider, client)
    provider:inject { at = "request_payments", fault = "lost_answer" }
    local _, err = client:request_payments {
      payments = { helper.payment(provider, agreement) },
    }
    assert.equal("unknown", err.outcome)
    local list =
      assert(client:list_payment_requests { agreementid = agreement })
    assert.equal(1, #list)
    assert.equal("PMT000023", list[1].external_id)
  end)

  it("arrives at most once when the same comes twice", function()
    local provider, client = helper.open()
    local agreement = helper.agree(provider, client)
    provider:inject { at = "request_payments", fault = "duplicate" }
    helper.request(provider, client, agreement)
    provider:go_to(3, 4)
    assert.equal(1, #provider:ledger())
    assert(provider:check())
  end)

  it("has one payment at least and 2000 at most", function()
    local provider = helper.open()
    local body = {}
    for i = 1, 2001 do
      body[i] = {}
    end
    local line = "POST /paymentrequests"
    assert.equal(400, (helper.send(provider, line, body)))
    body[2001] = nil
    local status, answer = helper.send(provider, line, body)
    assert.equal(202, status)
    assert.equal(2000, #answer.rejected_payments)
    assert.equal(400, (helper.send(provider, line, "[]")))
    assert.equal(400, (helper.send(provider, line, "{}")))
  end)

  it("is refused while nobody hears of its payments", function()
    local provider, client = helper.open {
      providers = {
        [helper.PROVIDER] = {
          merchant = "e0000000-0000-4000-8000-000000000001",
          name = "The Gym",
          currency = "DKK",
        },
      },
    }
    local _, err = client:request_payments {
      payments = { helper.payment(provider, helper.NOBODY) },
    }
    assert.equal(412, err.status)
    assert.equal("conflict", err.kind)
  end)

  it("of many thousands costs no more for each", function()
    local provider, client = helper.open()
    local agreements = {}
    for i = 1, 2000 do
      agreements[i] = helper.agree(provider, client)
    end
    local function run(batches, day)
      local start = os.clock()
      for batch = 1, batches do
        local payments = {}
        for i = 1, 2000 do
          payments[i] = helper.payment(provider, agreements[i], {
            due_date = provider:day(day + batch),
            external_id = batch .. "/" .. i,
          })
        end
        local answer = assert(client:request_payments { payments = payments })
        assert.equal(2000, #answer.pending_payments)
      end
      provider:go_to(day + batches, 5)
      return (os.clock() - start) / batches
    end
    local first = run(1, 2)
    local later = run(5, 2)
    assert.is_true(
      later < 3 * first,
      ("%.2f s, then %.2f s"):format(first, later)
    )
    assert.equal(12000, #provider:ledger())
    assert(provider:check())
    local events = 0
    for _, list in ipairs(helper.told(provider, "payment")) do
      assert.is_true(#list <= 1000)
      events = events + #list
    end
    assert.equal(12000, events)
  end)

  it("is told apart by provider", function()
    local merchant = "e0000000-0000-4000-8000-000000000001"
    local second = "f0000000-0000-4000-8000-000000000003"
    local function own(url)
      return {
        merchant = merchant,
        name = url,
        currency = "DKK",
        payment_status_callback_url = url,
      }
    end
    local provider, client = helper.open {
      providers = {
        [helper.PROVIDER] = own "https://one.example/",
        [second] = own "https://two.example/",
      },
    }
    local _, other = helper.open(nil, {
      transport = provider:transport(),
      refresh_token = provider:refresh_token(),
      provider_id = second,
    })
    for _, each in ipairs { client, other, client } do
      helper.request(provider, each, helper.agree(provider, each))
    end
    provider:go_to(3, 4)
    local sizes = {}
    for _, call in ipairs(provider:callbacks()) do
      if call.kind == "payment" then
        sizes[call.url] = #require("luapay.sandbox.json").decode(call.body)
      end
    end
    assert.same({
      ["https://one.example/"] = 2,
      ["https://two.example/"] = 1,
    }, sizes)
  end)
end)

describe("the sandbox's day of payments", function()
  local date = require "luapay.sandbox.subscriptions.date"

  local function moment(day, hour, minute)
    return date.day(day) * 86400 + hour * 3600 + minute * 60
  end

  for _, case in ipairs {
    -- UTC; the day in Denmark and in Finland
    { "2026-01-14", 21, 59, "2026-01-14", "2026-01-14" },
    { "2026-01-14", 22, 30, "2026-01-14", "2026-01-15" },
    { "2026-01-14", 23, 0, "2026-01-15", "2026-01-15" },
    { "2026-07-14", 20, 59, "2026-07-14", "2026-07-14" },
    { "2026-07-14", 21, 30, "2026-07-14", "2026-07-15" },
    { "2026-07-14", 22, 30, "2026-07-15", "2026-07-15" },
    -- the nights before and after the clocks are changed
    { "2026-03-28", 22, 30, "2026-03-28", "2026-03-29" },
    { "2026-03-29", 21, 30, "2026-03-29", "2026-03-30" },
    { "2026-03-29", 22, 30, "2026-03-30", "2026-03-30" },
    { "2026-10-24", 22, 30, "2026-10-25", "2026-10-25" },
    { "2026-10-25", 22, 30, "2026-10-25", "2026-10-26" },
    { "2024-02-28", 23, 30, "2024-02-29", "2024-02-29" },
  } do
    local when = ("%s %02d:%02d UTC"):format(case[1], case[2], case[3])
    it("is that of the country, at " .. when, function()
      for i, country in ipairs { "DK", "FI" } do
        local provider = sandbox.mobilepay_subscriptions {
          clock = moment(case[1], case[2], case[3]),
          country = country,
        }
        assert.equal(case[3 + i], provider:day(0), country)
      end
    end)
  end
end)
