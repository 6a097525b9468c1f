-- Refunds: taken in whatever they are, and told later.

local helper = require "spec.subscriptions.helper"

local DAY = 86400

describe("a refund", function()
  local provider, client, agreement, payment

  local function pay(changes)
    local id = helper.request(provider, client, agreement, changes)
    provider:go_to(3, 3.5)
    assert.equal("Executed", provider:payment(id).status)
    return id
  end

  before_each(function()
    provider, client = helper.open()
    agreement = helper.agree(provider, client)
    payment = pay()
  end)

  -- each refund has an id of its own, as two of them are two
  local asked = 0
  local function ask(amount, changes)
    local args = {
      agreementid = agreement,
      paymentid = payment,
      amount = amount,
      status_callback_url = "https://gym.example/refunds",
      external_id = "R" .. asked,
    }
    asked = asked + 1
    for name, value in pairs(changes or {}) do
      args[name] = value
    end
    return client:request_refund(args)
  end

  local function told()
    provider:advance(10)
    local list = helper.told(provider, "refund")
    return list[#list], list
  end

  local function list()
    return assert(client:list_refunds {
      agreementid = agreement,
      paymentid = payment,
    })
  end

  it("is Requested, then Issued, and told", function()
    local made = assert(ask("10.99", { external_id = "ABC123" }))
    assert.equal("ABC123", made.external_id)
    assert.equal("10.99", made.amount)
    assert.equal("Requested", list()[1].status)
    local event, all = told()
    assert.equal("https://gym.example/refunds", all.url)
    assert.equal("nil", (tostring(event.status_text):gsub("null", "nil")))
    event.status_text = nil
    assert.same({
      refund_id = made.id,
      agreement_id = agreement,
      payment_id = payment,
      amount = "10.99",
      currency = "DKK",
      status = "Issued",
      status_code = 0,
      external_id = "ABC123",
    }, event)
    assert.equal("Issued", list()[1].status)
    assert.equal("ABC123", list()[1].externalId)
    assert.is_truthy(list()[1].paymentTransactionId)
    assert(provider:check())
  end)

  it("of no amount is all that is left", function()
    assert(ask "2.00")
    assert(ask(nil))
    assert.equal("10.50", told().amount)
    assert.equal(2, #list())
    assert(provider:check())
  end)

  it("may come in parts up to the whole, and no further", function()
    assert(ask "12.00")
    assert(ask "0.50")
    assert.equal("Issued", told().status)
    assert(ask "0.01")
    assert.equal(60001, told().status_code)
    assert(provider:check())
    assert.equal(3, #provider:ledger())
  end)

  it("is Declined when it is more than is left", function()
    assert(ask "12.00")
    assert(ask "0.51")
    local event = told()
    assert.equal("Declined", event.status)
    assert.equal(60002, event.status_code)
    assert.equal("Declined", list()[2].status)
    assert(provider:check())
  end)

  it("is Declined when there is no such payment", function()
    payment = helper.NOBODY
    assert(ask "1.00")
    assert.equal(60003, told().status_code)
  end)

  it("is Declined when nothing was paid yet", function()
    payment = helper.request(provider, client, agreement, {
      external_id = "another",
    })
    assert(ask "1.00")
    assert.equal(60004, told().status_code)
  end)

  it("is Issued for 90 days, and then no more", function()
    provider:advance(89 * DAY)
    assert(ask "1.00")
    assert.equal("Issued", told().status)
    provider:advance(DAY)
    assert(ask "1.00")
    assert.equal(60006, told().status_code)
    assert.is_truthy(told().status_text:find "90 days")
  end)

  it("is Declined by the system if the test says so", function()
    local made = assert(ask "1.00")
    provider:decline_refund(made.id)
    assert.equal(60005, told().status_code)
    assert.equal("Declined", provider:refund(made.id).status)
  end)

  it("can be made after the agreement was canceled", function()
    assert(client:cancel_agreement { agreementid = agreement })
    assert(ask "1.00")
    assert.equal("Issued", told().status)
  end)

  it("can be made of a captured one-off payment", function()
    payment = helper.one_off(client, agreement)
    assert(provider:accept(payment))
    assert(ask "1.00")
    assert.equal(60004, told().status_code)
    assert(client:capture_one_off_payment {
      agreementid = agreement,
      paymentid = payment,
    })
    assert(ask "80.00")
    assert.equal("Issued", told().status)
    assert(provider:check())
  end)

  it("tells nobody when nobody asked for it", function()
    assert(client:request_refund {
      agreementid = agreement,
      paymentid = payment,
    })
    provider:advance(10)
    assert.same({}, helper.told(provider, "refund"))
    assert.equal("Issued", list()[1].status)
  end)

  it("has a callback without a code, if so asked", function()
    provider, client = helper.open { issued_code = "empty" }
    agreement = helper.agree(provider, client)
    payment = pay()
    assert(ask "1.00")
    local code = told().status_code
    assert.is_true(code == nil or tostring(code) == "null")
  end)

  it("is unknown when the answer was lost: ask, do not repeat", function()
    provider:inject { at = "request_refund", fault = "lost_answer" }
    local _, err = ask "1.00"
    assert.equal("unknown", err.outcome)
    assert.equal(1, #list())
  end)

  it("is refused in the shape of refunds", function()
    local path = ("POST /agreements/%s/payments/%s/refunds"):format(
      agreement,
      payment
    )
    for _, body in ipairs {
      { amount = "0.00" },
      { amount = "1.001" },
      { amount = -1 },
      { status_callback_url = "http://gym.example/" },
    } do
      local status, answer = helper.send(provider, path, body)
      assert.equal(400, status)
      assert.equal("BadRequest", answer.errorText)
      assert.equal("InputError", answer.errorDetails.errorType)
      assert.is_truthy(answer.errorDetails.correlationId)
    end
    local _, err = ask "1.00"
    assert.is_nil(err)
  end)

  it("tells the caller what the provider said", function()
    provider:inject {
      at = "request_refund",
      fault = "error",
      status = 400,
      body = '{"errorText":"BadRequest","errorDetails":{"message":"No.",'
        .. '"errorType":"InputError","correlationId":"c-1",'
        .. '"errorCode":"17"}}',
      headers = { ["content-type"] = "application/json" },
    }
    local _, err = ask "1.00"
    assert.equal("refused", err.kind)
    assert.equal("No.", err.message)
    assert.equal("17", err.code)
  end)
end)
