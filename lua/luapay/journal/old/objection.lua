-- Why an entry that is there already may not be sent now: policy, and
-- nothing else.

--- The code of the objection and why, or nil.
---@param known luapay.JournalEntry that is there
---@param new luapay.JournalEntry that is to be sent
---@param now number
---@return string? code
---@return string? why
return function(known, new, now)
  if known.state == "planned" or known.state == "failed" then
    return nil
  elseif known.fingerprint ~= new.fingerprint then
    return "conflict", "known with other arguments"
  elseif known.state == "sent" and known.lease_until >= now then
    return "busy", "another worker has it"
  elseif known.state == "sent" or known.state == "unknown" then
    return "unsettled", "its outcome must be found out first"
  elseif known.state == "parked" then
    return "parked", "a person must find out its outcome"
  end
  return "known", "is " .. known.state .. " already"
end
