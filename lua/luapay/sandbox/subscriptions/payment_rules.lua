-- The rules of business that payments are held to after they were taken in.

-- What the day that a payment is due has to do with it.
local function day_problem(state, payment, agreement)
  local ahead = payment.due - payment.asked
  if ahead < 2 then return 50011 end
  if ahead > 126 then return 50012 end
  local limit = state.options.limits[agreement.country_code]
  if payment.amount > limit * 100 then return 50006 end
  payment.due_key = agreement.id .. " " .. payment.due_date
  payment.slot = state.options.one_a_day and "any" or payment.external_id
  local day = state.due[payment.due_key] or {}
  state.due[payment.due_key] = day
  if day[payment.slot] then
    payment.due_key = nil
    return 50004
  end
  day[payment.slot] = true
end

--- Why a payment is declined, or nil.
---@return integer? code
local function problem_of(state, payment)
  local agreement = state.agreements[payment.agreement]
  if not agreement or agreement.provider ~= payment.provider then
    return 50010
  elseif agreement.status == "Canceled" then
    return 50005
  elseif agreement.status ~= "Accepted" then
    return 50003
  elseif agreement.user_inactive then
    return 50009
  end
  return day_problem(state, payment, agreement)
end

return problem_of
