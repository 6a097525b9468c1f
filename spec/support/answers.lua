-- What the server of the specs answers: one function for the first word of
-- the path. Returns true when the connection goes on.
local answers = {}

local every_byte = {}
for i = 0, 255 do
  every_byte[i + 1] = string.char(i)
end
every_byte = table.concat(every_byte)

local function reply(c, status, body, headers)
  return c:send(
    ("HTTP/1.1 %s Some Reason\r\nContent-Length: %d\r\n%s\r\n%s"):format(
      status,
      #body,
      headers or "",
      body
    )
  )
end

function answers.echo(c, request)
  return reply(c, 200, request.head .. request.body)
end

function answers.status(c, _, status)
  local bare = status == "204" or status == "304"
  if bare then return c:send("HTTP/1.1 " .. status .. " None\r\n\r\n") end
  return reply(c, status, "status " .. status)
end

function answers.wait_after(c, _, status)
  return reply(c, status, "status " .. status, "retry-After: 7\r\n")
end

function answers.redirect(c, _, status)
  return reply(c, status, "gone", "Location: /echo\r\n")
end

function answers.size(c, _, n)
  return reply(c, 200, ("x"):rep(tonumber(n)))
end
function answers.binary(c)
  return reply(c, 200, every_byte)
end

function answers.chunked(c)
  return c:send(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      .. "5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\nX-Trailer: late\r\n\r\n"
  )
end

function answers.headers(c)
  return reply(
    c,
    200,
    "",
    "X-Mixed-CASE:  some value \r\n"
      .. "Set-Cookie: a=1\r\nset-cookie: b=2\r\nX-Empty:\r\n"
      .. "SET-COOKIE: c=3\r\nX-Colon: a:b\r\nX-Twice: 1\r\nx-twice: 2\r\n"
  )
end

function answers.hints(c)
  c:send("HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n")
  c:send("HTTP/1.1 102 Processing\r\nX-Early: still\r\n\r\n")
  return reply(c, 200, "at last", "X-Final: yes\r\n")
end

function answers.unending(c) -- ends with the connection
  c:send("HTTP/1.1 200 OK\r\n\r\nuntil the end")
end

-- Says nothing of closing, and closes a little later.
function answers.bye(c)
  reply(c, 200, "bye")
  c:sleep(0.02)
end

-- A whole answer, but a byte at a time.
function answers.drip(c)
  for char in ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"):gmatch "." do
    c:send(char)
    c:sleep(0.05)
  end
  return true
end

function answers.wait(c, _, seconds)
  c:sleep(tonumber(seconds))
  return reply(c, 200, "waited")
end

-- The bytes that the path has in hexadecimal digits, and nothing more.
function answers.say(c, _, hex)
  return c:send((hex:gsub("%x%x", function(digits)
    return string.char(tonumber(digits, 16))
  end)))
end

-- An answer, and a little later another one that nobody has asked for.
function answers.twice(c)
  reply(c, 200, "the first")
  c:sleep(0.02)
  return reply(c, 403, "stale", "Connection: close\r\n")
end

-- The same, and as if the connection could go on.
function answers.early_and_on(c, _, status)
  reply(c, status, "too large")
  c:sleep(60)
end

local mischief = {}

function mischief.none(c, answer)
  return c:send(answer)
end

-- In pieces, each of them alone.
function mischief.split(c, answer)
  for from = 1, #answer, 7 do
    c:send(answer:sub(from, from + 6))
    c:sleep(0.001)
  end
  return true
end

mischief["repeat"] = function(c, answer)
  return c:send(answer .. answer)
end

function mischief.repeat_late(c, answer)
  c:send(answer)
  c:sleep(0.005)
  c:send(answer)
  c:note "late"
  return true
end

-- The beginning of another one behind it, the rest of that later.
function mischief.half(c, answer)
  c:send(answer .. answer:sub(1, 20))
  c:sleep(0.005)
  return c:send(answer:sub(21))
end

function mischief.too_late(c, answer)
  c:sleep(0.15)
  return c:send(answer)
end

function mischief.hang_up(c, answer)
  c:send(answer)
  c:close()
  c:note "late"
end

-- Answers to the number in the path, but in its own ways.
function answers.mischief(c, _, rest)
  local way, number = rest:match "^([%w_]+)/(%d+)$"
  local body = "answer to " .. number
  local head = "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
  return mischief[way](c, head:format(#body) .. body)
end

-- Before the body has been read: see Connection:request in server.lua.
function answers.early(c, _, status)
  reply(c, status, "too large", "Connection: close\r\n")
end

-- The same, and hangs up only when it is hung up on.
function answers.early_and_stays(c, _, status)
  reply(c, status, "too large", "Connection: close\r\n")
  c:sleep(60)
end

-- Two answers in one piece.
function answers.double(c)
  local one = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
  return c:send(one .. "one" .. one .. "two")
end

-- A body where none belongs.
function answers.overfull(c)
  return c:send "HTTP/1.1 204 No Content\r\n\r\nmore"
end

-- Says that this was all, and does not close.
function answers.last(c)
  reply(c, 200, "last", "Connection: close\r\n")
  c:sleep(5)
end

function answers.old(c)
  c:send "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold"
  c:sleep(5)
end

-- Ends its lines with LF alone.
function answers.bare(c)
  return c:send "HTTP/1.1 200 OK\nContent-Length: 4\n\nbare"
end

-- The same, and makes a note of it.
function answers.goodbye(c)
  answers.bye(c)
  c:note "late"
end

-- Answers, and a little later once more.
function answers.repeated(c, request)
  reply(c, 200, "answer " .. request.nth)
  c:sleep(0.02)
  local on = reply(c, 200, "answer " .. request.nth)
  c:note "late"
  return on
end

-- Answers, and a little later has something to say of the next request.
function answers.stale(c, _, status)
  reply(c, 200, "fine")
  c:sleep(0.02)
  reply(c, status, "stale", "Connection: close\r\n")
  c:note "late"
end

-- The same through a relay, which has only the beginning of the second one:
-- by then it has passed on the first, after two turns of the server.
function answers.repeated_by_half(c, _, rest)
  local bytes, number = rest:match "^(%d+)/(%d+)$"
  reply(c, 200, "answer to " .. number)
  c:sleep(0.01)
  c:sleep(0.01)
  c:cut_next(tonumber(bytes))
  return reply(c, 200, "answer to " .. number)
end

-- from here on: days when things go wrong

function answers.silent(c)
  c:sleep(60)
end
function answers.close() end
function answers.reset(c)
  c:reset()
end

function answers.stall(c)
  c:send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.")
  c:sleep(60)
end

function answers.truncated(c)
  c:send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.")
end

function answers.cut_chunk(c)
  c:send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nten")
end

function answers.halfway(c)
  c:send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.")
  c:sleep(0.05)
  c:reset()
end

function answers.half_head(c)
  c:send("HTTP/1.1 200 OK\r\nContent-Le")
end
function answers.garbage(c)
  c:send("\1\2\3 what is this?\r\n\r\n")
end

function answers.big_head(c)
  c:send("HTTP/1.1 200 OK\r\n")
  for i = 1, 200 do
    c:send(("X-Header-%d: %s\r\n"):format(i, ("y"):rep(1000)))
  end
  return c:send("\r\n")
end

local module = {}

function module.answer(connection, request)
  local word, rest = request.path:match("^/([%w_]*)/?([^?]*)")
  local answer = answers[word]
  if not answer then return reply(connection, 404, "no such path") end
  return answer(connection, request, rest)
end

return module
