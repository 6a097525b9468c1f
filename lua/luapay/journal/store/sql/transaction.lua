-- transaction.lua - what the transactions of both databases have alike: the
-- verbs by which the store runs its statements.

local transaction = {}

--- A class of transactions.
---@param run async fun(tx: table, list: table[], last?: boolean): table[]
---@return table
function transaction.class(run)
  local Tx = {}
  Tx.__index = Tx

  --- Runs one statement, with its values for $1, $2, ...; raises what is not
  --- to be dealt with by the caller.
  ---@async
  ---@return table result rows, each by its columns' names, and `affected`
  function Tx:run(sql, ...)
    return run(self, { { sql, n = select("#", ...), ... } })[1]
  end

  --- Runs several at once: { sql, value, ..., n = count of values }.
  ---@async
  ---@return table[] results
  function Tx:run_all(list)
    return run(self, list)
  end

  --- The same, and commits.
  ---@async
  ---@return table[] results
  function Tx:last(list)
    return run(self, list, true)
  end

  return Tx
end

--- Sends statements after those that come first, and with one that comes
--- last: their own results.
---@async
---@param send async fun(tx: table, all: table[]): table[]
---@param tx table
---@param all table[] what comes first; the others are added to it
---@param list table[]
---@param after? table|false
---@return table[] results
function transaction.send(send, tx, all, list, after)
  local head, own = #all, {}
  for i, statement in ipairs(list) do
    all[head + i] = statement
  end
  if after then all[#all + 1] = after end
  local results = send(tx, all)
  for i = 1, #list do
    own[i] = results[head + i]
  end
  return own
end

return transaction
