-- Mobip's queue: each transaction handed over, effectively once, and taken
-- off the queue only when its work is done.

local luapay = require "luapay"
local mobip = require "spec.mobip.helper"

describe("luapay.flow.queue", function()
  local provider, way, journal, merchant, handled

  local function open(options)
    provider, merchant, way = mobip.open(options)
    local function now()
      return provider.clock:now()
    end
    journal = luapay.journal.memory {
      clock = {
        wall = now,
        boot = now,
        boot_id = function()
          return "one"
        end,
      },
    }
    handled = {}
  end

  before_each(function()
    open()
  end)

  local function pay(n)
    local trids = {}
    for i = 1, n do
      trids[i] = assert(merchant:create_one_use_qr(mobip.show())).trid
      provider:pay(trids[i])
    end
    return trids
  end

  local function handle(transaction)
    handled[#handled + 1] = transaction.mobip_trid
    return true
  end

  local function flow(more)
    local options = {
      client = mobip.client(way, "platform"),
      journal = journal,
      handle = handle,
    }
    for name, value in pairs(more or {}) do
      options[name] = value
    end
    return luapay.flow.queue(options)
  end

  local function item(trid)
    return assert(flow():get(trid, { refresh = false }))
  end

  it("hands over each transaction and acknowledges it", function()
    local trids = pay(3)
    local report = assert(flow():run())
    assert.same(trids, handled)
    assert.same({ done = 3 }, report.states)
    assert.same({ trids[1], "done", "none", "acknowledged", true }, {
      report.items[1].reference,
      report.items[1].state,
      report.items[1].money,
      report.items[1].provider_status,
      report.items[1].ended,
    })
    assert.same({}, provider:queue())
    assert.is_true(provider:check())
  end)

  it("fetches in portions until nothing new comes", function()
    pay(7)
    assert(flow({ limit = 2 }):run())
    assert.equal(7, #handled)
    assert.same({}, provider:queue())
  end)

  it("works on several at a time", function()
    pay(7)
    assert(flow({ concurrency = 3 }):run())
    assert.equal(7, #handled)
    assert.same({}, provider:queue())
  end)

  it("has nothing to do when it is empty", function()
    assert.same({}, assert(flow():run()).items)
    assert.same({}, mobip.asked(provider, "set_mobip_transactions"))
  end)

  for name, fail in pairs {
    ["says no"] = function()
      return false, "the books are closed"
    end,
    ["says nothing"] = function() end,
    ["says yes in other words"] = function()
      return "the books are closed"
    end,
    ["raises an error"] = function()
      error "the books are closed"
    end,
  } do
    it("keeps what a function " .. name .. " to, not the others", function()
      local trids = pay(3)
      local report, err = flow({
        limit = 1,
        handle = function(transaction)
          if transaction.mobip_trid == trids[1] then return fail() end
          return handle(transaction)
        end,
      }):run()
      assert.is_nil(report)
      assert.equal("incomplete", err.kind)
      assert.equal("failed", err.outcome)
      assert.same({ failed = 1, done = 2 }, err.report.states)
      assert.same({ trids[1] }, provider:queue())
      local again
      assert(flow({
        handle = function(_, about)
          again = about.again
          return true
        end,
      }):run())
      assert.is_true(again)
      assert.same({}, provider:queue())
    end)
  end

  for _, fault in ipairs { "lost_answer", "closed" } do
    it("hands nothing over twice when " .. fault .. " hides a yes", function()
      local trids = pay(2)
      provider:inject { at = "set_mobip_transactions", fault = fault }
      local report, err = flow():run()
      if fault == "closed" then
        assert.is_nil(report)
        assert.same({ pending = 2 }, err.report.states)
      end
      assert.equal("none", item(trids[1]).money)
      assert(flow():run())
      assert(flow():recover())
      assert.equal(2, #handled)
      assert.same({}, provider:queue())
      assert.equal("done", item(trids[1]).state)
    end)
  end

  it("acknowledges on recover what a crash has left", function()
    local trids = pay(2)
    provider:inject { at = "set_mobip_transactions", fault = "closed" }
    flow():run()
    assert.same({ done = 2 }, assert(flow():recover()).states)
    assert.same({}, provider:queue())
    assert.equal("done", item(trids[2]).state)
    local before = #mobip.asked(provider, "set_mobip_transactions")
    assert(flow():recover())
    assert.equal(before, #mobip.asked(provider, "set_mobip_transactions"))
  end)

  it("hands over again what was cut off in the middle", function()
    local trids = pay(1)
    local cut = coroutine.wrap(function()
      flow({
        handle = function()
          coroutine.yield()
        end,
      }):run()
    end)
    if _VERSION == "Lua 5.1" and not rawget(_G, "jit") then return end
    cut() -- and the worker is gone
    local report, err = flow():run()
    assert.is_nil(report)
    assert.same({ "unsettled", "busy" }, { err.kind, err.code })
    assert.same({}, handled)
    provider:advance(1000)
    local again
    assert(flow({
      handle = function(transaction, about)
        again = about.again
        return handle(transaction)
      end,
    }):run())
    assert.same(trids, handled)
    assert.is_true(again)
    assert.same({}, provider:queue())
  end)

  it("passes on why it cannot be read", function()
    local report, err = flow({ client = mobip.client(way, "merchant") }):run()
    assert.is_nil(report)
    assert.equal("904", err.code)
  end)

  it("says that rows without a trid need a person, and works on", function()
    local trids = pay(5)
    provider:inject {
      at = "get_mobip_transactions",
      fault = "no_trid",
      rows = 3,
      times = 99,
    }
    local report, err = flow({ limit = 2 }):run()
    assert.is_nil(report)
    assert.same({ "unsettled", "unknown" }, { err.kind, err.outcome })
    assert.equal(3, err.report.needs_person)
    assert.matches("trid_field", err.message)
    assert.same({ trids[4], trids[5] }, handled)
    assert.equal(3, #provider:queue())
  end)

  it("gets past rows that Mobip does not remove, and says so", function()
    local trids = pay(3)
    provider:inject {
      at = "set_mobip_transactions",
      fault = "kept",
      times = 99,
    }
    for try = 1, 3 do
      local report, err = flow({ limit = 1 }):run()
      assert.is_nil(report)
      assert.equal(try < 3 and "timeout" or "unsettled", err.kind)
      assert.equal(3, #handled) -- once each
    end
    local stuck = item(trids[1])
    assert.same(
      { "pending", "none", true },
      { stuck.state, stuck.money, stuck.needs_person }
    )
    assert.matches("accept", stuck.advice)
    for _, trid in ipairs(trids) do
      assert(flow():accept(trid, { who = "ann", why = "Mobip knows" }))
    end
    assert(flow():run())
    assert.equal(3, #handled)
    assert.equal(3, #provider:queue())
  end)

  it("asks no more than it must, however odd the answers", function()
    pay(3)
    provider:inject {
      at = "set_mobip_transactions",
      fault = "kept",
      times = 99,
    }
    flow({ limit = 1 }):run()
    assert.is_true(#mobip.asked(provider, "get_mobip_transactions") < 12)
  end)

  it("reads a list that PHP has written as a map", function()
    open { arrays = "map" }
    local trids = pay(3)
    assert(flow():run())
    assert.same(trids, handled)
    assert.same({}, provider:queue())
  end)

  it("takes no rows but Mobip's", function()
    assert.has_error(function()
      flow():run { { reference = "a" } }
    end)
    assert.has_error(function()
      flow():run_one { reference = "a" }
    end)
  end)
end)
