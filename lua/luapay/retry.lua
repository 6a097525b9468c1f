-- retry.lua - whether and when to send again: pure functions. They see what
-- happened and say what to do; they do not sleep, send or look at a clock.

local retry = {}

local AGAIN = { [429] = true, [502] = true, [503] = true, [504] = true }

-- Seconds that the server asked for; a date is not worth a calendar here.
local function asked_for(response)
  local after = response and response.headers["retry-after"]
  local seconds = after and after:match "^%s*(%d+)%s*$"
  return seconds and tonumber(seconds)
end

--- How long to wait before the next attempt, or nil for no next attempt.
--- Full jitter: many clients that failed together do not return together.
---@param harmless boolean whether sending it twice changes nothing
---@param response? luapay.Response nil when the exchange itself failed
---@param attempt integer 1 for the first
---@param policy { retries: integer, base: number, cap: number }
---@param random fun(): number from 0 to 1
---@return number? seconds
function retry.delay(harmless, response, attempt, policy, random)
  if not harmless or attempt > policy.retries then return nil end
  if response and not AGAIN[response.status] then return nil end
  local most = math.min(policy.cap, policy.base * 2 ^ (attempt - 1))
  return asked_for(response) or random() * most
end

return retry
