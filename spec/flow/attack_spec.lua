-- What a careless caller and a bad day do to a flow: nothing is left out in
-- silence, and nothing is said to have failed that may have moved money.

local helper = require "spec.flow.topup_helper"
local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local item = helper.item

describe("luapay.flow", function()
  local provider, client, journal

  local function topup(options)
    options.client, options.journal = client, journal
    return luapay.flow.topup(options)
  end

  before_each(function()
    provider = sandbox.infobip()
    client = luapay.infobip {
      username = "reseller",
      password = "secret",
      transport = provider:transport(),
    }
    journal = luapay.journal.memory()
  end)

  for _, mode in ipairs { "each", "all_or_nothing" } do
    describe("given a list with a hole, " .. mode .. ",", function()
      it("raises, and sends nothing of it", function()
        local flow = topup { mode = mode }
        local list = { item "a", item "b", nil, item "d" }
        assert.error_matches(function()
          flow:run(list)
        end, "items: nothing stands at %[3%], but there is a %[4%]")
        list = { item "a", b = item "b" }
        assert.error_matches(function()
          flow:run(list)
        end, "items: expected a list, got the key b")
        assert.equal(0, #provider:ledger())
      end)
    end)
  end

  describe("a credit that is left because its rollback never left", function()
    it("is not as intended, and unknown to who reads the outcome", function()
      local flow = topup { run = "x" }
      provider:inject { at = "rollback_transaction", fault = "refuse" }
      local list = { item "a", item "b", item("c", "nobody") }
      local report, fault = flow:run(list)
      assert.is_nil(report)
      assert.same(
        { "unsettled", "unknown", "unknown" },
        { fault.kind, fault.code, fault.outcome }
      )
      assert.equal(3, fault.report.not_as_intended)
      assert.equal("moved", fault.report.items[2].money)

      assert(flow:recover())
      report, fault = flow:run(list)
      assert.is_nil(report)
      assert.equal("failed", fault.outcome)
      assert.equal("returned", fault.report.items[2].money)
      assert.equal(4, #provider:ledger())
    end)
  end)

  describe("an amount that is no decimal", function()
    it("is refused, whatever the flow would do with it", function()
      local mobilepay = sandbox.mobilepay_subscriptions()
      local subscriptions = luapay.mobilepay_subscriptions {
        transport = mobilepay:transport(),
        environment = "sandbox",
        refresh_token = mobilepay:refresh_token(),
        client_id = "sandbox-client",
        client_secret = "sandbox-secret",
        provider_id = "f0000000-0000-4000-8000-000000000001",
      }
      local id = "f0000000-0000-4000-8000-000000000002"
      local options = { client = subscriptions, journal = journal }
      for _, amount in ipairs { "10.", ".5", "1e3", "+1.00", "1.00 ", "" } do
        local order = item "a"
        order.amount = amount
        local _, fault = topup({}):run_one(order)
        assert.same({ "argument", "amount" }, { fault.kind, fault.field })
        _, fault = luapay.flow.one_off(options):run_one {
          reference = "a",
          agreementid = id,
          amount = amount,
        }
        assert.same({ "argument", "amount" }, { fault.kind, fault.field })
        _, fault = luapay.flow.refunds(options):run_one {
          reference = "a",
          agreementid = id,
          paymentid = id,
          amount = amount,
        }
        assert.same({ "argument", "amount" }, { fault.kind, fault.field })
      end
    end)
  end)

  describe("an amount of luapay.money", function()
    it("in another currency than the item's is refused", function()
      local flow = topup { mode = "each" }
      local order = item "a"
      order.amount = luapay.money("10.00", "USD")
      local _, fault = flow:run_one(order)
      assert.same({ "argument", "amount" }, { fault.kind, fault.field })
      assert.matches("is in USD, expected EUR", fault.message, 1, true)
      assert.equal(0, #provider:ledger())
    end)

    it("says the currency where the item does not", function()
      local flow = topup { mode = "each" }
      local order = item("a", "USD-1")
      order.amount, order.currencycode = luapay.money("10.00", "USD"), nil
      assert.equal("USD", assert(flow:run_one(order)).currency)
    end)
  end)

  describe("found with the id of another reference", function()
    it("is refused, and changes nothing of what is done", function()
      local flow = topup { mode = "each", run = "x" }
      local other = topup { mode = "each", run = "y" }
      local a = assert(flow:run_one(item "a"))
      assert(other:run_one(item "b"))
      local answer = { provider_id = a.provider_id, who = "Ann" }
      local found, fault = other:found("b", answer)
      assert.is_nil(found)
      assert.same(
        { "argument", "provider_id", "unknown" },
        { fault.kind, fault.field, fault.outcome }
      )
      local item_now = assert(other:get("b", { refresh = false }))
      assert.same(
        { "done", "moved", false },
        { item_now.state, item_now.money, item_now.needs_person }
      )
    end)
  end)

  describe("a list of events with a hole", function()
    it("is not taken in part", function()
      local flow = topup { mode = "each" }
      local event = { api = "infobip", kind = "payment" }
      assert.error_matches(function()
        flow:on_callback { event, nil, event }
      end, "on_callback: nothing stands at %[2%]")
    end)
  end)

  describe("a question that failed", function()
    it("does not say that the item has failed", function()
      local mobip = sandbox.mobip()
      local links = luapay.flow.payment_link {
        client = luapay.mobip {
          api_account_id = "merchant",
          api_secret_key = "secret",
          transport = mobip:transport(),
        },
        journal = journal,
        currency = "EUR",
      }
      local link = assert(links:run_one {
        reference = "a",
        media = "EMAIL",
        customer_email = "payer@shop.example",
        item_name = "Tea",
        price = "12.50",
        redirect_url = "https://shop.example/thanks",
      })
      mobip:inject { at = "is_valid", fault = "garbage", body = "{}" }
      local item_now, fault = links:get "a"
      assert.is_nil(item_now)
      assert.equal("unknown", fault.outcome)
      assert.equal("asked", fault.item.money)

      mobip:pay(link.provider_id)
      assert(links:get "a")
      item_now, fault = links:found("a", { provider_id = "TR-nobody's" })
      assert.is_nil(item_now)
      assert.equal("unknown", fault.outcome)
      assert.equal("moved", fault.item.money)
    end)
  end)

  describe("a batch whose answer gives one id to two payments", function()
    it("binds it once, and leaves the other to a person", function()
      local mobilepay = sandbox.mobilepay_subscriptions()
      local flow = luapay.flow.subscription_batch {
        client = luapay.mobilepay_subscriptions {
          transport = mobilepay:transport(),
          environment = "sandbox",
          refresh_token = mobilepay:refresh_token(),
          client_id = "sandbox-client",
          client_secret = "sandbox-secret",
          provider_id = "f0000000-0000-4000-8000-000000000001",
        },
        journal = journal,
        run = "2026-12",
      }
      mobilepay:inject {
        at = "request_payments",
        fault = "garbage",
        body = [[{"rejected_payments": [], "pending_payments": [
          {"payment_id": "1", "external_id": "P-1"},
          {"payment_id": "1", "external_id": "P-2"}]}]],
      }
      local function row(reference)
        return {
          reference = reference,
          agreement_id = "f0000000-0000-4000-8000-000000000002",
          amount = "99.50",
          description = "December",
        }
      end
      local report, fault = flow:run { row "P-1", row "P-2" }
      assert.is_nil(report)
      assert.equal("unknown", fault.outcome)
      local first, second = fault.report.items[1], fault.report.items[2]
      assert.same({ "pending", "1" }, { first.state, first.provider_id })
      assert.same({ "parked", "unknown" }, { second.state, second.money })
      assert.is_true(second.needs_person)
      assert.same({ "1" }, second.candidates)
    end)
  end)

  -- Two kinds of schedulers: one looks at what a coroutine yields, the other
  -- resumes the coroutine that had asked to be woken.
  local SCHEDULERS = {
    ["that is told what for"] = function()
      local function wait()
        assert(coroutine.yield "wait" == "go on")
      end
      local function run(fn)
        local host = coroutine.create(fn)
        local good, value = coroutine.resume(host)
        while good and coroutine.status(host) ~= "dead" do
          assert(value == "wait")
          good, value = coroutine.resume(host, "go on")
        end
        assert(good, value)
      end
      return wait, run
    end,
    ["that wakes who has asked"] = function()
      local asleep = {}
      local function wait()
        table.insert(asleep, (coroutine.running()))
        coroutine.yield()
      end
      local function run(fn)
        local host = coroutine.create(fn)
        assert(coroutine.resume(host))
        while asleep[1] do
          assert(coroutine.resume(table.remove(asleep, 1)))
        end
        assert(coroutine.status(host) == "dead")
      end
      return wait, run
    end,
  }

  for name, new_scheduler in pairs(SCHEDULERS) do
    describe("in a scheduler " .. name .. ",", function()
      local wait, run = new_scheduler()
      local waits

      before_each(function()
        local inner = provider:transport()
        waits = 0
        client = luapay.infobip {
          username = "reseller",
          password = "secret",
          transport = function(request, timeout)
            waits = waits + 1
            wait()
            return inner:send(request, timeout)
          end,
        }
      end)

      for _, mode in ipairs { "each", "all_or_nothing" } do
        for _, concurrency in ipairs { "usual", 1, 8 } do
          local how = ("%s, concurrency %s"):format(mode, concurrency)
          it("works over a transport that yields: " .. how, function()
            local flow = topup {
              mode = mode,
              concurrency = tonumber(concurrency),
            }
            local report
            run(function()
              report = assert(flow:run { item "a", item "b", item "c" })
              assert(flow:recover())
            end)
            assert.same({ done = 3 }, report.states)
            assert.equal(4, waits) -- one login, and three credits
            assert.equal(3, #provider:ledger())
          end)
        end
      end

      it("works inside luapay.map", function()
        local ended = 0
        local function work(run_name)
          local flow = topup { mode = "each", run = run_name }
          assert(flow:run { item "a", item "b" })
          ended = ended + 1
        end
        run(function()
          luapay.map({ "x", "y", "z" }, { concurrency = 3 }, work)
        end)
        assert.equal(3, ended)
      end)
    end)
  end

  describe("a rollback whose session is over", function()
    it("logs in again, and takes the credit back once", function()
      local flow = topup { mode = "each" }
      assert(flow:run_one(item "a"))
      local order = { at = "rollback_transaction" }
      order.fault = "session_expired"
      provider:inject(order)
      local undone = assert(flow:undo "a")
      assert.same(
        { "compensated", "returned" },
        { undone.state, undone.money }
      )
      assert.equal(2, #provider:ledger())
    end)

    it("believes any other 403, and sends it once", function()
      local flow = topup { mode = "each" }
      assert(flow:run_one(item "a"))
      provider:inject {
        at = "rollback_transaction",
        fault = "error",
        status = 403,
        body = [[{"requestError": {"serviceException": {
          "messageId": "FORBIDDEN", "text": "not yours"}}}]],
      }
      local undone, fault = flow:undo "a"
      assert.is_nil(undone)
      assert.equal("failed", fault.outcome)
      assert.is_true(fault.item.needs_person)
      assert.equal(1, #provider:ledger())
    end)
  end)
end)
