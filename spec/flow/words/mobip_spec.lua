-- Every word of Mobip's, and what a user sees then.

local mobip = require "spec.flow.words.mobip_helper"
local words = require "spec.flow.words.helper"

local world

-- A link, after what others have done with it.
local function link(...)
  local deeds = { ... }
  return function()
    return world.link(function(trid)
      for _, deed in ipairs(deeds) do
        world.provider[deed](world.provider, trid)
      end
    end)
  end
end

-- A call back says what the provider does not.
local function hint(status)
  return function()
    local flow, reference, trid = world.link()
    flow:on_callback(world.event(trid, status))
    return flow, reference
  end
end

local function unverified(status)
  return function()
    local flow, reference, trid = world.link()
    local event = world.event(trid, status)
    event.verified = false
    assert(flow:on_callback(event))
    return flow, reference
  end
end

local function link_with(endpoint, fault)
  return function()
    world.provider:inject { at = endpoint, fault = fault }
    local flow = world.links()
    flow:run_one(mobip.link())
    return flow, "a"
  end
end

local function cancelled(fault, seconds, then_do)
  return function()
    local flow, reference, trid = world.link()
    world.provider:inject {
      at = "cancel_transaction",
      fault = fault,
      status = fault == "error" and 400 or nil,
    }
    flow:cancel "a"
    if then_do then world.provider[then_do](world.provider, trid) end
    if seconds then
      world.provider:advance(seconds)
      assert(flow:recover())
    end
    return flow, reference
  end
end

local function cancelled_by_merchant()
  local flow = world.link()
  assert(flow:cancel "a")
  return flow, "a"
end

local function resend_lost()
  local flow = world.link()
  world.provider:inject { at = "resend", fault = "lost_answer" }
  flow:resend("a", { media = "EMAIL" })
  return flow, "a"
end

-- The queue with one transaction, worked off so often; its item.
local function queue(fault, tries, handle)
  return function()
    local trid = world.paid()
    if fault then
      world.provider:inject {
        at = "set_mobip_transactions",
        fault = fault,
        times = 99,
      }
    end
    local flow = world.queue { handle = handle }
    for _ = 1, tries or 1 do
      flow:run()
    end
    return flow, trid
  end
end

local function invoices(fault, seconds)
  return function()
    local flow = world.invoices()
    if fault then
      world.provider:inject { at = "set_external_invoices", fault = fault }
    end
    flow:run { mobip.customer() }
    if seconds then
      world.provider:advance(seconds)
      assert(flow:recover())
    end
    return flow, "day-1"
  end
end

local function refuses()
  return false, "not now"
end

local function raises()
  error "no disk"
end

describe("by Mobip's word", function()
  before_each(function()
    world = mobip.open()
  end)

  local function rows(list)
    for _, row in ipairs(list) do
      it(row[1], function()
        assert.equal(row[2], words.row(row[3]()))
      end)
    end
  end

  describe("a payment_link:", function()
    rows {
      { "PENDING", "pending | asked | n | n", link() },
      { "a hint of PAID", "pending | asked | n | n", unverified "PAID" },
      { "a hint of ERROR", "pending | asked | n | n", unverified "ERROR" },
      { "PAID", "done | moved | y | n", link "pay" },
      {
        "PAID and refunded",
        "compensated | returned | y | n",
        link("pay", "refund"),
      },
      { "DENIED", "pending | asked | n | n", link "deny" },
      { "CANCELLED by the payer", "closed | none | y | n", link "cancel" },
      {
        "CANCELLED by the merchant",
        "closed | none | y | n",
        cancelled_by_merchant,
      },
      { "ERROR", "closed | none | y | n", link "fail" },
      {
        "PAID after CANCELLED",
        "done | moved | y | y",
        function()
          local flow, reference, trid = world.link(function(trid)
            world.provider:cancel(trid)
          end)
          world.provider:pay_late(trid)
          assert(flow:get "a")
          return flow, reference
        end,
      },
      {
        "PAID after ERROR, by a call back",
        "done | moved | y | y",
        function()
          local flow, reference, trid = world.link(function(trid)
            world.provider:fail(trid)
          end)
          world.provider:pay_late(trid)
          assert(flow:on_callback(world.event(trid, "PAID")))
          return flow, reference
        end,
      },
      {
        "a cancel without an answer",
        "unknown | unknown | n | n",
        cancelled "closed",
      },
      {
        "a cancel that is refused",
        "unknown | unknown | n | n",
        cancelled "error",
      },
      {
        "a lost cancel, then the payer pays",
        "done | moved | y | n",
        cancelled("closed", 700, "pay"),
      },
      {
        "a lost cancel, the horizon is over",
        "pending | asked | n | n",
        cancelled("closed", 700),
      },
      {
        "a request without an answer",
        "parked | unknown | n | y",
        link_with("send_payment_request", "lost_answer"),
      },
      { "a resend without an answer", "pending | asked | n | n", resend_lost },
      { "a word that is new", "pending | unknown | n | y", hint "HELD" },
    }
  end)

  describe("the queue:", function()
    rows {
      {
        "handled, not acknowledged",
        "pending | none | n | n",
        queue "closed",
      },
      { "acknowledged and seen removed", "done | none | y | n", queue() },
      {
        "acknowledged, in the queue after 3 tries",
        "pending | none | n | y",
        queue("kept", 3),
      },
      {
        "the function says no",
        "failed | none | y | n",
        queue(nil, 1, refuses),
      },
      {
        "the function raises",
        "failed | none | y | n",
        queue(nil, 1, raises),
      },
    }

    it("a row without a trid needs a person", function()
      world.paid()
      world.provider:inject {
        at = "get_mobip_transactions",
        fault = "no_trid",
        rows = 1,
        times = 9,
      }
      local _, err = world.queue():run()
      assert.equal(1, err.report.needs_person)
      assert.is_string(err.report.items[1].advice)
      assert.equal("none", err.report.items[1].money)
    end)
  end)

  describe("a portion of invoices:", function()
    rows {
      { "taken", "done | none | y | n", invoices() },
      {
        "lost, and read back",
        "done | none | y | n",
        invoices("lost_answer", 61),
      },
      {
        "lost, and not read back",
        "unknown | none | n | n",
        invoices("closed", 61),
      },
      {
        "not read back when the horizon is over",
        "failed | none | y | n",
        invoices("closed", 3700),
      },
    }
  end)
end)
