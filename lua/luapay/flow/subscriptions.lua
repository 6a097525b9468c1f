-- subscriptions.lua - what the flows over MobilePay Subscriptions share: by
-- what a thing is told from others there, and how its words come in.

local subscriptions = {}

local LONGEST = 64 -- characters of an external_id

--- By what MobilePay tells a thing from others: the caller's own id, or one
--- of run and reference.
---@param flow table
---@param item table
---@return string? external_id
---@return string? message why there can be none
function subscriptions.external_id(flow, item)
  if item.external_id then return item.external_id end
  local id = item.reference
  if flow.run_name ~= "" then id = flow.run_name .. ":" .. id end
  if #id <= LONGEST then return id end
  return nil,
    ("give one of at most %d characters: the reference is too long"):format(
      LONGEST
    )
end

--- The link by which the customer goes on, if the answer has one.
---@param answer table
---@return string?
function subscriptions.redirect(answer)
  local links = answer.links
  for _, link in ipairs(type(links) == "table" and links or {}) do
    if link.rel == "mobile-pay" then return link.href end
  end
end

-- The words of which the amount is the money's: reserved, moved, given back.
local COUNTS =
  { Executed = true, Reserved = true, Captured = true, Issued = true }

--- The amount that a word of MobilePay's is about, where that counts.
---@param status? string
---@param amount? string
---@return string?
function subscriptions.amount(status, amount)
  return COUNTS[status] and amount or nil
end

--- What an event says: see the kit's `told`.
---@param event luapay.callback.Event
---@return table told
function subscriptions.told(_, event)
  return {
    status = event.status,
    code = event.status_code,
    reason = event.text,
    amount = subscriptions.amount(event.status, event.amount),
    external_id = event.external_id,
  }
end

--- The currency of an item: its own, or its amount's.
---@param item table its amount is decimal text
---@param given table the same, as the caller gave it
---@return string? currency
---@return string? message
function subscriptions.currency(item, given)
  local of = type(given.amount) == "userdata" and given.amount.currency
  if of and item.currency and of ~= item.currency then
    return nil, "is another than the amount's"
  end
  return item.currency or of or nil
end

return subscriptions
