-- A process of workers_spec.lua: worker.lua STORE NAME ACT OPTION=VALUE...
-- "claim" takes planned entries until none is left and prints what it got;
-- "die" takes some and ends by SIGKILL; "open" only opens the journal.

local luapay = require "luapay"

local options = { worker = arg[2], lease = 60 }
for i = 4, #arg do
  local name, value = arg[i]:match "^(%l+)=(.*)$"
  options[name] = value
end
local journal = assert(luapay.journal[arg[1]](options))

local function claim(limit)
  local taken = assert(journal:take { flow = "shop", limit = limit })
  for _, entry in ipairs(taken) do
    print(entry.reference)
  end
  return #taken
end

if arg[3] == "claim" then
  repeat
    local count = claim(7)
  until count == 0
elseif arg[3] == "die" then
  claim(5)
  io.stdout:flush()
  os.execute "kill -9 $PPID"
else
  print "opened"
end
journal:close()
