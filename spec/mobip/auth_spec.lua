-- Mobip's token: when it is asked for, how it travels, who can see it.

local fault = require "luapay.fault"
local helper = require "spec.mobip.helper"
local sandbox = require "luapay.sandbox"
local scheme = require "luapay.auth.mobip"
local task = require "luapay.task"

local HOUR = 3600

-- A transport that keeps what it is given, before a pretend Mobip gets it.
local function recorded(options, more)
  local provider = sandbox.mobip(options)
  local inner, log = provider:transport(), {}
  local transport = {
    send = function(_, request, timeout)
      log[#log + 1] = {
        method = request.method,
        url = request.url,
        headers = request.headers,
        body = request.body,
      }
      return inner:send(request, timeout)
    end,
    sleep = function(_, seconds)
      inner:sleep(seconds)
    end,
    now = function()
      return inner:now()
    end,
    close = function() end,
  }
  local way = { transport = transport }
  return helper.client(way, "merchant", more), log, provider
end

local function tokens(provider)
  return #helper.asked(provider, "get_token")
end

describe("a token of Mobip", function()
  it("is asked for on first use, not before, and kept", function()
    local provider, mobip = helper.open()
    assert.equal(0, #provider:requests())
    for _ = 1, 3 do
      assert(mobip:login())
    end
    assert.equal(3, #helper.asked(provider, "login"))
    assert.equal(2, tokens(provider)) -- the first one found out how
  end)

  it("is renewed before an idle hour ends it", function()
    local provider, mobip = helper.open(nil, { api_ttl = 24 })
    assert(mobip:login())
    for _ = 1, 4 do
      provider:advance(HOUR - 121)
      assert(mobip:login())
    end
    assert.equal(2, tokens(provider))
    provider:advance(HOUR - 119)
    assert(mobip:login())
    assert.equal(3, tokens(provider))
  end)

  for _, case in ipairs { { nil, 1 }, { 3, 3 } } do
    local hours = case[2]
    it(("is renewed before %d hours end it"):format(hours), function()
      local provider, mobip = helper.open(nil, {
        api_ttl = case[1],
        get_inputs = "query",
      })
      for _ = 1, hours * 4 * 2 do
        assert(mobip:login())
        provider:advance(HOUR / 4)
      end
      assert.equal(2, tokens(provider))
      local asked = helper.asked(provider, "get_token")[1]
      assert.equal(case[1] and tostring(case[1]), asked.args.api_ttl)
    end)
  end

  it("is kept for half its time, however early it is to be renewed", function()
    local provider, mobip = helper.open(nil, { token_margin = HOUR })
    assert(mobip:login())
    provider:advance(HOUR / 2 - 1)
    assert(mobip:login())
    assert.equal(2, tokens(provider))
    provider:advance(2)
    assert(mobip:login())
    assert.equal(3, tokens(provider))
  end)

  it("is renewed once for many calls", function()
    local provider, mobip = helper.open()
    provider:inject { at = "get_token", fault = "delay", seconds = 0.1 }
    local good = 0
    local items = { 1, 2, 3, 4, 5, 6, 7, 8 }
    task.map(items, { concurrency = 8 }, function()
      if mobip:login() then good = good + 1 end
      return true
    end)
    assert.equal(8, good)
    assert.equal(2, tokens(provider))
  end)

  it("is not asked for with the wrong key again and again", function()
    local provider, mobip = helper.open({}, { api_secret_key = "wrong-key" })
    local answer, err = mobip:login()
    assert.is_nil(answer)
    assert.equal("mobip.get_token", err.endpoint)
    assert.equal("902", err.code)
    assert.equal("failed", err.outcome)
    assert.is_nil(tostring(err):find("wrong-key", 1, true))
    assert.equal(2, tokens(provider))
    mobip:login()
    assert.equal(3, tokens(provider)) -- the query is known to be read
    assert.equal(0, #helper.asked(provider, "login"))
  end)

  it("keeps its key out of a URL when it is just wrong", function()
    local mobip, log = recorded(
      { get_inputs = "multipart" },
      { api_secret_key = "wrong-key" }
    )
    local answer, err = mobip:login()
    assert.is_nil(answer)
    assert.equal("902", err.code)
    assert.equal(1, #log)
    assert.is_nil(log[1].url:find("?", 1, true))
  end)

  for _, odd in ipairs { "a b", "a\r\nb", "luapay-8d1f0c2e9a7b4365" } do
    it(("cannot be %q"):format(odd), function()
      local mobip = helper.client({
        transport = function()
          local body = '{"return_code":"0","access_token":"%s"}'
          return {
            status = 200,
            headers = {},
            body = body:format(odd:gsub("\r\n", "\\r\\n")),
          }
        end,
      }, "merchant")
      local answer, err = mobip:login()
      assert.is_nil(answer)
      assert.is_true(fault.is(err, "auth"))
      assert.equal("failed", err.outcome)
    end)
  end

  it("is seen by nobody", function()
    local provider, mobip = helper.open()
    assert(mobip:login())
    local function search(value, seen)
      if type(value) == "string" then
        assert.is_nil(value:find("sandbox-session", 1, true))
        assert.is_nil(value:find("secret$"))
      elseif type(value) == "table" and not seen[value] then
        seen[value] = true
        for key, inner in pairs(value) do
          search(key, seen)
          if key ~= "headers" then search(inner, seen) end
        end
      end
    end
    search(mobip, {})
    search(provider:requests(), {})
    assert.is_nil(tostring(mobip):find("secret", 1, true))
  end)
end)

describe("a request to Mobip", function()
  it("has the token as the first part of its body", function()
    local mobip, log = recorded()
    assert(mobip:send_payment_request(helper.ask()))
    local sent = log[#log]
    assert.equal("POST", sent.method)
    assert.is_nil(sent.url:find("?", 1, true))
    local boundary = sent.headers["content-type"]:match "boundary=(%S+)$"
    local start = ("--%s\r\nContent-Disposition: form-data; "):format(boundary)
      .. 'name="access_token"\r\n\r\nsandbox-session-000001\r\n--'
      .. boundary
    assert.equal(start, sent.body:sub(1, #start))
    local finish = "\r\n--" .. boundary .. "--\r\n"
    assert.equal(finish, sent.body:sub(-#finish))
  end)

  it("has a body even when the token is all there is", function()
    local mobip, log = recorded()
    assert(mobip:login())
    local sent = log[#log]
    local boundary = sent.headers["content-type"]:match "boundary=(%S+)$"
    assert.equal(
      "--"
        .. boundary
        .. '\r\nContent-Disposition: form-data; name="access_token"'
        .. "\r\n\r\nsandbox-session-000001\r\n--"
        .. boundary
        .. "--\r\n",
      sent.body
    )
  end)

  it("has the token in the query string of a GET that goes so", function()
    local mobip, log = recorded({}, { get_inputs = "query" })
    assert(mobip:get_invoice_list())
    local sent = log[#log]
    assert.truthy(sent.url:find "%?access_token=sandbox%-session%-000001$")
    assert.is_nil(sent.body)
    assert(mobip:get_stats())
    assert.truthy(
      log[#log].url:find "%?day=&month_period=&access_token=[%w-]+$"
    )
  end)

  it("of the caller's own making is signed too", function()
    for _, given in ipairs {
      { method = "GET", path = "/api/2.0/mobip/get_invoice_list" },
      { method = "POST", path = "/api/2.0/mobip/login" },
    } do
      local mobip = recorded()
      local response = assert(mobip:request(given))
      assert.equal("0", response.answer.return_code)
    end
    local mobip, log = recorded()
    mobip:request { method = "POST", path = "/x", body = { a = 1 } }
    assert.truthy(log[#log].url:find "%?access_token=")
    assert.equal('{"a":1}', log[#log].body)
  end)
end)

describe("get_inputs", function()
  local function ways(log)
    local list = {}
    for i, sent in ipairs(log) do
      local body = sent.body and "body" or ""
      list[i] = body .. (sent.url:find("?", 1, true) and "query" or "")
    end
    return list
  end

  for _, case in ipairs {
    { "auto", "query", { "body", "query", "query", "query" } },
    { "auto", "multipart", { "body", "body", "body" } },
    { "auto", "both", { "body", "body", "body" } },
    { "query", "query", { "query", "query", "query" } },
    { "multipart", "multipart", { "body", "body", "body" } },
  } do
    local says = "%s finds a server that reads %s"
    it(says:format(case[1], case[2]), function()
      local mobip, log = recorded(
        { get_inputs = case[2] },
        { get_inputs = case[1] }
      )
      for _ = 1, 2 do
        assert(mobip:get_invoice { invoice_id = "INV-1" })
      end
      assert.same(case[3], ways(log))
    end)
  end

  for _, case in ipairs {
    { "query", "multipart" },
    { "multipart", "query" },
  } do
    it(case[1] .. " is not tried otherwise", function()
      local mobip, log = recorded(
        { get_inputs = case[2] },
        { get_inputs = case[1] }
      )
      local answer, err = mobip:login()
      assert.is_nil(answer)
      assert.equal("Missing parameter: api_account_id", err.message)
      assert.equal(1, #log)
    end)
  end

  for _, case in ipairs {
    { "an HTTP status", { error_status = "http" } },
    { "a number for a code", { code_as = "number" } },
  } do
    it("auto understands " .. case[1], function()
      local mobip, log = recorded(case[2])
      assert(mobip:login())
      assert.equal(3, #log)
    end)
  end

  it("auto tries no other way when the answer is lost", function()
    local mobip, log, provider = recorded(nil, { retries = 0 })
    provider:inject { at = "get_token", fault = "lost_answer" }
    assert.is_nil((mobip:login()))
    assert.equal(1, #log)
    assert(mobip:login())
  end)

  it("auto says what the first way was told when neither works", function()
    local asked = 0
    local mobip = helper.client({
      transport = function()
        asked = asked + 1
        local body = '{"return_code":"%d","return_message":"Missing input"}'
        return { status = 200, headers = {}, body = body:format(asked) }
      end,
    }, "merchant")
    local answer, err = mobip:login()
    assert.is_nil(answer)
    assert.equal("1", err.code)
    assert.equal(2, asked)
  end)
end)

describe("a token of Mobip that is gone", function()
  local function lose(codes)
    local provider, mobip = helper.open(nil, { token_codes = codes })
    assert(mobip:login())
    provider:inject { at = "send_payment_request", fault = "session_expired" }
    local asked, err = mobip:send_payment_request(helper.ask())
    return provider, asked, err, mobip
  end

  it("is replaced, and the call made, when its code is known", function()
    local provider, asked = lose { "903" }
    assert.truthy(asked)
    assert.equal(1, #provider:transactions())
    assert.equal(3, tokens(provider))
  end)

  it("is replaced by the next call when it is not", function()
    local provider, asked, err, mobip = lose {}
    assert.is_nil(asked)
    assert.equal("903", err.code)
    assert(mobip:send_payment_request(helper.ask()))
    assert.equal(1, #provider:transactions())
  end)

  it("sends nothing twice when its code is not known", function()
    local provider, asked, err = lose {}
    assert.is_nil(asked)
    assert.equal("903", err.code)
    assert.equal("failed", err.outcome)
    assert.equal(0, #provider:transactions())
    assert.equal(1, #helper.asked(provider, "send_payment_request"))
  end)
end)

describe("the scheme of Mobip", function()
  local function new(more)
    local options = { api_account_id = "a", api_secret_key = "b" }
    for name, value in pairs {
      token_idle = 3600,
      token_margin = 120,
      token_codes = {},
      get_inputs = "multipart",
    } do
      options[name] = value
    end
    for name, value in pairs(more) do
      options[name] = value
    end
    local count = 0
    local transport = {
      now = function()
        return 0
      end,
    }
    return scheme.new(options, transport, function()
      count = count + 1
      return { access_token = "token-" .. count }
    end, {})
  end

  local function request()
    return { method = "GET", url = "https://h.test/", headers = {} }
  end

  it("takes a refusal for the end of a token when told its code", function()
    for _, codes in ipairs { { "12" }, { 12 }, { ["12"] = true } } do
      local auth = new { token_codes = codes }
      local function renews(outcome, status, code)
        local err = { outcome = outcome, status = status, code = code }
        err.message = "no"
        return auth.renews(err, {})
      end
      assert.is_true(renews("failed", 200, "12"))
      assert.is_false(renews("failed", 200, "13"))
      assert.is_false(renews("unknown", 500, "12"))
      assert.is_false(renews("failed", nil, "12"))
      assert.is_true(renews("failed", 401))
      assert.is_false(auth.renews {
        outcome = "failed",
        status = 401,
        endpoint = "mobip.get_token",
      })
    end
  end)

  it("opens another token after a refusal that speaks of one", function()
    local auth = new {}
    local one, two, three = request(), request(), request()
    local err = { outcome = "failed", status = 200, code = "9" }
    assert(auth.sign(one, 9))
    err.message = "Out of stock"
    assert.is_false(auth.renews(err, one))
    assert(auth.sign(two, 9))
    err.message = "Bad Token"
    assert.is_false(auth.renews(err, two))
    assert(auth.sign(three, 9))
    assert.truthy(two.body:find("token-1", 1, true))
    assert.truthy(three.body:find("token-2", 1, true))
  end)

  it("lets go of a token once, and not of the next one", function()
    local auth = new {}
    local one, two, three = request(), request(), request()
    assert(auth.sign(one, 9))
    assert(auth.sign(two, 9))
    auth.forget(one)
    assert(auth.sign(three, 9))
    auth.forget(two)
    local four = request()
    assert(auth.sign(four, 9))
    assert.truthy(two.body:find("token-1", 1, true))
    assert.truthy(four.body:find("token-2", 1, true))
  end)

  for _, case in ipairs {
    { "half an hour", { api_ttl = 0.5 }, "api_ttl: expected whole hours" },
    { "an unknown way", { get_inputs = "both" }, "get_inputs: expected one" },
    { "no key", { api_secret_key = "" }, "api_secret_key: must not" },
  } do
    it("raises for " .. case[1], function()
      local good, message = pcall(helper.open, nil, case[2])
      assert.is_false(good)
      assert.truthy(message:find(case[3], 1, true), message)
    end)
  end
end)
