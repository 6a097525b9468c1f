-- The bytes that go out, for a minimal and for a full call of each endpoint,
-- against fixtures that were not made by the code under test.

local core = require "luapay.core"
local luapay = require "luapay"

local here = debug.getinfo(1, "S").source:match "^@(.*/)" or "./"

local APIS = {
  "infobip",
  "mobip",
  "mobilepay_online",
  "mobilepay_subscriptions",
}

local fixtures = {}
for _, api in ipairs(APIS) do
  fixtures[api] = dofile(here .. "../fixtures/wire/" .. api .. ".lua")
end

-- The headers of a request, named in lower case.
local function lower(headers)
  local all = {}
  for name, value in pairs(headers) do
    all[name:lower()] = value
  end
  return all
end

local function check(id, case)
  local request, fault = core.prepare(core.find(id), case.args)
  assert.is_truthy(request, fault and fault.field .. " " .. fault.message)
  assert.equal(case.method, request.method)
  assert.equal(case.target, request.target)
  assert.equal(case.body, request.body)
  assert.same(lower(case.headers), lower(request.headers))
end

for _, api in ipairs(APIS) do
  describe("on the wire, " .. api, function()
    for _, fixture in ipairs(fixtures[api]) do
      local id = api .. "." .. fixture.name
      for _, which in ipairs { "minimal", "full" } do
        it(which .. " " .. fixture.name, function()
          check(id, fixture[which])
        end)

        if fixture[which].query_target then
          it(which .. " " .. fixture.name .. ", as a query", function()
            local case = fixture[which]
            local request =
              assert(core.prepare(core.find(id), case.args, { query = true }))
            assert.equal(case.query_target, request.target)
            assert.is_nil(request.body)
          end)
        end
      end
    end
  end)
end

describe("the fixtures", function()
  it("have every endpoint", function()
    local there = {}
    for _, api in ipairs(APIS) do
      for _, fixture in ipairs(fixtures[api]) do
        there[api .. "." .. fixture.name] = true
      end
    end
    for _, endpoint in ipairs(luapay.endpoints()) do
      local id = endpoint.api .. "." .. endpoint.name
      assert.is_true(there[id], id)
    end
  end)
end)
