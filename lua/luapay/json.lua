-- json.lua - free JSON: what no row describes, decoded by lua-cjson. (What
-- rows describe is read by the core: see csrc/json.c.) A private instance:
-- an embedding host may have configured the shared one for its own ends.

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

-- lua-cjson reads numbers with the decimal point that was the locale's when
-- an instance was last made, by anybody; with another one it stops at the
-- point, or takes the comma of a list for it. A fraction shows which.
local function renew()
  if not pcall(decoder.decode, "[0.5]") then decoder = new() end
end

--- Decodes a text. The core examines it first, for lua-cjson takes much for
--- JSON that is none, and reads it itself where a number has more digits
--- than a float keeps. Nulls are absent; of a name that stands twice the
--- last one counts.
---@param text string
---@return any? value nil for null, too
---@return string? why there is none: "not JSON (...)"
function json.decode(text)
  local kept, why = core.examine(text)
  if kept == nil then return nil, why end
  if not kept then return core.decode(text) end
  renew()
  local good, value =
    pcall(decoder.decode, (text:gsub("^\239\187\191", "", 1)))
  if good then return core.clean(value) end
  return core.decode(text)
end

return json
