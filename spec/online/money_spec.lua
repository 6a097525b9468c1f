-- Captures, cancels and refunds, and the books.

local books = require "luapay.sandbox.online.books"
local helper = require "spec.online.helper"
local sandbox = require "luapay.sandbox"

local send = helper.send

describe("sandbox.mobilepay_online", function()
  local provider, payment, attempt

  before_each(function()
    provider = sandbox.mobilepay_online()
    payment, attempt = helper.authorized(provider)
  end)

  -- part("capture", 100, "key") -> status, answer
  local function part(kind, amount, key, more)
    local body = helper.part(kind, amount, key)
    for name, value in pairs(more or {}) do
      body[name] = value
    end
    return send(
      provider,
      ("POST /v1/payments/%s/%ss"):format(payment, kind),
      body
    )
  end

  local function totals()
    local all = provider:payment(payment)
    return { all.authorized, all.captured, all.cancelled, all.refunded }
  end

  it("captures, cancels and refunds in parts", function()
    local status, answer = part("capture", 6000, "c1")
    assert.equal(200, status)
    assert.equal(answer.captureId, provider:ledger()[2].id)
    assert.equal(200, (part("capture", 1000, "c2")))
    assert.truthy(select(2, part("cancel", 3000, "x1")).cancelId)
    assert.truthy(select(2, part("refund", 500, "r1")).refundId)
    assert.equal(200, (part("refund", 6500, "r2")))
    assert.same({ 10000, 7000, 3000, 7000 }, totals())
    assert.is_true(provider:check())
  end)

  for _, case in ipairs {
    { "capture more than was authorized", "capture", 10001, {} },
    { "capture more than is left", "capture", 4001, { { "capture", 6000 } } },
    { "capture what was cancelled", "capture", 1, { { "cancel", 10000 } } },
    { "cancel what was captured", "cancel", 4001, { { "capture", 6000 } } },
    {
      "refund more than was captured",
      "refund",
      6001,
      { { "capture", 6000 } },
    },
    { "refund what was not captured", "refund", 1, {} },
    {
      "refund twice what was captured",
      "refund",
      1,
      { { "capture", 6000 }, { "refund", 6000 } },
    },
  } do
    it("does not " .. case[1], function()
      for i, before in ipairs(case[4]) do
        assert.equal(200, (part(before[1], before[2], "before-" .. i)))
      end
      local before = totals()
      local status, answer = part(case[2], case[3], "key")
      assert.equal(409, status)
      assert.equal("string", type(answer.code))
      assert.same(before, totals())
      assert.is_true(provider:check())
    end)
  end

  for _, kind in ipairs { "capture", "cancel", "refund" } do
    it("answers the same " .. kind .. " again, and books it once", function()
      if kind == "refund" then part("capture", 10000, "before") end
      local _, first = part(kind, 10000, "key")
      local count = #provider:ledger()
      local status, second = part(kind, 10000, "key", {
        timestamp = "2024-01-01T00:00:09Z",
      })
      assert.equal(200, status)
      assert.same(first, second)
      assert.equal(count, #provider:ledger())
    end)

    it("refuses the key of a " .. kind .. " for another amount", function()
      if kind == "refund" then part("capture", 10000, "before") end
      part(kind, 100, "key")
      assert.equal(409, (part(kind, 101, "key")))
      assert.equal(200, (part(kind, 100, "another key")))
      assert.is_true(provider:check())
    end)
  end

  for _, case in ipairs {
    { "no amount", nil },
    { "nothing", 0 },
    { "less than nothing", -5 },
    { "half an øre", 0.5 },
    { "an amount as text", "100" },
  } do
    it("does not capture " .. case[1], function()
      local status, answer = part("capture", case[2], "key")
      assert.equal(400, status)
      assert.truthy(answer.errors.amount)
      assert.same({ 10000, 0, 0, 0 }, totals())
    end)
  end

  it("needs a key and a time", function()
    assert.equal(400, (part("capture", 1, "")))
    assert.equal(400, (part("capture", 1, nil)))
    assert.equal(400, (part("capture", 1, "key", { timestamp = "now" })))
  end)

  it("moves nothing of a payment that is not authorized", function()
    payment = helper.accepted(provider, { pspReferenceId = "another" })
    for _, kind in ipairs { "capture", "cancel", "refund" } do
      local status, answer = part(kind, 1, "key")
      assert.equal(409, status)
      assert.equal("There is no successful authorization", answer.message)
    end
    assert.equal(1, #provider:ledger())
  end)

  it("takes a capture that names its attempt for its success", function()
    local running
    payment, running =
      helper.accepted(provider, { pspReferenceId = "another" })
    local name = { authorizationAttemptId = running }
    assert.equal(200, (part("capture", 10000, "key", name)))
    assert.equal(200, (part("capture", 10000, "key", name)))
    assert.same({ 10000, 10000, 0, 0 }, totals())
    assert.equal(204, (helper.patch(provider, payment, running, {
      succeeded = true,
    })))
    assert.is_true(provider:check())
  end)

  it("does not capture by an attempt that failed or is not its", function()
    local other = helper.NOBODY
    local wrong = { authorizationAttemptId = other }
    assert.equal(404, (part("capture", 1, "key", wrong)))
    local right = { authorizationAttemptId = attempt }
    assert.equal(200, (part("capture", 1, "key", right)))
    local failed
    payment, failed = helper.accepted(provider, { pspReferenceId = "2" })
    helper.patch(provider, payment, failed, helper.failure(2000))
    assert.equal(409, (part("capture", 1, "key", {
      authorizationAttemptId = failed,
    })))
  end)

  it("counts exactly below 2^53, and takes no more", function()
    local most = 9007199254740991
    payment = helper.authorized(provider, {
      amount = most,
      pspReferenceId = "much",
    })
    assert.equal(200, (part("capture", most - 1, "c1")))
    assert.equal(200, (part("capture", 1, "c2")))
    assert.equal(409, (part("capture", 1, "c3")))
    assert.is_true(provider:check())
    local status =
      send(provider, "POST /v3/payments", '{"amount":9007199254740993}')
    assert.equal(400, status)
  end)

  it("knows nobody else's payment", function()
    local status = send(
      provider,
      "POST /v1/payments/" .. payment .. "/captures",
      helper.part("capture", 1, "key"),
      {
        ["x-ibm-client-id"] = "other-client",
        ["x-ibm-client-secret"] = "other-secret",
      }
    )
    assert.equal(404, status)
    assert.equal(1, #provider:ledger())
  end)

  it("says 409 of what is not there, if so wished", function()
    provider = sandbox.mobilepay_online { unknown_as = 409 }
    payment = helper.NOBODY
    local status, answer = part("capture", 1, "key")
    assert.equal(409, status)
    assert.equal("string", type(answer.code))
  end)
end)

describe("the books of a pretend MobilePay Online", function()
  local function row(kind, amount, more)
    local made = { kind = kind, amount = amount, payment = "p", time = 1 }
    for name, value in pairs(more or {}) do
      made[name] = value
    end
    made.id = made.id or kind .. tostring(more and more.key)
    return made
  end

  local AUTHORIZED = row("authorization", 100)
  for _, case in ipairs {
    {
      "more captured than authorized",
      "more than was authorized",
      { AUTHORIZED, row("capture", 101) },
    },
    {
      "more captured and cancelled",
      "more than was authorized",
      { AUTHORIZED, row("capture", 60), row("cancel", 41) },
    },
    {
      "more refunded than captured",
      "more than was captured",
      { AUTHORIZED, row("capture", 50), row("refund", 51) },
    },
    {
      "a second authorization",
      "payment is used twice",
      { AUTHORIZED, row("authorization", 1, { id = "other" }) },
    },
    {
      "a key used twice",
      "key is used twice",
      {
        AUTHORIZED,
        row("capture", 1, { key = "k", id = "1" }),
        row("capture", 1, { key = "k", id = "2" }),
      },
    },
    {
      "an id used twice",
      "id is used twice",
      {
        AUTHORIZED,
        row("capture", 1, { id = "1" }),
        row("capture", 1, { id = "1" }),
      },
    },
    {
      "a broken amount",
      "not a whole amount",
      { row("authorization", 0.5) },
    },
    {
      "time that runs backwards",
      "older than the one before",
      { AUTHORIZED, row("capture", 1, { time = 0 }) },
    },
  } do
    it("see " .. case[1], function()
      local ledger = books.new()
      for _, entry in ipairs(case[3]) do
        ledger:book(entry)
      end
      local ok, broken = ledger:check()
      assert.is_nil(ok)
      assert.truthy(broken[1]:find(case[2], 1, true), broken[1])
      assert.equal(1, #broken)
    end)
  end

  it("see a total that its bookings do not make", function()
    local ledger = books.new()
    ledger:book(AUTHORIZED)
    ledger:totals("p").captured = 1
    assert.is_nil(ledger:check())
  end)
end)
