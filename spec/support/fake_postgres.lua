-- A server that speaks just enough of PostgreSQL to be bad at it: what it
-- does is named by the database that the client asks for (see BEHAVIOUR).
-- Run as: lua5.4 fake_postgres.lua <file for the port>
--
-- It ends when its standard input does.
local socket = require "socket"

local function int(n)
  local bytes = {}
  for i = 4, 1, -1 do
    bytes[i] = string.char(math.floor(n % 256))
    n = (n - n % 256) / 256
  end
  return table.concat(bytes)
end

local function int_at(s, at)
  local a, b, c, d = s:byte(at, at + 3)
  return ((a * 256 + b) * 256 + c) * 256 + d
end

local function message(kind, body)
  return kind .. int(#body + 4) .. body
end

local function notice(kind, severity, sqlstate, text)
  local body = ("S%s\0V%s\0C%s\0M%s\0\0"):format(
    severity,
    severity,
    sqlstate,
    text
  )
  return message(kind, body)
end

local function welcome(is_standby)
  return message("R", int(0))
    .. message("S", "server_version\00015.0\0")
    .. message("S", "client_encoding\0UTF8\0")
    .. message("S", "default_transaction_read_only\0off\0")
    .. message(
      "S",
      "in_hot_standby\0" .. (is_standby and "on" or "off") .. "\0"
    )
    .. message("K", int(1) .. int(2))
    .. message("Z", "I")
end

local BEGUN = message("1", "") .. message("2", "") .. message("n", "")

local function complete(tag)
  return BEGUN .. message("C", tag .. "\0")
end

local function tag_of(sql)
  return sql:match "^%a+"
end

-- Answers to all statements but the last `without`.
local function answers(statements, without)
  local text = {}
  for i = 1, #statements - (without or 0) do
    text[i] = complete(tag_of(statements[i]))
  end
  return table.concat(text)
end

-- What to send for statements that came together, and what to do then.
local BEHAVIOUR =
  {
    good = function(statements)
      return answers(statements) .. message("Z", "I")
    end,
    hangs = function()
      return ""
    end,
    lost_at_commit = function(statements)
      return answers(statements, 1), "close"
    end,
    reset_at_commit = function(statements)
      return answers(statements, 1), "reset"
    end,
    half_an_answer = function(statements)
      return answers(statements):sub(1, -4), "close"
    end,
    committed_and_gone = function(statements)
      return answers(statements), "close"
    end,
    gone_for_an_error = function(statements)
      return answers(statements, #statements - 1)
        .. message("1", "")
        .. notice("E", "ERROR", "40001", "could not serialize access"),
        "close"
    end,
    pooler = function()
      return notice("E", "FATAL", "08P01", "server conn crashed?"), "close"
    end,
    commit_warned = function(statements)
      return answers(statements, 1)
        .. BEGUN
        .. notice("N", "WARNING", "01000", "canceling wait for replication")
        .. message("C", "COMMIT\0")
        .. message("Z", "I")
    end,
    rolled_back = function(statements)
      return answers(statements, 1) .. complete "ROLLBACK" .. message("Z", "I")
    end,
    became_read_only = function()
      return message("1", "")
        .. notice("E", "ERROR", "25006", "cannot set transaction read-write")
        .. message("Z", "I")
    end,
    standby = function() end,
    garbage = function()
      return "HTTP/1.1 400 Bad Request\r\n\r\n"
    end,
  }

local function close(client, how)
  if how == "reset" then
    client.socket:setoption("linger", { on = true, timeout = 0 })
  end
  client.socket:close()
  client.closed = true
end

local function log_in(client)
  local length = #client.buffer >= 4 and int_at(client.buffer, 1)
  if not length or #client.buffer < length then return false end
  local packet = client.buffer:sub(5, length)
  client.buffer = client.buffer:sub(length + 1)
  local version = int_at(packet, 1)
  if version ~= 196608 then -- a request for TLS: no
    client.socket:send "N"
    return true
  end
  client.database = packet:match "database%z([^%z]*)%z"
  client.statements = {}
  if client.database == "mute" then return false end
  client.socket:send(welcome(client.database == "standby"))
  client.in_session = true
  return true
end

local function answer(client)
  local text, after = BEHAVIOUR[client.database](client.statements)
  client.statements = {}
  client.socket:send(text)
  if after then close(client, after) end
end

local function obey(client)
  if not client.in_session then return log_in(client) end
  if #client.buffer < 5 then return false end
  local kind, length = client.buffer:sub(1, 1), int_at(client.buffer, 2)
  if #client.buffer < length + 1 then return false end
  local body = client.buffer:sub(6, length + 1)
  client.buffer = client.buffer:sub(length + 2)
  if kind == "P" then
    table.insert(client.statements, body:match "^%z([^%z]*)%z")
  elseif kind == "S" then
    answer(client)
  elseif kind == "X" then
    close(client)
  end
  return not client.closed
end

local listener = assert(socket.bind("127.0.0.1", 0))
local out = assert(io.open(arg[1] .. ".new", "w"))
out:write(select(2, listener:getsockname()), "\n")
out:close()
os.rename(arg[1] .. ".new", arg[1])

local input = {
  getfd = function()
    return 0
  end,
  dirty = function()
    return false
  end,
}

local clients = {}

local function read(client)
  local data, why, part = client.socket:receive(65536)
  client.buffer = client.buffer .. (data or part or "")
  while not client.closed and obey(client) do
  end
  if why == "closed" and not client.closed then close(client) end
  if client.closed then clients[client.socket] = nil end
end

while true do
  local from = { listener, input }
  for connection in pairs(clients) do
    from[#from + 1] = connection
  end
  for _, ready in ipairs((socket.select(from))) do
    if ready == input then
      if not io.read "l" then os.exit(0) end
    elseif ready == listener then
      local accepted = listener:accept()
      accepted:settimeout(0)
      clients[accepted] = { socket = accepted, buffer = "" }
    elseif clients[ready] then
      read(clients[ready])
    end
  end
end
