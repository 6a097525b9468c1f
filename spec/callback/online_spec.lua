-- What MobilePay Online sends: cards, tokens, addresses, ends of payments,
-- agreements; by a pretend MobilePay, and by hand.

local crypto = require "luapay.crypto"
local helper = require "spec.callback.helper"
local online = require "spec.online.helper"
local sandbox = require "luapay.sandbox"

local with = helper.with

local CARD = {
  cardNumber = "5019717010103742",
  expiryMonth = "12",
  expiryYear = "28",
  timestampticks = "638396640000000001",
}

-- All text that can be reached from a value.
local function walk(value, found, seen)
  found, seen = found or {}, seen or {}
  if type(value) == "string" then
    found[#found + 1] = value
  elseif type(value) == "table" and not seen[value] then
    seen[value] = true
    for name, field in pairs(value) do
      walk(name, found, seen)
      walk(field, found, seen)
    end
    found[#found + 1] = tostring(value)
  elseif type(value) == "userdata" then
    found[#found + 1] = tostring(value)
  end
  return table.concat(found, "\n")
end

describe("callback.mobilepay_online reads", function()
  local world, receiver, make

  before_each(function()
    world = helper.online()
    receiver, make = world.receiver, world.make
  end)

  local function receive(request)
    local reply, events, problem = receiver:receive(request)
    assert.equal(200, reply.status, tostring(problem))
    return events[1]
  end

  it("an encrypted card, digit for digit", function()
    local one = receive(make:card {
      PaymentId = "P",
      AuthorizationAttemptId = "A",
    })
    assert.same(
      { "mobilepay_online", "card", "P", "A", 7, "DANKORT", "Accepted" },
      {
        one.api,
        one.kind,
        one.paymentId,
        one.authorizationAttemptId,
        one.publicKeyId,
        one.cardType,
        one.status,
      }
    )
    assert.same(CARD, one.card:open())
    assert.equal("3742", one.card:last4())
    assert.is_true(one.verified)
    assert.is_false(one.final)
  end)

  it("an encrypted card of openssl's making", function()
    local text = '{"timestampticks":638396640000000001,"encryptedCardData":'
      .. '{"cardNumber":5019717010103742,"expiryMonth":12,"expiryYear":28}}'
    local script = [[
      dir=$(mktemp -d); cd "$dir" || exit
      openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:4096 \
        -out key
      openssl pkey -in key -pubout -out pub
      printf %s ']] .. text .. [[' | openssl pkeyutl -encrypt -pubin \
        -inkey pub -pkeyopt rsa_padding_mode:oaep \
        -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256 \
        | openssl base64 -A
      cat key; rm -rf "$dir"]]
    local pipe = io.popen(script)
    local data, pem = pipe:read("*a"):match "^(%S+)(%-%-%-%-%-BEGIN.*)$"
    pipe:close()
    world = helper.online { keys = { [9] = pem } }
    local _, events = world.receiver:receive(world.make:card {
      PublicKeyId = 9,
      EncryptedCardData = data,
    })
    assert.same(CARD, events[1].card:open())
  end)

  it("a card's numbers with zeros in front", function()
    local one = receive(make:card {
      card = { cardNumber = '"0019717010103742"', expiryMonth = '"01"' },
    })
    assert.equal("0019717010103742", one.card:open().cardNumber)
    assert.equal("01", one.card:open().expiryMonth)
  end)

  it("a card, and prints nothing of it", function()
    local one = receive(make:card())
    assert.equal("card (hidden)", tostring(one.card))
    assert.is_nil(walk(one):find("5019717010103742", 1, true))
    assert.equal("(hidden)", one.raw.EncryptedCardData)
    assert.is_false(getmetatable(one.card))
  end)

  it("a card, and wipes it when the handler has returned", function()
    local kept
    receiver:handle(make:card(), function(event)
      kept = event.card
      assert.equal(CARD.cardNumber, kept:open().cardNumber)
      return true
    end)
    assert.is_true(kept:is_wiped())
    assert.has_error(function()
      kept:open()
    end)
    kept:wipe() -- twice does no harm
  end)

  it("a card, and wipes it when the handler has failed", function()
    local kept
    local request = make:card()
    receiver:handle(request, function(event)
      kept = event.card
      error "the acquirer is away"
    end)
    assert.is_true(kept:is_wiped())
    receiver:handle(request, function(event)
      assert.equal(CARD.cardNumber, event.card:open().cardNumber)
      kept = event.card
      return true
    end)
    assert.is_true(kept:is_wiped())
  end)

  it("a card, and wipes it when it is not handled at all", function()
    local wiped = {}
    local card = require "luapay.callback.card"
    local decrypt = card.decrypt
    card.decrypt = function(...)
      wiped[#wiped + 1] = decrypt(...)
      return wiped[#wiped]
    end
    local request = make:card()
    receiver:handle(request, function()
      receiver:handle(request, error) -- busy
      return true
    end)
    receiver:handle(request, error) -- a repeat
    receiver:receive(request)
    card.decrypt = decrypt
    assert.equal(4, #wiped)
    for _, one in ipairs(wiped) do
      assert.is_true(one:is_wiped())
    end
  end)

  it("a card, and closes what libcrypto has decrypted", function()
    local open = 0
    local key = {
      encrypt = function()
        return "as it likes"
      end,
      decrypt_secret = function()
        open = open + 1
        return {
          number = function()
            return "4111111111111111"
          end,
          close = function()
            open = open - 1
          end,
        }
      end,
    }
    world = helper.online { keys = { [7] = key } }
    local request = world.make:card()
    world.receiver:handle(request, function(event)
      assert.equal(1, open)
      assert.equal("4111111111111111", event.card:open().cardNumber)
      return true
    end)
    assert.equal(0, open)
  end)

  it("a card that a handler takes along, and wipes itself", function()
    local taken
    receiver:handle(make:card(), function(event)
      taken = event.card:take()
      assert.is_true(event.card:is_wiped())
      return true
    end)
    assert.equal(CARD.cardNumber, taken:open().cardNumber)
    taken:wipe()
    assert.is_true(taken:is_wiped())
  end)

  it("a card as it is, where there are no keys", function()
    world = helper.online { keys = helper.without }
    local _, events = world.receiver:receive(world.make:card {
      EncryptedCardData = "b25lIHNlY3JldA==",
    })
    assert.is_nil(events[1].card)
    assert.equal("b25lIHNlY3JldA==", events[1].encrypted:open())
    assert.equal("(hidden)", tostring(events[1].encrypted))
  end)

  for what, change in pairs {
    ["of another key"] = { PublicKeyId = 8 },
    ["of no key"] = { PublicKeyId = false },
    ["that is no base64"] = { EncryptedCardData = "***" },
    ["that was cut"] = { EncryptedCardData = "AAAA" },
    ["with no number in it"] = {
      EncryptedCardData = crypto.base64_encode(
        helper.rsa():encrypt '{"cardNumber":"none"}'
      ),
    },
  } do
    it("no card " .. what, function()
      local reply, events, problem = receiver:receive(make:card(change))
      assert.equal(400, reply.status)
      assert.same({}, events)
      assert.equal("card", problem.code)
      assert.equal(1, #world.lines)
    end)
  end

  for _, method in ipairs { "VTS", "MC S4C" } do
    it("a token of " .. method .. ", in camelCase, hidden", function()
      local one = receive(make:token {
        tokenMethod = method,
        paymentId = "P",
        authorizationAttemptId = "A",
      })
      assert.equal("token", one.kind)
      assert.equal("P", one.paymentId)
      assert.equal("A", one.authorizationAttemptId)
      assert.equal(method, one.tokenMethod)
      assert.equal("DK", one.cardIssuedInCountryCode)
      assert.truthy(one.maskedCardNumber:find "XXXXXX")
      assert.equal(method == "VTS" or nil, one.isDelegatedAuthentication)
      local data = one.token:open()
      local number = method == "VTS" and data.tokenInfo.token
        or data.token.paymentToken
      assert.truthy(number:find "^%d+$")
      assert.is_nil(walk(one):find(number, 1, true))
      assert.equal("(hidden)", one.raw.tokenData)
    end)
  end

  it("a token, and wipes it when the handler has returned", function()
    local kept
    receiver:handle(make:token(), function(event)
      kept = event.token
      return true
    end)
    assert.is_true(kept:is_wiped())
    assert.has_error(function()
      kept:open()
    end)
  end)

  it("another card of an agreement, by its own names", function()
    local one = receive(make:card_update {
      agreementId = "G",
      paymentId = "P",
    })
    assert.equal("card_update", one.kind)
    assert.equal("G", one.agreementId)
    assert.equal("P", one.paymentId)
    assert.equal("EncryptedPan", one.cardDataType)
    assert.equal(CARD.cardNumber, one.card:open().cardNumber)
    assert.equal("(hidden)", one.raw.cardData)
  end)

  it("another token of an agreement", function()
    local one = receive(make:card_update { tokenMethod = "VTS" })
    assert.equal("card_update", one.kind)
    assert.equal("Token", one.cardDataType)
    assert.is_table(one.token:open())
  end)

  it("an address, before its card and after it", function()
    local ids = { PaymentId = "P", AuthorizationAttemptId = "A" }
    local one = receive(make:address(ids))
    assert.equal("address", one.kind)
    assert.equal("P", one.paymentId)
    assert.equal("2100", one.addresses[1].PostalCode)
    assert.equal("jens@example.com", one.emailAddress)
    assert.equal("+4512345678", one.phoneNumber)
    assert.is_table(receive(make:card(ids)))
    assert.is_nil(receive(make:address(ids))) -- a repeat
  end)

  it("the end of a payment, whose code is text", function()
    local one = receive(make:failed_payment { PaymentId = "P" })
    assert.equal("failed_payment", one.kind)
    assert.same({ "P", "Expired", 100, "Payment expired", true, "user" }, {
      one.paymentId,
      one.status,
      one.status_code,
      one.text,
      one.final,
      one.whose,
    })
  end)

  it("another end of a payment than the documented one", function()
    local one = receive(make:failed_payment { Code = "200", Reason = "?" })
    assert.same(
      { "Failed", 200, "?", true, "unknown" },
      { one.status, one.status_code, one.text, one.final, one.whose }
    )
  end)

  for _, name in ipairs {
    "AgreementId",
    "agreementId",
    "RecurringAgreementId",
    "recurringAgreementId",
  } do
    it("the state of an agreement, named by " .. name, function()
      local one = receive(make:agreement {
        AgreementId = false,
        [name] = "G",
      })
      assert.same(
        { "agreement", "G", "Activated", false },
        { one.kind, one.agreementId, one.status, one.final }
      )
    end)
  end

  it("the end of an agreement, and nothing backwards", function()
    local one =
      receive(make:agreement { AgreementId = "G", State = "Terminated" })
    assert.is_true(one.final)
    assert.equal("user", one.whose)
    one = receive(make:agreement { AgreementId = "G" })
    assert.is_true(one.stale)
  end)

  it("a second attempt of a payment as another event", function()
    receive(make:card { PaymentId = "P", AuthorizationAttemptId = "1" })
    local one =
      receive(make:card { PaymentId = "P", AuthorizationAttemptId = "2" })
    assert.equal("2", one.authorizationAttemptId)
    assert.is_nil(one.stale)
  end)

  it("the same attempt once, though it is encrypted anew", function()
    local ids = { PaymentId = "P", AuthorizationAttemptId = "A" }
    local first, second = make:card(ids), make:card(ids)
    assert.is_not.equal(first.body, second.body)
    assert.is_table(receive(first))
    assert.is_nil(receive(second))
  end)

  it("a card of a payment that has ended as stale", function()
    receive(make:failed_payment { PaymentId = "P" })
    assert.is_true(receive(make:card { PaymentId = "P" }).stale)
  end)

  it("a card of an agreement's payment", function()
    local one = receive(make:card { AgreementId = "G" })
    assert.equal("card", one.kind)
    assert.equal("G", one.agreementId)
    one = receive(make:token { agreementId = "G" })
    assert.equal("token", one.kind)
  end)

  it("the same names in the other case", function()
    local request = make:card()
    request.body = request.body
      :gsub("EncryptedCardData", "encryptedCardData")
      :gsub("PaymentId", "paymentId")
    assert.equal("card", receive(request).kind)
    request = make:token()
    request.body = request.body:gsub('"tokenData"', '"TokenData"')
    local one = receive(request)
    assert.equal("token", one.kind)
    assert.equal("(hidden)", one.raw.TokenData)
  end)

  for what, body in pairs {
    ["a list"] = "[]",
    ["an empty object"] = "{}",
    ["no known kind"] = '{"PaymentId":"1"}',
    ["a card without a payment"] = '{"EncryptedCardData":"AAAA"}',
    ["a token without its data"] = '{"paymentId":"1",'
      .. '"authorizationAttemptId":"2","tokenData":1}',
    ["a card that is a number"] = '{"PaymentId":"1",'
      .. '"AuthorizationAttemptId":"2","EncryptedCardData":5}',
    ["a new card without an agreement"] = '{"cardData":"AAAA",'
      .. '"paymentId":"1"}',
    ["an address of nobody"] = '{"Addresses":[]}',
    ["an address that is none"] = '{"PaymentId":"1","Addresses":"here"}',
    ["a state of nothing"] = '{"State":"Activated"}',
    ["a failure of nothing"] = '{"Code":"100"}',
    ["a payment named twice"] = '{"PaymentId":"1","paymentId":"2",'
      .. '"Code":"100"}',
  } do
    it("nothing of a body that is " .. what, function()
      local request = with(make:failed_payment(), { body = body })
      local reply, events, problem = receiver:receive(request)
      assert.equal(400, reply.status)
      assert.same({}, events)
      assert.equal("body", problem.code)
    end)
  end
end)

describe("callback.mobilepay_online asks for the certificate, and", function()
  local function ask(changes, verify, name)
    local world = helper.online(changes)
    local request = world.make:failed_payment()
    request.client_verify, request.client_name = verify, name
    local reply, events, problem = world.receiver:receive(request)
    return reply.status, problem and problem.message, world.lines[1], events
  end

  for _, name in ipairs {
    "CN=callbacks.mobilepay.example",
    "CN=callbacks.mobilepay.example,O=MobilePay,C=DK",
    "C=DK,O=MobilePay,CN=callbacks.mobilepay.example",
    "O=Mobile\\, Pay,CN=callbacks.mobilepay.example",
    "cn=callbacks.mobilepay.example+OU=x,C=DK",
    "CN=callbacks\\2Emobilepay.example",
  } do
    it("takes " .. name, function()
      assert.equal(200, (ask(nil, "SUCCESS", name)))
    end)
  end

  for _, name in ipairs {
    "CN=somebody.example",
    "CN=xcallbacks.mobilepay.example",
    "CN=callbacks.mobilepay.example.evil.example",
    "CN=Callbacks.mobilepay.example",
    "O=CN\\=callbacks.mobilepay.example",
    "O=x\\,CN=callbacks.mobilepay.example",
    "O=x\\,CN=callbacks.mobilepay.example,CN=somebody.example",
    "CN=callbacks.mobilepay.example,CN=somebody.example",
    "CN=somebody.example+CN=callbacks.mobilepay.example",
    "OU=callbacks.mobilepay.example",
    "XCN=callbacks.mobilepay.example",
    "callbacks.mobilepay.example",
    "",
    "\\",
    ",,,+",
  } do
    it(("refuses %q"):format(name), function()
      local status, message = ask(nil, "SUCCESS", name)
      assert.same({ 403, "has another name" }, { status, message })
    end)
  end

  for _, verify in ipairs {
    "NONE",
    "FAILED",
    "FAILED:certificate has expired",
    "success",
    "",
  } do
    it(("refuses what nginx says %q of"):format(verify), function()
      local status, message, line =
        ask(nil, verify, "CN=" .. helper.CERTIFICATE)
      assert.same({ 403, "was not verified" }, { status, message })
      assert.equal(
        "callback mobilepay_online: refused with 403: "
          .. "certificate: was not verified",
        line
      )
    end)
  end

  it("refuses who has none", function()
    assert.equal(403, (ask(nil, nil, nil)))
    assert.equal(403, (ask(nil, "SUCCESS", nil)))
    assert.equal(403, (ask(nil, true, {})))
  end)

  it("takes one of several names, while it changes", function()
    local changes = { client_name = { "old.example", "new.example" } }
    assert.equal(200, (ask(changes, "SUCCESS", "CN=old.example")))
    assert.equal(200, (ask(changes, "SUCCESS", "CN=new.example")))
    assert.equal(403, (ask(changes, "SUCCESS", "CN=other.example")))
  end)

  it("asks nobody when it is told so, and says it", function()
    local status, _, _, events = ask({ client_name = false }, nil, nil)
    assert.equal(200, status)
    assert.is_false(events[1].verified)
  end)

  for what, changes in pairs {
    ["no word on it"] = { client_name = helper.without },
    ["an empty name"] = { client_name = "" },
    ["a list of none"] = { client_name = {} },
    ["true"] = { client_name = true },
    ["a key that is none"] = { keys = { [1] = "secret" } },
    ["a key without a number"] = { keys = { first = "x" } },
  } do
    it("is not made with " .. what, function()
      local _, message = pcall(helper.online, changes)
      assert.is_string(message)
      assert.is_nil(message:find("secret", 1, true))
    end)
  end
end)

describe("callback.mobilepay_online, as the sandbox calls,", function()
  local SUCCESS = {
    client_verify = "SUCCESS",
    client_name = "CN=" .. helper.CERTIFICATE,
  }

  it("is understood, from the card to the end of an agreement", function()
    local provider = sandbox.mobilepay_online {
      encrypt = function(_, text)
        return crypto.base64_encode(assert(helper.rsa():encrypt(text)))
      end,
    }
    local world = helper.online()
    online.accepted(provider, {
      isCheckout = true,
      addressCallbackUrl = "https://psp.example/address",
      deliveryAddressAllowed = true,
    })
    online.accepted(provider, { pspReferenceId = "2" }, { last4 = "1111" })
    online.accepted(provider, { pspReferenceId = "3" }, { last4 = "4444" })
    online.send(
      provider,
      "POST /v3/payments",
      online.payment { pspReferenceId = "4" }
    )
    provider:advance(36 * 60)

    local told, last4 = {}, nil
    for _, call in ipairs(provider:callbacks()) do
      local reply, events = world.receiver:receive(with(call, SUCCESS))
      assert.equal(200, reply.status)
      for _, event in ipairs(events) do
        if event.kind == "card" then last4 = event.card:last4() end
        told[event.kind] = (told[event.kind] or 0) + 1
      end
    end
    assert.equal("3742", last4)
    assert.equal(1, told.address)
    assert.equal(1, told.card)
    assert.equal(2, told.token)
    assert.truthy(told.failed_payment >= 1)
    assert.same({}, world.lines)
  end)
end)
