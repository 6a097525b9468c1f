-- Where Infobip's document leads astray: what luapay does, each under the
-- id that it has in doc/traps.md.

local helper = require "spec.traps.helper"
local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local interpret, prepare, with = helper.interpret, helper.prepare, helper.with

local LOGIN = "infobip.login"
local FUNDS = "infobip.add_funds"
local ROLLBACK = "infobip.rollback_transaction"

local CREDIT = {
  accountKey = "DKK-1",
  amount = "20.00",
  currencycode = "EUR",
  description = "Order 17",
}

local function client(transport, options)
  return luapay.infobip(with({
    username = "reseller",
    password = "secret",
    transport = transport,
  }, options))
end

local function open(options, client_options)
  local provider = sandbox.infobip(options)
  return provider, client(provider:transport(), client_options)
end

-- How often an endpoint was asked.
local function asked(provider, endpoint)
  local count = 0
  for _, request in ipairs(provider:requests()) do
    if request.endpoint == endpoint then count = count + 1 end
  end
  return count
end

local SESSION = '{"login":{"verified":true,"ibAuthCookie":"c0okie+/="}}'
local BOOKED = '{"transactionId":7}'

describe("Infobip:", function()
  it("I-1: signs with IBSSO, one space and the bare cookie", function()
    local transport, log = helper.scripted { SESSION, BOOKED }
    assert(client(transport):add_funds(CREDIT))
    assert.is_nil(log[1].headers.authorization)
    assert.equal("IBSSO c0okie+/=", log[2].headers.authorization)
  end)

  it("I-2: sends ammount, takes amount too, never both", function()
    for _, name in ipairs { "amount", "ammount" } do
      local args = with(CREDIT, { amount = false })
      args[name] = "5"
      local body = assert(prepare(FUNDS, args)).body
      assert.equal("5", body:match "[?&]ammount=([^&]*)")
      assert.is_nil(body:find("&amount=", 1, true))
    end
    assert.equal(
      "ammount",
      helper.refused(FUNDS, with(CREDIT, { ammount = "5" }))
    )
  end)

  it("I-2: gives what was rolled back under both names", function()
    for _, name in ipairs { "amount", "ammount" } do
      local back = assert(interpret(ROLLBACK, 200, { [name] = "12.50" }))
      assert.same({ "12.50", "12.50" }, { back.amount, back.ammount })
    end
  end)

  for format, content_type in pairs {
    form = "application/x-www-form-urlencoded; charset=utf-8",
    json = "application/json",
  } do
    it("I-3: sends all calls as a " .. format .. " when asked to", function()
      local transport, log = helper.scripted { SESSION, BOOKED, "{}" }
      local infobip = client(transport, { body_format = format })
      assert(infobip:add_funds(CREDIT))
      assert(infobip:rollback_transaction { transactionId = 7, note = "n" })
      for _, sent in ipairs(log) do
        assert.equal(content_type, sent.headers["content-type"])
      end
      assert.equal(3, #log)
    end)
  end

  it("I-3: sends a form when nothing is said", function()
    local shown = assert(client():add_funds(CREDIT, { dry_run = true }))
    assert.truthy(shown.body:find("^accountKey=DKK%-1&ammount=20.00&"))
  end)

  for _, case in ipairs {
    { "currencycode in a form", nil, "&currencycode=EUR&" },
    { "currencyCode in JSON", { json = true }, ',"currencyCode":"EUR",' },
    {
      "another name in a form when told to",
      { rename = { currencycode = "currencyCode" } },
      "&currencyCode=EUR&",
    },
  } do
    it("I-4: sends " .. case[1], function()
      local body = assert(prepare(FUNDS, CREDIT, case[2])).body
      assert.truthy(body:find(case[3], 1, true))
    end)
  end

  it("I-4: has the value booked in the currency that was said", function()
    for _, format in ipairs { "form", "json" } do
      local provider, infobip = open(nil, { body_format = format })
      assert(infobip:add_funds(CREDIT))
      assert.equal("249.21", provider:balance "DKK-1")
    end
  end)

  it("I-4: takes the form's name of the currency as an option", function()
    local infobip = client(nil, { currency_name = "currencyCode" })
    local shown = assert(infobip:add_funds(CREDIT, { dry_run = true }))
    assert.truthy(shown.body:find("&currencyCode=EUR&", 1, true))
  end)

  it("I-5: reads 401 of a credit as a lack of rights", function()
    local provider, infobip = open()
    local _, fault = infobip:add_funds(with(CREDIT, { accountKey = "EUR-2" }))
    assert.same({ "permission", 401 }, { fault.kind, fault.status })
    assert.equal(1, asked(provider, "login"))
  end)

  it("I-5: reads 403 of a credit as the end of the session", function()
    local provider, infobip = open()
    assert(infobip:add_funds(CREDIT))
    provider:inject { at = "add_funds", fault = "session_expired" }
    assert(infobip:add_funds(CREDIT))
    assert.equal(2, asked(provider, "login"))
    local _, fault = interpret(FUNDS, 403, "")
    assert.equal("auth", fault.kind)
  end)

  it("I-6: reads 403 of a rollback as a lack of rights", function()
    local provider, infobip = open()
    local id = assert(infobip:add_funds(CREDIT)).transactionId
    provider:inject {
      at = "rollback_transaction",
      fault = "error",
      status = 403,
      body = "",
    }
    local _, fault =
      infobip:rollback_transaction { transactionId = id, note = "n" }
    assert.same({ "permission", "failed" }, { fault.kind, fault.outcome })
    assert.equal(1, asked(provider, "login"))
    assert.equal(1, asked(provider, "rollback_transaction"))
  end)

  for _, text in ipairs { "Transaction not found", "No exchange rate" } do
    it("I-7: calls 404 not_found and quotes: " .. text, function()
      local _, fault = interpret(FUNDS, 404, {
        requestError = {
          serviceException = { messageId = "SVC0001", text = text },
        },
      })
      assert.same(
        { "not_found", "SVC0001", text },
        { fault.kind, fault.code, fault.message }
      )
    end)
  end

  for _, case in ipairs {
    { FUNDS, 418, "refused", "failed" },
    { FUNDS, 422, "refused", "failed" },
    { FUNDS, 500, "server", "unknown" },
    { ROLLBACK, 400, "refused", "failed" },
    { ROLLBACK, 503, "server", "unknown" },
    { LOGIN, 400, "auth", "failed" },
    { LOGIN, 418, "refused", "failed" },
    { LOGIN, 500, "server", "failed" },
  } do
    it(("I-8: makes a fault of %s's %d"):format(case[1], case[2]), function()
      local _, fault = interpret(case[1], case[2], "<html>")
      assert.same({ case[3], case[4], case[2] }, {
        fault.kind,
        fault.outcome,
        fault.status,
      })
    end)
  end

  for _, shape in ipairs { "nested", "flat" } do
    it("I-9: reads a login that is " .. shape, function()
      local _, infobip = open { login_shape = shape }
      assert(infobip:add_funds(CREDIT))
    end)
  end

  for _, answer in ipairs {
    '{"login":{"verified":true}}',
    '{"login":{"verified":true,"ibAuthCookie":""}}',
    '{"verified":true,"ibAuthCookie":null}',
  } do
    it("I-9: takes no cookie for no login: " .. answer, function()
      local transport, log = helper.scripted { answer }
      local _, fault = client(transport):add_funds(CREDIT)
      assert.same({ "auth", "failed" }, { fault.kind, fault.outcome })
      assert.equal(1, #log)
    end)
  end

  for text, verified in pairs {
    ["true"] = true,
    ['"true"'] = true,
    ['"True"'] = true,
    ["false"] = false,
    ['"false"'] = false,
  } do
    it("I-10: reads verified = " .. text .. ", asks a cookie only", function()
      local answer = ('{"login":{"verified":%s,"ibAuthCookie":"c"}}'):format(
        text
      )
      assert.equal(verified, interpret(LOGIN, 200, answer).verified)
      assert(client(helper.scripted { answer, BOOKED }):add_funds(CREDIT))
      local strict =
        client(helper.scripted { answer, BOOKED }, { strict_verified = true })
      local credit, fault = strict:add_funds(CREDIT)
      assert.equal(verified, credit ~= nil)
      assert.equal(not verified and "auth" or nil, fault and fault.kind)
    end)
  end

  for _, case in ipairs {
    { "-12.50", "-12.50" },
    { "0.050", "0.050" },
    { 1e15, "1000000000000000" },
    { -0.25, "-0.25" },
    { 1234567.5, "1234567.5" },
  } do
    it("I-11: writes plain decimals: " .. case[2], function()
      local args = with(CREDIT, { amount = case[1], currencycode = false })
      local body = assert(prepare(FUNDS, args)).body
      assert.truthy(body:find("&ammount=" .. case[2] .. "&", 1, true))
    end)
  end

  for _, amount in ipairs { "1e3", "1,50", "+1", 0 / 0, 1 / 0, -1 / 0 } do
    it("I-11: refuses what is no plain decimal: " .. amount, function()
      assert.equal(
        "amount",
        helper.refused(FUNDS, with(CREDIT, { amount = amount }))
      )
    end)
  end

  for _, how in ipairs { "number", "text" } do
    it("I-12: hands an id back as it came, as " .. how, function()
      local provider, infobip =
        open { id_as = how, first_id = "9223372036854775807" }
      local id = assert(infobip:add_funds(CREDIT)).transactionId
      assert.equal("9223372036854775807", tostring(id))
      assert(infobip:rollback_transaction { transactionId = id, note = "n" })
      assert.equal("100.00", provider:balance "DKK-1")
    end)
  end

  it("I-12: refuses an id that is true, or a fraction", function()
    for _, id in ipairs { true, 1.5, {} } do
      local args = { transactionId = id, note = "n" }
      assert.equal("transactionId", helper.refused(ROLLBACK, args))
    end
  end)

  it("I-13: asks for the note of a rollback", function()
    local args = { transactionId = 7 }
    assert.equal("note", helper.refused(ROLLBACK, args))
    args.note = "no goods"
    local body = assert(prepare(ROLLBACK, args)).body
    assert.equal("transactionId=7&note=no%20goods", body)
  end)

  it("I-14: asks for a user name and a password", function()
    for _, name in ipairs { "username", "password" } do
      for _, nothing in ipairs { false, "" } do
        local given = { [name] = nothing }
        local both = with({ username = "u", password = "p" }, given)
        assert.equal(name, helper.refused(LOGIN, both))
        local good, message = pcall(client, nil, given)
        assert.is_false(good)
        assert.truthy(message:find(name .. ":", 1, true))
      end
    end
  end)

  for _, day in ipairs {
    { fault = "lost_answer" },
    { fault = "closed" },
    { fault = "error", status = 500 },
    { fault = "delay", seconds = 99 },
  } do
    it("I-15: sends once, and does not know: " .. day.fault, function()
      local provider, infobip = open(nil, { retries = 5 })
      local id = assert(infobip:add_funds(CREDIT)).transactionId
      for endpoint, args in pairs {
        add_funds = CREDIT,
        rollback_transaction = { transactionId = id, note = "n" },
      } do
        local before = asked(provider, endpoint)
        provider:inject(with(day, { at = endpoint }))
        local result, fault = infobip[endpoint](infobip, args)
        assert.is_nil(result)
        assert.equal("unknown", fault.outcome)
        assert.equal(before + 1, asked(provider, endpoint))
      end
    end)
  end

  it("I-15: goes once more after a login, and not twice", function()
    local provider, infobip = open()
    assert(infobip:add_funds(CREDIT))
    provider:inject {
      at = "add_funds",
      fault = "session_expired",
      times = 9,
    }
    local _, fault = infobip:add_funds(CREDIT)
    assert.same({ "auth", "failed" }, { fault.kind, fault.outcome })
    assert.equal(3, asked(provider, "add_funds"))
    assert.equal(1, #provider:ledger())
  end)

  it("I-16: refuses an empty description and an empty note", function()
    for _, nothing in ipairs { false, "" } do
      assert.equal(
        "description",
        helper.refused(FUNDS, with(CREDIT, { description = nothing }))
      )
      local args = with({ transactionId = 7 }, { note = nothing })
      assert.equal("note", helper.refused(ROLLBACK, args))
    end
  end)

  it("I-18: passes an accountKey on as it is, and knows no ChID", function()
    local args = with(CREDIT, { accountKey = "8f0792F8 6035" })
    local body = assert(prepare(FUNDS, args)).body
    assert.truthy(body:find("accountKey=8f0792F8%206035&", 1, true))
    args = with(CREDIT, { ChID = "17" })
    assert.equal("ChID", helper.refused(FUNDS, args))
  end)

  it("I-19: checks the shape of a currency, not its existence", function()
    for given, sent in pairs { eur = "EUR", ZZZ = "ZZZ" } do
      local args = with(CREDIT, { currencycode = given })
      local body = assert(prepare(FUNDS, args)).body
      assert.equal(sent, body:match "currencycode=(%w+)")
    end
    for _, bad in ipairs { "EURO", "EU", "978", "" } do
      assert.equal(
        "currencycode",
        helper.refused(FUNDS, with(CREDIT, { currencycode = bad }))
      )
    end
  end)

  it("I-20: shows no password and no session", function()
    local seen = {}
    local function see(what)
      for key, value in pairs(what) do
        seen[#seen + 1] = tostring(key) .. "=" .. tostring(value)
      end
      seen[#seen + 1] = tostring(what)
    end
    local provider, infobip = open(nil, {
      on_request = see,
      on_response = see,
      on_fault = see,
    })
    assert(infobip:add_funds(CREDIT))
    provider:inject { at = "add_funds", fault = "error", status = 500 }
    infobip:add_funds(CREDIT)
    see(assert(infobip:login({
      username = "reseller",
      password = "secret",
    }, { dry_run = true })))
    see { infobip }
    local text = table.concat(seen, "\n")
    assert.truthy(text:find("username=reseller", 1, true))
    assert.is_nil(text:find("password=secret", 1, true))
    assert.is_nil(text:find("sandbox-session", 1, true))
    assert.is_nil(text:find("IBSSO", 1, true))
  end)
end)
