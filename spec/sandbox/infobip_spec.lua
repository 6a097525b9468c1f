local sandbox = require "luapay.sandbox"
local helper = require "spec.sandbox.helper"
local json = require "luapay.sandbox.json"

local send, credit = helper.send, helper.credit

describe("sandbox.infobip", function()
  local provider, token

  before_each(function()
    provider = sandbox.infobip()
    token = helper.login(provider)
  end)

  local function fund(changes, call)
    call = call or {}
    call[1], call.token = "add_funds", call.token or token
    call.body = call.body or credit(changes)
    return send(provider, call)
  end

  local function roll_back(id, call)
    call = call or {}
    call[1], call.token = "rollback_transaction", call.token or token
    call.body = call.body or { transactionId = id, note = "no goods" }
    return send(provider, call)
  end

  local function reason(answer)
    return answer.requestError.serviceException
  end

  it("credits an account and keeps books", function()
    local status, answer = fund()
    assert.equal(200, status)
    assert.equal(1000001, answer.transactionId)
    assert.same({
      {
        number = 1,
        kind = "credit",
        transactionId = "1000001",
        reseller = "reseller",
        account = "EUR-1",
        amount = "12.50",
        currency = "EUR",
        booked = "12.50",
        booked_currency = "EUR",
        description = "card payment",
        time = provider.clock:now(),
      },
    }, provider:ledger())
    assert.equal("112.50", provider:balance("EUR-1"))
    assert.is_true(provider:check())
  end)

  it("rolls a transaction back, exactly", function()
    fund { ammount = "12.5", currencycode = "USD" }
    local status, answer = roll_back("1000001")
    assert.equal(200, status)
    assert.same({ ammount = 12.5, currency = "USD" }, answer)
    local booking = provider:ledger()[2]
    assert.equal("rollback", booking.kind)
    assert.equal("1000001", booking.reverses)
    assert.equal("-11.52", booking.booked)
    assert.equal("no goods", booking.note)
    assert.equal("100.00", provider:balance("EUR-1"))
    assert.is_true(provider:check())
  end)

  for _, case in ipairs {
    { "EUR-1", "12.50", nil, "12.50" },
    { "EUR-1", "-12.50", "EUR", "-12.50" },
    { "EUR-1", "0", "EUR", "0.00" },
    { "DKK-1", "12.50", "EUR", "93.26" }, -- 93.2550: the tie goes to even
    { "DKK-1", "0.01", "USD", "0.07" },
    { "EUR-1", "12.500", "EUR", "12.50" },
    { "JPY-1", "1500", nil, "1500" },
    { "USD-1", "90071992547409.93", "EUR", "97728111913939.77" },
  } do
    local key, amount, code, booked = (table.unpack or unpack)(case, 1, 4)
    it(
      ("books %s %s on %s as %s"):format(amount, code or "-", key, booked),
      function()
        assert.equal(200, (fund {
          accountKey = key,
          ammount = amount,
          currencycode = code,
        }))
        assert.equal(booked, provider:ledger()[1].booked)
        assert.is_true(provider:check())
      end
    )
  end

  it("adds up a thousand cents to the cent", function()
    for _ = 1, 1000 do
      fund { ammount = "0.01" }
    end
    assert.equal("110.00", provider:balance("EUR-1"))
    assert.is_true(provider:check())
  end)

  for _, case in ipairs {
    { "an account of another reseller", 401, { accountKey = "EUR-2" } },
    { "an account that does not exist", 401, { accountKey = "EUR-9" } },
    { "a pair without a rate", 404, { currencycode = "GBP" } },
    { "a currency that does not exist", 400, { currencycode = "XXQ" } },
    { "a currency in lower case", 400, { currencycode = "eur" } },
    { "an empty currency", 400, { currencycode = "" } },
    { "an exponent", 400, { ammount = "1e3" } },
    { "a comma", 400, { ammount = "12,50" } },
    { "a word for a number", 400, { ammount = "ten" } },
    { "more decimals than the currency has", 400, { ammount = "12.345" } },
    {
      "a fraction of a yen",
      400,
      { accountKey = "JPY-1", ammount = "1.5" },
    },
    { "no account", 400, { accountKey = false } },
    { "no amount", 400, { ammount = false } },
    { "the right spelling", 400, { ammount = false, amount = "12.50" } },
    { "no description", 400, { description = false } },
    { "an empty description", 400, { description = "" } },
    { "a control character", 400, { description = "a\0b" } },
  } do
    it("refuses " .. case[1] .. ", and books nothing", function()
      local status, answer = fund(case[3])
      assert.equal(case[2], status)
      assert.is_string(reason(answer).messageId)
      assert.is_string(reason(answer).text)
      assert.is_table(reason(answer).variables)
      assert.same({}, provider:ledger())
    end)
  end

  it("ignores a wrongly cased currency, and books the account's", function()
    assert.equal(200, (fund { currencyCode = "USD" }))
    assert.equal("EUR", provider:ledger()[1].currency)
    assert.same({ "currencyCode" }, provider:requests()[2].ignored)
  end)

  describe("reading a body", function()
    local JSON = "application/json; charset=utf-8"

    it("takes JSON, where the currency is spelt currencyCode", function()
      local status = fund(nil, {
        content_type = JSON,
        body = [[{
        "accountKey": "EUR-1", "ammount": 90071992547409.93,
        "currencyCode": "USD", "description": "x" }]],
      })
      assert.equal(200, status)
      assert.equal("90071992547409.93", provider:ledger()[1].amount)
      assert.equal("USD", provider:ledger()[1].currency)
    end)

    it("takes null for absent, and ignores currencycode there", function()
      fund(nil, {
        content_type = JSON,
        body = [[{ "accountKey": "EUR-1",
        "ammount": "5", "currencyCode": null, "currencycode": "USD",
        "description": "x" }]],
      })
      assert.equal("EUR", provider:ledger()[1].currency)
    end)

    for _, case in ipairs {
      { "no content type", 415, "", "a=b" },
      { "another content type", 415, "text/plain", "a=b" },
      {
        "another charset",
        415,
        "application/x-www-form-urlencoded; charset=latin1",
        "a=b",
      },
      { "half a JSON", 400, JSON, '{"accountKey": "EUR' },
      { "a JSON list", 400, JSON, "[]" },
      { "a JSON number", 400, JSON, "1" },
      {
        "a repeated JSON name",
        400,
        JSON,
        '{"accountKey":"EUR-1","accountKey":"USD-1"}',
      },
      {
        "a JSON exponent",
        400,
        JSON,
        '{"accountKey":"EUR-1","ammount":1e1,"description":"x"}',
      },
      {
        "a JSON boolean",
        400,
        JSON,
        '{"accountKey":"EUR-1","ammount":true,"description":"x"}',
      },
      {
        "a JSON number for a text",
        400,
        JSON,
        '{"accountKey":"EUR-1","ammount":1,"description":7}',
      },
      {
        "a repeated parameter",
        400,
        nil,
        "accountKey=EUR-1&ammount=1&ammount=2&description=x",
      },
      {
        "a broken escape",
        400,
        nil,
        "accountKey=EUR-1&ammount=1&description=100%",
      },
      {
        "what is not UTF-8",
        400,
        nil,
        "accountKey=EUR-1&ammount=1&description=%E9t%E9",
      },
      {
        "an overlong UTF-8",
        400,
        nil,
        "accountKey=EUR-1&ammount=1&description=%C0%AF",
      },
      {
        "a name without a value",
        400,
        nil,
        "accountKey=EUR-1&ammount=1&description",
      },
      { "no body", 400, nil, "" },
    } do
      it("refuses " .. case[1], function()
        local status = fund(nil, { content_type = case[3], body = case[4] })
        assert.equal(case[2], status)
        assert.same({}, provider:ledger())
      end)
    end

    it("reads no parameter from the address", function()
      local status = fund(
        nil,
        { body = "ammount=1&description=x", query = "?accountKey=EUR-1" }
      )
      assert.equal(400, status)
    end)

    it("reads plus signs, escapes and UTF-8", function()
      fund(nil, {
        body = "accountKey=EUR-1&ammount=1"
          .. "&description=caf%C3%a9+%2b+th%c3%A9",
      })
      assert.equal("café + thé", provider:ledger()[1].description)
    end)
  end)

  describe("login", function()
    local function login(options, username, password)
      return send(sandbox.infobip(options), {
        "login",
        body = {
          username = username or "reseller",
          password = password or "secret",
        },
      })
    end

    it("answers nested", function()
      local status, answer = login()
      assert.equal(200, status)
      assert.same({
        login = {
          verified = true,
          ibAuthCookie = "sandbox-session-000001",
        },
      }, answer)
    end)

    it("answers flat, and with text, when told to", function()
      local _, answer = login { login_shape = "flat", verified_as = "text" }
      assert.equal("true", answer.verified)
      assert.is_string(answer.ibAuthCookie)
    end)

    it("lets in who is not verified, and says so", function()
      local _, answer = login {
        resellers = { reseller = { password = "secret", verified = false } },
      }
      assert.is_false(answer.login.verified)
      assert.is_string(answer.login.ibAuthCookie)
    end)

    it("refuses a wrong password and a stranger alike", function()
      local status, answer = login(nil, "reseller", "wrong")
      assert.equal(401, status)
      assert.same({ status, answer }, { login(nil, "nobody", "secret") })
      assert.equal("UNAUTHORIZED", reason(answer).messageId)
    end)

    it("refuses with 200 when told to", function()
      local status, answer =
        login({ bad_login = "unverified" }, "reseller", "wrong")
      assert.equal(200, status)
      assert.same({ login = { verified = false } }, answer)
    end)

    it("wants both parameters", function()
      assert.equal(
        400,
        (send(provider, { "login", body = "username=reseller" }))
      )
    end)
  end)

  describe("session", function()
    for _, authorization in ipairs {
      "IBSSO wrong",
      "IBBSO %s",
      "ibsso %s",
      "IBSSO  %s",
      "%s",
      "Basic %s",
      "IBSSO %s ",
      "IBSSO",
    } do
      it(("is not known by %q"):format(authorization), function()
        local status, answer =
          fund(nil, { authorization = (authorization:gsub("%%s", token)) })
        assert.equal(403, status)
        assert.equal("SVC0003", reason(answer).messageId)
      end)
    end

    it("ends after an hour of idleness, not before", function()
      provider:advance(3599)
      assert.equal(200, (fund()))
      provider:advance(3599)
      assert.equal(200, (fund()))
      provider:advance(3600)
      assert.equal(403, (fund()))
      assert.equal(403, (roll_back("1000001")))
      token = helper.login(provider)
      assert.equal(200, (fund()))
    end)

    it("is asked for before the arguments", function()
      assert.equal(403, (fund({ ammount = "x" }, { token = "none" })))
    end)
  end)

  describe("rollback", function()
    it("does not find what is not there", function()
      for _, id in ipairs { "7", "01000001", "x" } do
        assert.equal(404, (roll_back(id)))
      end
    end)

    it("does not find what was rolled back already", function()
      fund()
      roll_back("1000001")
      assert.equal(404, (roll_back("1000001")))
      assert.equal(404, (roll_back("1000002")))
      assert.equal("100.00", provider:balance("EUR-1"))
    end)

    it("reverses twice when told to, which the check finds", function()
      provider = sandbox.infobip { rollback_twice = "reverse" }
      token = helper.login(provider)
      fund()
      roll_back("1000001")
      assert.equal(200, (roll_back("1000001")))
      assert.equal("87.50", provider:balance("EUR-1"))
      local ok, broken = provider:check()
      assert.is_nil(ok)
      assert.same({ "transaction 1000001 is reversed twice" }, broken)
    end)

    it("is not for a stranger's transaction", function()
      fund()
      local other = helper.login(provider, "other")
      assert.equal(403, (roll_back("1000001", { token = other })))
    end)

    it("is not for a reseller without the right", function()
      provider = sandbox.infobip {
        resellers = {
          reseller = { password = "secret", may_rollback = false },
        },
      }
      token = helper.login(provider)
      fund()
      assert.equal(401, (roll_back("1000001")))
    end)

    it("wants a note", function()
      fund()
      assert.equal(
        400,
        (roll_back(nil, { body = { transactionId = "1000001" } }))
      )
    end)

    it("answers with a currency object when told to", function()
      provider = sandbox.infobip { currency_as = "object" }
      token = helper.login(provider)
      fund()
      local _, answer = roll_back("1000001")
      assert.equal("EUR", answer.currency.symbol)
    end)
  end)

  it("keeps every digit of a long id", function()
    provider = sandbox.infobip { first_id = "9223372036854775807" }
    token = helper.login(provider)
    local request =
      helper.request { "add_funds", token = token, body = credit() }
    assert.equal(
      '{"transactionId":9223372036854775807}',
      provider:handle(request).body
    )
    assert.equal(
      '{"transactionId":9223372036854775808}',
      provider:handle(request).body
    )
    assert.equal(200, (roll_back("9223372036854775808")))
  end)

  it("writes ids as text when told to", function()
    provider = sandbox.infobip { id_as = "text" }
    token = helper.login(provider)
    local _, answer = fund()
    assert.equal("1000001", answer.transactionId)
  end)

  it("rounds what is too precise when told to", function()
    provider = sandbox.infobip { too_precise = "round" }
    token = helper.login(provider)
    fund { ammount = "12.345" }
    assert.equal("12.34", provider:ledger()[1].booked)
  end)

  it("knows its paths and their method", function()
    assert.equal(404, (send(provider, { "/2/customerProfile/login" })))
    assert.equal(404, (send(provider, { "/1/customerprofile/login" })))
    local request = helper.request { "login", method = "GET" }
    local response = provider:handle(request)
    assert.equal(405, response.status)
    assert.equal("POST", response.headers.allow)
  end)

  it("logs requests without secrets", function()
    fund(nil, { query = "?password=secret" })
    send(provider, { "login", content_type = "text/plain", body = "secret" })
    local text = json.encode(provider:requests())
    assert.is_nil(text:find("secret", 1, true))
    assert.is_nil(text:find(token, 1, true))
    assert.equal("IBSSO ***", provider:requests()[2].headers.authorization)
    assert.equal("reseller", provider:requests()[1].args.username)
    assert.equal(200, provider:requests()[2].status)
  end)

  it("gives accounts of one's own to a reseller for all", function()
    provider = sandbox.infobip { accounts = { mine = { currency = "KWD" } } }
    token = helper.login(provider)
    assert.equal(200, (fund { accountKey = "mine", ammount = "1.005" }))
    assert.equal("1.005", provider:balance("mine"))
  end)

  it("raises for an option that it does not have", function()
    assert.has_error(function()
      sandbox.infobip { acounts = {} }
    end, 'sandbox: no such option: "acounts"')
  end)

  it("is as new after a reset", function()
    fund()
    provider:reset()
    assert.same({}, provider:ledger())
    assert.same({}, provider:requests())
    assert.equal("100.00", provider:balance("EUR-1"))
    assert.not_equal(token, helper.login(provider))
    assert.equal(403, (fund()))
  end)

  it("shares a clock with others", function()
    local clock = sandbox.clock()
    local one, two =
      sandbox.infobip { clock = clock }, sandbox.infobip { clock = clock }
    one:transport():sleep(5)
    assert.equal(clock:now(), two:transport():now())
    assert.equal(1704067205, clock:now())
  end)
end)
