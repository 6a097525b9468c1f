-- Sign-ups: a customer is asked once, whatever happens to the wire.

local events = require "luapay.callback.subscriptions_events"
local helper = require "spec.subscriptions.helper"
local luapay = require "luapay"

describe("luapay.flow.agreement", function()
  local provider, client, journal

  local function flow(changes)
    local options = {
      client = client,
      journal = journal,
      sleep = function(seconds)
        provider:advance(seconds)
      end,
    }
    for name, value in pairs(changes or {}) do
      options[name] = value
    end
    return luapay.flow.agreement(options)
  end

  local function order(reference, changes)
    local item = helper.offer { external_id = helper.without }
    item.reference, item.expiration_timeout_minutes = reference, 20000
    for name, value in pairs(changes or {}) do
      item[name] = value
    end
    return item
  end

  local function agreements()
    return client:list_agreements({ pageNumber = 1, pageSize = 100 }).items()
  end

  local function stored(reference)
    return assert(flow():get(reference, { refresh = false }))
  end

  local function look(item)
    return { item.state, item.money, item.provider_status, item.ended }
  end

  before_each(function()
    provider, client = helper.open()
    local function now()
      return provider:now()
    end
    journal = luapay.journal.memory {
      clock = {
        wall = now,
        boot = now,
        boot_id = function()
          return "one"
        end,
      },
    }
  end)

  it("makes one, and waits until it is accepted", function()
    local signup = flow()
    local made = assert(signup:run_one(order "ann"))
    assert.same({ "pending", "none", "Pending", false }, look(made))
    assert.truthy(made.redirect:find "^https://")
    assert(provider:accept(made.provider_id))
    local item = assert(signup:await "ann")
    assert.same({ "done", "none", "Accepted", true }, look(item))
    assert.equal(made.redirect, item.redirect)
  end)

  for _, case in ipairs {
    { "Rejected", "reject" },
    { "Expired", "advance", 700 },
  } do
    it("says that it was " .. case[1] .. ", and asks no more", function()
      local signup = flow()
      local item = order("ann", { expiration_timeout_minutes = 10 })
      local made = assert(signup:run_one(item))
      provider[case[2]](provider, case[3] or made.provider_id)
      local err
      item, err = signup:await "ann"
      assert.is_nil(item)
      assert.same(
        { "incomplete", case[1]:lower(), "failed" },
        { err.kind, err.code, err.outcome }
      )
      assert.same({ "closed", "none", case[1], true }, look(err.item))
      assert.is_nil((signup:run_one(order("ann", {
        expiration_timeout_minutes = 10,
      }))))
      assert.equal(1, #agreements())
    end)
  end

  for _, case in ipairs {
    { "was acted upon", "lost_answer" },
    { "was not acted upon", "closed" },
  } do
    it("finds out whether a lost one " .. case[1], function()
      assert(client:create_agreement(helper.offer {
        external_id = "old",
      }))
      provider:inject { at = "create_agreement", fault = case[2], times = 2 }
      local both = { order "ann", order "bob" }
      local _, err = flow():run(both)
      assert.same({ "unsettled", "unknown" }, { err.kind, err.outcome })
      assert.same({ unknown = 2 }, err.report.states)
      provider:advance(61)
      assert(flow():recover())
      if case[2] == "closed" then
        assert.equal("unknown", stored("ann").state)
        provider:advance(3600)
        assert(flow():recover())
        assert.equal("failed", stored("ann").state)
      end
      assert.same({ pending = 2 }, assert(flow():run(both)).states)
      assert.equal(3, #agreements())
    end)
  end

  for fault, more in pairs {
    lag = { seconds = 90 },
    short = { rows = 1, times = 1 },
    moved = { rows = 1, times = 1 },
  } do
    it("makes none twice though the list is odd: " .. fault, function()
      for i = 1, 3 do
        assert(client:create_agreement(helper.offer {
          external_id = "old" .. i,
        }))
      end
      provider:inject { at = "create_agreement", fault = "lost_answer" }
      flow():run_one(order "ann")
      local bad = { at = "list_agreements", fault = fault, times = 99 }
      for name, value in pairs(more) do
        bad[name] = value
      end
      provider:inject(bad)
      for _ = 1, 4 do
        provider:advance(61)
        flow():run_one(order "ann")
      end
      provider:advance(4000)
      flow():recover()
      flow():run_one(order "ann")
      provider:clear()
      assert(flow():run_one(order "ann"))
      assert.equal(4, #agreements())
    end)
  end

  it("does not take last year's agreement for this one", function()
    assert(client:create_agreement(helper.offer { external_id = "ann" }))
    provider:advance(10 * 86400)
    provider:inject { at = "create_agreement", fault = "closed" }
    flow():run_one(order "ann")
    provider:advance(3700)
    assert(flow():recover())
    assert(flow():run_one(order "ann"))
    assert.equal(2, #agreements())
  end)

  it("takes callbacks in any order", function()
    local signup = flow()
    local made = assert(signup:run_one(order "ann"))
    assert(provider:accept(made.provider_id))
    assert(provider:cancel(made.provider_id))
    local calls = provider:callbacks()
    local accepted = events.read(calls[1].body)[1]
    local canceled = events.read(calls[2].body)[1]
    accepted.verified, canceled.verified = true, true
    assert.is_true(signup:on_callback(canceled))
    assert.same({ "closed", "none", "Canceled", true }, look(stored "ann"))
    assert.is_true(signup:on_callback(accepted))
    assert.same({ "closed", "none", "Canceled", true }, look(stored "ann"))
  end)

  it("takes a cancellation after the acceptance", function()
    local signup = flow()
    local made = assert(signup:run_one(order "ann"))
    assert(provider:accept(made.provider_id))
    assert(signup:await "ann")
    assert(provider:cancel(made.provider_id))
    local calls = provider:callbacks()
    local canceled = events.read(calls[#calls].body)[1]
    canceled.verified = true
    assert.is_true(signup:on_callback(canceled))
    assert.same({ "closed", "none", "Canceled", true }, look(stored "ann"))
  end)

  it("asks again where a late event could not be looked into", function()
    local signup = flow()
    local made = assert(signup:run_one(order "ann"))
    assert(provider:accept(made.provider_id))
    assert(provider:cancel(made.provider_id))
    local calls = provider:callbacks()
    local accepted = events.read(calls[#calls - 1].body)[1]
    local canceled = events.read(calls[#calls].body)[1]
    accepted.verified, canceled.verified = true, true
    assert.is_true(signup:on_callback(canceled))
    provider:inject { at = "get_agreement", fault = "closed", times = 9 }
    assert.is_true(signup:on_callback(accepted))
    assert.same({ "closed", "none", "Canceled", false }, look(stored "ann"))
    for _ = 1, 9 do
      signup:recover()
    end
    assert.same({ "closed", "none", "Canceled", true }, look(stored "ann"))
  end)

  it("ends one that was accepted, or not", function()
    local signup = flow()
    local made = assert(signup:run { order "ann", order "bob" })
    assert(provider:accept(made.items[1].provider_id))
    assert(signup:await "ann")
    provider:inject { at = "cancel_agreement", fault = "lost_answer" }
    local item, err = signup:cancel "ann"
    if not item then
      assert.same({ "unsettled", "unknown" }, { err.kind, err.outcome })
      provider:advance(61)
      item = assert(signup:cancel "ann")
    end
    assert.same({ "closed", "none", "Canceled", true }, look(item))
    for _ = 1, 2 do
      assert.equal("Canceled", assert(signup:cancel "bob").provider_status)
    end
    item, err = signup:run_one(order "bob")
    assert.is_nil(item)
    assert.equal("canceled", err.code)
  end)

  it("keeps the customer's phone out of the journal", function()
    assert(flow():run_one(order("ann", {
      mobile_phone_number = "+4512345678",
    })))
    local record = flow().book:get "ann"
    local text = assert(require("luapay.core").encode(record.entries))
    assert.not_matches("12345678", text)
    assert.equal(1, #agreements())
  end)

  describe("with a payment", function()
    local function both()
      local one_off =
        luapay.flow.one_off { client = client, journal = journal }
      return flow { one_off = one_off }, one_off
    end

    local function with_payment(reference)
      return order(reference, {
        one_off_payment = {
          amount = "9.00",
          description = "First month",
        },
      })
    end

    it("has it in the other flow, under the same reference", function()
      local signup, one_off = both()
      local made = assert(signup:run_one(with_payment "ann"))
      local payment = assert(one_off:get("ann", { refresh = false }))
      assert.same(
        { "pending", "asked", "9.00", made.one_off_payment_id },
        { payment.state, payment.money, payment.amount, payment.provider_id }
      )
      assert(provider:accept(made.provider_id))
      assert.equal("moved", assert(one_off:capture "ann").money)
      assert(signup:await "ann")
    end)

    for _, fault in ipairs { "lost_answer", "closed" } do
      it("finds both where the answer was " .. fault, function()
        local signup, one_off = both()
        provider:inject { at = "create_agreement", fault = fault }
        local item = signup:run_one(with_payment "ann")
        assert.is_nil(item)
        local payment = assert(one_off:get("ann", { refresh = false }))
        assert.same({ "unknown", "9.00" }, { payment.money, payment.open })
        assert(one_off:recover())
        local _, err = one_off:run_one {
          reference = "ann",
          agreementid = helper.NOBODY,
          amount = "9.00",
          description = "First month",
          links = { { rel = "user-redirect", href = "https://gym.example/" } },
        }
        assert.equal("conflict", err.code) -- it may have been asked for
        provider:advance(3700)
        assert(signup:recover())
        item = assert(signup:run_one(with_payment "ann"))
        assert(provider:accept(item.provider_id))
        assert(one_off:recover())
        assert.equal("moved", assert(one_off:capture "ann").money)
        assert.equal(1, #agreements())
      end)
    end

    for what, bind in pairs {
      ["its callback"] = function(signup, id)
        return signup:on_callback {
          api = "mobilepay_subscriptions",
          kind = "agreement",
          agreement_id = id,
          external_id = "ann",
          status = "Accepted",
          verified = true,
        }
      end,
      ["a person"] = function(signup, id)
        return signup:found("ann", { provider_id = id, who = "Eve" })
      end,
    } do
      it(
        "follows the payment where the sign-up is found by " .. what,
        function()
          local signup, one_off = both()
          provider:inject { at = "create_agreement", fault = "lost_answer" }
          assert.is_nil((signup:run_one(with_payment "ann")))
          local id = agreements()[1].id
          assert(provider:accept(id))
          assert(bind(signup, id))
          assert(one_off:recover())
          assert.equal("moved", assert(one_off:capture "ann").money)
        end
      )
    end

    it("has no payment where a person says there is no sign-up", function()
      local signup, one_off = both()
      provider:inject { at = "create_agreement", fault = "closed" }
      assert.is_nil((signup:run_one(with_payment "ann")))
      provider:advance(3700)
      assert(signup:absent("ann", { who = "Eve" }))
      local payment = assert(one_off:get("ann", { refresh = false }))
      assert.same({ "failed", "none" }, { payment.state, payment.money })
      -- and has one again when it is signed up again
      assert(signup:run_one(with_payment "ann"))
      assert.equal("asked", assert(one_off:get "ann").money)
    end)

    it("is not sent where the payment would not be followed", function()
      local signup, one_off = both()
      local other = assert(signup:run_one(order "bob"))
      assert(provider:accept(other.provider_id))
      assert(one_off:run_one {
        reference = "ann",
        agreementid = other.provider_id,
        amount = "5.00",
        description = "A towel",
        links = { { rel = "user-redirect", href = "https://gym.example/" } },
      })
      for _, run in ipairs { "run_one", "run" } do
        local given = with_payment "ann"
        local item, err =
          signup[run](signup, run == "run" and { given } or given)
        assert.is_nil(item)
        assert.same({ "argument", "failed" }, { err.kind, err.outcome })
        assert.matches("one_off_payment$", err.field)
      end
      assert.equal(1, #agreements())
    end)

    it("needs the other flow", function()
      local item, err = flow():run_one(with_payment "ann")
      assert.is_nil(item)
      assert.same({ "argument", "one_off_payment" }, { err.kind, err.field })
      local other = luapay.flow.one_off {
        client = client,
        journal = luapay.journal.memory(),
      }
      assert.has_error(function()
        flow { one_off = other }
      end)
      assert.has_error(function()
        flow { one_off = flow() }
      end)
    end)
  end)

  for _, case in ipairs {
    { "no reference", { reference = 7 }, "reference" },
    { "a number for an amount", { amount = 10 }, "amount" },
    { "a misspelt field", { plann = "x" }, "plann" },
    { "no plan", { plan = ("x"):rep(40) }, "plan" },
  } do
    it("refuses " .. case[1] .. ", and sends nothing", function()
      local before = #provider:requests()
      local item, err = flow():run_one(order("a", case[2]))
      assert.is_nil(item)
      assert.equal("argument", err.kind)
      assert.equal(case[3], err.field:match "[%w_]+$")
      assert.equal(before, #provider:requests())
    end)
  end
end)
