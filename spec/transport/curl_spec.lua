local contract = require "spec.transport.contract"
local curl = require "luapay.transport.curl"
local low = require "luapay.curl"
local posix = require "spec.support.posix"
local servers = require "spec.support.servers"
local task = require "luapay.task"

local LONG = 20

local function make(server, options)
  local all = { http_loopback = true, ca_file = server.ca_file }
  for name, value in pairs(options) do
    all[name] = value
  end
  return curl.new(all)
end

describe("luapay.transport.curl from the main program", function()
  contract(make)
end)

-- The same transport, each call made by a coroutine of a map.
describe("luapay.transport.curl inside luapay.map", function()
  contract(function(server, options)
    local transport = make(server, options)
    local function inside(method)
      return function(_, ...)
        local args, n = { ... }, select("#", ...)
        local done = task.map({ 1 }, nil, function()
          return transport[method](
            transport,
            (unpack or table.unpack)(args, 1, n)
          )
        end)
        return done[1].result, done[1].fault
      end
    end
    return {
      send = inside "send",
      sleep = inside "sleep",
      now = function()
        return transport:now()
      end,
      close = function()
        transport:close()
      end,
    }
  end)
end)

describe("luapay.transport.curl", function()
  local server, transport

  lazy_setup(function()
    server = servers.start()
  end)
  lazy_teardown(function()
    server:stop()
  end)
  before_each(function()
    transport = make(server, {})
  end)
  after_each(function()
    transport:close()
  end)

  local function get(path, listener, more)
    local request =
      { method = "GET", url = server.url[listener or "plain"] .. path }
    for name, value in pairs(more or {}) do
      request[name] = value
    end
    return request
  end

  describe("options", function()
    for what, case in pairs {
      ["an unknown name"] = { { verify = false }, "no such option: verify" },
      ["a wrong type"] = { { ca_file = 1 }, "ca_file: expected a string" },
      ["a negative time"] = { { connect_timeout = -1 }, "'connect_timeout'" },
      ["no proxy"] = { { proxy = "gopher://x" }, "proxy: expected" },
      ["a zero byte"] = { { ca_file = "a\0b" }, "'ca_file'" },
    } do
      it("raise for " .. what .. ", naming the option", function()
        local ok, err = pcall(curl.new, case[1])
        assert.is_false(ok)
        assert.matches(case[2], err, 1, true)
      end)
    end

    it("keep http:// out unless asked for", function()
      local strict = curl.new {}
      local _, failure = strict:send(get("/echo"), LONG)
      assert.equal("before_send", failure.phase)
      assert.matches("https://", failure.message, 1, true)
      strict:close()
    end)

    it("name a CA that cannot be read when it is needed", function()
      local blind = curl.new { ca_file = "/nowhere/ca.crt" }
      local _, failure = blind:send(get("/echo", "good"), LONG)
      assert.equal("before_send", failure.phase)
      assert.matches("'ca_file'", failure.message, 1, true)
      blind:close()
    end)

    it("present a client certificate", function()
      local client = make(server, {
        cert_file = server.folder .. "/client.crt",
        key_file = server.folder .. "/client.key",
      })
      assert.equal(200, client:send(get("/echo", "picky"), LONG).status)
      client:close()
    end)

    it("send through a proxy, whose refusal is certain", function()
      local through = make(server, {
        proxy = "http://user:hush@127.0.0.1:" .. server.port.plain,
      })
      server:log()
      local _, failure = through:send(get("/echo", "good"), LONG)
      assert.equal("before_send", failure.phase)
      assert.not_matches("hush", failure.message)
      assert.matches("^CONNECT localhost:", server:log()[1])
      -- but not what stays on this machine
      assert.equal(200, through:send(get("/echo"), LONG).status)
      through:close()
    end)
  end)

  it("verifies, keeps and uses again a TLS connection", function()
    server:log()
    for _ = 1, 3 do
      assert.equal(200, transport:send(get("/echo", "good"), LONG).status)
    end
    assert.matches(" 3$", server:log()[3])
  end)

  it("sends nothing twice over TLS either", function()
    transport:send(get("/echo", "good"), LONG)
    server:log()
    local response, failure = transport:send(
      get("/close", "good", { method = "POST", body = "pay" }),
      LONG
    )
    assert.is_nil(response)
    assert.equal("after_send", failure.phase)
    assert.equal(1, #server:log())
  end)

  it("says how long things took, when asked to", function()
    local timed =
      transport:send(get("/echo", "good", { timings = true }), LONG)
    for _, name in ipairs {
      "name_lookup",
      "connect",
      "tls",
      "first_byte",
      "total",
    } do
      assert.is_number(timed.timings[name])
    end
    assert.is_true(timed.timings.total >= timed.timings.tls)
    assert.is_nil(transport:send(get("/echo"), LONG).timings)
  end)

  describe("a brief answer", function()
    local function both(work)
      work()
      task.map({ 1 }, nil, work)
    end

    it("is status and body of a success, and nothing else", function()
      both(function()
        for _, status in ipairs { 200, 202, 204 } do
          local brief, got, body =
            transport:send(get("/status/" .. status), LONG, true)
          assert.is_true(brief)
          assert.equal(status, got)
          assert.equal(status == 204 and "" or "status " .. status, body)
        end
      end)
    end)

    it("is none where headers say something", function()
      both(function()
        for path, status in pairs {
          ["/status/404"] = 404,
          ["/status/500"] = 500,
          ["/redirect/302"] = 302,
          ["/wait_after/200"] = 200,
          ["/wait_after/503"] = 503,
        } do
          local response, failure = transport:send(get(path), LONG, true)
          assert.equal(status, response.status)
          assert.is_string(response.headers["content-length"])
          assert.is_nil(failure)
        end
      end)
    end)

    it("is none where there is no answer", function()
      both(function()
        local brief, failure = transport:send(get "/close", LONG, true)
        assert.is_nil(brief)
        assert.equal("after_send", failure.phase)
      end)
    end)
  end)

  it("blocks in a coroutine of the user's own", function()
    local co = coroutine.wrap(function()
      return transport:send(get("/echo"), LONG).status
    end)
    assert.equal(200, co())
  end)

  it("waits on while signals come", function()
    posix.alarms(5)
    local response = transport:send(get("/wait/0.1"), LONG)
    transport:sleep(0.02)
    assert.is_true(posix.alarms(0) > 0)
    assert.equal(200, response.status)
  end)

  it("holds a deadline that is all but over", function()
    local response, failure = transport:send(get "/wait/20", 1e-7)
    assert.is_nil(response)
    assert.equal("timeout", failure.kind)
  end)

  it("waits for any number of transports together", function()
    local many = {}
    for i = 1, 70 do
      many[i] = make(server, {})
    end
    local done = task.map(many, { concurrency = 70 }, function(one)
      return one:send(get "/wait/0.05", LONG)
    end)
    assert.equal(70, #done)
    for i, one in ipairs(many) do
      assert.is_truthy(done[i].result)
      one:close()
    end
  end)

  it("refuses to close over requests that are under way", function()
    task.map({ 1, 2 }, nil, function(i)
      if i == 1 then return transport:send(get("/wait/0.05"), LONG) end
      assert.has_error(function()
        transport:close()
      end)
    end)
  end)

  it("keeps what it needs and no more", function()
    local function rest()
      collectgarbage()
      collectgarbage()
      return collectgarbage("count")
    end
    local function many(n)
      for _ = 1, n do
        assert(transport:send(get("/size/100"), LONG))
      end
    end
    many(50)
    local before = rest()
    many(200)
    assert.is_true(rest() - before < 20, "kilobytes grew")
  end)

  describe("after a fork", function()
    for _, listener in ipairs { "plain", "good" } do
      it("has connections of its own: " .. listener, function()
        local function send(path)
          return transport:send(get(path, listener), LONG)
        end
        send("/echo")
        server:log()
        local pid = posix.fork()
        if pid == 0 then
          local response = send("/status/201")
          transport:close()
          posix.quit(response and response.status == 201 and 0 or 1)
        end
        assert.equal(0, posix.wait(pid))
        assert.equal(200, send("/echo").status)
        local log = server:log()
        assert.matches("/status/201 %d+ 1$", log[1])
        assert.matches("/echo %d+ 2$", log[2]) -- the kept one still works
      end)
    end

    it("does not know what becomes of the parent's requests", function()
      local pool = low.open { http_loopback = true }
      local id = pool:start(get("/wait/0.2"), LONG)
      local pid = posix.fork()
      local into = {}
      low.wait({ pool }, LONG)
      local n = pool:finished(into)
      if pid == 0 then
        local failure = into[3]
        pool:close()
        posix.quit(
          n == 1
              and into[1] == id
              and failure
              and failure.phase == "after_send"
              and 0
            or 1
        )
      end
      assert.equal(0, posix.wait(pid))
      assert.equal(1, n)
      assert.equal(200, into[2].status)
      pool:close()
    end)
  end)
end)
