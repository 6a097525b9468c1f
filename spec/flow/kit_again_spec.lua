-- The same reference again: what a second run, a run with other content, a
-- person's `found` and `absent` do in each state of an item. A table.

local helper = require "spec.flow.kit_helper"

local item, of = helper.item, helper.of

local LONG = 1000 -- seconds: leases and horizons are over

-- What each verb comes to: "ok", or kind, code and outcome of its fault; then
-- how the item stands; then how many requests were sent.
local SAME, OTHER, FOUND, ABSENT = "run, same", "run, other", "found", "absent"

local VERBS = {
  [SAME] = function(flow)
    return flow:run_one(item "r")
  end,
  [OTHER] = function(flow)
    return flow:run_one(item("r", { amount = "11.00" }))
  end,
  [FOUND] = function(flow)
    return flow:found("r", { provider_id = "p1", who = "Ann" })
  end,
  [ABSENT] = function(flow)
    return flow:absent("r", { who = "Ann" })
  end,
}

local function text_of(world, flow, verb)
  local sent = world:sent()
  local got, err = VERBS[verb](flow)
  sent = world:sent() - sent
  local said = got and "ok"
    or ("%s/%s/%s"):format(err.kind, err.code or err.field, err.outcome)
  local now = flow:get("r", { refresh = false })
  if got then assert.equal(of(now), of(got)) end
  return ("%s, %s, %d sent"):format(said, now and of(now) or "nothing", sent)
end

-- How it came to be: in the journal, and (maybe) at the provider as p1.
local function at_provider(status)
  return function(world)
    world:make("r", "10.00", status)
  end
end

-- stylua: ignore
local CASES = {
  { "there is nothing", nil, nil, {
    [SAME] = "ok, pending asked, 1 sent",
    [FOUND] = "journal/absent/failed, nothing, 0 sent",
    [ABSENT] = "journal/absent/failed, nothing, 0 sent",
  } },
  { "it is planned", { "planned" }, nil, {
    [SAME] = "ok, pending asked, 1 sent",
    [OTHER] = "ok, pending asked, 1 sent",
    [FOUND] = "journal/settled/unknown, planned none, 0 sent",
    [ABSENT] = "journal/settled/unknown, planned none, 0 sent",
  } },
  { "another worker sends it", { "sent", leased = true }, nil, {
    [SAME] = "unsettled/busy/unknown, sent unknown, 0 sent",
    [OTHER] = "journal/conflict/unknown, sent unknown, 0 sent",
    [FOUND] = "unsettled/busy/unknown, sent unknown, 0 sent",
    [ABSENT] = "unsettled/busy/unknown, sent unknown, 0 sent",
  } },
  { "its worker died, it is there", { "sent" }, at_provider "Requested", {
    [SAME] = "ok, pending asked, 0 sent",
    [OTHER] = "journal/conflict/unknown, sent unknown, 0 sent",
    [FOUND] = "ok, pending asked, 0 sent",
  } },
  { "its worker died, it is not there, early", { "sent", wait = 130 }, nil, {
    [SAME] = "unsettled/unknown/unknown, unknown unknown, 0 sent",
    [ABSENT] = "unsettled/early/unknown, sent unknown, 0 sent",
  } },
  { "its worker died, it is not there, late", { "sent" }, nil, {
    [SAME] = "ok, pending asked, 1 sent",
    [ABSENT] = "ok, failed none, 0 sent",
  } },
  { "it is unknown, and there", { "unknown" }, at_provider "Paid", {
    [SAME] = "ok, done moved, 0 sent",
    [OTHER] = "journal/conflict/unknown, unknown unknown, 0 sent",
    [FOUND] = "ok, done moved, 0 sent",
  } },
  { "it is unknown, and not there", { "unknown" }, nil, {
    [SAME] = "ok, pending asked, 1 sent",
    [ABSENT] = "ok, failed none, 0 sent",
  } },
  { "it is unknown, not there, early", { "unknown", wait = 1 }, nil, {
    [SAME] = "unsettled/unknown/unknown, unknown unknown, 0 sent",
    [ABSENT] = "unsettled/early/unknown, unknown unknown, 0 sent",
  } },
  { "it is parked", { "parked" }, at_provider "Requested", {
    [SAME] = "unsettled/parked/unknown, parked unknown P, 0 sent",
    [OTHER] = "journal/conflict/unknown, parked unknown P, 0 sent",
    [FOUND] = "ok, pending asked, 0 sent",
    [ABSENT] = "ok, failed none, 0 sent",
  } },
  { "it is parked, early", { "parked", wait = 1 }, nil, {
    [ABSENT] = "unsettled/early/unknown, parked unknown P, 0 sent",
  } },
  { "it is pending", { "pending", id = "p1" }, at_provider "Requested", {
    [SAME] = "ok, pending asked, 0 sent",
    [OTHER] = "journal/conflict/unknown, pending asked, 0 sent",
    [FOUND] = "ok, pending asked, 0 sent",
    [ABSENT] = "journal/settled/unknown, pending asked, 0 sent",
  } },
  { "it is done", { "done", id = "p1" }, at_provider "Paid", {
    [SAME] = "ok, done moved, 0 sent",
    [OTHER] = "journal/conflict/unknown, done moved, 0 sent",
    [FOUND] = "ok, done moved, 0 sent",
    [ABSENT] = "journal/settled/unknown, done moved, 0 sent",
  } },
  { "it is pending as another", { "pending", id = "p7" }, nil, {
    [FOUND] = "ok, parked unknown P, 0 sent",
  } },
  { "it is closed", { "closed", id = "p1" }, at_provider "Declined", {
    [SAME] = "incomplete/declined/failed, closed none, 0 sent",
    [OTHER] = "journal/conflict/failed, closed none, 0 sent",
    [FOUND] = "ok, closed none, 0 sent",
    [ABSENT] = "journal/settled/unknown, closed none, 0 sent",
  } },
  { "it came back", { "compensated", id = "p1" }, at_provider "Returned", {
    [SAME] = "incomplete/returned/failed, compensated returned, 0 sent",
    [OTHER] = "journal/conflict/failed, compensated returned, 0 sent",
    [FOUND] = "ok, compensated returned, 0 sent",
    [ABSENT] = "journal/settled/unknown, compensated returned, 0 sent",
  } },
  { "it has failed", { "failed" }, nil, {
    [SAME] = "ok, pending asked, 1 sent",
    [OTHER] = "ok, pending asked, 1 sent",
    [ABSENT] = "ok, failed none, 0 sent",
  } },
  { "it has failed, and is there", { "failed" }, at_provider "Paid", {
    [FOUND] = "ok, done moved, 0 sent",
  } },
}

local STATUS = {
  closed = "Declined",
  compensated = "Returned",
  done = "Paid",
  pending = "Requested",
}

describe("the same reference again, where", function()
  for _, case in ipairs(CASES) do
    local what, was, provider, expected = case[1], case[2], case[3], case[4]
    for verb, said in pairs(expected) do
      it(("%s: %s"):format(what, verb), function()
        local world = helper.world()
        if was then
          local dead = world:flow()
          world:put(dead, "r", was[1], was[1] ~= "sent" and {
            provider_id = was.id,
            status = STATUS[was[1]],
          } or nil)
        end
        if provider then provider(world) end
        if not (was and was.leased) then
          world.now = world.now + (was and was.wait or LONG)
        end
        assert.equal(said, text_of(world, world:flow(), verb))
      end)
    end
  end

  it("what is not compared may differ", function()
    local world = helper.world()
    local flow = world:flow()
    assert(flow:run_one(item("r", { url = "https://a.example" })))
    assert(flow:run_one(item("r", { url = "https://b.example" })))
    assert.equal(1, world:sent())
  end)

  it("another's id is not taken", function()
    local world = helper.world()
    local flow = world:flow()
    local other = assert(flow:run_one(item "other"))
    world:put(flow, "r", "parked")
    local got, err = flow:found("r", { provider_id = other.provider_id })
    assert.is_nil(got)
    assert.equal("provider_id", err.field)
    assert.equal("parked unknown P", of(flow:get "r"))
  end)

  it("a late answer beats what was concluded meanwhile", function()
    local world = helper.world()
    local flow = world:flow()
    world.orders.create = function(there, args)
      -- the answer takes so long that another worker takes it for absent
      there.now = there.now + LONG
      assert(there:flow():recover())
      assert.equal("failed none", of(there:flow():get "r"))
      return there:make(args.name, args.amount)
    end
    assert.equal("pending asked", of(assert(flow:run_one(item "r"))))
    assert.equal("pending asked", of(world:flow():get "r"))
  end)

  it("a late refusal counts while its attempt is the last", function()
    local world = helper.world()
    local flow = world:flow()
    world.orders.create = function(there)
      there.now = there.now + 130
      assert(there:flow():recover())
      return helper.refused()
    end
    local _, err = flow:run_one(item "r")
    assert.equal("incomplete", err.kind)
    assert.equal("failed none", of(world:flow():get "r"))
  end)

  it("a late refusal does not end a later attempt", function()
    local world = helper.world()
    local flow = world:flow()
    world.orders.create = function(there)
      there.now = there.now + LONG
      assert(there:flow():run_one(item "r")) -- absent, so sent again
      return helper.refused()
    end
    flow:run_one(item "r")
    assert.equal("pending asked", of(world:flow():get "r"))
  end)

  it("a late refusal does not end a later attempt that was lost", function()
    local world = helper.world()
    local flow = world:flow()
    world.orders.create = function(there)
      there.now = there.now + LONG
      there.orders.create = helper.lost
      there:flow():run_one(item "r") -- absent, so sent again
      return helper.refused()
    end
    flow:run_one(item "r")
    local got = world:flow():get("r", { refresh = false })
    assert.equal("unknown unknown", of(got))
  end)

  it("a lost answer leaves alone what another worker has sent", function()
    local world = helper.world()
    local flow = world:flow()
    world.orders.create = function(there)
      there.now = there.now + LONG
      assert(there:flow().book:change("r", function(one)
        one:send(one:entry "request")
        return true
      end))
      return helper.lost()
    end
    flow:run_one(item "r")
    local _, err = world:flow():run_one(item "r")
    assert.equal("busy", err.code)
  end)

  it("other content is in doubt where an end is doubtful", function()
    local world = helper.world()
    local flow = world:flow()
    world:put(flow, "r", "closed", { provider_id = "p1", status = "Declined" })
    flow:on_callback {
      api = "fake",
      kind = "payment",
      payment_id = "p1",
      status = "Paid",
      amount = "10.00",
      verified = true,
    }
    local got = flow:get("r", { refresh = false })
    assert.equal("closed unknown", of(got))
    local _, err = flow:run_one(item("r", { amount = "11.00" }))
    assert.equal("conflict", err.code)
    assert.equal("unknown", err.outcome)
  end)

  it("two answers with two ids are for a person", function()
    local world = helper.world()
    local flow = world:flow()
    world.orders.create = function(there, args)
      there.now = there.now + LONG
      assert(there:flow():run_one(item "r"))
      return there:make(args.name, args.amount)
    end
    local got, err = flow:run_one(item "r")
    assert.is_nil(got)
    assert.equal("unknown", err.outcome)
    assert.equal("parked unknown P", of(err.item))
    assert.same({ "p1", "p2" }, err.item.candidates)
  end)
end)

describe("recover", function()
  local world, flow

  before_each(function()
    world = helper.world()
    flow = world:flow()
    world:put(flow, "r", "unknown")
    world.now = world.now + LONG
  end)

  it("binds the one that fits", function()
    world:make("r", "10.00", "Paid")
    assert(flow:recover())
    assert.equal("done moved", of(flow:get "r"))
    assert.equal(0, world:sent())
  end)

  it("parks what fits but for its amount", function()
    local payment = world:make("r", "12.00", "Requested")
    assert(flow:recover())
    local got = flow:get "r"
    assert.equal("parked unknown P", of(got))
    assert.same({ payment.id }, got.candidates)
    assert.truthy(got.advice:find("candidates", 1, true))
    assert.equal(
      "pending asked",
      of(flow:found("r", {
        provider_id = payment.id,
      }))
    )
  end)

  it("parks what several fit", function()
    world:make("r", "10.00")
    world:make("r", "10.00")
    assert(flow:recover())
    local got = flow:get "r"
    assert.equal("parked unknown P", of(got))
    assert.same({ "p1", "p2" }, got.candidates)
    assert.equal(
      "pending asked",
      of(flow:found("r", {
        provider_id = "p2",
      }))
    )
  end)

  it("leaves alone what is another's", function()
    local payment = world:make("r", "10.00")
    world:put(flow, "other", "pending", { provider_id = payment.id })
    assert(flow:recover())
    assert.equal("failed none", of(flow:get "r"))
  end)

  it("concludes nothing from a fault", function()
    for _ = 1, 3 do
      world.orders.list = helper.lost
      assert(flow:recover())
      assert.equal("unknown unknown", of(flow:get("r", { refresh = false })))
      world.now = world.now + LONG
    end
  end)

  it("asks about each once, and ends", function()
    for i = 1, 250 do
      world:put(flow, "r" .. i, "unknown")
    end
    world.log = {}
    assert(flow:recover())
    assert.equal(251, #world.log)
  end)

  it("asks about none twice, however long that takes", function()
    for i = 1, 150 do
      world:put(flow, "r" .. i, "unknown")
    end
    local asked = {}
    local function slow(there, args)
      assert.is_nil(asked[args.name])
      asked[args.name] = true
      there.now, there.orders.list = there.now + 1, slow
      return helper.lost()
    end
    world.orders.list = slow
    flow.journal.lease = 1000 -- and so is asked again before it is over
    assert(flow:recover())
  end)

  it("keeps why the provider could not be asked", function()
    world:put(flow, "s", "unknown", { provider_id = "p1" })
    world.orders.get = helper.lost
    assert(flow:recover())
    local got = flow:get("s", { refresh = false })
    assert.equal("connection closed", got.fault.message)
  end)

  it("leaves alone what another worker has sent meanwhile", function()
    world.orders.list = function(there)
      there.now = there.now + LONG
      local other = there:flow()
      assert(other.book:change("r", function(one)
        one:send(one:entry "request")
        return true
      end))
      return {}
    end
    assert(flow:recover())
    local _, err = flow:run_one(item "r")
    assert.equal("busy", err.code)
  end)

  it("asks about all that is pending", function()
    assert(flow:run_one(item "q"))
    world.payments.p1.status = "Paid"
    assert(flow:recover())
    assert.equal("done moved", of(flow:get("q", { refresh = false })))
  end)

  it("looks after another run only when it is told to", function()
    world:make("r", "10.00", "Paid")
    local other = world:flow { run = "other" }
    assert(other:recover())
    assert.equal("unknown unknown", of(flow:get("r", { refresh = false })))
    assert(other:recover { runs = "all" })
    assert.equal("done moved", of(flow:get("r", { refresh = false })))
  end)

  it("does not look after another account", function()
    world:make("r", "10.00", "Paid")
    local other = world:flow()
    other.client.about = function()
      return { api = "fake", account = "another", timeout = 10 }
    end
    local book = other.journal:book {
      account = "another",
      flow = "pay",
      run = "",
      appraise = other.book.appraise,
    }
    other.book = book
    assert(other:recover { runs = "all" })
    assert.equal("unknown unknown", of(flow:get("r", { refresh = false })))
  end)
end)

describe("a step that the provider recognises by its key", function()
  local world, flow

  before_each(function()
    world = helper.world()
    flow = world:flow()
    assert(flow:run_one(item "r"))
  end)

  it("is repeated with the same key, and a positive word counts", function()
    world.orders.cancel = helper.lost
    local got, err = flow:cancel "r"
    assert.is_nil(got)
    assert.equal("unsettled", err.kind)
    assert.matches("is unknown: connection closed$", err.message)
    assert.equal("unknown unknown", of(err.item))
    assert.equal("cancel", err.item.step)
    world.now = world.now + LONG
    assert(flow:recover())
    assert.equal(2, world:sent() - 1)
    assert.equal("cancel r", world.keys[2])
    assert.equal(world.keys[1], world.keys[2])
    assert.equal("closed none", of(flow:get "r"))
  end)

  it("stays unknown when the repetition is refused", function()
    world.orders.cancel = helper.lost
    flow:cancel "r"
    for _ = 1, 3 do
      world.now = world.now + LONG
      world.orders.cancel = helper.refused
      assert(flow:recover())
      local got = flow:get("r", { refresh = false })
      assert.equal("unknown unknown", of(got))
    end
    assert.equal("closed none", of(assert(flow:cancel "r")))
  end)

  it("stays unknown when the first is refused after a repetition", function()
    world.orders.cancel = function(there)
      there.now = there.now + LONG
      there.orders.cancel = helper.lost
      assert(there:flow():recover())
      return helper.refused()
    end
    flow:cancel "r"
    local got = flow:get("r", { refresh = false })
    assert.equal("unknown unknown", of(got))
  end)

  it("has failed when its first sending was refused", function()
    world.orders.cancel = helper.refused
    local got, err = flow:cancel "r"
    assert.is_nil(got)
    assert.equal("incomplete", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal("pending asked", of(flow:get "r"))
  end)
end)

describe("await", function()
  local world, flow

  before_each(function()
    world = helper.world()
    flow = world:flow { pause = 2, longest_pause = 10, patience = 60 }
    assert(flow:run_one(item "r"))
  end)

  it("waits less and less often, until it has come about", function()
    local naps, at = {}, world.now
    world.on_sleep = function()
      naps[#naps + 1], at = world.now - at, world.now
      if #naps == 4 then world.payments.p1.status = "Paid" end
    end
    assert.equal("done moved", of(assert(flow:await "r")))
    assert.same({ 2, 3, 4.5, 6.75 }, naps)
  end)

  it("ends when patience is over, and says that it may still come", function()
    local got, err = flow:await("r", { patience = 20 })
    assert.is_nil(got)
    assert.equal("timeout", err.kind)
    assert.equal("waiting", err.code)
    assert.equal("unknown", err.outcome)
    assert.equal("pending asked", of(err.item))
  end)

  it("ends with a fault when it has ended otherwise", function()
    world.payments.p1.status = "Declined"
    local got, err = flow:await "r"
    assert.is_nil(got)
    assert.equal("incomplete", err.kind)
    assert.equal("declined", err.code)
    assert.equal("failed", err.outcome)
  end)

  it("goes on through faults, and waits as long as it is told", function()
    local naps, at = {}, world.now
    world.orders.get = function()
      world.payments.p1.status = "Paid"
      local _, err = helper.lost()
      err.retry_after = 30
      return nil, err
    end
    world.on_sleep = function()
      naps[#naps + 1], at = world.now - at, world.now
    end
    assert.equal("done moved", of(assert(flow:await "r")))
    assert.same({ 2, 30 }, naps)
  end)

  it("ends when sleep raises", function()
    flow.sleep = function()
      error "no bed"
    end
    local got, err = flow:await "r"
    assert.is_nil(got)
    assert.equal("timeout", err.kind)
    assert.equal("unknown", err.outcome)
  end)

  it("waits for all that is open in the run", function()
    assert(flow:run { item "s", item "t" })
    world.on_sleep = function()
      for _, payment in pairs(world.payments) do
        payment.status = "Paid"
      end
    end
    local report = assert(flow:await())
    assert.equal(3, report.total)
    assert.same({ done = 3 }, report.states)
  end)
end)
