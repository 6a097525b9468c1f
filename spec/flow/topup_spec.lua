-- Credits, all or nothing or each for itself: what is said of the money, and
-- what is left at the provider, after each way in which it can go.

local helper = require "spec.flow.topup_helper"
local luapay = require "luapay"

local balances, item, machine = helper.balances, helper.item, helper.machine
local of, text, three = helper.of, helper.text, helper.three

local CREDIT, ROLLBACK = "/funds", "/rollbackTransaction"
local NO_RATE = { at = "add_funds", skip = 2, fault = "error", status = 404 }
local LONG = 1000 -- seconds: more than any lease, and than portals lag

-- Machines that die in the middle of a run.
local function die(world, death, options)
  options = options or {}
  options.death = death
  local doomed = machine(world, options)
  assert.is_true(helper.dies(function()
    doomed:run(three())
  end))
end

describe("a top-up of one item", function()
  local world, provider, topup

  before_each(function()
    world = helper.world()
    provider = world.provider
    topup = machine(world)
  end)

  it("is done and moved", function()
    local got = assert(topup:run_one(item "x"))
    assert.equal("x done moved E", of(got))
    assert.equal("credit", got.step)
    assert.equal("10.00", got.moved)
    assert.equal("0.00", got.open)
    assert.truthy(got.provider_id)
    assert.is_nil(got.advice)
    assert.equal("110.00", provider:balance "EUR-1")
  end)

  it("takes off with a negative amount", function()
    local got = assert(topup:run_one(item("x", "EUR-1", "-1.50")))
    assert.equal("x done moved E", of(got))
    assert.equal("-1.50", got.moved)
    assert.equal("98.50", provider:balance "EUR-1")
    got = assert(topup:undo "x")
    assert.equal("-1.50", got.returned)
    assert.equal("100.00", provider:balance "EUR-1")
  end)

  it("takes luapay.money", function()
    local amount = luapay.money("4.00", "EUR")
    assert(topup:run_one(item("x", "EUR-1", amount)))
    assert.equal("104.00", provider:balance "EUR-1")
  end)

  -- refused at the first sending, or never sent
  for what, order in pairs {
    ["400"] = { fault = "error", status = 400, body = "" },
    ["401"] = { fault = "error", status = 401, body = "" },
    ["404"] = { fault = "error", status = 404, body = "" },
    ["422"] = { fault = "error", status = 422, body = "" },
    ["nobody listens"] = { fault = "refuse" },
  } do
    it("has failed with " .. what .. ", and is sent when run again", function()
      order.at, order.times = "add_funds", 1
      provider:inject(order)
      local got, err = topup:run_one(item "x")
      assert.is_nil(got)
      assert.equal("incomplete", err.kind)
      assert.equal("refused", err.code)
      assert.equal("failed", err.outcome)
      assert.equal("x failed none E", of(err.item))
      assert.equal("infobip.add_funds", err.item.fault.endpoint)
      assert.equal("x done moved E", of(assert(topup:run_one(item "x"))))
      assert.equal("110.00", provider:balance "EUR-1")
    end)
  end

  for what, order in pairs {
    ["a lost answer"] = { fault = "lost_answer" },
    ["a time-out"] = { fault = "delay", seconds = 100 },
    ["500"] = { fault = "error", status = 500 },
    ["504"] = { fault = "error", status = 504 },
    ["408"] = { fault = "error", status = 408, body = "" },
    ["499"] = { fault = "error", status = 499, body = "" },
    ["no readable id"] = { fault = "garbage" },
    ["an answer without an id"] = {
      fault = "error",
      status = 200,
      body = "{}",
    },
  } do
    it("is parked after " .. what .. ", and never sent again", function()
      order.at, order.times = "add_funds", 1
      provider:inject(order)
      local before
      for _ = 1, 3 do
        local got, err = topup:run_one(item "x")
        assert.is_nil(got)
        assert.equal("unsettled", err.kind)
        assert.equal("parked", err.code)
        assert.equal("unknown", err.outcome)
        assert.equal("x parked unknown P", of(err.item))
        assert.equal("10.00", err.item.open)
        assert.equal("0.00", err.item.moved)
        assert.truthy(err.item.advice:find("found(reference", 1, true))
        before = before or #provider:requests()
        assert.equal(before, #provider:requests())
        provider:advance(LONG)
        assert(topup:recover())
      end
    end)
  end

  describe("that is parked", function()
    before_each(function()
      provider:inject { at = "add_funds", fault = "lost_answer" }
      topup:run_one(item "x")
    end)

    it("is done when a person has found it", function()
      local id = provider:ledger()[1].transactionId
      local got = assert(topup:found("x", { provider_id = id, who = "Ann" }))
      assert.equal("x done moved E", of(got))
      assert.equal("x done moved E", of(assert(topup:run_one(item "x"))))
      assert.equal("110.00", provider:balance "EUR-1")
      -- once more, with the same id or without one, changes nothing
      assert.equal(
        "x done moved E",
        of(topup:found("x", { provider_id = id }))
      )
    end)

    it("needs the id of what was found", function()
      local got, err = topup:found "x"
      assert.is_nil(got)
      assert.equal("argument", err.kind)
      assert.equal("provider_id", err.field)
      assert.equal("x parked unknown P", of(topup:get "x"))
    end)

    it("does not take the id of another reference", function()
      local other = assert(topup:run_one(item "y"))
      local _, err = topup:found("x", { provider_id = other.provider_id })
      assert.equal("argument", err.kind)
      assert.truthy(err.message:find("y", 1, true))
    end)

    it("has failed when a person has looked for it, in time", function()
      local got, err = topup:absent("x", { who = "Ann" })
      assert.is_nil(got)
      assert.equal("early", err.code)
      assert.equal("unknown", err.outcome)
      assert.is_true(err.retry_after > 0)
      provider:advance(err.retry_after)
      got = assert(topup:absent("x", { who = "Ann" }))
      assert.equal("x failed none E", of(got))
      assert.equal("x done moved E", of(assert(topup:run_one(item "x"))))
    end)

    it("can be reopened: a person's word is taken back", function()
      provider:advance(LONG)
      assert(topup:absent("x", { who = "Ann" }))
      local because = { who = "Bob", why = "wrong account" }
      local got = assert(topup:reopen("x", because))
      assert.equal("x parked unknown P", of(got))
      local _, err = topup:reopen("x", because)
      assert.equal("settled", err.code)
    end)

    it("is not reopened once it was sent again", function()
      provider:advance(LONG)
      assert(topup:absent("x", { who = "Ann" }))
      assert(topup:run_one(item "x"))
      local _, err = topup:reopen("x", { who = "Bob", why = "hm" })
      assert.equal("settled", err.code)
      assert.equal("x done moved E", of(topup:get "x"))
    end)

    it("is let stand by accept, as unknown as it is", function()
      local got = assert(topup:accept("x", { who = "Ann", why = "small" }))
      assert.equal("x parked unknown", of(got))
      assert.is_nil(got.advice)
      local _, err = topup:run_one(item "x")
      assert.equal("unknown", err.outcome)
    end)

    it("is found by a late word after a person has said otherwise", function()
      provider:advance(LONG)
      assert(topup:absent("x", { who = "Ann" }))
      local got = assert(topup:found("x", { provider_id = "9", who = "Bob" }))
      assert.equal("x done moved E", of(got))
    end)

    it("is in doubt with two ids", function()
      assert(topup:found("x", { provider_id = "8", who = "Ann" }))
      local got = assert(topup:found("x", { provider_id = "9", who = "Bob" }))
      assert.equal("x parked unknown P", of(got))
      assert.same({ "8", "9" }, got.candidates)
    end)
  end)

  it("is not sent with other content under the same reference", function()
    assert(topup:run_one(item "x"))
    local sent = #provider:requests()
    local got, err = topup:run_one(item("x", "EUR-1", "11.00"))
    assert.is_nil(got)
    assert.equal("journal", err.kind)
    assert.equal("conflict", err.code)
    assert.equal("unknown", err.outcome)
    assert.equal("x done moved E", of(err.item))
    assert.equal("10.00", err.item.amount)
    assert.equal(sent, #provider:requests())
  end)

  it("is sent with other content when it has certainly failed", function()
    provider:inject { at = "add_funds", fault = "refuse" }
    topup:run_one(item "x")
    local got = assert(topup:run_one(item("x", "EUR-1", "11.00")))
    assert.equal("11.00", got.moved)
  end)

  it("is known again by its reference, account, flow and run", function()
    assert(topup:run_one(item "x"))
    assert(machine(world, { run = "other" }):run_one(item "x"))
    assert(machine(world, { account = "other" }):run_one(item "x"))
    assert.equal("130.00", provider:balance "EUR-1")
    assert(machine(world):run_one(item "x"))
    assert.equal("130.00", provider:balance "EUR-1")
  end)

  it("is nothing that get knows before it was run", function()
    local got, err = topup:get "x"
    assert.is_nil(got)
    assert.equal("absent", err.code)
    assert.equal("failed", err.outcome)
    for _, verb in ipairs { "found", "absent" } do
      got, err = topup[verb](topup, "x", { provider_id = nil })
      assert.is_nil(got)
      assert.equal("absent", err.code)
    end
  end)
end)

describe("a top-up, all or nothing,", function()
  local world, provider, topup

  before_each(function()
    world = helper.world()
    provider = world.provider
    topup = machine(world, { note = "sorry" })
  end)

  it("credits all", function()
    local report, err = topup:run(three())
    assert.is_nil(err)
    assert.equal(
      "a done moved E, b done moved E, c done moved E",
      text(report)
    )
    assert.equal(3, report.total)
    assert.same({ done = 3 }, report.states)
    assert.same(
      { EUR = "10.00", USD = "20.00", DKK = "30.00" },
      report.money.moved.sums
    )
    assert.equal(0, report.not_as_intended)
    assert.equal("110.00 120.00 130.00", balances(world))
    local whole = assert(topup:report())
    assert.same(report.states, whole.states)
    assert.same(report.money, whole.money)
  end)

  it("takes back what was done, the last one first", function()
    provider:inject(NO_RATE)
    local report, err = topup:run(three())
    assert.is_nil(report)
    assert.equal("incomplete", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal(
      "a compensated returned E, b compensated returned E, c closed none E",
      text(err.report)
    )
    assert.equal("100.00 100.00 100.00", balances(world))
    local ledger = provider:ledger()
    assert.equal(4, #ledger)
    assert.equal("USD-1", ledger[3].account)
    assert.equal("EUR-1", ledger[4].account)
    assert.equal("sorry", ledger[4].note)
    assert.equal("not_found", err.report.items[3].fault.kind)
  end)

  it("does not send what comes after a failure", function()
    provider:inject { at = "add_funds", fault = "error", status = 404 }
    local _, err = topup:run(three())
    assert.equal("failed", err.outcome)
    assert.equal(
      "a failed none E, b failed none E, c failed none E",
      text(err.report)
    )
    assert.same({}, provider:ledger())
    -- nothing was taken back, so it may be tried again
    assert(topup:run(three()))
    assert.equal("110.00 120.00 130.00", balances(world))
  end)

  it("does not credit again what it has taken back", function()
    provider:inject { at = "add_funds", skip = 2, fault = "refuse" }
    topup:run(three())
    local sent = #provider:requests()
    local report, err = topup:run(three())
    assert.is_nil(report)
    assert.equal("incomplete", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal(sent, #provider:requests())
    -- under another run's name it is another piece of work
    assert(machine(world, { run = "two" }):run(three()))
    assert.equal("110.00 120.00 130.00", balances(world))
  end)

  for _, was in ipairs { "lost_answer", "closed" } do
    it("waits for a person, whatever became of it: " .. was, function()
      provider:inject { at = "add_funds", skip = 1, fault = was }
      for _ = 1, 3 do
        local report, err = topup:run(three())
        assert.is_nil(report)
        assert.equal("unsettled", err.kind)
        assert.equal("parked", err.code)
        assert.equal("unknown", err.outcome)
        assert.equal(
          "a done moved, b parked unknown P, c planned none",
          text(err.report)
        )
        assert.equal(1, err.report.needs_person)
        provider:advance(LONG)
        assert(topup:recover())
      end
      assert.is_true(provider:check())
    end)
  end

  describe("with one that is parked", function()
    before_each(function()
      provider:inject { at = "add_funds", skip = 1, fault = "lost_answer" }
      topup:run(three())
      provider:advance(LONG)
    end)

    it("goes on when it is found and run again", function()
      local id = provider:ledger()[2].transactionId
      assert(topup:found("b", { provider_id = id }))
      assert.equal("b done moved", of(topup:get "b"))
      local report = assert(topup:run(three()))
      assert.equal(
        "a done moved E, b done moved E, c done moved E",
        text(report)
      )
      assert.equal("110.00 120.00 130.00", balances(world))
    end)

    it("is taken back by recover when it is found", function()
      local id = provider:ledger()[2].transactionId
      assert(topup:found("b", { provider_id = id }))
      assert(topup:recover())
      assert.equal("100.00 100.00 100.00", balances(world))
      local _, err = topup:run(three())
      assert.equal(
        "a compensated returned E, b compensated returned E, c closed none E",
        text(err.report)
      )
      assert.equal("failed", err.outcome)
    end)

    it("is taken back by recover when it is not there", function()
      assert(topup:absent "b")
      assert(topup:recover())
      assert.equal("a compensated returned E", of(topup:get "a"))
      assert.equal("b closed none E", of(topup:get "b"))
      assert.equal("c closed none E", of(topup:get "c"))
    end)

    it("sends nothing that is refused meanwhile", function()
      local sent = #provider:requests()
      local got, err = topup:undo "a"
      assert.is_nil(got)
      assert.equal("busy", err.code)
      assert.equal("unknown", err.outcome)
      assert.equal(sent, #provider:requests())
    end)
  end)

  it("says so when one cannot be taken back", function()
    provider:inject(NO_RATE)
    provider:inject {
      at = "rollback_transaction",
      skip = 1,
      fault = "error",
      status = 404,
      body = "",
    }
    local _, err = topup:run(three())
    assert.equal("unsettled", err.kind)
    assert.equal("person", err.code)
    assert.equal("unknown", err.outcome)
    assert.equal(
      "a done moved EP, b compensated returned E, c closed none E",
      text(err.report)
    )
    assert.truthy(err.report.items[1].advice:find("Reverse it", 1, true))
    assert.equal("110.00 100.00 100.00", balances(world))
    -- reversed by hand, as the advice says
    local got = assert(topup:found("a", { step = "rollback", who = "Ann" }))
    assert.equal("a compensated returned E", of(got))
  end)

  it("parks a rollback whose answer was lost", function()
    provider:inject(NO_RATE)
    provider:inject {
      at = "rollback_transaction",
      skip = 1,
      fault = "lost_answer",
    }
    local _, err = topup:run(three())
    assert.equal("parked", err.code)
    assert.equal(
      "a parked unknown P, b compensated returned, c failed none",
      text(err.report)
    )
    assert.equal("rollback", err.report.items[1].step)
    local got = assert(topup:found("a", { step = "rollback", who = "Ann" }))
    assert.equal("a compensated returned", of(got))
    assert(topup:recover())
    assert.equal("a compensated returned E", of(topup:get "a"))
    assert.equal("c closed none E", of(topup:get "c"))
  end)

  it("rolls back once more what a person did not find rolled back", function()
    provider:inject(NO_RATE)
    provider:inject { at = "rollback_transaction", skip = 1, fault = "closed" }
    topup:run(three())
    provider:advance(LONG)
    assert(topup:absent("a", { step = "rollback", who = "Ann" }))
    assert(topup:recover())
    assert.equal("a compensated returned E", of(topup:get "a"))
    assert.equal("100.00 100.00 100.00", balances(world))
  end)

  it("sends nothing again for items that it has credited", function()
    topup:run(three())
    local sent = #provider:requests()
    local report = assert(topup:run(three()))
    assert.equal(
      "a done moved E, b done moved E, c done moved E",
      text(report)
    )
    assert.equal(sent, #provider:requests())
  end)

  it("refuses other items under the reference of a run", function()
    topup:run(three())
    local items = three()
    items[3].amount = "31.00"
    local sent = #provider:requests()
    local report, err = topup:run(items)
    assert.is_nil(report)
    assert.equal("journal", err.kind)
    assert.equal("conflict", err.code)
    assert.equal("unknown", err.outcome)
    assert.equal("c done moved E", of(err.report.items[3]))
    assert.equal(sent, #provider:requests())
  end)

  it("takes nothing back that another run has credited", function()
    machine(world, { mode = "each" }):run { three()[2] }
    local report, err = topup:run(three())
    assert.is_nil(report)
    assert.equal("conflict", err.code)
    assert.equal("b done moved E", of(err.report.items[2]))
    assert.equal("100.00 120.00 100.00", balances(world))
  end)

  it("credits nobody when there is nobody", function()
    local report = assert(topup:run {})
    assert.equal(0, report.total)
    assert.same({}, report.items)
    assert.same({}, provider:requests())
  end)

  it("takes an iterator", function()
    local rows, i = three(), 0
    local report = assert(topup:run(function()
      i = i + 1
      return rows[i]
    end))
    assert.equal(3, report.total)
    assert.equal("110.00 120.00 130.00", balances(world))
  end)

  for _, case in ipairs {
    { "no reference", "reference", nil, "items[2].reference" },
    { "a reference of two", "reference", "a", "items[2].reference" },
    { "too long a one", "reference", ("x"):rep(201), "items[2].reference" },
    { "a bad amount", "amount", "30.001", "items[2].amount" },
    { "a number", "amount", 30, "items[2].amount" },
    { "words", "amount", "thirty", "items[2].amount" },
    { "a misspelt field", "acountKey", "x", "items[2].acountKey" },
    { "a wrong type", "description", 7, "items[2].description" },
  } do
    it("refuses " .. case[1] .. " before anything is sent", function()
      local items = three()
      items[2][case[2]] = case[3]
      local report, err = topup:run(items)
      assert.is_nil(report)
      assert.equal("argument", err.kind)
      assert.equal("failed", err.outcome)
      assert.equal(case[4], err.field)
      assert.same({}, provider:requests())
      assert.equal(0, topup:report().total)
    end)
  end

  it("says what was probably meant by a misspelt name", function()
    local items = three()
    items[1].acountKey = "x"
    local _, err = topup:run(items)
    assert.truthy(err.message:find("did you mean accountKey", 1, true))
  end)

  it("does not say failed of a bad list with a known reference", function()
    topup:run(three())
    local items = three()
    items[2].amount = "x"
    local _, err = topup:run(items)
    assert.equal("argument", err.kind)
    assert.equal("unknown", err.outcome)
  end)
end)

describe("a top-up, each for itself,", function()
  local world, provider, topup

  before_each(function()
    world = helper.world()
    provider = world.provider
    topup = machine(world, { mode = "each", concurrency = 2 })
  end)

  it("credits the others when one fails", function()
    provider:inject { at = "add_funds", skip = 1, fault = "refuse" }
    local report, err = topup:run(three())
    assert.is_nil(report)
    assert.equal("incomplete", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal(
      "a done moved E, b failed none E, c done moved E",
      text(err.report)
    )
    assert.same({ done = 2, failed = 1 }, err.report.states)
    assert.equal(1, err.report.not_as_intended)
  end)

  it("sends what failed when it is run again, and nothing else", function()
    provider:inject { at = "add_funds", skip = 1, fault = "refuse" }
    topup:run(three())
    assert(topup:run(three()))
    assert.equal("110.00 120.00 130.00", balances(world))
    assert.equal(3, #provider:ledger())
  end)

  it("sends the others when one is known with other content", function()
    assert(topup:run_one(item("b", "USD-1", "5.00", "USD")))
    local _, err = topup:run(three())
    assert.equal("conflict", err.code)
    assert.equal("unknown", err.outcome)
    assert.equal("110.00 105.00 130.00", balances(world))
  end)

  it("takes rows one by one from an iterator", function()
    local i = 0
    local report = assert(topup:run(function()
      i = i + 1
      return i <= 1200 and item("r" .. i, "EUR-1", "0.01") or nil
    end))
    assert.equal(1200, report.total)
    assert.same({ EUR = "12.00" }, report.money.moved.sums)
    assert.same({}, report.first)
    assert.equal("112.00", provider:balance "EUR-1")
  end)

  it("sends nothing of an iterator with a bad row, and plans none", function()
    local i = 0
    local report, err = topup:run(function()
      i = i + 1
      if i == 700 then return item("bad", "EUR-1", "x") end
      return i <= 1200 and item("r" .. i) or nil
    end)
    assert.is_nil(report)
    assert.equal("items[700].amount", err.field)
    assert.same({}, provider:requests())
    assert.equal(0, topup:report().total)
    -- and the next run does not send them either
    assert(topup:run { item "z" })
    assert.equal("110.00", provider:balance "EUR-1")
  end)

  it("says how far it has come", function()
    local last
    topup = machine(world, {
      mode = "each",
      on_progress = function(told)
        last = told
        error "a listener that raises stops nothing"
      end,
    })
    local stderr = io.stderr
    io.stderr = { write = function() end } -- luacheck: ignore
    local report = topup:run(three())
    io.stderr = stderr -- luacheck: ignore
    assert.truthy(report)
    assert.equal("send", last.phase)
    assert.equal(3, last.states.done)
    assert.equal(3, last.total)
    assert.is_true(last.over)
  end)

  it("iterates over what fits", function()
    provider:inject { at = "add_funds", skip = 1, fault = "lost_answer" }
    topup:run(three())
    local found = {}
    for one in topup:items { needs_person = true } do
      found[#found + 1] = of(one)
    end
    assert.same({ "b parked unknown P" }, found)
    found = {}
    for one in topup:items { money = { "moved" }, states = { "done" } } do
      found[#found + 1] = one.reference
    end
    assert.same({ "a", "c" }, found)
  end)

  it("waits for nothing that has ended", function()
    assert(topup:run(three()))
    assert.equal("a done moved E", of(assert(topup:await "a")))
    assert.equal(0, assert(topup:await()).total)
    provider:inject { at = "add_funds", fault = "lost_answer" }
    topup:run_one(item "x")
    local got, err = topup:await "x"
    assert.is_nil(got)
    assert.equal("parked", err.code)
  end)
end)

describe("what asks for nothing", function()
  it("is not sent", function()
    local world = helper.world()
    for _, amount in ipairs { "0", "0.00", "-0" } do
      local nothing = item "x"
      nothing.amount = amount
      local got, err = machine(world):run_one(nothing)
      assert.is_nil(got)
      assert.same({ "argument", "amount" }, { err.kind, err.field })
    end
    assert.same({}, world.provider:requests())
  end)
end)

describe("a journal that cannot be read or written", function()
  local world, provider, topup

  before_each(function()
    world = helper.world()
    provider = world.provider
    topup = machine(world)
  end)

  for _, mode in ipairs { "each", "all_or_nothing" } do
    it("lets nothing be sent, and says unknown: " .. mode, function()
      topup = machine(world, { mode = mode })
      world.journal.broken = "read"
      local report, err = topup:run(three())
      assert.is_nil(report)
      assert.equal("journal", err.kind)
      assert.equal("unreadable", err.code)
      assert.equal("unknown", err.outcome)
      assert.equal(
        "a unknown unknown, b unknown unknown, c unknown unknown",
        text(err.report)
      )
      assert.same({}, provider:requests())
    end)
  end

  it("lets nothing be sent that cannot be written down", function()
    world.journal.broken = "write"
    local got, err = topup:run_one(item "x")
    assert.is_nil(got)
    assert.equal("unwritten", err.code)
    assert.equal("failed", err.outcome)
    assert.same({}, provider:requests())
  end)

  -- A disk that takes nothing any more; what is there can be read.
  local function fill_disk(journal)
    local store = journal.store
    local transact = store.transact
    store.transact = function(self, reads, fn, options)
      if options.only_reads then return transact(self, reads, fn, options) end
      transact(self, reads, function(access)
        fn(access)
        return nil
      end, options)
      return nil, { message = "the disk is full", is_final = true }
    end
  end

  for _, mode in ipairs { "each", "all_or_nothing" } do
    it("calls nothing failed that was booked before: " .. mode, function()
      topup = machine(world, { mode = mode })
      assert(topup:run(three()))
      fill_disk(world.journal)
      local report, err = topup:run(three())
      assert.is_nil(report)
      assert.equal("unwritten", err.code)
      assert.equal("unknown", err.outcome)
      for _, one in ipairs(err.report.items) do
        assert.is_not.equal("none", one.money)
        assert.is_not.equal("failed", one.state)
      end
      assert.equal(3, #provider:ledger())
    end)
  end

  it("gives an outcome that it knows to its caller", function()
    world.journal.broken = "known"
    local got, err = topup:run_one(item "x")
    assert.is_nil(got)
    assert.equal("journal", err.kind)
    assert.equal("unwritten", err.code)
    assert.equal("unknown", err.outcome)
    local id = provider:ledger()[1].transactionId
    assert.equal(tostring(id), tostring(err.provider_id))
    assert.equal("x done moved E", of(err.item))
    -- the journal still says sent: nothing is sent again
    world.journal.broken = nil
    err = select(2, topup:run_one(item "x"))
    assert.equal("busy", err.code)
    assert.equal("unknown", err.outcome)
    provider:advance(LONG)
    err = select(2, topup:run_one(item "x"))
    assert.equal("parked", err.code)
    assert.equal("110.00", provider:balance "EUR-1")
  end)

  it("is raised by the iterator of items", function()
    topup:run(three())
    local each = topup:items()
    world.journal.broken = "read"
    local good, err = pcall(each)
    assert.is_false(good)
    assert.equal("unreadable", err.code)
  end)

  for _, verb in ipairs { "recover", "report", "discard" } do
    it("is a fault of " .. verb, function()
      world.journal.broken = "read"
      local got, err = topup[verb](topup)
      assert.is_nil(got)
      assert.equal("unreadable", err.code)
    end)
  end
end)

describe("a top-up that a crash cuts off", function()
  local world, provider

  before_each(function()
    world = helper.world()
    provider = world.provider
  end)

  local function all(topup)
    local list = {}
    for one in topup:items() do
      list[#list + 1] = of(one)
    end
    return table.concat(list, ", ")
  end

  it("is taken back on recover, but for what nobody knows", function()
    die(world, { at = 3, path = CREDIT })
    assert.equal("110.00 120.00 100.00", balances(world))
    provider:advance(LONG)
    local topup = machine(world)
    assert(topup:recover())
    assert.equal("a done moved, b done moved, c parked unknown P", all(topup))
    assert(topup:absent("c", { who = "Ann" }))
    assert(topup:recover())
    assert.equal(
      "a compensated returned E, b compensated returned E, c closed none E",
      all(topup)
    )
    assert.equal("100.00 100.00 100.00", balances(world))
  end)

  it("is not recovered while it may be under way", function()
    die(world, { at = 3, path = CREDIT })
    local topup = machine(world)
    assert(topup:recover())
    assert.equal("110.00 120.00 100.00", balances(world))
    local report, err = topup:run(three())
    assert.is_nil(report)
    assert.equal("busy", err.code)
    assert.is_true(err.retry_after > 0)
    assert.equal("unknown", err.outcome)
  end)

  for _, after in ipairs { false, true } do
    local what = after and "and was" or "and was not"
    it("parks what may have been sent, " .. what, function()
      die(world, { at = 2, path = CREDIT, after = after })
      provider:advance(LONG)
      local _, err = machine(world):run(three())
      assert.equal("unsettled", err.kind)
      assert.equal(
        "a done moved, b parked unknown P, c planned none",
        text(err.report)
      )
      assert.equal(after and "120.00" or "100.00", provider:balance "USD-1")
    end)
  end

  it("goes on where it stopped when it is run again", function()
    -- between two items: nothing is out
    local topup = machine(world)
    local take = topup.book.keep
    local calls = 0
    function topup.book.keep(book, entry)
      calls = calls + 1
      if calls == 3 then error("dead", 0) end
      return take(book, entry)
    end
    assert.is_true(helper.dies(function()
      topup:run(three())
    end))
    assert.equal("110.00 120.00 100.00", balances(world))
    provider:advance(LONG)
    local report = assert(machine(world):run(three()))
    assert.equal(
      "a done moved E, b done moved E, c done moved E",
      text(report)
    )
    assert.equal("110.00 120.00 130.00", balances(world))
    assert.equal(3, #provider:ledger())
  end)

  it("is taken back when what was planned of it is discarded", function()
    die(world, { at = 2, path = CREDIT })
    provider:advance(LONG)
    local topup = machine(world)
    assert(topup:discard())
    assert(topup:recover())
    assert(topup:absent("b", { who = "Ann" }))
    assert(topup:recover())
    assert.equal("a compensated returned E, b closed none E", all(topup))
    assert.equal("100.00 100.00 100.00", balances(world))
  end)

  it("may be discarded before its first item was sent", function()
    local doomed = machine(world)
    function doomed.book.keep()
      error("dead", 0)
    end
    assert.is_true(helper.dies(function()
      doomed:run(three())
    end))
    local topup = machine(world)
    assert.equal("a planned none, b planned none, c planned none", all(topup))
    assert(topup:discard())
    provider:advance(LONG)
    assert(topup:recover())
    assert.equal("a failed none E", all(topup))
    assert(topup:run(three()))
    assert.equal("110.00 120.00 130.00", balances(world))
  end)

  it("may be discarded while somebody waits for it", function()
    die(world, { at = 2, path = CREDIT })
    provider:advance(LONG)
    local other, waits = machine(world), 0
    local topup = machine(world, {
      sleep = function(seconds)
        waits = waits + 1
        provider:advance(seconds)
        assert(other:discard())
      end,
    })
    local waited, err = topup:await("c", { patience = 5 })
    assert.is_nil(waited)
    assert.equal("absent", err.code)
    assert.equal(1, waits)
  end)

  it("is completed on recover when nothing was missing", function()
    local topup = machine(world)
    local change = topup.book.change_many
    local calls = 0
    function topup.book.change_many(...)
      calls = calls + 1
      if calls == 2 then error("dead", 0) end
      return change(...)
    end
    assert.is_true(helper.dies(function()
      topup:run(three())
    end))
    provider:advance(LONG)
    topup = machine(world)
    assert(topup:recover())
    assert.equal("a done moved E, b done moved E, c done moved E", all(topup))
  end)

  it("takes back the rest when it died while taking back", function()
    provider:inject(NO_RATE)
    die(world, { at = 2, path = ROLLBACK })
    provider:advance(LONG)
    local topup = machine(world)
    assert(topup:recover())
    assert.equal(
      "a parked unknown P, b compensated returned, c failed none",
      all(topup)
    )
    assert.equal("110.00 100.00 100.00", balances(world))
    assert(topup:absent("a", { step = "rollback" }))
    assert(topup:recover())
    assert.equal("100.00 100.00 100.00", balances(world))
    assert.equal(
      "a compensated returned E, b compensated returned E, c closed none E",
      all(topup)
    )
  end)

  it("parks what each for itself has left, and sends the rest", function()
    die(
      world,
      { at = 2, path = CREDIT, after = true },
      { mode = "each", concurrency = 1 }
    )
    provider:advance(LONG)
    local _, err = machine(world, { mode = "each" }):run(three())
    assert.equal("unsettled", err.kind)
    assert.equal(
      "a done moved E, b parked unknown P, c done moved E",
      text(err.report)
    )
    assert.equal("110.00 120.00 130.00", balances(world))
  end)

  it("stops when its machine has stood still for too long", function()
    local topup = machine(world)
    local holds = topup.book.holds
    local other
    function topup.book.holds(book, entry)
      if entry.reference == "b" and not other then
        provider:advance(LONG)
        other = machine(world)
        assert(other:recover())
      end
      return holds(book, entry)
    end
    local report, err = topup:run(three())
    assert.is_nil(report)
    assert.equal("unknown", err.outcome)
    -- b was not sent by this one; the other has parked it, not knowing that
    assert.equal("100.00", provider:balance "USD-1")
    assert.equal("100.00", provider:balance "DKK-1")
    assert.truthy(err.kind == "unsettled")
    assert.equal("b parked unknown P", of(other:get "b"))
  end)

  it("says it was not sent when nobody has taken it over", function()
    local topup = machine(world, { mode = "each" })
    local holds = topup.book.holds
    function topup.book.holds(book, entry)
      if entry.step == "credit" then provider:advance(LONG) end
      return holds(book, entry)
    end
    local got, err = topup:run_one(item "x")
    assert.is_nil(got)
    assert.equal("lost", err.code)
    assert.equal("unknown", err.outcome)
    assert.same({}, provider:requests())
    assert.equal("x failed none E", of(machine(world):get "x"))
  end)

  it("may take longer than a lease", function()
    local topup = machine(world)
    provider:inject {
      at = "add_funds",
      fault = "delay",
      seconds = 20,
      times = 99,
    }
    local items = {}
    for i = 1, 12 do
      items[i] = item("i" .. i, "EUR-1", "1.00")
    end
    assert(topup:run(items))
    assert.equal("112.00", provider:balance "EUR-1")
  end)

  it("believes an answer that comes after its entry was parked", function()
    local topup = machine(world, {
      late = function(request)
        if not request.url:find(CREDIT, 1, true) then return end
        provider:advance(LONG)
        assert(machine(world):recover())
        assert.equal("x parked unknown P", of(machine(world):get "x"))
      end,
    })
    local got = assert(topup:run_one(item "x"))
    assert.equal("x done moved E", of(got))
    assert.equal("x done moved E", of(machine(world):get "x"))
  end)
end)

describe("undo", function()
  local world, provider, topup

  before_each(function()
    world = helper.world()
    provider = world.provider
    topup = machine(world)
    assert(topup:run(three()))
  end)

  it("takes one credit back, once", function()
    for _ = 1, 2 do
      local got = assert(topup:undo("b", { note = "unwanted" }))
      assert.equal("b compensated returned E", of(got))
      assert.equal("20.00", got.returned)
    end
    assert.equal("110.00 100.00 130.00", balances(world))
    assert.equal("unwanted", provider:ledger()[4].note)
    local _, err = topup:run(three())
    assert.equal("incomplete", err.kind)
    assert.equal(
      "a done moved E, b compensated returned E, c done moved E",
      text(err.report)
    )
  end)

  it("raises for a note that is not among the options", function()
    assert.has_error(function()
      topup:undo("b", "unwanted")
    end)
    assert.has_error(function()
      topup:undo("b", { not_e = "unwanted" })
    end)
    assert.equal("110.00 120.00 130.00", balances(world))
  end)

  it("may be tried again after a refusal", function()
    local order =
      { at = "rollback_transaction", fault = "error", status = 404 }
    provider:inject(order)
    local got, err = topup:undo "b"
    assert.is_nil(got)
    assert.equal("incomplete", err.kind)
    assert.equal("refused", err.code)
    assert.equal("failed", err.outcome)
    assert.equal("b done moved EP", of(err.item))
    assert.equal("b compensated returned E", of(assert(topup:undo "b")))
    assert.equal("110.00 100.00 130.00", balances(world))
  end)

  for what, was in pairs { found = "lost_answer", absent = "closed" } do
    it("is parked when it is unknown, until a person says " .. what, function()
      provider:inject { at = "rollback_transaction", fault = was }
      for _ = 1, 2 do
        local got, err = topup:undo "b"
        assert.is_nil(got)
        assert.equal("unsettled", err.kind)
        assert.equal("parked", err.code)
        assert.equal("unknown", err.outcome)
      end
      provider:advance(LONG)
      assert(topup[what](topup, "b", { step = "rollback", who = "Ann" }))
      assert.equal("b compensated returned E", of(assert(topup:undo "b")))
      assert.equal("110.00 100.00 130.00", balances(world))
    end)
  end

  it("leaves alone what was not credited, or is not known", function()
    local got, err = topup:undo "nobody"
    assert.is_nil(got)
    assert.equal("absent", err.code)
    provider:inject { at = "add_funds", fault = "lost_answer" }
    topup:run_one(item "x")
    got, err = topup:undo "x"
    assert.is_nil(got)
    assert.equal("parked", err.code)
    assert.equal("unknown", err.outcome)
    provider:inject { at = "add_funds", fault = "refuse" }
    topup:run_one(item "y")
    got, err = topup:undo "y"
    assert.is_nil(got)
    assert.equal("failed", err.outcome)
    assert.equal(4, #provider:ledger())
  end)

  it("is gone through with after a crash", function()
    local doomed =
      machine(world, { death = { at = 1, path = ROLLBACK, after = true } })
    assert.is_true(helper.dies(function()
      doomed:undo "b"
    end))
    provider:advance(LONG)
    local other = machine(world)
    assert(other:recover())
    assert.equal("b parked unknown P", of(other:get "b"))
    assert(other:found("b", { step = "rollback" }))
    assert.equal("b compensated returned E", of(assert(other:undo "b")))
    assert.equal("110.00 100.00 130.00", balances(world))
  end)
end)

describe("luapay.flow.topup", function()
  local world = helper.world()

  for _, case in ipairs {
    { "a misspelt option", { mod = "each" }, "did you mean mode" },
    { "a clock", { clock = os.time }, "no such option: clock" },
    { "a mode that is none", { mode = "some" }, "all_or_nothing, each" },
    { "half a worker", { concurrency = 1.5 }, "whole number" },
    {
      "a key for every call",
      { call = { idempotency_key = "k" } },
      "no such option: idempotency_key",
    },
    {
      "calls that outlast a lease",
      { call = { timeout = 61 } },
      "above half the journal's lease",
    },
    { "words that are none", { words = { PAID = "good" } }, "words" },
  } do
    it("raises for " .. case[1], function()
      local good, message = pcall(machine, world, case[2])
      assert.is_false(good)
      assert.truthy(tostring(message):find(case[3], 1, true), message)
    end)
  end

  it("raises for another API's client", function()
    local client = luapay.mobip {
      api_account_id = "1",
      api_secret_key = "2",
      transport = world.provider:transport(),
    }
    assert.has_error(function()
      luapay.flow.topup {
        client = client,
        journal = luapay.journal.memory(),
      }
    end)
  end)

  it("raises for one item in place of a list", function()
    local topup = machine(world)
    assert.has_error(function()
      topup:run(item "x")
    end)
  end)

  describe("a part of a run that has not ended", function()
    it("is sent with the whole of it only, and rolled back once", function()
      world = helper.world()
      local all = helper.machine(world, { run = "x" })
      local each = helper.machine(world, { run = "x", mode = "each" })
      world.provider:inject {
        at = "add_funds",
        fault = "lost_answer",
        skip = 1,
      }
      local _, err = all:run(helper.three())
      assert.equal("parked", err.code)
      for _, run in ipairs {
        function()
          return each:run(helper.three())
        end,
        function()
          return all:run_one(helper.three()[3])
        end,
        function()
          return all:run { helper.three()[3] }
        end,
      } do
        _, err = run()
        assert.same({ "journal", "conflict" }, { err.kind, err.code })
        assert.equal("unknown", err.outcome)
      end
      assert.equal("110.00 120.00 100.00", helper.balances(world))
      assert(all:found("b", { provider_id = "1000002", who = "ann" }))
      assert.same({ done = 3 }, assert(all:run(helper.three())).states)
      assert.equal("110.00 120.00 130.00", helper.balances(world))
    end)
  end)
end)
