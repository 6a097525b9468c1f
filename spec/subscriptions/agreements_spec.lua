-- Agreements of a pretend MobilePay Subscriptions, through the client.

local helper = require "spec.subscriptions.helper"

describe("an agreement", function()
  local provider, client

  before_each(function()
    provider, client = helper.open()
  end)

  local function status_of(id)
    return assert(client:get_agreement { agreementid = id }).status
  end

  it("is Pending until the user has decided", function()
    local made = assert(client:create_agreement(helper.offer()))
    assert.equal("Pending", status_of(made.id))
    assert.is_nil(made.one_off_payment_id)
    assert.equal("mobile-pay", made.links[1].rel)
    assert.is_truthy(made.links[1].href:find(made.id, 1, true))
    assert.same({}, provider:callbacks())
  end)

  it("shows what it was made with", function()
    local made = assert(client:create_agreement(helper.offer {
      description = "Æbler & pærer",
      frequency = 12,
      next_payment_date = "2024-02-01T00:00:00Z",
    }))
    local found = assert(client:get_agreement { agreementid = made.id })
    assert.equal("99.5", (found.amount:gsub("0$", "")))
    assert.equal("DKK", found.currency)
    assert.equal("Æbler & pærer", found.description)
    assert.equal(12, found.frequency)
    assert.equal("AGGR00068", found.external_id)
    assert.equal(3, #found.links)
    assert.equal("2024-01-01T00:00:00Z", found.date_created)
  end)

  it("is Accepted by the user, who tells the success-callback", function()
    local made = assert(client:create_agreement(helper.offer()))
    assert(client:simulate_agreement_decision {
      id = made.id,
      status = "Accepted",
    })
    assert.equal("Accepted", status_of(made.id))
    local told = helper.told(provider, "agreement")
    assert.equal("https://gym.example/yes", told.url)
    assert.equal("Accepted", told[1].status)
    assert.equal(0, told[1].status_code)
    assert.equal(made.id, told[1].agreement_id)
    assert.equal("AGGR00068", told[1].external_id)
    assert.equal("2024-01-01T00:00:00Z", told[1].timestamp)
  end)

  it("is Rejected by the user, who tells the cancel-callback", function()
    local made = assert(client:create_agreement(helper.offer()))
    assert(client:simulate_agreement_decision {
      id = made.id,
      status = "Rejected",
    })
    assert.equal("Rejected", status_of(made.id))
    local told = helper.told(provider, "agreement")
    assert.equal("https://gym.example/no", told.url)
    assert.equal(40000, told[1].status_code)
    assert.equal("Agreement rejected by user", told[1].status_text)
  end)

  it("is decided once", function()
    local id = helper.agree(provider, client)
    local _, err = client:simulate_agreement_decision {
      id = id,
      status = "Rejected",
    }
    assert.equal("conflict", err.kind)
    assert.equal(412, err.status)
  end)

  it("expires by the clock", function()
    local made = assert(client:create_agreement(helper.offer()))
    provider:advance(10 * 60 - 1)
    assert.equal("Pending", status_of(made.id))
    provider:advance(1)
    assert.equal("Expired", status_of(made.id))
    local told = helper.told(provider, "agreement")
    assert.equal(40001, told[1].status_code)
    assert.equal("2024-01-01T00:10:00Z", told[1].timestamp)
  end)

  it("does not expire once it is accepted", function()
    local id = helper.agree(provider, client)
    provider:advance(86400)
    assert.equal("Accepted", status_of(id))
  end)

  it("is Canceled by the merchant, Pending or Accepted, for good", function()
    local pending = assert(client:create_agreement(helper.offer())).id
    for _, id in ipairs { pending, helper.agree(provider, client) } do
      local after = #provider:callbacks()
      assert(client:cancel_agreement { agreementid = id })
      assert.equal("Canceled", status_of(id))
      local told = helper.told(provider, "agreement", after)
      assert.equal(40003, told[1].status_code)
      local _, err = client:cancel_agreement { agreementid = id }
      assert.equal("conflict", err.kind)
      assert.equal(412, err.status)
      assert.equal("failed", err.outcome)
      assert.is_nil((provider:accept(id)))
    end
  end)

  it("is Canceled by the user, not before retention has passed", function()
    local id = helper.agree(provider, client, { retention_period_hours = 2 })
    local _, err = client:simulate_agreement_cancel { agreementid = id }
    assert.equal(409, err.status)
    provider:advance(2 * 3600)
    assert(client:simulate_agreement_cancel { agreementid = id })
    local told = helper.told(provider, "agreement")
    assert.equal(40002, told[2].status_code)
    assert.equal("Canceled", told[2].status)
  end)

  it("is Canceled by the system when the user is gone", function()
    local id = helper.agree(provider, client)
    provider:cancel_by_system(id)
    assert.equal(40004, helper.told(provider, "agreement")[2].status_code)
  end)

  it("says Active in callbacks, and codes as text, if so asked", function()
    provider, client = helper.open {
      accepted_as = "Active",
      status_code_as = "text",
    }
    helper.agree(provider, client)
    local told = helper.told(provider, "agreement")
    assert.equal("Active", told[1].status)
    assert.equal("0", told[1].status_code)
  end)

  it("changes on the listed paths, all of them or none", function()
    local id = helper.agree(provider, client)
    assert(client:update_agreement {
      agreementid = id,
      operations = {
        { path = "/amount", value = "10.01" },
        { path = "/plan", value = "Platinum" },
        { path = "/frequency", value = "4" },
        { path = "/cancel-callback", value = "https://gym.example/other" },
      },
    })
    local found = assert(client:get_agreement { agreementid = id })
    assert.equal("10.01", found.amount)
    assert.equal("Platinum", found.plan)
    assert.equal(4, found.frequency)
    assert(client:cancel_agreement { agreementid = id })
    assert.equal(
      "https://gym.example/other",
      helper.told(provider, "agreement").url
    )
  end)

  it("is not changed after its end", function()
    local id = helper.agree(provider, client)
    assert(client:cancel_agreement { agreementid = id })
    local _, err = client:update_agreement {
      agreementid = id,
      operations = { { path = "/plan", value = "Gold" } },
    }
    assert.equal("conflict", err.kind)
  end)

  it("is not found by who does not own it", function()
    local id = helper.agree(provider, client)
    local _, err = client:get_agreement {
      agreementid = id,
      providerid = helper.FOREIGN,
    }
    assert.equal("not_found", err.kind)
    local _, other = helper.open(nil, {
      transport = provider:transport(),
      refresh_token = provider:refresh_token(helper.FOREIGN_MERCHANT),
      provider_id = helper.FOREIGN,
    })
    _, err = other:get_agreement { agreementid = id }
    assert.equal("not_found", err.kind)
    assert(other:get_provider {})
  end)

  for what, changes in pairs {
    ["the wrong currency"] = { currency = "EUR" },
    ["another country"] = { country_code = "SE" },
    ["no time"] = { expiration_timeout_minutes = 0 },
    ["too much time"] = { expiration_timeout_minutes = 181441 },
    ["a long plan"] = { plan = ("x"):rep(31) },
    ["a long description"] = { description = ("x"):rep(61) },
    ["an odd frequency"] = { frequency = 3 },
    ["three decimals"] = { amount = "9.999" },
    ["no links"] = { links = {} },
    ["a long retention"] = { retention_period_hours = 25 },
  } do
    it("is refused with " .. what .. ", also by the provider", function()
      local _, err = client:create_agreement(helper.offer(changes))
      assert.equal("argument", err.kind)
      local status, answer =
        helper.send(provider, "POST /agreements", helper.offer(changes))
      assert.equal(400, status)
      assert.equal("BadRequest", answer.error)
      assert.equal("InputError", answer.error_description.error_type)
    end)
  end
end)

describe("the list of agreements", function()
  for _, way in ipairs { "list", "object" } do
    it("has pages, as " .. way, function()
      local provider, client = helper.open { list_as = way }
      local made = {}
      for i = 1, 25 do
        made[i] = assert(client:create_agreement(helper.offer {
          external_id = "A" .. i,
        })).id
      end
      local seen = {}
      for page = 1, 4 do
        local asked = { pageNumber = page, pageSize = 10 }
        local pages = assert(client:list_agreements(asked))
        for _, agreement in ipairs(pages[1].agreements) do
          seen[#seen + 1] = agreement.id
        end
        assert.equal(10, pages[1].page_size)
      end
      assert.same(made, seen)
      assert.is_truthy(provider)
    end)
  end

  it("knows states", function()
    local provider, client = helper.open()
    local ids = {}
    for i = 1, 6 do
      ids[i] = assert(client:create_agreement(helper.offer())).id
    end
    for i = 2, 6, 2 do
      provider:accept(ids[i])
    end
    local pages = assert(client:list_agreements {
      pageNumber = 2,
      pageSize = 2,
      status = "Accepted",
    })
    assert.equal(1, #pages[1].agreements)
    assert.equal(ids[6], pages[1].agreements[1].id)
  end)

  it("wants a page number from 1 and a size up to 2000", function()
    local provider = helper.open()
    for _, query in ipairs {
      "",
      "?pageNumber=0",
      "?pageNumber=x",
      "?pageNumber=1&pageSize=0",
      "?pageNumber=1&pageSize=2001",
    } do
      assert.equal(400, (helper.send(provider, "GET /agreements" .. query)))
    end
    assert.equal(200, (helper.send(provider, "GET /agreements?pageNumber=1")))
  end)
end)
