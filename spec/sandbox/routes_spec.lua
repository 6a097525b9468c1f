local routes = require "luapay.sandbox.routes"

describe("sandbox.routes", function()
  local found = routes.new {
    { name = "list", method = "GET", path = "/v1/things" },
    { name = "create", method = "POST", path = "/v1/things" },
    { name = "get", method = "GET", path = "/v1/things/{thingId}" },
    { name = "newest", method = "GET", path = "/v1/things/newest" },
    { name = "part", method = "GET", path = "/v1/things/{a-b}/parts/{n}" },
  }

  for _, case in ipairs {
    { "GET", "/v1/things", "list", {} },
    { "POST", "/v1/things", "create", {} },
    { "GET", "/v1/things/7", "get", { thingId = "7" } },
    { "GET", "/v1/things/a%20%2Fb", "get", { thingId = "a /b" } },
    { "GET", "/v1/things/newest", "newest", {} },
    { "GET", "/v1/things/7/parts/8", "part", { ["a-b"] = "7", n = "8" } },
    { "DELETE", "/v1/things", nil, "GET, POST" },
    { "DELETE", "/v1/things/newest", nil, "GET" },
    { "GET", "/v1/things/", nil, nil },
    { "GET", "/v1/things/%zz", nil, nil },
    { "GET", "/v1/things/7/8", nil, nil },
    { "GET", "/v1xthings", nil, nil },
    { "GET", "/x/v1/things", nil, nil },
  } do
    it(
      "takes " .. case[1] .. " " .. case[2] .. " for " .. tostring(case[3]),
      function()
        local endpoint, params = found:find(case[1], case[2])
        assert.equal(case[3], endpoint and endpoint.name)
        assert.same(case[4], params)
      end
    )
  end
end)
