-- The picture of a QR code: its modules, and as text for a terminal.

local pictures = require "luapay.sandbox.mobip.picture"
local png = require "luapay.mobip.png"
local qr = require "luapay.mobip.qr"
local zlib = require "zlib"

local SIGNATURE = "\137PNG\r\n\26\n"

local function word(n)
  return string.char(
    math.floor(n / 2 ^ 24) % 256,
    math.floor(n / 2 ^ 16) % 256,
    math.floor(n / 2 ^ 8) % 256,
    n % 256
  )
end

local function chunk(name, data)
  return word(#data) .. name .. data .. word(zlib.crc32()(name .. data))
end

-- A PNG of rows of bytes, each with its filter before it.
local function make(head, rows, more)
  local data = zlib.deflate()(table.concat(rows), "finish")
  return SIGNATURE
    .. chunk(
      "IHDR",
      word(head.width)
        .. word(head.height)
        .. string.char(head.depth, head.colour, 0, 0, head.interlaced or 0)
    )
    .. (more or "")
    .. chunk("IDAT", data)
    .. chunk("IEND", "")
end

-- The sandbox's code again, as other encoders would draw it.
local function drawn(scale, pixel, head, more)
  local matrix, rows = assert(qr.matrix(pictures.png)), {}
  local count = #matrix + 4
  for y = 0, count * scale - 1 do
    local row = { "\0" }
    for x = 0, count * scale - 1 do
      local line = matrix[math.floor(y / scale) - 1] or {}
      row[#row + 1] = pixel(line[math.floor(x / scale) - 1] or false)
    end
    rows[#rows + 1] = table.concat(row)
  end
  head.width, head.height, head.depth = count * scale, count * scale, 8
  return make(head, rows, more)
end

describe("qr.matrix", function()
  local matrix = assert(qr.matrix(pictures.png))

  it("reads the modules of the sandbox's picture", function()
    assert.equal(21, #matrix)
    local dark = 0
    for _, row in ipairs(matrix) do
      assert.equal(21, #row)
      for _, is_dark in ipairs(row) do
        dark = dark + (is_dark and 1 or 0)
      end
    end
    assert.truthy(dark > 180 and dark < 260)
  end)

  for _, case in ipairs {
    {
      "grey, five pixels a module",
      5,
      function(dark)
        return dark and "\0" or "\255"
      end,
      { colour = 0 },
    },
    {
      "coloured",
      3,
      function(dark)
        return dark and "\20\0\120" or "\255\250\230"
      end,
      { colour = 2 },
    },
    {
      "upon nothing",
      4,
      function(dark)
        return dark and "\0\0\0\255" or "\0\0\0\0"
      end,
      { colour = 6 },
    },
    {
      "with a palette",
      2,
      function(dark)
        return dark and "\1" or "\0"
      end,
      { colour = 3 },
      chunk("PLTE", "\255\255\255\0\0\0"),
    },
  } do
    it("reads one that is " .. case[1], function()
      local picture = drawn(case[2], case[3], case[4], case[5])
      assert.same(matrix, qr.matrix(picture))
    end)
  end

  it("takes filters off", function()
    local rows = { "\1\10\1\1", "\2\1\1\1", "\3\0\0\0", "\4\1\0\0" }
    local picture =
      make({ width = 3, height = 4, depth = 8, colour = 0 }, rows)
    assert.same({
      { 10, 11, 12 },
      { 11, 12, 13 },
      { 5, 8, 10 },
      { 6, 8, 10 },
    }, png.read(picture).rows)
  end)

  local head = { width = 2, height = 1, depth = 8, colour = 0 }
  local broken = pictures.png:gsub("IDAT(.)", "IDAT\0", 1)
  for _, case in ipairs {
    { "nothing", "", "no PNG" },
    { "half a picture", pictures.png:sub(1, 60), "cut off" },
    { "a broken picture", broken, "checksum" },
    { "an empty one", make(head, { "\0\255\255" }), "empty" },
    { "one that is no code", make(head, { "\0\0\255" }), "size" },
    { "too little data", make(head, { "\0\0" }), "too little" },
    { "too much data", make(head, { "\0" .. ("\0"):rep(1e6) }), "too much" },
    {
      "a giant",
      make({ width = 5000, height = 1, depth = 8, colour = 0 }, { "\0" }),
      "too wide",
    },
    {
      "an interlaced one",
      make(
        { width = 2, height = 1, depth = 8, colour = 0, interlaced = 1 },
        { "\0" }
      ),
      "interlaced",
    },
  } do
    it("refuses " .. case[1], function()
      local read, err = qr.matrix(case[2])
      assert.is_nil(read)
      assert.equal("decode", err.kind)
      assert.truthy(err.message:find(case[3], 1, true), err.message)
    end)
  end
end)

describe("qr.text", function()
  it("draws two rows in a line, and the margin", function()
    local lines = {}
    for line in assert(qr.text(pictures.png)):gmatch "[^\n]+" do
      lines[#lines + 1] = line
    end
    assert.equal(15, #lines)
    assert.equal(("\226\150\136"):rep(29), lines[1])
    assert.truthy(lines[3]:find("^" .. ("\226\150\136"):rep(4) .. " \226"))
  end)

  it("draws what is dark upon a light terminal", function()
    local text = assert(qr.text(pictures.png, { light = true }))
    assert.equal((" "):rep(29), text:match "^[^\n]*")
  end)
end)
