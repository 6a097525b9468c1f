-- A real PostgreSQL under the simulation: one server for the whole run, its
-- tables emptied for each history. What goes wrong happens at each statement
-- of luapay.postgres: lost, done and lost, refused, read-only for a while.
--
-- Nobody stands still in the middle of a transaction: the locks that are
-- held there are waited for in real time.

local core = require "luapay.core"
local journal = require "luapay.journal"
local server = require "spec.support.postgres"
local stores = require "spec.simulation.store"

local postgres = {}

local REAL = require "luapay.postgres"
local PATIENCE = 20 -- real seconds

local Connection = {}
Connection.__index = Connection

local function deadline()
  return REAL.now() + PATIENCE
end

local function problem(reason, phase, message, sqlstate)
  return nil,
    {
      reason = reason,
      phase = phase,
      message = message,
      sqlstate = sqlstate,
    }
end

local function lose(self, phase, message)
  self.inner:close()
  return problem("lost", phase, message or "the connection was lost")
end

local function has_commit(list)
  local last = list[#list]
  return last and last[1] == "COMMIT"
end

-- The first statements only.
local function head(list, n)
  local out = {}
  for i = 1, n do
    out[i] = list[i]
  end
  return out
end

-- What the list of statements comes to, when things go wrong; false when
-- nothing does.
local function fail(self, list)
  local process = self.process
  local world = process.world
  local random, flaky = world.random, world.flaky
  if process:may_die "before a statement" then
    return lose(self, "not_sent", "killed")
  elseif world:strikes(flaky / 2, "connection lost at a statement") then
    local n = random:between(0, #list - (has_commit(list) and 1 or 0))
    if n > 0 then self.inner:run(head(list, n), deadline()) end
    return lose(self, "sent")
  elseif world:strikes(flaky / 2, "deadlock") then
    if self.inner:state() == "transaction" then
      self.inner:run({ { "ROLLBACK" } }, deadline())
    end
    return problem("server", "sent", "deadlock detected", "40P01")
  elseif world:strikes(flaky / 4, "server is a read-only standby") then
    return problem("read_only", "sent", "read-only transaction", "25006")
  elseif has_commit(list) then
    if world:strikes(flaky, "commit not done, and nobody knows") then
      if list[2] then self.inner:run(head(list, #list - 1), deadline()) end
      return lose(self, "committing")
    elseif world:strikes(flaky, "commit done, answer lost") then
      self.inner:run(list, deadline())
      return lose(self, "committing")
    end
  end
  return false
end

function Connection:start(list)
  local process = self.process
  self.results, self.problem = nil, nil
  if process.dead then return lose(self, "not_sent", "killed") end
  if not process.calm then
    if self.inner:state() == "idle" then process:pause() end
    local failed, why = fail(self, list)
    if failed == nil then
      self.problem = why
      return true
    end
  end
  self.results, self.problem = self.inner:run(list, deadline())
  if not process.calm and has_commit(list) then
    if process:may_die "after a commit" then
      self.results, self.problem = lose(self, "committing", "killed")
      return true
    end
    process:pause()
  end
  return true
end

function Connection:step()
  if self.results then return self.results end
  if self.problem then return nil, self.problem end
  return true -- connected
end

function Connection:finish()
  return self:step()
end

function Connection:state()
  return self.inner:state()
end

function Connection:close()
  self.inner:close()
end

local module = {
  now = function()
    return core.now()
  end,
}

function module.connect(settings)
  local process = stores.current.world.running
  local inner = REAL.connect(settings, deadline())
  local good, why = inner:finish()
  local made = setmetatable({ inner = inner, process = process }, Connection)
  if process.dead then
    inner:close()
    made.problem = { reason = "connect", phase = "not_sent", message = "dead" }
  elseif not good then
    made.problem = why
  elseif
    not process.calm
    and process.world:strikes(process.world.flaky, "server not reached")
  then
    inner:close()
    made.problem = {
      reason = "connect",
      phase = "not_sent",
      message = "connection refused",
    }
  else
    process:on_end(function()
      inner:close()
    end)
  end
  return made
end

local database, control

-- A connection of the simulation's own.
local function ask(sql)
  if not control then
    control = REAL.connect(database, deadline())
    assert(control:finish())
  end
  local results, why = control:run({ { sql } }, deadline())
  if not results then error(why.message) end
  return results[1]
end

local TABLES = "SELECT string_agg(relname, ', ') AS names FROM pg_class "
  .. "WHERE relkind = 'r' AND relname LIKE 'luapay%' "
  .. "AND relname <> 'luapay_schema'"

function postgres.open(self)
  package.loaded["luapay.postgres"] = module
  if not database then
    database = assert(server.database())
    self.is_new = true
  else
    local names = ask(TABLES)[1].names
    if names then ask("TRUNCATE " .. names) end
  end
  -- the server's clock, which nobody sets at the right time either
  self.skew = self.world.random:chance(0.3)
      and self.world.random:between(-self.world.skew, self.world.skew)
    or 0
end

--- Opens a journal. Opening is not what goes wrong here.
function postgres.journal(self, process, options)
  for name, value in pairs(database) do
    options[name] = value
  end
  local calm = process.calm
  process.calm = true
  local made, fault = journal.postgres(options)
  process.calm = calm
  if not made then return nil, fault end
  local world = self.world
  made.store.clock = function()
    return world:now() + self.skew
  end
  return made
end

function postgres.close()
  package.loaded["luapay.postgres"] = REAL
end

return postgres
