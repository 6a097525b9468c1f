-- json.lua - the only file that decodes JSON text. A private lua-cjson: an
-- embedding host may have configured the shared one for its own ends.

local cjson = require("cjson").new()
local core = require "luapay.core"

cjson.decode_invalid_numbers(false)
cjson.decode_max_depth(100)

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
  local good, value = pcall(cjson.decode, fit)
  if good then return value end
  return nil, "the answer is not JSON"
end

return json
