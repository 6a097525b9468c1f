-- A real SQLite under the simulation: a file of its own for each history, in
-- memory where the system has a folder for that. What goes wrong happens at
-- each statement, where luapay.sqlite is called.

local journal = require "luapay.journal"
local module = require "luapay.sqlite"
local stores = require "spec.simulation.store"

local sqlite = {}

local Connection = {}
Connection.__index = Connection

local function problem(reason, message, phase)
  return { reason = reason, message = message, phase = phase or "sent" }
end

local function dead(phase)
  return problem("lost", "the process is dead", phase)
end

-- What goes wrong before a statement: a problem, or nil.
local function trouble(process, sql)
  local world = process.world
  if process:may_die "before a statement" then return dead() end
  local flaky = world.flaky / 4
  if world:strikes(flaky, "disk error at a statement") then
    return problem("lost", "disk I/O error")
  elseif world:strikes(flaky, "database locked at a statement") then
    return problem("busy", "database is locked")
  elseif sql ~= "ROLLBACK" and world:strikes(flaky / 4, "disk full") then
    return problem("full", "database or disk is full")
  elseif sql == "COMMIT" and world:strikes(world.flaky, "commit not done") then
    return problem("lost", "disk I/O error", "committing")
  end
  -- inside a transaction, its lock is held meanwhile
  if sql:find "^BEGIN" or world:can_wait(process) then process:pause() end
end

local function run_one(self, statement, ...)
  local process, sql = self.process, statement[1]
  if process.calm then return self.inner:run({ statement }, ...) end
  if process.dead then return nil, dead() end
  local wrong = trouble(process, sql)
  if wrong then return nil, wrong end
  local results, why = self.inner:run({ statement }, ...)
  if results and sql == "COMMIT" then
    local world = process.world
    if process:may_die "after a commit" then return nil, dead "committing" end
    if world:strikes(world.flaky, "commit done, answer lost") then
      return nil, problem("lost", "disk I/O error", "committing")
    end
    process:pause()
  end
  return results, why
end

-- One statement after the other; after an error it is rolled back.
function Connection:run(list, ...)
  local results = {}
  for i, statement in ipairs(list) do
    local result, why = run_one(self, statement, ...)
    if not result then
      self.inner:run({ { "ROLLBACK" } }, 1, 0)
      return nil, why
    end
    results[i] = result[1]
  end
  return results
end

function Connection:close()
  self.inner:close()
end

function Connection:is_closed()
  return self.inner:is_closed()
end

local open = module.open

-- A connection belongs to the process that runs; it ends with it.
local function open_for(path)
  local current = stores.current
  local process = current and current.world.running
  if not process then return open(path) end
  if process.dead then return nil, dead() end
  local inner = assert(open(path))
  process:on_end(function()
    inner:close()
  end)
  return setmetatable({ inner = inner, process = process }, Connection)
end

local function folder()
  local shared = io.open "/dev/shm/."
  if shared then shared:close() end
  return shared and "/dev/shm" or os.getenv "TMPDIR" or "/tmp"
end

local count = 0

function sqlite.open(self)
  module.open = open_for
  count = count + 1
  local unique = tostring({}):match "0x(%x+)" or ""
  self.path = ("%s/luapay-simulation-%s-%d.db"):format(folder(), unique, count)
end

--- Opens a journal. Opening is not what goes wrong here.
function sqlite.journal(self, process, options)
  options.path, options.busy_timeout = self.path, 0.001
  local calm = process.calm
  process.calm = true
  local made, fault = journal.sqlite(options)
  process.calm = calm
  return made, fault
end

function sqlite.close(self)
  module.open = open
  for _, ending in ipairs { "", "-wal", "-shm", "-count" } do
    os.remove(self.path .. ending)
  end
end

return sqlite
