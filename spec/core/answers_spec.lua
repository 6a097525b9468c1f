-- What the caller gets of each endpoint's answers, good and bad.

local core = require "luapay.core"
local luapay = require "luapay"

local here = debug.getinfo(1, "S").source:match "^@(.*/)" or "./"

local APIS = {
  "infobip",
  "mobip",
  "mobilepay_online",
  "mobilepay_subscriptions",
}

local ERRORS = {
  infobip = '{"requestError":{"serviceException":{"messageId":"E",'
    .. '"text":"said so","variables":[]}}}',
  mobip = '{"return_code":"E","return_message":"said so"}',
  mobilepay_online = '{"code":"E","message":"said so",'
    .. '"correlationId":"c-1"}',
  mobilepay_subscriptions = '{"error":"E","error_description":'
    .. '{"message":"said so","error_type":"InputError",'
    .. '"correlation_id":"c-1"}}',
}

for _, api in ipairs(APIS) do
  describe("a good answer of " .. api, function()
    local path = here .. "../fixtures/answers/" .. api .. ".lua"
    for _, fixture in ipairs(dofile(path)) do
      for _, which in ipairs { "full", "sparse" } do
        local case = fixture[which]
        if case then
          it(("to %s, %s, is read"):format(fixture.name, which), function()
            local number = core.find(api .. "." .. fixture.name)
            local result, fault =
              core.interpret(number, fixture.status, case.answer)
            assert.is_truthy(result, fault and fault.message)
            assert.same(case.result, result)
          end)
        end
      end
    end
  end)
end

-- Every refusal that the rows know, every failure that they do not.
for number, endpoint in ipairs(luapay.endpoints()) do
  local id = endpoint.api .. "." .. endpoint.name
  local harmless = endpoint["repeat"] == "read"
    or (endpoint["repeat"] == "safe" and endpoint.open)
  describe("a bad answer to " .. id, function()
    it("tells why, and that nothing was done, when it is refused", function()
      for _, refusal in ipairs(endpoint.refusals) do
        local text = ERRORS[endpoint.api]
        if refusal.code then
          text = text:gsub('"E"', '"' .. refusal.code .. '"')
        end
        local result, fault = core.interpret(number, refusal.status, text)
        assert.is_nil(result)
        assert.equal(refusal.kind, fault.kind)
        assert.equal("failed", fault.outcome)
        assert.equal("said so", fault.message)
        assert.equal(refusal.code or "E", fault.code)
        assert.equal(refusal.status, fault.status)
      end
    end)

    it("tells what the row says when it has no body", function()
      for _, refusal in ipairs(endpoint.refusals) do
        if not refusal.code then
          local _, fault = core.interpret(number, refusal.status, nil)
          assert.equal(refusal.kind, fault.kind)
          assert.equal(refusal.doc, fault.message)
        end
      end
    end)

    it("says that money may have moved, where it may", function()
      for _, status in ipairs { 500, 502, 503, 504, 302, 408 } do
        local _, fault = core.interpret(number, status, nil, "not JSON")
        assert.equal(harmless and "failed" or "unknown", fault.outcome)
      end
    end)

    if endpoint.answer == "object" or endpoint.answer == "list" then
      it("is not taken for a success when it cannot be read", function()
        local result, fault = core.interpret(number, 200, nil, "not JSON")
        assert.is_nil(result)
        assert.equal("decode", fault.kind)
        assert.equal(harmless and "failed" or "unknown", fault.outcome)
      end)
    end

    if endpoint.answer == "nothing" then
      it("is a success when it is empty", function()
        assert.same({}, (core.interpret(number, endpoint.success[1], nil)))
      end)
    end
  end)
end
