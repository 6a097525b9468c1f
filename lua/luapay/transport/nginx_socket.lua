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

local pair = {} -- nginx copies what it is given, before it waits

local function send_both(tcp, head, body)
  pair[1], pair[2] = head, body
  local sent, why = tcp:send(pair)
  pair[1], pair[2] = nil, nil
  return sent, why
end

--- Sends all of it, head and body. A reader that takes little at a time
--- does not stretch the deadline by more than a slice.
---@async
---@return any sent
---@return string? why not
function Socket:send(head, body)
  local tcp, deadline = self.tcp, self.deadline
  if not body then return tcp:send(head) end
  if #body <= SLICE then return send_both(tcp, head, body) end
  local sent, why = tcp:send(head)
  if not sent then return nil, why end
  for from = 1, #body, SLICE do
    if now() >= deadline then return nil, "timeout" end
    tcp:settimeouts(1, left(deadline), 1)
    self.timed_at = 0
    sent, why = tcp:send(body:sub(from, from + SLICE - 1))
    if not sent then return nil, why end
  end
  return true
end

--- Brings the next bytes, whatever their number: a server that sends one at
--- a time does not stretch the deadline.
---@async
---@return string? piece
---@return string? why not
function Socket:more()
  local at, deadline = now(), self.deadline
  if at >= deadline then return nil, "timeout" end
  if at - self.timed_at >= 0.001 then
    local ms = max(1, floor((deadline - at) * 1000))
    self.tcp:settimeouts(ms, ms, ms)
    self.timed_at = at
  end
  local piece, why = self.tcp:receiveany(PIECE)
  if not self.first_byte then self.first_byte = now() end
  return piece, why
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
---@param fields table tcp, deadline, idle_ms and size of its pool; and when
--- it was connected, secured, and told its time-outs (timed_at)
---@return table
function nginx_socket.new(fields)
  return setmetatable(fields, Socket)
end

return nginx_socket
