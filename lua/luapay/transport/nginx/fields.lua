-- fields.lua - the lines of an answer: headers, trailers, sizes of
-- chunks. Pure functions; nil for what is not HTTP.

local find, sub, byte = string.find, string.sub, string.byte

local nginx_fields = {}

local CACHED = 200 -- names
local TOKEN = "^[%w!#$%%&'*+.^_`|~-]+$"
-- Most lines are like this. A class alone is looked at much faster than a
-- set of them.
local ORDINARY = "^%w+%-?%w*%-?%w*%-?%w*: %C*\r\n"

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
  if find(value, "^%C*$") then return value end
  return find(value:gsub("\t", ""), "^%C*$") and value or nil
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

--- All headers of a head that was good: text by name, repeats joined.
---@param text string begins with the head
---@return table<string, string>
function nginx_fields.headers(text)
  local headers = {}
  local at = find(text, "\r\n", 1, true) + 2
  while true do
    local cr = find(text, "\r\n", at, true)
    if cr == at then return headers end
    local name, value = read_line(text, at, cr)
    local before = headers[name]
    headers[name] = before and before .. ", " .. value or value
    at = cr + 2
  end
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

--- Looks at every line; returns true and what says something of the body and
--- of the connection, or nil when a line is none. Folded lines are none: they
--- begin with a blank, which no name has.
---@param text string
---@param at integer where the first one begins
---@param last integer where the head ends
---@return true? ok
---@return string? length
---@return string? coding
---@return string? connection
function nginx_fields.look(text, at, last)
  local length, coding, connection
  while at < last - 1 do
    local _, stop = find(text, ORDINARY, at)
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
