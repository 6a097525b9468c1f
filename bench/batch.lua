-- A million payments through a batch, beside ten thousand: memory and time.
-- The sandbox is a server of its own, the journal a file of SQLite. COUNT
-- says how many there are in the long run.
local luapay = require "luapay"
local report = require "bench.report"
local sandbox = require "luapay.sandbox.server"

local SHORT, LONG = 10000, tonumber(os.getenv "COUNT") or 1000000
local ROUNDS = 3 -- of the short one: the median counts
local AGREEMENTS = 50

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  assert(pipe:close(), "this failed: " .. command)
  return text
end

local dir =
  capture('mktemp -d "${TMPDIR:-/tmp}/luapay-batch.XXXXXX"'):match "%S+"
local server = assert(sandbox.start {
  mobilepay_subscriptions = { dormant = true, lifetime = 86400 },
})
local provider = server.mobilepay_subscriptions
local token = provider:access_token()
local client = luapay.mobilepay_subscriptions {
  base_url = server.base_url,
  transport = luapay.transport.curl { ca_file = server.ca_file },
  access_token = token,
  provider_id = "f0000000-0000-4000-8000-000000000001",
}

local function agree()
  local made = assert(client:create_agreement {
    country_code = "DK",
    currency = "DKK",
    plan = "Gold",
    expiration_timeout_minutes = 10,
    links = {
      { rel = "user-redirect", href = "https://gym.example/back" },
      { rel = "success-callback", href = "https://gym.example/yes" },
      { rel = "cancel-callback", href = "https://gym.example/no" },
    },
  })
  assert(provider:accept(made.id))
  return made.id
end

local agreements = {}
for i = 1, AGREEMENTS do
  agreements[i] = agree()
end

local FIELDS = "(%d+) ([%d.]+) ([%d.]+) (%d+) (%d+)%s*$"

-- Runs a batch in a process of its own, with a new journal.
local function run(count)
  local words = {
    arg[-1],
    "bench/batch_run.lua",
    server.base_url,
    server.ca_file,
    token,
    provider:day(30),
    table.concat(agreements, ","),
    dir .. "/journal.db",
    count,
  }
  local text = capture(table.concat(words, " "))
  os.execute(("rm -f %s/journal.db*"):format(dir))
  local _, wall, cpu, start, peak = text:match(FIELDS)
  return {
    each = wall / count * 1e6,
    cpu = cpu / count * 1e6,
    wall = tonumber(wall),
    start = start / 1024,
    peak = peak / 1024,
  }
end

local function show(count, got)
  print(
    ("%9d %9.1f %12.1f %12.1f %10.1f %9.1f"):format(
      count,
      got.wall,
      got.each,
      got.cpu,
      got.start,
      got.peak
    )
  )
  io.stdout:flush()
end

-- The median of each figure.
local function middle(list)
  local out = {}
  for name in pairs(list[1]) do
    local values = {}
    for i, got in ipairs(list) do
      values[i] = got[name]
    end
    out[name] = report.median(values)
  end
  return out
end

-- The provider's own count: each payment of the long run, once.
local function booked()
  local seen, twice, there = {}, 0, 0
  for _, id in ipairs(agreements) do
    local page = assert(client:list_payment_requests { agreementid = id })
    for _, payment in ipairs(page) do
      local external = payment.external_id
      if external:find("^" .. LONG .. "%-") then
        there = there + 1
        if seen[external] then twice = twice + 1 end
        seen[external] = true
      end
    end
  end
  return there, twice
end

print " payments   seconds  us a payment  CPU us of it   start MB   peak MB"
local rounds = {}
for i = 1, ROUNDS do
  rounds[i] = run(SHORT)
  show(SHORT, rounds[i])
end
local short, long = middle(rounds), run(LONG)
show(LONG, long)
print()
print(
  "peak above the start, MB         "
    .. report.verdict(64, long.peak - long.start, true)
)
print(
  "peak beside that of the short    "
    .. report.verdict(1.1, long.peak / short.peak, true)
)
print(
  "time a payment beside the short  "
    .. report.verdict(1.2, long.each / short.each, true)
)
local there, twice = booked()
print("at the provider                  " .. there .. ", twice: " .. twice)
server:stop()
os.execute("rm -rf " .. dir)
assert(there == LONG and twice == 0, "the provider has something else")
report.finish()
