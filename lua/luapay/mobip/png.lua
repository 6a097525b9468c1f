-- png.lua - the pixels of a small picture: of what a provider's QR code is
-- made of, and strictly. Needs lua-zlib, which is loaded when it is used.

local fault = require "luapay.fault"

local png = {}

local SIGNATURE = "\137PNG\r\n\26\n"
local WIDEST = 4096 -- pixels
local CHANNELS = { [0] = 1, [2] = 3, [3] = 1, [4] = 2, [6] = 4 }
local DEPTHS = { [1] = true, [2] = true, [4] = true, [8] = true }

local function refuse(message)
  return nil,
    fault.new { kind = "decode", endpoint = "mobip.png", message = message }
end

local function number(bytes, at)
  local a, b, c, d = bytes:byte(at, at + 3)
  return ((a * 256 + b) * 256 + c) * 256 + d
end

-- All chunks by name, the data joined; each is what its checksum says.
local function chunks(bytes, zlib)
  local found, at = { IDAT = {} }, #SIGNATURE + 1
  while at + 11 <= #bytes do
    local length, name = number(bytes, at), bytes:sub(at + 4, at + 7)
    if at + 11 + length > #bytes then return refuse "it is cut off" end
    local data = bytes:sub(at + 8, at + 7 + length)
    if zlib.crc32()(name .. data) ~= number(bytes, at + 8 + length) then
      return refuse "a checksum is wrong"
    end
    if name == "IEND" then return found end
    if name == "IDAT" then
      table.insert(found.IDAT, data)
    else
      found[name] = found[name] or data
    end
    at = at + 12 + length
  end
  return refuse "it is cut off"
end

local function read_head(data)
  if not data or #data ~= 13 then return refuse "it has no head" end
  local head = { width = number(data, 1), height = number(data, 5) }
  local packing, filter, interlaced
  head.depth, head.colour, packing, filter, interlaced = data:byte(9, 13)
  local channels = CHANNELS[head.colour]
  if not channels or not DEPTHS[head.depth] or packing + filter > 0 then
    return refuse "it is of a kind that is not read here"
  elseif interlaced ~= 0 then
    return refuse "it is interlaced"
  elseif head.width < 1 or head.width > WIDEST then
    return refuse "it is too wide"
  elseif head.height < 1 or head.height > WIDEST then
    return refuse "it is too high"
  end
  head.step = math.max(1, channels * head.depth / 8)
  head.row = math.ceil(head.width * channels * head.depth / 8)
  return head
end

-- In pieces: a few bytes may stand for very many.
local function inflate(zlib, pieces, size)
  local stream, out, length = zlib.inflate(), {}, 0
  for _, piece in ipairs(pieces) do
    for at = 1, #piece, 512 do
      local good, text = pcall(stream, piece:sub(at, at + 511))
      if not good then return refuse "its data cannot be read" end
      out[#out + 1], length = text, length + #text
      if length > size then return refuse "it has too much data" end
    end
  end
  if length < size then return refuse "it has too little data" end
  return table.concat(out)
end

local function paeth(a, b, c)
  local p = a + b - c
  local pa, pb, pc = math.abs(p - a), math.abs(p - b), math.abs(p - c)
  if pa <= pb and pa <= pc then return a end
  return pb <= pc and b or c
end

local GUESS = {
  [0] = function()
    return 0
  end,
  function(left)
    return left
  end,
  function(_, up)
    return up
  end,
  function(left, up)
    return math.floor((left + up) / 2)
  end,
  paeth,
}

-- The bytes of all rows, as they were before they were filtered.
local function unfilter(head, data)
  local rows, up = {}, {}
  for y = 0, head.height - 1 do
    local at = y * (head.row + 1) + 1
    local guess, row = GUESS[data:byte(at)], {}
    if not guess then return refuse "it has a filter that is not known" end
    for x = 1, head.row do
      local back = x - head.step
      local value = data:byte(at + x)
        + guess(row[back] or 0, up[x] or 0, up[back] or 0)
      row[x] = value % 256
    end
    rows[y + 1], up = row, row
  end
  return rows
end

--- Reads the rows of a PNG.
---@param bytes string
---@return table? picture width, height, depth, colour, step, palette, rows
--- (of bytes)
---@return luapay.Fault? fault of kind "decode"
function png.read(bytes)
  local zlib = require "zlib"
  if bytes:sub(1, #SIGNATURE) ~= SIGNATURE then return refuse "no PNG" end
  local found, err = chunks(bytes, zlib)
  if not found then return nil, err end
  local head, why = read_head(found.IHDR)
  if not head then return nil, why end
  local size = head.height * (head.row + 1)
  local data, problem = inflate(zlib, found.IDAT, size)
  if not data then return nil, problem end
  head.palette = found.PLTE
  head.rows, problem = unfilter(head, data)
  if not head.rows then return nil, problem end
  return head
end

return png
