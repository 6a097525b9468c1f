-- states.lua - the states that callbacks tell of. A state of a lower rank
-- comes before one of a higher rank, so it is stale when it arrives later;
-- of two final ones of the same rank the first that arrived stays.

local states = {}

local function final(rank)
  return { rank = rank, final = true }
end

local function passing(rank)
  return { rank = rank, final = false }
end

--- The highest rank that there is.
states.TOP = 5

states.mobilepay_subscriptions = {
  agreement = {
    Pending = passing(1),
    Accepted = passing(2),
    Rejected = final(3),
    Expired = final(3),
    Canceled = final(3),
  },
  payment = {
    Requested = passing(1),
    Valid = passing(2),
    Created = passing(3),
    Suspended = passing(4),
    Executed = final(5),
    Failed = final(5),
    Rejected = final(5),
    Declined = final(5),
    Canceled = final(5),
  },
  one_off_payment = {
    Requested = passing(1),
    Reserved = passing(2),
    Captured = final(3),
    Rejected = final(3),
    Expired = final(3),
    Canceled = final(3),
    Declined = final(3),
  },
  refund = {
    Requested = passing(1),
    Issued = final(2),
    Declined = final(2),
  },
}

states.mobilepay_online = {
  agreement = {
    Created = passing(1),
    Activated = passing(2),
    Terminated = final(3),
  },
  payment = {
    Accepted = passing(1),
    Expired = final(2),
    Failed = final(2),
  },
}

-- The state is the provider's answer of this moment, so what is better for
-- the merchant may still follow.
states.mobip = {
  link = {
    PENDING = passing(1),
    DENIED = final(2),
    CANCELLED = final(2),
    ERROR = final(2),
    PAID = final(3),
    REFUNDED = final(4),
  },
}

-- Two spellings of one state each.
local SAME = { active = "accepted", cancelled = "canceled" }

local function find(list, word)
  for name in pairs(list) do
    if name:lower() == word then return name end
  end
end

--- The one spelling of a state, whatever its case; one that is not known
--- stays as it is.
---@param api string
---@param kind string
---@param status string
---@return string status
---@return { rank: integer, final: boolean }? about nil when it is not known
function states.read(api, kind, status)
  local list = states[api][kind] or {}
  local word = status:lower()
  local name = find(list, word) or find(list, SAME[word])
  if name then return name, list[name] end
  return status, nil
end

return states
