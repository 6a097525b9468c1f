-- What runs here runs in a real nginx: see spec/support/nginx_transport.lua.
local contract = require "spec.transport.contract"
local names = require "spec.support.names"
local nginxes = require "spec.support.nginx"
local remote = require "spec.support.nginx_transport"
local servers = require "spec.support.servers"

it("luapay.transport.nginx says so where there is no nginx", function()
  local ok, err = pcall(require("luapay").transport.nginx, {})
  assert.is_false(ok)
  assert.matches("no nginx around", err, 1, true)
end)

local missing = nginxes.missing()
if missing then
  pending("luapay.transport.nginx: " .. missing)
  return
end

local LONG = 20

local function start(server, more)
  return nginxes.start {
    http = ("lua_ssl_trusted_certificate %s;\n%s"):format(
      server.ca_file,
      more or ""
    ),
    locations = remote.locations,
  }
end

local function with_loopback(options)
  local all = { http_loopback = true }
  for name, value in pairs(options or {}) do
    all[name] = value
  end
  return all
end

for _, phase in ipairs { "content", "timer" } do
  describe("luapay.transport.nginx in " .. phase, function()
    local nginx

    lazy_teardown(function()
      if nginx then nginx:stop() end
    end)

    contract(function(server, options)
      nginx = nginx or start(server)
      return remote.new(nginx, phase, with_loopback(options))
    end, true)
  end)
end

describe("luapay.transport.nginx", function()
  local server, dns, nginx

  lazy_setup(function()
    server, dns = servers.start(), names.start()
    nginx = start(server, ("resolver 127.0.0.1:%d ipv6=off;"):format(dns.port))
  end)
  lazy_teardown(function()
    nginx:stop()
    dns.stop()
    server:stop()
  end)

  local function new(options, phase)
    return remote.new(nginx, phase or "content", with_loopback(options))
  end

  local function get(path, listener, method)
    return {
      method = method or "GET",
      url = server.url[listener or "plain"] .. path,
    }
  end

  for _, phase in ipairs { "rewrite", "access", "content", "timer", "map" } do
    it("sends in " .. phase .. ", by TLS too, and keeps", function()
      local transport = new({ pool_name = phase }, phase)
      for _, listener in ipairs { "plain", "good" } do
        server:log()
        for _ = 1, 2 do
          local response = assert(transport:send(get("/echo", listener), LONG))
          assert.equal(200, response.status)
        end
        assert.matches(" 2$", server:log()[2])
      end
      local _, failure = transport:send(get("/close", nil, "POST"), LONG)
      assert.equal("after_send", failure.phase)
      local before = transport:now()
      transport:sleep(0.01)
      assert.is_true(transport:now() - before >= 0.01)
    end)
  end

  describe("options", function()
    for what, case in pairs {
      ["an unknown name"] = { { verify = false }, "no such option: verify" },
      ["a wrong type"] = { { cert_file = 1 }, "cert_file: expected a string" },
      ["a negative time"] = { { idle_time = -1 }, "idle_time: expected" },
      ["a certificate alone"] = { { cert_file = "x" }, "go together" },
      ["a file that is not there"] = {
        { cert_file = "/nowhere.crt", key_file = "/nowhere.key" },
        "cert_file: cannot be read: /nowhere.crt",
      },
    } do
      it("raise for " .. what .. ", naming the option", function()
        local ok, err = pcall(new, case[1])
        assert.is_false(ok)
        assert.matches(case[2], err, 1, true)
      end)
    end

    it("keep http:// out unless asked for", function()
      local strict = remote.new(nginx, "content", {})
      local _, failure = strict:send(get "/echo", LONG)
      assert.equal("before_send", failure.phase)
      assert.matches("https://", failure.message, 1, true)
    end)

    it("present a client certificate, over connections of its own", function()
      local bare = new { pool_name = "c" }
      local certified = new {
        pool_name = "c",
        cert_file = server.folder .. "/client.crt",
        key_file = server.folder .. "/client.key",
      }
      local response, failure = bare:send(get("/echo", "picky"), LONG)
      assert.is_nil(response)
      assert.equal("before_send", failure.phase)
      assert.equal(200, certified:send(get("/echo", "picky"), LONG).status)
      response, failure = bare:send(get("/echo", "picky"), LONG)
      assert.is_nil(response)
      assert.equal("before_send", failure.phase)
      server:log()
      certified:send(get("/echo", "picky"), LONG)
      assert.matches(" 2$", server:log()[1])
    end)
  end)

  it("refuses a key that has a pass phrase, and asks nobody", function()
    local key = server.folder .. "/secret.key"
    local command = "cd %s && openssl ec -aes128 -passout pass:x"
      .. " -in client.key -out secret.key 2>&-"
    assert(os.execute(command:format(server.folder)))
    local ok, err = pcall(new, {
      cert_file = server.folder .. "/client.crt",
      key_file = key,
    })
    assert.is_false(ok)
    assert.matches("key_file: has a pass phrase", err, 1, true)
  end)

  it("counts what it has done", function()
    local transport = new { pool_name = "stats", max_answer = 1000 }
    for _ = 1, 3 do
      assert(transport:send(get("/echo", "good"), LONG))
    end
    transport:send(get("/close", "good"), LONG)
    transport:send(get("/silent", "good"), 0.1)
    transport:send(get("/unending", "good"), LONG)
    transport:send(get("/echo", "nobody"), LONG)
    local mine = get("/size/4", "plain")
    mine.once = true
    for _ = 1, 3 do
      transport:send(mine, LONG)
    end
    local stats = transport:stats()
    assert.same(
      { finished = 1, failed = 1, late = 1, by_peer = 0, unasked = 0 },
      stats.closed
    )
    assert.equal(4, stats.opened)
    assert.equal(5, stats.reused)
    assert.equal(1, stats.refused)
    assert.equal(3, stats.handshakes)
    assert.is_true(stats.bytes_in > 500)
    assert.is_true(stats.bytes_out > 500)
  end)

  it("sends nothing twice over TLS either", function()
    local transport = new()
    transport:send(get("/echo", "good"), LONG)
    server:log()
    local _, failure = transport:send(get("/close", "good", "POST"), LONG)
    assert.equal("after_send", failure.phase)
    assert.equal(1, #server:log())
  end)

  it("believes no certificate that it was told is wrong at once", function()
    local transport = new { connect_timeout = 0.2 }
    for _ = 1, 5 do
      transport:send(get("/echo", "mute"), LONG)
      for _, listener in ipairs { "expired", "elsewhere", "untrusted" } do
        local _, failure = transport:send(get("/echo", listener), LONG)
        assert.equal("before_send", failure.phase)
        assert.matches("certificate", failure.message)
      end
    end
  end)

  it("notices that a kept connection was closed while it was busy", function()
    for _ = 1, 2 do
      remote.run(
        nginx,
        "content",
        [[
        local now = require("luapay.core").now
        local transport = require("luapay").transport.nginx {
          http_loopback = true }
        local kept, bye, echo = ...
        assert(transport:send(bye, 20))
        local till = now() + 0.2
        while now() < till do end
        assert(transport:send(echo, 20))
        ]],
        get "/bye",
        get("/echo", nil, "POST")
      )
    end
  end)

  -- What has come while the worker was busy is not known to nginx yet.
  local BUSY = [[
    local now = require("luapay.core").now
    local kept, first, second = ...
    local transport = require("luapay").transport.nginx {
      http_loopback = true, pool_name = "busy" }
    assert(transport:send(first, 20))
    local till = now() + 0.1
    while now() < till do end
    local response = assert(transport:send(second, 20))
    response.closed = transport:stats().closed
    return response
  ]]

  for _, listener in ipairs { "plain", "good" } do
    for _, path in ipairs { "/twice", "/bye" } do
      it("makes sure where money moves: " .. listener .. path, function()
        local mine = get("/echo", listener, "POST")
        mine.body, mine.once = "mine", true
        for _ = 1, 3 do
          server:log()
          local response =
            remote.run(nginx, "content", BUSY, get(path, listener), mine)
          assert.equal(200, response.status)
          assert.matches("mine$", response.body)
          assert.matches(" 1$", server:log()[2])
          local closed = response.closed
          assert.equal(1, closed[path == "/bye" and "by_peer" or "unasked"])
        end
      end)
    end

    it("keeps a connection that is alive and silent: " .. listener, function()
      local transport = new { pool_name = "silent" }
      local mine = get("/echo", listener, "POST")
      mine.body, mine.once = "mine", true
      server:log()
      for nth = 1, 5 do
        assert(transport:send(mine, LONG))
        assert.matches(" " .. nth .. "$", server:log()[1])
      end
    end)
  end

  it("has a deadline for answers that come a byte at a time", function()
    local _, failure = new():send(get "/drip", 0.3)
    assert.equal("timeout", failure.kind)
    assert.equal("after_send", failure.phase)
  end)

  it("says how long things took, when asked to", function()
    local asked = get("/echo", "good")
    asked.timings = true
    local timings = new({ pool_name = "t" }):send(asked, LONG).timings
    for _, name in ipairs { "connect", "tls", "first_byte", "total" } do
      assert.is_number(timings[name])
    end
    assert.is_true(timings.total >= timings.tls)
    assert.is_nil(new():send(get "/echo", LONG).timings)
  end)

  describe("asks nginx's resolver", function()
    local function at(host)
      return {
        method = "GET",
        url = "https://" .. host .. ":" .. server.port.elsewhere .. "/echo",
      }
    end

    it("for names, and checks certificates for them", function()
      local transport = new { pool_name = "n" }
      server:log()
      for _ = 1, 2 do
        assert.equal(200, transport:send(at "elsewhere.example", LONG).status)
      end
      assert.matches(" 2$", server:log()[2])
      local _, failure = transport:send(at "other.example", LONG)
      assert.equal("before_send", failure.phase)
      assert.matches("certificate", failure.message)
    end)

    it("again when one of its addresses refuses", function()
      -- keeps nothing, so each call connects
      local transport = new { pool_name = "two", idle_time = 0.001 }
      server:log()
      for _ = 1, 12 do
        assert(transport:send(at "two.example", LONG))
        transport:sleep(0.01)
      end
      local log = server:log()
      assert.equal(12, #log)
      assert.matches(" 1$", log[12])
    end)

    it("no longer than there is time", function()
      local _, failure = new():send(at "silent.example", 0.2)
      assert.equal("timeout", failure.kind)
      assert.equal("before_send", failure.phase)
      _, failure = new({ connect_timeout = 0.2 }):send(at "silent.example", 5)
      assert.equal("timeout", failure.kind)
    end)

    it("and says when there is no such name", function()
      local _, failure = new():send(at "luapay.invalid", LONG)
      assert.equal("transport", failure.kind)
      assert.equal("before_send", failure.phase)
      assert.matches("cannot be resolved", failure.message)
    end)
  end)

  it("needs no libcurl", function()
    assert(new():send(get "/echo", LONG))
    assert.is_true(remote.run(
      nginx,
      "content",
      [[
        require "luapay"
        return package.loaded["luapay.curl"] == nil
          and package.loaded["luapay.transport.curl"] == nil
      ]]
    ))
  end)

  it("raises where nginx allows no waiting", function()
    local apart = nginxes.start {
      locations = [[
        location = /log {
          return 200;
          log_by_lua_block {
            local transport = require("luapay").transport.nginx()
            local ok, err = pcall(transport.send, transport,
              { method = "GET", url = "https://localhost/" }, 5)
            ngx.log(ngx.ERR, "it says: ", ok, " ", err)
          }
        }
      ]],
    }
    apart:post "/log"
    apart:post "/up"
    local log = apart:log()
    apart:stop()
    assert.matches("it says: false [^\n]*API disabled", log)
  end)
end)
