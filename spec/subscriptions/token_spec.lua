-- How a client of MobilePay Subscriptions keeps its access token.

local helper = require "spec.subscriptions.helper"
local luapay = require "luapay"

describe("luapay.mobilepay_subscriptions", function()
  local function calls(provider, name)
    local count = 0
    for _, request in ipairs(provider:requests()) do
      if request.endpoint == name then count = count + 1 end
    end
    return count
  end

  it("asks for a token when it first needs one, and keeps it", function()
    local provider, client = helper.open()
    assert.equal(0, #provider:requests())
    assert(client:get_provider {})
    assert(client:get_provider {})
    assert.equal(1, calls(provider, "openid_configuration"))
    assert.equal(1, calls(provider, "token"))
  end)

  it("renews the token ahead of its end", function()
    local provider, client = helper.open()
    assert(client:get_provider {})
    provider:advance(269)
    assert(client:get_provider {})
    assert.equal(1, calls(provider, "token"))
    provider:advance(1)
    assert(client:get_provider {})
    assert.equal(2, calls(provider, "token"))
  end)

  it("renews it once on a 401, and sends the call once more", function()
    local provider, client = helper.open()
    local id = helper.agree(provider, client)
    provider:inject {
      at = "request_one_off_payment",
      fault = "session_expired",
    }
    assert(helper.one_off(client, id))
    assert.equal(2, calls(provider, "token"))
    assert.equal(1, #client:list_one_off_payments { agreementid = id })
  end)

  it("renews it on a 401 of those that have no id, and of users", function()
    for _, case in ipairs {
      { "get_merchant", {} },
      { "simulate_payment_reject", { paymentid = helper.NOBODY } },
    } do
      local provider, client = helper.open()
      provider:inject { at = case[1], fault = "error", status = 401 }
      client[case[1]](client, case[2])
      assert.equal(2, calls(provider, "token"), case[1])
      assert.equal(2, calls(provider, case[1]))
    end
  end)

  it("says so when the consent is withdrawn, and asks no more", function()
    local provider, client = helper.open()
    assert(client:get_provider {})
    provider:withdraw()
    local found, err = client:get_provider {}
    assert.is_nil(found)
    assert.equal("auth", err.kind)
    assert.equal("invalid_grant", err.code)
    assert.equal("failed", err.outcome)
    local before = calls(provider, "token")
    local _
    _, err = client:get_provider {}
    assert.equal("invalid_grant", err.code)
    assert.equal(before, calls(provider, "token"))
  end)

  it("says in the provider's words why there is no token", function()
    local provider, mine = helper.open()
    provider:inject {
      at = "token",
      fault = "error",
      status = 400,
      body = '{"error":"invalid_client","error_description":"who is it?"}',
    }
    local _, err = mine:get_provider {}
    assert.equal("invalid_client", err.code)
    assert.matches("who is it", err.message)
  end)

  it("sends a call at most twice when no token helps", function()
    local provider, client = helper.open()
    provider:inject {
      at = "get_provider",
      fault = "error",
      status = 401,
      times = 9,
    }
    local _, err = client:get_provider {}
    assert.equal("auth", err.kind)
    assert.equal(401, err.status)
    assert.equal(2, calls(provider, "get_provider"))
  end)

  for _, way in ipairs { "grace", "rotate", "same", "none" } do
    it("lives with refresh tokens of the kind " .. way, function()
      local provider, client = helper.open { rotation = way }
      for _ = 1, 4 do
        assert(client:get_provider {})
        provider:advance(400)
      end
      assert.equal(4, calls(provider, "token"))
    end)
  end

  it("tells the host of rotated tokens", function()
    local told = {}
    local provider, client = helper.open({ rotation = "rotate" }, {
      on_tokens = function(tokens)
        told[#told + 1] = tokens
      end,
    })
    assert(client:get_provider {})
    provider:advance(300)
    assert(client:get_provider {})
    assert.equal(2, #told)
    assert.not_equal(told[1].refresh_token, told[2].refresh_token)
    assert.equal(300, told[2].expires_in)
    assert.equal("luapay: tokens", tostring(told[2]))
    local _, other = helper.open(nil, {
      transport = provider:transport(),
      refresh_token = told[2].refresh_token,
    })
    assert(other:get_provider {})
  end)

  for what, fail in pairs {
    ["raises"] = function()
      error "the disk is full"
    end,
    ["returns false"] = function()
      return false
    end,
  } do
    it("uses no rotated token before it is stored: one " .. what, function()
      local count, kept = 0, nil
      local provider, client = helper.open({ rotation = "rotate" }, {
        on_tokens = function(tokens)
          count = count + 1
          if count < 3 then return fail() end
          kept = tokens.refresh_token
        end,
      })
      for _ = 1, 2 do
        local _, err = client:get_provider {}
        assert.equal(
          "auth not_stored failed",
          err.kind .. " " .. err.code .. " " .. err.outcome
        )
      end
      assert.equal(0, calls(provider, "get_provider"))
      assert(client:get_provider {})
      assert(client:get_provider {})
      assert.equal(3, count)
      assert.is_truthy(kept)
      assert.equal(1, calls(provider, "token"))
    end)
  end

  it("survives a hook that raises where nothing was rotated", function()
    local count = 0
    local _, client = helper.open({ rotation = "none" }, {
      on_tokens = function()
        count = count + 1
        if count < 3 then error "the disk is full" end
      end,
    })
    for _ = 1, 4 do
      assert(client:get_provider {})
    end
    assert.equal(3, count)
  end)

  it("renews with what another process has stored meanwhile", function()
    local store
    local provider = helper.open { rotation = "rotate" }
    store = provider:refresh_token()
    local function process(read)
      local _, client = helper.open(nil, {
        transport = provider:transport(),
        refresh_token = read,
        on_tokens = function(tokens)
          store = tokens.refresh_token
        end,
      })
      return client
    end
    local stale = store
    local reads = 0
    local late = process(function()
      reads = reads + 1
      return reads == 1 and stale or store -- read, and then overtaken
    end)
    assert(process(function()
      return store
    end):get_provider {})
    assert(late:get_provider {})
  end)

  it("says that a lost renewal has cost the consent, when it has", function()
    local provider, client = helper.open { rotation = "rotate" }
    provider:inject { at = "token", fault = "lost_answer" }
    local _, err = client:get_provider {}
    assert.matches("may have used up the refresh token", err.message)
    _, err = client:get_provider {}
    assert.equal("invalid_grant", err.code)
    assert.matches("whose answer was lost", err.message)
  end)

  it("keeps the refresh token when an answer was lost", function()
    local provider, client = helper.open { rotation = "grace" }
    provider:inject { at = "token", fault = "lost_answer" }
    local found, err = client:get_provider {}
    assert.is_nil(found)
    assert.equal("transport", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal(0, calls(provider, "get_provider"))
    assert(client:get_provider {})
  end)

  it("uses a token to its end when renewing ahead fails", function()
    local provider, client = helper.open()
    assert(client:get_provider {})
    provider:advance(280)
    provider:inject { at = "token", fault = "error", times = 2 }
    assert(client:get_provider {})
    provider:advance(20)
    local _, err = client:get_provider {}
    assert.equal("server", err.kind)
    assert.equal("failed", err.outcome)
    assert(client:get_provider {})
  end)

  it("renews once for many that wait", function()
    local provider, client = helper.open()
    local transport = provider:transport()
    local waiting, done = {}, 0
    -- a transport that lets others run while the token is on its way
    local slow = setmetatable({}, { __index = transport })
    function slow:send(request, timeout)
      if request.url:find "/connect/token$" then coroutine.yield() end
      return transport:send(request, timeout)
    end
    function slow:sleep(seconds)
      coroutine.yield()
      transport:sleep(seconds)
    end
    function slow:now()
      return transport:now()
    end
    local _, many = helper.open(nil, {
      transport = slow,
      refresh_token = provider:refresh_token(),
    })
    for i = 1, 20 do
      waiting[i] = coroutine.create(function()
        assert(many:get_provider {})
        done = done + 1
      end)
    end
    for _ = 1, 50 do
      for _, one in ipairs(waiting) do
        if coroutine.status(one) == "suspended" then
          assert(coroutine.resume(one))
        end
      end
    end
    assert.equal(20, done)
    assert.equal(1, calls(provider, "token"))
    assert(client)
  end)

  it("takes the time of a renewal from the call's deadline", function()
    local provider, client = helper.open(nil, { timeout = 5 })
    provider:inject { at = "token", fault = "delay", seconds = 9 }
    local before = provider.clock:now()
    local _, err = client:get_provider {}
    assert.equal("timeout", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal(5, provider.clock:now() - before)
  end)

  it("takes a ready access token", function()
    local provider = helper.open()
    local _, client = helper.open(nil, {
      transport = provider:transport(),
      access_token = provider:access_token(),
      refresh_token = helper.without,
      client_id = helper.without,
      client_secret = helper.without,
    })
    assert(client:get_provider {})
    provider:advance(300)
    local _, err = client:get_provider {}
    assert.equal("auth", err.kind)
    assert.equal(0, calls(provider, "token"))
    local before = calls(provider, "get_provider")
    _, err = client:get_provider {}
    assert.equal("auth", err.kind)
    assert.equal(before, calls(provider, "get_provider"))
  end)

  it("asks a function for the access token each time", function()
    local provider = helper.open()
    local asked = 0
    local _, client = helper.open(nil, {
      transport = provider:transport(),
      refresh_token = helper.without,
      access_token = function()
        asked = asked + 1
        return provider:access_token()
      end,
    })
    assert(client:get_provider {})
    provider:inject { at = "get_provider", fault = "session_expired" }
    assert(client:get_provider {})
    assert.equal(3, asked)
  end)

  it("passes on why a function has no token", function()
    local provider = helper.open()
    for _, token in ipairs { "", "two words", "a\r\nx: y" } do
      local _, client = helper.open(nil, {
        transport = provider:transport(),
        refresh_token = helper.without,
        access_token = function()
          return token
        end,
      })
      local _, err = client:get_provider {}
      assert.equal("auth", err.kind)
    end
    assert.equal(0, #provider:requests())
  end)

  it("starts with an access token and goes on with the other", function()
    local provider = helper.open()
    local _, client = helper.open(nil, {
      transport = provider:transport(),
      access_token = provider:access_token(),
      refresh_token = provider:refresh_token(),
    })
    assert(client:get_provider {})
    assert.equal(0, calls(provider, "token"))
    provider:advance(300)
    assert(client:get_provider {})
    assert.equal(1, calls(provider, "token"))
  end)

  it("needs no discovery when it is told where tokens are", function()
    local base = "https://api.sandbox.mobilepay.dk"
      .. "/merchant-authentication-openidconnect/connect/token"
    local provider, client = helper.open(nil, { token_endpoint = base })
    assert(client:get_provider {})
    assert.equal(0, calls(provider, "openid_configuration"))
  end)

  it("sends the gateway's headers where it has them", function()
    local ibm = { ibm = { id = "gate", secret = "key" } }
    local _, bare = helper.open(ibm)
    local _, err = bare:get_provider {}
    assert.equal("auth", err.kind)
    local _, client = helper.open(ibm, {
      ibm_client_id = "gate",
      ibm_client_secret = "key",
    })
    assert(client:get_provider {})
  end)

  for what, options in pairs {
    ["without any token"] = { refresh_token = helper.without },
    ["with a refresh token alone"] = { client_secret = helper.without },
    ["with an empty token"] = { refresh_token = "" },
    ["with a token of two lines"] = { access_token = "a\nb" },
    ["with two who renew"] = {
      access_token = function() end,
    },
  } do
    it("is not made " .. what, function()
      assert.has_error(function()
        helper.open(nil, options)
      end)
    end)
  end

  it("prints no secret, whatever is printed", function()
    local provider, client = helper.open()
    assert(client:get_provider {})
    provider:withdraw()
    local _, err = client:get_provider {}
    local text = tostring(client) .. tostring(err)
    for name, value in pairs(err) do
      text = text .. tostring(name) .. tostring(value)
    end
    for _, value in pairs(client) do
      text = text .. tostring(value)
    end
    assert.is_nil(text:find "sandbox%-access")
    assert.is_nil(text:find "sandbox%-refresh")
    assert.is_nil(text:find "sandbox%-secret")
    assert.is_truthy(luapay)
  end)
end)
