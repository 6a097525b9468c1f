-- The journal's way to PostgreSQL: connections, deadlines and transactions
-- over luapay.postgres. It knows no table of the journal.
--
-- Nothing is kept in a session: each transaction brings its settings, so a
-- pooler in transaction mode may stand in between. What certainly left
-- nothing behind is for the caller to repeat; here only a connection that
-- was lost before anything was sent is replaced.

local core = require "luapay.core"
local task = require "luapay.task"
local transaction = require "luapay.journal.store.sql.transaction"

local HERE = "luapay.journal.postgres: "
local NAP = 0.001 -- seconds, in nginx, between two checks for an answer
local KEPT = 2 -- connections, while nobody uses them
local PATIENCE = 10 -- seconds, where no deadline is given

local STRING = { type = "string" }
local SECONDS = { type = "number", positive = true }

local function one_of(...)
  local choices = {}
  for _, word in ipairs { ... } do
    choices[word] = true
  end
  return { type = "string", choices = choices }
end

local postgres = {
  -- `host`, `port`: one, or a list of as many servers; they are tried in
  -- this order. `connect_timeout`: seconds for one server.
  OPTIONS = {
    database = { type = "string", required = true },
    user = { type = "string", required = true },
    password = STRING,
    passfile = STRING,
    host = { type = "any" },
    hostaddr = STRING,
    port = { type = "any" },
    schema = STRING,
    application_name = STRING,
    connect_timeout = { type = "number", positive = true, default = 5 },
    target_session_attrs = one_of("read-write", "primary", "any"),
    sslmode = one_of(
      "disable",
      "prefer",
      "require",
      "verify-ca",
      "verify-full"
    ),
    sslrootcert = STRING,
    sslcert = STRING,
    sslkey = STRING,
    sslpassword = STRING,
    sslcrl = STRING,
    ssl_min_protocol_version = STRING,
    channel_binding = one_of("disable", "prefer", "require"),
    require_auth = STRING,
    requirepeer = STRING,
    keepalives_idle = { type = "number", positive = true, default = 60 },
    tcp_user_timeout = SECONDS,
  },
}

-- What goes to libpq as it is.
local AS_THEY_ARE = {
  "database",
  "user",
  "password",
  "passfile",
  "hostaddr",
  "application_name",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "sslpassword",
  "sslcrl",
  "ssl_min_protocol_version",
  "channel_binding",
  "require_auth",
  "requirepeer",
  "keepalives_idle",
}

local function wrong(message)
  error(HERE .. message, 0)
end

local function list_of(value, name, kind)
  local list = type(value) == "table" and value or { value }
  if type(value) == "table" and not value[1] then
    wrong(name .. ": expected at least one")
  end
  for _, one in ipairs(list) do
    if type(one) ~= kind or one == "" then
      wrong(
        ("%s: expected a %s, or a list of them, got a %s"):format(
          name,
          kind,
          type(one)
        )
      )
    end
  end
  return list
end

-- Whether nobody else can be between us and that server.
local function is_near(host)
  return not host
    or host:find "^[/@]"
    or host == "localhost"
    or host == "::1"
    or host:find "^127%.%d+%.%d+%.%d+$"
end

local function sslmode_of(options, host)
  local mode = options.sslmode
    or (is_near(options.hostaddr or host) and "prefer")
    or "verify-full"
  if mode:find "^verify" and not options.sslrootcert then
    wrong(
      "sslmode: verify-full, which it is for any server on another machine, "
        .. "needs sslrootcert: the file with the authority that vouches for "
        .. "the server. Without: 'require' (anybody may answer), 'disable' "
        .. "(anybody may read)"
    )
  end
  return mode
end

-- Settings of luapay.postgres for each server.
local function servers_of(options)
  local hosts = list_of(options.host, "host", "string")
  local ports = list_of(options.port, "port", "number")
  if #ports > 1 and #ports ~= #hosts then
    wrong "port: expected one, or as many as there are hosts"
  end
  local servers = {}
  for i = 1, math.max(1, #hosts) do
    local settings = {
      host = hosts[i],
      port = ports[i] or ports[1],
      sslmode = sslmode_of(options, hosts[i]),
      target_session_attrs = options.target_session_attrs or "read-write",
    }
    for _, name in ipairs(AS_THEY_ARE) do
      settings[name] = options[name]
    end
    if options.tcp_user_timeout then
      settings.tcp_user_timeout = math.ceil(options.tcp_user_timeout * 1000)
    end
    servers[i] = settings
  end
  return servers
end

-- What happened.

local Raised = {} -- metatable of what carries a problem up through `work`

local function raise(problem)
  error(setmetatable({ problem = problem }, Raised), 0)
end

-- SQLSTATEs after which the same may go well later, or elsewhere.
local PASSING = {
  ["23505"] = "exists", -- another transaction was first
  ["25006"] = "read_only",
  ["25P03"] = "timeout",
  ["55P03"] = "timeout",
  ["57014"] = "timeout",
}
local PASSING_CLASSES = {
  ["08"] = true, -- of the connection
  ["40"] = true, -- serialization, deadlock
  ["53"] = true, -- disk full, too many connections
  ["57"] = true, -- shut down, not yet up
  ["58"] = true, -- errors of the system
}

local function problem_of(problem)
  local code = problem.sqlstate
  if code then
    problem.reason = PASSING[code] or problem.reason
    problem.is_final = not (PASSING[code] or PASSING_CLASSES[code:sub(1, 2)])
  end
  return problem
end

-- Waiting: nginx does other things meanwhile, a script has nothing to do.
local function await(connection)
  repeat
    local value, problem = connection:step()
    if value ~= false then return value, problem end
  until not task.nap(NAP)
  return connection:finish()
end

-- Connecting.

local function connect_to(self, server, deadline)
  local connection = self.pg.connect(server, deadline)
  local good, problem = await(connection)
  if good then return connection end
  connection:close()
  return nil, problem_of(problem)
end

-- The server that answered last is tried first, unless it turned out to be
-- of no use; each has a share of the time.
local function connect(self, deadline)
  local count, connection, problem = #self.servers
  for i = 0, count - 1 do
    local at = (self.current - 1 + i) % count + 1
    local now = self.pg.now()
    local share = (deadline - now) / (count - i)
    local until_then = now + math.min(share, self.connect_timeout)
    connection, problem = connect_to(self, self.servers[at], until_then)
    if connection then
      self.current = at
      return connection
    end
  end
  return nil, problem
end

local function turn_to_next(self)
  self.current = self.current % #self.servers + 1
end

-- Transactions.

local BEGIN = { "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE" }
local COMMIT = { "COMMIT" }

-- Milliseconds. The server gives up a little earlier than we do: what it has
-- given up is certain, what we have is not.
local function patience_of_server(driver, deadline)
  local left = deadline - driver.pg.now()
  return math.max(1, math.floor((left - math.min(0.25, left / 5)) * 1000))
end

-- What begins a transaction. These are three because that is cheaper for the
-- server than one SELECT of set_config.
local function add_beginning(list, driver, deadline)
  local own = patience_of_server(driver, deadline)
  list[1] = BEGIN
  list[2] = { ("SET LOCAL statement_timeout = %d"):format(own) }
  list[3] = {
    ("SET LOCAL idle_in_transaction_session_timeout = %d"):format(own + 1000),
  }
  list[4] = { "SET LOCAL synchronous_commit = on" }
  if driver.schema then
    list[5] = { "SET LOCAL search_path = " .. driver.schema }
  end
end

local READ = "SELECT set_config('statement_timeout', $1, true)"

-- What only reads needs no transaction: what is sent together is one.
local function add_reading(list, driver, deadline)
  local own = ("%d"):format(patience_of_server(driver, deadline))
  if driver.schema then
    list[1] = {
      READ .. ", set_config('search_path', $2, true)",
      own,
      driver.schema,
    }
  else
    list[1] = { READ, own }
  end
end

local function send(tx, list)
  local connection = tx.connection
  local good, problem = connection:start(list, tx.deadline)
  if not good and problem.reason == "lost" and not tx.has_begun then
    -- while nobody used it: nothing was sent
    connection:close()
    connection, problem = tx.driver:connection(tx.deadline, true)
    if not connection then raise(problem) end
    tx.connection = connection
    good, problem = connection:start(list, tx.deadline)
  end
  local results
  if good then
    results, problem = await(connection)
  end
  if not results then raise(problem_of(problem)) end
  return results
end

local function run(tx, list, last)
  if tx.is_over then error("the transaction is over", 3) end
  local first = {}
  if tx.only_reads then
    add_reading(first, tx.driver, tx.deadline)
  elseif not tx.has_begun then
    add_beginning(first, tx.driver, tx.deadline)
  end
  local commit = last and not tx.only_reads and COMMIT
  local results = transaction.send(send, tx, first, list, commit)
  tx.has_begun, tx.is_over = not tx.only_reads, last
  return results
end

local Tx = transaction.class(run)

local Driver = {}
Driver.__index = Driver

-- A connection that can be used. `fresh`: none of those that were kept.
function Driver:connection(deadline, fresh)
  while self.idle[1] do
    local kept = table.remove(self.idle)
    if kept:state() == "idle" and not fresh then return kept end
    kept:close()
  end
  local connection, problem = connect(self, deadline)
  if not connection then return nil, problem end
  if not self.prepare then return connection end
  local done
  done, problem, connection = self:attempt(connection, self.prepare, deadline)
  if done then return connection end
  connection:close()
  return nil, problem
end

local function end_it(tx, value)
  if tx.is_over or not tx.has_begun then return end
  if value then
    run(tx, {}, true)
  else
    tx.connection:start({ { "ROLLBACK" } }, tx.deadline)
    if not await(tx.connection) then tx.connection:close() end
  end
end

-- What a failed transaction leaves of its connection.
local function clean_up(tx, problem)
  local connection = tx.connection
  if not problem then
    connection:close()
  elseif problem.reason == "read_only" then
    connection:close()
    turn_to_next(tx.driver)
  elseif connection:state() == "transaction" then
    end_it(tx, false)
  end
end

-- One transaction on this connection, or on one that took its place, which
-- is returned as well.
function Driver:attempt(connection, work, deadline, only_reads)
  local tx = setmetatable({
    driver = self,
    connection = connection,
    deadline = deadline,
    only_reads = only_reads,
  }, Tx)
  local good, value, err = pcall(function()
    local value, err = work(tx)
    end_it(tx, value)
    return value, err
  end)
  if good then return value, err, tx.connection end
  local problem = getmetatable(value) == Raised and value.problem or nil
  clean_up(tx, problem)
  if not problem then error(value, 0) end
  -- what only read has left nothing behind, whatever became of it
  if only_reads and problem.phase == "committing" then
    problem.phase = "sent"
  end
  return nil, problem, tx.connection
end

local function keep(self, connection)
  if
    connection:state() == "idle"
    and not self.closed
    and #self.idle < KEPT
  then
    self.idle[#self.idle + 1] = connection
  else
    connection:close()
  end
end

--- Runs `work(tx)` in a transaction of its own. What it raises as a problem
--- rolls back and is returned; any other error rolls back and is raised. A
--- true first value commits, unless `tx:last` did. A list of statements in
--- place of a function is run in one round trip, and gives their results.
---
--- A problem: `message`, `reason`, `sqlstate`, `is_final` (the same would
--- not go well later either) and `phase`: "not_sent", "sent" (nothing of it
--- lasts), "committing" (it may last).
---@async
---@param work (fun(tx: table): any, any)|table[]
---@param options? { deadline: number?, only_reads: boolean? } by core.now()
---@return any value
---@return any fault or problem
function Driver:transaction(work, options)
  local now = core.now()
  local left = (options and options.deadline or now + PATIENCE) - now
  local deadline = self.pg.now() + left
  if type(work) == "table" then
    local list = work
    work = function(tx)
      return tx:last(list)
    end
  end
  local connection, problem = self:connection(deadline)
  if not connection then return nil, problem end
  local value, err, used =
    self:attempt(connection, work, deadline, options and options.only_reads)
  keep(self, used)
  return value, err
end

--- Any number of times.
function Driver:close()
  self.closed = true
  for _, connection in ipairs(self.idle) do
    connection:close()
  end
  self.idle = {}
end

--- Opens a driver.
---@async
---@param options table checked
---@param prepare? fun(tx: table): true?, table? on each new connection
---@return table? driver
---@return table? problem
function postgres.open(options, prepare)
  local good, pg = pcall(require, "luapay.postgres")
  if not good then
    return nil,
      {
        reason = "connect",
        phase = "not_sent",
        is_final = true,
        message = "luapay was built without libpq, and so without "
          .. "luapay.postgres (Debian: libpq-dev)",
      }
  end
  local self = setmetatable({
    pg = pg,
    servers = servers_of(options),
    current = 1,
    connect_timeout = options.connect_timeout or 5,
    schema = options.schema
      and ('"%s", pg_temp'):format((options.schema:gsub('"', '""'))),
    prepare = prepare,
    idle = {},
  }, Driver)
  local connection, problem = self:connection(pg.now() + PATIENCE)
  if not connection then return nil, problem end
  keep(self, connection)
  return self
end

return postgres
