-- Exact amounts of a currency.

local core = require "luapay.core"
local luapay = require "luapay"
local money, minor = luapay.money, luapay.minor

describe("luapay.money", function()
  for _, case in ipairs {
    { "12.50", "EUR", "12.50 EUR", 1250 },
    { "12.5", "eur", "12.50 EUR", 1250 },
    { 12.5, "EUR", "12.50 EUR", 1250 },
    { 0.07, "DKK", "0.07 DKK", 7 },
    { "-0.01", "EUR", "-0.01 EUR", -1 },
    { "1500", "JPY", "1500 JPY", 1500 },
    { "1500", "XPF", "1500 XPF", 1500 },
    { "1.234", "KWD", "1.234 KWD", 1234 },
    { "1.2345", "CLF", "1.2345 CLF", 12345 },
    { "0", "EUR", "0.00 EUR", 0 },
  } do
    it(("is exact: %s %s"):format(tostring(case[1]), case[2]), function()
      local m = assert(money(case[1], case[2]))
      assert.equal(case[3], tostring(m))
      assert.equal(case[4], m.minor)
      assert.equal(case[3], m.decimal .. " " .. m.currency)
      assert.is_true(m == minor(case[4], case[2]))
    end)
  end

  for _, case in ipairs {
    { "12.505", "EUR", "amount", 'EUR has at most 2 decimals, got "12.505"' },
    { "1.5", "JPY", "amount", 'JPY has no decimals, got "1.5"' },
    { 0.1 + 0.2, "EUR", "amount", nil },
    { "abc", "EUR", "amount", 'expected a decimal like "12.50", got "abc"' },
    { "12.50", "XYZ", "currency", 'ISO 4217 knows no currency "XYZ"' },
    {
      "12.50",
      "EURO",
      "currency",
      'expected a currency code (EUR), got "EURO"',
    },
    { "99999999999999999.99", "EUR", "amount", "too large, or no number" },
    { "999999999999999999", "EUR", "amount", "too large" },
  } do
    it(("refuses %s %s"):format(tostring(case[1]), case[2]), function()
      local m, fault = money(case[1], case[2])
      assert.is_nil(m)
      assert.equal("argument", fault.kind)
      assert.equal(case[3], fault.field)
      if case[4] then assert.equal(case[4], fault.message) end
    end)
  end

  it("adds up to 18 digits, and no further", function()
    for _, sign in ipairs { "", "-" } do
      local cent = money(sign .. "0.01", "EUR")
      local most = money(sign .. "9999999999999999.98", "EUR") + cent
      assert.equal(sign .. "9999999999999999.99 EUR", tostring(most))
      assert.has_error(function()
        return most + cent
      end, "too large an amount of money")
    end
  end)

  it("has minor units as a number where that is exact", function()
    assert.equal(9007199254740991, money("90071992547409.91", "EUR").minor)
    assert.equal(-9007199254740991, money("-90071992547409.91", "EUR").minor)
    local more = money("90071992547409.93", "EUR").minor
    assert.equal("9007199254740993", tostring(more))
  end)

  it("adds, subtracts, negates and compares", function()
    local a, b = money("0.10", "EUR"), money("0.20", "EUR")
    assert.equal("0.30 EUR", tostring(a + b))
    assert.equal("-0.10 EUR", tostring(a - b))
    assert.equal("-0.10 EUR", tostring(-a))
    assert.is_true(a < b and a <= b and b > a and a ~= b)
    assert.is_true(a + b == money("0.30", "EUR"))
    assert.is_false(money("1", "EUR") == money("1", "USD"))
  end)

  it("does not mix currencies, and does not overflow", function()
    local eur, usd = money("1", "EUR"), money("1", "USD")
    assert.has_error(function()
      return eur + usd
    end, "cannot mix EUR with USD")
    assert.has_error(function()
      return eur < usd
    end, "cannot mix EUR with USD")
    local most = money("9999999999999999.99", "EUR")
    assert.has_error(function()
      return most + most
    end)
    assert.has_error(function()
      return eur + 1
    end)
  end)

  -- Lua 5.3 and later: above 18 digits there are integers, but no amounts
  if math.maxinteger then
    for _, amount in ipairs {
      math.maxinteger,
      math.mininteger,
      1000000000000000000,
    } do
      it("refuses the integer " .. amount, function()
        for _, currency in ipairs { "JPY", "EUR", "KWD" } do
          local m, fault = money(amount, currency)
          assert.is_nil(m)
          assert.equal("amount", fault.field)
        end
      end)
    end
  end

  it("takes no text for a currency that only begins like one", function()
    assert.equal("1.00 ALL", tostring(minor(100, "008")))
    for _, text in ipairs { "8ab", "9 8", "97x" } do
      assert.has_error(function()
        minor(100, text)
      end)
    end
  end)

  it("is made of whole minor units only", function()
    assert.equal("12.50 EUR", tostring(minor(1250, "EUR")))
    assert.has_error(function()
      minor(12.5, "EUR")
    end)
    assert.has_error(function()
      minor(1, "NOPE")
    end)
  end)

  it("knows its digits also where a float would lose them", function()
    local m = money("123456789012345.67", "EUR")
    assert.equal("12345678901234567", tostring(m.minor))
  end)

  it("has no other fields, and none can be set", function()
    local m = money("1", "EUR")
    assert.is_nil(m.amount)
    assert.has_error(function()
      m.minor = 2
    end)
  end)

  it("gives a fault that prints", function()
    local _, fault = money("12.345", "EUR")
    assert.equal(
      'luapay: argument (amount): EUR has at most 2 decimals, got "12.345"',
      tostring(fault)
    )
  end)

  it("has up to 18 digits, whichever way it is made", function()
    local most = "999999999999999999"
    local whole = assert(money(most, "JPY"))
    assert.equal(most, whole.decimal)
    if math.maxinteger then
      assert.is_true(minor(math.tointeger(most), "JPY") == whole)
      assert.has_error(function()
        minor(1000000000000000000, "JPY")
      end)
    end
    assert.has_error(function()
      minor(2 ^ 53, "JPY")
    end)
  end)

  it("knows the currencies of the list, and those that have ended", function()
    for code, number in pairs {
      XCG = "532",
      ZWG = "924",
      EUR = "978",
      JPY = "392",
    } do
      assert.equal(code, minor(1, code).currency)
      assert.equal(code, minor(1, number).currency)
    end
    for _, code in ipairs { "ANG", "ZWL" } do
      assert.equal(code, minor(1, code).currency)
    end
  end)
end)

describe("luapay.money as an argument", function()
  local FUNDS = core.find "infobip.add_funds"
  local CAPTURE = core.find "mobilepay_online.capture_payment"
  local UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"

  local function capture(amount, currency)
    local request, fault = core.prepare(CAPTURE, {
      ["x-ibm-client-id"] = "i",
      ["x-ibm-client-secret"] = "s",
      paymentId = UUID,
      amount = amount,
      captureIdentifier = "c-1",
      timestamp = "2026-02-28T12:00:00Z",
    }, { currency = currency })
    return request and request.body, fault
  end

  it("is refused where nothing states a currency", function()
    for _, amount in ipairs { money("10", "JPY"), money("1.234", "KWD") } do
      local body, fault = capture(amount)
      assert.is_nil(body)
      assert.equal("amount", fault.field)
      assert.truthy(fault.message:find("nothing here states", 1, true))
    end
    assert(capture(1234))
  end)

  it("is compared with the client's currency there", function()
    assert.truthy(capture(money("12.34", "DKK"), "DKK"):find '"amount":1234,')
    local body, fault = capture(money("12.34", "EUR"), "DKK")
    assert.is_nil(body)
    assert.equal("is in EUR, but the client says DKK", fault.message)
  end)

  it("is refused beside a currency that no list knows", function()
    local _, fault = core.prepare(FUNDS, {
      accountKey = "a",
      description = "d",
      amount = money("1", "EUR"),
      currencycode = "QQQ",
    })
    assert.equal("amount", fault.field)
  end)

  it("says the currency where the call has a field for it", function()
    local request = assert(core.prepare(FUNDS, {
      accountKey = "a",
      description = "d",
      amount = money("10", "JPY"),
    }))
    assert.truthy(request.body:find("ammount=10&currencycode=JPY", 1, true))
  end)

  it("is refused in JSON that no row describes", function()
    assert.is_nil(core.encode { amount = money("1", "EUR") })
  end)

  it("is of a known currency on the client", function()
    assert.has_error(function()
      luapay.infobip { username = "u", password = "p", currency = "XYZ" }
    end)
  end)
end)
