-- What a client and a call can be told beside arguments: hooks, keys,
-- headers, dry runs, environments, requests of the caller's own.

local luapay = require "luapay"

local PAYMENT = "0f8fad5b-d9cb-469f-a165-70867728950e"

-- A transport that answers from a list and keeps what it was sent.
local function scripted(...)
  local answers, log, at = { ... }, {}, 0
  return {
    send = function(_, request)
      log[#log + 1] = request
      local answer = answers[#log] or answers[#answers]
      if answer.phase then return nil, answer end
      return {
        status = answer.status or 200,
        headers = answer.headers or {},
        body = answer.body or "",
        timings = request.timings and { total = 0.25 },
      }
    end,
    sleep = function(_, seconds)
      at = at + seconds
    end,
    now = function()
      return at
    end,
    close = function() end,
  },
    log
end

local function online(transport, options)
  local all = {
    transport = transport,
    environment = "sandbox",
    client_id = "psp-1",
    client_secret = "secret-secret",
  }
  for name, value in pairs(options or {}) do
    all[name] = value
  end
  return luapay.mobilepay_online(all)
end

local function infobip(transport, options)
  local all = { transport = transport, username = "u", password = "hunter2" }
  for name, value in pairs(options or {}) do
    all[name] = value
  end
  return luapay.infobip(all)
end

local SESSION = {
  body = '{"login":{"verified":true,"ibAuthCookie":"token-1"}}',
}
local BOOKED = { body = '{"transactionId":7}' }
local CAPTURED = { body = '{"captureId":"' .. PAYMENT .. '"}' }
local LOST = { phase = "after_send", kind = "transport", message = "lost" }
local CREDIT = { accountKey = "a", amount = "1.00", description = "d" }

describe("an idempotency key", function()
  local function capture(client, changes, options)
    local args =
      { paymentId = PAYMENT, amount = 495, timestamp = "2026-05-31T12:00:00Z" }
    for name, value in pairs(changes or {}) do
      args[name] = value
    end
    return client:capture_payment(args, options)
  end

  local function key_of(request)
    return request.body:match '"captureIdentifier":"([^"]+)"'
  end

  it("is made where none is given, another for each call", function()
    local transport, log = scripted(CAPTURED)
    local client = online(transport)
    assert(capture(client))
    assert(capture(client))
    local first, second = key_of(log[1]), key_of(log[2])
    assert.truthy(first:match "^%x+%-%x+%-4%x+%-[89ab]%x+%-%x+$")
    assert.not_equal(first, second)
  end)

  it("is kept when the call is repeated, which it makes safe", function()
    local transport, log = scripted(LOST, { status = 503 }, CAPTURED)
    assert(capture(online(transport)))
    assert.equal(3, #log)
    assert.equal(key_of(log[1]), key_of(log[2]))
    assert.equal(key_of(log[1]), key_of(log[3]))
  end)

  it("is in the fault of a call whose outcome is unknown", function()
    local transport, log = scripted(LOST)
    local result, fault = capture(online(transport))
    assert.is_nil(result)
    assert.equal("unknown", fault.outcome)
    assert.equal(key_of(log[1]), fault.idempotency_key)
    assert.equal(#log, fault.attempts)
  end)

  it("does not make certain what a lost attempt has done", function()
    local transport = scripted(LOST, { status = 409 })
    local _, fault = capture(online(transport))
    assert.equal("refused", fault.kind)
    assert.equal("unknown", fault.outcome)
    transport = scripted({ status = 429 }, { status = 409 })
    _, fault = capture(online(transport))
    assert.equal("failed", fault.outcome)
  end)

  it("can be given, as an argument or as an option", function()
    local transport, log = scripted(CAPTURED)
    local client = online(transport)
    assert(capture(client, { captureIdentifier = "mine-1" }))
    assert(capture(client, nil, { idempotency_key = "mine-2" }))
    assert.equal("mine-1", key_of(log[1]))
    assert.equal("mine-2", key_of(log[2]))
  end)

  it("may come again with the same content, not with another", function()
    local transport, log = scripted(CAPTURED)
    local client = online(transport)
    local mine = { captureIdentifier = "mine-1" }
    assert(capture(client, mine))
    assert(capture(client, mine))
    local result, fault =
      capture(client, { captureIdentifier = "mine-1", amount = 500 })
    assert.is_nil(result)
    assert.equal("argument", fault.kind)
    assert.equal("captureIdentifier", fault.field)
    assert.equal(2, #log)
    assert(capture(online(transport), mine))
  end)
end)

describe("a correlation id", function()
  it("is made, sent, and in the fault", function()
    local transport, log = scripted { status = 404 }
    local _, fault = online(transport):get_payment { paymentId = PAYMENT }
    local sent = log[1].headers.CorrelationId
    assert.truthy(sent:match "^%x+%-%x+%-%x+%-%x+%-%x+$")
    assert.equal(sent, fault.correlation_id)
  end)

  it("can be the caller's", function()
    local transport, log = scripted { status = 404 }
    local _, fault = online(transport):get_payment {
      paymentId = PAYMENT,
      CorrelationId = "mine",
    }
    assert.equal("mine", log[1].headers.CorrelationId)
    assert.equal("mine", fault.correlation_id)
  end)
end)

describe("a correlation id of an API that takes none", function()
  it("ties a fault to what the hooks were told", function()
    local heard
    local client = infobip(scripted(SESSION, LOST), {
      on_request = function(event)
        heard = event.correlation_id
      end,
    })
    local _, fault = client:add_funds(CREDIT)
    assert.truthy(heard)
    assert.equal(heard, fault.correlation_id)
    _, fault = infobip(scripted(SESSION, LOST)):add_funds(CREDIT)
    assert.truthy(fault.correlation_id)
  end)
end)

describe("a reference of a call that is sent once", function()
  it("is made where none is given, and is in the fault", function()
    local transport, log = scripted(LOST)
    local client = luapay.mobilepay_subscriptions {
      transport = transport,
      access_token = "token",
      provider_id = PAYMENT,
    }
    local _, fault = client:request_refund {
      agreementid = PAYMENT,
      paymentid = PAYMENT,
      amount = "1.00",
    }
    local sent = log[1].body:match '"external_id":"([^"]+)"'
    assert.equal(1, #log)
    assert.equal("unknown", fault.outcome)
    assert.equal(sent, fault.idempotency_key)
  end)
end)

describe("hooks", function()
  it("are told of each attempt, of waits and of faults", function()
    local heard = {}
    local function note(name)
      return function(event)
        heard[#heard + 1] = { name, event }
      end
    end
    local transport = scripted({ status = 503 }, SESSION, LOST)
    local client = infobip(transport, {
      on_request = note "request",
      on_response = note "response",
      on_retry = note "retry",
      on_fault = note "fault",
      random = function()
        return 0.5
      end,
    })
    local _, fault = client:add_funds(CREDIT)
    local names = {}
    for i, entry in ipairs(heard) do
      names[i] = entry[1]
    end
    assert.equal(
      "request response retry request response request response fault",
      table.concat(names, " ")
    )
    assert.equal("infobip.login", heard[1][2].endpoint)
    assert.equal(503, heard[2][2].status)
    assert.equal(0.25, heard[2][2].timings.total)
    assert.equal(0.25, heard[3][2].delay)
    assert.equal(2, heard[5][2].attempt)
    assert.equal("after_send", heard[7][2].failure.phase)
    assert.equal(fault, heard[8][2])
  end)

  it("are told no secret", function()
    local heard = {}
    local function note(event)
      heard[#heard + 1] = event
    end
    local client = infobip(scripted(SESSION, BOOKED), {
      on_request = note,
      on_response = note,
    })
    assert(client:add_funds(CREDIT))
    local function search(value)
      if type(value) == "table" then
        for k, v in pairs(value) do
          search(k)
          search(v)
        end
      else
        assert.is_nil(tostring(value):find "hunter2")
        assert.is_nil(tostring(value):find "token%-1")
      end
    end
    search(heard)
    assert.equal(4, #heard)
  end)

  it("that raise hurt nobody", function()
    local function broken()
      error "hook"
    end
    local client = infobip(scripted(SESSION, BOOKED), {
      on_request = broken,
      on_response = broken,
    })
    assert(client:add_funds(CREDIT))
  end)
end)

describe("a dry run", function()
  it("returns the request, without secrets, and sends nothing", function()
    local transport, log = scripted(CAPTURED)
    local shown = assert(online(transport):capture_payment({
      paymentId = PAYMENT,
      amount = 495,
      timestamp = "2026-05-31T12:00:00Z",
    }, { dry_run = true }))
    assert.equal("POST", shown.method)
    assert.truthy(shown.url:find("/captures", 1, true))
    assert.truthy(shown.body:find('"amount":495', 1, true))
    for _, value in pairs(shown.headers) do
      assert.is_nil(value:find "secret%-")
    end
    assert.same({}, log)
  end)

  it("hides what stands in the body", function()
    local transport, log = scripted(SESSION)
    local shown = assert(infobip(transport):login({
      username = "u",
      password = "hunter2",
    }, { dry_run = true }))
    assert.equal("username=u&password=%2A%2A%2A", shown.body)
    assert.same({}, log)
  end)

  it("refuses what the call would refuse", function()
    local _, fault = infobip(scripted(SESSION)):add_funds(
      {},
      { dry_run = true }
    )
    assert.equal("argument", fault.kind)
  end)
end)

describe("headers of a call", function()
  it("are sent", function()
    local transport, log = scripted(SESSION, BOOKED)
    assert(
      infobip(transport):add_funds(CREDIT, { headers = { ["x-trace"] = "7" } })
    )
    assert.equal("7", log[2].headers["x-trace"])
  end)

  it("cannot smuggle others", function()
    local transport, log = scripted(SESSION, BOOKED)
    local _, fault = infobip(transport):add_funds(
      CREDIT,
      { headers = { ["x-trace"] = "7\r\nx-evil: 1" } }
    )
    assert.equal("argument", fault.kind)
    assert.equal("headers", fault.field)
    assert.same({}, log)
  end)
end)

describe("the environment", function()
  it("chooses the host of each endpoint", function()
    local transport, log = scripted { body = "{}" }
    online(transport):get_payment { paymentId = PAYMENT }
    online(transport, { environment = "production" }):get_payment {
      paymentId = PAYMENT,
    }
    assert.truthy(log[1].url:find "^https://api%.sandbox%.mobilepay%.dk/")
    assert.truthy(log[2].url:find "^https://api%.mobilepay%.dk/")
  end)

  it("refuses production what only the test environment has", function()
    local transport, log = scripted { body = "{}" }
    local result, fault =
      online(transport, { environment = "production" }):simulate_user {
        paymentId = PAYMENT,
        phoneNumber = "+4511111111",
      }
    assert.is_nil(result)
    assert.equal("argument", fault.kind)
    assert.equal("environment", fault.field)
    assert.same({}, log)
  end)

  it("is replaced by base_url, host by host, paths kept", function()
    local transport, log = scripted { body = "{}" }
    online(transport, { base_url = "https://localhost:1/" }):get_payment {
      paymentId = PAYMENT,
    }
    assert.truthy(
      log[1].url:find(
        "^https://localhost:1/cardpassthrough%-restapi/api/v3/payments/"
      )
    )
  end)
end)

describe("an answer in an encoding that nobody asked for", function()
  for encoding, outcome in pairs {
    gzip = "unknown",
    ["br, gzip"] = "unknown",
    identity = false,
    [" "] = false,
  } do
    it(("is named, or none: %q"):format(encoding), function()
      local transport = scripted(SESSION, {
        headers = { ["content-encoding"] = encoding },
        body = outcome and "\31\139\8\0" or BOOKED.body,
      })
      local result, fault = infobip(transport):add_funds {
        accountKey = "a",
        amount = "1",
        description = "d",
      }
      assert.equal(not outcome, result ~= nil)
      assert.equal(outcome or nil, fault and fault.outcome)
      if fault then
        assert.truthy(tostring(fault):find(encoding, 1, true), fault.message)
      end
    end)
  end
end)

describe("client:request", function()
  it("sends what the tables do not know, signed", function()
    local transport, log =
      scripted(SESSION, { body = '{"balance":12345678901234567,"x":null}' })
    local response = assert(infobip(transport):request {
      method = "GET",
      path = "/1/customerProfile/balance",
      query = { b = "ä b", a = 1 },
    })
    assert.equal(200, response.status)
    assert.equal("12345678901234567", tostring(response.answer.balance))
    assert.is_nil(response.answer.x)
    assert.equal(
      "https://oneapi.infobip.com/1/customerProfile/balance?a=1&b=%C3%A4%20b",
      log[2].url
    )
    assert.equal("IBSSO token-1", log[2].headers.authorization)
  end)

  it("writes a table as JSON", function()
    local transport, log = scripted(SESSION, { status = 204 })
    assert(infobip(transport):request {
      method = "POST",
      path = "/x",
      body = { a = { 1, 2 } },
    })
    assert.equal('{"a":[1,2]}', log[2].body)
    assert.equal("application/json", log[2].headers["content-type"])
  end)

  for _, case in ipairs {
    { "a refusal", "POST", { status = 409 }, "refused", "failed" },
    { "a server's failure", "POST", { status = 500 }, "server", "unknown" },
    { "a lost answer", "POST", LOST, "transport", "unknown" },
    { "a lost answer to a GET", "GET", LOST, "transport", "failed" },
  } do
    it("knows the outcome of " .. case[1] .. ", and sends once", function()
      local transport, log = scripted(SESSION, case[3])
      local response, fault =
        infobip(transport):request { method = case[2], path = "/x" }
      assert.is_nil(response)
      assert.equal(case[4], fault.kind)
      assert.equal(case[5], fault.outcome)
      assert.equal("infobip.request", fault.endpoint)
      assert.equal(2, #log)
    end)
  end

  for field, cases in pairs {
    path = {
      "x",
      ".evil.example/x",
      ":8443/x",
      "@evil.example/x",
      "/a b",
      "/a\r\nb",
      "/a#b",
      "/a\\b",
      "/../x",
      "/a/%2E./x",
      "/%zz",
      "/ä",
    },
    method = { "get", "GET /", "GET\r\n", "CONNECT", "G1" },
    host = { 2, 0, 1.5 },
    headers = {
      { ["a b"] = "1" },
      { a = "1\r\nb: 2" },
      { a = 1 },
      { "a: b" },
      { Host = "evil.example" },
      { ["Content-Length"] = "0" },
      { ["transfer-encoding"] = "chunked" },
      { ["X-A"] = "1", ["x-a"] = "2" },
    },
    body = { 5, true },
    query = { { "a" }, { [1] = "b" } },
  } do
    it("refuses, and does not send, a bad " .. field, function()
      for _, value in ipairs(cases) do
        local transport, log = scripted(SESSION, { body = "{}" })
        local given = { method = "GET", path = "/x" }
        given[field] = value
        local response, fault = infobip(transport):request(given)
        assert.is_nil(response)
        assert.same(
          { "argument", field, "failed" },
          { fault.kind, fault.field, fault.outcome }
        )
        assert.equal(0, #log)
      end
    end)
  end

  it("names the part of a query that cannot be written", function()
    local transport = scripted(SESSION, { body = "{}" })
    for _, value in ipairs { {}, 0 / 0, print } do
      local _, fault = infobip(transport):request {
        method = "GET",
        path = "/x",
        query = { a = value },
      }
      assert.equal("query.a", fault.field)
    end
    local _, fault = infobip(transport):request {
      method = "GET",
      path = "/x?a=1",
      query = { b = 2 },
    }
    assert.equal("path", fault.field)
  end)

  it("sends a header once, whatever its case", function()
    local transport, log = scripted(SESSION, { body = "{}" })
    assert(infobip(transport):request {
      method = "POST",
      path = "/x",
      headers = { ["Content-Type"] = "application/x+json" },
      body = { 1 },
    })
    assert.same("application/x+json", log[2].headers["content-type"])
    assert.is_nil(log[2].headers["Content-Type"])
  end)

  it("raises for what is no request", function()
    local client = infobip((scripted(SESSION)))
    assert.has_error(function()
      client:request { method = "GET" }
    end)
  end)
end)

describe("validate = false", function()
  it("lets a field pass that the tables do not know", function()
    local transport, log = scripted(SESSION, BOOKED)
    local args = {
      newField = "x",
      accountKey = "a",
      amount = "1",
      description = "d",
    }
    local _, fault = infobip(transport):add_funds(args)
    assert.equal("newField", fault.field)
    assert(infobip(transport, { validate = false }):add_funds(args))
    assert.truthy(log[#log].body:find("newField=x", 1, true))
  end)
end)

describe("a budget of retries", function()
  it("ends when all that a host answers is failure", function()
    local transport, log = scripted { status = 503 }
    local client = infobip(transport)
    for _ = 1, 20 do
      client:add_funds(CREDIT)
    end
    assert.equal(30, #log)
  end)

  it("is not earned by calls that are refused", function()
    local steps = {}
    for i = 1, 30 do
      steps[i] = { status = 503 }
    end
    for i = 31, 50 do
      steps[i] = { status = 400 }
    end
    for i = 51, 54 do
      steps[i] = { status = 503 }
    end
    local transport, log = scripted((table.unpack or unpack)(steps))
    local client = infobip(transport)
    for _ = 1, 41 do
      client:add_funds(CREDIT)
    end
    assert.equal(51, #log)
  end)
end)
