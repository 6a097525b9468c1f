-- pixels.lua - which pixels of a picture are dark.

local LUMA = { 0.299, 0.587, 0.114 }

-- The sample at a place of a row, by its number from 0; 0 to 255.
local function sample(picture, row, index)
  local depth = picture.depth
  if depth == 8 then return row[index + 1] end
  local bit = index * depth
  local byte = row[math.floor(bit / 8) + 1]
  local value = math.floor(byte / 2 ^ (8 - depth - bit % 8)) % 2 ^ depth
  return picture.colour == 3 and value or value * 255 / (2 ^ depth - 1)
end

local function luma(red, green, blue)
  return LUMA[1] * red + LUMA[2] * green + LUMA[3] * blue
end

local READ = {
  [0] = sample,
  [2] = function(_, row, x)
    local at = x * 3
    return luma(row[at + 1], row[at + 2], row[at + 3])
  end,
  [3] = function(picture, row, x)
    local at = sample(picture, row, x) * 3
    local red, green, blue = (picture.palette or ""):byte(at + 1, at + 3)
    return blue and luma(red, green, blue) or 255
  end,
  -- what can be seen through is light
  [4] = function(_, row, x)
    return row[x * 2 + 2] < 128 and 255 or row[x * 2 + 1]
  end,
  [6] = function(_, row, x)
    local at = x * 4
    if row[at + 4] < 128 then return 255 end
    return luma(row[at + 1], row[at + 2], row[at + 3])
  end,
}

--- Makes a function that says whether a pixel is dark; x and y from 0.
---@param picture table of png.read
---@return fun(x: integer, y: integer): boolean
return function(picture)
  local read = READ[picture.colour]
  return function(x, y)
    local row = picture.rows[y + 1]
    if not row or x < 0 or x >= picture.width then return false end
    return read(picture, row, x) < 128
  end
end
