-- A fault is a value; what people read of it helps.

local fault = require "luapay.fault"

describe("a fault", function()
  it("says where, what kind, and what it is about", function()
    assert.equal(
      "infobip.add_funds: argument (amount): is required",
      tostring(
        fault.new(
          { kind = "argument", field = "amount", message = "is required" },
          "infobip.add_funds"
        )
      )
    )
    assert.equal(
      "infobip.login: auth (401): no",
      tostring(
        fault.new(
          { kind = "auth", status = 401, message = "no" },
          "infobip.login"
        )
      )
    )
    assert.equal(
      "luapay: transport: no message",
      tostring(fault.new { kind = "transport" })
    )
  end)

  it("never ends in a newline", function()
    local err = fault.new { kind = "tls", message = "no such file \r\n\n" }
    assert.equal("no such file", err.message)
    assert.equal("luapay: tls: no such file", tostring(err))
  end)

  it("warns when the outcome is unknown", function()
    local err = fault.new {
      kind = "timeout",
      outcome = "unknown",
      message = "no answer",
    }
    assert.equal(
      "luapay: timeout: no answer; outcome unknown: "
        .. "it may have been done, do not repeat it",
      tostring(err)
    )
  end)

  it("is 'failed' unless said otherwise, and knows its API", function()
    local err = fault.new({ kind = "auth" }, "infobip.login")
    assert.equal("failed", err.outcome)
    assert.equal("infobip", err.api)
    assert.equal("infobip.login", err.endpoint)
  end)

  it("is told from other tables, and by its kind", function()
    local err = fault.new { kind = "auth" }
    assert.is_true(fault.is(err))
    assert.is_true(fault.is(err, "auth"))
    assert.is_false(fault.is(err, "timeout"))
    assert.is_false(fault.is({ kind = "auth" }))
    assert.is_false(fault.is(nil))
  end)

  it("is copied whole", function()
    local err = fault.new({ kind = "auth", status = 401 }, "infobip.login")
    local copy = fault.copy(err)
    assert.same(err, copy)
    assert.is_true(fault.is(copy))
    copy.kind = "other"
    assert.equal("auth", err.kind)
  end)
end)
