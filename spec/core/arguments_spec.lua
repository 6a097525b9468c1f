-- How arguments are read: raw, and once; and what passes where a client does
-- not validate.

local core = require "luapay.core"
local luapay = require "luapay"

local FUNDS = core.find "infobip.add_funds"
local QR = core.find "mobip.create_one_use_qr"
local PAYMENTS = core.find "mobilepay_subscriptions.request_payments"
local PATCH = core.find "mobilepay_subscriptions.update_agreement"
local CAPTURE = core.find "mobilepay_online.capture_payment"
local GET = core.find "mobilepay_online.get_payment"
local UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"

local ONLINE = { ["x-ibm-client-id"] = "i", ["x-ibm-client-secret"] = "s" }

local function funds(changes)
  local args = { accountKey = "a", amount = "1.00", description = "d" }
  for name, value in pairs(changes or {}) do
    args[name] = value
  end
  return args
end

local function refusal(number, args, settings)
  local request, fault = core.prepare(number, args, settings)
  assert.is_nil(request)
  assert.same({ "argument", "failed" }, { fault.kind, fault.outcome })
  return fault
end

describe("arguments", function()
  for event, value in pairs {
    __index = { accountKey = "a", amount = "1", description = "d" },
    __len = function()
      return 0
    end,
    __pairs = function()
      return next, {}
    end,
  } do
    it("are not read through " .. event, function()
      local fault = refusal(FUNDS, setmetatable({}, { [event] = value }))
      assert.equal("arguments", fault.field)
      assert.truthy(fault.message:find(event, 1, true))
      for _, settings in ipairs { { lenient = true }, {} } do
        refusal(FUNDS, setmetatable(funds(), { [event] = value }), settings)
      end
    end)
  end

  it("are not read through the metatables of tables inside", function()
    local proxy = setmetatable({}, { __index = { external_id = "x" } })
    local fault =
      refusal(PAYMENTS, { providerid = UUID, payments = { proxy } })
    assert.equal("payments[1]", fault.field)
    fault = refusal(PAYMENTS, {
      providerid = UUID,
      payments = setmetatable({}, { __index = { {} } }),
    })
    assert.equal("payments", fault.field)
    assert.is_nil(core.encode { a = proxy })
  end)

  it("may have a metatable that changes nothing", function()
    local args = setmetatable(funds(), { __name = "mine" })
    assert(core.prepare(FUNDS, args))
  end)

  it("have no inherited or misspelt name to hide behind", function()
    local fault = refusal(FUNDS, funds { ammuont = "2.00" })
    assert.equal("ammuont", fault.field)
  end)

  it("hold each name once, whichever way it is spelt", function()
    assert.equal("ammount", refusal(FUNDS, funds { ammount = "2" }).field)
  end)

  it("stay as they are, and get what is made for them beside", function()
    local args = { paymentId = UUID, amount = 1 }
    local request = core.prepare(CAPTURE, args, ONLINE, nil, {
      captureIdentifier = "key-1",
      CorrelationId = "id-1",
      timestamp = "2026-02-28T12:00:00Z",
    })
    assert.is_nil(request) -- a timestamp is not made
    args.timestamp = "2026-02-28T12:00:00Z"
    request = assert(core.prepare(CAPTURE, args, ONLINE, nil, {
      captureIdentifier = "key-1",
      CorrelationId = "id-1",
    }))
    assert.truthy(request.body:find("key-1", 1, true))
    assert.equal("id-1", request.headers.CorrelationId)
    assert.is_nil(args.captureIdentifier)
  end)

  it("hold no table that holds itself", function()
    local cycle = {}
    cycle.a = { cycle }
    refusal(QR, cycle, { lenient = true })
    assert.is_nil(core.encode(cycle))
  end)

  it("are what they were when the call began", function()
    local args = funds()
    local bodies = {}
    local client = luapay.infobip {
      username = "u",
      password = "p",
      transport = function(request)
        bodies[#bodies + 1] = request.body
        if #bodies % 2 == 1 then
          return { status = 200, headers = {}, body = '{"ibAuthCookie":"c"}' }
        end
        args.amount = "1000000.00"
        local status = #bodies == 2 and 403 or 500
        return { status = status, headers = {}, body = "" }
      end,
    }
    client:add_funds(args)
    assert.equal(4, #bodies)
    assert.truthy(bodies[2]:find("ammount=1.00", 1, true))
    assert.equal(bodies[2], bodies[4])
  end)

  it("that are a proxy are refused by the call, too", function()
    local client = luapay.infobip {
      username = "u",
      password = "p",
      transport = function()
        error "sent"
      end,
    }
    local proxy = setmetatable({}, { __index = funds() })
    local result, fault = client:add_funds(proxy)
    assert.is_nil(result)
    assert.equal("arguments", fault.field)
    assert.truthy(fault.correlation_id)
  end)
end)

describe("a client that does not validate", function()
  local lenient = { lenient = true }

  it("escapes a name for its place", function()
    local made = core.prepare(FUNDS, funds { ["a&b=c d"] = "1" }, lenient)
    assert.truthy(made.body:find("a%26b%3Dc%20d=1", 1, true))
    made = core.prepare(GET, { paymentId = UUID, ["x y"] = "1&2" }, {
      lenient = true,
      ["x-ibm-client-id"] = "i",
      ["x-ibm-client-secret"] = "s",
    })
    assert.is_nil(made.body)
    assert.truthy(made.target:find("?x%20y=1%262", 1, true))
    made = assert(core.prepare(QR, {
      item_name = "x",
      tax_amount_in_cents = 0,
      item_amount_in_cents = 1,
      call_back_url = "https://a.example/",
      redirect_url = "https://a.example/",
      access_token = "t",
      ['a"b'] = "1",
    }, lenient))
    assert.truthy(made.body:find('name="a%22b"\r\n', 1, true))
  end)

  for what, name in pairs {
    ["a line break"] = "a\r\nb",
    ["a NUL"] = "a\0b",
    ["broken UTF-8"] = "a\255",
    ["nothing"] = "",
  } do
    it("refuses a name with " .. what, function()
      refusal(FUNDS, funds { [name] = "1" }, lenient)
      refusal(FUNDS, funds { [name] = "1" }, { lenient = true, json = true })
      refusal(PAYMENTS, {
        providerid = UUID,
        payments = { { [name] = "1" } },
      }, lenient)
    end)
  end

  it("refuses a name that is no text", function()
    for _, key in ipairs { 1, 1.5, true, {} } do
      refusal(FUNDS, funds { [key] = "1" }, lenient)
    end
  end)

  it("refuses a name that another field is sent under", function()
    local fault = refusal(
      FUNDS,
      funds { currencyCode = "EUR" },
      { lenient = true, json = true }
    )
    assert.equal("currencyCode", fault.field)
    fault = refusal(
      FUNDS,
      funds { cur = "EUR" },
      { lenient = true, rename = { currencycode = "cur" } }
    )
    assert.equal("cur", fault.field)
  end)

  it("refuses a field beside a body that is a list", function()
    local fault = refusal(PATCH, {
      providerid = UUID,
      agreementid = UUID,
      operations = { { op = "replace", path = "/plan", value = "b" } },
      extra = 1,
    }, lenient)
    assert.equal("extra", fault.field)
  end)
end)
