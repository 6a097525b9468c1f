-- asked_match.lua - which of the provider's things is the one that a lost
-- request has made.

local items = require "luapay.flow.asked_items"

local match = {}

--- To the person who settles what cannot be told apart.
match.ADVICE = "Several things at the provider fit: see candidates. Find "
  .. "out which of them is meant, and tell the flow by identify(reference, "
  .. "id); see to it that nothing comes of the others."

-- Whether it is known as something else that was asked for.
local function is_taken(flow, entry, id)
  local known, err = flow.journal:find {
    flow = flow.name,
    provider_id = id,
  }
  if known == nil then return nil, err end
  return known and known.id ~= entry.id or false
end

--- Whether two amounts are the same; one that nobody has said fits any.
---@param a any
---@param b any
---@return boolean
function match.same_amount(a, b)
  return a == nil or b == nil or items.amount(a) == items.amount(b)
end

--- What an open entry is, given all that fit it at the provider.
---@async
---@param flow table
---@param kind table
---@param entry luapay.JournalEntry
---@param found { id: string, status: string }[]
---@return string? state
---@return table|luapay.Fault outcome
function match.judge(flow, kind, entry, found)
  local free = {}
  for _, thing in ipairs(found) do
    local taken, err = is_taken(flow, entry, thing.id)
    if taken == nil then return nil, err end
    if not taken then free[#free + 1] = thing end
  end
  if #free == 0 then return "failed", { asked = "the provider has it not" } end
  if #free > 1 then
    local ids = {}
    for i, thing in ipairs(free) do
      ids[i] = thing.id
    end
    return "parked", { advice = match.ADVICE, candidates = ids }
  end
  local outcome = { provider_id = free[1].id, status = free[1].status }
  if kind.enrich then kind.enrich(entry, outcome.status, outcome) end
  -- a word that nobody knows is no end
  return kind.states[outcome.status] or "pending", outcome
end

--- The link by which the customer goes on, if the answer has one.
---@param answer table
---@return string?
function match.redirect(answer)
  local links = answer.links
  for _, link in ipairs(type(links) == "table" and links or {}) do
    if link.rel == "mobile-pay" then return link.href end
  end
end

return match
