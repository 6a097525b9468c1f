-- Base64, for the one header that needs it: the sandbox stays plain Lua.

local ALPHABET =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

--- Bytes as text.
---@param text string
---@return string
local function base64(text)
  local padding = (3 - #text % 3) % 3
  local out = (text .. ("\0"):rep(padding)):gsub("...", function(three)
    local a, b, c = three:byte(1, 3)
    local bits = a * 65536 + b * 256 + c
    return (
      ("."):rep(4):gsub("()%.", function(at)
        local value = math.floor(bits / 64 ^ (4 - at)) % 64
        return ALPHABET:sub(value + 1, value + 1)
      end)
    )
  end)
  return out:sub(1, #out - padding) .. ("="):rep(padding)
end

return base64
