-- Sign-ups: a customer is asked once, whatever happens to the wire.

local events = require "luapay.callback.subscriptions_events"
local helper = require "spec.subscriptions.helper"
local journal = require "luapay.journal"
local luapay = require "luapay"
local memory = require "luapay.journal.memory"

describe("luapay.flow.agreement", function()
  local provider, client, store

  local function flow(changes)
    local options = {
      client = client,
      journal = journal.memory {
        store = store,
        clock = function()
          return provider:now()
        end,
      },
    }
    for name, value in pairs(changes or {}) do
      options[name] = value
    end
    return luapay.flow.agreement(options)
  end

  local function order(reference, changes)
    local item = helper.offer { external_id = helper.without }
    item.reference = reference
    for name, value in pairs(changes or {}) do
      item[name] = value
    end
    return item
  end

  local function agreements()
    return client:list_agreements({ pageNumber = 1, pageSize = 100 }).items()
  end

  before_each(function()
    provider, client = helper.open()
    store = memory.new()
  end)

  it("makes one, and waits until it is accepted", function()
    local signup = flow()
    local made = assert(signup:run(order "ann"))
    assert.equal("pending", made.state)
    assert.truthy(made.redirect:find "^https://")
    assert(provider:accept(made.provider_id))
    local result = assert(signup:await "ann")
    assert.equal("accepted", result.state)
    assert.equal(made.redirect, result.redirect)
  end)

  for _, case in ipairs {
    { "rejected", "reject" },
    { "expired", "advance", 700 },
  } do
    it("says that it was " .. case[1] .. ", and asks no more", function()
      local signup = flow()
      local made = assert(signup:run(order "ann"))
      provider[case[2]](provider, case[3] or made.provider_id)
      assert.equal(case[1], assert(signup:await "ann").state)
      assert.equal(case[1], assert(signup:run(order "ann")).state)
      assert.equal(1, #agreements())
    end)
  end

  for _, case in ipairs {
    { "was acted upon", "lost_answer" },
    { "was not acted upon", "closed" },
  } do
    it("finds out whether a lost one " .. case[1], function()
      assert(client:create_agreement(helper.offer {
        external_id = "old",
      }))
      provider:inject { at = "create_agreement", fault = case[2], times = 2 }
      local both = { order "ann", order "bob" }
      local _, err = flow():run(both)
      assert.equal("unsettled", err.kind)
      assert.equal("unknown", err.outcome)
      assert.same({ unknown = 2 }, err.report.counts)
      provider:advance(61)
      assert.equal(2, assert(flow():recover()).settled)
      assert.same({ pending = 2 }, assert(flow():run(both)).counts)
      assert.equal(3, #agreements())
    end)
  end

  it("does not take last year's agreement for this one", function()
    assert(client:create_agreement(helper.offer { external_id = "ann" }))
    provider:advance(10 * 86400)
    provider:inject { at = "create_agreement", fault = "closed" }
    flow():run(order "ann")
    provider:advance(61)
    assert.equal("pending", assert(flow():run(order "ann")).state)
    assert.equal(2, #agreements())
  end)

  it("takes callbacks in any order", function()
    local signup = flow()
    local made = assert(signup:run(order "ann"))
    assert(provider:accept(made.provider_id))
    assert(provider:cancel(made.provider_id))
    local calls = provider:callbacks()
    local accepted = events.read(calls[1].body)[1]
    local canceled = events.read(calls[2].body)[1]
    assert.equal("Canceled", assert(signup:on_callback(canceled)).status)
    assert.equal("Canceled", assert(signup:on_callback(accepted)).status)
    assert.equal("canceled", assert(signup:run(order "ann")).state)
  end)

  it("ends one that was accepted, or not", function()
    local signup = flow()
    local made = assert(signup:run { order "ann", order "bob" })
    assert(provider:accept(made.items[1].provider_id))
    assert(signup:await "ann")
    provider:inject { at = "cancel_agreement", fault = "lost_answer" }
    assert.equal("canceled", assert(signup:cancel "ann").state)
    assert.equal("canceled", assert(signup:cancel "bob").state)
    local id = made.items[1].provider_id
    assert.equal("Canceled", provider:agreement(id).status)
  end)

  it("gives up waiting, and says how it stands", function()
    local signup = flow { patience = 30 }
    assert(signup:run { order "ann", order "bob" })
    local result, err = signup:await()
    assert.is_nil(result)
    assert.equal("timeout", err.kind)
    assert.equal(2, err.report.waiting)
  end)

  it("keeps no phone in the journal", function()
    local phone = "+4512345678"
    assert(flow():run(order("ann", { mobile_phone_number = phone })))
    local entry = store:list({}, 0, 1)[1]
    for _, part in ipairs { entry.details, entry.outcome } do
      for _, value in pairs(part) do
        assert.is_nil(tostring(value):find("12345678", 1, true))
      end
    end
  end)

  for _, case in ipairs {
    { "a foreign currency", { currency = "EUR" }, "items[1].currency" },
    { "no plan", { plan = 7 }, "items[1].plan" },
  } do
    it("refuses " .. case[1] .. " before anything is sent", function()
      local result, err = flow():run { order("ann", case[2]) }
      assert.is_nil(result)
      assert.equal("argument", err.kind)
      assert.equal(case[3], err.field)
      assert.same({}, provider:requests())
    end)
  end
end)
