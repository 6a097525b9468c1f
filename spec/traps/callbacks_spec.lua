-- Where the providers' documents lead who receives callbacks astray: what
-- luapay.callback does, each under the id that it has in doc/traps.md.

local callbacks = require "spec.callback.helper"
local core = require "luapay.core"

local without = callbacks.without

local function receive(world, request)
  local reply, events, problem = world.receiver:receive(request)
  assert.equal(200, reply.status, tostring(problem))
  return events[1], events
end

-- A request with another body.
local function saying(request, body)
  return callbacks.with(request, { body = body })
end

describe("Infobip's redirect:", function()
  it("I-18: has a ChID, which is passed on and is no accountKey", function()
    local world = callbacks.open("infobip", {})
    local event = receive(world, world.make:buy { ChID = "8f0792F8" })
    assert.equal("8f0792F8", event.ChID)
    assert.is_nil(event.accountKey)
    assert.is_false(event.verified)
  end)
end)

describe("Mobip's call backs:", function()
  local function open(status)
    return callbacks.open("mobip", {
      find = function(hint)
        return hint.track_id or (hint.path or ""):match "[^/]+$"
      end,
      client = {
        is_valid = function(_, args)
          return { transaction_status = status, track_id = args.trid }
        end,
      },
    })
  end

  for _, word in ipairs { "PROCESSED", "CANCELLED", "ERROR", "RETURNED" } do
    it("M-22, M-25: are a hint, whatever they say: " .. word, function()
      for _, status in ipairs { "PAID", "PENDING", "DENIED" } do
        local world = open(status)
        local event = receive(world, {
          method = "GET",
          query = "resp_code=" .. word .. "&track_id=T1",
        })
        assert.equal(status, event.status)
        assert.equal(status == "PAID", event.paid)
        assert.equal(word, event.hint)
      end
    end)
  end

  it("M-25: are not believed when Mobip cannot be asked", function()
    local world = callbacks.open("mobip", {
      find = function()
        return "T1"
      end,
      client = {
        is_valid = function()
          return nil, { kind = "timeout", message = "no answer" }
        end,
      },
    })
    local reply, events = world.receiver:receive(world.make:link())
    assert.same({ 503, 0 }, { reply.status, #events })
  end)

  for what, request in pairs {
    ["in their path"] = {
      path = "/told/T1",
      query = "resp_code=PROCESSED",
    },
    ["behind a second question mark"] = {
      query = "track_id=T1?resp_code=PROCESSED",
    },
    ["in a query"] = { query = "resp_code=PROCESSED&track_id=T1" },
    ["in a form"] = {
      method = "POST",
      headers = { ["content-type"] = "application/x-www-form-urlencoded" },
      body = "resp_code=PROCESSED&track_id=T1",
    },
  } do
    it("M-26: are read with patience: a reference " .. what, function()
      request.method = request.method or "GET"
      local event = receive(open "PAID", request)
      assert.equal("T1", event.trid)
      assert.equal("PROCESSED", event.hint)
    end)
  end

  it("M-56: have a track_id that is never taken apart", function()
    local odd = "inv_1|inv_2, 3;{}"
    local world = open "PAID"
    local event = receive(world, world.make:link { track_id = odd })
    assert.equal(odd, event.track_id)
  end)
end)

describe("MobilePay's callbacks:", function()
  local online, subscriptions

  before_each(function()
    online = callbacks.online()
    subscriptions = callbacks.subscriptions()
  end)

  it("P-4: are read in either case", function()
    for _, kind in ipairs { "card", "token", "address", "failed_payment" } do
      local request = online.make[kind](online.make)
      for _, change in ipairs { string.upper, string.lower } do
        online = callbacks.online()
        local body = request.body:gsub('"(%a)(%a*)":', function(head, tail)
          return ('"%s%s":'):format(change(head), tail)
        end)
        local event = receive(online, saying(request, body))
        assert.equal(kind, event.kind)
        assert.is_string(event.paymentId)
      end
    end
  end)

  it("P-4: are refused when they have a name in both cases", function()
    local body = '{"PaymentId":"1","paymentId":"2","Code":"100"}'
    local request = saying(online.make:failed_payment(), body)
    assert.equal(400, online.receiver:receive(request).status)
  end)

  it("P-5: tell a payment's card from an agreement's by its body", function()
    local card = receive(online, online.make:card { AgreementId = "G" })
    local update = receive(online, online.make:card_update())
    assert.same({ "card", "card_update" }, { card.kind, update.kind })
    assert.equal(card.card:last4(), update.card:last4())
  end)

  it("P-6: keep each digit of a card and of its ticks", function()
    local event = receive(
      online,
      online.make:card {
        card = {
          cardNumber = "9999999999999999999",
          timestampticks = "638396640000000001",
        },
      }
    )
    local numbers = event.card:open()
    assert.same(
      { "9999999999999999999", "638396640000000001" },
      { numbers.cardNumber, numbers.timestampticks }
    )
  end)

  it("P-7: have amounts as decimal text, exactly", function()
    for _, case in ipairs {
      { '"10.10"', "10.10" },
      { "10.10", "10.10" },
      { "0.29", "0.29" },
      { '"1234567890123456.78"', "1234567890123456.78" },
    } do
      subscriptions = callbacks.subscriptions()
      local body = '[{"payment_id":"1","status":"Executed","currency":"DKK",'
        .. '"amount":%s}]'
      local request = subscriptions.make:payment()
      local event =
        receive(subscriptions, saying(request, body:format(case[1])))
      assert.equal(case[2], event.amount)
    end
  end)

  it("P-8: have a status code as text, as a number, or none", function()
    for given, read in pairs { ["50001"] = 50001, [50001] = 50001 } do
      local request = subscriptions.make:payment {
        status = "Rejected",
        status_code = given,
      }
      assert.equal(read, receive(subscriptions, request).status_code)
    end
    for _, none in ipairs { "", core.null, false } do
      local request = subscriptions.make:refund { status_code = none }
      local event = receive(subscriptions, request)
      assert.is_nil(event.status_code)
      assert.same({ "Issued", true }, { event.status, event.final })
    end
  end)

  it("P-8: have one state for Active and Accepted, and so on", function()
    for given, read in pairs {
      Active = "Accepted",
      Accepted = "Accepted",
      Canceled = "Canceled",
      Cancelled = "Canceled",
    } do
      local request = subscriptions.make:agreement { status = given }
      assert.equal(read, receive(subscriptions, request).status)
    end
  end)

  it("P-8: go by the status where its code is another's", function()
    local event = receive(
      subscriptions,
      subscriptions.make:agreement {
        status = "Canceled",
        status_code = 40000,
      }
    )
    assert.same(
      { "Canceled", 40000, true, "unknown" },
      { event.status, event.status_code, event.final, event.whose }
    )
  end)

  it("P-9: are a list of payments, or an agreement or a refund", function()
    local make = subscriptions.make
    local _, events = receive(subscriptions, make:payments { {}, {}, {} })
    assert.equal(3, #events)
    assert.equal("agreement", receive(subscriptions, make:agreement()).kind)
    assert.equal("refund", receive(subscriptions, make:refund()).kind)
    local request = saying(make:refund(), "[]")
    _, events = receive(subscriptions, request)
    assert.same({}, events)
  end)

  it("P-12: may decline late what was taken in with 202", function()
    local event = receive(
      subscriptions,
      subscriptions.make:payment {
        status = "Declined",
        status_code = 50004,
      }
    )
    assert.same(
      { "Declined", true, "merchant" },
      { event.status, event.final, event.whose }
    )
  end)

  it("P-14: show a key without a word before it", function()
    local world = callbacks.subscriptions {
      basic = without,
      api_key = callbacks.KEY,
    }
    local request = world.make:payment()
    assert.equal(callbacks.KEY, request.headers.Authorization)
    for _, word in ipairs { "Bearer ", "ApiKey ", "Basic " } do
      local header = word .. callbacks.KEY
      local worded = callbacks.with_header(request, "Authorization", header)
      assert.equal(401, world.receiver:receive(worded).status)
    end
    receive(world, request)
  end)
end)
