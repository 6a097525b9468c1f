-- answer.lua - reads an answer of HTTP/1.1, piece by piece. Strict:
-- what two readers might frame in two ways is no answer. It knows no
-- sockets: `more` brings the next piece.

local fields = require "luapay.transport.nginx.fields"
local heads = require "luapay.transport.nginx.head"
local readers = require "luapay.transport.nginx.reader"

local sub = string.sub

local nginx_answer = {}

local MOST_HEAD = 65536 -- bytes, announcements and trailers included
local MOST_HINTS = 16 -- answers that only announce
local MOST_LINE = 1024 -- of a chunk's size

local LARGE = "the answer is larger than the option 'max_answer' allows"
local GARBAGE = readers.GARBAGE

-- The head of the final answer: a text that begins with it, and what it
-- says.
local function read_head(source)
  local most = MOST_HEAD
  for _ = 1, MOST_HINTS do
    source.begun_well = false
    local text, last = readers.take_until(source, "\r\n\r\n", most)
    if not text then return nil, last end
    local status, framing, keep = heads.read(text, last)
    if not status or status == 101 then return nil, GARBAGE end
    if status >= 200 then
      source.begun_well = true
      return text, status, framing, keep
    end
    most = most - last
  end
  return nil, readers.LARGE_HEAD
end

local function read_sized(source, length, most)
  if length > most then return nil, LARGE end
  return readers.take(source, length)
end

local function read_trailers(source)
  local most = MOST_HEAD
  while true do
    local text, last = readers.take_until(source, "\r\n", most)
    if not text then return nil, last end
    if last == 2 then return true end
    if not fields.is_line(text, last) then return nil, GARBAGE end
    most = most - last
  end
end

local function read_chunked(source, most)
  local parts, total = {}, 0
  while true do
    local text, last = readers.take_until(source, "\r\n", MOST_LINE)
    if not text then return nil, last end
    local size = fields.chunk_size(sub(text, 1, last))
    if not size then return nil, GARBAGE end
    if size == 0 then break end
    total = total + size
    if total > most then return nil, LARGE end
    local chunk, why = readers.take(source, size + 2)
    if not chunk then return nil, why end
    if sub(chunk, -2) ~= "\r\n" then return nil, GARBAGE end
    parts[#parts + 1] = sub(chunk, 1, -3)
  end
  local ok, why = read_trailers(source)
  if not ok then return nil, why end
  return table.concat(parts)
end

local function read_to_the_end(source, most)
  local parts, total = { source.rest }, #source.rest
  source.rest = ""
  while total <= most do
    local piece, why = source:more()
    if not piece and why == "closed" then return table.concat(parts) end
    if not piece then return nil, why end
    parts[#parts + 1], total = piece, total + #piece
  end
  return nil, LARGE
end

local function read_body(source, framing, most)
  if framing == 0 then return "" end
  if framing == "chunked" then return read_chunked(source, most) end
  if framing == "end" then return read_to_the_end(source, most) end
  return read_sized(source, framing, most)
end

-- Headers are made when they are first asked for: most answers are read by
-- status and body alone.
local Response = {}

function Response.__index(response, key)
  if key ~= "headers" then return nil end
  local headers = fields.headers(rawget(response, "head"))
  response.headers, response.head = headers, nil
  return headers
end

--- Reads one answer.
---@param source table its method `more` returns the next piece, or nil and
--- why not: "closed" is the orderly end
---@param method string of the request
---@param most integer bytes of a body
---@return luapay.Response? response
---@return boolean|string|nil keep whether the connection may be used again;
--- or why there is no response, "closed" when it has not even begun
function nginx_answer.read(source, method, most)
  source.rest, source.begun = "", false
  local text, status, framing, keep = read_head(source)
  if not text then return nil, status end
  if method == "HEAD" or status == 204 or status == 304 then framing = 0 end
  local body, why = read_body(source, framing, most)
  if not body then return nil, why end
  local response = { status = status, body = body, head = text }
  keep = keep and framing ~= "end" and source.rest == ""
  return setmetatable(response, Response), keep
end

return nginx_answer
