-- How a client of MobilePay Online says who it is, and where it calls.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"
local helper = require "spec.online.helper"

local ID, SECRET = "x-ibm-client-id", "x-ibm-client-secret"

describe("luapay.mobilepay_online", function()
  local log

  -- A client whose requests are kept and refused.
  local function new(options)
    log = {}
    local all = {
      client_id = "me",
      client_secret = "hidden",
      retries = 0,
      transport = function(request)
        log[#log + 1] = request
        return { status = 409, headers = {}, body = "" }
      end,
    }
    for name, value in pairs(options or {}) do
      all[name] = value or nil
    end
    return luapay.mobilepay_online(all)
  end

  it("signs with two headers", function()
    new():get_payment { paymentId = helper.NOBODY }
    assert.equal("me", log[1].headers[ID])
    assert.equal("hidden", log[1].headers[SECRET])
  end)

  it("signs what the caller has made itself", function()
    new():request { method = "GET", path = "/api/v9/new" }
    assert.equal("me", log[1].headers[ID])
    assert.equal("hidden", log[1].headers[SECRET])
  end)

  it("signs neither a new caller's nor a test user's calls", function()
    local online = new { environment = "sandbox" }
    online:create_credentials()
    online:simulate_user {
      paymentId = helper.NOBODY,
      phoneNumber = "+4512345678",
    }
    assert.equal(2, #log)
    for _, request in ipairs(log) do
      assert.is_nil(request.headers[ID])
      assert.is_nil(request.headers[SECRET])
    end
  end)

  it("does nothing else without credentials", function()
    local online = new { client_id = false, client_secret = false }
    local _, fault = online:list_merchants()
    assert.equal("failed", fault.outcome)
    _, fault = online:request { method = "GET", path = "/api/v9/new" }
    assert.same({ "auth", "failed" }, { fault.kind, fault.outcome })
    assert.same({}, log)
    online:create_credentials()
    assert.equal(1, #log)
  end)

  it("takes one of the two for a mistake", function()
    for _, name in ipairs { "client_id", "client_secret" } do
      assert.has_error(function()
        new { [name] = false }
      end, "luapay.mobilepay_online: client_id and client_secret go together")
    end
  end)

  it("shows its secret to nobody", function()
    local online = new()
    local shown = online:get_payment(
      { paymentId = helper.NOBODY },
      { dry_run = true }
    )
    assert.is_nil(tostring(shown.headers[SECRET]):find("hidden", 1, true))
    assert.is_nil(tostring(online):find("hidden", 1, true))
    for name in pairs(online) do
      error("a client shows " .. tostring(name))
    end
  end)

  for _, case in ipairs {
    {
      "get_payment",
      { paymentId = helper.NOBODY },
      "api.mobilepay.dk/cardpassthrough-restapi/api/v3/payments/",
      "api.sandbox.mobilepay.dk/cardpassthrough-restapi/api/v3/payments/",
    },
    {
      "get_credentials",
      {},
      "api.mobilepay.dk/cardpassthrough-kongonboarding-restapi/api/v1/",
      "api.sandbox.mobilepay.dk/cardpassthrough-kongonboarding-restapi"
        .. "/api/v1/",
    },
    {
      "simulate_user",
      { paymentId = helper.NOBODY, phoneNumber = "+4512345678" },
      nil,
      "api.sandbox.mobilepay.dk/cardpassthrough-regressiontester-restapi"
        .. "/api/v1/product/payments/simulation/enter-phone-and-swipe/",
    },
  } do
    it("calls " .. case[1] .. " at a host of its own", function()
      for i, environment in ipairs { "production", "sandbox" } do
        local online = new { environment = environment }
        local _, fault = online[case[1]](online, case[2])
        local expected = case[2 + i]
        if expected then
          local url = log[1].url
          assert.equal("https://" .. expected, url:sub(1, 8 + #expected))
        else
          assert.same({ "argument", "failed" }, { fault.kind, fault.outcome })
          assert.same({}, log)
        end
      end
    end)
  end

  it("waits 2 seconds for an answer, three times", function()
    local provider = sandbox.mobilepay_online()
    local transport = provider:transport()
    local waits, send = {}, transport.send
    function transport.send(self, request, timeout)
      waits[#waits + 1] = timeout
      return send(self, request, timeout)
    end
    provider:inject { fault = "delay", seconds = 60, times = 9 }
    local online = luapay.mobilepay_online {
      client_id = "sandbox-client",
      client_secret = "sandbox-secret",
      transport = transport,
      base_url = "https://localhost:1",
    }
    local list, fault = online:list_merchants()
    assert.is_nil(list)
    assert.equal("timeout", fault.kind)
    assert.same({ 2, 2, 2 }, waits)
  end)
end)
