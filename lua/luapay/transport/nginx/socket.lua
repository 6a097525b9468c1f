-- socket.lua - an open connection: sends and receives bytes within a
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

--- Sends a text, and a body when that is large. A reader that takes little at
--- a time does not stretch the deadline by more than a slice.
---@async
---@return any sent
---@return string? why not
function Socket:send(text, body)
  local tcp, deadline = self.tcp, self.deadline
  local sent, why = tcp:send(text)
  if not sent or not body then return sent, why end
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
  local pool = self.pool
  if not self.tcp:setkeepalive(pool.idle_ms, pool.size) then
    self.tcp:close()
  end
end

function Socket:close()
  self.tcp:close()
end

--- Takes charge of a connection. Eight fields: one more doubles the table,
--- and garbage is what a call costs most.
---@param tcp table
---@param pool table idle_ms and size
---@param deadline number
---@param timed_at number when it was told its time-outs
---@return table
function nginx_socket.new(tcp, pool, deadline, timed_at)
  return setmetatable({
    tcp = tcp,
    pool = pool,
    deadline = deadline,
    timed_at = timed_at,
    first_byte = false,
    rest = "",
    begun = false,
    begun_well = false,
  }, Socket)
end

return nginx_socket
