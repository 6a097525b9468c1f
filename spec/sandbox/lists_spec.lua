-- Bad days of lists, batches and queues.

local helper = require "spec.subscriptions.helper"
local mobip = require "spec.mobip.helper"

describe("sandbox fault", function()
  local provider, client, agreement

  before_each(function()
    provider, client = helper.open()
    agreement = helper.agree(provider, client)
  end)

  local function agreements(number, size)
    local page = assert(client:list_agreements {
      pageNumber = number or 1,
      pageSize = size or 100,
    })
    return #(page[1] or page).agreements
  end

  local function payments()
    return #assert(client:list_payment_requests { agreementid = agreement })
  end

  it("lag hides what is younger from lists", function()
    helper.request(provider, client, agreement)
    provider:inject {
      at = "list_payment_requests",
      fault = "lag",
      seconds = 90,
      times = 2,
    }
    provider:inject { at = "list_agreements", fault = "lag", seconds = 90 }
    assert.equal(0, payments())
    assert.equal(0, agreements())
    provider:advance(90)
    assert.equal(1, payments())
    assert.equal(1, agreements())
  end)

  it("moved begins a page later, or earlier", function()
    for _ = 1, 3 do
      helper.agree(provider, client)
    end
    local function moved(rows)
      provider:inject { at = "list_agreements", fault = "moved", rows = rows }
    end
    assert.equal(2, agreements(2, 2))
    moved(1)
    assert.equal(1, agreements(2, 2))
    moved(-1)
    assert.equal(2, agreements(2, 2))
  end)

  it("short cuts a page", function()
    helper.agree(provider, client)
    provider:inject { at = "list_agreements", fault = "short", rows = 1 }
    assert.equal(1, agreements())
    assert.equal(2, agreements())
  end)

  local function request(...)
    local list = {}
    for i, id in ipairs { ... } do
      list[i] = helper.payment(provider, agreement, { external_id = id })
    end
    return client:request_payments { payments = list }
  end

  it("partial takes some of a batch, and is silent about others", function()
    provider:inject { at = "request_payments", fault = "partial", rows = 1 }
    local answer = assert(request("a", "b", "c"))
    assert.equal(1, #answer.pending_payments)
    assert.equal(0, #answer.rejected_payments)
    assert.equal(1, payments())
  end)

  it("unnamed takes a batch, and names some", function()
    provider:inject { at = "request_payments", fault = "unnamed", rows = 1 }
    local answer = assert(request("a", "b", "c"))
    assert.equal(1, #answer.pending_payments)
    assert.equal(3, payments())
  end)

  it("refuse_row refuses a batch for one of its rows", function()
    provider:inject {
      at = "request_payments",
      fault = "refuse_row",
      external_id = "b",
      times = math.huge,
    }
    local _, fault = request("a", "b", "c")
    assert.equal(400, fault.status)
    assert.equal(0, payments())
    assert(request("a", "c"))
    assert.equal(2, payments())
  end)

  it("kept and no_trid spoil a queue", function()
    local books, merchant, way = mobip.open()
    local platform = mobip.client(way, "platform")
    local trid = assert(merchant:create_one_use_qr(mobip.show())).trid
    books:pay(trid)
    books:inject { at = "set_mobip_transactions", fault = "kept" }
    books:inject {
      at = "get_mobip_transactions",
      fault = "no_trid",
      rows = 1,
    }
    local function first()
      return assert(platform:get_mobip_transactions {}).transactions_list[1]
    end
    assert.is_nil(first().mobip_trid)
    assert.equal(trid, first().mobip_trid)
    local done = { trid_list = { trid } }
    assert.same(
      { trid },
      assert(platform:set_mobip_transactions(done)).removed_transactions_list
    )
    assert.same({ trid }, books:queue())
    assert(platform:set_mobip_transactions(done))
    assert.same({}, books:queue())
  end)

  it("belongs to the calls that know it", function()
    assert.has_error(function()
      provider:inject { at = "get_agreement", fault = "lag", seconds = 90 }
    end, "sandbox: lag: no fault of get_agreement")
    assert.has_error(function()
      provider:inject { at = "list_agreements", fault = "lag" }
    end, "sandbox: lag: how many seconds?")
  end)
end)
