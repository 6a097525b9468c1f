-- What every transport promises, whoever sends: a function to be called in
-- a describe. `make(server, options)` makes a transport that trusts the
-- CA of the server and may speak plain http to it; `options` has
-- connect_timeout and max_answer.
local busted = require "busted"
local assert = require "luassert"
local servers = require "spec.support.servers"
local describe, it = busted.describe, busted.it

local LONG = 20 -- seconds that no good answer takes

-- The path to which the server answers with just these bytes.
local function say(text)
  return "/say/"
    .. text:gsub(".", function(char)
      return ("%02x"):format(char:byte())
    end)
end

local function contract(make)
  local server, transport

  busted.lazy_setup(function()
    server = servers.start()
  end)
  busted.lazy_teardown(function()
    server:stop()
  end)
  busted.before_each(function()
    transport = make(server, {})
  end)
  busted.after_each(function()
    transport:close()
  end)

  local function request(path, method, body, headers)
    return {
      method = method or "POST",
      url = server.url.plain .. path,
      headers = headers,
      body = body,
    }
  end

  local function get(path)
    return assert(transport:send(request(path, "GET"), LONG))
  end

  local function fails(what, phase, kind, timeout)
    local response, failure = transport:send(what, timeout or LONG)
    assert.is_nil(response)
    assert.equal(phase, failure.phase, failure.message)
    assert.equal(kind or "transport", failure.kind, failure.message)
    assert.is_string(failure.message)
    return failure.message
  end

  -- Whether the last two requests came over one connection.
  local function kept()
    local log = server:log()
    local one = log[#log - 1]:match " (%d+) %d+$"
    return log[#log]:match " (%d+) %d+$" == one
  end

  local function seen(path)
    local n = 0
    for _, line in ipairs(server:log()) do
      if line:match("^%S+ (%S+)") == path then n = n + 1 end
    end
    return n
  end

  describe("sends", function()
    it("method, path, query, headers and body as they are", function()
      local echo = transport:send(
        request(
          "/echo/./a%20b?q=%26x",
          "PUT",
          "a\0b\r\n",
          { ["x-one"] = "1", ["x-empty"] = "" }
        ),
        LONG
      ).body
      assert.matches("^PUT /echo/%./a%%20b%?q=%%26x HTTP/1.1\r\n", echo)
      assert.matches("\r\nx%-one: 1\r\n", echo)
      assert.matches("\r\nx%-empty: *\r\n", echo)
      assert.matches("\r\nContent%-Length: 5\r\n", echo)
      assert.matches("\r\n\r\na%z?%c?b\r\n$", (echo:gsub("%z", "")))
      assert.equal("a\0b\r\n", echo:sub(-5))
    end)

    it("the content-type that was asked for, or none", function()
      local typed = transport:send(
        request(
          "/echo",
          "POST",
          "{}",
          { ["Content-Type"] = "application/json" }
        ),
        LONG
      ).body
      assert.matches("\r\nContent%-Type: application/json\r\n", typed)
      local bare = transport:send(request("/echo", "POST", "{}"), LONG).body
      assert.not_matches("content%-type", bare:lower())
    end)

    it("a body of any size, without waiting for leave", function()
      local body = ("0123456789"):rep(200000)
      local echo = transport:send(request("/echo", "POST", body), LONG).body
      assert.equal(body, echo:sub(-#body))
      assert.not_matches("expect:", echo:sub(1, 500):lower())
    end)

    for _, method in ipairs { "POST", "PUT", "PATCH" } do
      it("length 0 with a " .. method .. " without body", function()
        local echo = transport:send(request("/echo", method), LONG).body
        assert.matches("^" .. method .. " ", echo)
        assert.matches("content%-length: 0\r\n", echo:lower())
      end)
    end

    it("one kind of request after another", function()
      for _, method in ipairs {
        "POST",
        "HEAD",
        "GET",
        "DELETE",
        "HEAD",
        "PUT",
        "GET",
        "OPTIONS",
        "POST",
      } do
        local body = (method == "POST" or method == "PUT") and "body" or nil
        local response =
          assert(transport:send(request("/echo", method, body), LONG))
        assert.equal(
          method == "HEAD" and "" or method,
          response.body:match("^%u*")
        )
        assert.equal(body, response.body:match("body$"))
      end
    end)
  end)

  describe("receives", function()
    for _, size in ipairs { 0, 1, 16384, 1000000 } do
      it(size .. " bytes", function()
        assert.equal(("x"):rep(size), get("/size/" .. size).body)
      end)
    end

    it("every byte", function()
      local body = get("/binary").body
      assert.equal(256, #body)
      for i = 0, 255 do
        assert.equal(i, body:byte(i + 1))
      end
    end)

    it("a body in chunks, its trailers not among the headers", function()
      local response = get("/chunked")
      assert.equal("hello, world", response.body)
      assert.is_nil(response.headers["x-trailer"])
    end)

    it("a body that ends with the connection", function()
      assert.equal("until the end", get("/unending").body)
    end)

    it("headers in lower case, repeats joined", function()
      local headers = get("/headers").headers
      assert.equal("some value", headers["x-mixed-case"])
      assert.equal("a=1\nb=2\nc=3", headers["set-cookie"])
      assert.equal("1, 2", headers["x-twice"])
      assert.equal("", headers["x-empty"])
      assert.equal("a:b", headers["x-colon"])
    end)

    it("the final answer, not those that announce it", function()
      local response = get("/hints")
      assert.equal(200, response.status)
      assert.equal("at last", response.body)
      assert.equal("yes", response.headers["x-final"])
      assert.is_nil(response.headers["x-early"])
    end)

    for _, status in ipairs {
      200,
      201,
      204,
      304,
      400,
      401,
      403,
      404,
      407,
      409,
      417,
      421,
      429,
      500,
      502,
      503,
      504,
    } do
      it("status " .. status .. " as an answer like any other", function()
        server:log()
        assert.equal(status, get("/status/" .. status).status)
        assert.equal(1, seen("/status/" .. status))
      end)
    end

    for _, status in ipairs { 301, 302, 303, 307, 308 } do
      it("a redirect " .. status .. ", and does not follow it", function()
        server:log()
        local response = get("/redirect/" .. status)
        assert.equal(status, response.status)
        assert.equal("/echo", response.headers.location)
        assert.equal(0, seen("/echo"))
      end)
    end
  end)

  -- What servers send, how it is read, and whether the connection is used
  -- again; or the sentence with which it is refused, at once: the server
  -- does not hang up.
  local OK = "HTTP/1.1 200 OK\r\n"
  local CHUNKED = OK .. "Transfer-Encoding: chunked\r\n\r\n"
  for what, case in pairs {
    ["lines that end with LF"] = {
      "HTTP/1.1 200 OK\nContent-Length: 2\nX: y\n\nhi",
      body = "hi",
      keep = true,
    },
    ["no reason"] = {
      "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi",
      body = "hi",
      keep = true,
    },
    ["names in lower case and long ones"] = {
      OK .. ("n"):rep(700) .. ": v\r\ncontent-length: 2\r\n\r\nhi",
      body = "hi",
      keep = true,
    },
    ["announcements"] = {
      "HTTP/1.1 100 Continue\r\n\r\n"
        .. "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        .. OK
        .. "Content-Length: 2\r\n\r\nhi",
      body = "hi",
      keep = true,
    },
    ["chunks with extensions and trailers"] = {
      CHUNKED .. '1 \r\nh\r\n01;a="b"\r\ni\r\n0\r\nX: y\nZ:\r\n\r\n',
      body = "hi",
      keep = true,
    },
    ["a body where none belongs"] = {
      "HTTP/1.1 204 None\r\n\r\nhi",
      body = "",
    },
    ["a stray byte"] = {
      OK .. "Content-Length: 2\r\n\r\nhi\n",
      body = "hi",
    },
    ["another answer behind it"] = {
      CHUNKED .. "2\r\nhi\r\n0\r\n\r\n" .. OK .. "\r\n",
      body = "hi",
    },
    ["a wish to close"] = {
      OK .. "Content-Length: 2\r\nConnection: close\r\n\r\nhi",
      body = "hi",
    },
    ["HTTP/1.0"] = {
      "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
        .. "Content-Length: 2\r\n\r\nhi",
      body = "hi",
    },
    ["a folded line"] = {
      OK .. "X: a\r\n b\r\nContent-Length: 2\r\n\r\nhi",
      refused = "not HTTP: a folded header line",
    },
    ["a length twice"] = {
      OK .. "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
      refused = "not HTTP: more than one Content-Length",
    },
    ["two framings"] = {
      OK .. "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nhi",
      refused = "not HTTP: Transfer-Encoding beside another framing",
    },
    ["a CR inside a line"] = {
      OK .. "X: a\rb",
      refused = "not HTTP: a CR inside a header line",
    },
    ["a NUL inside a line"] = {
      OK .. "X: a\0",
      refused = "not HTTP: a NUL inside a header line",
    },
    ["a chunk size that LF ends"] = {
      CHUNKED .. "2\n",
      refused = "not HTTP: a chunk that no CRLF ends",
    },
    ["a chunk size that is none"] = {
      CHUNKED .. "0x2",
      refused = "not HTTP: a malformed chunk size",
    },
    ["an encoding"] = {
      "HTTP/1.1 403 No\r\nContent-Encoding: gzip\r\n\r\n",
      refused = "(403) has the encoding gzip, which was not asked for",
    },
    ["HTTP/2"] = {
      "\0\0\18\4\0\0\0\0\0",
      refused = "not HTTP/1.1: the server answers in HTTP/2",
    },
    ["another protocol"] = {
      "220 mail.example ESMTP",
      refused = "not HTTP: the answer begins without a status line",
    },
    ["a switch of protocols"] = {
      "HTTP/1.1 101 Switching Protocols\r\n\r\n",
      refused = "not HTTP: 101, a switch of protocols",
    },
    ["trailers without end"] = {
      CHUNKED .. "0\r\n" .. ("trailer: x\r\n"):rep(100),
      refused = "the answer's trailers are too large",
      options = { max_answer = 1000 },
    },
  } do
    it((case.refused and "refuses " or "reads ") .. what, function()
      if case.options then
        transport:close()
        transport = make(server, case.options)
      end
      if case.refused then
        local message = fails(request(say(case[1])), "after_send")
        assert.matches(case.refused, message, 1, true)
      else
        assert.equal(case.body, get(say(case[1])).body)
      end
      get "/echo"
      assert.equal(case.keep or false, kept())
    end)
  end

  it("keeps no connection on which it has not sent all", function()
    local sent = request("/early_and_on/413", "POST", ("x"):rep(5000000))
    assert.equal(413, assert(transport:send(sent, LONG)).status)
    get "/echo"
    assert.is_false(kept())
  end)

  describe("hears an answer that comes early,", function()
    for _, listener in ipairs { "plain", "good" } do
      for _, path in ipairs { "/early/413", "/early_and_stays/401" } do
        for _, size in ipairs { 1000, 60000, 5000000 } do
          it(("%s %s, to %d bytes"):format(listener, path, size), function()
            local sent = request(path, "POST", ("x"):rep(size))
            sent.url = server.url[listener] .. path
            local response, failure = transport:send(sent, LONG)
            assert(response, failure and failure.message)
            assert.equal(path:match "%d+", tostring(response.status))
            assert.equal("too large", response.body)
            sent.url = server.url[listener] .. "/echo"
            assert(transport:send(sent, LONG))
            assert.is_false(kept())
          end)
        end
      end
    end
  end)

  for _, listener in ipairs { "plain", "good" } do
    it("takes none that hides behind another one: " .. listener, function()
      -- of one buffer, so that what follows may not have been read yet
      local head = OK .. "Content-Length: 3000\r\nX: "
      local first = head
        .. ("x"):rep(4096 - #head - 4 - 3000)
        .. "\r\n\r\n"
        .. ("y"):rep(3000)
      local asked = request "/"
      asked.url = server.url[listener] .. say(first .. first)
      assert.equal(3000, #assert(transport:send(asked, LONG)).body)
      asked.url = server.url[listener] .. "/echo"
      assert.matches("^POST /echo", assert(transport:send(asked, LONG)).body)
    end)
  end

  -- Until what the server sends late is here: what comes after the next
  -- request was sent, nobody can know from its answer.
  local function await(note)
    repeat
      local noted = false
      for _, line in ipairs(server:log()) do
        noted = noted or line == note
      end
      if not noted then transport:sleep(0.002) end
    until noted
  end

  -- A server that repeats, delays and splits its answers, one after another
  -- in every order of two.
  it("gives each call its own answer or none, whatever comes", function()
    local ways = {
      "none",
      "split",
      "repeat",
      "repeat_late",
      "half",
      "too_late",
      "hang_up",
    }
    local number = 0
    local function call(way)
      number = number + 1
      local asked = request(("/mischief/%s/%d"):format(way, number))
      asked.once = true
      local late = way == "too_late"
      local response, failure = transport:send(asked, late and 0.02 or LONG)
      if late then
        assert.is_nil(response)
        assert.equal("after_send", failure.phase)
      else
        assert(response, way .. ": " .. tostring(failure and failure.message))
        assert.equal("answer to " .. number, response.body)
      end
      if way == "repeat_late" or way == "hang_up" then await "late" end
    end
    server:log()
    for _, one in ipairs(ways) do
      for _, other in ipairs(ways) do
        call(one)
        call(other)
      end
    end
  end)

  it("takes no answer but this call's", function()
    for _ = 1, 3 do
      assert.equal("the first", get("/twice").body)
      transport:sleep(0.05)
      local mine = request("/echo", "POST", "mine")
      mine.once = true
      assert.matches("mine$", assert(transport:send(mine, LONG)).body)
      assert.is_false(kept())
    end
  end)

  -- Of a record that TLS cannot read before the rest of it comes: a header,
  -- a part of that, and more.
  for _, bytes in ipairs { 3, 5, 40 } do
    it("takes no answer that half is here of: " .. bytes, function()
      for number = 1, 3 do
        local asked = request "/"
        asked.once = true
        asked.url = ("%s/repeated_by_half/%d/%d"):format(
          server.url.relay,
          bytes,
          number
        )
        local response = assert(transport:send(asked, LONG))
        assert.equal("answer to " .. number, response.body)
        await "half"
      end
    end)
  end

  -- not even one that comes while it waits for its own
  it("takes no late answer where no connection is used again", function()
    transport:close()
    transport = make(server, { idle_time = 0 })
    for number = 1, 3 do
      get("/mischief/repeat_late/" .. number)
      assert.equal("waited", get("/wait/0.05").body)
      await "late"
    end
  end)

  it("takes no success for an answer to what was not sent whole", function()
    for _, status in ipairs { 200, 201, 204 } do
      for _, listener in ipairs { "plain", "good" } do
        for _, path in ipairs { "/early_and_on/", "/early/" } do
          local sent = request(path .. status, "POST", ("x"):rep(5000000))
          sent.url = server.url[listener] .. path .. status
          assert.matches(
            ("before all of the request was sent %%(%d%%)"):format(status),
            fails(sent, "after_send")
          )
        end
      end
    end
  end)

  describe("is certain that nothing was sent", function()
    local function at(name, phase_kind, options)
      transport:close()
      transport = make(server, options or {})
      return fails(
        { method = "POST", url = server.url[name] .. "/echo" },
        "before_send",
        phase_kind
      )
    end

    it("when the connection is refused", function()
      assert.matches("localhost:" .. server.port.nobody, at("nobody"), 1, true)
    end)

    it("when the host name does not exist", function()
      assert.matches(
        "luapay.invalid",
        fails(
          { method = "GET", url = "https://luapay.invalid/x" },
          "before_send"
        ),
        1,
        true
      )
    end)

    it("when nobody takes the connection in time", function()
      at("full", "timeout", { connect_timeout = 0.2 })
    end)

    it("when the TLS handshake is not answered in time", function()
      at("mute", "timeout", { connect_timeout = 0.2 })
    end)

    it("when the time is over before it begins", function()
      server:log()
      fails(request("/echo"), "before_send", "timeout", 0)
      fails(request("/echo"), "before_send", "timeout", -1)
      assert.equal(0, seen("/echo"))
    end)

    it("when it is later than the request may be sent", function()
      server:log()
      local late = request "/echo"
      late.send_by = transport:now() - 1
      fails(late, "before_send", "timeout")
      get "/status/200"
      fails(late, "before_send", "timeout")
      assert.equal(0, seen "/echo")
      late.send_by = transport:now() + LONG
      assert(transport:send(late, LONG))
    end)

    for _, name in ipairs {
      "expired",
      "elsewhere",
      "lonely",
      "untrusted",
      "old",
      "picky",
    } do
      it("when the TLS of the server is not right: " .. name, function()
        server:log()
        at(name)
        assert.equal(0, seen("/echo"))
      end)
    end
  end)

  describe("does not know what happened", function()
    for path, kind in pairs {
      ["/close"] = "transport",
      ["/reset"] = "transport",
      ["/silent"] = "timeout",
      ["/stall"] = "timeout",
      ["/truncated"] = "transport",
      ["/cut_chunk"] = "transport",
      ["/halfway"] = "transport",
      ["/half_head"] = "transport",
      ["/garbage"] = "transport",
      ["/big_head"] = "transport",
    } do
      it("when the answer is like " .. path, function()
        server:log()
        fails(
          request(path, "POST", "pay"),
          "after_send",
          kind,
          kind == "timeout" and 0.3 or LONG
        )
        assert.equal(1, seen(path))
      end)

      it("and sends nothing twice on a kept connection: " .. path, function()
        for _, method in ipairs { "POST", "GET" } do
          get("/echo")
          server:log()
          fails(
            request(path, method),
            "after_send",
            kind,
            kind == "timeout" and 0.3 or LONG
          )
          local log = server:log()
          assert.equal(1, #log, table.concat(log, "; "))
          assert.matches(path .. " %d+ 2$", log[1]) -- it was a kept one
        end
      end)
    end

    it("when the answer is too large", function()
      transport:close()
      transport = make(server, { max_answer = 1000 })
      assert.equal(1000, #get("/size/1000").body)
      assert.matches(
        "max_answer",
        fails(request("/size/1001"), "after_send"),
        1,
        true
      )
    end)
  end)

  describe("refuses, and sends nothing:", function()
    for what, change in pairs {
      ["a line break in a header"] = { headers = { x = "1\r\nHost: y" } },
      ["a lone CR in a header"] = { headers = { x = "1\rHost: y" } },
      ["a zero byte in a header"] = { headers = { x = "1\0" } },
      ["a line break in a header's name"] = { headers = { ["x\ny"] = "1" } },
      ["a colon in a header's name"] = { headers = { ["x: y"] = "1" } },
      ["an empty header name"] = { headers = { [""] = "1" } },
      ["a header twice"] = { headers = { ["X-One"] = "1", ["x-one"] = "2" } },
      ["a framing header"] = { headers = { ["Content-Length"] = "5" } },
      ["another framing header"] = {
        headers = { ["transfer-encoding"] = "chunked" },
      },
      ["a line break in the method"] = { method = "GET / HTTP/1.1\r\nx:" },
      ["a zero byte in the method"] = { method = "GET\0" },
      ["an empty method"] = { method = "" },
      ["a body with HEAD"] = { method = "HEAD", body = "x" },
      ["a line break in the URL"] = { path = "/echo HTTP/1.1\r\nx: y" },
      ["a zero byte in the URL"] = { path = "/echo\0" },
      ["a blank in the URL"] = { path = "/a b" },
      ["a user name in the URL"] = { url = "https://me:pw@localhost/" },
      ["a backslash in the host"] = { url = "https://localhost\\@x/" },
      ["another scheme"] = { url = "file:///etc/passwd" },
      ["no scheme"] = { url = "localhost/" },
      ["no host"] = { url = "https:///x" },
      ["a port that is none"] = { url = "https://localhost:99999/" },
      ["plain http to elsewhere"] = { url = "http://example.com/" },
      ["plain http to a name like an address"] = {
        url = "http://127.0.0.1.example.com/",
      },
    } do
      it(what, function()
        server:log()
        local message = fails({
          method = change.method or "POST",
          body = change.body,
          url = change.url or server.url.plain .. (change.path or "/echo"),
          headers = change.headers,
        }, "before_send")
        assert.not_matches("pw", message)
        assert.same({}, server:log())
        assert.equal(200, get("/echo").status) -- and goes on as before
      end)
    end

    for what, wrong in pairs {
      ["a request that is no table"] = "x",
      ["no URL"] = { method = "GET" },
      ["no method"] = { url = "https://localhost/" },
      ["a header that is a number"] = {
        method = "GET",
        url = "https://localhost/",
        headers = { x = 1 },
      },
      ["a body that is a number"] = {
        method = "POST",
        url = "https://localhost/",
        body = 1,
      },
    } do
      it(what .. ", by raising", function()
        assert.has_error(function()
          transport:send(wrong, LONG)
        end)
      end)
    end
  end)

  it("shows no path, query or body in its messages", function()
    for _, path in ipairs { "/close", "/silent", "/garbage" } do
      local message = fails(
        request(path .. "?token=hush", "POST", "hush"),
        "after_send",
        path == "/silent" and "timeout" or nil,
        path == "/silent" and 0.2 or LONG
      )
      assert.matches("127.0.0.1:" .. server.port.plain, message, 1, true)
      assert.not_matches("hush", message)
    end
  end)

  it("keeps connections, and survives that they are closed", function()
    server:log()
    for _ = 1, 3 do
      get("/echo")
    end
    get("/unending")
    get("/echo")
    local log = server:log()
    assert.matches(" 4$", log[4])
    assert.matches(" 1$", log[5])
  end)

  it("sleeps, on a clock that only goes forward", function()
    local before = transport:now()
    transport:sleep(0.02)
    assert.is_true(transport:now() - before >= 0.02)
  end)

  it("can be closed again, and then sends no more", function()
    transport:close()
    assert.has_error(function()
      transport:send(request("/echo"), LONG)
    end)
  end)
end

return contract
