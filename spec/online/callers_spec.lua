-- Who may call, merchants and platforms, and how a no is worded.

local helper = require "spec.online.helper"
local json = require "luapay.sandbox.json"
local sandbox = require "luapay.sandbox"

local send = helper.send
local CREDENTIALS = "/cardpassthrough-kongonboarding-restapi/api/v1"
  .. "/credentials"
local NOBODY = { ["x-ibm-client-id"] = false, ["x-ibm-client-secret"] = false }

describe("sandbox.mobilepay_online", function()
  local provider

  before_each(function()
    provider = sandbox.mobilepay_online()
  end)

  describe("knows callers", function()
    for what, headers in pairs {
      ["without credentials"] = NOBODY,
      ["with a wrong secret"] = { ["x-ibm-client-secret"] = "x" },
      ["with another's secret"] = { ["x-ibm-client-id"] = "other-client" },
      ["without a secret"] = { ["x-ibm-client-secret"] = false },
    } do
      it("and refuses one " .. what, function()
        local status, answer =
          send(provider, "GET /v1/merchants", nil, headers)
        assert.equal(401, status)
        assert.equal("401", answer.httpCode)
      end)
    end

    it("before it looks at what they send", function()
      assert.equal(401, (send(provider, "POST /v1/merchants", "?", NOBODY)))
    end)

    it("who ask for credentials, and have to be approved", function()
      local status, new = send(provider, "POST " .. CREDENTIALS, nil, NOBODY)
      assert.equal(200, status)
      local headers = {
        ["x-ibm-client-id"] = new.clientId,
        ["x-ibm-client-secret"] = new.clientSecret,
      }
      local function list()
        return (send(provider, "GET /v1/merchants", nil, headers))
      end
      local function active()
        local _, seen = send(provider, "GET " .. CREDENTIALS, nil, headers)
        return seen.active
      end
      assert.equal(401, list())
      assert.is_false(active())
      provider:approve(new.clientId)
      assert.equal(200, list())
      assert.is_true(active())
    end)

    it("who change their secret; the old one ends", function()
      local line = "PATCH " .. CREDENTIALS .. "/secret"
      local status, new = send(provider, line)
      assert.equal(200, status)
      assert.equal(401, (send(provider, "GET /v1/merchants")))
      assert.equal(200, (send(provider, "GET /v1/merchants", nil, {
        ["x-ibm-client-secret"] = new.clientSecret,
      })))
    end)

    it("and forgets them when a fault says so, once", function()
      provider:inject { fault = "session_expired" }
      assert.equal(401, (send(provider, "GET /v1/merchants")))
      assert.equal(200, (send(provider, "GET /v1/merchants")))
    end)

    it("and keeps no secret in its log", function()
      send(provider, "GET /v1/merchants")
      local log = json.encode(provider:requests())
      assert.is_nil(log:find("sandbox-secret", 1, true))
      assert.truthy(log:find("sandbox-client", 1, true))
    end)
  end)

  describe("has merchants", function()
    local function shop(changes)
      local args = {
        externalId = "shop-2",
        name = "Gedekid og Smoothies",
        billingCurrency = "DKK",
        countryCode = "DK",
        merchantCategoryCode = 1234,
      }
      for name, value in pairs(changes or {}) do
        args[name] = value
      end
      return send(provider, "POST /v1/merchants", args)
    end

    it("that are created, with 200", function()
      local status, made = shop()
      assert.equal(200, status)
      local again
      status, again = shop()
      assert.same({ 200, made }, { status, again })
      assert.equal(409, (shop { name = "Another" }))
      local _, list = send(provider, "GET /v1/merchants")
      assert.equal(2, #list.merchants)
    end)

    for name, value in pairs {
      name = "",
      billingCurrency = "USD",
      merchantCategoryCode = 10000,
      platformId = "x",
      externalId = 5,
    } do
      it("but none with such a " .. name, function()
        local status, answer = shop { [name] = value }
        assert.equal(400, status)
        assert.truthy(answer.errors[name])
      end)
    end

    it("that are shown, updated and deleted for good", function()
      local _, made = shop()
      local path = " /v1/merchants/" .. made.merchantId
      assert.equal(
        204,
        (
          send(
            provider,
            "PATCH" .. path,
            { name = "New", externalId = json.null }
          )
        )
      )
      local status, answer = send(provider, "GET" .. path)
      assert.equal(200, status)
      assert.same({
        merchantId = made.merchantId,
        externalId = "shop-2",
        name = "New",
        billingCurrency = "DKK",
        countryCode = "DK",
        vatNumber = json.null,
        merchantCategoryCode = 1234,
        platformId = json.null,
      }, answer)
      assert.equal(204, (send(provider, "DELETE" .. path)))
      assert.equal(204, (send(provider, "DELETE" .. path)))
      assert.equal(409, (send(provider, "GET" .. path)))
      assert.equal(409, (send(provider, "PATCH" .. path, {})))
      assert.equal(
        1,
        #select(2, send(provider, "GET /v1/merchants")).merchants
      )
    end)

    it("of each PSP's own", function()
      for _, line in ipairs { "GET", "DELETE" } do
        assert.equal(
          404,
          (send(provider, line .. " /v1/merchants/" .. helper.FOREIGN))
        )
      end
    end)

    it("on platforms", function()
      local path = " /v1/psp/platforms"
      local status, made = send(provider, "POST" .. path, { name = "Shops" })
      assert.equal(200, status)
      assert.equal(
        200,
        (
          send(provider, ("PATCH%s/%s"):format(path, made.platformId), {
            name = "More shops",
          })
        )
      )
      local _, list, headers = send(provider, "GET" .. path)
      assert.same(
        { { platformId = made.platformId, name = "More shops" } },
        list
      )
      assert.equal("application/json", headers["content-type"])
      assert.equal(400, (send(provider, "POST" .. path, { name = "ab" })))
      assert.equal(200, (shop { platformId = made.platformId }))
      assert.equal(
        404,
        (shop { platformId = helper.NOBODY, externalId = "3" })
      )
    end)

    it("and an empty list is a list", function()
      provider = sandbox.mobilepay_online { merchants = {} }
      local response = provider:handle {
        method = "GET",
        url = "/cardpassthrough-restapi/api/v1/merchants",
        headers = {
          ["x-ibm-client-id"] = "sandbox-client",
          ["x-ibm-client-secret"] = "sandbox-secret",
        },
      }
      assert.equal('{"merchants":[]}', response.body)
    end)
  end)

  describe("words a no", function()
    local PATH = "GET /v3/payments/" .. helper.NOBODY

    it("with the caller's correlation id", function()
      local mine = { CorrelationId = "mine" }
      local _, answer = send(
        provider,
        "POST /v3/payments",
        helper.payment { currencyCode = "XTS" },
        mine
      )
      assert.equal("mine", answer.correlationId)
      _, answer = send(provider, PATH, nil, mine)
      assert.equal("mine", answer.traceId)
    end)

    for _, case in ipairs {
      { "an unknown path", 404, "GET /v9/payments" },
      { "a wrong method", 405, "DELETE /v3/payments" },
      { "an unknown id", 404, PATH },
      { "no UUID", 400, "GET /v3/payments/1" },
      {
        "a form",
        415,
        "POST /v3/payments",
        "a=b",
        { ["content-type"] = "application/x-www-form-urlencoded" },
      },
      {
        "text/json",
        415,
        "POST /v3/payments",
        "{}",
        { ["content-type"] = "text/json" },
      },
      { "half a JSON", 400, "POST /v3/payments", '{"amount":' },
      { "a list", 400, "POST /v3/payments", "[]" },
      { "nothing", 400, "POST /v3/payments", "" },
    } do
      it("to " .. case[1] .. " with " .. case[2], function()
        local status, answer, headers =
          send(provider, case[3], case[4], case[5])
        assert.equal(case[2], status)
        assert.equal("application/problem+json", headers["content-type"])
        assert.equal(case[2], answer.status)
        assert.equal("string", type(answer.title))
      end)
    end

    it("to a name that it does not know not at all", function()
      send(provider, "POST /v3/payments", helper.payment { color = "red" })
      assert.same({ "color" }, provider:requests()[1].ignored)
      assert.equal(200, provider:requests()[1].status)
    end)
  end)

  it("starts anew with a reset, but not with the same ids", function()
    local first = helper.authorized(provider)
    provider:reset()
    assert.same({}, provider:ledger())
    assert.same({}, provider:callbacks())
    assert.is_not.equal(first, (helper.authorized(provider)))
  end)

  it("has options, and no others", function()
    assert.has_error(function()
      sandbox.mobilepay_online { lifetme = 1 }
    end)
  end)
end)
