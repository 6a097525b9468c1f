-- A connection to a database by LuaDBI: statements prepared once, values
-- bound, errors raised as a table that only this room knows.

local connection = {}

local Connection = {}
Connection.__index = Connection

--- What is raised when the database says no.
local Problem = {}

--- The text of a problem that was raised here; nil for what is none.
function connection.problem_of(raised)
  return getmetatable(raised) == Problem and raised.message or nil
end

local function fail(message)
  error(setmetatable({ message = tostring(message) }, Problem), 0)
end

local function prepared(self, sql)
  local statement = self.statements[sql]
  if statement then return statement end
  local made, why = self.handle:prepare(sql)
  if not made then fail(why) end
  self.statements[sql] = made
  return made
end

-- Numbers are bound as text by their callers: LuaDBI writes them with the
-- digits that the Lua at hand happens to give.
local function execute(self, sql, ...)
  local statement = prepared(self, sql)
  local good, why = statement:execute(...)
  if not good then fail(why) end
  return statement
end

--- Runs a statement; returns how many rows it has changed.
function Connection:run(sql, ...)
  return execute(self, sql, ...):affected()
end

--- Runs a statement; returns its rows.
function Connection:query(sql, ...)
  local statement, rows = execute(self, sql, ...), {}
  for i = 1, math.huge do
    local row = statement:fetch(true)
    if not row then return rows end
    rows[i] = row
  end
end

--- Runs a statement that cannot be prepared beforehand, once.
function Connection:once(sql)
  local statement, why = self.handle:prepare(sql)
  if not statement then fail(why) end
  local good
  good, why = statement:execute()
  if good then pcall(statement.fetch, statement) end
  statement:close()
  if not good then fail(why) end
end

function Connection:close()
  for _, statement in pairs(self.statements) do
    pcall(statement.close, statement)
  end
  self.statements = {}
  pcall(self.handle.close, self.handle)
end

--- Connects; nil and a message when that fails.
---@param driver string of LuaDBI: "SQLite3", "PostgreSQL"
---@return table? connection
---@return string? message
function connection.open(driver, ...)
  local good, dbi = pcall(require, "DBI")
  if not good then return nil, "LuaDBI is not installed" end
  local handle, why
  good, handle, why = pcall(dbi.Connect, driver, ...)
  if not good then return nil, handle end
  if not handle then return nil, why end
  handle:autocommit(true) -- transactions are begun and ended by statements
  return setmetatable({ handle = handle, statements = {} }, Connection)
end

return connection
