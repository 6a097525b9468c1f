local decimal = require "luapay.sandbox.decimal"

describe("sandbox decimals", function()
  for _, case in ipairs {
    { "12.50", "-0.505", "11.995" },
    { "1", "-1.00", "0.00" },
    { "-5", "3", "-2" },
    { "0.1", "0.2", "0.3" },
    { "9007199254740993", "0.01", "9007199254740993.01" },
    { "99999999999999999999", "1", "100000000000000000000" },
  } do
    it(("add %s and %s"):format(case[1], case[2]), function()
      assert.equal(case[3], decimal.add(case[1], case[2]))
      assert.equal(case[3], decimal.add(case[2], case[1]))
    end)
  end

  for _, case in ipairs {
    { "12.50", "7.4604", "93.255000" },
    { "-12.50", "1", "-12.50" },
    { "0", "-3", "0" },
    {
      "99999999999999999999",
      "99999999999999999999",
      "9999999999999999999800000000000000000001",
    },
  } do
    it(("multiply %s by %s"):format(case[1], case[2]), function()
      assert.equal(case[3], decimal.multiply(case[1], case[2]))
      assert.equal(case[3], decimal.multiply(case[2], case[1]))
    end)
  end

  for _, case in ipairs {
    { "0.125", 2, "0.12" },
    { "0.135", 2, "0.14" },
    { "0.1251", 2, "0.13" },
    { "-0.125", 2, "-0.12" },
    { "9.995", 2, "10.00" },
    { "0.5", 0, "0" },
    { "1.5", 0, "2" },
    { "-0.001", 2, "0.00" },
    { "5", 2, "5.00" },
    { "007.10", 1, "7.1" },
  } do
    it(
      ("round %s to %d places, half to even"):format(case[1], case[2]),
      function()
        assert.equal(case[3], decimal.round(case[1], case[2]))
      end
    )
  end

  it("know what fits", function()
    assert.is_true(decimal.fits("12.500", 2))
    assert.is_true(decimal.fits("12", 0))
    assert.is_false(decimal.fits("12.345", 2))
  end)

  for _, text in ipairs {
    "",
    "-",
    ".5",
    "5.",
    "+5",
    "1e3",
    "1,5",
    " 1",
    "1 ",
    "0x10",
    "nan",
    "inf",
    "1.2.3",
    "--1",
    "\217\161",
    ("9"):rep(61),
  } do
    it(("refuse %q"):format(text), function()
      assert.is_false(decimal.is(text))
    end)
  end
end)
