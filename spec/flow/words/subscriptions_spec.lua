-- Every word of MobilePay Subscriptions, and what a user sees then.

local subscriptions = require "spec.flow.words.subscriptions_helper"
local words = require "spec.flow.words.helper"

local world

local unpack = table.unpack or unpack

local HOUR = 3600

-- An item of a flow, after what was done with it; then it is read.
local function read(name, deed, changes)
  return function()
    local flow, reference, id = world.run(name, changes)
    if deed then deed(id) end
    assert(flow:get "a")
    return flow, reference
  end
end

-- The same, when the provider says nothing but a word.
local function word(name, ...)
  local said = { ... }
  return function()
    local flow, reference, id = world.run(name)
    for _, status in ipairs(said) do
      world.say(id, status)
      assert(flow:get "a")
    end
    return flow, reference
  end
end

-- Something goes wrong while the item is made.
local function made(name, fault)
  return function()
    local point = { at = world.makes[name] }
    for field, value in pairs(fault) do
      point[field] = value
    end
    world.item(name) -- what it needs is there before
    world.provider:inject(point)
    return world.run(name)
  end
end

local function advance(seconds)
  return function()
    world.provider:advance(seconds)
  end
end

local function does(verb, ...)
  local more = { ... }
  return function(id)
    assert(world.provider[verb](world.provider, id, unpack(more)))
  end
end

local function executed()
  world.provider:go_to(3, 3.5)
end

-- An event, when a read says something else, the same, or nothing.
local function event_after(before, event, now, unread)
  return function()
    local flow, reference, id = world.run "subscription_batch"
    world.say(id, before)
    assert(flow:get "a")
    world.say(id, now)
    if unread then
      world.provider:inject {
        at = "get_payment_request",
        fault = "error",
        times = 9,
      }
    end
    assert(flow:on_callback(world.event("payment", id, event)))
    return flow, reference
  end
end

-- A row that was sent twice. `first`: whether the first sending arrived.
local function twice(first, others)
  return function()
    world.provider:inject {
      at = "request_payments",
      fault = first and "lost_answer" or "closed",
    }
    world.provider:inject {
      at = "list_payment_requests",
      fault = "lag",
      seconds = 1e6,
      times = 9,
    }
    local flow = world.run "subscription_batch"
    local row = world.item "subscription_batch"
    row.due_date = world.provider:day(3)
    world.provider:advance(2 * HOUR)
    assert(flow:recover())
    world.provider:clear()
    local item = assert(flow:run_one(row))
    row.reference, row.external_id = nil, "a"
    for _ = 1, others or 0 do
      world.client:request_payments { payments = { row } }
    end
    world.provider:decline(item.provider_id, 50004)
    assert(flow:get "a")
    return flow, "a"
  end
end

local function rejected()
  return {
    fault = "error",
    status = 202,
    body = '{"pending_payments":[],"rejected_payments":'
      .. '[{"external_id":"a","error_description":"bad"}]}',
  }
end

local function too_late()
  local flow = world.batch()
  assert(flow:plan { world.item "subscription_batch" })
  world.provider:advance(30 * 24 * HOUR)
  flow:work()
  return flow, "a"
end

local function other_amount()
  local flow, reference, id = world.run "subscription_batch"
  local event = world.event("payment", id, "Executed", { amount = "10.00" })
  assert(flow:on_callback(event))
  return flow, reference
end

-- A one-off payment that was accepted, and a step of it that goes wrong.
local function reserved(verb, fault, status)
  return function()
    local flow, reference, id = world.run "one_off"
    assert(world.provider:accept(id))
    assert(flow:get "a")
    if fault then
      world.provider:inject {
        at = verb .. "_one_off_payment",
        fault = fault,
        status = status,
        times = fault == "closed" and 9 or 1, -- it may be repeated
      }
    end
    if verb then flow[verb](flow, "a") end
    return flow, reference
  end
end

local function without_card()
  world.provider:lose_card(world.agreement)
  return world.run("one_off", { auto_reserve = true })
end

local function without_agreement()
  world.provider:inject {
    at = "request_one_off_payment",
    fault = "lost_answer",
  }
  local flow = world.run "one_off"
  world.provider:inject {
    at = "list_one_off_payments",
    fault = "error",
    status = 404,
  }
  world.provider:advance(61)
  assert(flow:recover())
  return flow, "a"
end

-- A refund without an answer; at MobilePay there are so many that fit.
local function refunds_that_fit(count)
  return function()
    local item = world.item "refunds"
    world.provider:inject { at = "request_refund", fault = "closed" }
    local flow = world.run "refunds"
    for _ = 1, count do
      assert(world.client:request_refund {
        agreementid = item.agreementid,
        paymentid = item.paymentid,
        amount = item.amount,
        external_id = "a",
        status_callback_url = item.status_callback_url,
      })
    end
    world.provider:advance(61)
    assert(flow:recover())
    return flow, "a"
  end
end

describe("by the word of MobilePay Subscriptions", function()
  before_each(function()
    world = subscriptions.open()
  end)

  local function rows(list)
    for _, row in ipairs(list) do
      it(row[1], function()
        assert.equal(row[2], words.row(row[3]()))
      end)
    end
  end

  describe("a payment of a batch:", function()
    local batch = "subscription_batch"
    rows {
      { "among pending_payments", "pending | asked | n | n", read(batch) },
      { "Valid", "pending | asked | n | n", word(batch, "Valid") },
      { "Created", "pending | asked | n | n", word(batch, "Created") },
      { "Suspended", "pending | asked | n | n", word(batch, "Suspended") },
      { "Pending", "pending | asked | n | n", word(batch, "Pending") },
      { "Invalid", "pending | asked | n | n", word(batch, "Invalid") },
      { "Executed", "done | moved | y | n", read(batch, executed) },
      { "Executed with another amount", "done | moved | y | y", other_amount },
      { "Failed", "closed | none | y | n", word(batch, "Failed") },
      { "Rejected", "closed | none | y | n", word(batch, "Rejected") },
      { "Declined", "closed | none | y | n", read(batch, does "decline") },
      { "Canceled", "closed | none | y | n", word(batch, "Canceled") },
      {
        "Declined for a twin of its own",
        "pending | asked | n | n",
        twice(true),
      },
      {
        "Declined for a twin, without one",
        "closed | none | y | n",
        twice(false),
      },
      {
        "Declined for a twin, of several",
        "parked | unknown | n | y",
        twice(false, 2),
      },
      {
        "Failed after Executed, and a read says Executed",
        "done | moved | y | n",
        event_after("Executed", "Failed", "Executed"),
      },
      {
        "Rejected after Executed, and a read says so",
        "parked | unknown | n | y",
        event_after("Executed", "Rejected", "Rejected"),
      },
      {
        "Declined after Executed, and a read says so",
        "parked | unknown | n | y",
        event_after("Executed", "Declined", "Declined"),
      },
      -- recover reads again
      {
        "Failed after Executed, and nobody can be read",
        "done | unknown | n | n",
        event_after("Executed", "Failed", "Failed", true),
      },
      {
        "Executed after Failed",
        "done | moved | y | n",
        event_after("Failed", "Executed", "Executed"),
      },
      {
        "among rejected_payments",
        "failed | none | y | n",
        made(batch, rejected()),
      },
      { "due too soon when it is sent", "failed | none | y | n", too_late },
      {
        "the whole request is refused",
        "failed | none | y | n",
        made(batch, { fault = "error", status = 412 }),
      },
      {
        "the request is lost",
        "unknown | unknown | n | n",
        made(batch, { fault = "lost_answer" }),
      },
      {
        "named nowhere in the answer",
        "unknown | unknown | n | n",
        made(batch, { fault = "unnamed", rows = 0 }),
      },
      {
        "a word that is new",
        "pending | unknown | n | y",
        word(batch, "Paused"),
      },
    }
  end)

  describe("a one-off payment:", function()
    rows {
      { "Requested", "pending | asked | n | n", read "one_off" },
      {
        "not reserved, as there is no card",
        "pending | asked | n | n",
        without_card,
      },
      {
        "Reserved",
        "pending | asked | n | n",
        read("one_off", does "accept"),
      },
      { "Captured", "done | moved | y | n", reserved "capture" },
      {
        "Captured, by a read",
        "done | moved | y | n",
        word("one_off", "Captured"),
      },
      { "Rejected", "closed | none | y | n", read("one_off", does "reject") },
      { "Canceled", "closed | none | y | n", reserved "cancel" },
      { "Declined", "closed | none | y | n", word("one_off", "Declined") },
      {
        "Expired",
        "closed | none | y | n",
        read("one_off", advance(25 * HOUR)),
      },
      {
        "a capture is lost, and it is still Reserved",
        "unknown | unknown | n | n",
        reserved("capture", "closed"),
      },
      {
        "a cancellation is lost, and it is still live",
        "unknown | unknown | n | n",
        reserved("cancel", "closed"),
      },
      {
        "a capture is refused, and it is Reserved",
        "pending | asked | n | n",
        reserved("capture", "error", 409),
      },
      {
        "Captured after Canceled",
        "done | moved | y | y",
        word("one_off", "Canceled", "Captured"),
      },
      {
        "Captured after Expired",
        "done | moved | y | y",
        word("one_off", "Expired", "Captured"),
      },
      {
        "the request is lost",
        "unknown | unknown | n | n",
        made("one_off", { fault = "lost_answer" }),
      },
      {
        "its agreement is known no more",
        "parked | unknown | n | y",
        without_agreement,
      },
      {
        "a word that is new",
        "pending | unknown | n | y",
        word("one_off", "Paused"),
      },
    }
  end)

  describe("an agreement:", function()
    rows {
      { "Pending", "pending | none | n | n", read "agreement" },
      { "Accepted", "done | none | y | n", read("agreement", does "accept") },
      { "Active", "done | none | y | n", word("agreement", "Active") },
      {
        "Rejected",
        "closed | none | y | n",
        read("agreement", does "reject"),
      },
      { "Expired", "closed | none | y | n", read("agreement", advance(700)) },
      { "Canceled", "closed | none | y | n", word("agreement", "Canceled") },
      {
        "Canceled after Accepted",
        "closed | none | y | n",
        word("agreement", "Accepted", "Canceled"),
      },
      {
        "the request is lost",
        "unknown | none | n | n",
        made("agreement", { fault = "lost_answer" }),
      },
      {
        "a word that is new",
        "pending | none | n | y",
        word("agreement", "Paused"),
      },
    }
  end)

  describe("a refund:", function()
    rows {
      { "Requested", "pending | asked | n | n", read "refunds" },
      { "Issued", "done | returned | y | n", read("refunds", advance(6)) },
      { "Declined", "closed | none | y | n", word("refunds", "Declined") },
      {
        "one in the list fits",
        "done | returned | y | n",
        refunds_that_fit(1),
      },
      {
        "several in the list fit",
        "parked | unknown | n | y",
        refunds_that_fit(2),
      },
      {
        "the request is lost",
        "unknown | unknown | n | n",
        made("refunds", { fault = "lost_answer" }),
      },
      {
        "a word that is new",
        "pending | unknown | n | y",
        word("refunds", "Paused"),
      },
    }

    it("more than is left is not sent", function()
      local item = world.item("refunds", { amount = "99.00" })
      local _, err = world.flow("refunds"):run_one(item)
      assert.equal("failed | none | y | n", words.row_of(err.item))
    end)
  end)
end)
