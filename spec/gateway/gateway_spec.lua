-- The example gateway, driven in a browser, with what the providers have
-- booked in the end.

package.path = package.path .. ";examples/gateway/?.lua"

local function capture(command)
  local pipe = assert(io.popen(command .. ' 2>&1; echo " exit $?"'))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

local function is_there(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

-- What a browser needs is big: where it is missing these specs are pending;
-- in CI they fail.
local function missing()
  for _, path in ipairs {
    "/usr/bin/chromium",
    "build/tools/node_modules/playwright-core/package.json",
    "build/luajit/luapay/core.so",
  } do
    if not is_there(path) then return path .. " is missing" end
  end
end

-- The gateway runs in nginx's LuaJIT, whatever runs this: once is enough, and
-- a browser is not for a sanitizer.
if _VERSION ~= "Lua 5.4" or (os.getenv "LD_PRELOAD" or "") ~= "" then
  return
end

describe("the example gateway", function()
  local lacks = missing()
  if lacks then
    assert(not os.getenv "CI", lacks)
    it("is driven in a browser", function()
      pending(lacks)
    end)
    return
  end

  local gateway, provider

  setup(function()
    local launch = require "launch"
    local port = 20000 + tonumber(tostring(os.time()):sub(-4))
    gateway = launch.start { port = port, password = "a secret" }
    provider = gateway.provider
  end)
  teardown(function()
    gateway:stop()
  end)

  -- Plays a story; returns the bookings at Infobip that it has made.
  local function play(story)
    local before = #provider:ledger()
    local said = capture(
      ("timeout 60 node spec/gateway/browser.js %s 'a secret' %s"):format(
        gateway.address,
        story
      )
    )
    assert(said:find(" exit 0", 1, true), said .. gateway:log())
    local booked = {}
    for i, row in ipairs(provider:ledger()) do
      if i > before then booked[#booked + 1] = row.booked end
    end
    assert(provider:check())
    return booked
  end

  it("credits an account that is paid for by Mobip, once", function()
    assert.same({ "25.00" }, play "paid")
  end)

  it("credits an account that is paid for by MobilePay, once", function()
    assert.same({ "30.00" }, play "mobilepay")
  end)

  it("credits nothing when the bank says no", function()
    assert.same({}, play "denied")
  end)

  it("credits nothing when the customer rejects", function()
    assert.same({}, play "rejected")
  end)

  it("parks a credit whose answer was lost, for the operator", function()
    provider:inject { at = "add_funds", fault = "lost_answer" }
    assert.same({ "40.00" }, play "lost")
  end)

  it("rolls the credit back when the payment is given back", function()
    assert.same({ "25.00", "-25.00" }, play "refund")
  end)

  it("rolls a credit back when the operator says so", function()
    assert.same({ "26.00", "-26.00" }, play "undo")
  end)

  it("takes a double click and a form sent again for one order", function()
    local before = #provider.mobip:transactions()
    assert.same({}, play "twice")
    assert.equal(before + 1, #provider.mobip:transactions())
  end)

  it("credits once, however often a callback comes", function()
    assert.same({ "25.00" }, play "repeated")
  end)

  it("believes no callback that is forged", function()
    assert.same({}, play "forged")
  end)

  it("takes no form that is not its own", function()
    assert.same({}, play "foreign")
  end)

  it("says what is wrong with an amount, and shows it as text", function()
    assert.same({}, play "mistaken")
  end)

  it("shows the operator's page to nobody else", function()
    assert.same({}, play "stranger")
  end)
end)
