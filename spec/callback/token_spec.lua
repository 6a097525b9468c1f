-- The token endpoint that MobilePay calls before its callbacks.

local helper = require "spec.callback.helper"
local json = require "luapay.json"
local subscriptions = require "spec.subscriptions.helper"

local with, with_header = helper.with, helper.with_header

describe("callback.mobilepay_subscriptions with oauth2", function()
  local world, receiver, make

  local function open(changes)
    world = helper.subscriptions {
      basic = helper.without,
      oauth2 = with(helper.CLIENT, changes),
    }
    receiver, make = world.receiver, world.make
  end

  before_each(function()
    open()
  end)

  local function token()
    local reply, events, problem = receiver:receive(make:token_request())
    assert.equal(200, reply.status)
    assert.same({}, events)
    assert.is_nil(problem)
    return json.decode(reply.body).access_token, reply
  end

  local function call(header)
    local request = with_header(make:payment(), "Authorization", header)
    return (receiver:receive(request)).status
  end

  it("gives a token to the client, and takes it", function()
    local text, reply = token()
    local answer = json.decode(reply.body)
    assert.equal("Bearer", answer.token_type)
    assert.equal(3600, answer.expires_in)
    assert.equal("application/json", reply.headers["content-type"])
    assert.equal("no-store", reply.headers["cache-control"])
    assert.equal(200, call("Bearer " .. text))
    assert.equal(200, call("bearer " .. text))
    assert.same({}, world.lines)
  end)

  it("gives another token each time, and all of them are good", function()
    local one, two = token(), token()
    assert.is_not.equal(one, two)
    assert.equal(200, call("Bearer " .. one))
    assert.equal(200, call("Bearer " .. two))
  end)

  it("knows a client whose secret is escaped as in a form", function()
    open { client_secret = "a+b: c%" }
    local crypto = require "luapay.crypto"
    for _, plain in ipairs {
      "mobilepay:a+b: c%",
      "mobilepay:a%2Bb%3A+c%25",
      "mobilepay:a%2Bb%3a%20c%25",
    } do
      local header = "Basic " .. crypto.base64_encode(plain)
      local request =
        with_header(make:token_request(), "Authorization", header)
      assert.equal(200, receiver:receive(request).status)
    end
  end)

  it("lets a token end", function()
    local text = token()
    world.now = world.now + 3599
    assert.equal(200, call("Bearer " .. text))
    world.now = world.now + 1
    assert.equal(401, call("Bearer " .. text))
    assert.equal(
      "callback mobilepay_subscriptions: refused with 401: "
        .. "credential: is wrong or has expired",
      world.lines[1]
    )
  end)

  it("gives tokens for as long as it is told, with their scope", function()
    open { lifetime = 60, scope = "callbacks" }
    local text, reply = token()
    assert.equal(60, json.decode(reply.body).expires_in)
    assert.equal("callbacks", json.decode(reply.body).scope)
    world.now = world.now + 60
    assert.equal(401, call("Bearer " .. text))
  end)

  it("takes a token of another worker, and none of another secret", function()
    local text = token()
    local request =
      with_header(make:payment(), "Authorization", "Bearer " .. text)
    local other = helper.subscriptions {
      basic = helper.without,
      oauth2 = helper.CLIENT,
    }
    assert.equal(200, other.receiver:receive(request).status)
    other = helper.subscriptions {
      basic = helper.without,
      oauth2 = with(helper.CLIENT, { client_secret = "new" }),
    }
    assert.equal(401, other.receiver:receive(request).status)
  end)

  it("takes no token that was changed in any character", function()
    local text = token()
    for at = 1, #text do
      local char = text:sub(at, at) == "A" and "B" or "A"
      local changed = text:sub(1, at - 1) .. char .. text:sub(at + 1)
      assert.equal(401, call("Bearer " .. changed), at)
    end
    for _, header in ipairs {
      text,
      "Basic " .. text,
      "Bearer",
      "Bearer " .. text .. "x",
      "Bearer " .. text:sub(1, -2),
      "Bearer x" .. text,
      "Bearer ..",
      "Bearer 99999999999..",
    } do
      assert.equal(401, call(header), header)
    end
  end)

  for what, case in pairs {
    ["a wrong secret"] = {
      header = "Basic bW9iaWxlcGF5Ondyb25n",
      status = 401,
      error = "invalid_client",
    },
    ["no credentials"] = {
      header = false,
      status = 401,
      error = "invalid_client",
    },
    ["another grant"] = {
      body = "grant_type=password",
      status = 400,
      error = "unsupported_grant_type",
    },
    ["no grant"] = {
      body = "",
      status = 400,
      error = "unsupported_grant_type",
    },
  } do
    it("gives none for " .. what, function()
      local request = make:token_request()
      if case.header ~= nil then
        request.headers.Authorization = case.header or nil
      end
      request.body = case.body or request.body
      local reply, events, problem = receiver:receive(request)
      assert.equal(case.status, reply.status)
      assert.same({}, events)
      assert.equal(case.error, json.decode(reply.body).error)
      assert.equal("token", problem.code)
      assert.equal(1, #world.lines)
      assert.equal(
        case.status == 401,
        reply.headers["www-authenticate"] ~= nil
      )
      assert.is_nil(reply.body:find "access_token")
    end)
  end

  it("gives tokens at one path only, where it is told one", function()
    open { token_path = "/oauth/token" }
    local request = make:token_request()
    assert.equal("/oauth/token", request.path)
    token()
    request.path = "/callbacks"
    local reply = receiver:receive(request)
    assert.equal(401, reply.status) -- a callback without a token
  end)

  it("does not take the client's secret for a callback's", function()
    local basic = make:token_request().headers.Authorization
    assert.equal(401, call(basic))
  end)

  it("is understood as the sandbox calls", function()
    local provider, client = subscriptions.open {
      callback_token = function(auth)
        assert.equal(helper.CLIENT.client_id, auth.key)
        return token()
      end,
    }
    assert(client:set_callback_auth_oauth2 {
      client_id = helper.CLIENT.client_id,
      client_secret = helper.CLIENT.client_secret,
      token_url = "https://gym.example/token",
    })
    subscriptions.agree(provider, client)
    local calls = provider:callbacks()
    assert.equal(1, #calls)
    local reply, events = receiver:receive(calls[1])
    assert.equal(200, reply.status)
    assert.equal("Accepted", events[1].status)
  end)
end)
