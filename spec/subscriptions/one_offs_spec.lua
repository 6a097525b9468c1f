-- One-off payments: asked for, reserved, captured once.

local helper = require "spec.subscriptions.helper"

local KEPT = 6 * 86400 + 23 * 3600 + 45 * 60

describe("a one-off payment", function()
  local provider, client, agreement

  before_each(function()
    provider, client = helper.open()
    agreement = helper.agree(provider, client)
  end)

  local function which(id)
    return { agreementid = agreement, paymentid = id }
  end

  local function status_of(id)
    return assert(client:get_one_off_payment(which(id))).status
  end

  local function kinds()
    local out = {}
    for i, row in ipairs(provider:ledger()) do
      out[i] = row.kind .. " " .. row.amount
    end
    return table.concat(out, ", ")
  end

  local function decide(id, value)
    return client:simulate_one_off_decision {
      agreementid = agreement,
      paymentid = id,
      operations = { { path = "/status", value = value } },
    }
  end

  it("is Requested, with an address for the user", function()
    local id, made = helper.one_off(client, agreement)
    assert.equal("Requested", status_of(id))
    assert.equal("mobile-pay", made.links[1].rel)
    assert.is_truthy(made.links[1].href:find(id, 1, true))
    assert.equal("", kinds())
  end)

  it("is Reserved by the user, told at once, and Captured", function()
    local id = helper.one_off(client, agreement)
    assert(decide(id, "Accepted"))
    assert.equal("Reserved", status_of(id))
    local told = helper.told(provider, "payment")
    assert.equal(1, #told[1])
    assert.equal("OneOff", told[1][1].payment_type)
    assert.equal("Reserved", told[1][1].status)
    assert.equal(0, told[1][1].status_code)
    assert.equal("80.00", told[1][1].amount)
    assert.equal("2024-01-01", told[1][1].payment_date)
    assert(client:capture_one_off_payment(which(id)))
    assert.equal("Captured", status_of(id))
    assert.equal("reservation 80.00, capture 80.00", kinds())
    -- no callback is documented for a capture
    assert.equal(1, #helper.told(provider, "payment"))
    assert(provider:check())
  end)

  it("is captured once", function()
    local id = helper.one_off(client, agreement)
    local _, err = client:capture_one_off_payment(which(id))
    assert.equal("conflict", err.kind)
    assert(provider:accept(id))
    assert(client:capture_one_off_payment(which(id)))
    _, err = client:capture_one_off_payment(which(id))
    assert.equal("conflict", err.kind)
    assert.equal("failed", err.outcome)
    assert.equal("reservation 80.00, capture 80.00", kinds())
  end)

  it("may be captured though the answer was lost, and not twice", function()
    local id = helper.one_off(client, agreement)
    assert(provider:accept(id))
    provider:inject { at = "capture_one_off_payment", fault = "lost_answer" }
    local _, err = client:capture_one_off_payment(which(id))
    assert.equal("unknown", err.outcome)
    assert.equal("Captured", status_of(id))
    assert.equal("reservation 80.00, capture 80.00", kinds())
  end)

  it("is Rejected by the user, told at once", function()
    local id = helper.one_off(client, agreement)
    assert(decide(id, "Rejected"))
    assert.equal("Rejected", status_of(id))
    local told = helper.told(provider, "payment")
    assert.equal(50001, told[1][1].status_code)
    local _, err = decide(id, "Accepted")
    assert.equal("conflict", err.kind)
  end)

  it("is Expired when the user does nothing for a day", function()
    local id = helper.one_off(client, agreement)
    provider:advance(1440 * 60 - 1)
    assert.equal("Requested", status_of(id))
    provider:advance(1)
    assert.equal("Expired", status_of(id))
    provider:advance(120)
    local told = helper.told(provider, "payment")
    assert.equal(50008, told[1][1].status_code)
    assert.equal("Expired", told[1][1].status)
  end)

  it("is Expired when its own time is over", function()
    local id = helper.one_off(client, agreement, {
      expiration_timeout_minutes = 1,
    })
    provider:advance(60)
    assert.equal("Expired", status_of(id))
  end)

  it("is Expired when nobody captures it in time", function()
    local id = helper.one_off(client, agreement)
    assert(provider:accept(id))
    provider:advance(KEPT - 1)
    assert.equal("Reserved", status_of(id))
    provider:advance(1)
    assert.equal("Expired", status_of(id))
    assert.equal("reservation 80.00, release 80.00", kinds())
    local _, err = client:capture_one_off_payment(which(id))
    assert.equal("conflict", err.kind)
    assert(provider:check())
  end)

  it("stays captured beyond the time of a reservation", function()
    local id = helper.one_off(client, agreement)
    assert(provider:accept(id))
    assert(client:capture_one_off_payment(which(id)))
    provider:advance(KEPT + 1)
    assert.equal("Captured", status_of(id))
  end)

  it("is Canceled by the merchant, Requested or Reserved", function()
    local requested = helper.one_off(client, agreement)
    local reserved = helper.one_off(client, agreement)
    assert(provider:accept(reserved))
    for _, id in ipairs { requested, reserved } do
      assert(client:cancel_one_off_payment(which(id)))
      assert.equal("Canceled", status_of(id))
      local _, err = client:cancel_one_off_payment(which(id))
      assert.equal("conflict", err.kind)
    end
    assert.equal("reservation 80.00, release 80.00", kinds())
    assert(provider:check())
  end)

  it("is reserved without asking, where that is approved", function()
    local id = helper.one_off(client, agreement, { auto_reserve = true })
    assert.equal("Reserved", status_of(id))
    provider, client = helper.open { auto_reserve = false }
    agreement = helper.agree(provider, client)
    local _, err = client:request_one_off_payment {
      agreementid = agreement,
      amount = "1.00",
      external_id = "x",
      description = "x",
      auto_reserve = true,
    }
    assert.equal(412, err.status)
  end)

  it("waits for the user when it cannot be reserved", function()
    provider:lose_card(agreement)
    local id = helper.one_off(client, agreement, { auto_reserve = true })
    assert.equal("Requested", status_of(id))
    local told = helper.told(provider, "payment")
    assert.equal(50013, told[1][1].status_code)
    assert.equal("Requested", told[1][1].status)
    assert.is_nil((provider:accept(id)))
    provider:lose_card(agreement, true)
    assert(provider:accept(id))
    assert.equal("Reserved", status_of(id))
  end)

  it("needs an agreement that is active", function()
    local pending = assert(client:create_agreement(helper.offer())).id
    local _, err = client:request_one_off_payment {
      agreementid = pending,
      amount = "1.00",
      external_id = "x",
      description = "x",
    }
    assert.equal("conflict", err.kind)
    assert.equal(412, err.status)
  end)

  it("ends with its agreement, its reservation too", function()
    local requested = helper.one_off(client, agreement)
    local reserved = helper.one_off(client, agreement)
    assert(provider:accept(reserved))
    assert(client:cancel_agreement { agreementid = agreement })
    assert.equal("Canceled", status_of(requested))
    assert.equal("Canceled", status_of(reserved))
    assert.equal("reservation 80.00, release 80.00", kinds())
  end)

  it("is in the list of its agreement", function()
    local id = helper.one_off(client, agreement)
    helper.request(provider, client, agreement)
    local list =
      assert(client:list_one_off_payments { agreementid = agreement })
    assert.equal(1, #list)
    assert.equal(id, list[1].id)
    assert.equal(1440, list[1].expiration_timeout_minutes)
    assert.equal("DKK", list[1].currency)
  end)

  it("is not found among regular payments, nor they here", function()
    local id = helper.one_off(client, agreement)
    local other = helper.request(provider, client, agreement)
    local _, err = client:get_payment_request(which(id))
    assert.equal("not_found", err.kind)
    _, err = client:get_one_off_payment(which(other))
    assert.equal("not_found", err.kind)
  end)
end)

describe("a payment that comes with an agreement", function()
  local provider, client

  before_each(function()
    provider, client = helper.open()
  end)

  local function offer()
    return assert(client:create_agreement(helper.offer {
      one_off_payment = {
        amount = "80",
        external_id = "OOP00348",
        description = "Down payment for our services",
      },
    }))
  end

  local function status_of(made)
    return assert(client:get_one_off_payment {
      agreementid = made.id,
      paymentid = made.one_off_payment_id,
    }).status
  end

  it("is Reserved when the user accepts both", function()
    local made = offer()
    assert.equal("Requested", status_of(made))
    assert(provider:accept(made.id))
    assert.equal("Reserved", status_of(made))
    assert.equal(1, #helper.told(provider, "agreement"))
    assert.equal(1, #helper.told(provider, "payment"))
  end)

  it("is Rejected when the user rejects both", function()
    local made = offer()
    assert(provider:reject(made.id))
    assert.equal("Rejected", status_of(made))
  end)

  it("is not accepted by itself", function()
    local made = offer()
    assert.is_nil((provider:accept(made.one_off_payment_id)))
  end)

  it("ends with a request that nobody answers", function()
    local made = offer()
    provider:advance(10 * 60)
    assert.equal("Canceled", status_of(made))
    assert.same({}, provider:ledger())
    assert(provider:check())
  end)
end)
