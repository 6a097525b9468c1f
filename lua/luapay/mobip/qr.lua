-- qr.lua - the modules of a QR code, read from its picture, and as text for
-- a terminal. What it says is not read: only its three corners are looked
-- for, so that what is printed is what was drawn.

local fault = require "luapay.fault"
local pixels = require "luapay.mobip.pixels"
local png = require "luapay.mobip.png"

local qr = {}

local QUIET = 4 -- modules of margin, as the standard asks for

local function refuse(message)
  return nil,
    fault.new { kind = "decode", endpoint = "mobip.qr", message = message }
end

-- The smallest rectangle that has all that is dark.
local function bounds(picture, is_dark)
  local left, top, right, bottom
  for y = 0, picture.height - 1 do
    for x = 0, picture.width - 1 do
      if is_dark(x, y) then
        left, right = math.min(left or x, x), math.max(right or x, x)
        top, bottom = top or y, y
      end
    end
  end
  return left, top, right, bottom
end

-- The corner's first row is dark for seven modules.
local function module_size(is_dark, left, top)
  local x = left
  while is_dark(x, top) do
    x = x + 1
  end
  return (x - left) / 7
end

local FINDER = {
  "#######",
  "#.....#",
  "#.###.#",
  "#.###.#",
  "#.###.#",
  "#.....#",
  "#######",
}

local function has_finder(matrix, column, row)
  for y = 1, 7 do
    for x = 1, 7 do
      local wanted = FINDER[y]:sub(x, x) == "#"
      if matrix[row + y][column + x] ~= wanted then return false end
    end
  end
  return true
end

local function sampled(is_dark, left, top, size, count)
  local matrix = {}
  for y = 1, count do
    matrix[y] = {}
    for x = 1, count do
      matrix[y][x] = is_dark(
        math.floor(left + (x - 0.5) * size),
        math.floor(top + (y - 0.5) * size)
      )
    end
  end
  return matrix
end

--- The modules of a QR code, row by row: true is dark; without the margin.
---@param bytes string of a PNG
---@return boolean[][]? matrix
---@return luapay.Fault? fault of kind "decode": it is no picture of one
function qr.matrix(bytes)
  local picture, err = png.read(bytes)
  if not picture then return nil, err end
  local is_dark = pixels(picture)
  local left, top, right, bottom = bounds(picture, is_dark)
  if not left then return refuse "the picture is empty" end
  local size = module_size(is_dark, left, top)
  local count = math.floor((right - left + 1) / size + 0.5)
  local high = math.floor((bottom - top + 1) / size + 0.5)
  if count ~= high or count < 21 or count > 177 or count % 4 ~= 1 then
    return refuse "the picture is not of the size of a QR code"
  end
  local matrix = sampled(is_dark, left, top, size, count)
  local far = count - 7
  for _, corner in ipairs { { 0, 0 }, { far, 0 }, { 0, far } } do
    if not has_finder(matrix, corner[1], corner[2]) then
      return refuse "the picture lacks a corner of a QR code"
    end
  end
  return matrix
end

local HALVES = { "\226\150\136", "\226\150\128", "\226\150\132", " " }

-- Two rows in one line: full block, upper half, lower half, space.
local function line(upper, lower, from, to, ink)
  local out = {}
  for x = from, to do
    local high = (upper and upper[x] or false) == ink
    local low = (lower and lower[x] or false) == ink
    out[#out + 1] = HALVES[high and (low and 1 or 2) or (low and 3 or 4)]
  end
  return table.concat(out)
end

--- A QR code as lines of half blocks (UTF-8), with its margin, for a
--- terminal that is dark: what is light is drawn.
---@param bytes string of a PNG
---@param options? { light: boolean? } light: for a terminal that is light
---@return string? text
---@return luapay.Fault? fault of kind "decode"
function qr.text(bytes, options)
  local matrix, err = qr.matrix(bytes)
  if not matrix then return nil, err end
  local lines = {}
  local ink = (options and options.light) == true
  for y = 1 - QUIET, #matrix + QUIET, 2 do
    lines[#lines + 1] =
      line(matrix[y], matrix[y + 1], 1 - QUIET, #matrix + QUIET, ink)
  end
  return table.concat(lines, "\n")
end

return qr
