-- What the other requests of an nginx worker notice of a journal, and how
-- many credits it takes: the part of bench/nginx.lua about journals.
local gateway = require "bench.nginx_gateway"
local postgres = require "spec.support.postgres"
local report = require "bench.report"

local nginx_journal = {}

local env = os.getenv
local GATEWAY, PROVIDER = env "BENCH_GATEWAY", env "BENCH_PROVIDER"
local PORT = GATEWAY:match "%d+$"
local RATE = 500 -- credits a second
local SECONDS = 2
local ROUNDS = tonumber(env "ROUNDS") or 3
local LIST = 1000 -- callbacks that come in one request

local function query(fields)
  local parts = {}
  for name, value in pairs(fields) do
    parts[#parts + 1] = name
      .. "="
      .. tostring(value):gsub("[^%w]", function(c)
        return ("%%%02X"):format(c:byte())
      end)
  end
  return table.concat(parts, "&")
end

local function open(kind, options)
  options.kind, options.provider = kind, PROVIDER .. "/unique"
  assert(gateway.get(GATEWAY, "/journal/open?" .. query(options)) == "ok")
end

-- Credits that come, whether answered or not.
local function drive(path, seconds)
  gateway.get(
    PROVIDER,
    "/drive?"
      .. query { port = PORT, path = path, rate = RATE, seconds = seconds }
  )
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

local SYNC = env "BENCH_SYNC"

local function slow_disk(milliseconds)
  write(SYNC, milliseconds)
  return function()
    os.remove(SYNC)
  end
end

local function idle()
  return gateway.latency("/unrelated", SECONDS, 99)
end

-- The p99 of an unrelated location while credits come.
local function beside_credits(path)
  drive(path, SECONDS + 1.5)
  gateway.sleep(0.5)
  local p99 = idle()
  gateway.sleep(1.5)
  return p99
end

local function show(what, asked, ratio, detail)
  print(
    ("  %-38s %s  %s"):format(
      what,
      report.verdict(asked, ratio, true),
      detail or ""
    )
  )
  io.stdout:flush()
end

-- What was taken before any load is what the rest is held against: a
-- baseline that is taken in between would hide what a load leaves behind.
local function baseline(act)
  local taken = {}
  for round = 1, ROUNDS do
    taken[round] = act()
  end
  return report.median(taken)
end

local function show_p99(what, asked, from, act)
  local to = baseline(act)
  show(what, asked, to / from, ("%.0f us, beside %.0f us"):format(to, from))
end

-- What goes wrong while credits come.
local function while_wrong(begin)
  return function()
    drive("/journal/credit", SECONDS + 1)
    gateway.sleep(0.5)
    local mend = begin()
    gateway.sleep(0.2)
    local p99 = idle()
    mend()
    gateway.sleep(3) -- until all that waited has been answered
    return p99
  end
end

local function show_journal(kind, wrongs)
  print()
  print(kind .. ": p99 of an unrelated location, to")
  local quiet = baseline(idle)
  local busy = baseline(function()
    return gateway.latency_beside("/journal/call", 64, SECONDS)
  end)
  gateway.sleep(1)
  show_p99(("idle, at %d credits/s"):format(RATE), 3, quiet, function()
    return beside_credits "/journal/credit"
  end)
  show_p99("64 clients without a journal", 1.5, busy, function()
    return gateway.latency_beside("/journal/credit", 64, SECONDS)
  end)
  for _, wrong in ipairs(wrongs) do
    show_p99("idle, " .. wrong[1], 3, quiet, while_wrong(wrong[2]))
  end
  local mend = slow_disk(10)
  local longest, took, handled = gateway
    .get(GATEWAY, "/journal/list?count=" .. LIST)
    :match "^(%S+) (%S+) (%d+)$"
  assert(tonumber(handled) == LIST, handled)
  mend()
  show(
    ("%d callbacks%s: ms of standstill"):format(
      LIST,
      kind == "sqlite" and ", 10 ms a sync" or "" -- not the server's disk
    ),
    10,
    tonumber(longest),
    ("in %.0f ms"):format(tonumber(took))
  )
  local without, with = {}, {}
  for round = 1, ROUNDS do
    without[round] = gateway.rate("/journal/call", 64, SECONDS)
    with[round] = gateway.rate("/journal/credit", 64, SECONDS)
  end
  print(
    ("  credits/s of 64 clients: %.0f; without a journal: %.0f"):format(
      report.median(with),
      report.median(without)
    )
  )
  io.stdout:flush()
end

local function show_sqlite()
  local path = env "BENCH_FOLDER" .. "/journal.db"
  open("sqlite", { path = path })
  local other = assert(require("luapay.sqlite").open(path))
  show_journal("sqlite", {
    {
      "its write lock held",
      function()
        assert(other:run({ { "BEGIN IMMEDIATE" } }, 5, 5))
        return function()
          assert(other:run({ { "ROLLBACK" } }, 5, 5))
        end
      end,
    },
    {
      "100 ms a sync",
      function()
        return slow_disk(100)
      end,
    },
  })
  other:close()
end

local function show_postgres()
  local server, why = postgres.start ""
  if not server then return print("postgres: " .. why) end
  local database = server:database "bench"
  local pg = require "luapay.postgres"
  open("postgres", {
    database = database.database,
    user = database.user,
    host = database.host,
  })
  local other = assert(pg.connect(database, pg.now() + 5))
  assert(other:finish())
  show_journal("postgres", {
    {
      "stopped by SIGSTOP",
      function()
        server:signal "STOP"
        return function()
          server:signal "CONT"
        end
      end,
    },
    {
      "its table locked",
      function()
        local lock = { { "BEGIN" }, { "LOCK TABLE luapay_entries" } }
        assert(other:run(lock, pg.now() + 5))
        return function()
          assert(other:run({ { "ROLLBACK" } }, pg.now() + 5))
        end
      end,
    },
  })
  other:close()
  server:close()
end

--- Prints all of it.
function nginx_journal.show()
  show_sqlite()
  show_postgres()
end

return nginx_journal
