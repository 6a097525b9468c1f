-- A decrypted text that does not become a string of Lua's.

local crypto = require "luapay.crypto"

describe("key:decrypt_secret", function()
  local key = crypto.generate_key()

  local function secret_of(text)
    return assert(key:decrypt_secret(assert(key:encrypt(text))))
  end

  local CARD = '{"timestampticks":638396640000000001,"encryptedCardData":'
    .. '{"cardNumber" : 5019717010103742, "expiryMonth":"01",'
    .. '"expiryYear":28}}'

  it("gives numbers digit for digit", function()
    local secret = secret_of(CARD)
    assert.equal("638396640000000001", secret:number "timestampticks")
    assert.equal("5019717010103742", secret:number "cardNumber")
    assert.equal("01", secret:number "expiryMonth")
    assert.equal("28", secret:number "expiryYear")
  end)

  it("gives the last digits only, if so wished", function()
    local secret = secret_of(CARD)
    assert.equal("3742", secret:number("cardNumber", 4))
    assert.equal("28", secret:number("expiryYear", 4))
    assert.has_error(function()
      secret:number("cardNumber", 0)
    end)
  end)

  it("reads a text that lacks its last brace, as the sample does", function()
    local secret = secret_of(CARD:sub(1, -2))
    assert.equal("28", secret:number "expiryYear")
  end)

  for what, text in pairs {
    ["is not there"] = '{"a":1}',
    ["is cut off"] = '{"n":123',
    ["is there twice"] = '{"n":1,"n":2}',
    ["is a fraction"] = '{"n":1.5}',
    ["is negative"] = '{"n":-1}',
    ["has an exponent"] = '{"n":1e5}',
    ["is an empty text"] = '{"n":""}',
    ["is a text with other characters"] = '{"n":"1 2"}',
    ["is in a quote that does not end"] = '{"n":"12',
    ["is a value and no name"] = '{"a":"n","b":1}',
    ["stands within another text"] = [[{"a":"\"n\":5,"}]],
    ["is of no JSON"] = "n",
    ["is of an empty text"] = "",
  } do
    it("gives nil for a number that " .. what, function()
      assert.is_nil(secret_of(text):number "n")
    end)
  end

  it("does not print, and is gone when closed, twice", function()
    local secret = secret_of(CARD)
    assert.equal("luapay.crypto: secret (hidden)", tostring(secret))
    secret:close()
    secret:close()
    assert.is_nil(secret:number "cardNumber")
  end)

  it("says of all that it cannot decrypt the same", function()
    local good = key:encrypt "x"
    for _, bytes in ipairs {
      "",
      "x",
      good:sub(1, -2),
      good .. "x",
      ("\255"):rep(256),
    } do
      local secret, why = key:decrypt_secret(bytes)
      assert.is_nil(secret)
      assert.equal("cannot be decrypted", why)
    end
  end)

  it("needs a private key", function()
    local public = crypto.public_key(key:numbers())
    assert.has_error(function()
      public:decrypt_secret(key:encrypt "x")
    end)
  end)
end)
