-- luapay.http reads the answers and writes the requests of every transport:
-- bytes in, verdict out, no socket.
local http = require "luapay.http"

local MOST = 1000

-- The verdict on a text that comes in pieces of some bytes, and then ends.
-- Nothing that was refused becomes good later, so the first fault counts.
local function read(text, size, method, most)
  local reader = http.reader(method or "POST", most or MOST)
  local verdict, why = "more"
  for at = 1, #text, size do
    verdict, why = reader:feed(text:sub(at, at + size - 1))
    if not verdict then return { fault = why, refused = true } end
  end
  local keep = reader:keep()
  local open = verdict
  verdict, why = reader:ended()
  if not verdict then return { fault = why } end
  local response = reader:response()
  return {
    keep = keep,
    open = open,
    status = response.status,
    body = response.body,
    headers = response.headers,
  }
end

-- The same verdict whole, byte by byte and cut in two anywhere.
local function read_each_way(text, method, most)
  local whole = read(text, #text + 1, method, most)
  assert.same(whole, read(text, 1, method, most))
  assert.same(whole, read(text, 7, method, most))
  for at = 1, math.min(#text - 1, 500) do
    local reader = http.reader(method or "POST", most or MOST)
    local verdict, why = reader:feed(text:sub(1, at))
    if verdict then
      verdict, why = reader:feed(text:sub(at + 1))
    end
    if whole.refused then
      assert.equal(whole.fault, why)
    else
      assert(verdict, why)
      assert.equal(whole.keep or false, reader:keep())
    end
  end
  return whole
end

local OK = "HTTP/1.1 200 OK\r\n"
local CHUNKED = OK .. "Transfer-Encoding: chunked\r\n\r\n"

describe("an answer", function()
  for what, case in pairs {
    ["of a length"] = {
      OK .. "Content-Length: 5\r\n\r\nhello",
      body = "hello",
      keep = true,
    },
    ["of length 0"] = { OK .. "content-length:0\r\n\r\n", keep = true },
    ["in chunks"] = {
      OK
        .. "Transfer-Encoding: Chunked\r\n\r\n"
        .. "2\r\nab\r\nA;x=y\r\n0123456789\r\n000\r\nX: y\r\n\r\n",
      body = "ab0123456789",
      keep = true,
    },
    ["in chunks whose sizes are followed by blanks"] = {
      CHUNKED .. "2 \t\r\nab\r\n0  \r\n\r\n",
      body = "ab",
      keep = true,
    },
    ["in chunks with odd extensions"] = {
      CHUNKED .. '2 ; a="\255;" ;b\r\nab\r\n0;x\r\n\r\n',
      body = "ab",
      keep = true,
    },
    ["with trailers whose lines end with LF"] = {
      CHUNKED .. "1\r\na\r\n0\r\nX: y\nz:\n\n",
      body = "a",
      keep = true,
    },
    ["that ends with the connection"] = { OK .. "\r\nabc", body = "abc" },
    ["that is empty and ends with the connection"] = { OK .. "\r\n" },
    ["that wants to close"] = {
      OK .. "Content-Length: 1\r\nConnection: x, Close\r\n\r\na",
      body = "a",
    },
    ["that names a header like closing"] = {
      OK .. "Content-Length: 1\r\nConnection: keep-alive, closed\r\n\r\na",
      body = "a",
      keep = true,
    },
    ["of HTTP/1.0"] = {
      "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na",
      body = "a",
    },
    ["of HTTP/1.0 that would be kept"] = {
      "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
        .. "Content-Length: 1\r\n\r\na",
      body = "a",
    },
    ["with more behind it"] = {
      OK .. "Content-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n\r\n",
      body = "a",
    },
    ["with a line break behind it"] = {
      OK .. "Content-Length: 1\r\n\r\na\r\n",
      body = "a",
    },
    ["with more behind its chunks"] = { CHUNKED .. "0\r\n\r\n0" },
    ["without a reason"] = {
      "HTTP/1.1 204\r\n\r\n",
      status = 204,
      keep = true,
    },
    ["with an empty reason"] = {
      "HTTP/1.1 204 \r\n\r\n",
      status = 204,
      keep = true,
    },
    ["with a reason in Latin-1"] = {
      "HTTP/1.1 404 Ikke fundet \230\248\229\r\nContent-Length: 0\r\n\r\n",
      status = 404,
      keep = true,
    },
    ["204 with a length of 0"] = {
      "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
      status = 204,
      keep = true,
    },
    ["204 that claims a body"] = {
      "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n",
      status = 204,
    },
    ["204 that claims chunks"] = {
      "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
      status = 204,
    },
    ["204 with a body"] = { "HTTP/1.1 204 No\r\n\r\n{}", status = 204 },
    ["304 with the length that a body would have"] = {
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
      status = 304,
      keep = true,
    },
    ["that was announced"] = {
      "HTTP/1.1 100 Continue\r\n\r\n"
        .. "HTTP/1.1 103 Early Hints\r\nLink: x\r\nConnection: close\r\n\r\n"
        .. OK
        .. "Content-Length: 0\r\n\r\n",
      keep = true,
    },
    ["with headers named much like others"] = {
      OK
        .. "Connectiom: close\r\nContent-Lengtg: 9\r\nContent-Lengths: 9\r\n"
        .. "Content-Encodinf: gzip\r\nTransfer-Encodinf: chunked\r\n"
        .. "Content-Length: 1\r\n\r\na",
      body = "a",
      keep = true,
    },
    ["whose lines end with LF"] = {
      "HTTP/1.1 200 OK\nContent-Length: 2\nX: y\n\nhi",
      body = "hi",
      keep = true,
    },
    ["whose lines end one way and the other"] = {
      "HTTP/1.1 200\nContent-Length: 2\r\nX: y\n\r\nhi",
      body = "hi",
      keep = true,
    },
    ["with odd but good headers"] = {
      OK .. "X_y!:\tv\tw \r\nContent-Length:  1  \r\nE:\r\n\r\na",
      body = "a",
      keep = true,
    },
    ["with a long name and a long value"] = {
      OK
        .. ("n"):rep(5000)
        .. ": "
        .. ("v"):rep(20000)
        .. "\r\nContent-Length: 1\r\n\r\na",
      body = "a",
      keep = true,
    },
    ["that says its encoding is none"] = {
      OK .. "Content-Encoding: Identity\r\nContent-Length: 1\r\n\r\na",
      body = "a",
      keep = true,
    },
    ["that says no encoding"] = {
      OK .. "Content-Encoding:\r\nContent-Length: 1\r\n\r\na",
      body = "a",
      keep = true,
    },
    ["that says a character set for an encoding"] = {
      OK .. "Content-Encoding: UTF-8\r\nContent-Length: 1\r\n\r\na",
      body = "a",
      keep = true,
    },
    ["that is as large as it may be"] = {
      OK .. "Content-Length: 1000\r\n\r\n" .. ("x"):rep(1000),
      body = ("x"):rep(1000),
      keep = true,
    },
    ["whose chunks are as large as they may be"] = {
      CHUNKED .. "3e8\r\n" .. ("x"):rep(1000) .. "\r\n0\r\n\r\n",
      body = ("x"):rep(1000),
      keep = true,
    },
  } do
    it(what .. " is read", function()
      local answer = read_each_way(case[1])
      assert.is_nil(answer.fault)
      assert.equal(case.status or 200, answer.status)
      assert.equal(case.body or "", answer.body)
      assert.equal(case.keep or false, answer.keep)
    end)
  end

  it("has its headers, in lower case and joined", function()
    local answer = read_each_way(
      OK
        .. "X-A: 1\r\nx-a:2\r\nB_c: \tx\ty \r\nContent-Length: 0\r\n"
        .. "Set-Cookie: a=1; Expires=Wed, 25 Nov\r\nSet-cookie: b\r\n\r\n"
    )
    assert.same({
      ["x-a"] = "1, 2",
      b_c = "x\ty",
      ["content-length"] = "0",
      ["set-cookie"] = "a=1; Expires=Wed, 25 Nov\nb",
    }, answer.headers)
  end)

  it("has its headers by a name in any case, and no others", function()
    local headers = read(OK .. "X-A: 1\r\n\r\n", 99).headers
    assert.equal("1", headers["X-a"])
    assert.is_nil(headers["x-b"])
    assert.is_nil(headers[1])
    assert.is_nil(headers[true])
  end)

  it(
    "has the headers of its head, not of announcements and trailers",
    function()
      local answer = read_each_way(
        "HTTP/1.1 103 Hints\r\nEarly: 1\r\n\r\n"
          .. OK
          .. "Transfer-Encoding: chunked\r\n\r\n0\r\nLate: 1\r\n\r\n"
      )
      assert.same({ ["transfer-encoding"] = "chunked" }, answer.headers)
    end
  )

  it("has no body when it answers a HEAD", function()
    for _, more in ipairs {
      "Content-Length: 5\r\n\r\n",
      "Transfer-Encoding: chunked\r\n\r\n",
      "Content-Length: 123456\r\n\r\n",
      "Content-Encoding: gzip\r\n\r\n",
      "\r\n",
    } do
      local answer = read_each_way(OK .. more, "HEAD")
      assert.equal("", answer.body)
      assert.equal("done", answer.open)
      assert.is_true(answer.keep)
    end
  end)

  it("is whole as soon as its framing is, not before", function()
    for _, text in ipairs {
      OK .. "Content-Length: 5\r\n\r\nhello",
      CHUNKED .. "2\r\nab\r\n0\r\n\r\n",
      "HTTP/1.1 304 x\r\n\r\n",
    } do
      local reader = http.reader("POST", MOST)
      for i = 1, #text do
        local verdict = reader:feed(text:sub(i, i))
        assert.equal(i < #text and "more" or "done", verdict)
        assert.equal(i == #text, reader:keep())
      end
      assert.equal("done", reader:feed "")
      assert.is_true(reader:keep())
      assert.equal("done", reader:feed "x")
      assert.is_false(reader:keep())
    end
  end)

  local NOT = "not HTTP: "
  for what, case in pairs {
    ["two lengths"] = {
      OK .. "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      NOT .. "more than one Content-Length",
    },
    ["the same length twice"] = {
      OK .. "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab",
      NOT .. "more than one Content-Length",
    },
    ["two lengths in one line"] = {
      OK .. "Content-Length: 2, 2\r\n\r\nab",
      NOT .. "more than one Content-Length",
    },
    ["a length and chunks"] = {
      OK .. "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      NOT .. "Transfer-Encoding beside another framing",
    },
    ["chunks and a length"] = {
      OK .. "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
      NOT .. "Transfer-Encoding beside another framing",
    },
    ["chunks said twice"] = {
      OK
        .. "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
        .. "0\r\n\r\n",
      NOT .. "Transfer-Encoding beside another framing",
    },
    ["chunks of HTTP/1.0"] = {
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      NOT .. "Transfer-Encoding beside another framing",
    },
    ["a signed length"] = {
      OK .. "Content-Length: +1\r\n\r\na",
      NOT .. "a malformed Content-Length",
    },
    ["a negative length"] = {
      OK .. "Content-Length: -1\r\n\r\na",
      NOT .. "a malformed Content-Length",
    },
    ["a length in hexadecimal"] = {
      OK .. "Content-Length: 0x1\r\n\r\na",
      NOT .. "a malformed Content-Length",
    },
    ["no length"] = {
      OK .. "Content-Length: \r\n\r\na",
      NOT .. "a malformed Content-Length",
    },
    ["a length of too many digits"] = {
      OK .. "Content-Length: 99999999999999999999999\r\n\r\na",
      "the answer is larger than the option 'max_answer' allows",
    },
    ["another coding"] = {
      OK .. "Transfer-Encoding: gzip\r\n\r\na",
      NOT .. "a Transfer-Encoding other than chunked",
    },
    ["another coding before chunks"] = {
      OK .. "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      NOT .. "a Transfer-Encoding other than chunked",
    },
    ["an encoding"] = {
      OK .. "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\31\139",
      "the answer (200) has the encoding gzip, which was not asked for",
    },
    ["several encodings"] = {
      "HTTP/1.1 403 No\r\nContent-Encoding: br, gzip\r\n\r\n\31\139",
      "the answer (403) has the encoding several, which was not asked for",
    },
    ["a chunk of no size"] = {
      CHUNKED .. "\r\nab\r\n0\r\n\r\n",
      NOT .. "a malformed chunk size",
    },
    ["a chunk of a signed size"] = {
      CHUNKED .. "-2\r\nab\r\n0\r\n\r\n",
      NOT .. "a malformed chunk size",
    },
    ["a chunk size with a prefix"] = {
      CHUNKED .. "0x2\r\nab\r\n0\r\n\r\n",
      NOT .. "a malformed chunk size",
    },
    ["a chunk size with garbage"] = {
      CHUNKED .. "2 2\r\nab\r\n0\r\n\r\n",
      NOT .. "a malformed chunk size",
    },
    ["a blank before a chunk size"] = {
      CHUNKED .. " 2\r\nab\r\n0\r\n\r\n",
      NOT .. "a malformed chunk size",
    },
    ["a zero byte in a chunk's extension"] = {
      CHUNKED .. "2;\0\r\nab\r\n0\r\n\r\n",
      NOT .. "a malformed chunk size",
    },
    ["a chunk size of too many digits"] = {
      CHUNKED .. ("0"):rep(17) .. "\r\n\r\n",
      NOT .. "a malformed chunk size",
    },
    ["a chunk that is longer than its size"] = {
      CHUNKED .. "1\r\nab\r\n0\r\n\r\n",
      NOT .. "a chunk that no CRLF ends",
    },
    ["a chunk that LF ends"] = {
      CHUNKED .. "1\r\na\n0\r\n\r\n",
      NOT .. "a chunk that no CRLF ends",
    },
    ["a chunk size that LF ends"] = {
      CHUNKED .. "2\nab\r\n0\r\n\r\n",
      NOT .. "a chunk that no CRLF ends",
    },
    ["a chunk's extension that LF ends"] = {
      CHUNKED .. "2;a\nab\r\n0\r\n\r\n",
      NOT .. "a chunk that no CRLF ends",
    },
    ["a chunk size that CR ends"] = {
      CHUNKED .. "2\rab\r\n0\r\n\r\n",
      NOT .. "a chunk that no CRLF ends",
    },
    ["a trailer that is none"] = {
      CHUNKED .. "0\r\nwhat\r\n\r\n",
      NOT .. "a header line without a colon",
    },
    ["a folded trailer"] = {
      CHUNKED .. "0\r\nX: a\r\n b\r\n\r\n",
      NOT .. "a folded header line",
    },
    ["a folded header"] = {
      OK .. "X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
      NOT .. "a folded header line",
    },
    ["a header folded by a tab"] = {
      OK .. "X: a\n\tb\r\nContent-Length: 0\r\n\r\n",
      NOT .. "a folded header line",
    },
    ["a blank before a colon"] = {
      OK .. "Content-Length : 0\r\n\r\n",
      NOT .. "a malformed header name",
    },
    ["a header without name"] = {
      OK .. ": 0\r\nContent-Length: 0\r\n\r\n",
      NOT .. "a malformed header name",
    },
    ["a header's name that begins with a bracket"] = {
      OK .. "[n: 0\r\nContent-Length: 0\r\n\r\n",
      NOT .. "a malformed header name",
    },
    ["a header's name in Latin-1"] = {
      OK .. "N\248: 0\r\nContent-Length: 0\r\n\r\n",
      NOT .. "a malformed header name",
    },
    ["a header without colon"] = {
      OK .. "what\r\nContent-Length: 0\r\n\r\n",
      NOT .. "a header line without a colon",
    },
    ["a line ended by CR"] = {
      OK .. "X: a\rY: b\r\nContent-Length: 0\r\n\r\n",
      NOT .. "a CR inside a header line",
    },
    ["two CR before a LF"] = {
      OK .. "X: a\r\r\nContent-Length: 0\r\n\r\n",
      NOT .. "a CR inside a header line",
    },
    ["a CR in an announcement"] = {
      "HTTP/1.1 103 x\r\nX: a\rb\r\n\r\n",
      NOT .. "a CR inside a header line",
    },
    ["a zero byte"] = {
      OK .. "X: a\0b\r\nContent-Length: 0\r\n\r\n",
      NOT .. "a NUL inside a header line",
    },
    ["a zero byte in the reason"] = {
      "HTTP/1.1 200 O\0K\r\n\r\n",
      NOT .. "a NUL inside a header line",
    },
    ["a control character"] = {
      OK .. "X: a\127b\r\n\r\n",
      NOT .. "a control character inside a header line",
    },
    ["a status of four digits"] = {
      "HTTP/1.1 2000 OK\r\n\r\n",
      NOT .. "a malformed status line",
    },
    ["a status of two digits"] = {
      "HTTP/1.1 20 OK\r\n\r\n",
      NOT .. "a malformed status line",
    },
    ["a status beyond"] = {
      "HTTP/1.1 600 OK\r\n\r\n",
      NOT .. "a malformed status line",
    },
    ["no status"] = {
      "HTTP/1.1 OK\r\n\r\n",
      NOT .. "a malformed status line",
    },
    ["HTTP/2"] = {
      "HTTP/2 200 OK\r\n\r\n",
      "not HTTP/1.1: the server answers in HTTP/2",
    },
    ["frames of HTTP/2"] = {
      "\0\0\18\4\0\0\0\0\0\0\3\0\0\0\128",
      "not HTTP/1.1: the server answers in HTTP/2",
    },
    ["HTTP/1.2"] = {
      "HTTP/1.2 200 OK\r\n\r\n",
      "not HTTP/1.1: the server answers in another version",
    },
    ["HTTP/0.9"] = {
      "<html>hello</html>",
      NOT .. "the answer begins without a status line",
    },
    ["the preface of HTTP/2"] = {
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      NOT .. "the answer begins without a status line",
    },
    ["an alert of TLS"] = {
      "\21\3\1\0\2\2\70",
      NOT .. "the server speaks TLS on this port; use https",
    },
    ["another protocol"] = {
      "ICY 200 OK\r\n\r\n",
      NOT .. "the answer begins without a status line",
    },
    ["its name in lower case"] = {
      "http/1.1 200 OK\r\n\r\n",
      NOT .. "the answer begins without a status line",
    },
    ["an empty line first"] = {
      "\r\n" .. OK .. "Content-Length: 0\r\n\r\n",
      NOT .. "the answer begins without a status line",
    },
    ["a switch of protocols"] = {
      "HTTP/1.1 101 Switching\r\n\r\n",
      NOT .. "101, a switch of protocols that was not asked for",
    },
    ["announcements without end"] = {
      ("HTTP/1.1 102 P\r\n\r\n"):rep(17),
      "the answer is announced too many times (1xx)",
    },
    ["announcements that are too large"] = {
      ("HTTP/1.1 102 P\r\nX: " .. ("x"):rep(9000) .. "\r\n\r\n"):rep(9),
      "the answer's headers are too large",
    },
    ["a head that is too large"] = {
      OK .. ("x"):rep(70000),
      "the answer's headers are too large",
    },
    ["many headers that are too large"] = {
      OK .. ("x: y\r\n"):rep(12000),
      "the answer's headers are too large",
    },
    ["trailers that are too large"] = {
      CHUNKED .. "0\r\n" .. ("x: y\r\n"):rep(200),
      "the answer's trailers are too large",
    },
    ["extensions that are too large"] = {
      CHUNKED .. ("1;" .. ("x"):rep(1000) .. "\r\nz\r\n"):rep(66),
      "the extensions of the answer's chunks are too large",
    },
    ["more than is accepted"] = {
      OK .. "Content-Length: 1001\r\n\r\n",
      "the answer is larger than the option 'max_answer' allows",
    },
    ["a chunk larger than is accepted"] = {
      CHUNKED .. "fffffffffffffff\r\n",
      "the answer is larger than the option 'max_answer' allows",
    },
    ["more chunks than are accepted"] = {
      CHUNKED .. ("ff\r\n" .. ("x"):rep(255) .. "\r\n"):rep(4),
      "the answer is larger than the option 'max_answer' allows",
    },
    ["more until the end"] = {
      OK .. "\r\n" .. ("x"):rep(1001),
      "the answer is larger than the option 'max_answer' allows",
    },
  } do
    it("with " .. what .. " is refused at once", function()
      local answer = read_each_way(case[1])
      assert.equal(case[2], answer.fault)
      assert.is_true(answer.refused)
    end)
  end

  -- the byte in doubt, and not the end of its line, is what is waited for
  for what, text in pairs {
    ["a folded line"] = OK .. "X: a\r\n ",
    ["a CR inside a line"] = OK .. "X: a\rb",
    ["a zero byte"] = OK .. "X: a\0",
    ["garbage"] = "x",
    ["another version"] = "HTTP/3",
    ["a status that is none"] = "HTTP/1.1 9",
    ["a chunk size that is none"] = CHUNKED .. "z",
    ["a chunk that is too large"] = CHUNKED .. "3e9\r\n",
  } do
    it("is refused at the very byte: " .. what, function()
      local reader = http.reader("POST", MOST)
      assert.equal("more", reader:feed(text:sub(1, -2)))
      local verdict, why = reader:feed(text:sub(-1))
      assert.is_nil(verdict)
      assert.is_string(why)
      assert.same({ nil, why }, { reader:feed(OK) }) -- and stays so
      assert.same({ nil, why }, { reader:ended() })
      assert.is_false(reader:keep())
    end)
  end

  it("that ends too early is refused, wherever it ends", function()
    for _, text in ipairs {
      OK .. "Content-Length: 5\r\n\r\nhello",
      CHUNKED .. "2\r\nab\r\n0\r\nX: y\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\n" .. OK .. "Content-Length: 0\r\n\r\n",
    } do
      for length = 1, #text - 1 do
        local answer = read(text:sub(1, length), 4)
        assert.matches("ended before the whole answer", answer.fault)
      end
    end
    assert.matches("closed the connection without", read("", 1).fault)
  end)

  it("that only the end frames needs an orderly end", function()
    local reader = http.reader("GET", MOST)
    reader:feed(OK .. "\r\nabc")
    local verdict, why = reader:ended(false)
    assert.is_nil(verdict)
    assert.matches("ended before the whole answer", why)
  end)

  it("that was whole when the connection broke is whole", function()
    local reader = http.reader("GET", MOST)
    reader:feed(OK .. "Content-Length: 1\r\n\r\na")
    assert.equal("done", reader:ended(false))
    assert.is_false(reader:keep())
    assert.equal("a", reader:response().body)
  end)

  it("leaves nothing to the next one of its reader", function()
    local reader = http.reader("HEAD", MOST)
    for _, text in ipairs {
      ("HTTP/1.1 102 P\r\n\r\n"):rep(16) .. OK .. "\r\n",
      OK .. "Connection: close\r\nContent-Encoding: gzip\r\n\r\n\0",
      "HTTP/1.0 204 x\r\nContent-Length: 5\r\n\r\nhello",
      CHUNKED .. "1;" .. ("x"):rep(65000) .. "\r\na\r\n12",
      OK .. "Content-Length: 10\r\n\r\nabc",
      OK .. ("x"):rep(60000),
      "garbage",
    } do
      reader:start("GET", MOST)
      reader:feed(text)
      for _ = 1, 2 do
        reader:start("GET", 20)
        local _, why = reader:ended()
        assert.matches("without an answer", why)
        reader:start("GET", 20)
        assert(reader:feed(("HTTP/1.1 102 P\r\n\r\n"):rep(16)))
        assert(reader:feed(CHUNKED .. "2;" .. ("x"):rep(65000) .. "\r\nhi"))
        assert.equal("done", reader:feed "\r\n0\r\n\r\n")
        assert.is_true(reader:keep())
        assert.equal("hi", reader:response().body)
      end
    end
  end)

  it("is handed over once, and then its reader takes another", function()
    local reader = http.reader("HEAD", MOST)
    reader:feed(OK .. "Content-Length: 5\r\n\r\n")
    assert.equal(200, reader:response().status)
    assert.has_error(function()
      reader:response()
    end, "response: the answer is not whole")
    reader:start("GET", 3)
    assert.equal("more", reader:feed(OK .. "Content-Length: 3\r\n\r\nab"))
    assert.has_error(function()
      reader:response()
    end)
    assert.equal("done", reader:feed "c")
    assert.equal("abc", reader:response().body)
  end)

  -- The most memory that a process of its own has ever had, in MB.
  local function peak(body, head, size)
    local code = ([[
      local http = require "luapay.http"
      local size = %d
      local reader = http.reader("GET", size)
      local piece = ("x"):rep(16384)
      reader:feed(%q)
      for _ = 1, size / #piece do assert(reader:feed(piece)) end
      reader:ended()
      assert(%s)
      for line in io.lines "/proc/self/status" do
        local kb = line:match "^VmHWM:%%s*(%%d+)"
        if kb then io.write(kb) end
      end
    ]]):format(size, head, body)
    local file = os.tmpname()
    local out = assert(io.open(file, "w"))
    out:write(code)
    out:close()
    local pipe = assert(
      io.popen(("LUA_CPATH='%s' %s %s"):format(package.cpath, arg[-1], file))
    )
    local kb = tonumber(pipe:read "*a")
    pipe:close()
    os.remove(file)
    return assert(kb, "no peak") / 1024
  end

  it("costs no more than four times its size", function()
    -- a sanitizer keeps what was given back
    if package.cpath:find("-asan/", 1, true) then return end
    local size = 16 * 1024 * 1024
    for _, head in ipairs {
      OK .. "Content-Length: " .. size .. "\r\n\r\n",
      OK .. "\r\n",
    } do
      local all = peak("#reader:response().body == size", head, size)
      local none = peak("true", "x", 0)
      assert.is_true(all - none < 4 * 16, ("%.1f MB"):format(all - none))
    end
  end)

  it("does not break what asks a response for odd things", function()
    local reader = http.reader("GET", MOST)
    reader:feed(OK .. "Content-Length: 0\r\n\r\n")
    local response = reader:response()
    assert.is_nil(response.nothing)
    assert.is_nil(response[1])
    local index = getmetatable(response).__index
    assert.is_nil(index(5, "headers"))
    assert.is_nil(index(nil, "headers"))
    assert.is_nil(index({}, "headers"))
    assert.equal("0", response.headers["content-length"])
    assert.equal(response.headers, response.headers)
    assert.is_nil(response.head)
  end)
end)

describe("a request", function()
  it("is written with a host, a length and what was asked for", function()
    assert.equal(
      "POST /a?b HTTP/1.1\r\nHost: api.example:8443\r\naccept: x\r\n"
        .. "Content-Length: 2\r\n\r\nhi",
      http.request("POST", "/a?b", "api.example:8443", { accept = "x" }, "hi")
    )
  end)

  it("is not written with what another one had", function()
    http.request("HEAD", "/", "a.example", { one = "1", Accept = "2" })
    assert.equal(
      "GET / HTTP/1.1\r\nHost: b.example\r\n"
        .. "Accept: application/json\r\n\r\n",
      http.request("GET", "/", "b.example")
    )
  end)

  for method, length in pairs {
    POST = true,
    PUT = true,
    PATCH = true,
    GET = false,
    DELETE = false,
    HEAD = false,
    OPTIONS = false,
  } do
    it(
      method .. " without a body has a length: " .. tostring(length),
      function()
        local text = http.request(method, "/", "a.example", {})
        assert.equal(
          length,
          text:find("Content-Length: 0\r\n", 1, true) ~= nil
        )
      end
    )
  end

  it("has its length whatever its method, with a body", function()
    local text = http.request("DELETE", "/", "a.example", nil, "")
    assert.matches("\r\nContent%-Length: 0\r\n\r\n$", text)
    text = http.request("GET", "/", "a.example", nil, "x")
    assert.matches("\r\nContent%-Length: 1\r\n\r\nx$", text)
  end)

  it("leaves a large body to be sent behind it", function()
    local body = ("x"):rep(65537)
    local text, rest = http.request("POST", "/", "a.example", nil, body)
    assert.matches("\r\nContent%-Length: 65537\r\n\r\n$", text)
    assert.equal(body, rest)
    text, rest = http.request("POST", "/", "a.example", nil, body:sub(2))
    assert.matches("\r\n\r\n" .. body:sub(2) .. "$", text)
    assert.is_nil(rest)
  end)

  local NAME = "a header's name has a character that is not allowed"
  local VALUE = "a header's value has a line break or control character"
  local OURS = "the request sets a header that is the transport's to set"
  for what, case in pairs {
    ["a line break in a header"] = { { x = "1\r\nHost: y" }, VALUE },
    ["a lone CR in a header"] = { { x = "1\rHost: y" }, VALUE },
    ["a lone LF in a header"] = { { x = "1\n" }, VALUE },
    ["a zero byte in a header"] = { { x = ("x"):rep(20) .. "\0" }, VALUE },
    ["a line break in a name"] = { { ["x\ny"] = "1" }, NAME },
    ["a colon in a name"] = { { ["x:"] = "1" }, NAME },
    ["a blank in a name"] = { { ["x "] = "1" }, NAME },
    ["a zero byte in a name"] = { { ["x\0"] = "1" }, NAME },
    ["no name"] = { { [""] = "1" }, NAME },
    ["a length"] = { { ["Content-Length"] = "5" }, OURS },
    ["a coding"] = { { ["transfer-encoding"] = "chunked" }, OURS },
    ["a host"] = { { HOST = "x" }, OURS },
    ["a header twice"] = {
      { ["X-Name"] = "1", ["x-nAME"] = "2", ["x-mane"] = "3" },
      "the request has a header twice",
    },
    ["a wish for leave"] = { { Expect = "100-continue" }, OURS },
    ["a wish for gzip"] = { { ["accept-encoding"] = "gzip" }, OURS },
  } do
    it("is refused with " .. what, function()
      local text, why = http.request("GET", "/", "a.example", case[1])
      assert.is_nil(text)
      assert.equal(case[2], why)
    end)
  end

  it("is refused with a method, target or host that is none", function()
    for _, case in ipairs {
      { "", "/", "h" },
      { "GET /", "/", "h" },
      { "GET\r\n", "/", "h" },
      { "GET\0", "/", "h" },
      { "CONNECT", "/", "h" },
      { "Connect", "/", "h" },
      { "GET", "", "h" },
      { "GET", "x", "h" },
      { "GET", "/ x", "h" },
      { "GET", "/\r\nx", "h" },
      { "GET", "/\0", "h" },
      { "GET", "/\195\166", "h" },
      { "GET", "/", "" },
      { "GET", "/", "h\r\n" },
      { "HEAD", "/", "h", nil, "body" },
    } do
      local text, why =
        http.request(case[1], case[2], case[3], case[4], case[5])
      assert.is_nil(text)
      assert.is_string(why)
    end
  end)

  it("takes headers whose names are alike", function()
    local names =
      { "x-name", "x-mane", "x-nane", "y-name", "x-namf", "x_name" }
    local headers = {}
    for i, name in ipairs(names) do
      headers[name] = tostring(i)
    end
    local text = http.request("GET", "/", "h", headers)
    for i, name in ipairs(names) do
      assert.truthy(text:find(("\r\n%s: %d\r\n"):format(name, i), 1, true))
    end
  end)

  it("takes tabs, empty values and other alphabets in values", function()
    local text = http.request("GET", "/", "h", { x = "a\t\195\166", y = "" })
    assert.matches("\r\nx: a\t\195\166\r\n", text)
    assert.matches("\r\ny: \r\n", text)
  end)

  it("may be long everywhere", function()
    local long = ("x"):rep(3000)
    local text =
      http.request("POST", "/" .. long, long, { [long] = long }, long)
    assert.equal(
      ("POST /%s HTTP/1.1\r\nHost: %s\r\n%s: %s\r\n"):format(
        long,
        long,
        long,
        long
      )
        .. "Accept: application/json\r\nContent-Length: 3000\r\n\r\n"
        .. long,
      text
    )
  end)

  it("takes no end of headers", function()
    local headers = {}
    for i = 1, 60 do
      headers["h" .. i] = "x"
    end
    assert.is_string(http.request("GET", "/", "h", headers))
    headers.one_more = "x"
    local _, why = http.request("GET", "/", "h", headers)
    assert.equal("the request has too many headers", why)
  end)

  it("raises for what is no text", function()
    for _, case in ipairs {
      { 1, "/", "h" },
      { "GET", nil, "h" },
      { "GET", "/", 1 },
      { "GET", "/", "h", "x" },
      { "GET", "/", "h", { x = 1 } },
      { "GET", "/", "h", { "x" } },
      { "POST", "/", "h", nil, 1 },
    } do
      assert.has_error(function()
        http.request(case[1], case[2], case[3], case[4], case[5])
      end)
    end
  end)
end)
