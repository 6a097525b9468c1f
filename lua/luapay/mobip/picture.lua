-- picture.lua - the QR code that send_payment_request answers with, as the
-- bytes of a PNG. The provider calls it a "binary string" inside JSON, which
-- can be base64, or a character for each byte; what it is, its signature says.

local fault = require "luapay.fault"

local picture = {}

local SIGNATURE = "\137PNG\r\n\26\n"

local ALPHABET =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local VALUES = {}
for i = 1, #ALPHABET do
  VALUES[ALPHABET:byte(i)] = i - 1
end

local function is_png(bytes)
  return bytes ~= nil and bytes:sub(1, #SIGNATURE) == SIGNATURE
end

local function three_bytes(a, b, c, d)
  local bits = ((VALUES[a] * 64 + VALUES[b]) * 64 + (VALUES[c] or 0)) * 64
    + (VALUES[d] or 0)
  return string.char(
    math.floor(bits / 65536),
    math.floor(bits / 256) % 256,
    bits % 256
  )
end

-- Strictly: whole groups of four, padding only at the end.
local function from_base64(text)
  if #text % 4 ~= 0 or not text:find "^[%w+/]+=?=?$" then return nil end
  local out = {}
  for at = 1, #text, 4 do
    out[#out + 1] = three_bytes(text:byte(at, at + 3))
  end
  local pads = #text:match "=*$"
  local bytes = table.concat(out)
  return bytes:sub(1, #bytes - pads)
end

-- Each character of UTF-8 as the byte of its number; nil when one has none.
local function from_latin1(text)
  if text:gsub("[\194\195][\128-\191]", ""):find "[\128-\255]" then
    return nil
  end
  return (
    text:gsub("([\194\195])([\128-\191])", function(first, second)
      return string.char((first:byte() - 194) * 64 + second:byte())
    end)
  )
end

--- The bytes of a PNG from `raw_qr`, whichever way it is written.
---@param raw_qr string as the answer has it
---@return string? bytes
---@return luapay.Fault? fault of kind "decode": it is no PNG
function picture.decode(raw_qr)
  if type(raw_qr) ~= "string" then
    error("luapay.mobip.picture: expected the text of raw_qr", 2)
  end
  local text = raw_qr:gsub("^data:[%w/+.;=-]*,", ""):gsub("%s+", "")
  for _, bytes in pairs {
    from_base64(text) or false,
    from_latin1(raw_qr) or false,
    raw_qr,
  } do
    if bytes and is_png(bytes) then return bytes end
  end
  return nil,
    fault.new({
      kind = "decode",
      field = "raw_qr",
      message = "neither base64 nor the bytes of a PNG",
    }, "mobip.send_payment_request")
end

return picture
