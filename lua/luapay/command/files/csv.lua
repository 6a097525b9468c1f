-- csv.lua - CSV as people have it: with or without a byte order mark, with
-- commas, semicolons or tabs, quoted cells with line breaks in them, lines
-- that end in LF, CR LF or CR. What cannot be read for certain is refused,
-- by its line.

local csv = {}

local BLOCK = 65536

-- What Windows puts where ISO 8859-1 has nothing.
local WINDOWS = {
  [0x80] = 0x20AC,
  [0x82] = 0x201A,
  [0x83] = 0x0192,
  [0x84] = 0x201E,
  [0x85] = 0x2026,
  [0x86] = 0x2020,
  [0x87] = 0x2021,
  [0x88] = 0x02C6,
  [0x89] = 0x2030,
  [0x8A] = 0x0160,
  [0x8B] = 0x2039,
  [0x8C] = 0x0152,
  [0x8E] = 0x017D,
  [0x91] = 0x2018,
  [0x92] = 0x2019,
  [0x93] = 0x201C,
  [0x94] = 0x201D,
  [0x95] = 0x2022,
  [0x96] = 0x2013,
  [0x97] = 0x2014,
  [0x98] = 0x02DC,
  [0x99] = 0x2122,
  [0x9A] = 0x0161,
  [0x9B] = 0x203A,
  [0x9C] = 0x0153,
  [0x9E] = 0x017E,
  [0x9F] = 0x0178,
}

local function utf8_of(code)
  if code < 0x80 then return string.char(code) end
  if code < 0x800 then
    return string.char(0xC0 + math.floor(code / 64), 0x80 + code % 64)
  end
  return string.char(
    0xE0 + math.floor(code / 4096),
    0x80 + math.floor(code / 64) % 64,
    0x80 + code % 64
  )
end

local function from_windows(text)
  return (
    text:gsub("[\128-\255]", function(byte)
      local code = byte:byte()
      return utf8_of(WINDOWS[code] or code)
    end)
  )
end

-- Whether a text is UTF-8, as far as telling it from other encodings goes.
local function is_utf8(text)
  if not text:find "[\128-\255]" then return true end
  local at = 1
  while true do
    local first = text:find("[\128-\255]", at)
    if not first then return true end
    local byte = text:byte(first)
    local more = byte >= 0xC2 and byte < 0xE0 and 1
      or byte >= 0xE0 and byte < 0xF0 and 2
      or byte >= 0xF0 and byte < 0xF5 and 3
    if not more then return false end
    local tail = text:sub(first + 1, first + more)
    if #tail < more or tail:find "[^\128-\191]" then return false end
    at = first + more + 1
  end
end

local Reader = {}
Reader.__index = Reader

local function fail(line, format, ...)
  error({ csv = true, line = line, message = format:format(...) }, 0)
end

-- More of the file; false at its end.
local function fill(self)
  if self.is_over then return false end
  local block = self.file:read(BLOCK)
  if not block then
    self.is_over = true
    return false
  end
  self.text = self.text:sub(self.at) .. block
  self.at = 1
  return true
end

-- The byte at the present place, or "" at the end.
local function peek(self, ahead)
  local place = self.at + (ahead or 0)
  while place > #self.text do
    if not fill(self) then return "" end
    place = self.at + (ahead or 0)
  end
  return self.text:sub(place, place)
end

-- A line end, if there is one here: LF, CR LF, CR.
local function take_end(self)
  local char = peek(self)
  if char == "\r" then
    local is_pair = peek(self, 1) == "\n"
    self.at = self.at + (is_pair and 2 or 1)
  elseif char == "\n" then
    self.at = self.at + 1
  else
    return false
  end
  self.line = self.line + 1
  return true
end

-- Text up to one of some bytes, as long as it may be.
local function take_until(self, class)
  local parts = {}
  while true do
    peek(self)
    local found = self.text:find(class, self.at)
    parts[#parts + 1] = self.text:sub(self.at, (found or 0) - 1)
    self.at = found or #self.text + 1
    if found or peek(self) == "" then return table.concat(parts) end
  end
end

local function quoted_cell(self)
  local began, parts = self.line, {}
  self.at = self.at + 1
  while true do
    parts[#parts + 1] = take_until(self, '["\r\n]')
    local char = peek(self)
    if char == "" then
      fail(began, "a quote begins here and does not end")
    elseif char ~= '"' then
      take_end(self)
      parts[#parts + 1] = "\n"
    elseif peek(self, 1) == '"' then
      parts[#parts + 1] = '"'
      self.at = self.at + 2
    else
      self.at = self.at + 1
      break
    end
  end
  local rest = take_until(self, self.stop)
  if rest:find "[^ ]" then
    fail(self.line, "text behind a quoted cell: %q", rest:sub(1, 20))
  end
  return table.concat(parts)
end

local function cell(self)
  if peek(self) == '"' then return quoted_cell(self), true end
  local text = take_until(self, self.stop)
  return text:match "^%s*(.-)%s*$", false
end

local function decoded(self, text)
  if text:find("%z") then
    fail(self.line, "has a zero byte: not a text file, or in UTF-16")
  end
  if self.encoding == "windows-1252" then return from_windows(text) end
  if is_utf8(text) then return text end
  fail(
    self.line,
    "is not UTF-8: save the file as UTF-8, or say --encoding windows-1252"
  )
end

-- One record as a list of cells; nil at the end of the file.
local function record(self)
  if peek(self) == "" then return nil end
  local cells, line = {}, self.line
  local is_blank = true
  repeat
    local text, is_quoted = cell(self)
    cells[#cells + 1] = decoded(self, text)
    if text ~= "" or is_quoted then is_blank = false end
    local more = peek(self) == self.delimiter
    if more then self.at = self.at + 1 end
  until not more
  if not take_end(self) and peek(self) ~= "" then
    fail(self.line, "is no CSV")
  end
  return cells, line, is_blank
end

-- The delimiter that the first line has most of, outside of quotes.
local function guess(self)
  while not self.text:find("[\r\n]", self.at) and fill(self) do
    if #self.text > 16 * BLOCK then break end
  end
  local line = self.text:match("^[^\r\n]*", self.at):gsub('"[^"]*"', "")
  local best, most = ",", 0
  for _, one in ipairs { ",", ";", "\t", "|" } do
    local _, count = line:gsub("%" .. one, "")
    if count > most then
      best, most = one, count
    end
  end
  return best
end

local function skip_mark(self)
  while #self.text < 3 and fill(self) do
  end
  local start = self.text:sub(1, 3)
  if start == "\239\187\191" then
    self.at = 4
  elseif start:find "^\255\254" or start:find "^\254\255" then
    fail(1, "the file is in UTF-16: save it as UTF-8")
  end
end

-- Excel's own first line that names the delimiter.
local function read_separator(self)
  while #self.text < self.at + 8 and fill(self) do
  end
  local found = self.text:match("^sep=([^\r\n])[\r\n]", self.at)
  if not found then return nil end
  self.at = self.at + 5
  take_end(self)
  return found
end

--- Opens what is to be read. Problems are raised: { csv = true, line,
--- message }.
---@param file file* or anything with `read(bytes)`
---@param options? table delimiter (one byte), encoding ("utf-8" or
--- "windows-1252")
---@return table reader with `header`, a list of names, and `line`
function csv.open(file, options)
  options = options or {}
  local self = setmetatable({
    file = file,
    text = "",
    at = 1,
    line = 1,
    encoding = options.encoding or "utf-8",
  }, Reader)
  skip_mark(self)
  local said = read_separator(self)
  self.delimiter = options.delimiter or said or guess(self)
  self.stop = "[%" .. self.delimiter .. "\r\n]"
  local blank
  repeat
    self.header, self.header_line, blank = record(self)
  until not (self.header and blank)
  if not self.header then fail(1, "the file is empty") end
  return self
end

--- The next row: its cells, and the line on which it begins; nil at the end.
--- Empty lines are passed over.
---@return string[]? cells
---@return integer? line
function Reader:next()
  while true do
    local cells, line, is_blank = record(self)
    if not cells then return nil end
    if not (is_blank and #cells == 1) then
      -- spreadsheets end with rows of nothing but delimiters
      local any = false
      for _, text in ipairs(cells) do
        any = any or text ~= ""
      end
      if any then return cells, line end
    end
  end
end

--- A cell as it is written: in quotes where it has to be. What a spreadsheet
--- would take for a formula is written as the text that it is.
---@param text any
---@return string
function csv.cell(text)
  text = text == nil and "" or tostring(text)
  local is_number = text:find "^[-+]?[%d.]+$"
  if text:find "^[=+@\t-]" and not is_number then text = "'" .. text end
  if text:find '[",;\r\n]' or text:find "^%s" or text:find "%s$" then
    return '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

--- A line of cells.
---@param cells any[]
---@param count integer
---@return string
function csv.line(cells, count)
  local parts = {}
  for i = 1, count do
    parts[i] = csv.cell(cells[i])
  end
  return table.concat(parts, ",") .. "\n"
end

return csv
