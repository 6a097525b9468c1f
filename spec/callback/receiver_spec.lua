-- What all receivers share: what is let in, each event once, and nothing
-- backwards.

local callback = require "luapay.callback"
local fault = require "luapay.fault"
local guard = require "luapay.guard"
local journal = require "luapay.journal"
local helper = require "spec.callback.helper"

local with = helper.with

local function yes()
  return true
end

describe("a receiver", function()
  local world, receiver, make

  before_each(function()
    world = helper.subscriptions()
    receiver, make = world.receiver, world.make
  end)

  -- Refused: no events, one line, and a problem that is no secret.
  local function refused(request, status, code)
    local reply, events, problem = receiver:receive(request)
    assert.equal(status, reply.status)
    assert.same({}, events)
    assert.is_true(fault.is(problem, "callback"))
    assert.equal(code, problem.code)
    assert.equal("failed", problem.outcome)
    assert.equal(1, #world.lines)
    assert.equal("", reply.body)
    return reply, world.lines[1]
  end

  it("is luapay.callback's, loaded when it is used", function()
    local luapay = require "luapay"
    assert.equal(callback.mobip, luapay.callback.mobip)
    assert.is_nil(luapay.callback.paypal)
  end)

  it("gives the events of a good request", function()
    local reply, events, problem = receiver:receive(make:payment())
    assert.equal(200, reply.status)
    assert.equal(1, #events)
    assert.is_nil(problem)
    assert.same({}, world.lines)
  end)

  it("reads a body behind a byte order mark", function()
    local request = make:payment()
    request.body = "\239\187\191" .. request.body
    local reply, events = receiver:receive(request)
    assert.equal(200, reply.status)
    assert.equal(1, #events)
  end)

  it("refuses another method, and says which it takes", function()
    local request = with(make:payment(), { method = "GET" })
    local reply, line = refused(request, 405, "method")
    assert.equal("POST", reply.headers.allow)
    assert.equal(
      "callback mobilepay_subscriptions: refused with 405: "
        .. "method: is another",
      line
    )
  end)

  it("takes a method in any case", function()
    local request = with(make:payment(), { method = "post" })
    assert.equal(200, receiver:receive(request).status)
  end)

  it("refuses a body that is too long", function()
    local long = (" "):rep(1048577)
    refused(with(make:payment(), { body = long }), 413, "size")
  end)

  it("takes a body as long as it may be, and no longer", function()
    world = helper.subscriptions { max_body = 400 }
    receiver, make = world.receiver, world.make
    local request = make:payment()
    request.body = request.body .. (" "):rep(400 - #request.body)
    assert.equal(200, receiver:receive(request).status)
    refused(with(request, { body = request.body .. " " }), 413, "size")
  end)

  it("refuses a body that was too long for its server to read", function()
    local request = with(make:payment(), { body = helper.without })
    refused(with(request, { too_long = true }), 413, "size")
  end)

  for what, body in pairs {
    ["is empty"] = "",
    ["is no JSON"] = "hello",
    ["is half a JSON"] = '[{"payment_id":"1"',
    ["is JSON with more behind it"] = "[] []",
    ["is a text"] = '"payment"',
    ["is a number"] = "1",
    ["is null"] = "null",
    ["is NaN"] = "[NaN]",
    ["is no UTF-8"] = '[{"payment_id":"\255","status":"Executed"}]',
    ["is nested too deep"] = ("["):rep(5000) .. ("]"):rep(5000),
    ["is a list of something else"] = "[1]",
    ["is a list of lists"] = "[[]]",
    ["is an empty object"] = "{}",
    ["names nothing"] = '{"status":"Executed"}',
    ["has no status"] = '{"payment_id":"1"}',
    ["has a status of two lines"] = '{"payment_id":"1","status":"a\\nb"}',
    ["has an id of two lines"] = '{"payment_id":"1\\n","status":"Executed"}',
    ["has an id without end"] = '{"status":"Failed","payment_id":"'
      .. ("1"):rep(201)
      .. '"}',
    ["has a member twice"] = '{"payment_id":"1","Payment_Id":"2",'
      .. '"status":"Executed"}',
  } do
    it("refuses a body that " .. what, function()
      refused(with(make:payment(), { body = body }), 400, "body")
    end)
  end

  it("refuses a request that is none", function()
    refused({}, 400, "method")
    world.lines = {}
    refused(with(make:payment(), { body = 12 }), 400, "body")
    world.lines = {}
    refused(with(make:payment(), { headers = 12 }), 401, "credential")
  end)

  it("takes what can be read of a list, and says that not all can", function()
    local request = make:payments { {}, { status = false } }
    local reply, events, problem = receiver:receive(request)
    assert.equal(400, reply.status)
    assert.equal(1, #events)
    assert.matches("element 2", problem.message)
    reply, events = receiver:receive(request)
    assert.equal(400, reply.status)
    assert.same({}, events) -- it was handed out already
  end)

  it("raises for what is no request at all: that is a bug", function()
    assert.has_error(function()
      receiver:receive "POST"
    end, "callback: expected a request, a table")
  end)

  it("does not fail when its log does", function()
    receiver.log = function()
      error "the disk is full"
    end
    local reply = receiver:receive { method = "GET" }
    assert.equal(405, reply.status)
  end)

  it("does not print what it knows", function()
    assert.equal("luapay.callback.mobilepay_subscriptions", tostring(receiver))
  end)

  for what, changes in pairs {
    ["no store"] = { seen = helper.without },
    ["a store that is none"] = { seen = {} },
    ["an unknown option"] = { sean = 1 },
    ["a size that is none"] = { max_body = 0 },
    ["a log that is none"] = { log = "stderr" },
    ["a lease that is over"] = { lease = 0 },
  } do
    it("is not made with " .. what, function()
      assert.has_error(function()
        helper.subscriptions(changes)
      end)
    end)
  end

  describe("that receives", function()
    it("gives each event once, and answers repeats with 200", function()
      local request = make:payment()
      local _, events = receiver:receive(request)
      assert.equal(1, #events)
      for _ = 1, 3 do
        local reply
        reply, events = receiver:receive(request)
        assert.equal(200, reply.status)
        assert.same({}, events)
      end
    end)

    it("knows a repeat by what it says, not by its bytes", function()
      local id = "11111111-2222-3333-4444-555555555555"
      receiver:receive(make:payment { payment_id = id, status_code = 0 })
      local _, events = receiver:receive(make:payment {
        payment_id = id,
        status_code = "0",
        external_id = "another",
      })
      assert.same({}, events)
    end)

    for what, code in pairs {
      ["without a code"] = false,
      ["with an empty one"] = "",
      ["with another one"] = 59999,
    } do
      it("knows a repeat " .. what .. ": a payment is made once", function()
        receiver:receive(make:payment { payment_id = "1", status_code = 0 })
        local _, events = receiver:receive(make:payment {
          payment_id = "1",
          status_code = code,
        })
        assert.same({}, events)
      end)
    end

    it("forgets after a while, so that it does not grow", function()
      local request = make:payment()
      receiver:receive(request)
      world.now = world.now + 7 * 86400
      local _, events = receiver:receive(request)
      assert.equal(1, #events)
    end)

    it("gives each time what it is told with seen = false", function()
      world = helper.subscriptions { seen = false }
      local request = world.make:payment()
      world.receiver:receive(request)
      local _, events = world.receiver:receive(request)
      assert.equal(1, #events)
    end)

    it("asks for it again when the store fails", function()
      local store = callback.seen.memory()
      local calls = 0
      function store:first()
        calls = calls + 1
        if calls < 2 then return true end
        return callback.seen.fail "is full"
      end
      world = helper.subscriptions { seen = store }
      local request = world.make:payments { {}, {} }
      local reply, events, problem = world.receiver:receive(request)
      assert.equal(503, reply.status)
      assert.equal(1, #events) -- marked, so it does not come again
      assert.equal("seen", problem.code)
      assert.equal(1, #world.lines)
    end)

    it("does not call a repeat late", function()
      local function tell(status)
        return select(
          2,
          receiver:receive(
            make:agreement { agreement_id = "1", status = status }
          )
        )
      end
      tell "Accepted"
      tell "Canceled"
      assert.same({}, tell "Accepted")
      assert.same({}, world.lines)
    end)

    it("says which events came late", function()
      local id = "1"
      receiver:receive(make:agreement {
        agreement_id = id,
        status = "Canceled",
        status_code = 40002,
      })
      local reply, events =
        receiver:receive(make:agreement { agreement_id = id })
      assert.equal(200, reply.status)
      assert.equal("Accepted", events[1].status)
      assert.is_true(events[1].stale)
      assert.equal("Canceled", events[1].known)
      assert.equal(1, #world.lines)
    end)
  end)

  describe("that handles many at once", function()
    local kept, list

    before_each(function()
      kept, list = journal.memory(), {}
      for i = 1, 40 do
        list[i] = { payment_id = ("payment-%d"):format(i % 20) }
        list[i].status = i <= 20 and "Executed" or "Rejected"
      end
    end)

    -- Handles the list; returns how, the order, and how many transactions.
    local function handle(concurrency)
      local told = {}
      world = helper.subscriptions { seen = kept, concurrency = concurrency }
      local before = kept.commit.ops
      local reply, events = world.receiver:handle(
        world.make:payments(list),
        function(event)
          told[event.object] = (told[event.object] or "")
            .. event.status
            .. " "
          return kept:keep("told:" .. event.id, "1")
        end
      )
      return { reply.status, #events }, told, kept.commit.ops - before
    end

    it("writes down together what it learns of a list", function()
      local _, _, one_by_one = handle(1)
      kept = journal.memory()
      local how, told, together = handle(20)
      assert.same({ 200, 40 }, how)
      -- a handler cannot be waited for beside others in plain Lua 5.1
      local times = guard.can_yield and 10 or 3
      assert.is_true(together * times < one_by_one, together)
      local things = 0
      for _, statuses in pairs(told) do
        assert.equal("Executed Rejected ", statuses)
        things = things + 1
      end
      assert.equal(20, things)
    end)
  end)

  describe("that handles", function()
    it("calls the handler once for each event", function()
      local request = make:payments { {}, {} }
      local calls = 0
      local function count()
        calls = calls + 1
        return true
      end
      local reply, events, problem = receiver:handle(request, count)
      assert.equal(200, reply.status)
      assert.equal(2, #events)
      assert.is_nil(problem)
      reply, events = receiver:handle(request, count)
      assert.equal(200, reply.status)
      assert.same({}, events)
      assert.equal(2, calls)
    end)

    for what, handler in pairs {
      ["raises an error"] = function()
        error "secret 4111111111111111"
      end,
      ["raises a table"] = function()
        error {}
      end,
      ["returns nothing"] = function() end,
      ["returns false"] = function()
        return false
      end,
      ["returns what is not true"] = function()
        return 1
      end,
    } do
      it("lets an event come again whose handler " .. what, function()
        local request = make:payment()
        local reply, events, problem = receiver:handle(request, handler)
        assert.equal(500, reply.status)
        assert.same({}, events)
        assert.equal("handler", problem.code)
        assert.equal("unknown", problem.outcome)
        assert.is_nil(tostring(problem):find("4111", 1, true))
        assert.is_nil(world.lines[1]:find("4111", 1, true))
        reply, events = receiver:handle(request, yes)
        assert.equal(200, reply.status)
        assert.equal(1, #events)
      end)
    end

    it("says 503 where the handler has a fault beside false", function()
      local request = make:payment()
      local away = fault.new { kind = "journal", message = "is locked" }
      local reply, events, problem = receiver:handle(request, function()
        return false, away
      end)
      assert.equal(503, reply.status)
      assert.same({}, events)
      assert.matches("is locked", problem.message)
      reply, events = receiver:handle(request, yes)
      assert.equal(200, reply.status)
      assert.equal(1, #events)
    end)

    it("says 500 where the handler has anything else beside false", function()
      for _, more in ipairs { {}, "text", 7 } do
        local reply = receiver:handle(make:payment(), function()
          return false, more
        end)
        assert.equal(500, reply.status)
      end
    end)

    it("tells the handler's error to who asked for it", function()
      local seen
      world = helper.subscriptions {
        on_error = function(err, event)
          seen = { err, event.kind }
        end,
      }
      world.receiver:handle(world.make:payment(), function()
        error("broken", 0)
      end)
      assert.same({ "broken", "payment" }, seen)
    end)

    it("does not mind an on_error that raises", function()
      world = helper.subscriptions { on_error = error }
      local request = world.make:payment()
      assert.equal(500, world.receiver:handle(request, error).status)
      assert.equal(200, world.receiver:handle(request, yes).status)
    end)

    it("does not mind a store that does not say why", function()
      for _, name in ipairs { "claim", "has", "advance", "first" } do
        local store = callback.seen.memory()
        store[name] = function() end
        world = helper.subscriptions { seen = store }
        local request = world.make:payment()
        local _, _, problem = world.receiver:handle(request, yes)
        assert.equal("seen", problem.code)
        if name ~= "claim" then
          _, _, problem = world.receiver:receive(request)
          assert.equal("seen", problem.code)
        end
      end
    end)

    it("handles the other events when one fails, and only it again", function()
      local request = make:payments { {}, {}, {} }
      local calls = 0
      local reply, events = receiver:handle(request, function()
        calls = calls + 1
        return calls ~= 2
      end)
      assert.equal(500, reply.status)
      assert.equal(2, #events)
      reply, events = receiver:handle(request, yes)
      assert.equal(200, reply.status)
      assert.equal(1, #events)
    end)

    it("does not let two handle the same thing at once", function()
      local request = make:payment()
      local inner
      local reply = receiver:handle(request, function()
        inner = receiver:handle(request, yes)
        return true
      end)
      assert.equal(200, reply.status)
      assert.equal(503, inner.status) -- it comes again, and is a repeat
      assert.equal(200, receiver:handle(request, error).status)
    end)

    it("gives a thing free again when its worker has died", function()
      local request = make:payment()
      local _, events = receiver:receive(make:payment())
      assert.equal(1, #events)
      local id = world.make:payment()
      local co = coroutine.create(function()
        receiver:handle(id, function()
          coroutine.yield()
        end)
      end)
      coroutine.resume(co) -- and never again
      assert.equal(503, receiver:handle(id, yes).status)
      world.now = world.now + 60
      assert.equal(200, receiver:handle(id, yes).status)
      assert.equal(200, receiver:handle(request, yes).status)
    end)

    it("lets a handler yield", function()
      local request = make:payment()
      local reply
      local co = coroutine.wrap(function()
        reply = receiver:handle(request, function()
          return coroutine.yield "waiting" == "go on"
        end)
      end)
      assert.equal("waiting", co())
      co "go on"
      assert.equal(200, reply.status)
    end)

    it("does not call the handler for what came late", function()
      local id = "1"
      local function told(status, code)
        local request = make:agreement {
          agreement_id = id,
          status = status,
          status_code = code,
        }
        local calls = 0
        local reply, events = receiver:handle(request, function()
          calls = calls + 1
          return true
        end)
        return reply.status, calls, events[1] and events[1].stale
      end
      assert.same({ 200, 1 }, { told("Canceled", 40002) })
      assert.same({ 200, 0, true }, { told("Active", 0) })
      assert.same({ 200, 0 }, { told("Active", 0) })
    end)

    it("calls on_stale for what came late, until it is done", function()
      local late, good = {}, false
      world = helper.subscriptions {
        on_stale = function(event)
          table.insert(late, event.status .. " after " .. event.known)
          return good
        end,
      }
      local function told(status)
        return world.receiver:handle(
          world.make:payment { payment_id = "1", status = status },
          yes
        )
      end
      assert.equal(200, told("Executed").status)
      assert.equal(500, told("Suspended").status)
      good = true
      assert.equal(200, told("Suspended").status)
      local line = "Suspended after Executed"
      assert.same({ line, line }, late)
    end)

    it("does not take the same event for late when it comes again", function()
      local request = make:payment()
      receiver:handle(request, function() end)
      local stale
      receiver:handle(request, function(event)
        stale = event.stale
        return true
      end)
      assert.is_nil(stale)
    end)

    it("says so when an event cannot be marked as handled", function()
      local store = callback.seen.memory()
      function store:first()
        return callback.seen.fail "is full"
      end
      world = helper.subscriptions { seen = store }
      local reply, events, problem =
        world.receiver:handle(world.make:payment(), yes)
      assert.equal(200, reply.status) -- it is handled
      assert.equal(1, #events)
      assert.equal("unknown", problem.outcome)
      assert.equal(1, #world.lines)
    end)

    it("says so when a handler took longer than its lease", function()
      local request = make:payment()
      receiver:handle(request, function()
        world.now = world.now + 61
        receiver:handle(request, yes)
        return true
      end)
      assert.truthy(world.lines[1]:find("handled twice", 1, true))
    end)

    it("calls nobody when the store fails before", function()
      for _, name in ipairs { "claim", "has", "advance" } do
        local store = callback.seen.memory()
        store[name] = function()
          return callback.seen.fail "is gone"
        end
        world = helper.subscriptions { seen = store }
        local request = world.make:payment()
        local reply, events, problem = world.receiver:handle(request, error)
        assert.equal(503, reply.status)
        assert.same({}, events)
        assert.equal("seen", problem.code)
        store[name] = nil
        assert.equal(200, world.receiver:handle(request, yes).status)
      end
    end)

    it("answers as the handler says", function()
      local reply = receiver:handle(make:payment(), function()
        return true, { status = 202, headers = { ["x-a"] = "b" }, body = "c" }
      end)
      assert.equal(202, reply.status)
      assert.equal("b", reply.headers["x-a"])
      assert.equal("c", reply.body)
    end)

    it("does not mind what else a handler returns", function()
      local away = fault.new { kind = "journal", message = "is locked" }
      local odds = { 1, "x", true, { status = "x", body = 1 }, away }
      for _, odd in ipairs(odds) do
        local reply = receiver:handle(make:payment(), function()
          return true, odd
        end)
        assert.equal(200, reply.status)
        assert.equal("ok", reply.body)
      end
    end)

    it("raises without a handler: that is a bug", function()
      assert.has_error(function()
        receiver:handle(make:payment())
      end, "callback: expected a handler, a function")
    end)

    it("handles each time with seen = false", function()
      world = helper.subscriptions { seen = false }
      local request = world.make:payment()
      for _ = 1, 2 do
        local _, events = world.receiver:handle(request, yes)
        assert.equal(1, #events)
      end
    end)
  end)
end)
