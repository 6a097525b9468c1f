-- What a flow makes of callbacks: a table. True means that it is written
-- down or none of the flow's; false that it has to come again.

local fault = require "luapay.fault"
local helper = require "spec.flow.kit_helper"

local item, of = helper.item, helper.of

local function event(fields)
  local made = {
    api = "fake",
    kind = "payment",
    payment_id = "p1",
    external_id = "r",
    status = "Paid",
    amount = "10.00",
    verified = true,
  }
  for name, value in pairs(fields or {}) do
    made[name] = value
  end
  return made
end

-- The journal cannot do what is asked of it.
local function broken(flow)
  local commit = flow.journal.commit
  local run = commit.run
  flow.broken = false
  function commit.run(self, job)
    local hit = flow.broken == "read"
      or flow.broken == "write" and not job.only_reads
    if not hit then return run(self, job) end
    return nil,
      fault.new {
        kind = "journal",
        code = flow.broken == "read" and "unreadable" or "unwritten",
        outcome = "unknown",
        message = "the disk is gone",
      }
  end
end

-- stylua: ignore
local CASES = {
  -- what, how it stands before, the event, what the provider says when it is
  -- read, what on_callback returns, how it stands after
  { "another API's", "pending", { api = "other" }, nil, true,
    "pending asked" },
  { "another kind's", "pending", { kind = "agreement" }, nil, true,
    "pending asked" },
  { "an unknown id, and nothing open", "pending", { payment_id = "p9" }, nil,
    true, "pending asked" },
  { "an end", "pending", {}, nil, true, "done moved" },
  { "another end", "pending", { status = "Declined" }, nil, true,
    "closed none" },
  { "a word on the way", "pending", { status = "Reserved" }, nil, true,
    "pending asked" },
  { "the end that is known", "done", {}, nil, true, "done moved" },
  { "what came late", "done", { status = "Requested" }, nil, true,
    "done moved" },
  { "another amount", "pending", { amount = "9.00" }, nil, true,
    "done moved P" },
  { "a word that nobody knows", "pending", { status = "Foo" }, nil, true,
    "pending unknown P" },
  -- an end against another: the provider decides
  { "Declined after Paid, still Paid", "done", { status = "Declined" },
    "Paid", true, "done moved" },
  { "Declined after Paid, and it is", "done", { status = "Declined" },
    "Declined", true, "parked unknown P" },
  { "Declined after Paid, nobody to ask", "done", { status = "Declined" },
    "down", true, "done unknown" },
  { "Returned after Paid, and it is", "done", { status = "Returned" },
    "Returned", true, "compensated returned" },
  { "Paid after Declined, and it is", "closed", {}, "Paid", true,
    "done moved P" },
  { "Paid after Declined, still Declined", "closed", {}, "Declined", true,
    "closed none" },
  { "Paid after it was refunded, nobody to ask", "compensated", {}, "down",
    true, "compensated unknown" },
  -- the answer is not written yet
  { "the name of one that is sent", "sent", {}, nil, true, "done moved" },
  { "the name of one that is unknown", "unknown", {}, nil, true,
    "done moved" },
  { "the name of one that is parked", "parked", {}, nil, true, "done moved" },
  { "no name, and something open", "sent", { external_id = "x" }, nil, true,
    "sent unknown" },
  { "no name, something open, not verified", "sent",
    { external_id = "x", verified = false }, nil, false, "sent unknown" },
  -- hints
  { "not verified: the provider is read", "pending", { verified = false },
    "Declined", true, "closed none" },
  { "not verified, nobody to read", "pending", { verified = false }, "down",
    false, "pending asked" },
}

local STATUS = {
  pending = "Requested",
  done = "Paid",
  closed = "Declined",
  compensated = "Returned",
}

describe("an event: ", function()
  for _, case in ipairs(CASES) do
    it(case[1], function()
      local world = helper.world()
      local flow = world:flow()
      local open = case[2] == "sent"
        or case[2] == "unknown"
        or case[2] == "parked"
      world:put(flow, "r", case[2], case[2] ~= "sent" and {
        provider_id = not open and "p1" or nil,
        status = STATUS[case[2]],
      } or nil)
      if case[4] == "down" then
        world.orders.get = helper.lost
      else
        world:make("r", "10.00", case[4])
      end
      local taken, err = flow:on_callback(event(case[3]))
      assert.equal(case[5], taken)
      if case[5] then
        assert.is_nil(err)
      else
        assert.equal("unknown", err.outcome)
      end
      local now = flow:get("r", { refresh = false })
      assert.equal(case[6], of(now))
      assert.equal(0, world:sent())
    end)
  end
end)

describe("on_callback", function()
  local world, flow

  before_each(function()
    world = helper.world()
    flow = world:flow()
  end)

  it("keeps the amount that the event tells", function()
    world:put(flow, "r", "pending", { provider_id = "p1" })
    assert.is_true(flow:on_callback(event { amount = "9.00" }))
    local got = flow:get("r", { refresh = false })
    assert.equal("9.00", got.moved)
    assert.truthy(got.advice:find("accept", 1, true))
    got = assert(flow:accept("r", { who = "Ann", why = "agreed" }))
    assert.equal("done moved", of(got))
    assert.equal("9.00", got.moved)
  end)

  it("reads an event that came before its answer was written", function()
    world.orders.create = function(there, args)
      local payment = there:make(args.name, args.amount)
      local early = event { payment_id = payment.id, external_id = "x" }
      assert.is_true(there:flow():on_callback(early))
      return payment
    end
    assert.equal("done moved", of(assert(flow:run_one(item "r"))))
  end)

  it("writes under the run in which it was begun", function()
    local other = world:flow { run = "2026-12" }
    assert(other:run_one(item "r"))
    assert.is_true(flow:on_callback(event()))
    assert.equal("done moved", of(other:get("r", { refresh = false })))
    assert.is_nil((flow:get "r"))
  end)

  it("writes nothing of another account", function()
    assert(flow:run_one(item "r"))
    local other = world:flow()
    other.book = other.journal:book {
      account = "another",
      flow = "pay",
      run = "",
      appraise = other.book.appraise,
    }
    assert.is_true(other:on_callback(event()))
    assert.equal("pending asked", of(flow:get("r", { refresh = false })))
  end)

  for _, how in ipairs { "read", "write" } do
    it("lets it come again when the journal fails: " .. how, function()
      assert(flow:run_one(item "r"))
      broken(flow)
      flow.broken = how
      local taken, err = flow:on_callback(event())
      assert.is_false(taken)
      assert.equal("journal", err.kind)
      flow.broken = false
      assert.is_true(flow:on_callback(event()))
      assert.equal("done moved", of(flow:get("r", { refresh = false })))
    end)
  end

  it("lets what nobody has yet come again when it is not kept", function()
    world:put(flow, "r", "sent")
    broken(flow)
    flow.broken = "write"
    local taken, err = flow:on_callback(event { external_id = "x" })
    assert.is_false(taken)
    assert.equal("journal", err.kind)
  end)

  it("takes a list, and says of each what became of it", function()
    assert(flow:run { item "r", item "s" })
    local taken, err = flow:on_callback {
      event(),
      event { payment_id = "p2", external_id = "s", status = "Declined" },
      event { api = "other" },
    }
    assert.is_nil(err)
    assert.same({ true, true, true }, taken)
    assert.equal("done moved", of(flow:get("r", { refresh = false })))
    assert.equal("closed none", of(flow:get("s", { refresh = false })))
    assert.same({}, flow:on_callback {})
  end)

  it("takes several events about one payment in their order", function()
    assert(flow:run_one(item "r"))
    local taken = flow:on_callback {
      event { status = "Reserved" },
      event {},
      event { status = "Requested" },
    }
    assert.same({ true, true, true }, taken)
    assert.equal("done moved", of(flow:get("r", { refresh = false })))
  end)

  it("knows a word that it was taught", function()
    flow = world:flow { words = { Foo = "closed" } }
    assert(flow:run_one(item "r"))
    assert.is_true(flow:on_callback(event { status = "Foo" }))
    assert.equal("closed none", of(flow:get("r", { refresh = false })))
  end)

  it("asks for a word to be taught, and reads it then", function()
    assert(flow:run_one(item "r"))
    world.payments.p1.status = "Foo"
    local got = assert(flow:get "r")
    assert.equal("pending unknown P", of(got))
    assert.equal("Foo", got.provider_status)
    assert.truthy(got.advice:find("words", 1, true))
    flow = world:flow { words = { Foo = "done" } }
    assert.equal("done moved", of(assert(flow:get "r")))
  end)
end)
