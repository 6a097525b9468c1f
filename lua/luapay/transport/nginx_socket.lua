-- nginx_socket.lua - an open connection: sends and receives bytes within a
-- deadline. It knows no HTTP.

local core = require "luapay.core"

local now = core.now
local floor, max = math.floor, math.max

local nginx_socket = {}

local SLICE = 65536 -- bytes that are sent at once
local PIECE = 65536 -- bytes that are received at once

--- Milliseconds until then; nginx knows no fractions.
---@param deadline number
---@return integer
function nginx_socket.left(deadline)
  return max(1, floor((deadline - now()) * 1000))
end

local left = nginx_socket.left

local Socket = {}
Socket.__index = Socket

--- Sends all of it, head and body. A reader that takes little at a time
--- does not stretch the deadline by more than a slice.
function Socket:send(head, body)
  local tcp, deadline = self.tcp, self.deadline
  local text = body and #body <= SLICE and head .. body or head
  local sent, why = tcp:send(text)
  if not sent or text ~= head or not body then return sent, why end
  for from = 1, #body, SLICE do
    if now() >= deadline then return nil, "timeout" end
    tcp:settimeouts(1, left(deadline), 1)
    sent, why = tcp:send(body:sub(from, from + SLICE - 1))
    if not sent then return nil, why end
  end
  return true
end

-- What brings the next bytes, whatever their number: a server that sends
-- one at a time does not stretch the deadline.
local function receiver(socket)
  local tcp, deadline = socket.tcp, socket.deadline
  return function()
    local at = now()
    if at >= deadline then return nil, "timeout" end
    local ms = max(1, floor((deadline - at) * 1000))
    tcp:settimeouts(ms, ms, ms)
    local piece, why = tcp:receiveany(PIECE)
    socket.first_byte = socket.first_byte or now()
    return piece, why
  end
end

--- Gives the connection back for another request.
function Socket:keep()
  if not self.tcp:setkeepalive(self.idle_ms, self.size) then
    self.tcp:close()
  end
end

function Socket:close()
  self.tcp:close()
end

--- Takes charge of a connection.
---@param fields table tcp, deadline, idle_ms and size of its pool,
--- connected and secured (when)
---@return table
function nginx_socket.new(fields)
  local socket = setmetatable(fields, Socket)
  socket.more = receiver(socket)
  return socket
end

return nginx_socket
