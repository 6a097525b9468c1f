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

--- Whether the beginning of a text, a line up to `last`, is a header.
---@param text string
---@param last integer
---@return boolean
function nginx_fields.is_line(text, last)
  local _, value = read_line(text, 1, last - 1)
  return value ~= nil
end

--- All headers of a head that has been read: text by name, repeats joined.
---@param text string
---@param at integer where the first one begins
---@param last integer where the head ends
---@return table<string, string>
function nginx_fields.headers(text, at, last)
  local headers = {}
  while at < last - 1 do
    local cr = find(text, "\r\n", at, true)
    local name, value = read_line(text, at, cr)
    local before = headers[name]
    headers[name] = before and before .. ", " .. value or value
    at = cr + 2
  end
  return headers
end

local function join(before, value)
  return before and before .. ", " .. value or value
end

-- Whether a name may be content-length, transfer-encoding or connection:
-- its length costs less to look at than the name.
local function may_frame(text, at)
  return byte(text, at + 10) == 58
    or byte(text, at + 14) == 58
    or byte(text, at + 17) == 58
end

-- Looks at every line; returns what says something of the body and of the
-- connection, or nil when a line is none. Folded lines are none: they begin
-- with a blank, which no name has.
local function look(text, at, last)
  local length, coding, connection
  while at < last - 1 do
    local _, stop = find(text, "^[%w-]+: [^%c]*\r\n", at)
    if not stop or may_frame(text, at) then
      stop = stop or find(text, "\r\n", at, true) + 1
      local name, value = read_line(text, at, stop - 1)
      if not value then return nil end
      if name == "content-length" then
        length = join(length, value)
      elseif name == "transfer-encoding" then
        coding = join(coding, value)
      elseif name == "connection" then
        connection = join(connection, value)
      end
    end
    at = stop + 1
  end
  return true, length, coding, connection
end

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

--- Reads a head: the beginning of a text, up to and with the empty line
--- that ends at `last`.
---@param text string
---@param last integer
---@return integer? status
---@return integer first where the headers begin
---@return integer|string framing bytes of the body, "chunked" or "end"
---@return boolean keep whether the connection may be used again
function nginx_fields.head(text, last)
  local _, stop, minor, status =
    find(text, "^HTTP/1%.([01]) ([1-5]%d%d)[^%c]*\r\n")
  local after = byte(text, 13)
  if not stop or after ~= 32 and after ~= 13 then return nil end
  local ok, length, coding, connection = look(text, stop + 1, last)
  local old = minor == "0"
  local framing = ok and framing_of(length, coding, old)
  if not framing then return nil end
  local keep = not old
    and not (connection and connection:lower():find("close", 1, true))
  return tonumber(status), stop + 1, framing, keep
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
