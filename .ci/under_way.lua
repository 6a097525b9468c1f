-- Keeps the name of the spec that is under way in a file: for one that hangs,
-- and never says how it went.
local busted = require "busted"

local function note(name)
  local file = assert(io.open(os.getenv "UNDER_WAY", "w"))
  file:write(name)
  file:close()
end

busted.subscribe({ "file", "start" }, function(file)
  note(file.name)
  return nil, true
end)

busted.subscribe({ "test", "start" }, function(test)
  note(("%s: %s"):format(test.trace.short_src, test.name))
  return nil, true
end)
