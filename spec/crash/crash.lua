-- make crash KILLS=200: workers that move money are killed with SIGKILL at
-- any moment, also exactly between the provider's answer and the write; upon
-- a journal in SQLite, in PostgreSQL, in one that is restarted again and
-- again, and in one that fails over to its synchronous standby. Then the
-- provider's books are compared with the journal. Last, one that fails over
-- to an asynchronous standby, which lacks something: nothing is sent until a
-- person says so, and nothing twice after it.
--
-- KILLS: a scenario; SCENARIO: only this one; SIZE: items of a batch; SEED.

local cluster = require "spec.crash.cluster"
local core = require "luapay.core"
local postgres = require "spec.support.postgres"
local socket = require "socket"
local work = require "spec.crash.work"

io.stdout:setvbuf "line"

local KILLS = tonumber(os.getenv "KILLS") or 200
local SIZE = tonumber(os.getenv "SIZE") or 100
local ONLY = os.getenv "SCENARIO" or ""
local WORKERS = 2
local LIMIT = 40 -- seconds for a batch to come to its end

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return (text:gsub("%s+$", ""))
end

local function read(path)
  local file = io.open(path)
  local text = file and file:read "*a" or ""
  if file then file:close() end
  return text
end

-- ---- what ends with this process, however it does

local TIDY = [[
trap '' INT HUP QUIT TERM
cat >/dev/null
for process in /proc/[0-9]*; do
  number=${process#/proc/}
  [ $number = $$ ] || ! grep -qsaF "%DIR/" $process/cmdline ||
    kill -9 $number
done
rm -rf %DIR
]]

local dir = capture 'mktemp -d "${TMPDIR:-/tmp}/luapay-crash.XXXXXX"'

local function write(name, text)
  local file = assert(io.open(dir .. "/" .. name, "w"))
  file:write(text)
  file:close()
  return dir .. "/" .. name
end

-- Programs are started by popen, which hands on no pipe of ours.
local tidy = assert(
  io.popen(
    ("exec sh %s 2>/dev/null"):format(
      write("tidy.sh", (TIDY:gsub("%%DIR", dir)))
    ),
    "w"
  )
)
local LUA = arg[-1]
local provider = assert(
  io.popen(
    ("exec %s spec/crash/provider.lua %s/ >%s/provider 2>&1"):format(
      LUA,
      dir,
      dir
    ),
    "w"
  )
)

local function await(path)
  local till = core.boottime() + 60
  while read(path) == "" do
    assert(core.boottime() < till, read(dir .. "/provider"))
    core.sleep(0.02)
  end
  return dofile(path)
end

local place = await(dir .. "/ready")
local control = assert(socket.connect("127.0.0.1", place.control))

-- ---- workers

local START = "exec %s spec/crash/worker.lua %s >%s/out.%d 2>&1 & echo $!"
local started = 0

local function start(path)
  started = started + 1
  local pid = capture(START:format(LUA, path, dir, started)):match "%d+"
  return { pid = pid, out = ("%s/out.%d"):format(dir, started) }
end

-- A process that has ended and waits for its parent has no command line.
local function is_alive(worker)
  return read("/proc/" .. worker.pid .. "/cmdline"):find(dir, 1, true) ~= nil
end

local function kill(worker)
  os.execute(("kill -9 %s 2>/dev/null"):format(worker.pid))
  while is_alive(worker) do
    core.sleep(0.001)
  end
end

local function is_complete(worker)
  local said = read(worker.out)
  if said:find("complete", 1, true) then return true end
  error("a worker has ended: " .. said, 0)
end

-- Until the provider says that the moment of this worker has come; false
-- when it ends before, or takes too long.
local function await_moment(worker)
  local till = core.boottime() + 3
  repeat
    control:settimeout(0.05)
    local line = control:receive "*l"
    if line == "now " .. worker.pid then return true end
  until not is_alive(worker) or core.boottime() > till
  return false
end

local HOWS = { "any", "arrived", "answered", "after" }

-- Lets a worker live for a while, and kills it at one kind of moment; false
-- when it has ended by itself.
local function one_life(worker, counts)
  local how = HOWS[math.random(#HOWS)]
  if how == "any" then
    core.sleep(0.02 + math.random() * 0.7)
  else
    control:send(("arm %s %d %s\n"):format(worker.pid, math.random(12), how))
    if not await_moment(worker) then how = "any" end
    if how == "after" then core.sleep(math.random() * 0.004) end
  end
  if not is_alive(worker) then return false end
  kill(worker)
  counts[how] = counts[how] + 1
  return true
end

-- ---- the books, and what the journal and the workers say

local function booked()
  local books = {}
  for flow, reference, id, pid, at in
    read(dir .. "/ledger"):gmatch "(%S+) (%S+) (%S+) (%S+) (%S+)\n"
  do
    local name = flow .. " " .. reference
    books[name] = books[name] or {}
    table.insert(books[name], { id = id, pid = pid, at = tonumber(at) })
  end
  return books
end

-- What workers were told of each reference, in order.
local function told()
  local known = {}
  for reference, state, id, kind, pid, at in
    read(dir .. "/known"):gmatch "(%S+) (%S+) (%S+) (%S+) (%S+) (%S+)\n"
  do
    known[reference] = known[reference] or {}
    table.insert(
      known[reference],
      { state = state, id = id, kind = kind, pid = pid, at = tonumber(at) }
    )
  end
  return known
end

local HAS_IT = { done = true, pending = true }
local UNANSWERED = { timeout = true, network = true, transport = true }

-- Why an outcome that was known is not in the journal, or nil.
local function loss_of(item, rows, words)
  for _, said in ipairs(words) do
    if HAS_IT[said.state] and said.id ~= item.provider_id then
      return "a worker was told " .. said.id
    end
    for _, row in ipairs(rows) do
      local own = row.pid == said.pid
        and row.at < said.at
        and not HAS_IT[said.state]
      if own and not UNANSWERED[said.kind] then
        return "its own worker was told " .. said.state
      end
    end
  end
  if item.state == "parked" then
    return item.flow ~= "topup" and "it is parked" or nil
  elseif rows[1] and not HAS_IT[item.state] then
    return "it is " .. item.state
  elseif rows[1] and item.provider_id ~= rows[1].id then
    return "it has the id " .. tostring(item.provider_id)
  end
end

local function compare(order, sums)
  local journal = work.journal(order)
  local flow, items = work.flow(order, journal)
  local books, known = booked(), told()
  for _, given in ipairs(items) do
    local reference = given.reference
    local item = flow:get(reference, { refresh = false })
      or { state = "absent" }
    item.flow = order.flow
    local rows = books[order.flow .. " " .. reference] or {}
    local loss = loss_of(item, rows, known[reference] or {})
    if loss then
      sums.lost = sums.lost + 1
      print(("  %s: lost: %s"):format(reference, loss))
      for _, row in ipairs(rows) do
        print("    booked:", row.id, row.pid)
      end
      for _, said in ipairs(known[reference] or {}) do
        print("    told:", said.state, said.id, said.kind, said.pid)
      end
    end
    if item.state == "parked" then
      sums.parked = sums.parked + 1
    elseif not rows[1] then
      sums.missing = sums.missing + 1
      print(("  %s: missing: %s"):format(reference, item.state))
    end
    if rows[2] then
      sums.twice = sums.twice + 1
      print(("  %s: %d times"):format(reference, #rows))
    end
  end
  journal:close()
end

-- ---- scenarios

local function quoted(value)
  if type(value) ~= "table" then
    return type(value) == "string" and ("%q"):format(value) or tostring(value)
  end
  local parts = {}
  for name, field in pairs(value) do
    parts[#parts + 1] = ("[%s]=%s"):format(quoted(name), quoted(field))
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function order_of(name, batch, options)
  local order = {
    dir = dir,
    port = place.port,
    token = place.token,
    agreements = place.agreements,
    day = os.date("!%Y-%m-%d", os.time() + 9 * 86400),
    journal = name == "sqlite" and "sqlite" or "postgres",
    options = options,
    flow = work.FLOWS[(batch - 1) % #work.FLOWS + 1],
    run = ("%s-%d"):format(name, batch),
    size = SIZE,
    by_one = batch % 2 == 1,
  }
  return order, write(order.run, "return " .. quoted(order) .. "\n")
end

-- What is open at a batch that does not end.
local function show_open(order)
  local journal = work.journal(order)
  local flow = work.flow(order, journal)
  for item in flow:items { states = { "planned", "sent", "unknown" } } do
    print(
      ("  %s is %s: %s"):format(
        item.reference,
        item.state,
        tostring(item.fault)
      )
    )
  end
  journal:close()
end

local function finish(order, workers)
  local till = core.boottime() + LIMIT
  for _, worker in ipairs(workers) do
    while is_alive(worker) do
      if core.boottime() > till then
        show_open(order)
        error "a batch does not come to its end"
      end
      core.sleep(0.05)
    end
    is_complete(worker)
  end
end

-- Kills workers on one batch, until it is done or there were kills enough.
local function work_off(order, path, counts, trouble)
  local workers = {}
  local function fill()
    for i = 1, WORKERS do
      workers[i] = workers[i] or start(path)
    end
  end
  while counts.kills < KILLS do
    fill()
    local i = math.random(WORKERS)
    if one_life(workers[i], counts) then
      counts.kills = counts.kills + 1
      workers[i] = nil
      if trouble then trouble(counts) end
    elseif is_complete(workers[i]) then
      break
    end
  end
  fill()
  finish(order, workers)
end

local function run(name, options, trouble)
  local sums = { missing = 0, twice = 0, lost = 0, parked = 0 }
  local counts =
    { kills = 0, any = 0, arrived = 0, answered = 0, after = 0, troubles = 0 }
  local batch = 0
  repeat
    batch = batch + 1
    local order, path = order_of(name, batch, options)
    work_off(order, path, counts, trouble)
    compare(order, sums)
  until counts.kills >= KILLS and batch >= 2
  local extra = ""
  if trouble then
    extra = (" during %d %s,"):format(counts.troubles, counts.what)
  end
  print(
    (
      "%s: %d kills,%s %d as a request came, %d between the answer and the "
      .. "write, %d just after it; %d batches of %d (%d for a person): "
      .. "%d missing, %d twice, %d lost"
    ):format(
      name,
      counts.kills,
      extra,
      counts.arrived,
      counts.answered,
      counts.after,
      batch,
      SIZE,
      sums.parked,
      sums.missing,
      sums.twice,
      sums.lost
    )
  )
  local killed = counts.kills * 4 -- what a worker had under way
  return sums.missing + sums.twice + sums.lost == 0 and sums.parked <= killed
end

local scenarios = {}

function scenarios.sqlite()
  return run("sqlite", { path = dir .. "/journal.db" })
end

function scenarios.postgres()
  return run("postgres", assert(postgres.database()))
end

function scenarios.restarts()
  local server = assert(cluster.start())
  local good = run("restarts", server:database "crash", function(counts)
    counts.what = "restarts"
    if server:busy() or math.random() < 0.7 then return end
    counts.troubles = counts.troubles + 1
    server:restart(counts.troubles % 2 == 0 and "fast" or "immediate")
  end)
  server:close()
  return good
end

function scenarios.fail_over()
  local server = assert(cluster.start())
  local options = server:database "crash"
  options.standby = "synchronous"
  server:follow "synchronous"
  server:wait()
  local step = "ready"
  local good = run("fail_over", options, function(counts)
    counts.what = "fail-overs"
    if server:busy() then return end
    if step == "over" then
      server:follow "synchronous"
      step = "ready"
    elseif math.random() < 0.2 then
      counts.troubles = counts.troubles + 1
      server:fail_over(counts.troubles % 2 == 0 and 1 or nil)
      step = "over"
    end
  end)
  server:close()
  return good
end

local function count(books, items, least)
  local n = 0
  for _, item in ipairs(items) do
    if #(books["topup " .. item.reference] or {}) >= least then n = n + 1 end
  end
  return n
end

-- What becomes of two halves of a batch of which the standby has only one.
function scenarios.asynchronous()
  local server = assert(cluster.start())
  local options = server:database "crash"
  local order = order_of("asynchronous", 1, options)
  server:follow "asynchronous"
  server:wait()
  local journal = work.journal(order)
  local says = tostring(journal.warning)
  local flow, items = work.flow(order, journal)
  local half = math.floor(#items / 2)
  local first, second = {}, {}
  for i, item in ipairs(items) do
    table.insert(i <= half and first or second, item)
  end
  assert(flow:run(first))
  server:detach()
  server:wait()
  assert(flow:run(second))
  server:fail_over_behind()
  server:wait()
  local refused = select(2, flow:run(items))
  journal:close()
  journal = work.journal(order)
  says = says .. "; " .. tostring(journal.warning)
  flow = work.flow(order, journal)
  local again = select(2, flow:run(items))
  local sent = count(booked(), items, 2)
  assert(journal:restored { since = os.time() - 3600, who = "crash" })
  local after = select(2, flow:run(items))
  local twice = count(booked(), items, 2)
  local parked = after and after.report.states.parked or 0
  local done = after and after.report.states.done or 0
  local codes = ("%s, %s"):format(
    tostring(refused and refused.code),
    tostring(again and again.code)
  )
  journal:close()
  server:close()
  print(
    (
      "asynchronous: %d of %d entries lost by a fail-over: refused (%s) until "
      .. "journal:restored, then %d done and %d for a person: %d missing, "
      .. "%d twice"
    ):format(
      #second,
      #items,
      codes,
      done,
      parked,
      #items - count(booked(), items, 1),
      twice
    )
  )
  local is_warned =
    says:find "^a fail%-over may lose .*; .*call journal:restored"
  if not is_warned then print("  it was opened with: " .. says) end
  return is_warned ~= nil
    and codes == "restored, restored"
    and sent == 0
    and twice == 0
    and done == #first
    and parked == #second
end

local ALL = { "sqlite", "postgres", "restarts", "fail_over", "asynchronous" }

math.randomseed(tonumber(os.getenv "SEED") or os.time())
local good, passed, failed = true, 0, 0
for _, name in ipairs(ALL) do
  if ONLY == "" or ONLY == name then
    local fine, is_good = xpcall(scenarios[name], debug.traceback)
    if not fine then print(("%s: %s"):format(name, is_good)) end
    if fine and is_good then
      passed = passed + 1
    else
      failed, good = failed + 1, false
    end
  end
end
provider:close()
tidy:close()
print(("%d passed, %d failed"):format(passed, failed))
os.exit(good and passed > 0 and 0 or 1, true)
