-- Several workers with one login: clients that share a store, as they would
-- a lua_shared_dict of nginx.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

-- What a lua_shared_dict does, on the clock of a transport.
local function new_store(transport)
  local entries, store = {}, {}

  local function alive(key)
    local entry = entries[key]
    local good = entry and transport:now() < entry.till
    return good and entry or nil
  end

  function store.get(_, key)
    local entry = alive(key)
    return entry and entry.value
  end
  function store.set(_, key, value, seconds)
    local lasts = (seconds or 0) > 0 and seconds or math.huge
    entries[key] = { value = value, till = transport:now() + lasts }
    return true
  end
  function store.add(self, key, value, seconds)
    if alive(key) then return false, "exists" end
    return self:set(key, value, seconds)
  end
  function store.delete(_, key)
    entries[key] = nil
  end
  function store.keys()
    local list = {}
    for key in pairs(entries) do
      list[#list + 1] = key
    end
    return list
  end
  return store
end

local function with(base, more)
  local options = {}
  for _, source in ipairs { base, more or {} } do
    for name, value in pairs(source) do
      options[name] = value
    end
  end
  return options
end

-- How to open a provider, what its client is given, a call, and the name of
-- the endpoint that logs in.
local CASES = {
  infobip = {
    login = "login",
    options = function()
      return { username = "reseller", password = "secret" }
    end,
    call = function(client)
      return client:add_funds {
        accountKey = "EUR-1",
        amount = "1.00",
        description = "x",
      }
    end,
    idle = 4000,
  },
  mobip = {
    login = "get_token",
    options = function()
      return {
        api_account_id = "merchant",
        api_secret_key = "secret",
        get_inputs = "query",
        token_codes = { "903" },
      }
    end,
    call = function(client)
      return client:get_invoice_list()
    end,
    idle = 4000,
  },
  mobilepay_subscriptions = {
    login = "token",
    options = function(provider)
      return {
        environment = "sandbox",
        refresh_token = provider:refresh_token(),
        client_id = "sandbox-client",
        client_secret = "sandbox-secret",
        provider_id = "f0000000-0000-4000-8000-000000000001",
      }
    end,
    call = function(client)
      return client:get_provider {}
    end,
    idle = 301,
  },
}

for api, case in pairs(CASES) do
  describe("luapay." .. api .. " with share", function()
    local provider, transport, store, options

    before_each(function()
      provider = sandbox[api]()
      transport = provider:transport()
      store = new_store(transport)
      options = with(case.options(provider), {
        transport = transport,
        share = store,
      })
    end)

    local function worker(more)
      return luapay[api](with(options, more))
    end

    local function call(client)
      local _, fault = case.call(client)
      assert.is_nil(fault and tostring(fault))
    end

    local function logins()
      local count = 0
      for _, request in ipairs(provider:requests()) do
        if request.endpoint == case.login then count = count + 1 end
      end
      return count
    end

    it("logs in once for all workers, old and new", function()
      local one, other = worker(), worker()
      call(one)
      call(other)
      call(worker())
      assert.equal(1, logins())
    end)

    it("logs in anew when what is shared has ended", function()
      call(worker())
      provider:advance(case.idle)
      local one, other = worker(), worker()
      call(one)
      call(other)
      assert.equal(2, logins())
    end)

    it("logs in once when all are refused", function()
      local workers = { worker(), worker(), worker() }
      for _, client in ipairs(workers) do
        call(client)
      end
      provider:advance(case.idle) -- nobody has told the clients
      transport.now = (function(now)
        return function(self)
          return now(self) - case.idle
        end
      end)(transport.now)
      for _, client in ipairs(workers) do
        call(client)
      end
      assert.equal(2, logins())
    end)

    it("waits for the one who logs in, and not beyond a deadline", function()
      call(worker())
      for _, key in ipairs(store.keys()) do
        if key ~= "luapay:salt" then
          store:delete(key)
          store:add(key:gsub(":lock$", "") .. ":lock", "somebody", 100)
        end
      end
      local before = transport:now()
      local _, fault = case.call(worker { timeout = 2 })
      assert.equal("timeout", fault.kind)
      assert.equal("failed", fault.outcome)
      assert.is_true(transport:now() - before < 2.1)
      assert.equal(1, logins())
    end)

    it("does not wait for ever for one who died", function()
      call(worker())
      for _, key in ipairs(store.keys()) do
        if key ~= "luapay:salt" then
          store:delete(key)
          store:add(key:gsub(":lock$", "") .. ":lock", "somebody", 1)
        end
      end
      call(worker())
      assert.equal(2, logins())
    end)

    it("gives the lock back when the login raises", function()
      if api == "mobip" or api == "infobip" then
        local raising = worker {
          transport = setmetatable({
            send = function()
              error "not now"
            end,
          }, { __index = transport }),
        }
        assert.is_false((pcall(case.call, raising)))
      else
        local raising = worker {
          refresh_token = function()
            error "not now"
          end,
        }
        assert.is_false((pcall(case.call, raising)))
      end
      for _, key in ipairs(store.keys()) do
        assert.not_matches(":lock$", key)
      end
    end)

    it("keeps others' credentials apart, and tells nothing by keys", function()
      call(worker())
      local before = #store.keys()
      worker { base_url = "https://elsewhere.example" }
      case.call(worker { base_url = "https://localhost" })
      assert.is_true(#store.keys() > before)
      for _, key in ipairs(store.keys()) do
        assert.not_matches("secret", key)
        assert.not_matches("reseller", key)
      end
    end)

    it("needs a store that there is", function()
      assert.has_error(function()
        worker { share = "tokens" }
      end, "luapay: share: a name needs luapay.transport.nginx")
      assert.has_error(function()
        worker { share = 1 }
      end)
    end)
  end)
end

it("passes on where Mobip's inputs travel", function()
  local provider = sandbox.mobip()
  local transport = provider:transport()
  local options = with(CASES.mobip.options(), {
    get_inputs = "auto",
    transport = transport,
    share = new_store(transport),
  })
  assert(CASES.mobip.call(luapay.mobip(options)))
  local asked = #provider:requests()
  assert(CASES.mobip.call(luapay.mobip(options)))
  assert.equal(asked + 1, #provider:requests())
end)

it("passes on a refresh token that another worker got", function()
  local provider = sandbox.mobilepay_subscriptions()
  local transport = provider:transport()
  local case = CASES.mobilepay_subscriptions
  local options = with(
    case.options(provider),
    { transport = transport, share = new_store(transport) }
  )
  local one, other =
    luapay.mobilepay_subscriptions(options),
    luapay.mobilepay_subscriptions(options)
  for _ = 1, 3 do
    assert(case.call(one))
    provider:advance(400)
    assert(case.call(other))
    provider:advance(400)
  end
end)
