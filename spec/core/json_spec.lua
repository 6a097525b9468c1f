-- The core's reader of JSON: strict, exact, and otherwise of one mind with
-- lua-cjson. (What fields make of values: interpret_spec.lua.)

local cjson = require "cjson"
local core = require "luapay.core"
local json = require "luapay.json"

local has_integers = math.type ~= nil

describe("decode", function()
  for _, case in ipairs {
    { "0", 0 },
    { "-0", 0 },
    { " [1 , 2\t,\r\n3 ] ", { 1, 2, 3 } },
    { "1e2", 100 },
    { "1.0", 1 },
    { "-2.5", -2.5 },
    { "0.1", 0.1 },
    { "5e-324", 5e-324 },
    { "1.7976931348623157e308", "1.7976931348623157e308" },
    { "1.5e300", 1.5e300 },
    { "true", true },
    { "false", false },
    { '""', "" },
    { '"\\u0041\\n\\/\\"\\\\"', 'A\n/"\\' },
    { '"\\ud83d\\ude00 \\u00e9 \\u20ac \\u0000"', "😀 é € \0" },
    { "{}", {} },
    { "[]", {} },
    {
      '{"a":{"b":[null,1,null]},"c":null}',
      { a = { b = { false, 1, false } } },
    },
    { '\239\187\191{"a":1}', { a = 1 } },
    { "9007199254740993", has_integers and 9007199254740993 or nil },
    { "0.1234567890123456", "0.1234567890123456" },
    { "123456789012345678901", "123456789012345678901" },
  } do
    if case[2] ~= nil then
      it("reads " .. case[1], function()
        local value, why = core.decode(case[1])
        assert.is_nil(why)
        assert.same(case[2], value)
      end)
    end
  end

  it("reads null as nothing, and says no problem", function()
    local value, why = core.decode " null "
    assert.is_nil(value)
    assert.is_nil(why)
  end)

  it("makes integers of whole numbers where Lua has them", function()
    if not has_integers then return end
    for _, text in ipairs { "7", "7.0", "70e-1", "-0.0" } do
      assert.equal("integer", math.type(core.decode(text)), text)
    end
  end)

  it("takes 2^53 as exact only where an integer holds it", function()
    local edge = core.decode "9007199254740992"
    assert.equal("9007199254740992", ("%s"):format(tostring(edge)))
    assert.equal("9007199254740993", tostring(core.decode "9007199254740993"))
  end)

  for _, text in ipairs {
    "",
    " ",
    "nul",
    "truee",
    "TRUE",
    "1-1",
    "00001",
    "-",
    "-01",
    "1.",
    ".5",
    "+1",
    "1.7.8e+-9",
    "1e",
    "1e+",
    "0x10",
    "NaN",
    "Infinity",
    "-inf",
    "1e400",
    "-1e999999999999999999999",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[",
    "]",
    "{",
    "{1:2}",
    "{a:1}",
    "{'a':1}",
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{"a" 1}',
    '{"a":1 "b":2}',
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '"',
    '"a',
    '"\\"',
    '"\\x"',
    '"\\u12"',
    '"\\u12G4"',
    '"\\ud800"',
    '"\\ude00"',
    '"\\ud83d\\u0041"',
    '"a\nb"',
    '"\0"',
    "[1]x",
    "[1]\0",
    "1 2",
    '{"\255":1}',
    '"\192\128"',
    '"\224\128\128"',
    '"\237\160\128"',
    '"\244\144\128\128"',
    '"\195"',
    '"\128"',
    ("["):rep(65) .. ("]"):rep(65),
    ("["):rep(100000),
    ('{"a":'):rep(100000),
  } do
    it("refuses " .. ("%q"):format(text:sub(1, 30)), function()
      local value, why = core.decode(text)
      assert.is_nil(value)
      assert.truthy(why:find "^not %u", why)
      assert.truthy(why:find "at byte %d", why)
      -- without a name twice, which needs a table to notice
      if not text:sub(1, 20):find "a.*:2" then
        assert.is_nil((core.examine(text)))
      end
    end)
  end

  it("names what is no JSON for another reason", function()
    local _, why = core.decode '{"name":"\230ble"}'
    assert.equal("not UTF-8 (Latin-1, perhaps; at byte 10)", why)
    _, why = core.decode "\31\139\8\0\0\0"
    assert.equal("compressed (gzip), which was not asked for", why)
  end)

  it("never shows a byte of the text", function()
    local _, why = core.decode '{"cookie":"secret",}'
    assert.is_nil(why:find "secret")
    assert.is_nil(why:find "cookie")
  end)

  it("lets any bytes stand in strings where it is asked to", function()
    local bytes = "\137PNG\r\n\26\n\0\255"
    assert.equal(bytes, core.decode('"' .. bytes .. '"', true))
  end)

  it("reads as deep as 64 tables", function()
    local value = core.decode(("["):rep(64) .. ("]"):rep(64))
    for _ = 1, 63 do
      value = value[1]
    end
    assert.same({}, value)
  end)
end)

describe("the core and lua-cjson", function()
  local seed = 7
  local function random(n)
    seed = (seed * 1103515245 + 12345) % 2147483648
    return math.floor(seed / 65536) % n + 1
  end

  local function one_of(list)
    return list[random(#list)]
  end

  local make

  local function number()
    local text = one_of { "", "-" } .. one_of { "0", "7", "12", "30500" }
    if random(3) == 1 then
      text = text .. "." .. one_of { "5", "25", "125" }
    end
    if random(4) == 1 then
      text = text
        .. one_of { "e", "E" }
        .. one_of { "", "+", "-" }
        .. random(9)
    end
    return text
  end

  local function text()
    local parts = {}
    for i = 1, random(5) - 1 do
      parts[i] = one_of {
        "a",
        "\\n",
        "\\u00e6",
        "é",
        "€",
        "\\ud83d\\ude00",
        " ",
        "\\\\",
        "01234567",
        "\\/",
        "\127",
      }
    end
    return '"' .. table.concat(parts) .. '"'
  end

  local function list(depth)
    local parts = {}
    for i = 1, random(4) - 1 do
      parts[i] = make(depth + 1)
    end
    return "[" .. table.concat(parts, one_of { ",", " , " }) .. "]"
  end

  local function object(depth)
    local parts = {}
    for i = 1, random(4) - 1 do
      parts[i] = ('"%s%d":%s'):format(
        one_of { "a", "\\u0062", "é" },
        i,
        make(depth + 1)
      )
    end
    return "{" .. table.concat(parts, ",\n") .. "}"
  end

  function make(depth)
    local kinds = {
      number,
      text,
      function()
        return one_of { "true", "false", "null" }
      end,
    }
    if depth < 4 then
      kinds[4], kinds[5], kinds[6] = list, object, object
    end
    return one_of(kinds)(depth)
  end

  -- A text with a byte more, less or another one.
  local function spoil(good)
    local at = random(#good)
    local byte = one_of { "", ",", '"', "}", "]", "1", ".", "-", "\\", " " }
    return good:sub(1, at - 1) .. byte .. good:sub(at + random(2) - 1)
  end

  local own = cjson.new()
  own.decode_invalid_numbers(false)

  local function theirs(given)
    local good, value = pcall(own.decode, given)
    if good then return true, core.clean(value) end
    return false
  end

  it("read 40 000 texts alike", function()
    for _ = 1, 40000 do
      local given = make(1)
      local value, why = core.decode(given)
      assert(why == nil, given)
      local good, other = theirs(given)
      assert(good, given)
      if not pcall(assert.same, other, value) then
        assert.same(other, value, given)
      end
    end
  end)

  it("refuse alike, where the core is not the stricter one", function()
    local refused = 0
    for _ = 1, 40000 do
      local given = spoil(make(1))
      local value, why = core.decode(given)
      local good, other = theirs(given)
      if not good then
        refused = refused + 1
        assert(why ~= nil, given)
      elseif why == nil and not pcall(assert.same, other, value) then
        assert.same(other, value, given)
      end
    end
    assert.is_true(refused > 10000)
  end)
end)

describe("free JSON", function()
  it("is read by lua-cjson as the core would", function()
    for _, text in ipairs {
      '{"a":[1,2.5,{"b":null}],"c":"x"}',
      "[1001,1002]",
      "123456789012345678",
      "0.12345678901234567",
      '\239\187\191{"a":1}',
      '["\\u0000"]',
    } do
      assert.same(core.decode(text), json.decode(text), text)
    end
  end)

  it("is no non-JSON that lua-cjson would take", function()
    for _, text in ipairs {
      "1-1",
      "[00001]",
      "[1.7.8e+-9]",
      "[0x10]",
      '["a\nb"]',
      '{"\255":1}',
      "[1e999]",
    } do
      local value, why = json.decode(text)
      assert.is_nil(value, text)
      assert.truthy(why, text)
    end
  end)
end)

describe("clean", function()
  it("raises for a table that holds itself, and lives on", function()
    local cycle = {}
    cycle.a = cycle
    assert.is_false((pcall(core.clean, cycle)))
    assert.same({ 1 }, core.clean { 1 })
  end)
end)
