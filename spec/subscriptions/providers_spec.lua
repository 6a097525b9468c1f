-- Subscription providers, how their callbacks authenticate, attachments,
-- and how the pretend provider says no.

local helper = require "spec.subscriptions.helper"

describe("a subscription provider", function()
  local provider, client

  before_each(function()
    provider, client = helper.open()
  end)

  it("belongs to a merchant, told as an object or as a list", function()
    for _, way in ipairs { "object", "list" } do
      provider, client = helper.open { merchant_as = way }
      local merchant = assert(client:get_merchant {})
      merchant = merchant[1] or merchant
      assert.equal("e0000000-0000-4000-8000-000000000001", merchant.Id)
      assert.equal(1, #merchant.SubscriptionProviders)
      assert.equal(
        helper.PROVIDER,
        merchant.SubscriptionProviders[1].SubscriptionProviderId
      )
    end
  end)

  it("says which address hears of payments", function()
    assert(client:update_provider {
      operations = {
        {
          path = "/payment_status_callback_url",
          value = "https://gym.example/payments",
        },
      },
    })
    local found = assert(client:get_provider {})
    assert.equal(
      "https://gym.example/payments",
      found.payment_status_callback_url
    )
  end)

  it("takes no address without TLS, no other path or operation", function()
    local path, url = "/payment_status_callback_url", "http://gym.example"
    local status, answer = helper.send(
      provider,
      "PATCH ",
      { { op = "replace", path = path, value = url } }
    )
    assert.equal(400, status)
    assert.equal(
      "The hyperlink reference must use https scheme",
      answer.error_description.message
    )
    for _, operation in ipairs {
      { op = "replace", path = "/name", value = "x" },
      { op = "add", path = path, value = "https://gym.example" },
      { op = "replace", path = path },
      "replace",
    } do
      assert.equal(400, (helper.send(provider, "PATCH ", { operation })))
    end
    -- one real client sends its paths without the slash
    local good = {
      op = "replace",
      path = path:sub(2),
      value = "https://gym.example",
    }
    assert.equal(204, (helper.send(provider, "PATCH ", { good })))
  end)

  local function header()
    helper.agree(provider, client)
    return helper.told(provider, "agreement").headers.authorization
  end

  it("is called back without a secret at first", function()
    assert.is_nil(header())
    assert.same({}, assert(client:get_provider {}).credentials)
  end)

  it("is called back with a user name and a password", function()
    assert(client:set_callback_auth_basic {
      user_name = "Aladdin",
      password = "open sesame",
    })
    -- RFC 7617's own example
    assert.equal("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", header())
    local credentials = assert(client:get_provider {}).credentials
    assert.equal("Aladdin", credentials.key)
    assert.equal("basic", credentials.scheme)
  end)

  it("is called back with a key and nothing before it", function()
    assert(client:set_callback_auth_api_key { api_key = "abc.DEF-123=" })
    assert.equal("abc.DEF-123=", header())
    local status = helper.send(provider, "PUT /auth/apikey", {
      api_key = "two words",
    }, {})
    assert.equal(400, status)
  end)

  it("is called back with a token of its own server", function()
    provider, client = helper.open {
      callback_token = function(auth)
        return "from." .. auth.token_url:match "//([^/]*)"
      end,
    }
    assert(client:set_callback_auth_oauth2 {
      client_id = "mobilepay",
      client_secret = "s",
      token_url = "https://login.example/token",
      scope = "callbacks",
    })
    assert.equal("Bearer from.login.example", header())
    local credentials = assert(client:get_provider {}).credentials
    assert.equal("callbacks", credentials.scope)
  end)

  it("remembers the last way of calling back", function()
    assert(client:set_callback_auth_basic {
      user_name = "a",
      password = "b",
    })
    assert(client:set_callback_auth_api_key { api_key = "key" })
    assert.equal("key", header())
  end)

  it("keeps secrets out of the log of requests", function()
    assert(client:set_callback_auth_api_key { api_key = "very-secret" })
    local seen = {}
    local function look(value)
      if type(value) ~= "table" then
        seen[#seen + 1] = tostring(value)
        return
      end
      for name, inner in pairs(value) do
        look(name)
        look(inner)
      end
    end
    look(provider:requests())
    local text = table.concat(seen, "\n")
    assert.is_nil(text:find("very-secret", 1, true))
    assert.is_nil(text:find("sandbox-secret", 1, true))
    assert.is_nil(text:find("sandbox-refresh", 1, true))
    assert.is_nil(text:find("sandbox-access", 1, true))
  end)
end)

describe("an attachment", function()
  local provider, client, payment

  before_each(function()
    provider, client = helper.open()
    local agreement = helper.agree(provider, client)
    payment = helper.request(provider, client, agreement)
  end)

  local function put(changes)
    local args = {
      paymentid = payment,
      generate_pdf = true,
      attachment_details = {
        total_amount = "12.50",
        merchant_order_number = "M-1",
        buyer_order_number = "B-1",
        consumer_phone_number = "4512345678",
        price_discount = "1.00",
        total_amount_ex_vat = "10.00",
        articles = {
          {
            article_description = "Towels",
            quantity = 2,
            total_price_including_vat = "12.50",
          },
        },
      },
    }
    for name, value in pairs(changes or {}) do
      args[name] = value
    end
    return client:update_payment_attachment(args)
  end

  it("comes back under other names", function()
    assert(put())
    local found = assert(client:get_payment_attachment { paymentid = payment })
    local details = found.attachment_details
    assert.is_true(found.generate_pdf)
    assert.equal("M-1", details.merchant_order_id)
    assert.equal("B-1", details.buyer_id)
    assert.equal("4512345678", details.alias)
    assert.is_truthy(details.discount)
    assert.is_truthy(details.total_ex_vat)
    assert.equal("Towels", details.articles[1].article_description)
    assert.is_truthy(details.articles[1].total_article_amount)
    assert.is_nil(details.merchant_order_number)
  end)

  it("is a PDF, if it was to be one", function()
    assert(put())
    local file =
      assert(client:get_payment_attachment_pdf { paymentid = payment })
    assert.matches("^%%PDF%-1", file.content)
    assert(put {
      generate_pdf = false,
      external_attachment_url = "https://gym.example/invoice.pdf",
    })
    local _, err = client:get_payment_attachment_pdf { paymentid = payment }
    assert.equal("not_found", err.kind)
  end)

  it("can be taken away", function()
    assert(put())
    assert(client:delete_payment_attachment { paymentid = payment })
    local _, err = client:get_payment_attachment { paymentid = payment }
    assert.equal("not_found", err.kind)
    assert(client:delete_payment_attachment { paymentid = payment })
  end)

  it("of somebody else's payment is forbidden", function()
    assert(put())
    local _, other = helper.open(nil, {
      transport = provider:transport(),
      refresh_token = provider:refresh_token(helper.FOREIGN_MERCHANT),
      provider_id = helper.FOREIGN,
    })
    local _, err = other:get_payment_attachment { paymentid = payment }
    assert.equal("permission", err.kind)
    assert.equal(403, err.status)
  end)

  it("is either a file of the merchant's or one that is made", function()
    local path = ("PUT /payments/%s/attachment"):format(payment)
    for _, body in ipairs {
      { generate_pdf = true },
      {
        generate_pdf = true,
        external_attachment_url = "https://gym.example/x",
        attachment_details = { total_amount = 1 },
      },
      { attachment_details = {} },
    } do
      assert.equal(400, (helper.send(provider, path, body)))
    end
  end)
end)

describe("the pretend MobilePay Subscriptions", function()
  local provider, client

  before_each(function()
    provider, client = helper.open()
  end)

  it("wants a token that is alive", function()
    for _, header in ipairs {
      "Bearer nonsense",
      "Bearer ",
      "Basic eDp5",
      provider:access_token(),
    } do
      local status, body, headers =
        helper.send(provider, "GET ", nil, { authorization = header })
      assert.equal(401, status)
      assert.equal("", body)
      assert.matches("^Bearer", headers["www-authenticate"])
    end
  end)

  it("says nothing, or an error, of what is not there", function()
    for way, message in pairs { empty = false, error = true } do
      provider, client = helper.open { not_found_as = way }
      local _, err = client:get_agreement { agreementid = helper.NOBODY }
      assert.equal("not_found", err.kind)
      assert.equal(404, err.status)
      local found = tostring(err):find("was not found", 1, true)
      assert.equal(message, found ~= nil)
    end
  end)

  it("understands JSON, by its several names, and nothing else", function()
    local body = '[{"op":"replace","path":"/payment_status_callback_url",'
      .. '"value":"https://gym.example"}]'
    for kind, expected in pairs {
      ["application/json; charset=utf-8"] = 204,
      ["application/json-patch+json"] = 204,
      ["text/json"] = 204,
      ["text/plain"] = 415,
      ["application/json; charset=latin1"] = 415,
    } do
      assert.equal(
        expected,
        (helper.send(provider, "PATCH ", body, { ["content-type"] = kind }))
      )
    end
    for _, text in ipairs { "", "{", "7", "null", '"x"' } do
      assert.equal(400, (helper.send(provider, "PATCH ", text)))
    end
  end)

  it("says which id is none, and which method is none", function()
    assert.equal(400, (helper.send(provider, "GET /agreements/x")))
    local status, answer = helper.send(provider, "PATCH /agreements")
    assert.equal(405, status)
    assert.equal("MethodNotAllowed", answer.error)
    assert.equal(404, (helper.send(provider, "GET /nowhere")))
  end)

  it("repeats the correlation id of a request", function()
    local _, answer = helper.send(provider, "GET /agreements", nil, {
      CorrelationId = "c-17",
    })
    assert.equal("c-17", answer.error_description.correlation_id)
  end)

  it("wants to know whose hands are simulated", function()
    local line = "PATCH /recurringpayments-restapi/api/agreements/v1/"
      .. helper.NOBODY
    local status, answer = helper.send(provider, line, { status = "Accepted" })
    assert.equal(403, status)
    assert.is_truthy(answer.message)
    assert.is_truthy(answer.correlationId)
    local _, err = client:simulate_agreement_decision {
      id = helper.NOBODY,
      status = "Accepted",
    }
    assert.equal("not_found", err.kind)
  end)

  it("is not there in production for what only tests have", function()
    local _, production = helper.open(nil, { environment = "production" })
    local _, err =
      production:simulate_payment_reject { paymentid = helper.NOBODY }
    assert.equal("argument", err.kind)
  end)

  for _, case in ipairs {
    { "lost_answer", "unknown" },
    { "closed", "unknown" },
    { "cut", "unknown" },
    { "truncated", "unknown" },
    { "garbage", "unknown" },
    { "error", "unknown" },
    { "refuse", "failed" },
    { "unreachable", "failed" },
  } do
    it("has bad days of the kind " .. case[1], function()
      provider:inject { at = "create_agreement", fault = case[1] }
      local made, err = client:create_agreement(helper.offer())
      assert.is_nil(made)
      assert.equal(case[2], err.outcome)
    end)
  end

  it("starts anew on a reset, with tokens that are not the old", function()
    local before = provider:access_token()
    helper.agree(provider, client)
    provider:reset()
    assert.not_equal(before, provider:access_token())
    assert.same({}, provider:callbacks())
    assert.equal(401, (helper.send(provider, "GET ", nil, {
      authorization = "Bearer " .. before,
    })))
  end)

  it("refuses options that it does not have", function()
    assert.has_error(function()
      helper.open { rotatoin = "none" }
    end)
  end)

  it("has all 31 endpoints of the tables", function()
    local luapay = require "luapay"
    local count = 0
    for _, endpoint in ipairs(luapay.endpoints()) do
      if endpoint.api == "mobilepay_subscriptions" then
        count = count + 1
        local own = provider.endpoints[endpoint.name]
        assert.is_truthy(own, endpoint.name)
        assert.equal(endpoint.method, own.method, endpoint.name)
        local tail = own.path:gsub("^/[^/]*", "")
        assert.equal(endpoint.path, tail, endpoint.name)
      end
    end
    assert.equal(31, count)
  end)
end)
