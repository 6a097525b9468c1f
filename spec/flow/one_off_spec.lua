-- One-off payments: asked for once, whatever happens to the wire, captured
-- once and in time, or let go.

local events = require "luapay.callback.subscriptions_events"
local helper = require "spec.subscriptions.helper"
local journal = require "luapay.journal"
local luapay = require "luapay"
local memory = require "luapay.journal.memory"

describe("luapay.flow.one_off", function()
  local provider, client, agreement, store

  local function flow(changes)
    local options = {
      client = client,
      journal = journal.memory {
        store = store,
        clock = function()
          return provider:now()
        end,
      },
    }
    for name, value in pairs(changes or {}) do
      options[name] = value
    end
    return luapay.flow.one_off(options)
  end

  local function order(reference, changes)
    local item = {
      reference = reference,
      agreementid = agreement,
      amount = "25.00",
      description = "A towel",
      links = { { rel = "user-redirect", href = "https://gym.example/done" } },
    }
    for name, value in pairs(changes or {}) do
      item[name] = value
    end
    return item
  end

  local function payments()
    return client:list_one_off_payments { agreementid = agreement }
  end

  local function captures()
    local n = 0
    for _, row in ipairs(provider:ledger()) do
      if row.kind == "capture" then n = n + 1 end
    end
    return n
  end

  before_each(function()
    provider, client = helper.open()
    agreement = helper.agree(provider, client)
    store = memory.new()
  end)

  it("asks, waits until it is reserved, and captures", function()
    local one_off = flow()
    local asked = assert(one_off:run(order "towel"))
    assert.equal("requested", asked.state)
    assert.truthy(asked.redirect:find "^https://")
    assert(provider:accept(asked.provider_id))
    local result = assert(one_off:await "towel")
    assert.equal("reserved", result.state)
    assert.equal("captured", assert(one_off:capture "towel").state)
    assert.equal("captured", assert(one_off:capture "towel").state)
    assert.equal(1, captures())
    assert.is_true(provider:check())
  end)

  it("asks nobody twice when it is run again", function()
    for _ = 1, 2 do
      local result = assert(flow():run { order "a", order "b" })
      assert.same({ requested = 2 }, result.counts)
    end
    assert.equal(2, #payments())
    assert(provider:reject(payments()[1].id))
    assert.equal("rejected", assert(flow():await "a").state)
    assert.equal("rejected", assert(flow():run(order "a")).state)
    assert.equal(2, #payments())
  end)

  for _, case in ipairs {
    { "was acted upon", "lost_answer" },
    { "was not acted upon", "closed" },
  } do
    it("finds out whether a lost request " .. case[1], function()
      provider:inject { at = "request_one_off_payment", fault = case[2] }
      local result, err = flow():run(order "a")
      assert.is_nil(result)
      assert.equal("unsettled", err.kind)
      assert.equal("unknown", err.outcome)
      provider:advance(61)
      result = assert(flow():run(order "a"))
      assert.equal("requested", result.state)
      assert.equal(1, #payments())
      assert.equal(payments()[1].id, result.provider_id)
    end)

    it("finds out whether a lost capture " .. case[1], function()
      local asked = assert(flow():run(order "a"))
      assert(provider:accept(asked.provider_id))
      provider:inject { at = "capture_one_off_payment", fault = case[2] }
      local result, err = flow():capture "a"
      if case[2] == "lost_answer" then
        assert.equal("captured", result.state)
        local last = store:list({ step = "capture" }, 0, 1)[1]
        assert.equal("done", last.state)
      else
        assert.equal("unknown", err.outcome)
        -- too early to know
        assert.equal("unknown", select(2, flow():capture "a").outcome)
        provider:advance(61)
        assert.equal(1, assert(flow():recover()).settled)
        assert.equal("captured", assert(flow():capture "a").state)
      end
      assert.equal(1, captures())
    end)
  end

  it("goes on after a crash, by asking", function()
    local wire = client:transport()
    local send = wire.send
    wire.send = function(self, request, timeout)
      local response, failure = send(self, request, timeout)
      if request.url:find "oneoffpayments$" then error "killed" end
      return response, failure
    end
    assert.has_error(function()
      flow():run(order "a")
    end)
    wire.send = send
    assert.equal("unsettled", select(2, flow():run(order "a")).kind)
    provider:advance(121)
    local report = assert(flow():recover())
    assert.equal(1, report.settled)
    assert.equal("requested", assert(flow():run(order "a")).state)
    assert.equal(1, #payments())
  end)

  it("takes callbacks once, in any order", function()
    local one_off = flow()
    local asked = assert(one_off:run(order "a"))
    local from = #provider:callbacks()
    assert(provider:accept(asked.provider_id))
    local reserved = events.read(provider:callbacks(from)[1].body)[1]
    assert.equal("Reserved", assert(one_off:on_callback(reserved)).status)
    assert(one_off:capture "a")
    local entry = assert(one_off:on_callback(reserved))
    assert.equal("done", entry.state)
    assert.is_false(one_off:on_callback {
      api = "mobilepay_subscriptions",
      kind = "one_off_payment",
      payment_id = helper.NOBODY,
      status = "Reserved",
    })
  end)

  it("tells which reservations end soon", function()
    local one_off = flow()
    local asked = assert(one_off:run(order "a"))
    assert(provider:accept(asked.provider_id))
    local made = provider:now()
    assert(one_off:recover())
    assert.same({}, assert(one_off:due(86400)))
    provider:advance(6 * 86400)
    local due = assert(one_off:due(86400))
    assert.equal("a", due[1].reference)
    local kept = 6 * 86400 + 23 * 3600 + 45 * 60
    assert.is_true(due[1].capture_by <= made + kept)
    provider:advance(86400)
    local result, err = one_off:capture "a"
    assert.is_nil(result)
    assert.equal("conflict", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal("expired", assert(one_off:run(order "a")).state)
  end)

  it("cancels, and does not capture what is canceled", function()
    local one_off = flow()
    local asked = assert(one_off:run(order "a"))
    assert(provider:accept(asked.provider_id))
    assert.equal("canceled", assert(one_off:cancel "a").state)
    assert.equal("canceled", assert(one_off:cancel "a").state)
    assert.equal("conflict", select(2, one_off:capture "a").kind)
    assert.equal(0, captures())
  end)

  it("gives up waiting, and may be asked to wait again", function()
    local one_off = flow { patience = 30 }
    assert(one_off:run(order "a"))
    local result, err = one_off:await "a"
    assert.is_nil(result)
    assert.equal("timeout", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal("requested", err.report.state)
    assert.equal("expired", assert(flow { patience = 90000 }:await "a").state)
  end)

  it("calls nothing failed that it cannot look up", function()
    local one_off = flow()
    assert(one_off:run(order "a"))
    local transact = store.transact
    store.transact = function()
      return nil, { kind = "journal", message = "database away" }
    end
    local _, err = one_off:await "a"
    store.transact = transact
    assert.equal("unknown", err.outcome)
    assert.equal("unknown", err.report.state)
    _, err = one_off:await "nobody"
    assert.equal("absent", err.code)
  end)

  it("parks what cannot be told apart, until a person has looked", function()
    provider:inject { at = "request_one_off_payment", fault = "lost_answer" }
    local one_off = flow()
    one_off:run(order "a")
    -- somebody has asked for the same by hand
    helper.one_off(client, agreement, { external_id = "a", amount = "25.00" })
    provider:advance(61)
    assert.equal(1, assert(one_off:recover()).parked)
    local result, err = one_off:run(order "a")
    assert.is_nil(result)
    assert.equal("unknown", err.outcome)
    assert.equal("parked", err.report.state)
    local id = err.report.candidates[1]
    assert.equal("requested", assert(one_off:identify("a", id)).state)
    assert.equal("requested", assert(one_off:run(order "a")).state)
  end)

  it("captures what was asked for with the sign-up", function()
    local made = assert(client:create_agreement(helper.offer {
      one_off_payment = { amount = "9.00", external_id = "first" },
    }))
    assert(provider:accept(made.id))
    local one_off = flow()
    local item = {
      reference = "first",
      agreementid = made.id,
      amount = "9.00",
    }
    for _ = 1, 2 do
      assert(one_off:adopt(item, made.one_off_payment_id))
    end
    assert.equal("captured", assert(one_off:capture "first").state)
  end)

  for _, case in ipairs {
    { "no reference", { reference = 7 }, "items[1].reference" },
    { "a bad amount", { amount = "1.005" }, "items[1].amount" },
    { "a stranger's field", { colour = "red" }, "items[1].colour" },
    {
      "one external_id twice",
      { external_id = "b" },
      "items[2].external_id",
    },
  } do
    it("refuses " .. case[1] .. " before anything is sent", function()
      local before = #provider:requests()
      local result, err = flow():run { order("a", case[2]), order "b" }
      assert.is_nil(result)
      assert.equal("argument", err.kind)
      assert.equal(case[3], err.field)
      assert.equal(before, #provider:requests())
    end)
  end
end)
