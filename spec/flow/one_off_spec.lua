-- One-off payments: asked for once, whatever happens to the wire, captured
-- once and in time, or let go.

local events = require "luapay.callback.subscriptions_events"
local helper = require "spec.subscriptions.helper"
local luapay = require "luapay"

describe("luapay.flow.one_off", function()
  local provider, client, agreement, journal

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
    return luapay.flow.one_off(options)
  end

  local function order(reference, changes)
    local item = {
      reference = reference,
      agreementid = agreement,
      amount = "25.00",
      currency = "DKK",
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

  local function booked(kind)
    local n = 0
    for _, row in ipairs(provider:ledger()) do
      if row.kind == kind then n = n + 1 end
    end
    return n
  end

  local function stored(reference)
    return assert(flow():get(reference, { refresh = false }))
  end

  local function look(item)
    return { item.state, item.money, item.provider_status }
  end

  before_each(function()
    provider, client = helper.open()
    agreement = helper.agree(provider, client)
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

  -- A payment that its user has accepted.
  local function reserved(reference)
    local item = assert(flow():run_one(order(reference)))
    assert(provider:accept(item.provider_id))
    return assert(flow():get(reference))
  end

  it("asks, waits until it is reserved, and captures", function()
    local one_off = flow()
    local item = assert(one_off:run_one(order "towel"))
    assert.same({ "pending", "asked", "Requested" }, look(item))
    assert.truthy(item.redirect:find "^https://")
    assert(provider:accept(item.provider_id))
    item = assert(one_off:await "towel")
    assert.same({ "pending", "asked", "Reserved" }, look(item))
    for _ = 1, 2 do
      item = assert(one_off:capture "towel")
      assert.same({ "done", "moved", "Captured" }, look(item))
      assert.equal("25.00", item.moved)
    end
    assert.equal(1, booked "capture")
    assert.is_true(provider:check())
  end)

  it("asks nobody twice when it is run again", function()
    for _ = 1, 2 do
      local report = assert(flow():run { order "a", order "b" })
      assert.same({ pending = 2 }, report.states)
    end
    assert.equal(2, #payments())
    assert(provider:reject(payments()[1].id))
    local item, err = flow():await "a"
    assert.is_nil(item)
    assert.same(
      { "incomplete", "rejected", "failed" },
      { err.kind, err.code, err.outcome }
    )
    assert.same({ "closed", "none", "Rejected" }, look(err.item))
    assert.is_nil((flow():run_one(order "a")))
    assert.equal(2, #payments())
  end)

  for what, changes in pairs {
    ["a number for an amount"] = { amount = 25 },
    ["no money"] = { amount = "0.00" },
    ["less than no money"] = { amount = "-1.00" },
    ["a misspelt field"] = { amuont = "25.00" },
    ["an amount in another currency"] = {
      amount = luapay.money("25.00", "EUR"),
    },
  } do
    it("refuses " .. what .. ", and sends nothing", function()
      local before = #provider:requests()
      local item, err = flow():run_one(order("a", changes))
      assert.is_nil(item)
      assert.equal("argument", err.kind)
      assert.equal(before, #provider:requests())
    end)
  end

  for _, case in ipairs {
    { "was acted upon", "lost_answer" },
    { "was not acted upon", "closed" },
  } do
    local done = case[2] == "lost_answer"

    it("finds out whether a lost request " .. case[1], function()
      provider:inject { at = "request_one_off_payment", fault = case[2] }
      local item, err = flow():run_one(order "a")
      assert.is_nil(item)
      assert.same({ "unsettled", "unknown" }, { err.kind, err.outcome })
      assert.same({ "unknown", "unknown" }, look(err.item))
      provider:advance(61)
      item, err = flow():run_one(order "a")
      if done then
        assert.same({ "pending", "asked", "Requested" }, look(item))
      else
        -- its list may lag: absence is no proof before the horizon
        assert.equal("unknown", err.outcome)
        provider:advance(3600)
        flow():recover()
        assert.same({ "failed", "none" }, look(stored "a"))
        item = assert(flow():run_one(order "a"))
      end
      assert.equal(1, #payments())
      assert.equal(payments()[1].id, item.provider_id)
    end)

    it("finds out whether a lost capture " .. case[1], function()
      reserved "a"
      provider:inject { at = "capture_one_off_payment", fault = case[2] }
      local item, err = flow():capture "a"
      if item == nil then
        assert.same({ "unsettled", "unknown" }, { err.kind, err.outcome })
        assert.equal("unknown", err.item.money)
      end
      provider:advance(61)
      assert(flow():recover())
      assert.same({ "done", "moved", "Captured" }, look(stored "a"))
      assert(flow():capture "a")
      assert.equal(1, booked "capture")
    end)

    it("finds out whether a lost cancellation " .. case[1], function()
      reserved "a"
      provider:inject { at = "cancel_one_off_payment", fault = case[2] }
      local item, err = flow():cancel "a"
      if item == nil then
        assert.same({ "unsettled", "unknown" }, { err.kind, err.outcome })
        assert.equal("unknown", err.item.money)
      end
      provider:advance(61)
      assert(flow():recover())
      assert.same({ "closed", "none", "Canceled" }, look(stored "a"))
      assert(flow():cancel "a")
    end)
  end

  it("is not found in a list that lags, and not asked for again", function()
    provider:inject { at = "request_one_off_payment", fault = "lost_answer" }
    provider:inject {
      at = "list_one_off_payments",
      fault = "lag",
      seconds = 90,
      times = 99,
    }
    flow():run_one(order "a")
    provider:advance(61)
    local item, err = flow():run_one(order "a")
    assert.is_nil(item)
    assert.equal("unknown", err.outcome)
    provider:advance(61)
    assert(flow():run_one(order "a"))
    provider:clear()
    assert.equal(1, #payments())
  end)

  it("parks what fits twice, until a person says which it is", function()
    provider:inject { at = "request_one_off_payment", fault = "lost_answer" }
    flow():run_one(order "a")
    client:request_one_off_payment {
      agreementid = agreement,
      amount = "25.00",
      description = "A towel",
      external_id = "a",
      links = order("a").links,
    }
    provider:advance(61)
    local item, err = flow():run_one(order "a")
    assert.is_nil(item)
    assert.same({ "parked", "unknown" }, look(err.item))
    assert.equal(2, #err.item.candidates)
    assert.matches("found", err.item.advice)
    for _, verb in ipairs { "capture", "cancel" } do
      local done, why = flow()[verb](flow(), "a")
      assert.is_nil(done)
      assert.same(
        { "unsettled", "parked", "unknown" },
        { why.kind, why.code, why.outcome }
      )
    end
    item = assert(flow():found("a", { provider_id = payments()[2].id }))
    assert.same({ "pending", "asked", "Requested" }, look(item))
    assert.is_false(item.needs_person)
  end)

  it("goes on after a crash, by asking", function()
    local crashed = coroutine.wrap(function()
      local wire = client:transport()
      local send = wire.send
      wire.send = function(self, request, timeout)
        local response, failure = send(self, request, timeout)
        if request.url:find "oneoffpayments$" then
          wire.send = send
          coroutine.yield()
        end
        return response, failure
      end
      flow():run_one(order "a")
    end)
    if _VERSION == "Lua 5.1" and not rawget(_G, "jit") then return end
    crashed()
    local item, err = flow():run_one(order "a")
    assert.is_nil(item)
    assert.equal("busy", err.code)
    assert.is_true(err.retry_after > 0)
    provider:advance(121)
    local report = assert(flow():recover())
    assert.same({ pending = 1 }, report.states)
    assert(flow():run_one(order "a"))
    assert.equal(1, #payments())
  end)

  it("takes callbacks once, in any order", function()
    local one_off = flow()
    local item = assert(one_off:run_one(order "a"))
    local from = #provider:callbacks()
    assert(provider:accept(item.provider_id))
    local event = events.read(provider:callbacks(from)[1].body)[1]
    event.verified = true
    assert.is_true(one_off:on_callback(event))
    assert.same({ "pending", "asked", "Reserved" }, look(stored "a"))
    assert(one_off:capture "a")
    assert.is_true(one_off:on_callback(event))
    assert.same({ "done", "moved", "Captured" }, look(stored "a"))
    assert.is_true(one_off:on_callback {
      api = "mobilepay_subscriptions",
      kind = "one_off_payment",
      payment_id = helper.NOBODY,
      status = "Reserved",
      verified = true,
    })
  end)

  describe("a verified event of another amount", function()
    local function tell(one_off, item, status, amount)
      assert.is_true(one_off:on_callback {
        api = "mobilepay_subscriptions",
        kind = "one_off_payment",
        payment_id = item.provider_id,
        status = status,
        status_code = 0,
        amount = amount,
        verified = true,
      })
      local now = stored "a"
      return {
        now.state,
        now.money,
        now.moved,
        now.open,
        now.provider_amount,
        now.needs_person,
      }
    end

    it("is written down, and a person is called", function()
      local one_off = flow()
      local item = assert(one_off:run_one(order "a"))
      assert.same(
        { "pending", "asked", "0.00", "25.00", "1.00", true },
        tell(one_off, item, "Reserved", "1.00")
      )
      assert.matches("provider_amount", stored("a").advice, 1, true)
      local _, fault = one_off:await "a"
      assert.same({ "unsettled", "person" }, { fault.kind, fault.code })
      assert(one_off:accept("a", { who = "Ann", why = "a discount" }))
      assert.same( -- the same once more is no news
        { "pending", "asked", "0.00", "25.00", "1.00", false },
        tell(one_off, item, "Reserved", "1.0")
      )
      assert.same( -- this is
        { "pending", "asked", "0.00", "30.00", "30.00", true },
        tell(one_off, item, "Reserved", "30.00")
      )
      assert.same(
        { "done", "moved", "1.00", "0.00", "1.00", true },
        tell(one_off, item, "Captured", "1.00")
      )
    end)

    it("says what a capture has moved", function()
      local one_off = flow()
      local item = assert(one_off:run_one(order "a"))
      assert(provider:accept(item.provider_id))
      tell(one_off, item, "Reserved", "1.00")
      local captured = assert(one_off:capture "a")
      assert.same(
        { "moved", "1.00", true },
        { captured.money, captured.moved, captured.needs_person }
      )
      -- MobilePay itself says 25.00
      captured = assert(one_off:get "a")
      assert.same(
        { "moved", "25.00", false },
        { captured.money, captured.moved, captured.needs_person }
      )
    end)
  end)

  it("tells which reservations end soon, by the earliest moment", function()
    local one_off = flow()
    local item = assert(one_off:run_one(order "a"))
    local asked_at = provider:now()
    provider:advance(100)
    assert(provider:accept(item.provider_id))
    provider:advance(86400)
    assert(one_off:recover())
    item = stored "a"
    local kept = 6 * 86400 + 23 * 3600 + 45 * 60
    assert.equal(asked_at + kept, item.capture_by)
    provider:advance(3600)
    assert(one_off:recover())
    assert.equal(item.capture_by, stored("a").capture_by)
    assert.same({}, assert(one_off:due(86400)))
    provider:advance(5 * 86400)
    local due = assert(one_off:due(86400))
    assert.equal("a", due[1].reference)
    provider:advance(86400)
    local captured, err = one_off:capture "a"
    assert.is_nil(captured)
    assert.same({ "incomplete", "failed" }, { err.kind, err.outcome })
    assert.same({ "closed", "none", "Expired" }, look(err.item))
  end)

  it("cancels, and does not capture what is canceled", function()
    reserved "a"
    for _ = 1, 2 do
      local item = assert(flow():cancel "a")
      assert.same({ "closed", "none", "Canceled" }, look(item))
    end
    local item, err = flow():capture "a"
    assert.is_nil(item)
    assert.same(
      { "incomplete", "canceled", "failed" },
      { err.kind, err.code, err.outcome }
    )
    assert.equal(0, booked "capture")
  end)

  it("may be captured again where MobilePay refused", function()
    reserved "a"
    provider:inject {
      at = "capture_one_off_payment",
      fault = "error",
      status = 409,
      body = '{"error":"domain","error_description":"not now"}',
    }
    local item, err = flow():capture "a"
    assert.is_nil(item)
    assert.same({ "incomplete", "failed" }, { err.kind, err.outcome })
    assert.same({ "pending", "asked", "Reserved" }, look(err.item))
    assert(flow():capture "a")
    assert.equal(1, booked "capture")
  end)

  it("gives up waiting, and may be asked to wait again", function()
    local one_off = flow { patience = 30 }
    local asked = assert(one_off:run_one(order "a"))
    local item, err = one_off:await "a"
    assert.is_nil(item)
    assert.same(
      { "timeout", "waiting", "unknown" },
      { err.kind, err.code, err.outcome }
    )
    assert(provider:accept(asked.provider_id))
    assert(one_off:await "a")
  end)

  it("adopts a payment that was asked for elsewhere", function()
    local made = assert(client:request_one_off_payment {
      agreementid = agreement,
      amount = "25.00",
      description = "A towel",
      external_id = "a",
      links = order("a").links,
    })
    for _ = 1, 2 do
      local item = assert(flow():adopt(order "a", { provider_id = made.id }))
      assert.same({ "pending", "asked", "Requested" }, look(item))
    end
    local item, err = flow():adopt(order("a", { amount = "9.00" }))
    assert.is_nil(item)
    assert.equal("conflict", err.code)
    assert.equal(1, #payments())
    -- without its id it is looked for
    item = assert(flow({ run = "" }):adopt(order "b"))
    assert.equal("unknown", item.money)
  end)

  for verb, call in pairs {
    capture = function()
      return flow():capture "nobody"
    end,
    cancel = function()
      return flow():cancel "nobody"
    end,
    get = function()
      return flow():get "nobody"
    end,
  } do
    it(verb .. " knows no reference that was never given", function()
      local item, err = call()
      assert.is_nil(item)
      assert.same({ "absent", "failed" }, { err.code, err.outcome })
    end)
  end
end)
