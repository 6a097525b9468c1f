-- `luapay sandbox`: a server, and what is told to it from other shells.

local helper = dofile "spec/command/helper.lua"

local json = require "luapay.sandbox.json"

local port = helper.free_port()

describe("luapay sandbox", function()
  local folder
  setup(function()
    folder = helper.folder()
    folder:succeed(("luapay sandbox --background --port %d"):format(port))
  end)
  teardown(function()
    folder:run "luapay sandbox stop"
    folder:remove()
  end)
  before_each(function()
    folder:succeed "luapay sandbox reset"
  end)

  local CREDIT = "luapay call --sandbox-server infobip.add_funds "
    .. "accountKey=EUR-1 amount=12.50 description='Order 17' "

  local function ledger()
    return json.decode(folder:succeed "luapay sandbox ledger infobip --json")
  end

  it("has a bad day when it is told, and the call ends with 3", function()
    folder:succeed "luapay sandbox inject add_funds lost_answer"
    assert.equal(3, (folder:run(CREDIT)))
    assert.equal(1, #ledger())
    folder:succeed(CREDIT)
    assert.equal(2, #ledger())
  end)

  it("acts or not, as it is told", function()
    folder:succeed "luapay sandbox inject add_funds closed --booked no"
    assert.equal(3, (folder:run(CREDIT)))
    assert.equal(0, #ledger())
    folder:succeed "luapay sandbox inject infobip.add_funds closed --skip 1"
    folder:succeed "luapay sandbox clear"
    folder:succeed(CREDIT)
    folder:succeed(CREDIT)
  end)

  it("lets time pass, and payers act", function()
    folder:succeed "luapay sandbox advance 3d"
    assert.equal(
      "100.00\n",
      folder:succeed "luapay sandbox call infobip balance EUR-1"
    )
  end)

  it("says what is wrong", function()
    for script, says in pairs {
      ["luapay sandbox inject add_fund closed"] = "no API has a call",
      ["luapay sandbox inject login closed"] = "which API: infobip, mobip?",
      ["luapay sandbox inject add_funds odd"] = "no such fault",
      ["luapay sandbox advance 3w"] = "expected a time",
      ["luapay sandbox ledger odd"] = "there is no API odd",
      ["luapay sandbox call infobip odd"] = "no such method: odd",
      ["luapay sandbox --port 70000"] = "--port",
    } do
      local status, _, noted = folder:run(script)
      assert.equal(2, status, script)
      assert.truthy(noted:find(says, 1, true), noted)
    end
  end)

  it("is not made on a port that is taken", function()
    local other = helper.folder()
    local status, _, noted =
      other:run(("luapay sandbox --port %d"):format(port))
    assert.equal(1, status)
    assert.truthy(noted:find "is taken by another program")
    status = other:run "luapay sandbox ledger"
    assert.equal(2, status)
    other:remove()
  end)

  it("serves HTTPS", function()
    local other = helper.folder()
    other:succeed(
      ("luapay sandbox --tls --background --port %d\n%s\n%s"):format(
        helper.free_port(),
        CREDIT,
        "luapay sandbox stop"
      )
    )
    other:remove()
  end)
end)
