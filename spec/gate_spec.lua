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
