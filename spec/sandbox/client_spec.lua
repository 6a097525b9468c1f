-- A client's bad days, the same over the sandbox in this process and over
-- real HTTPS: what the caller is told, and what the provider has booked.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"
local server = require "luapay.sandbox.server"

local function in_process()
  local provider = sandbox.infobip()
  return provider, { transport = provider:transport() }
end

local function over_https()
  local provider = assert(server.start())
  return provider,
    {
      base_url = provider.base_url,
      transport = luapay.transport.curl { ca_file = provider.ca_file },
    }
end

local CREDIT = {
  { "no fault", booked = 1 },
  {
    "lost answer",
    fault = "lost_answer",
    kind = "transport",
    outcome = "unknown",
    booked = 1,
  },
  {
    "closed before booking",
    fault = "closed",
    kind = "transport",
    outcome = "unknown",
    booked = 0,
  },
  {
    "answer cut in the middle",
    fault = "cut",
    kind = "transport",
    outcome = "unknown",
    booked = 1,
  },
  {
    "half a JSON",
    fault = "truncated",
    kind = "decode",
    outcome = "unknown",
    booked = 1,
  },
  {
    "garbage",
    fault = "garbage",
    kind = "decode",
    outcome = "unknown",
    booked = 1,
  },
  {
    "an empty answer",
    fault = "garbage",
    body = "",
    outcome = "unknown",
    booked = 1,
  },
  {
    "500 with HTML, booked",
    fault = "error",
    tell = true,
    outcome = "unknown",
    booked = 1,
  },
  {
    "500 with HTML, not booked",
    fault = "error",
    outcome = "unknown",
    booked = 0,
  },
  {
    "503",
    fault = "error",
    status = 503,
    outcome = "unknown",
    booked = 0,
  },
  {
    "too late, booked",
    fault = "delay",
    seconds = 2,
    kind = "timeout",
    outcome = "unknown",
    booked = 1,
  },
  { "late, but in time", fault = "delay", seconds = 0.1, booked = 1 },
  { "a session that is gone", fault = "session_expired", booked = 1 },
}

local REFUSED = {
  { "a stranger's account", { accountKey = "EUR-2" } },
  { "an unknown account", { accountKey = "nobody" } },
  { "no exchange rate", { currencycode = "GBP" } },
}

for name, open in pairs {
  ["in process"] = in_process,
  ["over HTTPS"] = over_https,
} do
  describe("luapay.infobip on the sandbox " .. name, function()
    local provider, infobip

    setup(function()
      local options
      provider, options = open()
      options.username, options.password = "reseller", "secret"
      options.timeout = 1
      infobip = luapay.infobip(options)
    end)

    teardown(function()
      infobip:transport():close()
      if provider.stop then provider:stop() end
    end)

    before_each(function()
      provider:reset()
    end)

    local function fund(changes)
      local args = {
        accountKey = "EUR-1",
        amount = "12.50",
        currencycode = "EUR",
        description = "Top-up",
      }
      for key, value in pairs(changes or {}) do
        args[key] = value
      end
      return infobip:add_funds(args)
    end

    for _, case in ipairs(CREDIT) do
      it("credits on a day with " .. case[1], function()
        assert(fund()) -- logs in: the reset has ended all sessions
        if case.fault then
          provider:inject {
            at = "add_funds",
            fault = case.fault,
            booked = case.tell,
            seconds = case.seconds,
            status = case.status,
            body = case.body,
          }
        end
        local credit, fault = fund()
        assert.equal(case.outcome, fault and fault.outcome, tostring(fault))
        if case.kind then assert.equal(case.kind, fault.kind) end
        assert.equal(case.outcome == nil, credit ~= nil)
        assert.equal(1 + case.booked, #provider:ledger())
        assert.is_true(provider:check())
        assert.is_nil(tostring(fault):find("sandbox-session", 1, true))
      end)
    end

    for _, case in ipairs(REFUSED) do
      it("is refused for " .. case[1] .. ", and it did not happen", function()
        local credit, fault = fund(case[2])
        assert.is_nil(credit)
        assert.equal("failed", fault.outcome)
        assert.same({}, provider:ledger())
      end)
    end

    it("does not roll back again what has no answer", function()
      local credit = assert(fund())
      provider:inject { at = "rollback_transaction", fault = "lost_answer" }
      local back, fault = infobip:rollback_transaction {
        transactionId = credit.transactionId,
        note = "no goods",
      }
      assert.is_nil(back)
      assert.equal("unknown", fault.outcome)
      assert.equal(2, #provider:ledger())
      assert.is_true(provider:check())
    end)

    it("credits in the currency that was said", function()
      assert(fund { accountKey = "DKK-1", amount = "20.00" })
      assert.equal("249.21", provider:balance("DKK-1"))
    end)
  end)
end

describe("luapay.infobip on the sandbox", function()
  it("keeps every digit of a long id, there and back", function()
    local provider = sandbox.infobip { first_id = "9223372036854775807" }
    local infobip = luapay.infobip {
      username = "reseller",
      password = "secret",
      transport = provider:transport(),
    }
    for _ = 1, 2 do
      local credit = assert(infobip:add_funds {
        accountKey = "EUR-1",
        amount = "1.00",
        description = "Top-up",
      })
      assert(infobip:rollback_transaction {
        transactionId = credit.transactionId,
        note = "no goods",
      })
    end
    assert.equal("100.00", provider:balance("EUR-1"))
    assert.is_true(provider:check())
  end)

  it("says the same in JSON", function()
    local provider = sandbox.infobip()
    local infobip = luapay.infobip {
      username = "reseller",
      password = "secret",
      transport = provider:transport(),
      body_format = "json",
    }
    local credit = assert(infobip:add_funds {
      accountKey = "DKK-1",
      amount = "20.00",
      currencycode = "EUR",
      description = "Top-up é",
    })
    assert.equal("149.21", provider:ledger()[1].booked)
    assert.equal("Top-up é", provider:ledger()[1].description)
    assert(infobip:rollback_transaction {
      transactionId = credit.transactionId,
      note = "no goods",
    })
    for _, request in ipairs(provider:requests()) do
      assert.same({}, request.ignored)
    end
  end)

  for _, options in ipairs {
    { login_shape = "flat" },
    { verified_as = "text" },
    { id_as = "text" },
    { currency_as = "object" },
  } do
    it(
      "understands " .. next(options) .. " " .. select(2, next(options)),
      function()
        local provider = sandbox.infobip(options)
        local infobip = luapay.infobip {
          username = "reseller",
          password = "secret",
          transport = provider:transport(),
        }
        local credit = assert(infobip:add_funds {
          accountKey = "EUR-1",
          amount = "1.00",
          description = "Top-up",
        })
        assert(infobip:rollback_transaction {
          transactionId = credit.transactionId,
          note = "no goods",
        })
      end
    )
  end

  for _, how in ipairs { "401", "unverified" } do
    it("is told of wrong credentials, once: " .. how, function()
      local provider = sandbox.infobip { bad_login = how }
      local infobip = luapay.infobip {
        username = "reseller",
        password = "wrong-password",
        transport = provider:transport(),
      }
      local credit, fault = infobip:add_funds {
        accountKey = "EUR-1",
        amount = "1.00",
        description = "Top-up",
      }
      assert.is_nil(credit)
      assert.equal("auth", fault.kind)
      assert.equal("failed", fault.outcome)
      assert.is_nil(tostring(fault):find("wrong-password", 1, true))
      assert.equal(1, #provider:requests())
    end)
  end

  for _, case in ipairs {
    { "refuse", "transport" },
    { "unreachable", "timeout" },
  } do
    it("knows that nothing left when: " .. case[1], function()
      local provider = sandbox.infobip()
      local infobip = luapay.infobip {
        username = "reseller",
        password = "secret",
        transport = provider:transport(),
      }
      provider:inject { at = "add_funds", fault = case[1] }
      local credit, fault = infobip:add_funds {
        accountKey = "EUR-1",
        amount = "1.00",
        description = "Top-up",
      }
      assert.is_nil(credit)
      assert.equal(case[2], fault.kind)
      assert.equal("failed", fault.outcome)
      assert.same({}, provider:ledger())
    end)
  end
end)
