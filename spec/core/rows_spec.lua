-- Rules that all rows of all APIs keep: a new endpoint is checked without a
-- line added here.

local core = require "luapay.core"
local luapay = require "luapay"

local endpoints = luapay.endpoints()

local APIS = {
  infobip = 3,
  mobip = 21,
  mobilepay_online = 32,
  mobilepay_subscriptions = 31,
}

-- Calls fn(field, where, owner) for each field, nested ones too.
local function each_field(fields, where, fn, owner)
  for _, field in ipairs(fields or {}) do
    local here = where .. ":" .. field.name
    fn(field, here, owner or fields)
    each_field(field.fields, here, fn)
    if field.element then fn(field.element, here .. "[]", {}) end
    for _, variant in ipairs(field.variants or {}) do
      fn(variant.field, here .. variant.is, {})
    end
  end
end

local function each_endpoint(fn)
  for _, endpoint in ipairs(endpoints) do
    fn(endpoint, endpoint.api .. "." .. endpoint.name)
  end
end

local function each(fn)
  each_endpoint(function(endpoint, id)
    each_field(endpoint.params, id, fn)
    each_field(endpoint.result, id .. " result", fn)
  end)
end

local function named(fields, name)
  for _, field in ipairs(fields) do
    if field.name == name or field.alias == name then return field end
  end
  return nil
end

local function in_body(field)
  return field.location == "body" or field.location == "whole"
end

describe("the rows", function()
  it("are as many as the providers have endpoints", function()
    local counts = {}
    each_endpoint(function(endpoint)
      counts[endpoint.api] = (counts[endpoint.api] or 0) + 1
    end)
    assert.same(APIS, counts)
  end)

  it("have names that Lua can call, each one once", function()
    local seen = {}
    each_endpoint(function(endpoint, id)
      assert.truthy(endpoint.name:find "^[a-z][a-z0-9_]*$", id)
      assert.is_nil(seen[id], id)
      seen[id] = true
      assert.truthy(core.find(id), id)
    end)
  end)

  it("fill each {name} of a path from a required argument", function()
    each_endpoint(function(endpoint, id)
      local wanted = {}
      for name in endpoint.path:gmatch "{(.-)}" do
        wanted[name] = true
      end
      for _, field in ipairs(endpoint.params) do
        if field.location == "path" then
          assert.is_true(field.required, id .. ": " .. field.name)
          assert.is_true(wanted[field.name], id .. ": " .. field.name)
          wanted[field.name] = nil
        end
      end
      assert.same({}, wanted, id)
    end)
  end)

  it("start paths with a slash and leave queries out of them", function()
    each_endpoint(function(endpoint, id)
      assert.truthy(endpoint.path:find "^/[%w_./{}-]+$", id)
      assert.truthy(endpoint.method:find "^[A-Z]+$", id)
    end)
  end)

  it("have no two arguments of one name in one place", function()
    each_endpoint(function(endpoint, id)
      local seen = {}
      for _, field in ipairs(endpoint.params) do
        local key = field.location .. " " .. field.name
        assert.is_nil(seen[key], id .. ": " .. key)
        seen[key] = true
      end
    end)
  end)

  it("name headers and form fields so that nothing needs escaping", function()
    each_endpoint(function(endpoint, id)
      for _, field in ipairs(endpoint.params) do
        assert.truthy(field.name:find "^[%w_-]+$", id .. ": " .. field.name)
      end
    end)
  end)

  it("name members of JSON so that nothing needs escaping", function()
    each(function(field, where)
      local name = field.json_name or field.name
      assert.is_nil(name:find '[%c"\\\128-\255]', where)
    end)
  end)

  it("have a whole body alone, and only in JSON", function()
    each_endpoint(function(endpoint, id)
      local bodies, wholes = 0, 0
      for _, field in ipairs(endpoint.params) do
        bodies = bodies + (in_body(field) and 1 or 0)
        wholes = wholes + (field.location == "whole" and 1 or 0)
      end
      assert.is_true(wholes == 0 or bodies == 1, id)
      assert.is_true(wholes == 0 or endpoint.body == "json", id)
      if bodies > 0 then assert.is_string(endpoint.body, id) end
    end)
  end)

  it("have choices wherever they say so", function()
    each(function(field, where)
      if field.choices then
        assert.is_true(#field.choices > 0, where)
        local seen = {}
        for _, choice in ipairs(field.choices) do
          assert.is_nil(seen[choice:upper()], where .. " " .. choice)
          seen[choice:upper()] = true
        end
        if field.preset then
          assert.is_true(seen[field.preset:upper()], where)
        end
      end
    end)
  end)

  it("have bounds in order", function()
    each(function(field, where)
      if field.min and field.max then
        assert.is_true(field.min <= field.max, where)
      end
    end)
  end)

  it("describe each field and endpoint in a sentence", function()
    local function check(doc, where)
      assert.is_string(doc, where)
      assert.truthy(
        doc:find '^[%u%d"`].*[.]$' or doc:find "^%l[%w-]+ is ",
        where .. ": " .. doc
      )
      assert.is_true(#doc <= 80, where .. ": " .. #doc)
    end
    each_endpoint(function(endpoint, id)
      check(endpoint.doc, id)
    end)
    each(function(field, where)
      check(field.doc, where)
    end)
  end)

  it("know secrets by their names", function()
    each(function(field, where)
      local name = field.name:lower()
      if
        name:find "secret"
        or name:find "password"
        or name:find "token$"
        or name:find "private"
        or name:find "cookie"
        or name:find "^last.*4"
        or name:find "^lastfour"
        or name:find "^api_key$"
      then
        assert.is_true(field.secret, where)
      end
    end)
  end)

  it("have keys where a repetition is told by one, and only there", function()
    each_endpoint(function(endpoint, id)
      local keys = 0
      each_field(endpoint.params, id, function(field, where)
        if field.key then
          keys = keys + 1
          assert.equal("string", field.type, where)
          -- what is sent once may have one too, to be found by later
          local keyed = endpoint["repeat"] == "keyed"
          assert.equal(keyed, field.required == true, where)
        end
      end)
      if endpoint["repeat"] ~= "once" then
        assert.equal(endpoint["repeat"] == "keyed" and 1 or 0, keys, id)
      end
    end)
  end)

  it("repeat no call that makes something without a key", function()
    each_endpoint(function(endpoint, id)
      if endpoint.method == "POST" and endpoint["repeat"] == "safe" then
        assert.truthy(
          ({
            ["infobip.login"] = true,
            ["mobip.update_account"] = true,
            ["mobip.set_external_invoice_status"] = true,
          })[id],
          id
        )
      end
      if endpoint.method == "GET" and id ~= "mobip.get_token" then
        assert.equal("read", endpoint["repeat"], id)
      end
      assert.equal(endpoint["repeat"] ~= "once", endpoint.safe_to_repeat, id)
    end)
  end)

  for _, id in ipairs {
    "infobip.add_funds",
    "infobip.rollback_transaction",
    "mobip.send_payment_request",
    "mobip.create_one_use_qr",
    "mobip.create_reusable_qr",
    "mobip.resend",
    "mobip.set_external_invoices",
    "mobip.set_mobip_transactions",
    "mobip.cancel_transaction",
    "mobilepay_online.initiate_cit_payment",
    "mobilepay_online.initiate_mit_payment",
    "mobilepay_online.create_merchant",
    "mobilepay_online.rotate_secret",
    "mobilepay_subscriptions.create_agreement",
    "mobilepay_subscriptions.request_payments",
    "mobilepay_subscriptions.request_one_off_payment",
    "mobilepay_subscriptions.capture_one_off_payment",
    "mobilepay_subscriptions.request_refund",
  } do
    it("send " .. id .. " once", function()
      assert.equal("once", core.describe(core.find(id))["repeat"])
    end)
  end

  it("let money and its currency find each other", function()
    each(function(field, where, owner)
      if field.currency then
        assert.equal("money", field.type, where)
        if not where:find "one_off" then
          assert.truthy(named(owner, field.currency), where)
        end
      end
    end)
  end)

  it("have rules about fields that are there", function()
    each_endpoint(function(endpoint, id)
      for _, rule in ipairs(endpoint.rules) do
        local fields = endpoint.params
        if rule.within then fields = named(fields, rule.within).fields end
        assert.truthy(named(fields, rule.field), id .. ": " .. rule.says)
        local other = rule.says:match " when ([%w_]+) is "
        if other then assert.truthy(named(fields, other), id) end
      end
    end)
  end)

  it("are where the API has hosts, over https", function()
    for position = 1, math.huge do
      local api = core.api(position)
      if not api then break end
      each_endpoint(function(endpoint, id)
        if endpoint.api ~= api.name then return end
        local host = assert(api.hosts[endpoint.host], id)
        assert.equal(endpoint.test_only, host.production == nil or nil, id)
        for _, url in pairs(host) do
          assert.truthy(url:find "^https://[%w.-]+[%w/-]*%w$", id)
        end
      end)
    end
  end)

  it("say how each refusal is told", function()
    local kinds = {
      auth = true,
      conflict = true,
      not_found = true,
      permission = true,
      refused = true,
    }
    each_endpoint(function(endpoint, id)
      for _, refusal in ipairs(endpoint.refusals) do
        assert.is_true(refusal.status >= 400 and refusal.status < 500, id)
        assert.is_true(kinds[refusal.kind], id)
        assert.truthy(refusal.doc:find "[.]$", id)
      end
    end)
  end)

  it("ask for a session wherever one is needed", function()
    local open = {}
    each_endpoint(function(endpoint, id)
      if endpoint.open then open[#open + 1] = id end
    end)
    assert.same({
      "infobip.login",
      "mobip.get_token",
      "mobilepay_online.simulate_user",
      "mobilepay_online.create_credentials",
    }, open)
  end)
end)
