-- Transactions of a store in a database: part of sql.lua's store.

local connections = require "luapay.journal.old.connection"
local fault = require "luapay.fault"

local transact = {}

local function failed(message)
  return nil,
    fault.new {
      kind = "journal",
      code = "database",
      endpoint = "journal",
      message = tostring(message),
    }
end

--- Connects where there is no connection.
function transact:connect()
  if self.connection then return true end
  local opened, why = self.dialect.connect(self.options)
  if not opened then return failed(why) end
  self.connection = opened
  return true
end

-- A connection that is broken is not used again.
local function abandon(self)
  local good = pcall(self.connection.run, self.connection, "ROLLBACK")
  if good and pcall(self.connection.query, self.connection, "SELECT 1") then
    return
  end
  self.connection:close()
  self.connection = nil
end

local function attempt(self, work)
  local good, value, err = pcall(function()
    self.connection:run(self.dialect.BEGIN)
    local value, err = work(self)
    self.committing = true
    self.connection:run "COMMIT"
    return value, err
  end)
  local committing = self.committing
  self.committing = false
  if good then return value, err end
  abandon(self)
  local problem = connections.problem_of(value)
  if not problem then error(value, 0) end
  local _, why = failed(problem)
  if committing then why.code = "commit_unknown" end
  return nil, why
end

--- All or nothing, and durable when it returns.
function transact:transact(work)
  local good, why = self:connect()
  if not good then return nil, why end
  return attempt(self, work)
end

function transact:close()
  if self.connection then self.connection:close() end
  self.connection = nil
end

return transact
