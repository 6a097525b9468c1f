-- A QR code as a small PNG (29 x 29, one bit a pixel; it reads
-- HTTPS://PAY.TEST), and the forms in which a provider may put it in JSON.

local picture = {}

local BASE64 = ""
  .. "iVBORw0KGgoAAAANSUhEUgAAAB0AAAAdAQAAAAB+6FqiAAAAb0lEQVR42mP4////DwY0"
  .. "4oOAQwXD90vxFQxfIi4CiahAIBEOJL5fvV/B8EEUKPv/A1DdxwlsFQyfX++tYPgWPesH"
  .. "w09NJ6DY5VtA2Y+bgOqkRIA6rt/+wfAlJgBIxHYDiYBdILHzQFlhuQoGLJYDACI2Vc8Q"
  .. "/LUSAAAAAElFTkSuQmCC"

local ALPHABET =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function decode(text)
  local out = {}
  for quad in text:gmatch "...." do
    local bits, pads = 0, 0
    for char in quad:gmatch "." do
      local at = ALPHABET:find(char, 1, true)
      if not at then pads = pads + 1 end
      bits = bits * 64 + (at and at - 1 or 0)
    end
    local bytes = string.char(
      math.floor(bits / 65536),
      math.floor(bits / 256) % 256,
      bits % 256
    )
    out[#out + 1] = bytes:sub(1, 3 - pads)
  end
  return table.concat(out)
end

-- Each byte as the character of that number, in UTF-8.
local function latin1(bytes)
  return (
    bytes:gsub("[\128-\255]", function(char)
      local byte = char:byte()
      local first = byte < 192 and 194 or 195
      return string.char(first, 128 + byte % 64)
    end)
  )
end

--- The picture's bytes.
picture.png = decode(BASE64)

--- The picture as a value of JSON: "base64", "data_uri", "latin1" (a
--- character for each byte), "bytes" (as they are: no good UTF-8), or "none".
---@param form string
---@return string?
function picture.as(form)
  if form == "base64" then return BASE64 end
  if form == "data_uri" then return "data:image/png;base64," .. BASE64 end
  if form == "latin1" then return latin1(picture.png) end
  if form == "bytes" then return picture.png end
end

return picture
