-- asked_result.lua - what is known of a thing, for who asked for it.

local WORDS = {
  planned = "failed",
  sent = "unknown",
  unknown = "unknown",
  parked = "parked",
  failed = "failed",
}

--- Makes a result of an entry.
---@param entry luapay.JournalEntry
---@param err? luapay.Fault
---@return table
return function(entry, err)
  local outcome = entry.outcome or {}
  local result = {
    reference = entry.reference,
    state = WORDS[entry.state] or (entry.status or entry.state):lower(),
    status = entry.status,
    provider_id = entry.provider_id,
    amount = entry.amount,
    currency = entry.currency,
    fault = err,
  }
  for _, name in ipairs {
    "redirect",
    "one_off_payment_id",
    "capture_by",
    "status_code",
    "text",
    "advice",
    "candidates",
  } do
    result[name] = outcome[name]
  end
  return result
end
