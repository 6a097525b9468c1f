-- Payment links: asked for once, waited for until Mobip says PAID.

local luapay = require "luapay"
local mobip = require "spec.mobip.helper"

local function link(reference, changes)
  local item = mobip.ask(changes)
  item.reference, item.track_id = reference, nil
  return item
end

describe("a payment link", function()
  local provider, way, journal, flow

  local function machine(more)
    local options = {
      client = mobip.client(way, "merchant"),
      journal = journal,
    }
    for name, value in pairs(more or {}) do
      options[name] = value
    end
    return luapay.flow.payment_link(options)
  end

  before_each(function()
    local _
    provider, _, way = mobip.open()
    journal = luapay.journal.memory {
      clock = function()
        return provider.clock:now()
      end,
    }
    flow = machine()
  end)

  -- Something happens while others sleep.
  local function while_waiting(after, act)
    local slept = 0
    return machine {
      sleep = function(seconds)
        provider:advance(seconds)
        slept = slept + seconds
        if act and slept >= after then
          act()
          act = nil
        end
      end,
    }
  end

  it("is made, and its message sent", function()
    local item = assert(flow:run(link "order-1"))
    assert.equal("pending", item.state)
    assert.equal("PENDING", item.status)
    assert.equal(provider:transactions()[1].trid, item.provider_id)
    assert.truthy(item.url_checkout)
    assert.equal("order-1", provider:transactions()[1].track_id)
    assert.equal("payer@shop.test", provider:messages()[1].to)
  end)

  it("without media is a code to show, and sends nothing", function()
    local item = mobip.show()
    item.reference = "table-7"
    assert.truthy(assert(flow:run(item)).url_qr)
    assert.same({}, provider:messages())
  end)

  it("is made once, however often it is run", function()
    local list = { link "a", link "b" }
    flow:run(list)
    local report = assert(flow:run(list))
    assert.same({ pending = 2 }, report.counts)
    assert.truthy(report.items[2].url_checkout)
    assert.equal(2, #provider:transactions())
  end)

  for _, fault in ipairs { "lost_answer", "closed" } do
    it("is parked and not made again after: " .. fault, function()
      provider:inject { at = "send_payment_request", fault = fault }
      for _ = 1, 2 do
        local item, err = flow:run(link "order-1")
        assert.is_nil(item)
        assert.equal("unsettled", err.kind)
        assert.equal("unknown", err.outcome)
        assert.equal("unknown", err.report.items[1].state)
      end
      assert.equal(1, #mobip.asked(provider, "send_payment_request"))
      local entry = journal:find { states = { "parked" } }
      assert.equal("order-1", entry.details.track_id)
      assert.truthy(entry.outcome.advice:find("trid", 1, true))
    end)
  end

  it("goes on when a person has found it", function()
    provider:inject { at = "send_payment_request", fault = "lost_answer" }
    flow:run(link "order-1")
    local trid = provider:transactions()[1].trid
    journal:resolve("order-1", "done", { provider_id = trid })
    local item = assert(flow:look "order-1")
    assert.equal("PENDING", item.status)
    assert.equal("pending", item.state)
    assert.is_false(item.paid)
    provider:pay(trid)
    assert.is_true(assert(flow:await "order-1").paid)
  end)

  it("tells the failed from the made", function()
    provider:inject { at = "send_payment_request", fault = "refuse" }
    local report, err = machine({ concurrency = 1 }):run { link "a", link "b" }
    assert.is_nil(report)
    assert.equal("incomplete", err.kind)
    assert.same({ failed = 1, pending = 1 }, err.report.counts)
    assert.truthy(flow:run { link "a", link "b" })
    assert.equal(2, #provider:transactions())
  end)

  for _, case in ipairs {
    { "no reference", { item_name = "Tea" }, "items[1].reference" },
    { "no price", { item_amount_in_cents = false }, "item_amount_in_cents" },
    { "a stranger's field", { colour = "red" }, "items[1].colour" },
  } do
    it("refuses " .. case[1] .. " before anything is sent", function()
      local item = link("a", case[2])
      if case[3] == "items[1].reference" then item.reference = nil end
      local made, err = flow:run(item)
      assert.is_nil(made)
      assert.equal("argument", err.kind)
      assert.truthy(err.field:find(case[3], 1, true), err.field)
      assert.same({}, provider:requests())
    end)
  end

  describe("waits", function()
    local trid

    before_each(function()
      trid = assert(flow:run(link "order-1")).provider_id
    end)

    it("until Mobip says PAID, and asks ever less often", function()
      local waiting = while_waiting(600, function()
        provider:pay(trid)
      end)
      local item = assert(waiting:await "order-1")
      assert.equal("PAID", item.status)
      assert.is_true(item.paid)
      assert.equal("done", item.state)
      local asked = #mobip.asked(provider, "is_valid")
      assert.truthy(asked < 20, asked)
    end)

    for _, case in ipairs {
      { "deny", "DENIED" },
      { "cancel", "CANCELLED" },
      { "fail", "ERROR" },
    } do
      it("no longer when it is " .. case[2], function()
        local waiting = while_waiting(5, function()
          provider[case[1]](provider, trid, "why")
        end)
        local item = assert(waiting:await "order-1")
        assert.equal(case[2], item.status)
        assert.equal("why", item.reason)
        assert.is_false(item.paid)
        assert.equal("failed", item.state)
        flow:run(link "order-1") -- not made again
        assert.equal(1, #provider:transactions())
      end)
    end

    it("with patience, and no longer", function()
      local item, err = while_waiting():await("order-1", { patience = 100 })
      assert.is_nil(item)
      assert.equal("timeout", err.kind)
      assert.equal("failed", err.outcome)
      assert.equal("pending", err.report.items[1].state)
      assert.equal(100, provider.clock:now() - 1704067200)
    end)

    it("through bad days", function()
      provider:inject { at = "is_valid", fault = "error", times = 6 }
      local waiting = while_waiting(30, function()
        provider:pay(trid)
      end)
      assert.is_true(assert(waiting:await "order-1").paid)
    end)

    it("not for what was given back", function()
      provider:pay(trid)
      provider:refund(trid)
      local item = assert(flow:await "order-1")
      assert.is_false(item.paid)
      assert.equal("REFUNDED", item.status)
      assert.equal("compensated", item.state)
    end)
  end)

  describe("that was made", function()
    local trid

    before_each(function()
      trid = assert(flow:run(link "order-1")).provider_id
    end)

    it("sends its message once more for each call", function()
      flow:resend("order-1", "EMAIL")
      provider:inject { at = "resend", fault = "lost_answer" }
      local item, err = flow:resend("order-1", "EMAIL")
      assert.is_nil(item)
      assert.equal("unknown", err.outcome)
      assert(flow:resend("order-1", "EMAIL"))
      assert.equal(4, #provider:messages())
    end)

    it("is cancelled, once", function()
      for _ = 1, 2 do
        assert.equal("CANCELLED", assert(flow:cancel "order-1").status)
      end
      assert.equal(1, #mobip.asked(provider, "cancel_transaction"))
    end)

    it("is asked about when the answer to a cancellation is lost", function()
      provider:inject { at = "cancel_transaction", fault = "lost_answer" }
      assert.equal("CANCELLED", assert(flow:cancel "order-1").status)
    end)

    it("is not cancelled when it is paid, and says so", function()
      provider:pay(trid)
      local item, err = flow:cancel "order-1"
      assert.is_nil(item)
      assert.equal("refused", err.kind)
      assert.is_true(err.report.items[1].paid)
    end)

    it("may be cancelled again when that was not received", function()
      provider:inject { at = "cancel_transaction", fault = "closed" }
      local _, err = flow:cancel "order-1"
      assert.equal("unknown", err.outcome)
      provider:advance(1000)
      assert(flow:recover())
      assert.equal("CANCELLED", assert(flow:cancel "order-1").status)
    end)

    it("is moved by callbacks, and never back", function()
      local function event(status)
        return { api = "mobip", kind = "link", trid = trid, status = status }
      end
      local denied = assert(flow:on_callback(event "DENIED"))
      assert.equal("DENIED", denied.status)
      assert.equal("done", assert(flow:on_callback(event "PAID")).state)
      assert.equal("done", assert(flow:on_callback(event "PENDING")).state)
      assert.equal("done", assert(flow:on_callback(event "CANCELLED")).state)
      assert.is_false(flow:on_callback { api = "mobip", kind = "other" })
      local stranger = event "PAID"
      stranger.trid = "TR9"
      assert.is_false(flow:on_callback(stranger))
    end)

    it("has a picture, after a restart too", function()
      local again = assert(machine():run(link "order-1"))
      assert.equal("\137PNG", assert(flow:png(again)):sub(1, 4))
      assert.truthy(assert(flow:text(again)):find "\226\150\136")
    end)

    it("is settled after a crash", function()
      provider:pay(trid)
      local other = link "order-2"
      journal:begin {
        flow = "payment_link",
        reference = "order-2",
        step = "request",
        args = other,
      }
      provider:advance(1000)
      local report = assert(machine():recover())
      assert.equal(1, report.parked)
      assert.equal("PAID", report.items[1].status)
      assert.equal("done", report.items[1].state)
    end)

    it("is not there under another reference", function()
      local item, err = flow:look "nobody"
      assert.is_nil(item)
      assert.equal("absent", err.code)
    end)
  end)
end)
