-- What luapay.transport.curl knows of the wire: whether a request can have
-- been read, and that no answer is taken but the one to it. The server's
-- answers are in spec/support/answers.lua.

local curl = require "luapay.transport.curl"
local low = require "luapay.curl"
local posix = require "spec.support.posix"
local servers = require "spec.support.servers"
local task = require "luapay.task"

local LONG = 20
local LISTENERS = { "plain", "good" } -- without and with TLS

describe("the wire", function()
  local server, transport

  lazy_setup(function()
    server = servers.start()
  end)
  lazy_teardown(function()
    server:stop()
  end)

  local function make(options)
    local all = { http_loopback = true, ca_file = server.ca_file }
    for name, value in pairs(options or {}) do
      all[name] = value
    end
    return curl.new(all)
  end

  before_each(function()
    transport = make()
    server:log()
  end)
  after_each(function()
    transport:close()
  end)

  local function send(path, listener, more)
    local request = {
      method = "POST",
      url = server.url[listener or "plain"] .. path,
      body = "pay",
    }
    for name, value in pairs(more or {}) do
      request[name] = value
    end
    return transport:send(request, LONG)
  end

  local function body_of(...)
    return assert(send(...)).body
  end

  -- The log without that line, once the server has done what is late.
  local function log_until_late()
    local lines, late = {}, false
    repeat
      for _, line in ipairs(server:log()) do
        late = late or line == "late"
        if line ~= "late" then lines[#lines + 1] = line end
      end
    until late
    return lines
  end

  local function closed(reason)
    return transport:stats().closed[reason]
  end

  for _, listener in ipairs(LISTENERS) do
    describe("over " .. listener, function()
      it("takes no answer that came twice for the next one", function()
        for _ = 1, 3 do
          assert.equal("answer 1", body_of("/repeated", listener))
          assert.equal(1, #log_until_late())
        end
        assert.equal(2, closed "unasked")
      end)

      for _, status in ipairs { 400, 403, 408 } do
        it("takes no stale " .. status .. " for an answer", function()
          assert.equal("fine", body_of("/stale/" .. status, listener))
          assert.equal(1, #log_until_late())
          assert.equal("status 200", body_of("/status/200", listener))
          local log = server:log()
          assert.equal(1, #log)
          assert.matches("/status/200 %d+ 1$", log[1]) -- another connection
          assert.equal(1, closed "unasked")
        end)
      end

      it("notices that a kept connection was closed", function()
        body_of("/goodbye", listener)
        assert.equal(1, #log_until_late())
        assert.equal("status 200", body_of("/status/200", listener))
        assert.equal(1, #server:log())
        assert.equal(1, closed "by_peer")
      end)

      for path, body in pairs {
        ["/double"] = "one",
        ["/last"] = "last",
        ["/old"] = "old",
        ["/overfull"] = "",
        ["/unending"] = "until the end",
      } do
        if not (path == "/unending" and listener == "good") then
          it("closes after an answer like " .. path, function()
            assert.equal(body, body_of(path, listener))
            assert.equal("status 200", body_of("/status/200", listener))
            assert.matches(" 1$", server:log()[2])
            assert.equal(1, closed "finished")
          end)
        end
      end

      it("reads an answer that comes in pieces", function()
        assert.equal("", body_of("/drip", listener))
        assert.equal("bare", body_of("/bare", listener))
      end)

      for _, status in ipairs { 401, 413 } do
        it("takes an early " .. status .. " for an answer", function()
          local body = ("x"):rep(8000000)
          local response = assert(send("/early/" .. status, listener, {
            body = body,
          }))
          assert.equal(tonumber(status), response.status)
          assert.equal("too large", response.body)
          assert.equal(1, closed "finished")
          assert.equal(1, #server:log())
        end)
      end

      it("sends nothing after its time, and keeps the connection", function()
        local now = transport:now()
        for round = 1, 2 do
          local response, failure =
            send("/echo", listener, { send_by = now - 0.001 })
          assert.is_nil(response)
          assert.equal("before_send", failure.phase)
          assert.equal("timeout", failure.kind)
          assert.same({}, server:log())
          local later = { send_by = now + LONG }
          assert(send("/echo", listener, later))
          assert.matches(" " .. round .. "$", server:log()[1])
        end
        assert.equal(1, transport:stats().opened)
      end)

      it("gives a started program none of its connections", function()
        local pool = low.open {
          http_loopback = true,
          ca_file = server.ca_file,
        }
        local id = pool:start(
          { method = "GET", url = server.url[listener] .. "/wait/0.1" },
          LONG
        )
        local n = 0
        while pool:under_way() > 0 do
          low.wait({ pool }, 0.01)
          for _, socket in ipairs(pool:fds()) do
            n = n + 1
            assert.is_false(posix.inherited(socket.fd))
          end
          local into = {}
          if pool:finished(into) > 0 then assert.equal(id, into[1]) end
        end
        assert.is_true(n > 0)
        pool:close()
      end)
    end)
  end

  describe("is certain that nothing was sent", function()
    it("when a server of TLS 1.3 misses a certificate, or unknown", function()
      local response, failure = send("/echo", "strict")
      assert.is_nil(response)
      assert.matches("certificate", failure.message, 1, true)
      assert.same({}, server:log())
      transport:close()
      transport = make {
        cert_file = server.folder .. "/client.crt",
        key_file = server.folder .. "/client.key",
      }
      assert(send("/echo", "strict"))
    end)

    -- as of a ticket, which many servers send with the handshake
    it("while half a record is here, and waits for the rest", function()
      local response, failure = transport:send({
        method = "POST",
        url = server.url.half .. "/echo",
        body = "pay",
      }, 0.3)
      assert.is_nil(response)
      assert.equal("before_send", failure.phase)
      assert.equal("timeout", failure.kind, failure.message)
      assert.same({}, server:log())
    end)

    it("when the first piece is not taken in time", function()
      -- a server that reads nothing takes what its buffers hold; the first
      -- piece is always taken: so this is known only afterwards
      local response, failure = transport:send({
        method = "POST",
        url = server.url.plain .. "/silent",
        body = ("x"):rep(100),
      }, 0.2)
      assert.is_nil(response)
      assert.equal("after_send", failure.phase)
      assert.equal("timeout", failure.kind)
      assert.equal(1, closed "late")
    end)

    it("when the key is locked, and asks nobody", function()
      for password, good in pairs {
        opensesame = true,
        wrong = false,
        [1] = false,
      } do
        transport:close()
        transport = make {
          cert_file = server.folder .. "/client.crt",
          key_file = server.folder .. "/locked.key",
          key_password = type(password) == "string" and password or nil,
        }
        local response, failure = send("/echo", "picky")
        if good then
          assert.equal(200, response.status)
        else
          assert.equal("before_send", failure.phase)
          assert.matches("'key_password'", failure.message, 1, true)
        end
      end
    end)
  end)

  describe("through a proxy", function()
    local function through(who)
      transport:close()
      transport =
        make { proxy = "http://" .. who .. "127.0.0.1:" .. server.port.proxy }
    end

    it("that knows us", function()
      through "me:secret@"
      for _ = 1, 2 do
        assert.equal("status 200", body_of("/status/200", "good"))
      end
      local log = server:log()
      assert.equal("CONNECT localhost:" .. server.port.good .. " 0 0", log[1])
      assert.matches(" 1$", log[2])
      assert.matches(" 2$", log[3])
    end)

    it("that does not", function()
      for _, who in ipairs { "", "me:hush@" } do
        through(who)
        local response, failure = send("/status/200", "good")
        assert.is_nil(response)
        assert.equal("before_send", failure.phase)
        assert.matches("'proxy'", failure.message, 1, true)
        assert.not_matches("hush", failure.message)
      end
    end)

    it("that hangs up, or is not there", function()
      for _, name in ipairs { "good", "nobody" } do
        transport:close()
        transport = make { proxy = "http://127.0.0.1:" .. server.port[name] }
        local response, failure = send("/status/200", "good")
        assert.is_nil(response)
        assert.equal("before_send", failure.phase)
        assert.matches("'proxy'", failure.message, 1, true)
      end
    end)
  end)

  it("resumes sessions of TLS", function()
    for _ = 1, 3 do
      body_of("/last", "good")
    end
    local stats = transport:stats()
    assert.equal(3, stats.opened)
    assert.equal(3, stats.handshakes)
    assert.equal(2, stats.resumed)
    assert.equal(1, stats.name_lookups)
  end)

  it("counts what it does", function()
    local response = assert(send "/echo")
    assert(send "/echo")
    local stats = transport:stats()
    assert.equal(1, stats.opened)
    assert.equal(1, stats.reused)
    assert.equal(1, stats.kept)
    assert.equal(0, stats.under_way)
    assert.equal(2 * #response.body, stats.bytes_out)
    assert.is_true(stats.bytes_in > stats.bytes_out)
    assert.equal(0, stats.handshakes)
    assert.equal(0, stats.name_lookups)
  end)

  it("uses no connection that was idle too long", function()
    transport:close()
    transport = make { idle_time = 0.05 }
    assert(send "/echo")
    assert(send "/echo")
    transport:sleep(0.1)
    assert(send "/echo")
    assert.equal(2, transport:stats().opened)
    assert.equal(1, closed "idle")
  end)

  it("closes what is idle while it has other work", function()
    transport:close()
    transport = make { idle_time = 0.05 }
    assert(send("/echo", "plain"))
    assert(send("/wait/0.1", "good"))
    assert.equal(1, transport:stats().kept)
    assert.equal(1, closed "idle")
  end)

  it("forgets an exchange that nobody waits for", function()
    local pool = low.open { http_loopback = true }
    local request = { method = "GET", url = server.url.plain .. "/wait/0.05" }
    local first = pool:start(request, LONG)
    low.wait({ pool }, 0.02)
    assert.equal("after_send", pool:drop(first))
    assert.equal(0, pool:under_way())
    assert.equal("before_send", pool:drop(pool:start(request, LONG)))
    assert.equal(1, pool:stats().closed.dropped)
    local second = pool:start(request, LONG)
    local into = {}
    repeat
      low.wait({ pool }, LONG)
    until pool:finished(into) > 0
    assert.equal(second, into[1])
    assert.equal(200, into[2].status)
    pool:close()
  end)

  it("leaves nothing under way where Lua has no memory", function()
    local function call()
      return send "/echo"
    end
    for what, act in pairs {
      ["one call"] = call,
      ["a map"] = function()
        return task.map({ 1, 2 }, nil, call)
      end,
    } do
      act()
      local n, starved = 0, true
      while starved do
        n = n + 1
        server:log()
        package.loaded["luapay.curl"] = nil -- so that its tables are small
        require "luapay.curl"
        collectgarbage()
        pcall(function()
          posix.starve(n)
          act()
        end)
        starved = posix.starve()
        assert.is_true(#server:log() <= 2)
        assert.equal(0, transport:stats().under_way, what .. " " .. n)
      end
      assert(send "/echo")
      assert.equal(200, task.map({ 1 }, nil, call)[1].result.status)
    end
  end)

  it("works with descriptors above 1024", function()
    local files = {}
    for i = 1, 1100 do
      files[i] = io.open "/dev/null"
    end
    if #files < 1100 then
      for _, file in ipairs(files) do
        file:close()
      end
      return pending "the limit of open files is too low"
    end
    local done = task.map({ "plain", "good" }, nil, function(listener)
      return send("/status/200", listener)
    end)
    for _, file in ipairs(files) do
      file:close()
    end
    assert.equal(200, done[1].result.status)
    assert.equal(200, done[2].result.status)
  end)

  it("is refused by name when libcurl is unfit", function()
    assert.matches("7.88", low.unfit(0x075700), 1, true)
    assert.matches("SIGPIPE", low.unfit(0x080901), 1, true)
    for _, fit in ipairs { 0x075800, 0x075801, 0x080900, 0x080a00 } do
      assert.is_nil(low.unfit(fit))
    end
  end)

  describe("in an event loop", function()
    local function run(example)
      local lua, i = arg[0], -1
      while arg[i] do
        lua, i = arg[i], i - 1
      end
      local pipe = assert(io.popen(lua .. " examples/" .. example .. " 2>&1"))
      local text = pipe:read "*a"
      pipe:close()
      return text
    end

    for _, example in ipairs { "luv.lua", "cqueues.lua" } do
      it("works beside its host: " .. example, function()
        local text = run(example)
        for i = 1, 3 do
          assert.matches("order " .. i .. "\t%d+\n", text)
        end
        assert.matches("the clock ticked: yes", text, 1, true)
      end)
    end

    it("sends, sleeps and goes on as the host steps", function()
      local hosted = make { suspend = coroutine.yield }
      local done = {}
      for i, path in ipairs { "/wait/0.05", "/status/201", "/close" } do
        coroutine.wrap(function()
          local request = { method = "GET", url = server.url.plain .. path }
          local response, failure = hosted:send(request, LONG)
          hosted:sleep(0.01)
          done[i] = response and response.status or failure.phase
          done.n = (done.n or 0) + 1
        end)()
      end
      assert.is_number(hosted:timeout())
      while done.n ~= 3 do
        hosted:step()
        low.wait({}, math.min(hosted:timeout() or 0, 0.002))
      end
      assert.same({ 200, 201, "after_send", n = 3 }, done)
      assert.is_nil(hosted:timeout())
      assert.same({}, hosted:fds())
      hosted:close()
    end)

    it("wakes everybody, although one raises", function()
      local hosted = make { suspend = coroutine.yield }
      local done, raised = {}, {}
      for i, path in ipairs { "/echo", "/status/201", "/status/202" } do
        coroutine.wrap(function()
          local request = { method = "GET", url = server.url.plain .. path }
          local response = hosted:send(request, LONG)
          if i == 1 then error "a bug of the host's" end
          done[i] = response.status
          hosted:sleep(0.001)
          error("another one, " .. i)
        end)()
      end
      low.wait({}, 0.1) -- so that one step finishes all of them
      while hosted:timeout() do
        local ok, why = pcall(hosted.step, hosted)
        if not ok then raised[#raised + 1] = why end
        low.wait({}, math.min(hosted:timeout() or 0, 0.002))
      end
      assert.same({ nil, 201, 202 }, done)
      assert.equal(3, #raised)
      hosted:close()
    end)
  end)

  describe("in a program of its own", function()
    local function run(before, text, after)
      local lua, i = arg[0], -1
      while arg[i] do
        lua, i = arg[i], i - 1
      end
      local path = os.tmpname()
      local file = assert(io.open(path, "w"))
      file:write(
        ("local PLAIN, GOOD, CA = %q, %q, %q\n"):format(
          server.url.plain,
          server.url.good,
          server.ca_file
        ),
        'local luapay = require "luapay"\n',
        "local transport = luapay.transport.curl {\n",
        "  ca_file = CA, http_loopback = true }\n",
        text
      )
      file:close()
      local command = ("%s %s %s %s 2>&1"):format(
        before,
        lua,
        path,
        after or ""
      )
      local pipe = assert(io.popen(command))
      local said = pipe:read "*a"
      pipe:close()
      os.remove(path)
      return said
    end

    it("does not write keys of TLS where the environment says", function()
      local path = os.tmpname()
      os.remove(path)
      assert.equal(
        "200\n",
        run(
          "SSLKEYLOGFILE=" .. path,
          [[
local request = { method = "GET", url = GOOD .. "/echo" }
print(assert(transport:send(request, 10)).status)]]
        )
      )
      assert.is_nil(io.open(path))
    end)

    it("ends a wait at Ctrl-C, with what is known", function()
      local said = run(
        "timeout --foreground -s INT 0.5",
        [[
local request = { method = "POST", url = PLAIN .. "/silent", body = "pay" }
print(pcall(transport.send, transport, request, 20))
request.url = PLAIN .. "/status/200"
print(assert(transport:send(request, 20)).status)]]
      )
      assert.matches("interrupted!", said, 1, true)
      assert.matches("its outcome is unknown", said, 1, true)
      assert.matches("\n200\n$", said)
    end)

    it("ends a wait in a coroutine at Ctrl-C", function()
      if _VERSION == "Lua 5.1" and not rawget(_G, "jit") then
        return pending "plain Lua 5.1 does not say which program waits"
      end
      local said = run(
        "timeout --foreground -s INT 0.5",
        [[
local request = { method = "POST", url = PLAIN .. "/silent", body = "pay" }
local began = transport:now()
print(pcall(coroutine.wrap(function()
  print(pcall(transport.send, transport, request, 5))
end)))
print(transport:now() - began < 4)]]
      )
      assert.matches("its outcome is unknown", said, 1, true)
    end)

    it("does not ask for a pass phrase on the terminal", function()
      local said = run(
        "script -qec '",
        [[
transport = luapay.transport.curl { ca_file = CA,
  cert_file = CA:gsub("ca.crt$", "client.crt"),
  key_file = CA:gsub("ca.crt$", "locked.key") }
local request = { method = "GET", url = GOOD .. "/echo" }
local response, failure = transport:send(request, 5)
print(failure.phase, failure.message)]],
        "' /dev/null </dev/null"
      )
      assert.matches("before_send", said, 1, true)
      assert.matches("'key_password'", said, 1, true)
      assert.not_matches("pass phrase", said, 1, true)
    end)

    it("ends a map at Ctrl-C, and the next one works", function()
      local said = run(
        "timeout --foreground -s INT 0.5",
        [[
local function send(path)
  local request = { method = "POST", url = PLAIN .. path, body = "pay" }
  return transport:send(request, 20)
end
print(pcall(luapay.map, { "/silent", "/silent" }, {}, send))
local done = luapay.map({ "/status/200" }, {}, send)
print(done[1].result.status)
transport:close()]]
      )
      assert.matches("interrupted!", said, 1, true)
      assert.matches("2 calls were under way; 2 of them", said, 1, true)
      assert.matches("\n200\n$", said)
    end)

    it("asks the next address when one does not answer", function()
      local names
      for template in package.cpath:gmatch "[^;]+" do
        local path = template:gsub("%?", "spec/support/posix")
        local file = io.open(path)
        if file then file:close() end
        names = names or file and path
      end
      if package.cpath:find("-asan/", 1, true) then
        return pending "the sanitizer wants to be loaded first"
      elseif not io.open "/proc/self/status" then
        return pending "names are what the system says"
      end
      local said = run(
        'ADDRESSES="127.0.0.2 127.0.0.1" LD_PRELOAD=' .. names,
        ([[
transport = luapay.transport.curl { ca_file = CA, connect_timeout = 2 }
local url = "https://elsewhere.example:%d/echo"
local response, failure = transport:send({ method = "GET", url = url }, 20)
print(response and response.status or failure.message)]]):format(
          server.port.elsewhere
        )
      )
      assert.equal("200\n", said)
    end)

    it("needs less than four times the size of a large answer", function()
      if package.cpath:find("-asan/", 1, true) then
        return pending "what the sanitizer keeps is not ours"
      end
      local said = run(
        "",
        [[
local function memory(word)
  for line in io.lines "/proc/self/status" do
    local kb = line:match("^" .. word .. ":%s*(%d+)")
    if kb then return tonumber(kb) * 1024 end
  end
end
local function get(size)
  local request = { method = "GET", url = PLAIN .. "/size/" .. size }
  return #assert(transport:send(request, 20)).body
end
get(1)
local before = memory "VmRSS"
get(15000000)
print((memory "VmHWM" - before) / 15000000 < 4)]]
      )
      assert.equal("true\n", said)
    end)
  end)
end)
