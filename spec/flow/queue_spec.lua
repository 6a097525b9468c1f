-- Mobip's queue: each transaction handed over, effectively once, and taken
-- off the queue only when its work is done.

local luapay = require "luapay"
local mobip = require "spec.mobip.helper"

describe("the queue", function()
  local provider, way, journal, merchant, handled

  before_each(function()
    provider, merchant, way = mobip.open()
    journal = luapay.journal.memory {
      clock = function()
        return provider.clock:now()
      end,
    }
    handled = {}
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

  it("hands over each transaction and acknowledges it", function()
    local trids = pay(3)
    local report = assert(flow():run())
    assert.same(trids, handled)
    assert.same({ done = 3 }, report.counts)
    assert.same({}, provider:queue())
    assert.is_true(report.items[1].removed)
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
      assert.same({ failed = 1, done = 2 }, err.report.counts)
      assert.truthy(err.message:find("the books are closed", 1, true))
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
      pay(2)
      provider:inject { at = "set_mobip_transactions", fault = fault }
      local report, err = flow():run()
      assert.is_nil(report)
      assert.equal("incomplete", err.kind)
      assert.same({ pending = 2 }, err.report.counts)
      assert(flow():run())
      assert(flow():recover())
      assert.equal(2, #handled)
      assert.same({}, provider:queue())
    end)
  end

  it("acknowledges on recover what a crash has left", function()
    pay(2)
    provider:inject { at = "set_mobip_transactions", fault = "closed" }
    flow():run()
    assert.equal(2, assert(flow():recover()).acknowledged)
    assert.same({}, provider:queue())
    assert.equal(0, assert(flow():recover()).acknowledged)
  end)

  it("hands over again what was cut off in the middle", function()
    local trids = pay(1)
    journal:begin {
      flow = "queue",
      reference = trids[1],
      step = "handle",
      provider_id = trids[1],
    }
    local report, err = flow():run()
    assert.is_nil(report)
    assert.equal("unsettled", err.kind) -- somebody may be at it
    assert.same({}, handled)
    provider:advance(1000)
    assert(flow():run())
    assert.same(trids, handled)
    assert.same({}, provider:queue())
  end)

  it("passes on why it cannot be read", function()
    local report, err = flow({ client = mobip.client(way, "merchant") }):run()
    assert.is_nil(report)
    assert.equal("904", err.code)
  end)

  it("tells of rows that it cannot read, and leaves them", function()
    pay(1)
    local report = assert(flow({ trid_field = "nonsense" }):run())
    assert.equal(1, report.unreadable)
    assert.equal(1, #provider:queue())
  end)

  it("reads a list that PHP has written as a map", function()
    provider, merchant, way = mobip.open { arrays = "map" }
    local trids = pay(3)
    assert(flow():run())
    assert.same(trids, handled)
    assert.same({}, provider:queue())
  end)
end)
