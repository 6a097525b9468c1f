-- The same over libcurl and real HTTPS.

local helper = require "spec.subscriptions.helper"
local luapay = require "luapay"
local server = require "luapay.sandbox.server"

describe("luapay.mobilepay_subscriptions over HTTPS", function()
  local started, provider, client

  setup(function()
    started = assert(server.start())
    provider = started.mobilepay_subscriptions
  end)
  teardown(function()
    started:stop()
  end)

  local function transport()
    return luapay.transport.curl { ca_file = started.ca_file }
  end

  before_each(function()
    provider:reset()
    client = luapay.mobilepay_subscriptions {
      base_url = started.base_url,
      transport = transport(),
      refresh_token = provider:refresh_token(),
      client_id = "sandbox-client",
      client_secret = "sandbox-secret",
      provider_id = helper.PROVIDER,
      test_user = "user-1",
    }
  end)

  it("goes from an agreement to a refund", function()
    local made = assert(client:create_agreement(helper.offer()))
    assert(provider:accept(made.id))
    local answer = assert(client:request_payments {
      payments = { helper.payment(provider, made.id) },
    })
    local id = answer.pending_payments[1].payment_id
    provider:go_to(3, 4)
    local which = { agreementid = made.id, paymentid = id }
    assert.equal("Executed", assert(client:get_payment_request(which)).status)
    local refund = assert(client:request_refund(which))
    provider:advance(10)
    assert.equal("Issued", provider:refund(refund.id).status)
    assert.equal(2, #provider:ledger())
    assert(provider:check())
  end)

  it("captures with an empty body", function()
    local made = assert(client:create_agreement(helper.offer {
      one_off_payment = {
        amount = "80.00",
        external_id = "x",
        description = "x",
      },
    }))
    assert(provider:accept(made.id))
    assert(client:capture_one_off_payment {
      agreementid = made.id,
      paymentid = made.one_off_payment_id,
    })
    assert.equal(2, #provider:ledger())
  end)

  it("renews once for many calls side by side", function()
    local items = {}
    for i = 1, 40 do
      items[i] = i
    end
    local done = 0
    luapay.map(items, { concurrency = 20 }, function()
      assert(client:get_provider {})
      done = done + 1
    end)
    assert.equal(40, done)
    local tokens = 0
    for _, request in ipairs(provider:requests()) do
      if request.endpoint == "token" then tokens = tokens + 1 end
    end
    assert.equal(1, tokens)
  end)

  it("knows what a lost answer leaves unknown", function()
    local made = assert(client:create_agreement(helper.offer()))
    assert(provider:accept(made.id))
    provider:inject { at = "request_one_off_payment", fault = "lost_answer" }
    local _, err = client:request_one_off_payment {
      agreementid = made.id,
      amount = "1.00",
      external_id = "x",
      description = "x",
    }
    assert.equal("unknown", err.outcome)
    local list = assert(client:list_one_off_payments {
      agreementid = made.id,
    })
    assert.equal(1, #list)
  end)

  it("logs in, where the server has luapay.crypto", function()
    local built = io.open "build/luajit/luapay/crypto.so"
    if not built then return pending "not built for LuaJIT" end
    built:close()
    local login = require("luapay.auth.oidc").new {
      client_id = "sandbox-client",
      client_secret = "sandbox-secret",
      base_url = started.base_url,
      transport = transport(),
      time = function()
        return provider:now()
      end,
    }
    local begun = assert(login:authorization_url {
      redirect_uri = "https://localhost/callback",
    })
    local tokens = assert(login:exchange(begun, provider:authorize(begun.url)))
    assert.equal(started.base_url .. "/merchant", tokens.claims.iss)
  end)
end)
