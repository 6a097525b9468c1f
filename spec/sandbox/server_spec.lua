local server = require "luapay.sandbox.server"
local helper = require "spec.sandbox.helper"
local programs = require "luapay.sandbox.server_programs"

local function capture(command)
  local pipe = io.popen(command)
  local text = pipe:read("*a")
  pipe:close()
  return text
end

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- What curl sees: status (0: none), body, and its exit code.
local function curl(to, call)
  local request = helper.request(call)
  local target = request.url:gsub("^https://[^/]+", "")
  local out = capture(
    (
      "curl -s --http1.1 -m %s "
      .. "--cacert %s -X %s -H %s "
      .. "-H %s --data-binary %s -w ' %%{http_code}' %s; echo \" $?\""
    ):format(
      call.timeout or 10,
      quote(call.ca_file or to.ca_file),
      request.method,
      quote("content-type: " .. request.headers["content-type"]),
      quote("authorization: " .. (request.headers.authorization or "")),
      quote(request.body or ""),
      quote((call.base or to.base_url) .. target)
    )
  )
  local body, status, code = out:match("^(.*) (%d+) (%d+)\n$")
  return tonumber(status), body, tonumber(code)
end

-- The Lua that runs this.
local function interpreter()
  local name, i = "lua", -1
  while arg and arg[i] do
    name, i = arg[i], i - 1
  end
  return name
end

describe("sandbox server", function()
  local started, token

  setup(function()
    started = assert(server.start())
  end)
  teardown(function()
    started:stop()
  end)

  before_each(function()
    started:reset()
    local _, body =
      curl(started, { "login", body = "username=reseller&password=secret" })
    token = body:match('"ibAuthCookie":"(.-)"')
  end)

  local function fund(call)
    call = call or {}
    call[1], call.token, call.body = "add_funds", token, helper.credit()
    return curl(started, call)
  end

  it("answers over verified HTTPS, and keeps books", function()
    local status, body, code = fund()
    assert.equal(0, code)
    assert.equal(200, status)
    assert.equal('{"transactionId":1000001}', body)
    assert.equal("112.50", started:balance("EUR-1"))
    assert.equal("1000001", started:ledger()[1].transactionId)
    assert.is_true(started:check())
  end)

  it("is trusted by its address too, and only with its CA", function()
    local base = "https://127.0.0.1:" .. started.port
    assert.equal(200, (fund { base = base }))
    local _, _, code = fund { ca_file = "/etc/ssl/certs/ca-certificates.crt" }
    assert.is_true(code == 60 or code == 77)
    assert.equal(1, #started:ledger())
  end)

  it("listens without TLS, too, where that is asked for", function()
    local port = started.port + 12345
    local other = assert(server.start { http_port = port })
    local ledger = "http://localhost:%d/sandbox/infobip/ledger"
    local said = capture("curl -s " .. ledger:format(port))
    assert.equal("[]", said)
    other:stop()
  end)

  for _, case in ipairs {
    { fault = "lost_answer", code = 52, status = 0, booked = 1 },
    { fault = "closed", code = 52, status = 0, booked = 0 },
    { fault = "cut", code = 18, status = 200, booked = 1 },
    { fault = "truncated", code = 0, status = 200, booked = 1 },
    { fault = "garbage", code = 0, status = 200, booked = 1 },
    { fault = "error", code = 0, status = 500, booked = 0 },
    { fault = "session_expired", code = 0, status = 403, booked = 0 },
    { fault = "delay", seconds = 0.1, code = 0, status = 200, booked = 1 },
    {
      fault = "delay",
      seconds = 1,
      timeout = 0.5,
      code = 28,
      status = 0,
      booked = 1,
    },
  } do
    it(
      case.fault
        .. (case.timeout and " beyond patience" or "")
        .. " looks as it should",
      function()
        started:inject {
          at = "add_funds",
          fault = case.fault,
          seconds = case.seconds,
        }
        local status, _, code = fund { timeout = case.timeout }
        assert.same({ case.code, case.status }, { code, status })
        assert.equal(case.booked, #started:ledger())
        assert.equal(case.fault, started:requests()[2].fault)
      end
    )
  end

  it("does not pretend to refuse a connection that it has", function()
    assert.has_error(function()
      started:inject { fault = "refuse" }
    end)
    assert.has_error(function()
      started:inject { fault = "fire" }
    end)
  end)

  it("ends sessions when its clock is moved", function()
    started:advance(3600)
    assert.equal(403, (fund()))
  end)

  it("forgets faults when told", function()
    started:inject { fault = "closed", times = 5 }
    started:clear()
    assert.equal(200, (fund()))
  end)

  it("refuses what it does not know under /sandbox", function()
    assert.equal(404, (curl(started, { "/sandbox/money", method = "GET" })))
    assert.equal(404, (curl(started, { "/sandbox/reset", method = "GET" })))
    assert.equal(400, (curl(started, { "/sandbox/inject", body = "{" })))
  end)

  it("says no when the port is taken, and nothing stays", function()
    local before = capture("ls -d ${TMPDIR:-/tmp}/luapay-sandbox.*")
    local second, why = server.start { port = started.port }
    assert.is_nil(second)
    assert.equal(
      ("port %d is taken by another program"):format(started.port),
      why
    )
    assert.equal(before, capture("ls -d ${TMPDIR:-/tmp}/luapay-sandbox.*"))
    assert.equal(200, (fund()))
  end)

  for _, case in ipairs {
    { port = "8080", says = "from 1 to 65535, got 8080" },
    { port = 0, says = "from 1 to 65535, got 0" },
    { port = 65536, says = "from 1 to 65535, got 65536" },
    { port = 80.5, says = "from 1 to 65535, got 80.5" },
    { prot = 8080, says = "no such option: prot" },
  } do
    it("refuses a port or an option that is none: " .. case.says, function()
      local says = case.says
      case.says = nil
      local good, why = pcall(server.start, case)
      assert.is_false(good)
      assert.truthy(tostring(why):find(says, 1, true), tostring(why))
    end)
  end

  it("says that a port is not for this user", function()
    local said = "nginx: [emerg] bind() to 127.0.0.1:80 failed (13: %s)\n"
    local why, taken =
      programs.not_listening(said:format "Permission denied", 80)
    assert.equal("this user has no permission to listen on port 80", why)
    assert.is_nil(taken)
  end)

  it("starts whatever TMPDIR is called, and relative to here", function()
    local odd = [[build/it's "odd" \ here]]
    local out = capture(
      ("mkdir -p %s && TMPDIR=%s %s -e %s 2>&1; rmdir %s"):format(
        quote(odd),
        quote(odd),
        interpreter(),
        quote(
          "local s = assert(require[[luapay.sandbox.server]].start())"
            .. " print(#s:ledger(), s.dir) s:stop()"
        ),
        quote(odd)
      )
    )
    assert.truthy(out:find("^0\t/.*/" .. "it's"), out)
  end)

  it("keeps its folder to itself", function()
    assert.truthy(capture("ls -ld " .. started.dir):find("^drwx%-%-%-%-%-%-"))
    assert.is_nil(io.open(started.dir .. "/ca.key"))
  end)

  for _, case in ipairs {
    { kind = "expired" },
    { kind = "wrong_host" },
    { kind = "untrusted" },
  } do
    it("can be one not to trust: " .. case.kind, function()
      local bad = assert(server.start { certificate = case.kind })
      local _, _, code = curl(bad, { "login", body = "" })
      assert.equal(60, code)
      assert.same({}, bad:requests())
      bad:stop()
    end)
  end

  it("takes the options of the sandbox", function()
    local other = assert(server.start {
      infobip = {
        first_id = "9223372036854775807",
        bad_login = "unverified",
      },
    })
    local status, body =
      curl(other, { "login", body = "username=reseller&password=wrong" })
    assert.equal(200, status)
    assert.equal('{"login":{"verified":false}}', body)
    other:stop()
  end)

  it("ends, and leaves nothing, when it is stopped", function()
    local other = assert(server.start())
    other:stop()
    other:stop()
    local _, _, code = curl(other, { "login", ca_file = started.ca_file })
    assert.equal(7, code)
    assert.is_nil(io.open(other.dir .. "/nginx.conf"))
    assert.has_error(function()
      other:ledger()
    end, "sandbox: the server is stopped")
  end)

  it("ends with the process that started it, even a killed one", function()
    -- a child of the killed one lives on, with all that it inherited
    local script = "local s = assert(require'luapay.sandbox.server'.start()) "
      .. "print(s.dir, s.port) io.stdout:flush() "
      .. "os.execute('sleep 20 >/dev/null 2>&1 & kill -9 $PPID')"
    local out = capture(
      ("LUA_PATH=%s %s -e %s 2>/dev/null"):format(
        quote(package.path),
        quote(interpreter()),
        quote(script)
      )
    )
    local dir = out:match("^(%S+)\t%d+\n")
    assert.is_string(dir, out)
    for _ = 1, 200 do
      if not io.open(dir .. "/nginx.conf") then break end
      os.execute("sleep 0.02")
    end
    assert.is_nil(io.open(dir .. "/nginx.conf"))
  end)
end)
