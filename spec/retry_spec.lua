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
      "a date is not understood",
      true,
      answer(503, "Fri, 31 Dec 1999 23:59:59 GMT"),
      1,
      0.25,
    },
  } do
    it(case[1], function()
      assert.equal(
        case[5],
        retry.delay(case[2], case[3], case[4], policy, half)
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
