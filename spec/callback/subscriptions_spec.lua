-- What MobilePay Subscriptions sends: payments in lists, agreements and
-- refunds as objects; by a pretend MobilePay, and by hand.

local callback = require "luapay.callback"
local codes = require "luapay.callback.codes"
local helper = require "spec.callback.helper"
local subscriptions = require "spec.subscriptions.helper"

local core = require "luapay.core"

local with = helper.with

local function encode(value)
  return assert(core.encode(value))
end

describe("callback.mobilepay_subscriptions reads", function()
  local world, receiver, make

  before_each(function()
    world = helper.subscriptions()
    receiver, make = world.receiver, world.make
  end)

  local function receive(request)
    local reply, events, problem = receiver:receive(request)
    assert.equal(200, reply.status, tostring(problem))
    return events
  end

  local function send(body)
    return receive(with(make:payment(), { body = body }))
  end

  it("a list of payments of both types", function()
    local events = receive(make:payments {
      { payment_id = "1", amount = "10.01" },
      { payment_id = "2", payment_type = "OneOff" },
      { payment_id = "3", status = "Failed", status_code = 50000 },
    })
    assert.equal(3, #events)
    local one = events[1]
    assert.same(
      { "mobilepay_subscriptions", "payment", "1", "Executed", 0, "10.01" },
      {
        one.api,
        one.kind,
        one.payment_id,
        one.status,
        one.status_code,
        one.amount,
      }
    )
    assert.same({ "DKK", "PMT000023", "Regular", "2026-01-15" }, {
      one.currency,
      one.external_id,
      one.payment_type,
      one.payment_date,
    })
    assert.is_true(one.final)
    assert.is_true(one.verified)
    assert.equal("nobody", one.whose)
    assert.equal(world.now, one.time)
    assert.equal("one_off_payment", events[2].kind)
    assert.equal("Reserved", events[2].status)
    assert.is_false(events[2].final)
    assert.equal("user", events[3].whose)
    assert.equal("Could not be collected.", events[3].text)
  end)

  it("an agreement, which is an object", function()
    local events = receive(make:agreement { agreement_id = "A" })
    local one = events[1]
    assert.equal("agreement", one.kind)
    assert.equal("A", one.agreement_id)
    assert.equal("AGGR00068", one.external_id)
    assert.equal("2026-01-15T12:00:00Z", one.timestamp)
    assert.is_false(one.final)
  end)

  it("a refund, which is an object", function()
    local events = receive(make:refund {
      refund_id = "R",
      payment_id = "P",
      status = "Declined",
      status_code = "60002",
    })
    local one = events[1]
    assert.equal("refund", one.kind)
    assert.equal("R", one.refund_id)
    assert.equal("P", one.payment_id)
    assert.equal("12.50", one.amount)
    assert.equal(60002, one.status_code)
    assert.equal("merchant", one.whose)
    assert.is_true(one.final)
  end)

  it("an empty list: nothing happened", function()
    assert.same({}, send " [ ] ")
  end)

  it("a payment as an object, and an agreement in a list", function()
    local payment = '{"payment_id":"1","status":"Executed"}'
    assert.equal("payment", send(payment)[1].kind)
    local agreement = '[{"agreement_id":"1","status":"Active"}]'
    assert.equal("agreement", send(agreement)[1].kind)
  end)

  for _, case in ipairs {
    { "Active", "Accepted" },
    { "Accepted", "Accepted" },
    { "accepted", "Accepted" },
    { "Canceled", "Canceled" },
    { "Cancelled", "Canceled" },
    { "Pending", "Pending" },
    { "Paused", "Paused" },
  } do
    it(("an agreement that is %s as %s"):format(case[1], case[2]), function()
      local events = receive(make:agreement {
        status = case[1],
        status_code = false,
      })
      assert.equal(case[2], events[1].status)
    end)
  end

  it("Active and Accepted as the same event", function()
    receive(make:agreement { agreement_id = "A", status = "Active" })
    local again =
      receive(make:agreement { agreement_id = "A", status = "Accepted" })
    assert.same({}, again)
  end)

  for _, given in ipairs { 50001, "50001" } do
    it("a status code that is a " .. type(given), function()
      local events =
        receive(make:payment { status = "Rejected", status_code = given })
      assert.equal(50001, events[1].status_code)
      assert.equal("user", events[1].whose)
    end)
  end

  for what, given in pairs {
    ["is missing"] = false,
    ["is null"] = core.null,
    ["is empty"] = "",
    ["is no number"] = "none",
    ["is a fraction"] = 0.5,
    ["is a table"] = {},
  } do
    it("a status whose code " .. what, function()
      local events =
        receive(make:refund { status = "Issued", status_code = given })
      assert.is_nil(events[1].status_code)
      assert.equal("Issued", events[1].status)
      assert.equal("Given back.", events[1].text)
      assert.is_true(events[1].final)
    end)
  end

  it("the status, not the code, where they disagree", function()
    local events =
      receive(make:agreement { status = "Canceled", status_code = 40000 })
    local one = events[1]
    assert.equal("Canceled", one.status)
    assert.is_true(one.final)
    assert.is_nil(one.text)
    assert.equal("unknown", one.whose)
  end)

  it("whose doing the end of an agreement was, by the status", function()
    local events = receive(make:payments {
      { status = "Rejected", status_code = 50005 },
      { status = "Declined", status_code = 50005 },
    })
    assert.equal("user", events[1].whose)
    assert.equal("unknown", events[2].whose)
  end)

  it("a status that is new as not final, whatever its code", function()
    local events = receive(make:payments {
      { status = "Paused", status_code = 59999 },
      { status = "Stopped", status_code = 50006 },
      { status = "Halved", status_code = 0 },
    })
    for i, word in ipairs { "Paused", "Stopped", "Halved" } do
      local one = events[i]
      assert.same(
        { word, false, "unknown" },
        { one.status, one.final, one.whose }
      )
      assert.is_nil(one.text)
    end
  end)

  it("no state of a payment whose type is new", function()
    local events = receive(make:payments {
      { payment_type = "Split", status = "Executed", status_code = 0 },
    })
    local one = events[1]
    assert.same({ "payment", "Executed" }, { one.kind, one.status })
    assert.is_false(one.final)
    assert.is_nil(one.text)
    assert.equal("Split", one.payment_type)
  end)

  it("the provider's own words where it has some", function()
    local events = receive(make:payment { status_text = "Paid in full." })
    assert.equal("Paid in full.", events[1].text)
  end)

  for _, case in ipairs {
    { '"10.01"', "10.01" },
    { "10.01", "10.01" },
    { "10", "10.00" },
    { '"1234567890123456.78"', "1234567890123456.78" },
    { "null", nil },
  } do
    it("the amount " .. case[1] .. " exactly, or not at all", function()
      local events = send(
        '[{"payment_id":"1","status":"Executed","currency":"DKK",'
          .. '"amount":'
          .. case[1]
          .. "}]"
      )
      assert.equal(case[2], events[1].amount)
      assert.is_table(events[1].raw)
    end)
  end

  for _, amount in ipairs { '"a lot"', "[]", "true", '"12.505"' } do
    it("no event with the amount " .. amount, function()
      local reply, events, problem = receiver:receive(with(make:payment(), {
        body = '[{"payment_id":"1","status":"Executed","amount":'
          .. amount
          .. "}]",
      }))
      assert.equal(400, reply.status)
      assert.same({}, events)
      assert.matches("amount", problem.message)
    end)
  end

  it("an amount without its currency", function()
    local events =
      send '[{"payment_id":"1","status":"Executed","amount":"12.5"}]'
    assert.equal("12.50", events[1].amount)
  end)

  for what, bad in pairs {
    ["null"] = "null",
    ["a number"] = "7",
    ["an object without an id"] = '{"status":"Executed"}',
    ["an object without a status"] = '{"payment_id":"3"}',
    ["no amount"] = '{"payment_id":"3","status":"x","amount":"y"}',
  } do
    local good = '{"payment_id":"1","status":"Executed"}'
    local other = '{"payment_id":"2","status":"Failed"}'
    for place, list in pairs {
      ["at the head of a list"] = { bad, good, other },
      ["within a list"] = { good, bad, other },
      ["at the end of a list"] = { good, other, bad },
    } do
      it(("the good ones beside %s %s"):format(what, place), function()
        local request = with(make:payment(), {
          body = "[" .. table.concat(list, ",") .. "]",
        })
        local handled = {}
        local reply, events, problem = receiver:handle(request, function(event)
          handled[#handled + 1] = event.payment_id
          return true
        end)
        assert.equal(400, reply.status)
        assert.same({ "1", "2" }, handled)
        assert.equal(2, #events)
        assert.equal("body", problem.code)
        -- it comes again, and nothing is handled twice
        reply = receiver:handle(request, error)
        assert.equal(400, reply.status)
      end)
    end
  end

  it("an id that is a long number, digit for digit", function()
    local events =
      send '[{"payment_id":123456789012345678901,"status":"Failed"}]'
    assert.equal("123456789012345678901", events[1].payment_id)
  end)

  it("names in any case", function()
    local events = send '{"Refund_Id":"1","STATUS":"Issued"}'
    assert.equal("refund", events[1].kind)
  end)

  it("a thousand payments at once", function()
    local list = {}
    for i = 1, 1000 do
      list[i] = {}
    end
    assert.equal(1000, #receive(make:payments(list)))
  end)

  it("nothing backwards: a one-off that expired is not reserved", function()
    local id = "1"
    receive(make:one_off_payment {
      payment_id = id,
      status = "Expired",
      status_code = 50008,
    })
    local events = receive(make:one_off_payment { payment_id = id })
    assert.is_true(events[1].stale)
    assert.equal("Expired", events[1].known)
  end)

  it("forwards: requested, reserved, expired", function()
    for _, case in ipairs {
      { "Requested", 50013 },
      { "Reserved", 0 },
      { "Expired", 50008 },
    } do
      local events = receive(make:one_off_payment {
        payment_id = "1",
        status = case[1],
        status_code = case[2],
      })
      assert.is_nil(events[1].stale)
    end
  end)

  it("the second end of a payment as what contradicts the first", function()
    receive(make:payment { payment_id = "1" })
    local events = receive(make:payment {
      payment_id = "1",
      status = "Failed",
      status_code = 50000,
    })
    assert.is_nil(events[1].stale)
    assert.equal("Executed", events[1].contradicts)
  end)

  it("both ends of a payment, in a handler", function()
    local ends = {}
    for _, status in ipairs { "Executed", "Failed", "Executed" } do
      local request = make:payment { payment_id = "1", status = status }
      local reply = receiver:handle(request, function(event)
        ends[#ends + 1] = event.status
        return true
      end)
      assert.equal(200, reply.status)
    end
    assert.same({ "Executed", "Failed" }, ends)
  end)
end)

describe("callback.mobilepay_subscriptions asks who calls, and", function()
  local REFUSED = "callback mobilepay_subscriptions: refused with 401: "
    .. "credential: "

  local function ask(world, header)
    local request = world.make:payment()
    request.headers = { Authorization = header }
    world.lines = {}
    local reply, events = world.receiver:receive(request)
    if reply.status ~= 200 then assert.same({}, events) end
    return reply.status, world.lines[1], reply
  end

  it("takes a user name and password, with any character in it", function()
    local world = helper.subscriptions()
    assert.equal(200, world.receiver:receive(world.make:payment()).status)
    assert.equal(200, (ask(world, "Basic bW9iaWxlcGF5OnMzY3JldDogd29yZA==")))
    assert.equal(200, (ask(world, "basic  bW9iaWxlcGF5OnMzY3JldDogd29yZA==")))
  end)

  for what, header in pairs {
    ["a wrong password"] = "Basic bW9iaWxlcGF5Ondyb25n",
    ["a wrong user"] = "Basic c29tZWJvZHk6czNjcmV0OiB3b3Jk",
    ["no password"] = "Basic bW9iaWxlcGF5",
    ["half of the password"] = "Basic bW9iaWxlcGF5OnMzY3JldA==",
    ["no base64"] = "Basic mobilepay:s3cret",
    ["another scheme"] = "Bearer bW9iaWxlcGF5OnMzY3JldDogd29yZA==",
    ["no scheme"] = "bW9iaWxlcGF5OnMzY3JldDogd29yZA==",
    ["nothing behind the scheme"] = "Basic ",
    ["nothing"] = "",
  } do
    it("refuses " .. what .. ", without a word of it in the log", function()
      local status, line, reply = ask(helper.subscriptions(), header)
      assert.equal(401, status)
      assert.equal(REFUSED .. "is wrong or has expired", line)
      assert.equal(
        'Basic realm="callbacks"',
        reply.headers["www-authenticate"]
      )
    end)
  end

  it("compares digests, in constant time, whatever it is shown", function()
    local crypto = require "luapay.crypto"
    local equal, lengths = crypto.equal, {}
    crypto.equal = function(a, b)
      lengths[#lengths + 1] = { #a, #b }
      return equal(a, b)
    end
    local world = helper.subscriptions { api_key = helper.KEY }
    for _, header in ipairs {
      "x",
      helper.KEY,
      "Basic bW9iaWxlcGF5Ondyb25n",
      "Basic c29tZWJvZHk6czNjcmV0OiB3b3Jk",
    } do
      lengths = {}
      ask(world, header)
      -- user name, password and key, each time
      assert.same({ { 32, 32 }, { 32, 32 }, { 32, 32 } }, lengths)
    end
    crypto.equal = equal
  end)

  it("refuses who shows nothing, and who shows two", function()
    local world = helper.subscriptions()
    local status, line = ask(world, nil)
    assert.same({ 401, REFUSED .. "there is none" }, { status, line })
    local header = "Basic bW9iaWxlcGF5OnMzY3JldDogd29yZA=="
    status, line = ask(world, { header, header })
    assert.same({ 401, REFUSED .. "there are several" }, { status, line })
    local request = world.make:payment()
    request.headers = { Authorization = header, authorization = header }
    assert.equal(401, world.receiver:receive(request).status)
  end)

  it("looks at the header's name in any case", function()
    local world = helper.subscriptions()
    local request = world.make:payment()
    request.headers = {
      AUTHORIZATION = { "Basic bW9iaWxlcGF5OnMzY3JldDogd29yZA==" },
    }
    assert.equal(200, world.receiver:receive(request).status)
  end)

  it("takes a key that is the whole header", function()
    local world = helper.subscriptions {
      basic = helper.without,
      api_key = helper.KEY,
    }
    assert.equal(200, world.receiver:receive(world.make:payment()).status)
    assert.equal(200, (ask(world, helper.KEY)))
    assert.equal(401, (ask(world, "Bearer " .. helper.KEY)))
    assert.equal(401, (ask(world, "ApiKey " .. helper.KEY)))
    local status, _, reply = ask(world, helper.KEY .. "=")
    assert.equal(401, status)
    assert.is_nil(reply.headers["www-authenticate"])
  end)

  it("takes either while the provider changes from one to another", function()
    local world = helper.subscriptions { api_key = helper.KEY }
    assert.equal(200, (ask(world, helper.KEY)))
    assert.equal(200, (ask(world, "Basic bW9iaWxlcGF5OnMzY3JldDogd29yZA==")))
    assert.equal(401, (ask(world, "x")))
  end)

  it("asks nobody when it is told so, and says it", function()
    local world = helper.subscriptions {
      basic = helper.without,
      anonymous = true,
    }
    local _, events = world.receiver:receive {
      method = "POST",
      body = encode { agreement_id = "1", status = "Active" },
    }
    assert.is_false(events[1].verified)
  end)

  it("makes callbacks of nobody for one that asks nobody", function()
    local world = helper.subscriptions {
      basic = helper.without,
      anonymous = true,
    }
    local made = callback.make(world.receiver):payment()
    assert.is_nil(made.headers.Authorization)
    assert.equal(200, world.receiver:receive(made).status)
  end)

  for what, changes in pairs {
    ["no way to tell who calls"] = { basic = helper.without },
    ["a user without a password"] = { basic = { user_name = "u" } },
    ["an empty password"] = { basic = { user_name = "u", password = "" } },
    ["a colon in the user's name"] = {
      basic = { user_name = "u:v", password = "p" },
    },
    ["tokens that never live"] = {
      oauth2 = { client_id = "c", client_secret = "s", lifetime = 0 },
    },
    ["an unknown part"] = {
      basic = { user_name = "u", password = "p", realm = "r" },
    },
    ["an empty key"] = { api_key = "" },
    ["a client without a secret"] = { oauth2 = { client_id = "c" } },
    ["anybody, and somebody"] = { anonymous = true },
  } do
    it("is not made with " .. what, function()
      assert.has_error(function()
        helper.subscriptions(changes)
      end)
    end)
  end
end)

describe("callback.mobilepay_subscriptions, as the sandbox calls", function()
  for _, scheme in ipairs { "basic", "api_key" } do
    for _, as in ipairs { "number", "text" } do
      local title = "is understood with %s and status codes as %s"
      it(title:format(scheme, as), function()
        local provider, client = subscriptions.open { status_code_as = as }
        local world = helper.subscriptions {
          basic = scheme == "basic" and helper.USER or helper.without,
          api_key = scheme == "api_key" and helper.KEY or nil,
        }
        if scheme == "basic" then
          assert(client:set_callback_auth_basic(helper.USER))
        else
          assert(client:set_callback_auth_api_key { api_key = helper.KEY })
        end
        local agreement = subscriptions.agree(provider, client)
        local paid = subscriptions.request(provider, client, agreement)
        subscriptions.request(provider, client, agreement, {
          external_id = "2",
          due_date = provider:day(200),
        })
        local one_off = subscriptions.one_off(client, agreement)
        assert(provider:accept(one_off))
        provider:go_to(4, 12)
        local refund = assert(client:request_refund {
          agreementid = agreement,
          paymentid = paid,
          amount = "1.50",
          external_id = "R1",
          status_callback_url = "https://gym.example/refund",
        })
        provider:go_to(1, 12)
        assert(provider:cancel(agreement))
        provider:go_to(1, 12)

        local told = {}
        for _, call in ipairs(provider:callbacks()) do
          local reply, events = world.receiver:receive(call)
          assert.equal(200, reply.status)
          for _, event in ipairs(events) do
            assert.is_nil(event.stale)
            table.insert(told, {
              event.kind,
              event.status,
              event.status_code,
              event.final,
            })
            local row =
              codes.mobilepay_subscriptions[event.kind][event.status_code]
            assert.equal(row.final, event.final)
          end
          local _, again = world.receiver:receive(call)
          assert.same({}, again)
        end
        assert.same({
          { "agreement", "Accepted", 0, false },
          { "one_off_payment", "Reserved", 0, false },
          { "payment", "Declined", 50012, true },
          { "payment", "Executed", 0, true },
          { "refund", "Issued", 0, true },
          { "agreement", "Canceled", 40002, true },
        }, told)
        assert.is_string(refund.id)
      end)
    end
  end
end)
