-- ledger.lua - the journal that a command works on, and the flows of its
-- entries. (Not every journal is a file: see doc/journal.md.)

local clients = require "luapay.command.clients"
local config = require "luapay.command.config"
local core = require "luapay.core"
local luapay = require "luapay"

local ledger = {}

ledger.OPTION = {
  "--journal",
  "A file of SQLite, or postgres://USER@HOST/DATABASE.",
  value = "JOURNAL",
}

--- The API of each flow.
ledger.APIS = {
  agreement = "mobilepay_subscriptions",
  invoices = "mobip",
  one_off = "mobilepay_subscriptions",
  online_payment = "mobilepay_online",
  payment_link = "mobip",
  queue = "mobip",
  recurring = "mobilepay_online",
  refunds = "mobilepay_subscriptions",
  subscription_batch = "mobilepay_subscriptions",
  topup = "infobip",
}

-- What the configuration may say below [journal].
local RULES = {
  path = { type = "string" },
  database = { type = "string" },
  user = { type = "string" },
  password = { type = "string" },
  passfile = { type = "string" },
  host = { type = "string" },
  port = { type = "string" },
  schema = { type = "string" },
  sslmode = { type = "string" },
  sslrootcert = { type = "string" },
  sslcert = { type = "string" },
  sslkey = { type = "string" },
  sslpassword = { type = "string" },
  standby = { type = "string" },
  lease = { type = "number" },
  patience = { type = "number" },
}

local URL = "^postgres[ql]*://([^/@]*)@?([^/]*)/([^?]+)%??(.*)$"

local function unescape(text)
  return (
    text:gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)
  )
end

local function of_url(text, place)
  local who, where, database, query = text:match(URL)
  if not who then
    config.fail("%s: expected postgres://USER@HOST/DATABASE", place)
  elseif not text:find("@", 1, true) then
    who, where = "", who
  end
  local user, password = who:match "^([^:]*):(.*)$"
  if password and place == "--journal" then
    config.fail(
      "--journal: a password among the words of a command is for everybody "
        .. "to read: put it into the configuration, PGPASSWORD or ~/.pgpass"
    )
  end
  local options = { database = unescape(database) }
  user = unescape(user or who)
  options.user = user ~= "" and user or nil
  options.password = password and unescape(password)
  local host, port = where:match "^(.-):(%d+)$"
  host = host or where
  options.host = host ~= "" and unescape(host) or nil
  options.port = port
  for name, value in query:gmatch "([%w_]+)=([^&]*)" do
    if not RULES[name] or name == "path" then
      config.fail("%s: %s is no option of a journal", place, name)
    end
    options[name] = unescape(value)
  end
  return options
end

local function named(text, place)
  if text:find "^postgres" and text:find("://", 1, true) then
    return of_url(text, place)
  end
  return { path = text }
end

-- A journal in memory: the sandbox in this process ends with it, too.
local function is_for_one_command(given, shell)
  return given.sandbox and not given.journal and not shell:env "LUAPAY_JOURNAL"
end

local function find(shell, given)
  local settings = config.read(shell, given.config)
  local options = {}
  if not (given.sandbox or given.sandbox_server) then
    options = settings:options("journal", RULES)
  end
  local said, place = given.journal, "--journal"
  if not said then
    said, place = shell:env "LUAPAY_JOURNAL", "LUAPAY_JOURNAL"
  end
  if said then
    for _, name in ipairs { "path", "database" } do
      options[name] = nil
    end
    for name, value in pairs(named(said, place)) do
      options[name] = value
    end
  end
  if options.path and options.database then
    config.fail "[journal]: path or database: not both"
  end
  return options
end

local function pick(options, names)
  local some = {}
  for _, name in ipairs(names) do
    some[name] = options[name]
  end
  return some
end

-- Why it cannot be opened is no fault of the way it was called.
local function open(shell, options, must_be_there)
  if options.path then
    if must_be_there and not core.file(options.path) then
      config.fail("there is no journal %s", options.path)
    end
    return luapay.journal.sqlite(
      pick(options, { "path", "lease", "patience" })
    )
  end
  options.user = options.user or shell:env "PGUSER" or shell:env "USER"
  if not options.user then config.fail "the journal: user is required" end
  return luapay.journal.postgres(options)
end

--- Opens the journal. What is wrong with how it is named is raised.
---@param shell table
---@param given table the parsed line
---@param must_be_there? boolean a new file is not made
---@return luapay.Journal? journal
---@return luapay.Fault? fault
function ledger.open(shell, given, must_be_there)
  if not must_be_there and is_for_one_command(given, shell) then
    return luapay.journal.memory()
  end
  local options = find(shell, given)
  if not (options.path or options.database) then
    config.fail(
      "which journal? Say --journal FILE, LUAPAY_JOURNAL, or path or "
        .. "database below [journal] in the configuration"
    )
  end
  local good, journal, err = pcall(open, shell, options, must_be_there)
  if not good then
    if getmetatable(journal) == config then error(journal, 0) end
    config.fail("%s", (tostring(journal):gsub("^[^\n]-:%d+: ", "")))
  end
  if not journal then return nil, err end
  if journal.warning then
    shell:note("%s", shell:paint("yellow", journal.warning, "err"))
  end
  return journal
end

--- The same, for commands that print where it is.
---@return string? path, or nil for a database of PostgreSQL
---@return table options
function ledger.place(shell, given)
  local options = find(shell, given)
  return options.path, options
end

local function nobody()
  return nil
end

-- What a flow has to be given beside a client, for those that only read, ask
-- and are told: nothing of it sends a card or handles a transaction.
local OWN = {
  queue = function()
    return { handle = nobody }
  end,
  invoices = function(entry)
    local details = entry and entry.details or {}
    return { source = details.source or "unknown" }
  end,
  online_payment = function()
    return { acquirer = { authorise = nobody } }
  end,
  recurring = function()
    return { acquirer = { authorise = nobody, charge = nobody } }
  end,
}

--- The flow of an entry.
---@param journal luapay.Journal
---@param client luapay.Client
---@param about table flow, run; and maybe an entry of it
---@param more? table further options
---@return table flow
function ledger.flow(journal, client, about, more)
  local options = OWN[about.flow] and OWN[about.flow](about.entry) or {}
  options.client, options.journal = client, journal
  options.run = about.run
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return luapay.flow[about.flow](options)
end

--- The flow of an entry, with a client that asks nobody.
---@param journal luapay.Journal
---@param about table account, flow, run
---@return table flow
function ledger.offline(journal, about)
  local api = ledger.APIS[about.flow]
  return ledger.flow(journal, clients.offline(api, about.account), about)
end

return ledger
