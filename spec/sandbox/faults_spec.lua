local sandbox = require "luapay.sandbox"
local helper = require "spec.sandbox.helper"

describe("sandbox fault", function()
  local provider, token

  before_each(function()
    provider = sandbox.infobip()
    token = helper.login(provider)
  end)

  local function fund(timeout)
    local request =
      helper.request { "add_funds", token = token, body = helper.credit() }
    return provider:transport():send(request, timeout or 30)
  end

  for _, case in ipairs {
    { fault = "refuse", kind = "transport", phase = "before_send" },
    { fault = "unreachable", kind = "timeout", phase = "before_send" },
    { fault = "closed", kind = "transport", phase = "after_send" },
    {
      fault = "lost_answer",
      kind = "transport",
      phase = "after_send",
      booked = true,
    },
    {
      fault = "cut",
      kind = "transport",
      phase = "after_send",
      booked = true,
    },
    {
      fault = "delay",
      seconds = 30,
      kind = "timeout",
      phase = "after_send",
      booked = true,
    },
    {
      fault = "delay",
      seconds = 30,
      tell = false,
      kind = "timeout",
      phase = "after_send",
    },
    { fault = "delay", seconds = 29, status = 200, booked = true },
    { fault = "delay", seconds = 29, tell = false, status = 504 },
    { fault = "error", status = 500 },
    { fault = "error", tell = true, status = 500, booked = true },
    { fault = "garbage", status = 200, booked = true },
    { fault = "garbage", tell = false, status = 200 },
    { fault = "truncated", status = 200, booked = true },
    { fault = "session_expired", status = 403 },
  } do
    local name = case.fault
      .. (case.seconds or "")
      .. (
        case.tell ~= nil and (case.tell and ", booked" or ", not booked")
        or ""
      )
    it(name .. " does what it says, once", function()
      local point = provider:inject {
        at = "add_funds",
        fault = case.fault,
        booked = case.tell,
        seconds = case.seconds,
      }
      local response, failure = fund()
      assert.equal(case.status, response and response.status)
      assert.equal(case.kind, failure and failure.kind)
      assert.equal(case.phase, failure and failure.phase)
      assert.equal(case.booked and 1 or 0, #provider:ledger())
      assert.equal(0, point.times)
      assert.equal(case.fault, provider:requests()[2].fault)
      token = helper.login(provider)
      assert.equal(200, fund().status)
      assert.is_true(provider:check())
    end)
  end

  it("duplicate books twice", function()
    provider:inject { fault = "duplicate" }
    assert.equal('{"transactionId":1000002}', fund().body)
    assert.equal(2, #provider:ledger())
  end)

  it("truncated is half a JSON", function()
    provider:inject { fault = "truncated" }
    assert.equal('{"transactio', fund().body)
  end)

  it("delay lets time pass, but not more than the caller waits", function()
    local start = provider.clock:now()
    provider:inject { fault = "delay", seconds = 3 }
    fund()
    assert.equal(start + 3, provider.clock:now())
    provider:inject { fault = "delay", seconds = 3000 }
    fund(10)
    assert.equal(start + 13, provider.clock:now())
  end)

  it("error says what it is told to say", function()
    provider:inject {
      fault = "error",
      status = 429,
      body = "{}",
      headers = { ["retry-after"] = "2" },
    }
    local response = fund()
    assert.equal(429, response.status)
    assert.equal("{}", response.body)
    assert.equal("2", response.headers["retry-after"])
  end)

  it("strikes after the calls to spare, and as often as told", function()
    provider:inject {
      at = "add_funds",
      fault = "closed",
      skip = 1,
      times = 2,
    }
    local seen = {}
    for i = 1, 5 do
      seen[i] = fund() and "ok" or "closed"
    end
    assert.same({ "ok", "closed", "closed", "ok", "ok" }, seen)
  end)

  it("strikes only where told", function()
    provider:inject { at = "login", fault = "closed" }
    assert.equal(200, fund().status)
    assert.is_nil((helper.send(provider, { "login", body = "" })))
  end)

  it("is forgotten when told", function()
    provider:inject { fault = "closed" }
    provider:clear()
    assert.equal(200, fund().status)
  end)

  for _, case in ipairs {
    { { fault = "fire" }, 'sandbox: no such fault: "fire"' },
    {
      { fault = "closed", at = "funds" },
      'sandbox: no such endpoint: "funds"',
    },
    { { fault = "closed", time = 2 }, 'sandbox: bad fault option "time"' },
    {
      { fault = "closed", times = "2" },
      'sandbox: bad fault option "times"',
    },
    { { fault = "delay" }, "sandbox: delay: how many seconds?" },
    {
      { fault = "cut", booked = false },
      "sandbox: this fault needs the provider to act",
    },
  } do
    it("raises for a bad order: " .. case[2], function()
      assert.has_error(function()
        provider:inject(case[1])
      end, case[2])
    end)
  end
end)

describe("sandbox transport", function()
  it("raises when it is closed", function()
    local transport = sandbox.infobip():transport()
    transport:close()
    assert.has_error(function()
      transport:send(helper.request { "login" })
    end)
  end)
end)

describe("sandbox ledger check", function()
  local provider

  before_each(function()
    provider = sandbox.infobip()
    local token = helper.login(provider)
    helper.send(
      provider,
      { "add_funds", token = token, body = helper.credit() }
    )
    helper.send(provider, {
      "rollback_transaction",
      token = token,
      body = { transactionId = "1000001", note = "x" },
    })
    assert.is_true(provider:check())
  end)

  for _, case in ipairs {
    {
      "a balance that is off",
      function(books)
        books.open["EUR-1"].balance = "100.01"
      end,
      "balance of EUR%-1 is 100.01, its bookings make 100.00",
    },
    {
      "an id that is used twice",
      function(books)
        books.rows[2].transactionId = "1000001"
      end,
      "transaction id 1000001 is used twice",
    },
    {
      "a rollback of nothing",
      function(books)
        books.rows[2].reverses = "7"
      end,
      "booking 2 reverses no credit",
    },
    {
      "a rollback that is not exact",
      function(books)
        books.rows[2].booked = "-12.51"
      end,
      "does not undo transaction 1000001 exactly",
    },
    {
      "time that runs backwards",
      function(books)
        books.rows[2].time = 0
      end,
      "booking 2 is older",
    },
  } do
    it("finds " .. case[1], function()
      case[2](provider.state.ledger)
      local ok, broken = provider:check()
      assert.is_nil(ok)
      assert.truthy(table.concat(broken, "\n"):find(case[3]))
    end)
  end

  it("hands out copies, not the books", function()
    provider:ledger()[1].booked = "1000000"
    provider:accounts()["EUR-1"].balance = "1000000"
    assert.is_true(provider:check())
  end)
end)
