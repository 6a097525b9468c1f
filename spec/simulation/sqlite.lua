-- A real SQLite under the simulation: a file of its own for each history, in
-- memory where the system has a folder for that. What goes wrong happens at
-- each statement, where LuaDBI is called.

local dbi = require "DBI"
local journal = require "luapay.journal"
local stores = require "spec.simulation.store"

local sqlite = {}

local Handle, Statement = {}, {}

-- What this library does not change goes to LuaDBI as it is.
local function forward(methods)
  return function(self, name)
    local own = methods[name]
    if own then return own end
    local inner = self.inner
    return function(_, ...)
      return inner[name](inner, ...)
    end
  end
end

local HANDLE = { __index = forward(Handle) }
local STATEMENT = { __index = forward(Statement) }

local DEAD = "disk I/O error: the process is dead"

function Handle:prepare(sql)
  if self.process.dead then return nil, DEAD end
  local made, why = self.inner:prepare(sql)
  if not made then return nil, why end
  self.made[#self.made + 1] = made
  return setmetatable(
    { inner = made, sql = sql, process = self.process },
    STATEMENT
  )
end

-- What a killed process had open is closed for it: statements first, or
-- SQLite keeps the connection, and its lock.
local function close(self)
  for _, statement in ipairs(self.made) do
    pcall(statement.close, statement)
  end
  self.made = {}
  pcall(self.inner.close, self.inner)
end

function Handle:close()
  close(self)
end

-- What goes wrong before a statement: a message, or nil.
local function trouble(process, sql)
  local world = process.world
  if process:may_die "before a statement" then return DEAD end
  local flaky = world.flaky / 4
  if world:strikes(flaky, "disk error at a statement") then
    return "disk I/O error"
  elseif world:strikes(flaky, "database locked at a statement") then
    return "database is locked"
  elseif sql ~= "ROLLBACK" and world:strikes(flaky / 4, "disk full") then
    return "database or disk is full"
  elseif sql == "COMMIT" and world:strikes(world.flaky, "commit not done") then
    return "disk I/O error"
  end
  -- inside a transaction, its lock is held meanwhile
  if sql:find "^BEGIN" or world:can_wait(process) then process:pause() end
end

function Statement:execute(...)
  local process, sql = self.process, self.sql
  if process.calm then return self.inner:execute(...) end
  if process.dead then return false, DEAD end
  local message = trouble(process, sql)
  if message then return false, message end
  local good, why = self.inner:execute(...)
  if good and sql == "COMMIT" then
    local world = process.world
    if process:may_die "after a commit" then return false, DEAD end
    if world:strikes(world.flaky, "commit done, answer lost") then
      return false, "disk I/O error"
    end
    process:pause()
  end
  return good, why
end

local connect = dbi.Connect

-- A connection belongs to the process that runs; it ends with it.
local function connect_for(driver, ...)
  local current = stores.current
  local process = current and current.world.running
  if not process then return connect(driver, ...) end
  if process.dead then return nil, DEAD end
  local handle, why = connect(driver, ...)
  if not handle then return nil, why end
  local made =
    setmetatable({ inner = handle, process = process, made = {} }, HANDLE)
  process:on_end(function()
    close(made)
  end)
  return made
end

local function folder()
  local shared = io.open "/dev/shm/."
  if shared then shared:close() end
  return shared and "/dev/shm" or os.getenv "TMPDIR" or "/tmp"
end

local count = 0

function sqlite.open(self)
  dbi.Connect = connect_for
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
  dbi.Connect = connect
  for _, ending in ipairs { "", "-wal", "-shm", "-count" } do
    os.remove(self.path .. ending)
  end
end

return sqlite
