-- From arguments to a request: what goes out, and what is refused before
-- anything does.

local core = require "luapay.core"

local ADD_FUNDS = core.find "infobip.add_funds"
local ROLLBACK = core.find "infobip.rollback_transaction"

local function funds(changes, settings)
  local args = {
    accountKey = "EUR-1",
    amount = "12.50",
    currencycode = "EUR",
    description = "Top-up",
  }
  for name, value in pairs(changes or {}) do
    args[name] = value ~= core.null and value or nil
  end
  return core.prepare(ADD_FUNDS, args, settings)
end

describe("prepare", function()
  it("writes a form, in the order of the document", function()
    local request = assert(funds())
    assert.equal("POST", request.method)
    assert.equal("/1/customerProfile/payments/funds", request.target)
    assert.equal(
      "accountKey=EUR-1&ammount=12.50&currencycode=EUR&description=Top-up",
      request.body
    )
    assert.equal(
      "application/x-www-form-urlencoded; charset=utf-8",
      request.headers["content-type"]
    )
  end)

  it("escapes all that RFC 3986 does not leave alone", function()
    local request = assert(funds { description = "50% & æ=+ ~_.-" })
    assert.truthy(
      request.body:find(
        "description=50%25%20%26%20%C3%A6%3D%2B%20~_.-",
        1,
        true
      )
    )
  end)

  it("writes JSON with the JSON's names when told to", function()
    local request =
      assert(funds({ description = 'a "b"\\é' }, { json = true }))
    assert.equal(
      '{"accountKey":"EUR-1","ammount":12.50,"currencyCode":"EUR",'
        .. '"description":"a \\"b\\"\\\\é"}',
      request.body
    )
    assert.equal("application/json", request.headers["content-type"])
  end)

  it("renames a field of the form when told to", function()
    local request =
      assert(funds({}, { rename = { currencycode = "currencyCode" } }))
    assert.truthy(request.body:find("&currencyCode=EUR&", 1, true))
  end)

  it("lets an unknown field pass only when told to", function()
    assert.is_nil((funds { newField = "x y" }))
    local request = assert(funds({ newField = "x y" }, { lenient = true }))
    assert.truthy(request.body:find("&newField=x%20y", 1, true))
    request = assert(
      funds(
        { newField = { 1, { a = true } } },
        { lenient = true, json = true }
      )
    )
    assert.truthy(request.body:find(',"newField":[1,{"a":true}]}', 1, true))
  end)

  it("keeps what grows beyond the first buffer", function()
    local long = ("é€ "):rep(5000)
    local request = assert(funds { description = long })
    assert.equal(
      long:gsub("[^%w]", function(c)
        return ("%%%02X"):format(c:byte())
      end),
      request.body:match "description=(.*)"
    )
  end)

  it("takes an id as a number and as text, and keeps its digits", function()
    for _, id in ipairs { 1000001, "1000001", "9223372036854775807" } do
      local request = assert(core.prepare(ROLLBACK, {
        transactionId = id,
        note = "n",
      }))
      assert.equal(
        ("transactionId=%s&note=n"):format(
          type(id) == "number" and "1000001" or id
        ),
        request.body
      )
    end
  end)

  for _, case in ipairs {
    { "text", "12.50", "12.50" },
    { "text of fewer decimals", "12.5", "12.5" },
    { "whole text", "12", "12" },
    { "negative text", "-0.05", "-0.05" },
    { "a whole number", 12, "12" },
    { "a float that is a decimal", 12.1, "12.1" },
    { "a negative float", -0.25, "-0.25" },
    { "18 digits", "1234567890123456.78", "1234567890123456.78" },
    { "money", core.money("12.5", "EUR"), "12.50" },
  } do
    it("takes an amount as " .. case[1], function()
      local request = assert(funds { amount = case[2] })
      assert.equal(case[3], request.body:match "ammount=([^&]*)")
    end)
  end

  it("takes the currency of money that comes without one", function()
    local args = {
      accountKey = "x",
      description = "d",
      ammount = core.money("5", "JPY"),
    }
    local request = assert(core.prepare(ADD_FUNDS, args))
    assert.truthy(request.body:find("ammount=5&currencycode=JPY", 1, true))
  end)

  it("leaves the currency out when nobody has said one", function()
    local request = assert(funds { currencycode = core.null })
    assert.is_nil(request.body:find("currency", 1, true))
  end)

  it("sends a currency in capitals", function()
    local request = assert(funds { currencycode = "eur" })
    assert.truthy(request.body:find("currencycode=EUR", 1, true))
  end)

  local too_precise = "EUR has at most 2 decimals, "
  for _, case in ipairs {
    {
      "a missing account",
      { accountKey = core.null },
      "accountKey",
      "is required",
    },
    {
      "an empty account",
      { accountKey = "" },
      "accountKey",
      "must not be empty",
    },
    {
      "a missing amount",
      { amount = core.null },
      "ammount",
      'is required ("amount" will do too)',
    },
    {
      "a number for text",
      { accountKey = 7 },
      "accountKey",
      "expected a string, got a number",
    },
    {
      "a table for an amount",
      { amount = {} },
      "amount",
      'expected a decimal like "12.50", got a table',
    },
    {
      "three decimals of EUR",
      { amount = "12.345" },
      "amount",
      too_precise .. 'got "12.345"',
    },
    {
      "a float between two cents",
      { amount = 0.1 + 0.2 },
      "amount",
      too_precise
        .. "and this float is none of them exactly; "
        .. "pass it as text",
    },
    {
      "one decimal of JPY",
      { amount = "1.5", currencycode = "JPY" },
      "amount",
      'JPY has no decimals, got "1.5"',
    },
    {
      "five decimals of nobody knows what",
      { amount = "1.23456", currencycode = core.null },
      "amount",
      'the amount has at most 4 decimals, got "1.23456"',
    },
    {
      "a comma",
      { amount = "12,50" },
      "amount",
      'expected a decimal like "12.50", got "12,50"',
    },
    {
      "an exponent",
      { amount = "1e3" },
      "amount",
      'expected a decimal like "12.50", got "1e3"',
    },
    {
      "a plus",
      { amount = "+1" },
      "amount",
      'expected a decimal like "12.50", got "+1"',
    },
    {
      "a leading zero",
      { amount = "012" },
      "amount",
      'expected a decimal like "12.50", got "012"',
    },
    {
      "a lonely point",
      { amount = "12." },
      "amount",
      'expected a decimal like "12.50", got "12."',
    },
    {
      "nothing for an amount",
      { amount = "" },
      "amount",
      'expected a decimal like "12.50", got ""',
    },
    {
      "not a number",
      { amount = 0 / 0 },
      "amount",
      "too large, or no number",
    },
    {
      "infinity",
      { amount = math.huge },
      "amount",
      "too large, or no number",
    },
    {
      "19 digits",
      { amount = "12345678901234567.89" },
      "amount",
      "too large, or no number",
    },
    {
      "money of another currency",
      { amount = core.money("1", "USD") },
      "amount",
      "is in USD, but currencycode says EUR",
    },
    {
      "a currency of four letters",
      { currencycode = "EURO" },
      "currencycode",
      'expected a currency code (EUR), got "EURO"',
    },
    {
      "a line break",
      { description = "a\r\nb" },
      "description",
      "must not hold line breaks or other control characters",
    },
    {
      "a zero byte",
      { description = "a\0b" },
      "description",
      "must not hold line breaks or other control characters",
    },
    {
      "broken UTF-8",
      { description = "caf\233" },
      "description",
      "is not valid UTF-8",
    },
    {
      "a surrogate in UTF-8",
      { description = "\237\160\128" },
      "description",
      "is not valid UTF-8",
    },
    {
      "a typo",
      { amuont = "1" },
      "amuont",
      'no such field; did you mean "amount"?',
    },
    { "a stranger", { zebra = 1 }, "zebra", "no such field" },
    {
      "both spellings",
      { ammount = "1" },
      "ammount",
      'given twice, also as "amount"',
    },
    {
      "true for text",
      { description = true },
      "description",
      "expected a string, got a boolean",
    },
  } do
    it("refuses " .. case[1], function()
      local request, fault = funds(case[2])
      assert.is_nil(request)
      assert.equal("argument", fault.kind)
      assert.equal("failed", fault.outcome)
      assert.equal(case[3], fault.field)
      assert.equal(case[4], fault.message)
    end)
  end

  it("names nothing near to what is longer than any name", function()
    local name = "recurringAgreementCallbackUrl"
    local agree = core.find "mobilepay_online.create_recurring_agreement"
    local _, fault = core.prepare(agree, { [name .. ("x"):rep(11)] = 1 })
    assert.matches("did you mean", fault.message)
    _, fault = core.prepare(agree, { [name .. ("x"):rep(12)] = 1 })
    assert.equal("no such field", fault.message)
  end)

  it("tells of the typo, not of what is missing for it", function()
    local _, fault = core.prepare(ADD_FUNDS, { acountKey = "x" })
    assert.equal("acountKey", fault.field)
    assert.equal('no such field; did you mean "accountKey"?', fault.message)
  end)

  it("refuses an element where names belong", function()
    local _, fault = core.prepare(ADD_FUNDS, { "EUR-1" })
    assert.equal("no such field", fault.message)
  end)

  it("does not repeat a secret in its complaint", function()
    local login = core.find "infobip.login"
    local _, fault = core.prepare(login, {
      username = "u",
      password = "hunter2\n",
    })
    assert.equal("password", fault.field)
    assert.is_nil(fault.message:find("hunter2", 1, true))
  end)

  it("raises for what only a broken program passes", function()
    assert.has_error(function()
      core.prepare(ADD_FUNDS, "x")
    end)
    assert.has_error(function()
      core.prepare(0, {})
    end)
    assert.has_error(function()
      core.prepare(1e6, {})
    end)
    assert.has_error(function()
      core.prepare(ADD_FUNDS, {}, 1)
    end)
  end)
end)
