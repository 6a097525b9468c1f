-- The readers below the sandbox of MobilePay Online.

local check = require "luapay.sandbox.online.check"
local date = require "luapay.sandbox.online.date"
local json = require "luapay.sandbox.json"

describe("a date of the sandbox", function()
  for text, seconds in pairs {
    ["1970-01-01T00:00:00Z"] = 0,
    ["2024-01-01T00:00:00Z"] = 1704067200,
    ["2024-01-01T01:00+01:00"] = 1704067200,
    ["2023-12-31T19:30:00.1234567-04:30"] = 1704067200,
    ["2024-02-29T00:00"] = 1709164800,
    ["2000-03-01T00:00:01Z"] = 951868801,
    ["1969-12-31T23:59:59Z"] = -1,
  } do
    it("is " .. text, function()
      assert.equal(seconds, date.read(text))
    end)
  end

  for _, text in ipairs {
    "2024-01-01",
    "2024-01-01T24:00Z",
    "2024-01-01T00:60Z",
    "2024-13-01T00:00Z",
    "2023-02-29T00:00Z",
    "1900-02-29T00:00Z",
    "2024-04-31T00:00Z",
    "2024-01-01T00:00:00z",
    "2024-01-01T00:00+1",
    "2024-01-01 00:00Z",
    "tomorrow",
  } do
    it("is not " .. text, function()
      assert.is_nil(date.read(text))
    end)
  end
end)

describe("a check of the sandbox", function()
  local UUID = "a0000000-0000-4000-8000-00000000000B"

  for _, case in ipairs {
    { "text", "ø", { min = 1, max = 1 }, "ø" },
    { "text", "øø", { max = 1 }, nil, "is out of bounds" },
    { "text", "", { required = true }, nil, "is required" },
    { "text", "", {}, nil, nil },
    { "text", json.null, { nullable = true }, nil, nil },
    { "text", json.null, {}, nil, "must be text" },
    { "uuid", UUID, {}, UUID:lower() },
    { "uuid", UUID .. "0", {}, nil, "must be a UUID" },
    { "url", "app://done", {}, "app://done" },
    { "url", "done", {}, nil, "must be a fully qualified URL" },
    { "https", "https://", {}, nil, "must be an https URL" },
    { "integer", json.number "12", {}, 12 },
    { "integer", json.number "1e2", {}, nil, "must be a whole number" },
    {
      "integer",
      json.number "9007199254740993",
      {},
      nil,
      "must be a whole number",
    },
    { "boolean", false, { required = true }, false },
    { "boolean", "false", {}, nil, "must be true or false" },
    { "texts", json.list { "DK" }, {}, json.list { "DK" } },
    { "texts", json.list { 1 }, {}, nil, "must be a list of texts" },
    { "texts", { DK = true }, {}, nil, "must be a list of texts" },
    { "cards", json.number "1", {}, nil, "must be a list" },
  } do
    it(
      ("finds %q %s"):format(tostring(case[2]), case[5] or "good")
        .. " as "
        .. case[1],
      function()
        case[3].kind = case[1]
        local value, why = check(case[2], case[3])
        assert.same(case[4], value)
        assert.equal(case[5], why)
      end
    )
  end
end)
