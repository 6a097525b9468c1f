-- json.lua - the only file that decodes JSON text. A private lua-cjson: an
-- embedding host may have configured the shared one for its own ends.

local cjson = require "cjson"
local core = require "luapay.core"

local function new()
  local own = cjson.new()
  own.decode_invalid_numbers(false)
  own.decode_max_depth(100)
  return own
end

local decoder = new()

local json = {}

--- Decodes the text of an answer. Long numbers come as marked text, which
--- only `core.interpret` understands.
---@param text string
---@param any_bytes? boolean what is no UTF-8 may pass
---@return any? value
---@return string? why there is none
function json.decode(text, any_bytes)
  local fit, why = core.scan(text, any_bytes)
  if not fit then return nil, "the answer is " .. why end
  local good, value = pcall(decoder.decode, fit)
  if good then return value end
  -- It knows the decimal point of the locale in which it was made; the host
  -- may have set another since, and then no fraction is JSON to it.
  decoder = new()
  good, value = pcall(decoder.decode, fit)
  if good then return value end
  return nil, "the answer is not JSON"
end

return json
