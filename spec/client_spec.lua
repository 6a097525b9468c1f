-- A client: how it is made, what it shows of itself, how its deadline and
-- its session work. What the provider does is the sandbox's specs' matter.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"
local fault = require "luapay.fault"

local CREDIT = {
  accountKey = "EUR-1",
  amount = "12.50",
  currencycode = "EUR",
  description = "Top-up",
}

local function new(options)
  local provider = sandbox.infobip()
  local all = {
    username = "reseller",
    password = "secret",
    transport = provider:transport(),
  }
  for name, value in pairs(options or {}) do
    all[name] = value
  end
  return luapay.infobip(all), provider
end

-- A transport that answers from a list and keeps what it was sent.
local function scripted(answers)
  local log, at = {}, 0
  local transport = {
    send = function(_, request, timeout)
      log[#log + 1] = {
        url = request.url,
        headers = request.headers,
        body = request.body,
        timeout = timeout,
        send_by = request.send_by,
      }
      local answer = answers[#log] or answers[#answers]
      if answer.takes then at = at + answer.takes end
      if answer.phase then return nil, answer end
      return {
        status = answer.status or 200,
        headers = answer.headers or {},
        body = answer.body or "",
      }
    end,
    sleep = function(_, seconds)
      at = at + seconds
    end,
    now = function()
      return at
    end,
    close = function() end,
  }
  return transport, log
end

local SESSION = {
  body = '{"login":{"verified":true,"ibAuthCookie":"token-1"}}',
}
local BOOKED = { body = '{"transactionId":7}' }
local REFUSED = { phase = "before_send", kind = "transport", message = "no" }
local LOST = { phase = "after_send", kind = "transport", message = "lost" }

describe("luapay.infobip", function()
  for _, case in ipairs {
    { "no options", nil, "luapay.infobip: expected a table of options" },
    { "no user name", { password = "p" }, "username: is required" },
    { "no password", { username = "u" }, "password: is required" },
    {
      "an empty password",
      { username = "u", password = "" },
      "password: must not be empty",
    },
    {
      "a misspelt option",
      { username = "u", password = "p", timout = 3 },
      "no such option: timout; did you mean timeout? (there are: ",
    },
    {
      "a wrong type",
      { username = "u", password = "p", timeout = "3" },
      "timeout: expected a number, got a string",
    },
    {
      "no time at all",
      { username = "u", password = "p", timeout = 0 },
      "timeout: expected a number above 0",
    },
    {
      "an unknown format",
      { username = "u", password = "p", body_format = "xml" },
      "body_format: expected one of: form, json",
    },
    {
      "a base_url without a scheme",
      { username = "u", password = "p", base_url = "example.com" },
      "base_url: expected https://",
    },
    {
      "a base_url with a backslash",
      {
        username = "u",
        password = "p",
        base_url = "https://a.example\\\\@b.example",
      },
      "base_url: expected https://",
    },
    {
      "a base_url with an empty port",
      { username = "u", password = "p", base_url = "https://a.example:x" },
      "base_url: expected https://",
    },
    {
      "a base_url with a line break in its path",
      { username = "u", password = "p", base_url = "https://a.example/b\\nc" },
      "base_url: expected https://",
    },
    {
      "a base_url with a name of no host",
      { username = "u", password = "p", base_url = "https://-a.example" },
      "base_url: expected https://",
    },
    {
      "a base_url with letters beyond ASCII",
      { username = "u", password = "p", base_url = "https://bücher.example" },
      "base_url: expected https://",
    },
    {
      "a base_url with a password in it",
      { username = "u", password = "p", base_url = "https://a:b@c" },
      "base_url: expected https://",
    },
  } do
    it("raises for " .. case[1] .. ", and says what is wrong", function()
      local good, message = pcall(luapay.infobip, case[2])
      assert.is_false(good)
      assert.truthy(message:find(case[3], 1, true), message)
    end)
  end

  it("has a method for each endpoint and no other", function()
    local client = new()
    assert.is_function(client.add_funds)
    assert.equal(client.add_funds, client.add_funds)
    assert.has_error(function()
      return client.ad_funds
    end)
    assert.has_error(function()
      client.add_funds(CREDIT)
    end)
  end)

  it("shows nothing of what it keeps", function()
    local client = new()
    assert(client:add_funds(CREDIT))
    assert.equal(
      "luapay.infobip (https://oneapi.infobip.com)",
      tostring(client)
    )
    assert.is_nil(next(client))
    local meta = getmetatable(client)
    assert.is_nil(meta.password)
  end)

  it("sends to base_url, with or without a slash at its end", function()
    for _, url in ipairs { "https://h.test/x", "https://h.test/x/" } do
      local transport, log = scripted { SESSION, BOOKED }
      local client = new { transport = transport, base_url = url }
      assert(client:add_funds(CREDIT))
      assert.equal(
        "https://h.test/x/1/customerProfile/payments/funds",
        log[2].url
      )
      assert.equal("luapay.infobip (https://h.test/x)", tostring(client))
    end
  end)

  it("takes a function for a transport", function()
    local transport = scripted { SESSION, BOOKED }
    local client = new {
      transport = function(request, timeout)
        return transport:send(request, timeout)
      end,
    }
    assert.equal(7, client:add_funds(CREDIT).transactionId)
  end)

  it("tries nothing again when a transport cannot sleep", function()
    local sent = 0
    for _, transport in ipairs {
      function()
        sent = sent + 1
        return { status = 503 }
      end,
      {
        send = function()
          sent = sent + 1
          return { status = 503 }
        end,
      },
    } do
      local _, err = new({ transport = transport }):add_funds(CREDIT)
      assert.equal("server", err.kind)
    end
    assert.equal(2, sent)
  end)

  it("calls it unknown when a transport does not say", function()
    local client = new {
      transport = function(request)
        if request.url:find("login", 1, true) then
          return { status = 200, body = SESSION.body }
        end
      end,
    }
    local _, err = client:add_funds(CREDIT)
    assert.equal("transport", err.kind)
    assert.equal("unknown", err.outcome)
  end)

  it("raises for what is no transport", function()
    assert.has_error(function()
      new { transport = "curl" }
    end)
    assert.has_error(function()
      new { transport = {} }
    end)
  end)

  it("checks without sending", function()
    local client, provider = new()
    assert.is_true(client:check("add_funds", CREDIT))
    local good, err = client:check("add_funds", {})
    assert.is_nil(good)
    assert.is_true(fault.is(err, "argument"))
    assert.has_error(function()
      client:check("nothing", {})
    end)
    assert.same({}, provider:requests())
  end)

  it("refuses bad input before it logs in", function()
    local client, provider = new()
    local result, err = client:add_funds { accountKey = "EUR-1" }
    assert.is_nil(result)
    assert.equal("argument", err.kind)
    assert.equal("ammount", err.field)
    assert.same({}, provider:requests())
  end)

  it("raises for options of a call that do not exist", function()
    local client = new()
    assert.has_error(function()
      client:add_funds(CREDIT, { timout = 1 })
    end)
  end)
end)

describe("the tables", function()
  -- kilobytes that a client and its first method take
  local function size_of(make, method)
    make() -- what is loaded once
    collectgarbage()
    collectgarbage()
    local before = collectgarbage "count"
    local client = make()
    local _ = client[method]
    collectgarbage()
    collectgarbage()
    return collectgarbage "count" - before, client
  end

  it("take no memory of a Lua state, however many they are", function()
    local function transport() end
    local few = size_of(function()
      return luapay.infobip {
        username = "u",
        password = "p",
        transport = transport,
      }
    end, "add_funds")
    local many = size_of(function()
      return luapay.mobilepay_online {
        client_id = "i",
        client_secret = "s",
        transport = transport,
      }
    end, "initiate_payment")
    -- as Lua tables, all of them take hundreds
    assert.truthy(few < 32, few)
    assert.truthy(many < 32, many)
  end)
end)

describe("one deadline", function()
  it("is what the login leaves of it", function()
    local slow = { body = SESSION.body, takes = 4 }
    local transport, log = scripted { slow, BOOKED }
    local client = new { transport = transport, timeout = 10 }
    assert(client:add_funds(CREDIT))
    assert.equal(10, log[1].timeout)
    assert.equal(6, log[2].timeout)
  end)

  it("is told to the transport as a moment, too", function()
    local slow = { body = SESSION.body, takes = 4 }
    local transport, log = scripted { slow, BOOKED }
    local client = new { transport = transport, timeout = 10 }
    assert(client:add_funds(CREDIT))
    assert.equal(10, log[1].send_by)
    assert.equal(10, log[2].send_by)
  end)

  it("can be that of a call", function()
    local transport, log = scripted { SESSION, BOOKED }
    local client = new { transport = transport, timeout = 10 }
    assert(client:add_funds(CREDIT, { timeout = 3 }))
    assert.equal(3, log[1].timeout)
  end)

  it("ends a call before it is sent when the login took it all", function()
    local slow = { body = SESSION.body, takes = 10 }
    local transport, log = scripted { slow, BOOKED }
    local client = new { transport = transport, timeout = 10 }
    local result, err = client:add_funds(CREDIT)
    assert.is_nil(result)
    assert.equal("timeout", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal(1, #log)
  end)

  it("leaves no time for a retry that would come too late", function()
    local transport, log = scripted {
      {
        status = 503,
        headers = { ["retry-after"] = "30" },
        takes = 1,
      },
    }
    local client = new { transport = transport, timeout = 10 }
    local _, err = client:add_funds(CREDIT)
    assert.equal("server", err.kind)
    assert.equal(30, err.retry_after)
    assert.equal(1, #log)
  end)

  it("takes no wish to wait from what is none", function()
    local transport = scripted {
      { status = 500, headers = { ["retry-after"] = "0x10" } },
    }
    local _, err = new({ transport = transport }):add_funds(CREDIT)
    assert.equal("server", err.kind)
    assert.is_nil(err.retry_after)
  end)
end)

describe("a failed exchange", function()
  for _, case in ipairs {
    { "refused before anything left", REFUSED, "failed" },
    { "lost after it left", LOST, "unknown" },
  } do
    it("is not tried again when it moves money: " .. case[1], function()
      local transport, log = scripted { SESSION, case[2] }
      local client = new { transport = transport }
      local result, err = client:add_funds(CREDIT)
      assert.is_nil(result)
      assert.equal(case[3], err.outcome)
      assert.equal("infobip.add_funds", err.endpoint)
      assert.equal(1, err.attempts)
      assert.equal(2, #log)
    end)
  end

  it("is tried again when it is a login", function()
    local transport, log = scripted { LOST, REFUSED, SESSION, BOOKED }
    local client = new {
      transport = transport,
      random = function()
        return 0
      end,
    }
    assert(client:add_funds(CREDIT))
    assert.equal(4, #log)
  end)

  it("is tried as often as `retries` says", function()
    local transport, log = scripted { LOST }
    local client = new { transport = transport, retries = 0 }
    local _, err = client:add_funds(CREDIT)
    assert.equal("infobip.login", err.endpoint)
    assert.equal("failed", err.outcome)
    assert.equal(1, #log)
  end)
end)

describe("a session", function()
  local function logins(provider)
    local n = 0
    for _, request in ipairs(provider:requests()) do
      if request.endpoint == "login" then n = n + 1 end
    end
    return n
  end

  it("is opened on first use and kept", function()
    local client, provider = new()
    assert.equal(0, logins(provider))
    for _ = 1, 3 do
      assert(client:add_funds(CREDIT))
    end
    assert.equal(1, logins(provider))
  end)

  it("is opened anew when it was idle for long", function()
    local client, provider = new { session_idle = 60 }
    assert(client:add_funds(CREDIT))
    provider:advance(59)
    assert(client:add_funds(CREDIT))
    provider:advance(59)
    assert(client:add_funds(CREDIT))
    assert.equal(1, logins(provider))
    provider:advance(61)
    assert(client:add_funds(CREDIT))
    assert.equal(2, logins(provider))
  end)

  it("is renewed, and the call goes again, when it is gone", function()
    local client, provider = new()
    assert(client:add_funds(CREDIT))
    provider:inject { at = "add_funds", fault = "session_expired" }
    assert(client:add_funds(CREDIT))
    assert.equal(2, logins(provider))
    assert.equal(2, #provider:ledger())
  end)

  it("is renewed once, not for ever", function()
    local transport, log =
      scripted { SESSION, { status = 403 }, SESSION, { status = 403 } }
    local client = new { transport = transport }
    local _, err = client:add_funds(CREDIT)
    assert.equal("auth", err.kind)
    assert.equal("failed", err.outcome)
    assert.is_nil(err.renew)
    assert.equal(4, #log)
  end)

  it("is not renewed for a rollback that is forbidden", function()
    local client, provider = new()
    local credit = assert(client:add_funds(CREDIT))
    provider:inject {
      at = "rollback_transaction",
      fault = "error",
      status = 403,
      body = "",
    }
    local _, err = client:rollback_transaction {
      transactionId = credit.transactionId,
      note = "n",
    }
    assert.equal("permission", err.kind)
    assert.equal(1, logins(provider))
  end)

  it("is not repeated for wrong credentials", function()
    local client, provider = new { password = "wrong-one" }
    local _, err = client:add_funds(CREDIT)
    assert.equal("auth", err.kind)
    assert.equal("infobip.login", err.endpoint)
    assert.is_nil(tostring(err):find("wrong-one", 1, true))
    assert.equal(1, logins(provider))
  end)

  it("is refused when it must be verified and is not", function()
    local transport = scripted {
      {
        body = '{"login":{"verified":false,"ibAuthCookie":"t"}}',
      },
      BOOKED,
    }
    local client = new { transport = transport, strict_verified = true }
    local _, err = client:add_funds(CREDIT)
    assert.equal("auth", err.kind)
    assert.equal("infobip.login", err.endpoint)
  end)

  -- a transport that lets the others go on while it "waits"
  local function yielding(transport)
    return setmetatable({
      send = function(_, ...)
        coroutine.yield()
        return transport:send(...)
      end,
      sleep = function(_, seconds)
        transport:sleep(seconds)
        coroutine.yield()
      end,
    }, { __index = transport })
  end

  local function at_once(n, fn)
    local threads, results = {}, {}
    for i = 1, n do
      threads[i] = coroutine.create(function()
        results[i] = { fn() }
      end)
    end
    for _ = 1, 1000 do
      for i = 1, n do
        if coroutine.status(threads[i]) ~= "dead" then
          assert(coroutine.resume(threads[i]))
        end
      end
    end
    return results
  end

  it("is opened once for many who wait for it", function()
    local provider = sandbox.infobip()
    local client = new { transport = yielding(provider:transport()) }
    local results = at_once(10, function()
      return client:add_funds(CREDIT)
    end)
    for i = 1, 10 do
      assert.truthy(results[i][1])
    end
    assert.equal(1, logins(provider))
    assert.equal(10, #provider:ledger())
  end)

  it("that cannot be opened is refused to all, with one login", function()
    local provider = sandbox.infobip()
    local client = new {
      password = "wrong",
      transport = yielding(provider:transport()),
    }
    local results = at_once(10, function()
      return client:add_funds(CREDIT)
    end)
    for i = 1, 10 do
      assert.equal("auth", results[i][2].kind)
      if i > 1 then assert.not_equal(results[1][2], results[i][2]) end
    end
    assert.equal(1, logins(provider))
  end)

  it("that is slow makes the others wait no longer than they may", function()
    local transport, log = scripted { { body = SESSION.body }, BOOKED }
    local stuck = setmetatable({
      send = function(_, request)
        log[#log + 1] = request
        while true do
          coroutine.yield()
        end
      end,
    }, { __index = yielding(transport) })
    local client = new { transport = stuck, timeout = 10 }
    local first = coroutine.create(function()
      client:add_funds(CREDIT)
    end)
    coroutine.resume(first)
    local second = coroutine.wrap(function()
      return client:add_funds(CREDIT, { timeout = 1 })
    end)
    local result, err
    for _ = 1, 1000 do
      result, err = second()
      if err then break end
    end
    assert.is_nil(result)
    assert.equal("timeout", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal(1, #log)
  end)
end)

describe("luapay.endpoints", function()
  it("lists every endpoint, with its parameters", function()
    local found
    for _, endpoint in ipairs(luapay.endpoints()) do
      if endpoint.api == "infobip" and endpoint.name == "add_funds" then
        found = endpoint
      end
    end
    assert.equal("POST", found.method)
    assert.equal("/1/customerProfile/payments/funds", found.path)
    assert.is_false(found.safe_to_repeat)
    assert.equal("ammount", found.params[2].name)
    assert.equal("amount", found.params[2].alias)
    assert.equal("money", found.params[2].type)
    assert.equal("body", found.params[2].location)
    assert.is_true(found.params[2].required)
    assert.equal("transactionId", found.result[1].name)
    assert.equal(403, found.refusals[3].status)
  end)
end)

describe("what a client says of itself", function()
  it("is its API and whose money it moves", function()
    local about = new():about()
    assert.equal("infobip", about.api)
    assert.equal("infobip/production/reseller", about.account)
    assert.equal(30, about.timeout)
    about = new({ account = "shop 7", timeout = 5 }):about()
    assert.equal("shop 7", about.account)
    assert.equal(5, about.timeout)
  end)
end)

describe("a call that has a last moment", function()
  local core = require "luapay.core"

  it("is sent before it", function()
    local client = new()
    local by = core.boottime() + 60
    assert.truthy(client:add_funds(CREDIT, { send_by = by }))
  end)

  it("sends nothing after it, and says that nothing was done", function()
    local client, provider = new()
    assert.truthy(client:add_funds(CREDIT)) -- a session
    local booked = #provider:ledger()
    local result, err =
      client:add_funds(CREDIT, { send_by = core.boottime() - 1 })
    assert.is_nil(result)
    assert.equal("failed", err.outcome)
    assert.equal("before_send", err.phase)
    assert.equal(booked, #provider:ledger())
  end)
end)
