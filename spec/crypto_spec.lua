-- luapay.crypto against the vectors of RFCs and NIST, and against openssl
-- as an independent witness.

local crypto = require "luapay.crypto"

local function hex(bytes)
  return (
    bytes:gsub(".", function(char)
      return ("%02x"):format(char:byte())
    end)
  )
end

local function unhex(text)
  return (
    text:gsub("%s", ""):gsub("%x%x", function(pair)
      return string.char(tonumber(pair, 16))
    end)
  )
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

describe("crypto.sha256", function()
  -- FIPS 180-4's examples
  for _, case in ipairs {
    {
      text = "",
      digest = "e3b0c44298fc1c149afbf4c8996fb924"
        .. "27ae41e4649b934ca495991b7852b855",
    },
    {
      text = "abc",
      digest = "ba7816bf8f01cfea414140de5dae2223"
        .. "b00361a396177a9cb410ff61f20015ad",
    },
    {
      text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      digest = "248d6a61d20638b8e5c026930c3e6039"
        .. "a33ce45964ff2167f6ecedd419db06c1",
    },
    {
      text = ("a"):rep(1000000),
      digest = "cdc76e5c9914fb9281a1c7e284d73e67"
        .. "f1809a48a497200e046d39ccc7112cd0",
    },
  } do
    it(("knows the digest of %d bytes"):format(#case.text), function()
      assert.equal(case.digest, hex(crypto.sha256(case.text)))
    end)
  end
end)

describe("crypto.hmac_sha256", function()
  -- RFC 4231, cases 1, 2 and 6
  for _, case in ipairs {
    {
      key = ("\11"):rep(20),
      text = "Hi There",
      mac = "b0344c61d8db38535ca8afceaf0bf12b"
        .. "881dc200c9833da726e9376c2e32cff7",
    },
    {
      key = "Jefe",
      text = "what do ya want for nothing?",
      mac = "5bdcc146bf60754e6a042426089575c7"
        .. "5a003f089d2739839dec58b964ec3843",
    },
    {
      key = ("\170"):rep(131),
      text = "Test Using Larger Than Block-Size Key - Hash Key First",
      mac = "60e431591ee0b67f0d8a26aacbf5b77f"
        .. "8e0bc6213728c5140546040f0ee37f54",
    },
  } do
    it("knows the code of " .. case.text, function()
      assert.equal(case.mac, hex(crypto.hmac_sha256(case.key, case.text)))
    end)
  end

  it("takes an empty key and an empty text", function()
    assert.equal(
      "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
      hex(crypto.hmac_sha256("", ""))
    )
  end)
end)

describe("crypto.equal", function()
  it("tells texts apart wherever they differ", function()
    assert.is_true(crypto.equal("", ""))
    assert.is_true(crypto.equal("a\0b", "a\0b"))
    assert.is_false(crypto.equal("a\0b", "a\0c"))
    assert.is_false(crypto.equal("xbc", "abc"))
    assert.is_false(crypto.equal("abc", "abcd"))
    assert.is_false(crypto.equal("abc", ""))
  end)
end)

describe("crypto.random", function()
  it("gives as many bytes as asked, never the same", function()
    assert.equal(1, #crypto.random(1))
    assert.equal(65536, #crypto.random(65536))
    assert.not_equal(crypto.random(16), crypto.random(16))
  end)

  it("raises for no number of bytes", function()
    for _, n in ipairs { 0, -1, 65537 } do
      assert.has_error(function()
        crypto.random(n)
      end)
    end
  end)
end)

describe("base64", function()
  -- RFC 4648, section 10
  for bytes, text in pairs {
    [""] = "",
    f = "Zg==",
    fo = "Zm8=",
    foo = "Zm9v",
    foob = "Zm9vYg==",
    fooba = "Zm9vYmE=",
    foobar = "Zm9vYmFy",
    ["\251\255\190"] = "+/++",
  } do
    it(("goes both ways for %q"):format(text), function()
      assert.equal(text, crypto.base64_encode(bytes))
      assert.equal(bytes, crypto.base64_decode(text))
      local bare = text:gsub("=", ""):gsub("+", "-"):gsub("/", "_")
      assert.equal(bare, crypto.base64url_encode(bytes))
      assert.equal(bytes, crypto.base64url_decode(bare))
    end)
  end

  for what, text in pairs {
    ["no padding"] = "Zg",
    ["half a padding"] = "Zg=",
    ["too much padding"] = "Z===",
    ["padding alone"] = "====",
    ["padding in the middle"] = "Zg==Zg==",
    ["bits beyond the last byte"] = "Zh==",
    ["bits beyond the last two bytes"] = "Zm9=",
    ["a line break"] = "Zm9v\n",
    ["a blank"] = " Zm9",
    ["the other alphabet"] = "-_--",
    ["a zero byte"] = "Zm\0v",
    ["a byte above 127"] = "Zm\2559",
    ["a letter too many"] = "Zm9vY",
  } do
    it("is not read with " .. what, function()
      local bytes, why = crypto.base64_decode(text)
      assert.is_nil(bytes)
      assert.matches("^not base64", why)
    end)
  end

  for what, text in pairs {
    ["padding"] = "Zg==",
    ["one letter"] = "Z",
    ["bits beyond the last byte"] = "Zh",
    ["the other alphabet"] = "+/++",
  } do
    it("url is not read with " .. what, function()
      assert.is_nil(crypto.base64url_decode(text))
    end)
  end

  it("agrees with openssl about all bytes", function()
    local all = {}
    for i = 0, 255 do
      all[i + 1] = string.char(i)
    end
    local bytes = table.concat(all)
    local path = os.tmpname()
    write(path, bytes)
    local pipe = io.popen("openssl base64 -A -in " .. path)
    assert.equal(pipe:read "*a", crypto.base64_encode(bytes))
    pipe:close()
    os.remove(path)
  end)
end)

describe("an RSA key", function()
  -- RFC 7515, appendix A.2
  local N = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddx"
    .. "HmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMs"
    .. "D1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSH"
    .. "SXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdV"
    .. "MTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8"
    .. "NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
  local SIGNED = "eyJhbGciOiJSUzI1NiJ9"
    .. ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    .. "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
  local SIGNATURE = ""
    .. "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
    .. "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
    .. "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
    .. "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
    .. "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
    .. "p0igcN_IoypGlUPQGe77Rw"
  local E = "\1\0\1"

  local function decode(text)
    return assert(crypto.base64url_decode(text))
  end

  local folder, pem, public
  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    os.execute(
      (
        "cd %s && openssl genpkey -algorithm RSA -out key.pem"
        .. " -pkeyopt rsa_keygen_bits:2048 2>/dev/null"
        .. " && openssl pkey -in key.pem -pubout -out public.pem"
        .. " && openssl genpkey -algorithm RSA -out short.pem"
        .. " -pkeyopt rsa_keygen_bits:1024 2>/dev/null"
        .. " && openssl genpkey -algorithm EC -out curve.pem"
        .. " -pkeyopt ec_paramgen_curve:P-256"
        .. " && openssl pkey -in key.pem -aes128 -passout pass:sesame"
        .. " -out locked.pem"
      ):format(folder)
    )
    pem, public = read(folder .. "/key.pem"), read(folder .. "/public.pem")
  end)
  teardown(function()
    os.execute("rm -r " .. folder)
  end)

  local function openssl(line)
    local done = os.execute(
      ("cd %s && openssl %s 2>/dev/null >/dev/null"):format(folder, line)
    )
    return done == true or done == 0
  end

  it("of a JWK verifies RFC 7515's example", function()
    local key = assert(crypto.public_key(decode(N), E))
    assert.is_true(key:verify(SIGNED, decode(SIGNATURE)))
    assert.equal("luapay.crypto: public RSA key", tostring(key))
  end)

  it("verifies nothing else", function()
    local key = assert(crypto.public_key(decode(N), E))
    local good = decode(SIGNATURE)
    assert.is_false(key:verify(SIGNED .. " ", good))
    assert.is_false(key:verify(SIGNED, good:sub(1, -2)))
    assert.is_false(key:verify(SIGNED, good .. "\0"))
    assert.is_false(key:verify(SIGNED, ""))
    assert.is_false(key:verify(SIGNED, ("\255"):rep(256)))
    local last = string.char((good:byte(-1) + 1) % 256)
    assert.is_false(key:verify(SIGNED, good:sub(1, -2) .. last))
  end)

  for what, numbers in pairs {
    ["a modulus of 1024 bits"] = { ("\255"):rep(128), E },
    ["an even modulus"] = { ("\254"):rep(256), E },
    ["a modulus beyond 16384 bits"] = { ("\255"):rep(2049), E },
    ["no modulus"] = { "", E },
    ["the exponent 1"] = { ("\255"):rep(256), "\1" },
    ["an even exponent"] = { ("\255"):rep(256), "\4" },
    ["no exponent"] = { ("\255"):rep(256), "" },
    ["an exponent beyond 64 bits"] = { ("\255"):rep(256), ("\255"):rep(9) },
  } do
    it("is not made of " .. what, function()
      local key, why = crypto.public_key(numbers[1], numbers[2])
      assert.is_nil(key)
      assert.matches("RSA public key", why)
    end)
  end

  it("is not made of another kind, of too few bits, or of no PEM", function()
    assert.is_nil((crypto.private_key(read(folder .. "/curve.pem"))))
    assert.is_nil((crypto.private_key(read(folder .. "/short.pem"))))
    assert.is_nil((crypto.private_key "nonsense"))
    assert.is_nil((crypto.private_key(public)))
    assert.is_nil((crypto.public_key "nonsense"))
  end)

  it("opens with its password and never asks for it", function()
    local locked = read(folder .. "/locked.pem")
    assert.is_nil((crypto.private_key(locked)))
    assert.is_nil((crypto.private_key(locked, "")))
    assert.is_nil((crypto.private_key(locked, "wrong")))
    assert.truthy(crypto.private_key(locked, "sesame"))
  end)

  it("signs what openssl verifies, and the other way round", function()
    local key = assert(crypto.private_key(pem))
    write(folder .. "/text", "pay me")
    write(folder .. "/ours", key:sign "pay me")
    assert.is_true(
      openssl "dgst -sha256 -verify public.pem -signature ours text"
    )
    assert.is_true(openssl "dgst -sha256 -sign key.pem -out theirs text")
    local theirs = read(folder .. "/theirs")
    assert.equal(read(folder .. "/ours"), theirs)
    assert.is_true(crypto.public_key(public):verify("pay me", theirs))
  end)

  it("refuses a signature of another padding or digest", function()
    local key = assert(crypto.public_key(public))
    write(folder .. "/text", "pay me")
    openssl(
      "dgst -sha256 -sigopt rsa_padding_mode:pss"
        .. " -sign key.pem -out pss text"
    )
    openssl "dgst -sha1 -sign key.pem -out sha1 text"
    assert.is_false(key:verify("pay me", read(folder .. "/pss")))
    assert.is_false(key:verify("pay me", read(folder .. "/sha1")))
  end)

  local OAEP = " -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256"
    .. " -pkeyopt rsa_mgf1_md:sha256"

  it("decrypts OAEP with SHA-256 of openssl, and it ours", function()
    local text = '{"cardNumber":4111111111111111}'
    write(folder .. "/text", text)
    assert.is_true(
      openssl(
        "pkeyutl -encrypt -pubin -inkey public.pem"
          .. " -in text -out sealed"
          .. OAEP
      )
    )
    local key = assert(crypto.private_key(pem))
    assert.equal(text, key:decrypt(read(folder .. "/sealed")))
    write(folder .. "/ours", crypto.public_key(public):encrypt(text))
    assert.is_true(
      openssl(
        "pkeyutl -decrypt -inkey key.pem -in ours" .. " -out opened" .. OAEP
      )
    )
    assert.equal(text, read(folder .. "/opened"))
  end)

  it("says of all that it cannot decrypt the same", function()
    local key = assert(crypto.private_key(pem))
    write(folder .. "/text", "x")
    openssl(
      "pkeyutl -encrypt -pubin -inkey public.pem -in text -out sha1"
        .. " -pkeyopt rsa_padding_mode:oaep"
    )
    openssl "pkeyutl -encrypt -pubin -inkey public.pem -in text -out pkcs1"
    for _, bytes in ipairs {
      read(folder .. "/sha1"),
      read(folder .. "/pkcs1"),
      "",
      "x",
      ("\255"):rep(256),
      ("\1"):rep(255),
      ("\1"):rep(257),
    } do
      local text, why = key:decrypt(bytes)
      assert.is_nil(text)
      assert.equal("cannot be decrypted", why)
    end
  end)

  it("encrypts no more than fits, and an empty text", function()
    local key = assert(crypto.private_key(pem))
    assert.equal(("x"):rep(190), key:decrypt(key:encrypt(("x"):rep(190))))
    assert.is_nil((key:encrypt(("x"):rep(191))))
    assert.equal("", key:decrypt(key:encrypt ""))
  end)

  it("tells its public numbers, which make the same key again", function()
    local key = assert(crypto.generate_key())
    local n, e = key:numbers()
    assert.equal(256, #n)
    assert.equal("010001", hex(e))
    assert.is_true(crypto.public_key(n, e):verify("x", key:sign "x"))
    assert.equal("luapay.crypto: private RSA key", tostring(key))
  end)

  it("that is public neither signs nor decrypts", function()
    local key = assert(crypto.public_key(public))
    assert.has_error(function()
      key:sign "x"
    end)
    assert.has_error(function()
      key:decrypt "x"
    end)
  end)

  it("can be closed, twice, and is of no use then", function()
    local key = assert(crypto.public_key(public))
    key:close()
    key:close()
    assert.equal("luapay.crypto: closed RSA key", tostring(key))
    assert.has_error(function()
      key:verify("x", "y")
    end)
  end)

  it("is told apart from other things", function()
    assert.has_error(function()
      crypto.public_key(public).verify(io.stdout, "x", "y")
    end)
    assert.equal("\0\255", unhex "00 ff")
  end)
end)
