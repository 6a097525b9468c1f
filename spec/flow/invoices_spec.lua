-- Invoices of a system of the merchant's: pushed in portions, once, and
-- compared with what is there.

local luapay = require "luapay"
local mobip = require "spec.mobip.helper"

local function invoice(id, changes)
  local row = {
    InvId = id,
    InvDate = "2024-01-15",
    InvDueDate = "2024-02-15",
    InvLbl = "January",
    Amount_in_cents = 4990,
    InvStatus = "open",
  }
  for name, value in pairs(changes or {}) do
    row[name] = value
  end
  return row
end

local function customer(id, ...)
  return {
    CustomerId = id,
    CustomerBalance_in_cents = 4990,
    CustomerBalance_Date = "2024-01-31",
    InvoicesList = { ... },
  }
end

describe("luapay.flow.invoices", function()
  local provider, way, journal

  before_each(function()
    local _
    provider, _, way = mobip.open()
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
  end)

  it("leaves nothing out in silence", function()
    local flow = luapay.flow.invoices {
      client = mobip.client(way, "merchant"),
      journal = journal,
      source = "erp",
      run = "x",
    }
    local gap = customer("C-1", invoice "1", nil, invoice "3")
    local named = customer "C-1"
    named.InvoicesList = invoice "1"
    for what, case in pairs {
      ["nothing stands at %[2%]"] = { customer("C-1"), nil, customer "C-3" },
      ["InvoicesList: nothing stands at %[2%]"] = { gap },
      ["InvoicesList: expected a list, got the key"] = { named },
      ["customers%[2%]: expected a table"] = { customer "C-1", "C-2" },
    } do
      for _, verb in ipairs { "run", "compare" } do
        assert.error_matches(function()
          flow[verb](flow, case)
        end, what)
      end
    end
    assert.equal(0, #provider:requests())
  end)

  it("needs a name for its run", function()
    assert.has_error(function()
      luapay.flow.invoices {
        client = mobip.client(way, "merchant"),
        journal = journal,
        source = "erp",
      }
    end)
  end)

  local function flow(more)
    local options = {
      client = mobip.client(way, "merchant"),
      journal = journal,
      source = "erp",
      run = "day-1",
    }
    for name, value in pairs(more or {}) do
      options[name] = value
    end
    return luapay.flow.invoices(options)
  end

  local function pushed()
    return #mobip.asked(provider, "set_external_invoices")
  end

  local function three()
    return {
      customer("C-1", invoice "1", invoice "2"),
      customer("C-2", invoice "3"),
    }
  end

  it("are pushed, and there", function()
    local report = assert(flow():run(three()))
    assert.same({ done = 1 }, report.states)
    assert.same({ "day-1-1", "none", true }, {
      report.items[1].reference,
      report.items[1].money,
      report.items[1].ended,
    })
    assert.equal(3, report.items[1].invoices)
    assert.equal("C-2", assert(flow():read({ "3" }))["3"].CustomerId)
    assert.equal("4990", assert(flow():read())["1"].Amount_in_cents)
  end)

  it("are cut into portions, within a customer too", function()
    local report = assert(flow({ portion = 2 }):run {
      customer("C-1", invoice "1", invoice "2", invoice "3", invoice "4"),
      customer("C-2", invoice "5"),
      customer "C-3",
      customer("C-4", invoice "6", invoice "7"),
    })
    local sizes = {}
    for i, item in ipairs(report.items) do
      sizes[i] = item.invoices
    end
    assert.same({ 2, 2, 1, 2 }, sizes)
    local left, count = assert(flow():read()), 0
    for _ in pairs(left) do
      count = count + 1
    end
    assert.equal(7, count)
  end)

  it("come from an iterator as well", function()
    local n = 0
    local report = assert(flow({ portion = 10 }):run(function()
      n = n + 1
      return n <= 25 and customer("C-" .. n, invoice(tostring(n))) or nil
    end))
    assert.equal(3, #report.items)
  end)

  it("are pushed once, however often it is run", function()
    assert(flow():run(three()))
    assert(flow():run(three()))
    assert.equal(1, pushed())
  end)

  it("are refused when they changed under the same name", function()
    assert(flow():run(three()))
    local other = three()
    other[1].InvoicesList[1].Amount_in_cents = 1
    local report, err = flow():run(other)
    assert.is_nil(report)
    assert.equal("conflict", err.code)
    assert.equal("conflict", err.report.items[1].fault.code)
    assert(flow({ run = "day-2" }):run(other))
    assert.equal("1", assert(flow():read())["1"].Amount_in_cents)
  end)

  for fault, sent in pairs { lost_answer = 1, closed = 2 } do
    it("are looked for when the answer is lost: " .. fault, function()
      provider:inject { at = "set_external_invoices", fault = fault }
      local report, err = flow():run(three())
      assert.is_nil(report)
      assert.equal("unsettled", err.kind)
      assert.equal("unknown", err.outcome)
      assert.equal("unknown", err.report.items[1].state)
      provider:advance(1000) -- what is queued may still come
      flow():run(three())
      assert.equal(1, pushed())
      provider:advance(3000)
      flow():run(three())
      assert(flow():run(three()))
      assert.equal(sent, pushed())
    end)

    it("are settled by recover as well: " .. fault, function()
      provider:inject { at = "set_external_invoices", fault = fault }
      flow():run(three())
      provider:advance(3700)
      local state = fault == "closed" and "failed" or "done"
      assert.same({ [state] = 1 }, assert(flow():recover()).states)
      assert(flow():run(three()))
      assert.equal(sent, pushed())
    end)
  end

  it("keep the customers' data out of the journal", function()
    provider:inject { at = "set_external_invoices", fault = "closed" }
    local list = three()
    list[1].CustomerEmail = "payer@shop.test"
    flow():run(list)
    for record in
      journal
        :book({
          account = flow().client:about().account,
          flow = "invoices",
          run = "day-1",
          main = "push",
          appraise = function()
            return {}
          end,
        })
        :items {}
    do
      local text = require("luapay.core").encode(record.entries)
      assert.not_matches("payer@shop", text)
    end
  end)

  it("of other portions are pushed when one fails", function()
    provider:inject { at = "set_external_invoices", fault = "refuse" }
    local report, err = flow({ portion = 2 }):run(three())
    assert.is_nil(report)
    assert.same({ failed = 1, done = 1 }, err.report.states)
    assert(flow({ portion = 2 }):run(three()))
    assert.equal(0, #assert(flow():compare(three())).missing)
  end)

  it("are compared with what is there", function()
    assert(flow():run(three()))
    local wanted = three()
    wanted[1].InvoicesList[2].InvStatus = "closed"
    wanted[2].InvoicesList[2] = invoice "9"
    local found = assert(flow():compare(wanted))
    assert.equal(2, found.same)
    assert.same({ "9" }, found.missing)
    assert.same({
      {
        InvId = "2",
        fields = { InvStatus = { wanted = "closed", found = "open" } },
      },
    }, found.different)
  end)

  local labels = {
    pending = "draft",
    due = "open",
    fully_paid = "closed",
    partially_paid = "part",
  }

  it("have labels, which are read back", function()
    local own = flow()
    assert.is_true(own:labels(labels))
    assert(own:run(three()))
    provider:inject {
      at = "get_external_invoices_status",
      fault = "garbage",
      body = '{"return_code":"0","InvoiceStatusesList":["draft"]}',
    }
    local good, err = flow():labels(labels)
    assert.is_nil(good)
    assert.equal("incomplete", err.kind)
  end)

  for _, case in ipairs {
    { "without an id", invoice(nil, { InvId = "" }), "has no InvId" },
    { "that stands there twice", invoice "2", "twice" },
    { "of a strange status", invoice("4", { InvStatus = "x" }), "labels" },
    { "of a bad day", invoice("4", { InvDate = "soon" }), "date" },
  } do
    it("with one " .. case[1] .. " are refused, nothing is sent", function()
      local own = flow()
      assert(own:labels(labels))
      local list = three()
      table.insert(list[1].InvoicesList, case[2])
      local report, err = own:run(list)
      assert.is_nil(report)
      assert.equal("argument", err.kind)
      assert.truthy(err.message:lower():find(case[3]:lower()), err.message)
      assert.equal(0, pushed())
    end)
  end
end)
