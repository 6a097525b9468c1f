-- One batch of payments in a process of its own:
-- BASE CA TOKEN DAY AGREEMENTS(comma) JOURNAL|- COUNT
-- Prints payments, seconds, CPU seconds, and kilobytes at the start and at
-- the highest.
local core = require "luapay.core"
local luapay = require "luapay"

local path, count = arg[6], tonumber(arg[7])
local agreements = {}
for id in arg[5]:gmatch "[^,]+" do
  agreements[#agreements + 1] = id
end

local client = luapay.mobilepay_subscriptions {
  base_url = arg[1],
  transport = luapay.transport.curl { ca_file = arg[2] },
  access_token = arg[3],
  provider_id = "f0000000-0000-4000-8000-000000000001",
}

local batch = luapay.flow.subscription_batch {
  client = client,
  journal = path == "-" and luapay.journal.memory()
    or assert(luapay.journal.sqlite { path = path }),
  run = "bench " .. count,
  on_progress = function() end,
}

-- As a reader of a file would hand them over.
local function rows()
  local number = 0
  return function()
    if number == count then return nil end
    number = number + 1
    return {
      reference = ("%d-%d"):format(count, number),
      agreement_id = agreements[number % #agreements + 1],
      amount = ("%d.50"):format(number % 90 + 1),
      due_date = arg[4],
      description = "Monthly membership",
    }
  end
end

local function memory(name)
  for line in io.lines "/proc/self/status" do
    local kilobytes = line:match("^" .. name .. ":%s*(%d+)")
    if kilobytes then return tonumber(kilobytes) end
  end
  error("no " .. name .. " in /proc/self/status")
end

collectgarbage()
local start, began, cpu = memory "VmRSS", core.now(), os.clock()
local report = assert(batch:run(rows()))
local wall = core.now() - began
assert(report.states.pending == count)
print(
  ("%d %.3f %.3f %d %d"):format(
    count,
    wall,
    os.clock() - cpu,
    start,
    memory "VmHWM"
  )
)
