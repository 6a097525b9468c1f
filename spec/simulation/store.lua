-- The journal that all machines of a world share, and what goes wrong
-- between a process and it: the process is killed before a transaction,
-- after it, or in its middle; the database is away, locked, full or
-- read-only; a commit is done and its answer lost, or not done.
--
-- In memory that is put around the store's transactions, in the databases
-- around each statement: see sqlite.lua and postgres.lua.

local core = require "luapay.core"
local journal = require "luapay.journal"

local stores = {}

local Store = {}
Store.__index = Store

local kinds = {}

-- Clocks of a process's journal: those of its machine. Who waits for the
-- database lets the others go on.
local function clocks_of(world, process)
  local machine = process.machine
  return {
    wall = function()
      return machine:wall()
    end,
    boot = core.boottime,
    boot_id = machine:boot_id(),
    sleep = function(seconds)
      process:live()
      if process == world.observer then return end
      world:hold(process, world:now() + seconds)
    end,
  }
end

local function common(world, process, given)
  local options = {
    worker = process.name,
    lease = 120,
    clock = clocks_of(world, process),
  }
  for name, value in pairs(given or {}) do
    options[name] = value
  end
  return options
end

local function problem(reason, phase, message, more)
  local made = more or {}
  made.reason, made.phase, made.message = reason, phase, message
  return nil, made
end

-- In memory: what stands between a journal and the common store.
local Between = {}

function Between:__index(name)
  return Between[name] or self.store[name]
end

function Between:transact(reads, fn, options)
  local process = self.process
  local world = process.world
  if process:may_die "before a write" then
    return problem("lost", "not_sent", "killed")
  end
  process:pause()
  local flaky = process.calm and 0 or world.flaky
  if world:strikes(flaky, "database away") then
    return problem("lost", "sent", "the connection was lost")
  elseif world:strikes(flaky / 2, "commit not done, and nobody knows") then
    return problem("lost", "committing", "the connection was lost")
  elseif world:strikes(flaky / 2, "deadlock") then
    return problem("server", "sent", "deadlock detected", {
      sqlstate = "40P01",
    })
  end
  local value, err = self.store:transact(reads, fn, options)
  if process:may_die "after a write" then
    return problem("lost", "committing", "killed")
  elseif value ~= nil and world:strikes(flaky, "commit done, answer lost") then
    return problem("lost", "committing", "the connection was lost")
  end
  process:pause()
  return value, err
end

function Between:close() end

kinds.memory = {
  open = function(self)
    self.shared = require("luapay.journal.store.memory").new()
  end,
  journal = function(self, process, options)
    options.store = self.shared
    local made = journal.memory(options)
    made.store =
      setmetatable({ store = self.shared, process = process }, Between)
    return made
  end,
  close = function() end,
}

--- A journal for a process; options as of luapay.journal. Where it cannot be
--- opened, somebody has it locked: the program is started again later.
function Store:journal(process, given)
  local world = self.world
  local made, fault
  for _ = 1, 200 do
    made, fault =
      self.kind.journal(self, process, common(world, process, given))
    if made then return made end
    world:hold(process, world:now() + 5)
    process:live()
  end
  error("the journal cannot be opened: " .. tostring(fault))
end

function Store:close()
  self.kind.close(self)
  stores.current = nil
end

-- The library's own clock is that of the machine whose process runs.
local real = {}

local function take_over_clocks()
  if real.boottime then return end
  for _, name in ipairs { "boottime", "now", "wall", "sleep" } do
    real[name] = core[name]
  end
  local function boottime()
    local current = stores.current
    local process = current and current.world.running
    if not process then return real.now() end
    return process.machine:boottime()
  end
  core.boottime, core.now = boottime, boottime
  core.sleep = function(seconds)
    local current = stores.current
    local process = current and current.world.running
    if not process then return real.sleep and real.sleep(seconds) end
    current.world:hold(process, current.world:now() + seconds)
  end
end

stores.real = real

--- Opens the common journal of a world.
---@param world table
---@param kind string "memory", "sqlite", "postgres"
function stores.open(world, kind)
  take_over_clocks()
  if not kinds[kind] then kinds[kind] = require("spec.simulation." .. kind) end
  local self = setmetatable({ world = world, kind = kinds[kind] }, Store)
  stores.current = self
  self.kind.open(self)
  return self
end

return stores
