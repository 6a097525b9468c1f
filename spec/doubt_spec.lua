-- What a fault says of the money when a call took several attempts, or was
-- answered with something that is no answer.

local luapay = require "luapay"

local ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
local NEVER_LEFT =
  { phase = "before_send", kind = "transport", message = "no connection" }

-- A transport that answers from a list.
local function scripted(...)
  local steps, n, at = { ... }, 0, 0
  return {
    send = function(_, request)
      n = n + 1
      local step = steps[n]
      if type(step) == "function" then step = step(request) end
      if step.phase then return nil, step end
      return { status = step.status, headers = {}, body = step.body or "" }
    end,
    sleep = function(_, seconds)
      at = at + seconds
    end,
    now = function()
      return at
    end,
    close = function() end,
  }
end

local function capture(...)
  return luapay
    .mobilepay_online({
      client_id = "psp",
      client_secret = "secret",
      transport = scripted(...),
    })
    :capture_payment {
      paymentId = ID,
      amount = 100,
      timestamp = "2023-05-31T12:00:00Z",
    }
end

local function cancel(...)
  local issued = 0
  return luapay
    .mobilepay_subscriptions({
      access_token = function()
        issued = issued + 1
        return "token-" .. issued
      end,
      provider_id = ID,
      transport = scripted(...),
    })
    :cancel_agreement { agreementid = ID }
end

describe("the outcome of a call", function()
  for _, status in ipairs { 500, 502 } do
    it(
      ("is unknown when a %d was followed by no connection"):format(status),
      function()
        local result, fault =
          capture({ status = status }, NEVER_LEFT, NEVER_LEFT)
        assert.is_nil(result)
        assert.equal("transport", fault.kind)
        assert.equal("unknown", fault.outcome)
      end
    )
  end

  it("comes with why the attempt was lost that may have acted", function()
    local _, fault = capture({
      phase = "after_send",
      kind = "timeout",
      message = "no answer in time",
    }, NEVER_LEFT, NEVER_LEFT)
    assert.equal("no answer in time", fault.message)
    assert.equal("after_send", fault.phase)
    assert.equal("unknown", fault.outcome)
  end)

  it("is unknown when a transport has a word of its own for it", function()
    local transport = scripted {}
    function transport.send()
      return nil, { kind = "transport", phase = "writing", message = "reset" }
    end
    local _, fault = luapay
      .mobilepay_online({
        client_id = "psp",
        client_secret = "secret",
        transport = transport,
      })
      :request { method = "POST", path = "/x", body = "{}" }
    assert.equal("unknown", fault.outcome)
  end)

  it("is failed when no attempt left", function()
    local _, fault = capture(NEVER_LEFT, NEVER_LEFT, NEVER_LEFT)
    assert.equal("failed", fault.outcome)
  end)

  it("stays unknown across the renewal of a session", function()
    local _, fault = cancel(
      { status = 502 },
      { status = 401 },
      { status = 404 }
    )
    assert.equal("not_found", fault.kind)
    assert.equal("unknown", fault.outcome)
  end)

  it("is that of a refusal when a session is renewed and no more", function()
    local _, fault = cancel({ status = 401 }, { status = 404 })
    assert.equal("failed", fault.outcome)
  end)

  for _, text in ipairs {
    '{"transactionId":7}',
    '{"transactionId":7,"requestError":'
      .. '{"serviceException":{"messageId":"SVC0003","text":"gone"}}}',
  } do
    it(
      "is unknown when a session is gone and it was done: " .. text,
      function()
        local client = luapay.infobip {
          username = "u",
          password = "p",
          transport = scripted(
            { status = 200, body = '{"login":{"ibAuthCookie":"s"}}' },
            { status = 403, body = text } -- and is asked nothing more
          ),
        }
        local _, fault = client:add_funds {
          accountKey = "k",
          amount = "1",
          description = "d",
        }
        assert.same({ "auth", "unknown" }, { fault.kind, fault.outcome })
      end
    )
  end

  for _, status in ipairs { 0, 100, 101 } do
    it(("is unknown when a transport gives %d"):format(status), function()
      local client = luapay.infobip {
        username = "u",
        password = "p",
        transport = scripted(
          { status = 200, body = '{"login":{"ibAuthCookie":"s"}}' },
          { status = status }
        ),
      }
      local _, fault = client:add_funds {
        accountKey = "k",
        amount = "1",
        description = "d",
      }
      assert.equal("unknown", fault.outcome)
    end)
  end

  for _, status in ipairs { 408, 499 } do
    it(("is unknown when a raw request gets %d"):format(status), function()
      local _, fault = luapay
        .mobilepay_online({
          client_id = "psp",
          client_secret = "secret",
          transport = scripted { status = status },
        })
        :request { method = "POST", path = "/x", body = "{}" }
      assert.equal("unknown", fault.outcome)
    end)
  end
end)

describe("a function as a transport", function()
  local function credit(...)
    local said, n = { ... }, select("#", ...)
    return luapay
      .infobip({
        username = "u",
        password = "p",
        transport = function(request)
          if request.url:find "login" then
            return { status = 200, body = '{"login":{"ibAuthCookie":"s"}}' }
          end
          return (table.unpack or unpack)(said, 1, n)
        end,
      })
      :add_funds { accountKey = "k", amount = "1", description = "d" }
  end

  local cases = {
    { "nothing" },
    { "one word", nil, "timeout", message = "timeout" },
    { "true", true },
    { "no status", { body = '{"transactionId":7}' } },
    { "a status as text", { status = "200", body = '{"transactionId":7}' } },
    { "half a status", { status = 200.5, body = "" } },
  }
  for _, case in ipairs(cases) do
    it("leaves the outcome unknown when it returns " .. case[1], function()
      local result, fault = credit(case[2], case[3])
      assert.is_nil(result)
      assert.equal("transport", fault.kind)
      assert.equal("unknown", fault.outcome)
      if case.message then assert.equal(case.message, fault.message) end
    end)
  end

  it("is certain when it says so, and says no more", function()
    local _, fault = credit(nil, { phase = "before_send" })
    assert.equal("transport", fault.kind)
    assert.equal("failed", fault.outcome)
  end)
end)

describe("a success without content", function()
  local function capture_one_off(body)
    return luapay
      .mobilepay_subscriptions({
        access_token = "token",
        provider_id = ID,
        transport = scripted { status = 200, body = body },
      })
      :capture_one_off_payment { agreementid = ID, paymentid = ID }
  end

  for _, body in ipairs { "", "\r\n", "{}", '"done"' } do
    it(("may be answered with %q"):format(body), function()
      assert.same({}, assert(capture_one_off(body)))
    end)
  end

  it("is none when it is the page of a gateway", function()
    local result, fault = capture_one_off "<html>Maintenance</html>"
    assert.is_nil(result)
    assert.equal("decode", fault.kind)
    assert.equal("unknown", fault.outcome)
  end)
end)

describe("a dry run", function()
  it("uses up no idempotency key", function()
    local client = luapay.mobilepay_online {
      client_id = "psp",
      client_secret = "secret",
      transport = scripted { status = 200, body = "{}" },
    }
    local args = {
      paymentId = ID,
      amount = 100,
      timestamp = "2023-05-31T12:00:00Z",
    }
    local options = { idempotency_key = ID, dry_run = true }
    assert(client:capture_payment(args, options))
    args.amount, options.dry_run = 200, nil
    assert(client:capture_payment(args, options))
  end)
end)

describe("a list that comes in pages", function()
  local answers = {
    "[5]",
    "[true]",
    '[{"agreements":5}]',
    '[{"page_size":"ten","agreements":[{"id":1}]}]',
    '[{"page_size":{},"agreements":[{"id":1}]}]',
    '[{"page_size":123456789012345678901,"agreements":[{"id":1}]}]',
  }
  for _, body in ipairs(answers) do
    it("raises for nothing that a provider says: " .. body, function()
      local answer = { status = 200, body = body }
      local page = luapay
        .mobilepay_subscriptions({
          access_token = "token",
          provider_id = ID,
          transport = scripted(answer, answer),
        })
        :list_agreements { pageNumber = 1 }
      assert.has_no.errors(function()
        page.items()
        page.next()
      end)
    end)
  end
end)
