-- status.lua - how a transaction stands, read from the result of is_valid.
-- A call that went well says that the transaction was found, and no more.

local status = {}

-- Where a transaction stays for good.
local FINAL = { PAID = true, DENIED = true, CANCELLED = true, ERROR = true }

--- Whether the money was paid and has not been given back.
---@param result table of is_valid
---@return boolean
function status.is_paid(result)
  return result.transaction_status == "PAID" and not status.is_refunded(result)
end

--- Whether the money was given back. The provider says it with the text
--- "true"; anything else means that it was not.
---@param result table of is_valid
---@return boolean
function status.is_refunded(result)
  return result.isRefunded == true or result.isRefunded == "true"
end

--- Whether asking again is of no use. A status that is not documented is
--- not known to be the last.
---@param result table of is_valid
---@return boolean
function status.is_final(result)
  return FINAL[result.transaction_status] == true
end

return status
