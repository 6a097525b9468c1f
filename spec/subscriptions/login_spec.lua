-- The login by OpenID Connect: its good day, and each way in which an
-- answer or an id_token may be wrong.

local crypto = require "luapay.crypto"
local helper = require "spec.subscriptions.helper"
local json = require "luapay.sandbox.json"
local oidc = require "luapay.auth.oidc"
local sandbox = require "luapay.sandbox"

local BACK = "https://localhost/callback"

describe("luapay.auth.oidc", function()
  local provider, transport, login, merchant

  -- another client of the same provider
  local function new(options)
    local given = {
      client_id = "sandbox-client",
      client_secret = "sandbox-secret",
      transport = transport,
      environment = "sandbox",
      time = function()
        return math.floor(provider.clock:now())
      end,
    }
    for name, value in pairs(options or {}) do
      given[name] = value
    end
    return oidc.new(given)
  end

  setup(function()
    provider = sandbox.mobilepay_subscriptions()
    transport = provider:transport()
  end)

  before_each(function()
    provider:reset()
    provider:tamper(nil)
    login = new()
    merchant = assert(login:authorization_url { redirect_uri = BACK })
  end)

  local function asked_of(url)
    local asked = {}
    for name, value in url:gmatch "[?&]([^=&]+)=([^&]*)" do
      asked[name] = value
    end
    return asked
  end

  -- what was asked of an endpoint, and how often
  local function calls(name)
    local count = 0
    for _, request in ipairs(provider:requests()) do
      if request.endpoint == name then count = count + 1 end
    end
    return count
  end

  it("sends the merchant to the provider, with PKCE", function()
    local asked = asked_of(merchant.url)
    assert.matches("^https://.*/account/connect/authorize%?", merchant.url)
    assert.equal("code%20id_token", asked.response_type)
    assert.equal("form_post", asked.response_mode)
    assert.equal("openid%20offline_access%20subscriptions", asked.scope)
    assert.equal("https%3A%2F%2Flocalhost%2Fcallback", asked.redirect_uri)
    assert.equal("S256", asked.code_challenge_method)
    assert.equal(
      crypto.base64url_encode(crypto.sha256(merchant.code_verifier)),
      asked.code_challenge
    )
    assert.equal(43, #merchant.code_verifier)
    assert.equal(merchant.state, asked.state)
    assert.equal(merchant.nonce, asked.nonce)
    assert.is_nil(asked.client_secret)
  end)

  it("uses no secret twice", function()
    local other = assert(login:authorization_url { redirect_uri = BACK })
    for _, name in ipairs { "state", "nonce", "code_verifier" } do
      assert.not_equal(merchant[name], other[name])
    end
  end)

  it("passes a VAT number and other scopes on", function()
    local made = assert(login:authorization_url {
      redirect_uri = BACK,
      merchant_vat = "FI12345678",
      scope = "openid offline_access subscriptions invoice",
      response_mode = "fragment",
    })
    local asked = asked_of(made.url)
    assert.equal("FI12345678", asked.merchant_vat)
    assert.equal("fragment", asked.response_mode)
    assert.matches("invoice$", asked.scope)
    for _, vat in ipairs { "DK1234567", "SE12345678", "DK123456789" } do
      assert.has_error(function()
        login:authorization_url { redirect_uri = BACK, merchant_vat = vat }
      end)
    end
  end)

  it("exchanges the code for tokens that open the API", function()
    local answer = provider:authorize(merchant.url)
    local tokens = assert(login:exchange(merchant, answer))
    assert.equal(300, tokens.expires_in)
    assert.equal("sandbox-client", tokens.claims.aud)
    assert.matches("^luapay: tokens$", tostring(tokens))
    local status = helper.send(provider, "GET ", nil, {
      authorization = "Bearer " .. tokens.access_token,
    })
    assert.equal(200, status)
    assert.is_truthy(tokens.refresh_token)
  end)

  it("reads discovery and keys once", function()
    for _ = 1, 2 do
      local made = assert(login:authorization_url { redirect_uri = BACK })
      assert(login:exchange(made, provider:authorize(made.url)))
    end
    assert.equal(1, calls "openid_configuration")
    assert.equal(1, calls "jwks")
  end)

  local function refused(code, answer, changes)
    local before = calls "token"
    local tokens, err = login:exchange(merchant, answer)
    assert.is_nil(tokens)
    assert.equal("auth", err.kind)
    assert.equal(code, err.code)
    if not changes then assert.equal(before, calls "token") end
    return err
  end

  it("refuses an answer to another login, and sends nothing", function()
    local answer = provider:authorize(merchant.url)
    answer.state = merchant.nonce
    refused("state", answer)
    answer.state = nil
    refused("state", answer)
  end)

  it("says that the merchant has not consented", function()
    refused(
      "access_denied",
      provider:authorize(merchant.url, {
        reject = true,
      })
    )
  end)

  it("refuses an answer without a code", function()
    refused("code", { state = merchant.state })
  end)

  it("refuses an answer without an id_token", function()
    local answer = provider:authorize(merchant.url)
    answer.id_token = nil
    refused("id_token", answer)
  end)

  it("refuses an id_token that does not say which code it is of", function()
    provider:tamper(function(_, claims)
      claims.c_hash = nil
    end)
    refused("c_hash", provider:authorize(merchant.url))
  end)

  it("refuses a code that was swapped after the id_token", function()
    local answer = provider:authorize(merchant.url)
    answer.code = provider:authorize(merchant.url).code
    refused("c_hash", answer)
  end)

  local HOUR = 3600
  for what, case in pairs {
    ["another login's"] = {
      "nonce",
      function(_, claims)
        claims.nonce = "another"
      end,
    },
    ["one without a nonce"] = {
      "nonce",
      function(_, claims)
        claims.nonce = nil
      end,
    },
    ["an expired one"] = {
      "exp",
      function(_, claims)
        claims.exp = claims.iat - 61
      end,
    },
    ["one that never expires"] = {
      "exp",
      function(_, claims)
        claims.exp = nil
      end,
    },
    ["one of tomorrow"] = {
      "iat",
      function(_, claims)
        claims.iat = claims.iat + HOUR
      end,
    },
    ["one that is not valid yet"] = {
      "nbf",
      function(_, claims)
        claims.nbf = claims.iat + HOUR
      end,
    },
    ["somebody else's"] = {
      "aud",
      function(_, claims)
        claims.aud = "another-client"
      end,
    },
    ["one for several without saying who asked"] = {
      "aud",
      function(_, claims)
        claims.aud = json.list { "sandbox-client", "another" }
      end,
    },
    ["one that somebody else asked for"] = {
      "aud",
      function(_, claims)
        claims.azp = "another-client"
      end,
    },
    ["another issuer's"] = {
      "iss",
      function(_, claims)
        claims.iss = "https://evil.example/merchant"
      end,
    },
    ["one about nobody"] = {
      "sub",
      function(_, claims)
        claims.sub = nil
      end,
    },
    ["an unsigned one"] = {
      "alg",
      function(header)
        header.alg = "none"
      end,
    },
    ["one with a shared secret"] = {
      "alg",
      function(header)
        header.alg = "HS256"
      end,
    },
    ["another algorithm's"] = {
      "alg",
      function(header)
        header.alg = "rs256"
      end,
    },
    ["one with something critical"] = {
      "crit",
      function(header)
        header.crit = json.list { "x" }
      end,
    },
    ["one signed with an unknown key"] = {
      "kid",
      function(header)
        header.kid = "nobody's"
      end,
    },
    ["one that is no token"] = {
      "malformed",
      function()
        return "no.token"
      end,
    },
    ["one that is no JSON"] = {
      "malformed",
      function()
        return "eA.eA.eA"
      end,
    },
    ["one of three empty parts"] = {
      "malformed",
      function()
        return ".."
      end,
    },
  } do
    it("refuses " .. what, function()
      provider:tamper(case[2])
      refused(case[1], provider:authorize(merchant.url))
    end)
  end

  it("refuses a token whose claims were changed after signing", function()
    local answer = provider:authorize(merchant.url)
    local head, body, tail = answer.id_token:match "^(.-)%.(.-)%.(.*)$"
    local claims = crypto.base64url_decode(body)
    claims = claims:gsub("user%-of", "admin-of")
    answer.id_token = head
      .. "."
      .. crypto.base64url_encode(claims)
      .. "."
      .. tail
    refused("signature", answer)
  end)

  it("refuses HS256 with the public key as the secret", function()
    provider:tamper(function(header, claims, key)
      header.alg = "HS256"
      local text = crypto.base64url_encode(json.encode(header))
        .. "."
        .. crypto.base64url_encode(json.encode(claims))
      local mac = crypto.hmac_sha256(key:numbers(), text)
      return text .. "." .. crypto.base64url_encode(mac)
    end)
    refused("alg", provider:authorize(merchant.url))
  end)

  it("bears clocks that differ by less than the leeway", function()
    provider:tamper(function(_, claims)
      claims.iat, claims.exp = claims.iat + 59, claims.iat - 59
    end)
    assert(login:exchange(merchant, provider:authorize(merchant.url)))
  end)

  it("takes several audiences when it was the one to ask", function()
    provider:tamper(function(_, claims)
      claims.aud = json.list { "another", "sandbox-client" }
      claims.azp = "sandbox-client"
    end)
    assert(login:exchange(merchant, provider:authorize(merchant.url)))
  end)

  it("validates the token endpoint's id_token too", function()
    local answer = provider:authorize(merchant.url)
    provider:tamper(function(_, claims)
      claims.nonce = "another"
    end)
    refused("nonce", answer, true)
  end)

  it("refuses an access token that was swapped", function()
    local answer = provider:authorize(merchant.url)
    provider:tamper(function(_, claims)
      claims.at_hash = "another"
    end)
    refused("at_hash", answer, true)
  end)

  it("refuses two id_tokens about different people", function()
    local answer = provider:authorize(merchant.url)
    provider:tamper(function(_, claims)
      claims.sub = "another"
    end)
    refused("sub", answer, true)
  end)

  it("finds a new key, and looks for none too often", function()
    assert(login:exchange(merchant, provider:authorize(merchant.url)))
    transport:sleep(61)
    provider:rotate_keys()
    local made = assert(login:authorization_url { redirect_uri = BACK })
    assert(login:exchange(made, provider:authorize(made.url)))
    assert.equal(2, calls "jwks")
    provider:tamper(function(header)
      header.kid = "nobody's"
    end)
    for _ = 1, 3 do
      made = assert(login:authorization_url { redirect_uri = BACK })
      assert.is_nil((login:exchange(made, provider:authorize(made.url))))
    end
    assert.equal(2, calls "jwks")
  end)

  it("needs a key's name only when there are several", function()
    provider:tamper(function(header)
      header.kid = nil
    end)
    local fresh = new()
    provider:rotate_keys(true)
    assert(fresh:exchange(merchant, provider:authorize(merchant.url)))
    provider:rotate_keys()
    refused("kid", provider:authorize(merchant.url))
  end)

  it("says when the code was used before, or is too old", function()
    login = new { leeway = 600 }
    local answer = provider:authorize(merchant.url)
    assert(login:exchange(merchant, answer))
    refused("invalid_grant", answer, true)
    answer = provider:authorize(merchant.url)
    transport:sleep(301)
    refused("invalid_grant", answer, true)
  end)

  it("says when the verifier is another's", function()
    local answer = provider:authorize(merchant.url)
    merchant.code_verifier = ("x"):rep(43)
    refused("invalid_grant", answer, true)
  end)

  it("says when the client is unknown", function()
    local stranger = new { client_secret = "wrong" }
    local answer = provider:authorize(merchant.url)
    local _, err = stranger:exchange(merchant, answer)
    assert.equal("auth", err.kind)
    assert.equal("invalid_client", err.code)
    assert.is_nil(tostring(err):find("wrong", 1, true))
  end)

  it("does not know what a lost answer has done with the code", function()
    local answer = provider:authorize(merchant.url)
    provider:inject { at = "token", fault = "lost_answer" }
    local _, err = login:exchange(merchant, answer)
    assert.equal("transport", err.kind)
    assert.equal("unknown", err.outcome)
  end)

  for fault, kind in pairs {
    refuse = "transport",
    garbage = "decode",
    truncated = "decode",
    error = "server",
  } do
    it("ends in a fault when discovery meets " .. fault, function()
      provider:inject { at = "openid_configuration", fault = fault }
      local made, err = new():authorization_url { redirect_uri = BACK }
      assert.is_nil(made)
      assert.equal(kind, err.kind)
      assert.equal("failed", err.outcome)
      assert(new():authorization_url { redirect_uri = BACK })
    end)
  end

  it("holds the provider to the issuer that it was told", function()
    local strict = new { issuer = "https://api.mobilepay.dk/merchant" }
    local made, err = strict:authorization_url { redirect_uri = BACK }
    assert.is_nil(made)
    assert.matches("issuer", err.message)
  end)

  it("sends no secret to an address without TLS", function()
    provider:inject {
      at = "openid_configuration",
      fault = "error",
      status = 200,
      body = json.encode {
        issuer = "https://a",
        authorization_endpoint = "https://a/authorize",
        token_endpoint = "http://a/token",
        jwks_uri = "https://a/jwks",
      },
    }
    local made, err = new():authorization_url { redirect_uri = BACK }
    assert.is_nil(made)
    assert.matches("token_endpoint", err.message)
  end)

  it("knows the addresses of each environment and country", function()
    local metadata = require "luapay.auth.oidc.metadata"
    local TAIL = "/account/.well-known/openid-configuration"
    assert.equal("https://admin.mobilepay.dk" .. TAIL, metadata.url {})
    assert.equal(
      "https://sandprod-admin.mobilepay.fi" .. TAIL,
      metadata.url { environment = "sandbox", country = "FI" }
    )
    assert.equal(
      "https://localhost:1" .. TAIL,
      metadata.url { base_url = "https://localhost:1/" }
    )
    assert.equal("https://a", metadata.url { discovery_url = "https://a" })
  end)

  it("prints no secret", function()
    assert.is_nil(tostring(login):find "secret")
    for _, value in pairs(login) do
      error("there is something to print: " .. tostring(value))
    end
  end)
end)
