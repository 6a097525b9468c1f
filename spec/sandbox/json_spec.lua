local json = require "luapay.sandbox.json"

describe("sandbox JSON", function()
  for _, text in ipairs {
    '{"a":[1,2,{}],"b":"\195\169\240\159\152\128","c":null,"d":-0.50}',
    "[]",
    "12345678901234567890",
    '"\\u0000\\n\\"\\\\"',
    "true",
  } do
    it("comes and goes unharmed: " .. text, function()
      assert.equal(text, json.encode(assert(json.decode(text, json.number))))
    end)
  end

  it("reads every escape", function()
    assert.equal(
      'é😀"\\/\b\f\n\r\t',
      json.decode('"\\u00e9\\uD83D\\uDE00\\"\\\\\\/\\b\\f\\n\\r\\t"')
    )
  end)

  for _, text in ipairs {
    "",
    '{"a":1,"a":2}',
    "[1,]",
    "01",
    "1.",
    "1e",
    "-",
    '{"a"}',
    '"x',
    "nul",
    "1 2",
    "{,}",
    '"\\ud800"',
    "[1",
    '{"a":1',
    "NaN",
    "0x10",
    "'a'",
    ".5",
    '"\n"',
    '"\\x"',
    ("["):rep(100),
    "{1:2}",
    '{"a":1,}',
  } do
    it(("refuses %q"):format(text:sub(1, 20)), function()
      local value, why = json.decode(text)
      assert.is_nil(value)
      assert.is_string(why)
    end)
  end
end)
