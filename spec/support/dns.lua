-- A name server for specs. Run as: lua5.4 dns.lua <fifo>
-- It writes its port to the fifo, and ends with its input. Names that begin
-- with "silent" get no answer, those that end with "example" are 127.0.0.1,
-- those that begin with "two" also 127.0.0.2, and there are no others.
local socket = require "socket"

local udp = assert(socket.udp())
assert(udp:setsockname("127.0.0.1", 0))
local out = assert(io.open(arg[1], "w"))
out:write(("%d\n"):format((select(2, udp:getsockname()))))
out:close()

-- Where the question ends, and the name's labels.
local function question(packet)
  local at, labels = 13, {}
  while packet:byte(at) > 0 do
    local length = packet:byte(at)
    labels[#labels + 1] = packet:sub(at + 1, at + length)
    at = at + length + 1
  end
  return at + 4, labels
end

local function record(last)
  return "\xc0\x0c\0\1\0\1\0\0\0\60\0\4\127\0\0" .. string.char(last)
end

local function answer(packet)
  local last, labels = question(packet)
  if labels[1] == "silent" then return nil end
  local kind = packet:byte(last - 2)
  local known = labels[#labels] == "example"
  local count = known and kind == 1 and 1 or 0
  if count == 1 and labels[1] == "two" then count = 2 end
  local flags = known and "\x81\x80" or "\x81\x83"
  return packet:sub(1, 2)
    .. flags
    .. "\0\1\0"
    .. string.char(count)
    .. "\0\0\0\0"
    .. packet:sub(13, last)
    .. (count > 0 and record(1) or "")
    .. (count > 1 and record(2) or "")
end

local input = {
  getfd = function()
    return 0
  end,
  dirty = function()
    return false
  end,
}

while true do
  for _, ready in ipairs(socket.select({ input, udp })) do
    if ready == input then os.exit(0) end
    local packet, from, port = udp:receivefrom()
    local text = packet and answer(packet)
    if text then udp:sendto(text, from, port) end
  end
end
