-- random.lua - identifiers that nobody else makes. Read from the system
-- each time and never kept: a forked child must not repeat its parent's.

local random = {}

local source

local function bytes(n)
  if not source then
    source = assert(io.open("/dev/urandom", "rb"))
    source:setvbuf "no"
  end
  return assert(source:read(n), "no random bytes to be had")
end

--- A random UUID (version 4).
---@return string
function random.uuid()
  local b = { bytes(16):byte(1, 16) }
  b[7] = b[7] % 16 + 64
  b[9] = b[9] % 64 + 128
  return (
    ("%02x")
      :rep(16)
      :format((table.unpack or unpack)(b))
      :gsub(
        "^(%x%x%x%x%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x%x%x%x)",
        "%1-%2-%3-%4-"
      )
  )
end

return random
