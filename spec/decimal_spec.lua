-- Exact decimals as text.

local decimal = require "luapay.decimal"

describe("a decimal", function()
  for _, case in ipairs {
    { "10.00", "2.5", "12.50", "7.50" },
    { "0.1", "0.2", "0.3", "-0.1" },
    { "-1.50", "1.5", "0.00", "-3.00" },
    { "007", "-0", "7", "7" },
    { "999999999999999999999.99", "0.01", "1000000000000000000000.00" },
    {
      "1000000000000.0",
      "999999999999.9",
      "1999999999999.9",
      "0000000000000.1",
    },
    { "1", "1000000000000", "1000000000001", "-999999999999" },
  } do
    it("adds exactly: " .. case[1] .. " and " .. case[2], function()
      assert.equal(case[3], decimal.add(case[1], case[2]))
      assert.equal(case[3], decimal.add(case[2], case[1]))
      local back = decimal.sub(case[3], case[2])
      assert.equal(0, decimal.compare(case[1], back))
      if case[4] then
        local rest = decimal.sub(case[1], case[2])
        assert.equal(0, decimal.compare(case[4], rest))
      end
    end)
  end

  -- Those that a double holds are added as doubles: the rest of each text,
  -- spelled so that it is long, must come out the same.
  it("adds short ones as it adds long ones", function()
    local long = "1" .. ("0"):rep(20)
    local texts = { "0", "0.00", "-0.5", "7", "007.10", "-12.345", "99999.99" }
    texts[#texts + 1] = "999999999999999"
    texts[#texts + 1] = "0.0000000000001"
    texts[#texts + 1] = "-99999999999.99"
    for _, a in ipairs(texts) do
      for _, b in ipairs(texts) do
        local by_long = decimal.sub(decimal.add(a, decimal.add(long, b)), long)
        local added = decimal.add(a, b)
        assert.equal(by_long, added, a .. " + " .. b)
        assert.equal(0, decimal.compare(decimal.sub(added, b), a))
        assert.equal(
          decimal.compare(decimal.add(a, long), decimal.add(b, long)),
          decimal.compare(a, b)
        )
      end
    end
  end)

  it("compares by value, not by its spelling", function()
    assert.equal(0, decimal.compare("1.5", "1.500"))
    assert.equal(0, decimal.compare("-0.0", "0"))
    assert.equal(-1, decimal.compare("-2", "1"))
    assert.equal(1, decimal.compare("10", "9.99"))
    assert.is_true(decimal.is_zero "0.00")
    assert.is_false(decimal.is_zero "0.01")
    assert.equal("1.50", decimal.abs "-1.50")
  end)

  it("is decimal digits with at most one point", function()
    for _, text in ipairs { "", "1.", ".5", "1,5", "1e5", "+1", " 1" } do
      assert.is_false(decimal.is(text), text)
    end
    assert.is_false(decimal.is(1))
    assert.has_error(function()
      decimal.add("1", "x")
    end)
  end)
end)
