-- head.lua - the head of an answer: its status, and how its body is
-- framed. What two readers might frame in two ways is none. Pure functions.

local fields = require "luapay.transport.nginx.fields"

local find, sub, byte = string.find, string.sub, string.byte

local nginx_head = {}

-- A length may be said again, but not another one.
local function length_of(text)
  if #text <= 15 and find(text, "^%d+$") then return tonumber(text) end
  local length
  for one in (text .. ","):gmatch "([^,]*)," do
    local digits = one:match "^[ \t]*(%d+)[ \t]*$"
    if not digits or #digits > 15 then return nil end
    if length and length ~= tonumber(digits) then return nil end
    length = tonumber(digits)
  end
  return length
end

-- How the body is framed: its length, "chunked", or "end": with the
-- connection. Nil when two readers might differ.
local function framing_of(length, coding, old)
  if coding then
    local good = not length and not old and coding:lower() == "chunked"
    return good and "chunked" or nil
  end
  return length and length_of(length) or not length and "end" or nil
end

local OLD = { ["HTTP/1.1 "] = false, ["HTTP/1.0 "] = true }

-- The status of a status line, where it ends, and whether it is of HTTP/1.0;
-- or nil.
local function read_status(text)
  local old = OLD[sub(text, 1, 9)]
  local a, b, c, after = byte(text, 10, 13)
  local _, stop = find(text, "^%C*\r\n", 13)
  if old == nil or not stop or after ~= 32 and after ~= 13 then return nil end
  if a < 49 or a > 53 or b < 48 or b > 57 or c < 48 or c > 57 then
    return nil
  end
  return a * 100 + b * 10 + c - 5328, stop, old
end

local function keeps(old, connection)
  if old or not connection then return not old end
  return connection == "keep-alive"
    or not connection:lower():find("close", 1, true)
end

--- Reads a head: the beginning of a text, up to and with the empty line
--- that ends at `last`.
---@param text string
---@param last integer
---@return integer? status
---@return integer|string framing bytes of the body, "chunked" or "end"
---@return boolean keep whether the connection may be used again
function nginx_head.read(text, last)
  local status, stop, old = read_status(text)
  if not status then return nil end
  local ok, length, coding, connection = fields.look(text, stop + 1, last)
  local framing = ok and framing_of(length, coding, old)
  if not framing then return nil end
  return status, framing, keeps(old, connection)
end

return nginx_head
