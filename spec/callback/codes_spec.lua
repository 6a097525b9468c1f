-- The tables of codes and states: complete, and true for the sandbox, too.

local codes = require "luapay.callback.codes"
local event = require "luapay.callback.event"
local states = require "luapay.callback.states"

local WHOSE = {
  nobody = true,
  user = true,
  merchant = true,
  provider = true,
  unknown = true,
}

-- As the provider documents them.
local DOCUMENTED = {
  mobilepay_subscriptions = {
    agreement = "0 40000 40001 40002 40003 40004",
    payment = "0 50000 50001 50002 50003 50004 50005 50006 50009 50010 "
      .. "50011 50012 70001 70003",
    one_off_payment = "0 50001 50008 50013 70001 70003",
    refund = "0 60001 60002 60003 60004 60005 60006 60007 60008",
  },
  mobilepay_online = { payment = "100", agreement = "" },
  mobip = { link = "" },
}

local function numbers_of(rows)
  local list = {}
  for number in pairs(rows) do
    if type(number) == "number" then list[#list + 1] = number end
  end
  table.sort(list)
  return table.concat(list, " ")
end

local function names_of(row)
  return type(row.status) == "table" and row.status or { row.status }
end

local function each(use)
  for api, kinds in pairs(DOCUMENTED) do
    for kind in pairs(kinds) do
      for code, row in pairs(codes[api][kind]) do
        use(api, kind, code, row)
      end
    end
  end
end

describe("the status codes of callbacks", function()
  it("are those that are documented", function()
    for api, kinds in pairs(DOCUMENTED) do
      for kind, list in pairs(kinds) do
        assert.equal(list, numbers_of(codes[api][kind]), kind)
      end
    end
  end)

  it("have a text, and say whose doing it is", function()
    each(function(_, kind, code, row)
      assert.truthy(row.text:find "^%u.*%.$", kind .. " " .. code)
      assert.is_true(WHOSE[row.whose], kind .. " " .. code)
    end)
  end)

  it("are final exactly where their status is", function()
    each(function(api, kind, code, row)
      for _, name in ipairs(names_of(row)) do
        local status, about = states.read(api, kind, name)
        assert.equal(name, status)
        assert.equal(about.final, row.final, kind .. " " .. code)
      end
    end)
  end)

  it("are found, each with its status", function()
    each(function(api, kind, code, row)
      for _, name in ipairs(names_of(row)) do
        local made = event.new(api, kind, {
          object = "x",
          status = name,
          code = type(code) == "number" and code or nil,
        }, {})
        assert.equal(row.text, made.text)
        assert.equal(row.final, made.final)
        assert.is_true(WHOSE[made.whose])
      end
    end)
  end)

  for _, case in ipairs {
    { 0, 0 },
    { "0", 0 },
    { "50001", 50001 },
    { 50001, 50001 },
    { "050001", 50001 },
    { "5e4", nil },
    { "0x10", nil },
    { " 1", nil },
    { "", nil },
    { "-1", nil },
    { 0.5, nil },
    { 1 / 0, nil },
    { 0 / 0, nil },
    { true, nil },
    { {}, nil },
    { ("9"):rep(30), nil },
  } do
    it(("are read from %s"):format(tostring(case[1])), function()
      assert.equal(case[2], codes.number(case[1]))
    end)
  end

  it("stand in doc/callbacks.md, each in a row of its table", function()
    local file = assert(io.open("doc/callbacks.md", "rb"))
    local page = file:read "*a"
    file:close()
    each(function(_, kind, code, row)
      local line = ("\n| %s | %s | %s | %s | %s |\n"):format(
        code,
        table.concat(names_of(row), ", "),
        row.text,
        row.final and "yes" or "no",
        row.whose
      )
      assert.truthy(page:find(line, 1, true), kind .. ":" .. line)
    end)
  end)
end)

describe("the states of callbacks", function()
  it("have ranks that the stores know", function()
    for api in pairs(DOCUMENTED) do
      for kind, list in pairs(states[api]) do
        for name, about in pairs(list) do
          local where = kind .. " " .. name
          assert.truthy(about.rank >= 1 and about.rank <= states.TOP, where)
          assert.is_boolean(about.final, where)
        end
      end
    end
  end)

  it("end with the final ones", function()
    for _, list in pairs(states.mobilepay_subscriptions) do
      local last = 0
      for _, about in pairs(list) do
        if not about.final then last = math.max(last, about.rank) end
      end
      for name, about in pairs(list) do
        assert.equal(about.final, about.rank > last, name)
      end
    end
  end)
end)
