-- make crash KILLS=200: workers on batches of 5000 subscription payments are
-- killed with SIGKILL at random moments, upon a journal in SQLite and one in
-- PostgreSQL; each batch is finished in the end, and compared with what the
-- provider has.

local luapay = require "luapay"
local postgres = require "spec.support.postgres"
local server = require "luapay.sandbox.server"

local KILLS = tonumber(os.getenv "KILLS") or 200
local SIZE = tonumber(os.getenv "SIZE") or 5000
local AGREEMENTS = 25
local PROVIDER = "f0000000-0000-4000-8000-000000000001"

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

local dir =
  capture('mktemp -d "${TMPDIR:-/tmp}/luapay-crash.XXXXXX"'):match "%S+"
local provider = assert(server.start())
local subscriptions = provider.mobilepay_subscriptions
local token = subscriptions:access_token()
local client = luapay.mobilepay_subscriptions {
  base_url = provider.base_url,
  transport = luapay.transport.curl { ca_file = provider.ca_file },
  access_token = token,
  provider_id = PROVIDER,
}

local function agree(number)
  local made = assert(client:create_agreement {
    country_code = "DK",
    currency = "DKK",
    plan = "Gold",
    external_id = "A" .. number,
    amount = "99.50",
    expiration_timeout_minutes = 10,
    links = {
      { rel = "user-redirect", href = "https://gym.example/back" },
      { rel = "success-callback", href = "https://gym.example/yes" },
      { rel = "cancel-callback", href = "https://gym.example/no" },
    },
  })
  assert(subscriptions:accept(made.id))
  return made.id
end

local agreements = {}
for i = 1, AGREEMENTS do
  agreements[i] = agree(i)
end

local function quoted(value)
  if type(value) ~= "table" then return ("%q"):format(value) end
  local parts = {}
  for name, field in pairs(value) do
    parts[#parts + 1] = ("[%s]=%s"):format(quoted(name), quoted(field))
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function write_order(name, fields)
  local path = dir .. "/" .. name
  local file = assert(io.open(path, "w"))
  file:write("return ", quoted(fields), "\n")
  file:close()
  return path
end

local function rows_of(run)
  local rows, day = {}, subscriptions:day(5)
  for i = 1, SIZE do
    rows[i] = {
      agreement_id = agreements[i % AGREEMENTS + 1],
      reference = ("%s-%d"):format(run, i),
      amount = "12.50",
      due_date = day,
      description = "Crash",
    }
  end
  return rows
end

-- The process's own number, so that a kill meets it and nobody else.
local START = "%s %s spec/crash/worker.lua %s >%s/out 2>&1 & echo $!"

local function start(path)
  local pin = "exec"
  return capture(START:format(pin, arg[-1], path, dir)):match "%d+"
end

local function alive(pid)
  return capture(("kill -0 %s 2>/dev/null && echo yes"):format(pid)) ~= ""
end

local function output()
  local file = io.open(dir .. "/out")
  local text = file and file:read "*a" or ""
  if file then file:close() end
  return text
end

-- Lets a worker run for a random time; true when it was killed.
local function one_life(path)
  local pid = start(path)
  os.execute(("sleep %.3f"):format(0.05 + math.random() * 0.6))
  if not alive(pid) then return false end
  os.execute(("kill -9 %s 2>/dev/null"):format(pid))
  return true
end

local function finish(path)
  local pid = start(path)
  for _ = 1, 1200 do
    if not alive(pid) then break end
    os.execute "sleep 0.1"
  end
  local text = output()
  assert(text:find("complete", 1, true), "a worker has failed: " .. text)
end

-- How often the provider has each external_id, whatever became of it.
local function booked(run)
  local counts = {}
  for _, id in ipairs(agreements) do
    local page = assert(client:list_payment_requests { agreementid = id })
    for _, payment in ipairs(page) do
      local external = payment.external_id
      if external:find(run .. "-", 1, true) == 1 then
        counts[external] = (counts[external] or 0) + 1
      end
    end
  end
  return counts
end

local function compare(run, rows)
  local counts, missing, twice = booked(run), 0, 0
  for _, row in ipairs(rows) do
    local n = counts[row.reference] or 0
    if n == 0 then missing = missing + 1 end
    if n > 1 then twice = twice + 1 end
  end
  return missing, twice
end

local function crash(kind, options)
  local kills, batches, missing, twice = 0, 0, 0, 0
  repeat
    batches = batches + 1
    local run = ("%s-%d"):format(kind, batches)
    local rows = rows_of(run)
    local path = write_order(run, {
      base_url = provider.base_url,
      ca_file = provider.ca_file,
      token = token,
      provider_id = PROVIDER,
      journal = kind,
      options = options,
      run = run,
      rows = rows,
    })
    while kills < KILLS and one_life(path) do
      kills = kills + 1
    end
    finish(path)
    local m, t = compare(run, rows)
    missing, twice = missing + m, twice + t
  until kills >= KILLS
  print(
    ("%s: %d kills, %d batches of %d: %d missing, %d twice"):format(
      kind,
      kills,
      batches,
      SIZE,
      missing,
      twice
    )
  )
  return missing == 0 and twice == 0
end

math.randomseed(tonumber(os.getenv "SEED") or os.time())
subscriptions:inject {
  at = "request_payments",
  fault = "delay",
  seconds = 0.03,
  times = 1e9,
}
local good = crash("sqlite", { path = dir .. "/journal.db" })
local database = assert(postgres.database())
good = crash("postgres", database) and good
provider:stop()
os.execute("rm -rf " .. dir)
print(good and "1 passed, 0 failed" or "0 passed, 1 failed")
os.exit(good and 0 or 1)
