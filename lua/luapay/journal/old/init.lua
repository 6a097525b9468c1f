-- luapay.journal: what was intended, sent and learned, kept where a crash
-- cannot reach it. See book.lua for what a journal does.

local check = require("luapay.options").check
local core = require "luapay.core"
local random = require "luapay.random"

local journal = {}

local COMMON = {
  worker = { type = "string" },
  lease = { type = "number", positive = true, default = 120 },
  settle = { type = "number", default = 60 },
  clock = { type = "function" },
}

local function rules(own)
  local all = {}
  for name, rule in pairs(COMMON) do
    all[name] = rule
  end
  for name, rule in pairs(own) do
    all[name] = rule
  end
  return all
end

-- The time of day by a clock that does not jump: read once, counted on.
local function clock_from(now)
  local ahead = now - core.now()
  return function()
    return ahead + core.now()
  end
end

local function open(store, options)
  options.worker = options.worker or random.uuid()
  options.clock = options.clock or store.clock or clock_from(os.time())
  return require("luapay.journal.old.book").new(store, options)
end

-- What every journal takes:
--
-- `worker`: a name of this worker that no other has; made when absent.
-- `lease`: seconds that an entry is its worker's alone, 120; must be longer
-- than any call takes. `settle`: seconds before the provider is asked about
-- an unknown: what it has received may still be under way there, 60.
-- `clock`: seconds since 1970; the system's (of PostgreSQL's machine where
-- there is one).

--- A journal that ends with the process: for specs. `store`: shared with
--- another journal, as two machines share a database.
---@param options? table
---@return luapay.Journal
function journal.memory(options)
  local memory = require "luapay.journal.old.memory"
  local checked = check(
    "luapay.journal.memory",
    options or {},
    rules { store = { type = "table" } }
  )
  return open(checked.store or memory.new(), checked)
end

--- A journal in one file, for the processes of one machine.
---
--- `path`: the file; made when it is not there.
---@param options table
---@return luapay.Journal? journal
---@return luapay.Fault? fault when the file cannot be opened
function journal.sqlite(options)
  local sqlite = require "luapay.journal.old.sqlite"
  local checked =
    check("luapay.journal.sqlite", options, rules(sqlite.OPTIONS))
  local store, err = sqlite.open(checked)
  if not store then return nil, err end
  return open(store, checked)
end

--- A journal in PostgreSQL, for several machines.
---
--- `database`, `user`, `password`, `host`, `port`: as of libpq.
---@param options table
---@return luapay.Journal? journal
---@return luapay.Fault? fault when the server cannot be reached
function journal.postgres(options)
  local postgres = require "luapay.journal.old.postgres"
  local checked =
    check("luapay.journal.postgres", options, rules(postgres.OPTIONS))
  local store, err = postgres.open(checked)
  if not store then return nil, err end
  return open(store, checked)
end

return journal
