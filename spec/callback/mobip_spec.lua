-- What Mobip sends is a hint; what is reported is what Mobip itself says.

local callback = require "luapay.callback"
local helper = require "spec.callback.helper"
local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

describe("callback.mobip", function()
  local provider, client, world, receiver, make, trids, asked

  -- One-use codes, whose call back names no track_id.
  local function pay(changes)
    local args = {
      item_name = "Coffee",
      item_amount_in_cents = 250,
      tax_amount_in_cents = 0,
      call_back_url = "https://shop.example/mobip/order-17",
      redirect_url = "https://shop.example/done",
      track_id = "order-17",
    }
    for name, value in pairs(changes or {}) do
      args[name] = value
    end
    local link = assert(client:create_one_use_qr(args))
    trids["order-17"] = link.trid
    return link.trid
  end

  local function find(hint)
    asked = hint
    return trids[hint.track_id or (hint.path or ""):match "[^/]+$"]
  end

  before_each(function()
    provider = sandbox.mobip()
    client = luapay.mobip {
      api_account_id = "merchant",
      api_secret_key = "secret",
      transport = provider:transport(),
    }
    trids = {}
    world = helper.open("mobip", { client = client, find = find })
    receiver, make = world.receiver, world.make
  end)

  it("reports a payment that Mobip confirms", function()
    local trid = pay()
    provider:pay(trid)
    local call = provider:callbacks()[1]
    local reply, events = receiver:receive(call)
    assert.equal(200, reply.status)
    local one = events[1]
    assert.same(
      { "mobip", "link", trid, "order-17", "PAID", true, false, true },
      {
        one.api,
        one.kind,
        one.trid,
        one.track_id,
        one.status,
        one.paid,
        one.refunded,
        one.final,
      }
    )
    assert.equal("PROCESSED", one.hint)
    assert.equal("CARD", one.payment_method)
    assert.equal("nobody", one.whose)
    assert.equal("Paid.", one.text)
    assert.equal("/mobip/order-17", asked.path)
  end)

  it("believes no call back that says more than Mobip", function()
    local trid = pay()
    local _, events = receiver:receive(make:link { track_id = "order-17" })
    assert.equal("PENDING", events[1].status)
    assert.is_false(events[1].paid)
    assert.is_false(events[1].final)
    provider:deny(trid)
    _, events = receiver:receive(make:link { track_id = "order-17" })
    assert.equal("DENIED", events[1].status)
    assert.is_false(events[1].paid)
    assert.equal("refused by the bank", events[1].reason)
    assert.equal("user", events[1].whose)
  end)

  it("reports a payment though the call back says it failed", function()
    provider:pay(pay())
    local _, events = receiver:receive(make:link {
      track_id = "order-17",
      resp_code = "ERROR",
    })
    assert.is_true(events[1].paid)
  end)

  it("reports each state once", function()
    local trid = pay()
    local hint = make:link { track_id = "order-17" }
    local function told()
      local _, events = receiver:receive(hint)
      return events[1] and events[1].status
    end
    assert.equal("PENDING", told())
    assert.is_nil(told())
    provider:pay(trid)
    assert.equal("PAID", told())
    assert.is_nil(told())
    provider:refund(trid)
    assert.equal("REFUNDED", told())
    assert.is_nil(told())
  end)

  it("does not say paid of what was given back", function()
    local trid = pay()
    provider:pay(trid)
    provider:refund(trid)
    local _, events = receiver:receive(make:link { track_id = "order-17" })
    assert.is_false(events[1].paid)
    assert.is_true(events[1].refunded)
  end)

  it("does not go back when answers overtake each other", function()
    local trid = pay()
    local answers = {
      { transaction_status = "PAID" },
      { transaction_status = "PENDING" },
    }
    world = helper.open("mobip", {
      find = find,
      client = {
        is_valid = function()
          return table.remove(answers, 1)
        end,
      },
    })
    local hint = make:link { track_id = "order-17" }
    local _, events = world.receiver:receive(hint)
    assert.equal("PAID", events[1].status)
    local _, late = world.receiver:receive(hint)
    assert.is_true(late[1].stale)
    assert.equal(trid, late[1].trid)
  end)

  it("passes a status on that is new, as neither paid nor final", function()
    pay()
    world = helper.open("mobip", {
      find = find,
      client = {
        is_valid = function()
          return { transaction_status = "HELD" }
        end,
      },
    })
    local _, events =
      world.receiver:receive(make:link { track_id = "order-17" })
    assert.equal("HELD", events[1].status)
    assert.is_false(events[1].paid)
    assert.is_false(events[1].final)
    assert.equal("unknown", events[1].whose)
  end)

  it("lets a call back come again when Mobip cannot be asked", function()
    provider:pay(pay())
    local hint = make:link { track_id = "order-17" }
    provider:inject { at = "is_valid", fault = "refuse", times = 9 }
    local reply, events, problem = receiver:receive(hint)
    assert.equal(503, reply.status)
    assert.same({}, events)
    assert.equal("transport", problem.kind)
    assert.equal(
      "callback mobip: refused with 503: is_valid: transport",
      world.lines[1]
    )
    provider:clear()
    events = select(2, receiver:receive(hint))
    assert.is_true(events[1].paid)
  end)

  it("says 404 to a reference that is nobody's, and asks nobody", function()
    local before = #provider:requests()
    local reply, events, problem =
      receiver:receive(make:link { track_id = "order-18" })
    assert.equal(404, reply.status)
    assert.same({}, events)
    assert.equal("reference", problem.code)
    assert.equal(before, #provider:requests())
  end)

  it("says 500 when the search raises, and nothing of why", function()
    trids = setmetatable({}, {
      __index = function()
        error "the database's password is x"
      end,
    })
    local reply = receiver:receive(make:link { track_id = "order-17" })
    assert.equal(500, reply.status)
    assert.equal(1, #world.lines)
    assert.is_nil(world.lines[1]:find("password", 1, true))
  end)

  for what, call in pairs {
    ["a second question mark"] = {
      query = "order=17?resp_code=PROCESSED&track_id=order-17",
    },
    ["a query that is a table"] = {
      query = { resp_code = "PROCESSED", track_id = { "order-17", "x" } },
    },
    ["a URL, as the sandbox has it"] = {
      url = "https://shop.example/x?track_id=order-17&resp_code=ERROR#x",
    },
    ["a reference in the path of a URL"] = {
      url = "https://shop.example/mobip/order-17?resp_code=ERROR",
    },
    ["a form"] = {
      method = "POST",
      headers = {
        ["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8",
      },
      body = "resp_code=PROCESSED&track_id=order%2d17",
    },
    ["names in capitals"] = {
      query = "RESP_CODE=PROCESSED&Track_Id=order-17",
    },
    ["an unknown word"] = { query = "resp_code=RETURNED&track_id=order-17" },
  } do
    it("reads a call back with " .. what, function()
      pay()
      call.method = call.method or "GET"
      local reply, events = receiver:receive(call)
      assert.equal(200, reply.status)
      assert.equal("PENDING", events[1].status)
    end)
  end

  for _, query in ipairs {
    "",
    "track_id=order-17",
    "resp_code=",
    "resp_code=%00",
    "resp_code=" .. ("A"):rep(33),
    "resp_code",
    "&&&===???",
  } do
    it(("refuses the query %q"):format(query), function()
      local reply, events, problem =
        receiver:receive { method = "GET", query = query }
      assert.equal(400, reply.status)
      assert.same({}, events)
      assert.equal("hint", problem.code)
    end)
  end

  it("needs a client and a way to find a transaction", function()
    for _, name in ipairs { "client", "find" } do
      assert.has_error(function()
        helper.open(
          "mobip",
          { client = client, find = find },
          { [name] = helper.without }
        )
      end)
    end
  end)

  it("makes its calls inside map, side by side", function()
    local hints = {}
    for i = 1, 20 do
      trids["order-" .. i] = pay { track_id = "order-" .. i }
      trids["order-17"] = nil
      hints[i] = make:link { track_id = "order-" .. i }
    end
    trids["order-17"] = trids["order-16"]
    local count = 0
    luapay.map(hints, {}, function(hint)
      return receiver:handle(hint, function()
        count = count + 1
        return true
      end)
    end)
    assert.equal(19, count) -- two of them are one
    assert.equal(callback.mobip, luapay.callback.mobip)
  end)
end)
