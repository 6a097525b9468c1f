-- nginx_fields.lua - the head of an answer: its status, its headers, and
-- what they say of the body's length. Pure functions; nil for what is not
-- HTTP.

local find, sub, byte = string.find, string.sub, string.byte

local nginx_fields = {}

local CACHED = 200 -- names
local TOKEN = "^[%w!#$%%&'*+.^_`|~-]+$"
local BLANK = { [9] = true, [32] = true }

local names, count = {}, 0 -- as written -> in lower case

-- A name in lower case, or nil if it cannot be one.
local function lower_of(name)
  local lower = names[name]
  if lower then return lower end
  if not find(name, TOKEN) then return nil end
  if count >= CACHED then
    names, count = {}, 0
  end
  names[name], count = name:lower(), count + 1
  return names[name]
end

-- A value without the blanks around it; nil if it has control characters.
local function trim(text, from, to)
  while from <= to and BLANK[byte(text, from)] do
    from = from + 1
  end
  while to >= from and BLANK[byte(text, to)] do
    to = to - 1
  end
  local value = sub(text, from, to)
  if find(value, "%c") and find(value:gsub("\t", ""), "%c") then return nil end
  return value
end

-- Name in lower case and value of the line at `from`, whose CR is at `to`.
local function read_line(text, from, to)
  local colon = find(text, ":", from, true)
  if not colon or colon >= to then return nil end
  local name = lower_of(sub(text, from, colon - 1))
  return name, name and trim(text, colon + 1, to - 1)
end

--- Whether a line, with its end, is a header.
---@param line string
---@return boolean
function nginx_fields.is_line(line)
  local _, value = read_line(line, 1, #line - 1)
  return value ~= nil
end

-- All headers after the status line. Folded lines are none: they begin with
-- a blank, which no name has.
local function read_headers(text, from)
  local headers, last = {}, #text - 1
  while from < last do
    local cr = find(text, "\r\n", from, true)
    local name, value = read_line(text, from, cr)
    if not value then return nil end
    local before = headers[name]
    headers[name] = before and before .. ", " .. value or value
    from = cr + 2
  end
  return headers
end

-- A length may be said again, but not another one.
local function length_of(text)
  local length
  for one in (text .. ","):gmatch "([^,]*)," do
    local digits = one:match "^[ \t]*(%d+)[ \t]*$"
    if not digits or #digits > 15 then return nil end
    if length and length ~= tonumber(digits) then return nil end
    length = tonumber(digits)
  end
  return length
end

-- What the headers say of the body and of the connection.
local function frame(head)
  local headers = head.headers
  local length, coding =
    headers["content-length"], headers["transfer-encoding"]
  if coding then
    if length or head.old or coding:lower() ~= "chunked" then return nil end
    head.chunked = true
  elseif length then
    head.length = length_of(length)
    if not head.length then return nil end
  end
  local connection = headers.connection
  head.keep = not head.old
    and not (connection and connection:lower():find("close", 1, true))
  return head
end

--- Reads a head, up to and with its empty line.
---@param text string
---@return table? head status, headers, length or chunked, keep
function nginx_fields.head(text)
  local _, last, minor, status =
    find(text, "^HTTP/1%.([01]) ([1-5]%d%d)[^%c]*\r\n")
  if not last then return nil end
  local after = byte(text, 13)
  if after ~= 32 and after ~= 13 then return nil end
  local headers = read_headers(text, last + 1)
  if not headers then return nil end
  return frame {
    status = tonumber(status),
    old = minor == "0",
    headers = headers,
  }
end

--- The size of a chunk, from its line.
---@param line string
---@return integer?
function nginx_fields.chunk_size(line)
  local digits, rest = line:match "^(%x+)([^%c]*)\r\n$"
  if not digits or #digits > 12 then return nil end
  if rest ~= "" and not rest:find "^[ \t]*;" then return nil end
  return tonumber(digits, 16)
end

return nginx_fields
