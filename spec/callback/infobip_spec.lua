-- The BUY button: whose account it is, and no more.

local helper = require "spec.callback.helper"

describe("callback.infobip", function()
  local world, receiver, make

  before_each(function()
    world = helper.open("infobip", {})
    receiver, make = world.receiver, world.make
  end)

  it("gives the ChID of who has pressed BUY", function()
    local reply, events = receiver:receive(make:buy { ChID = "8F07-92.a" })
    assert.equal(200, reply.status)
    assert.same({ "infobip", "buy", "8F07-92.a", false, false }, {
      events[1].api,
      events[1].kind,
      events[1].ChID,
      events[1].final,
      events[1].verified,
    })
    assert.is_nil(events[1].id)
  end)

  it("gives it each time: a user may buy twice", function()
    for _ = 1, 2 do
      local _, events = receiver:receive(make:buy())
      assert.equal(1, #events)
    end
  end)

  it("reads it in any case, from a form and from a table", function()
    for _, request in ipairs {
      { method = "GET", query = "chid=1" },
      { method = "GET", query = "a=b&CHID=1&ChID=2" },
      { method = "GET", query = { ChID = "1" } },
      {
        method = "POST",
        headers = { ["content-type"] = "application/x-www-form-urlencoded" },
        body = "ChID=1",
      },
    } do
      local _, events = receiver:receive(request)
      assert.equal("1", events[1].ChID)
    end
  end)

  it("reads it under another name", function()
    world = helper.open("infobip", { parameter = "account" })
    local request = world.make:buy { ChID = "1" }
    assert.equal("account=1", request.query)
    local _, events = world.receiver:receive(request)
    assert.equal("1", events[1].ChID)
  end)

  it("lets the handler answer with a page, or send on to one", function()
    local reply = receiver:handle(make:buy { ChID = "1" }, function(event)
      local location = "/top-up?account=" .. event.ChID
      return true, { status = 303, headers = { location = location } }
    end)
    assert.equal(303, reply.status)
    assert.equal("/top-up?account=1", reply.headers.location)
  end)

  for what, query in pairs {
    ["nothing"] = "",
    ["an empty one"] = "ChID=",
    ["markup"] = "ChID=%3Cscript%3E",
    ["a quote"] = "ChID='",
    ["two lines"] = "ChID=1%0d%0aLocation:x",
    ["a blank"] = "ChID=a+b",
    ["one without end"] = "ChID=" .. ("1"):rep(129),
  } do
    it("refuses " .. what, function()
      local reply, events, problem =
        receiver:receive { method = "GET", query = query }
      assert.equal(400, reply.status)
      assert.same({}, events)
      assert.equal("ChID", problem.code)
    end)
  end
end)
