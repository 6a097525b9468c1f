-- From an answer to a result or a fault, and what it says of the money.

local core = require "luapay.core"

local LOGIN = core.find "infobip.login"
local ADD_FUNDS = core.find "infobip.add_funds"
local ROLLBACK = core.find "infobip.rollback_transaction"

local has_integers = math.type ~= nil

local interpret = core.interpret

describe("interpret", function()
  it("returns the provider's names and whole numbers", function()
    local result = assert(interpret(ADD_FUNDS, 200, '{"transactionId":42}'))
    assert.same({ transactionId = 42 }, result)
    if has_integers then
      assert.equal("integer", math.type(result.transactionId))
    end
  end)

  it("takes any 2xx for a success", function()
    assert.truthy(interpret(ADD_FUNDS, 201, '{"transactionId":"x-1"}'))
  end)

  it("keeps each digit of a long id", function()
    local id = interpret(
      ADD_FUNDS,
      200,
      '{"transactionId": 9223372036854775807 }'
    ).transactionId
    assert.equal("9223372036854775807", ("%s"):format(tostring(id)))
    local longer =
      interpret(ADD_FUNDS, 200, '{"transactionId":12345678901234567890}')
    assert.equal("12345678901234567890", longer.transactionId)
    local text = interpret(ADD_FUNDS, 200, '{"transactionId":"007"}')
    assert.equal("007", text.transactionId)
  end)

  it("passes unknown fields through; null is absent", function()
    local result = assert(
      interpret(
        ADD_FUNDS,
        200,
        '{"transactionId":1,"a":null,"b":[1,{"c":null,"d":2.5}],"e":true,'
          .. '"f":12345678901234567,"g":"12345678901234567"}'
      )
    )
    assert.equal("12345678901234567", tostring(result.f))
    result.f = nil
    assert.same({
      transactionId = 1,
      b = { 1, { d = 2.5 } },
      e = true,
      g = "12345678901234567",
    }, result)
  end)

  it("gives money as decimal text, under both spellings", function()
    for _, text in ipairs {
      '{"ammount":12.5,"currency":"EUR"}',
      '{"amount":12.5,"currency":"EUR"}',
    } do
      local result = assert(interpret(ROLLBACK, 200, text))
      assert.equal("12.5", result.ammount)
      assert.equal("12.5", result.amount)
      assert.equal("EUR", result.currency)
    end
    local result =
      assert(interpret(ROLLBACK, 200, '{"ammount":-1234567890123456.78}'))
    assert.equal("-1234567890123456.78", result.ammount)
  end)

  for _, text in ipairs {
    '{"login":{"verified":true,"ibAuthCookie":"abc"}}',
    '{"login":{"verified":"true","ibAuthCookie":"abc"}}',
    '{"verified":"True","ibAuthCookie":"abc"}',
  } do
    it("reads a login of the shape " .. text, function()
      assert.same(
        { verified = true, ibAuthCookie = "abc" },
        interpret(LOGIN, 200, text)
      )
    end)
  end

  for _, text in ipairs {
    '{"login":{"verified":false}}',
    '{"login":{"verified":false,"ibAuthCookie":null}}',
    '{"login":{"verified":"false","ibAuthCookie":""}}',
    "{}",
  } do
    it("takes a login without a session for a refusal: " .. text, function()
      local result, fault = interpret(LOGIN, 200, text)
      assert.is_nil(result)
      assert.equal("auth", fault.kind)
      assert.equal("failed", fault.outcome)
    end)
  end

  for _, case in ipairs {
    { 400, "refused" },
    { 401, "permission" },
    { 403, "auth" },
    { 404, "not_found" },
    { 409, "conflict" },
    { 418, "refused" },
    { 429, "rate_limited" },
  } do
    it(
      ("knows that nothing was done: %d is '%s'"):format(case[1], case[2]),
      function()
        local result, fault = interpret(ADD_FUNDS, case[1], "")
        assert.is_nil(result)
        assert.equal(case[2], fault.kind)
        assert.equal("failed", fault.outcome)
        assert.equal(case[1], fault.status)
        assert.truthy(#fault.message > 10)
      end
    )
  end

  for _, case in ipairs {
    { "500 with a web page", 500, "<html>", "server" },
    { "502", 502, "", "server" },
    { "504 that says error", 504, '{"requestError":{}}', "server" },
    { "a gateway's 408", 408, "", "timeout" },
    { "a redirect", 302, "", "redirect" },
    { "an empty 200", 200, "", "decode" },
    { "a web page for 200", 200, "<!doctype html>", "decode" },
    { "half a JSON", 200, '{"transactionI', "decode" },
    { "another JSON", 200, '"ok"', "decode" },
    { "a list", 200, "[1,2]", "decode" },
    { "no transactionId", 200, '{"done":true}', "decode" },
    { "a null transactionId", 200, '{"transactionId":null}', "decode" },
    { "broken UTF-8", 200, '{"transactionId":"\255"}', "decode" },
    { "NaN", 200, '{"transactionId":NaN}', "decode" },
    { "something very deep", 200, ("["):rep(5000), "decode" },
  } do
    it("does not know what happened after " .. case[1], function()
      local result, fault = interpret(ADD_FUNDS, case[2], case[3])
      assert.is_nil(result)
      assert.equal(case[4], fault.kind)
      assert.equal("unknown", fault.outcome)
    end)
  end

  it("knows that a lost login has moved no money", function()
    local _, fault = interpret(LOGIN, 500, "")
    assert.equal("failed", fault.outcome)
    _, fault = interpret(LOGIN, 200, "<html>")
    assert.equal("failed", fault.outcome)
  end)

  it("asks for a new session only where 403 means that", function()
    local _, funds = interpret(ADD_FUNDS, 403, "")
    local _, rollback = interpret(ROLLBACK, 403, "")
    assert.is_true(funds.renew)
    assert.is_nil(rollback.renew)
    assert.equal("permission", rollback.kind)
  end)

  for _, case in ipairs {
    {
      "a service exception",
      '{"serviceException":{"messageId":"SVC1","text":"no %1 at %2",'
        .. '"variables":["rate %2","%1"]},"policyException":null}',
      "SVC1",
      "no rate %2 at %1",
    },
    {
      "a policy exception",
      '{"policyException":{"messageId":"POL1","text":"not you"}}',
      "POL1",
      "not you",
    },
    {
      "both",
      '{"policyException":{"messageId":"P","text":"p"},'
        .. '"serviceException":{"messageId":"S","text":"s"}}',
      "S",
      "s",
    },
    {
      "variables that are text",
      '{"serviceException":{"messageId":7,"text":"%1?","variables":""}}',
      "7",
      "%1?",
    },
    {
      "nothing in it",
      "{}",
      nil,
      "There is no such account, or no exchange rate.",
    },
  } do
    it("reads " .. case[1], function()
      local _, fault =
        interpret(ADD_FUNDS, 404, '{"requestError":' .. case[2] .. "}")
      assert.equal(case[3], fault.code)
      assert.equal(case[4], fault.message)
      assert.equal("not_found", fault.kind)
    end)
  end

  it("takes an error's body for an error, also with 200", function()
    local result, fault = interpret(
      ADD_FUNDS,
      200,
      '{"requestError":{"serviceException":{"messageId":"X","text":"no"}}}'
    )
    assert.is_nil(result)
    assert.equal("X", fault.code)
    assert.equal("failed", fault.outcome)
  end)

  for _, id in ipairs {
    "{}",
    "[]",
    "false",
    "true",
    "1.5",
    '""',
    '"  "',
    '"\\u0000"',
    '"\\u00a0\\u007f"',
    '{"id":1}',
    "1e400",
  } do
    it("takes no " .. id .. " for a transactionId", function()
      local text = ('{"transactionId":%s}'):format(id)
      local result, fault = interpret(ADD_FUNDS, 200, text)
      assert.is_nil(result)
      assert.same({ "decode", "unknown" }, { fault.kind, fault.outcome })
    end)
  end

  it("does not know what an error beside an id means", function()
    local _, fault = interpret(
      ADD_FUNDS,
      200,
      '{"transactionId":7,"requestError":'
        .. '{"serviceException":{"messageId":"X","text":"no"}}}'
    )
    assert.same({ "X", "unknown" }, { fault.code, fault.outcome })
    local send = core.find "mobip.send_payment_request"
    _, fault = interpret(send, 200, '{"return_code":"5","trid":"T1"}')
    assert.same({ "5", "unknown" }, { fault.code, fault.outcome })
    _, fault = interpret(send, 200, '{"return_code":"5"}')
    assert.same({ "5", "failed" }, { fault.code, fault.outcome })
  end)

  it("does not know what a refusal with a new id means", function()
    local texts = { '{"transactionId":7}', '[{"transactionId":7}]' }
    for _, status in ipairs { 400, 401, 403, 404, 409, 429 } do
      for _, text in ipairs(texts) do
        local _, fault = interpret(ADD_FUNDS, status, text)
        assert.equal("unknown", fault.outcome)
        assert.is_nil(fault.renew)
        assert.matches("both that it was refused and that", fault.message)
      end
      local _, fault = interpret(ADD_FUNDS, status, '{"transactionId":""}')
      assert.equal("failed", fault.outcome)
    end
    local login = '{"login":{"verified":true,"ibAuthCookie":"s"}}'
    local _, fault = interpret(core.find "infobip.login", 400, login)
    assert.matches("both that it was refused and that", fault.message)
  end)

  it("says that a refusal cannot be read, not what its row knows", function()
    local _, fault = interpret(ADD_FUNDS, 404, "<html>not here</html>")
    assert.equal("not_found", fault.kind)
    assert.truthy(fault.message:find "^answered with 404; the answer is not")
    _, fault = interpret(ADD_FUNDS, 403, "<html>blocked</html>")
    assert.is_nil(fault.renew)
  end)

  it("says why it cannot be read, where the head says so", function()
    local problem = 'in the encoding "br", which was not asked for'
    local _, fault = interpret(ADD_FUNDS, 200, "\139\1", problem)
    assert.equal("the answer is " .. problem, fault.message)
    assert.equal("unknown", fault.outcome)
    _, fault = interpret(ADD_FUNDS, 400, "\139\1", problem)
    assert.truthy(fault.message:find(problem, 1, true))
    assert.equal("failed", fault.outcome)
  end)

  it("skips a byte order mark", function()
    local text = '\239\187\191{"transactionId":42}'
    assert.equal(42, interpret(ADD_FUNDS, 200, text).transactionId)
  end)

  it("knows no name twice", function()
    local text = '{"transactionId":1,"transactionId":2}'
    local _, fault = interpret(ADD_FUNDS, 200, text)
    assert.equal("unknown", fault.outcome)
    assert.truthy(fault.message:find("twice", 1, true))
  end)

  it("keeps the digits of money as the provider wrote them", function()
    for given, kept in pairs {
      ["12.50"] = "12.50",
      ["1e2"] = "100",
      ["1.5e-3"] = "0.0015",
      ['"0.10"'] = "0.10",
    } do
      local text = ('{"ammount":%s}'):format(given)
      assert.equal(kept, interpret(ROLLBACK, 200, text).ammount)
    end
  end)

  it("holds no mark in a text for a number", function()
    local text = '{"transactionId":"\\u001f12345678901234567"}'
    assert.equal(
      "\03112345678901234567",
      interpret(ADD_FUNDS, 200, text).transactionId
    )
  end)
end)
