-- From an answer to a result or a fault, and what it says of the money.

local core = require "luapay.core"
local json = require "luapay.json"

local LOGIN = core.find "infobip.login"
local ADD_FUNDS = core.find "infobip.add_funds"
local ROLLBACK = core.find "infobip.rollback_transaction"

local has_integers = math.type ~= nil

local function interpret(number, status, text)
  local answer, problem
  if text ~= "" then
    answer, problem = json.decode(text)
  end
  return core.interpret(number, status, answer, problem)
end

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
end)

describe("scan", function()
  for _, case in ipairs {
    { '{"a":1}', '{"a":1}' },
    { '{"a":123456789012345}', '{"a":123456789012345}' },
    { '{"a":1234567890123456}', '{"a":"\\u001f1234567890123456"}' },
    { "[-1234567890.1234567,2]", '["\\u001f-1234567890.1234567",2]' },
    {
      '["1234567890123456","\\"1234567890123456"]',
      '["1234567890123456","\\"1234567890123456"]',
    },
    { '"open 1234567890123456', '"open 1234567890123456' },
    { '"\\', '"\\' },
    { "", "" },
  } do
    it("makes " .. case[1] .. " fit", function()
      assert.equal(case[2], core.scan(case[1]))
    end)
  end

  for _, text in ipairs {
    "\255",
    "\192\128",
    "\224\128\128",
    "\237\160\128",
    "\244\144\128\128",
    "\195",
    "12345678\240\159\152",
    "\128",
  } do
    it(
      ("refuses bytes that are no UTF-8 (%d of them)"):format(#text),
      function()
        local fit, why = core.scan(text)
        assert.is_nil(fit)
        assert.equal("not UTF-8", why)
      end
    )
  end

  it("accepts UTF-8 of every length", function()
    local text = "12345678 é € 😀 \244\143\191\191"
    assert.equal(text, core.scan(text))
  end)
end)
