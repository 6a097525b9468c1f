-- The parser of answers that luapay.transport.nginx uses: no nginx needed.
local answers = require "luapay.transport.nginx.answer"
local requests = require "luapay.transport.nginx.request"
local urls = require "luapay.transport.nginx.url"

local MOST = 1000

-- What brings a text in pieces, and then the end.
local function source_of(text, size)
  local at = 1
  return {
    more = function()
      if at > #text then return nil, "closed" end
      local piece = text:sub(at, at + size - 1)
      at = at + size
      return piece
    end,
  }
end

-- The same answer at once, in two, and byte by byte.
local function each_way(text, check)
  for _, size in ipairs { #text + 1, math.max(1, #text - 3), 1 } do
    check(source_of(text, size))
  end
end

local OK = "HTTP/1.1 200 OK\r\n"

describe("an answer", function()
  for what, case in pairs {
    ["of a length"] = {
      OK .. "Content-Length: 5\r\n\r\nhello",
      body = "hello",
      keep = true,
    },
    ["of length 0"] = { OK .. "content-length:0\r\n\r\n", keep = true },
    ["whose length is said twice alike"] = {
      OK .. "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
      body = "hi",
      keep = true,
    },
    ["in chunks"] = {
      OK
        .. "Transfer-Encoding: Chunked\r\n\r\n"
        .. "2\r\nab\r\nA;x=y\r\n0123456789\r\n000\r\nX: y\r\n\r\n",
      body = "ab0123456789",
      keep = true,
    },
    ["that ends with the connection"] = { OK .. "\r\nabc", body = "abc" },
    ["that wants to close"] = {
      OK .. "Content-Length: 1\r\nConnection: x, Close\r\n\r\na",
      body = "a",
    },
    ["of HTTP/1.0"] = {
      "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na",
      body = "a",
    },
    ["with more behind it"] = {
      OK .. "Content-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n\r\n",
      body = "a",
    },
    ["without a reason"] = {
      "HTTP/1.1 204\r\n\r\n",
      status = 204,
      keep = true,
    },
    ["that was announced"] = {
      "HTTP/1.1 100 Continue\r\n\r\n" .. OK .. "Content-Length: 0\r\n\r\n",
      keep = true,
    },
    ["with odd but good headers"] = {
      OK .. "X_y!:\tv\tw \r\nContent-Length:  1  \r\n\r\na",
      body = "a",
      keep = true,
    },
  } do
    it(what .. " is read", function()
      each_way(case[1], function(source)
        local response, keep = answers.read(source, "POST", MOST)
        assert(response, keep)
        assert.equal(case.status or 200, response.status)
        assert.equal(case.body or "", response.body)
        -- a piece more is seen only when it comes with the rest
        if case.keep then assert.is_true(keep) end
      end)
      local _, keep = answers.read(source_of(case[1], 9999), "POST", MOST)
      assert.equal(case.keep or false, keep)
    end)
  end

  it("has its headers, in lower case and joined", function()
    each_way(
      OK .. "X-A: 1\r\nx-a:2\r\nB_c: \tx\ty \r\nContent-Length: 0\r\n\r\n",
      function(source)
        local response = answers.read(source, "GET", MOST)
        assert.same(
          { ["x-a"] = "1, 2", b_c = "x\ty", ["content-length"] = "0" },
          response.headers
        )
        assert.equal(response.headers, response.headers)
      end
    )
  end)

  it("has no body when it answers a HEAD", function()
    local text = OK .. "Content-Length: 5\r\n\r\n"
    local response, keep = answers.read(source_of(text, 99), "HEAD", MOST)
    assert.equal("", response.body)
    assert.is_true(keep)
  end)

  for what, text in pairs {
    ["two lengths"] = OK .. "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ["two lengths in one line"] = OK .. "Content-Length: 1, 2\r\n\r\nab",
    ["a length and chunks"] = OK
      .. "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ["a signed length"] = OK .. "Content-Length: +1\r\n\r\na",
    ["a negative length"] = OK .. "Content-Length: -1\r\n\r\na",
    ["a length in hexadecimal"] = OK .. "Content-Length: 0x1\r\n\r\na",
    ["a length of too many digits"] = OK
      .. "Content-Length: 1111111111111111\r\n\r\na",
    ["no length"] = OK .. "Content-Length: \r\n\r\na",
    ["another coding"] = OK .. "Transfer-Encoding: gzip\r\n\r\na",
    ["another coding before chunks"] = OK
      .. "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    ["chunks said twice"] = OK
      .. "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
      .. "0\r\n\r\n",
    ["chunks of HTTP/1.0"] = "HTTP/1.0 200 OK\r\n"
      .. "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ["a chunk of no size"] = OK
      .. "Transfer-Encoding: chunked\r\n\r\n\r\nab\r\n0\r\n\r\n",
    ["a chunk of a signed size"] = OK
      .. "Transfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n0\r\n\r\n",
    ["a chunk that is longer than it says"] = OK
      .. "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
    ["a chunk's line ended by LF"] = OK
      .. "Transfer-Encoding: chunked\r\n\r\n2\nab\r\n0\r\n\r\n",
    ["a trailer that is none"] = OK
      .. "Transfer-Encoding: chunked\r\n\r\n0\r\nwhat\r\n\r\n",
    ["a folded header"] = OK .. "X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    ["a blank before a colon"] = OK .. "Content-Length : 0\r\n\r\n",
    ["a header without name"] = OK .. ": 0\r\nContent-Length: 0\r\n\r\n",
    ["a header without colon"] = OK .. "what\r\nContent-Length: 0\r\n\r\n",
    ["a line ended by LF"] = OK .. "X: a\nContent-Length: 0\r\n\r\n",
    ["a line ended by CR"] = OK .. "X: a\rY: b\r\nContent-Length: 0\r\n\r\n",
    ["a zero byte"] = OK .. "X: a\0b\r\nContent-Length: 0\r\n\r\n",
    ["a status of four digits"] = "HTTP/1.1 2000 OK\r\n\r\n",
    ["a status of two digits"] = "HTTP/1.1 20 OK\r\n\r\n",
    ["a status beyond"] = "HTTP/1.1 600 OK\r\n\r\n",
    ["HTTP/2"] = "HTTP/2 200 OK\r\n\r\n",
    ["HTTP/1.2"] = "HTTP/1.2 200 OK\r\n\r\n",
    ["another protocol"] = "ICY 200 OK\r\n\r\n",
    ["an empty line first"] = "\r\n" .. OK .. "Content-Length: 0\r\n\r\n",
    ["a switch of protocols"] = "HTTP/1.1 101 Switching\r\n\r\n",
    ["announcements without end"] = ("HTTP/1.1 102 P\r\n\r\n"):rep(17),
    ["a head that is too large"] = OK .. ("x"):rep(70000),
    ["many headers that are too large"] = OK .. ("x: y\r\n"):rep(12000),
    ["trailers that are too large"] = OK
      .. "Transfer-Encoding: chunked\r\n\r\n0\r\n"
      .. ("x: y\r\n"):rep(12000),
    ["a chunk's line that is too long"] = OK
      .. "Transfer-Encoding: chunked\r\n\r\n1;"
      .. ("x"):rep(2000),
    ["more than is accepted"] = OK .. "Content-Length: 1001\r\n\r\n",
    ["more chunks than are accepted"] = OK
      .. "Transfer-Encoding: chunked\r\n\r\n"
      .. ("ff\r\n" .. ("x"):rep(255) .. "\r\n"):rep(4),
    ["more until the end"] = OK .. "\r\n" .. ("x"):rep(1001),
  } do
    it("with " .. what .. " is refused", function()
      for _, size in ipairs { #text, 7 } do
        local response, why = answers.read(source_of(text, size), "GET", MOST)
        assert.is_nil(response)
        assert.is_string(why)
        assert.not_equal("closed", why)
        assert.not_matches("ended before", why)
      end
    end)
  end

  it("that ends too early is refused, wherever it ends", function()
    for _, text in ipairs {
      OK .. "Content-Length: 5\r\n\r\nhello",
      OK .. "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    } do
      for length = 1, #text - 1 do
        local source = source_of(text:sub(1, length), 4)
        local response, why = answers.read(source, "GET", MOST)
        assert.is_nil(response)
        assert.matches("ended before", why)
      end
      local _, why = answers.read(source_of("", 1), "GET", MOST)
      assert.equal("closed", why)
    end
  end)
end)

describe("a request", function()
  local parse = urls.new(true)

  local function write(request)
    request.method = request.method or "GET"
    return requests.write(request, parse)
  end

  it("is written with a host, a length and what was asked for", function()
    local _, text = write {
      method = "POST",
      url = "https://Api.example:8443/a?b#c",
      headers = { accept = "x" },
      body = "hi",
    }
    assert.equal(
      "POST /a?b HTTP/1.1\r\nHost: Api.example:8443\r\naccept: x\r\n"
        .. "Content-Length: 2\r\n\r\nhi",
      text
    )
  end)

  it("is not written with what another one had", function()
    write {
      url = "https://a.example/long",
      headers = { one = "1", two = "2" },
    }
    local _, text = write { url = "https://b.example" }
    assert.equal(
      "GET / HTTP/1.1\r\nHost: b.example\r\nAccept: */*\r\n\r\n",
      text
    )
  end)

  for url, expected in pairs {
    ["https://a.example"] = { "a.example", 443, "/" },
    ["https://a.example?x=1"] = { "a.example", 443, "/?x=1" },
    ["https://A.example:1/"] = { "a.example", 1, "/" },
    ["https://[::1]:8443/x"] = { "[::1]", 8443, "/x" },
    ["http://127.0.0.1:80/"] = { "127.0.0.1", 80, "/" },
  } do
    it("goes to " .. url, function()
      for _ = 1, 2 do
        local origin, target = parse(url)
        assert.equal(expected[1], origin.host)
        assert.equal(expected[2], origin.port)
        assert.equal(expected[3], target)
      end
    end)
  end

  for _, url in ipairs {
    "https://a.example:0/",
    "https://a.example:65536/",
    "https://a.example:/",
    "https://a.example:80:80/",
    "https://a.example:+80/",
    "https://[::1/",
    "https://a%2eexample/",
    "HTTPS://a.example/",
    "https:a.example/",
    "http://127.0.0.256/",
    "http://localhost.example/",
    "https://[::1]x/",
  } do
    it("does not go to " .. url, function()
      local origin, why = parse(url)
      assert.is_nil(origin)
      assert.is_string(why)
    end)
  end

  it("remembers no end of origins", function()
    for i = 1, 300 do
      assert.equal("h" .. i, parse("https://h" .. i .. "/").host)
    end
  end)
end)
