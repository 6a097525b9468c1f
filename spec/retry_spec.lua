-- When to send again: a table of cases.

local retry = require "luapay.retry"

local policy = { retries = 2, base = 0.5, cap = 8 }

local function half()
  return 0.5
end

local function answer(status, after)
  return { status = status, headers = { ["retry-after"] = after } }
end

describe("retry.delay", function()
  for _, case in ipairs {
    { "what may do harm is never sent again", false, nil, 1, nil },
    { "nor after a 503", false, answer(503), 1, nil },
    { "a failed exchange is tried again", true, nil, 1, 0.25 },
    { "and again, with more patience", true, nil, 2, 0.5 },
    { "and then no more", true, nil, 3, nil },
    { "a 429 is tried again", true, answer(429), 1, 0.25 },
    { "a 502 is tried again", true, answer(502), 1, 0.25 },
    { "a 503 is tried again", true, answer(503), 2, 0.5 },
    { "a 500 is not", true, answer(500), 1, nil },
    { "a refusal is not", true, answer(401), 1, nil },
    { "a success is not", true, answer(200), 1, nil },
    { "the server's wish counts", true, answer(503, "7"), 1, 7 },
    { "also when it is now", true, answer(503, " 0 "), 1, 0 },
    {
      "also as a date",
      true,
      answer(503, "Fri, 31 Dec 1999 23:59:59 GMT"),
      1,
      9,
    },
    { "but not what is no number", true, answer(503, "soon"), 1, 0.25 },
  } do
    it(case[1], function()
      assert.equal(
        case[5],
        retry.delay(case[2], case[3], case[4], policy, half, 946684790)
      )
    end)
  end

  it("never waits longer than the cap", function()
    local patient = { retries = 50, base = 0.5, cap = 8 }
    assert.equal(4, retry.delay(true, nil, 40, patient, half))
  end)

  it("follows what a provider advises", function()
    local advised = {
      retries = 2,
      base = 1,
      cap = 1,
      fixed = true,
      again = { [500] = true },
    }
    assert.equal(1, retry.delay(true, answer(500), 1, advised, half))
    assert.equal(1, retry.delay(true, nil, 2, advised, half))
    assert.is_nil(retry.delay(true, answer(409), 1, advised, half))
    assert.is_nil(retry.delay(false, answer(500), 1, advised, half))
  end)
end)

describe("retry.after", function()
  local WALL = 784111777 -- Sun, 06 Nov 1994 08:49:37 GMT

  for text, seconds in pairs {
    ["0"] = 0,
    ["120"] = 120,
    [" 7\t"] = 7,
    ["007"] = 7,
    ["99999999999999999999"] = 1e9,
    ["Sun, 06 Nov 1994 08:49:37 GMT"] = 0,
    ["Sun, 06 Nov 1994 08:50:37 GMT"] = 60,
    ["Sunday, 06-Nov-2094 08:49:37 GMT"] = 36525 * 86400,
    ["Sunday, 06-Nov-94 08:49:37 GMT"] = 36525 * 86400,
    ["Sun Nov  6 08:49:47 1994"] = 10,
    ["Sun Nov 16 08:49:37 1994"] = 864000,
    ["Wed, 06 Nov 1974 08:49:37 GMT"] = 0,
    ["Wed, 01 Mar 2000 08:49:37 GMT"] = 1942 * 86400,
  } do
    it("understands " .. text, function()
      assert.equal(seconds, retry.after({ ["retry-after"] = text }, WALL))
    end)
  end

  for _, text in ipairs {
    "",
    "0x10",
    "-5",
    "+5",
    "1e3",
    "1.5",
    "5 5",
    "inf",
    "nan",
    "soon",
    "Sun, 06 Nov 1994 08:49:37 CET",
    "Sun, 06 Nob 1994 08:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "1994-11-06T08:49:37Z",
  } do
    it("does not understand '" .. text .. "'", function()
      assert.is_nil(retry.after({ ["retry-after"] = text }, WALL))
    end)
  end

  it("says nothing without the header", function()
    assert.is_nil(retry.after({}, WALL))
  end)

  it(
    "counts from the server's date, for its clock need not be ours",
    function()
      assert.equal(
        60,
        retry.after({
          date = "Sun, 06 Nov 1994 08:49:37 GMT",
          ["retry-after"] = "Sun, 06 Nov 1994 08:50:37 GMT",
        }, WALL + 3600)
      )
    end
  )
end)
