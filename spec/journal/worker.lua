-- A process of workers_spec.lua: worker.lua STORE NAME ACT OPTION=VALUE...
-- "claim" takes planned entries until none is left and prints what it got;
-- "die" takes some and ends by SIGKILL; "open" only opens the journal;
-- "own" binds one provider's id to whichever item it can; "comma" says what
-- is an orphan, in a locale with a decimal comma.

local luapay = require "luapay"

local numbers = { port = true, lease = true, patience = true }

local options = { worker = arg[2], lease = 60 }
for i = 4, #arg do
  local name, value = arg[i]:match "^(%l+)=(.*)$"
  options[name] = numbers[name] and tonumber(value) or value
end
local locale = options.locale
options.locale = nil
if locale then assert(os.setlocale(locale, "numeric")) end

local journal = assert(luapay.journal[arg[1]](options))
local book = journal:book { flow = "shop" }

local function claim(limit)
  local taken = assert(book:take { limit = limit })
  for _, entry in ipairs(taken) do
    print(entry.reference)
  end
  return #taken
end

local acts = {}

function acts.claim()
  repeat
    local count = claim(7)
  until count == 0
end

function acts.die()
  claim(5)
  io.stdout:flush()
  os.execute "kill -9 $PPID"
end

function acts.open()
  print "opened"
end

function acts.own()
  for i = 1, 20 do
    local mine = assert(book:change(arg[2] .. i, function(item)
      local id = "p" .. i
      if item:owner(id) then return { false } end
      item:add { step = "pay", state = "done", provider_id = id }
      return { true }
    end))
    if mine[1] then print(i) end
  end
end

function acts.comma()
  for _, entry in ipairs(assert(book:orphans())) do
    print(entry.reference)
  end
  print(os.setlocale(nil, "numeric"))
end

acts[arg[3]]()
journal:close()
