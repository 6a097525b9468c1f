-- The text that tells the arguments of one call from those of another.

local fingerprint = require "luapay.journal.fingerprint"

describe("a fingerprint", function()
  it("is the same for the same content, in any order", function()
    local one = { a = "1", b = { true, "x" } }
    local other = { b = { true, "x" }, a = "1" }
    assert.equal(fingerprint(one), fingerprint(other))
  end)

  for what, pair in pairs {
    ["texts after a byte of 0"] = { { "a\0b" }, { "a\0c" } },
    ["a number and its text"] = { { a = 1 }, { a = "1" } },
    ["one text and two"] = { { "ab" }, { "a", "b" } },
    ["names"] = { { a = "1" }, { b = "1" } },
    ["an empty table and none"] = { { a = {} }, {} },
  } do
    it("differs for " .. what, function()
      assert.not_equal(fingerprint(pair[1]), fingerprint(pair[2]))
    end)
  end
end)
