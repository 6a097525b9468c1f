-- Several calls that wait for one login, whose session is refused to the
-- first of them before the others have looked.

local luapay = require "luapay"

local ID = "0f8fad5b-d9cb-469f-a165-70867728950e"

-- Runs functions in coroutines on a clock of their own: each yields the
-- time at which it goes on. Returns what each of them returned.
local function run(clock, ...)
  local waiting, results = { ... }, {}
  for i, fn in ipairs(waiting) do
    waiting[i] = { co = coroutine.create(fn), at = 0, number = i }
  end
  while waiting[1] do
    table.sort(waiting, function(a, b)
      return a.at < b.at or (a.at == b.at and a.number < b.number)
    end)
    local one = waiting[1]
    clock.now = math.max(clock.now, one.at)
    local good, first, second = coroutine.resume(one.co)
    assert(good, first)
    one.at = first
    if coroutine.status(one.co) == "dead" then
      table.remove(waiting, 1)
      results[one.number] = { result = first, fault = second }
    end
  end
  return results
end

-- A provider that refuses the first session that it gives.
local function provider(clock, api)
  local logins, bare = 0, 0
  local function login()
    logins = logins + 1
    coroutine.yield(clock.now + 0.0121)
    return 200, api.login:format(logins)
  end
  local function use(request)
    coroutine.yield(clock.now + 0.001)
    local all = (request.headers.authorization or "") .. (request.body or "")
    if not all:find "session%-%d" then bare = bare + 1 end
    if all:find "session%-1" then return api.refusal, "" end
    return 200, api.success
  end
  return {
    send = function(_, request)
      local at_login = request.url:find(api.login_path, 1, true)
      local status, body = (at_login and login or use)(request)
      return { status = status, headers = {}, body = body }
    end,
    sleep = function(_, seconds)
      coroutine.yield(clock.now + seconds)
    end,
    now = function()
      return clock.now
    end,
    close = function() end,
    bare = function()
      return bare
    end,
  }
end

local apis = {
  infobip = {
    login_path = "login",
    login = '{"login":{"verified":true,"ibAuthCookie":"session-%d"}}',
    refusal = 403,
    success = '{"transactionId":7}',
    options = { username = "u", password = "p" },
    call = function(client)
      return client:add_funds {
        accountKey = "k",
        amount = "1",
        description = "d",
      }
    end,
  },
  mobip = {
    login_path = "get_token",
    login = '{"return_code":"0","access_token":"session-%d"}',
    refusal = 401,
    success = '{"return_code":"0"}',
    options = { api_account_id = "a", api_secret_key = "s" },
    call = function(client)
      return client:cancel_transaction { trid = "1" }
    end,
  },
  mobilepay_subscriptions = {
    login_path = "token",
    login = '{"access_token":"session-%d","expires_in":300}',
    refusal = 401,
    success = "",
    options = {
      refresh_token = "r",
      client_id = "c",
      client_secret = "s",
      token_endpoint = "https://login.example/token",
      provider_id = ID,
    },
    call = function(client)
      return client:cancel_agreement { agreementid = ID }
    end,
  },
}

for name, api in pairs(apis) do
  describe("a session of " .. name .. " that is refused at once", function()
    it("is opened again for all who have waited for it", function()
      local clock = { now = 0 }
      local options = { transport = provider(clock, api) }
      for option, value in pairs(api.options) do
        options[option] = value
      end
      local client = luapay[name](options)
      local function call()
        return api.call(client)
      end
      for i, done in ipairs(run(clock, call, call, call)) do
        assert.is_truthy(done.result, i .. ": " .. tostring(done.fault))
      end
      assert.equal(0, options.transport.bare())
    end)
  end)
end

describe("a login in which a function of the host raises", function()
  local function tokens(source)
    local clock, sent = { now = 0 }, 0
    local client = luapay.mobilepay_subscriptions {
      refresh_token = source,
      client_id = "c",
      client_secret = "s",
      token_endpoint = "https://login.example/token",
      provider_id = ID,
      transport = {
        send = function(_, request)
          sent = sent + 1
          coroutine.yield(clock.now + 0.001)
          local login = request.url:find("login", 1, true)
          local body = login and '{"access_token":"t","expires_in":300}' or ""
          return { status = 200, headers = {}, body = body }
        end,
        sleep = function(_, seconds)
          coroutine.yield(clock.now + seconds)
        end,
        now = function()
          return clock.now
        end,
        close = function() end,
      },
    }
    return client, clock
  end

  it("keeps no other call waiting", function()
    local calls = 0
    local client, clock = tokens(function()
      calls = calls + 1
      if calls == 1 then
        coroutine.yield(0.5) -- the others come meanwhile
        error "the key store is away"
      end
      return "r"
    end)
    local function call()
      local good, result, fault = pcall(function()
        return client:cancel_agreement { agreementid = ID }
      end)
      return good and result, good and fault or result
    end
    if _VERSION == "Lua 5.1" and not rawget(_G, "jit") then
      -- there, nothing can yield inside of pcall
      calls = 1
      local done = run(clock, function()
        return client:cancel_agreement { agreementid = ID }
      end)
      assert.is_truthy(done[1].result)
      return
    end
    local done = run(clock, call, call, call)
    assert.matches("key store is away", done[1].fault)
    for i = 2, 3 do
      assert.is_truthy(done[i].result, tostring(done[i].fault))
    end
    assert.is_true(clock.now < 1, "waited until " .. clock.now)
  end)
end)

describe("a login apart from its caller", function()
  it("goes on when the caller is gone, and nobody else begins one", function()
    local now, logins, apart, gone = 0, 0, nil, false
    local api = apis.mobip
    local client = luapay.mobip {
      api_account_id = "a",
      api_secret_key = "s",
      get_inputs = "query",
      transport = {
        own = true, -- as luapay's own
        send = function(_, request)
          if not request.url:find(api.login_path, 1, true) then
            return { status = 200, headers = {}, body = api.success }
          end
          logins = logins + 1
          coroutine.yield()
          return { status = 200, headers = {}, body = api.login:format(1) }
        end,
        apart = function(_, fn)
          apart = coroutine.create(fn)
          return coroutine.resume(apart)
        end,
        sleep = function(_, seconds)
          now = now + seconds
          if gone then error("the customer has hung up", 0) end
          assert(coroutine.resume(apart))
        end,
        now = function()
          return now
        end,
        close = function() end,
      },
    }
    gone = true
    local first = coroutine.create(function()
      return api.call(client)
    end)
    assert.is_false((coroutine.resume(first)))
    gone = false
    assert.is_truthy(api.call(client))
    assert.equal(1, logins)
  end)
end)

describe("a token that is renewed ahead of its end", function()
  for name, case in pairs {
    mobip = { life = 3600 - 60, left = 60, good = '{"return_code":"0"}' },
    mobilepay_subscriptions = { life = 290, left = 10, good = "" },
  } do
    it("is used while its renewal hangs, of " .. name, function()
      local now, hangs, waited = 0, false, 0
      local options = {
        timeout = 20,
        transport = {
          send = function(_, request, timeout)
            if not request.url:find(apis[name].login_path, 1, true) then
              return { status = 200, headers = {}, body = case.good }
            elseif hangs then
              now, waited = now + timeout, waited + timeout
              return nil,
                { kind = "timeout", phase = "after_send", message = "silent" }
            end
            local body = apis[name].login:format(1)
            return { status = 200, headers = {}, body = body }
          end,
          sleep = function(_, seconds)
            now = now + seconds
          end,
          now = function()
            return now
          end,
          close = function() end,
        },
      }
      for option, value in pairs(apis[name].options) do
        options[option] = value
      end
      local client = luapay[name](options)
      assert.is_truthy(apis[name].call(client))
      -- used now and then, so that only its age counts
      for _ = 1, math.floor(case.life / 600) do
        now = now + 600
        assert.is_truthy(apis[name].call(client))
      end
      hangs, now = true, case.life
      for _ = 1, 3 do
        local done, fault = apis[name].call(client)
        assert.is_truthy(done, tostring(fault))
      end
      assert.is_true(waited > 0, "was not renewed ahead of its end")
      assert.is_true(waited <= 10, "waited for " .. waited .. " s")
      -- an eighth of what is left is over: it is tried again
      local before = waited
      now = math.max(now, case.life + case.left / 8 + 0.001)
      assert.is_truthy(apis[name].call(client))
      assert.is_true(waited > before, "is not tried again")
    end)
  end
end)
