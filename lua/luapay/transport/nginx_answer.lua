-- nginx_answer.lua - reads an answer of HTTP/1.1, piece by piece. Strict:
-- what two readers might frame in two ways is no answer. It knows no
-- sockets: `more` brings the next piece.

local fields = require "luapay.transport.nginx_fields"
local readers = require "luapay.transport.nginx_reader"

local sub = string.sub

local nginx_answer = {}

local MOST_HEAD = 65536 -- bytes, announcements and trailers included
local MOST_HINTS = 16 -- answers that only announce
local MOST_LINE = 1024 -- of a chunk's size

local LARGE = "the answer is larger than the option 'max_answer' allows"
local GARBAGE = readers.GARBAGE

-- The head of the final answer.
local function read_head(reader)
  local most = MOST_HEAD
  for _ = 1, MOST_HINTS do
    reader.begun_well = false
    local text, why = readers.take_until(reader, "\r\n\r\n", most)
    if not text then return nil, why end
    local head = fields.head(text)
    if not head or head.status == 101 then return nil, GARBAGE end
    if head.status >= 200 then
      reader.begun_well = true
      return head
    end
    most = most - #text
  end
  return nil, readers.LARGE_HEAD
end

local function read_sized(reader, length, most)
  if length > most then return nil, LARGE end
  return readers.take(reader, length)
end

local function read_trailers(reader)
  local most = MOST_HEAD
  while true do
    local line, why = readers.take_until(reader, "\r\n", most)
    if not line then return nil, why end
    if line == "\r\n" then return true end
    if not fields.is_line(line) then return nil, GARBAGE end
    most = most - #line
  end
end

local function read_chunked(reader, most)
  local parts, total = {}, 0
  while true do
    local line, why = readers.take_until(reader, "\r\n", MOST_LINE)
    if not line then return nil, why end
    local size = fields.chunk_size(line)
    if not size then return nil, GARBAGE end
    if size == 0 then break end
    total = total + size
    if total > most then return nil, LARGE end
    local chunk
    chunk, why = readers.take(reader, size + 2)
    if not chunk then return nil, why end
    if sub(chunk, -2) ~= "\r\n" then return nil, GARBAGE end
    parts[#parts + 1] = sub(chunk, 1, -3)
  end
  local ok, why = read_trailers(reader)
  if not ok then return nil, why end
  return table.concat(parts)
end

local function read_to_the_end(reader, most)
  local parts, total = { reader.rest }, #reader.rest
  reader.rest = ""
  while total <= most do
    local piece, why = reader.more()
    if not piece and why == "closed" then return table.concat(parts) end
    if not piece then return nil, why end
    parts[#parts + 1], total = piece, total + #piece
  end
  return nil, LARGE
end

local function read_body(reader, head, method, most)
  local status = head.status
  if method == "HEAD" or status == 204 or status == 304 then return "" end
  if head.chunked then return read_chunked(reader, most) end
  if head.length then return read_sized(reader, head.length, most) end
  head.keep = false
  return read_to_the_end(reader, most)
end

--- Reads one answer.
---@param more fun(): string?, string? the next piece, or nil and why not;
--- "closed" is the orderly end
---@param method string of the request
---@param most integer bytes of a body
---@return luapay.Response? response
---@return boolean|string|nil keep whether the connection may be used again;
--- or why there is no response, "closed" when it has not even begun
function nginx_answer.read(more, method, most)
  local reader = readers.new(more)
  local head, why = read_head(reader)
  if not head then return nil, why end
  local body
  body, why = read_body(reader, head, method, most)
  if not body then return nil, why end
  local response =
    { status = head.status, headers = head.headers, body = body }
  return response, head.keep and reader.rest == ""
end

return nginx_answer
